/*
 * watch.h - one look at the state for all who watch, five times a second, as long as anybody does:
 * what has changed since the look before becomes events.
 *
 * Deposits, positions, prices of what is held or ordered, open orders and kill switches, in one
 * round trip, all at one moment.  Loop thread.
 */
#ifndef YQ_WEB_WATCH_H
#define YQ_WEB_WATCH_H

#include <uv.h>

#include "base/clock.h"
#include "bus/valkey.h"
#include "desk/health.h"

#define YQ_WATCH_MS	    200
#define YQ_WATCH_ORDERS_MAX 256 /* orders looked at each time; of more each has its turn */

struct yq_watch; /* opaque */

struct yq_watch_events {
	/* What has changed, as events; borrowed. */
	void (*changed)(void *cookie, const char *frames, size_t length);
	/* yq_watch_is_fresh has become true. */
	void (*fresh)(void *cookie);
	void *cookie;
};

/* `valkey` and `clock` are borrowed. */
struct yq_watch *yq_watch_make(uv_loop_t *loop, struct yq_valkey *valkey,
    const struct yq_clock *clock, const struct yq_watch_events *events);
void yq_watch_free(struct yq_watch *watch); /* no event from here on; NULL is a no-op */
/* Look, or do not. */
void yq_watch_want(struct yq_watch *watch, bool wanted);
/* How the programs are, looked at by somebody else; NULL = that could not be found out. */
void yq_watch_health(struct yq_watch *watch, const struct yq_health *health);
/* What it knows is of the last look: true from some milliseconds after it is wanted, also where the
 * server is away, which is then all there is to be told. */
bool yq_watch_is_fresh(const struct yq_watch *watch);
/* All that it knows, as events, and a number that is another whenever that is. */
void yq_watch_write(const struct yq_watch *watch, struct yq_buf *out);
uint64_t yq_watch_version(const struct yq_watch *watch);
/* Of it the event `health` alone. */
void yq_watch_write_health(const struct yq_watch *watch, struct yq_buf *out);

#endif
