/*
 * events.c - GET /events: everything that happens, as it happens, to everybody who watches.
 *
 * What is told to all is encoded once and lies in one feed; a stream is a place in it.  Before that
 * a stream is given what is its own: the greeting, what it has missed (catch_up.c), and all that is
 * known now.  Bytes are copied only when its peer takes them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/events.h"
#include "web/events_parts.h"

#define OWN_MAX (64U << 20)
#define SET_MAX (64U << 20)

int64_t
events_now_ms(const struct streams *streams)
{
	return yq_clock_monotonic_ns(yq_daemon_clock(streams->web->daemon)) / 1000000;
}

/* ---- the full set ---- */

static void
set_release(struct full_set *set)
{
	if (set == NULL || --set->holders > 0)
		return;
	yq_buf_free(&set->frames);
	free(set);
}

/* The same for all who come while nothing changes. */
static struct full_set *
set_now(struct streams *streams)
{
	uint64_t version = yq_watch_version(streams->watch);
	struct full_set *set = streams->set;

	if (set == NULL || set->version != version) {
		set_release(set);
		set = yq_xcalloc(1, sizeof(*set));
		set->holders = 1;
		set->version = version;
		set->frames = yq_buf_make(SET_MAX);
		yq_watch_write(streams->watch, &set->frames);
		events_add_time(streams, &set->frames, "snapshot");
		streams->set = set;
	}
	set->holders++;
	return set;
}

/* ---- one stream ---- */

void
events_wake(struct event_stream *stream)
{
	if (stream->http != NULL)
		yq_http_stream_wake(stream->http);
}

void
events_forget(struct event_stream *stream)
{
	if (stream->in_flight)
		return;
	yq_secret_free(stream->authorization);
	free(stream);
}

static void
drop_what_waits(struct event_stream *stream)
{
	struct streams *streams = stream->streams;

	yq_buf_free(&stream->own);
	set_release(stream->set);
	stream->set = NULL;
	if (stream->reader.block != NULL)
		yq_feed_leave(&streams->feed, &stream->reader);
}

static void
on_closed(void *cookie, struct yq_http_stream *http)
{
	struct event_stream *stream = cookie;
	struct streams *streams = stream->streams;

	(void)http;
	stream->http = NULL;
	stream->page_wanted = false;
	drop_what_waits(stream);
	LIST_REMOVE(stream, link);
	streams->count--;
	streams->web->open_streams--;
	yq_gauge_set(streams->open_gauge, (int64_t)streams->count);
	if (streams->count == 0 && !streams->stopped) {
		yq_watch_want(streams->watch, false);
		set_release(streams->set);
		streams->set = NULL;
	}
	events_forget(stream);
	yq_web_look_drained(streams->web);
	events_look_over(streams);
}

static size_t
take_own(struct event_stream *stream, char *target, size_t room)
{
	size_t there = stream->own.length - stream->own_taken;
	size_t part = there < room ? there : room;

	if (part > 0)
		memcpy(target, stream->own.data + stream->own_taken, part);
	stream->own_taken += part;
	if (part == there && there > 0) {
		yq_buf_free(&stream->own);
		stream->own_taken = 0;
	}
	return part;
}

static size_t
take_set(struct event_stream *stream, char *target, size_t room)
{
	size_t there = stream->set == NULL ? 0 : stream->set->frames.length - stream->set_taken;
	size_t part = there < room ? there : room;

	if (part > 0)
		memcpy(target, stream->set->frames.data + stream->set_taken, part);
	stream->set_taken += part;
	if (part == there) {
		set_release(stream->set);
		stream->set = NULL;
	}
	return part;
}

/* Goodbye comes behind the event that has begun. */
static size_t
take_ending(struct event_stream *stream, char *target, size_t room)
{
	size_t begun = stream->reader.block == NULL ? 0 : yq_feed_rest(&stream->reader);
	size_t given = 0;

	if (stream->set != NULL && stream->set_taken > 0)
		given = take_set(stream, target, room);
	if (given < room && begun > 0)
		given += yq_feed_take(&stream->streams->feed, &stream->reader, target + given,
		    begun < room - given ? begun : room - given);
	if (given < room)
		given += take_own(stream, target + given, room - given);
	if (given == 0)
		yq_http_stream_end(stream->http);
	return given;
}

static size_t
fill(void *cookie, char *target, size_t room)
{
	struct event_stream *stream = cookie;
	size_t given;

	if (stream->phase == STREAM_ENDING)
		return take_ending(stream, target, room);
	given = take_own(stream, target, room);
	if (stream->phase == STREAM_LIVE) {
		given += take_set(stream, target + given, room - given);
		given += yq_feed_take(
		    &stream->streams->feed, &stream->reader, target + given, room - given);
	} else if (stream->page_wanted && stream->own.length == 0) {
		events_more_pages(stream->streams);
	}
	return given;
}

