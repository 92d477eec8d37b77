/*
 * zone.c - a time zone as a table of its offset changes.
 *
 * ICU answers once, at load; after that a conversion is a binary search, which neither allocates
 * nor takes a lock.
 */
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define FIRST_YEAR    2000
#define LAST_YEAR     2060
#define NAME_SIZE     64
#define CHANGES_MAX   512 /* a dozen a year would be more than any zone has had */
#define MS_PER_SECOND 1000.0
#define DAY_SECONDS   86400

struct change {
	int64_t at; /* seconds since 1970, UTC: the first second of the new offset */
	int offset; /* seconds east of UTC from then on */
};

struct yq_zone {
	char name[NAME_SIZE];
	size_t count; /* at least 1: the first entry holds from the beginning of time */
	struct change changes[];
};

static void
close_calendar(UCalendar **calendar)
{
	if (*calendar != NULL)
		ucal_close(*calendar);
}

/* A region's name from the tz database.  ICU would take any text, and answer with UTC. */
static bool
is_iana_name(const char *name, UChar wide[NAME_SIZE])
{
	UChar canonical[NAME_SIZE];
	UErrorCode status = U_ZERO_ERROR;
	UBool is_system = 0;
	size_t length = strlen(name);

	if (length == 0 || length >= NAME_SIZE)
		return false;
	for (const char *p = name; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~') /* as for u_charsToUChars */
			return false;
	}
	/* "GMT+9" and the like are ICU's own; in Etc/GMT+9 the sign has the opposite meaning. */
	if (strchr(name, ':') != NULL ||
	    (yq_str_starts(name, "GMT") && name[3] != '\0' && name[3] != '0'))
		return false;
	u_charsToUChars(name, wide, (int32_t)length + 1);
	(void)ucal_getCanonicalTimeZoneID(wide, -1, canonical, NAME_SIZE, &is_system, &status);
	return U_SUCCESS(status) && is_system;
}

static int
offset_now(const UCalendar *calendar, UErrorCode *status)
{
	int32_t ms = ucal_get(calendar, UCAL_ZONE_OFFSET, status) +
		     ucal_get(calendar, UCAL_DST_OFFSET, status);

	return ms / 1000;
}

static struct yq_zone *
add_change(struct yq_zone *zone, int64_t at, int offset)
{
	size_t size = sizeof(*zone) + (zone->count + 1) * sizeof(zone->changes[0]);

	/* ICU also reports changes of name or rule that leave the offset as it is. */
	if (zone->count > 0 && zone->changes[zone->count - 1].offset == offset)
		return zone;
	zone = yq_xrealloc(zone, size, 1);
	zone->changes[zone->count++] = (struct change){ at, offset };
	return zone;
}

static struct yq_zone *
read_changes(UCalendar *calendar, struct yq_zone *zone, UErrorCode *status)
{
	const int64_t first = yq_date_to_days(FIRST_YEAR, 1, 1) * DAY_SECONDS;
	const int64_t last = yq_date_to_days(LAST_YEAR + 1, 1, 1) * DAY_SECONDS;
	UDate at = (double)first * MS_PER_SECOND;

	ucal_setMillis(calendar, at, status);
	zone = add_change(zone, INT64_MIN, offset_now(calendar, status));
	while (U_SUCCESS(*status) && zone->count < CHANGES_MAX &&
	       ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &at, status) &&
	       at < (double)last * MS_PER_SECOND) {
		ucal_setMillis(calendar, at, status);
		zone =
		    add_change(zone, (int64_t)(at / MS_PER_SECOND), offset_now(calendar, status));
	}
	return zone;
}

enum yq_rc
yq_zone_load(const char *name, struct yq_zone **ret_zone, struct yq_err *err)
{
	YQ_CLEANUP(close_calendar) UCalendar *calendar = NULL;
	UErrorCode status = U_ZERO_ERROR;
	UChar wide[NAME_SIZE];
	struct yq_zone *zone;

	*ret_zone = NULL;
	if (!is_iana_name(name, wide))
		return yq_err_set(err, YQ_E_INVALID,
		    "expected an IANA time zone as in Asia/Seoul, found \"%.60s\"", name);
	calendar = ucal_open(wide, -1, "en_US", UCAL_GREGORIAN, &status);
	if (U_FAILURE(status))
		return yq_err_set(err, YQ_E_SYSTEM, "time zone %s: %s", name, u_errorName(status));
	zone = yq_xcalloc(1, sizeof(*zone));
	zone = read_changes(calendar, zone, &status);
	if (U_FAILURE(status)) {
		free(zone);
		return yq_err_set(err, YQ_E_SYSTEM, "time zone %s: %s", name, u_errorName(status));
	}
	yq_str_copy_cut(zone->name, sizeof(zone->name), name);
	*ret_zone = zone;
	return YQ_OK;
}

void
yq_zone_free(struct yq_zone *zone)
{
	free(zone);
}

const char *
yq_zone_name(const struct yq_zone *zone)
{
	return zone->name;
}

/* Index of the change that rules at `seconds`. */
static size_t
ruling(const struct yq_zone *zone, int64_t seconds)
{
	size_t low = 0, high = zone->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (zone->changes[middle].at <= seconds)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static int64_t
floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0 ? 1 : 0);
}

struct yq_civil
yq_zone_civil(const struct yq_zone *zone, int64_t instant_us)
{
	int64_t utc = floor_divide(instant_us, YQ_US_PER_SECOND);
	int offset = zone->changes[ruling(zone, utc)].offset;
	int64_t days = floor_divide(utc + offset, DAY_SECONDS);
	int second = (int)(utc + offset - days * DAY_SECONDS);
	struct yq_civil civil = {
		.hour = second / 3600,
		.minute = second / 60 % 60,
		.second = second % 60,
		/* 1970-01-01 was a Thursday. */
		.weekday = (int)(days + 3 - floor_divide(days + 3, 7) * 7),
		.offset_seconds = offset,
	};

	yq_days_to_date(days, &civil.year, &civil.month, &civil.day);
	return civil;
}

int64_t
yq_zone_instant(
    const struct yq_zone *zone, int year, int month, int day, int hour, int minute, int second)
{
	int64_t local =
	    yq_date_to_days(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
	/* No zone is further than a day from UTC: start before anything that can matter. */
	size_t i = ruling(zone, local - DAY_SECONDS);

	for (;; i++) {
		int64_t utc = local - zone->changes[i].offset;

		/* The earliest period that has this local time; one that has passed it without
		 * having it leaves a gap, and the change that made the gap is the answer. */
		if (i > 0 && utc < zone->changes[i].at)
			return zone->changes[i].at * YQ_US_PER_SECOND;
		if (i + 1 == zone->count || utc < zone->changes[i + 1].at)
			return utc * YQ_US_PER_SECOND;
	}
}
