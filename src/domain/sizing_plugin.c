/* sizing_plugin.c - the question to a plug-in, and what its answer means. */
#include <assert.h>
#include <string.h>

#include <yquant/sizer.h>

#include "base/str.h"
#include "domain/sizing_parts.h"

static_assert(YQ_PLUGIN_PARAMETERS_MAX == YQ_SIZER_PARAMETERS_MAX, "all of them fit");
static_assert(YQ_PLUGIN_NAME_SIZE == sizeof(((struct yq_sizer_parameter *)0)->name), "so do names");

/* Whether everything fitted so far. */
struct filling {
	bool fits;
};

static int64_t
scaled(struct filling *filling, struct yq_decimal value, unsigned places)
{
	int64_t result = 0;

	if (yq_decimal_to_scaled(value, places, YQ_ROUND_FLOOR, &result) != YQ_OK)
		filling->fits = false;
	return result;
}

static int64_t
e8(struct filling *filling, struct yq_decimal value)
{
	return scaled(filling, value, 8);
}

static int64_t
e4(struct filling *filling, struct yq_decimal value)
{
	return scaled(filling, value, 4);
}

static void
optional(struct filling *filling, struct yq_sizer_input *in, uint32_t bit,
    struct yq_opt_decimal value, int64_t *target)
{
	if (!value.set)
		return;
	in->known |= bit;
	*target = e8(filling, value.value);
}

static void
name(struct filling *filling, char *target, size_t size, const char *source)
{
	if (!yq_str_copy(target, size, source))
		filling->fits = false;
}

static void
fill_signal(struct filling *f, const struct yq_signal *signal, struct yq_sizer_input *in)
{
	name(f, in->strategy, sizeof(in->strategy), signal->strategy);
	name(f, in->ticker, sizeof(in->ticker), signal->ticker);
	name(f, in->exchange, sizeof(in->exchange),
	    yq_names_text(&yq_exchange_names, (int)signal->exchange));
	in->signal_at_us = signal->timestamp_us;
	in->side = signal->action == YQ_BUY ? YQ_SIZER_LONG : YQ_SIZER_SHORT;
	in->strength_e8 =
	    e8(f, signal->strength.set ? signal->strength.value : yq_decimal_from_int(100));
	optional(f, in, YQ_SIZER_KNOWS_QTY, signal->qty, &in->qty_e8);
	optional(f, in, YQ_SIZER_KNOWS_POSITION_SIZE, signal->position_size, &in->position_size_e8);
	optional(f, in, YQ_SIZER_KNOWS_ATR, signal->atr, &in->atr_e8);
}

static void
fill_account(struct filling *f, const struct yq_account_view *account, struct yq_sizer_input *in)
{
	name(f, in->account, sizeof(in->account), account->alias);
	name(f, in->currency, sizeof(in->currency),
	    yq_names_text(&yq_currency_names, (int)account->currency));
	in->equity_e4 = e4(f, yq_view_equity(account));
	in->cash_e4 = e4(f, account->cash);
	in->reserved_e4 = e4(f, account->reserved);
	in->invested_e4 = e4(f, account->invested);
	in->buying_power_e4 = e4(f, yq_decimal_max(yq_view_buying_power(account), YQ_DECIMAL_ZERO));
	in->commission_rate_e8 = e8(f, account->commission_rate);
	in->open_orders = account->open_orders;
	in->held_e8 = e8(f, account->held);
	in->avg_price_e8 = e8(f, account->avg_price);
	in->buying_e8 = e8(f, account->buying);
	in->selling_e8 = e8(f, account->selling);
}

static void
fill_track(struct filling *f, const struct yq_track *track, struct yq_sizer_input *in)
{
	if (track == NULL)
		return;
	in->known |= YQ_SIZER_KNOWS_TRACK;
	in->trips = track->trips;
	in->wins = track->wins;
	in->losses = track->losses;
	in->won_e4 = e4(f, track->won);
	in->lost_e4 = e4(f, track->lost);
}

