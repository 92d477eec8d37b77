/* sizing_edge.c - sizes that follow from how much a price moves, and from how trades have ended. */
#include "domain/sizing_parts.h"

/* ---- Volatility: the same amount is lost when the price moves AtrMultiple x ATR against us ----
 */

static enum yq_rc
need_atr(const struct sizing_task *task)
{
	struct yq_opt_decimal atr = task->signal->atr;

	if (atr.set && yq_decimal_sign(atr.value) > 0)
		return YQ_OK;
	return sizing_refuse(task, YQ_SIZE_INCOMPLETE,
	    "Volatility: the signal has no Atr, and none is ever assumed", YQ_NO_ARGS);
}

/* Units at risk / loss of one unit, at most what may be allocated to one position. */
static enum yq_rc
volatility_qty(const struct sizing_task *task, struct yq_decimal *qty)
{
	const struct yq_sizing *sizing = task->sizing;
	enum yq_currency currency = task->account->currency;
	struct yq_decimal risk, unit_risk, allocation, most;

	if (sizing_share_of_equity(task, sizing->max_position_risk_pct, &risk) != YQ_OK ||
	    yq_decimal_mul(sizing->atr_multiple, task->signal->atr.value, YQ_ROUND_CEILING,
		&unit_risk) != YQ_OK ||
	    yq_decimal_div(risk, unit_risk, YQ_ROUND_FLOOR, qty) != YQ_OK ||
	    sizing_by_strength(task, qty) != YQ_OK ||
	    sizing_share_of_equity(task, sizing->max_portfolio_alloc_pct, &allocation) != YQ_OK ||
	    yq_decimal_div(allocation, task->facts->price, YQ_ROUND_FLOOR, &most) != YQ_OK)
		return sizing_refuse_range(task);
	yq_trace_add(task->trace, YQ_SIZE_OK, true,
	    "risks {} of the equity of {}, {} a unit ({} x ATR {}): {}, at most {} worth {}",
	    YQ_ARGS(YQ_ARG_MONEY(risk, currency),
		YQ_ARG_MONEY(yq_view_equity(task->account), currency), YQ_ARG_NUMBER(unit_risk),
		YQ_ARG_NUMBER(sizing->atr_multiple), YQ_ARG_NUMBER(task->signal->atr.value),
		YQ_ARG_NUMBER(*qty), YQ_ARG_NUMBER(most), YQ_ARG_MONEY(allocation, currency)));
	*qty = yq_decimal_min(*qty, most);
	return YQ_OK;
}

enum yq_rc
sizing_buy_volatility(const struct sizing_task *task, struct yq_size *size)
{
	struct yq_decimal qty = YQ_DECIMAL_ZERO;
	enum yq_rc rc;

	rc = need_atr(task);
	if (rc == YQ_OK)
		rc = sizing_need_price(task);
	if (rc == YQ_OK)
		rc = volatility_qty(task, &qty);
	return rc == YQ_OK ? sizing_buy_qty(task, qty, size) : rc;
}

/* ---- HalfKelly: half of the share that would make the account grow fastest ---- */

static enum yq_rc
times(struct yq_decimal value, int64_t count, struct yq_decimal *result)
{
	return yq_decimal_mul(value, yq_decimal_from_int(count), YQ_ROUND_EXACT, result);
}

/*
 * f = (p - (1 - p) / b) / 2 with p = wins / trips and b = (won / wins) / (lost / losses), as one
 * quotient, rounded down:
 *
 *	f = wins x (losses x won - (trips - wins) x lost) / (2 x trips x losses x won)
 *
 * Without a loss so far b has no bound, and f = p / 2.
 */
