/* alpaca.c - Alpaca's face: its routes, its keys, its rate, its errors. */
#include "simulator/alpaca.h"

#include <string.h>

#include "base/str.h"

#define MINUTE_US (60 * YQ_US_PER_SECOND)

void
alpaca_error_begin(struct sim_call *call, int64_t code, const char *text)
{
	call->refused = true;
	call->status = code == ALPACA_INVALID ? 422 : (unsigned)(code / 100000);
	yq_buf_clear(&call->body);
	call->w = yq_json_writer_make(&call->body);
	yq_json_begin_object(&call->w);
	yq_json_put_int(&call->w, "code", code);
	yq_json_put_text(&call->w, "message", text);
}

void
alpaca_error(struct sim_call *call, int64_t code, const char *text)
{
	alpaca_error_begin(call, code, text);
	yq_json_end_object(&call->w);
}

static void
refuse(struct sim_call *call, enum yq_rc rc, const char *text)
{
	switch (rc) {
	case YQ_E_LIMIT:
		alpaca_error(call, ALPACA_LIMITED, "too many requests.");
		break;
	case YQ_E_NOT_FOUND:
		alpaca_error(call, ALPACA_NOT_FOUND, text);
		break;
	case YQ_E_INVALID:
		alpaca_error(call, ALPACA_INVALID, "request body format is invalid");
		call->status = 400;
		break;
	default:
		alpaca_error(call, 50010000, "internal server error occurred");
	}
}

static void
put_number(struct sim_call *call, const char *name, int64_t number)
{
	char text[24];

	(void)yq_str_format(text, sizeof(text), "%lld", (long long)number);
	sim_call_header(call, name, text);
}

static bool
within_rate(struct sim_call *call, const char *key)
{
	int64_t most = call->sim->knobs.values[SIM_KNOB_ALPACA_PER_MINUTE];
	/* By the wall clock, not by the exchange's. */
	int64_t now_us = yq_clock_now_us(call->sim->clock);
	char name[SIM_KEY_SIZE + 8];
	struct sim_rate_left left;
	bool within;

	(void)yq_str_format(name, sizeof(name), "alpaca/%s", key);
	within = sim_rate_take(&call->sim->rates, name, most, MINUTE_US, now_us, &left);
	if (most != 0) {
		put_number(call, "X-RateLimit-Limit", most);
		put_number(call, "X-RateLimit-Remaining", left.count);
		put_number(call, "X-RateLimit-Reset",
		    (left.until_us + YQ_US_PER_SECOND - 1) / YQ_US_PER_SECOND);
	}
	return within;
}

static bool
admit(struct sim_call *call)
{
	const char *key = sim_call_given(call, "APCA-API-KEY-ID");
	const char *secret = sim_call_given(call, "APCA-API-SECRET-KEY");

	if (!yq_alias_is_valid(key) || !sim_key_fits(call->sim->exchange, key, secret)) {
		alpaca_error(call, ALPACA_UNAUTHORIZED, "request is not authorized");
		return false;
	}
	if (!within_rate(call, key)) {
		refuse(call, YQ_E_LIMIT, "");
		return false;
	}
	call->account = sim_account(call->sim->exchange, key);
	if (call->account == NULL)
		alpaca_error(call, ALPACA_FORBIDDEN, "too many accounts");
	return call->account != NULL;
}

static const struct sim_route routes[] = {
	{ "POST", "/v2/orders", alpaca_order_submit, SIM_ROUTE_ORDER, NULL },
	{ "GET", "/v2/orders", alpaca_order_list, 0, NULL },
	{ "DELETE", "/v2/orders", alpaca_order_cancel_all, SIM_ROUTE_ORDER, NULL },
	{ "GET", "/v2/orders:by_client_order_id", alpaca_order_by_client_id, 0, NULL },
	{ "GET", "/v2/orders/{}", alpaca_order_get, 0, NULL },
	{ "PATCH", "/v2/orders/{}", alpaca_order_replace, SIM_ROUTE_ORDER, NULL },
	{ "DELETE", "/v2/orders/{}", alpaca_order_cancel, SIM_ROUTE_ORDER, NULL },
	{ "GET", "/v2/account", alpaca_account, 0, NULL },
	{ "GET", "/v2/account/activities", alpaca_activities, 0, NULL },
	{ "GET", "/v2/account/activities/{}", alpaca_activities, 0, NULL },
	{ "GET", "/v2/positions", alpaca_positions, 0, NULL },
	{ "DELETE", "/v2/positions", alpaca_positions_close, SIM_ROUTE_ORDER, NULL },
	{ "GET", "/v2/positions/{}", alpaca_position, 0, NULL },
	{ "DELETE", "/v2/positions/{}", alpaca_position_close, SIM_ROUTE_ORDER, NULL },
	{ "GET", "/v2/clock", alpaca_clock, 0, NULL },
	{ "GET", "/v2/calendar", alpaca_calendar, 0, NULL },
	{ "GET", "/v2/assets", alpaca_assets, 0, NULL },
	{ "GET", "/v2/assets/{}", alpaca_asset, 0, NULL },
	{ "GET", "/v2/stocks/trades/latest", alpaca_latest, 0, &alpaca_trade },
	{ "GET", "/v2/stocks/quotes/latest", alpaca_latest, 0, &alpaca_quote },
	{ "GET", "/v2/stocks/bars/latest", alpaca_latest, 0, &alpaca_bar },
	{ "GET", "/v2/stocks/bars", alpaca_bars, 0, NULL },
	{ "GET", "/v2/stocks/{}/trades/latest", alpaca_latest_of, 0, &alpaca_trade },
	{ "GET", "/v2/stocks/{}/quotes/latest", alpaca_latest_of, 0, &alpaca_quote },
	{ "GET", "/v2/stocks/{}/bars/latest", alpaca_latest_of, 0, &alpaca_bar },
	{ "GET", "/v2/stocks/{}/bars", alpaca_bars_of, 0, NULL },
};

const struct sim_face sim_face_alpaca = {
	.prefix = "/alpaca",
	.routes = routes,
	.route_count = YQ_COUNT(routes),
	.admit = admit,
	.refuse = refuse,
	.upgrade = alpaca_upgrade,
	.push = alpaca_push,
	.disconnect = alpaca_disconnect,
};
