/*
 * catch_up.c - what a stream has missed, read page by page from where it stood.
 *
 * A page goes up to where the follower is when it is asked for; from that very moment the stream
 * stands in the feed.  So what follows the last page is the next thing it hears: nothing is missed
 * between the two, and nothing comes twice.  A page is asked for only when the peer has taken the
 * one before.
 */
#include "web/events_parts.h"

#include "base/log.h"
#include "bus/reply.h"
#include "web/happenings.h"
#include "web/lines.h"

#define PAGE	  100
#define PAGES_MAX 16 /* in flight, of all streams */

static void ask(struct event_stream *stream);

/* One is back.  False: its stream is gone. */
static bool
end_flight(struct event_stream *stream)
{
	struct streams *streams = stream->streams;

	stream->in_flight = false;
	streams->pages--;
	if (stream->http != NULL && stream->phase == STREAM_CATCHING)
		return true;
	if (stream->http == NULL)
		events_forget(stream);
	events_look_over(streams);
	return false;
}

static void
begin_flight(struct event_stream *stream)
{
	stream->page_wanted = false;
	stream->in_flight = true;
	stream->streams->pages++;
}

/* It must load everything anew; from here on it hears what comes. */
static void
reset(struct event_stream *stream)
{
	struct streams *streams = stream->streams;

	yq_counter_add(streams->resets, 1);
	events_greet(stream, yq_follow_place(streams->follow));
	yq_event_begin(&stream->own, "reset", NULL);
	yq_buf_add_text(&stream->own, "{\"reason\":\"trimmed\"}");
	yq_event_end(&stream->own);
	events_go_live(stream);
}

static void
on_told(
    void *cookie, enum yq_rc rc, const struct yq_buf *frames, const struct yq_event_place *place)
{
	struct event_stream *stream = cookie;

	if (!end_flight(stream))
		return;
	if (rc != YQ_OK) {
		stream->page_wanted = true; /* at the next pace */
		return;
	}
	if (!stream->greeted)
		events_greet(stream, NULL);
	yq_buf_add(&stream->own, yq_buf_text(frames), frames->length);
	if (stream->page_full) {
		stream->place = *place;
		stream->page_wanted = true; /* when this one is taken */
		events_wake(stream);
	} else {
		stream->place = stream->goal;
		events_go_live(stream);
	}
	events_more_pages(stream->streams);
}

/* The last entry of a full list: of the others nothing later is told yet, so that all come in the
 * order in which they happened. */
static void
lower_limit(const struct redisReply *entries, struct yq_entry_at *limit)
{
	const struct redisReply *last = yq_reply_at(entries, yq_reply_count(entries) - 1);
	struct yq_entry_at at;
	size_t length;
	const char *id = yq_reply_text(yq_reply_at(last, 0), &length);

	if (id != NULL && yq_entry_at_parse(id, length, &at) && yq_entry_at_compare(&at, limit) < 0)
		*limit = at;
}

static void
on_page(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct event_stream *stream = cookie;
	struct yq_entry_at limit = { UINT64_MAX, UINT64_MAX };
	struct yq_happenings *happenings;

	if (rc != YQ_OK || yq_reply_count(reply) != YQ_LINES || stream->http == NULL) {
		yq_debug("events: a page: %s", rc == YQ_OK ? "not wanted" : err->text);
		if (end_flight(stream))
			stream->page_wanted = true;
		return;
	}
	happenings = yq_happenings_make();
	stream->page_full = false;
	for (int line = 0; line < YQ_LINES; line++) {
		const struct redisReply *entries = yq_reply_at(reply, (size_t)line);

		if (yq_happenings_add(happenings, (enum yq_line)line, entries) < PAGE)
			continue;
		stream->page_full = true;
		lower_limit(entries, &limit);
	}
	yq_happenings_keep(happenings, &limit);
	if (!stream->greeted)
		stream->missed = (unsigned)yq_happenings_count(happenings);
	yq_happenings_tell(happenings, yq_daemon_valkey(stream->streams->web->daemon),
	    &stream->place, on_told, stream);
}

static void
on_states(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct event_stream *stream = cookie;
	struct yq_line_state states[YQ_LINES];

	if (!end_flight(stream))
		return;
	if (rc != YQ_OK || !yq_lines_read(reply, states)) {
		yq_debug("events: %s", rc == YQ_OK ? "the streams cannot be read" : err->text);
		stream->page_wanted = true;
		return;
	}
	for (size_t i = 0; i < YQ_LINES; i++) {
		if (yq_line_is_whole(&states[i], &stream->place.at[i]))
			continue;
		reset(stream);
		return;
	}
	stream->whole = true;
	ask(stream);
}

/* Where it is ahead of the follower, that is only late: it waits for it. */
static void
ask(struct event_stream *stream)
{
	struct streams *streams = stream->streams;
	struct yq_valkey *valkey = yq_daemon_valkey(streams->web->daemon);
	const struct yq_event_place *end = yq_follow_place(streams->follow);

	stream->page_wanted = true;
	if (stream->whole && !yq_event_place_has_reached(end, &stream->place))
		return;
	begin_flight(stream);
	if (!stream->whole) {
		yq_lines_ask(valkey, on_states, stream);
		return;
	}
	if (stream->reader.block != NULL)
		yq_feed_leave(&streams->feed, &stream->reader);
	yq_feed_join(&streams->feed, &stream->reader);
	stream->goal = *end;
	yq_lines_page(valkey, &stream->place, &stream->goal, PAGE, on_page, stream);
}

void
events_catch_up(struct event_stream *stream)
{
	stream->page_wanted = true;
	events_more_pages(stream->streams);
}

void
events_more_pages(struct streams *streams)
{
	struct event_stream *stream;

	LIST_FOREACH(stream, &streams->list, link)
	{
		if (streams->pages >= PAGES_MAX)
			return;
		if (stream->phase == STREAM_CATCHING && stream->page_wanted &&
		    stream->own.length == 0)
			ask(stream);
	}
}
