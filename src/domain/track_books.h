/*
 * track_books.h - the tracks of all strategies in all accounts, fed with the executions of the
 * archive.
 *
 * Kept are the open lots, each strategy's latest results, and when each strategy last closed an
 * instrument: bounded, however many executions there were.  One owner, one thread.
 */
#ifndef YQ_DOMAIN_TRACK_BOOKS_H
#define YQ_DOMAIN_TRACK_BOOKS_H

#include "domain/track.h"
#include "domain/trade.h"

#define YQ_TRACKS_MAX 16384 /* strategies by account and currency */
#define YQ_CLOSES_MAX 65536 /* instruments by strategy and account; the longest closed go first */

struct yq_track_books; /* opaque */

struct yq_track_books *yq_track_books_make(void);
void yq_track_books_free(struct yq_track_books *books); /* NULL is a no-op */

/* A strategy has closed a trade, or a part of it: the last of `history`.  Borrowed for the call. */
typedef void yq_closed_fn(void *cookie, const char *alias, const char *strategy,
    enum yq_currency currency, const struct yq_history *history);

/*
 * One execution, in the order of the archive.  `fn` runs once for each strategy whose lots it
 * closed, when all of it is counted; lots that no strategy opened count for none.  The errors of
 * yq_lots_feed: then nothing changed.
 */
YQ_NODISCARD enum yq_rc yq_track_books_feed(struct yq_track_books *books, const char *alias,
    const struct yq_trade *trade, yq_closed_fn *fn, void *cookie, struct yq_err *err);

/* All zero when nothing was closed; NULL when there are too many to know.  Borrowed until the next
 * feed. */
const struct yq_track *yq_track_books_find(const struct yq_track_books *books, const char *alias,
    const char *strategy, enum yq_currency currency);

/* When the strategy last closed the instrument, wholly or in part, and when it did so at a loss; 0
 * = never. */
struct yq_closes {
	int64_t last_closed_at_us, last_loss_at_us;
};
struct yq_closes yq_track_books_closes(const struct yq_track_books *books, const char *alias,
    const char *strategy, enum yq_exchange exchange, const char *ticker);

#endif
