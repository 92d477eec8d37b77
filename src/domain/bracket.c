/* bracket.c - what should rest at the broker, from what is known of a bracket. */
#include "domain/bracket.h"

#include <string.h>

#include "base/str.h"
#include "domain/check.h"
#include "domain/market.h"

#define PAUSE_MAX_S 300

const struct yq_field yq_bracket_fields[] = {
	YQ_FIELD_ID("Id", struct yq_bracket, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("AccountAlias", struct yq_bracket, account_alias, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", struct yq_bracket, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", struct yq_bracket, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Currency", struct yq_bracket, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Action", struct yq_bracket, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Qty", struct yq_bracket, qty),
	YQ_EXITS_FIELDS(struct yq_bracket, exits),
	YQ_FIELD_TEXT("BuyReason", struct yq_bracket, buy_reason, YQ_OPTIONAL),
	YQ_FIELD_ID("SignalId", struct yq_bracket, signal_id, YQ_OPTIONAL),
	YQ_FIELD_TIME("CreatedAt", struct yq_bracket, created_at_us, YQ_REQUIRED),
};
const size_t yq_bracket_field_count = YQ_COUNT(yq_bracket_fields);

const struct yq_field yq_bracket_leg_fields[] = {
	YQ_FIELD_INT("Number", struct yq_bracket_leg, number, YQ_REQUIRED),
	YQ_FIELD_TEXT("Exit", struct yq_bracket_leg, exit, YQ_OPTIONAL),
	YQ_FIELD_DECIMAL("Qty", struct yq_bracket_leg, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Filled", struct yq_bracket_leg, filled, YQ_REQUIRED),
	YQ_FIELD_ENUM("State", struct yq_bracket_leg, state, yq_order_state_names, YQ_REQUIRED),
	YQ_FIELD_BOOL("Touched", struct yq_bracket_leg, touched, YQ_OPTIONAL),
};
const size_t yq_bracket_leg_field_count = YQ_COUNT(yq_bracket_leg_fields);

enum yq_rc
yq_bracket_check(const struct yq_bracket *b, struct yq_err *err)
{
	enum yq_rc rc;

	rc = yq_check_id("Id", &b->id, err);
	if (rc == YQ_OK)
		rc = yq_check_alias(b->account_alias, err);
	if (rc == YQ_OK)
		rc = yq_check_ticker(b->ticker, err);
	if (rc == YQ_OK)
		rc = yq_check_currency(b->currency, b->exchange, err);
	if (rc == YQ_OK)
		rc = yq_check_opt_positive("Qty", b->qty, err);
	if (rc == YQ_OK)
		rc = yq_exits_check(&b->exits, err);
	if (rc == YQ_OK && !yq_exits_any(&b->exits))
		rc = yq_err_set(err, YQ_E_INVALID,
		    "TakeProfitPrice: expected it or StopLossPrice, found neither");
	return rc;
}

static enum yq_rc
check_step(const char *name, enum yq_exchange exchange, enum yq_ticks ticks,
    struct yq_opt_decimal price, struct yq_err *err)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	if (!price.set || yq_ticks_fit(exchange, ticks, price.value))
		return YQ_OK;
	yq_decimal_format(price.value, text);
	return yq_err_set(err, YQ_E_INVALID, "%s: %s is not on the price step of %s", name, text,
	    yq_names_text(&yq_exchange_names, (int)exchange));
}

static struct yq_opt_decimal
opens_at(const struct yq_order *entry, struct yq_opt_decimal last_price)
{
	if (entry->type == YQ_TYPE_LIMIT || entry->type == YQ_TYPE_STOP_LIMIT)
		return entry->price;
	if (entry->type == YQ_TYPE_STOP)
		return entry->stop_price;
	if (entry->reference_price.set)
		return entry->reference_price;
	return entry->price.set ? entry->price : last_price;
}

enum yq_rc
yq_bracket_check_entry(const struct yq_order *entry, enum yq_ticks ticks,
    struct yq_opt_decimal last_price, struct yq_err *err)
{
	const struct yq_exits *e = &entry->exits;
	enum yq_rc rc;

	if (!yq_exits_any(e))
		return YQ_OK;
	if (entry->reduce_only)
		return yq_err_set(err, YQ_E_INVALID,
		    "ReduceOnly: an order that may only reduce opens nothing that a take-profit or "
		    "stop-loss could protect");
	rc = check_step("TakeProfitPrice", entry->exchange, ticks, e->take_profit, err);
	if (rc == YQ_OK)
		rc = check_step("StopLossPrice", entry->exchange, ticks, e->stop_loss, err);
	if (rc == YQ_OK)
		rc = check_step(
		    "StopLossLimitPrice", entry->exchange, ticks, e->stop_loss_limit, err);
	if (rc == YQ_OK)
		rc = yq_exits_check_sides(e, entry->action, opens_at(entry, last_price), err);
	return rc;
}

struct yq_bracket
yq_bracket_of(const struct yq_order *entry, int64_t now_us)
{
	struct yq_bracket b = { .id = entry->id,
		.exchange = entry->exchange,
		.currency = entry->currency,
		.action = entry->action,
		.exits = entry->exits,
		.signal_id = entry->signal_id,
		.created_at_us = now_us };

	memcpy(b.account_alias, entry->account_alias, sizeof(b.account_alias));
	memcpy(b.ticker, entry->ticker, sizeof(b.ticker));
	memcpy(b.buy_reason, entry->buy_reason, sizeof(b.buy_reason));
	return b;
}

struct yq_id
yq_bracket_exit_id(const struct yq_id *bracket, enum yq_exit_kind exit, int64_t number)
{
	char name[YQ_ID_LENGTH + 64];

	/* The text is part of the contract: changing it would make a second exit of the first. */
	if (!yq_str_format(name, sizeof(name), "bracket:%s:%s:%lld", bracket->text,
		yq_names_text(&yq_exit_names, (int)exit), (long long)number))
		YQ_PANIC("an exit's name does not fit");
	return yq_id_named(name, strlen(name));
}

struct yq_order
yq_bracket_exit(const struct yq_bracket *b, enum yq_exit_kind exit, const struct yq_exit_way *way,
    struct yq_opt_decimal limit, int64_t number, struct yq_decimal qty, int64_t now_us)
{
	struct yq_order o = yq_order_default();

	o.id = yq_bracket_exit_id(&b->id, exit, number);
	memcpy(o.account_alias, b->account_alias, sizeof(o.account_alias));
	memcpy(o.ticker, b->ticker, sizeof(o.ticker));
	memcpy(o.buy_reason, b->buy_reason, sizeof(o.buy_reason));
	yq_str_copy_cut(o.exit, sizeof(o.exit), yq_names_text(&yq_exit_names, (int)exit));
	o.exchange = b->exchange;
	o.currency = b->currency;
	o.action = yq_other_side(b->action);
	o.qty = qty;
	o.timestamp_us = now_us;
	o.type = way->type;
	o.time_in_force = way->tif;
	o.bracket_id = b->id;
	o.reduce_only = true;
	o.price = exit == YQ_TAKE_PROFIT ? b->exits.take_profit
		  : way->near		 ? limit
					 : b->exits.stop_loss_limit;
	if (way->type == YQ_TYPE_STOP || way->type == YQ_TYPE_STOP_LIMIT)
		o.stop_price = b->exits.stop_loss;
	return o;
}

bool
yq_bracket_touches(const struct yq_bracket *b, struct yq_opt_decimal price)
{
	int order;

	if (!b->exits.stop_loss.set || !price.set)
		return false;
	order = yq_decimal_cmp(price.value, b->exits.stop_loss.value);
	return b->action == YQ_BUY ? order <= 0 : order >= 0;
}

bool
yq_bracket_is_touched(const struct yq_order *exit)
{
	return yq_str_equal(exit->exit, yq_names_text(&yq_exit_names, YQ_STOP_LOSS)) &&
	       exit->type != YQ_TYPE_STOP && exit->type != YQ_TYPE_STOP_LIMIT;
}

/* ---- the plan ---- */

static struct yq_decimal
less(struct yq_decimal a, struct yq_decimal b)
{
	return (struct yq_decimal){ a.units - b.units };
}

/* What of a is beyond b. */
static struct yq_decimal
beyond(struct yq_decimal a, struct yq_decimal b)
{
	return yq_decimal_max(less(a, b), YQ_DECIMAL_ZERO);
}

struct yq_decimal
yq_bracket_wanted(const struct yq_order *order, struct yq_decimal closable, bool allow_short)
{
	struct yq_decimal wanted = order->qty;

	if (order->cut_to_held)
		wanted = yq_decimal_min(wanted, closable);
	if (yq_decimal_sign(closable) == 0 ||
	    ((order->reduce_only || !allow_short) && yq_decimal_cmp(wanted, closable) > 0))
		return YQ_DECIMAL_ZERO;
	return wanted;
}

int64_t
yq_bracket_pause_s(unsigned failures)
{
	int64_t pause_s = failures < 16 ? INT64_C(1) << failures : PAUSE_MAX_S;

	return pause_s < PAUSE_MAX_S ? pause_s : PAUSE_MAX_S;
}

/* Whether `price` is at `bound` or further on the way to profit. */
static bool
is_at(const struct yq_bracket *b, struct yq_decimal price, struct yq_decimal bound)
{
	int order = yq_decimal_cmp(price, bound);

	return b->action == YQ_BUY ? order >= 0 : order <= 0;
}

/* Whether a stop-loss that is watched is to be sent.  Once it was, it stays so: a stop at a broker
 * does not come back either. */
static bool
is_touched(const struct yq_bracket *b, const struct yq_bracket_facts *facts)
{
	return facts->watched && (facts->touched || yq_bracket_touches(b, facts->fresh));
}

/*
 * With both prices the stop-loss rests until the take-profit's price is reached, and again when the
 * price has gone back from there by a quarter of the way to the stop: not at each small step, for
 * during the change nothing rests.  Where no price is known all stays as it is.
 */
static enum yq_exit_kind
exit_wanted(const struct yq_bracket *b, const struct yq_bracket_facts *facts, bool touched)
{
	const struct yq_exits *e = &b->exits;
	bool rests = yq_decimal_sign(facts->resting[YQ_TAKE_PROFIT]) > 0;
	struct yq_decimal back;

	if (!e->stop_loss.set || !e->take_profit.set)
		return e->take_profit.set ? YQ_TAKE_PROFIT : YQ_STOP_LOSS;
	if (touched)
		return YQ_STOP_LOSS;
	if (!facts->price.set)
		return rests ? YQ_TAKE_PROFIT : YQ_STOP_LOSS;
	if (is_at(b, facts->price.value, e->take_profit.value))
		return YQ_TAKE_PROFIT;
	back.units = e->take_profit.value.units -
		     (e->take_profit.value.units - e->stop_loss.value.units) / 4;
	return rests && is_at(b, facts->price.value, back) ? YQ_TAKE_PROFIT : YQ_STOP_LOSS;
}

/* Why what rests is too much. */
static const char *
reason(const struct yq_bracket_facts *facts, const struct yq_bracket_plan *plan,
    struct yq_decimal guard)
{
	bool gone = yq_decimal_sign(plan->left) == 0;
	bool to_stop =
	    yq_decimal_sign(plan->cancel[YQ_TAKE_PROFIT]) > 0 && plan->exit == YQ_STOP_LOSS;

	if (facts->ended)
		return "the bracket was ended";
	if (gone && yq_decimal_sign(plan->lost) > 0)
		return "what it protects is no longer held";
	if (gone && yq_decimal_sign(facts->exited[YQ_TAKE_PROFIT]) > 0)
		return "the take-profit filled";
	if (gone)
		return yq_decimal_sign(facts->exited[YQ_STOP_LOSS]) > 0 ? "the stop-loss filled"
									: "nothing was filled";
	if (yq_decimal_cmp(guard, plan->left) < 0)
		return "it gives way to another order";
	if (yq_decimal_sign(plan->cancel[YQ_STOP_LOSS]) > 0 && plan->exit == YQ_TAKE_PROFIT)
		return "the price has reached the take-profit, which takes its place";
	if (to_stop)
		return "the price has gone back: the stop-loss takes its place";
	if (facts->overdue && yq_decimal_sign(plan->cancel[YQ_STOP_LOSS]) > 0)
		return "the price ran away from it: it is made anew";
	return "less is left to protect";
}

void
yq_bracket_plan(
    const struct yq_bracket *b, const struct yq_bracket_facts *facts, struct yq_bracket_plan *plan)
{
	enum yq_exit_kind other;
	struct yq_decimal guard, live, missing;
	bool touched = is_touched(b, facts);

	*plan = (struct yq_bracket_plan){ .lost = facts->lost };
	plan->left = beyond(facts->entered, facts->lost);
	for (int i = 0; i < YQ_EXIT_COUNT; i++)
		plan->left = beyond(plan->left, facts->exited[i]);
	if (yq_decimal_cmp(facts->held, plan->left) < 0) {
		plan->lost.units += plan->left.units - facts->held.units;
		plan->left = facts->held;
	}
	guard = facts->ended ? YQ_DECIMAL_ZERO : yq_decimal_min(plan->left, facts->available);
	guard = yq_decimal_max(guard, YQ_DECIMAL_ZERO);
	plan->exit = exit_wanted(b, facts, touched);
	plan->waits = plan->exit == YQ_STOP_LOSS && facts->watched && !touched;
	other = plan->exit == YQ_STOP_LOSS ? YQ_TAKE_PROFIT : YQ_STOP_LOSS;
	plan->cancel[plan->exit] = beyond(facts->resting[plan->exit], guard);
	plan->cancel[other] = facts->resting[other];
	if (facts->overdue)
		plan->cancel[YQ_STOP_LOSS] = facts->resting[YQ_STOP_LOSS];
	/* Never more at the broker than there is to protect: what is to go is gone first. */
	live.units = facts->resting[YQ_TAKE_PROFIT].units + facts->resting[YQ_STOP_LOSS].units;
	missing = beyond(guard, live);
	if (yq_decimal_sign(facts->lot) > 0)
		missing.units -= missing.units % facts->lot.units;
	plan->place = plan->waits ? YQ_DECIMAL_ZERO : missing;
	plan->why = reason(facts, plan, guard);
	plan->over = facts->live == 0 && facts->entry_final &&
		     (facts->ended || yq_decimal_sign(plan->left) == 0);
}
