/*
 * serve.c - a request on the loop: refused by its head alone, or handed to a lane and answered when
 * that is done.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/call.h"
#include "web/signed_in.h"
#include "web/web.h"

#define BODY_MAX_SHORT 16384 /* of routes without a long text */
#define QUERY_MAX      32    /* pairs */
#define NS_PER_US      1000

/* One request between the loop and its lane. */
struct pending {
	struct yq_web *web;
	struct yq_http_request *request;
	struct yq_web_call call;
};

/* ---- answers ---- */

static void
send_answer(struct yq_http_request *request, const struct yq_answer *answer)
{
	struct yq_http_header headers[YQ_ANSWER_HEADERS_MAX];

	for (size_t i = 0; i < answer->header_count; i++)
		headers[i] =
		    (struct yq_http_header){ answer->headers[i].name, answer->headers[i].value };
	yq_http_answer(request, &(struct yq_http_answer){ .status = answer->status,
				    .content_type = answer->type,
				    .body = yq_buf_text(&answer->body),
				    .length = answer->body.length,
				    .headers = headers,
				    .header_count = answer->header_count });
}

void
yq_web_refuse(struct yq_http_request *request, unsigned status, const char *code,
    const char *detail, const char *allow)
{
	struct yq_answer answer = { .status = 0 };

	if (allow != NULL)
		yq_answer_header(&answer, status == 503 ? "Retry-After" : "Allow", allow);
	yq_answer_problem(&answer, status, code, NULL, detail);
	send_answer(request, &answer);
	yq_answer_clear(&answer);
}

void
yq_web_too_large(void *cookie, struct yq_http_request *request)
{
	(void)cookie;
	yq_web_refuse(request, 413, "TOO_LARGE", "the body is too large", NULL);
}

/* ---- the head ---- */

/* What is below the path base; NULL when it is not. */
static const char *
below_base(const struct yq_web *web, const char *path)
{
	size_t length = strlen(web->base);

	return strncmp(path, web->base, length) == 0 && path[length] == '/' ? path + length : NULL;
}

/* Below /api/v1; NULL when it is none of the API. */
static const char *
api_path(const struct yq_web *web, const struct yq_http_request *request)
{
	static const char prefix[] = YQ_WEB_API;
	const char *path = below_base(web, yq_http_path(request));

	if (path == NULL || !yq_str_starts(path, prefix) || path[sizeof(prefix) - 1] != '/')
		return NULL;
	return path + sizeof(prefix) - 1;
}

static size_t
body_max(const struct yq_api_route *route)
{
	for (size_t i = 0; i < route->field_count; i++)
		if (route->fields[i].kind == YQ_API_LONG_TEXT)
			return YQ_WEB_BODY_MAX;
	return BODY_MAX_SHORT;
}

static bool
is_json(const char *type)
{
	static const char json[] = "application/json";
	size_t length = type == NULL ? 0 : strcspn(type, "; \t");

	return length == sizeof(json) - 1 && yq_str_equal_nocase_bytes(type, json, length);
}

/* A body has a length and is JSON. */
static bool
refuse_body(const struct yq_api_route *route, struct yq_http_request *request)
{
	const char *length_text = yq_http_header(request, "Content-Length");
	const char *encoding = yq_http_header(request, "Content-Encoding");
	int64_t length = 0;

	if (yq_http_header(request, "Transfer-Encoding") != NULL) {
		yq_web_refuse(request, 411, "LENGTH_REQUIRED",
		    "a body needs a Content-Length; Transfer-Encoding is not taken", NULL);
		return true;
	}
	if (length_text != NULL && !yq_str_to_int64(length_text, 0, INT64_MAX, &length))
		length = 0; /* the server below has refused it */
	if (length > (int64_t)body_max(route)) {
		yq_web_too_large(NULL, request);
		return true;
	}
	if (length == 0 || (encoding == NULL && is_json(yq_http_header(request, "Content-Type"))))
		return false;
	yq_web_refuse(request, 415, "NOT_JSON",
	    "the body: expected Content-Type application/json, not compressed", NULL);
	return true;
}

