/* schedule_words.c - schedules in a few words, and as the JSON of an exported file. */
#include "base/str.h"
#include "desk/schedule_by_hand.h"
#include "domain/schedule_text.h"

#define TEXT_MAX 65536

void
yq_schedule_what(const struct yq_schedule *schedule, char text[YQ_SCHEDULE_WHAT_SIZE])
{
	const struct yq_market *market = yq_market_of(schedule->exchange);
	char size[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE] = "";
	bool by_amount = schedule->amount.set;

	if (schedule->kind == YQ_SCHEDULE_LIQUIDATION) {
		yq_str_format(text, YQ_SCHEDULE_WHAT_SIZE, "Liquidate %s%s%.100s",
		    yq_names_text(&yq_country_names, (int)market->country),
		    schedule->reasons[0] != '\0' ? ": " : "", schedule->reasons);
		for (char *c = text; *c != '\0'; c++)
			if (*c == '\n')
				*c = ',';
		return;
	}
	yq_decimal_format(by_amount ? schedule->amount.value : schedule->quantity.value, size);
	if (schedule->price.set)
		yq_decimal_format(schedule->price.value, price);
	yq_str_format(text, YQ_SCHEDULE_WHAT_SIZE, "%s %s%s%s%s %s on %s%s%s",
	    yq_names_text(&yq_action_names, (int)schedule->action), size, by_amount ? " " : "",
	    by_amount ? yq_names_text(&yq_currency_names, (int)market->currency) : "",
	    by_amount ? " of" : "", schedule->ticker,
	    yq_names_text(&yq_exchange_names, (int)schedule->exchange),
	    price[0] != '\0' ? " at " : "", price);
}

void
yq_schedule_times(const struct yq_schedule *schedule, char text[YQ_SCHEDULE_TIMES_SIZE])
{
	char when[YQ_WHEN_TEXT_SIZE], days[YQ_WEEKDAYS_TEXT_SIZE];

	yq_schedule_when_text(schedule, when);
	yq_weekdays_format(schedule->weekdays, days);
	yq_str_format(text, YQ_SCHEDULE_TIMES_SIZE, "%s %s (%s)", days, when,
	    yq_names_text(&yq_country_names, (int)yq_market_of(schedule->exchange)->country));
}

void
yq_schedule_brief(const struct yq_schedule *schedule, char text[YQ_MESSAGE_SIZE])
{
	char what[YQ_SCHEDULE_WHAT_SIZE], when[YQ_WHEN_TEXT_SIZE], days[YQ_WEEKDAYS_TEXT_SIZE];

	yq_schedule_what(schedule, what);
	yq_schedule_when_text(schedule, when);
	yq_weekdays_format(schedule->weekdays, days);
	yq_str_format(text, YQ_MESSAGE_SIZE, "%s, %s, %s%s", what, when, days,
	    schedule->enabled ? "" : ", disabled");
}

void
yq_schedule_line(struct yq_buf *text, const struct yq_schedule *schedule, int64_t version)
{
	struct yq_json_writer w = yq_json_writer_make(text);

	yq_json_begin_object(&w);
	yq_schedule_write(&w, schedule);
	if (version != 0)
		yq_json_put_int(&w, "Version", version);
	yq_json_end_object(&w);
}

bool
yq_schedule_is_same(const struct yq_schedule *a, const struct yq_schedule *b)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf first = yq_buf_make(TEXT_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf second = yq_buf_make(TEXT_MAX);

	yq_schedule_line(&first, a, 0);
	yq_schedule_line(&second, b, 0);
	return yq_buf_ok(&first) && yq_buf_ok(&second) &&
	       yq_str_equal(yq_buf_text(&first), yq_buf_text(&second));
}
