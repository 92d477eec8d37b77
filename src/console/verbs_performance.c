/* verbs_performance.c - `yq performance`: recorded days and executions into reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/calendars.h"
#include "console/command_line.h"
#include "console/find.h"
#include "console/slip.h"
#include "console/take.h"
#include "console/totals.h"

#define ACCOUNTS_MAX 4096
#define LATE_US	     (600 * YQ_US_PER_SECOND) /* after a day's end */
#define US_PER_DAY   (INT64_C(86400) * YQ_US_PER_SECOND)

/* What is asked for. */
struct wish {
	const char *accounts; /* "Main" or "Main,Other"; NULL = all */
	const char *strategy; /* NULL = all */
	enum yq_currency currency;
	bool only_totals;      /* --in */
	enum yq_currency base; /* of totals; YQ_CURRENCY_NONE = none are asked for */
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
	struct yq_totals totals;
	struct yq_report *reports; /* each owns its tallies and, unless a total, its days */
	size_t report_count;
};

static void
gathered_clear(struct gathered *g)
{
	for (size_t i = 0; i < g->report_count; i++) {
		if (!g->reports[i].total)
			free((void *)(uintptr_t)g->reports[i].days);
		free((void *)(uintptr_t)g->reports[i].tallies);
	}
	for (size_t i = 0; i < g->account_count; i++)
		yq_tallies_free(g->accounts[i].tallies);
	free(g->reports);
	free(g->accounts);
	yq_totals_clear(&g->totals);
	yq_snapshot_list_free(&g->days);
}

/* ---- what is asked for ---- */

