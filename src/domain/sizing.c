/* sizing.c - how much to trade: one function a policy, one table. */
#include "domain/sizing.h"

#include <assert.h>

#include "domain/intent.h"
#include "domain/market.h"
#include "domain/sizing_parts.h"

#define NAME(ident, name) name,
static const char *const sizer_list[] = { YQ_SIZERS(NAME) };
const struct yq_names yq_sizer_names = { "sizing policy", sizer_list, YQ_COUNT(sizer_list) };

struct yq_sizing
yq_sizing_default(void)
{
	return (struct yq_sizing){
		.sizer = YQ_SIZER_BASIC,
		.max_position_risk_pct = yq_decimal_from_scaled(1, 2),
		.stop_loss_pct = yq_decimal_from_scaled(5, 2),
		.max_portfolio_alloc_pct = yq_decimal_from_scaled(10, 2),
		.equity_pct = yq_decimal_from_scaled(10, 2),
		.atr_multiple = yq_decimal_from_int(2),
		.min_trades = 30,
		.fallback = YQ_SIZER_COUNT,
	};
}

enum yq_rc
sizing_refuse(const struct sizing_task *task, const char *code, const char *sentence,
    const struct yq_arg *args, size_t arg_count)
{
	yq_trace_add(task->trace, code, false, sentence, args, arg_count);
	return YQ_E_REFUSED;
}

enum yq_rc
sizing_refuse_range(const struct sizing_task *task)
{
	return sizing_refuse(
	    task, YQ_SIZE_RANGE, "the quantity or its value does not fit", YQ_NO_ARGS);
}

static struct yq_decimal
floor_to_lot(const struct sizing_task *task, struct yq_decimal qty)
{
	return (struct yq_decimal){ qty.units - qty.units % task->facts->lot.units };
}

static enum yq_rc
refuse_small(const struct sizing_task *task, struct yq_decimal qty)
{
	return sizing_refuse(task, YQ_SIZE_TOO_SMALL, "{} is less than one lot of {}",
	    YQ_ARGS(YQ_ARG_NUMBER(qty), YQ_ARG_NUMBER(task->facts->lot)));
}

/* Floor `wanted` to the lot: the end of every policy. */
static enum yq_rc
conclude(const struct sizing_task *task, struct yq_decimal wanted, struct yq_size *size)
{
	size->qty = floor_to_lot(task, wanted);
	if (yq_decimal_sign(size->qty) <= 0)
		return refuse_small(task, wanted);
	yq_trace_add(task->trace, YQ_SIZE_OK, true, "{}: {} {}, in lots of {}",
	    YQ_ARGS(YQ_ARG_TEXT(yq_names_text(&yq_sizer_names, (int)task->sizing->sizer)),
		YQ_ARG_TEXT(yq_names_text(&yq_action_names, (int)size->action)),
		YQ_ARG_NUMBER(size->qty), YQ_ARG_NUMBER(task->facts->lot)));
	return YQ_OK;
}

enum yq_rc
sizing_need_price(const struct sizing_task *task)
{
	if (yq_decimal_sign(task->facts->price) > 0)
		return YQ_OK;
	return sizing_refuse(task, YQ_SIZE_NO_PRICE,
	    "no price of {} is known: neither in the signal nor looked up",
	    YQ_ARGS(YQ_ARG_TEXT(task->signal->ticker)));
}

enum yq_rc
sizing_buy_qty(const struct sizing_task *task, struct yq_decimal wanted, struct yq_size *size)
{
	const struct yq_sizing_facts *facts = task->facts;
	struct yq_decimal power = yq_view_buying_power(task->account);
	struct yq_decimal unit_cost, affordable;

	if (yq_unit_cost(facts->price, task->account->commission_rate, &unit_cost) != YQ_OK ||
	    yq_decimal_div(power, unit_cost, YQ_ROUND_FLOOR, &affordable) != YQ_OK)
		return sizing_refuse_range(task);
	if (task->signal->qty.set)
		wanted = yq_decimal_min(wanted, task->signal->qty.value);
	if (yq_decimal_cmp(wanted, facts->lot) >= 0 && yq_decimal_cmp(affordable, facts->lot) < 0)
		return sizing_refuse(task, YQ_SIZE_NO_CASH,
		    "buying power of {} does not cover one lot of {} at {}",
		    YQ_ARGS(YQ_ARG_MONEY(power, task->account->currency), YQ_ARG_NUMBER(facts->lot),
			YQ_ARG_NUMBER(facts->price)));
	return conclude(task, yq_decimal_min(wanted, affordable), size);
}

