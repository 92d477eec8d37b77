/* settings_markets.c - the calendar: built-in hours and days, with what Markets changes in them. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "daemon/settings_read.h"

struct yq_markets {
	struct yq_calendar calendar;
	bool loaded;
};

/* What one country's section changes. */
struct reading {
	struct settings_section section;
	struct yq_days *days;
};

/* "09:30-16:00" */
static bool
parse_session(const yq_json *value, struct yq_session *session)
{
	char open[YQ_MINUTE_TEXT_SIZE];
	const char *text =
	    yq_json_type_of(value) == YQ_JSON_STRING ? yq_json_text(value, NULL) : "";

	return strlen(text) == 11 && text[5] == '-' &&
	       yq_str_copy_bytes(open, sizeof(open), text, 5) &&
	       yq_minute_parse(open, &session->open) &&
	       yq_minute_parse(text + 6, &session->close) && session->open < session->close;
}

static void
read_sessions(const struct settings_section *section, struct yq_days *days)
{
	const yq_json *list = yq_json_get_nocase(section->object, "Sessions");
	size_t count = list == NULL ? 0 : yq_json_count(list);
	struct yq_session sessions[YQ_SESSIONS_MAX] = { 0 };

	if (list == NULL)
		return;
	if (yq_json_type_of(list) != YQ_JSON_ARRAY || count == 0 || count > YQ_SESSIONS_MAX) {
		settings_fault(section, "Sessions",
		    "1 to 4 sessions in order, like [\"09:00-11:30\", \"12:30-15:30\"]", list);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (parse_session(yq_json_at(list, i), &sessions[i]) &&
		    (i == 0 || sessions[i].open >= sessions[i - 1].close))
			continue;
		settings_fault_at(section, "Sessions", i,
		    i == 0 ? "a session, like \"09:00-11:30\""
			   : "a session after the one before, like \"12:30-15:30\"",
		    yq_json_at(list, i));
		return;
	}
	memcpy(days->sessions, sessions, count * sizeof(sessions[0]));
	days->session_count = count;
}

static void
close_day(struct reading *reading, yq_date date)
{
	struct yq_day day = { .date = date, .closed = true, .open = -1, .close = -1 };

	if (!yq_days_put(reading->days, &day))
		settings_fault(&reading->section, "Closed", "fewer days", NULL);
}

static void
open_day(struct reading *reading, yq_date date)
{
	const struct yq_day *day = yq_days_find(reading->days, date);

	if (day != NULL && day->closed)
		yq_days_remove(reading->days, date);
}

/* A list of dates, each given to `fn`. */
static void
read_dates(
    struct reading *reading, const char *name, void (*fn)(struct reading *reading, yq_date date))
{
	const struct settings_section *section = &reading->section;
	const yq_json *list = yq_json_get_nocase(section->object, name);

	if (list == NULL)
		return;
	if (yq_json_type_of(list) != YQ_JSON_ARRAY || yq_json_count(list) > YQ_DAYS_MAX) {
		settings_fault(section, name, "a list of dates, like [\"2026-12-31\"]", list);
		return;
	}
	for (size_t i = 0; i < yq_json_count(list); i++) {
		const yq_json *item = yq_json_at(list, i);
		yq_date date;

		if (yq_json_type_of(item) == YQ_JSON_STRING &&
		    yq_date_parse(yq_json_text(item, NULL), &date))
			fn(reading, date);
		else
			settings_fault(section, name, "dates, like \"2026-12-31\"", item);
	}
}

static bool
read_special(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct yq_day day = { .closed = false };
	struct yq_session session;

	if (!yq_date_parse(name, &day.date) || !parse_session(value, &session)) {
		settings_fault(&reading->section, name,
		    "a date with its hours, like \"2026-11-27\": \"09:30-13:00\"", value);
		return true;
	}
	day.open = session.open;
	day.close = session.close;
	if (!yq_days_put(reading->days, &day))
		settings_fault(&reading->section, name, "fewer days", value);
	return true;
}

static void
read_zone(const struct settings_section *section, struct yq_calendar *calendar, size_t country)
{
	char name[YQ_ZONE_NAME_SIZE] = "";
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
	yq_str_copy_cut(calendar->days[country].zone, YQ_ZONE_NAME_SIZE, name);
}