/* The route, or false when the request has been answered: it cannot be served as it is. */
static bool
find_route(struct yq_http_request *request, const char *path, struct yq_route_match *match)
{
	char allow[YQ_ALLOW_SIZE];

	switch (yq_router_find(
	    yq_api_families, yq_api_family_count, yq_http_method(request), path, match, allow)) {
	case YQ_OK:
		return !refuse_body(match->route, request);
	case YQ_E_REFUSED:
		yq_web_refuse(request, 405, "METHOD", "this takes another method", allow);
		return false;
	default:
		yq_web_refuse(request, 404, "NOT_FOUND", "there is no such route", NULL);
		return false;
	}
}

static bool
only_reads(const struct yq_http_request *request)
{
	const char *method = yq_http_method(request);

	return yq_str_equal(method, "GET") || yq_str_equal(method, "HEAD");
}

/* What is no part of the API: the page and its files. */
static void
answer_page(const struct yq_web *web, struct yq_http_request *request)
{
	const char *path = yq_http_path(request), *below = below_base(web, path);
	const struct yq_file *file =
	    web->files == NULL || below == NULL ? NULL : yq_files_find(web->files, below);
	char home[YQ_BASE_SIZE + 1];

	if (!only_reads(request)) {
		yq_web_refuse(request, 405, "METHOD", "this takes another method", "GET, HEAD");
	} else if (file != NULL) {
		yq_file_answer(file, request);
	} else if (below == NULL && (yq_str_equal(path, web->base) || yq_str_equal(path, "/"))) {
		(void)yq_str_format(home, sizeof(home), "%s/", web->base);
		yq_http_answer(request, &(struct yq_http_answer){ .status = 307,
					    .headers = &(struct yq_http_header){ "Location", home },
					    .header_count = 1 });
	} else {
		yq_web_refuse(request, 404, "NOT_FOUND",
		    web->files == NULL ? "the page is not installed (Web:PageFolder)"
				       : "there is nothing here",
		    NULL);
	}
}

/* True when the request has been answered. */
static bool
serve_at_once(struct yq_web *web, struct yq_http_request *request, struct yq_route_match *match)
{
	const char *path = api_path(web, request);

	if (!yq_door_knows_host(&web->door, request)) {
		yq_web_refuse(request, 421, "HOST", "this is not the server of that name", NULL);
		return true;
	}
	if (path == NULL) {
		answer_page(web, request);
		return true;
	}
	if (!only_reads(request) && !yq_door_is_own_site(&web->door, request)) {
		yq_web_refuse(request, 403, "CSRF", "another site has sent this", NULL);
		return true;
	}
	if (!find_route(request, path, match))
		return true;
	if (match->route->run != NULL || (match->route->flags & YQ_API_STREAM) != 0)
		return false;
	yq_file_answer(&web->document, request);
	return true;
}

/* An answer before the body is read ends the connection; what has no body can wait. */
bool
yq_web_head(void *cookie, struct yq_http_request *request)
{
	struct yq_route_match match;

	return !only_reads(request) && serve_at_once(cookie, request, &match);
}

/* ---- to a lane and back ---- */

static char *
copy_header(const struct yq_http_request *request, const char *name)
{
	const char *value = yq_http_header(request, name);

	return value == NULL ? NULL : yq_xstrdup(value);
}

static void
add_pair(void *cookie, const char *name, const char *value, size_t length)
{
	struct yq_web_call *call = cookie;
	char *copy;

	if (call->query_count == QUERY_MAX)
		return;
	copy = yq_xcalloc(length + 1, 1);
	if (length > 0)
		memcpy(copy, value, length);
	call->query = yq_xrealloc(call->query, call->query_count + 1, sizeof(*call->query));
	call->query[call->query_count++] = (struct yq_query_pair){ yq_xstrdup(name), copy, length };
}