enum yq_rc
sizing_buy_worth(const struct sizing_task *task, struct yq_decimal amount, struct yq_size *size)
{
	const struct yq_sizing_facts *facts = task->facts;
	struct yq_decimal wanted;
	enum yq_rc rc;

	rc = sizing_need_price(task);
	if (rc != YQ_OK)
		return rc;
	if (yq_decimal_div(amount, facts->price, YQ_ROUND_FLOOR, &wanted) != YQ_OK)
		return sizing_refuse_range(task);
	yq_trace_add(task->trace, YQ_SIZE_OK, true, "worth {} of the equity of {}, at {}",
	    YQ_ARGS(YQ_ARG_MONEY(amount, task->account->currency),
		YQ_ARG_MONEY(yq_view_equity(task->account), task->account->currency),
		YQ_ARG_NUMBER(facts->price)));
	return sizing_buy_qty(task, wanted, size);
}

enum yq_rc
sizing_share_of_equity(
    const struct sizing_task *task, struct yq_decimal share, struct yq_decimal *amount)
{
	return yq_decimal_mul(yq_view_equity(task->account), share, YQ_ROUND_FLOOR, amount);
}

enum yq_rc
sizing_by_strength(const struct sizing_task *task, struct yq_decimal *amount)
{
	struct yq_decimal strength;
	enum yq_rc rc;

	if (!task->signal->strength.set)
		return YQ_OK;
	strength = task->signal->strength.value;
	rc = yq_decimal_div(strength, yq_decimal_from_int(100), YQ_ROUND_DOWN, &strength);
	return rc == YQ_OK ? yq_decimal_mul(*amount, strength, YQ_ROUND_FLOOR, amount) : rc;
}

static enum yq_rc
buy_basic(const struct sizing_task *task, struct yq_size *size)
{
	const struct yq_sizing *sizing = task->sizing;
	struct yq_decimal risk, allocation, amount;

	if (sizing_share_of_equity(task, sizing->max_position_risk_pct, &risk) != YQ_OK ||
	    yq_decimal_div(risk, sizing->stop_loss_pct, YQ_ROUND_FLOOR, &risk) != YQ_OK ||
	    sizing_share_of_equity(task, sizing->max_portfolio_alloc_pct, &allocation) != YQ_OK)
		return sizing_refuse_range(task);
	amount = yq_decimal_min(risk, allocation);
	if (sizing_by_strength(task, &amount) != YQ_OK)
		return sizing_refuse_range(task);
	return sizing_buy_worth(task, amount, size);
}

static enum yq_rc
buy_only_one(const struct sizing_task *task, struct yq_size *size)
{
	struct yq_decimal amount;

	if (yq_decimal_sign(task->account->held) != 0 || task->account->open_buys > 0)
		return sizing_refuse(task, YQ_SIZE_ALREADY_HELD,
		    "{} of {} are held already and {} buy orders are open",
		    YQ_ARGS(YQ_ARG_NUMBER(task->account->held), YQ_ARG_TEXT(task->signal->ticker),
			YQ_ARG_INT(task->account->open_buys)));
	if (sizing_share_of_equity(task, task->sizing->max_portfolio_alloc_pct, &amount) != YQ_OK)
		return sizing_refuse_range(task);
	return sizing_buy_worth(task, amount, size);
}

/* The quantity that FixedQty trades; absent when neither the signal nor the policy names one. */
static struct yq_opt_decimal
fixed_qty(const struct sizing_task *task)
{
	return task->signal->qty.set ? task->signal->qty : task->sizing->fixed_qty;
}

static enum yq_rc
buy_fixed(const struct sizing_task *task, struct yq_size *size)
{
	struct yq_opt_decimal qty = fixed_qty(task);

	if (!qty.set)
		return sizing_refuse(task, YQ_SIZE_INCOMPLETE,
		    "FixedQty: neither the signal nor the policy names a quantity", YQ_NO_ARGS);
	return conclude(task, qty.value, size);
}

static enum yq_rc
buy_percent(const struct sizing_task *task, struct yq_size *size)
{
	struct yq_decimal amount;

	if (sizing_share_of_equity(task, task->sizing->equity_pct, &amount) != YQ_OK ||
	    sizing_by_strength(task, &amount) != YQ_OK)
		return sizing_refuse_range(task);
	return sizing_buy_worth(task, amount, size);
}

enum yq_rc
sizing_sell_held(const struct sizing_task *task, struct yq_size *size)
{
	struct yq_decimal free_qty = yq_view_closable(task->account, YQ_SELL);

	size->reduce_only = true;
	if (yq_decimal_sign(free_qty) == 0)
		return sizing_refuse(task, YQ_SIZE_NOTHING_HELD,
		    "nothing of {} is held that could be sold",
		    YQ_ARGS(YQ_ARG_TEXT(task->signal->ticker)));
	if (task->signal->qty.set)
		free_qty = yq_decimal_min(free_qty, task->signal->qty.value);
	return conclude(task, free_qty, size);
}

