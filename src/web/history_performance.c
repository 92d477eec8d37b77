/* history_performance.c - recorded days and executions of one account in one currency: the curve,
 * months, figures. */
#include "base/mem.h"
#include "base/str.h"
#include "desk/gathered.h"
#include "web/history.h"

#define RATIO_SIZE 48

/* A ratio as decimals; ten places are more than any of them means. */
static void
put_ratio(struct yq_json_writer *w, const char *name, struct yq_ratio ratio)
{
	char text[RATIO_SIZE];

	yq_json_name(w, name);
	if (ratio.set && yq_str_format(text, sizeof(text), "%.10f", ratio.value))
		yq_json_add_text(w, text);
	else
		yq_json_add_null(w);
}

static void
put_date(struct yq_json_writer *w, const char *name, yq_date date)
{
	char text[YQ_DATE_TEXT_SIZE];

	yq_json_name(w, name);
	if (date == 0) {
		yq_json_add_null(w);
		return;
	}
	yq_date_format(date, text);
	yq_json_add_text(w, text);
}

static void
put_equity(struct yq_json_writer *w, const char *name, const struct yq_report *report, size_t index)
{
	bool is_there = index < report->day_count;

	yq_api_put_opt_decimal(w, name,
	    is_there ? yq_opt_decimal_of(report->days[index].equity) : YQ_OPT_DECIMAL_NONE);
}

/* What the days say; `of_days` false: of a strategy, which has none. */
static void
put_days_figures(struct yq_json_writer *w, const struct yq_report *report, bool of_days)
{
	size_t count = of_days ? report->day_count : 0;
	struct yq_performance p = yq_performance_of_days(report->days, count, &report->options);

	put_date(w, "from", count > 0 ? report->days[0].date : 0);
	put_date(w, "to", count > 0 ? report->days[count - 1].date : 0);
	yq_json_put_int(w, "days", (int64_t)count);
	put_equity(w, "startEquity", report, of_days ? 0 : SIZE_MAX);
	put_equity(w, "endEquity", report, count > 0 ? count - 1 : SIZE_MAX);
	put_ratio(w, "totalReturn", p.total_return);
	put_ratio(w, "annualReturn", p.cagr);
	put_ratio(w, "volatility", p.volatility);
	put_ratio(w, "sharpe", p.sharpe);
	put_ratio(w, "sortino", p.sortino);
	put_ratio(w, "maxDrawdown", p.drawdown.depth);
	put_ratio(w, "calmar", p.calmar);
}

static void
put_trades_figures(struct yq_json_writer *w, const struct yq_tally *tally)
{
	static const struct yq_tally none;
	const struct yq_tally *t = tally != NULL ? tally : &none;

	yq_json_put_int(w, "trades", t->trades);
	yq_json_put_int(w, "wins", t->wins);
	yq_json_put_int(w, "losses", t->losses);
	put_ratio(w, "winRate", yq_tally_win_rate(t));
	put_ratio(w, "profitFactor", yq_tally_profit_factor(t));
	yq_api_put_opt_decimal(w, "realized",
	    tally != NULL ? yq_opt_decimal_of(yq_tally_profit(t)) : YQ_OPT_DECIMAL_NONE);
	yq_api_put_opt_decimal(w, "commission",
	    tally != NULL ? yq_opt_decimal_of(t->commission) : YQ_OPT_DECIMAL_NONE);
}

/* `strategy` NULL = of all. */
static void
put_figures(struct yq_json_writer *w, const struct yq_report *report, const char *strategy,
    const struct yq_tally *tally)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "account", report->account);
	yq_json_name(w, "strategy");
	if (strategy != NULL)
		yq_json_add_text(w, strategy);
	else
		yq_json_add_null(w);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)report->currency);
	put_days_figures(w, report, strategy == NULL);
	put_trades_figures(w, tally);
	yq_json_end_object(w);
}

