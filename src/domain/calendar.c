/* calendar.c - is a market open at an instant, in its own time zone. */
#include "domain/calendar.h"

#include "base/clock.h"

#define NOON		   12, 0, 0
#define DAY_US		   (INT64_C(86400) * YQ_US_PER_SECOND)
#define NEXT_OPEN_DAYS_MAX 30

struct day {
	int year, month, day;
	struct yq_session sessions[YQ_SESSIONS_MAX];
	size_t count;
};

static yq_date
date_of(int year, int month, int day)
{
	return (yq_date)(year * 10000 + month * 100 + day);
}

yq_date
yq_local_date(const struct yq_zone *zone, int64_t instant_us)
{
	struct yq_civil civil = yq_zone_civil(zone, instant_us);

	return date_of(civil.year, civil.month, civil.day);
}

static bool
is_closed_date(const struct yq_market_hours *hours, yq_date date)
{
	size_t low = 0, high = hours->closed_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (hours->closed[middle] == date)
			return true;
		if (hours->closed[middle] < date)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Apply a late opening and an early (or late) close to the regular sessions. */
static void
bend(struct day *day, const struct yq_special_day *special)
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

/* The sessions of the local date in `civil`; none when the market is closed on it. */
static void
day_of(const struct yq_market_hours *hours, const struct yq_civil *civil, struct day *day)
{
	yq_date date = date_of(civil->year, civil->month, civil->day);

	day->year = civil->year;
	day->month = civil->month;
	day->day = civil->day;
	day->count = 0;
	if (((hours->weekdays >> civil->weekday) & 1) == 0 || is_closed_date(hours, date))
		return;
	day->count = hours->session_count;
	for (size_t i = 0; i < day->count; i++)
		day->sessions[i] = hours->sessions[i];
	for (size_t i = 0; i < hours->special_count; i++)
		if (hours->special[i].date == date)
			bend(day, &hours->special[i]);
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

static int64_t
instant_at(const struct yq_market_hours *hours, const struct day *day, int minute)
{
	/* 24:00 is not a time of day. */
	if (minute >= 1440)
		return yq_zone_instant(hours->zone, day->year, day->month, day->day, 23, 59, 0) +
		       60 * YQ_US_PER_SECOND;
	return yq_zone_instant(
	    hours->zone, day->year, day->month, day->day, minute / 60, minute % 60, 0);
}

yq_date
yq_date_add(yq_date date, int days)
{
	int year, month, day;

	yq_days_to_date(yq_date_to_days(date / 10000, date / 100 % 100, date % 100) + days, &year,
	    &month, &day);
	return date_of(year, month, day);
}

int64_t
yq_local_instant(const struct yq_zone *zone, yq_date date, int minute)
{
	const struct yq_market_hours hours = { .zone = zone };
	const struct day day = {
		.year = date / 10000, .month = date / 100 % 100, .day = date % 100
	};

	return instant_at(&hours, &day, minute);
}

struct yq_market_day
yq_market_day_of(const struct yq_market_hours *hours, yq_date date)
{
	struct yq_civil civil = {
		.year = date / 10000, .month = date / 100 % 100, .day = date % 100
	};
	int64_t days = yq_date_to_days(civil.year, civil.month, civil.day);
	struct yq_market_day result = { .date = date,
		.covered = hours->covered_to == 0 || date <= hours->covered_to };
	struct day day;

	civil.weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
	day_of(hours, &civil, &day);
	result.weekday = civil.weekday;
	result.session_count = day.count;
	for (size_t i = 0; i < day.count; i++)
		result.sessions[i] = day.sessions[i];
	if (day.count > 0) {
		result.open_us = instant_at(hours, &day, day.sessions[0].open);
		result.close_us = instant_at(hours, &day, day.sessions[day.count - 1].close);
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

struct yq_market_hours
yq_market_hours_default(enum yq_exchange exchange, const struct yq_zone *zone)
{
	const struct yq_market *market = yq_market_of(exchange);
	struct yq_market_hours hours = {
		.zone = zone,
		.session_count = market->session_count,
		.weekdays = YQ_WEEKDAYS_MON_FRI,
	};

	for (size_t i = 0; i < market->session_count; i++)
		hours.sessions[i] = market->sessions[i];
	return hours;
}

bool
yq_market_is_open(const struct yq_market_hours *hours, int64_t instant_us)
{
	struct yq_civil civil = yq_zone_civil(hours->zone, instant_us);
	struct day day;

	day_of(hours, &civil, &day);
	return session_at(&day, &civil) != NULL;
}

bool
yq_market_is_covered(const struct yq_market_hours *hours, int64_t instant_us)
{
	return hours->covered_to == 0 ||
	       yq_local_date(hours->zone, instant_us) <= hours->covered_to;
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
		day_of(hours, &civil, &day);
		for (size_t s = 0; s < day.count; s++) {
			int64_t open = instant_at(hours, &day, day.sessions[s].open);

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

	day_of(hours, &civil, &day);
	session = session_at(&day, &civil);
	if (session == NULL)
		return YQ_E_STATE;
	*close_us = instant_at(hours, &day, session->close);
	return YQ_OK;
}

enum yq_rc
yq_calendar_load(struct yq_calendar *calendar, struct yq_err *err)
{
	*calendar = (struct yq_calendar){ 0 };
	for (int i = 0; i < YQ_COUNTRY_COUNT; i++) {
		const struct yq_market *market = yq_market_of_country((enum yq_country)i);
		enum yq_rc rc = yq_zone_load(market->zone, &calendar->zones[i], err);

		if (rc != YQ_OK) {
			yq_calendar_clear(calendar);
			return rc;
		}
		calendar->hours[i] = yq_market_hours_default(market->exchange, calendar->zones[i]);
	}
	return YQ_OK;
}

void
yq_calendar_clear(struct yq_calendar *calendar)
{
	for (int i = 0; i < YQ_COUNTRY_COUNT; i++)
		yq_zone_free(calendar->zones[i]);
	*calendar = (struct yq_calendar){ 0 };
}

const struct yq_market_hours *
yq_calendar_hours(const struct yq_calendar *calendar, enum yq_exchange exchange)
{
	return &calendar->hours[yq_market_of(exchange)->country];
}
