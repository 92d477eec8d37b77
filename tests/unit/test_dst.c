/*
 * test_dst.c - every market opens and closes at its own local times, every day from 2026 to 2035.
 *
 * The reference is not a time zone database but the law: New York changes on the second Sunday of
 * March and the first Sunday of November at 02:00 (Energy Policy Act of 2005, section 110); the
 * Asian zones keep one offset.
 */
#include "calendar_test.h"

#include "base/clock.h"
#include "domain/calendar.h"

#define FIRST_DAY 20260101
#define LAST_DAY  20351231

/* The n-th Sunday of a month. */
static yq_date
sunday(int year, int month, int nth)
{
	yq_date date = (yq_date)(year * 10000 + month * 100 + 1);

	return yq_date_add(date, 6 - yq_date_weekday(date) + 7 * (nth - 1));
}

static bool
is_summer_in_new_york(yq_date date)
{
	int year = date / 10000;

	return date >= sunday(year, 3, 2) && date < sunday(year, 11, 1);
}

/* Hours east of UTC during the trading hours of a date: the changes are on Sundays, at night. */
static int
offset_of(enum yq_country country, yq_date date)
{
	static const int asia[YQ_COUNTRY_COUNT] = { [YQ_COUNTRY_KR] = 9,
		[YQ_COUNTRY_JP] = 9,
		[YQ_COUNTRY_CN] = 8,
		[YQ_COUNTRY_HK] = 8,
		[YQ_COUNTRY_VN] = 7 };

	if (country == YQ_COUNTRY_US)
		return is_summer_in_new_york(date) ? -4 : -5;
	return asia[country];
}

static int64_t
expected_instant(enum yq_country country, yq_date date, int minute)
{
	int64_t days = yq_date_to_days(date / 10000, date / 100 % 100, date % 100);

	return (days * 1440 + minute - offset_of(country, date) * 60) * 60 * YQ_US_PER_SECOND;
}

/* All that a calendar answers agrees at the edges of one session. */
static void
check_session(const struct yq_market_hours *hours, int64_t open_us, int64_t close_us)
{
	int64_t answer;

	assert_false(yq_market_is_open(hours, open_us - 1));
	assert_true(yq_market_is_open(hours, open_us));
	assert_true(yq_market_is_open(hours, close_us - 1));
	assert_false(yq_market_is_open(hours, close_us));
	assert_int_equal(yq_market_next_open(hours, open_us - 1, &answer), YQ_OK);
	assert_int_equal(answer, open_us);
	assert_int_equal(yq_market_session_close(hours, open_us, &answer), YQ_OK);
	assert_int_equal(answer, close_us);
	assert_int_equal(yq_market_session_close(hours, close_us - 1, &answer), YQ_OK);
	assert_int_equal(answer, close_us);
	assert_int_equal(yq_market_session_close(hours, close_us, &answer), YQ_E_STATE);
}

static void
check_day(enum yq_country country, yq_date date)
{
	const struct yq_market_hours *hours = &calendar.hours[country];
	struct yq_market_day day = yq_market_day_of(hours, date);

	if (yq_date_weekday(date) >= 5)
		assert_int_equal(day.session_count, 0);
	for (size_t i = 0; i < day.session_count; i++)
		check_session(hours, expected_instant(country, date, day.sessions[i].open),
		    expected_instant(country, date, day.sessions[i].close));
	if (day.session_count == 0)
		return;
	assert_int_equal(day.open_us, expected_instant(country, date, day.sessions[0].open));
	assert_int_equal(day.close_us,
	    expected_instant(country, date, day.sessions[day.session_count - 1].close));
	assert_int_equal(yq_local_date(hours->zone, day.open_us), date);
}

static void
test_every_session_of_every_zone_until_2035(void **unused)
{
	unsigned days[YQ_COUNTRY_COUNT] = { 0 };

	(void)unused;
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++)
		for (yq_date date = FIRST_DAY; date <= LAST_DAY; date = yq_date_add(date, 1)) {
			check_day((enum yq_country)c, date);
			days[c]++;
		}
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++)
		assert_int_equal(days[c], 3652);
}

/* The weeks around each change, spelled out where the law's arithmetic could be wrong too. */
static void
test_new_york_moves_in_utc_when_its_clocks_change(void **unused)
{
	static const struct {
		const char *open;
		yq_date date;
	} rows[] = {
		{ "2026-03-06T14:30:00Z", 20260306 },
		{ "2026-03-09T13:30:00Z", 20260309 },
		{ "2026-10-30T13:30:00Z", 20261030 },
		{ "2026-11-02T14:30:00Z", 20261102 },
		{ "2027-03-12T14:30:00Z", 20270312 },
		{ "2027-03-15T13:30:00Z", 20270315 },
		{ "2027-11-05T13:30:00Z", 20271105 },
		{ "2027-11-08T14:30:00Z", 20271108 },
		{ "2035-03-09T14:30:00Z", 20350309 },
		{ "2035-03-12T13:30:00Z", 20350312 },
		{ "2035-11-02T13:30:00Z", 20351102 },
		{ "2035-11-05T14:30:00Z", 20351105 },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++)
		assert_int_equal(
		    yq_market_day_of(&calendar.hours[YQ_COUNTRY_US], rows[i].date).open_us,
		    at(rows[i].open));
}

/* A local time that does not exist, or exists twice, is one instant all the same. */
static void
test_the_night_of_a_change_has_23_or_25_hours(void **unused)
{
	const struct yq_zone *zone = calendar.zones[YQ_COUNTRY_US];

	(void)unused;
	for (int year = 2026; year <= 2035; year++) {
		yq_date spring = sunday(year, 3, 2), autumn = sunday(year, 11, 1);
		int64_t hour = 3600 * YQ_US_PER_SECOND;

		assert_int_equal(yq_local_instant(zone, yq_date_add(spring, 1), 0) -
				     yq_local_instant(zone, spring, 0),
		    23 * hour);
		assert_int_equal(yq_local_instant(zone, yq_date_add(autumn, 1), 0) -
				     yq_local_instant(zone, autumn, 0),
		    25 * hour);
		for (int minute = 120; minute <= 180; minute++)
			assert_int_equal(yq_local_instant(zone, spring, minute),
			    yq_local_instant(zone, spring, minute < 180 ? 180 : minute));
		assert_int_equal(
		    yq_local_instant(zone, autumn, 120) - yq_local_instant(zone, autumn, 119),
		    hour + 60 * YQ_US_PER_SECOND);
	}
}

static void
test_the_asian_zones_never_change(void **unused)
{
	(void)unused;
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++) {
		if (c == YQ_COUNTRY_US)
			continue;
		for (yq_date date = FIRST_DAY; date <= LAST_DAY; date = yq_date_add(date, 1))
			assert_int_equal(yq_local_instant(calendar.zones[c], date, 0),
			    expected_instant((enum yq_country)c, date, 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_session_of_every_zone_until_2035),
		cmocka_unit_test(test_new_york_moves_in_utc_when_its_clocks_change),
		cmocka_unit_test(test_the_night_of_a_change_has_23_or_25_hours),
		cmocka_unit_test(test_the_asian_zones_never_change),
	};

	return cmocka_run_group_tests(tests, load_calendar, unload_calendar);
}
