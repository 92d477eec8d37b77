/* days.c - the list of days that are not as usual, and dates as numbers. */
#include "domain/days.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

void
yq_days_clear(struct yq_days *days)
{
	free(days->list);
	*days = (struct yq_days){ 0 };
}

/* The place of the first day at or after `date`. */
static size_t
place_of(const struct yq_days *days, yq_date date)
{
	size_t low = 0, high = days->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (days->list[middle].date < date)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct yq_day *
yq_days_find(const struct yq_days *days, yq_date date)
{
	size_t place = place_of(days, date);

	return place < days->count && days->list[place].date == date ? &days->list[place] : NULL;
}

bool
yq_days_put(struct yq_days *days, const struct yq_day *day)
{
	size_t place = place_of(days, day->date);

	if (place == days->count || days->list[place].date != day->date) {
		if (days->count == YQ_DAYS_MAX)
			return false;
		days->list = yq_xrealloc(days->list, days->count + 1, sizeof(days->list[0]));
		memmove(&days->list[place + 1], &days->list[place],
		    (days->count - place) * sizeof(days->list[0]));
		days->count++;
	}
	days->list[place] = *day;
	return true;
}

void
yq_days_remove(struct yq_days *days, yq_date date)
{
	size_t place = place_of(days, date);

	if (place == days->count || days->list[place].date != date)
		return;
	days->count--;
	memmove(&days->list[place], &days->list[place + 1],
	    (days->count - place) * sizeof(days->list[0]));
}

static bool
digits(const char *text, size_t from, size_t count, int *value)
{
	*value = 0;
	for (size_t i = from; i < from + count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + text[i] - '0';
	}
	return true;
}

static int64_t
epoch_day(yq_date date)
{
	return yq_date_to_days(date / 10000, date / 100 % 100, date % 100);
}

static yq_date
date_at(int64_t day)
{
	int y, m, d;

	yq_days_to_date(day, &y, &m, &d);
	return (yq_date)(y * 10000 + m * 100 + d);
}

bool
yq_date_parse(const char *text, yq_date *date)
{
	int year, month, day;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !digits(text, 0, 4, &year) ||
	    !digits(text, 5, 2, &month) || !digits(text, 8, 2, &day) || year < 1900 || month < 1 ||
	    month > 12 || day < 1)
		return false;
	*date = (yq_date)(year * 10000 + month * 100 + day);
	return date_at(epoch_day(*date)) == *date; /* no 31st of February */
}

void
yq_date_format(yq_date date, char text[YQ_DATE_TEXT_SIZE])
{
	yq_str_format(text, YQ_DATE_TEXT_SIZE, "%04d-%02d-%02d", (int)(date / 10000) % 10000,
	    (int)(date / 100 % 100), (int)(date % 100));
}

bool
yq_minute_parse(const char *text, int16_t *minute)
{
	int hours, minutes;

	if (strlen(text) != 5 || text[2] != ':' || !digits(text, 0, 2, &hours) ||
	    !digits(text, 3, 2, &minutes) || minutes > 59 || hours * 60 + minutes > 1440)
		return false;
	*minute = (int16_t)(hours * 60 + minutes);
	return true;
}

void
yq_minute_format(int minute, char text[YQ_MINUTE_TEXT_SIZE])
{
	yq_str_format(text, YQ_MINUTE_TEXT_SIZE, "%02d:%02d", minute / 60 % 100, minute % 60);
}

int
yq_date_weekday(yq_date date)
{
	return (int)(((epoch_day(date) + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

yq_date
yq_date_add(yq_date date, int days)
{
	return date_at(epoch_day(date) + days);
}
