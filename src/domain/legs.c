/* legs.c - the orders that an intent takes: what closes, then what opens. */
#include "domain/legs.h"

#include "domain/risk.h"
#include "domain/sizing.h"

struct planning {
	const struct yq_intent *intent;
	const struct yq_signal *signal;
	const struct yq_legs_facts *facts;
	struct yq_legs *legs;
	struct yq_trace *trace;
};

static enum yq_rc
refuse(struct planning *p, const char *code, const char *sentence, const struct yq_arg *args,
    size_t arg_count)
{
	yq_trace_add(p->trace, code, false, sentence, args, arg_count);
	return YQ_E_REFUSED;
}

/* What an order of that side can close: what will be held on the other side.  Entries of others are
 * theirs. */
static struct yq_decimal
closable(const struct yq_account_view *view, enum yq_action action)
{
	return yq_closable(view->ahead, YQ_DECIMAL_ZERO, action);
}

/* A close of all withdraws what would open it again. */
static void
withdraw(struct planning *p, enum yq_action closing)
{
	const struct yq_account_view *view = p->facts->account;
	int64_t resting = closing == YQ_SELL ? view->own_resting_buys : view->own_resting_sells;
	const char *side = yq_names_text(&yq_action_names, (int)yq_other_side(closing));

	p->legs->withdraws = resting > 0;
	p->legs->withdrawn = yq_other_side(closing);
	if (resting > YQ_CANCELS_MAX)
		yq_trace_add(p->trace, YQ_LEG_WITHDRAW, true,
		    "{} of {} {} orders of the strategy that are open still are withdrawn, the "
		    "others are too many",
		    YQ_ARGS(YQ_ARG_INT(YQ_CANCELS_MAX), YQ_ARG_INT(resting), YQ_ARG_TEXT(side)));
	else if (resting > 0)
		yq_trace_add(p->trace, YQ_LEG_WITHDRAW, true,
		    "{} {} orders of the strategy that are open still are withdrawn",
		    YQ_ARGS(YQ_ARG_INT(resting), YQ_ARG_TEXT(side)));
}

static struct yq_decimal
floor_to_lot(const struct planning *p, struct yq_decimal qty)
{
	return (struct yq_decimal){ qty.units - qty.units % p->facts->lot.units };
}

static enum yq_rc
add_close(struct planning *p, enum yq_action action, struct yq_decimal wanted)
{
	struct yq_leg *leg = &p->legs->items[p->legs->count];
	const char *side = yq_names_text(&yq_action_names, (int)action);

	*leg = (struct yq_leg){ .kind = YQ_LEG_CLOSE, .action = action };
	leg->qty = floor_to_lot(p, wanted);
	if (yq_decimal_sign(leg->qty) <= 0)
		return refuse(p, YQ_SIZE_TOO_SMALL, "{} is less than one lot of {}",
		    YQ_ARGS(YQ_ARG_NUMBER(wanted), YQ_ARG_NUMBER(p->facts->lot)));
	p->legs->count++;
	yq_trace_add(p->trace, YQ_LEG_STEP, true,
	    "{} {} to close: {} are held, {} once open orders are done",
	    YQ_ARGS(YQ_ARG_TEXT(side), YQ_ARG_NUMBER(leg->qty),
		YQ_ARG_NUMBER(p->facts->account->held), YQ_ARG_NUMBER(p->facts->account->ahead)));
	return YQ_OK;
}

static enum yq_rc
refuse_nothing(struct planning *p, enum yq_action action)
{
	const struct yq_account_view *view = p->facts->account;

	return refuse(p, YQ_SIZE_NOTHING_HELD,
	    "nothing is there that a {} could close: {} of {} are held, and {} once open orders "
	    "are done",
	    YQ_ARGS(YQ_ARG_TEXT(yq_names_text(&yq_action_names, (int)action)),
		YQ_ARG_NUMBER(view->held), YQ_ARG_TEXT(p->signal->ticker),
		YQ_ARG_NUMBER(view->ahead)));
}

/* All of it, whatever the quantity; a policy that trades to a target looks at no side. */
static enum yq_rc
plan_exit(struct planning *p)
{
	enum yq_action action = p->signal->action;
	struct yq_decimal all = closable(p->facts->account, action);

	if (p->facts->to_target && yq_decimal_sign(all) == 0) {
		action = yq_other_side(action);
		all = closable(p->facts->account, action);
	}
	if (yq_decimal_sign(all) == 0)
		return refuse_nothing(p, p->signal->action);
	withdraw(p, action);
	return add_close(p, action, all);
}

