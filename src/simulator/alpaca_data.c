/* alpaca_data.c - Alpaca's market data: the latest of each, and bars.  The price path is a function
 * of time, so a bar is what the path was then. */
#include <string.h>

#include "base/str.h"
#include "simulator/alpaca.h"

#define BARS_DEFAULT 1000
#define BARS_MOST    10000
#define LOOKS	     8 /* at the path within a bar */
#define MINUTE_US    (60 * YQ_US_PER_SECOND)
#define DAY_US	     (1440 * MINUTE_US)
#define SIZE	     100 /* of a quote and of a trade */

static void
put_number(struct yq_json_writer *w, const char *name, struct yq_decimal value)
{
	yq_json_put_decimal(w, name, value);
}

/* ---- the latest ---- */

static void
put_trade(struct sim_call *call, const struct sim_instrument *i)
{
	struct yq_json_writer *w = &call->w;

	yq_json_begin_object(w);
	yq_json_put_time(w, "t", call->now_us);
	yq_json_put_text(w, "x", "V");
	put_number(w, "p", sim_quote(call->sim->exchange, i, call->now_us).price);
	yq_json_put_int(w, "s", SIZE);
	yq_json_put_int(w, "i", call->now_us / YQ_US_PER_SECOND);
	yq_json_put_text(w, "z", "C");
	yq_json_end_object(w);
}

static void
put_quote(struct sim_call *call, const struct sim_instrument *i)
{
	struct sim_quote quote = sim_quote(call->sim->exchange, i, call->now_us);
	struct yq_json_writer *w = &call->w;

	yq_json_begin_object(w);
	yq_json_put_time(w, "t", call->now_us);
	yq_json_put_text(w, "ax", "V");
	put_number(w, "ap", quote.ask);
	yq_json_put_int(w, "as", SIZE);
	yq_json_put_text(w, "bx", "V");
	put_number(w, "bp", quote.bid);
	yq_json_put_int(w, "bs", SIZE);
	yq_json_put_text(w, "z", "C");
	yq_json_end_object(w);
}

static void
put_bar(struct sim_call *call, const struct sim_instrument *i, int64_t from_us, int64_t to_us)
{
	const struct sim_exchange *x = call->sim->exchange;
	struct yq_decimal open = sim_quote(x, i, from_us).price, high = open, low = open;
	struct yq_decimal close = open;
	struct yq_json_writer *w = &call->w;

	if (to_us > call->now_us)
		to_us = call->now_us;
	for (int n = 1; n <= LOOKS; n++) {
		close = sim_quote(x, i, from_us + (to_us - from_us) * n / LOOKS).price;
		high = yq_decimal_max(high, close);
		low = yq_decimal_min(low, close);
	}
	yq_json_begin_object(w);
	yq_json_put_time(w, "t", from_us);
	put_number(w, "o", open);
	put_number(w, "h", high);
	put_number(w, "l", low);
	put_number(w, "c", close);
	yq_json_put_int(w, "v", SIZE * LOOKS);
	yq_json_put_int(w, "n", LOOKS);
	put_number(w, "vw", close);
	yq_json_end_object(w);
}

static void
put_last_bar(struct sim_call *call, const struct sim_instrument *i)
{
	int64_t from_us = call->now_us / MINUTE_US * MINUTE_US;

	put_bar(call, i, from_us, from_us + MINUTE_US);
}

const struct alpaca_data alpaca_trade = { "trade", "trades", put_trade };
const struct alpaca_data alpaca_quote = { "quote", "quotes", put_quote };
const struct alpaca_data alpaca_bar = { "bar", "bars", put_last_bar };

/* The next name of a list; false at its end. */
static bool
next_symbol(const char **list, char symbol[YQ_TICKER_SIZE])
{
	size_t length = strcspn(*list, ",");

	if (length == 0)
		return false;
	if (!yq_str_copy_bytes(symbol, YQ_TICKER_SIZE, *list, length))
		symbol[0] = '\0';
	*list += length;
	if (**list == ',')
		++*list;
	return true;
}

