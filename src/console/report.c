/* report.c - performance as pages for people. */
#include "console/report.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/figures.h"
#include "console/sheet.h"

#define TEXT_SIZE  YQ_FIGURE_SIZE
#define GAPS_SHOWN 10

static const struct yq_column tally_columns[] = {
	{ "STRATEGY", "strategy", YQ_COLUMN_TEXT },
	{ "TRADES", "trades", YQ_COLUMN_NUMBER },
	{ "PROFIT", "profit", YQ_COLUMN_NUMBER },
	{ "WIN RATE", "winRate", YQ_COLUMN_NUMBER },
	{ "FACTOR", "profitFactor", YQ_COLUMN_NUMBER },
	{ "EXPECTANCY", "expectancy", YQ_COLUMN_NUMBER },
	{ "AVG WIN", "averageWin", YQ_COLUMN_NUMBER },
	{ "AVG LOSS", "averageLoss", YQ_COLUMN_NUMBER },
	{ "BEST", "best", YQ_COLUMN_NUMBER },
	{ "WORST", "worst", YQ_COLUMN_NUMBER },
	{ "WON IN ROW", "winsInRow", YQ_COLUMN_NUMBER },
	{ "LOST", "lossesInRow", YQ_COLUMN_NUMBER },
	{ "EXPOSURE", "exposure", YQ_COLUMN_NUMBER },
	{ "COMMISSION", "commission", YQ_COLUMN_NUMBER },
};

static const struct yq_column month_columns[] = {
	{ "YEAR", "year", YQ_COLUMN_TEXT },
	{ "JAN", "1", YQ_COLUMN_NUMBER },
	{ "FEB", "2", YQ_COLUMN_NUMBER },
	{ "MAR", "3", YQ_COLUMN_NUMBER },
	{ "APR", "4", YQ_COLUMN_NUMBER },
	{ "MAY", "5", YQ_COLUMN_NUMBER },
	{ "JUN", "6", YQ_COLUMN_NUMBER },
	{ "JUL", "7", YQ_COLUMN_NUMBER },
	{ "AUG", "8", YQ_COLUMN_NUMBER },
	{ "SEP", "9", YQ_COLUMN_NUMBER },
	{ "OCT", "10", YQ_COLUMN_NUMBER },
	{ "NOV", "11", YQ_COLUMN_NUMBER },
	{ "DEC", "12", YQ_COLUMN_NUMBER },
	{ "ALL", "all", YQ_COLUMN_NUMBER },
};

/* Rounded to what people write of the currency. */
static const char *
money(struct yq_decimal value, enum yq_currency currency, char text[TEXT_SIZE])
{
	unsigned places = yq_currency_places(currency);
	struct yq_decimal rounded = value, step = { YQ_DECIMAL_ONE };

	for (unsigned i = 0; i < places; i++)
		step.units /= 10;
	if (yq_decimal_round_to(value, step, YQ_ROUND_HALF_EVEN, &rounded) != YQ_OK)
		rounded = value;
	yq_decimal_format_places(rounded, places, text);
	return text;
}

static const char *
opt_money(struct yq_opt_decimal value, enum yq_currency currency, char text[TEXT_SIZE])
{
	return value.set ? money(value.value, currency, text) : "-";
}

static void
print_head(const struct yq_report *report)
{
	char from[YQ_DATE_TEXT_SIZE], to[YQ_DATE_TEXT_SIZE];

	printf("%s, %s%s", report->account, report->total ? "all in " : "",
	    yq_names_text(&yq_currency_names, (int)report->currency));
	if (report->strategy != NULL) {
		printf(", %s\n", report->strategy[0] == '\0' ? "by hand" : report->strategy);
		return;
	}
	if (report->day_count == 0) {
		printf(
		    report->gap_count > 0 ? ": no day is whole\n" : ": no day has been recorded\n");
		return;
	}
	yq_date_format(report->days[0].date, from);
	yq_date_format(report->days[report->day_count - 1].date, to);
	printf(": %s to %s, %zu day%s", from, to, report->day_count,
	    report->day_count == 1 ? "" : "s");
	if (report->late_days > 0)
		printf(", %zu of them read late", report->late_days);
	putchar('\n');
}

static void
print_equity(const struct yq_report *report)
{
	const struct yq_equity_day *first = &report->days[0],
				   *last = &report->days[report->day_count - 1];
	struct yq_decimal paid_in = YQ_DECIMAL_ZERO;
	char a[TEXT_SIZE], b[TEXT_SIZE], text[2 * TEXT_SIZE + 8];

	for (size_t i = 1; i < report->day_count; i++)
		if (yq_decimal_add(paid_in, report->days[i].flow, &paid_in) != YQ_OK)
			return;
	(void)yq_str_format(text, sizeof(text), "%s to %s",
	    money(first->equity, report->currency, a), money(last->equity, report->currency, b));
	yq_print_pair("equity", text);
	yq_print_pair("paid in", money(paid_in, report->currency, a));
	yq_print_pair("gain",
	    opt_money(yq_performance_gain(report->days, report->day_count), report->currency, a));
}

