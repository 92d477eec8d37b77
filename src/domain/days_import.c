/* days_import.c - calendars that other programs write, as days of ours. */
#include "domain/days_import.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#define COLUMNS_MAX 16
#define LINE_MAX    1024

enum column { OPEN, BREAK_START, BREAK_END, CLOSE, COLUMN_COUNT };
static const char *const column_names[] = { "open", "break_start", "break_end", "close" };

struct import {
	const char *file;
	unsigned line;
	const struct yq_days *known;
	const struct yq_zone *zone;
	struct yq_days *days;
	int columns[COLUMN_COUNT]; /* -1 = not there */
	char *fields[COLUMNS_MAX];
	int field_count;
	yq_date first, last; /* so far; 0 = none */
	size_t sessions, irregular;
	struct yq_err *err;
};

static enum yq_rc
fault(struct import *import, const char *expected, const char *found)
{
	return yq_err_set(import->err, YQ_E_INVALID, "%s:%u: expected %s, found \"%.60s\"",
	    import->file, import->line, expected, found);
}

static bool
cut(struct import *import, char *line)
{
	import->field_count = 0;
	for (;;) {
		char *comma = strchr(line, ',');

		if (import->field_count == COLUMNS_MAX)
			return false;
		import->fields[import->field_count++] = line;
		if (comma == NULL)
			return true;
		*comma = '\0';
		line = comma + 1;
	}
}

static enum yq_rc
read_header(struct import *import)
{
	for (int c = 0; c < COLUMN_COUNT; c++) {
		import->columns[c] = -1;
		for (int f = 1; f < import->field_count; f++)
			if (yq_str_equal_nocase(import->fields[f], column_names[c]))
				import->columns[c] = f;
	}
	if (import->columns[OPEN] < 0 || import->columns[CLOSE] < 0)
		return fault(import, "columns named open and close", import->fields[0]);
	return YQ_OK;
}

/* "2026-11-27 14:30:00+00:00" as a minute of the local day `date`. */
static bool
local_minute(const struct import *import, const char *text, yq_date date, int16_t *minute)
{
	struct yq_civil civil;
	char instant_text[40];
	int64_t instant;
	yq_date found;

	if (!yq_str_copy(instant_text, sizeof(instant_text), text) || strlen(text) < 19)
		return false;
	if (instant_text[10] == ' ')
		instant_text[10] = 'T';
	if (yq_time_parse(instant_text, strlen(instant_text), &instant) != YQ_OK)
		return false;
	civil = yq_zone_civil(import->zone, instant);
	found = (yq_date)(civil.year * 10000 + civil.month * 100 + civil.day);
	*minute = (int16_t)(civil.hour * 60 + civil.minute);
	return found == date && civil.second == 0;
}

static const char *
field(const struct import *import, enum column column)
{
	int index = import->columns[column];

	return index < 0 || index >= import->field_count ? "" : import->fields[index];
}

/* The break of a whole day must be ours; of a short one there is none. */
static enum yq_rc
check_break(struct import *import, yq_date date, bool regular)
{
	const struct yq_days *known = import->known;
	const char *start = field(import, BREAK_START), *end = field(import, BREAK_END);
	int16_t from, to;

	if (!regular || start[0] == '\0' || yq_str_equal(start, "NaT"))
		return YQ_OK;
	if (!local_minute(import, start, date, &from) || !local_minute(import, end, date, &to))
		return fault(import, "a break on that date", start);
	if (known->session_count != 2 || from != known->sessions[0].close ||
	    to != known->sessions[1].open)
		return fault(import, "the break that the calendar has", start);
	return YQ_OK;
}

/* A weekday without a line is a day without trading. */
static enum yq_rc
close_until(struct import *import, yq_date date)
{
	for (yq_date d = yq_date_add(import->last, 1); d < date; d = yq_date_add(d, 1)) {
		const struct yq_day *known = yq_days_find(import->known, d);
		struct yq_day day = { .date = d, .closed = true, .open = -1, .close = -1 };

		if (yq_date_weekday(d) >= 5)
			continue;
		if (known != NULL)
			memcpy(day.name, known->name, sizeof(day.name));
		if (!yq_days_put(import->days, &day))
			return fault(import, "at most 4096 days that are not as usual", "more");
	}
	return YQ_OK;
}

static enum yq_rc
put_session(struct import *import, yq_date date, int16_t open, int16_t close)
{
	const struct yq_days *known = import->known;
	const struct yq_day *named = yq_days_find(known, date);
	struct yq_day day = { .date = date, .open = -1, .close = -1 };

	import->sessions++;
	if (open != known->sessions[0].open)
		day.open = open;
	if (close != known->sessions[known->session_count - 1].close)
		day.close = close;
	if (day.open < 0 && day.close < 0)
		return YQ_OK;
	import->irregular++;
	if (named != NULL)
		memcpy(day.name, named->name, sizeof(day.name));
	if (!yq_days_put(import->days, &day))
		return fault(import, "at most 4096 days that are not as usual", "more");
	return YQ_OK;
}

