/* watch_parts.h - what the files of the watch share. */
#ifndef YQ_WEB_WATCH_PARTS_H
#define YQ_WEB_WATCH_PARTS_H

#include "bus/reply.h"
#include "bus/state.h"
#include "web/watch.h"
#include "web/watch_seen.h"

#define WATCH_FRAMES_MAX (64U << 20)

/* Names that stand for keys. */
struct watch_names {
	char (*texts)[YQ_KEY_SIZE];
	size_t count, capacity;
};

/* What a look asks for, and in which order. */
struct watch_asked {
	struct watch_names aliases, tickers, orders;
};

struct yq_watch {
	uv_timer_t timer;
	struct yq_valkey *valkey;
	const struct yq_clock *clock;
	struct yq_watch_events events;
	struct yq_seen_list seen;
	struct watch_asked asked; /* of the look under way, else of the one before */
	struct watch_names open;  /* ids of all open orders */
	struct watch_names left;  /* of those that are not open any more: looked at once more */
	size_t turn;		  /* the first of `open` in the next look */
	struct yq_buf frames;	  /* changes of this look */
	bool wanted, in_flight, settled, healthy, fresh, closing; /* healthy: that is known */
	unsigned settling; /* looks that had to ask for more */
};

/* watch_names.c: false when it is there already, or too long */
bool watch_names_add(struct watch_names *names, const char *text);
bool watch_names_push(struct watch_names *names, const char *text); /* it is not there */
bool watch_names_have(const struct watch_names *names, const char *text);
void watch_names_clear(struct watch_names *names);
void watch_names_free(struct watch_names *names);

/* watch_read.c: the parts of an answer into changes.  Each adds to `watch->frames` and `seen`. */
void watch_read_halts(struct yq_watch *watch, const struct redisReply *hash);
void watch_read_health(struct yq_watch *watch, const struct yq_health *health); /* NULL = away */
void watch_read_deposits(struct yq_watch *watch, const char *alias, const struct redisReply *hash);
/* Adds the tickers that are held to `tickers`. */
void watch_read_positions(struct yq_watch *watch, const char *alias, const struct redisReply *hash,
    struct watch_names *tickers);
void watch_read_prices(struct yq_watch *watch, const char *ticker, const struct redisReply *hash);
/* Of an order that is open; adds its ticker.  `last`: it is open no more. */
void watch_read_order(struct yq_watch *watch, const char *id, const struct redisReply *hash,
    bool last, struct watch_names *tickers);
/* What was not in this look. */
void watch_tell_gone(struct yq_watch *watch);

#endif
