/* schedule_due.c - when a schedule is due, and whether it may run then. */
#include "base/clock.h"
#include "domain/schedule.h"

#define MINUTES_A_DAY 1440
#define NOON	      720
/* Between two dates of its weekdays lie at most 7 days, and one date or two that a zone left out
 * when it crossed the date line. */
#define DAYS_MAX   16
#define DAY_US	   (INT64_C(86400) * YQ_US_PER_SECOND)
#define SEARCH_MAX 800 /* days that cannot run, one after another */

static int64_t
clamp_minute(int64_t minute)
{
	if (minute < 0)
		return 0;
	return minute < MINUTES_A_DAY ? minute : MINUTES_A_DAY - 1;
}

/* The minute of the local day: that of the open or close of this very day, and of an ordinary one
 * where it is closed. */
static int64_t
minute_of(const struct yq_schedule *schedule, const struct yq_market_hours *hours,
    const struct yq_market_day *day)
{
	const struct yq_session *sessions =
	    day->session_count > 0 ? day->sessions : hours->sessions;
	size_t count = day->session_count > 0 ? day->session_count : hours->session_count;

	if (schedule->when == YQ_SCHEDULE_AT || count == 0)
		return clamp_minute(schedule->minute);
	return clamp_minute(schedule->when == YQ_SCHEDULE_OPEN
				? sessions[0].open + schedule->offset
				: sessions[count - 1].close + schedule->offset);
}

static enum yq_due_kind
kind_of(const struct yq_schedule *schedule, const struct yq_market_day *day, int64_t minute)
{
	if (schedule->any_hour)
		return YQ_DUE_RUN;
	if (!day->covered)
		return YQ_DUE_UNCOVERED;
	if (day->session_count == 0)
		return YQ_DUE_HOLIDAY;
	return yq_market_day_has(day, (int)minute) ? YQ_DUE_RUN : YQ_DUE_SHORT_DAY;
}

/* False: it is none of the schedule's days, or a date that the zone has not. */
static bool
due_on(const struct yq_schedule *schedule, const struct yq_market_hours *hours, yq_date date,
    struct yq_due *due)
{
	struct yq_market_day day = yq_market_day_of(hours, date);
	int64_t minute;

	if (((schedule->weekdays >> day.weekday) & 1) == 0 ||
	    yq_local_date(hours->zone, yq_local_instant(hours->zone, date, NOON)) != date)
		return false;
	minute = minute_of(schedule, hours, &day);
	*due = (struct yq_due){ .at_us = yq_local_instant(hours->zone, date, (int)minute),
		.date = date,
		.kind = kind_of(schedule, &day, minute) };
	return true;
}

enum yq_rc
yq_schedule_next(const struct yq_schedule *schedule, const struct yq_market_hours *hours,
    int64_t after_us, struct yq_due *due)
{
	/* Where the clock is put forward at midnight, yesterday's time may be today's. */
	yq_date date = yq_date_add(yq_local_date(hours->zone, after_us), -1);

	if (date < schedule->from)
		date = (yq_date)schedule->from;
	for (int i = 0; i < DAYS_MAX; i++, date = yq_date_add(date, 1)) {
		if (schedule->to != 0 && date > schedule->to)
			break;
		if (due_on(schedule, hours, date, due) && due->at_us > after_us)
			return YQ_OK;
	}
	return YQ_E_NOT_FOUND;
}

enum yq_rc
yq_schedule_next_run(const struct yq_schedule *schedule, const struct yq_market_hours *hours,
    int64_t after_us, struct yq_due *due)
{
	for (int i = 0; i < SEARCH_MAX; i++) {
		enum yq_rc rc = yq_schedule_next(schedule, hours, after_us, due);

		if (rc != YQ_OK || due->kind == YQ_DUE_RUN)
			return rc;
		if (due->kind == YQ_DUE_UNCOVERED)
			break;
		after_us = due->at_us;
	}
	return YQ_E_NOT_FOUND;
}

struct yq_dues
yq_schedule_dues(const struct yq_schedule *schedule, const struct yq_market_hours *hours,
    int64_t after_us, int64_t now_us)
{
	struct yq_dues dues = { 0 };
	struct yq_due due;

	if (after_us < now_us - YQ_DUES_MAX * DAY_US)
		after_us = now_us - YQ_DUES_MAX * DAY_US;
	while (yq_schedule_next(schedule, hours, after_us, &due) == YQ_OK) {
		if (due.at_us > now_us) {
			dues.next_us = due.at_us;
			break;
		}
		if (dues.any) {
			dues.missed = dues.last;
			dues.missed_count++;
		}
		dues.any = true;
		dues.last = due;
		after_us = due.at_us;
	}
	return dues;
}
