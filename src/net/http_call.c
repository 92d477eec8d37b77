/*
 * http_call.c - one call: from what is asked to what its end means.
 *
 * Whether anything was sent is known for certain: the library asks before it sends a request on a
 * connection that stands.  It asks again when it would repeat the request because a kept connection
 * broke; only what changes nothing is let through a second time.
 */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "net/http_client_internal.h"

#define ANSWER_DEFAULT (1024U * 1024U)

static int
on_before_sending(void *cookie, char *remote, char *local, int remote_port, int local_port)
{
	struct yq_http_call *call = cookie;

	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	/* A program that stood still comes here long after its time, and before its timers: who
	 * looked for an order meanwhile, and did not find it, may have sent it anew. */
	if ((int64_t)uv_hrtime() >= call->deadline_ns) {
		call->late = true;
		return CURL_PREREQFUNC_ABORT;
	}
	if (call->sent && !call->repeatable) {
		call->sent_twice = true;
		return CURL_PREREQFUNC_ABORT;
	}
	call->sent = true;
	yq_buf_clear(&call->answer);
	return CURL_PREREQFUNC_OK;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *cookie)
{
	struct yq_http_call *call = cookie;

	yq_buf_add(&call->answer, bytes, size * count);
	return yq_buf_ok(&call->answer) ? size * count : CURL_WRITEFUNC_ERROR;
}

/* The library takes a head that is cut short for a whole one: see its empty line ourselves. */
static size_t
on_head(char *bytes, size_t size, size_t count, void *cookie)
{
	struct yq_http_call *call = cookie;
	size_t length = size * count;

	if (length > 5 && memcmp(bytes, "HTTP/", 5) == 0)
		call->head_whole = false;
	else if (length > 0 && (bytes[0] == '\r' || bytes[0] == '\n'))
		call->head_whole = true;
	return length;
}

/* "Name: value"; the library wants "Name;" for an empty one. */
static void
add_header(struct yq_http_call *call, const char *name, const char *value)
{
	struct yq_buf line = yq_buf_make(SIZE_MAX / 2);
	struct curl_slist *headers;

	yq_buf_add_text(&line, name);
	yq_buf_add_text(&line, value[0] == '\0' ? ";" : ": ");
	yq_buf_add_text(&line, value);
	headers = net_curl()->curl_slist_append(call->headers, yq_buf_text(&line));
	if (headers == NULL)
		YQ_PANIC("out of memory");
	call->headers = headers;
	yq_wipe(line.data, line.length);
	yq_buf_free(&line);
}

/* Without one of these the library would send its own. */
static void
withhold(struct yq_http_call *call, const char *line)
{
	struct curl_slist *headers = net_curl()->curl_slist_append(call->headers, line);

	if (headers == NULL)
		YQ_PANIC("out of memory");
	call->headers = headers;
}

static enum yq_rc
take_headers(struct yq_http_call *call, const struct yq_http_client_request *request)
{
	bool has_type = false;

	for (size_t i = 0; i < request->header_count; i++) {
		const struct yq_http_header *header = &request->headers[i];
		enum yq_rc rc = net_header_check(header, &call->err);

		if (rc != YQ_OK)
			return rc;
		has_type = has_type || yq_str_equal_nocase(header->name, "Content-Type");
		add_header(call, header->name, header->value);
	}
	withhold(call, "Expect:");
	if (!has_type)
		withhold(call, "Content-Type:");
	return YQ_OK;
}

static void
set_method(struct yq_http_call *call)
{
	CURL *easy = call->easy;
	bool has_content = call->body != NULL || yq_str_equal(call->method, "POST") ||
			   yq_str_equal(call->method, "PUT") || yq_str_equal(call->method, "PATCH");

	call->repeatable = yq_str_equal(call->method, "GET") || yq_str_equal(call->method, "HEAD");
	if (has_content) { /* says Content-Length: 0 where there is none */
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->length);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body == NULL ? "" : call->body);
	}
	if (yq_str_equal(call->method, "HEAD"))
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

static void
make_transfer(struct yq_http_call *call)
{
	const struct yq_http_client *client = call->client;
	CURL *easy = net_transfer_make(call->url.url, client->ca_file, client->proxy, call->fault);

	call->easy = easy;
	set_method(call);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	if (yq_str_starts(call->url.url, "https:")) /* rather share a connection than open one */
		curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)client->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_before_sending);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	if (client->user_agent != NULL)
		curl_easy_setopt(easy, CURLOPT_USERAGENT, client->user_agent);
}

