/*
 * lookup.h - ask the gateway for a price that nobody knows.
 *
 * A question goes out on `query` and is settled when its answer is heard on query:reply:{Id} (the
 * gateway writes the price before it answers), or after YQ_LOOKUP_WAIT_MS.  What it brought is read
 * where prices stand: stock:{Ticker}.  One question an instrument, however many ask.  Loop thread
 * only.
 */
#ifndef YQ_ORDER_MANAGER_LOOKUP_H
#define YQ_ORDER_MANAGER_LOOKUP_H

#include "daemon/daemon.h"
#include "domain/terms.h"

struct yq_lookup; /* opaque */

#define YQ_LOOKUP_WAIT_MS 2000
#define YQ_LOOKUP_MAX	  128 /* questions at a time */

/* A question was settled, one way or the other. */
typedef void yq_lookup_fn(void *cookie);

/* Opens a connection of its own.  `fn` runs from the loop, never from inside a call. */
YQ_NODISCARD enum yq_rc yq_lookup_open(struct yq_daemon *daemon, yq_lookup_fn *fn, void *cookie,
    struct yq_lookup **ret_lookup, struct yq_err *err);
/* `fn` does not run again.  NULL is a no-op. */
void yq_lookup_close(struct yq_lookup *lookup);

/* Ask, unless it is being asked already.  False: too many questions are open. */
YQ_NODISCARD bool yq_lookup_ask(
    struct yq_lookup *lookup, enum yq_exchange exchange, const char *ticker);
bool yq_lookup_is_open(
    const struct yq_lookup *lookup, enum yq_exchange exchange, const char *ticker);

#endif
