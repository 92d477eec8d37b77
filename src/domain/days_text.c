/* days_text.c - a country's hours and days as text. */
#include <string.h>

#include "base/str.h"
#include "domain/days.h"

#define FIELDS_MAX 5
#define LINE_MAX   400

/* Reading one text. */
struct reader {
	struct yq_days *days;
	const char *file;
	unsigned line;
	char *fields[FIELDS_MAX];
	size_t field_count;
	bool seen_country;
	struct yq_err *err;
};

static enum yq_rc
fault(struct reader *reader, const char *expected, const char *found)
{
	return yq_err_set(reader->err, YQ_E_INVALID, "%s:%u: expected %s, found \"%s\"",
	    reader->file, reader->line, expected, found);
}

/* "09:30","16:00" */
static enum yq_rc
read_session(struct reader *reader, struct yq_session *session)
{
	if (reader->field_count != 3 || !yq_minute_parse(reader->fields[1], &session->open) ||
	    !yq_minute_parse(reader->fields[2], &session->close))
		return fault(reader, "two times, like 09:30,16:00",
		    reader->field_count > 1 ? reader->fields[1] : "");
	if (session->open >= session->close)
		return fault(reader, "a close after the open", reader->fields[2]);
	return YQ_OK;
}

static enum yq_rc
key_country(struct reader *reader)
{
	int country = reader->field_count == 2 ? yq_names_find(&yq_country_names, reader->fields[1],
						     strlen(reader->fields[1]))
					       : -1;

	if (country < 0)
		return fault(reader, "one of KR US CN JP HK VN",
		    reader->field_count > 1 ? reader->fields[1] : "");
	reader->days->country = (enum yq_country)country;
	reader->seen_country = true;
	return YQ_OK;
}

static enum yq_rc
key_zone(struct reader *reader)
{
	if (reader->field_count != 2 || reader->fields[1][0] == '\0' ||
	    !yq_str_copy(reader->days->zone, sizeof(reader->days->zone), reader->fields[1]))
		return fault(reader, "an IANA time zone, like America/New_York",
		    reader->field_count > 1 ? reader->fields[1] : "");
	return YQ_OK;
}

static enum yq_rc
key_session(struct reader *reader)
{
	struct yq_days *days = reader->days;
	struct yq_session session = { 0, 0 };
	enum yq_rc rc = read_session(reader, &session);

	if (rc != YQ_OK)
		return rc;
	if (days->session_count == YQ_SESSIONS_MAX)
		return fault(reader, "at most four sessions", reader->fields[1]);
	if (days->session_count > 0 && session.open < days->sessions[days->session_count - 1].close)
		return fault(reader, "sessions in order, not overlapping", reader->fields[1]);
	days->sessions[days->session_count++] = session;
	return YQ_OK;
}

static enum yq_rc
key_pre(struct reader *reader)
{
	return read_session(reader, &reader->days->pre);
}

static enum yq_rc
key_post(struct reader *reader)
{
	return read_session(reader, &reader->days->post);
}

static enum yq_rc
key_covered(struct reader *reader)
{
	struct yq_days *days = reader->days;

	if (reader->field_count != 3 || !yq_date_parse(reader->fields[1], &days->covered_from) ||
	    !yq_date_parse(reader->fields[2], &days->covered_to))
		return fault(reader, "two dates, like 2026-01-01,2026-12-31",
		    reader->field_count > 1 ? reader->fields[1] : "");
	if (days->covered_from > days->covered_to)
		return fault(reader, "a last date after the first", reader->fields[2]);
	return YQ_OK;
}

static enum yq_rc
key_source(struct reader *reader)
{
	struct yq_days *days = reader->days;

	if (reader->field_count != 2 || days->source_count == YQ_DAY_SOURCES_MAX ||
	    !yq_str_copy(days->sources[days->source_count], YQ_DAY_SOURCE_SIZE, reader->fields[1]))
		return fault(reader, "at most 8 sources of at most 159 bytes", "more");
	days->source_count++;
	return YQ_OK;
}

