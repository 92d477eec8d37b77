/*
 * events_pace.c - what streams need now and then: a sign of life, a look at the programs' health,
 * and at whether those who listen may still do so.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "desk/web_session.h"
#include "web/auth.h"
#include "web/events_parts.h"

/* {at}, as a whole event. */
void
events_add_time(struct streams *streams, struct yq_buf *out, const char *name)
{
	struct yq_json_writer w;

	yq_event_begin(out, name, NULL);
	w = yq_json_writer_make(out);
	yq_json_begin_object(&w);
	yq_json_put_time(&w, "at", yq_clock_now_us(yq_daemon_clock(streams->web->daemon)));
	yq_json_end_object(&w);
	yq_event_end(out);
}

/* ---- health: some tens of round trips, on a lane ---- */

struct health_job {
	struct streams *streams;
	const struct yq_config *config;
	int64_t now_us;
	struct yq_health health;
	enum yq_rc rc;
};

static void
find_health(struct yq_desk *desk, void *cookie)
{
	struct health_job *job = cookie;
	struct yq_err err;

	desk->config = job->config;
	job->rc = yq_desk_valkey(desk, &err);
	if (job->rc == YQ_OK)
		job->rc = yq_desk_health(desk, job->now_us, &job->health, &err);
	if (job->rc != YQ_OK)
		yq_debug("events: health: %s", err.text);
}

static void
on_health(void *cookie)
{
	struct health_job *job = cookie;
	struct streams *streams = job->streams;

	streams->health_in_flight = false;
	if (!streams->stopped)
		yq_watch_health(streams->watch, job->rc == YQ_OK ? &job->health : NULL);
	yq_config_let_go(job->config);
	free(job);
	events_look_over(streams);
}

void
events_ask_health(struct streams *streams)
{
	struct health_job *job;

	if (streams->health_in_flight || streams->draining)
		return;
	job = yq_xcalloc(1, sizeof(*job));
	job->streams = streams;
	job->config = yq_config_hold(streams->web->config);
	job->now_us = yq_clock_now_us(yq_daemon_clock(streams->web->daemon));
	streams->health_in_flight =
	    yq_lanes_submit(streams->web->lanes, YQ_LANE_LIVE, find_health, on_health, job);
	if (streams->health_in_flight)
		return;
	yq_config_let_go(job->config); /* busy: at the next pace */
	free(job);
}

/* ---- whether they may still listen ---- */

struct check_job {
	struct streams *streams;
	const struct yq_config *config;
	char user[65], session[65], address[64];
	struct yq_secret *authorization;
	enum yq_rc rc;
};

/* By the session's digest: looking at it so is no use of it, and keeps nobody signed in. */
static enum yq_rc
check_session(struct yq_desk *desk, const char *digest, struct yq_err *err)
{
	struct yq_web_session session;
	enum yq_rc rc = yq_desk_valkey(desk, err);

	return rc != YQ_OK ? rc : yq_web_session_read(desk->valkey, digest, &session, err);
}

static enum yq_rc
check_key(struct yq_desk *desk, const struct check_job *job, struct yq_err *err)
{
	struct yq_api_who who = { .role = YQ_ROLE_NONE };
	const struct yq_auth_request request = {
		.authorization = yq_secret_reveal(job->authorization),
		.method = "GET",
		.address = job->address,
		.agent = "",
	};
	enum yq_rc rc = yq_auth_who(desk, &request, &who, err);

	return rc == YQ_OK && who.role < YQ_ROLE_VIEWER ? YQ_E_DENIED : rc;
}

static void
check(struct yq_desk *desk, void *cookie)
{
	struct check_job *job = cookie;
	struct yq_err err;

	desk->config = job->config;
	if (job->authorization == NULL)
		job->rc = check_session(desk, job->session, &err);
	else
		job->rc = check_key(desk, job, &err);
}

static bool
is_same(const struct event_stream *stream, const struct check_job *job)
{
	if (!yq_str_equal(stream->user, job->user) || !yq_str_equal(stream->session, job->session))
		return false;
	if (job->authorization == NULL || stream->authorization == NULL)
		return job->authorization == stream->authorization;
	return yq_secret_matches(stream->authorization, yq_secret_reveal(job->authorization),
	    yq_secret_length(job->authorization));
}

static void
on_checked(void *cookie)
{
	struct check_job *job = cookie;
	struct streams *streams = job->streams;
	bool is_over = job->rc == YQ_E_DENIED || job->rc == YQ_E_NOT_FOUND;
	struct event_stream *stream;

	streams->check_in_flight = false;
	LIST_FOREACH(stream, &streams->list, link)
	{
		if (!is_same(stream, job))
			continue;
		stream->checked_ms = events_now_ms(streams);
		if (is_over)
			events_end(stream, "the session is over");
	}
	yq_config_let_go(job->config);
	yq_secret_free(job->authorization);
	free(job);
	if (!streams->stopped)
		events_check(streams);
	events_look_over(streams);
}

static void
submit_check(struct streams *streams, const struct event_stream *stream)
{
	struct check_job *job = yq_xcalloc(1, sizeof(*job));

	job->streams = streams;
	job->config = yq_config_hold(streams->web->config);
	yq_str_copy_cut(job->user, sizeof(job->user), stream->user);
	yq_str_copy_cut(job->session, sizeof(job->session), stream->session);
	yq_str_copy_cut(job->address, sizeof(job->address), stream->address);
	job->authorization = yq_secret_copy(stream->authorization);
	streams->check_in_flight =
	    yq_lanes_submit(streams->web->lanes, YQ_LANE_LIVE, check, on_checked, job);
	if (streams->check_in_flight)
		return;
	yq_config_let_go(job->config);
	yq_secret_free(job->authorization);
	free(job);
}

void
events_check(struct streams *streams)
{
	int64_t now = events_now_ms(streams);
	const struct event_stream *stream;

	if (streams->check_in_flight || streams->draining)
		return;
	LIST_FOREACH(stream, &streams->list, link)
	{
		if (stream->phase == STREAM_ENDING || now - stream->checked_ms < CHECK_MS)
			continue;
		submit_check(streams, stream);
		return;
	}
}

/* ---- once a second ---- */

static void
tick(struct streams *streams)
{
	struct yq_buf frames = yq_buf_make(256);
	struct event_stream *stream;

	events_add_time(streams, &frames, "tick");
	LIST_FOREACH(stream, &streams->list, link)
	if (stream->phase == STREAM_WAITING && stream->own.length == 0) {
		yq_buf_add(&stream->own, frames.data, frames.length);
		events_wake(stream);
	}
	events_tell_all(streams, frames.data, frames.length);
	yq_buf_free(&frames);
}

/* Who does not take his goodbye within a second goes without it. */
static void
cut_all(struct streams *streams)
{
	struct event_stream *stream;

	LIST_FOREACH(stream, &streams->list, link)
	yq_http_stream_cut(stream->http);
}

static void
on_pace(uv_timer_t *timer)
{
	struct streams *streams = timer->data;
	int64_t now = events_now_ms(streams);

	if (streams->count == 0)
		return;
	if (streams->draining) {
		cut_all(streams);
		return;
	}
	events_ask_health(streams);
	events_check(streams);
	events_more_pages(streams);
	if (now - streams->ticked_ms < TICK_MS)
		return;
	streams->ticked_ms = now;
	tick(streams);
}

void
events_pace_start(struct streams *streams)
{
	streams->pace.data = streams;
	(void)uv_timer_init(yq_daemon_loop(streams->web->daemon), &streams->pace);
	(void)uv_timer_start(&streams->pace, on_pace, PACE_MS, PACE_MS);
}
