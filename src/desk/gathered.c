/* gathered.c - recorded days and executions into reports. */
#include "desk/gathered.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define ACCOUNTS_MAX 4096
#define LATE_US	     (600 * YQ_US_PER_SECOND) /* after a day's end */
#define US_PER_DAY   (INT64_C(86400) * YQ_US_PER_SECOND)

void
yq_gathered_clear(struct yq_gathered *g)
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
	yq_snapshot_list_free(&g->days);
	*g = (struct yq_gathered){ .wish = NULL };
}

/* One of those that are asked for. */
static bool
is_wanted(const struct yq_gathered_wish *wish, const char *alias)
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
only_account(const struct yq_gathered_wish *wish, char alias[YQ_ALIAS_SIZE])
{
	if (wish->accounts == NULL || strchr(wish->accounts, ',') != NULL ||
	    !yq_str_copy(alias, YQ_ALIAS_SIZE, wish->accounts))
		alias[0] = '\0';
}

/* ---- executions ---- */

static struct yq_gathered_account *
account_of(struct yq_gathered *g, const char *alias)
{
	const struct yq_tally_options options = { .from_us = g->wish->from_us,
		.to_us = g->wish->to_us };
	struct yq_gathered_account *account;

	if (g->at < g->account_count && yq_str_equal(g->accounts[g->at].alias, alias))
		return &g->accounts[g->at];
	for (g->at = 0; g->at < g->account_count; g->at++)
		if (yq_str_equal(g->accounts[g->at].alias, alias))
			return &g->accounts[g->at];
	if (g->account_count == ACCOUNTS_MAX)
		return NULL;
	g->accounts = yq_xrealloc(g->accounts, g->account_count + 1, sizeof(*g->accounts));
	account = &g->accounts[g->account_count++];
	*account = (struct yq_gathered_account){ .tallies = yq_tallies_make(&options) };
	yq_str_copy_cut(account->alias, sizeof(account->alias), alias);
	return account;
}

static enum yq_rc
on_trade(void *cookie, const struct yq_trade_row *row, struct yq_err *err)
{
	struct yq_gathered *g = cookie;
	struct yq_gathered_account *account;

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
gather_trades(struct yq_gathered *g, struct yq_firebird *firebird, struct yq_err *err)
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

yq_date
yq_gathered_date(int64_t us)
{
	int64_t days = us / US_PER_DAY - (us % US_PER_DAY < 0);
	int year, month, day;

	yq_days_to_date(days, &year, &month, &day);
	return (yq_date)(year * 10000 + month * 100 + day);
}

static enum yq_rc
gather_days(struct yq_gathered *g, struct yq_firebird *firebird, struct yq_err *err)
{
	struct yq_snapshot_filter filter = { .currency = g->wish->currency };
	struct yq_snapshot *days;
	enum yq_rc rc;
	size_t kept = 0;

	only_account(g->wish, filter.account_alias);
	if (g->wish->to_us != 0)
		filter.to_date = yq_gathered_date(g->wish->to_us - 1);
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
add_days(struct yq_gathered *g, struct yq_report *report, size_t first, size_t end)
{
	const struct yq_snapshot *rows = g->days.items;
	yq_date from = g->wish->from_us == 0 ? 0 : yq_gathered_date(g->wish->from_us);
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
report_of(struct yq_gathered *g, const char *alias, enum yq_currency currency)
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
add_tallies(struct yq_gathered *g, const struct yq_gathered_account *account)
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
make_reports(struct yq_gathered *g)
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

enum yq_rc
yq_gathered_read(const struct yq_gathered_wish *wish, struct yq_firebird *firebird,
    struct yq_gathered *g, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	*g = (struct yq_gathered){ .wish = wish };
	if (!wish->only_days)
		rc = gather_trades(g, firebird, err);
	if (rc == YQ_OK && wish->strategy == NULL)
		rc = gather_days(g, firebird, err);
	if (rc == YQ_OK && !wish->only_days)
		make_reports(g);
	return rc;
}
