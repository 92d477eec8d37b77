/*
 * day_end.h - when a day of a market ends, for the books of its accounts.
 *
 * An account that trades in market hours ends its day with the market's last session: half days
 * early, holidays and weekends not at all.  One that trades at any hour (Session "always") ends
 * each day, weekends too, at midnight of the market's zone.  What was missed may be made up for
 * until the market opens again, or half a day after midnight.
 */
#ifndef YQ_DOMAIN_DAY_END_H
#define YQ_DOMAIN_DAY_END_H

#include "domain/calendar.h"

#define YQ_DAY_END_SEARCH_DAYS 30 /* a market that is closed for longer has no day */
#define YQ_DAY_END_LATE_US     (INT64_C(12) * 3600 * YQ_US_PER_SECOND)

struct yq_day_end {
	yq_date date;
	int64_t since_us;  /* the end of the day before: its trades are (since, closed] */
	int64_t closed_us; /* the end */
	int64_t until_us;  /* later than that it is not made up for */
};

/* The latest end at or before `now_us`.  False: there was none for long. */
bool yq_day_end_before(
    const struct yq_market_hours *hours, bool any_hour, int64_t now_us, struct yq_day_end *result);
/* How many days have an end after `from` and before `to`, neither included; counts to 400. */
unsigned yq_day_ends_between(
    const struct yq_market_hours *hours, bool any_hour, yq_date from, yq_date to);

#endif
