/*
 * execution.h - what happened to an order; the message on `execution` (the guide's OrderResult).
 */
#ifndef YQ_DOMAIN_EXECUTION_H
#define YQ_DOMAIN_EXECUTION_H

#include "domain/order_state.h"

struct yq_execution {
	bool is_success;	       /* false: refused, rejected, or its outcome is unknown */
	char message[YQ_MESSAGE_SIZE]; /* for a person; the broker's own words where it has any */
	struct yq_id order_id;
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	/* added */
	enum yq_order_state status;
	char account_alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_action action;
	struct yq_decimal qty;
	struct yq_decimal filled_qty;
	struct yq_decimal avg_price;
	struct yq_opt_decimal last_qty; /* of this fill */
	struct yq_opt_decimal last_price;
	struct yq_opt_decimal commission;
	enum yq_currency currency;
	int64_t sequence; /* of this order, rising */
	int64_t timestamp_us;
};

extern const struct yq_field yq_execution_fields[];
extern const size_t yq_execution_field_count;

#endif
