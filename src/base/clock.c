/* clock.c - the system's clock, one for tests, and RFC 3339. */
#include "base/clock.h"

#include <string.h>
#include <time.h>

#define DAY_SECONDS 86400
#define YEAR_MIN    1970
#define YEAR_MAX    2199

static int64_t
system_now_us(void *cookie)
{
	struct timespec t;

	(void)cookie;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * YQ_US_PER_SECOND + t.tv_nsec / 1000;
}

static int64_t
system_monotonic_ns(void *cookie)
{
	struct timespec t;

	(void)cookie;
	/* It counts while the machine is suspended too: what ran out meanwhile has run out. */
	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

const struct yq_clock *
yq_clock_system(void)
{
	static const struct yq_clock clock = { system_now_us, system_monotonic_ns, NULL };

	return &clock;
}

int64_t
yq_clock_now_us(const struct yq_clock *clock)
{
	return clock->now_us(clock->cookie);
}

int64_t
yq_clock_monotonic_ns(const struct yq_clock *clock)
{
	return clock->monotonic_ns(clock->cookie);
}

int64_t
yq_clock_monotonic_us(const struct yq_clock *clock)
{
	return yq_clock_monotonic_ns(clock) / 1000;
}

int64_t
yq_clock_monotonic_of(const struct yq_clock *clock, int64_t instant_us)
{
	int64_t age_us = yq_clock_now_us(clock) - instant_us;

	return yq_clock_monotonic_us(clock) - (age_us > 0 ? age_us : 0);
}

int64_t
yq_clock_instant_of(const struct yq_clock *clock, int64_t monotonic_us)
{
	return yq_clock_now_us(clock) - (yq_clock_monotonic_us(clock) - monotonic_us);
}

static int64_t
manual_now_us(void *cookie)
{
	const struct yq_manual_clock *manual = cookie;

	return manual->now_us;
}

static int64_t
manual_monotonic_ns(void *cookie)
{
	const struct yq_manual_clock *manual = cookie;

	return manual->monotonic_ns;
}

void
yq_manual_clock_init(struct yq_manual_clock *manual, int64_t now_us)
{
	*manual = (struct yq_manual_clock){
		.clock = { manual_now_us, manual_monotonic_ns, manual },
		.now_us = now_us,
	};
}

void
yq_manual_clock_advance(struct yq_manual_clock *manual, int64_t us)
{
	manual->now_us += us;
	if (us > 0)
		manual->monotonic_ns += us * 1000;
}

/* Days are counted in eras of 400 years that begin on 1 March, so that a leap day is the last. */
int64_t
yq_date_to_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? (int64_t)year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void
yq_days_to_date(int64_t days, int *year, int *month, int *day)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;

	*day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
	*month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

bool
yq_date_is_valid(int year, int month, int day)
{
	static const unsigned char lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* `count` digits of `value` at `text`; returns what follows them. */
static char *
put_digits(char *text, int64_t value, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		text[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return text + count;
}

void
yq_time_format(int64_t instant_us, char text[YQ_TIME_TEXT_SIZE])
{
	/* Four digits of a year is all the form has: 0001-01-01 to 9999-12-31. */
	const int64_t least = INT64_C(-62135596800000000), most = INT64_C(253402300799999999);
	int64_t us = instant_us < least ? least : instant_us > most ? most : instant_us;
	int64_t seconds = us / YQ_US_PER_SECOND, days;
	int year, month, day;

	us %= YQ_US_PER_SECOND;
	if (us < 0) {
		us += YQ_US_PER_SECOND;
		seconds--;
	}
	days = seconds / DAY_SECONDS;
	seconds %= DAY_SECONDS;
	if (seconds < 0) {
		seconds += DAY_SECONDS;
		days--;
	}
	yq_days_to_date(days, &year, &month, &day);
	text = put_digits(text, year, 4);
	*text++ = '-';
	text = put_digits(text, month, 2);
	*text++ = '-';
	text = put_digits(text, day, 2);
	*text++ = 'T';
	text = put_digits(text, seconds / 3600, 2);
	*text++ = ':';
	text = put_digits(text, seconds / 60 % 60, 2);
	*text++ = ':';
	text = put_digits(text, seconds % 60, 2);
	*text++ = '.';
	text = put_digits(text, us, 6);
	*text++ = 'Z';
	*text = '\0';
}

struct cursor {
	const char *at, *end;
};

static bool
take_digits(struct cursor *c, int count, int *value)
{
	*value = 0;
	for (; count > 0; count--) {
		if (c->at == c->end || *c->at < '0' || *c->at > '9')
			return false;
		*value = *value * 10 + (*c->at++ - '0');
	}
	return true;
}

static bool
take_one_of(struct cursor *c, const char *choices, char *found)
{
	if (c->at == c->end || *c->at == '\0' || strchr(choices, *c->at) == NULL)
		return false;
	*found = *c->at++;
	return true;
}

/* ".5", ".123456789" or nothing; microseconds. */
static bool
take_fraction(struct cursor *c, int *us)
{
	int digits = 0;

	*us = 0;
	if (c->at == c->end || *c->at != '.')
		return true;
	c->at++;
	while (c->at < c->end && *c->at >= '0' && *c->at <= '9') {
		if (++digits > 9)
			return false;
		if (digits <= 6)
			*us = *us * 10 + (*c->at - '0');
		c->at++;
	}
	for (int i = digits; i < 6; i++)
		*us *= 10;
	return digits > 0;
}

/* "Z", "+09:00", "-05:30"; seconds east of UTC. */
static bool
take_offset(struct cursor *c, int *seconds)
{
	char sign, colon;
	int hours, minutes;

	*seconds = 0;
	if (!take_one_of(c, "Zz+-", &sign))
		return false;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (!take_digits(c, 2, &hours) || !take_one_of(c, ":", &colon) ||
	    !take_digits(c, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*seconds = (hours * 60 + minutes) * 60;
	if (sign == '-')
		*seconds = -*seconds;
	return true;
}

enum yq_rc
yq_time_parse(const char *text, size_t length, int64_t *instant_us)
{
	struct cursor c = { text, text + length };
	int year, month, day, hour, minute, second, us, offset;
	int64_t instant;
	char found;

	if (!take_digits(&c, 4, &year) || !take_one_of(&c, "-", &found) ||
	    !take_digits(&c, 2, &month) || !take_one_of(&c, "-", &found) ||
	    !take_digits(&c, 2, &day) || !take_one_of(&c, "Tt ", &found) ||
	    !take_digits(&c, 2, &hour) || !take_one_of(&c, ":", &found) ||
	    !take_digits(&c, 2, &minute) || !take_one_of(&c, ":", &found) ||
	    !take_digits(&c, 2, &second) || !take_fraction(&c, &us) || !take_offset(&c, &offset) ||
	    c.at != c.end)
		return YQ_E_INVALID;
	if (year < YEAR_MIN || year > YEAR_MAX || !yq_date_is_valid(year, month, day) ||
	    hour > 23 || minute > 59)
		return YQ_E_INVALID;
	/* A leap second ends an hour and counts as the second after it. */
	if (second > 60 || (second == 60 && minute != 59))
		return YQ_E_INVALID;
	instant = yq_date_to_days(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 +
		  second - offset;
	if (instant < 0)
		return YQ_E_INVALID;
	*instant_us = instant * YQ_US_PER_SECOND + us;
	return YQ_OK;
}
