/*
 * tally.h - what the executions of a period come to: by strategy and in total, a currency apart.
 *
 * Feed every execution from the very first on, oldest first: those before the period build the lots
 * that are closed in it.  A trade here is a closing (closings.h), won or lost after commission, and
 * belongs to the strategy that entered and to the period in which its last part was closed; what
 *was bought, sold and paid in commission belongs to the strategy whose order it was.
 *
 *	win rate	wins / trades			profit factor	won / lost
 *	expectancy	(won - lost) / trades		average win	won / wins
 *	payoff		average win / average loss	exposure	time held / time of the
 *period
 *
 * Wins are closings with a profit above 0; a closing of 0 is neither and ends no row.  The period
 * begins with the first execution where no beginning is given.
 */
#ifndef YQ_DOMAIN_TALLY_H
#define YQ_DOMAIN_TALLY_H

#include "domain/closings.h"
#include "domain/lot_books.h"
#include "domain/performance.h"

#define YQ_TALLIES_MAX 20000 /* strategies times currencies */

struct yq_tally {
	char strategy[YQ_STRATEGY_SIZE]; /* "" = by hand */
	bool total;			 /* of all strategies */
	enum yq_currency currency;
	int64_t fills;
	struct yq_decimal bought, sold; /* values, each to 8 places */
	struct yq_decimal commission;
	int64_t trades, wins, losses;
	struct yq_decimal won, lost;	    /* sums of net profits, both >= 0 */
	struct yq_opt_decimal best, worst;  /* trades */
	int64_t wins_in_row, losses_in_row; /* the longest */
	int64_t held_us, period_us;	    /* something was open; the period: set by the end */
};

/* Figures of one; what cannot be computed is absent. */
struct yq_decimal yq_tally_profit(const struct yq_tally *tally); /* won - lost */
struct yq_ratio yq_tally_win_rate(const struct yq_tally *tally);
struct yq_ratio yq_tally_profit_factor(const struct yq_tally *tally);
struct yq_ratio yq_tally_payoff(const struct yq_tally *tally);
struct yq_ratio yq_tally_exposure(const struct yq_tally *tally);
/* To 8 places, half to even. */
struct yq_opt_decimal yq_tally_expectancy(const struct yq_tally *tally);
struct yq_opt_decimal yq_tally_average_win(const struct yq_tally *tally);
struct yq_opt_decimal yq_tally_average_loss(const struct yq_tally *tally); /* >= 0 */

struct yq_tallies; /* opaque */

struct yq_tally_options {
	int64_t from_us, to_us; /* 0 = any; from <= closed < to */
	yq_closing_fn *fn;	/* each closing of the period, in order; may be NULL */
	void *cookie;
};

YQ_NODISCARD struct yq_tallies *yq_tallies_make(const struct yq_tally_options *options);
void yq_tallies_free(struct yq_tallies *tallies); /* NULL is a no-op */

/* The errors of yq_lot_books_feed, of a sum that does not fit (YQ_E_RANGE) and of too many
 * strategies (YQ_E_LIMIT): after one the tallies are no more to be relied on. */
YQ_NODISCARD enum yq_rc yq_tallies_feed(struct yq_tallies *tallies, const char *alias,
    const struct yq_trade *trade, struct yq_err *err);
/* Once, after the last execution: close the period at `end_us`, or at options.to_us if that is
 * earlier. */
YQ_NODISCARD enum yq_rc yq_tallies_end(
    struct yq_tallies *tallies, int64_t end_us, struct yq_err *err);

/* Totals first, by currency, then the strategies as they appeared.  Borrowed until the next feed;
 * only what has a fill, a trade or something held in the period. */
size_t yq_tallies_count(const struct yq_tallies *tallies);
const struct yq_tally *yq_tallies_at(const struct yq_tallies *tallies, size_t index);
/* What is held at the end. */
const struct yq_lot_books *yq_tallies_books(const struct yq_tallies *tallies);

#endif
