/* risk_book.c - checks of the order against the account's money. */
#include "domain/risk_checks.h"

enum yq_risk_answer
yq_risk_order_value(const struct yq_risk_ask *ask)
{
	struct yq_opt_decimal limit = ask->limits->max_order_value[ask->market->currency];
	bool ok;

	if (!limit.set || ask->reduces)
		return YQ_RISK_PASS;
	if (!ask->value.set)
		return yq_risk_say(ask, false, "the value of the order does not fit", YQ_NO_ARGS);
	ok = yq_decimal_cmp(ask->value.value, limit.value) <= 0;
	return yq_risk_judge(ask, ok,
	    ok ? "order value {} is within the limit of {}"
	       : "order value {} exceeds the limit of {}",
	    YQ_RISK_MONEY(ask, ask->value.value), YQ_RISK_MONEY(ask, limit.value));
}

enum yq_risk_answer
yq_risk_min_value(const struct yq_risk_ask *ask)
{
	struct yq_opt_decimal limit = ask->limits->min_order_value[ask->market->currency];

	if (!limit.set || ask->reduces)
		return YQ_RISK_PASS;
	if (!ask->value.set)
		return yq_risk_say(ask, false, "the value of the order does not fit", YQ_NO_ARGS);
	return yq_risk_judge(ask, yq_decimal_cmp(ask->value.value, limit.value) >= 0,
	    "order value {}, at least {} is asked for", YQ_RISK_MONEY(ask, ask->value.value),
	    YQ_RISK_MONEY(ask, limit.value));
}

/* Another instrument beside those that are held or on order. */
enum yq_risk_answer
yq_risk_positions(const struct yq_risk_ask *ask)
{
	const struct yq_account_view *account = ask->account;
	int64_t limit = ask->limits->max_positions;

	if (limit == 0 || yq_decimal_sign(account->held) != 0 || account->open_buys > 0 ||
	    account->open_sells > 0)
		return YQ_RISK_PASS;
	return yq_risk_judge(ask, account->instruments < limit,
	    "{} instruments are held or on order, {} are allowed", YQ_ARG_INT(account->instruments),
	    YQ_ARG_INT(limit));
}

/* What the position would be worth, open orders of the same side counted in. */
static enum yq_rc
value_after(const struct yq_risk_ask *ask, struct yq_decimal *value)
{
	struct yq_decimal qty = ask->account->held;
	enum yq_rc rc;

	if (ask->order->action == YQ_BUY)
		qty.units += ask->account->buying.units;
	else
		qty.units -= ask->account->selling.units;
	rc = ask->order->action == YQ_BUY ? yq_decimal_add(qty, ask->order->qty, &qty)
					  : yq_decimal_sub(qty, ask->order->qty, &qty);
	if (rc != YQ_OK)
		return rc;
	return yq_decimal_mul(yq_decimal_abs(qty), ask->price.value, YQ_ROUND_CEILING, value);
}

enum yq_risk_answer
yq_risk_position_share(const struct yq_risk_ask *ask)
{
	struct yq_opt_decimal share = ask->limits->max_position_share;
	struct yq_decimal equity, value, allowed;

	if (!share.set || ask->reduces)
		return YQ_RISK_PASS;
	equity = yq_view_equity(ask->account);
	if (!ask->price.set || value_after(ask, &value) != YQ_OK ||
	    yq_decimal_mul(equity, share.value, YQ_ROUND_FLOOR, &allowed) != YQ_OK)
		return yq_risk_say(
		    ask, false, "the value of the position does not fit", YQ_NO_ARGS);
	if (yq_decimal_cmp(value, allowed) > 0)
		return yq_risk_refuse(ask, YQ_RISK_MONEY(ask, value), YQ_RISK_MONEY(ask, allowed),
		    "the position would be worth {}, more than the {} allowed of an equity of {}",
		    YQ_ARGS(YQ_RISK_MONEY(ask, value), YQ_RISK_MONEY(ask, allowed),
			YQ_RISK_MONEY(ask, equity)));
	return yq_risk_say(ask, true, "the position would be worth {}, {} is allowed",
	    YQ_ARGS(YQ_RISK_MONEY(ask, value), YQ_RISK_MONEY(ask, allowed)));
}

