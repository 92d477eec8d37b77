/*
 * days.h - one country's hours and days as people write them (share/calendars/XX.csv), as data.
 *
 * The text is line by line: '#' begins a comment line; KEY,VALUE...; then the days, in order:
 *	country,US			zone,America/New_York
 *	session,09:30,16:00		one line each, in order, not overlapping
 *	pre,04:00,09:30			post,16:00,20:00	shown, not traded
 *	covered,2026-01-01,2027-12-31	the dates that the days are known for
 *	source,TEXT			where they come from; any number
 *	2026-11-26,closed,,,Thanksgiving Day
 *	2026-11-27,hours,,13:00,day after Thanksgiving	first opens, last closes; empty = as usual
 */
#ifndef YQ_DOMAIN_DAYS_H
#define YQ_DOMAIN_DAYS_H

#include "domain/market.h"

/* A local date as the number yyyymmdd: 20261126. */
typedef int32_t yq_date;

#define YQ_DAY_NAME_SIZE   64
#define YQ_DAYS_MAX	   4096		/* a country */
#define YQ_DAYS_TEXT_MAX   (512 * 1024) /* bytes of such a text */
#define YQ_DAY_SOURCES_MAX 8
#define YQ_DAY_SOURCE_SIZE 160
#define YQ_ZONE_NAME_SIZE  40

/* A day that is not as usual: closed, or its first session opens at `open` and its last closes at
 * `close` (sessions beyond fall away); minutes of the day, -1 = as usual. */
struct yq_day {
	yq_date date;
	bool closed;
	int16_t open, close;
	char name[YQ_DAY_NAME_SIZE];
};

struct yq_days {
	enum yq_country country;
	char zone[YQ_ZONE_NAME_SIZE]; /* IANA name; whether there is one is not looked at here */
	struct yq_session sessions[YQ_SESSIONS_MAX];
	size_t session_count;	     /* > 0 */
	struct yq_session pre, post; /* open == close: none */
	yq_date covered_from, covered_to;
	char sources[YQ_DAY_SOURCES_MAX][YQ_DAY_SOURCE_SIZE];
	size_t source_count;
	struct yq_day *list; /* owned; by date, each once */
	size_t count;
};

/* Whole or not at all.  YQ_E_INVALID tells "FILE:LINE: what was expected, what was found". */
YQ_NODISCARD enum yq_rc yq_days_read(
    const char *text, size_t length, const char *file, struct yq_days *days, struct yq_err *err);
/* As the reader takes it; comments are not kept. */
void yq_days_write(struct yq_buf *out, const struct yq_days *days);
void yq_days_clear(struct yq_days *days); /* frees the list */

/* In place of what stands at its date.  False when there are YQ_DAYS_MAX. */
YQ_NODISCARD bool yq_days_put(struct yq_days *days, const struct yq_day *day);
void yq_days_remove(struct yq_days *days, yq_date date);
const struct yq_day *yq_days_find(const struct yq_days *days, yq_date date); /* NULL = as usual */

/* What comes with the program, in the order of enum yq_country. */
struct yq_builtin_days {
	const char *file, *text;
};
extern const struct yq_builtin_days yq_builtin_days[YQ_COUNTRY_COUNT];

/* "2026-11-26", a real date; "09:30", up to 24:00. */
#define YQ_DATE_TEXT_SIZE   16
#define YQ_MINUTE_TEXT_SIZE 8
YQ_NODISCARD bool yq_date_parse(const char *text, yq_date *date);
void yq_date_format(yq_date date, char text[YQ_DATE_TEXT_SIZE]);
YQ_NODISCARD bool yq_minute_parse(const char *text, int16_t *minute);
void yq_minute_format(int minute, char text[YQ_MINUTE_TEXT_SIZE]);
int yq_date_weekday(yq_date date); /* 0 = Monday */
yq_date yq_date_add(yq_date date, int days);

#endif
