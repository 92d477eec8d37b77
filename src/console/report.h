/*
 * report.h - the performance of an account in one currency: for people, as JSON and as CSV.
 *
 * What is shown was computed by domain/performance.h and domain/tally.h; whoever has days and
 * executions, real or simulated, can show them.
 */
#ifndef YQ_CONSOLE_REPORT_H
#define YQ_CONSOLE_REPORT_H

#include "desk/gathered.h"

void yq_report_print(const struct yq_report *report);
/* [{"account": ...}, ...]: numbers with all their digits, null for what cannot be computed. */
void yq_reports_print_json(const struct yq_report *reports, size_t count);
/* "date,return" a day, or "date,equity": pandas.read_csv(index_col=0, parse_dates=True).squeeze()
 * reads either as a series, and QuantStats that of the returns. */
void yq_report_print_csv(const struct yq_report *report, bool equity);

#endif
