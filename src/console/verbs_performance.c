/* verbs_performance.c - `yq performance`: recorded days and executions into reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/command_line.h"
#include "console/find.h"
#include "console/report.h"
#include "console/take.h"
#include "store/snapshots.h"

#define ACCOUNTS_MAX 4096
#define LATE_US	     (600 * YQ_US_PER_SECOND) /* after a day's end */
#define US_PER_DAY   (INT64_C(86400) * YQ_US_PER_SECOND)

/* What is asked for. */
struct wish {
	char account[YQ_ALIAS_SIZE];
	const char *strategy; /* NULL = all */
	enum yq_currency currency;
	int64_t from_us, to_us;
	struct yq_performance_options options;
};

/* The trades of one account. */
struct account {
	char alias[YQ_ALIAS_SIZE];
	struct yq_tallies *tallies; /* owned */
};

struct gathered {
	const struct wish *wish;
	struct account *accounts;
	size_t account_count, at; /* the one that came last */
	struct yq_snapshot_list days;
	struct yq_report *reports; /* each owns its days and tallies */
	size_t report_count;
};

static void
gathered_clear(struct gathered *g)
{
	for (size_t i = 0; i < g->report_count; i++) {
		free((void *)(uintptr_t)g->reports[i].days);
		free((void *)(uintptr_t)g->reports[i].tallies);
	}
	for (size_t i = 0; i < g->account_count; i++)
		yq_tallies_free(g->accounts[i].tallies);
	free(g->reports);
	free(g->accounts);
	yq_snapshot_list_free(&g->days);
}

/* ---- what is asked for ---- */

static int
take_currency(const struct yq_call *call, enum yq_currency *currency)
{
	const char *text = call->options[YQ_OPT_CURRENCY];
	int value;

	*currency = YQ_CURRENCY_NONE;
	if (text == NULL)
		return YQ_CONSOLE_DONE;
	value = yq_names_find(&yq_currency_names, text, strlen(text));
	if (value < 0)
		return yq_fail_usage(
		    call, "\"%s\" is no currency: KRW, USD, CNY, JPY, HKD or VND", text);
	*currency = (enum yq_currency)value;
	return YQ_CONSOLE_DONE;
}

