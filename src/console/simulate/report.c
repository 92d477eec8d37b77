/* report.c - what a simulation came to: counted while it runs, printed for people or as CSV. */
#include "console/simulate/report_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/figures.h"
#include "domain/days.h"

#define TEXT_MAX (256U << 20)

const struct yq_column sim_trade_columns[SIM_TRADE_COLUMNS] = {
	{ "EXECUTED", "executedAt", YQ_COLUMN_TIME },
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "SIDE", "action", YQ_COLUMN_TEXT },
	{ "TICKER", "ticker", YQ_COLUMN_TEXT },
	{ "EXCHANGE", "exchange", YQ_COLUMN_TEXT },
	{ "QTY", "quantity", YQ_COLUMN_NUMBER },
	{ "PRICE", "price", YQ_COLUMN_NUMBER },
	{ "COMMISSION", "commission", YQ_COLUMN_NUMBER },
	{ "CUR", "currency", YQ_COLUMN_TEXT },
	{ "STRATEGY", "strategy", YQ_COLUMN_TEXT },
	{ "ORDER", "orderId", YQ_COLUMN_TEXT },
};

struct yq_sim_report *
yq_sim_report_make(const struct yq_call *call)
{
	static const struct yq_tally_options all = { .from_us = 0 };
	struct yq_sim_report *report = yq_xcalloc(1, sizeof(*report));

	report->call = call;
	report->json = yq_call_has(call, YQ_OPT_JSON);
	report->csv = yq_call_has(call, YQ_OPT_CSV);
	report->verbose = yq_call_has(call, YQ_OPT_VERBOSE);
	report->tallies = yq_tallies_make(&all);
	if (report->csv)
		report->trades = yq_sheet_make(sim_trade_columns, SIM_TRADE_COLUMNS);
	report->story = yq_buf_make(TEXT_MAX);
	return report;
}

void
yq_sim_report_free(struct yq_sim_report *report)
{
	if (report == NULL)
		return;
	yq_tallies_free(report->tallies);
	yq_sheet_free(report->trades);
	yq_buf_free(&report->story);
	free(report);
}

void
yq_sim_report_freep(struct yq_sim_report **report)
{
	yq_sim_report_free(*report);
}

/* ---- what is told while it runs ---- */

static void
count_refusal(struct yq_sim_report *report, const char *code)
{
	size_t i;

	for (i = 0; i < report->code_count; i++)
		if (yq_str_equal(report->codes[i].code, code))
			break;
	if (i == YQ_COUNT(report->codes))
		return;
	if (i == report->code_count) {
		yq_str_copy_cut(report->codes[i].code, sizeof(report->codes[i].code), code);
		report->code_count++;
	}
	report->codes[i].count++;
}

/* One line for people, one object for programs. */
static void
tell(struct yq_sim_report *report, int64_t at_us, const char *alias, const char *what,
    const char *code, const char *text)
{
	struct yq_json_writer w = yq_json_writer_make(&report->story);
	char time[YQ_TIME_TEXT_SIZE];

	if (!report->verbose || report->csv)
		return;
	yq_time_format(at_us, time);
	if (!report->json) {
		printf("%s  %s  %s  ", time, alias, what);
		yq_print_plain(code);
		printf("%s", text[0] == '\0' ? "" : ": ");
		yq_print_plain(text);
		printf("\n");
		return;
	}
	if (report->story.length > 0)
		yq_buf_add_char(&report->story, ',');
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "At", time);
	yq_json_put_text(&w, "Account", alias);
	yq_json_put_text(&w, "What", what);
	yq_json_put_text(&w, "Code", code);
	yq_json_put_text(&w, "Text", text);
	yq_json_end_object(&w);
}

static void
on_decided(void *cookie, const struct yq_signal *signal, const struct yq_decision *decision)
{
	struct yq_sim_report *report = cookie;
	char what[YQ_STRATEGY_SIZE + YQ_TICKER_SIZE + 32];

	if (!decision->ordered)
		count_refusal(report, decision->code);
	if (!report->verbose)
		return;
	yq_str_format(what, sizeof(what), "%s %s by %s",
	    yq_names_text(&yq_action_names, (int)signal->action), signal->ticker, signal->strategy);
	tell(report, decision->decided_at_us, decision->account_alias, what, decision->code,
	    decision->text);
}

static void
on_traded(void *cookie, const char *alias, const struct yq_trade *trade, const char *exit)
{
	struct yq_sim_report *report = cookie;
	char qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE], text[160];

	if (report->rc == YQ_OK)
		report->rc = yq_tallies_feed(report->tallies, alias, trade, &report->err);
	report->last_us = trade->executed_at_us;
	if (report->trades != NULL)
		yq_sim_report_add_trade(report->trades, alias, trade);
	if (!report->verbose)
		return;
	yq_decimal_format(trade->quantity, qty);
	yq_decimal_format(trade->executed_price, price);
	yq_str_format(text, sizeof(text), "%s %s %s at %s%s%s",
	    yq_names_text(&yq_action_names, (int)trade->action), qty, trade->ticker, price,
	    exit[0] != '\0' ? ", " : "", exit);
	tell(report, trade->executed_at_us, alias, "traded", "FILL", text);
}

