/* report_json.c - a simulation's results for programs. */
#include "console/simulate/report_parts.h"

#include <stdio.h>

#include "console/figures.h"

#define TEXT_MAX (512U << 20)

void
yq_sim_report_add_trade(struct yq_sheet *sheet, const char *alias, const struct yq_trade *trade)
{
	yq_sheet_add_time(sheet, trade->executed_at_us);
	yq_sheet_add(sheet, alias);
	yq_sheet_add(sheet, yq_names_text(&yq_action_names, (int)trade->action));
	yq_sheet_add(sheet, trade->ticker);
	yq_sheet_add(sheet, yq_names_text(&yq_exchange_names, (int)trade->exchange));
	yq_sheet_add_decimal(sheet, trade->quantity);
	yq_sheet_add_decimal(sheet, trade->executed_price);
	yq_sheet_add_decimal(sheet, trade->commission);
	yq_sheet_add(sheet, yq_names_text(&yq_currency_names, (int)trade->currency));
	yq_sheet_add(sheet, trade->strategy);
	yq_sheet_add(sheet, trade->order_id.text);
}

static void
put_result(void *cookie, const struct sim_result *result)
{
	struct yq_json_writer *w = cookie;
	const struct yq_performance *p = &result->performance;

	yq_json_begin_object(w);
	yq_json_put_text(w, "Account", result->alias);
	yq_json_put_text(w, "Currency", yq_names_text(&yq_currency_names, (int)result->currency));
	yq_figure_put_date(w, "From", result->begin.date);
	yq_figure_put_date(w, "To", result->end.date);
	yq_json_put_decimal(w, "Begin", result->begin.equity);
	yq_json_put_decimal(w, "End", result->end.equity);
	yq_json_put_int(w, "Days", (int64_t)p->returns);
	yq_figure_put_rounded(w, "TotalReturn", p->total_return);
	yq_figure_put_rounded(w, "Cagr", p->cagr);
	yq_figure_put_rounded(w, "Volatility", p->volatility);
	yq_figure_put_rounded(w, "Sharpe", p->sharpe);
	yq_figure_put_rounded(w, "Sortino", p->sortino);
	yq_figure_put_rounded(w, "Calmar", p->calmar);
	yq_figure_put_rounded(w, "MaxDrawdown", p->drawdown.depth);
	yq_figure_put_date(w, "DrawdownFrom", p->drawdown.peak);
	yq_figure_put_date(w, "DrawdownTo", p->drawdown.trough);
	yq_json_end_object(w);
}

static void
put_account(void *cookie, const struct yq_sim_account_view *account)
{
	yq_sim_each_result(account, put_result, cookie);
}

static bool
put_holding(void *cookie, const struct yq_holding *holding)
{
	struct yq_json_writer *w = cookie;
	const struct yq_position *position = &holding->position;

	if (yq_decimal_sign(position->qty) == 0)
		return true;
	yq_json_begin_object(w);
	yq_json_put_text(w, "Ticker", position->ticker);
	yq_json_put_text(w, "Exchange", yq_names_text(&yq_exchange_names, (int)position->exchange));
	yq_json_put_decimal(w, "Qty", position->qty);
	yq_json_put_decimal(w, "AvgPrice", position->avg_price);
	yq_json_put_decimal(w, "Value", holding->value);
	yq_json_end_object(w);
	return true;
}

static void
put_positions(void *cookie, const struct yq_sim_account_view *account)
{
	struct yq_json_writer *w = cookie;

	yq_json_begin_object(w);
	yq_json_put_text(w, "Account", account->alias);
	yq_json_name(w, "Positions");
	yq_json_begin_array(w);
	yq_account_each_holding(account->book, put_holding, w);
	yq_json_end_array(w);
	yq_json_end_object(w);
}

static void
put_tally(struct yq_json_writer *w, const struct yq_tally *tally)
{
	yq_json_begin_object(w);
	if (!tally->total)
		yq_json_put_text(w, "Strategy", tally->strategy);
	yq_json_put_text(w, "Currency", yq_names_text(&yq_currency_names, (int)tally->currency));
	yq_json_put_int(w, "Fills", tally->fills);
	yq_json_put_int(w, "Trades", tally->trades);
	yq_json_put_int(w, "Wins", tally->wins);
	yq_json_put_int(w, "Losses", tally->losses);
	yq_json_put_decimal(w, "Won", tally->won);
	yq_json_put_decimal(w, "Lost", tally->lost);
	yq_json_put_decimal(w, "Bought", tally->bought);
	yq_json_put_decimal(w, "Sold", tally->sold);
	yq_json_put_decimal(w, "Commission", tally->commission);
	yq_figure_put_rounded(w, "WinRate", yq_tally_win_rate(tally));
	yq_figure_put_rounded(w, "ProfitFactor", yq_tally_profit_factor(tally));
	yq_figure_put_amount(w, "Expectancy", yq_tally_expectancy(tally));
	yq_figure_put_rounded(w, "Exposure", yq_tally_exposure(tally));
	yq_json_end_object(w);
}

static void
put_counts(struct yq_json_writer *w, const struct yq_sim_report *report, const struct yq_sim *sim)
{
	struct yq_sim_counts counts = yq_sim_counts(sim);

	yq_json_put_int(w, "Signals", counts.signals);
	yq_json_put_int(w, "Ordered", counts.ordered);
	yq_json_put_int(w, "Refused", counts.refused);
	yq_json_put_int(w, "Orders", counts.orders);
	yq_json_put_int(w, "RefusedAgain", counts.refused_again);
	yq_json_put_int(w, "Trades", counts.trades);
	yq_json_name(w, "WhyNot");
	yq_json_begin_object(w);
	for (size_t i = 0; i < report->code_count; i++)
		yq_json_put_int(w, report->codes[i].code, report->codes[i].count);
	yq_json_end_object(w);
}

void
yq_sim_report_print_json(const struct yq_sim_report *report, const struct yq_sim *sim)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(TEXT_MAX);
	struct yq_json_writer w = yq_json_writer_make(&out);

	yq_json_begin_object(&w);
	put_counts(&w, report, sim);
	yq_json_name(&w, "Accounts");
	yq_json_begin_array(&w);
	yq_sim_each_account(sim, put_account, &w);
	yq_json_end_array(&w);
	yq_json_name(&w, "Holdings");
	yq_json_begin_array(&w);
	yq_sim_each_account(sim, put_positions, &w);
	yq_json_end_array(&w);
	yq_json_name(&w, "Strategies"); /* the totals of a currency first, without a name */
	yq_json_begin_array(&w);
	for (size_t i = 0; i < yq_tallies_count(report->tallies); i++)
		put_tally(&w, yq_tallies_at(report->tallies, i));
	yq_json_end_array(&w);
	if (report->verbose) {
		yq_json_name(&w, "Story");
		yq_buf_add_char(&out, '[');
		yq_buf_add(&out, yq_buf_text(&report->story), report->story.length);
		yq_buf_add_char(&out, ']');
	}
	yq_json_end_object(&w);
	printf("%s\n", yq_buf_text(&out));
}
