/* http_request.c - one request: read, hand over, answer. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/http_internal.h"

/* Of a body that is too large, so much is read and thrown away before the connection is cut: a
 * peer that is told why must first have finished speaking. */
#define EXCESS_MAX (1024 * 1024)

static struct yq_http_request *
request_make(struct yq_http_server *server, struct MHD_Connection *connection, const char *method,
    const char *path)
{
	struct yq_http_request *request = yq_xcalloc(1, sizeof(*request));
	const union MHD_ConnectionInfo *info;

	request->server = server;
	request->connection = connection;
	request->method = method;
	request->path = path;
	request->body = yq_buf_make(server->body_max);
	request->received_ns = (int64_t)uv_hrtime();
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info != NULL && server->unix_path == NULL)
		request->peer = yq_address_of(info->client_addr);
	else if (server->unix_path != NULL)
		request->peer.family = YQ_FAMILY_UNIX;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	if (info != NULL)
		request->peer_connection = info->socket_context;
	if (request->peer_connection != NULL)
		request->peer_connection->silent = false;
	return request;
}

static enum MHD_Result
queue_response(struct yq_http_request *request)
{
	enum MHD_Result result;

	if (request->response == NULL)
		return MHD_YES;
	result = MHD_queue_response(request->connection, request->status, request->response);
	MHD_destroy_response(request->response);
	request->response = NULL;
	return result;
}

struct framing {
	unsigned lengths, codings;
	bool chunked;
};

