/* test_schedule_due.c - when a schedule is due, in every zone and on every kind of day. */
#include "schedule_test.h"

static struct yq_schedule
before_close(int64_t minutes)
{
	struct yq_schedule schedule = sample();

	schedule.when = YQ_SCHEDULE_CLOSE;
	schedule.offset = -minutes;
	return schedule;
}

struct due_row {
	const char *after, *due;
	enum yq_due_kind kind;
};

static void
expect_dues(const struct yq_schedule *schedule, const struct yq_market_hours *hours,
    const struct due_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct yq_due due;

		assert_int_equal(yq_schedule_next(schedule, hours, at(rows[i].after), &due), YQ_OK);
		assert_int_equal(due.at_us, at(rows[i].due));
		assert_int_equal(due.kind, rows[i].kind);
	}
}

static void
test_a_fixed_time_is_local_summer_and_winter_and_strictly_after(void **unused)
{
	static const struct due_row rows[] = {
		{ "2026-11-23T14:59:59.999999Z", "2026-11-23T15:00:00Z", YQ_DUE_RUN },
		{ "2026-11-23T15:00:00Z", "2026-11-24T15:00:00Z", YQ_DUE_RUN },
		{ "2026-07-06T13:59:59Z", "2026-07-06T14:00:00Z", YQ_DUE_RUN },
		{ "2026-03-06T15:00:00Z", "2026-03-09T14:00:00Z", YQ_DUE_RUN }, /* over DST */
		{ "2026-10-30T14:00:00Z", "2026-11-02T15:00:00Z", YQ_DUE_RUN }, /* and back */
		{ "2026-11-25T15:00:00Z", "2026-11-26T15:00:00Z", YQ_DUE_HOLIDAY },
		{ "2026-11-26T15:00:00Z", "2026-11-27T15:00:00Z", YQ_DUE_RUN },
		{ "2026-12-31T14:00:00Z", "2026-12-31T15:00:00Z", YQ_DUE_RUN }, /* covered to */
		{ "2026-12-31T15:00:00Z", "2027-01-01T15:00:00Z", YQ_DUE_UNCOVERED },
	};
	struct yq_market_hours hours = us_hours();
	struct yq_schedule schedule = sample();

	(void)unused;
	expect_dues(&schedule, &hours, rows, YQ_COUNT(rows));
}

static void
test_an_offset_moves_with_a_short_day_and_one_that_falls_outside_does_not_run(void **unused)
{
	static const struct due_row close[] = {
		{ "2026-11-25T00:00:00Z", "2026-11-25T20:50:00Z", YQ_DUE_RUN },
		{ "2026-11-26T00:00:00Z", "2026-11-26T20:50:00Z", YQ_DUE_HOLIDAY },
		{ "2026-11-27T00:00:00Z", "2026-11-27T17:50:00Z", YQ_DUE_RUN },
		{ "2026-07-06T00:00:00Z", "2026-07-06T19:50:00Z", YQ_DUE_RUN },
	};
	static const struct due_row afternoon[] = {
		{ "2026-11-25T00:00:00Z", "2026-11-25T18:29:00Z", YQ_DUE_RUN },
		{ "2026-11-27T00:00:00Z", "2026-11-27T18:29:00Z", YQ_DUE_SHORT_DAY },
	};
	struct yq_market_hours hours = us_hours();
	struct yq_schedule schedule = before_close(10);

	(void)unused;
	expect_dues(&schedule, &hours, close, YQ_COUNT(close));
	schedule.when = YQ_SCHEDULE_OPEN;
	schedule.offset = 239; /* 13:29 */
	expect_dues(&schedule, &hours, afternoon, YQ_COUNT(afternoon));
	/* the last open minute of a short day, and the first closed one */
	schedule.offset = 209;
	expect_dues(&schedule, &hours,
	    &(struct due_row){ "2026-11-27T00:00:00Z", "2026-11-27T17:59:00Z", YQ_DUE_RUN }, 1);
	schedule.offset = 210;
	expect_dues(&schedule, &hours,
	    &(struct due_row){ "2026-11-27T00:00:00Z", "2026-11-27T18:00:00Z", YQ_DUE_SHORT_DAY },
	    1);
}

static void
test_a_monday_in_seoul_is_a_sunday_in_utc(void **unused)
{
	struct yq_market_hours hours = calendar.hours[YQ_COUNTRY_KR];
	struct yq_schedule schedule = sample();
	struct yq_due due;

	(void)unused;
	schedule.exchange = YQ_KRX;
	schedule.weekdays = 1;
	schedule.minute = 9 * 60;
	for (int week = 0; week < 60; week++) {
		int64_t monday = at("2026-11-23T00:00:00Z") + week * INT64_C(604800000000);

		assert_int_equal(
		    yq_schedule_next(&schedule, &hours, monday - 86400000000, &due), YQ_OK);
		assert_int_equal(due.at_us, monday);
	}
	schedule.minute = 8 * 60;
	schedule.any_hour = true;
	assert_int_equal(
	    yq_schedule_next(&schedule, &hours, at("2026-11-21T00:00:00Z"), &due), YQ_OK);
	assert_int_equal(due.at_us, at("2026-11-22T23:00:00Z"));
	assert_int_equal(due.date, 20261123);
}