static void
copy_request(struct pending *pending, const char *path)
{
	struct yq_http_request *request = pending->request;
	struct yq_web_call *call = &pending->call;
	const char *cookie = yq_http_cookie(request, YQ_COOKIE_SECURE), *body;
	const char *agent = yq_http_header(request, "User-Agent");

	call->method = yq_xstrdup(yq_http_method(request));
	call->path = yq_xstrdup(path);
	if (cookie == NULL && !yq_door_is_secure(&pending->web->door, request))
		cookie = yq_http_cookie(request, YQ_COOKIE_PLAIN);
	call->cookie = cookie == NULL ? NULL : yq_xstrdup(cookie);
	call->authorization = copy_header(request, "Authorization");
	call->csrf = copy_header(request, "X-CSRF-Token");
	call->key = copy_header(request, "Idempotency-Key");
	call->last_id = copy_header(request, "Last-Event-ID");
	yq_str_copy_cut(call->agent, sizeof(call->agent), agent == NULL ? "" : agent);
	yq_http_each_query(request, add_pair, call);
	body = yq_http_body(request, &call->body_length);
	call->body = yq_xcalloc(call->body_length + 1, 1);
	if (call->body_length > 0)
		memcpy(call->body, body, call->body_length);
	yq_door_address(&pending->web->door, request, call->address);
	call->secure = yq_door_is_secure(&pending->web->door, request);
	call->config = yq_config_hold(pending->web->config);
}

static void
end(struct pending *pending)
{
	yq_config_let_go(pending->call.config);
	yq_web_call_clear(&pending->call);
	free(pending);
}

static void
on_lane(struct yq_desk *desk, void *cookie)
{
	struct pending *pending = cookie;

	yq_web_call_run(desk, &pending->call);
}

static const char *
last_id_of(const struct yq_web_call *call)
{
	if (call->last_id != NULL)
		return call->last_id;
	for (size_t i = 0; i < call->query_count; i++)
		if (yq_str_equal(call->query[i].name, "last") && call->query[i].length > 0)
			return call->query[i].value;
	return NULL;
}

void
yq_web_look_drained(struct yq_web *web)
{
	if (web->draining && yq_lanes_depth(web->lanes) == 0 && web->open_streams == 0)
		yq_daemon_drained(web->daemon);
}

static void
open_stream(struct pending *pending)
{
	const struct yq_web_call *call = &pending->call;

	for (size_t i = 0; i < yq_api_stream_count; i++) {
		if (!yq_str_equal(yq_api_streams[i].name, call->match.route->name))
			continue;
		yq_api_streams[i].open(
		    pending->web, pending->request, &call->who, last_id_of(call));
		return;
	}
	YQ_PANIC("the stream %s is in no list", call->match.route->name);
}

static void
on_done(void *cookie)
{
	struct pending *pending = cookie;
	struct yq_web *web = pending->web;

	if (web->server != NULL) { /* else its requests have been answered: it is gone */
		yq_histogram_observe_us(web->latency,
		    ((int64_t)uv_hrtime() - yq_http_received_ns(pending->request)) / NS_PER_US);
		yq_daemon_event(web->daemon);
		if (pending->call.stream && web->draining)
			yq_web_refuse(
			    pending->request, 503, "UNAVAILABLE", "the server is stopping", "2");
		else if (pending->call.stream)
			open_stream(pending);
		else
			send_answer(pending->request, &pending->call.answer);
	}
	end(pending);
	yq_web_look_drained(web);
}

void
yq_web_handle(void *cookie, struct yq_http_request *request)
{
	struct yq_web *web = cookie;
	struct pending *pending;
	struct yq_web_call *call;
	char allow[YQ_ALLOW_SIZE];
	struct yq_route_match match;

	if (serve_at_once(web, request, &match))
		return;
	pending = yq_xcalloc(1, sizeof(*pending));
	call = &pending->call;
	pending->web = web;
	pending->request = request;
	copy_request(pending, api_path(web, request));
	if (yq_router_find(yq_api_families, yq_api_family_count, call->method, call->path,
		&call->match, allow) != YQ_OK)
		YQ_PANIC("the route of %s is gone", call->path);
	if (yq_lanes_submit(web->lanes, call->match.route->lane, on_lane, on_done, pending))
		return;
	yq_counter_add(web->full, 1);
	yq_web_refuse(request, 503, "BUSY", "too much is asked at once; try again", "1");
	end(pending);
}
