/* verbs_calendar.c - when the markets are open: show, check, bring newer calendars. */
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "console/calendar_kis.h"
#include "console/calendars.h"
#include "console/find.h"
#include "console/person.h"
#include "console/sheet.h"
#include "daemon/settings.h"
#include "domain/days_import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_DAYS 370 /* ahead, unless --to says how far */

static const struct yq_column market_columns[] = {
	{ "COUNTRY", "country", YQ_COLUMN_TEXT },
	{ "NOW", "phase", YQ_COLUMN_TEXT },
	{ "LOCAL TIME", "localTime", YQ_COLUMN_TEXT },
	{ "ZONE", "zone", YQ_COLUMN_TEXT },
	{ "SESSIONS", "sessions", YQ_COLUMN_TEXT },
	{ "NEXT OPEN (UTC)", "nextOpen", YQ_COLUMN_TIME },
	{ "CLOSES (UTC)", "closes", YQ_COLUMN_TIME },
	{ "SURE UNTIL", "coveredTo", YQ_COLUMN_TEXT },
	{ "FROM", "source", YQ_COLUMN_TEXT },
};

static const struct yq_column day_columns[] = {
	{ "DATE", "date", YQ_COLUMN_TEXT },
	{ "DAY", "weekday", YQ_COLUMN_TEXT },
	{ "HOURS", "hours", YQ_COLUMN_TEXT },
	{ "OPENS (UTC)", "opens", YQ_COLUMN_TIME },
	{ "CLOSES (UTC)", "closes", YQ_COLUMN_TIME },
	{ "SURE", "sure", YQ_COLUMN_BOOL },
	{ "WHY", "name", YQ_COLUMN_TEXT },
};

static const struct yq_column change_columns[] = {
	{ "DATE", "date", YQ_COLUMN_TEXT },
	{ "DAY", "weekday", YQ_COLUMN_TEXT },
	{ "BEFORE", "before", YQ_COLUMN_TEXT },
	{ "AFTER", "after", YQ_COLUMN_TEXT },
	{ "WHY", "name", YQ_COLUMN_TEXT },
};

static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

/* ---- showing ---- */

static void
add_sessions(struct yq_buf *text, const struct yq_session *sessions, size_t count)
{
	char open[YQ_MINUTE_TEXT_SIZE], close[YQ_MINUTE_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		yq_minute_format(sessions[i].open, open);
		yq_minute_format(sessions[i].close, close);
		yq_buf_add_format(text, "%s%s-%s", i > 0 ? " " : "", open, close);
	}
	if (count == 0)
		yq_buf_add_text(text, "closed");
}

static void
add_session_cell(struct yq_sheet *sheet, const struct yq_session *sessions, size_t count)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(256);

	add_sessions(&text, sessions, count);
	yq_sheet_add(sheet, yq_buf_text(&text));
}

static void
add_market(struct yq_sheet *sheet, const struct yq_calendars *calendars, int country)
{
	const struct yq_market_hours *hours = &calendars->calendar->hours[country];
	int64_t now_us = yq_clock_now_us(yq_clock_system()), open_us = 0, close_us = 0;
	struct yq_civil civil = yq_zone_civil(hours->zone, now_us);
	YQ_CLEANUP(yq_freep)
	char *path = yq_settings_calendar_path(calendars->config, (enum yq_country)country);
	char text[48];

	yq_sheet_add(sheet, yq_names_text(&yq_country_names, country));
	yq_sheet_add(
	    sheet, yq_names_text(&yq_market_phase_names, (int)yq_market_phase_at(hours, now_us)));
	yq_str_format(text, sizeof(text), "%s %04d-%02d-%02d %02d:%02d", weekdays[civil.weekday],
	    civil.year, civil.month, civil.day, civil.hour, civil.minute);
	yq_sheet_add(sheet, text);
	yq_sheet_add(sheet, yq_zone_name(hours->zone));
	add_session_cell(sheet, hours->sessions, hours->session_count);
	if (yq_market_session_close(hours, now_us, &close_us) != YQ_OK &&
	    yq_market_next_open(hours, now_us, &open_us) == YQ_OK &&
	    yq_market_session_close(hours, open_us, &close_us) != YQ_OK)
		close_us = 0;
	yq_sheet_add_time(sheet, open_us);
	yq_sheet_add_time(sheet, close_us);
	yq_date_format(hours->covered_to, text);
	yq_sheet_add(sheet, hours->covered_to == 0 ? "" : text);
	yq_sheet_add(sheet, access(path, F_OK) == 0 ? path : "built in");
}