/* How many fields a line is cut into at most: what follows may hold commas. */
static const struct {
	const char *name;
	size_t fields;
	enum yq_rc (*read)(struct reader *reader);
} keys[] = {
	{ "country", 2, key_country },
	{ "zone", 2, key_zone },
	{ "session", 3, key_session },
	{ "pre", 3, key_pre },
	{ "post", 3, key_post },
	{ "covered", 3, key_covered },
	{ "source", 2, key_source },
};

static enum yq_rc
read_hours(struct reader *reader, struct yq_day *day)
{
	const struct yq_days *days = reader->days;
	int open, close;

	day->open = day->close = -1;
	if (reader->fields[2][0] != '\0' && !yq_minute_parse(reader->fields[2], &day->open))
		return fault(reader, "a time, like 10:00, or nothing", reader->fields[2]);
	if (reader->fields[3][0] != '\0' && !yq_minute_parse(reader->fields[3], &day->close))
		return fault(reader, "a time, like 13:00, or nothing", reader->fields[3]);
	if (day->open < 0 && day->close < 0)
		return fault(reader, "an open, a close, or both", "neither");
	open = day->open >= 0 ? day->open : days->sessions[0].open;
	close = day->close >= 0 ? day->close : days->sessions[days->session_count - 1].close;
	if (open >= close)
		return fault(reader, "a close after the open",
		    day->close >= 0 ? reader->fields[3] : reader->fields[2]);
	return YQ_OK;
}

static enum yq_rc
read_day(struct reader *reader, yq_date date)
{
	struct yq_days *days = reader->days;
	struct yq_day day = { .date = date, .open = -1, .close = -1 };
	enum yq_rc rc = YQ_OK;

	if (!reader->seen_country || days->zone[0] == '\0' || days->session_count == 0)
		return fault(
		    reader, "country, zone and session before the days", reader->fields[0]);
	if (days->count > 0 && date <= days->list[days->count - 1].date)
		return fault(reader, "dates in order, each once", reader->fields[0]);
	if (yq_date_weekday(date) >= 5)
		return fault(reader, "a day from Monday to Friday", reader->fields[0]);
	if (reader->field_count != FIELDS_MAX)
		return fault(reader, "DATE,closed,,,NAME or DATE,hours,OPEN,CLOSE,NAME",
		    reader->fields[reader->field_count - 1]);
	if (!yq_str_copy(day.name, sizeof(day.name), reader->fields[4]))
		return fault(reader, "a name of at most 63 bytes", reader->fields[4]);
	if (yq_str_equal(reader->fields[1], "closed") && reader->fields[2][0] == '\0' &&
	    reader->fields[3][0] == '\0')
		day.closed = true;
	else if (yq_str_equal(reader->fields[1], "hours"))
		rc = read_hours(reader, &day);
	else
		return fault(reader, "closed (without times) or hours", reader->fields[1]);
	if (rc == YQ_OK && !yq_days_put(days, &day))
		return fault(reader, "at most 4096 days", reader->fields[0]);
	return rc;
}

static void
cut(struct reader *reader, char *line, size_t max)
{
	reader->field_count = 0;
	for (;;) {
		char *comma;

		reader->fields[reader->field_count++] = line;
		comma = reader->field_count < max ? strchr(line, ',') : NULL;
		if (comma == NULL)
			return;
		*comma = '\0';
		line = comma + 1;
	}
}

static enum yq_rc
read_line(struct reader *reader, char *line)
{
	const char *comma = strchr(line, ',');
	size_t length = comma == NULL ? strlen(line) : (size_t)(comma - line);
	yq_date date;

	for (size_t i = 0; i < YQ_COUNT(keys); i++) {
		if (strlen(keys[i].name) != length || memcmp(keys[i].name, line, length) != 0)
			continue;
		cut(reader, line, keys[i].fields);
		return keys[i].read(reader);
	}
	cut(reader, line, FIELDS_MAX);
	if (!yq_date_parse(reader->fields[0], &date))
		return fault(reader,
		    "a date like 2026-11-26, or country, zone, session, pre, post, "
		    "covered or source",
		    reader->fields[0]);
	return read_day(reader, date);
}