/* With shorts allowed a fixed quantity may pass through zero. */
static enum yq_rc
sell_fixed(const struct sizing_task *task, struct yq_size *size)
{
	if (!task->facts->allow_short || !fixed_qty(task).set)
		return sizing_sell_held(task, size);
	return conclude(task, fixed_qty(task).value, size);
}

/* Trade to the signal's signed position; what is on its way counts as done. */
static enum yq_rc
go_to_target(const struct sizing_task *task, struct yq_size *size)
{
	struct yq_opt_decimal asked = yq_intent_target(task->signal);
	struct yq_decimal target = asked.value, difference;
	struct yq_decimal present = yq_view_expected(task->account);

	if (!asked.set)
		return sizing_refuse(
		    task, YQ_SIZE_INCOMPLETE, "Target: the signal has no PositionSize", YQ_NO_ARGS);
	if (!task->facts->allow_short)
		target = yq_decimal_max(target, YQ_DECIMAL_ZERO);
	if (yq_decimal_sub(target, present, &difference) != YQ_OK)
		return sizing_refuse_range(task);
	yq_trace_add(task->trace, YQ_SIZE_OK, true, "from {} (open orders counted in) to {}",
	    YQ_ARGS(YQ_ARG_NUMBER(present), YQ_ARG_NUMBER(target)));
	if (yq_decimal_sign(difference) == 0)
		return sizing_refuse(task, YQ_SIZE_AT_TARGET, "the position is at its target of {}",
		    YQ_ARGS(YQ_ARG_NUMBER(target)));
	size->action = yq_decimal_sign(difference) > 0 ? YQ_BUY : YQ_SELL;
	difference = yq_decimal_abs(difference);
	if (size->action == YQ_SELL && !task->facts->allow_short) {
		size->reduce_only = true;
		difference = yq_decimal_min(difference, yq_view_closable(task->account, YQ_SELL));
	}
	return conclude(task, difference, size);
}

static sizing_fn *const sizers[YQ_SIZER_COUNT][YQ_ACTION_COUNT] = {
	[YQ_SIZER_BASIC] = { [YQ_BUY] = buy_basic, [YQ_SELL] = sizing_sell_held },
	[YQ_SIZER_ONLY_ONE] = { [YQ_BUY] = buy_only_one, [YQ_SELL] = sizing_sell_held },
	[YQ_SIZER_FIXED_QTY] = { [YQ_BUY] = buy_fixed, [YQ_SELL] = sell_fixed },
	[YQ_SIZER_PERCENT_OF_EQUITY] = { [YQ_BUY] = buy_percent, [YQ_SELL] = sizing_sell_held },
	[YQ_SIZER_TARGET] = { [YQ_BUY] = go_to_target, [YQ_SELL] = go_to_target },
	[YQ_SIZER_VOLATILITY] = { [YQ_BUY] = sizing_buy_volatility, [YQ_SELL] = sizing_sell_held },
	[YQ_SIZER_HALF_KELLY] = { [YQ_BUY] = sizing_buy_half_kelly, [YQ_SELL] = sizing_sell_held },
	[YQ_SIZER_PLUGIN] = { [YQ_BUY] = sizing_buy_plugin, [YQ_SELL] = sizing_sell_held },
};

bool
yq_sizer_may_stand_in(enum yq_sizer sizer)
{
	return sizer != YQ_SIZER_HALF_KELLY && sizer != YQ_SIZER_PLUGIN && sizer != YQ_SIZER_TARGET;
}

enum yq_rc
sizing_buy_as(const struct sizing_task *task, enum yq_sizer sizer, struct yq_size *size)
{
	struct yq_sizing other = *task->sizing;
	struct sizing_task instead = *task;

	assert(yq_sizer_may_stand_in(sizer));
	other.sizer = sizer;
	instead.sizing = &other;
	return sizers[sizer][YQ_BUY](&instead, size);
}

enum yq_rc
yq_sizing_apply(const struct yq_sizing *sizing, const struct yq_signal *signal,
    const struct yq_sizing_facts *facts, struct yq_size *size, struct yq_trace *trace)
{
	struct sizing_task task = {
		.sizing = sizing,
		.signal = signal,
		.facts = facts,
		.account = facts->account,
		.trace = trace,
	};

	assert(yq_decimal_sign(facts->lot) > 0);
	*size = (struct yq_size){ .action = signal->action };
	return sizers[sizing->sizer][facts->opens ? YQ_BUY : signal->action](&task, size);
}
