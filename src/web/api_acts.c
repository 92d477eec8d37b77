/* api_acts.c - the routes that change orders and positions. */
#include "domain/resolution.h"
#include "web/acts.h"

#define ACCOUNT                                                                                  \
	{                                                                                        \
		.name = "account", .place = YQ_API_BODY, .kind = YQ_API_ALIAS, .required = true, \
		.what = "the account's alias"                                                    \
	}
#define REASON                                                                \
	{                                                                     \
		.name = "reason", .place = YQ_API_BODY, .kind = YQ_API_TEXT,  \
		.max = YQ_REASON_SIZE - 1, .what = "why, for the audit trail" \
	}
#define TICKER                                                                                   \
	{                                                                                        \
		.name = "ticker", .place = YQ_API_BODY, .kind = YQ_API_TICKER, .required = true, \
		.what = "as the exchange writes it"                                              \
	}
#define EXCHANGE                                                                                 \
	{                                                                                        \
		.name = "exchange", .place = YQ_API_BODY, .kind = YQ_API_NAME, .required = true, \
		.names = &yq_exchange_names, .what = "where it is listed"                        \
	}
#define NUMBER(field, meaning)                                                         \
	{                                                                              \
		.name = field, .place = YQ_API_BODY, .kind = YQ_API_DECIMAL, .min = 1, \
		.what = meaning                                                        \
	}
#define EXITS                                                   \
	NUMBER("takeProfit", "limit price of the take-profit"), \
	    NUMBER("stopLoss", "stop price of the stop-loss"),  \
	    NUMBER("stopLossLimit", "its limit price; not given: at the market")
#define ORDER_ID                                                                         \
	{                                                                                \
		.name = "id", .place = YQ_API_PATH, .kind = YQ_API_ID, .required = true, \
		.what = "the order's id"                                                 \
	}
#define ALIAS                                                                                  \
	{                                                                                      \
		.name = "alias", .place = YQ_API_PATH, .kind = YQ_API_ALIAS, .required = true, \
		.what = "the account's alias"                                                  \
	}
#define VERSION                                                                                \
	{                                                                                      \
		.name = "version", .place = YQ_API_BODY, .kind = YQ_API_INT, .required = true, \
		.min = 0, .max = INT64_MAX, .what = "of the order as it was seen"              \
	}
#define CONFIRM(meaning)                                                                        \
	{                                                                                       \
		.name = "confirm", .place = YQ_API_BODY, .kind = YQ_API_TEXT, .required = true, \
		.max = YQ_ALIAS_SIZE - 1, .what = meaning                                       \
	}

static const struct yq_api_field order_fields[] = {
	ACCOUNT,
	TICKER,
	EXCHANGE,
	{ .name = "action",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_NAME,
	    .required = true,
	    .names = &yq_action_names,
	    .what = "which side" },
	{ .name = "type",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_NAME,
	    .required = true,
	    .names = &yq_order_type_names,
	    .what = "a price that the type has no use for is refused" },
	NUMBER("qty", "how many; either this or amount"),
	NUMBER("amount", "how much money: whole lots of it at the order's own or the latest price"),
	NUMBER("price", "limit price of Limit and StopLimit"),
	NUMBER("stopPrice", "of Stop and StopLimit"),
	{ .name = "tif",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_NAME,
	    .required = true,
	    .names = &yq_tif_names,
	    .what = "time in force" },
	EXITS,
	{ .name = "reduceOnly",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_BOOL,
	    .what = "it may only bring the position nearer to zero" },
	REASON,
};
static const struct yq_api_field cancel_fields[] = { ORDER_ID, REASON };
static const struct yq_api_field replace_fields[] = {
	ORDER_ID,
	NUMBER("qty", "new total quantity"),
	NUMBER("price", "new limit price"),
	NUMBER("stopPrice", "new stop price"),
	VERSION,
	REASON,
};
static const struct yq_api_field resolve_fields[] = {
	ORDER_ID,
	{ .name = "outcome",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_NAME,
	    .required = true,
	    .names = &yq_resolved_as_names,
	    .what = "what became of it" },
	NUMBER("qty", "how many were executed; with price"),
	NUMBER("price", "at which price"),
	{ .name = "commission",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_DECIMAL,
	    .min = 2,
	    .what = "of that quantity" },
	{ .name = "brokerOrderId",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_TEXT,
	    .max = YQ_BROKER_ORDER_ID_SIZE - 1,
	    .what = "the broker's own id of the order" },
	{ .name = "reason",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_TEXT,
	    .required = true,
	    .min = 1,
	    .max = YQ_REASON_SIZE - 1,
	    .what = "how that is known" },
	VERSION,
};
static const struct yq_api_field cancel_all_fields[] = {
	{ .name = "account",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_ALIAS,
	    .what = "of this account alone; not given: of all" },
	CONFIRM("the word CANCEL"),
	REASON,
};
static const struct yq_api_field protect_fields[] = { ACCOUNT, TICKER, EXCHANGE,
	NUMBER("qty", "how many; not given: all that is held"), EXITS, REASON };
