/* compose.c - from a signal to an order, or to the reasons why not. */
#include "domain/compose.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

/* One decision in the making. */
struct desk {
	const struct yq_signal *signal;
	const struct yq_account *account;
	const struct yq_market_facts *market;
	const struct yq_policy *policy;
	struct yq_risk_facts facts;
	struct yq_order *order;
	struct yq_decision *decision;
};

static enum yq_rc
refuse(struct desk *desk, const char *code, const char *sentence, const struct yq_arg *args,
    size_t arg_count)
{
	yq_trace_add(&desk->decision->trace, code, false, sentence, args, arg_count);
	return YQ_E_REFUSED;
}

static enum yq_rc
check_signal(struct desk *desk)
{
	struct yq_err err;

	if (yq_signal_check(desk->signal, &err) == YQ_OK)
		return YQ_OK;
	return refuse(desk, YQ_COMPOSE_SIGNAL, "{}", YQ_ARGS(YQ_ARG_TEXT(err.text)));
}

static void
copy_reason(struct yq_order *order, const char *strategy)
{
	static const char prefix[] = "Webhook:";
	char *rest = order->buy_reason + sizeof(prefix) - 1;

	static_assert(YQ_REASON_SIZE >= sizeof(prefix) - 1 + YQ_STRATEGY_SIZE,
	    "every strategy fits into a reason");
	memcpy(order->buy_reason, prefix, sizeof(prefix) - 1);
	yq_str_copy_cut(rest, sizeof(order->buy_reason) - (sizeof(prefix) - 1), strategy);
}

/* Everything but quantity and prices. */
static void
begin_order(struct desk *desk, int64_t now_us)
{
	const struct yq_signal *signal = desk->signal;
	struct yq_order *order = desk->order;

	*order = yq_order_default();
	order->id = yq_order_id_of(&signal->id, desk->account->alias, 0);
	memcpy(order->account_alias, desk->account->alias, sizeof(order->account_alias));
	memcpy(order->ticker, signal->ticker, sizeof(order->ticker));
	order->exchange = signal->exchange;
	order->currency = yq_market_of(signal->exchange)->currency;
	order->action = signal->action;
	order->type = signal->type;
	order->timestamp_us = now_us;
	order->time_in_force = signal->time_in_force;
	order->signal_id = signal->id;
	copy_reason(order, signal->strategy);
}

static void
begin_facts(struct desk *desk, int64_t now_us)
{
	const struct yq_market_facts *market = desk->market;
	const struct yq_market_hours *hours = market->hours;
	bool any_hour = desk->policy->any_hour;

	desk->facts = (struct yq_risk_facts){
		.account = desk->account,
		.halt_reason = market->halt_reason,
		.market_open = any_hour || (hours != NULL && yq_market_is_open(hours, now_us)),
		.calendar_covered =
		    any_hour || (hours != NULL && yq_market_is_covered(hours, now_us)),
		.lot = market->lot,
		.now_us = now_us,
		.asked_at_us = desk->signal->timestamp_us,
		.orders_last_minute = market->orders_last_minute,
		.day_loss = market->day_loss,
		.last_same_qty = market->last_same_qty,
		.last_same_at_us = market->last_same_at_us,
	};
}

/* The looked-up price, unless it is too old to count. */
static struct yq_opt_decimal
fresh_last(const struct desk *desk, int64_t now_us)
{
	const struct yq_market_facts *market = desk->market;
	int64_t limit = desk->policy->max_price_age_us;

	if (!market->last_price.set || yq_decimal_sign(market->last_price.value) <= 0 ||
	    (limit != 0 && now_us - market->last_price_at_us > limit))
		return YQ_OPT_DECIMAL_NONE;
	return market->last_price;
}

/* The newest known price: the signal's own, unless what was looked up is younger. */
static void
choose_price(struct desk *desk, int64_t now_us)
{
	const struct yq_signal *signal = desk->signal;
	struct yq_opt_decimal last = fresh_last(desk, now_us);
	struct yq_opt_decimal price = signal->price;
	const char *source = "of the signal";

	if (last.set && (!price.set || desk->market->last_price_at_us > signal->timestamp_us)) {
		price = last;
		source = "looked up";
	}
	desk->facts.last_price = last.set ? last : price;
	desk->order->price = price;
	if (price.set)
		yq_trace_add(&desk->decision->trace, YQ_COMPOSE_PRICE, true, "{}, {}",
		    YQ_ARGS(YQ_ARG_NUMBER(price.value), YQ_ARG_TEXT(source)));
}

