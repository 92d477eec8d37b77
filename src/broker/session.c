/* session.c - the life of one token of one credential at a broker. */
#include "broker/session_parts.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/seal.h"

#define MS_NS	    INT64_C(1000000)
#define TICK_MS	    60000 /* the wall clock may be set: it is looked at so often */
#define LIFE_MAX_US (INT64_C(400) * 86400 * YQ_US_PER_SECOND)

int64_t
yq_session_now_us(const struct yq_broker_session *session)
{
	return yq_clock_now_us(session->options.clock);
}

int64_t
yq_session_now_ns(const struct yq_broker_session *session)
{
	return yq_clock_monotonic_ns(session->options.clock);
}

static int64_t
interval_ns(const struct yq_broker_session *session)
{
	return session->options.interval_ms * MS_NS;
}

bool
yq_session_has_token(const struct yq_broker_session *session)
{
	return session->token.value != NULL &&
	       session->token.expires_at_us > yq_session_now_us(session);
}

enum yq_session_state
yq_session_state(const struct yq_broker_session *session)
{
	return yq_session_has_token(session) ? YQ_SESSION_READY
	       : session->refused	     ? YQ_SESSION_REFUSED
	       : session->loaded	     ? YQ_SESSION_WAITING
					     : YQ_SESSION_LOADING;
}

const char *
yq_session_why(const struct yq_broker_session *session)
{
	return session->why;
}

bool
yq_session_token(const struct yq_broker_session *session, struct yq_session_token *token)
{
	*token = (struct yq_session_token){ 0 };
	if (!yq_session_has_token(session))
		return false;
	*token = (struct yq_session_token){ .value = session->token.value,
		.serial = session->serial,
		.expires_at_us = session->token.expires_at_us };
	return true;
}

/* ---- telling ---- */

void
yq_session_watch(struct yq_broker_session *session, yq_session_changed_fn *fn, void *cookie)
{
	struct yq_session_watcher *watcher = yq_xcalloc(1, sizeof(*watcher));

	*watcher =
	    (struct yq_session_watcher){ .next = session->watchers, .fn = fn, .cookie = cookie };
	session->watchers = watcher;
}

static void
drop_watchers(struct yq_broker_session *session, bool all)
{
	struct yq_session_watcher **place = &session->watchers;

	while (*place != NULL) {
		struct yq_session_watcher *watcher = *place;

		if (all || watcher->fn == NULL) {
			*place = watcher->next;
			free(watcher);
		} else {
			place = &watcher->next;
		}
	}
}

void
yq_session_unwatch(struct yq_broker_session *session, void *cookie)
{
	for (struct yq_session_watcher *w = session->watchers; w != NULL; w = w->next)
		if (w->cookie == cookie)
			w->fn = NULL;
	if (!session->telling)
		drop_watchers(session, false);
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_broker_session *session = handle->data;

	drop_watchers(session, true);
	yq_token_clear(&session->token);
	yq_secret_free(session->store.key);
	free(session);
}

/* False: the session was freed meanwhile. */
bool
yq_session_tell(struct yq_broker_session *session)
{
	enum yq_session_state state = yq_session_state(session);

	if (state == session->told && session->serial == session->told_serial &&
	    yq_str_equal(session->why, session->told_why))
		return true;
	session->told = state;
	session->told_serial = session->serial;
	yq_str_copy_cut(session->told_why, sizeof(session->told_why), session->why);
	session->telling = true;
	for (struct yq_session_watcher *w = session->watchers; w != NULL && !session->freed;
	     w = w->next)
		if (w->fn != NULL)
			w->fn(w->cookie, state, session->told_why);
	session->telling = false;
	if (session->freed) {
		uv_close((uv_handle_t *)&session->timer, on_closed);
		return false;
	}
	drop_watchers(session, false);
	return true;
}

void
yq_session_explain(struct yq_broker_session *session, const char *why)
{
	yq_str_copy_cut(session->why, sizeof(session->why), why);
}

/* ---- the token ---- */

void
yq_session_adopt(struct yq_broker_session *session, struct yq_token *token)
{
	yq_token_clear(&session->token);
	session->token = *token;
	*token = (struct yq_token){ 0 };
	session->serial++;
	session->refused = false;
	session->loaded = true;
	yq_session_explain(session, "");
}

/* One that is over, or that the broker does not take. */
static void
drop_token(struct yq_broker_session *session, const char *why)
{
	session->after_us = session->token.issued_at_us;
	session->unsaved = false;
	yq_token_clear(&session->token);
	session->look_ns = 0;
	yq_session_explain(session, why);
}

static void on_timer(uv_timer_t *timer);

void
yq_session_step_in(struct yq_broker_session *session, int64_t ms)
{
	uint64_t bounded = ms < 0 ? 0 : ms > TICK_MS ? TICK_MS : (uint64_t)ms;

	uv_update_time(session->timer.loop);
	(void)uv_timer_start(&session->timer, on_timer, bounded, 0);
}

void
yq_session_expired(struct yq_broker_session *session, uint64_t serial)
{
	if (serial != session->serial || session->token.value == NULL)
		return;
	drop_token(session, "the broker does not take the token any more: a new one is asked for");
	yq_session_step_in(session, 0);
}

/* ---- what is to be done now ---- */

