/* bars_file.c - bars from CSV files; what makes no sense is refused with its line. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "console/simulate/bars_parts.h"
#include "console/simulate/csv.h"

#define FILE_MAX    (1024U << 20)
#define STREAMS_MAX 4096
#define NAME_SUFFIX ".csv"
#define DAY_US	    (INT64_C(86400) * YQ_US_PER_SECOND)

enum column { TIME, OPEN, HIGH, LOW, CLOSE, COLUMN_COUNT };

static const struct {
	const char *name;
	enum column column;
} names[] = {
	{ "time", TIME },
	{ "date", TIME },
	{ "datetime", TIME },
	{ "timestamp", TIME },
	{ "open", OPEN },
	{ "high", HIGH },
	{ "low", LOW },
	{ "close", CLOSE },
};
static const char *const titles[COLUMN_COUNT] = { "time", "open", "high", "low", "close" };

/* One file being read. */
struct reading {
	struct yq_bars *bars;
	struct yq_bar_stream *stream;
	const struct yq_market_hours *hours;
	size_t places[COLUMN_COUNT]; /* of each column, counted from 1; 0 = not there */
	size_t named;		     /* columns of the first line */
	bool whole_days;	     /* dates without a time */
	int64_t interval_us;	     /* the smallest distance of two bars */
};

static enum yq_rc
read_head(struct reading *r, const struct yq_csv *csv, struct yq_err *err)
{
	r->named = csv->count;
	for (size_t i = 0; i < csv->count; i++)
		for (size_t n = 0; n < YQ_COUNT(names); n++)
			if (yq_str_equal_nocase(csv->cells[i], names[n].name) &&
			    r->places[names[n].column] == 0)
				r->places[names[n].column] = i + 1;
	for (size_t c = 0; c < COLUMN_COUNT; c++)
		if (r->places[c] == 0)
			return yq_err_set(err, YQ_E_INVALID,
			    "the first line names no column \"%s\": it must name time, open, high, "
			    "low and close",
			    titles[c]);
	return YQ_OK;
}

static enum yq_rc
read_price(const struct reading *r, const struct yq_csv *csv, enum column column,
    struct yq_decimal *price, struct yq_err *err)
{
	const char *text = csv->cells[r->places[column] - 1];

	if (yq_decimal_parse(text, strlen(text), price) != YQ_OK || yq_decimal_sign(*price) <= 0)
		return yq_err_set(err, YQ_E_INVALID,
		    "%s: expected a number above zero, found \"%.40s\"", titles[column], text);
	return YQ_OK;
}

/* "09:30", "09:30:15" after the date. */
static bool
read_seconds(const char *text, int *seconds)
{
	char minute_text[6];
	int16_t minute;
	int64_t rest = 0;

	if (strlen(text) < 5 || !yq_str_copy_bytes(minute_text, sizeof(minute_text), text, 5) ||
	    !yq_minute_parse(minute_text, &minute))
		return false;
	if (text[5] != '\0' &&
	    (text[5] != ':' || strlen(text) != 8 || !yq_str_to_int64(text + 6, 0, 59, &rest)))
		return false;
	*seconds = minute * 60 + (int)rest;
	return true;
}

/* Local time of the market, or the whole of a day. */
static bool
read_local(struct reading *r, const char *text, struct yq_paper_bar *bar)
{
	char date_text[11];
	yq_date date;
	struct yq_market_day day;
	int seconds;

	if (strlen(text) < 10 || !yq_str_copy_bytes(date_text, sizeof(date_text), text, 10) ||
	    !yq_date_parse(date_text, &date))
		return false;
	if (text[10] == '\0') {
		day = yq_market_day_of(r->hours, date);
		r->whole_days = true;
		bar->start_us =
		    day.session_count > 0 ? day.open_us : yq_local_instant(r->hours->zone, date, 0);
		bar->end_us = day.session_count > 0 ? day.close_us : bar->start_us + DAY_US;
		return true;
	}
	if ((text[10] != ' ' && text[10] != 'T') || !read_seconds(text + 11, &seconds))
		return false;
	bar->start_us =
	    yq_local_instant(r->hours->zone, date, seconds / 60) + seconds % 60 * YQ_US_PER_SECOND;
	return true;
}