static int
show_markets(const struct yq_call *call, const struct yq_calendars *calendars)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(market_columns, YQ_COUNT(market_columns));

	for (int c = 0; c < YQ_COUNTRY_COUNT; c++)
		add_market(sheet, calendars, c);
	yq_sheet_print(sheet, call, "");
	return YQ_CONSOLE_DONE;
}

static void
add_day(struct yq_sheet *sheet, const struct yq_market_hours *hours, yq_date date)
{
	struct yq_market_day day = yq_market_day_of(hours, date);
	const struct yq_day *special = yq_market_special(hours, date);
	char text[YQ_DATE_TEXT_SIZE];

	yq_date_format(date, text);
	yq_sheet_add(sheet, text);
	yq_sheet_add(sheet, weekdays[day.weekday]);
	add_session_cell(sheet, day.sessions, day.session_count);
	yq_sheet_add_time(sheet, day.open_us);
	yq_sheet_add_time(sheet, day.close_us);
	yq_sheet_add(sheet, day.covered ? "true" : "false");
	yq_sheet_add(sheet, special != NULL ? special->name : "");
}

static int
read_bound(const struct yq_call *call, enum yq_option option, yq_date *date)
{
	if (!yq_call_has(call, option) || yq_date_parse(call->options[option], date))
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(
	    call, "expected a date like 2026-11-26, found \"%s\"", call->options[option]);
}

/* The days that are not as usual; with --all every weekday. */
static int
show_days(const struct yq_call *call, const struct yq_calendars *calendars, int country)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(day_columns, YQ_COUNT(day_columns));
	const struct yq_market_hours *hours = &calendars->calendar->hours[country];
	char last[YQ_DATE_TEXT_SIZE];
	yq_date from = yq_local_date(hours->zone, yq_clock_now_us(yq_clock_system())), to;
	int status = read_bound(call, YQ_OPT_FROM, &from);

	to = yq_date_add(from, SHOWN_DAYS);
	if (status == YQ_CONSOLE_DONE)
		status = read_bound(call, YQ_OPT_TO, &to);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (to <= from)
		return yq_fail_usage(call, "--from has to be before --to");
	if (to > yq_date_add(from, 366 * 20))
		return yq_fail_usage(call, "twenty years at a time are enough");
	for (yq_date date = from; date < to; date = yq_date_add(date, 1))
		if (yq_market_special(hours, date) != NULL ||
		    (yq_call_has(call, YQ_OPT_ALL) && yq_date_weekday(date) < 5))
			add_day(sheet, hours, date);
	yq_sheet_print(sheet, call, "every weekday is as usual");
	if (yq_date_add(to, -1) > hours->covered_to) {
		yq_date_format(hours->covered_to, last);
		fprintf(stderr, "yq: after %s nobody knows the holidays\n", last);
	}
	return YQ_CONSOLE_DONE;
}

/* ---- checking and importing ---- */

static int
read_text(const char *path, struct yq_buf *text)
{
	struct yq_err err = { 0 };

	return yq_file_read(path, text, &err) == YQ_OK
		   ? YQ_CONSOLE_DONE
		   : yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
}

/* A file in our own form or in that of exchange_calendars, which needs the country's present one.
 */
