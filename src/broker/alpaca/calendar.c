/*
 * calendar.c - Alpaca's trading days and hours against ours, once a day.
 *
 * What differs is told, not taken over: ours decides when orders are sent, and a person which of
 * the two is wrong.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "broker/alpaca/adapter.h"
#include "domain/days.h"

#define DAYS	  14 /* today and those after it */
#define FIRST_MS  2000
#define DAY_MS	  (UINT64_C(24) * 3600 * 1000)
#define AGAIN_MS  (UINT64_C(3600) * 1000)
#define TOLD_MOST 5

static yq_date
today(const struct yq_alpaca *a)
{
	return yq_date_add(
	    19700101, (int)(yq_clock_now_us(a->clock) / (INT64_C(86400) * YQ_US_PER_SECOND)));
}

/* "09:30-16:00", "closed" */
static void
put_hours(struct yq_buf *text, int open, int close)
{
	if (open == close)
		yq_buf_add_text(text, "closed");
	else
		yq_buf_add_format(
		    text, "%02d:%02d-%02d:%02d", open / 60, open % 60, close / 60, close % 60);
}

static void
put_difference(struct yq_buf *text, yq_date date, const struct yq_alpaca_day *theirs,
    const struct yq_alpaca_day *ours)
{
	char name[YQ_DATE_TEXT_SIZE];

	yq_date_format(date, name);
	yq_buf_add_format(text, "%s%s: ", text->length > 0 ? "; " : "", name);
	put_hours(text, theirs->open, theirs->close);
	yq_buf_add_text(text, ", here ");
	put_hours(text, ours->open, ours->close);
}

/* Days on which it says nothing are closed. */
static struct yq_alpaca_day
day_of(const struct yq_alpaca_day *days, size_t count, yq_date date)
{
	int64_t number = yq_date_to_days(date / 10000, date / 100 % 100, date % 100);

	for (size_t i = 0; i < count; i++)
		if (days[i].date == number)
			return days[i];
	return (struct yq_alpaca_day){ .date = number };
}

static void
compare(struct yq_alpaca *a, const struct yq_alpaca_day *days, size_t count)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf list = yq_buf_make(1024);
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(2048);
	size_t differ = 0;

	for (int i = 0; i < DAYS; i++) {
		yq_date date = yq_date_add(a->asked_from, i);
		const struct yq_alpaca_day theirs = day_of(days, count, date);
		struct yq_alpaca_day ours = { .date = theirs.date };

		if (!a->hours(a->hours_cookie, date, &ours.open, &ours.close) ||
		    (ours.open == theirs.open && ours.close == theirs.close))
			continue;
		if (differ++ < TOLD_MOST)
			put_difference(&list, date, &theirs, &ours);
	}
	if (differ == 0)
		return;
	yq_buf_add_format(&text, "Alpaca's calendar differs from ours on %zu day%s: %s%s", differ,
	    differ == 1 ? "" : "s", yq_buf_text(&list), differ > TOLD_MOST ? "; ..." : "");
	yq_alpaca_tell_people(a, yq_buf_text(&text));
}

static void
on_calendar(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct yq_alpaca *a = cookie;
	struct yq_alpaca_day *days = NULL;
	struct yq_err why;
	size_t count = 0;

	a->asking_calendar = false;
	if (a->freed)
		return;
	if (rc == YQ_OK) {
		rc = yq_alpaca_decode_calendar(reply->body, reply->length, &days, &count, &why);
		err = &why;
	}
	/* A list of nothing is no fortnight. */
	if (rc == YQ_OK && count > 0)
		compare(a, days, count);
	else
		yq_debug("alpaca: calendar: %s", rc == YQ_OK ? "no days" : err->text);
	free(days);
	(void)uv_timer_start(
	    &a->calendar, yq_alpaca_calendar_due, rc == YQ_OK && count > 0 ? DAY_MS : AGAIN_MS, 0);
}

void
yq_alpaca_calendar_due(uv_timer_t *timer)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);
	struct yq_alpaca *a = timer->data;
	char from[YQ_DATE_TEXT_SIZE], to[YQ_DATE_TEXT_SIZE];

	if (a->asking_calendar)
		return;
	a->asking_calendar = true;
	a->asked_from = today(a);
	yq_date_format(a->asked_from, from);
	yq_date_format(yq_date_add(a->asked_from, DAYS - 1), to);
	yq_buf_add_format(&path, "/v2/calendar?start=%s&end=%s", from, to);
	yq_alpaca_ask(a, YQ_CALL_PRIORITY_PRICE, &path, on_calendar, a);
}

void
yq_alpaca_calendar_begin(struct yq_alpaca *a)
{
	if (a->hours != NULL)
		(void)uv_timer_start(&a->calendar, yq_alpaca_calendar_due, FIRST_MS, 0);
}