static enum yq_rc
read_time(struct reading *r, const struct yq_csv *csv, struct yq_paper_bar *bar, struct yq_err *err)
{
	const char *text = csv->cells[r->places[TIME] - 1];
	int64_t count;

	bar->end_us = 0;
	if (yq_str_to_int64(text, INT64_C(100000000), INT64_C(9999999999999), &count))
		bar->start_us =
		    count < INT64_C(100000000000) ? count * YQ_US_PER_SECOND : count * YQ_US_PER_MS;
	else if (!read_local(r, text, bar) &&
		 yq_time_parse(text, strlen(text), &bar->start_us) != YQ_OK)
		return yq_err_set(err, YQ_E_INVALID,
		    "time: expected 2026-11-23, 2026-11-23 09:30 or 2026-11-23T14:30:00Z, found "
		    "\"%.40s\"",
		    text);
	return YQ_OK;
}

static enum yq_rc
check_bar(const struct reading *r, const struct yq_paper_bar *bar, struct yq_err *err)
{
	const struct yq_bar_stream *stream = r->stream;

	if (yq_decimal_cmp(bar->high, yq_decimal_max(bar->open, bar->close)) < 0 ||
	    yq_decimal_cmp(bar->high, bar->low) < 0)
		return yq_err_set(err, YQ_E_INVALID, "high is below open, close or low");
	if (yq_decimal_cmp(bar->low, yq_decimal_min(bar->open, bar->close)) > 0)
		return yq_err_set(err, YQ_E_INVALID, "low is above open or close");
	if (stream->count > 0 && bar->start_us <= stream->bars[stream->count - 1].start_us)
		return yq_err_set(err, YQ_E_INVALID, "time is not after that of the line before");
	if (r->bars->total == YQ_BARS_MAX)
		return yq_err_set(err, YQ_E_INVALID, "more than %d bars", YQ_BARS_MAX);
	return YQ_OK;
}

static void
add_bar(struct reading *r, const struct yq_paper_bar *bar)
{
	struct yq_bar_stream *stream = r->stream;
	int64_t distance;

	if (stream->count == stream->capacity) {
		stream->capacity = stream->capacity == 0 ? 1024 : 2 * stream->capacity;
		stream->bars = yq_xrealloc(stream->bars, stream->capacity, sizeof(*stream->bars));
	}
	if (stream->count > 0) {
		distance = bar->start_us - stream->bars[stream->count - 1].start_us;
		if (r->interval_us == 0 || distance < r->interval_us)
			r->interval_us = distance;
	}
	stream->bars[stream->count++] = *bar;
	r->bars->total++;
}

static enum yq_rc
read_row(struct reading *r, const struct yq_csv *csv, struct yq_err *err)
{
	struct yq_paper_bar bar = { .end_us = 0 };
	struct yq_decimal *prices[] = {
		[OPEN] = &bar.open, [HIGH] = &bar.high, [LOW] = &bar.low, [CLOSE] = &bar.close
	};
	enum yq_rc rc;

	for (size_t c = 0; c < COLUMN_COUNT; c++)
		if (r->places[c] > csv->count)
			return yq_err_set(
			    err, YQ_E_INVALID, "the column \"%s\" is missing", titles[c]);
	rc = yq_csv_check_width(csv, r->named, err);
	if (rc == YQ_OK)
		rc = read_time(r, csv, &bar, err);
	for (size_t c = OPEN; rc == YQ_OK && c < COLUMN_COUNT; c++)
		rc = read_price(r, csv, (enum column)c, prices[c], err);
	if (rc == YQ_OK)
		rc = check_bar(r, &bar, err);
	if (rc == YQ_OK)
		add_bar(r, &bar);
	return rc;
}

/* A bar ends where the next may begin, and no later than its day's last session. */
static void
set_ends(struct reading *r)
{
	int64_t interval_us = r->interval_us == 0 ? DAY_US : r->interval_us;

	for (size_t i = 0; i < r->stream->count; i++) {
		struct yq_paper_bar *bar = &r->stream->bars[i];
		struct yq_market_day day;

		if (bar->end_us != 0)
			continue;
		day = yq_market_day_of(r->hours, yq_local_date(r->hours->zone, bar->start_us));
		bar->end_us = bar->start_us + interval_us;
		if (day.session_count > 0 && bar->start_us < day.close_us &&
		    bar->end_us > day.close_us)
			bar->end_us = day.close_us;
	}
}

static struct yq_bar_stream *
add_stream(struct yq_bars *bars, enum yq_exchange exchange, const char *ticker)
{
	struct yq_bar_stream *stream;

	bars->streams = yq_xrealloc(bars->streams, bars->count + 1, sizeof(*bars->streams));
	stream = &bars->streams[bars->count++];
	*stream = (struct yq_bar_stream){ .exchange = exchange, .atr = yq_atr_make(YQ_ATR_PERIOD) };
	yq_str_copy_cut(stream->ticker, sizeof(stream->ticker), ticker);
	bars->turn_known = false;
	return stream;
}

