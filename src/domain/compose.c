/* compose.c - from a signal to an order, or to the reasons why not. */
#include "domain/compose.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "domain/market.h"

/* One decision in the making. */
struct desk {
	const struct yq_signal *signal;
	const struct yq_account_view *account; /* as it is */
	const struct yq_market_facts *market;
	const struct yq_policy *policy;
	int64_t now_us;
	struct yq_legs legs;
	struct yq_opt_decimal price; /* the newest known */
	struct yq_account_view view; /* as the present leg sees it */
	struct yq_risk_facts facts;  /* ... with it */
	const struct yq_leg *leg;    /* the present one */
	struct yq_order *order;	     /* ... and its order */
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

/* Where the strategy's position stands, for people: "Long 10". */
static void
say_stance(enum yq_stance stance, struct yq_opt_decimal size, char *text, size_t room)
{
	const char *word = yq_names_text(&yq_stance_names, (int)stance);

	if (size.set && stance != YQ_STANCE_FLAT)
		yq_sentence(text, room, "{} {}",
		    YQ_ARGS(YQ_ARG_TEXT(word), YQ_ARG_NUMBER(yq_decimal_abs(size.value))));
	else
		yq_sentence(text, room, "{}", YQ_ARGS(YQ_ARG_TEXT(word)));
}

static void
say_intent(struct desk *desk, const struct yq_intent *intent)
{
	struct yq_trace *trace = &desk->decision->trace;
	const char *side = yq_names_text(&yq_action_names, (int)desk->signal->action);
	const char *kind = yq_names_text(&yq_intent_names, (int)intent->kind);
	char before[64], after[64];

	say_stance(intent->before, intent->size_before, before, sizeof(before));
	say_stance(intent->after, intent->size_after, after, sizeof(after));
	if (intent->kind == YQ_INTENT_ORDER)
		yq_trace_add(trace, YQ_COMPOSE_INTENT, true,
		    "{}: a {}, without a word of the strategy's position",
		    YQ_ARGS(YQ_ARG_TEXT(kind), YQ_ARG_TEXT(side)));
	else if (intent->before == YQ_STANCE_NONE)
		yq_trace_add(trace, YQ_COMPOSE_INTENT, true, "{}: a {} to {}",
		    YQ_ARGS(YQ_ARG_TEXT(kind), YQ_ARG_TEXT(side), YQ_ARG_TEXT(after)));
	else
		yq_trace_add(trace, YQ_COMPOSE_INTENT, true, "{}: a {} from {} to {}",
		    YQ_ARGS(YQ_ARG_TEXT(kind), YQ_ARG_TEXT(side), YQ_ARG_TEXT(before),
			YQ_ARG_TEXT(after)));
}

static struct yq_decimal
lot_of(const struct desk *desk)
{
	return desk->market->lot.set ? desk->market->lot.value
				     : yq_market_of(desk->signal->exchange)->lot;
}

/* What the strategy wants, and which orders that takes. */
static enum yq_rc
plan(struct desk *desk)
{
	struct yq_legs_facts facts = {
		.account = desk->account,
		.lot = lot_of(desk),
		.allow_short = desk->policy->limits.allow_short,
		.to_target = desk->policy->sizing.sizer == YQ_SIZER_TARGET,
	};
	struct yq_intent intent;
	struct yq_err err;
	enum yq_rc rc;

	if (yq_intent_of(desk->signal, desk->account->held, &intent, &err) != YQ_OK)
		return refuse(desk, YQ_COMPOSE_CONTRADICTION, "{}", YQ_ARGS(YQ_ARG_TEXT(err.text)));
	if (facts.to_target && intent.kind != YQ_INTENT_EXIT && intent.size_after.set)
		intent.kind = YQ_INTENT_TARGET;
	say_intent(desk, &intent);
	rc = yq_legs_plan(&intent, desk->signal, &facts, &desk->legs, &desk->decision->trace);
	desk->decision->withdraws = rc == YQ_OK && desk->legs.withdraws;
	desk->decision->withdrawn = desk->legs.withdrawn;
	return rc;
}

/* Everything but its id, what is sized and the prices. */
static void
begin_order(struct desk *desk, size_t leg)
{
	const struct yq_signal *signal = desk->signal;
	struct yq_order *order = &desk->decision->orders[leg];

	desk->leg = &desk->legs.items[leg];
	desk->order = order;
	*order = yq_order_default();
	memcpy(order->account_alias, desk->account->alias, sizeof(order->account_alias));
	memcpy(order->ticker, signal->ticker, sizeof(order->ticker));
	order->exchange = signal->exchange;
	order->currency = yq_market_of(signal->exchange)->currency;
	order->action = desk->leg->action;
	order->type = signal->type;
	order->timestamp_us = desk->now_us;
	order->time_in_force = signal->time_in_force;
	order->signal_id = signal->id;
	yq_order_reason_of(signal->strategy, order->buy_reason);
	if (desk->leg->kind != YQ_LEG_CLOSE)
		return;
	order->qty = desk->leg->qty;
	order->reduce_only = true;
	order->cut_to_held = true;
}

static void
begin_facts(struct desk *desk)
{
	const struct yq_market_facts *market = desk->market;

	desk->facts = (struct yq_risk_facts){
		.account = &desk->view,
		.halt_reason = market->halt_reason,
		.halt_lets_out = market->halt_lets_out,
		.life = market->life,
		.real_money = desk->policy->real_money,
		.market_open = market->open,
		.calendar_covered = market->covered,
		.lot = market->lot,
		.listing = market->listing,
		.listed_in = market->listed_in,
		.ticks = market->ticks,
		.now_us = desk->now_us,
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
fresh_last(const struct desk *desk)
{
	const struct yq_market_facts *market = desk->market;
	int64_t limit = desk->policy->max_price_age_us;
	int64_t age = desk->now_us - market->last_price_at_us;

	if (!market->last_price.set || yq_decimal_sign(market->last_price.value) <= 0 ||
	    (limit != 0 && (age > limit || age < -limit)))
		return YQ_OPT_DECIMAL_NONE;
	return market->last_price;
}

/* The newest known price: the signal's own, unless what was looked up is younger.  The looked-up
 * one stays what the collar measures from. */
static void
choose_price(struct desk *desk)
{
	const struct yq_signal *signal = desk->signal;
	struct yq_opt_decimal last = fresh_last(desk);
	struct yq_opt_decimal price = signal->price;
	const char *source = "of the signal";

	desk->facts.price_at_us = signal->timestamp_us;
	if (last.set && (!price.set || desk->market->last_price_at_us > signal->timestamp_us)) {
		price = last;
		source = "looked up";
		desk->facts.price_at_us = desk->market->last_price_at_us;
	}
	desk->price = price;
	desk->facts.last_price = last.set ? last : price;
	desk->facts.last_price_at_us =
	    last.set ? desk->market->last_price_at_us : signal->timestamp_us;
	if (desk->facts.last_price_at_us > desk->now_us)
		desk->facts.last_price_at_us = desk->now_us; /* a clock ahead of ours */
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
	if (yq_ticks_round(desk->order->exchange, desk->market->ticks, asked, rounding,
		&result->value) != YQ_OK)
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
		.account = &desk->view,
		.price = price.set ? price.value : YQ_DECIMAL_ZERO,
		.lot = lot_of(desk),
		.allow_short = desk->policy->limits.allow_short,
		.opens = desk->leg->kind == YQ_LEG_OPEN,
		.track = desk->market->track,
		.answer = desk->market->answer,
		.question = &desk->decision->question,
	};
	struct yq_signal signal = *desk->signal;
	struct yq_size size;
	const char *code;
	enum yq_rc rc;

	if (facts.opens)
		signal.qty = desk->leg->cap;
	rc = yq_sizing_apply(&desk->policy->sizing, &signal, &facts, &size, &desk->decision->trace);
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

/* One more order it is: refused ones need no id, which takes longer than all the rules. */
static void
enter_order(struct desk *desk)
{
	struct yq_decision *decision = desk->decision;
	struct yq_opt_decimal reserve = valued_at(desk);
	size_t leg = decision->order_count++;

	desk->order->id = yq_order_id_of(&desk->signal->id, desk->account->alias, (unsigned)leg);
	if (leg > 0)
		desk->order->after = decision->orders[leg - 1].id;
	decision->reserve_prices[leg] = reserve.set ? reserve.value : YQ_DECIMAL_ZERO;
}

/* Prices, quantity and what the risk rules say of them. */
static enum yq_rc
finish_order(struct desk *desk)
{
	enum yq_rc rc;

	desk->order->price = desk->order->reference_price = desk->price;
	rc = round_prices(desk);
	if (rc == YQ_OK && desk->leg->kind != YQ_LEG_CLOSE)
		rc = size_order(desk);
	if (rc == YQ_OK)
		rc = yq_compose_exits(desk->signal, desk->view.held, desk->market->ticks,
		    desk->order, &desk->decision->trace);
	if (rc == YQ_OK)
		rc = yq_risk_check_phase(YQ_RISK_ORDER, desk->order, &desk->facts,
		    &desk->policy->limits, &desk->decision->trace);
	if (rc == YQ_OK)
		enter_order(desk);
	return rc;
}

static enum yq_rc
first_leg(struct desk *desk)
{
	enum yq_rc rc;

	desk->view = *desk->account;
	begin_order(desk, 0);
	if (desk->leg->kind == YQ_LEG_CLOSE)
		desk->view = yq_view_entered(desk->account, desk->leg->action);
	begin_facts(desk);
	rc = yq_risk_check_phase(
	    YQ_RISK_GATE, desk->order, &desk->facts, &desk->policy->limits, &desk->decision->trace);
	if (rc != YQ_OK)
		return rc;
	choose_price(desk);
	return finish_order(desk);
}

/* On the account as the first leaves it.  What the gate passed it passes once more, but for the
 * number of orders; and it is no duplicate of the first. */
static enum yq_rc
second_leg(struct desk *desk)
{
	const struct yq_risk_limits *limits = &desk->policy->limits;
	struct yq_trace *trace = &desk->decision->trace;

	desk->view = yq_view_closed(desk->account, &desk->legs.items[0], valued_at(desk));
	desk->facts.orders_last_minute++;
	desk->facts.orders_last_day++;
	desk->facts.last_same_at_us = 0;
	begin_order(desk, 1);
	if (yq_risk_check_phase(YQ_RISK_GATE, desk->order, &desk->facts, limits, NULL) != YQ_OK)
		return yq_risk_check_phase(YQ_RISK_GATE, desk->order, &desk->facts, limits, trace);
	return finish_order(desk);
}

/* The steps of a decision, one after another; the first refusal ends it.  Without the second leg
 * the first stands, unless somebody has to be asked first. */
static enum yq_rc
decide(struct desk *desk)
{
	enum yq_rc rc;

	rc = check_signal(desk);
	if (rc == YQ_OK)
		rc = plan(desk);
	if (rc == YQ_OK)
		rc = first_leg(desk);
	if (rc != YQ_OK || desk->legs.count < 2 || second_leg(desk) == YQ_OK)
		return rc;
	return yq_str_equal(yq_trace_refusal(&desk->decision->trace)->rule, YQ_SIZE_PLUGIN_PENDING)
		   ? YQ_E_REFUSED
		   : YQ_OK;
}

/* Only what is looked at is set: the steps are large. */
static void
begin_decision(struct yq_decision *decision, const struct yq_account_view *account, int64_t now_us)
{
	memcpy(decision->account_alias, account->alias, sizeof(decision->account_alias));
	decision->ordered = false;
	decision->order_count = 0;
	decision->withdraws = false;
	decision->cancel_count = 0;
	decision->decided_at_us = now_us;
}

static const char *
side_of(const struct yq_order *order)
{
	return yq_names_text(&yq_action_names, (int)order->action);
}

static void
conclude(struct yq_decision *decision)
{
	const struct yq_order *order = decision->orders, *next = order + 1;
	const char *exchange = yq_names_text(&yq_exchange_names, (int)order->exchange);

	decision->ordered = true;
	decision->code = YQ_COMPOSE_ORDERED;
	if (decision->order_count == 1)
		yq_sentence(decision->text, sizeof(decision->text), "{} {} {} on {}",
		    YQ_ARGS(YQ_ARG_TEXT(side_of(order)), YQ_ARG_NUMBER(order->qty),
			YQ_ARG_TEXT(order->ticker), YQ_ARG_TEXT(exchange)));
	else
		yq_sentence(decision->text, sizeof(decision->text), "{} {}, then {} {} {} on {}",
		    YQ_ARGS(YQ_ARG_TEXT(side_of(order)), YQ_ARG_NUMBER(order->qty),
			YQ_ARG_TEXT(side_of(next)), YQ_ARG_NUMBER(next->qty),
			YQ_ARG_TEXT(order->ticker), YQ_ARG_TEXT(exchange)));
}

/* With the trace cleared. */
static enum yq_rc
compose(const struct yq_signal *signal, const struct yq_account_view *account,
    const struct yq_market_facts *market, const struct yq_policy *policy, int64_t now_us,
    struct yq_decision *decision)
{
	struct desk desk = {
		.signal = signal,
		.account = account,
		.market = market,
		.policy = policy,
		.now_us = now_us,
		.decision = decision,
	};
	const struct yq_trace_step *refusal;
	enum yq_rc rc;

	begin_decision(decision, account, now_us);
	rc = decide(&desk);
	if (rc == YQ_OK) {
		conclude(decision);
		return YQ_OK;
	}
	decision->order_count = 0;
	decision->withdraws = false;
	refusal = yq_trace_refusal(&decision->trace);
	assert(refusal != NULL);
	decision->code = refusal->rule;
	yq_str_copy_cut(decision->text, sizeof(decision->text), refusal->text);
	return rc;
}

enum yq_rc
yq_compose(const struct yq_signal *signal, const struct yq_account_view *account,
    const struct yq_market_facts *market, const struct yq_policy *policy, int64_t now_us,
    struct yq_decision *decision)
{
	yq_trace_clear(&decision->trace);
	return compose(signal, account, market, policy, now_us, decision);
}

enum yq_rc
yq_compose_brief(const struct yq_signal *signal, const struct yq_account_view *account,
    const struct yq_market_facts *market, const struct yq_policy *policy, int64_t now_us,
    struct yq_decision *decision)
{
	yq_trace_clear_brief(&decision->trace);
	return compose(signal, account, market, policy, now_us, decision);
}