static int
take_options(const struct yq_call *call, struct yq_performance_options *options)
{
	const char *rate = call->options[YQ_OPT_RISK_FREE];
	struct yq_decimal value = YQ_DECIMAL_ZERO;
	struct yq_err err = { 0 };
	int64_t periods;

	if (yq_option_int(call, YQ_OPT_PERIODS, 1, 366, YQ_PERFORMANCE_PERIODS, &periods, &err) !=
	    YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	if (rate != NULL &&
	    (yq_decimal_parse(rate, strlen(rate), &value) != YQ_OK || yq_decimal_sign(value) < 0 ||
		yq_decimal_cmp(value, yq_decimal_from_int(1)) >= 0))
		return yq_fail_usage(
		    call, "--risk-free: expected a fraction from 0 to below 1, found \"%s\"", rate);
	*options = (struct yq_performance_options){ .periods = (double)periods,
		.risk_free = yq_ratio_of(value, yq_decimal_from_int(1)).value };
	return YQ_CONSOLE_DONE;
}

static int
take_wish(const struct yq_call *call, struct wish *wish)
{
	int status = yq_take_text(call, YQ_OPT_ACCOUNT, wish->account, sizeof(wish->account));

	wish->strategy = call->options[YQ_OPT_STRATEGY];
	if (status == YQ_CONSOLE_DONE)
		status = take_currency(call, &wish->currency);
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_period(call, YQ_OPT_FROM, &wish->from_us, &wish->to_us);
	if (status == YQ_CONSOLE_DONE)
		status = take_options(call, &wish->options);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (wish->to_us != 0 && wish->from_us >= wish->to_us)
		return yq_fail_usage(call, "--from has to be before --to");
	if (yq_call_has(call, YQ_OPT_CSV) && wish->strategy != NULL)
		return yq_fail_usage(call, "a strategy has no equity of its own: --csv is of an "
					   "account");
	return YQ_CONSOLE_DONE;
}

/* ---- executions ---- */

static struct account *
account_of(struct gathered *g, const char *alias)
{
	const struct yq_tally_options options = { .from_us = g->wish->from_us,
		.to_us = g->wish->to_us };
	struct account *account;

	if (g->at < g->account_count && yq_str_equal(g->accounts[g->at].alias, alias))
		return &g->accounts[g->at];
	for (g->at = 0; g->at < g->account_count; g->at++)
		if (yq_str_equal(g->accounts[g->at].alias, alias))
			return &g->accounts[g->at];
	if (g->account_count == ACCOUNTS_MAX)
		return NULL;
	g->accounts = yq_xrealloc(g->accounts, g->account_count + 1, sizeof(*g->accounts));
	account = &g->accounts[g->account_count++];
	*account = (struct account){ .tallies = yq_tallies_make(&options) };
	yq_str_copy_cut(account->alias, sizeof(account->alias), alias);
	return account;
}

static enum yq_rc
on_trade(void *cookie, const struct yq_trade_row *row, struct yq_err *err)
{
	struct gathered *g = cookie;
	struct account *account;

	if (g->wish->currency != YQ_CURRENCY_NONE && row->trade.currency != g->wish->currency)
		return YQ_OK;
	account = account_of(g, row->account_alias);
	if (account == NULL)
		return yq_err_set(
		    err, YQ_E_LIMIT, "more than %d accounts have traded: name one", ACCOUNTS_MAX);
	return yq_tallies_feed(account->tallies, row->account_alias, &row->trade, err);
}

static enum yq_rc
gather_trades(struct gathered *g, struct yq_firebird *firebird, struct yq_err *err)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	enum yq_rc rc;

	memcpy(filter.account_alias, g->wish->account, sizeof(filter.account_alias));
	filter.to_us = g->wish->to_us;
	rc = yq_trades_each(firebird, &filter, on_trade, g, err);
	for (size_t i = 0; rc == YQ_OK && i < g->account_count; i++)
		rc = yq_tallies_end(g->accounts[i].tallies, now_us, err);
	return rc;
}

/* ---- days ---- */

static yq_date
date_at(int64_t us)
{
	int64_t days = us / US_PER_DAY - (us % US_PER_DAY < 0);
	int year, month, day;

	yq_days_to_date(days, &year, &month, &day);
	return (yq_date)(year * 10000 + month * 100 + day);
}

static enum yq_rc
gather_days(struct gathered *g, struct yq_firebird *firebird, struct yq_err *err)
{
	struct yq_snapshot_filter filter = { .currency = g->wish->currency };

	memcpy(filter.account_alias, g->wish->account, sizeof(filter.account_alias));
	if (g->wish->to_us != 0)
		filter.to_date = date_at(g->wish->to_us - 1);
	return yq_snapshots_find(firebird, &filter, &g->days, err);
}

/* The days of one account and currency, which stand together from `first` to `end`; the last before
 * the period is its start. */
static void
add_days(struct gathered *g, struct yq_report *report, size_t first, size_t end)
{
	const struct yq_snapshot *rows = g->days.items;
	yq_date from = g->wish->from_us == 0 ? 0 : date_at(g->wish->from_us);
	struct yq_equity_day *days;

	while (first + 1 < end && rows[first + 1].date < from)
		first++;
	if (rows[end - 1].date < from)
		return;
	days = yq_xcalloc(end - first, sizeof(*days));
	for (size_t i = first; i < end; i++) {
		struct yq_equity_day *day = &days[report->day_count++];

		*day = (struct yq_equity_day){ .date = rows[i].date, .equity = rows[i].equity };
		report->late_days += rows[i].taken_at_us - rows[i].closed_at_us > LATE_US;
		/* Both are amounts of the table: the difference fits. */
		if (i > first &&
		    yq_decimal_sub(rows[i].paid_in, rows[i - 1].paid_in, &day->flow) != YQ_OK)
			YQ_PANIC("two amounts of a column differ by too much");
	}
	report->days = days;
}