/* A part: so much as was said, and never more than there is. */
static enum yq_rc
plan_reduce(struct planning *p)
{
	const struct yq_intent *intent = p->intent;
	struct yq_decimal all = closable(p->facts->account, p->signal->action), part;

	if (yq_decimal_sign(all) == 0)
		return refuse_nothing(p, p->signal->action);
	if (p->signal->qty.set)
		part = p->signal->qty.value;
	else if (intent->size_before.set && intent->size_after.set)
		part.units = intent->size_before.value.units - intent->size_after.value.units;
	else
		return refuse(p, YQ_SIZE_INCOMPLETE,
		    "a part is to be closed, and neither Qty nor the sizes before and after say "
		    "how much",
		    YQ_NO_ARGS);
	return add_close(p, p->signal->action, yq_decimal_min(yq_decimal_abs(part), all));
}

/* How much a reverse opens at most: its quantity closes as well, what the strategy held or, where
 * it does not say so, what is held here. */
static struct yq_opt_decimal
reversed(const struct planning *p, struct yq_decimal closed)
{
	const struct yq_intent *intent = p->intent;
	struct yq_opt_decimal rest = p->signal->qty;

	if (!rest.set)
		return rest;
	if (intent->size_after.set)
		return yq_opt_decimal_of(yq_decimal_abs(intent->size_after.value));
	if (intent->size_before.set)
		closed = yq_decimal_abs(intent->size_before.value);
	rest.value.units -= closed.units;
	return rest;
}

/* How much the strategy opens at most, once `closed` is closed.  False: nothing. */
static bool
may_open(struct planning *p, struct yq_decimal closed, struct yq_opt_decimal *cap)
{
	*cap = p->intent->kind == YQ_INTENT_REVERSE ? reversed(p, closed) : p->signal->qty;
	if (closed.units % p->facts->lot.units != 0) {
		yq_trace_add(p->trace, YQ_LEG_STEP, true,
		    "nothing is opened: {} cannot be closed in full in lots of {}",
		    YQ_ARGS(YQ_ARG_NUMBER(closed), YQ_ARG_NUMBER(p->facts->lot)));
		return false;
	}
	if (!cap->set || yq_decimal_sign(cap->value) > 0)
		return true;
	yq_trace_add(p->trace, YQ_LEG_STEP, true,
	    "nothing is opened: a Qty of {} does no more than close",
	    YQ_ARGS(YQ_ARG_NUMBER(p->signal->qty.value)));
	return false;
}

static enum yq_rc
plan_open(struct planning *p)
{
	enum yq_action action = p->signal->action;
	struct yq_decimal closed = closable(p->facts->account, action);
	struct yq_leg open = { .kind = YQ_LEG_OPEN, .action = action };
	enum yq_rc rc;

	if (yq_decimal_sign(closed) > 0) {
		withdraw(p, action);
		rc = add_close(p, action, closed);
		if (rc != YQ_OK)
			return rc;
	}
	if (action == YQ_SELL && !p->facts->allow_short && p->legs->count == 0)
		return refuse(p, YQ_RISK_NO_SHORT,
		    "the strategy goes short, which is not allowed, and nothing of {} is held",
		    YQ_ARGS(YQ_ARG_TEXT(p->signal->ticker)));
	if (action == YQ_SELL && !p->facts->allow_short)
		yq_trace_add(p->trace, YQ_LEG_STEP, true,
		    "nothing is opened: short positions are not allowed", YQ_NO_ARGS);
	else if (may_open(p, closed, &open.cap))
		p->legs->items[p->legs->count++] = open;
	if (p->legs->count == 0)
		return refuse_nothing(p, action);
	return YQ_OK;
}

/* So much of what will be held is too much for the target; 0 where it is not beyond it on its own
 * side. */
static struct yq_decimal
beyond_target(const struct planning *p, struct yq_decimal target, enum yq_action closing)
{
	struct yq_decimal present = yq_view_expected(p->facts->account), much;

	much.units =
	    closing == YQ_SELL ? present.units - target.units : target.units - present.units;
	if ((closing == YQ_SELL ? 1 : -1) * yq_decimal_sign(target) < 0)
		return YQ_DECIMAL_ZERO;
	return yq_decimal_min(
	    yq_decimal_max(much, YQ_DECIMAL_ZERO), closable(p->facts->account, closing));
}

/* Nearer to zero it only closes; through zero it goes in two steps; all else is the policy's. */
static enum yq_rc
plan_target(struct planning *p)
{
	struct yq_decimal target = p->intent->size_after.value, part;
	enum yq_action closing = yq_decimal_sign(p->facts->account->ahead) > 0 ? YQ_SELL : YQ_BUY;
	struct yq_decimal all = closable(p->facts->account, closing);
	enum yq_rc rc = YQ_OK;

	if (!p->facts->allow_short)
		target = yq_decimal_max(target, YQ_DECIMAL_ZERO);
	part = beyond_target(p, target, closing);
	if (p->intent->size_after.set && yq_decimal_sign(part) > 0)
		return add_close(p, closing, part);
	if (yq_decimal_sign(target) * yq_decimal_sign(p->facts->account->ahead) < 0 &&
	    all.units % p->facts->lot.units == 0) {
		withdraw(p, closing);
		rc = add_close(p, closing, all);
	}
	p->legs->items[p->legs->count++] =
	    (struct yq_leg){ .kind = YQ_LEG_ASKED, .action = p->signal->action };
	return rc;
}

