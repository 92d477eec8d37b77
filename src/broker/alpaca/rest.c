/* rest.c - calls to Alpaca's REST API. */
#include "broker/alpaca/rest.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/shared.h"
#include "net/http_client.h"

#define TIMEOUT_MS    5000
#define WAIT_ORDER_MS (YQ_ALPACA_ACT_MS - TIMEOUT_MS) /* for a turn */
#define WAIT_MS	      20000
#define ANSWER_MAX    (4 * 1024 * 1024)
#define BURST	      20
#define RESERVE	      4
#define IN_FLIGHT_MAX 16
#define WINDOW_MS     60000
#define URL_MAX	      (256 * 1024)

struct call {
	struct call *prev, *next;
	struct yq_alpaca_rest *rest; /* NULL: it has ended, and only the client still knows it */
	struct yq_turn *turn;	     /* NULL = it has not come */
	const char *method;	     /* static */
	bool acts;
	char *url, *body; /* owned; no body = NULL */
	size_t length;
	yq_alpaca_reply_fn *fn;
	void *cookie;
};

struct yq_alpaca_rest {
	const struct yq_clock *clock;
	struct yq_shared *own; /* NULL = there is one of all accounts */
	struct yq_http_client *client;
	struct yq_calls *calls;
	struct yq_caller *caller;
	struct yq_secret *key, *secret;
	char *url, *data_url; /* owned */
	struct call *first;
	bool closing;
};

struct yq_call_limits
yq_alpaca_limits_of(const struct yq_alpaca_settings *settings)
{
	return (struct yq_call_limits){ .calls_max = settings->calls_per_minute,
		.window_ms = WINDOW_MS,
		.burst = BURST,
		.in_flight_max = IN_FLIGHT_MAX,
		.reserve = RESERVE };
}

struct yq_alpaca_rest *
yq_alpaca_rest_make(const struct yq_alpaca_spec *spec)
{
	const struct yq_alpaca_settings *s = spec->settings;
	const struct yq_call_limits limits = yq_alpaca_limits_of(s);
	struct yq_alpaca_rest *rest = yq_xcalloc(1, sizeof(*rest));
	struct yq_shared *shared;

	rest->clock = spec->clock;
	if (spec->shared == NULL)
		rest->own = yq_shared_make(spec->loop, spec->clock);
	shared = spec->shared != NULL ? spec->shared : rest->own;
	rest->client = yq_shared_client(shared, s->ca_file, s->proxy);
	rest->calls = yq_shared_calls(shared, s->url, spec->key, &limits);
	rest->caller = yq_caller_make(rest->calls);
	rest->key = yq_secret_copy(spec->key);
	rest->secret = yq_secret_copy(spec->secret);
	rest->url = yq_xstrdup(s->url);
	rest->data_url = yq_xstrdup(s->data_url);
	return rest;
}

static void
call_free(struct call *c)
{
	free(c->url);
	free(c->body);
	free(c);
}

/* Out of the list, its turn given back: its owner is told, and it may still be the client's. */
static void
call_end(
    struct call *c, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	static const struct yq_alpaca_reply nothing = { .body = "" };

	assert(c->rest != NULL);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		c->rest->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	c->rest = NULL;
	if (c->turn != NULL)
		yq_turn_done(c->turn);
	c->fn(c->cookie, rc, reply != NULL ? reply : &nothing, err);
}

static void
on_reply(void *cookie, enum yq_rc rc, const struct yq_http_reply *http, const struct yq_err *err)
{
	struct yq_alpaca_reply reply = { .body = "" };
	struct call *c = cookie;
	struct yq_err why;

	if (c->rest == NULL) {
		call_free(c);
		return;
	}
	if (rc == YQ_OK) {
		const struct yq_alpaca_answer answer = { .status = http->status,
			.body = http->body,
			.length = http->length,
			.retry_after = yq_http_reply_header(http, "Retry-After"),
			.rate_reset = yq_http_reply_header(http, "X-RateLimit-Reset") };

		rc = yq_alpaca_judge(
		    &answer, c->acts, yq_clock_now_us(c->rest->clock), &reply.fault, &why);
		err = &why;
	}
	if (rc == YQ_OK && http != NULL) {
		reply.body = http->body;
		reply.length = http->length;
		err = NULL;
	}
	if (reply.fault.is_limited)
		yq_calls_back_off(c->rest->calls, reply.fault.wait_ms);
	call_end(c, rc, &reply, err);
	call_free(c);
}

static void
on_turn(void *cookie, enum yq_rc rc, struct yq_turn *turn, const struct yq_err *err)
{
	struct call *c = cookie;
	struct yq_alpaca_rest *rest = c->rest;

	if (rc != YQ_OK) {
		c->turn = NULL;
		call_end(c, YQ_E_RETRY, NULL, err);
		call_free(c);
		return;
	}
	const struct yq_http_header headers[] = {
		{ "APCA-API-KEY-ID", yq_secret_reveal(rest->key) },
		{ "APCA-API-SECRET-KEY", yq_secret_reveal(rest->secret) },
		{ "Accept", "application/json" },
		{ "Content-Type", "application/json" },
	};
	const struct yq_http_client_request request = { .method = c->method,
		.url = c->url,
		.headers = headers,
		.header_count = YQ_COUNT(headers) - (c->body == NULL ? 1 : 0),
		.body = c->body,
		.length = c->length,
		.timeout_ms = TIMEOUT_MS,
		.answer_max = ANSWER_MAX };

	c->turn = turn;
	(void)yq_http_client_send(rest->client, &request, on_reply, c);
}

void
yq_alpaca_rest_send(struct yq_alpaca_rest *rest, const struct yq_alpaca_call *call,
    yq_alpaca_reply_fn *fn, void *cookie)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf url = yq_buf_make(URL_MAX);
	static const struct yq_alpaca_reply nothing = { .body = "" };
	struct yq_err err;
	struct call *c;

	if (rest->closing) {
		(void)yq_err_set(&err, YQ_E_RETRY, "the broker is being closed");
		fn(cookie, YQ_E_RETRY, &nothing, &err);
		return;
	}
	c = yq_xcalloc(1, sizeof(*c));
	yq_buf_add_text(&url, call->data ? rest->data_url : rest->url);
	yq_buf_add_text(&url, yq_buf_text(call->path));
	c->rest = rest;
	c->method = call->method;
	c->acts = call->acts;
	c->url = yq_xstrdup(yq_buf_text(&url));
	if (call->body != NULL) {
		c->body = yq_xstrndup(yq_buf_text(call->body), call->body->length);
		c->length = call->body->length;
	}
	c->fn = fn;
	c->cookie = cookie;
	c->next = rest->first;
	if (c->next != NULL)
		c->next->prev = c;
	rest->first = c;
	(void)yq_calls_ask(
	    rest->caller, call->priority, call->acts ? WAIT_ORDER_MS : WAIT_MS, on_turn, c);
}

void
yq_alpaca_rest_free(struct yq_alpaca_rest *rest)
{
	struct call *c;
	struct yq_err err;

	if (rest == NULL)
		return;
	rest->closing = true;
	yq_caller_free(rest->caller); /* ends those that wait */
	(void)yq_err_set(&err, YQ_E_UNKNOWN, "the broker was closed before its answer came");
	while ((c = rest->first) != NULL)
		call_end(c, YQ_E_UNKNOWN, NULL, &err); /* its memory goes with the client's end */
	yq_shared_free(rest->own);
	yq_secret_free(rest->key);
	yq_secret_free(rest->secret);
	free(rest->url);
	free(rest->data_url);
	free(rest);
}
