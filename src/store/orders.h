/*
 * orders.h - the journal of orders (table ORDERS): the instruction, its latest state and when each
 * step was taken.
 */
#ifndef YQ_STORE_ORDERS_H
#define YQ_STORE_ORDERS_H

#include "domain/order.h"
#include "domain/order_state.h"
#include "store/place.h"
#include "store/trades.h"

struct yq_order_row {
	struct yq_order order;		   /* timestamp_us is kept in ORDERED_AT */
	struct yq_order_progress progress; /* qty is order.qty; notional is kept to 4 places */
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	char reason[YQ_MESSAGE_SIZE]; /* last error or refusal */
	int64_t created_at_us;	      /* a time a step; 0 = not yet */
	int64_t claimed_at_us;
	int64_t submitted_at_us; /* the broker's ack */
	int64_t first_fill_at_us;
	int64_t final_at_us;
};

/* True if the store can hold it and what comes of it: quantity, prices, and quantity x price (at
 * `price` if the order has none).  Ask before the order, so that no trade is refused after it. */
YQ_NODISCARD enum yq_rc yq_orders_check(
    const struct yq_order *order, struct yq_opt_decimal price, struct yq_err *err);

/*
 * Record the states of orders in one transaction.  A row replaces only one of a lower sequence; a
 * time, broker order id or reason once known is not lost by a row without it.  Outcomes as
 * yq_trades_insert: YQ_OK recorded, YQ_E_EXISTS the same or a newer sequence was there.
 */
YQ_NODISCARD enum yq_rc yq_orders_save(struct yq_firebird *firebird,
    const struct yq_order_row *rows, size_t count, enum yq_rc *outcomes, yq_refused_fn *refused,
    void *cookie, struct yq_err *err);

YQ_NODISCARD enum yq_rc yq_orders_get(struct yq_firebird *firebird, const struct yq_id *id,
    struct yq_order_row *row, struct yq_err *err); /* YQ_E_NOT_FOUND */

struct yq_order_filter {
	char account_alias[YQ_ALIAS_SIZE]; /* "" = any */
	char ticker[YQ_TICKER_SIZE];	   /* "" = any */
	enum yq_order_state state;	   /* YQ_ORDER_STATE_COUNT = any */
	struct yq_id signal_id;		   /* none = any */
	struct yq_id bracket_id;	   /* exits of this one; none = any */
	int64_t from_us, to_us;		   /* ordered in [from, to); 0 = unbounded */
	struct yq_row_place after;	   /* only what follows it in the list */
	unsigned limit, offset;		   /* as yq_trade_filter */
};
struct yq_order_filter yq_order_filter_any(void);

struct yq_order_list {
	struct yq_order_row *items; /* owned */
	size_t count;
};
void yq_order_list_free(struct yq_order_list *list);

/* Newest first, by the order's own time.  By a signal's id alone it looks from a day before the
 * signal was received to a week after it. */
YQ_NODISCARD enum yq_rc yq_orders_find(struct yq_firebird *firebird,
    const struct yq_order_filter *filter, struct yq_order_list *list, struct yq_err *err);

/* How many orders were made in a stretch of time, by account. */
struct yq_order_count {
	char account_alias[YQ_ALIAS_SIZE];
	int64_t stretch; /* the orders' times divided by its length */
	int64_t orders;
};
/* Of all that were made since `from_us` and have come to their end, in stretches of `length_us`.
 * `ret_counts` is the caller's. */
YQ_NODISCARD enum yq_rc yq_orders_count(struct yq_firebird *firebird, int64_t from_us,
    int64_t length_us, struct yq_order_count **ret_counts, size_t *ret_count, struct yq_err *err);

#endif
