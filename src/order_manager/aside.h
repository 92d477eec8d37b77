/*
 * aside.h - signals that cannot be decided yet, so that they hold up no others.
 *
 * A signal waits here for an account that no gateway has announced, for a price that is being
 * looked up, for the answer of a sizing plug-in or its turn to ask one, or behind an earlier signal
 * on the same account and ticker: those are decided in the order in which they came.  Loop thread
 * only.
 */
#ifndef YQ_ORDER_MANAGER_ASIDE_H
#define YQ_ORDER_MANAGER_ASIDE_H

#include "daemon/rules.h"
#include "order_manager/line.h"
#include "order_manager/lookup.h"
#include "order_manager/sizers.h"

struct yq_aside; /* opaque */

/* Room for `max` signals. */
struct yq_aside *yq_aside_make(size_t max);
void yq_aside_free(struct yq_aside *aside); /* NULL is a no-op */
size_t yq_aside_count(const struct yq_aside *aside);

/* Whether an earlier signal waits on one of these accounts (NULL = none) and the same ticker. */
bool yq_aside_blocks(const struct yq_aside *aside, const struct yq_signal *signal,
    const struct yq_mapping_row *accounts);

/* What a signal waits for besides the time. */
enum yq_aside_for {
	YQ_ASIDE_TIME,	/* nothing */
	YQ_ASIDE_PRICE, /* the end of the look-up of its price */
	YQ_ASIDE_SIZE,	/* what its plug-ins answer */
	YQ_ASIDE_TURN,	/* no other signal has a question open in its accounts */
};

/* Put a signal here (copied) until `until_ns`, or sooner when what it waits for has come.  There
 * must be room. */
void yq_aside_put(struct yq_aside *aside, const struct yq_waiting *waiting,
    const struct yq_mapping_row *accounts, enum yq_aside_for what, int64_t until_ns);

/*
 * Move those whose time has come, and that stand behind none that must stay, to the head of `line`
 * in the order in which they came: they stand before what came later.  Of those that wait for the
 * same turn, the first.  `lookup` and `sizers` may be NULL: what they know of is over.
 */
void yq_aside_take(struct yq_aside *aside, const struct yq_rules *rules,
    const struct yq_lookup *lookup, const struct yq_sizers *sizers, int64_t now_ns,
    struct yq_line *line);

#endif
