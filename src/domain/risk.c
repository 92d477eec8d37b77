/* risk.c - checks before an order may go to a broker: one table row a check. */
#include "domain/risk_checks.h"

#define LOSS_ACTION_NAME(ident, name) name,
static const char *const loss_action_texts[] = { YQ_LOSS_ACTIONS(LOSS_ACTION_NAME) };
const struct yq_names yq_loss_action_names = { "action", loss_action_texts,
	YQ_COUNT(loss_action_texts) };

/* In the order in which they are asked. */
static const struct {
	const char *code;
	enum yq_risk_phase phase;
	yq_risk_check_fn *check;
} checks[] = {
	{ YQ_RISK_HALTED, YQ_RISK_GATE, yq_risk_halted },
	{ YQ_RISK_INACTIVE, YQ_RISK_GATE, yq_risk_inactive },
	{ YQ_RISK_STALE, YQ_RISK_GATE, yq_risk_age },
	{ YQ_RISK_CALENDAR, YQ_RISK_GATE, yq_risk_calendar },
	{ YQ_RISK_MARKET_CLOSED, YQ_RISK_GATE, yq_risk_market },
	{ YQ_RISK_CURRENCY, YQ_RISK_GATE, yq_risk_currency },
	{ YQ_RISK_DELISTED, YQ_RISK_GATE, yq_risk_delisted },
	{ YQ_RISK_SUSPENDED, YQ_RISK_GATE, yq_risk_suspended },
	{ YQ_RISK_HALTED, YQ_RISK_ORDER, yq_risk_paused },
	{ YQ_LIFE_OFF_CODE, YQ_RISK_ORDER, yq_risk_off },
	{ YQ_LIFE_NOT_LIVE_CODE, YQ_RISK_ORDER, yq_risk_not_live },
	{ YQ_RISK_LOT, YQ_RISK_ORDER, yq_risk_lot },
	{ YQ_RISK_TICK, YQ_RISK_ORDER, yq_risk_tick },
	{ YQ_RISK_REDUCE_ONLY, YQ_RISK_ORDER, yq_risk_reduce_only },
	{ YQ_RISK_NO_SHORT, YQ_RISK_ORDER, yq_risk_short },
	{ YQ_RISK_INSTRUMENT, YQ_RISK_ORDER, yq_risk_instrument },
	{ YQ_RISK_WINDOW, YQ_RISK_ORDER, yq_risk_window },
	{ YQ_RISK_RATE, YQ_RISK_ORDER, yq_risk_rate },
	{ YQ_RISK_ORDERS_PER_DAY, YQ_RISK_ORDER, yq_risk_day_rate },
	{ YQ_RISK_TRACK_UNKNOWN, YQ_RISK_ORDER, yq_risk_track },
	{ YQ_RISK_COOLDOWN, YQ_RISK_ORDER, yq_risk_cooldown },
	{ YQ_RISK_NO_PRICE, YQ_RISK_ORDER, yq_risk_priced },
	{ YQ_RISK_PRICE_AGE, YQ_RISK_ORDER, yq_risk_price_age },
	{ YQ_RISK_PRICE_COLLAR, YQ_RISK_ORDER, yq_risk_collar },
	{ YQ_RISK_DUPLICATE, YQ_RISK_ORDER, yq_risk_duplicate },
	{ YQ_RISK_DAILY_LOSS, YQ_RISK_ORDER, yq_risk_daily_loss },
	{ YQ_RISK_MAX_OPEN_ORDERS, YQ_RISK_ORDER, yq_risk_open_orders },
	{ YQ_RISK_MAX_ORDER_QTY, YQ_RISK_ORDER, yq_risk_order_qty },
	{ YQ_RISK_MIN_ORDER_VALUE, YQ_RISK_ORDER, yq_risk_min_value },
	{ YQ_RISK_MAX_ORDER_VALUE, YQ_RISK_ORDER, yq_risk_order_value },
	{ YQ_RISK_MAX_POSITIONS, YQ_RISK_ORDER, yq_risk_positions },
	{ YQ_RISK_MAX_POSITION_SHARE, YQ_RISK_ORDER, yq_risk_position_share },
	{ YQ_RISK_MAX_INVESTED_SHARE, YQ_RISK_ORDER, yq_risk_invested_share },
	{ YQ_RISK_BUYING_POWER, YQ_RISK_ORDER, yq_risk_buying_power },
};

enum yq_risk_answer
yq_risk_say(const struct yq_risk_ask *ask, bool ok, const char *sentence, const struct yq_arg *args,
    size_t arg_count)
{
	yq_trace_add(ask->trace, ask->code, ok, sentence, args, arg_count);
	return ok ? YQ_RISK_PASS : YQ_RISK_REFUSE;
}