/* All that would be invested, longs and shorts alike: what is held, what open buys will take, and
 * of the order what it opens, less what it closes. */
static enum yq_rc
invested_after(const struct yq_risk_ask *ask, struct yq_decimal *invested)
{
	const struct yq_account_view *account = ask->account;
	struct yq_decimal adds = { ask->order->qty.units - 2 * ask->closable.units };
	enum yq_rc rc;

	rc = yq_decimal_mul(adds, ask->price.value, YQ_ROUND_CEILING, &adds);
	if (rc == YQ_OK)
		rc = yq_decimal_add(account->gross, account->reserved, invested);
	return rc == YQ_OK ? yq_decimal_add(*invested, adds, invested) : rc;
}

enum yq_risk_answer
yq_risk_invested_share(const struct yq_risk_ask *ask)
{
	struct yq_opt_decimal share = ask->limits->max_invested_share;
	struct yq_decimal equity, value, allowed;

	if (!share.set || ask->reduces)
		return YQ_RISK_PASS;
	equity = yq_view_equity(ask->account);
	if (!ask->price.set || invested_after(ask, &value) != YQ_OK ||
	    yq_decimal_mul(equity, share.value, YQ_ROUND_FLOOR, &allowed) != YQ_OK)
		return yq_risk_say(ask, false, "what would be invested does not fit", YQ_NO_ARGS);
	if (yq_decimal_cmp(value, allowed) > 0)
		return yq_risk_refuse(ask, YQ_RISK_MONEY(ask, value), YQ_RISK_MONEY(ask, allowed),
		    "{} would be invested, more than the {} allowed of an equity of {}",
		    YQ_ARGS(YQ_RISK_MONEY(ask, value), YQ_RISK_MONEY(ask, allowed),
			YQ_RISK_MONEY(ask, equity)));
	return yq_risk_say(ask, true, "{} would be invested, {} is allowed",
	    YQ_ARGS(YQ_RISK_MONEY(ask, value), YQ_RISK_MONEY(ask, allowed)));
}

enum yq_risk_answer
yq_risk_open_orders(const struct yq_risk_ask *ask)
{
	int64_t limit = ask->limits->max_open_orders;
	int64_t count = ask->account->open_orders;

	if (limit == 0 || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_judge(ask, count < limit, "{} orders are open, {} are allowed",
	    YQ_ARG_INT(count), YQ_ARG_INT(limit));
}

enum yq_risk_answer
yq_risk_daily_loss(const struct yq_risk_ask *ask)
{
	struct yq_opt_decimal limit = ask->limits->max_daily_loss[ask->market->currency];
	struct yq_opt_decimal loss = ask->facts->day_loss;

	if (!limit.set || !loss.set || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_judge(ask, yq_decimal_cmp(loss.value, limit.value) < 0,
	    "loss today {}, trading stops at {}", YQ_RISK_MONEY(ask, loss.value),
	    YQ_RISK_MONEY(ask, limit.value));
}

enum yq_risk_answer
yq_risk_buying_power(const struct yq_risk_ask *ask)
{
	struct yq_decimal power, unit_cost, cost;
	bool ok;

	if (ask->order->action == YQ_SELL)
		return YQ_RISK_PASS;
	if (!ask->price.set)
		return yq_risk_say(ask, false, "the cost of the order is not known", YQ_NO_ARGS);
	power = yq_view_buying_power(ask->account);
	if (yq_unit_cost(ask->price.value, ask->account->commission_rate, &unit_cost) != YQ_OK ||
	    yq_decimal_mul(ask->order->qty, unit_cost, YQ_ROUND_CEILING, &cost) != YQ_OK)
		return yq_risk_say(ask, false, "the cost of the order does not fit", YQ_NO_ARGS);
	ok = yq_decimal_cmp(cost, power) <= 0;
	return yq_risk_judge(ask, ok,
	    ok ? "cost {} is within the buying power of {}"
	       : "cost {} exceeds the buying power of {}",
	    YQ_RISK_MONEY(ask, cost), YQ_RISK_MONEY(ask, power));
}
