/*
 * day_book.h - an account's books at a day's end, as they were read from the bus, in one currency.
 * Pure.
 */
#ifndef YQ_ORDER_MANAGER_DAY_BOOK_H
#define YQ_ORDER_MANAGER_DAY_BOOK_H

#include "bus/state.h"
#include "order_manager/day_sums.h"
#include "store/snapshots.h"

struct yq_day_book {
	bool concerned; /* the account has cash or positions in the currency */
	struct yq_decimal cash;
	struct yq_decimal value, unrealized; /* of the positions */
	int64_t positions;
	uint64_t holdings; /* a hash of what is held, whatever the order and the prices */
};

/* YQ_E_STATE: a position has no price, which the text names: nothing is assumed in its place.
 * YQ_E_RANGE: a value does not fit. */
YQ_NODISCARD enum yq_rc yq_day_book_read(const struct yq_account_state *state,
    enum yq_currency currency, struct yq_day_book *book, struct yq_err *err);
/* Nothing was booked between two readings. */
bool yq_day_book_same(const struct yq_day_book *a, const struct yq_day_book *b);

/* What is held, as JSON: [{"Ticker": ..., "Exchange": ..., "Qty": ..., "Price": ..., "Value":
 * ...}], of books that could be read. */
void yq_day_book_positions(
    const struct yq_account_state *state, enum yq_currency currency, struct yq_buf *out);

/* The day's row, without its positions.  YQ_E_RANGE. */
YQ_NODISCARD enum yq_rc yq_day_book_close(const struct yq_day_book *book,
    const struct yq_day_sums *sums, const struct yq_day_end *end, enum yq_currency currency,
    int64_t taken_at_us, struct yq_snapshot *snapshot, struct yq_err *err);

#endif