static enum yq_rc
read_session(struct import *import)
{
	const struct yq_days *known = import->known;
	char date_text[YQ_DATE_TEXT_SIZE];
	int16_t open, close;
	yq_date date;
	enum yq_rc rc;

	/* Older versions write the date as an instant at midnight. */
	if (!yq_str_copy_bytes(
		date_text, sizeof(date_text), import->fields[0], strnlen(import->fields[0], 10)) ||
	    !yq_date_parse(date_text, &date))
		return fault(import, "a date", import->fields[0]);
	if (import->last != 0 && date <= import->last)
		return fault(import, "dates in order, each once", import->fields[0]);
	if (yq_date_weekday(date) >= 5)
		return fault(import, "sessions from Monday to Friday", import->fields[0]);
	if (!local_minute(import, field(import, OPEN), date, &open))
		return fault(import, "an open on that date", field(import, OPEN));
	if (!local_minute(import, field(import, CLOSE), date, &close))
		return fault(import, "a close on that date", field(import, CLOSE));
	if (open >= close)
		return fault(import, "a close after the open", field(import, CLOSE));
	rc = check_break(import, date,
	    open == known->sessions[0].open &&
		close == known->sessions[known->session_count - 1].close);
	if (rc == YQ_OK && import->last != 0)
		rc = close_until(import, date);
	if (rc == YQ_OK)
		rc = put_session(import, date, open, close);
	if (import->first == 0)
		import->first = date;
	import->last = date;
	return rc;
}

static enum yq_rc
read_lines(struct import *import, const char *text, size_t length)
{
	const char *end = text + length;
	char line[LINE_MAX];
	enum yq_rc rc = YQ_OK;

	while (text < end && rc == YQ_OK) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((stop == NULL ? end : stop) - text);
		size_t used = size > 0 && text[size - 1] == '\r' ? size - 1 : size;

		import->line++;
		if (!yq_str_copy_bytes(line, sizeof(line), text, used))
			return fault(import, "a line of at most 1023 bytes", "a longer one");
		text += size + 1;
		if (used == 0)
			continue;
		if (!cut(import, line))
			return fault(import, "at most 16 columns", "more");
		rc = import->line == 1 ? read_header(import) : read_session(import);
	}
	return rc;
}

static bool
is_outside(const struct import *import, yq_date date)
{
	return date < import->first || date > import->last;
}

/* What is known besides stays where the two reach one another; else nothing is sure between. */
static enum yq_rc
join(struct import *import)
{
	const struct yq_days *known = import->known;
	struct yq_days *days = import->days;
	bool meets = known->covered_from <= yq_date_add(import->last, 1) &&
		     import->first <= yq_date_add(known->covered_to, 1);

	days->covered_from =
	    meets && known->covered_from < import->first ? known->covered_from : import->first;
	days->covered_to =
	    meets && known->covered_to > import->last ? known->covered_to : import->last;
	for (size_t i = 0; i < known->count; i++)
		if (is_outside(import, known->list[i].date) && !yq_days_put(days, &known->list[i]))
			return fault(import, "at most 4096 days that are not as usual", "more");
	return YQ_OK;
}

static void
begin(struct yq_days *days, const struct yq_days *known)
{
	*days = *known;
	days->list = NULL;
	days->count = 0;
	if (days->source_count == YQ_DAY_SOURCES_MAX) {
		days->source_count--;
		memmove(days->sources[0], days->sources[1],
		    days->source_count * sizeof(days->sources[0]));
	}
}

enum yq_rc
yq_days_import(const char *text, size_t length, const char *file, const struct yq_days *known,
    const struct yq_zone *zone, struct yq_days *days, struct yq_err *err)
{
	struct import import = {
		.file = file, .known = known, .zone = zone, .days = days, .err = err
	};
	const char *slash = strrchr(file, '/');
	enum yq_rc rc;

	begin(days, known);
	rc = read_lines(&import, text, length);
	if (rc == YQ_OK && import.sessions == 0)
		rc = fault(&import, "a session", "the end");
	if (rc == YQ_OK && import.irregular * 2 > import.sessions)
		rc = yq_err_set(err, YQ_E_INVALID,
		    "%s: %zu of its %zu sessions have other hours than the calendar of %s: they "
		    "are "
		    "another market's, or the regular hours have changed",
		    file, import.irregular, import.sessions,
		    yq_names_text(&yq_country_names, (int)known->country));
	if (rc == YQ_OK)
		rc = join(&import);
	if (rc != YQ_OK) {
		yq_days_clear(days);
		return rc;
	}
	yq_str_format(days->sources[days->source_count++], YQ_DAY_SOURCE_SIZE, "imported: %.140s",
	    slash == NULL ? file : slash + 1);
	return YQ_OK;
}

bool
yq_days_is_schedule(const char *text, size_t length)
{
	const char *stop = memchr(text, '\n', length);
	char line[LINE_MAX];
	struct import import = { .file = "" };

	if (stop != NULL && stop > text && stop[-1] == '\r')
		stop--;
	return stop != NULL && text[0] != '#' &&
	       yq_str_copy_bytes(line, sizeof(line), text, (size_t)(stop - text)) &&
	       strncmp(line, "country,", 8) != 0 && cut(&import, line) &&
	       read_header(&import) == YQ_OK;
}
