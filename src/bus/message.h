/*
 * message.h - the messages of the bus: bytes to structs and back.
 *
 * Decoding refuses whole: longer than YQ_MESSAGE_MAX (YQ_E_LIMIT), not JSON, not an object, a
 * missing or wrong member (named), or a value its check refuses.  Members nobody knows are ignored.
 * Encoding appends to `out`, whose maximum must allow YQ_MESSAGE_MAX; it cannot fail but for that
 * (yq_buf_ok).
 */
#ifndef YQ_BUS_MESSAGE_H
#define YQ_BUS_MESSAGE_H

#include "base/buf.h"
#include "domain/bracket.h"
#include "domain/cancel.h"
#include "domain/execution.h"
#include "domain/guard.h"
#include "domain/halt.h"
#include "domain/life.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/position.h"
#include "domain/query.h"
#include "domain/resolution.h"
#include "domain/signal.h"
#include "domain/trade.h"

#define YQ_MESSAGE_MAX 65536

/* The answer on query:reply:{Id}. */
struct yq_query_reply {
	struct yq_id query_id;
	bool is_success;
	char message[YQ_MESSAGE_SIZE];
	int64_t timestamp_us;
};

/* A request to change what rests; entry kind "replace".  At least one of qty and the two prices. */
struct yq_replace {
	struct yq_id id;
	struct yq_id order_id;
	char account_alias[YQ_ALIAS_SIZE];
	struct yq_opt_decimal qty;	  /* new total quantity, > 0 */
	struct yq_opt_decimal price;	  /* new limit price, > 0 */
	struct yq_opt_decimal stop_price; /* new stop price, > 0 */
	/* The order's sequence that the person saw: refused when it is another by then, with a text
	 * that begins with YQ_REPLACE_STALE.  0 = whatever it is. */
	int64_t version;
	char reason[YQ_REASON_SIZE];
	struct yq_hand hand;
	int64_t timestamp_us;
};
#define YQ_REPLACE_STALE "it has changed meanwhile"

/* An item of trades:queue. */
struct yq_trade_item {
	char account_alias[YQ_ALIAS_SIZE];
	struct yq_trade trade;
};

/*
 * What every entry of order:stream says of who made it, whatever else it holds; for the audit
 * trail.  Also the whole of the entries "halt" and "resume", whose Target says what of ("*",
 * "account:Paper"; "" = all of them), and "life", whose Target is the strategy.
 */
struct yq_act {
	struct yq_id id;
	char kind[8];	       /* "" in orders */
	struct yq_id order_id; /* none in orders: it is `id` */
	char account_alias[YQ_ALIAS_SIZE];
	char target[YQ_STRATEGY_SIZE + 16];
	char buy_reason[YQ_REASON_SIZE]; /* orders */
	char outcome[16]; /* "resolve": yq_resolved_as_names; "life": yq_life_state_names */
	char before[YQ_MESSAGE_SIZE]; /* how it stood when it was asked for */
	char reason[YQ_MESSAGE_SIZE];
	struct yq_hand hand;
	int64_t timestamp_us;
};

/* Written to signal:{Id}; for writing only, read it with json.h. */
struct yq_verdict_step {
	const char *rule;
	bool ok;
	const char *text;
};
struct yq_verdict {
	bool ordered; /* else refused */
	const char *code, *text;
	int64_t decided_at_us;
	const struct yq_id *orders;
	size_t order_count;
	const struct yq_verdict_step *steps;
	size_t step_count;
};

/* YQ_MESSAGES: X(NAME, struct, decodes into a struct with its defaults set first) */
#define YQ_MESSAGES(X)                          \
	X(signal, struct yq_signal)             \
	X(order, struct yq_order)               \
	X(bracket, struct yq_bracket)           \
	X(bracket_leg, struct yq_bracket_leg)   \
	X(execution, struct yq_execution)       \
	X(position, struct yq_position)         \
	X(trade_item, struct yq_trade_item)     \
	X(notification, struct yq_notification) \
	X(query, struct yq_query)               \
	X(query_reply, struct yq_query_reply)   \
	X(cancel, struct yq_cancel)             \
	X(replace, struct yq_replace)           \
	X(resolution, struct yq_resolution)     \
	X(act, struct yq_act)                   \
	X(halt, struct yq_halt)                 \
	X(life, struct yq_life)                 \
	X(day_base, struct yq_day_base)         \
	X(flatten_mark, struct yq_flatten_mark)

/* yq_message_decode_signal(bytes, length, &signal, &err), yq_message_encode_signal(&signal, &buf),
 * ... On error *result is zeroed. */
#define YQ_MESSAGE_DECLARE(name, type)                                           \
	YQ_NODISCARD enum yq_rc yq_message_decode_##name(                        \
	    const char *bytes, size_t length, type *result, struct yq_err *err); \
	void yq_message_encode_##name(const type *message, struct yq_buf *out);
YQ_MESSAGES(YQ_MESSAGE_DECLARE)

/* An order with who made it and why ("" = not said), which the struct does not keep. */
void yq_message_encode_order_by_hand(
    const struct yq_order *order, const struct yq_hand *hand, const char *why, struct yq_buf *out);
void yq_message_encode_verdict(const struct yq_verdict *verdict, struct yq_buf *out);

#endif
