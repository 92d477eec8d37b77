/* test_day_end.c - when a market's day ends: half days, holidays, summer time, accounts at any
 * hour. */
#include "calendar_test.h"

#include "domain/day_end.h"

static const struct yq_market_hours *
hours_of(enum yq_exchange exchange)
{
	return yq_calendar_hours(&calendar, exchange);
}

static const struct {
	const char *why;
	enum yq_exchange exchange;
	bool any_hour;
	const char *now;
	yq_date date;
	const char *since, *closed, *until;
} cases[] = {
	{ "just before the close", YQ_NASDAQ, false, "2026-11-24T20:59:59Z", 20261123,
	    "2026-11-20T21:00:00Z", "2026-11-23T21:00:00Z", "2026-11-24T14:30:00Z" },
	{ "at the close", YQ_NASDAQ, false, "2026-11-24T21:00:00Z", 20261124,
	    "2026-11-23T21:00:00Z", "2026-11-24T21:00:00Z", "2026-11-25T14:30:00Z" },
	{ "a holiday has no end", YQ_NASDAQ, false, "2026-11-27T17:59:59Z", 20261125,
	    "2026-11-24T21:00:00Z", "2026-11-25T21:00:00Z", "2026-11-27T14:30:00Z" },
	{ "a half day ends early", YQ_NASDAQ, false, "2026-11-27T18:00:00Z", 20261127,
	    "2026-11-25T21:00:00Z", "2026-11-27T18:00:00Z", "2026-11-30T14:30:00Z" },
	{ "nor has a weekend", YQ_NASDAQ, false, "2026-11-29T22:00:00Z", 20261127,
	    "2026-11-25T21:00:00Z", "2026-11-27T18:00:00Z", "2026-11-30T14:30:00Z" },
	{ "in summer", YQ_NASDAQ, false, "2026-03-09T20:00:00Z", 20260309, "2026-03-06T21:00:00Z",
	    "2026-03-09T20:00:00Z", "2026-03-10T13:30:00Z" },
	{ "after a lunch break", YQ_TSE, false, "2026-11-24T06:29:00Z", 20261120,
	    "2026-11-19T06:30:00Z", "2026-11-20T06:30:00Z", "2026-11-24T00:00:00Z" },
	{ "any hour ends at midnight", YQ_NASDAQ, true, "2026-11-28T05:00:00Z", 20261127,
	    "2026-11-27T05:00:00Z", "2026-11-28T05:00:00Z", "2026-11-28T17:00:00Z" },
	{ "and not before", YQ_NASDAQ, true, "2026-11-28T04:59:59Z", 20261126,
	    "2026-11-26T05:00:00Z", "2026-11-27T05:00:00Z", "2026-11-27T17:00:00Z" },
	{ "a day of 23 hours", YQ_NASDAQ, true, "2026-03-09T12:00:00Z", 20260308,
	    "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", "2026-03-09T16:00:00Z" },
	{ "a day of 25 hours", YQ_NASDAQ, true, "2026-11-02T12:00:00Z", 20261101,
	    "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", "2026-11-02T17:00:00Z" },
	{ "Seoul is ahead", YQ_KRX, true, "2026-11-23T15:00:00Z", 20261123, "2026-11-22T15:00:00Z",
	    "2026-11-23T15:00:00Z", "2026-11-24T03:00:00Z" },
};

static void
test_a_day_ends_as_its_market_does(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		const struct yq_market_hours *hours = hours_of(cases[i].exchange);
		struct yq_day_end end;

		print_message("# %s\n", cases[i].why);
		assert_true(yq_day_end_before(hours, cases[i].any_hour, at(cases[i].now), &end));
		assert_int_equal(end.date, cases[i].date);
		assert_true(end.since_us == at(cases[i].since));
		assert_true(end.closed_us == at(cases[i].closed));
		assert_true(end.until_us == at(cases[i].until));
	}
}

/* Every end of every market, for years: one after the other, none left out, in the day it names. */
static void
test_ends_follow_one_another_for_every_market_through_2035(void **unused)
{
	static const enum yq_exchange exchanges[] = { YQ_KRX, YQ_NASDAQ, YQ_SSE, YQ_TSE, YQ_HKEX,
		YQ_HOSE };

	(void)unused;
	for (size_t i = 0; i < 2 * YQ_COUNT(exchanges); i++) {
		const struct yq_market_hours *hours = hours_of(exchanges[i / 2]);
		bool any_hour = i % 2 == 1;
		int64_t now = at("2035-12-31T12:00:00Z");
		struct yq_day_end end, before;

		assert_true(yq_day_end_before(hours, any_hour, now, &end));
		while (end.date > 20260115) {
			assert_true(yq_day_end_before(hours, any_hour, end.closed_us - 1, &before));
			assert_true(before.closed_us == end.since_us);
			assert_true(before.date < end.date);
			assert_true(any_hour || before.until_us > before.closed_us);
			assert_true(before.until_us < end.closed_us);
			assert_int_equal(
			    yq_day_ends_between(hours, any_hour, before.date, end.date), 0);
			assert_int_equal(yq_local_date(hours->zone, end.closed_us - 1), end.date);
			end = before;
		}
	}
}

static void
test_what_lies_between_is_counted(void **unused)
{
	const struct yq_market_hours *hours = hours_of(YQ_NASDAQ);

	(void)unused;
	assert_int_equal(yq_day_ends_between(hours, false, 20261120, 20261130), 4);
	assert_int_equal(yq_day_ends_between(hours, true, 20261120, 20261130), 9);
	assert_int_equal(yq_day_ends_between(hours, true, 20261120, 20261121), 0);
	assert_int_equal(yq_day_ends_between(hours, true, 20261120, 20261120), 0);
}

static void
test_a_market_that_never_opens_has_no_end(void **unused)
{
	struct yq_market_hours hours = *hours_of(YQ_NASDAQ);
	struct yq_day_end end;

	(void)unused;
	hours.weekdays = 0;
	assert_false(yq_day_end_before(&hours, false, at("2026-11-24T21:00:00Z"), &end));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_day_ends_as_its_market_does),
		cmocka_unit_test(test_ends_follow_one_another_for_every_market_through_2035),
		cmocka_unit_test(test_what_lies_between_is_counted),
		cmocka_unit_test(test_a_market_that_never_opens_has_no_end),
	};

	return cmocka_run_group_tests(tests, load_calendar, unload_calendar);
}