/* `id` NULL = it has one already. */
void
events_greet(struct event_stream *stream, const struct yq_event_place *id)
{
	struct streams *streams = stream->streams;
	struct yq_json_writer w;

	stream->greeted = true;
	yq_event_begin(&stream->own, "hello", id);
	w = yq_json_writer_make(&stream->own);
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "version", YQ_VERSION);
	yq_json_put_time(&w, "at", yq_clock_now_us(yq_daemon_clock(streams->web->daemon)));
	yq_json_put_int(&w, "missed", stream->missed);
	yq_json_end_object(&w);
	yq_event_end(&stream->own);
	yq_watch_write_health(streams->watch, &stream->own);
}

void
events_go_live(struct event_stream *stream)
{
	struct streams *streams = stream->streams;

	if (stream->reader.block == NULL)
		yq_feed_join(&streams->feed, &stream->reader);
	stream->set = set_now(streams);
	stream->set_taken = 0;
	stream->phase = STREAM_LIVE;
	events_wake(stream);
}

void
events_end(struct event_stream *stream, const char *reason)
{
	struct yq_json_writer w;

	if (stream->phase == STREAM_ENDING || stream->http == NULL)
		return;
	if (stream->own_taken == 0 && stream->phase == STREAM_WAITING)
		yq_buf_clear(&stream->own);
	stream->phase = STREAM_ENDING;
	yq_event_begin(&stream->own, "bye", NULL);
	w = yq_json_writer_make(&stream->own);
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "reason", reason);
	yq_json_end_object(&w);
	yq_event_end(&stream->own);
	events_wake(stream);
}

/* Both the state and the streams' ends are known: it can begin. */
static void
begin(struct event_stream *stream)
{
	struct streams *streams = stream->streams;

	if (stream->phase != STREAM_WAITING || !yq_follow_is_ready(streams->follow) ||
	    !yq_watch_is_fresh(streams->watch))
		return;
	if (stream->page_wanted) {
		stream->phase = STREAM_CATCHING;
		stream->page_wanted = false;
		events_catch_up(stream);
		return;
	}
	events_greet(stream, yq_follow_place(streams->follow));
	events_go_live(stream);
}

static void
begin_all(void *cookie)
{
	struct streams *streams = cookie;
	struct event_stream *stream;

	LIST_FOREACH(stream, &streams->list, link)
	begin(stream);
}

/* ---- what all hear ---- */

void
events_tell_all(struct streams *streams, const char *frames, size_t length)
{
	struct event_stream *stream;

	yq_feed_add(&streams->feed, frames, length);
	yq_gauge_set(streams->held_gauge, (int64_t)streams->feed.held);
	LIST_FOREACH(stream, &streams->list, link)
	{
		if (stream->reader.block == NULL || stream->http == NULL)
			continue;
		if (yq_feed_behind(&streams->feed, &stream->reader) > BEHIND_MAX) {
			yq_counter_add(streams->slow, 1);
			drop_what_waits(stream);
			stream->phase = STREAM_ENDING;
			yq_http_stream_cut(stream->http); /* he may come back with his last id */
		} else if (stream->phase == STREAM_LIVE) {
			events_wake(stream);
		}
	}
}

static void
on_told(void *cookie, const char *frames, size_t length)
{
	events_tell_all(cookie, frames, length);
}

static bool
is_wanted(void *cookie)
{
	const struct streams *streams = cookie;

	return streams->count > 0;
}

/* Whoever is catching up stands where nothing can be trusted: he comes back, and is told too. */
static void
on_lost(void *cookie)
{
	struct streams *streams = cookie;
	struct yq_buf frames = yq_buf_make(1024);
	struct event_stream *stream;

	LIST_FOREACH(stream, &streams->list, link)
	if (stream->phase == STREAM_CATCHING)
		events_end(stream, "the server's history has changed");
	yq_counter_add(streams->resets, 1);
	yq_event_begin(&frames, "reset", yq_follow_place(streams->follow));
	yq_buf_add_text(&frames, "{\"reason\":\"history\"}");
	yq_event_end(&frames);
	events_tell_all(streams, frames.data, frames.length);
	yq_buf_free(&frames);
}

/* ---- a new one ---- */

static size_t
streams_of(const struct streams *streams, const char *user)
{
	const struct event_stream *stream;
	size_t count = 0;

	LIST_FOREACH(stream, &streams->list, link)
	count += yq_str_equal(stream->user, user);
	return count;
}

static void
copy_who(struct event_stream *stream, struct yq_http_request *request, const struct yq_api_who *who)
{
	const char *header = yq_http_header(request, "Authorization");

	yq_str_copy_cut(stream->user, sizeof(stream->user), who->user);
	yq_str_copy_cut(stream->session, sizeof(stream->session), who->session);
	yq_str_copy_cut(stream->address, sizeof(stream->address), who->address);
	if (who->session[0] == '\0' && header != NULL)
		stream->authorization = yq_secret_make(header, strlen(header));
	stream->checked_ms = events_now_ms(stream->streams);
}

/* An id that is none is like one that is too old. */
static void
take_last_id(struct event_stream *stream, const char *last_id)
{
	if (last_id == NULL)
		return;
	stream->page_wanted = true; /* begin() takes it from there */
	if (!yq_event_place_parse(last_id, &stream->place))
		stream->place = (struct yq_event_place){ .at = { { .ms = UINT64_MAX } } };
}

