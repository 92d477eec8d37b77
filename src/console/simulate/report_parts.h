/* report_parts.h - what the report's two forms share: report.c (people, CSV), report_json.c. */
#ifndef YQ_CONSOLE_SIMULATE_REPORT_PARTS_H
#define YQ_CONSOLE_SIMULATE_REPORT_PARTS_H

#include "console/simulate/report.h"
#include "domain/tally.h"

#define SIM_TRADE_COLUMNS 11
extern const struct yq_column sim_trade_columns[SIM_TRADE_COLUMNS];

struct yq_sim_report {
	const struct yq_call *call;
	bool json, csv, verbose;
	struct yq_tallies *tallies;
	struct yq_sheet *trades; /* NULL unless they are asked for */
	struct yq_buf story;	 /* what happened, as JSON objects */
	struct {
		char code[64];
		int64_t count;
	} codes[128]; /* of refusals and ends, in order of appearance */
	size_t code_count;
	int64_t last_us;
	enum yq_rc rc; /* of the sums */
	struct yq_err err;
};

/* One account and currency. */
struct sim_result {
	const char *alias;
	enum yq_currency currency;
	struct yq_equity_day begin, end;
	struct yq_performance performance;
};
typedef void sim_result_fn(void *cookie, const struct sim_result *result);
void yq_sim_each_result(const struct yq_sim_account_view *account, sim_result_fn *fn, void *cookie);

void yq_sim_report_add_trade(
    struct yq_sheet *sheet, const char *alias, const struct yq_trade *trade);
void yq_sim_report_print_json(const struct yq_sim_report *report, const struct yq_sim *sim);

#endif
