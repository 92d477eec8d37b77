/*
 * aside.h - signals that cannot be decided yet, so that they hold up no others.
 *
 * A signal waits here for an account that no gateway has announced, for a price that is being
 * looked up, or behind an earlier signal on the same account and ticker: those are decided in the
 * order in which they came.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_ASIDE_H
#define YQ_ORDER_MANAGER_ASIDE_H

#include "daemon/rules.h"
#include "order_manager/line.h"
#include "order_manager/lookup.h"

struct yq_aside; /* opaque */

/* Room for `max` signals. */
struct yq_aside *yq_aside_make(size_t max);
void yq_aside_free(struct yq_aside *aside); /* NULL is a no-op */
size_t yq_aside_count(const struct yq_aside *aside);

/* Whether an earlier signal waits on one of these accounts (NULL = none) and the same ticker. */
bool yq_aside_blocks(const struct yq_aside *aside, const struct yq_signal *signal,
    const struct yq_mapping_row *accounts);

/*
 * Put a signal here (copied) until `until_ns`, or sooner when `for_price` and the look-up of its
 * price has come to an end.  There must be room.
 */
void yq_aside_put(struct yq_aside *aside, const struct yq_waiting *waiting,
    const struct yq_mapping_row *accounts, bool for_price, int64_t until_ns);

/*
 * Move those whose time has come, and that stand behind none that must stay, to the head of `line`
 * in the order in which they came: they stand before what came later.  `lookup` may be NULL.
 */
void yq_aside_take(struct yq_aside *aside, const struct yq_rules *rules,
    const struct yq_lookup *lookup, int64_t now_ns, struct yq_line *line);

#endif
