/* events_parts.h - what the files of the event streams share. */
#ifndef YQ_WEB_EVENTS_PARTS_H
#define YQ_WEB_EVENTS_PARTS_H

#include <sys/queue.h>

#include "base/secret.h"
#include "desk/health.h"
#include "web/event_shapes.h"
#include "web/feed.h"
#include "web/follow.h"
#include "web/watch.h"
#include "web/web.h"

#define STREAMS_A_USER 20
#define BEHIND_MAX     (1U << 20) /* bytes that a peer has not taken, of what was told to all */
#define PACE_MS	       1000
#define TICK_MS	       10000
#define CHECK_MS       50000 /* from one look at a session to the next */

enum stream_phase {
	STREAM_WAITING,	 /* for the first look at the state and the end of the streams */
	STREAM_CATCHING, /* what it has missed is being read, page by page */
	STREAM_LIVE,
	STREAM_ENDING, /* goodbye, and no more */
};

/* All that is known now, as it is told to whoever comes new; kept while anybody takes of it. */
struct full_set {
	size_t holders;
	uint64_t version;
	struct yq_buf frames;
};

struct event_stream {
	LIST_ENTRY(event_stream) link;
	struct streams *streams;
	struct yq_http_stream *http; /* NULL = it is gone, and waits for what is in flight */
	enum stream_phase phase;
	/* Who: his session, or his key. */
	char user[65], session[65], address[64];
	struct yq_secret *authorization; /* NULL = by a session */
	int64_t checked_ms;
	/* What it is given, in this order; then what is told to all. */
	struct yq_buf own;
	size_t own_taken;
	struct full_set *set; /* NULL = none (any more) */
	size_t set_taken;
	struct yq_feed_reader reader;
	/* Catching up: how far it is, and how far this page goes. */
	struct yq_event_place place, goal;
	bool greeted, whole, page_wanted, page_full, in_flight;
	unsigned missed;
};

struct streams {
	struct yq_web *web;
	struct yq_feed feed;
	struct yq_follow *follow;
	struct yq_watch *watch;
	struct full_set *set; /* the latest; NULL = none yet */
	LIST_HEAD(, event_stream) list;
	size_t count;
	unsigned pages; /* in flight */
	uv_timer_t pace;
	int64_t ticked_ms;
	bool health_in_flight, check_in_flight, draining, stopped, closed;
	struct yq_gauge *open_gauge, *held_gauge;
	struct yq_counter *slow, *resets;
};

/* events.c */
int64_t events_now_ms(const struct streams *streams);
/* Of an event that one stream alone is told; the data is what the caller writes. */
void events_add_time(struct streams *streams, struct yq_buf *out, const char *name);
void events_greet(struct event_stream *stream, const struct yq_event_place *id);
/* From here on it hears what all hear; it stands in the feed, or is put at its end. */
void events_go_live(struct event_stream *stream);
void events_end(struct event_stream *stream, const char *reason);
void events_tell_all(struct streams *streams, const char *frames, size_t length);
/* It is gone and nothing of it is in flight: free it. */
void events_forget(struct event_stream *stream);
void events_wake(struct event_stream *stream);
/* Free all, once the program has stopped and nothing is in flight. */
void events_look_over(struct streams *streams);

/* catch_up.c */
void events_catch_up(struct event_stream *stream); /* `place` is where it stands */
void events_more_pages(struct streams *streams);   /* for those that have room for one */

/* events_pace.c */
void events_pace_start(struct streams *streams);
void events_ask_health(struct streams *streams);
void events_check(struct streams *streams);

#endif
