/* test_zone.c - local time of the markets, across every change of the clocks. */
#include "test.h"

#include <string.h>

#include "base/clock.h"
#include "base/zone.h"

static struct yq_zone *
zone(const char *name)
{
	struct yq_zone *loaded;
	struct yq_err err;

	if (yq_zone_load(name, &loaded, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return loaded;
}

static int64_t
utc(const char *text)
{
	int64_t instant;

	assert_int_equal(yq_time_parse(text, strlen(text), &instant), YQ_OK);
	return instant;
}

static void
test_local_times_of_the_markets(void **state)
{
	static const struct {
		const char *zone, *utc;
		int month, day, hour, minute, weekday, offset;
	} cases[] = {
		/* New York opens at 09:30 whatever the season. */
		{ "America/New_York", "2026-01-15T14:30:00Z", 1, 15, 9, 30, 3, -18000 },
		{ "America/New_York", "2026-07-15T13:30:00Z", 7, 15, 9, 30, 2, -14400 },
		{ "America/New_York", "2026-03-08T06:59:59Z", 3, 8, 1, 59, 6, -18000 },
		{ "America/New_York", "2026-03-08T07:00:00Z", 3, 8, 3, 0, 6, -14400 },
		{ "America/New_York", "2026-11-01T05:59:59Z", 11, 1, 1, 59, 6, -14400 },
		{ "America/New_York", "2026-11-01T06:00:00Z", 11, 1, 1, 0, 6, -18000 },
		{ "Europe/London", "2026-03-29T01:00:00Z", 3, 29, 2, 0, 6, 3600 },
		{ "Europe/London", "2026-03-29T00:59:59Z", 3, 29, 0, 59, 6, 0 },
		{ "Europe/London", "2026-10-25T01:00:00Z", 10, 25, 1, 0, 6, 0 },
		{ "Asia/Seoul", "2026-11-22T23:46:55Z", 11, 23, 8, 46, 0, 32400 },
		{ "Asia/Tokyo", "2026-12-31T15:00:00Z", 1, 1, 0, 0, 4, 32400 },
		{ "Asia/Shanghai", "2026-07-01T01:30:00Z", 7, 1, 9, 30, 2, 28800 },
		{ "Asia/Hong_Kong", "2026-07-01T01:30:00Z", 7, 1, 9, 30, 2, 28800 },
		{ "Asia/Ho_Chi_Minh", "2026-07-01T02:00:00Z", 7, 1, 9, 0, 2, 25200 },
		{ "UTC", "2024-02-29T12:00:00Z", 2, 29, 12, 0, 3, 0 },
		{ "America/New_York", "2059-07-15T13:30:00Z", 7, 15, 9, 30, 1, -14400 },
		{ "America/New_York", "2001-07-15T13:30:00Z", 7, 15, 9, 30, 6, -14400 },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_zone *z = zone(cases[i].zone);
		struct yq_civil c = yq_zone_civil(z, utc(cases[i].utc));

		if (c.month != cases[i].month || c.day != cases[i].day || c.hour != cases[i].hour ||
		    c.minute != cases[i].minute || c.weekday != cases[i].weekday ||
		    c.offset_seconds != cases[i].offset)
			fail_msg("%s %s: %d-%d %d:%d weekday %d offset %d", cases[i].zone,
			    cases[i].utc, c.month, c.day, c.hour, c.minute, c.weekday,
			    c.offset_seconds);
		yq_zone_free(z);
	}
}

static void
assert_instant(const struct yq_zone *z, const int local[6], const char *expected)
{
	char text[YQ_TIME_TEXT_SIZE];

	yq_time_format(
	    yq_zone_instant(z, local[0], local[1], local[2], local[3], local[4], local[5]), text);
	assert_string_equal(text, expected);
}

static void
test_a_gap_gives_the_instant_after_it(void **state)
{
	struct yq_zone *ny = zone("America/New_York"), *london = zone("Europe/London");

	(void)state;
	assert_instant(ny, (int[]){ 2026, 3, 8, 1, 59, 59 }, "2026-03-08T06:59:59.000000Z");
	assert_instant(ny, (int[]){ 2026, 3, 8, 2, 0, 0 }, "2026-03-08T07:00:00.000000Z");
	assert_instant(ny, (int[]){ 2026, 3, 8, 2, 30, 0 }, "2026-03-08T07:00:00.000000Z");
	assert_instant(ny, (int[]){ 2026, 3, 8, 2, 59, 59 }, "2026-03-08T07:00:00.000000Z");
	assert_instant(ny, (int[]){ 2026, 3, 8, 3, 0, 0 }, "2026-03-08T07:00:00.000000Z");
	assert_instant(ny, (int[]){ 2026, 3, 8, 3, 0, 1 }, "2026-03-08T07:00:01.000000Z");
	assert_instant(london, (int[]){ 2026, 3, 29, 1, 30, 0 }, "2026-03-29T01:00:00.000000Z");
	yq_zone_free(ny);
	yq_zone_free(london);
}

static void
test_an_overlap_gives_the_earlier_instant(void **state)
{
	struct yq_zone *ny = zone("America/New_York"), *london = zone("Europe/London");

	(void)state;
	assert_instant(ny, (int[]){ 2026, 11, 1, 0, 59, 59 }, "2026-11-01T04:59:59.000000Z");
	assert_instant(ny, (int[]){ 2026, 11, 1, 1, 0, 0 }, "2026-11-01T05:00:00.000000Z");
	assert_instant(ny, (int[]){ 2026, 11, 1, 1, 59, 59 }, "2026-11-01T05:59:59.000000Z");
	assert_instant(ny, (int[]){ 2026, 11, 1, 2, 0, 0 }, "2026-11-01T07:00:00.000000Z");
	assert_instant(london, (int[]){ 2026, 10, 25, 1, 30, 0 }, "2026-10-25T00:30:00.000000Z");
	yq_zone_free(ny);
	yq_zone_free(london);
}

static void
test_local_time_returns_to_its_instant(void **state)
{
	static const char *const names[] = { "America/New_York", "Europe/London", "Asia/Seoul",
		"Asia/Shanghai", "Asia/Tokyo", "Asia/Ho_Chi_Minh", "Asia/Hong_Kong",
		"Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu" };
	uint64_t seed = test_seed();

	(void)state;
	for (size_t n = 0; n < YQ_COUNT(names); n++) {
		struct yq_zone *z = zone(names[n]);

		assert_string_equal(yq_zone_name(z), names[n]);
		for (int i = 0; i < 5000; i++) {
			int64_t at = utc("2000-01-01T00:00:00Z") +
				     (int64_t)(test_random(&seed) % (UINT64_C(60) * 365 * 86400)) *
					 YQ_US_PER_SECOND;
			struct yq_civil c = yq_zone_civil(z, at);
			int64_t back =
			    yq_zone_instant(z, c.year, c.month, c.day, c.hour, c.minute, c.second);
			struct yq_civil again = yq_zone_civil(z, back);

			/* In an overlap it is the earlier of two; the clock shows the same. */
			assert_true(back <= at && at - back <= 86400 * YQ_US_PER_SECOND);
			assert_true(again.hour == c.hour && again.minute == c.minute &&
				    again.second == c.second && again.day == c.day);
		}
		yq_zone_free(z);
	}
}

static void
test_what_is_no_zone_is_refused(void **state)
{
	static const char *const names[] = { "", "Asia/Soul", "GMT+9", "GMT+09:00", "Nowhere",
		"Asia/Seoul ", "../etc/passwd", "KST+9",
		"a_name_that_is_longer_than_any_zone_has_ever_had_in_all_the_world_so_far" };
	struct yq_zone *z;
	struct yq_err err;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(names); i++) {
		if (yq_zone_load(names[i], &z, &err) != YQ_E_INVALID)
			fail_msg("%s is taken", names[i]);
		assert_null(z);
	}
	assert_int_equal(yq_zone_load("Asia/Soul", &z, &err), YQ_E_INVALID);
	assert_string_equal(
	    err.text, "expected an IANA time zone as in Asia/Seoul, found \"Asia/Soul\"");
	yq_zone_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local_times_of_the_markets),
		cmocka_unit_test(test_a_gap_gives_the_instant_after_it),
		cmocka_unit_test(test_an_overlap_gives_the_earlier_instant),
		cmocka_unit_test(test_local_time_returns_to_its_instant),
		cmocka_unit_test(test_what_is_no_zone_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