static int
take_currencies(const struct yq_call *call, struct wish *wish)
{
	const char *one = call->options[YQ_OPT_CURRENCY], *base = call->options[YQ_OPT_IN];
	int status = YQ_CONSOLE_DONE;

	wish->currency = wish->base = YQ_CURRENCY_NONE;
	wish->only_totals = base != NULL;
	if (one != NULL)
		status = yq_take_currency(call, one, &wish->currency);
	if (status == YQ_CONSOLE_DONE && base != NULL)
		status = yq_take_currency(call, base, &wish->base);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (base != NULL && (one != NULL || wish->strategy != NULL))
		return yq_fail_usage(
		    call, "--in is of all currencies and strategies of an account");
	if (base == NULL && yq_call_has(call, YQ_OPT_ALL))
		return yq_fail_usage(call, "--all is for one total: --in says in what currency");
	if (wish->accounts != NULL && yq_call_has(call, YQ_OPT_ALL))
		return yq_fail_usage(call, "--all and --account exclude each other");
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
	int status;

	wish->accounts = call->options[YQ_OPT_ACCOUNT];
	wish->strategy = call->options[YQ_OPT_STRATEGY];
	status = take_currencies(call, wish);
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

/* One of those that are asked for. */
static bool
is_wanted(const struct wish *wish, const char *alias)
{
	size_t length = strlen(alias), one;

	if (wish->accounts == NULL)
		return true;
	for (const char *at = wish->accounts;; at += one + 1) {
		one = strcspn(at, ",");
		if (one == length && strncmp(at, alias, length) == 0)
			return true;
		if (at[one] == '\0')
			return false;
	}
}

/* The only one, for a filter; "" = all, or several. */
static void
only_account(const struct wish *wish, char alias[YQ_ALIAS_SIZE])
{
	if (wish->accounts == NULL || strchr(wish->accounts, ',') != NULL ||
	    !yq_str_copy(alias, YQ_ALIAS_SIZE, wish->accounts))
		alias[0] = '\0';
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

	if ((g->wish->currency != YQ_CURRENCY_NONE && row->trade.currency != g->wish->currency) ||
	    !is_wanted(g->wish, row->account_alias))
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

	only_account(g->wish, filter.account_alias);
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
	struct yq_snapshot *days;
	enum yq_rc rc;
	size_t kept = 0;

	only_account(g->wish, filter.account_alias);
	if (g->wish->to_us != 0)
		filter.to_date = date_at(g->wish->to_us - 1);
	rc = yq_snapshots_find(firebird, &filter, &g->days, err);
	days = g->days.items;
	for (size_t i = 0; i < g->days.count; i++)
		if (is_wanted(g->wish, days[i].account_alias))
			days[kept++] = days[i];
	g->days.count = kept;
	return rc;
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

/* ---- totals ---- */

static const char *
total_name(const struct yq_call *call, const struct wish *wish)
{
	if (yq_call_has(call, YQ_OPT_ALL))
		return "all accounts";
	return wish->accounts != NULL && strchr(wish->accounts, ',') != NULL ? wish->accounts
									     : NULL;
}

/* A total without one that was named would look like the whole. */
static int
check_named(const struct gathered *g)
{
	size_t length;

	for (const char *at = g->wish->accounts; at != NULL;
	     at = at[length] == ',' ? at + length + 1 : NULL) {
		bool found = false;

		length = strcspn(at, ",");
		for (size_t i = 0; i < g->days.count && !found; i++)
			found = strlen(g->days.items[i].account_alias) == length &&
				strncmp(g->days.items[i].account_alias, at, length) == 0;
		if (!found)
			return yq_fail(YQ_CONSOLE_REFUSED, "no day has been recorded for \"%.*s\"",
			    (int)length, at);
	}
	return YQ_CONSOLE_DONE;
}

/* After the reports of the currencies. */
static int
add_totals(const struct yq_call *call, struct gathered *g, struct yq_firebird *firebird,
    const struct yq_config *config)
{
	struct yq_totals_wish wish = { .total = { .currency = g->wish->base },
		.together = g->wish->only_totals ? total_name(call, g->wish) : NULL,
		.mixed_alone = !g->wish->only_totals,
		.from = g->wish->from_us == 0 ? 0 : date_at(g->wish->from_us),
		.options = g->wish->options };
	struct yq_err err = { 0 };

	if (yq_totals_read(&g->days, firebird, config, &wish, &g->totals, &err) != YQ_OK)
		return yq_fail_err(&err);
	if (g->totals.count == 0)
		return YQ_CONSOLE_DONE;
	g->reports =
	    yq_xrealloc(g->reports, g->report_count + g->totals.count, sizeof(*g->reports));
	memcpy(
	    &g->reports[g->report_count], g->totals.reports, g->totals.count * sizeof(*g->reports));
	g->report_count += g->totals.count;
	return YQ_CONSOLE_DONE;
}

/* ---- showing ---- */

static int
print_csv(const struct yq_call *call, const struct gathered *g)
{
	char text[YQ_TOTAL_GAP_TEXT_SIZE];

	if (g->report_count == 0)
		return yq_fail(YQ_CONSOLE_REFUSED, "no day has been recorded");
	if (g->report_count > 1)
		return yq_fail_usage(call,
		    "there are %zu accounts and currencies: name one with "
		    "--account and --currency",
		    g->report_count);
	if (g->reports[0].gap_count > 0) {
		yq_total_gap_text(g->reports[0].gaps, g->reports[0].currency, text);
		fprintf(stderr,
		    "yq: days are left out (--json tells of each), the first because %s\n", text);
	}
	yq_report_print_csv(&g->reports[0], yq_call_has(call, YQ_OPT_EQUITY));
	return YQ_CONSOLE_DONE;
}

/* Nothing was found: perhaps by a slip of the pen. */
static void
hint(const struct gathered *g, const struct yq_config *config)
{
	const char *named = g->wish->strategy, *nearest = NULL;

	if (g->report_count > 0)
		return;
	if (g->wish->accounts != NULL)
		yq_slip_account(config, g->wish->accounts);
	for (size_t i = 0; i < g->account_count && named != NULL; i++)
		nearest = yq_slip_nearest(named, g->accounts[i].tallies, nearest);
	if (nearest != NULL)
		yq_slip_say("strategy", named, nearest);
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

static int
gather(struct gathered *g, struct yq_firebird *firebird)
{
	struct yq_err err = { 0 };
	enum yq_rc rc = g->wish->only_totals ? YQ_OK : gather_trades(g, firebird, &err);

	if (rc == YQ_OK && g->wish->strategy == NULL)
		rc = gather_days(g, firebird, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	if (!g->wish->only_totals)
		make_reports(g);
	return YQ_CONSOLE_DONE;
}

/* Totals that nobody asks for by name: as the settings say, and where they are in nobody's way. */
static void
take_base(const struct yq_call *call, const struct yq_config *config, struct wish *wish)
{
	const char *name = yq_config_text(config, "Performance:BaseCurrency");

	if (!wish->only_totals && wish->strategy == NULL && wish->currency == YQ_CURRENCY_NONE &&
	    !yq_call_has(call, YQ_OPT_CSV) && name[0] != '\0')
		wish->base =
		    (enum yq_currency)yq_names_find(&yq_currency_names, name, strlen(name));
}

int
yq_verb_performance(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_config *config = NULL;
	struct wish wish = { 0 };
	YQ_CLEANUP(gathered_clear) struct gathered g = { .wish = &wish };
	int status = take_wish(call, &wish);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = yq_calendars_settings(call, &config);
	if (status == YQ_CONSOLE_DONE) {
		take_base(call, config, &wish);
		status = gather(&g, system.desk.firebird);
	}
	if (status == YQ_CONSOLE_DONE && wish.only_totals)
		status = check_named(&g);
	if (status == YQ_CONSOLE_DONE && wish.base != YQ_CURRENCY_NONE)
		status = add_totals(call, &g, system.desk.firebird, config);
	if (status == YQ_CONSOLE_DONE)
		hint(&g, config);
	yq_config_free(config);
	return status == YQ_CONSOLE_DONE ? print(call, &g) : status;
}