enum yq_risk_answer
yq_risk_judge(const struct yq_risk_ask *ask, bool ok, const char *sentence, struct yq_arg value,
    struct yq_arg limit)
{
	enum yq_risk_answer answer = yq_risk_say(ask, ok, sentence, YQ_ARGS(value, limit));

	if (answer == YQ_RISK_REFUSE)
		yq_trace_measure(ask->trace, value, limit);
	return answer;
}

enum yq_risk_answer
yq_risk_refuse(const struct yq_risk_ask *ask, struct yq_arg value, struct yq_arg limit,
    const char *sentence, const struct yq_arg *args, size_t arg_count)
{
	enum yq_risk_answer answer = yq_risk_say(ask, false, sentence, args, arg_count);

	yq_trace_measure(ask->trace, value, limit);
	return answer;
}

int64_t
yq_risk_age_us(const struct yq_risk_ask *ask, int64_t at_us, int64_t window_us)
{
	int64_t age_us = ask->facts->now_us - at_us;

	if (age_us >= 0)
		return age_us;
	return -age_us < YQ_RISK_AHEAD_US || -age_us < window_us ? 0 : INT64_MAX;
}

struct yq_decimal
yq_risk_seconds(int64_t us)
{
	return yq_decimal_from_scaled(us / (YQ_US_PER_SECOND / 10), 1);
}

bool
yq_risk_has_limit(const struct yq_order *order)
{
	return order->price.set &&
	       (order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT);
}

struct yq_opt_decimal
yq_risk_price(
    const struct yq_order *order, struct yq_opt_decimal last_price, int64_t last_price_at_us)
{
	struct yq_opt_decimal price = order->price.set ? order->price : order->reference_price;

	if (yq_risk_has_limit(order))
		return order->price;
	if (last_price.set && (!price.set || last_price_at_us > order->timestamp_us))
		price = last_price;
	if (order->type == YQ_TYPE_STOP && order->action == YQ_BUY && order->stop_price.set &&
	    (!price.set || yq_decimal_cmp(order->stop_price.value, price.value) > 0))
		price = order->stop_price;
	return price;
}

static struct yq_risk_ask
ask_of(const struct yq_order *order, const struct yq_risk_facts *facts,
    const struct yq_risk_limits *limits, struct yq_trace *trace)
{
	struct yq_risk_ask ask = {
		.order = order,
		.facts = facts,
		.limits = limits,
		.market = yq_market_of(order->exchange),
		.account = facts->account,
		.price = yq_risk_price(order, facts->last_price, facts->last_price_at_us),
		.trace = trace,
	};

	ask.closable = yq_view_closable(ask.account, order->action);
	ask.reduces =
	    yq_decimal_sign(ask.closable) > 0 && yq_decimal_cmp(order->qty, ask.closable) <= 0;
	if (ask.price.set)
		ask.value.set = yq_decimal_mul(order->qty, ask.price.value, YQ_ROUND_CEILING,
				    &ask.value.value) == YQ_OK;
	return ask;
}

/* An exit of a bracket is no decision of its own: its entry was asked these. */
static bool
passes_exits(yq_risk_check_fn *check)
{
	return check == yq_risk_age || check == yq_risk_calendar || check == yq_risk_rate ||
	       check == yq_risk_collar || check == yq_risk_duplicate;
}

static enum yq_rc
run(struct yq_risk_ask *ask, enum yq_risk_phase phase)
{
	bool is_exit = ask->order->reduce_only && !yq_id_is_none(&ask->order->bracket_id);

	for (size_t i = 0; i < YQ_COUNT(checks); i++) {
		ask->code = checks[i].code;
		if (checks[i].phase == phase && !(is_exit && passes_exits(checks[i].check)) &&
		    checks[i].check(ask) == YQ_RISK_REFUSE)
			return YQ_E_REFUSED;
	}
	return YQ_OK;
}

enum yq_rc
yq_risk_check_phase(enum yq_risk_phase phase, const struct yq_order *order,
    const struct yq_risk_facts *facts, const struct yq_risk_limits *limits, struct yq_trace *trace)
{
	struct yq_risk_ask ask = ask_of(order, facts, limits, trace);

	return run(&ask, phase);
}

enum yq_rc
yq_risk_check(const struct yq_order *order, const struct yq_risk_facts *facts,
    const struct yq_risk_limits *limits, struct yq_trace *trace)
{
	struct yq_risk_ask ask = ask_of(order, facts, limits, trace);
	enum yq_rc rc;

	rc = run(&ask, YQ_RISK_GATE);
	return rc == YQ_OK ? run(&ask, YQ_RISK_ORDER) : rc;
}

const char *
yq_risk_code(size_t index)
{
	return index < YQ_COUNT(checks) ? checks[index].code : NULL;
}
