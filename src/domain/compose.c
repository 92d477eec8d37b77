/* compose.c - from a signal to an order, or to the reasons why not. */
#include "domain/compose.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "domain/market.h"

/* One decision in the making. */
struct desk {
	const struct yq_signal *signal;
	const struct yq_account_view *account;
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

	desk->facts = (struct yq_risk_facts){
		.account = desk->account,
		.halt_reason = market->halt_reason,
		.life = market->life,
		.real_money = desk->policy->real_money,
		.market_open = market->open,
		.calendar_covered = market->covered,
		.lot = market->lot,
		.now_us = now_us,
		.asked_at_us = desk->signal->timestamp_us,
		.orders_last_minute = market->orders_last_minute,
		.orders_last_day = market->orders_last_day,
		.local_minute = market->local_minute,
		.by_signal = true,
		.track_known = market->track != NULL,
		.last_closed_at_us = market->last_closed_at_us,
		.last_loss_at_us = market->last_loss_at_us,
		.day_loss = market->day_loss,
		.last_same_qty = market->last_same_qty,
		.last_same_at_us = market->last_same_at_us,
	};
}

/* The looked-up price, unless it is too old to count, or so far ahead that the clock must have been
 * set back since. */
static struct yq_opt_decimal
fresh_last(const struct desk *desk, int64_t now_us)
{
	const struct yq_market_facts *market = desk->market;
	int64_t limit = desk->policy->max_price_age_us;
	int64_t age = now_us - market->last_price_at_us;

	if (!market->last_price.set || yq_decimal_sign(market->last_price.value) <= 0 ||
	    (limit != 0 && (age > limit || age < -limit)))
		return YQ_OPT_DECIMAL_NONE;
	return market->last_price;
}

/* The newest known price: the signal's own, unless what was looked up is younger.  The looked-up
 * one stays what the collar measures from. */
static void
choose_price(struct desk *desk, int64_t now_us)
{
	const struct yq_signal *signal = desk->signal;
	struct yq_opt_decimal last = fresh_last(desk, now_us);
	struct yq_opt_decimal price = signal->price;
	const char *source = "of the signal";

	desk->facts.price_at_us = signal->timestamp_us;
	if (last.set && (!price.set || desk->market->last_price_at_us > signal->timestamp_us)) {
		price = last;
		source = "looked up";
		desk->facts.price_at_us = desk->market->last_price_at_us;
	}
	desk->order->price = price;
	desk->order->reference_price = price;
	desk->facts.last_price = last.set ? last : price;
	desk->facts.last_price_at_us =
	    last.set ? desk->market->last_price_at_us : signal->timestamp_us;
	if (desk->facts.last_price_at_us > now_us)
		desk->facts.last_price_at_us = now_us; /* a clock ahead of ours */
	if (price.set)
		yq_trace_add(&desk->decision->trace, YQ_COMPOSE_PRICE, true, "{}, {}",
		    YQ_ARGS(YQ_ARG_NUMBER(price.value), YQ_ARG_TEXT(source)));
}

static struct yq_opt_decimal
valued_at(const struct desk *desk)
{
	return yq_risk_price(desk->order, desk->facts.last_price, desk->facts.last_price_at_us);
}

static enum yq_rc
round_price(struct desk *desk, const char *what, struct yq_decimal asked, enum yq_rounding rounding,
    struct yq_opt_decimal *result)
{
	if (yq_tick_round(desk->order->exchange, asked, rounding, &result->value) != YQ_OK)
		return refuse(desk, YQ_RISK_TICK, "no price step is left below {}",
		    YQ_ARGS(YQ_ARG_NUMBER(asked)));
	result->set = true;
	yq_trace_add(&desk->decision->trace, YQ_COMPOSE_TICK, true, "{} {}, {} was asked",
	    YQ_ARGS(YQ_ARG_TEXT(what), YQ_ARG_NUMBER(result->value), YQ_ARG_NUMBER(asked)));
	return YQ_OK;
}

