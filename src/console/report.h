/*
 * report.h - the performance of an account in one currency: for people, as JSON and as CSV.
 *
 * What is shown was computed by domain/performance.h and domain/tally.h; whoever has days and
 * executions, real or simulated, can show them.
 */
#ifndef YQ_CONSOLE_REPORT_H
#define YQ_CONSOLE_REPORT_H

#include "domain/tally.h"
#include "domain/total.h"

struct yq_report {
	const char *account;
	const char *strategy; /* NULL = all of them; of one alone there are no days */
	enum yq_currency currency;
	/* The ends of days, by date; the first is the start, of which only the equity counts. */
	const struct yq_equity_day *days;
	size_t day_count;
	size_t late_days; /* read long after their end */
	/* Of this currency: the total, if there is any, first. */
	const struct yq_tally *const *tallies;
	size_t tally_count;
	struct yq_performance_options options;
	bool total; /* of several currencies or accounts: without trades */
	/* Of a total: what days were left out, and for what. */
	const struct yq_total_gap *gaps;
	size_t gap_count;
};

void yq_report_print(const struct yq_report *report);
/* [{"account": ...}, ...]: numbers with all their digits, null for what cannot be computed. */
void yq_reports_print_json(const struct yq_report *reports, size_t count);
/* "date,return" a day, or "date,equity": pandas.read_csv(index_col=0, parse_dates=True).squeeze()
 * reads either as a series, and QuantStats that of the returns. */
void yq_report_print_csv(const struct yq_report *report, bool equity);

#endif
