/*
 * position.h - what an account holds of one instrument, and how a fill changes it and the cash.
 */
#ifndef YQ_DOMAIN_POSITION_H
#define YQ_DOMAIN_POSITION_H

#include "domain/terms.h"

struct yq_position {
	char account_alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_currency currency;
	struct yq_decimal qty;	     /* signed: negative = short */
	struct yq_decimal avg_price; /* of what is held, 8 places, half even */
	struct yq_opt_decimal current_price;
	struct yq_opt_decimal change_rate; /* of the price today, per cent */
	char buy_reason[YQ_REASON_SIZE]; /* of the order that opened it; kept until it is closed */
	enum yq_exchange exchange;
};

extern const struct yq_field yq_position_fields[];
extern const size_t yq_position_field_count;

struct yq_fill {
	enum yq_action action;
	struct yq_decimal qty;	      /* > 0 */
	struct yq_decimal price;      /* > 0 */
	struct yq_decimal commission; /* >= 0, in the market's currency */
};

/* The new position after `fill`; a position that comes to zero has avg_price 0.  `reason` is taken
 * only when the position opens or turns. */
YQ_NODISCARD enum yq_rc yq_position_apply(struct yq_position *position, const struct yq_fill *fill,
    const char *reason, struct yq_err *err);
/* Cash in the market's currency after `fill`: buys cost qty x price + commission, exactly. */
YQ_NODISCARD enum yq_rc yq_cash_apply(
    struct yq_decimal *cash, const struct yq_fill *fill, struct yq_err *err);
/* Cash that one unit bought at `price` takes, commission included, rounded up. */
YQ_NODISCARD enum yq_rc yq_unit_cost(
    struct yq_decimal price, struct yq_decimal commission_rate, struct yq_decimal *unit_cost);

/* How much of `held` (signed) an order of that side can close where others of its side close
 * `taken` of it already; never below 0. */
struct yq_decimal yq_closable(
    struct yq_decimal held, struct yq_decimal taken, enum yq_action action);

#endif