/* A limit never trades worse than asked; a stop never triggers earlier than asked. */
static enum yq_rc
round_prices(struct desk *desk)
{
	const struct yq_signal *signal = desk->signal;
	struct yq_order *order = desk->order;
	bool buys = order->action == YQ_BUY;
	enum yq_rc rc = YQ_OK;

	if (order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT)
		rc = round_price(desk, "limit", signal->limit_price.value,
		    buys ? YQ_ROUND_FLOOR : YQ_ROUND_CEILING, &order->price);
	if (rc == YQ_OK && (order->type == YQ_TYPE_STOP || order->type == YQ_TYPE_STOP_LIMIT))
		rc = round_price(desk, "stop", signal->stop_price.value,
		    buys ? YQ_ROUND_CEILING : YQ_ROUND_FLOOR, &order->stop_price);
	return rc;
}

static enum yq_rc
size_order(struct desk *desk)
{
	struct yq_order *order = desk->order;
	struct yq_opt_decimal price = valued_at(desk);
	struct yq_sizing_facts facts = {
		.account = desk->account,
		.price = price.set ? price.value : YQ_DECIMAL_ZERO,
		.lot = desk->market->lot.set ? desk->market->lot.value
					     : yq_market_of(order->exchange)->lot,
		.allow_short = desk->policy->limits.allow_short,
		.track = desk->market->track,
		.answer = desk->market->answer,
		.question = &desk->decision->question,
	};
	struct yq_size size;
	const char *code;
	enum yq_rc rc;

	rc = yq_sizing_apply(
	    &desk->policy->sizing, desk->signal, &facts, &size, &desk->decision->trace);
	if (rc != YQ_OK)
		return rc;
	order->qty = size.qty;
	order->reduce_only =
	    (size.action == YQ_SELL && !desk->policy->limits.allow_short) ||
	    !yq_life_may_trade(desk->market->life, desk->policy->real_money, &code);
	if (size.action == order->action)
		return YQ_OK;
	order->action = size.action; /* Target turned it: the safe side of a step is the other */
	return round_prices(desk);
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
	rc = round_prices(desk);
	if (rc == YQ_OK)
		rc = size_order(desk);
	if (rc == YQ_OK)
		rc = yq_compose_exits(desk->signal, desk->account->held, desk->order, trace);
	if (rc != YQ_OK)
		return rc;
	return yq_risk_check_phase(YQ_RISK_ORDER, desk->order, &desk->facts, limits, trace);
}

/* Only what is looked at is set: the steps are large. */
static void
begin_decision(struct yq_decision *decision, const struct yq_account_view *account, int64_t now_us)
{
	memcpy(decision->account_alias, account->alias, sizeof(decision->account_alias));
	decision->ordered = false;
	decision->order_count = 0;
	decision->decided_at_us = now_us;
	yq_trace_clear(&decision->trace);
}

static void
conclude(struct yq_decision *decision, const struct desk *desk)
{
	const struct yq_order *order = desk->order;
	struct yq_opt_decimal reserve = valued_at(desk);

	decision->ordered = true;
	decision->order_count = 1;
	decision->reserve_prices[0] = reserve.set ? reserve.value : YQ_DECIMAL_ZERO;
	decision->code = YQ_COMPOSE_ORDERED;
	yq_sentence(decision->text, sizeof(decision->text), "{} {} {} on {}",
	    YQ_ARGS(YQ_ARG_TEXT(yq_names_text(&yq_action_names, (int)order->action)),
		YQ_ARG_NUMBER(order->qty), YQ_ARG_TEXT(order->ticker),
		YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)order->exchange))));
}

enum yq_rc
yq_compose(const struct yq_signal *signal, const struct yq_account_view *account,
    const struct yq_market_facts *market, const struct yq_policy *policy, int64_t now_us,
    struct yq_decision *decision)
{
	struct desk desk = {
		.signal = signal,
		.account = account,
		.market = market,
		.policy = policy,
		.order = &decision->orders[0],
		.decision = decision,
	};
	const struct yq_trace_step *refusal;
	enum yq_rc rc;

	begin_decision(decision, account, now_us);
	rc = decide(&desk, now_us);
	if (rc == YQ_OK) {
		conclude(decision, &desk);
		return YQ_OK;
	}
	refusal = yq_trace_refusal(&decision->trace);
	assert(refusal != NULL);
	decision->code = refusal->rule;
	yq_str_copy_cut(decision->text, sizeof(decision->text), refusal->text);
	return rc;
}
