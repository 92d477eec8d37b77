/* alpaca_json.c - orders, numbers and times in Alpaca's form. */
#include <string.h>

#include "base/str.h"
#include "domain/days.h"
#include "simulator/alpaca.h"

void
alpaca_put_decimal(struct yq_json_writer *w, const char *name, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	(void)yq_decimal_format(value, text);
	yq_json_put_text(w, name, text);
}

void
alpaca_put_opt(struct yq_json_writer *w, const char *name, struct yq_opt_decimal value)
{
	if (value.set) {
		alpaca_put_decimal(w, name, value.value);
		return;
	}
	yq_json_name(w, name);
	yq_json_add_null(w);
}

static void
put_null(struct yq_json_writer *w, const char *name)
{
	yq_json_name(w, name);
	yq_json_add_null(w);
}

void
alpaca_put_time(struct yq_json_writer *w, const char *name, int64_t instant_us)
{
	if (instant_us == 0)
		put_null(w, name);
	else
		yq_json_put_time(w, name, instant_us);
}

struct yq_id
alpaca_asset_id(enum yq_exchange exchange, const char *ticker)
{
	char name[YQ_TICKER_SIZE + 48];

	(void)yq_str_format(name, sizeof(name), "simulator/asset/%s/%s",
	    yq_names_text(&yq_exchange_names, (int)exchange), ticker);
	return yq_id_named(name, strlen(name));
}

struct sim_instrument *
alpaca_instrument(struct sim *sim, const char *symbol)
{
	return yq_ticker_is_valid(symbol) ? sim_instrument_in(sim->exchange, YQ_COUNTRY_US, symbol)
					  : NULL;
}

bool
alpaca_is_parent(const struct sim_order *order)
{
	return order->role == SIM_ROLE_ENTRY && order->legs[0] != 0;
}

/* ---- orders ---- */

static const char *
status_of(const struct sim_exchange *x, const struct sim_order *o, int64_t now_us)
{
	static const char *const names[SIM_STATE_COUNT] = {
		[SIM_PARTIAL] = "partially_filled",
		[SIM_HELD] = "held",
		[SIM_FILLED] = "filled",
		[SIM_CANCELED] = "canceled",
		[SIM_EXPIRED] = "expired",
		[SIM_REPLACED] = "replaced",
		[SIM_REJECTED] = "rejected",
	};

	if (o->state != SIM_NEW)
		return names[o->state];
	/* Of a pair that works, Alpaca holds the stop. */
	if (o->role == SIM_ROLE_LOSS)
		return "held";
	return sim_is_open(x, o->exchange, o->extended, now_us) ? "new" : "accepted";
}

static int64_t
closed_as(const struct sim_order *o, enum sim_state state)
{
	return o->state == state ? o->closed_us : 0;
}

static void
put_times(struct yq_json_writer *w, const struct sim_order *o)
{
	alpaca_put_time(w, "created_at", o->time_us);
	alpaca_put_time(w, "updated_at", o->updated_us);
	alpaca_put_time(w, "submitted_at", o->time_us);
	alpaca_put_time(w, "filled_at", closed_as(o, SIM_FILLED));
	alpaca_put_time(w, "expired_at", closed_as(o, SIM_EXPIRED));
	alpaca_put_time(w, "expires_at", o->expires_us);
	alpaca_put_time(w, "canceled_at", closed_as(o, SIM_CANCELED));
	alpaca_put_time(w, "failed_at", closed_as(o, SIM_REJECTED));
	alpaca_put_time(w, "replaced_at", closed_as(o, SIM_REPLACED));
}

static void
put_id_of(struct yq_json_writer *w, const char *name, const struct sim_exchange *x, int64_t number)
{
	if (number == 0)
		put_null(w, name);
	else
		yq_json_put_text(w, name, sim_id_of(x, "order", number).text);
}

