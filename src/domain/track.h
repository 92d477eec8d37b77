/*
 * track.h - how the closed trades of one strategy in one account have ended, in one currency.
 *
 * A trade here is everything that one exit order closed of one instrument: an order that fills in
 * many parts is one decision to close, and one win or one loss.  Profits are net of commission.
 * Pure; nothing of it is kept on disk: it is fed anew from the archive.
 */
#ifndef YQ_DOMAIN_TRACK_H
#define YQ_DOMAIN_TRACK_H

#include "domain/terms.h"

/* All zero = no trade has been closed yet.  Where a `const struct yq_track *` is NULL, it is not
 * known whether there was any. */
struct yq_track {
	int64_t trips;		     /* closed trades; wins + losses + those that came to 0 */
	int64_t wins, losses;	     /* profit above, below 0 */
	struct yq_decimal won, lost; /* sums of the profits of each, both >= 0 */
	int64_t losses_in_row;	     /* at the end; anything but a loss ends the row.  At most
				      * YQ_HISTORY_MAX */
	int64_t last_closed_at_us;   /* 0 = never */
	int64_t last_loss_at_us;     /* 0 = never */
};

#define YQ_HISTORY_MAX 256 /* closed trades of which each is remembered */

/* One closed trade. */
struct yq_result {
	int64_t closed_at_us; /* of its last part */
	struct yq_decimal profit;
	uint64_t exit; /* names exit order and instrument: a hash */
};

/* A track with its latest results, oldest first. */
struct yq_history {
	struct yq_track track;
	struct yq_result *results; /* owned; borrowed until the next part is added */
	size_t count, capacity;
};

/* A part of a closed trade, in the order of the archive.  `exit` is the same for all parts that one
 * order closed of one instrument.  A part of a trade older than those remembered counts as one of
 * its own.  Sums that do not fit stay at their greatest value. */
void yq_history_add(
    struct yq_history *history, uint64_t exit, struct yq_decimal profit, int64_t closed_at_us);
/* Forget all of it; usable as new. */
void yq_history_clear(struct yq_history *history);

#endif