static enum yq_rc
plan_asked(struct planning *p)
{
	if (p->facts->to_target)
		return plan_target(p);
	p->legs->items[p->legs->count++] =
	    (struct yq_leg){ .kind = YQ_LEG_ASKED, .action = p->signal->action };
	return YQ_OK;
}

/* A policy that trades to a target needs no more than to know it; but nothing is left of an exit.
 */
static const struct {
	enum yq_rc (*plan)(struct planning *p);
	bool or_target;
} plans[YQ_INTENT_COUNT] = {
	[YQ_INTENT_ORDER] = { plan_asked, true },
	[YQ_INTENT_ENTRY] = { plan_open, true },
	[YQ_INTENT_ADD] = { plan_open, true },
	[YQ_INTENT_REDUCE] = { plan_reduce, true },
	[YQ_INTENT_EXIT] = { plan_exit, false },
	[YQ_INTENT_REVERSE] = { plan_open, true },
	[YQ_INTENT_TARGET] = { plan_target, true },
};

enum yq_rc
yq_legs_plan(const struct yq_intent *intent, const struct yq_signal *signal,
    const struct yq_legs_facts *facts, struct yq_legs *legs, struct yq_trace *trace)
{
	struct planning p = { intent, signal, facts, legs, trace };

	*legs = (struct yq_legs){ .count = 0 };
	if (facts->to_target && plans[intent->kind].or_target)
		return plan_target(&p);
	return plans[intent->kind].plan(&p);
}

struct yq_account_view
yq_view_entered(const struct yq_account_view *view, enum yq_action closing)
{
	struct yq_account_view entered = *view;

	entered.held = closable(view, closing);
	if (closing == YQ_BUY)
		entered.held = yq_decimal_neg(entered.held);
	entered.ahead = entered.held;
	entered.buying = entered.selling = YQ_DECIMAL_ZERO;
	return entered;
}

/* What closing at that price does to the cash; nothing where it does not fit. */
static struct yq_decimal
proceeds(const struct yq_account_view *view, const struct yq_leg *closing, struct yq_decimal price,
    struct yq_decimal *value)
{
	struct yq_decimal fee, cash;

	if (yq_decimal_mul(closing->qty, price, YQ_ROUND_FLOOR, value) != YQ_OK ||
	    yq_decimal_mul(*value, view->commission_rate, YQ_ROUND_CEILING, &fee) != YQ_OK) {
		*value = YQ_DECIMAL_ZERO;
		return YQ_DECIMAL_ZERO;
	}
	if (closing->action == YQ_BUY)
		*value = yq_decimal_neg(*value);
	cash.units = value->units - fee.units;
	return cash;
}

/* What is held leaves the magnitudes; what is on its way only was never among them. */
static struct yq_decimal
gross_without(const struct yq_account_view *view, struct yq_decimal price)
{
	struct yq_decimal value;

	if (yq_decimal_mul(yq_decimal_abs(view->held), price, YQ_ROUND_FLOOR, &value) != YQ_OK)
		return view->gross;
	return yq_decimal_max(
	    YQ_DECIMAL_ZERO, (struct yq_decimal){ view->gross.units - value.units });
}

struct yq_account_view
yq_view_closed(
    const struct yq_account_view *view, const struct yq_leg *closing, struct yq_opt_decimal price)
{
	struct yq_account_view closed = *view;
	struct yq_decimal value;

	if (price.set) {
		closed.cash.units += proceeds(view, closing, price.value, &value).units;
		closed.invested.units -= value.units;
		closed.gross = gross_without(view, price.value);
	}
	closed.held = closed.avg_price = closed.ahead = YQ_DECIMAL_ZERO;
	closed.buying = view->others_buying;
	closed.selling = view->others_selling;
	if (yq_decimal_sign(closed.buying) == 0)
		closed.open_buys = 0;
	if (yq_decimal_sign(closed.selling) == 0)
		closed.open_sells = 0;
	/* It is no instrument of the account any more, unless others are about to trade it. */
	if (closed.instruments > 0 && closed.open_buys == 0 && closed.open_sells == 0)
		closed.instruments--;
	closed.own_resting_buys = closed.own_resting_sells = 0;
	return closed;
}
