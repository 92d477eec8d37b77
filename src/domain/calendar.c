/* calendar.c - is a market open at an instant, in its own time zone. */
#include "domain/calendar.h"

#include <string.h>

#define NOON		   12, 0, 0
#define DAY_US		   (INT64_C(86400) * YQ_US_PER_SECOND)
#define NEXT_OPEN_DAYS_MAX 30

struct day {
	yq_date date;
	struct yq_session sessions[YQ_SESSIONS_MAX];
	size_t count;
};

const struct yq_names yq_market_phase_names = { "market phase",
	(const char *const[]){ "closed", "pre-market", "open", "break", "after hours" }, 5 };

int64_t
yq_local_minute(const struct yq_zone *zone, int64_t instant_us)
{
	struct yq_civil civil = yq_zone_civil(zone, instant_us);

	return civil.hour * 60 + civil.minute;
}

yq_date
yq_local_date(const struct yq_zone *zone, int64_t instant_us)
{
	struct yq_civil civil = yq_zone_civil(zone, instant_us);

	return (yq_date)(civil.year * 10000 + civil.month * 100 + civil.day);
}

const struct yq_day *
yq_market_special(const struct yq_market_hours *hours, yq_date date)
{
	size_t low = 0, high = hours->day_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (hours->days[middle].date == date)
			return &hours->days[middle];
		if (hours->days[middle].date < date)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Apply a late opening and an early (or late) close to the regular sessions. */
static void
bend(struct day *day, const struct yq_day *special)
{
	size_t kept = 0;

	for (size_t i = 0; i < day->count; i++) {
		struct yq_session session = day->sessions[i];

		if (special->open >= 0 && (i == 0 || session.open < special->open))
			session.open = special->open;
		if (special->close >= 0 && (session.close > special->close || i + 1 == day->count))
			session.close = special->close;
		if (session.open < session.close)
			day->sessions[kept++] = session;
	}
	day->count = kept;
}

/* The sessions of a local date; none when the market is closed on it. */
static void
day_of(const struct yq_market_hours *hours, yq_date date, int weekday, struct day *day)
{
	const struct yq_day *special = yq_market_special(hours, date);

	day->date = date;
	day->count = 0;
	if (((hours->weekdays >> weekday) & 1) == 0 || (special != NULL && special->closed))
		return;
	day->count = hours->session_count;
	for (size_t i = 0; i < day->count; i++)
		day->sessions[i] = hours->sessions[i];
	if (special != NULL)
		bend(day, special);
}

static void
day_at(const struct yq_market_hours *hours, const struct yq_civil *civil, struct day *day)
{
	day_of(hours, (yq_date)(civil->year * 10000 + civil->month * 100 + civil->day),
	    civil->weekday, day);
}

static const struct yq_session *
session_at(const struct day *day, const struct yq_civil *civil)
{
	int minute = civil->hour * 60 + civil->minute;

	for (size_t i = 0; i < day->count; i++)
		if (minute >= day->sessions[i].open && minute < day->sessions[i].close)
			return &day->sessions[i];
	return NULL;
}

int64_t
yq_local_instant(const struct yq_zone *zone, yq_date date, int minute)
{
	int year = date / 10000, month = date / 100 % 100, day = date % 100;

	/* 24:00 is not a time of day. */
	if (minute >= 1440)
		return yq_zone_instant(zone, year, month, day, 23, 59, 0) + 60 * YQ_US_PER_SECOND;
	return yq_zone_instant(zone, year, month, day, minute / 60, minute % 60, 0);
}

static bool
covers(const struct yq_market_hours *hours, yq_date date)
{
	return date >= hours->covered_from && (hours->covered_to == 0 || date <= hours->covered_to);
}

struct yq_market_day
yq_market_day_of(const struct yq_market_hours *hours, yq_date date)
{
	struct yq_market_day result = {
		.date = date, .weekday = yq_date_weekday(date), .covered = covers(hours, date)
	};
	struct day day;

	day_of(hours, date, result.weekday, &day);
	result.session_count = day.count;
	for (size_t i = 0; i < day.count; i++)
		result.sessions[i] = day.sessions[i];
	if (day.count > 0) {
		result.open_us = yq_local_instant(hours->zone, date, day.sessions[0].open);
		result.close_us =
		    yq_local_instant(hours->zone, date, day.sessions[day.count - 1].close);
	}
	return result;
}

bool
yq_market_day_has(const struct yq_market_day *day, int minute)
{
	for (size_t i = 0; i < day->session_count; i++)
		if (minute >= day->sessions[i].open && minute < day->sessions[i].close)
			return true;
	return false;
}

static bool
is_within(struct yq_session session, int minute)
{
	return minute >= session.open && minute < session.close;
}

enum yq_market_phase
yq_market_phase_at(const struct yq_market_hours *hours, int64_t instant_us)
{
	struct yq_civil civil = yq_zone_civil(hours->zone, instant_us);
	int minute = civil.hour * 60 + civil.minute;
	struct day day;

	day_at(hours, &civil, &day);
	if (day.count == 0)
		return YQ_PHASE_CLOSED;
	if (session_at(&day, &civil) != NULL)
		return YQ_PHASE_OPEN;
	if (minute >= day.sessions[0].open && minute < day.sessions[day.count - 1].close)
		return YQ_PHASE_BREAK;
	if (minute < day.sessions[0].open && is_within(hours->pre, minute))
		return YQ_PHASE_PRE;
	if (minute >= day.sessions[day.count - 1].close && is_within(hours->post, minute))
		return YQ_PHASE_POST;
	return YQ_PHASE_CLOSED;
}

bool
yq_market_is_open(const struct yq_market_hours *hours, int64_t instant_us)
{
	struct yq_civil civil = yq_zone_civil(hours->zone, instant_us);
	struct day day;

	day_at(hours, &civil, &day);
	return session_at(&day, &civil) != NULL;
}

bool
yq_market_is_covered(const struct yq_market_hours *hours, int64_t instant_us)
{
	return covers(hours, yq_local_date(hours->zone, instant_us));
}

enum yq_rc
yq_market_next_open(const struct yq_market_hours *hours, int64_t instant_us, int64_t *open_us)
{
	struct yq_civil civil = yq_zone_civil(hours->zone, instant_us);
	int64_t noon_us;

	if (yq_market_is_open(hours, instant_us)) {
		*open_us = instant_us;
		return YQ_OK;
	}
	noon_us = yq_zone_instant(hours->zone, civil.year, civil.month, civil.day, NOON);
	for (int i = 0; i <= NEXT_OPEN_DAYS_MAX; i++) {
		struct day day;

		/* Noon moves by an hour at most, so that each step is the next date. */
		civil = yq_zone_civil(hours->zone, noon_us + i * DAY_US);
		day_at(hours, &civil, &day);
		for (size_t s = 0; s < day.count; s++) {
			int64_t open =
			    yq_local_instant(hours->zone, day.date, day.sessions[s].open);

			if (open >= instant_us) {
				*open_us = open;
				return YQ_OK;
			}
		}
	}
	return YQ_E_NOT_FOUND;
}

enum yq_rc
yq_market_session_close(const struct yq_market_hours *hours, int64_t instant_us, int64_t *close_us)
{
	struct yq_civil civil = yq_zone_civil(hours->zone, instant_us);
	const struct yq_session *session;
	struct day day;

	day_at(hours, &civil, &day);
	session = session_at(&day, &civil);
	if (session == NULL)
		return YQ_E_STATE;
	*close_us = yq_local_instant(hours->zone, day.date, session->close);
	return YQ_OK;
}

void
yq_calendar_refresh(struct yq_calendar *calendar, enum yq_country country)
{
	const struct yq_days *days = &calendar->days[country];
	struct yq_market_hours *hours = &calendar->hours[country];

	*hours = (struct yq_market_hours){
		.zone = calendar->zones[country],
		.session_count = days->session_count,
		.pre = days->pre,
		.post = days->post,
		.weekdays = YQ_WEEKDAYS_MON_FRI,
		.days = days->list,
		.day_count = days->count,
		.covered_from = days->covered_from,
		.covered_to = days->covered_to,
	};
	for (size_t i = 0; i < days->session_count; i++)
		hours->sessions[i] = days->sessions[i];
}

enum yq_rc
yq_calendar_set(struct yq_calendar *calendar, struct yq_days *days, struct yq_err *err)
{
	enum yq_country country = days->country;
	struct yq_zone *zone = NULL;
	enum yq_rc rc = yq_zone_load(days->zone, &zone, err);

	if (rc != YQ_OK)
		return rc;
	yq_zone_free(calendar->zones[country]);
	calendar->zones[country] = zone;
	yq_days_clear(&calendar->days[country]);
	calendar->days[country] = *days;
	*days = (struct yq_days){ 0 };
	yq_calendar_refresh(calendar, country);
	return YQ_OK;
}

static enum yq_rc
load_builtin(struct yq_calendar *calendar, int country, struct yq_err *err)
{
	const struct yq_builtin_days *builtin = &yq_builtin_days[country];
	YQ_CLEANUP(yq_days_clear) struct yq_days days = { 0 };
	enum yq_rc rc =
	    yq_days_read(builtin->text, strlen(builtin->text), builtin->file, &days, err);

	return rc == YQ_OK ? yq_calendar_set(calendar, &days, err) : rc;
}

enum yq_rc
yq_calendar_load(struct yq_calendar *calendar, struct yq_err *err)
{
	*calendar = (struct yq_calendar){ 0 };
	for (int i = 0; i < YQ_COUNTRY_COUNT; i++) {
		enum yq_rc rc = load_builtin(calendar, i, err);

		if (rc != YQ_OK) {
			yq_calendar_clear(calendar);
			return rc;
		}
	}
	return YQ_OK;
}

void
yq_calendar_clear(struct yq_calendar *calendar)
{
	for (int i = 0; i < YQ_COUNTRY_COUNT; i++) {
		yq_zone_free(calendar->zones[i]);
		yq_days_clear(&calendar->days[i]);
	}
	*calendar = (struct yq_calendar){ 0 };
}

const struct yq_market_hours *
yq_calendar_hours(const struct yq_calendar *calendar, enum yq_exchange exchange)
{
	return &calendar->hours[yq_market_of(exchange)->country];
}
