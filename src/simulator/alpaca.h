/*
 * alpaca.h - the face that speaks Alpaca's trading and market data API v2: what its files share.
 *
 * Numbers of orders, positions and the account are texts, as Alpaca's are; those of market data are
 * numbers.  The account is that of the key.
 */
#ifndef YQ_SIMULATOR_ALPACA_H
#define YQ_SIMULATOR_ALPACA_H

#include "simulator/sim.h"

/* Alpaca's own error codes. */
#define ALPACA_UNAUTHORIZED 40110000
#define ALPACA_FORBIDDEN    40310000
#define ALPACA_NOT_FOUND    40410000
#define ALPACA_INVALID	    40010001
#define ALPACA_REFUSED	    42210000
#define ALPACA_LIMITED	    42910000

/* Answer {"code","message"} with the status that the code begins with; 40010001 is 422. */
void alpaca_error(struct sim_call *call, int64_t code, const char *text);
/* Open the answer's object of an error and leave it open, for more members. */
void alpaca_error_begin(struct sim_call *call, int64_t code, const char *text);

/* ---- alpaca_json.c ---- */
void alpaca_put_decimal(struct yq_json_writer *w, const char *name, struct yq_decimal value);
void alpaca_put_opt(struct yq_json_writer *w, const char *name, struct yq_opt_decimal value);
void alpaca_put_time(struct yq_json_writer *w, const char *name, int64_t instant_us);
/* The order as Alpaca shows one; `nested` with its legs. */
void alpaca_put_order(struct yq_json_writer *w, const struct sim_exchange *x,
    const struct sim_order *order, bool nested, int64_t now_us);
struct yq_id alpaca_asset_id(enum yq_exchange exchange, const char *ticker);
/* Whose exits it has; those stand in it where it is shown nested. */
bool alpaca_is_parent(const struct sim_order *order);
/* An instant as RFC 3339 or a date; false: neither. */
bool alpaca_read_time(const char *text, int64_t *instant_us);
/* The ticker's instrument in the US; NULL = there is none. */
struct sim_instrument *alpaca_instrument(struct sim *sim, const char *symbol);

/* ---- the handlers ---- */
sim_handler_fn alpaca_order_submit, alpaca_order_list, alpaca_order_get, alpaca_order_by_client_id,
    alpaca_order_replace, alpaca_order_cancel, alpaca_order_cancel_all;
sim_handler_fn alpaca_account, alpaca_positions, alpaca_position, alpaca_position_close,
    alpaca_positions_close, alpaca_activities;
sim_handler_fn alpaca_clock, alpaca_calendar, alpaca_assets, alpaca_asset;
sim_handler_fn alpaca_latest, alpaca_latest_of, alpaca_bars, alpaca_bars_of;

/* What `latest` shows; each route's `more`. */
struct alpaca_data {
	const char *one, *many; /* "trade", "trades" */
	void (*put)(struct sim_call *call, const struct sim_instrument *instrument);
};
extern const struct alpaca_data alpaca_trade, alpaca_quote, alpaca_bar;

/* ---- alpaca_stream.c ---- */
bool alpaca_upgrade(struct sim *sim, struct yq_http_request *request, const char *path);
void alpaca_push(struct sim *sim, const struct sim_event *event);
void alpaca_disconnect(struct sim *sim);

#endif
