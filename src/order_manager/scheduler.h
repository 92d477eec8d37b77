/*
 * scheduler.h - schedules that are due become orders, each time once.
 *
 * It looks at Firebird every second, and at the moment at which the next schedule is due.  One pass
 * after another: look; do on the bus what the runs in hand wait for (prices, positions, orders,
 * notices); write what came of it, all in one transaction.  A run moves one state a pass
 * (store/schedule_runs.h), and everything between two writes may be done twice: orders have the
 * ids of their run.  So nothing is kept here between two passes, and a pass that dies anywhere is
 * simply made again by whoever comes next.
 *
 *	dies before the claim        claimed by the next pass, here or in the active system
 *	claimed, not decided         decided by the active system, whoever claimed it
 *	decided, not sent            sent by its owner, if it is not too late
 *	sent, not written            sent again under the same ids, which changes nothing
 *	written, people not told     told by its owner, or by the active system after a while
 *
 * Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_SCHEDULER_H
#define YQ_ORDER_MANAGER_SCHEDULER_H

#include "daemon/daemon.h"
#include "order_manager/books.h"
#include "order_manager/decider.h"
#include "order_manager/lookup.h"
#include "store/worker.h"

struct yq_scheduler; /* opaque */

#define YQ_SCHEDULER_LOOK_MS 1000
/* For a price, an account, a gateway that is just starting. */
#define YQ_SCHEDULER_PRICE_WAIT_S 5
#define YQ_SCHEDULER_ALL_S	  300 /* every schedule is planned anew so often */
/* Whoever owns a run has so long after it was due to say what became of it (or as long as it may
 * be late, if that is more). */
#define YQ_SCHEDULER_SILENT_S 60

/* All are borrowed, and must live as long.  Begins when yq_scheduler_start is called. */
YQ_NODISCARD enum yq_rc yq_scheduler_open(struct yq_daemon *daemon, struct yq_worker *worker,
    struct yq_books *books, struct yq_lookup *lookup, struct yq_decider *decider,
    struct yq_scheduler **ret_scheduler, struct yq_err *err);
/* Whether this system may trade is known (books.h: yq_books_forbidden). */
void yq_scheduler_start(struct yq_scheduler *scheduler);
/* A price was looked up. */
void yq_scheduler_wake(struct yq_scheduler *scheduler);
/* Begin no more passes. */
void yq_scheduler_stop(struct yq_scheduler *scheduler);
bool yq_scheduler_is_idle(const struct yq_scheduler *scheduler);
/* NULL is a no-op. */
void yq_scheduler_close(struct yq_scheduler *scheduler);

#endif
