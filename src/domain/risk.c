/* risk.c - checks before an order may go to a broker: one table row a check. */
#include "domain/risk.h"

#include "domain/market.h"

/* What every check is given. */
struct ask {
	const struct yq_order *order;
	const struct yq_risk_facts *facts;
	const struct yq_risk_limits *limits;
	const struct yq_market *market;
	const struct yq_account_view *account;
	struct yq_opt_decimal price; /* what the order is valued at */
	struct yq_opt_decimal value; /* quantity x price; absent also when it does not fit */
	bool reduces;		     /* brings the position nearer to zero, and not through it */
	const char *code;
	struct yq_trace *trace;
};

enum answer { PASS, REFUSE };

static enum answer
say(const struct ask *ask, bool ok, const char *sentence, const struct yq_arg *args,
    size_t arg_count)
{
	yq_trace_add(ask->trace, ask->code, ok, sentence, args, arg_count);
	return ok ? PASS : REFUSE;
}

#define MONEY(amount) YQ_ARG_MONEY(amount, ask->market->currency)
#define NUMBER(value) YQ_ARG_NUMBER(value)

static struct yq_decimal
seconds(int64_t us)
{
	return yq_decimal_from_scaled(us / (YQ_US_PER_SECOND / 10), 1);
}

/* -- the gate: needs neither price nor quantity -- */

static enum answer
check_halted(const struct ask *ask)
{
	if (ask->facts->halt_reason == NULL)
		return PASS;
	return say(
	    ask, false, "trading is halted: {}", YQ_ARGS(YQ_ARG_TEXT(ask->facts->halt_reason)));
}

static enum answer
check_inactive(const struct ask *ask)
{
	if (ask->account->active)
		return PASS;
	return say(
	    ask, false, "the account {} is not active", YQ_ARGS(YQ_ARG_TEXT(ask->account->alias)));
}

static enum answer
check_calendar(const struct ask *ask)
{
	if (ask->facts->calendar_covered || ask->facts->by_hand)
		return PASS;
	return say(ask, false, "the calendar of {} does not reach today",
	    YQ_ARGS(YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)ask->order->exchange))));
}

static enum answer
check_market(const struct ask *ask)
{
	const char *name = yq_names_text(&yq_exchange_names, (int)ask->order->exchange);

	if (ask->facts->market_open)
		return say(ask, true, "{} is open", YQ_ARGS(YQ_ARG_TEXT(name)));
	return say(ask, false, "{} is closed", YQ_ARGS(YQ_ARG_TEXT(name)));
}

/* A time ahead of ours by more than the allowed age is no better than one that is too old. */
static enum answer
check_age(const struct ask *ask)
{
	int64_t limit = ask->limits->max_age_us, age;

	if (limit == 0)
		return PASS;
	age = ask->facts->now_us -
	      (ask->facts->asked_at_us != 0 ? ask->facts->asked_at_us : ask->order->timestamp_us);
	if (age > limit)
		return say(ask, false, "it is {} s old, more than the {} s allowed",
		    YQ_ARGS(NUMBER(seconds(age)), NUMBER(seconds(limit))));
	if (age < -limit)
		return say(ask, false, "its time is {} s ahead of the clock, more than {} s",
		    YQ_ARGS(NUMBER(seconds(-age)), NUMBER(seconds(limit))));
	return say(ask, true, "it is {} s old, {} s are allowed",
	    YQ_ARGS(NUMBER(seconds(age)), NUMBER(seconds(limit))));
}

static enum answer
check_currency(const struct ask *ask)
{
	if (ask->order->currency == ask->market->currency)
		return PASS;
	return say(ask, false, "{} trades in {}, not in {}",
	    YQ_ARGS(YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)ask->order->exchange)),
		YQ_ARG_TEXT(yq_names_text(&yq_currency_names, (int)ask->market->currency)),
		YQ_ARG_TEXT(yq_names_text(&yq_currency_names, (int)ask->order->currency))));
}

static enum answer
check_rate(const struct ask *ask)
{
	int64_t limit = ask->limits->max_orders_per_minute;
	int64_t count = ask->facts->orders_last_minute;

	if (limit == 0)
		return PASS;
	return say(ask, count < limit, "{} orders in the last minute, {} are allowed",
	    YQ_ARGS(YQ_ARG_INT(count), YQ_ARG_INT(limit)));
}

/* -- the order itself -- */

static enum answer
check_price(const struct ask *ask)
{
	if (ask->price.set || ask->reduces)
		return PASS;
	return say(ask, false, "no price of {} is known to value the order at",
	    YQ_ARGS(YQ_ARG_TEXT(ask->order->ticker)));
}

