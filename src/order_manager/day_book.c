/* day_book.c - cash, positions at their prices, and what the archive adds, into one row. */
#include "order_manager/day_book.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "base/table.h"

static uint64_t
holding_hash(const struct yq_position *position)
{
	uint64_t name =
	    yq_table_hash_join(yq_table_hash_text(position->ticker), (uint64_t)position->exchange);

	return yq_table_hash_join(name, (uint64_t)position->qty.units);
}

static bool
is_held(const struct yq_position *position, enum yq_currency currency)
{
	return position->currency == currency && yq_decimal_sign(position->qty) != 0;
}

static enum yq_rc
add_position(struct yq_day_book *book, const struct yq_position *position, struct yq_err *err)
{
	struct yq_decimal value, cost;

	if (!position->current_price.set)
		return yq_err_set(err, YQ_E_STATE, "%s on %s has no price", position->ticker,
		    yq_names_text(&yq_exchange_names, (int)position->exchange));
	if (yq_decimal_mul(position->qty, position->current_price.value, YQ_ROUND_HALF_EVEN,
		&value) != YQ_OK ||
	    yq_decimal_mul(position->qty, position->avg_price, YQ_ROUND_HALF_EVEN, &cost) !=
		YQ_OK ||
	    yq_decimal_add(book->value, value, &book->value) != YQ_OK ||
	    yq_decimal_sub(value, cost, &value) != YQ_OK ||
	    yq_decimal_add(book->unrealized, value, &book->unrealized) != YQ_OK)
		return yq_err_set(
		    err, YQ_E_RANGE, "the value of %s does not fit", position->ticker);
	book->positions++;
	book->holdings += holding_hash(position); /* a sum: in any order */
	return YQ_OK;
}

enum yq_rc
yq_day_book_read(const struct yq_account_state *state, enum yq_currency currency,
    struct yq_day_book *book, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	*book = (struct yq_day_book){ 0 };
	for (size_t i = 0; i < state->deposit_count; i++) {
		if (state->deposits[i].currency != currency)
			continue;
		book->concerned = true;
		book->cash = state->deposits[i].amount;
	}
	for (size_t i = 0; rc == YQ_OK && i < state->position_count; i++) {
		if (!is_held(&state->positions[i], currency))
			continue;
		book->concerned = true;
		rc = add_position(book, &state->positions[i], err);
	}
	return rc;
}

void
yq_day_book_positions(
    const struct yq_account_state *state, enum yq_currency currency, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_array(&w);
	for (size_t i = 0; i < state->position_count; i++) {
		const struct yq_position *position = &state->positions[i];
		struct yq_decimal price = position->current_price.value, value;

		if (!is_held(position, currency) ||
		    yq_decimal_mul(position->qty, price, YQ_ROUND_HALF_EVEN, &value) != YQ_OK)
			continue;
		yq_json_begin_object(&w);
		yq_json_put_text(&w, "Ticker", position->ticker);
		yq_json_put_text(
		    &w, "Exchange", yq_names_text(&yq_exchange_names, (int)position->exchange));
		yq_json_put_decimal(&w, "Qty", position->qty);
		yq_json_put_decimal(&w, "Price", price);
		yq_json_put_decimal(&w, "Value", value);
		yq_json_end_object(&w);
	}
	yq_json_end_array(&w);
}

bool
yq_day_book_same(const struct yq_day_book *a, const struct yq_day_book *b)
{
	return a->positions == b->positions && a->holdings == b->holdings &&
	       yq_decimal_cmp(a->cash, b->cash) == 0;
}

enum yq_rc
yq_day_book_close(const struct yq_day_book *book, const struct yq_day_sums *sums,
    const struct yq_day_end *end, enum yq_currency currency, int64_t taken_at_us,
    struct yq_snapshot *snapshot, struct yq_err *err)
{
	*snapshot = (struct yq_snapshot){
		.date = end->date,
		.currency = currency,
		.cash = book->cash,
		.position_value = book->value,
		.realized = sums->realized,
		.unrealized = book->unrealized,
		.commission = sums->commission,
		.trade_count = sums->trades,
		.position_count = book->positions,
		.closed_at_us = end->closed_us,
		.taken_at_us = taken_at_us,
	};
	memcpy(snapshot->account_alias, sums->account_alias, sizeof(snapshot->account_alias));
	if (yq_decimal_add(book->cash, book->value, &snapshot->equity) != YQ_OK ||
	    yq_decimal_sub(book->cash, sums->traded, &snapshot->paid_in) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "its equity does not fit");
	return YQ_OK;
}