enum yq_rc
yq_bars_read(struct yq_bars *bars, enum yq_exchange exchange, const char *ticker,
    const struct yq_market_hours *hours, const char *name, const char *text, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) char *copy = yq_xstrdup(text);
	struct yq_csv csv = yq_csv_make(copy);
	struct reading r = { .bars = bars, .hours = hours };
	enum yq_rc rc;

	if (yq_bars_stream(bars, exchange, ticker) != NULL)
		return yq_err_set(
		    err, YQ_E_INVALID, "%s: there are bars of %s already", name, ticker);
	if (bars->count == STREAMS_MAX)
		return yq_err_set(err, YQ_E_INVALID, "%s: too many files", name);
	r.stream = add_stream(bars, exchange, ticker);
	rc = yq_csv_next(&csv, err);
	if (rc == YQ_OK)
		rc = read_head(&r, &csv, err);
	while (rc == YQ_OK && (rc = yq_csv_next(&csv, err)) == YQ_OK)
		rc = read_row(&r, &csv, err);
	if (rc == YQ_E_NOT_FOUND && r.stream->count == 0)
		return yq_err_set(err, YQ_E_INVALID, "%s: there are no bars in it", name);
	if (rc != YQ_E_NOT_FOUND)
		return yq_err_context(err, YQ_E_INVALID, "%s:%zu", name, csv.line);
	set_ends(&r);
	return YQ_OK;
}

/* ---- files ---- */

/* "dir/NASDAQ_AAPL.csv" */
static enum yq_rc
instrument_of(
    const char *path, enum yq_exchange *exchange, char ticker[YQ_TICKER_SIZE], struct yq_err *err)
{
	const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
	const char *mark = strchr(name, '_');
	size_t length = strlen(name), suffix = strlen(NAME_SUFFIX);

	if (mark == NULL || length <= suffix ||
	    !yq_str_equal_nocase(name + length - suffix, NAME_SUFFIX) ||
	    !yq_exchange_parse(name, (size_t)(mark - name), exchange) ||
	    !yq_str_copy_bytes(
		ticker, YQ_TICKER_SIZE, mark + 1, length - suffix - (size_t)(mark + 1 - name)) ||
	    !yq_ticker_is_valid(ticker))
		return yq_err_set(err, YQ_E_INVALID,
		    "%s: the name of a file of bars is EXCHANGE_TICKER.csv, as NASDAQ_AAPL.csv",
		    path);
	return YQ_OK;
}

static enum yq_rc
load_file(
    struct yq_bars *bars, const struct yq_calendar *calendar, const char *path, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(FILE_MAX);
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange = YQ_EXCHANGE_COUNT;
	enum yq_rc rc = instrument_of(path, &exchange, ticker, err);

	if (rc == YQ_OK)
		rc = yq_file_read(path, &text, err);
	if (rc != YQ_OK)
		return rc;
	return yq_bars_read(bars, exchange, ticker, yq_calendar_hours(calendar, exchange), path,
	    yq_buf_text(&text), err);
}

static int
is_csv(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(NAME_SUFFIX);

	return entry->d_name[0] != '.' && length > suffix &&
	       yq_str_equal_nocase(entry->d_name + length - suffix, NAME_SUFFIX);
}

/* By their bytes, whatever the locale is. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum yq_rc
load_folder(struct yq_bars *bars, const struct yq_calendar *calendar, const char *folder,
    struct yq_err *err)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_csv, by_name);
	enum yq_rc rc = YQ_OK;

	if (count < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot read the folder %s", folder);
	if (count == 0)
		rc = yq_err_set(err, YQ_E_INVALID, "%s: there is no file *.csv in it", folder);
	for (int i = 0; i < count; i++) {
		struct yq_buf path = yq_buf_make(8192);

		yq_buf_add_format(&path, "%s/%s", folder, entries[i]->d_name);
		if (rc == YQ_OK)
			rc = load_file(bars, calendar, yq_buf_text(&path), err);
		yq_buf_free(&path);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

enum yq_rc
yq_bars_load(
    struct yq_bars *bars, const struct yq_calendar *calendar, const char *path, struct yq_err *err)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return yq_err_errno(err, YQ_E_NOT_FOUND, errno, "cannot read %s", path);
	return S_ISDIR(info.st_mode) ? load_folder(bars, calendar, path, err)
				     : load_file(bars, calendar, path, err);
}
