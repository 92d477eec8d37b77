/* risk_order.c - checks of the order by itself and against its instrument. */
#include "domain/risk_checks.h"

enum yq_risk_answer
yq_risk_priced(const struct yq_risk_ask *ask)
{
	if (ask->price.set || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false, "no price of {} is known to value the order at",
	    YQ_ARGS(YQ_ARG_TEXT(ask->order->ticker)));
}

enum yq_risk_answer
yq_risk_lot(const struct yq_risk_ask *ask)
{
	struct yq_decimal lot = ask->facts->lot.set ? ask->facts->lot.value : ask->market->lot;
	struct yq_decimal qty = ask->order->qty;

	if (yq_decimal_sign(qty) <= 0)
		return yq_risk_say(
		    ask, false, "a quantity of {} cannot be traded", YQ_ARGS(YQ_ARG_NUMBER(qty)));
	if (yq_decimal_sign(lot) > 0 && qty.units % lot.units == 0)
		return YQ_RISK_PASS;
	return yq_risk_judge(ask, false, "a quantity of {} is no multiple of the lot of {}",
	    YQ_ARG_NUMBER(qty), YQ_ARG_NUMBER(lot));
}

static enum yq_risk_answer
check_one_tick(const struct yq_risk_ask *ask, const char *what, struct yq_decimal price)
{
	struct yq_decimal tick;

	if (yq_decimal_sign(price) <= 0)
		return yq_risk_say(ask, false, "a {} price of {} cannot be",
		    YQ_ARGS(YQ_ARG_TEXT(what), YQ_ARG_NUMBER(price)));
	if (yq_ticks_fit(ask->order->exchange, ask->facts->ticks, price))
		return YQ_RISK_PASS;
	tick = yq_ticks_size(ask->order->exchange, ask->facts->ticks, price);
	return yq_risk_refuse(ask, YQ_ARG_NUMBER(price), YQ_ARG_NUMBER(tick),
	    "a {} price of {} is not on the step of {}",
	    YQ_ARGS(YQ_ARG_TEXT(what), YQ_ARG_NUMBER(price), YQ_ARG_NUMBER(tick)));
}

enum yq_risk_answer
yq_risk_tick(const struct yq_risk_ask *ask)
{
	enum yq_risk_answer answer = YQ_RISK_PASS;

	if (yq_risk_has_limit(ask->order))
		answer = check_one_tick(ask, "limit", ask->order->price.value);
	if (answer == YQ_RISK_PASS && ask->order->stop_price.set)
		answer = check_one_tick(ask, "stop", ask->order->stop_price.value);
	return answer;
}

/* |price - last| <= collar x last; for a market order the price it was decided at.  A way out at
 * the market is not barred by how far the market has gone. */
enum yq_risk_answer
yq_risk_collar(const struct yq_risk_ask *ask)
{
	struct yq_opt_decimal collar = ask->limits->price_collar, last = ask->facts->last_price;
	struct yq_opt_decimal price = ask->order->price;
	struct yq_decimal allowed, away;

	if (!collar.set || !last.set || !price.set ||
	    (ask->reduces && !yq_risk_has_limit(ask->order)))
		return YQ_RISK_PASS;
	if (yq_decimal_mul(last.value, collar.value, YQ_ROUND_HALF_EVEN, &allowed) != YQ_OK ||
	    yq_decimal_sub(price.value, last.value, &away) != YQ_OK)
		return yq_risk_say(ask, false, "the price does not fit", YQ_NO_ARGS);
	away = yq_decimal_abs(away);
	if (yq_decimal_cmp(away, allowed) > 0)
		return yq_risk_refuse(ask, YQ_ARG_NUMBER(away), YQ_ARG_NUMBER(allowed),
		    "price {} is {} away from the last price {}, {} is allowed",
		    YQ_ARGS(YQ_ARG_NUMBER(price.value), YQ_ARG_NUMBER(away),
			YQ_ARG_NUMBER(last.value), YQ_ARG_NUMBER(allowed)));
	return yq_risk_say(ask, true, "price {} is {} away from the last price {}, {} is allowed",
	    YQ_ARGS(YQ_ARG_NUMBER(price.value), YQ_ARG_NUMBER(away), YQ_ARG_NUMBER(last.value),
		YQ_ARG_NUMBER(allowed)));
}