static int
read_days(const char *path, const struct yq_calendars *calendars, int country, struct yq_days *days)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_DAYS_TEXT_MAX);
	struct yq_zone *zone = NULL;
	struct yq_err err = { 0 };
	int status = read_text(path, &text);
	enum yq_rc rc;

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (!yq_days_is_schedule(yq_buf_text(&text), text.length))
		rc = yq_days_read(yq_buf_text(&text), text.length, path, days, &err);
	else if (country < 0)
		rc = yq_err_set(&err, YQ_E_INVALID,
		    "%s does not name its country: `yq calendar import COUNTRY FILE`", path);
	else
		rc = yq_days_import(yq_buf_text(&text), text.length, path,
		    &calendars->calendar->days[country], calendars->calendar->zones[country], days,
		    &err);
	if (rc == YQ_OK && country >= 0 && days->country != (enum yq_country)country)
		rc = yq_err_set(&err, YQ_E_INVALID, "%s is the calendar of %s", path,
		    yq_names_text(&yq_country_names, (int)days->country));
	if (rc == YQ_OK && yq_zone_load(days->zone, &zone, &err) != YQ_OK)
		rc = yq_err_set(
		    &err, YQ_E_INVALID, "%s: the zone %s is not known", path, days->zone);
	yq_zone_free(zone);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
}

static int
check(const struct yq_call *call, const struct yq_calendars *calendars)
{
	YQ_CLEANUP(yq_days_clear) struct yq_days days = { 0 };
	char to[YQ_DATE_TEXT_SIZE];
	int status;

	/* Without a file: those in use. */
	if (call->word_count < 2)
		return show_markets(call, calendars);
	status = read_days(call->words[1], calendars, -1, &days);
	if (status != YQ_CONSOLE_DONE)
		return status;
	yq_date_format(days.covered_to, to);
	printf("%s: %s, %zu days that are not as usual, sure until %s\n", call->words[1],
	    yq_names_text(&yq_country_names, (int)days.country), days.count, to);
	return YQ_CONSOLE_DONE;
}

static void
describe(struct yq_buf *text, const struct yq_day *day)
{
	char minute[YQ_MINUTE_TEXT_SIZE];

	if (day == NULL || day->closed) {
		yq_buf_add_text(text, day == NULL ? "as usual" : "closed");
		return;
	}
	if (day->open >= 0) {
		yq_minute_format(day->open, minute);
		yq_buf_add_format(text, "opens %s", minute);
	}
	if (day->close >= 0) {
		yq_minute_format(day->close, minute);
		yq_buf_add_format(text, "%scloses %s", text->length > 0 ? ", " : "", minute);
	}
}

static bool
same_day(const struct yq_day *a, const struct yq_day *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->closed == b->closed &&
	       (a->closed || (a->open == b->open && a->close == b->close));
}

static void
add_change(
    struct yq_sheet *sheet, yq_date date, const struct yq_day *before, const struct yq_day *after)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf was = yq_buf_make(64), is = yq_buf_make(64);
	char text[YQ_DATE_TEXT_SIZE];

	if (same_day(before, after))
		return;
	describe(&was, before);
	describe(&is, after);
	yq_date_format(date, text);
	yq_sheet_add(sheet, text);
	yq_sheet_add(sheet, weekdays[yq_date_weekday(date)]);
	yq_sheet_add(sheet, yq_buf_text(&was));
	yq_sheet_add(sheet, yq_buf_text(&is));
	yq_sheet_add(sheet, after != NULL ? after->name : before->name);
}

/* Both lists are by date. */
static void
add_changes(struct yq_sheet *sheet, const struct yq_days *before, const struct yq_days *after)
{
	size_t b = 0, a = 0;

	while (b < before->count || a < after->count) {
		yq_date was = b < before->count ? before->list[b].date : INT32_MAX;
		yq_date is = a < after->count ? after->list[a].date : INT32_MAX;

		add_change(sheet, was < is ? was : is, was <= is ? &before->list[b] : NULL,
		    is <= was ? &after->list[a] : NULL);
		b += was <= is;
		a += is <= was;
	}
}