static enum answer
check_lot(const struct ask *ask)
{
	struct yq_decimal lot = ask->facts->lot.set ? ask->facts->lot.value : ask->market->lot;
	struct yq_decimal qty = ask->order->qty;

	if (yq_decimal_sign(qty) <= 0)
		return say(ask, false, "a quantity of {} cannot be traded", YQ_ARGS(NUMBER(qty)));
	if (yq_decimal_sign(lot) > 0 && qty.units % lot.units == 0)
		return PASS;
	return say(ask, false, "a quantity of {} is no multiple of the lot of {}",
	    YQ_ARGS(NUMBER(qty), NUMBER(lot)));
}

static enum answer
check_one_tick(const struct ask *ask, const char *what, struct yq_decimal price)
{
	if (yq_decimal_sign(price) <= 0)
		return say(ask, false, "a {} price of {} cannot be",
		    YQ_ARGS(YQ_ARG_TEXT(what), NUMBER(price)));
	if (yq_tick_fits(ask->order->exchange, price))
		return PASS;
	return say(ask, false, "a {} price of {} is not on the step of {}",
	    YQ_ARGS(YQ_ARG_TEXT(what), NUMBER(price),
		NUMBER(yq_tick_size(ask->order->exchange, price))));
}

static bool
has_limit(const struct yq_order *order)
{
	return order->price.set &&
	       (order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT);
}

static enum answer
check_tick(const struct ask *ask)
{
	enum answer answer = PASS;

	if (has_limit(ask->order))
		answer = check_one_tick(ask, "limit", ask->order->price.value);
	if (answer == PASS && ask->order->stop_price.set)
		answer = check_one_tick(ask, "stop", ask->order->stop_price.value);
	return answer;
}

/* |price - last| <= collar x last; for a market order the price it was decided at. */
static enum answer
check_collar(const struct ask *ask)
{
	struct yq_opt_decimal collar = ask->limits->price_collar, last = ask->facts->last_price;
	struct yq_opt_decimal price = ask->order->price;
	struct yq_decimal allowed, away;

	if (!collar.set || !last.set || !price.set)
		return PASS;
	if (yq_decimal_mul(last.value, collar.value, YQ_ROUND_HALF_EVEN, &allowed) != YQ_OK ||
	    yq_decimal_sub(price.value, last.value, &away) != YQ_OK)
		return say(ask, false, "the price does not fit", YQ_NO_ARGS);
	away = yq_decimal_abs(away);
	return say(ask, yq_decimal_cmp(away, allowed) <= 0,
	    "price {} is {} away from the last price {}, {} is allowed",
	    YQ_ARGS(NUMBER(price.value), NUMBER(away), NUMBER(last.value), NUMBER(allowed)));
}

static enum answer
check_order_value(const struct ask *ask)
{
	struct yq_opt_decimal limit = ask->limits->max_order_value[ask->market->currency];

	if (!limit.set || ask->reduces)
		return PASS;
	if (!ask->value.set)
		return say(ask, false, "the value of the order does not fit", YQ_NO_ARGS);
	if (yq_decimal_cmp(ask->value.value, limit.value) > 0)
		return say(ask, false, "order value {} exceeds the limit of {}",
		    YQ_ARGS(MONEY(ask->value.value), MONEY(limit.value)));
	return say(ask, true, "order value {} is within the limit of {}",
	    YQ_ARGS(MONEY(ask->value.value), MONEY(limit.value)));
}

/* What the position would be worth, open orders of the same side counted in. */
static enum yq_rc
value_after(const struct ask *ask, struct yq_decimal *value)
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

static enum answer
check_position_share(const struct ask *ask)
{
	struct yq_opt_decimal share = ask->limits->max_position_share;
	struct yq_decimal equity, value, allowed;

	if (!share.set || ask->reduces)
		return PASS;
	equity = yq_view_equity(ask->account);
	if (!ask->price.set || value_after(ask, &value) != YQ_OK ||
	    yq_decimal_mul(equity, share.value, YQ_ROUND_FLOOR, &allowed) != YQ_OK)
		return say(ask, false, "the value of the position does not fit", YQ_NO_ARGS);
	if (yq_decimal_cmp(value, allowed) > 0)
		return say(ask, false,
		    "the position would be worth {}, more than the {} allowed of an equity of {}",
		    YQ_ARGS(MONEY(value), MONEY(allowed), MONEY(equity)));
	return say(ask, true, "the position would be worth {}, {} is allowed",
	    YQ_ARGS(MONEY(value), MONEY(allowed)));
}