static const struct yq_api_field close_fields[] = { ALIAS, TICKER, EXCHANGE,
	NUMBER("qty", "how many at most; not given: all that is held"), REASON };
static const struct yq_api_field flatten_fields[] = { ALIAS,
	CONFIRM("the account's alias once more"), REASON };

#define TAKES(list) .fields = (list), .field_count = YQ_COUNT(list)

static const struct yq_api_route routes[] = {
	{ .method = "POST",
	    .path = "/orders/preview",
	    .name = "previewOrder",
	    .summary =
		"What would become of an order: every rule that its gateway would ask, with its "
		"numbers.  Nothing is sent.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_ARCHIVE,
	    .flags = YQ_API_QUIET,
	    .status = 200,
	    .answer = "Preview",
	    TAKES(order_fields),
	    .run = yq_act_preview },
	{ .method = "POST",
	    .path = "/orders",
	    .name = "sendOrder",
	    .summary =
		"Send an order.  Its id follows from who sends it and the idempotency key: the "
		"same is never sent twice.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_LIVE,
	    .status = 201,
	    .answer = "OrderSent",
	    TAKES(order_fields),
	    .run = yq_act_order },
	{ .method = "POST",
	    .path = "/orders/cancel-all",
	    .name = "cancelAllOrders",
	    .summary = "Ask for the cancel of every open order.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "Done",
	    TAKES(cancel_all_fields),
	    .run = yq_act_cancel_all },
	{ .method = "POST",
	    .path = "/orders/{id}/cancel",
	    .name = "cancelOrder",
	    .summary = "Cancel an order; waits up to ten seconds for its end.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_GATEWAY,
	    .status = 200,
	    .answer = "Done",
	    TAKES(cancel_fields),
	    .run = yq_act_cancel },
	{ .method = "POST",
	    .path = "/orders/{id}/replace",
	    .name = "replaceOrder",
	    .summary =
		"Change quantity or price of an order that rests; waits up to ten seconds for "
		"the gateway's word.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_GATEWAY,
	    .status = 200,
	    .answer = "Done",
	    TAKES(replace_fields),
	    .run = yq_act_replace },
	{ .method = "POST",
	    .path = "/orders/{id}/resolve",
	    .name = "resolveOrder",
	    .summary =
		"Say what became of an order whose outcome nobody knows; waits up to ten seconds "
		"for the gateway's word.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_GATEWAY,
	    .status = 200,
	    .answer = "Done",
	    TAKES(resolve_fields),
	    .run = yq_act_resolve },
	{ .method = "POST",
	    .path = "/positions/protect",
	    .name = "protectPosition",
	    .summary = "Give what is held a take-profit, a stop-loss, or both.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "Done",
	    TAKES(protect_fields),
	    .run = yq_act_protect },
	{ .method = "POST",
	    .path = "/accounts/{alias}/close",
	    .name = "closePosition",
	    .summary =
		"Close what is held of one instrument, at the market: at most what is held when "
		"its turn comes.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_LIVE,
	    .status = 201,
	    .answer = "OrderSent",
	    TAKES(close_fields),
	    .run = yq_act_close },
	{ .method = "POST",
	    .path = "/accounts/{alias}/flatten",
	    .name = "flattenAccount",
	    .summary = "Halt an account, cancel its open orders and close all that it holds.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "HaltList",
	    TAKES(flatten_fields),
	    .run = yq_act_flatten },
};
const struct yq_api_family yq_api_acts = { "orders", routes, YQ_COUNT(routes) };
