/* report_data.c - performance as JSON and as CSV, for programs. */
#include <stdio.h>

#include "base/mem.h"
#include "console/figures.h"
#include "console/report.h"

#define REPORTS_MAX (256U << 20)

static void
put_drawdown(struct yq_json_writer *w, const struct yq_drawdown *drawdown)
{
	yq_json_name(w, "maxDrawdown");
	yq_json_begin_object(w);
	yq_figure_put(w, "depth", drawdown->depth);
	yq_figure_put_date(w, "peak", drawdown->peak);
	yq_figure_put_date(w, "trough", drawdown->trough);
	yq_figure_put_date(w, "recovery", drawdown->recovery);
	yq_json_end_object(w);
}

static void
put_figures(struct yq_json_writer *w, const struct yq_report *report)
{
	struct yq_performance p =
	    yq_performance_of_days(report->days, report->day_count, &report->options);
	struct yq_ratio turnover = { .set = false };

	if (report->tally_count > 0 && report->tallies[0]->total)
		turnover = yq_performance_turnover(report->tallies[0]->bought,
		    report->tallies[0]->sold, report->days, report->day_count);
	yq_figure_put_amount(w, "gain", yq_performance_gain(report->days, report->day_count));
	yq_json_put_int(w, "returns", (int64_t)p.returns);
	yq_figure_put(w, "totalReturn", p.total_return);
	yq_figure_put(w, "cagr", p.cagr);
	yq_figure_put(w, "volatility", p.volatility);
	yq_figure_put(w, "sharpe", p.sharpe);
	yq_figure_put(w, "sortino", p.sortino);
	put_drawdown(w, &p.drawdown);
	yq_figure_put(w, "calmar", p.calmar);
	yq_figure_put(w, "bestDay", p.best_day);
	yq_figure_put(w, "worstDay", p.worst_day);
	yq_figure_put(w, "daysWon", p.days_won);
	yq_figure_put(w, "turnover", turnover);
}