enum yq_rc
http_call_prepare(struct yq_http_call *call, const struct yq_http_client_request *request)
{
	static const char *const schemes[2] = { "http", "https" };
	enum yq_rc rc;

	call->answer = yq_buf_make(request->answer_max == 0 ? ANSWER_DEFAULT : request->answer_max);
	if (!net_is_token(request->method) ||
	    !yq_str_copy(call->method, sizeof(call->method), request->method))
		return yq_err_set(&call->err, YQ_E_INVALID, "the method is none");
	rc = net_url_parse(request->url, schemes, &call->url, &call->err);
	if (rc == YQ_OK)
		rc = take_headers(call, request);
	if (rc != YQ_OK)
		return yq_err_context(&call->err, rc, "%s", call->method);
	if (request->body != NULL) {
		call->length = request->length;
		call->body = yq_xcalloc(1, request->length + 1);
		memcpy(call->body, request->body, request->length);
	}
	make_transfer(call);
	return YQ_OK;
}

enum yq_rc
http_call_cut(struct yq_http_call *call, const char *why)
{
	return yq_err_set(&call->err, call->sent ? YQ_E_UNKNOWN : YQ_E_RETRY, "%s %s: %s",
	    call->method, call->url.place == NULL ? "" : call->url.place, why);
}

/* A length that is no number is as none to the library, and the end of the connection the end. */
static bool
is_framed_clearly(CURL *easy)
{
	struct curl_header *header;
	curl_off_t length = -1;

	if (net_curl()->curl_easy_header(easy, "Content-Length", 0, CURLH_HEADER, -1, &header) !=
	    CURLHE_OK)
		return true;
	return curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) == CURLE_OK &&
	       length >= 0;
}

enum yq_rc
http_call_judge(struct yq_http_call *call, CURLcode code)
{
	long status = 0;

	if (code == CURLE_URL_MALFORMAT && !call->sent)
		return yq_err_set(
		    &call->err, YQ_E_INVALID, "%s: the address is none", call->method);
	if (call->late)
		return http_call_cut(call, "it could not be sent in time");
	if (call->sent_twice)
		return http_call_cut(call, "the connection broke, and it is not sent twice");
	if (!yq_buf_ok(&call->answer))
		return http_call_cut(call, "the answer is longer than we take");
	if (code != CURLE_OK)
		return http_call_cut(call, net_transfer_fault(code, call->fault));
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 599)
		return http_call_cut(call, "the answer has no status");
	if (!call->head_whole)
		return http_call_cut(call, "the answer is cut short");
	if (!is_framed_clearly(call->easy))
		return http_call_cut(call, "where the answer ends is not clear");
	return YQ_OK;
}

static size_t
take_reply_headers(CURL *easy, struct yq_http_header headers[YQ_HTTP_REPLY_HEADERS_MAX])
{
	struct curl_header *header = NULL;
	size_t count = 0;

	while (count < YQ_HTTP_REPLY_HEADERS_MAX &&
	       (header = net_curl()->curl_easy_nextheader(easy, CURLH_HEADER, -1, header)) != NULL)
		headers[count++] = (struct yq_http_header){ header->name, header->value };
	return count;
}

void
http_call_tell(struct yq_http_call *call)
{
	struct yq_http_header headers[YQ_HTTP_REPLY_HEADERS_MAX];
	struct yq_http_reply reply = { .body = yq_buf_text(&call->answer),
		.length = call->answer.length,
		.headers = headers };
	long status = 0;

	if (call->rc != YQ_OK) {
		call->fn(call->cookie, call->rc, NULL, &call->err);
		return;
	}
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	reply.status = (int)status;
	reply.header_count = take_reply_headers(call->easy, headers);
	call->fn(call->cookie, YQ_OK, &reply, NULL);
}

/* Headers and bodies carry keys and tokens. */
void
http_call_free(struct yq_http_call *call)
{
	if (call->easy != NULL)
		net_curl()->curl_easy_cleanup(call->easy);
	for (struct curl_slist *line = call->headers; line != NULL; line = line->next)
		yq_wipe(line->data, strlen(line->data));
	if (call->headers != NULL)
		net_curl()->curl_slist_free_all(call->headers);
	if (call->body != NULL)
		yq_wipe(call->body, call->length);
	free(call->body);
	if (call->answer.data != NULL)
		yq_wipe(call->answer.data, call->answer.length);
	yq_buf_free(&call->answer);
	net_url_clear(&call->url);
	free(call);
}

const char *
yq_http_reply_header(const struct yq_http_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->header_count; i++)
		if (yq_str_equal_nocase(reply->headers[i].name, name))
			return reply->headers[i].value;
	return NULL;
}
