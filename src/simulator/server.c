/* server.c - a call on its way: route, face, knobs, book, answer, pushes. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "simulator/sim.h"
#include "simulator/stream.h"

#define UNHEARD_MS 100000 /* after which a call that is never to be answered is let go */
#define HTML                                                                          \
	"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>" \
	"<h1>502 Bad "                                                                \
	"Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

static const struct sim_face *const faces[] = { &sim_face_alpaca, &sim_face_kis,
	&sim_face_kis_virtual, &sim_face_control };

int64_t
sim_now_us(const struct sim *sim)
{
	return yq_clock_now_us(sim->clock) +
	       sim->knobs.values[SIM_KNOB_CLOCK_OFFSET_S] * YQ_US_PER_SECOND;
}

/* ---- the call's own ---- */

void
sim_call_header(struct sim_call *call, const char *name, const char *value)
{
	if (call->header_count == SIM_HEADERS_MAX)
		return;
	yq_str_copy_cut(
	    call->header_texts[call->header_count], sizeof(call->header_texts[0]), value);
	call->headers[call->header_count] =
	    (struct yq_http_header){ name, call->header_texts[call->header_count] };
	call->header_count++;
}

const char *
sim_call_given(const struct sim_call *call, const char *header)
{
	const char *value = yq_http_header(call->request, header);

	return value == NULL ? "" : value;
}

const char *
sim_call_query(const struct sim_call *call, const char *name)
{
	const char *value = yq_http_query(call->request, name);

	return value == NULL ? "" : value;
}

/* ---- routes ---- */

/* Whether `path` is as `pattern` says; what stands for each "{}" goes to the call. */
static bool
path_fits(struct sim_call *call, const char *pattern, const char *path)
{
	size_t args = 0;

	while (*pattern != '\0') {
		size_t length;

		if (!yq_str_starts(pattern, "{}")) {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		length = strcspn(path, "/");
		if (length == 0 || args == SIM_ARGS_MAX ||
		    !yq_str_copy_bytes(call->args[args++], SIM_ARG_SIZE, path, length))
			return false;
		pattern += 2;
		path += length;
	}
	return *path == '\0';
}

static const struct sim_face *
face_of(const char *path, const char **ret_rest)
{
	for (size_t i = 0; i < YQ_COUNT(faces); i++) {
		size_t length = strlen(faces[i]->prefix);

		if (yq_str_starts(path, faces[i]->prefix) && path[length] == '/') {
			*ret_rest = path + length;
			return faces[i];
		}
	}
	return NULL;
}

static const struct sim_route *
route_of(struct sim_call *call, const char *path)
{
	for (size_t i = 0; i < call->face->route_count; i++) {
		const struct sim_route *route = &call->face->routes[i];

		if (yq_str_equal(route->method, yq_http_method(call->request)) &&
		    path_fits(call, route->pattern, path))
			return route;
	}
	return NULL;
}

/* ---- answers ---- */

struct reply {
	struct yq_http_request *request;
	unsigned status;
	bool html;
	struct yq_buf body;
	struct yq_http_header headers[SIM_HEADERS_MAX];
	char header_texts[SIM_HEADERS_MAX][64];
	size_t header_count;
};

static void
reply_send(struct sim *sim, void *cookie)
{
	struct reply *reply = cookie;

	(void)sim;
	yq_http_answer(reply->request,
	    &(struct yq_http_answer){ .status = reply->status,
		.content_type = reply->html ? "text/html" : "application/json; charset=utf-8",
		.body = yq_buf_text(&reply->body),
		.length = reply->body.length,
		.headers = reply->headers,
		.header_count = reply->header_count });
	reply->request = NULL;
}

static void
reply_free(void *cookie)
{
	struct reply *reply = cookie;

	yq_buf_free(&reply->body);
	free(reply);
}

/* Hand the answer over, now or after `delay_ms`. */
static void
answer(struct sim_call *call, int64_t delay_ms, bool html)
{
	struct reply *reply = yq_xcalloc(1, sizeof(*reply));

	reply->request = call->request;
	reply->status = call->status;
	reply->html = html;
	reply->body = call->body;
	call->body = yq_buf_make(0);
	memcpy(reply->header_texts, call->header_texts, sizeof(reply->header_texts));
	for (size_t i = 0; i < call->header_count; i++)
		reply->headers[i] =
		    (struct yq_http_header){ call->headers[i].name, reply->header_texts[i] };
	reply->header_count = call->header_count;
	if (delay_ms > 0) {
		sim_after(call->sim, delay_ms, reply_send, reply_free, reply);
		return;
	}
	reply_send(call->sim, reply);
	reply_free(reply);
}

static void
restart_body(struct sim_call *call)
{
	yq_buf_clear(&call->body);
	call->w = yq_json_writer_make(&call->body);
}

static void
never_answer(struct sim_call *call)
{
	call->status = 504;
	restart_body(call);
	answer(call, UNHEARD_MS, false);
}

static int64_t
delay_of(const struct sim_call *call)
{
	const int64_t *knobs = call->sim->knobs.values;
	bool order = call->route != NULL && (call->route->flags & SIM_ROUTE_ORDER) != 0;

	if (call->face == &sim_face_control)
		return 0;
	return knobs[SIM_KNOB_LATENCY_MS] + (order ? knobs[SIM_KNOB_ORDER_LATENCY_MS] : 0);
}

/* ---- what a knob does to a call ---- */

/* Before anything was done.  True: that was all. */
static bool
struck_before(struct sim_call *call)
{
	struct sim_knobs *knobs = &call->sim->knobs;

	if (call->face == &sim_face_control)
		return false;
	if (sim_strikes(knobs, SIM_MISHAP_UNHEARD)) {
		never_answer(call);
		return true;
	}
	if (sim_strikes(knobs, SIM_MISHAP_HTML)) {
		call->status = 502;
		yq_buf_add_text(&call->body, HTML);
		answer(call, delay_of(call), true);
		return true;
	}
	if (sim_strikes(knobs, SIM_MISHAP_LIMITED))
		call->face->refuse(call, YQ_E_LIMIT, "too many requests");
	else if (sim_strikes(knobs, SIM_MISHAP_ERROR))
		call->face->refuse(call, YQ_E_SYSTEM, "internal server error");
	else
		return false;
	answer(call, delay_of(call), false);
	return true;
}

/* After it was done and written down.  True: it was answered here, or never will be. */
static bool
struck_after(struct sim_call *call)
{
	struct sim_knobs *knobs = &call->sim->knobs;
	bool order = (call->route->flags & SIM_ROUTE_ORDER) != 0 && !call->refused;

	if (call->face == &sim_face_control)
		return false;
	if (order && sim_strikes(knobs, SIM_MISHAP_TIMEOUT)) {
		never_answer(call);
		return true;
	}
	if (order && sim_strikes(knobs, SIM_MISHAP_AFTER)) {
		restart_body(call);
		call->face->refuse(call, YQ_E_SYSTEM, "internal server error");
	} else if (call->body.length > 1 && sim_strikes(knobs, SIM_MISHAP_CUT)) {
		call->body.length /= 2;
	}
	return false;
}

/* ---- handling ---- */

/* `fault`: why the body is no JSON; who may not call is not told of it. */
static void
run(struct sim_call *call, const char *fault)
{
	if (call->route == NULL) {
		call->face->refuse(call, YQ_E_NOT_FOUND, "endpoint not found.");
	} else if ((call->route->flags & SIM_ROUTE_OPEN) != 0 || call->face->admit(call)) {
		if (struck_before(call))
			return;
		if (fault != NULL)
			call->face->refuse(call, YQ_E_INVALID, fault);
		else
			call->route->handle(call);
	}
	if (!yq_buf_ok(&call->body)) {
		restart_body(call);
		call->face->refuse(call, YQ_E_SYSTEM, "the answer is too long");
	}
	if (sim_journal_commit(call->sim->journal, &(struct yq_err){ .rc = YQ_OK }) != YQ_OK) {
		(void)sim_settle(call->sim); /* says so, and ends the program */
		never_answer(call);
		return;
	}
	if (call->route == NULL || !struck_after(call))
		answer(call, delay_of(call), false);
}

static void
handle_call(struct sim_call *call, const char *path)
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	struct yq_err err = { .rc = YQ_OK };
	size_t length;
	const char *body = yq_http_body(call->request, &length);

	call->route = route_of(call, path);
	if (length > 0 && yq_json_parse(body, length, &json, &err) != YQ_OK) {
		run(call, err.text);
		return;
	}
	call->json = json;
	run(call, NULL);
}