static void
on_ended(void *cookie, const struct yq_sim_end *end)
{
	struct yq_sim_report *report = cookie;
	char qty[YQ_DECIMAL_TEXT_SIZE], what[128];

	/* That one exit takes the other's place is no reason why something was not traded. */
	if (end->exit[0] == '\0' || !yq_str_equal(end->code, "Canceled"))
		count_refusal(report, end->code);
	if (!report->verbose)
		return;
	yq_decimal_format(end->qty, qty);
	yq_str_format(what, sizeof(what), "%s%s%s %s %s", end->exit,
	    end->exit[0] != '\0' ? " " : "", yq_names_text(&yq_action_names, (int)end->action), qty,
	    end->ticker);
	tell(report, end->at_us, end->alias, what, end->code, end->text);
}

struct yq_sim_listener
yq_sim_report_listener(struct yq_sim_report *report)
{
	return (struct yq_sim_listener){
		.cookie = report,
		.decided = on_decided,
		.traded = on_traded,
		.ended = on_ended,
	};
}

/* ---- the end ---- */

void
yq_sim_each_result(const struct yq_sim_account_view *account, sim_result_fn *fn, void *cookie)
{
	struct yq_performance_options options = yq_performance_options_default();

	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		const struct yq_curve *curve = &account->curves[c];
		struct sim_result result = { .alias = account->alias,
			.currency = (enum yq_currency)c };

		if (curve->count == 0 || !curve->traded)
			continue;
		result.begin = curve->days[0];
		result.end = curve->days[curve->count - 1];
		result.performance = yq_performance_of_days(curve->days, curve->count, &options);
		fn(cookie, &result);
	}
}

static void
print_result(void *cookie, const struct sim_result *result)
{
	char begin[YQ_MONEY_TEXT_SIZE], end[YQ_MONEY_TEXT_SIZE], line[192];
	char from[YQ_DATE_TEXT_SIZE], to[YQ_DATE_TEXT_SIZE];

	(void)cookie;
	yq_money_format(result->begin.equity, result->currency, begin);
	yq_money_format(result->end.equity, result->currency, end);
	printf("\n%s in %s\n", result->alias,
	    yq_names_text(&yq_currency_names, (int)result->currency));
	yq_date_format(result->begin.date, from);
	yq_date_format(result->end.date, to);
	yq_str_format(
	    line, sizeof(line), "%s to %s, %zu days", from, to, result->performance.returns);
	yq_print_pair("period", line);
	yq_str_format(line, sizeof(line), "%s to %s", begin, end);
	yq_print_pair("equity", line);
	yq_figures_print(&result->performance);
}

static void
print_account(void *cookie, const struct yq_sim_account_view *account)
{
	yq_sim_each_result(account, print_result, cookie);
}

static void
print_tally(const struct yq_tally *tally)
{
	struct yq_opt_decimal expectancy = yq_tally_expectancy(tally);
	char line[160], text[YQ_FIGURE_SIZE], profit[YQ_MONEY_TEXT_SIZE],
	    each[YQ_MONEY_TEXT_SIZE] = "-";
	char name[YQ_STRATEGY_SIZE + 24];

	yq_str_format(name, sizeof(name), "%s, %s",
	    tally->total ? "all strategies" : tally->strategy,
	    yq_names_text(&yq_currency_names, (int)tally->currency));
	printf("\n");
	yq_print_plain(name);
	printf("\n");
	yq_str_format(line, sizeof(line), "%lld in %lld fills", (long long)tally->trades,
	    (long long)tally->fills);
	yq_print_pair("closed trades", line);
	yq_print_pair("won", yq_figure_percent(yq_tally_win_rate(tally), text));
	yq_money_format(yq_tally_profit(tally), tally->currency, profit);
	yq_print_pair("profit", profit);
	if (expectancy.set)
		yq_money_format(expectancy.value, tally->currency, each);
	yq_print_pair("a trade", each);
	yq_print_pair("profit factor", yq_figure_plain(yq_tally_profit_factor(tally), text));
	yq_money_format(tally->commission, tally->currency, profit);
	yq_print_pair("commission", profit);
}

static void
print_people(struct yq_sim_report *report, const struct yq_sim *sim)
{
	struct yq_sim_counts counts = yq_sim_counts(sim);
	char line[160];

	if (report->verbose)
		printf("\n");
	yq_str_format(line, sizeof(line), "%lld: %lld ordered, %lld refused",
	    (long long)counts.signals, (long long)counts.ordered, (long long)counts.refused);
	yq_print_pair("signals", line);
	yq_str_format(line, sizeof(line), "%lld sent, %lld refused at the second check",
	    (long long)counts.orders, (long long)counts.refused_again);
	yq_print_pair("orders", line);
	yq_str_format(line, sizeof(line), "%lld", (long long)counts.trades);
	yq_print_pair("trades", line);
	for (size_t i = 0; i < report->code_count; i++) {
		yq_str_format(line, sizeof(line), "%lld x %s", (long long)report->codes[i].count,
		    report->codes[i].code);
		yq_print_pair(i == 0 ? "why not" : "", line);
	}
	yq_sim_each_account(sim, print_account, NULL);
	for (size_t i = 0; i < yq_tallies_count(report->tallies); i++)
		print_tally(yq_tallies_at(report->tallies, i));
}

int
yq_sim_report_print(struct yq_sim_report *report, const struct yq_sim *sim)
{
	if (report->rc == YQ_OK)
		report->rc = yq_tallies_end(report->tallies, report->last_us + 1, &report->err);
	if (report->rc != YQ_OK)
		return yq_fail_err(&report->err);
	if (report->csv)
		yq_sheet_print(report->trades, report->call, "no trades");
	else if (report->json)
		yq_sim_report_print_json(report, sim);
	else
		print_people(report, sim);
	return YQ_CONSOLE_DONE;
}