static enum yq_rc
read_lines(struct reader *reader, const char *text, size_t length)
{
	const char *end = text + length;
	char line[LINE_MAX];
	enum yq_rc rc;

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3; /* a byte order mark */
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((stop == NULL ? end : stop) - text);
		size_t used = size > 0 && text[size - 1] == '\r' ? size - 1 : size;

		reader->line++;
		if (!yq_str_copy_bytes(line, sizeof(line), text, used) ||
		    !yq_str_is_utf8(line, used))
			return fault(reader, "a line of UTF-8 of at most 399 bytes", "another");
		text += size + 1;
		if (line[0] == '\0' || line[0] == '#')
			continue;
		rc = read_line(reader, line);
		if (rc != YQ_OK)
			return rc;
	}
	if (!reader->seen_country || reader->days->zone[0] == '\0' ||
	    reader->days->session_count == 0 || reader->days->covered_to == 0)
		return fault(reader, "country, zone, session and covered", "the end");
	return YQ_OK;
}

enum yq_rc
yq_days_read(
    const char *text, size_t length, const char *file, struct yq_days *days, struct yq_err *err)
{
	struct reader reader = { .days = days, .file = file, .err = err };
	enum yq_rc rc;

	*days = (struct yq_days){ 0 };
	if (length > YQ_DAYS_TEXT_MAX)
		return yq_err_set(
		    err, YQ_E_INVALID, "%s: longer than %d bytes", file, YQ_DAYS_TEXT_MAX);
	rc = read_lines(&reader, text, length);
	if (rc != YQ_OK)
		yq_days_clear(days);
	return rc;
}

static void
write_session(struct yq_buf *out, const char *key, struct yq_session session)
{
	char open[YQ_MINUTE_TEXT_SIZE], close[YQ_MINUTE_TEXT_SIZE];

	if (session.open == session.close)
		return;
	yq_minute_format(session.open, open);
	yq_minute_format(session.close, close);
	yq_buf_add_format(out, "%s,%s,%s\n", key, open, close);
}

static void
write_day(struct yq_buf *out, const struct yq_day *day)
{
	char date[YQ_DATE_TEXT_SIZE], open[YQ_MINUTE_TEXT_SIZE] = "",
				      close[YQ_MINUTE_TEXT_SIZE] = "";

	yq_date_format(day->date, date);
	if (!day->closed && day->open >= 0)
		yq_minute_format(day->open, open);
	if (!day->closed && day->close >= 0)
		yq_minute_format(day->close, close);
	yq_buf_add_format(out, "%s,%s,%s,%s,%s\n", date, day->closed ? "closed" : "hours", open,
	    close, day->name);
}

void
yq_days_write(struct yq_buf *out, const struct yq_days *days)
{
	char from[YQ_DATE_TEXT_SIZE], to[YQ_DATE_TEXT_SIZE];

	yq_date_format(days->covered_from, from);
	yq_date_format(days->covered_to, to);
	yq_buf_add_format(out, "country,%s\nzone,%s\n",
	    yq_names_text(&yq_country_names, (int)days->country), days->zone);
	write_session(out, "pre", days->pre);
	for (size_t i = 0; i < days->session_count; i++)
		write_session(out, "session", days->sessions[i]);
	write_session(out, "post", days->post);
	yq_buf_add_format(out, "covered,%s,%s\n", from, to);
	for (size_t i = 0; i < days->source_count; i++)
		yq_buf_add_format(out, "source,%s\n", days->sources[i]);
	for (size_t i = 0; i < days->count; i++)
		write_day(out, &days->list[i]);
}
