/*
 * day_sums.h - what the archive says of accounts at the end of a day: the cash that all trades have
 * moved, and what that day's trades came to.  On the worker's thread; blocks.
 */
#ifndef YQ_ORDER_MANAGER_DAY_SUMS_H
#define YQ_ORDER_MANAGER_DAY_SUMS_H

#include "domain/day_end.h"
#include "store/firebird.h"
#include "store/trades.h"

struct yq_day_sums {
	char account_alias[YQ_ALIAS_SIZE];
	struct yq_decimal traded;     /* cash by all trades ever: sells less buys less commission */
	struct yq_decimal realized;   /* by what that day's trades closed, net of commission */
	struct yq_decimal commission; /* of that day's trades */
	int64_t trades;		      /* that day's */
	struct yq_err fault;	      /* rc other than YQ_OK: the rest says nothing */
};

#define YQ_DAY_WALK_ROWS 100000 /* trades of one run: the archive's thread has other work too */

struct yq_day_walk; /* opaque: a walk along all trades, in pieces */

/*
 * `sums`, `count` of them, are sorted by account and have their names; they are filled from all
 * trades in `currency` and must live as long as the walk.  A day's trades are those after
 * end->since_us, to end->closed_us.
 */
YQ_NODISCARD struct yq_day_walk *yq_day_walk_make(const struct yq_day_end *end,
    enum yq_currency currency, struct yq_day_sums *sums, size_t count);
void yq_day_walk_free(struct yq_day_walk *walk); /* NULL is a no-op */
/* The next piece, of at most `rows` trades.  YQ_OK: `ret_over` says whether it was the last.  After
 * anything else the walk is of no use. */
YQ_NODISCARD enum yq_rc yq_day_walk_run(struct yq_day_walk *walk, struct yq_firebird *firebird,
    size_t rows, bool *ret_over, struct yq_err *err);

#endif
