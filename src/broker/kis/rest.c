/* rest.c - calls to KIS under one key. */
#include "broker/kis/rest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/keys.h"
#include "broker/shared.h"

#define WAIT_ACT_MS   3000 /* for token and turn; with the call itself less than a broker's time */
#define WAIT_MS	      20000
#define TIMEOUT_MS    5000
#define ANSWER_MAX    (4 * 1024 * 1024)
#define WINDOW_MS     1000
#define IN_FLIGHT_MAX 16
#define RESERVE	      4
#define AGAIN_MAX     2 /* times that a question is asked again */
#define TICK_MS	      250

struct call {
	struct call *prev, *next;
	struct yq_kis_rest *rest; /* NULL: it has ended, and only the client still knows it */
	enum { WAITS_FOR_TOKEN, WAITS_FOR_TURN, SENT } phase;
	struct yq_turn *turn;
	struct yq_kis_request request; /* owned */
	enum yq_call_priority priority;
	int64_t deadline_ns; /* before which it is to be begun */
	uint64_t serial;     /* of the token it went with */
	unsigned times;
	yq_kis_reply_fn *fn;
	void *cookie;
};

struct yq_kis_rest {
	const struct yq_clock *clock;
	struct yq_shared *shared; /* borrowed, or: */
	struct yq_shared *own;	  /* NULL = there is one of all accounts */
	struct yq_kis_keys keys;
	struct yq_calls *calls; /* borrowed */
	struct yq_caller *caller;
	struct yq_broker_session *token;
	struct call *first, *last;
	uv_timer_t *tick; /* owned; freed when it is closed */
	bool closing;
};

/* ---- the end of a call ---- */

static void
call_free(struct call *c)
{
	yq_kis_request_free(&c->request);
	free(c);
}

static void
turn_back(struct call *c)
{
	if (c->turn != NULL && c->phase == SENT)
		yq_turn_done(c->turn);
	c->turn = NULL;
}

/* Out of the list, its turn given back; it may still be the client's. */
static void
call_unlink(struct call *c)
{
	struct yq_kis_rest *rest = c->rest;

	assert(rest != NULL);
	if (rest->first == c)
		rest->first = c->next;
	else
		c->prev->next = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	else
		rest->last = c->prev;
	c->rest = NULL;
	turn_back(c);
}

static void
call_end(
    struct call *c, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err)
{
	call_unlink(c);
	c->fn(c->cookie, rc, answer, err);
}

static void
end_unsent(struct call *c, const char *why)
{
	struct yq_err err;

	(void)yq_err_set(&err, YQ_E_RETRY, "%s", why);
	call_end(c, YQ_E_RETRY, NULL, &err);
	call_free(c);
}

/* ---- sending ---- */

static void call_go_on(struct call *c);

static bool
may_ask_again(const struct call *c, enum yq_kis_advice advice)
{
	return !c->request.code.posts && advice != YQ_KIS_NOTHING && c->times <= AGAIN_MAX &&
	       !c->rest->closing && yq_clock_monotonic_ns(c->rest->clock) < c->deadline_ns;
}

static void
on_reply(void *cookie, enum yq_rc rc, const struct yq_http_reply *http, const struct yq_err *err)
{
	struct yq_kis_answer answer = { 0 };
	struct call *c = cookie;
	struct yq_err why;

	if (c->rest == NULL) {
		call_free(c);
		return;
	}
	if (rc == YQ_OK) {
		rc = yq_kis_answer_read(http->status, yq_http_reply_header(http, "tr_cont"),
		    http->body, http->length, c->request.code.posts, &answer, &why);
		err = rc == YQ_OK ? NULL : &why;
	} else if (rc != YQ_E_UNKNOWN) {
		rc = YQ_E_RETRY; /* nothing was sent */
	}
	if (answer.advice == YQ_KIS_RENEW)
		yq_session_expired(c->rest->token, c->serial);
	if (answer.advice == YQ_KIS_SLOW)
		yq_calls_back_off(c->rest->calls, 0);
	if (rc != YQ_OK && may_ask_again(c, answer.advice)) {
		turn_back(c);
		c->phase = WAITS_FOR_TOKEN;
		call_go_on(c);
		return;
	}
	call_end(c, rc, rc == YQ_OK ? &answer : NULL, err);
	yq_kis_answer_free(&answer);
	call_free(c);
}