static enum answer
check_open_orders(const struct ask *ask)
{
	int64_t limit = ask->limits->max_open_orders;
	int64_t count = ask->account->open_orders;

	if (limit == 0 || ask->reduces)
		return PASS;
	return say(ask, count < limit, "{} orders are open, {} are allowed",
	    YQ_ARGS(YQ_ARG_INT(count), YQ_ARG_INT(limit)));
}

static enum answer
check_daily_loss(const struct ask *ask)
{
	struct yq_opt_decimal limit = ask->limits->max_daily_loss[ask->market->currency];
	struct yq_opt_decimal loss = ask->facts->day_loss;

	if (!limit.set || !loss.set || ask->reduces)
		return PASS;
	return say(ask, yq_decimal_cmp(loss.value, limit.value) < 0,
	    "loss today {}, trading stops at {}", YQ_ARGS(MONEY(loss.value), MONEY(limit.value)));
}

static enum answer
check_duplicate(const struct ask *ask)
{
	const struct yq_risk_facts *facts = ask->facts;
	int64_t window = ask->limits->duplicate_window_us;
	int64_t age = facts->now_us - facts->last_same_at_us;

	if (window == 0 || facts->last_same_at_us == 0 || !facts->last_same_qty.set)
		return PASS;
	if (age >= window || yq_decimal_cmp(facts->last_same_qty.value, ask->order->qty) != 0)
		return PASS;
	return say(ask, false, "the same order, {} of {}, was made {} s ago; {} s must pass",
	    YQ_ARGS(NUMBER(ask->order->qty), YQ_ARG_TEXT(ask->order->ticker), NUMBER(seconds(age)),
		NUMBER(seconds(window))));
}

static enum answer
check_reduce_only(const struct ask *ask)
{
	if (!ask->order->reduce_only || ask->reduces)
		return PASS;
	return say(ask, false, "it may only reduce, but {} of {} are held, open orders aside",
	    YQ_ARGS(NUMBER(ask->account->held), YQ_ARG_TEXT(ask->order->ticker)));
}

static enum answer
check_short(const struct ask *ask)
{
	if (ask->order->action == YQ_BUY || ask->limits->allow_short || ask->reduces)
		return PASS;
	return say(ask, false, "selling {} would go short: {} are held, {} are being sold",
	    YQ_ARGS(NUMBER(ask->order->qty), NUMBER(ask->account->held),
		NUMBER(ask->account->selling)));
}

static enum answer
check_buying_power(const struct ask *ask)
{
	struct yq_decimal power, unit_cost, cost;

	if (ask->order->action == YQ_SELL)
		return PASS;
	if (!ask->price.set)
		return say(ask, false, "the cost of the order is not known", YQ_NO_ARGS);
	power = yq_view_buying_power(ask->account);
	if (yq_unit_cost(ask->price.value, ask->account->commission_rate, &unit_cost) != YQ_OK ||
	    yq_decimal_mul(ask->order->qty, unit_cost, YQ_ROUND_CEILING, &cost) != YQ_OK)
		return say(ask, false, "the cost of the order does not fit", YQ_NO_ARGS);
	if (yq_decimal_cmp(cost, power) > 0)
		return say(ask, false, "cost {} exceeds the buying power of {}",
		    YQ_ARGS(MONEY(cost), MONEY(power)));
	return say(ask, true, "cost {} is within the buying power of {}",
	    YQ_ARGS(MONEY(cost), MONEY(power)));
}

/* In the order in which they are asked. */
static const struct {
	const char *code;
	enum yq_risk_phase phase;
	enum answer (*check)(const struct ask *ask);
} checks[] = {
	{ YQ_RISK_HALTED, YQ_RISK_GATE, check_halted },
	{ YQ_RISK_INACTIVE, YQ_RISK_GATE, check_inactive },
	{ YQ_RISK_STALE, YQ_RISK_GATE, check_age },
	{ YQ_RISK_CALENDAR, YQ_RISK_GATE, check_calendar },
	{ YQ_RISK_MARKET_CLOSED, YQ_RISK_GATE, check_market },
	{ YQ_RISK_CURRENCY, YQ_RISK_GATE, check_currency },
	{ YQ_RISK_RATE, YQ_RISK_GATE, check_rate },
	{ YQ_RISK_LOT, YQ_RISK_ORDER, check_lot },
	{ YQ_RISK_TICK, YQ_RISK_ORDER, check_tick },
	{ YQ_RISK_REDUCE_ONLY, YQ_RISK_ORDER, check_reduce_only },
	{ YQ_RISK_NO_SHORT, YQ_RISK_ORDER, check_short },
	{ YQ_RISK_NO_PRICE, YQ_RISK_ORDER, check_price },
	{ YQ_RISK_PRICE_COLLAR, YQ_RISK_ORDER, check_collar },
	{ YQ_RISK_DUPLICATE, YQ_RISK_ORDER, check_duplicate },
	{ YQ_RISK_DAILY_LOSS, YQ_RISK_ORDER, check_daily_loss },
	{ YQ_RISK_MAX_OPEN_ORDERS, YQ_RISK_ORDER, check_open_orders },
	{ YQ_RISK_MAX_ORDER_VALUE, YQ_RISK_ORDER, check_order_value },
	{ YQ_RISK_MAX_POSITION_SHARE, YQ_RISK_ORDER, check_position_share },
	{ YQ_RISK_BUYING_POWER, YQ_RISK_ORDER, check_buying_power },
};