void
yq_session_issue(struct yq_broker_session *session)
{
	session->issuing = true;
	session->next_ns = yq_session_now_ns(session) + interval_ns(session);
	session->options.issue(session->options.issue_cookie, session);
}

static int64_t
due_us(const struct yq_broker_session *session)
{
	return yq_token_due_us(&session->token, session->early_pct);
}

/* There is no worker: nobody else has a token, or a turn. */
static void
do_alone(struct yq_broker_session *session)
{
	session->loaded = true;
	if (yq_session_now_ns(session) >= session->next_ns)
		yq_session_issue(session);
	else
		yq_session_step_in(
		    session, (session->next_ns - yq_session_now_ns(session)) / MS_NS + 1);
}

static void
step(struct yq_broker_session *session)
{
	if (session->token.value != NULL && !yq_session_has_token(session))
		drop_token(session, "the token is over: a new one is asked for");
	if (!yq_session_tell(session) || session->issuing || session->job != NULL)
		return;
	if (session->unsaved) {
		yq_session_ask_save(session);
	} else if (yq_session_has_token(session) && yq_session_now_us(session) < due_us(session)) {
		yq_session_step_in(
		    session, (due_us(session) - yq_session_now_us(session)) / YQ_US_PER_MS + 1);
	} else if (session->options.worker == NULL) {
		do_alone(session);
	} else if (yq_session_now_ns(session) < session->look_ns) {
		yq_session_step_in(
		    session, (session->look_ns - yq_session_now_ns(session)) / MS_NS + 1);
	} else {
		yq_session_ask_look(session);
	}
}

static void
on_timer(uv_timer_t *timer)
{
	step(timer->data);
}

/* ---- the adapter's answer ---- */

/* Whether it is a token that can be used and kept. */
static bool
is_token(
    const struct yq_broker_session *session, const struct yq_secret *value, int64_t expires_at_us)
{
	int64_t life_us = expires_at_us - yq_session_now_us(session);

	return value != NULL && yq_secret_length(value) > 0 &&
	       yq_secret_length(value) <= YQ_SEAL_MAX && life_us > 0 && life_us < LIFE_MAX_US;
}

static void
take_issued(struct yq_broker_session *session, const struct yq_secret *value, int64_t expires_at_us)
{
	struct yq_token token = { .value = yq_secret_copy(value),
		.issued_at_us = yq_session_now_us(session),
		.expires_at_us = expires_at_us };

	yq_session_adopt(session, &token);
	session->unsaved = session->options.worker != NULL;
}

static void
note_failure(struct yq_broker_session *session, enum yq_rc rc, const struct yq_err *err)
{
	yq_session_explain(session, err != NULL ? err->text : "the broker issued no token");
	session->look_ns = yq_session_now_ns(session) + YQ_SESSION_LOOK_MS * MS_NS;
	if (rc != YQ_E_DENIED && rc != YQ_E_REFUSED && rc != YQ_E_INVALID)
		return;
	session->refused = true;
	session->next_ns = yq_session_now_ns(session) + YQ_SESSION_REFUSED_MS * MS_NS;
}

void
yq_session_issued(struct yq_broker_session *session, enum yq_rc rc, const struct yq_secret *value,
    int64_t expires_at_us, const struct yq_err *err)
{
	struct yq_err fault;

	assert(session->issuing);
	session->issuing = false;
	if (rc == YQ_OK && is_token(session, value, expires_at_us)) {
		take_issued(session, value, expires_at_us);
	} else {
		if (rc == YQ_OK) {
			rc = yq_err_set(&fault, YQ_E_UNKNOWN,
			    "the broker issued a token that is none, or is over already");
			err = &fault;
		}
		note_failure(session, rc, err);
	}
	yq_session_step_in(session, 0);
}

/* ---- begin and end ---- */

enum yq_rc
yq_session_make(const struct yq_session_options *options, struct yq_broker_session **ret_session,
    struct yq_err *err)
{
	struct yq_broker_session *session;
	enum yq_rc rc = YQ_OK;

	*ret_session = NULL;
	if (options->worker != NULL)
		rc = yq_seal_key_check(options->key, err);
	if (rc != YQ_OK)
		return rc;
	session = yq_xcalloc(1, sizeof(*session));
	session->options = *options;
	session->options.key = NULL;
	if (options->interval_ms == 0)
		session->options.interval_ms = YQ_SESSION_INTERVAL_MS;
	session->store.name = options->name;
	session->store.key = yq_secret_copy(options->key);
	session->early_pct = YQ_SESSION_EARLY_PCT + randombytes_uniform(YQ_SESSION_JITTER_PCT + 1);
	session->told = YQ_SESSION_LOADING;
	session->look_ns = session->next_ns = yq_session_now_ns(session);
	(void)uv_timer_init(options->loop, &session->timer);
	session->timer.data = session;
	yq_session_step_in(session, 0);
	*ret_session = session;
	return YQ_OK;
}

void
yq_session_free(struct yq_broker_session *session)
{
	if (session == NULL)
		return;
	(void)uv_timer_stop(&session->timer);
	if (session->job != NULL)
		session->job->session = NULL;
	session->job = NULL;
	session->freed = true;
	if (!session->telling)
		uv_close((uv_handle_t *)&session->timer, on_closed);
}