void
alpaca_latest(struct sim_call *call)
{
	const struct alpaca_data *data = call->route->more;
	const char *list = sim_call_query(call, "symbols");
	char symbol[YQ_TICKER_SIZE];

	if (list[0] == '\0') {
		alpaca_error(call, ALPACA_INVALID, "symbols is required");
		call->status = 400;
		return;
	}
	yq_json_begin_object(&call->w);
	yq_json_name(&call->w, data->many);
	yq_json_begin_object(&call->w);
	while (next_symbol(&list, symbol)) {
		const struct sim_instrument *i = alpaca_instrument(call->sim, symbol);

		if (i == NULL)
			continue;
		yq_json_name(&call->w, symbol);
		data->put(call, i);
	}
	yq_json_end_object(&call->w);
	yq_json_end_object(&call->w);
}

/* What the path names; NULL and an answer if it is none. */
static const struct sim_instrument *
named(struct sim_call *call)
{
	const struct sim_instrument *i = alpaca_instrument(call->sim, call->args[0]);

	if (i == NULL) {
		alpaca_error(call, ALPACA_NOT_FOUND, "no such symbol");
		call->status = 404;
	}
	return i;
}

void
alpaca_latest_of(struct sim_call *call)
{
	const struct alpaca_data *data = call->route->more;
	const struct sim_instrument *i = named(call);

	if (i == NULL)
		return;
	yq_json_begin_object(&call->w);
	yq_json_put_text(&call->w, "symbol", i->ticker);
	yq_json_name(&call->w, data->one);
	data->put(call, i);
	yq_json_end_object(&call->w);
}

/* ---- bars ---- */

struct span {
	int64_t period_us; /* DAY_US: by trading days */
	int64_t from_us, to_us, limit;
};

static bool
read_period(const char *text, int64_t *period_us)
{
	static const struct {
		const char *unit;
		int64_t us;
	} units[] = { { "Min", MINUTE_US }, { "T", MINUTE_US }, { "Hour", 60 * MINUTE_US },
		{ "H", 60 * MINUTE_US }, { "Day", DAY_US }, { "D", DAY_US } };
	size_t digits = strspn(text, "0123456789");
	char number[8];
	int64_t count;

	if (!yq_str_copy_bytes(number, sizeof(number), text, digits) ||
	    !yq_str_to_int64(number, 1, 59, &count))
		return false;
	for (size_t i = 0; i < YQ_COUNT(units); i++) {
		if (yq_str_equal(text + digits, units[i].unit)) {
			*period_us = count * units[i].us;
			return units[i].us < DAY_US || count == 1;
		}
	}
	return false;
}

static bool
read_span(struct sim_call *call, struct span *span)
{
	const char *start = sim_call_query(call, "start"), *end = sim_call_query(call, "end");
	const char *limit = sim_call_query(call, "limit");
	const char *token = sim_call_query(call, "page_token");

	*span = (struct span){ .limit = BARS_DEFAULT, .to_us = call->now_us };
	if (!read_period(sim_call_query(call, "timeframe"), &span->period_us) ||
	    (limit[0] != '\0' && !yq_str_to_int64(limit, 1, BARS_MOST, &span->limit)) ||
	    (end[0] != '\0' && !alpaca_read_time(end, &span->to_us))) {
		alpaca_error(call, ALPACA_INVALID, "invalid timeframe, limit or end");
		call->status = 400;
		return false;
	}
	if (span->to_us > call->now_us)
		span->to_us = call->now_us;
	span->from_us = span->to_us - DAY_US;
	/* A page begins where the one before it ended. */
	if ((token[0] != '\0' && !yq_str_to_int64(token, 0, INT64_MAX, &span->from_us)) ||
	    (token[0] == '\0' && start[0] != '\0' && !alpaca_read_time(start, &span->from_us))) {
		alpaca_error(call, ALPACA_INVALID, "invalid start or page_token");
		call->status = 400;
		return false;
	}
	return true;
}

