/* schedule_test.h - a market and a schedule that the tests of schedules share. */
#ifndef YQ_TESTS_SCHEDULE_TEST_H
#define YQ_TESTS_SCHEDULE_TEST_H

#include "calendar_test.h"

#include "base/clock.h"
#include "domain/schedule_text.h"

static const struct yq_day us_days[] = {
	{ .date = 20261126, .closed = true },
	{ .date = 20261127, .open = -1, .close = 780 },
	{ .date = 20261224, .open = -1, .close = 780 },
	{ .date = 20261225, .closed = true },
};

static inline struct yq_market_hours
us_hours(void)
{
	struct yq_market_hours hours = calendar.hours[YQ_COUNTRY_US];

	hours.days = us_days;
	hours.day_count = YQ_COUNT(us_days);
	hours.covered_to = 20261231;
	return hours;
}

/* Buys 10 AAPL at 10:00 New York, Monday to Friday. */
static inline struct yq_schedule
sample(void)
{
	struct yq_schedule schedule = yq_schedule_default();

	schedule.id = yq_id_named("schedule", 8);
	SET(schedule.name, "Apple");
	SET(schedule.account_alias, "Paper");
	SET(schedule.ticker, "AAPL");
	schedule.exchange = YQ_NASDAQ;
	schedule.action = YQ_BUY;
	schedule.quantity = opt("10");
	schedule.minute = 600;
	return schedule;
}

#endif