/* The looked-up price against which the signal's is judged is not the one to reserve at. */
static struct yq_opt_decimal
valued_at(const struct desk *desk)
{
	struct yq_opt_decimal newest =
	    desk->order->type == YQ_TYPE_MARKET || desk->order->type == YQ_TYPE_STOP
		? desk->order->price
		: YQ_OPT_DECIMAL_NONE;

	return yq_risk_price(desk->order, newest);
}

/* A limit never trades worse than asked; a stop never triggers earlier than asked. */
static enum yq_rc
round_prices(struct desk *desk)
{
	const struct yq_signal *signal = desk->signal;
	struct yq_order *order = desk->order;
	bool is_limit = order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT;
	bool is_stop = order->type == YQ_TYPE_STOP || order->type == YQ_TYPE_STOP_LIMIT;
	struct yq_decimal price;

	if (is_limit) {
		if (yq_tick_round_limit(
			order->exchange, order->action, signal->limit_price.value, &price) != YQ_OK)
			return refuse(desk, YQ_RISK_TICK, "no price step below {} is left",
			    YQ_ARGS(YQ_ARG_NUMBER(signal->limit_price.value)));
		order->price = yq_opt_decimal_of(price);
		yq_trace_add(&desk->decision->trace, YQ_COMPOSE_TICK, true, "limit {} for {} asked",
		    YQ_ARGS(YQ_ARG_NUMBER(price), YQ_ARG_NUMBER(signal->limit_price.value)));
	}
	if (is_stop) {
		if (yq_tick_round(order->exchange, signal->stop_price.value,
			order->action == YQ_BUY ? YQ_ROUND_CEILING : YQ_ROUND_FLOOR,
			&price) != YQ_OK)
			return refuse(desk, YQ_RISK_TICK, "no price step below {} is left",
			    YQ_ARGS(YQ_ARG_NUMBER(signal->stop_price.value)));
		order->stop_price = yq_opt_decimal_of(price);
		yq_trace_add(&desk->decision->trace, YQ_COMPOSE_TICK, true, "stop {} for {} asked",
		    YQ_ARGS(YQ_ARG_NUMBER(price), YQ_ARG_NUMBER(signal->stop_price.value)));
	}
	return YQ_OK;
}

static enum yq_rc
size_order(struct desk *desk)
{
	struct yq_opt_decimal price = valued_at(desk);
	struct yq_sizing_facts facts = {
		.account = desk->account,
		.price = price.set ? price.value : YQ_DECIMAL_ZERO,
		.lot = desk->market->lot.set ? desk->market->lot.value
					     : yq_market_of(desk->order->exchange)->lot,
		.allow_short = desk->policy->limits.allow_short,
	};
	struct yq_size size;
	enum yq_rc rc;

	rc = yq_sizing_apply(
	    &desk->policy->sizing, desk->signal, &facts, &size, &desk->decision->trace);
	if (rc != YQ_OK)
		return rc;
	desk->order->action = size.action;
	desk->order->qty = size.qty;
	desk->order->reduce_only = size.action == YQ_SELL && !desk->policy->limits.allow_short;
	return YQ_OK;
}

/* The steps of a decision, one after another; the first refusal ends it. */
static enum yq_rc
decide(struct desk *desk, int64_t now_us)
{
	struct yq_trace *trace = &desk->decision->trace;
	const struct yq_risk_limits *limits = &desk->policy->limits;
	enum yq_rc rc;

	rc = check_signal(desk);
	if (rc != YQ_OK)
		return rc;
	begin_order(desk, now_us);
	begin_facts(desk, now_us);
	rc = yq_risk_check_phase(YQ_RISK_GATE, desk->order, &desk->facts, limits, trace);
	if (rc != YQ_OK)
		return rc;
	choose_price(desk, now_us);
	rc = size_order_with_prices(desk);
	if (rc != YQ_OK)
		return rc;
	return yq_risk_check_phase(YQ_RISK_ORDER, desk->order, &desk->facts, limits, trace);
}