static void
read_country(struct yq_markets *markets, size_t country, const struct settings_section *section)
{
	static const char *const names[] = { "Zone", "Sessions", "Closed", "Open", "Special",
		"CoveredTo" };
	struct yq_days *days = &markets->calendar.days[country];
	const yq_json *special = yq_json_get_nocase(section->object, "Special");
	struct reading reading = { *section, days };
	char covered[YQ_DATE_TEXT_SIZE] = "";

	settings_known(section, names, YQ_COUNT(names));
	read_zone(section, &markets->calendar, country);
	read_sessions(section, days);
	read_dates(&reading, "Closed", close_day);
	read_dates(&reading, "Open", open_day);
	reading.section = settings_below(section, "Special", special);
	if (reading.section.object != NULL)
		yq_json_each(reading.section.object, read_special, &reading);
	settings_text(section, "CoveredTo", covered, sizeof(covered));
	if (covered[0] != '\0' && !yq_date_parse(covered, &days->covered_to))
		settings_fault(section, "CoveredTo", "a date, like \"2027-12-31\"",
		    yq_json_get_nocase(section->object, "CoveredTo"));
	yq_calendar_refresh(&markets->calendar, (enum yq_country)country);
}

char *
yq_settings_calendar_path(const struct yq_config *config, enum yq_country country)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(4096);

	yq_buf_add_format(&path, "%s/%s.csv", yq_config_text(config, "System:CalendarFolder"),
	    yq_names_text(&yq_country_names, (int)country));
	return yq_settings_data_path(config, yq_buf_text(&path));
}

/* What a person has put in place of the country's built-in days. */
static void
read_file(struct yq_markets *markets, size_t country, const struct yq_config *config,
    struct yq_config_report *report)
{
	YQ_CLEANUP(yq_freep)
	char *path = yq_settings_calendar_path(config, (enum yq_country)country);
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_DAYS_TEXT_MAX);
	YQ_CLEANUP(yq_days_clear) struct yq_days days = { 0 };
	struct yq_err err;
	enum yq_rc rc = yq_file_read(path, &text, &err);

	if (rc == YQ_E_NOT_FOUND)
		return;
	if (rc == YQ_OK)
		rc = yq_days_read(yq_buf_text(&text), text.length, path, &days, &err);
	if (rc == YQ_OK && days.country != (enum yq_country)country)
		rc = yq_err_set(&err, YQ_E_INVALID, "%s: is of the country %s", path,
		    yq_names_text(&yq_country_names, (int)days.country));
	if (rc == YQ_OK)
		rc = yq_calendar_set(&markets->calendar, &days, &err);
	if (rc != YQ_OK)
		yq_config_fault(report, "%s", err.text);
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
	if (section.object != NULL)
		settings_known(&section, yq_country_names.names, yq_country_names.count);
	for (size_t i = 0; i < YQ_COUNTRY_COUNT; i++) {
		const char *name = yq_country_names.names[i];
		const yq_json *value =
		    section.object == NULL ? NULL : yq_json_get_nocase(section.object, name);
		struct settings_section country = settings_below(&section, name, value);

		read_file(markets, i, config, report);
		if (country.object != NULL)
			read_country(markets, i, &country);
	}
	return markets;
}

uint64_t
yq_settings_calendar_stamp(const struct yq_config *config)
{
	uint64_t stamp = 0;

	for (int i = 0; i < YQ_COUNTRY_COUNT; i++) {
		YQ_CLEANUP(yq_freep)
		char *path = yq_settings_calendar_path(config, (enum yq_country)i);
		struct stat status;

		stamp = stamp * UINT64_C(1000003);
		if (stat(path, &status) == 0)
			stamp += (uint64_t)status.st_mtim.tv_sec * UINT64_C(1000000007) +
				 (uint64_t)status.st_mtim.tv_nsec + (uint64_t)status.st_ino +
				 (uint64_t)status.st_size + 1;
	}
	return stamp;
}

void
yq_markets_swap(struct yq_markets *markets, struct yq_markets *fresh)
{
	struct yq_markets old = *markets;

	*markets = *fresh;
	*fresh = old;
}

void
yq_markets_free(struct yq_markets *markets)
{
	if (markets == NULL)
		return;
	if (markets->loaded)
		yq_calendar_clear(&markets->calendar);
	free(markets);
}

const struct yq_calendar *
yq_markets_calendar(const struct yq_markets *markets)
{
	return &markets->calendar;
}

bool
yq_markets_refresh(struct yq_markets *markets, const struct yq_config *config, uint64_t *stamp)
{
	uint64_t present = yq_settings_calendar_stamp(config);
	struct yq_config_report report = { 0 };
	struct yq_markets *fresh;
	bool good;

	if (present == *stamp)
		return false;
	*stamp = present;
	fresh = yq_settings_markets(config, &report);
	good = report.fault_count == 0;
	if (good)
		yq_markets_swap(markets, fresh);
	else
		yq_warn("the calendars stay as they were: %s", yq_buf_text(&report.faults));
	yq_config_report_free(&report);
	yq_markets_free(fresh);
	return good;
}
