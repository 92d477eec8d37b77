/* calendar_test.h - the calendars that come with the program, for all tests of a file. */
#ifndef YQ_TESTS_CALENDAR_TEST_H
#define YQ_TESTS_CALENDAR_TEST_H

#include "domain_test.h"

#include "domain/calendar.h"

static struct yq_calendar calendar;

static int
load_calendar(void **unused)
{
	(void)unused;
	return yq_calendar_load(&calendar, NULL) == YQ_OK ? 0 : -1;
}

static int
unload_calendar(void **unused)
{
	(void)unused;
	yq_calendar_clear(&calendar);
	return 0;
}

#endif