static int
write_days(const struct yq_calendars *calendars, const struct yq_days *days)
{
	YQ_CLEANUP(yq_freep)
	char *path = yq_settings_calendar_path(calendars->config, days->country);
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_DAYS_TEXT_MAX);
	char folder[YQ_PATH_SIZE];
	struct yq_err err = { 0 };
	enum yq_rc rc;

	yq_days_write(&text, days);
	if (!yq_buf_ok(&text) || !yq_str_copy(folder, sizeof(folder), path))
		return yq_fail(YQ_CONSOLE_REFUSED, "the calendar is too large");
	*strrchr(folder, '/') = '\0';
	rc = yq_folder_make(folder, &err);
	if (rc == YQ_OK)
		rc = yq_file_write_private(path, yq_buf_text(&text), text.length, &err);
	if (rc != YQ_OK)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
	printf("%s is written; running programs take it up within 10 seconds\n", path);
	return YQ_CONSOLE_DONE;
}

static int
import(const struct yq_call *call, const struct yq_calendars *calendars, int country)
{
	YQ_CLEANUP(yq_days_clear) struct yq_days days = { 0 };
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(change_columns, YQ_COUNT(change_columns));
	int status = call->word_count == 2 ? yq_calendar_ask_kis(call, calendars, &days)
					   : read_days(call->words[2], calendars, country, &days);

	if (status != YQ_CONSOLE_DONE)
		return status;
	add_changes(sheet, &calendars->calendar->days[country], &days);
	yq_sheet_print(sheet, call, "no day differs from what is known");
	if (!yq_call_has(call, YQ_OPT_YES) && !yq_person_agrees("Take these days over?"))
		return yq_fail(YQ_CONSOLE_REFUSED, "nothing was changed");
	return write_days(calendars, &days);
}

/* Also when the file in use cannot be read. */
static int
restore(const struct yq_call *call, int country)
{
	YQ_CLEANUP(yq_calendars_clear) struct yq_calendars calendars = { 0 };
	YQ_CLEANUP(yq_freep) char *path = NULL;
	int status = yq_calendars_settings(call, &calendars.config);

	if (status != YQ_CONSOLE_DONE)
		return status;
	path = yq_settings_calendar_path(calendars.config, (enum yq_country)country);
	if (unlink(path) != 0 && errno != ENOENT)
		return yq_fail(YQ_CONSOLE_REFUSED, "cannot remove %s: %s", path, strerror(errno));
	printf("the built-in calendar of %s serves\n", yq_names_text(&yq_country_names, country));
	return YQ_CONSOLE_DONE;
}

/* With the calendars in use. */
static int
look(const struct yq_call *call, int country)
{
	YQ_CLEANUP(yq_calendars_clear) struct yq_calendars calendars = { 0 };
	int status = yq_calendars_read(call, &calendars);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (call->word_count == 0)
		return show_markets(call, &calendars);
	if (yq_str_equal(call->words[0], "check"))
		return check(call, &calendars);
	if (yq_str_equal(call->words[0], "import"))
		return import(call, &calendars, country);
	return show_days(call, &calendars, country);
}

/* ---- the verb ---- */

int
yq_verb_calendar(const struct yq_call *call)
{
	static const struct {
		const char *word; /* "" = a country */
		size_t words;
		bool country; /* the last but the file */
	} forms[] = { { "", 1, true }, { "check", 1, false }, { "check", 2, false },
		{ "import", 3, true }, { "import", 2, true }, { "restore", 2, true } };
	const char *word = call->word_count > 0 ? call->words[0] : "check";
	const char *name = call->word_count > 1 ? call->words[1] : word;
	int country = yq_names_find(&yq_country_names, name, strlen(name));

	for (size_t i = 0; i < YQ_COUNT(forms); i++) {
		if (forms[i].words != (call->word_count > 0 ? call->word_count : 1) ||
		    (forms[i].word[0] != '\0' && !yq_str_equal(word, forms[i].word)) ||
		    (forms[i].country && country < 0))
			continue;
		if (forms[i].words == 2 && yq_str_equal(word, "import") &&
		    (country != YQ_COUNTRY_KR || !yq_call_has(call, YQ_OPT_ACCOUNT)))
			continue;
		return yq_str_equal(word, "restore") ? restore(call, country) : look(call, country);
	}
	return yq_fail_usage(call,
	    "expected one of KR US CN JP HK VN, check [FILE], import COUNTRY "
	    "FILE, import KR --account ALIAS or restore COUNTRY");
}
