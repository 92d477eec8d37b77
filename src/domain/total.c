/* total.c - walks all parts date by date. */
#include "domain/total.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/day_end.h"

#define NONE SIZE_MAX

/* How far a part has come. */
struct place {
	size_t at;	/* its row of the day, or the last before it; NONE = it has not begun */
	size_t counted; /* the row that the last day of the total had; NONE = none */
};

struct walk {
	const struct yq_total_part *parts;
	struct place *places; /* owned */
	size_t count;
	const struct yq_total_options *options;
	struct yq_total *total;
	size_t day_room, gap_room;
};

void
yq_total_clear(struct yq_total *total)
{
	free(total->days);
	free(total->gaps);
	*total = (struct yq_total){ 0 };
}

/* ---- one day ---- */

static void
add_gap(struct walk *w, yq_date date, const char *account, enum yq_currency currency)
{
	struct yq_total *total = w->total;

	for (size_t i = total->gap_count; i-- > 0 && total->gaps[i].date == date;)
		if (account == NULL && total->gaps[i].account == NULL &&
		    total->gaps[i].currency == currency)
			return; /* another part lacks the same rate */
	if (total->gap_count == w->gap_room) {
		w->gap_room = w->gap_room == 0 ? 64 : 2 * w->gap_room;
		total->gaps = yq_xrealloc(total->gaps, w->gap_room, sizeof(*total->gaps));
	}
	total->gaps[total->gap_count++] =
	    (struct yq_total_gap){ .date = date, .account = account, .currency = currency };
}

static bool
has_end(const struct yq_total_part *part, yq_date date)
{
	return yq_day_ends_between(
		   part->hours, part->any_hour, yq_date_add(date, -1), yq_date_add(date, 1)) > 0;
}

/* Adds to `sum`.  YQ_E_NOT_FOUND: no rate is known. */
static enum yq_rc
add_converted(const struct walk *w, enum yq_currency currency, yq_date date,
    struct yq_decimal amount, struct yq_decimal *sum)
{
	const struct yq_total_options *options = w->options;
	const struct yq_exchange_rate *rate;
	struct yq_decimal value = amount;
	enum yq_rc rc = YQ_OK;

	if (yq_decimal_sign(amount) == 0)
		return YQ_OK;
	if (currency != options->currency) {
		rate = yq_exchange_rate_find(
		    &options->rates, currency, options->currency, date, options->max_age_days);
		if (rate == NULL)
			return YQ_E_NOT_FOUND;
		rc = yq_exchange(rate, currency, amount, &value);
	}
	return rc == YQ_OK ? yq_decimal_add(*sum, value, sum) : rc;
}

static enum yq_rc
add_part(const struct walk *w, size_t index, struct yq_equity_day *day)
{
	const struct yq_total_part *part = &w->parts[index];
	const struct place *place = &w->places[index];
	const struct yq_total_row *row = &part->rows[place->at];
	struct yq_decimal flow = row->equity;
	enum yq_rc rc = YQ_OK;

	if (place->counted != NONE)
		rc = yq_decimal_sub(row->paid_in, part->rows[place->counted].paid_in, &flow);
	if (rc == YQ_OK)
		rc = add_converted(w, part->currency, day->date, row->equity, &day->equity);
	if (rc == YQ_OK)
		rc = add_converted(w, part->currency, day->date, flow, &day->flow);
	return rc;
}

static enum yq_rc
sum_up(struct walk *w, struct yq_equity_day *day, bool *whole)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct yq_total_part *part = &w->parts[i];
		enum yq_rc rc;

		if (w->places[i].at == NONE)
			continue;
		if (part->rows[w->places[i].at].date != day->date && has_end(part, day->date)) {
			add_gap(w, day->date, part->account, part->currency);
			*whole = false;
			continue;
		}
		rc = add_part(w, i, day);
		if (rc == YQ_E_NOT_FOUND) {
			add_gap(w, day->date, NULL, part->currency);
			*whole = false;
		} else if (rc != YQ_OK) {
			return rc;
		}
	}
	return YQ_OK;
}

static enum yq_rc
take_day(struct walk *w, yq_date date)
{
	struct yq_equity_day day = { .date = date };
	struct yq_total *total = w->total;
	bool whole = true;
	enum yq_rc rc = sum_up(w, &day, &whole);

	if (rc != YQ_OK || !whole)
		return rc;
	if (total->day_count == 0)
		day.flow = YQ_DECIMAL_ZERO; /* the start */
	for (size_t i = 0; i < w->count; i++)
		w->places[i].counted = w->places[i].at;
	if (total->day_count == w->day_room) {
		w->day_room = w->day_room == 0 ? 256 : 2 * w->day_room;
		total->days = yq_xrealloc(total->days, w->day_room, sizeof(*total->days));
	}
	total->days[total->day_count++] = day;
	return YQ_OK;
}

/* ---- all of them ---- */

static size_t
next_of(const struct place *place)
{
	return place->at == NONE ? 0 : place->at + 1;
}

/* The next date at which any part has a row, which becomes its present one; 0 = there is none. */
static yq_date
step(struct walk *w)
{
	yq_date date = 0;

	for (size_t i = 0; i < w->count; i++) {
		size_t next = next_of(&w->places[i]);

		if (next < w->parts[i].count && (date == 0 || w->parts[i].rows[next].date < date))
			date = w->parts[i].rows[next].date;
	}
	for (size_t i = 0; date != 0 && i < w->count; i++) {
		size_t next = next_of(&w->places[i]);

		if (next < w->parts[i].count && w->parts[i].rows[next].date == date)
			w->places[i].at = next;
	}
	return date;
}

enum yq_rc
yq_total_make(const struct yq_total_part *parts, size_t count,
    const struct yq_total_options *options, struct yq_total *total, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct place *places = yq_xcalloc(count + 1, sizeof(*places));
	struct walk w = {
		.parts = parts, .places = places, .count = count, .options = options, .total = total
	};
	enum yq_rc rc = YQ_OK;
	yq_date date;

	*total = (struct yq_total){ 0 };
	for (size_t i = 0; i < count; i++)
		places[i] = (struct place){ NONE, NONE };
	while (rc == YQ_OK && (date = step(&w)) != 0)
		rc = take_day(&w, date);
	if (rc == YQ_OK)
		return YQ_OK;
	yq_total_clear(total);
	return yq_err_set(err, rc, "the total in %s does not fit",
	    yq_names_text(&yq_currency_names, (int)options->currency));
}

void
yq_total_gap_text(
    const struct yq_total_gap *gap, enum yq_currency currency, char text[YQ_TOTAL_GAP_TEXT_SIZE])
{
	const char *name = yq_names_text(&yq_currency_names, (int)gap->currency);
	char date[YQ_DATE_TEXT_SIZE];

	yq_date_format(gap->date, date);
	if (gap->account != NULL)
		(void)yq_str_format(text, YQ_TOTAL_GAP_TEXT_SIZE,
		    "the end of %s in %s is not recorded for %s", date, name, gap->account);
	else
		(void)yq_str_format(text, YQ_TOTAL_GAP_TEXT_SIZE,
		    "no rate is known that converts %s to %s on %s", name,
		    yq_names_text(&yq_currency_names, (int)currency), date);
}