static void
print_figures(const struct yq_report *report, const struct yq_performance *p)
{
	struct yq_ratio turnover = { .set = false };
	char text[TEXT_SIZE];

	if (report->tally_count > 0 && report->tallies[0]->total)
		turnover = yq_performance_turnover(report->tallies[0]->bought,
		    report->tallies[0]->sold, report->days, report->day_count);
	yq_figures_print(p);
	yq_print_pair("best day", yq_figure_percent(p->best_day, text));
	yq_print_pair("worst day", yq_figure_percent(p->worst_day, text));
	yq_print_pair("days won", yq_figure_percent(p->days_won, text));
	yq_print_pair("turnover", yq_figure_plain(turnover, text));
}

static void
print_months(const struct yq_return *returns, size_t count)
{
	static const struct yq_call people = { 0 };
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(month_columns, YQ_COUNT(month_columns));
	YQ_CLEANUP(yq_freep)
	struct yq_month_return *months = yq_xcalloc(count + 1, sizeof(*months));
	size_t found = yq_performance_months(returns, count, months);
	char text[TEXT_SIZE];

	for (size_t i = 0; i < found;) {
		struct yq_ratio all = { true, 0 };
		int year = months[i].year;

		(void)yq_str_format(text, sizeof(text), "%d", year);
		yq_sheet_add(sheet, text);
		for (int month = 1; month <= 12; month++) {
			bool here = i < found && months[i].year == year && months[i].month == month;

			yq_sheet_add(sheet, here ? yq_figure_percent(months[i].value, text) : "");
			if (here)
				all.value = (1 + all.value) * (1 + months[i++].value.value) - 1;
		}
		yq_sheet_add(sheet, yq_figure_percent(all, text));
	}
	putchar('\n');
	yq_sheet_print(sheet, &people, "");
}

static void
print_tallies(const struct yq_report *report)
{
	static const struct yq_call people = { 0 };
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(tally_columns, YQ_COUNT(tally_columns));

	for (size_t i = 0; i < report->tally_count; i++) {
		const struct yq_tally *t = report->tallies[i];
		enum yq_currency currency = report->currency;
		char text[TEXT_SIZE];

		yq_sheet_add(sheet, t->total		     ? "(all)"
				    : t->strategy[0] == '\0' ? "(by hand)"
							     : t->strategy);
		yq_sheet_add_int(sheet, t->trades);
		yq_sheet_add(sheet, money(yq_tally_profit(t), currency, text));
		yq_sheet_add(sheet, yq_figure_percent(yq_tally_win_rate(t), text));
		yq_sheet_add(sheet, yq_figure_plain(yq_tally_profit_factor(t), text));
		yq_sheet_add(sheet, opt_money(yq_tally_expectancy(t), currency, text));
		yq_sheet_add(sheet, opt_money(yq_tally_average_win(t), currency, text));
		yq_sheet_add(sheet, opt_money(yq_tally_average_loss(t), currency, text));
		yq_sheet_add(sheet, opt_money(t->best, currency, text));
		yq_sheet_add(sheet, opt_money(t->worst, currency, text));
		yq_sheet_add_int(sheet, t->wins_in_row);
		yq_sheet_add_int(sheet, t->losses_in_row);
		yq_sheet_add(sheet, yq_figure_percent(yq_tally_exposure(t), text));
		yq_sheet_add(sheet, money(t->commission, currency, text));
	}
	putchar('\n');
	yq_sheet_print(sheet, &people, "nothing has been traded");
}

static void
print_gaps(const struct yq_report *report)
{
	char text[YQ_TOTAL_GAP_TEXT_SIZE];

	for (size_t i = 0; i < report->gap_count && i < GAPS_SHOWN; i++) {
		yq_total_gap_text(&report->gaps[i], report->currency, text);
		yq_print_pair(i == 0 ? "left out" : "", text);
	}
	if (report->gap_count > GAPS_SHOWN) {
		(void)yq_str_format(
		    text, sizeof(text), "... and %zu more", report->gap_count - GAPS_SHOWN);
		yq_print_pair("", text);
	}
}

void
yq_report_print(const struct yq_report *report)
{
	struct yq_performance figures =
	    yq_performance_of_days(report->days, report->day_count, &report->options);
	YQ_CLEANUP(yq_freep) struct yq_return *returns = NULL;

	print_head(report);
	if (report->day_count > 0) {
		print_equity(report);
		print_figures(report, &figures);
	}
	print_gaps(report);
	if (figures.total_return.set) {
		returns = yq_xcalloc(report->day_count, sizeof(*returns));
		(void)yq_performance_returns(report->days, report->day_count, returns);
		print_months(returns, report->day_count - 1);
	}
	if (!report->total)
		print_tallies(report);
}
