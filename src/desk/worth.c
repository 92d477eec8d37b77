/* worth.c - cash, positions at their prices, and the last recorded day. */
#include "desk/worth.h"

#include <string.h>

enum yq_rc
yq_worth_position(
    const struct yq_position *position, struct yq_position_worth *worth, struct yq_err *err)
{
	*worth = (struct yq_position_worth){ 0 };
	if (yq_decimal_mul(position->qty, position->avg_price, YQ_ROUND_HALF_EVEN, &worth->cost) !=
	    YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "the cost of %s does not fit", position->ticker);
	if (!position->current_price.set)
		return YQ_OK;
	if (yq_decimal_mul(position->qty, position->current_price.value, YQ_ROUND_HALF_EVEN,
		&worth->value.value) != YQ_OK ||
	    yq_decimal_sub(worth->value.value, worth->cost, &worth->unrealized.value) != YQ_OK)
		return yq_err_set(
		    err, YQ_E_RANGE, "the value of %s does not fit", position->ticker);
	worth->value.set = worth->unrealized.set = true;
	return YQ_OK;
}

static bool
is_held(const struct yq_position *position, enum yq_currency currency)
{
	return position->currency == currency && yq_decimal_sign(position->qty) != 0;
}

/* False: the account has nothing in the currency. */
static enum yq_rc
read_currency(const struct yq_account_state *account, enum yq_currency currency,
    struct yq_worth *worth, bool *concerned, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	*worth = (struct yq_worth){ .currency = currency, .complete = true };
	*concerned = false;
	for (size_t i = 0; i < account->deposit_count; i++) {
		if (account->deposits[i].currency != currency)
			continue;
		*concerned = true;
		worth->cash = account->deposits[i].amount;
	}
	for (size_t i = 0; i < account->position_count && rc == YQ_OK; i++) {
		struct yq_position_worth part;

		if (!is_held(&account->positions[i], currency))
			continue;
		*concerned = true;
		rc = yq_worth_position(&account->positions[i], &part, err);
		if (rc == YQ_OK && part.value.set &&
		    yq_decimal_add(worth->positions, part.value.value, &worth->positions) != YQ_OK)
			rc = yq_err_set(
			    err, YQ_E_RANGE, "the positions of %s do not fit", account->alias);
		worth->complete = worth->complete && part.value.set;
	}
	if (rc == YQ_OK && yq_decimal_add(worth->cash, worth->positions, &worth->total) != YQ_OK)
		rc = yq_err_set(err, YQ_E_RANGE, "the equity of %s does not fit", account->alias);
	return rc;
}

enum yq_rc
yq_worth_read(const struct yq_account_state *account, struct yq_worth worths[YQ_CURRENCY_COUNT],
    size_t *ret_count, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;
	bool concerned;

	*ret_count = 0;
	for (int currency = 0; currency < YQ_CURRENCY_COUNT && rc == YQ_OK; currency++) {
		rc = read_currency(
		    account, (enum yq_currency)currency, &worths[*ret_count], &concerned, err);
		*ret_count += rc == YQ_OK && concerned ? 1 : 0;
	}
	return rc;
}

enum yq_rc
yq_worth_trade(const struct yq_trade *trade, struct yq_decimal *cash)
{
	struct yq_decimal value;
	enum yq_rc rc =
	    yq_decimal_mul(trade->quantity, trade->executed_price, YQ_ROUND_HALF_EVEN, &value);

	if (rc != YQ_OK)
		return rc;
	return yq_decimal_sub(
	    trade->action == YQ_BUY ? yq_decimal_neg(value) : value, trade->commission, cash);
}

/*
 * With P the positions, T the cash that trades have moved since, F what was paid in since: the
 * equity grew by (P - P') + T + F, so that what was gained is (P - P') + T, whatever was paid in.
 * F is what the cash grew by and no trade explains; money that came in was there to gain on, as
 * domain/performance.h has it.
 */
void
yq_worth_since(struct yq_worth *worth, const struct yq_snapshot *end, struct yq_decimal traded)
{
	struct yq_decimal gained, paid, base;

	worth->today = worth->base = YQ_OPT_DECIMAL_NONE;
	if (!worth->complete ||
	    yq_decimal_sub(worth->positions, end->position_value, &gained) != YQ_OK ||
	    yq_decimal_add(gained, traded, &gained) != YQ_OK ||
	    yq_decimal_sub(worth->cash, end->cash, &paid) != YQ_OK ||
	    yq_decimal_sub(paid, traded, &paid) != YQ_OK ||
	    yq_decimal_add(end->equity, yq_decimal_max(paid, YQ_DECIMAL_ZERO), &base) != YQ_OK)
		return;
	worth->today = yq_opt_decimal_of(gained);
	worth->base = yq_opt_decimal_of(base);
}

static void
add_opt(struct yq_opt_decimal *sum, struct yq_opt_decimal part)
{
	sum->set =
	    sum->set && part.set && yq_decimal_add(sum->value, part.value, &sum->value) == YQ_OK;
}

enum yq_rc
yq_worth_add(struct yq_worth sums[YQ_CURRENCY_COUNT], size_t *count, const struct yq_worth *part,
    struct yq_err *err)
{
	size_t at = 0;

	while (at < *count && sums[at].currency < part->currency)
		at++;
	if (at == *count || sums[at].currency != part->currency) {
		memmove(&sums[at + 1], &sums[at], (*count - at) * sizeof(*sums));
		sums[at] = *part;
		++*count;
		return YQ_OK;
	}
	add_opt(&sums[at].today, part->today);
	add_opt(&sums[at].base, part->base);
	sums[at].complete = sums[at].complete && part->complete;
	if (yq_decimal_add(sums[at].cash, part->cash, &sums[at].cash) != YQ_OK ||
	    yq_decimal_add(sums[at].positions, part->positions, &sums[at].positions) != YQ_OK ||
	    yq_decimal_add(sums[at].total, part->total, &sums[at].total) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "the equity of all accounts does not fit");
	return YQ_OK;
}

struct yq_opt_decimal
yq_worth_rate(const struct yq_worth *worth)
{
	struct yq_decimal rate;

	if (!worth->today.set || !worth->base.set || yq_decimal_sign(worth->base.value) <= 0 ||
	    yq_decimal_div(worth->today.value, worth->base.value, YQ_ROUND_HALF_EVEN, &rate) !=
		YQ_OK)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(rate);
}