static enum MHD_Result
on_framing(void *cookie, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct framing *framing = cookie;

	(void)kind;
	framing->lengths += yq_str_equal_nocase(name, MHD_HTTP_HEADER_CONTENT_LENGTH);
	if (yq_str_equal_nocase(name, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
		framing->codings++;
		framing->chunked = value != NULL && yq_str_equal_nocase(value, "chunked");
	}
	return MHD_YES;
}

/* Where the body ends must be said once: a proxy that reads it in another way than we do would take
 * the rest for something else than we do, and let a request through that it never saw. */
static bool
is_framed_clearly(const struct yq_http_request *request)
{
	struct framing framing = { 0 };

	(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, on_framing, &framing);
	return framing.lengths + framing.codings <= 1 && (framing.codings == 0 || framing.chunked);
}

static void
refuse_too_large(struct yq_http_request *request)
{
	struct yq_http_server *server = request->server;

	if (server->too_large == NULL)
		yq_http_answer_error(request, 413, "the request body is too large");
	else
		server->too_large(server->cookie, request);
	assert(request->phase == HTTP_ANSWERED);
}

/* The header is there: refuse early, or go on to the body. */
static enum MHD_Result
begin(struct yq_http_request *request)
{
	struct yq_http_server *server = request->server;
	const char *length_text = yq_http_header(request, "Content-Length");
	int64_t length;

	if (server->closing)
		yq_http_answer_error(request, 503, "the server is stopping");
	else if (!is_framed_clearly(request))
		yq_http_answer_error(request, 400, "where the body ends is not clear");
	else if (length_text != NULL &&
		 !yq_str_to_int64(length_text, 0, (int64_t)server->body_max, &length))
		refuse_too_large(request);
	else if (server->head != NULL && server->head(server->cookie, request))
		assert(request->phase == HTTP_ANSWERED);
	if (request->phase == HTTP_ANSWERED)
		return queue_response(request);
	request->phase = HTTP_BODY;
	return MHD_YES;
}

static enum MHD_Result
take_body(struct yq_http_request *request, const char *bytes, size_t *size)
{
	if (request->excess > 0 || request->body.length + *size > request->server->body_max) {
		request->excess += *size;
		if (request->excess > EXCESS_MAX)
			return MHD_NO;
		yq_buf_free(&request->body);
	} else {
		yq_buf_add(&request->body, bytes, *size);
	}
	*size = 0;
	return MHD_YES;
}

static enum MHD_Result
hand_over(struct yq_http_request *request)
{
	struct yq_http_server *server = request->server;

	if (request->peer_connection != NULL)
		http_time_stop(server, request->peer_connection);
	if (request->excess > 0) {
		refuse_too_large(request);
		return queue_response(request);
	}
	request->phase = HTTP_HANDED;
	LIST_INSERT_HEAD(&server->pending, request, link);
	server->pending_count++;
	server->handle(server->cookie, request);
	if (request->phase == HTTP_ANSWERED)
		return queue_response(request);
	MHD_suspend_connection(request->connection);
	request->suspended = true;
	return MHD_YES;
}

/* A zero byte would cut off what follows it, and what is left might name something else. */
size_t
http_unescape(void *cookie, struct MHD_Connection *connection, char *text)
{
	(void)cookie;
	(void)connection;
	for (char *p = text; (p = strstr(p, "%00")) != NULL; p++)
		p[2] = '1';
	return MHD_http_unescape(text);
}

enum MHD_Result
http_on_request(void *cookie, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **request_slot)
{
	struct yq_http_request *request = *request_slot;

	(void)version;
	if (request == NULL) {
		request = request_make(cookie, connection, method, url);
		*request_slot = request;
		return begin(request);
	}
	switch (request->phase) {
	case HTTP_HEAD:
	case HTTP_BODY:
		if (*upload_size > 0)
			return take_body(request, upload, upload_size);
		return hand_over(request);
	case HTTP_ANSWERED:
		return queue_response(request);
	case HTTP_HANDED:
		break;
	}
	return MHD_YES; /* woken without an answer: goes on waiting */
}

void
http_on_completed(void *cookie, struct MHD_Connection *connection, void **request_slot,
    enum MHD_RequestTerminationCode code)
{
	struct yq_http_request *request = *request_slot;

	(void)cookie;
	(void)connection;
	(void)code;
	if (request == NULL)
		return;
	assert(request->phase != HTTP_HANDED); /* a suspended connection does not end */
	if (request->peer_connection != NULL)
		http_time_start(request->server, request->peer_connection);
	if (request->response != NULL)
		MHD_destroy_response(request->response);
	if (request->upgrade != NULL)
		request->upgrade->request_gone(request->upgrade);
	yq_buf_free(&request->body);
	free(request);
	*request_slot = NULL;
}

const char *
yq_http_method(const struct yq_http_request *request)
{
	return request->method;
}

const char *
yq_http_path(const struct yq_http_request *request)
{
	return request->path;
}

const char *
yq_http_header(const struct yq_http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

struct each_header {
	const char *name;
	yq_http_value_fn *fn;
	void *cookie;
};

static enum MHD_Result
on_header(void *cookie, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct each_header *each = cookie;

	(void)kind;
	if (value != NULL && yq_str_equal_nocase(name, each->name))
		each->fn(each->cookie, value);
	return MHD_YES;
}

void
yq_http_headers(
    const struct yq_http_request *request, const char *name, yq_http_value_fn *fn, void *cookie)
{
	struct each_header each = { name, fn, cookie };

	(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, on_header, &each);
}

const char *
yq_http_query(const struct yq_http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct each_pair {
	yq_http_pair_fn *fn;
	void *cookie;
};

static enum MHD_Result
on_pair(void *cookie, enum MHD_ValueKind kind, const char *name, size_t name_length,
    const char *value, size_t length)
{
	struct each_pair *each = cookie;

	(void)kind;
	(void)name_length;
	each->fn(each->cookie, name, value == NULL ? "" : value, value == NULL ? 0 : length);
	return MHD_YES;
}

void
yq_http_each_query(const struct yq_http_request *request, yq_http_pair_fn *fn, void *cookie)
{
	struct each_pair each = { fn, cookie };

	(void)MHD_get_connection_values_n(
	    request->connection, MHD_GET_ARGUMENT_KIND, on_pair, &each);
}

const char *
yq_http_cookie(const struct yq_http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

const char *
yq_http_body(const struct yq_http_request *request, size_t *ret_length)
{
	if (ret_length != NULL)
		*ret_length = request->body.length;
	return yq_buf_text(&request->body);
}

const struct yq_address *
yq_http_peer(const struct yq_http_request *request)
{
	return &request->peer;
}

int64_t
yq_http_received_ns(const struct yq_http_request *request)
{
	return request->received_ns;
}

/* What every answer has, where this one does not say it in its own way. */
static void
add_headers(const struct yq_http_server *server, struct MHD_Response *response)
{
	for (size_t i = 0; i < server->header_count; i++)
		if (MHD_get_response_header(response, server->headers[i].name) == NULL)
			(void)MHD_add_response_header(
			    response, server->headers[i].name, server->headers[i].value);
}

/* Give the response to the library: now if it is asking, else by waking the connection. */
void
http_respond(struct yq_http_request *request, unsigned status, struct MHD_Response *response)
{
	bool handed = request->phase == HTTP_HANDED;

	assert(request->phase != HTTP_ANSWERED);
	add_headers(request->server, response);
	request->phase = HTTP_ANSWERED;
	request->status = status;
	request->response = response;
	if (handed) {
		LIST_REMOVE(request, link);
		request->server->pending_count--;
	}
	if (request->suspended) {
		MHD_resume_connection(request->connection);
		http_wake(request->server);
	}
}

void
yq_http_answer(struct yq_http_request *request, const struct yq_http_answer *answer)
{
	struct MHD_Response *response;
	const char *type = answer->content_type;
	union {
		const char *borrowed;
		void *for_library; /* copied there, not written */
	} body = { .borrowed = answer->body == NULL ? "" : answer->body };

	response = MHD_create_response_from_buffer(
	    answer->body == NULL ? 0 : answer->length, body.for_library, MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		YQ_PANIC("out of memory");
	(void)MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_TYPE, type == NULL ? "application/json" : type);
	for (size_t i = 0; i < answer->header_count; i++)
		(void)MHD_add_response_header(
		    response, answer->headers[i].name, answer->headers[i].value);
	if (request->peer_connection != NULL)
		http_time_answer(request->server, request->peer_connection, answer->length);
	http_respond(request, answer->status, response);
}

void
yq_http_answer_error(struct yq_http_request *request, unsigned status, const char *text)
{
	struct yq_buf body = yq_buf_make(4096);
	struct yq_json_writer w = yq_json_writer_make(&body);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "error", text);
	yq_json_end_object(&w);
	yq_http_answer(
	    request, &(struct yq_http_answer){
			 .status = status, .body = yq_buf_text(&body), .length = body.length });
	yq_buf_free(&body);
}