/* When the price was seen that the order is valued at (yq_risk_price). */
static int64_t
priced_at(const struct yq_risk_ask *ask)
{
	const struct yq_order *order = ask->order;
	const struct yq_risk_facts *facts = ask->facts;

	if (facts->last_price.set && ((!order->price.set && !order->reference_price.set) ||
					 facts->last_price_at_us > order->timestamp_us))
		return facts->last_price_at_us;
	return facts->price_at_us != 0 ? facts->price_at_us : order->timestamp_us;
}

enum yq_risk_answer
yq_risk_price_age(const struct yq_risk_ask *ask)
{
	int64_t limit = ask->limits->max_price_age_us, age;

	if (limit == 0 || !ask->price.set || ask->reduces || yq_risk_has_limit(ask->order))
		return YQ_RISK_PASS;
	age = ask->facts->now_us - priced_at(ask);
	return yq_risk_judge(ask, age <= limit, "the price is {} s old, {} s are allowed",
	    YQ_RISK_SECONDS(age), YQ_RISK_SECONDS(limit));
}

enum yq_risk_answer
yq_risk_order_qty(const struct yq_risk_ask *ask)
{
	struct yq_opt_decimal limit = ask->limits->max_order_qty;

	if (!limit.set || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_judge(ask, yq_decimal_cmp(ask->order->qty, limit.value) <= 0,
	    "a quantity of {}, at most {} is allowed", YQ_ARG_NUMBER(ask->order->qty),
	    YQ_ARG_NUMBER(limit.value));
}

enum yq_risk_answer
yq_risk_duplicate(const struct yq_risk_ask *ask)
{
	const struct yq_risk_facts *facts = ask->facts;
	int64_t window = ask->limits->duplicate_window_us;
	int64_t age = yq_risk_age_us(ask, facts->last_same_at_us, window);

	if (window == 0 || facts->last_same_at_us == 0 || !facts->last_same_qty.set)
		return YQ_RISK_PASS;
	if (age >= window || yq_decimal_cmp(facts->last_same_qty.value, ask->order->qty) != 0)
		return YQ_RISK_PASS;
	return yq_risk_refuse(ask, YQ_RISK_SECONDS(age), YQ_RISK_SECONDS(window),
	    "the same order, {} of {}, was made {} s ago; {} s must pass",
	    YQ_ARGS(YQ_ARG_NUMBER(ask->order->qty), YQ_ARG_TEXT(ask->order->ticker),
		YQ_ARG_NUMBER(yq_risk_seconds(age)), YQ_ARG_NUMBER(yq_risk_seconds(window))));
}

enum yq_risk_answer
yq_risk_reduce_only(const struct yq_risk_ask *ask)
{
	if (!ask->order->reduce_only || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_refuse(ask, YQ_ARG_NUMBER(ask->order->qty), YQ_ARG_NUMBER(ask->closable),
	    "it may only reduce, but {} of {} are held, open orders aside",
	    YQ_ARGS(YQ_ARG_NUMBER(ask->account->held), YQ_ARG_TEXT(ask->order->ticker)));
}

enum yq_risk_answer
yq_risk_short(const struct yq_risk_ask *ask)
{
	if (ask->order->action == YQ_BUY || ask->limits->allow_short || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_refuse(ask, YQ_ARG_NUMBER(ask->order->qty), YQ_ARG_NUMBER(ask->closable),
	    "selling {} would go short: {} are held, {} are being sold",
	    YQ_ARGS(YQ_ARG_NUMBER(ask->order->qty), YQ_ARG_NUMBER(ask->account->held),
		YQ_ARG_NUMBER(ask->account->selling)));
}
