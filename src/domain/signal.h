/*
 * signal.h - what a strategy asks for; the message on `signal`.
 */
#ifndef YQ_DOMAIN_SIGNAL_H
#define YQ_DOMAIN_SIGNAL_H

#include "domain/exits.h"
#include "domain/terms.h"

struct yq_signal {
	struct yq_id id;
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency; /* YQ_CURRENCY_NONE = the market's */
	enum yq_action action;
	struct yq_opt_decimal price;	/* the price the alert saw; not a limit */
	struct yq_opt_decimal strength; /* 0-100; absent = 100 */
	char strategy[YQ_STRATEGY_SIZE];
	int64_t timestamp_us; /* when the strategy fired */
	/* added */
	enum yq_order_type type; /* default Market */
	struct yq_opt_decimal limit_price;
	struct yq_opt_decimal stop_price;
	struct yq_opt_decimal qty;	     /* > 0; asks for no more than this */
	struct yq_opt_decimal position_size; /* signed: the position the strategy wants after */
	enum yq_tif time_in_force;	     /* default Day */
	struct yq_opt_decimal atr; /* > 0; average true range, in price units; no default */
	/* Where the strategy stands after its order, and stood before; sizes are without a sign.
	 * See intent.h. */
	enum yq_stance market_position, prev_market_position;
	struct yq_opt_decimal market_position_size, prev_market_position_size; /* >= 0 */
	char comment[YQ_COMMENT_SIZE];
	int64_t received_at_us;
	struct yq_exits exits; /* of what it opens */
};

/* A signal with its defaults, ready to be read into. */
struct yq_signal yq_signal_default(void);

/* The JSON members, for yq_record_read and yq_record_write. */
extern const struct yq_field yq_signal_fields[];
extern const size_t yq_signal_field_count;

/* What the field types cannot say: ranges, prices that the type needs, currency against exchange.
 * YQ_E_INVALID names the member. */
YQ_NODISCARD enum yq_rc yq_signal_check(const struct yq_signal *signal, struct yq_err *err);

#endif
