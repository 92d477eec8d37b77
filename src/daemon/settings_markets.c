/* settings_markets.c - the calendar: built-in hours and days, with what Markets changes in them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "daemon/settings_read.h"

#define DAYS_MAX 2048

struct days {
	yq_date *closed;
	size_t closed_count;
	struct yq_special_day *special;
	size_t special_count;
};

struct yq_markets {
	struct yq_calendar calendar;
	bool loaded;
	struct days days[YQ_COUNTRY_COUNT];
};

struct reading {
	struct settings_section section;
	struct days *days;
};

struct builtin_closed {
	enum yq_country country;
	yq_date date;
};
struct builtin_short {
	enum yq_country country;
	struct yq_special_day day;
};

#define COVERED(country, date)
#define SHORT(country, date, opens, closes)
#define CLOSED(country, date) { YQ_COUNTRY_##country, date },
static const struct builtin_closed builtin_closed[] = {
#include "daemon/settings_days.def"
};
#undef CLOSED
#undef SHORT
#define CLOSED(country, date)
#define SHORT(country, date, opens, closes) { YQ_COUNTRY_##country, { date, opens, closes } },
static const struct builtin_short builtin_short[] = {
#include "daemon/settings_days.def"
};
#undef SHORT
#undef COVERED
#define SHORT(country, date, opens, closes)
#define COVERED(country, date) [YQ_COUNTRY_##country] = date,
static const yq_date builtin_covered[YQ_COUNTRY_COUNT] = {
#include "daemon/settings_days.def"
};
#undef CLOSED
#undef SHORT
#undef COVERED

static void
add_closed(struct days *days, yq_date date)
{
	for (size_t i = 0; i < days->closed_count; i++) {
		if (days->closed[i] == date)
			return;
	}
	days->closed = yq_xrealloc(days->closed, days->closed_count + 1, sizeof(days->closed[0]));
	days->closed[days->closed_count++] = date;
}

static void
drop_closed(struct days *days, yq_date date)
{
	for (size_t i = 0; i < days->closed_count; i++) {
		if (days->closed[i] == date)
			days->closed[i--] = days->closed[--days->closed_count];
	}
}

static void
add_special(struct days *days, struct yq_special_day day)
{
	for (size_t i = 0; i < days->special_count; i++) {
		if (days->special[i].date == day.date) {
			days->special[i] = day;
			return;
		}
	}
	days->special =
	    yq_xrealloc(days->special, days->special_count + 1, sizeof(days->special[0]));
	days->special[days->special_count++] = day;
}

/* "2026-11-26" */
static bool
parse_date(const char *text, yq_date *date)
{
	char instant_text[32];
	int64_t instant;
	int year, month, day;

	if (strlen(text) != 10 ||
	    !yq_str_format(instant_text, sizeof(instant_text), "%sT00:00:00Z", text) ||
	    yq_time_parse(instant_text, strlen(instant_text), &instant) != YQ_OK)
		return false;
	year =
	    (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
	month = (text[5] - '0') * 10 + text[6] - '0';
	day = (text[8] - '0') * 10 + text[9] - '0';
	*date = year * 10000 + month * 100 + day;
	return true;
}

static bool
parse_minute(const char *text, int16_t *minute)
{
	for (size_t i = 0; i < 5; i++) {
		if (i == 2 ? text[i] != ':' : (text[i] < '0' || text[i] > '9'))
			return false;
	}
	*minute = (int16_t)(((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 +
			    text[4] - '0');
	return *minute <= 1440 && text[3] < '6';
}

/* "09:30-16:00" */
static bool
parse_session(const yq_json *value, struct yq_session *session)
{
	const char *text =
	    yq_json_type_of(value) == YQ_JSON_STRING ? yq_json_text(value, NULL) : "";

	return strlen(text) == 11 && text[5] == '-' && parse_minute(text, &session->open) &&
	       parse_minute(text + 6, &session->close) && session->open < session->close;
}

static void
read_sessions(const struct settings_section *section, struct yq_market_hours *hours)
{
	const yq_json *list = yq_json_get_nocase(section->object, "Sessions");
	size_t count = list == NULL ? 0 : yq_json_count(list);
	bool good = list != NULL && yq_json_type_of(list) == YQ_JSON_ARRAY && count > 0 &&
		    count <= YQ_SESSIONS_MAX;
	struct yq_session sessions[YQ_SESSIONS_MAX];

	if (list == NULL)
		return;
	for (size_t i = 0; good && i < count; i++)
		good = parse_session(yq_json_at(list, i), &sessions[i]) &&
		       (i == 0 || sessions[i].open >= sessions[i - 1].close);
	if (!good) {
		settings_fault(section, "Sessions",
		    "1 to 4 sessions in order, like [\"09:00-11:30\", \"12:30-15:30\"]", list);
		return;
	}
	memcpy(hours->sessions, sessions, count * sizeof(sessions[0]));
	hours->session_count = count;
}

/* A list of dates, each given to `fn`. */
static void
read_dates(const struct settings_section *section, const char *name, struct days *days,
    void (*fn)(struct days *, yq_date))
{
	const yq_json *list = yq_json_get_nocase(section->object, name);

	if (list == NULL)
		return;
	if (yq_json_type_of(list) != YQ_JSON_ARRAY || yq_json_count(list) > DAYS_MAX) {
		settings_fault(section, name, "a list of dates, like [\"2026-12-31\"]", list);
		return;
	}
	for (size_t i = 0; i < yq_json_count(list); i++) {
		const yq_json *item = yq_json_at(list, i);
		yq_date date;

		if (yq_json_type_of(item) == YQ_JSON_STRING &&
		    parse_date(yq_json_text(item, NULL), &date))
			fn(days, date);
		else
			settings_fault(section, name, "dates, like \"2026-12-31\"", item);
	}
}

static bool
read_special(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct yq_special_day day;
	struct yq_session session;

	if (!parse_date(name, &day.date) || !parse_session(value, &session)) {
		settings_fault(&reading->section, name,
		    "a date with its hours, like \"2026-11-27\": \"09:30-13:00\"", value);
		return true;
	}
	day.open = session.open;
	day.close = session.close;
	add_special(reading->days, day);
	return true;
}

static void
read_zone(const struct settings_section *section, struct yq_calendar *calendar, size_t country)
{
	char name[64] = "";
	struct yq_zone *zone = NULL;

	settings_text(section, "Zone", name, sizeof(name));
	if (name[0] == '\0')
		return;
	if (yq_zone_load(name, &zone, NULL) != YQ_OK) {
		settings_fault(section, "Zone", "an IANA time zone, like America/New_York",
		    yq_json_get_nocase(section->object, "Zone"));
		return;
	}
	yq_zone_free(calendar->zones[country]);
	calendar->zones[country] = zone;
	calendar->hours[country].zone = zone;
}

static void
read_country(struct yq_markets *markets, size_t country, const struct settings_section *section)
{
	static const char *const names[] = { "Zone", "Sessions", "Closed", "Open", "Special",
		"CoveredTo" };
	struct yq_market_hours *hours = &markets->calendar.hours[country];
	struct days *days = &markets->days[country];
	const yq_json *special = yq_json_get_nocase(section->object, "Special");
	struct reading reading = { settings_below(section, "Special", special), days };
	char covered[16] = "";

	settings_known(section, names, YQ_COUNT(names));
	read_zone(section, &markets->calendar, country);
	read_sessions(section, hours);
	read_dates(section, "Closed", days, add_closed);
	read_dates(section, "Open", days, drop_closed);
	if (reading.section.object != NULL)
		yq_json_each(reading.section.object, read_special, &reading);
	settings_text(section, "CoveredTo", covered, sizeof(covered));
	if (covered[0] != '\0' && !parse_date(covered, &hours->covered_to))
		settings_fault(section, "CoveredTo", "a date, like \"2027-12-31\"",
		    yq_json_get_nocase(section->object, "CoveredTo"));
}

static int
by_date(const void *a, const void *b)
{
	const yq_date *left = a, *right = b; /* a special day begins with its date */

	return (*left > *right) - (*left < *right);
}

static void
publish(struct yq_markets *markets)
{
	for (size_t i = 0; i < YQ_COUNTRY_COUNT; i++) {
		struct days *days = &markets->days[i];
		struct yq_market_hours *hours = &markets->calendar.hours[i];

		if (days->closed_count > 0)
			qsort(days->closed, days->closed_count, sizeof(days->closed[0]), by_date);
		if (days->special_count > 0)
			qsort(
			    days->special, days->special_count, sizeof(days->special[0]), by_date);
		hours->closed = days->closed;
		hours->closed_count = days->closed_count;
		hours->special = days->special;
		hours->special_count = days->special_count;
	}
}

struct yq_markets *
yq_settings_markets(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_markets *markets = yq_xcalloc(1, sizeof(*markets));
	struct settings_section section = settings_section(config, report, "Markets");
	struct yq_err err;

	if (yq_calendar_load(&markets->calendar, &err) != YQ_OK) {
		yq_config_fault(report, "Markets: time zones cannot be read: %s", err.text);
		return markets;
	}
	markets->loaded = true;
	for (size_t i = 0; i < YQ_COUNT(builtin_closed); i++)
		add_closed(&markets->days[builtin_closed[i].country], builtin_closed[i].date);
	for (size_t i = 0; i < YQ_COUNT(builtin_short); i++)
		add_special(&markets->days[builtin_short[i].country], builtin_short[i].day);
	if (section.object != NULL)
		settings_known(&section, yq_country_names.names, yq_country_names.count);
	for (size_t i = 0; i < YQ_COUNTRY_COUNT; i++) {
		const char *name = yq_country_names.names[i];
		const yq_json *value =
		    section.object == NULL ? NULL : yq_json_get_nocase(section.object, name);
		struct settings_section country = settings_below(&section, name, value);

		markets->calendar.hours[i].covered_to = builtin_covered[i];
		if (country.object != NULL)
			read_country(markets, i, &country);
	}
	publish(markets);
	return markets;
}

void
yq_markets_free(struct yq_markets *markets)
{
	if (markets == NULL)
		return;
	if (markets->loaded)
		yq_calendar_clear(&markets->calendar);
	for (size_t i = 0; i < YQ_COUNTRY_COUNT; i++) {
		free(markets->days[i].closed);
		free(markets->days[i].special);
	}
	free(markets);
}

const struct yq_calendar *
yq_markets_calendar(const struct yq_markets *markets)
{
	return &markets->calendar;
}