static enum yq_rc
half_kelly(const struct yq_track *track, struct yq_decimal *f)
{
	int64_t losses = track->losses > 0 ? track->losses : 1;
	struct yq_decimal won, lost, above, below;
	enum yq_rc rc;

	*f = YQ_DECIMAL_ZERO;
	if (track->wins == 0 || yq_decimal_sign(track->won) == 0)
		return YQ_OK;
	rc = times(track->won, losses, &won);
	if (rc == YQ_OK)
		rc = times(track->lost, track->trips - track->wins, &lost);
	if (rc == YQ_OK)
		rc = yq_decimal_sub(won, lost, &above);
	if (rc == YQ_OK)
		rc = times(above, track->wins, &above);
	if (rc == YQ_OK)
		rc = times(won, 2 * track->trips, &below);
	return rc == YQ_OK ? yq_decimal_div(above, below, YQ_ROUND_FLOOR, f) : rc;
}

static struct yq_decimal
average(struct yq_decimal sum, int64_t count)
{
	struct yq_decimal result = YQ_DECIMAL_ZERO;

	if (count > 0)
		(void)!yq_decimal_div(sum, yq_decimal_from_int(count), YQ_ROUND_HALF_EVEN, &result);
	return result;
}

static void
tell_track(const struct sizing_task *task, const struct yq_track *track, struct yq_decimal f)
{
	enum yq_currency currency = task->account->currency;

	yq_trace_add(task->trace, YQ_SIZE_OK, true,
	    "{} of {} trades won, on average {}; {} lost, on average {}: half-Kelly {}",
	    YQ_ARGS(YQ_ARG_INT(track->wins), YQ_ARG_INT(track->trips),
		YQ_ARG_MONEY(average(track->won, track->wins), currency), YQ_ARG_INT(track->losses),
		YQ_ARG_MONEY(average(track->lost, track->losses), currency), YQ_ARG_NUMBER(f)));
}

/* Too few trades to know anything of an edge. */
static enum yq_rc
without_track(const struct sizing_task *task, struct yq_size *size)
{
	const struct yq_track *track = task->facts->track;
	enum yq_sizer fallback = task->sizing->fallback;

	if (fallback != YQ_SIZER_COUNT) {
		yq_trace_add(task->trace, YQ_SIZE_OK, true,
		    "HalfKelly: {} closed trades are known of the {} it takes; {} instead",
		    YQ_ARGS(YQ_ARG_INT(track == NULL ? 0 : track->trips),
			YQ_ARG_INT(task->sizing->min_trades),
			YQ_ARG_TEXT(yq_names_text(&yq_sizer_names, (int)fallback))));
		return sizing_buy_as(task, fallback, size);
	}
	if (track == NULL)
		return sizing_refuse(task, YQ_SIZE_INCOMPLETE,
		    "HalfKelly: the closed trades of {} in this account are not known yet",
		    YQ_ARGS(YQ_ARG_TEXT(task->signal->strategy)));
	return sizing_refuse(task, YQ_SIZE_FEW_TRADES,
	    "HalfKelly: {} closed trades are fewer than the {} it takes",
	    YQ_ARGS(YQ_ARG_INT(track->trips), YQ_ARG_INT(task->sizing->min_trades)));
}

enum yq_rc
sizing_buy_half_kelly(const struct sizing_task *task, struct yq_size *size)
{
	const struct yq_track *track = task->facts->track;
	struct yq_decimal f, amount;

	if (track == NULL || track->trips < task->sizing->min_trades)
		return without_track(task, size);
	if (half_kelly(track, &f) != YQ_OK)
		return sizing_refuse_range(task);
	tell_track(task, track, f);
	if (yq_decimal_sign(f) <= 0)
		return sizing_refuse(task, YQ_SIZE_NO_EDGE,
		    "HalfKelly: a share of {} means that nothing is won on average",
		    YQ_ARGS(YQ_ARG_NUMBER(f)));
	f = yq_decimal_min(f, task->sizing->max_portfolio_alloc_pct);
	if (sizing_share_of_equity(task, f, &amount) != YQ_OK ||
	    sizing_by_strength(task, &amount) != YQ_OK)
		return sizing_refuse_range(task);
	return sizing_buy_worth(task, amount, size);
}