/* False: no face has that path, and it was answered. */
static bool
begin_call(
    struct sim *sim, struct yq_http_request *request, struct sim_call *call, const char **ret_rest)
{
	*ret_rest = "";
	*call = (struct sim_call){ .sim = sim, .request = request, .status = 200 };
	call->face = face_of(yq_http_path(request), ret_rest);
	if (call->face == NULL) {
		yq_http_answer_error(request, 404, "the faces are /alpaca, /kis and /control");
		return false;
	}
	call->now_us = sim_now_us(sim);
	call->body = yq_buf_make(SIM_ANSWER_MAX);
	call->w = yq_json_writer_make(&call->body);
	return true;
}

static void
on_request(void *cookie, struct yq_http_request *request)
{
	struct sim *sim = cookie;
	struct sim_call call;
	const char *rest;

	if (!begin_call(sim, request, &call, &rest))
		return;
	if (call.face->upgrade == NULL || yq_http_header(request, "Upgrade") == NULL ||
	    !call.face->upgrade(sim, request, rest))
		handle_call(&call, rest);
	yq_buf_free(&call.body);
	(void)sim_settle(sim);
}

static void
on_too_large(void *cookie, struct yq_http_request *request)
{
	struct sim_call call;
	const char *rest;

	if (!begin_call(cookie, request, &call, &rest))
		return;
	call.face->refuse(&call, YQ_E_INVALID, "the body is too large");
	call.status = 413;
	answer(&call, 0, false);
	yq_buf_free(&call.body);
}

/* ---- the book, and what is pushed ---- */