static void
test_both_ends_of_its_life_belong_to_it(void **unused)
{
	struct yq_market_hours hours = us_hours();
	struct yq_schedule schedule = sample();
	struct yq_due due;

	(void)unused;
	schedule.from = 20261201;
	schedule.to = 20261202;
	assert_int_equal(
	    yq_schedule_next(&schedule, &hours, at("2026-01-01T00:00:00Z"), &due), YQ_OK);
	assert_int_equal(due.at_us, at("2026-12-01T15:00:00Z"));
	assert_int_equal(yq_schedule_next(&schedule, &hours, due.at_us, &due), YQ_OK);
	assert_int_equal(due.at_us, at("2026-12-02T15:00:00Z"));
	assert_int_equal(yq_schedule_next(&schedule, &hours, due.at_us, &due), YQ_E_NOT_FOUND);
}

/* Zones whose clocks do what clocks can do: half hours, midnights, two hours, a day left out. */
static void
test_each_local_date_of_each_zone_is_due_exactly_once(void **unused)
{
	static const char *const zones[] = { "America/New_York", "Asia/Seoul", "Asia/Tokyo",
		"Asia/Shanghai", "Asia/Hong_Kong", "Asia/Ho_Chi_Minh", "Europe/London",
		"Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Africa/Casablanca",
		"America/Sao_Paulo", "Antarctica/Troll", "America/Havana", "Pacific/Apia" };
	static const int minutes[] = { 0, 30, 90, 120, 150, 600, 1410, 1439 };
	struct yq_schedule schedule = sample();

	(void)unused;
	schedule.any_hour = true;
	schedule.weekdays = 0x7f;
	for (size_t z = 0; z < YQ_COUNT(zones); z++) {
		struct yq_market_hours hours = calendar.hours[YQ_COUNTRY_US];
		struct yq_zone *zone = NULL;
		bool apia = strcmp(zones[z], "Pacific/Apia") == 0;

		assert_int_equal(yq_zone_load(zones[z], &zone, NULL), YQ_OK);
		hours.zone = zone;
		for (size_t m = 0; m < YQ_COUNT(minutes); m++) {
			yq_date date = apia ? 20111228 : 20260101;
			int64_t now = yq_local_instant(zone, date, 0) - 1;

			schedule.minute = minutes[m];
			for (int day = 0; day < 3652; day++) {
				struct yq_civil civil;
				struct yq_due due;

				assert_int_equal(
				    yq_schedule_next(&schedule, &hours, now, &due), YQ_OK);
				if (due.date == 20111231 && apia)
					date = 20111231; /* there was no 30th */
				assert_int_equal(due.date, date);
				assert_true(due.at_us > now);
				civil = yq_zone_civil(zone, due.at_us);
				if (civil.hour * 60 + civil.minute != minutes[m]) {
					/* it does not exist: a moment earlier another offset held
					 */
					struct yq_civil before = yq_zone_civil(zone, due.at_us - 1);

					assert_true(before.offset_seconds < civil.offset_seconds);
				}
				now = due.at_us;
				date = yq_date_add(date, 1);
			}
		}
		yq_zone_free(zone);
	}
}

static void
test_what_was_missed_is_told_from_what_may_run(void **unused)
{
	struct yq_market_hours hours = us_hours();
	struct yq_schedule schedule = sample();
	int64_t done = at("2026-11-23T15:00:00Z");
	struct yq_dues dues = yq_schedule_dues(&schedule, &hours, done, done);

	(void)unused;
	assert_false(dues.any);
	assert_int_equal(dues.next_us, at("2026-11-24T15:00:00Z"));
	dues = yq_schedule_dues(&schedule, &hours, done, at("2026-11-24T15:00:00Z"));
	assert_true(dues.any);
	assert_int_equal(dues.last.at_us, at("2026-11-24T15:00:00Z"));
	assert_int_equal(dues.missed_count, 0);
	dues = yq_schedule_dues(&schedule, &hours, done, at("2026-12-01T14:59:59Z"));
	assert_int_equal(dues.last.at_us, at("2026-11-30T15:00:00Z"));
	assert_int_equal(dues.missed.at_us, at("2026-11-27T15:00:00Z"));
	assert_int_equal(dues.missed_count, 4); /* the 26th, a holiday, is one */
	assert_int_equal(dues.next_us, at("2026-12-01T15:00:00Z"));
	/* a cursor from the beginning of time costs no more than some years */
	dues = yq_schedule_dues(&schedule, &hours, 0, at("2026-12-01T14:59:59Z"));
	assert_true(dues.missed_count <= YQ_DUES_MAX);
}

static void
test_the_next_run_leaves_out_what_cannot_run(void **unused)
{
	struct yq_market_hours hours = us_hours();
	struct yq_schedule schedule = sample();
	struct yq_due due;

	(void)unused;
	assert_int_equal(
	    yq_schedule_next_run(&schedule, &hours, at("2026-11-25T15:00:00Z"), &due), YQ_OK);
	assert_int_equal(due.at_us, at("2026-11-27T15:00:00Z"));
	assert_int_equal(yq_schedule_next_run(&schedule, &hours, at("2026-12-31T15:00:00Z"), &due),
	    YQ_E_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fixed_time_is_local_summer_and_winter_and_strictly_after),
		cmocka_unit_test(
		    test_an_offset_moves_with_a_short_day_and_one_that_falls_outside_does_not_run),
		cmocka_unit_test(test_a_monday_in_seoul_is_a_sunday_in_utc),
		cmocka_unit_test(test_both_ends_of_its_life_belong_to_it),
		cmocka_unit_test(test_each_local_date_of_each_zone_is_due_exactly_once),
		cmocka_unit_test(test_what_was_missed_is_told_from_what_may_run),
		cmocka_unit_test(test_the_next_run_leaves_out_what_cannot_run),
	};

	return cmocka_run_group_tests_name("schedule_due", tests, load_calendar, unload_calendar);
}
