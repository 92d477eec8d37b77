/*
 * resync.h - one reading of all open orders of the bus, some at a time.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_RESYNC_H
#define YQ_ORDER_MANAGER_RESYNC_H

#include "bus/state.h"

struct yq_resync; /* opaque */

#define YQ_RESYNC_WINDOW 256 /* questions at a time */

struct yq_resync_events {
	/* An order that stands among the open ones; borrowed for the call. */
	void (*order)(void *cookie, const struct yq_order_state_full *order);
	/* The end, once; the resync frees itself.  YQ_OK: `ids` are all open orders in ascending
	 * order, borrowed for the call.  Anything else: they could not all be read. */
	void (*done)(void *cookie, enum yq_rc rc, const struct yq_id *ids, size_t count);
};

/* `events` must live as long.  Never calls back from inside. */
struct yq_resync *yq_resync_start(
    struct yq_valkey *valkey, const struct yq_resync_events *events, void *cookie);
/* No event runs after this.  NULL is a no-op. */
void yq_resync_cancel(struct yq_resync *resync);

#endif
