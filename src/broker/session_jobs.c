/* session_jobs.c - what a session asks the worker, and what the answers mean. */
#include "broker/session_parts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"

static void
free_job(struct yq_session_job *job)
{
	if (job->session != NULL)
		job->session->job = NULL;
	yq_secret_free(job->store.key);
	yq_token_clear(&job->look.token);
	yq_token_clear(&job->token);
	free(job);
}

static struct yq_session_job *
make_job(struct yq_broker_session *session)
{
	struct yq_session_job *job = yq_xcalloc(1, sizeof(*job));

	job->session = session;
	job->store.name = session->store.name;
	job->store.key = yq_secret_copy(session->store.key);
	session->job = job;
	return job;
}

static void
submit(struct yq_broker_session *session, struct yq_session_job *job, yq_worker_fn *fn,
    yq_worker_done_fn *done)
{
	if (yq_worker_submit(session->options.worker, fn, done, job) == YQ_OK)
		return;
	free_job(job);
	yq_session_explain(session, "the token: too much waits for the store");
	yq_session_step_in(session, YQ_SESSION_LOOK_MS);
}

static enum yq_rc
run_save(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_session_job *job = cookie;

	return yq_session_save(firebird, &job->store, &job->token, err);
}

static void
on_saved(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_session_job *job = cookie;
	struct yq_broker_session *session = job->session;
	char text[YQ_ERR_TEXT_MAX];

	free_job(job);
	if (session == NULL)
		return;
	if (rc == YQ_OK) {
		session->unsaved = false;
		yq_session_explain(session, "");
	} else {
		(void)yq_str_format(
		    text, sizeof(text), "the token is in use, and not kept yet: %s", err->text);
		yq_session_explain(session, text);
	}
	if (yq_session_tell(session))
		yq_session_step_in(session, rc == YQ_OK ? 0 : YQ_SESSION_LOOK_MS);
}

void
yq_session_ask_save(struct yq_broker_session *session)
{
	struct yq_session_job *job = make_job(session);

	job->token = session->token;
	job->token.value = yq_secret_copy(session->token.value);
	submit(session, job, run_save, on_saved);
}

static enum yq_rc
run_look(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_session_job *job = cookie;

	return yq_session_look(firebird, &job->store, &job->look, err);
}

/* What the store says: use it, or have one issued, or wait for who does. */
static void
use_look(struct yq_broker_session *session, struct yq_session_look *look)
{
	session->loaded = true;
	if (session->store_away)
		yq_session_explain(session, "");
	session->store_away = false;
	if (look->token.value != NULL && look->token.issued_at_us > session->after_us &&
	    (session->token.value == NULL ||
		look->token.issued_at_us > session->token.issued_at_us))
		yq_session_adopt(session, &look->token);
	else if (look->unread.text[0] != '\0')
		yq_session_explain(session, look->unread.text);
	else if (!yq_session_has_token(session) && !look->ours && look->until_us != 0)
		yq_session_explain(session, "a token is being asked for, or has been a moment ago");
}

/* Before the next look. */
static int64_t
pause_ns(const struct yq_broker_session *session)
{
	bool calm = yq_session_has_token(session) || session->refused;

	return (calm ? YQ_SESSION_CALM_MS : YQ_SESSION_LOOK_MS) * INT64_C(1000000);
}

static void
on_looked(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_session_job *job = cookie;
	struct yq_broker_session *session = job->session;
	bool ours = rc == YQ_OK && job->look.ours;
	char text[YQ_ERR_TEXT_MAX];

	if (session == NULL) {
		free_job(job);
		return;
	}
	session->look_ns = yq_session_now_ns(session) + pause_ns(session);
	if (rc == YQ_OK) {
		use_look(session, &job->look);
	} else {
		(void)yq_str_format(text, sizeof(text), "the store of tokens: %s", err->text);
		session->store_away = true;
		yq_session_explain(session, text);
	}
	free_job(job);
	if (!yq_session_tell(session))
		return;
	if (ours)
		yq_session_issue(session);
	yq_session_step_in(session, 0);
}

void
yq_session_ask_look(struct yq_broker_session *session)
{
	struct yq_session_job *job = make_job(session);

	job->look = (struct yq_session_look){ .now_us = yq_session_now_us(session),
		.after_us = session->after_us,
		.interval_us = session->options.interval_ms * YQ_US_PER_MS,
		.early_pct = session->early_pct,
		.take_turn = yq_session_now_ns(session) >= session->next_ns };
	submit(session, job, run_look, on_looked);
}
