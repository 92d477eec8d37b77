/*
 * totals.h - recorded days of several currencies and accounts as reports in one currency.
 */
#ifndef YQ_CONSOLE_TOTALS_H
#define YQ_CONSOLE_TOTALS_H

#include "console/report.h"
#include "daemon/settings.h"
#include "store/snapshots.h"

struct yq_totals_wish {
	struct yq_total_options total;
	const char *together; /* the name of one total of all accounts; NULL = one for each */
	bool mixed_alone;     /* not of an account that has nothing but that currency */
	yq_date from;	      /* 0 = any; the last day before it is the start */
	struct yq_performance_options options;
	const struct yq_calendar *calendar;
	const struct yq_accounts *accounts; /* one that is not there counts as of market hours */
};

struct yq_totals {
	struct yq_report *reports; /* owned; borrow from the days they are made of, and from: */
	struct yq_total *totals;   /* owned */
	size_t count;
};
void yq_totals_clear(struct yq_totals *totals);

/* `days` by account, currency and date.  YQ_E_RANGE: a sum does not fit. */
YQ_NODISCARD enum yq_rc yq_totals_make(const struct yq_snapshot_list *days,
    const struct yq_totals_wish *wish, struct yq_totals *totals, struct yq_err *err);
/* The same with what the archive and the settings say of rates, accounts and calendars, whatever
 * stands for them in `wish`.  Also YQ_E_INVALID, and the errors of yq_rates_find. */
YQ_NODISCARD enum yq_rc yq_totals_read(const struct yq_snapshot_list *days,
    struct yq_firebird *firebird, const struct yq_config *config, const struct yq_totals_wish *wish,
    struct yq_totals *totals, struct yq_err *err);

#endif
