/*
 * decode.h - what Alpaca answers and tells.  Pure.
 *
 * An answer is read whole or not at all: on any error nothing is returned, and the text names the
 * field, what was expected and what was found (YQ_E_INVALID; YQ_E_LIMIT where there is more of it
 * than is believed).  Fields that nobody here needs are not looked at.
 */
#ifndef YQ_BROKER_ALPACA_DECODE_H
#define YQ_BROKER_ALPACA_DECODE_H

#include "base/json.h"
#include "broker/alpaca/encode.h"
#include "broker/broker.h"

#define YQ_ALPACA_PAGE_ORDERS 500 /* at most in one answer */
#define YQ_ALPACA_PAGE_FILLS  100
#define YQ_ALPACA_LIST_MAX    20000 /* of anything, in one answer */

/*
 * X(ident, name, state).  Terminal are filled, canceled, expired, replaced and rejected; of a
 * replaced one another order goes on with it (`replaced_by`).  For all others of which something is
 * filled, PARTIALLY_FILLED.
 */
#define YQ_ALPACA_STATUSES(X)                                                    \
	X(NEW, "new", OPEN)                                                      \
	X(PARTIALLY_FILLED, "partially_filled", PARTIALLY_FILLED)                \
	X(FILLED, "filled", FILLED)                                              \
	X(DONE_FOR_DAY, "done_for_day", OPEN)                                    \
	X(CANCELED, "canceled", CANCELED)                                        \
	X(EXPIRED, "expired", EXPIRED)                                           \
	X(REPLACED, "replaced", OPEN)                                            \
	X(PENDING_CANCEL, "pending_cancel", OPEN)                                \
	X(PENDING_REPLACE, "pending_replace", OPEN)                              \
	X(PENDING_REVIEW, "pending_review", OPEN)                                \
	X(ACCEPTED, "accepted", OPEN)                                            \
	X(PENDING_NEW, "pending_new", OPEN)                                      \
	X(ACCEPTED_FOR_BIDDING, "accepted_for_bidding", OPEN)                    \
	X(STOPPED, "stopped", OPEN) /* its execution is certain, but not done */ \
	X(REJECTED, "rejected", REJECTED)                                        \
	X(SUSPENDED, "suspended", OPEN)                                          \
	X(CALCULATED, "calculated", OPEN)                                        \
	X(HELD, "held", OPEN) /* an exit whose entry is not filled */

#define YQ_ALPACA_STATUS_VALUE(ident, name, state) YQ_ALPACA_##ident,
enum yq_alpaca_status { YQ_ALPACA_STATUSES(YQ_ALPACA_STATUS_VALUE) YQ_ALPACA_STATUS_COUNT };
extern const struct yq_names yq_alpaca_status_names;

struct yq_alpaca_order {
	char id[YQ_BROKER_ORDER_ID_SIZE];
	char client_id[YQ_ALPACA_CLIENT_ID_SIZE];
	char replaces[YQ_BROKER_ORDER_ID_SIZE],
	    replaced_by[YQ_BROKER_ORDER_ID_SIZE]; /* "" = none */
	struct yq_id order_id;			  /* of ours; none = it was made elsewhere */
	bool is_stock; /* not a coin, not an option; else but ids, status and times are read */
	char symbol[YQ_TICKER_SIZE];
	enum yq_action action;
	enum yq_alpaca_status status;
	struct yq_opt_decimal qty; /* not set: an amount was ordered */
	struct yq_decimal filled, avg_price;
	struct yq_opt_decimal limit_price, stop_price;
	int64_t time_us;   /* submitted, else created */
	int64_t filled_us; /* last execution, or end, or change; 0 = not told */
};
/* Where it stands, taken by itself. */
enum yq_order_state yq_alpaca_state(const struct yq_alpaca_order *order);