/* ---- reports ---- */

static struct yq_report *
report_of(struct gathered *g, const char *alias, enum yq_currency currency)
{
	for (size_t i = 0; i < g->report_count; i++)
		if (g->reports[i].currency == currency &&
		    yq_str_equal(g->reports[i].account, alias))
			return &g->reports[i];
	g->reports = yq_xrealloc(g->reports, g->report_count + 1, sizeof(*g->reports));
	g->reports[g->report_count] = (struct yq_report){ .account = alias,
		.strategy = g->wish->strategy,
		.currency = currency,
		.options = g->wish->options };
	return &g->reports[g->report_count++];
}

static void
add_tallies(struct gathered *g, const struct account *account)
{
	for (size_t i = 0; i < yq_tallies_count(account->tallies); i++) {
		const struct yq_tally *tally = yq_tallies_at(account->tallies, i);
		const struct yq_tally **tallies;
		struct yq_report *report;

		if (g->wish->strategy != NULL &&
		    (tally->total || !yq_str_equal(tally->strategy, g->wish->strategy)))
			continue;
		report = report_of(g, account->alias, tally->currency);
		tallies = yq_xrealloc(
		    (void *)(uintptr_t)report->tallies, report->tally_count + 1, sizeof(*tallies));
		tallies[report->tally_count++] = tally;
		report->tallies = tallies;
	}
}

static void
make_reports(struct gathered *g)
{
	const struct yq_snapshot *rows = g->days.items;

	for (size_t first = 0, end; first < g->days.count; first = end) {
		struct yq_report *report =
		    report_of(g, rows[first].account_alias, rows[first].currency);

		for (end = first + 1; end < g->days.count; end++)
			if (rows[end].currency != report->currency ||
			    !yq_str_equal(rows[end].account_alias, report->account))
				break;
		add_days(g, report, first, end);
	}
	for (size_t i = 0; i < g->account_count; i++)
		add_tallies(g, &g->accounts[i]);
}

static int
print_csv(const struct yq_call *call, const struct gathered *g)
{
	if (g->report_count == 0)
		return yq_fail(YQ_CONSOLE_REFUSED, "no day has been recorded");
	if (g->report_count > 1)
		return yq_fail_usage(call,
		    "there are %zu accounts and currencies: name one with "
		    "--account and --currency",
		    g->report_count);
	yq_report_print_csv(&g->reports[0], yq_call_has(call, YQ_OPT_EQUITY));
	return YQ_CONSOLE_DONE;
}

static int
print(const struct yq_call *call, const struct gathered *g)
{
	if (yq_call_has(call, YQ_OPT_CSV))
		return print_csv(call, g);
	if (yq_call_has(call, YQ_OPT_JSON)) {
		yq_reports_print_json(g->reports, g->report_count);
		return YQ_CONSOLE_DONE;
	}
	for (size_t i = 0; i < g->report_count; i++) {
		if (i > 0)
			putchar('\n');
		yq_report_print(&g->reports[i]);
	}
	if (g->report_count == 0)
		puts("nothing has been traded, and no day recorded");
	return YQ_CONSOLE_DONE;
}

int
yq_verb_performance(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct wish wish = { 0 };
	YQ_CLEANUP(gathered_clear) struct gathered g = { .wish = &wish };
	struct yq_err err = { 0 };
	int status = take_wish(call, &wish);
	enum yq_rc rc;

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	rc = gather_trades(&g, system.firebird, &err);
	if (rc == YQ_OK && wish.strategy == NULL)
		rc = gather_days(&g, system.firebird, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	make_reports(&g);
	return print(call, &g);
}
