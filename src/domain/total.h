/*
 * total.h - the equities of several accounts and currencies as one series, in one currency.
 *
 * A part is one account in one currency: the ends of its days.  The total has a day at each date at
 * which any part has one.  On it each part counts with
 *	- its own row of that date, or
 *	- its row before, where its market had no day that ends on that date (a holiday), or
 *	- nothing, before its first row: it comes in later with its whole equity as paid in.
 * A part whose market's day ended without a row, and an amount that no rate of the day converts,
 * leave the day out: nothing is assumed for it, and what is missing is told.  An amount of 0 needs
 *no rate.  What was paid in is converted by the rates of the first day that counts it.
 */
#ifndef YQ_DOMAIN_TOTAL_H
#define YQ_DOMAIN_TOTAL_H

#include "domain/calendar.h"
#include "domain/exchange_rates.h"
#include "domain/performance.h"

struct yq_total_row {
	yq_date date;
	struct yq_decimal equity;
	struct yq_decimal paid_in; /* since ever */
};

struct yq_total_part {
	const char *account; /* borrowed, like all of it */
	enum yq_currency currency;
	const struct yq_market_hours *hours; /* of the currency's market */
	bool any_hour;			     /* its days end at midnight, as in day_end.h */
	const struct yq_total_row *rows;     /* by date, at least one */
	size_t count;
};

/* What a day is left out for. */
struct yq_total_gap {
	yq_date date;
	const char *account;	   /* whose day has no row; NULL: a rate is not known */
	enum yq_currency currency; /* the row's; or from which nothing converts */
};

struct yq_total_options {
	enum yq_currency currency;
	struct yq_exchange_rates rates;
	int max_age_days; /* of a rate, >= 0 */
};

struct yq_total {
	struct yq_equity_day *days; /* owned */
	size_t day_count;
	struct yq_total_gap *gaps; /* owned; by date, one for each thing that is missing */
	size_t gap_count;
};
void yq_total_clear(struct yq_total *total);

/* YQ_E_RANGE: a sum does not fit; `total` is empty then. */
YQ_NODISCARD enum yq_rc yq_total_make(const struct yq_total_part *parts, size_t count,
    const struct yq_total_options *options, struct yq_total *total, struct yq_err *err);

/* "the end of 2026-11-23 in USD is not recorded for Main", "no rate converts USD to KRW on ..." */
#define YQ_TOTAL_GAP_TEXT_SIZE 128
void yq_total_gap_text(
    const struct yq_total_gap *gap, enum yq_currency currency, char text[YQ_TOTAL_GAP_TEXT_SIZE]);

#endif