static void
call_send(struct call *c, const struct yq_session_token *token)
{
	c->serial = token->serial;
	c->times++;
	yq_kis_keys_send(
	    &c->rest->keys, token->value, &c->request, TIMEOUT_MS, ANSWER_MAX, on_reply, c);
}

static void
on_turn(void *cookie, enum yq_rc rc, struct yq_turn *turn, const struct yq_err *err)
{
	struct call *c = cookie;
	struct yq_session_token token;

	if (rc != YQ_OK) {
		c->turn = NULL;
		end_unsent(c, err->text);
		return;
	}
	c->turn = turn;
	c->phase = SENT;
	if (yq_session_token(c->rest->token, &token)) {
		call_send(c, &token);
		return;
	}
	turn_back(c); /* it went while we waited */
	c->phase = WAITS_FOR_TOKEN;
}

static void
call_go_on(struct call *c)
{
	struct yq_session_token token;
	int64_t left_ns = c->deadline_ns - yq_clock_monotonic_ns(c->rest->clock);

	/* One whose time is over ends with the next tick: it is not begun any more. */
	if (c->phase != WAITS_FOR_TOKEN || left_ns <= 0 ||
	    !yq_session_token(c->rest->token, &token))
		return;
	c->phase = WAITS_FOR_TURN;
	c->turn = yq_calls_ask(c->rest->caller, c->priority,
	    left_ns > 1000000 ? (uint32_t)(left_ns / 1000000) : 1, on_turn, c);
}

/* ---- waiting for a token ---- */

static void
all_go_on(struct yq_kis_rest *rest)
{
	struct call *next;

	for (struct call *c = rest->first; c != NULL; c = next) {
		next = c->next;
		call_go_on(c);
	}
}

static void
on_token(void *cookie, enum yq_session_state state, const char *why)
{
	(void)why;
	if (state == YQ_SESSION_READY)
		all_go_on(cookie);
}

/* Those whose time is over, out of the list: the end of a call may begin and end others. */
static struct call *
take_overdue(struct yq_kis_rest *rest)
{
	int64_t now_ns = yq_clock_monotonic_ns(rest->clock);
	struct call *overdue = NULL, **last = &overdue, *next;

	for (struct call *c = rest->first; c != NULL; c = next) {
		next = c->next;
		if (c->phase != WAITS_FOR_TOKEN || c->deadline_ns > now_ns)
			continue;
		call_unlink(c);
		c->next = NULL;
		*last = c;
		last = &c->next;
	}
	return overdue;
}

static void
on_tick(uv_timer_t *timer)
{
	struct yq_kis_rest *rest = timer->data;
	const char *why = yq_session_why(rest->token);
	struct call *c = take_overdue(rest), *next;
	struct yq_err err;

	(void)yq_err_set(
	    &err, YQ_E_RETRY, "%s", why[0] != '\0' ? why : "there is no token of KIS yet");
	if (rest->first == NULL)
		(void)uv_timer_stop(timer);
	for (; c != NULL; c = next) {
		next = c->next;
		c->fn(c->cookie, YQ_E_RETRY, NULL, &err);
		call_free(c);
	}
}

void
yq_kis_rest_send(struct yq_kis_rest *rest, const struct yq_kis_request *request,
    enum yq_call_priority priority, yq_kis_reply_fn *fn, void *cookie)
{
	/* A price that an order waits for is part of the order's time. */
	bool acts = request->code.posts || priority == YQ_CALL_PRIORITY_ORDER;
	uint32_t wait_ms = acts ? WAIT_ACT_MS : WAIT_MS;
	struct yq_err err;
	struct call *c;

