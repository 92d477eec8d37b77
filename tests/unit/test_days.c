/* test_days.c - calendars as people write them: what is read, what is refused and where. */
#include "domain_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "domain/calendar.h"

#define HEAD \
	"country,US\nzone,America/New_York\nsession,09:30,16:00\ncovered,2026-01-01,2026-12-31\n"

static struct yq_days
read_good(const char *text)
{
	struct yq_err err = { 0 };
	struct yq_days days;

	if (yq_days_read(text, strlen(text), "US.csv", &days, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return days;
}

static void
test_a_calendar_is_read_as_it_is_written(void **unused)
{
	struct yq_days days = read_good("# a comment\r\n" HEAD "source,a notice, of yesterday\r\n"
					"pre,04:00,09:30\npost,16:00,20:00\n"
					"2026-11-26,closed,,,Thanksgiving, the last Thursday\n"
					"\n2026-11-27,hours,,13:00,day after\n"
					"2026-12-01,hours,10:00,,late");

	(void)unused;
	assert_int_equal(days.country, YQ_COUNTRY_US);
	assert_string_equal(days.zone, "America/New_York");
	assert_string_equal(days.sources[0], "a notice, of yesterday");
	assert_int_equal(days.pre.open, 240);
	assert_int_equal(days.post.close, 1200);
	assert_int_equal(days.covered_from, 20260101);
	assert_int_equal(days.covered_to, 20261231);
	assert_int_equal(days.count, 3);
	assert_string_equal(yq_days_find(&days, 20261126)->name, "Thanksgiving, the last Thursday");
	assert_int_equal(yq_days_find(&days, 20261127)->close, 780);
	assert_int_equal(yq_days_find(&days, 20261201)->open, 600);
	assert_null(yq_days_find(&days, 20261202));
	yq_days_clear(&days);
}

static void
test_a_byte_order_mark_and_line_ends_of_another_system_are_passed_over(void **unused)
{
	static const char text[] = "\xef\xbb\xbf" HEAD "2026-11-26,closed,,,x\r\n";
	struct yq_err err = { 0 };
	struct yq_days days;

	(void)unused;
	if (yq_days_read(text, strlen(text), "US.csv", &days, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(days.count, 1);
	assert_string_equal(days.list[0].name, "x");
	yq_days_clear(&days);
}

static void
test_nonsense_is_refused_with_its_line(void **unused)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{ "", "US.csv:0: expected country, zone, session and covered, found \"the end\"" },
		{ "country,XX\n", "US.csv:1: expected one of KR US CN JP HK VN, found \"XX\"" },
		{ "session,16:00,09:30\n", "US.csv:1: expected a close after the open" },
		{ "session,09:30,09:30\n", "US.csv:1: expected a close after the open" },
		{ "session,09:30\n", "US.csv:1: expected two times" },
		{ "session,9:30,16:00\n", "US.csv:1: expected two times" },
		{ "session,09:60,16:00\n", "US.csv:1: expected two times" },
		{ "session,09:30,24:01\n", "US.csv:1: expected two times" },
		{ "session,09:00,12:00\nsession,11:59,15:00\n",
		    "US.csv:2: expected sessions in order, not overlapping, found \"11:59\"" },
		{ "covered,2026-12-31,2026-01-01\n",
		    "US.csv:1: expected a last date after the first" },
		{ "covered,2026-02-29,2026-12-31\n", "US.csv:1: expected two dates" },
		{ "zone,\n", "US.csv:1: expected an IANA time zone" },
		{ "2026-11-26,closed,,,x\n",
		    "US.csv:1: expected country, zone and session before" },
		{ HEAD "2026-11-28,closed,,,x\n",
		    "US.csv:5: expected a day from Monday to Friday, found \"2026-11-28\"" },
		{ HEAD "2026-02-30,closed,,,x\n", "US.csv:5: expected a date like" },
		{ HEAD "2026-11-26,closed,,,x\n2026-11-26,closed,,,x\n",
		    "US.csv:6: expected dates in order, each once, found \"2026-11-26\"" },
		{ HEAD "2026-11-26,closed,,,x\n2026-11-25,closed,,,x\n",
		    "US.csv:6: expected dates in order, each once, found \"2026-11-25\"" },
		{ HEAD "2026-11-26,closed\n", "US.csv:5: expected DATE,closed,,,NAME or" },
		{ HEAD "2026-11-26,closed,10:00,,x\n",
		    "US.csv:5: expected closed (without times) or hours" },
		{ HEAD "2026-11-26,maybe,,,x\n",
		    "US.csv:5: expected closed (without times) or hours, found \"maybe\"" },
		{ HEAD "2026-11-26,hours,,,x\n", "US.csv:5: expected an open, a close, or both" },
		{ HEAD "2026-11-26,hours,13:00,10:00,x\n",
		    "US.csv:5: expected a close after the open, found \"10:00\"" },
		{ HEAD "2026-11-26,hours,,09:30,x\n",
		    "US.csv:5: expected a close after the open, found \"09:30\"" },
		{ HEAD "2026-11-26,hours,16:00,,x\n",
		    "US.csv:5: expected a close after the open, found \"16:00\"" },
		{ HEAD "2026-11-26,hours,noon,,x\n", "US.csv:5: expected a time" },
		{ HEAD "holiday\n", "US.csv:5: expected a date like 2026-11-26, or country" },
		{ HEAD "source,\xff\n", "US.csv:5: expected a line of UTF-8" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_err err = { 0 };
		struct yq_days days;

		assert_int_equal(
		    yq_days_read(rows[i].text, strlen(rows[i].text), "US.csv", &days, &err),
		    YQ_E_INVALID);
		if (strstr(err.text, rows[i].fault) == NULL)
			fail_msg("row %zu: %s", i, err.text);
		assert_null(days.list);
	}
}

static void
test_what_comes_with_the_program_is_sound_and_written_back_the_same(void **unused)
{
	(void)unused;
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++) {
		struct yq_days days = read_good(yq_builtin_days[c].text), again;
		struct yq_buf text = yq_buf_make(YQ_DAYS_TEXT_MAX);

		assert_int_equal(days.country, c);
		assert_true(days.source_count > 0);
		yq_days_write(&text, &days);
		again = read_good(yq_buf_text(&text));
		assert_int_equal(days.count, again.count);
		for (size_t i = 0; i < days.count; i++)
			assert_memory_equal(&days.list[i], &again.list[i], sizeof(days.list[i]));
		free(again.list);
		again.list = days.list;
		assert_memory_equal(&days, &again, sizeof(days));
		yq_buf_free(&text);
		yq_days_clear(&days);
	}
}

/* What each market's own notice says, besides the files. */
static void
test_the_days_of_2026_and_2027(void **unused)
{
	static const struct {
		enum yq_country country;
		yq_date date;
		const char *bounds; /* "" = closed */
	} rows[] = {
		{ YQ_COUNTRY_KR, 20260102, "10:00-15:30" },
		{ YQ_COUNTRY_KR, 20260717, "" },
		{ YQ_COUNTRY_KR, 20261119, "10:00-16:30" },
		{ YQ_COUNTRY_KR, 20261231, "" },
		{ YQ_COUNTRY_US, 20261126, "" },
		{ YQ_COUNTRY_US, 20261127, "09:30-13:00" },
		{ YQ_COUNTRY_US, 20261224, "09:30-13:00" },
		{ YQ_COUNTRY_US, 20270618, "" },
		{ YQ_COUNTRY_US, 20271126, "09:30-13:00" },
		{ YQ_COUNTRY_US, 20271224, "" },
		{ YQ_COUNTRY_JP, 20260922, "" },
		{ YQ_COUNTRY_JP, 20261230, "09:00-15:30" },
		{ YQ_COUNTRY_JP, 20270322, "" },
		{ YQ_COUNTRY_HK, 20260216, "09:30-12:00" },
		{ YQ_COUNTRY_HK, 20261224, "09:30-12:00" },
		{ YQ_COUNTRY_HK, 20261225, "" },
		{ YQ_COUNTRY_CN, 20260223, "" },
		{ YQ_COUNTRY_CN, 20261008, "09:30-15:00" },
		{ YQ_COUNTRY_VN, 20260427, "" },
		{ YQ_COUNTRY_VN, 20260903, "09:00-14:45" },
	};
	struct yq_calendar calendar;

	(void)unused;
	assert_int_equal(yq_calendar_load(&calendar, NULL), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_market_day day =
		    yq_market_day_of(&calendar.hours[rows[i].country], rows[i].date);
		char open[YQ_MINUTE_TEXT_SIZE], close[YQ_MINUTE_TEXT_SIZE], text[32] = "";

		assert_true(day.covered);
		if (day.session_count > 0) {
			yq_minute_format(day.sessions[0].open, open);
			yq_minute_format(day.sessions[day.session_count - 1].close, close);
			snprintf(text, sizeof(text), "%s-%s", open, close);
		}
		assert_string_equal(text, rows[i].bounds);
	}
	/* No official list: not traded by programs. */
	assert_false(yq_market_day_of(&calendar.hours[YQ_COUNTRY_CN], 20270104).covered);
	assert_false(yq_market_day_of(&calendar.hours[YQ_COUNTRY_VN], 20270104).covered);
	assert_false(yq_market_day_of(&calendar.hours[YQ_COUNTRY_KR], 20270104).covered);
	assert_true(yq_market_day_of(&calendar.hours[YQ_COUNTRY_US], 20271231).covered);
	assert_false(yq_market_day_of(&calendar.hours[YQ_COUNTRY_US], 20251231).covered);
	yq_calendar_clear(&calendar);
}

static void
test_where_in_its_day_a_market_is(void **unused)
{
	static const struct {
		const char *instant, *us, *jp;
	} rows[] = {
		{ "2026-11-24T08:59:59Z", "closed", "closed" },
		{ "2026-11-24T09:00:00Z", "pre-market", "closed" },
		{ "2026-11-24T14:30:00Z", "open", "closed" },
		{ "2026-11-24T20:59:59Z", "open", "closed" },
		{ "2026-11-24T21:00:00Z", "after hours", "closed" },
		{ "2026-11-25T01:00:00Z", "closed", "open" },
		{ "2026-11-25T02:29:59Z", "closed", "open" },
		{ "2026-11-25T02:30:00Z", "closed", "break" },
		{ "2026-11-25T03:30:00Z", "closed", "open" },
		{ "2026-11-26T15:00:00Z", "closed", "closed" }, /* Thanksgiving */
	};
	struct yq_calendar calendar;

	(void)unused;
	assert_int_equal(yq_calendar_load(&calendar, NULL), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		int64_t instant = at(rows[i].instant);

		assert_string_equal(
		    yq_names_text(&yq_market_phase_names,
			(int)yq_market_phase_at(&calendar.hours[YQ_COUNTRY_US], instant)),
		    rows[i].us);
		assert_string_equal(
		    yq_names_text(&yq_market_phase_names,
			(int)yq_market_phase_at(&calendar.hours[YQ_COUNTRY_JP], instant)),
		    rows[i].jp);
	}
	yq_calendar_clear(&calendar);
}

static void
test_days_are_put_in_order_and_removed(void **unused)
{
	static const yq_date dates[] = { 20260105, 20260102, 20261231, 20260105, 20260601 };
	struct yq_days days = { 0 };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(dates); i++)
		assert_true(
		    yq_days_put(&days, &(struct yq_day){ .date = dates[i], .closed = true }));
	assert_int_equal(days.count, 4);
	for (size_t i = 1; i < days.count; i++)
		assert_true(days.list[i - 1].date < days.list[i].date);
	yq_days_remove(&days, 20260601);
	yq_days_remove(&days, 20260602);
	assert_int_equal(days.count, 3);
	assert_null(yq_days_find(&days, 20260601));
	assert_non_null(yq_days_find(&days, 20261231));
	yq_days_clear(&days);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_calendar_is_read_as_it_is_written),
		cmocka_unit_test(
		    test_a_byte_order_mark_and_line_ends_of_another_system_are_passed_over),
		cmocka_unit_test(test_nonsense_is_refused_with_its_line),
		cmocka_unit_test(
		    test_what_comes_with_the_program_is_sound_and_written_back_the_same),
		cmocka_unit_test(test_the_days_of_2026_and_2027),
		cmocka_unit_test(test_where_in_its_day_a_market_is),
		cmocka_unit_test(test_days_are_put_in_order_and_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