void
yq_events_open(struct yq_web *web, struct yq_http_request *request, const struct yq_api_who *who,
    const char *last_id)
{
	struct streams *streams = web->streams;
	struct event_stream *stream;

	if ((int64_t)streams->count >= yq_config_int(web->config, "Web:MaxStreams")) {
		yq_web_refuse(request, 503, "STREAMS_FULL",
		    "as many streams as Web:MaxStreams allows are open", "10");
		return;
	}
	if (streams_of(streams, who->user) >= STREAMS_A_USER) {
		yq_web_refuse(request, 429, "STREAMS_FULL",
		    "as many streams as one user may have are open", NULL);
		return;
	}
	stream = yq_xcalloc(1, sizeof(*stream));
	stream->streams = streams;
	stream->own = yq_buf_make(OWN_MAX);
	copy_who(stream, request, who);
	take_last_id(stream, last_id);
	LIST_INSERT_HEAD(&streams->list, stream, link);
	streams->count++;
	web->open_streams++;
	yq_gauge_set(streams->open_gauge, (int64_t)streams->count);
	stream->http = yq_http_answer_pull(request, "text/event-stream", fill, on_closed, stream);
	yq_buf_add_text(&stream->own, "retry: 2000\n\n");
	if (streams->count == 1) {
		yq_watch_want(streams->watch, true);
		events_ask_health(streams);
	}
	begin(stream);
}

/* ---- the program ---- */

enum yq_rc
yq_events_start(struct yq_web *web, struct yq_err *err)
{
	struct streams *streams = yq_xcalloc(1, sizeof(*streams));
	struct yq_metrics *metrics = yq_daemon_metrics(web->daemon);
	uv_loop_t *loop = yq_daemon_loop(web->daemon);
	const struct yq_follow_events follow = { on_told, is_wanted, on_lost, begin_all, streams };
	const struct yq_watch_events watch = { on_told, begin_all, streams };
	enum yq_rc rc = yq_follow_open(
	    loop, yq_daemon_valkey_target(web->daemon), &follow, &streams->follow, err);

	if (rc != YQ_OK) {
		free(streams);
		return rc;
	}
	streams->web = web;
	web->streams = streams;
	LIST_INIT(&streams->list);
	yq_feed_open(&streams->feed);
	streams->watch = yq_watch_make(
	    loop, yq_daemon_valkey(web->daemon), yq_daemon_clock(web->daemon), &watch);
	streams->open_gauge =
	    yq_metrics_gauge(metrics, "yq_web_streams", NULL, "Streams of events that are open.");
	streams->held_gauge = yq_metrics_gauge(metrics, "yq_web_stream_bytes", NULL,
	    "Bytes of events that somebody has still to take.");
	streams->slow = yq_metrics_counter(metrics, "yq_web_streams_slow_total", NULL,
	    "Streams that were ended because their peers did not keep up.");
	streams->resets = yq_metrics_counter(metrics, "yq_web_stream_resets_total", NULL,
	    "Times that pages were told to load everything anew.");
	events_pace_start(streams);
	return YQ_OK;
}

void
yq_events_drain(struct yq_web *web)
{
	struct streams *streams = web->streams;
	struct event_stream *stream;

	streams->draining = true;
	LIST_FOREACH(stream, &streams->list, link)
	events_end(stream, "the server is stopping");
}

void
events_look_over(struct streams *streams)
{
	if (!streams->closed || streams->count > 0 || streams->pages > 0 ||
	    streams->health_in_flight || streams->check_in_flight)
		return;
	set_release(streams->set);
	yq_feed_close(&streams->feed);
	free(streams);
}

static void
on_pace_closed(uv_handle_t *handle)
{
	struct streams *streams = handle->data;

	streams->closed = true;
	events_look_over(streams);
}

void
yq_events_stop(struct yq_web *web)
{
	struct streams *streams = web->streams;

	if (streams == NULL || streams->stopped)
		return;
	streams->stopped = true;
	yq_follow_close(streams->follow);
	yq_watch_free(streams->watch);
	uv_close((uv_handle_t *)&streams->pace, on_pace_closed);
}

static const struct yq_api_field fields[] = {
	{ .name = "last",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_TEXT,
	    .min = 1,
	    .max = YQ_EVENT_PLACE_SIZE,
	    .what = "the id of the last event that was heard, as the header Last-Event-ID" },
};
static const struct yq_api_route routes[] = {
	{
	    .method = "GET",
	    .path = "/events",
	    .name = "getEvents",
	    .summary = "Everything that happens, as it happens: server-sent events.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_LIVE,
	    .flags = YQ_API_STREAM | YQ_API_PLAIN,
	    .status = 200,
	    .answer = "text/event-stream",
	    .fields = fields,
	    .field_count = YQ_COUNT(fields),
	},
};
const struct yq_api_family yq_api_events = { "events", routes, YQ_COUNT(routes) };