	if (rest->closing) {
		(void)yq_err_set(&err, YQ_E_RETRY, "the broker is being closed");
		fn(cookie, YQ_E_RETRY, NULL, &err);
		return;
	}
	c = yq_xcalloc(1, sizeof(*c));
	c->rest = rest;
	c->request = yq_kis_request_make();
	c->request.code = request->code;
	c->request.next_page = request->next_page;
	yq_buf_add(&c->request.query, yq_buf_text(&request->query), request->query.length);
	yq_buf_add(&c->request.body, yq_buf_text(&request->body), request->body.length);
	c->priority = priority;
	c->deadline_ns = yq_clock_monotonic_ns(rest->clock) + (int64_t)wait_ms * 1000000;
	c->fn = fn;
	c->cookie = cookie;
	c->prev = rest->last;
	if (rest->last != NULL)
		rest->last->next = c;
	else
		rest->first = c;
	rest->last = c;
	(void)uv_timer_start(rest->tick, on_tick, TICK_MS, TICK_MS);
	call_go_on(c);
}

/* ---- life ---- */

struct yq_call_limits
yq_kis_limits_of(const struct yq_kis_settings *settings)
{
	return (struct yq_call_limits){ .calls_max = settings->calls_per_second,
		.window_ms = WINDOW_MS,
		.burst = settings->calls_per_second,
		.in_flight_max = IN_FLIGHT_MAX,
		.reserve = RESERVE };
}

enum yq_rc
yq_kis_rest_make(const struct yq_kis_spec *spec, struct yq_kis_rest **ret_rest, struct yq_err *err)
{
	const struct yq_call_limits limits = yq_kis_limits_of(spec->settings);
	struct yq_kis_rest *rest = yq_xcalloc(1, sizeof(*rest));
	struct yq_shared *shared = spec->shared;
	enum yq_rc rc;

	*ret_rest = NULL;
	rest->clock = spec->clock;
	if (shared == NULL)
		shared = rest->own = yq_shared_make(spec->loop, spec->clock);
	rest->shared = shared;
	yq_kis_keys_make(&rest->keys, spec,
	    yq_shared_client(shared, spec->settings->ca_file, spec->settings->proxy));
	rc = yq_kis_keys_session(&rest->keys, spec, YQ_KIS_ACCESS, &rest->token, err);
	if (rc != YQ_OK) {
		yq_kis_keys_free(&rest->keys);
		yq_shared_free(rest->own);
		free(rest);
		return rc;
	}
	rest->calls = yq_shared_calls(shared, spec->settings->url, spec->key, &limits);
	rest->caller = yq_caller_make(rest->calls);
	rest->tick = yq_xcalloc(1, sizeof(*rest->tick));
	(void)uv_timer_init(spec->loop, rest->tick);
	rest->tick->data = rest;
	yq_session_watch(rest->token, on_token, rest);
	*ret_rest = rest;
	return YQ_OK;
}

struct yq_shared *
yq_kis_rest_shared(const struct yq_kis_rest *rest)
{
	return rest->shared;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle);
}

/* What was sent is freed by the client's reply, which nobody waits for any more. */
static void
end_all(struct yq_kis_rest *rest)
{
	struct call *c = rest->first, *next;
	struct yq_err unsent, sent;

	(void)yq_err_set(&unsent, YQ_E_RETRY, "the broker is being closed");
	(void)yq_err_set(&sent, YQ_E_UNKNOWN, "the broker is closed before its answer");
	for (; c != NULL; c = next) {
		next = c->next;
		call_unlink(c);
		if (c->phase == SENT) {
			c->fn(c->cookie, YQ_E_UNKNOWN, NULL, &sent);
			continue;
		}
		c->fn(c->cookie, YQ_E_RETRY, NULL, &unsent);
		call_free(c);
	}
}

void
yq_kis_rest_free(struct yq_kis_rest *rest)
{
	if (rest == NULL)
		return;
	rest->closing = true;
	yq_caller_free(rest->caller); /* what waits for its turn ends */
	end_all(rest);
	yq_session_unwatch(rest->token, rest);
	yq_session_free(rest->token);
	yq_kis_keys_free(&rest->keys);
	yq_shared_free(rest->own);
	uv_close((uv_handle_t *)rest->tick, on_closed);
	free(rest);
}