YQ_NODISCARD enum yq_rc yq_alpaca_read_order(
    const yq_json *json, struct yq_alpaca_order *order, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_alpaca_decode_order(
    const char *text, size_t length, struct yq_alpaca_order *order, struct yq_err *err);
/* `ret_items` is owned by the caller. */
YQ_NODISCARD enum yq_rc yq_alpaca_decode_orders(const char *text, size_t length,
    struct yq_alpaca_order **ret_items, size_t *ret_count, struct yq_err *err);

/*
 * One execution.  The stream names it by an execution_id, /account/activities by an id of its own
 * kind, and nothing says that one can be made of the other.  What both tell is the order and how
 * much of it was filled after the execution: no two executions of an order agree in that.  So this
 * pair is the execution's id, by whichever way it comes, and it is booked once.
 */
struct yq_alpaca_fill {
	char activity_id[YQ_EXECUTION_ID_SIZE * 2]; /* of a list: the next page begins behind it */
	char order_id[YQ_BROKER_ORDER_ID_SIZE];	    /* Alpaca's */
	struct yq_fill fill;
	struct yq_decimal filled; /* of its order, this one included */
	int64_t time_us;
};
/* "{order}:{filled}".  YQ_E_RANGE: it is too long for one. */
YQ_NODISCARD enum yq_rc yq_alpaca_execution_id(
    const struct yq_alpaca_fill *fill, char id[YQ_EXECUTION_ID_SIZE], struct yq_err *err);

/* A page of /account/activities/FILL.  `last` is where the next one begins ("" = nothing came);
 * `count` may be less than `listed`: what corrects an execution is none. */
struct yq_alpaca_fills {
	struct yq_alpaca_fill *items; /* owned */
	size_t count, listed;
	char last[YQ_EXECUTION_ID_SIZE * 2];
};
YQ_NODISCARD enum yq_rc yq_alpaca_decode_fills(
    const char *text, size_t length, struct yq_alpaca_fills *fills, struct yq_err *err);

struct yq_alpaca_account {
	char status[33];
	char currency[33];	  /* as it is called there */
	enum yq_currency cash_in; /* YQ_CURRENCY_NONE: one that is not known here */
	struct yq_decimal cash;
	struct yq_opt_decimal buying_power, equity;
	bool blocked; /* no trading, or nothing at all */
	bool trading_blocked, account_blocked, suspended_by_user;
};
/* Why it takes no orders, each reason by its name at Alpaca; "" = it does. */
#define YQ_ALPACA_BARRED_SIZE 256
void yq_alpaca_account_barred(
    const struct yq_alpaca_account *account, char text[YQ_ALPACA_BARRED_SIZE]);
YQ_NODISCARD enum yq_rc yq_alpaca_decode_account(
    const char *text, size_t length, struct yq_alpaca_account *account, struct yq_err *err);

struct yq_alpaca_position {
	char symbol[YQ_TICKER_SIZE];
	bool is_stock;
	bool has_exchange; /* it was told, and is one that we know */
	enum yq_exchange exchange;
	struct yq_decimal qty; /* signed */
	struct yq_decimal avg_price;
	struct yq_opt_decimal price, change_rate;
};
YQ_NODISCARD enum yq_rc yq_alpaca_decode_positions(const char *text, size_t length,
    struct yq_alpaca_position **ret_items, size_t *ret_count, struct yq_err *err);

struct yq_alpaca_asset {
	char symbol[YQ_TICKER_SIZE];
	bool is_stock, tradable, fractionable, shortable;
	bool has_exchange; /* it is one that we know */
	enum yq_exchange exchange;
};
YQ_NODISCARD enum yq_rc yq_alpaca_decode_asset(
    const char *text, size_t length, struct yq_alpaca_asset *asset, struct yq_err *err);

struct yq_alpaca_clock {
	int64_t time_us, next_open_us, next_close_us;
	bool is_open;
};
YQ_NODISCARD enum yq_rc yq_alpaca_decode_clock(
    const char *text, size_t length, struct yq_alpaca_clock *clock, struct yq_err *err);

/* A trading day; minutes of the day in New York. */
struct yq_alpaca_day {
	int64_t date; /* days since 1970 */
	int open, close;
};
YQ_NODISCARD enum yq_rc yq_alpaca_decode_calendar(const char *text, size_t length,
    struct yq_alpaca_day **ret_items, size_t *ret_count, struct yq_err *err);

/* {"trades": {"AAPL": {"t", "p", ...}}}, or "bars" with "c" in place of "p". */
struct yq_alpaca_price {
	char symbol[YQ_TICKER_SIZE];
	struct yq_decimal price;
	int64_t time_us;
};
YQ_NODISCARD enum yq_rc yq_alpaca_decode_prices(const char *text, size_t length,
    struct yq_alpaca_price **ret_items, size_t *ret_count, struct yq_err *err);

/* ---- the stream ---- */

enum yq_alpaca_heard {
	YQ_ALPACA_AUTHORIZED,
	YQ_ALPACA_UNAUTHORIZED,
	YQ_ALPACA_LISTENING, /* to the trade updates */
	YQ_ALPACA_UPDATE,
	YQ_ALPACA_OTHER, /* nothing for us */
};

/* What an update says about its order. */
enum yq_alpaca_news {
	YQ_ALPACA_NEWS_NONE, /* nothing that changes what we know */
	YQ_ALPACA_NEWS_ACK,
	YQ_ALPACA_NEWS_FILL,
	YQ_ALPACA_NEWS_CANCELED,
	YQ_ALPACA_NEWS_EXPIRED,
	YQ_ALPACA_NEWS_REJECTED,
	YQ_ALPACA_NEWS_REPLACED,
	YQ_ALPACA_NEWS_ASK, /* it has to be looked up what became of it */
};

struct yq_alpaca_update {
	enum yq_alpaca_news news;
	char event[33];
	struct yq_alpaca_order order;
	struct yq_alpaca_fill fill; /* of news of one */
	int64_t time_us;	    /* 0 = not told */
};

YQ_NODISCARD enum yq_rc yq_alpaca_decode_heard(const char *text, size_t length,
    enum yq_alpaca_heard *heard, struct yq_alpaca_update *update, struct yq_err *err);

#endif