bool
sim_settle(struct sim *sim)
{
	struct sim_event *events;
	struct yq_err err = { .rc = YQ_OK };
	size_t count;

	if (sim->exit_code != 0)
		return false;
	if (sim_journal_commit(sim->journal, &err) != YQ_OK) {
		yq_error("the book cannot be written: %s", err.text);
		sim->exit_code = 70;
		uv_stop(sim->loop);
		return false;
	}
	events = sim_take_events(sim->exchange, &count);
	for (size_t i = 0; i < count; i++) {
		for (size_t f = 0; f < YQ_COUNT(faces); f++) {
			if (faces[f]->push != NULL)
				faces[f]->push(sim, &events[i]);
		}
	}
	free(events);
	return true;
}

int
sim_push_times(struct sim *sim)
{
	if (sim_strikes(&sim->knobs, SIM_MISHAP_DISCONNECT))
		return -1;
	if (sim_strikes(&sim->knobs, SIM_MISHAP_LOST))
		return 0;
	return sim_strikes(&sim->knobs, SIM_MISHAP_DUPLICATE) ? 2 : 1;
}

void
sim_knobs_changed(struct sim *sim)
{
	struct sim_settings *settings = sim_settings_of(sim->exchange);

	settings->partial_ppm = (uint32_t)sim->knobs.values[SIM_KNOB_PARTIAL_PPM];
	settings->always_open = sim->knobs.values[SIM_KNOB_ALWAYS_OPEN] != 0;
}

void
sim_disconnect(struct sim *sim)
{
	for (size_t f = 0; f < YQ_COUNT(faces); f++) {
		if (faces[f]->disconnect != NULL)
			faces[f]->disconnect(sim);
	}
}

void
sim_expire_tokens(struct sim *sim)
{
	for (size_t f = 0; f < YQ_COUNT(faces); f++) {
		if (faces[f]->expire != NULL)
			faces[f]->expire(sim);
	}
}

/* ---- time ---- */

static void
act(struct sim *sim, const struct sim_step *step)
{
	struct sim_exchange *x = sim->exchange;
	struct sim_instrument *i = NULL;

	if (step->ticker[0] != '\0') {
		i = sim_list(x, step->exchange, step->ticker, NULL, step->price);
		if (i == NULL)
			return;
	}
	switch (step->act) {
	case SIM_ACT_PRICE:
		sim_set_price(x, i, step->price, step->bid, step->ask, sim_now_us(sim));
		break;
	case SIM_ACT_KNOB:
		if (sim_knob_set(&sim->knobs, step->knob, step->value, NULL) == YQ_OK)
			sim_knobs_changed(sim);
		break;
	case SIM_ACT_HALT:
	case SIM_ACT_RESUME:
		sim_set_halted(x, i, step->act == SIM_ACT_HALT, sim_now_us(sim));
		break;
	case SIM_ACT_DISCONNECT:
		sim_disconnect(sim);
		break;
	case SIM_ACT_EXPIRE_TOKENS:
		sim_expire_tokens(sim);
		break;
	}
}

static void
on_tick(uv_timer_t *timer)
{
	struct sim *sim = timer->data;
	int64_t since_ms = (yq_clock_monotonic_ns(sim->clock) - sim->started_ns) / 1000000;

	while (sim->script_at < sim->script.count &&
	       sim->script.steps[sim->script_at].at_ms <= since_ms)
		act(sim, &sim->script.steps[sim->script_at++]);
	sim_tick(sim->exchange, sim_now_us(sim));
	if (!sim_settle(sim))
		return;
	for (size_t f = 0; f < YQ_COUNT(faces); f++) {
		if (faces[f]->tick != NULL)
			faces[f]->tick(sim);
	}
}

enum yq_rc
sim_serve(struct sim *sim, const char *listen, uint16_t port, struct yq_err *err)
{
	const struct yq_http_options options = { .listen = listen,
		.port = port,
		.body_max = SIM_BODY_MAX,
		.too_large = on_too_large,
		.certificate = sim->certificate,
		.private_key = sim->private_key,
		.header_max = 16384,
		.connections_max = 512,
		.timeout_s = 120 };
	enum yq_rc rc;

	sim->started_ns = yq_clock_monotonic_ns(sim->clock);
	sim_knobs_changed(sim);
	(void)uv_timer_init(sim->loop, &sim->tick);
	sim->tick.data = sim;
	rc = yq_http_server_open(sim->loop, &options, NULL, on_request, sim, &sim->server, err);
	if (rc == YQ_OK)
		uv_timer_start(&sim->tick, on_tick, SIM_TICK_MS, SIM_TICK_MS);
	return rc;
}

void
sim_stop(struct sim *sim)
{
	if (sim->stopping)
		return;
	sim->stopping = true;
	for (size_t f = 0; f < YQ_COUNT(faces); f++) {
		if (faces[f]->stop != NULL)
			faces[f]->stop(sim);
	}
	sim_streams_cut(sim, NULL);
	yq_http_server_free(sim->server);
	sim_later_stop(sim);
	if (sim->tick.loop != NULL)
		uv_close((uv_handle_t *)&sim->tick, NULL);
	sim_rates_clear(&sim->rates);
}