static void
put_legs(struct yq_json_writer *w, const struct sim_exchange *x, const struct sim_order *o,
    bool nested, int64_t now_us)
{
	yq_json_name(w, "legs");
	if (!nested || !alpaca_is_parent(o)) {
		yq_json_add_null(w);
		return;
	}
	yq_json_begin_array(w);
	for (size_t i = 0; i < YQ_COUNT(o->legs); i++) {
		const struct sim_order *leg = sim_order(x, o->legs[i]);

		if (leg != NULL)
			alpaca_put_order(w, x, leg, false, now_us);
	}
	yq_json_end_array(w);
}

static void
put_instruction(struct yq_json_writer *w, const struct sim_order *o)
{
	static const char *const types[YQ_TYPE_COUNT] = { [YQ_TYPE_LIMIT] = "limit",
		[YQ_TYPE_MARKET] = "market",
		[YQ_TYPE_STOP] = "stop",
		[YQ_TYPE_STOP_LIMIT] = "stop_limit" };
	static const char *const tifs[YQ_TIF_COUNT] = { [YQ_TIF_DAY] = "day",
		[YQ_TIF_GTC] = "gtc",
		[YQ_TIF_IOC] = "ioc",
		[YQ_TIF_FOK] = "fok" };
	static const char *const classes[SIM_CLASS_COUNT] = { [SIM_CLASS_SIMPLE] = "",
		[SIM_CLASS_BRACKET] = "bracket",
		[SIM_CLASS_OCO] = "oco",
		[SIM_CLASS_OTO] = "oto" };

	alpaca_put_opt(w, "notional", o->notional);
	alpaca_put_opt(w, "qty", o->notional.set ? YQ_OPT_DECIMAL_NONE : yq_opt_decimal_of(o->qty));
	alpaca_put_decimal(w, "filled_qty", o->filled);
	alpaca_put_opt(w, "filled_avg_price", sim_order_average(o));
	yq_json_put_text(w, "order_class", classes[o->order_class]);
	yq_json_put_text(w, "order_type", types[o->type]);
	yq_json_put_text(w, "type", types[o->type]);
	yq_json_put_text(w, "side", o->action == YQ_BUY ? "buy" : "sell");
	yq_json_put_text(w, "time_in_force", tifs[o->time_in_force]);
	alpaca_put_opt(w, "limit_price", o->price);
	alpaca_put_opt(w, "stop_price", o->stop_price);
}

void
alpaca_put_order(struct yq_json_writer *w, const struct sim_exchange *x, const struct sim_order *o,
    bool nested, int64_t now_us)
{
	static const char *const nothing[] = { "trail_percent", "trail_price", "hwm", "subtag",
		"source" };

	yq_json_begin_object(w);
	yq_json_put_text(w, "id", o->id.text);
	yq_json_put_text(w, "client_order_id", o->client_id);
	put_times(w, o);
	put_id_of(w, "replaced_by", x, o->replaced_by);
	put_id_of(w, "replaces", x, o->replaces);
	yq_json_put_text(w, "asset_id", alpaca_asset_id(o->exchange, o->ticker).text);
	yq_json_put_text(w, "symbol", o->ticker);
	yq_json_put_text(w, "asset_class", "us_equity");
	put_instruction(w, o);
	yq_json_put_text(w, "status", status_of(x, o, now_us));
	yq_json_put_bool(w, "extended_hours", o->extended);
	put_legs(w, x, o, nested, now_us);
	for (size_t i = 0; i < YQ_COUNT(nothing); i++)
		put_null(w, nothing[i]);
	yq_json_end_object(w);
}

/* ---- reading ---- */

bool
alpaca_read_time(const char *text, int64_t *instant_us)
{
	char whole[48];
	yq_date date;

	if (yq_time_parse(text, strlen(text), instant_us) == YQ_OK)
		return true;
	if (!yq_date_parse(text, &date) ||
	    !yq_str_format(whole, sizeof(whole), "%sT00:00:00Z", text))
		return false;
	return yq_time_parse(whole, strlen(whole), instant_us) == YQ_OK;
}
