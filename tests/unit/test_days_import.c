/* test_days_import.c - calendars as the Python library exchange_calendars writes them. */
#include "calendar_test.h"

#include "domain/calendar.h"
#include "domain/days_import.h"

#define HEAD ",open,break_start,break_end,close\n"
/* Thanksgiving 2028 is 11-23, and 11-24 ends early. */
#define WEEK                                                                 \
	"2028-11-20,2028-11-20 14:30:00+00:00,,,2028-11-20 21:00:00+00:00\n" \
	"2028-11-21,2028-11-21 14:30:00+00:00,,,2028-11-21 21:00:00+00:00\n" \
	"2028-11-22,2028-11-22 14:30:00+00:00,,,2028-11-22 21:00:00+00:00\n" \
	"2028-11-24,2028-11-24 14:30:00+00:00,,,2028-11-24 18:00:00+00:00\n"

static enum yq_rc
import(enum yq_country country, const char *text, struct yq_days *days, struct yq_err *err)
{
	return yq_days_import(text, strlen(text), "/tmp/x/schedule.csv", &calendar.days[country],
	    calendar.zones[country], days, err);
}

static void
test_a_schedule_tells_closed_and_short_days(void **unused)
{
	struct yq_err err = { 0 };
	struct yq_days days;

	(void)unused;
	assert_true(yq_days_is_schedule(HEAD WEEK, strlen(HEAD WEEK)));
	assert_int_equal(import(YQ_COUNTRY_US, HEAD WEEK, &days, &err), YQ_OK);
	/* It does not reach what is known, so that only its own dates are sure. */
	assert_int_equal(days.covered_from, 20281120);
	assert_int_equal(days.covered_to, 20281124);
	assert_true(yq_days_find(&days, 20281123)->closed);
	assert_int_equal(yq_days_find(&days, 20281124)->close, 780);
	assert_int_equal(yq_days_find(&days, 20281124)->open, -1);
	assert_null(yq_days_find(&days, 20281122));
	assert_string_equal(days.sources[days.source_count - 1], "imported: schedule.csv");
	yq_days_clear(&days);
}

/* Within the covered dates the file wins, what it does not speak of stays, and names are kept. */
static void
test_a_schedule_replaces_its_own_dates_only(void **unused)
{
	static const char text[] =
	    HEAD "2027-12-20,2027-12-20 14:30:00+00:00,,,2027-12-20 21:00:00+00:00\n"
		 "2027-12-21,2027-12-21 14:30:00+00:00,,,2027-12-21 21:00:00+00:00\n"
		 "2027-12-22,2027-12-22 14:30:00+00:00,,,2027-12-22 18:00:00+00:00\n"
		 "2027-12-23,2027-12-23 14:30:00+00:00,,,2027-12-23 21:00:00+00:00\n"
		 "2027-12-27,2027-12-27 14:30:00+00:00,,,2027-12-27 21:00:00+00:00\n"
		 "2028-01-03,2028-01-03 14:30:00+00:00,,,2028-01-03 21:00:00+00:00\n";
	struct yq_err err = { 0 };
	struct yq_days days;

	(void)unused;
	assert_int_equal(import(YQ_COUNTRY_US, text, &days, &err), YQ_OK);
	assert_int_equal(days.covered_from, 20260101);
	assert_int_equal(days.covered_to, 20280103);
	assert_string_equal(yq_days_find(&days, 20271224)->name, "Christmas Day");
	assert_int_equal(yq_days_find(&days, 20271222)->close, 780);
	assert_true(yq_days_find(&days, 20271230)->closed);
	assert_int_equal(yq_days_find(&days, 20261127)->close, 780);
	yq_days_clear(&days);
}

static void
test_a_lunch_break_must_be_the_one_that_is_known(void **unused)
{
	static const char good[] =
	    HEAD "2028-01-04,2028-01-04 00:00:00+00:00,2028-01-04 02:30:00+00:00,"
		 "2028-01-04 03:30:00+00:00,2028-01-04 06:30:00+00:00\n";
	static const char other[] =
	    HEAD "2028-01-04,2028-01-04 00:00:00+00:00,2028-01-04 03:00:00+00:00,"
		 "2028-01-04 03:30:00+00:00,2028-01-04 06:30:00+00:00\n";
	struct yq_err err = { 0 };
	struct yq_days days;

	(void)unused;
	assert_int_equal(import(YQ_COUNTRY_JP, good, &days, &err), YQ_OK);
	yq_days_clear(&days);
	assert_int_equal(import(YQ_COUNTRY_JP, other, &days, &err), YQ_E_INVALID);
	assert_non_null(strstr(err.text, ":2: expected the break that the calendar has"));
}

static void
test_nonsense_is_refused_with_its_line(void **unused)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{ "date,opens,closes\n", ":1: expected columns named open and close" },
		{ HEAD, ":1: expected a session" },
		{ HEAD "x,2028-11-20 14:30:00+00:00,,,2028-11-20 21:00:00+00:00\n",
		    ":2: expected a date, found \"x\"" },
		{ HEAD "2028-11-18,2028-11-18 14:30:00+00:00,,,2028-11-18 21:00:00+00:00\n",
		    ":2: expected sessions from Monday to Friday" },
		{ HEAD "2028-11-20,2028-11-20 21:00:00+00:00,,,2028-11-20 14:30:00+00:00\n",
		    ":2: expected a close after the open" },
		{ HEAD "2028-11-20,2028-11-21 14:30:00+00:00,,,2028-11-20 21:00:00+00:00\n",
		    ":2: expected an open on that date" },
		{ HEAD "2028-11-20,2028-11-20 14:30:00+00:00,,,\n",
		    ":2: expected a close on that date" },
		{ HEAD WEEK "2028-11-24,2028-11-24 14:30:00+00:00,,,2028-11-24 21:00:00+00:00\n",
		    ":6: expected dates in order, each once" },
		{ HEAD "2028-11-20,2028-11-20 13:30:00+00:00,,,2028-11-20 20:00:00+00:00\n",
		    "1 of its 1 sessions have other hours than the calendar of US" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_err err = { 0 };
		struct yq_days days;

		assert_int_equal(import(YQ_COUNTRY_US, rows[i].text, &days, &err), YQ_E_INVALID);
		if (strstr(err.text, rows[i].fault) == NULL)
			fail_msg("row %zu: %s", i, err.text);
		assert_null(days.list);
	}
	assert_false(yq_days_is_schedule("country,US\n", 11));
	assert_false(yq_days_is_schedule("# open,close\n", 13));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_schedule_tells_closed_and_short_days),
		cmocka_unit_test(test_a_schedule_replaces_its_own_dates_only),
		cmocka_unit_test(test_a_lunch_break_must_be_the_one_that_is_known),
		cmocka_unit_test(test_nonsense_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, load_calendar, unload_calendar);
}
