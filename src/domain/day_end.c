/* day_end.c - ends of market days, from the calendar. */
#include "domain/day_end.h"

#define BETWEEN_MAX 400

/* The market day at `from` or the next in steps of `step` days; false if there is none for long. */
static bool
find_day(const struct yq_market_hours *hours, yq_date from, int step, struct yq_market_day *day)
{
	for (int i = 0; i <= YQ_DAY_END_SEARCH_DAYS; i++) {
		*day = yq_market_day_of(hours, yq_date_add(from, i * step));
		if (day->session_count > 0)
			return true;
	}
	return false;
}

static bool
market_end(const struct yq_market_hours *hours, int64_t now_us, struct yq_day_end *result)
{
	yq_date today = yq_local_date(hours->zone, now_us);
	struct yq_market_day day, other;

	if (!find_day(hours, today, -1, &day))
		return false;
	if (day.close_us > now_us && !find_day(hours, yq_date_add(day.date, -1), -1, &day))
		return false;
	*result = (struct yq_day_end){ .date = day.date, .closed_us = day.close_us };
	if (find_day(hours, yq_date_add(day.date, -1), -1, &other))
		result->since_us = other.close_us;
	result->until_us = find_day(hours, yq_date_add(day.date, 1), 1, &other)
			       ? other.open_us
			       : day.close_us + YQ_DAY_END_LATE_US;
	return true;
}

bool
yq_day_end_before(
    const struct yq_market_hours *hours, bool any_hour, int64_t now_us, struct yq_day_end *result)
{
	yq_date today;

	if (!any_hour)
		return market_end(hours, now_us, result);
	today = yq_local_date(hours->zone, now_us);
	*result = (struct yq_day_end){ .date = yq_date_add(today, -1) };
	result->since_us = yq_local_instant(hours->zone, result->date, 0);
	result->closed_us = yq_local_instant(hours->zone, today, 0);
	result->until_us = result->closed_us + YQ_DAY_END_LATE_US;
	return true;
}

unsigned
yq_day_ends_between(const struct yq_market_hours *hours, bool any_hour, yq_date from, yq_date to)
{
	unsigned count = 0;

	for (int i = 1; i <= BETWEEN_MAX; i++) {
		yq_date date = yq_date_add(from, i);

		if (date >= to)
			break;
		if (any_hour || yq_market_day_of(hours, date).session_count > 0)
			count++;
	}
	return count;
}
