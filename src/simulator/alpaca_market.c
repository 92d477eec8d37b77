/* alpaca_market.c - Alpaca's clock, calendar and assets. */
#include <string.h>

#include "base/str.h"
#include "simulator/alpaca.h"

#define CALENDAR_DAYS_MOST 3700

static const struct yq_market_hours *
hours_of(const struct sim_call *call)
{
	return yq_calendar_hours(sim_settings_of(call->sim->exchange)->calendar, YQ_NYSE);
}

/* In New York's time, as Alpaca shows it: "2026-01-05T09:30:00-05:00". */
static void
put_local(struct sim_call *call, const char *name, int64_t instant_us)
{
	struct yq_civil c = yq_zone_civil(hours_of(call)->zone, instant_us);
	int behind = -c.offset_seconds / 60;
	char text[64];

	(void)yq_str_format(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d-%02d:%02d", c.year,
	    c.month, c.day, c.hour, c.minute, c.second, behind / 60, behind % 60);
	yq_json_put_text(&call->w, name, text);
}

void
alpaca_clock(struct sim_call *call)
{
	const struct yq_market_hours *hours = hours_of(call);
	bool open = sim_is_open(call->sim->exchange, YQ_NYSE, false, call->now_us);
	int64_t next_open = call->now_us, next_close = call->now_us;

	/* The next open is one after the session that goes on, whatever the knob says of hours. */
	if (yq_market_session_close(hours, call->now_us, &next_close) == YQ_OK)
		next_open = next_close;
	if (yq_market_next_open(hours, next_open, &next_open) != YQ_OK)
		next_open = call->now_us;
	if (next_close == call->now_us &&
	    yq_market_session_close(hours, next_open, &next_close) != YQ_OK)
		next_close = next_open;
	yq_json_begin_object(&call->w);
	put_local(call, "timestamp", call->now_us);
	yq_json_put_bool(&call->w, "is_open", open);
	put_local(call, "next_open", next_open);
	put_local(call, "next_close", next_close);
	yq_json_end_object(&call->w);
}

static void
put_date(struct yq_json_writer *w, const char *name, yq_date date)
{
	char text[YQ_DATE_TEXT_SIZE];

	yq_date_format(date, text);
	yq_json_put_text(w, name, text);
}

static void
put_minute(struct yq_json_writer *w, const char *name, int minute, bool colon)
{
	char text[YQ_MINUTE_TEXT_SIZE], plain[YQ_MINUTE_TEXT_SIZE];
	size_t length = 0;

	yq_minute_format(minute, text);
	for (const char *c = text; *c != '\0'; c++) {
		if (*c != ':')
			plain[length++] = *c;
	}
	plain[length] = '\0';
	yq_json_put_text(w, name, colon ? text : plain);
}

static void
put_day(struct sim_call *call, const struct yq_market_day *day)
{
	const struct yq_market_hours *hours = hours_of(call);
	struct yq_json_writer *w = &call->w;
	yq_date settled = day->date;

	do
		settled = yq_date_add(settled, 1);
	while (yq_market_day_of(hours, settled).session_count == 0 &&
	       settled < yq_date_add(day->date, 14));
	yq_json_begin_object(w);
	put_date(w, "date", day->date);
	put_minute(w, "open", day->sessions[0].open, true);
	put_minute(w, "close", day->sessions[day->session_count - 1].close, true);
	put_minute(w, "session_open", hours->pre.open, false);
	put_minute(w, "session_close", hours->post.close, false);
	put_date(w, "settlement_date", settled);
	yq_json_end_object(w);
}

static bool
read_date(struct sim_call *call, const char *name, yq_date *date)
{
	const char *text = sim_call_query(call, name);
	char part[YQ_DATE_TEXT_SIZE];

	if (text[0] == '\0')
		return true;
	/* Alpaca takes an instant too, and looks at its date. */
	if (yq_str_copy_bytes(part, sizeof(part), text, strcspn(text, "T ")) &&
	    yq_date_parse(part, date))
		return true;
	alpaca_error(call, ALPACA_REFUSED, "invalid start or end");
	return false;
}