static void
put_days(struct yq_json_writer *w, const struct yq_report *report, const struct yq_return *returns)
{
	yq_json_name(w, "days");
	yq_json_begin_array(w);
	for (size_t i = 0; i < report->day_count; i++) {
		yq_json_begin_object(w);
		yq_figure_put_date(w, "date", report->days[i].date);
		yq_json_put_decimal(w, "equity", report->days[i].equity);
		if (i > 0) {
			yq_json_put_decimal(w, "paidIn", report->days[i].flow);
			yq_figure_put(w, "return", returns[i - 1].value);
		}
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

static void
put_months(
    struct yq_json_writer *w, const struct yq_report *report, const struct yq_return *returns)
{
	size_t count = report->day_count == 0 ? 0 : report->day_count - 1;
	YQ_CLEANUP(yq_freep)
	struct yq_month_return *months = yq_xcalloc(count + 1, sizeof(*months));
	size_t found = yq_performance_months(returns, count, months);

	yq_json_name(w, "months");
	yq_json_begin_array(w);
	for (size_t i = 0; i < found; i++) {
		yq_json_begin_object(w);
		yq_json_put_int(w, "year", months[i].year);
		yq_json_put_int(w, "month", months[i].month);
		yq_figure_put(w, "return", months[i].value);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

static void
put_tally(struct yq_json_writer *w, const struct yq_tally *t)
{
	yq_json_begin_object(w);
	yq_json_put_bool(w, "total", t->total);
	if (!t->total)
		yq_json_put_text(w, "strategy", t->strategy);
	yq_json_put_int(w, "fills", t->fills);
	yq_json_put_int(w, "trades", t->trades);
	yq_json_put_int(w, "wins", t->wins);
	yq_json_put_int(w, "losses", t->losses);
	yq_json_put_decimal(w, "profit", yq_tally_profit(t));
	yq_json_put_decimal(w, "won", t->won);
	yq_json_put_decimal(w, "lost", t->lost);
	yq_json_put_decimal(w, "commission", t->commission);
	yq_json_put_decimal(w, "bought", t->bought);
	yq_json_put_decimal(w, "sold", t->sold);
	yq_figure_put(w, "winRate", yq_tally_win_rate(t));
	yq_figure_put(w, "profitFactor", yq_tally_profit_factor(t));
	yq_figure_put(w, "payoff", yq_tally_payoff(t));
	yq_figure_put_amount(w, "expectancy", yq_tally_expectancy(t));
	yq_figure_put_amount(w, "averageWin", yq_tally_average_win(t));
	yq_figure_put_amount(w, "averageLoss", yq_tally_average_loss(t));
	yq_figure_put_amount(w, "best", t->best);
	yq_figure_put_amount(w, "worst", t->worst);
	yq_json_put_int(w, "winsInRow", t->wins_in_row);
	yq_json_put_int(w, "lossesInRow", t->losses_in_row);
	yq_figure_put(w, "exposure", yq_tally_exposure(t));
	yq_json_end_object(w);
}

static void
put_gaps(struct yq_json_writer *w, const struct yq_report *report)
{
	char text[YQ_TOTAL_GAP_TEXT_SIZE];

	yq_json_name(w, "leftOut");
	yq_json_begin_array(w);
	for (size_t i = 0; i < report->gap_count; i++) {
		const struct yq_total_gap *gap = &report->gaps[i];

		yq_json_begin_object(w);
		yq_figure_put_date(w, "date", gap->date);
		yq_json_put_text(w, "missing", gap->account != NULL ? "day" : "rate");
		yq_json_put_text(
		    w, "currency", yq_names_text(&yq_currency_names, (int)gap->currency));
		if (gap->account != NULL)
			yq_json_put_text(w, "account", gap->account);
		yq_total_gap_text(gap, report->currency, text);
		yq_json_put_text(w, "text", text);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

static void
put_report(struct yq_json_writer *w, const struct yq_report *report)
{
	YQ_CLEANUP(yq_freep)
	struct yq_return *returns = yq_xcalloc(report->day_count + 1, sizeof(*returns));

	(void)yq_performance_returns(report->days, report->day_count, returns);
	yq_json_begin_object(w);
	yq_json_put_text(w, "account", report->account);
	yq_json_put_text(w, "currency", yq_names_text(&yq_currency_names, (int)report->currency));
	if (report->strategy != NULL)
		yq_json_put_text(w, "strategy", report->strategy);
	if (report->total)
		yq_json_put_bool(w, "converted", true);
	yq_json_put_int(w, "lateDays", (int64_t)report->late_days);
	put_figures(w, report);
	put_months(w, report, returns);
	if (report->total)
		put_gaps(w, report);
	yq_json_name(w, "trades");
	yq_json_begin_array(w);
	for (size_t i = 0; i < report->tally_count; i++)
		put_tally(w, report->tallies[i]);
	yq_json_end_array(w);
	put_days(w, report, returns);
	yq_json_end_object(w);
}

void
yq_reports_print_json(const struct yq_report *reports, size_t count)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf buf = yq_buf_make(REPORTS_MAX);
	struct yq_json_writer w = yq_json_writer_make(&buf);

	yq_json_begin_array(&w);
	for (size_t i = 0; i < count; i++)
		put_report(&w, &reports[i]);
	yq_json_end_array(&w);
	puts(yq_buf_text(&buf));
}

void
yq_report_print_csv(const struct yq_report *report, bool equity)
{
	YQ_CLEANUP(yq_freep)
	struct yq_return *returns = yq_xcalloc(report->day_count + 1, sizeof(*returns));
	char date[YQ_DATE_TEXT_SIZE], text[YQ_DIGITS_SIZE + YQ_DECIMAL_TEXT_SIZE];

	(void)yq_performance_returns(report->days, report->day_count, returns);
	puts(equity ? "date,equity" : "date,return");
	for (size_t i = equity ? 0 : 1; i < report->day_count; i++) {
		text[0] = '\0';
		yq_date_format(report->days[i].date, date);
		if (equity)
			yq_decimal_format(report->days[i].equity, text);
		else if (returns[i - 1].value.set)
			yq_figure_digits(returns[i - 1].value.value, text);
		printf("%s,%s\n", date, text);
	}
}
