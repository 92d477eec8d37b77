/*
 * gathered.h - recorded days and executions of accounts, gathered into one report for each account
 * and currency.
 */
#ifndef YQ_DESK_GATHERED_H
#define YQ_DESK_GATHERED_H

#include "domain/tally.h"
#include "domain/total.h"
#include "store/snapshots.h"
#include "store/trades.h"

/* The performance of an account in one currency: what is shown of it is computed by
 * domain/performance.h and domain/tally.h. */
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

/* What is asked for; borrowed. */
struct yq_gathered_wish {
	const char *accounts;	   /* "Main" or "Main,Other"; NULL = all */
	const char *strategy;	   /* NULL = all; of one alone there are no days */
	enum yq_currency currency; /* YQ_CURRENCY_NONE = all */
	bool only_days;		   /* no executions, and no reports: for totals */
	int64_t from_us, to_us;	   /* 0 = any */
	struct yq_performance_options options;
};

/* The trades of one account. */
struct yq_gathered_account {
	char alias[YQ_ALIAS_SIZE];
	struct yq_tallies *tallies; /* owned */
};

struct yq_gathered {
	const struct yq_gathered_wish *wish;
	struct yq_gathered_account *accounts;
	size_t account_count, at; /* the one that came last */
	struct yq_snapshot_list days;
	struct yq_report *reports; /* each owns its tallies and, unless a total, its days */
	size_t report_count;
};

/* Fill *gathered, which yq_gathered_clear frees whatever comes of it; `wish` has to outlive it.
 * YQ_E_LIMIT: too many accounts have traded. */
YQ_NODISCARD enum yq_rc yq_gathered_read(const struct yq_gathered_wish *wish,
    struct yq_firebird *firebird, struct yq_gathered *gathered, struct yq_err *err);
void yq_gathered_clear(struct yq_gathered *gathered);
/* The date at that moment, UTC. */
yq_date yq_gathered_date(int64_t us);

#endif
