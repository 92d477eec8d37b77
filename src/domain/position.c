/* position.c - how a fill changes what is held, and the cash. */
#include "domain/position.h"

#include <assert.h>

#include "base/str.h"

const struct yq_field yq_position_fields[] = {
	YQ_FIELD_TEXT("AccountAlias", struct yq_position, account_alias, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", struct yq_position, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Currency", struct yq_position, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", struct yq_position, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("AvgPrice", struct yq_position, avg_price, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("CurrentPrice", struct yq_position, current_price),
	YQ_FIELD_OPT_DECIMAL("ChangeRate", struct yq_position, change_rate),
	YQ_FIELD_TEXT("BuyReason", struct yq_position, buy_reason, YQ_OPTIONAL),
	YQ_FIELD_ENUM("Exchange", struct yq_position, exchange, yq_exchange_names, YQ_REQUIRED),
};
const size_t yq_position_field_count = YQ_COUNT(yq_position_fields);

static enum yq_rc
out_of_range(struct yq_err *err)
{
	return yq_err_set(err, YQ_E_RANGE, "the position or its value does not fit");
}

/* The average over what was held and what is added, of the same sign. */
static enum yq_rc
blend(const struct yq_position *position, const struct yq_fill *fill, struct yq_decimal *average)
{
	struct yq_decimal held = yq_decimal_abs(position->qty);
	struct yq_decimal old_value, new_value, value, qty;

	if (yq_decimal_mul(held, position->avg_price, YQ_ROUND_HALF_EVEN, &old_value) != YQ_OK ||
	    yq_decimal_mul(fill->qty, fill->price, YQ_ROUND_HALF_EVEN, &new_value) != YQ_OK ||
	    yq_decimal_add(old_value, new_value, &value) != YQ_OK ||
	    yq_decimal_add(held, fill->qty, &qty) != YQ_OK)
		return YQ_E_RANGE;
	return yq_decimal_div(value, qty, YQ_ROUND_HALF_EVEN, average);
}

enum yq_rc
yq_position_apply(struct yq_position *position, const struct yq_fill *fill, const char *reason,
    struct yq_err *err)
{
	struct yq_decimal change, qty, average = position->avg_price;
	int before = yq_decimal_sign(position->qty), after;
	bool opens;

	assert(yq_decimal_sign(fill->qty) > 0 && yq_decimal_sign(fill->price) > 0);
	change = fill->action == YQ_BUY ? fill->qty : yq_decimal_neg(fill->qty);
	if (yq_decimal_add(position->qty, change, &qty) != YQ_OK)
		return out_of_range(err);
	after = yq_decimal_sign(qty);
	opens = after != 0 && after != before;

	if (after == 0)
		average = YQ_DECIMAL_ZERO;
	else if (opens)
		average = fill->price;
	else if (after == yq_decimal_sign(change) && blend(position, fill, &average) != YQ_OK)
		return out_of_range(err);

	position->qty = qty;
	position->avg_price = average;
	if (opens)
		yq_str_copy_cut(position->buy_reason, sizeof(position->buy_reason), reason);
	else if (after == 0)
		position->buy_reason[0] = '\0';
	return YQ_OK;
}

enum yq_rc
yq_cash_apply(struct yq_decimal *cash, const struct yq_fill *fill, struct yq_err *err)
{
	struct yq_decimal value, result;

	assert(yq_decimal_sign(fill->qty) > 0 && yq_decimal_sign(fill->price) > 0);
	if (yq_decimal_mul(fill->qty, fill->price, YQ_ROUND_HALF_EVEN, &value) != YQ_OK)
		return out_of_range(err);
	if (fill->action == YQ_BUY)
		value = yq_decimal_neg(value);
	if (yq_decimal_add(*cash, value, &result) != YQ_OK ||
	    yq_decimal_sub(result, fill->commission, &result) != YQ_OK)
		return out_of_range(err);
	*cash = result;
	return YQ_OK;
}

enum yq_rc
yq_unit_cost(
    struct yq_decimal price, struct yq_decimal commission_rate, struct yq_decimal *unit_cost)
{
	struct yq_decimal commission;
	enum yq_rc rc;

	rc = yq_decimal_mul(price, commission_rate, YQ_ROUND_CEILING, &commission);
	return rc == YQ_OK ? yq_decimal_add(price, commission, unit_cost) : rc;
}

struct yq_decimal
yq_closable(struct yq_decimal held, struct yq_decimal taken, enum yq_action action)
{
	struct yq_decimal left = action == YQ_SELL ? held : yq_decimal_neg(held);

	left.units -= taken.units;
	return yq_decimal_max(left, YQ_DECIMAL_ZERO);
}
