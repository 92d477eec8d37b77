/* totals.c - recorded days into parts, parts into totals, totals into reports. */
#include "console/totals.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/rates.h"

void
yq_totals_clear(struct yq_totals *totals)
{
	for (size_t i = 0; i < totals->count; i++)
		yq_total_clear(&totals->totals[i]);
	free(totals->totals);
	free(totals->reports);
	*totals = (struct yq_totals){ 0 };
}

static const struct yq_market_hours *
hours_of(const struct yq_calendar *calendar, enum yq_currency currency)
{
	for (int i = 0; i < YQ_COUNTRY_COUNT; i++)
		if (yq_market_of_country((enum yq_country)i)->currency == currency)
			return &calendar->hours[i];
	YQ_PANIC("a currency without a market");
}

/* One part for each account and currency, whose rows stand together.  Returns how many. */
static size_t
make_parts(const struct yq_snapshot_list *days, const struct yq_totals_wish *wish,
    struct yq_total_row *rows, struct yq_total_part *parts)
{
	size_t count = 0;

	for (size_t i = 0; i < days->count; i++) {
		const struct yq_snapshot *day = &days->items[i];
		const struct yq_account_settings *account;

		rows[i] = (struct yq_total_row){ day->date, day->equity, day->paid_in };
		if (count > 0 && parts[count - 1].currency == day->currency &&
		    yq_str_equal(parts[count - 1].account, day->account_alias)) {
			parts[count - 1].count++;
			continue;
		}
		account = yq_accounts_find(wish->accounts, day->account_alias);
		parts[count] = (struct yq_total_part){ .account = day->account_alias,
			.currency = day->currency,
			.hours = hours_of(wish->calendar, day->currency),
			.any_hour = account != NULL && account->any_hour,
			.rows = &rows[i],
			.count = 1 };
		count++;
	}
	return count;
}

static struct yq_report
report_of(const char *account, const struct yq_totals_wish *wish, const struct yq_total *total)
{
	struct yq_report report = { .account = account,
		.currency = wish->total.currency,
		.total = true,
		.options = wish->options };
	size_t day = 0, gap = 0;

	while (day + 1 < total->day_count && total->days[day + 1].date < wish->from)
		day++;
	if (total->day_count > 0 && total->days[total->day_count - 1].date >= wish->from) {
		report.days = &total->days[day];
		report.day_count = total->day_count - day;
	}
	while (gap < total->gap_count && total->gaps[gap].date < wish->from)
		gap++;
	report.gap_count = total->gap_count - gap;
	report.gaps = report.gap_count > 0 ? &total->gaps[gap] : NULL;
	return report;
}

static enum yq_rc
add_total(struct yq_totals *totals, const struct yq_totals_wish *wish,
    const struct yq_total_part *parts, size_t count, struct yq_err *err)
{
	struct yq_total *total;
	enum yq_rc rc;

	if (wish->mixed_alone && count == 1 && parts[0].currency == wish->total.currency)
		return YQ_OK;
	total = &totals->totals[totals->count];
	rc = yq_total_make(parts, count, &wish->total, total, err);
	if (rc == YQ_OK)
		totals->reports[totals->count++] = report_of(
		    wish->together != NULL ? wish->together : parts[0].account, wish, total);
	return rc;
}

enum yq_rc
yq_totals_make(const struct yq_snapshot_list *days, const struct yq_totals_wish *wish,
    struct yq_totals *totals, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep)
	struct yq_total_row *rows = yq_xcalloc(days->count + 1, sizeof(*rows));
	YQ_CLEANUP(yq_freep)
	struct yq_total_part *parts = yq_xcalloc(days->count + 1, sizeof(*parts));
	size_t count = make_parts(days, wish, rows, parts);
	enum yq_rc rc = YQ_OK;

	*totals = (struct yq_totals){ 0 };
	totals->totals = yq_xcalloc(count + 1, sizeof(*totals->totals));
	totals->reports = yq_xcalloc(count + 1, sizeof(*totals->reports));
	for (size_t first = 0, end; rc == YQ_OK && first < count; first = end) {
		for (end = first + 1; end < count; end++)
			if (wish->together == NULL &&
			    !yq_str_equal(parts[end].account, parts[first].account))
				break;
		rc = add_total(totals, wish, &parts[first], end - first, err);
	}
	if (rc != YQ_OK)
		yq_totals_clear(totals);
	return rc;
}

static enum yq_rc
read_rates(const struct yq_snapshot_list *days, struct yq_firebird *firebird,
    struct yq_totals_wish *wish, struct yq_totals *totals, struct yq_err *err)
{
	const struct yq_rate_filter any = { .currency = YQ_CURRENCY_NONE,
		.base = YQ_CURRENCY_NONE };
	YQ_CLEANUP(yq_rate_list_free) struct yq_rate_list rates = { 0 };
	enum yq_rc rc = yq_rates_find(firebird, &any, &rates, err);

	wish->total.rates = (struct yq_exchange_rates){ rates.items, rates.count };
	return rc == YQ_OK ? yq_totals_make(days, wish, totals, err) : rc;
}

enum yq_rc
yq_totals_read(const struct yq_snapshot_list *days, struct yq_firebird *firebird,
    const struct yq_config *config, const struct yq_totals_wish *wish, struct yq_totals *totals,
    struct yq_err *err)
{
	struct yq_config_report report = { 0 };
	struct yq_accounts *accounts = yq_settings_accounts(config, &report);
	struct yq_markets *markets = yq_settings_markets(config, &report);
	struct yq_totals_wish whole = *wish;
	enum yq_rc rc;

	if (report.fault_count > 0) {
		rc = yq_err_set(err, YQ_E_INVALID,
		    "accounts or markets are not as they should be: "
		    "`yq config check` tells");
	} else {
		whole.accounts = accounts;
		whole.calendar = yq_markets_calendar(markets);
		whole.total.max_age_days = (int)yq_config_int(config, "Performance:RateMaxAgeDays");
		rc = read_rates(days, firebird, &whole, totals, err);
	}
	yq_config_report_free(&report);
	yq_markets_free(markets);
	yq_accounts_free(accounts);
	return rc;
}
