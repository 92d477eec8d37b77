/*
 * waits.h - whether a signal can be decided now, or what it has to wait for.
 *
 * Between the decider and what is set aside: asks for prices and for the answers of plug-ins, and
 * wakes the decider while something waits.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_WAITS_H
#define YQ_ORDER_MANAGER_WAITS_H

#include "order_manager/aside.h"
#include "order_manager/facts.h"

struct yq_waits; /* opaque */

/* How long a signal waits for an account that no gateway has announced yet. */
#define YQ_WAITS_ACCOUNT_MS 15000

/* Look again at what is set aside. */
typedef void yq_waits_fn(void *cookie);

/* Room for `max` signals.  `lookup` and `sizers` are borrowed. */
struct yq_waits *yq_waits_make(struct yq_daemon *daemon, struct yq_lookup *lookup,
    struct yq_sizers *sizers, size_t max, yq_waits_fn *fn, void *cookie);
void yq_waits_free(struct yq_waits *waits); /* NULL is a no-op */
size_t yq_waits_count(const struct yq_waits *waits);

/* Those whose time has come, to the head of the line. */
void yq_waits_take(struct yq_waits *waits, const struct yq_rules *rules, struct yq_line *line);

/* Before it is composed: true if it was set aside, behind an earlier one or for a gateway that may
 * just be starting. */
YQ_NODISCARD bool yq_waits_before(struct yq_waits *waits, const struct yq_rules *rules,
    const struct yq_facts *facts, const struct yq_waiting *waiting);
/* After it was composed in its accounts: true if it was set aside, for want of closed trades that
 * are being read, of a price that was not asked for or of a plug-in's answer. */
YQ_NODISCARD bool yq_waits_after(struct yq_waits *waits, const struct yq_rules *rules,
    const struct yq_facts *facts, struct yq_waiting *waiting, const struct yq_decision *decisions,
    size_t count);
/* It is decided. */
void yq_waits_done(struct yq_waits *waits, const struct yq_signal *signal);

#endif