void
alpaca_calendar(struct sim_call *call)
{
	const struct yq_market_hours *hours = hours_of(call);
	yq_date from = yq_local_date(hours->zone, call->now_us);
	yq_date to = yq_date_add(from, 365);

	if (!read_date(call, "start", &from) || !read_date(call, "end", &to))
		return;
	yq_json_begin_array(&call->w);
	for (int n = 0; from <= to && n < CALENDAR_DAYS_MOST; n++, from = yq_date_add(from, 1)) {
		struct yq_market_day day = yq_market_day_of(hours, from);

		if (day.session_count > 0)
			put_day(call, &day);
	}
	yq_json_end_array(&call->w);
}

/* ---- assets ---- */

static void
put_asset(struct sim_call *call, const struct sim_instrument *i)
{
	bool shorts = sim_settings_of(call->sim->exchange)->allow_short;
	struct yq_json_writer *w = &call->w;

	yq_json_begin_object(w);
	yq_json_put_text(w, "id", alpaca_asset_id(i->exchange, i->ticker).text);
	yq_json_put_text(w, "class", "us_equity");
	yq_json_put_text(w, "exchange", yq_names_text(&yq_exchange_names, (int)i->exchange));
	yq_json_put_text(w, "symbol", i->ticker);
	yq_json_put_text(w, "name", i->name);
	yq_json_put_text(w, "status", "active");
	yq_json_put_bool(w, "tradable", !i->halted);
	yq_json_put_bool(w, "marginable", false);
	yq_json_put_int(w, "maintenance_margin_requirement", 100);
	yq_json_put_bool(w, "shortable", shorts);
	yq_json_put_bool(w, "easy_to_borrow", shorts);
	yq_json_put_bool(w, "fractionable", true);
	yq_json_name(w, "attributes");
	yq_json_begin_array(w);
	yq_json_end_array(w);
	yq_json_end_object(w);
}

static bool
is_us(const struct sim_instrument *i)
{
	return yq_market_of(i->exchange)->country == YQ_COUNTRY_US;
}

void
alpaca_assets(struct sim_call *call)
{
	const struct yq_table *table = sim_instruments(call->sim->exchange);
	const char *status = sim_call_query(call, "status");
	const char *exchange = sim_call_query(call, "exchange");
	const char *asset_class = sim_call_query(call, "asset_class");
	bool none = yq_str_equal(status, "inactive") ||
		    (asset_class[0] != '\0' && !yq_str_equal(asset_class, "us_equity"));

	yq_json_begin_array(&call->w);
	for (struct yq_table_node *n = table->oldest; n != NULL && !none; n = n->newer) {
		const struct sim_instrument *i = yq_container(n, struct sim_instrument, node);

		if (is_us(i) && (exchange[0] == '\0' ||
				    yq_str_equal(exchange,
					yq_names_text(&yq_exchange_names, (int)i->exchange))))
			put_asset(call, i);
	}
	yq_json_end_array(&call->w);
}

static const struct sim_instrument *
by_asset_id(const struct sim_call *call, const char *id)
{
	const struct yq_table *table = sim_instruments(call->sim->exchange);

	for (struct yq_table_node *n = table->oldest; n != NULL; n = n->newer) {
		const struct sim_instrument *i = yq_container(n, struct sim_instrument, node);

		if (is_us(i) && yq_str_equal(alpaca_asset_id(i->exchange, i->ticker).text, id))
			return i;
	}
	return NULL;
}

void
alpaca_asset(struct sim_call *call)
{
	const struct sim_instrument *i;
	char text[SIM_ARG_SIZE + 32];
	struct yq_id id;

	i = yq_id_parse(call->args[0], strlen(call->args[0]), &id) == YQ_OK
		? by_asset_id(call, id.text)
		: alpaca_instrument(call->sim, call->args[0]);
	if (i != NULL) {
		put_asset(call, i);
		return;
	}
	(void)yq_str_format(text, sizeof(text), "asset not found for %s", call->args[0]);
	alpaca_error(call, ALPACA_NOT_FOUND, text);
}
