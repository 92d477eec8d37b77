/*
 * trade.h - one execution as it is archived; inside an item of `trades:queue`.
 */
#ifndef YQ_DOMAIN_TRADE_H
#define YQ_DOMAIN_TRADE_H

#include "domain/terms.h"

struct yq_trade {
	struct yq_id id; /* named by alias, broker order id and broker execution id */
	int64_t executed_at_us;
	char ticker[YQ_TICKER_SIZE];
	enum yq_action action;
	struct yq_decimal quantity;
	struct yq_decimal executed_price;
	struct yq_decimal commission;
	struct yq_id order_id;
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	char strategy[YQ_STRATEGY_SIZE]; /* "" for a trade made by hand */
	enum yq_currency currency;
	enum yq_exchange exchange;
};

extern const struct yq_field yq_trade_fields[]; /* the members of "Trade" */
extern const size_t yq_trade_field_count;

#endif
