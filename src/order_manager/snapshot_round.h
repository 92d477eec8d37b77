/*
 * snapshot_round.h - one attempt to record the end of one market's day for a set of accounts.
 *
 * Look which are there, read the books, make sure that no trade waits for the archive, walk the
 * archive, read the books again, write what did not change meanwhile.  Any failure leaves the rest
 * for another attempt.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_SNAPSHOT_ROUND_H
#define YQ_ORDER_MANAGER_SNAPSHOT_ROUND_H

#include "daemon/daemon.h"
#include "domain/day_end.h"
#include "order_manager/books.h"
#include "store/worker.h"

struct yq_snapshot_round; /* opaque */

struct yq_snapshot_wish {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	const struct yq_books *books; /* while it forbids, nothing is written */
	enum yq_currency currency;
	struct yq_day_end end;
	/* Copied; at least one. */
	const char *const *aliases;
	size_t count;
};

/* What became of it; borrowed for the call. */
struct yq_snapshot_outcome {
	unsigned written;
	unsigned pending;	   /* accounts that are still to be recorded */
	const char *alias;	   /* of the first of them; NULL = none, or all of them */
	char why[YQ_ERR_TEXT_MAX]; /* why it is; "" = nothing is pending */
	int64_t taken_at_us;	   /* of what was written */
	yq_date ahead;		   /* a day that is recorded and is not over; 0 = none */
	const char *ahead_alias;   /* whose */
};
/* Once for each row written, before the end: the account's last day before it, 0 = none. */
typedef void yq_snapshot_row_fn(void *cookie, const char *alias, yq_date before);
/* Once, from the loop, unless it was canceled; the round is gone then. */
typedef void yq_snapshot_done_fn(void *cookie, const struct yq_snapshot_outcome *outcome);

YQ_NODISCARD struct yq_snapshot_round *yq_snapshot_round_start(const struct yq_snapshot_wish *wish,
    yq_snapshot_row_fn *row, yq_snapshot_done_fn *done, void *cookie);
/* Neither function runs any more; what is under way ends by itself.  NULL is a no-op. */
void yq_snapshot_round_cancel(struct yq_snapshot_round *round);

#endif