struct yq_opt_decimal
yq_risk_price(
    const struct yq_order *order, struct yq_opt_decimal last_price, int64_t last_price_at_us)
{
	struct yq_opt_decimal price = order->price.set ? order->price : order->reference_price;

	if (has_limit(order))
		return order->price;
	if (last_price.set && (!price.set || last_price_at_us > order->timestamp_us))
		price = last_price;
	if (order->type == YQ_TYPE_STOP && order->action == YQ_BUY && order->stop_price.set &&
	    (!price.set || yq_decimal_cmp(order->stop_price.value, price.value) > 0))
		price = order->stop_price;
	return price;
}

/* Within what is free of the other side: held less what open orders of this side will take. */
static bool
reduces(const struct yq_order *order, const struct yq_account_view *account)
{
	struct yq_decimal left;

	if (order->action == YQ_SELL)
		left.units = account->held.units - account->selling.units;
	else
		left.units = -account->held.units - account->buying.units;
	return yq_decimal_cmp(order->qty, left) <= 0;
}

static struct ask
ask_of(const struct yq_order *order, const struct yq_risk_facts *facts,
    const struct yq_risk_limits *limits, struct yq_trace *trace)
{
	struct ask ask = {
		.order = order,
		.facts = facts,
		.limits = limits,
		.market = yq_market_of(order->exchange),
		.account = facts->account,
		.price = yq_risk_price(order, facts->last_price, facts->last_price_at_us),
		.trace = trace,
	};

	ask.reduces = reduces(order, ask.account);
	if (ask.price.set)
		ask.value.set = yq_decimal_mul(order->qty, ask.price.value, YQ_ROUND_CEILING,
				    &ask.value.value) == YQ_OK;
	return ask;
}

static enum yq_rc
run(struct ask *ask, enum yq_risk_phase phase)
{
	for (size_t i = 0; i < YQ_COUNT(checks); i++) {
		ask->code = checks[i].code;
		if (checks[i].phase == phase && checks[i].check(ask) == REFUSE)
			return YQ_E_REFUSED;
	}
	return YQ_OK;
}

enum yq_rc
yq_risk_check_phase(enum yq_risk_phase phase, const struct yq_order *order,
    const struct yq_risk_facts *facts, const struct yq_risk_limits *limits, struct yq_trace *trace)
{
	struct ask ask = ask_of(order, facts, limits, trace);

	return run(&ask, phase);
}

enum yq_rc
yq_risk_check(const struct yq_order *order, const struct yq_risk_facts *facts,
    const struct yq_risk_limits *limits, struct yq_trace *trace)
{
	struct ask ask = ask_of(order, facts, limits, trace);
	enum yq_rc rc;

	rc = run(&ask, YQ_RISK_GATE);
	return rc == YQ_OK ? run(&ask, YQ_RISK_ORDER) : rc;
}

void
yq_rate_add(struct yq_rate *rate, int64_t now_us)
{
	int64_t second = now_us / YQ_US_PER_SECOND;
	size_t slot = (size_t)(second % 60);

	if (rate->second[slot] != second) {
		rate->second[slot] = second;
		rate->count[slot] = 0;
	}
	rate->count[slot]++;
}

int64_t
yq_rate_count(const struct yq_rate *rate, int64_t now_us)
{
	int64_t second = now_us / YQ_US_PER_SECOND, sum = 0;

	for (size_t i = 0; i < YQ_COUNT(rate->count); i++)
		if (rate->second[i] > second - 60 && rate->second[i] <= second)
			sum += rate->count[i];
	return sum;
}