static void
fill_policy(struct filling *f, const struct yq_sizing *sizing, struct yq_sizer_input *in)
{
	const struct yq_plugin *plugin = sizing->plugin;

	in->max_portfolio_alloc_e8 = e8(f, sizing->max_portfolio_alloc_pct);
	if (plugin == NULL)
		return;
	in->parameter_count = (int64_t)plugin->parameter_count;
	for (size_t i = 0; i < plugin->parameter_count; i++) {
		name(f, in->parameters[i].name, sizeof(in->parameters[i].name),
		    plugin->parameters[i].name);
		in->parameters[i].value_e8 = e8(f, plugin->parameters[i].value);
	}
}

/* Put the question down; the caller asks it. */
static enum yq_rc
ask(const struct sizing_task *task)
{
	struct yq_sizer_input *in = task->facts->question, unheard;
	struct filling filling = { .fits = true };

	if (in == NULL)
		in = &unheard;
	memset(in, 0, sizeof(*in));
	in->size = sizeof(*in);
	fill_signal(&filling, task->signal, in);
	fill_account(&filling, task->account, in);
	fill_track(&filling, task->facts->track, in);
	fill_policy(&filling, task->sizing, in);
	in->price_e8 = e8(&filling, task->facts->price);
	in->lot_e8 = e8(&filling, task->facts->lot);
	if (!filling.fits)
		return sizing_refuse(task, YQ_SIZE_RANGE,
		    "a number does not fit into the question to the plug-in", YQ_NO_ARGS);
	return sizing_refuse(
	    task, YQ_SIZE_PLUGIN_PENDING, "the plug-in has not answered yet", YQ_NO_ARGS);
}

static enum yq_rc
open_answered(const struct sizing_task *task, struct yq_size *size)
{
	const struct yq_sizer_answer *answer = task->facts->answer;
	enum yq_currency currency = task->account->currency;
	struct yq_decimal allocation, most;

	if (sizing_share_of_equity(task, task->sizing->max_portfolio_alloc_pct, &allocation) !=
		YQ_OK ||
	    yq_decimal_div(allocation, task->facts->price, YQ_ROUND_FLOOR, &most) != YQ_OK)
		return sizing_refuse_range(task);
	yq_trace_add(task->trace, YQ_SIZE_OK, true, "plug-in {}: {}; at most {} worth {}{}{}",
	    YQ_ARGS(YQ_ARG_TEXT(answer->name), YQ_ARG_NUMBER(answer->qty), YQ_ARG_NUMBER(most),
		YQ_ARG_MONEY(allocation, currency),
		YQ_ARG_TEXT(answer->text[0] == '\0' ? "" : ": "), YQ_ARG_TEXT(answer->text)));
	return sizing_buy_qty(task, yq_decimal_min(answer->qty, most), size);
}

enum yq_rc
sizing_buy_plugin(const struct sizing_task *task, struct yq_size *size)
{
	const struct yq_sizer_answer *answer = task->facts->answer;
	enum yq_rc rc = sizing_need_price(task);

	if (rc != YQ_OK)
		return rc;
	if (answer == NULL)
		return ask(task);
	if (answer->verdict == YQ_SIZER_FAILED || yq_decimal_sign(answer->qty) < 0)
		return sizing_refuse(task, YQ_SIZE_PLUGIN_FAILED, "plug-in {}: {}",
		    YQ_ARGS(YQ_ARG_TEXT(answer->name), YQ_ARG_TEXT(answer->text)));
	if (answer->verdict == YQ_SIZER_ANSWERED_NO)
		return sizing_refuse(task, YQ_SIZE_PLUGIN_REFUSED, "plug-in {} opens nothing: {}",
		    YQ_ARGS(YQ_ARG_TEXT(answer->name), YQ_ARG_TEXT(answer->text)));
	return open_answered(task, size);
}
