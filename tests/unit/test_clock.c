/* test_clock.c - instants, RFC 3339, and a clock that a test owns. */
#include "test.h"

#include <string.h>

#include "base/clock.h"

static void
assert_instant(const char *text, const char *expected)
{
	char shown[YQ_TIME_TEXT_SIZE];
	int64_t instant = -1;

	if (yq_time_parse(text, strlen(text), &instant) != YQ_OK)
		fail_msg("%s is refused", text);
	yq_time_format(instant, shown);
	assert_string_equal(shown, expected);
}

static void
test_times_are_read_with_any_offset(void **state)
{
	(void)state;
	assert_instant("2026-11-22T23:46:55Z", "2026-11-22T23:46:55.000000Z");
	assert_instant("2026-11-22t23:46:55z", "2026-11-22T23:46:55.000000Z");
	assert_instant("2026-11-22 23:46:55.5Z", "2026-11-22T23:46:55.500000Z");
	assert_instant("2026-11-22T23:46:55.123456789Z", "2026-11-22T23:46:55.123456Z");
	assert_instant("2026-01-01T00:30:00+09:00", "2025-12-31T15:30:00.000000Z");
	assert_instant("2025-12-31T20:30:00-05:30", "2026-01-01T02:00:00.000000Z");
	assert_instant("2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00.000000Z");
	assert_instant("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z");
	assert_instant("2199-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999Z");
	assert_instant("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z");
}

static void
test_leap_years_are_gregorian(void **state)
{
	int64_t instant;

	(void)state;
	assert_instant("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000Z");
	assert_instant("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000000Z");
	assert_instant("2024-02-29T20:00:00-05:00", "2024-03-01T01:00:00.000000Z");
	assert_int_equal(yq_time_parse("2100-02-29T00:00:00Z", 20, &instant), YQ_E_INVALID);
	assert_int_equal(yq_time_parse("2026-02-29T00:00:00Z", 20, &instant), YQ_E_INVALID);
}

static void
test_what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = { "", "2026-11-22", "2026-11-22T23:46:55",
		"2026-11-22T23:46Z", "2026-1-22T23:46:55Z", "2026-11-22T24:00:00Z",
		"2026-11-22T23:60:00Z", "2026-11-22T23:46:61Z", "2026-11-22T23:46:60Z",
		"2026-13-22T23:46:55Z", "2026-00-22T23:46:55Z", "2026-11-31T23:46:55Z",
		"2026-11-00T23:46:55Z", "2026-11-22T23:46:55.Z", "2026-11-22T23:46:55.1234567890Z",
		"2026-11-22T23:46:55+9:00", "2026-11-22T23:46:55+0900", "2026-11-22T23:46:55+24:00",
		"2026-11-22T23:46:55+09:60", "2026-11-22T23:46:55Zx", " 2026-11-22T23:46:55Z",
		"1969-12-31T23:59:59Z", "1970-01-01T00:00:00+09:00", "2200-01-01T00:00:00Z",
		"+026-11-22T23:46:55Z", "{{timenow}}" };
	int64_t instant = 42;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(texts); i++) {
		if (yq_time_parse(texts[i], strlen(texts[i]), &instant) != YQ_E_INVALID)
			fail_msg("%s is taken", texts[i]);
	}
	assert_int_equal(yq_time_parse("2026-11-22T23:46:55\0Z", 21, &instant), YQ_E_INVALID);
	assert_int_equal(instant, 42);
}

static void
test_every_day_has_its_number(void **state)
{
	int64_t expected = yq_date_to_days(1896, 1, 1);

	(void)state;
	assert_int_equal(yq_date_to_days(1970, 1, 1), 0);
	assert_int_equal(yq_date_to_days(2000, 3, 1), 11017);
	for (int year = 1896; year <= 2204; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; yq_date_is_valid(year, month, day); day++) {
				int y, m, d;

				assert_int_equal(yq_date_to_days(year, month, day), expected);
				yq_days_to_date(expected, &y, &m, &d);
				assert_true(y == year && m == month && d == day);
				expected++;
			}
		}
	}
}

static void
test_instants_before_1970_are_shown(void **state)
{
	char text[YQ_TIME_TEXT_SIZE];

	(void)state;
	yq_time_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999999Z");
	yq_time_format(INT64_MIN, text);
	assert_string_equal(text, "0001-01-01T00:00:00.000000Z");
	yq_time_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
}

static void
test_a_manual_clock_stands_still_until_told(void **state)
{
	struct yq_manual_clock manual;

	(void)state;
	yq_manual_clock_init(&manual, 1000);
	assert_int_equal(yq_clock_now_us(&manual.clock), 1000);
	yq_manual_clock_advance(&manual, 5);
	assert_int_equal(yq_clock_now_us(&manual.clock), 1005);
	assert_int_equal(yq_clock_monotonic_ns(&manual.clock), 5000);
	assert_int_equal(yq_clock_monotonic_of(&manual.clock, 1002), 2);
	assert_int_equal(yq_clock_monotonic_of(&manual.clock, 2000), 5); /* ahead: now */
	assert_int_equal(yq_clock_monotonic_of(&manual.clock, 2), -998); /* before it began */
	assert_int_equal(yq_clock_instant_of(&manual.clock, -998), 2);
	assert_int_equal(yq_clock_instant_of(&manual.clock, 2), 1002);
	yq_manual_clock_advance(&manual, -3); /* the wall clock may be set back */
	assert_int_equal(yq_clock_instant_of(&manual.clock, 2), 999); /* as long ago as before */
	assert_int_equal(yq_clock_now_us(&manual.clock), 1002);
	assert_int_equal(yq_clock_monotonic_ns(&manual.clock), 5000);
}

static void
test_the_system_clock_goes_on(void **state)
{
	const struct yq_clock *clock = yq_clock_system();
	int64_t before = yq_clock_monotonic_ns(clock);

	(void)state;
	assert_true(yq_clock_now_us(clock) > INT64_C(1700000000) * YQ_US_PER_SECOND);
	assert_true(yq_clock_monotonic_ns(clock) >= before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_are_read_with_any_offset),
		cmocka_unit_test(test_leap_years_are_gregorian),
		cmocka_unit_test(test_what_is_no_time_is_refused),
		cmocka_unit_test(test_every_day_has_its_number),
		cmocka_unit_test(test_instants_before_1970_are_shown),
		cmocka_unit_test(test_a_manual_clock_stands_still_until_told),
		cmocka_unit_test(test_the_system_clock_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