/* The bar that begins at or after `at_us`: its ends; false when there is none before `to_us`. */
static bool
next_bar(const struct sim_call *call, const struct span *span, int64_t at_us, int64_t *from_us,
    int64_t *to_us)
{
	const struct yq_market_hours *hours =
	    yq_calendar_hours(sim_settings_of(call->sim->exchange)->calendar, YQ_NYSE);
	yq_date date = yq_local_date(hours->zone, at_us);

	if (span->period_us < DAY_US) {
		*from_us = (at_us + span->period_us - 1) / span->period_us * span->period_us;
		if (!sim_is_open(call->sim->exchange, YQ_NYSE, false, *from_us)) {
			if (yq_market_next_open(hours, *from_us, from_us) != YQ_OK)
				return false;
			*from_us =
			    (*from_us + span->period_us - 1) / span->period_us * span->period_us;
		}
		*to_us = *from_us + span->period_us;
		return *from_us <= span->to_us;
	}
	for (int n = 0; n < 15; n++, date = yq_date_add(date, 1)) {
		struct yq_market_day day = yq_market_day_of(hours, date);

		*from_us = yq_local_instant(hours->zone, date, 0);
		*to_us = day.close_us;
		if (day.session_count > 0 && *from_us >= at_us)
			return *from_us <= span->to_us;
	}
	return false;
}

/* Up to `span->limit` bars as an array; where the next page begins, or 0. */
static int64_t
put_bars(struct sim_call *call, const struct sim_instrument *i, const struct span *span)
{
	int64_t at_us = span->from_us, from_us, to_us, shown = 0;
	bool more;

	yq_json_begin_array(&call->w);
	while ((more = next_bar(call, span, at_us, &from_us, &to_us)) && shown < span->limit) {
		put_bar(call, i, from_us, to_us);
		at_us = from_us + 1;
		shown++;
	}
	yq_json_end_array(&call->w);
	return more ? at_us : 0;
}

static void
put_token(struct sim_call *call, int64_t next_us)
{
	char text[24];

	if (next_us == 0) {
		yq_json_name(&call->w, "next_page_token");
		yq_json_add_null(&call->w);
		return;
	}
	(void)yq_str_format(text, sizeof(text), "%lld", (long long)next_us);
	yq_json_put_text(&call->w, "next_page_token", text);
}

/* Each symbol has its own `limit` here; the page that follows begins where the first ended. */
void
alpaca_bars(struct sim_call *call)
{
	const char *list = sim_call_query(call, "symbols");
	char symbol[YQ_TICKER_SIZE];
	int64_t next_us = 0;
	struct span span;

	if (!read_span(call, &span))
		return;
	yq_json_begin_object(&call->w);
	yq_json_name(&call->w, "bars");
	yq_json_begin_object(&call->w);
	while (next_symbol(&list, symbol)) {
		const struct sim_instrument *i = alpaca_instrument(call->sim, symbol);

		if (i == NULL)
			continue;
		yq_json_name(&call->w, symbol);
		next_us = put_bars(call, i, &span);
	}
	yq_json_end_object(&call->w);
	put_token(call, next_us);
	yq_json_end_object(&call->w);
}

void
alpaca_bars_of(struct sim_call *call)
{
	const struct sim_instrument *i = named(call);
	struct span span;

	if (i == NULL || !read_span(call, &span))
		return;
	yq_json_begin_object(&call->w);
	yq_json_name(&call->w, "bars");
	int64_t next_us = put_bars(call, i, &span);
	yq_json_put_text(&call->w, "symbol", i->ticker);
	put_token(call, next_us);
	yq_json_end_object(&call->w);
}
