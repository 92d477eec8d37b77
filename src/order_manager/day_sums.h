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

/*
 * Fill `sums`, which are sorted by account and have their names, from all trades in `currency`.  A
 * day's trades are those after end->since_us, to end->closed_us.
 */
YQ_NODISCARD enum yq_rc yq_day_sums_read(struct yq_firebird *firebird, const struct yq_day_end *end,
    enum yq_currency currency, struct yq_day_sums *sums, size_t count, struct yq_err *err);

#endif