static void
put_strategies(struct yq_json_writer *w, const struct yq_report *report)
{
	yq_json_name(w, "strategies");
	yq_json_begin_array(w);
	for (size_t i = 0; i < report->tally_count; i++)
		if (!report->tallies[i]->total)
			put_figures(w, report, report->tallies[i]->strategy, report->tallies[i]);
	yq_json_end_array(w);
}

/* How far it is below its highest, day by day (domain/performance.h: drawdown). */
static void
put_days(struct yq_json_writer *w, const struct yq_report *report, const struct yq_return *returns)
{
	struct yq_ratio worth = { true, 1 }, fall = { true, 0 };
	struct yq_ratio top = worth;

	yq_json_name(w, "days");
	yq_json_begin_array(w);
	for (size_t i = 0; i < report->day_count; i++) {
		struct yq_ratio change = i > 0 ? returns[i - 1].value : (struct yq_ratio){ 0 };

		if (change.set)
			worth.value *= 1 + change.value;
		if (worth.value > top.value)
			top = worth;
		fall.value = worth.value / top.value - 1;
		yq_json_begin_object(w);
		put_date(w, "date", report->days[i].date);
		yq_api_put_decimal(w, "equity", report->days[i].equity);
		put_ratio(w, "return", change);
		put_ratio(w, "drawdown", fall);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

static void
put_months(
    struct yq_json_writer *w, const struct yq_report *report, const struct yq_return *returns)
{
	size_t count = report->day_count == 0 ? 0 : report->day_count - 1, found;
	YQ_CLEANUP(yq_freep)
	struct yq_month_return *months = yq_xcalloc(count + 1, sizeof(*months));
	char text[16];

	found = yq_performance_months(returns, count, months);
	yq_json_name(w, "months");
	yq_json_begin_array(w);
	for (size_t i = 0; i < found; i++) {
		(void)yq_str_format(
		    text, sizeof(text), "%04d-%02d", months[i].year, months[i].month);
		yq_json_begin_object(w);
		yq_json_put_text(w, "month", text);
		put_ratio(w, "return", months[i].value);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

static void
put_report(struct yq_json_writer *w, const struct yq_report *report, const char *strategy)
{
	YQ_CLEANUP(yq_freep)
	struct yq_return *returns = yq_xcalloc(report->day_count + 1, sizeof(*returns));
	const struct yq_tally *first = report->tally_count > 0 ? report->tallies[0] : NULL;

	(void)yq_performance_returns(report->days, report->day_count, returns);
	yq_json_begin_object(w);
	yq_json_name(w, "total");
	put_figures(w, report, strategy,
	    strategy != NULL || (first != NULL && first->total) ? first : NULL);
	put_strategies(w, report);
	put_days(w, report, returns);
	put_months(w, report, returns);
	yq_json_end_object(w);
}

enum yq_rc
yq_history_performance(struct yq_api_call *call, struct yq_err *err)
{
	const struct yq_gathered_wish wish = {
		.accounts = yq_api_text(call, "account"),
		.strategy = yq_api_text(call, "strategy"),
		.currency = (enum yq_currency)yq_api_name(call, "currency", (int)YQ_CURRENCY_NONE),
		.from_us = yq_api_time(call, "from"),
		.to_us = yq_api_time(call, "to"),
		.options = yq_performance_options_default(),
	};
	YQ_CLEANUP(yq_gathered_clear) struct yq_gathered gathered = { .wish = &wish };
	struct yq_report none = {
		.account = wish.accounts, .currency = wish.currency, .options = wish.options
	};
	enum yq_rc rc = yq_desk_firebird(call->desk, err);

	if (wish.to_us != 0 && wish.from_us >= wish.to_us)
		return yq_api_refuse(
		    call, 422, "FIELD_INVALID", "from", err, "from: has to be before to");
	if (rc == YQ_OK)
		rc = yq_gathered_read(&wish, call->desk->firebird, &gathered, err);
	if (rc == YQ_OK)
		put_report(
		    call->out, gathered.report_count > 0 ? gathered.reports : &none, wish.strategy);
	return rc;
}
