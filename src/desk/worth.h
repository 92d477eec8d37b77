/*
 * worth.h - what an account is worth, one currency apart, and what that came to since the end of
 * the last recorded day.  Exact; pure.
 */
#ifndef YQ_DESK_WORTH_H
#define YQ_DESK_WORTH_H

#include "bus/state.h"
#include "store/snapshots.h"

struct yq_worth {
	enum yq_currency currency;
	struct yq_decimal cash;
	struct yq_decimal positions; /* quantity x price of those that have a price */
	struct yq_decimal total;
	bool complete; /* every position has a price */
	/* Not set: no day is recorded, or nobody knows what was traded since, or a price is
	 * missing.
	 */
	struct yq_opt_decimal today; /* gained since, without what was paid in or out */
	struct yq_opt_decimal
	    base; /* what it was gained on: the equity then, and what was paid in */
};

/* Value and gain of one position.  Not set: it has no price.  YQ_E_RANGE. */
struct yq_position_worth {
	struct yq_decimal cost;
	struct yq_opt_decimal value, unrealized;
};
YQ_NODISCARD enum yq_rc yq_worth_position(
    const struct yq_position *position, struct yq_position_worth *worth, struct yq_err *err);

/* A row for each currency in which the account has cash or a position, in the order of the
 * enumeration; `today` is left open.  YQ_E_RANGE. */
YQ_NODISCARD enum yq_rc yq_worth_read(const struct yq_account_state *account,
    struct yq_worth worths[YQ_CURRENCY_COUNT], size_t *ret_count, struct yq_err *err);

/* Cash that a trade moved, as it was booked: rounded once, half to even. */
YQ_NODISCARD enum yq_rc yq_worth_trade(const struct yq_trade *trade, struct yq_decimal *cash);

/* Against the end of a day; `traded` is the cash that all trades since have moved. */
void yq_worth_since(
    struct yq_worth *worth, const struct yq_snapshot *end, struct yq_decimal traded);

/* Add a row to sums by currency; *count rises by one for a new currency.  `today` of a sum is set
 * while all of its parts have one.  YQ_E_RANGE. */
YQ_NODISCARD enum yq_rc yq_worth_add(struct yq_worth sums[YQ_CURRENCY_COUNT], size_t *count,
    const struct yq_worth *part, struct yq_err *err);

/* today / base, half to even; not set where that says nothing. */
struct yq_opt_decimal yq_worth_rate(const struct yq_worth *worth);

#endif
