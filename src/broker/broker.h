/*
 * broker.h - the broker port: one account at one broker.  Loop thread; never blocks.
 *
 * An adapter (paper, and others) embeds struct yq_broker as its first member and fills one table of
 * operations.  Every operation returns at once; its completion runs exactly once, later, from the
 * loop, never from inside the starter - or from inside yq_broker_free, with YQ_E_UNKNOWN or
 * YQ_E_RETRY, when the broker is freed first.  Everything given to a completion is borrowed for the
 * call.
 *
 * What a broker cannot do is said by its capabilities; nobody asks for a broker's name.
 */
#ifndef YQ_BROKER_BROKER_H
#define YQ_BROKER_BROKER_H

#include "domain/exit_way.h"
#include "domain/order.h"
#include "domain/order_state.h"
#include "domain/position.h"

#define YQ_EXECUTION_ID_SIZE 65

struct yq_broker;

/* ---- what a broker can do ---- */
enum yq_broker_flag {
	YQ_BROKER_KEEPS_CLIENT_ID = 1 << 0, /* an order can be found by our id */
	YQ_BROKER_IDEMPOTENT = 1 << 1,	    /* the same id twice executes once */
	YQ_BROKER_ORDERED = 1 << 2,   /* orders take effect in the order in which they were started,
				       * without waiting for each other's answers */
	YQ_BROKER_REPLACES = 1 << 3,  /* replace() works */
	YQ_BROKER_PUSHES = 1 << 4,    /* events arrive by themselves; polling is only a safeguard */
	YQ_BROKER_ANY_HOUR = 1 << 5,  /* trades outside of market hours */
	YQ_BROKER_SHORTS = 1 << 6,    /* may sell what is not held */
	YQ_BROKER_SIMULATED = 1 << 7, /* no real money; takes price observations */
	YQ_BROKER_SHARED = 1 << 8,    /* others order there too, under ids that look like ours */
};

#define YQ_CALLS_BURST_MIN 2 /* one look at the broker makes so many calls at once */

struct yq_broker_capabilities {
	uint32_t flags;		 /* of enum yq_broker_flag */
	uint32_t order_types;	 /* bit by enum yq_order_type */
	uint32_t times_in_force; /* bit by enum yq_tif */
	uint32_t exchanges;	 /* bit by enum yq_exchange */
	/* Of types and times in force that it takes, those it does not take together there: bits of
	 * YQ_ORDER_KIND. */
	uint32_t lacks[YQ_EXCHANGE_COUNT];
	uint32_t near_market;	 /* bit by enum yq_exchange: there an order at the market goes as a
				  * limit near the last price, and may rest */
	unsigned in_flight_max;	 /* submits awaiting an answer; more are refused with YQ_E_RETRY */
	int64_t absent_after_us; /* an order not found so long after sending was never there */
	/* Calls a second, of orders and questions together, and at once after a pause; beyond that
	 * it answers YQ_E_RETRY, so that its user has to hold them back.  0 = no limit, or it holds
	 * them back itself, the most urgent first (calls.h); a burst is at least
	 * YQ_CALLS_BURST_MIN. */
	uint32_t calls_per_second, calls_burst;
};

/* The kinds of orders it takes on an exchange: bits of YQ_ORDER_KIND. */
uint32_t yq_broker_kinds(
    const struct yq_broker_capabilities *capabilities, enum yq_exchange exchange);
/* YQ_OK, or YQ_E_REFUSED with a sentence that names what this broker does not do. */
YQ_NODISCARD enum yq_rc yq_broker_supports(const struct yq_broker_capabilities *capabilities,
    const char *broker_name, const struct yq_order *order, struct yq_err *err);

/* ---- what a broker answers ---- */
struct yq_broker_ack {
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	int64_t time_us; /* the broker's, or ours where it gives none */
};

struct yq_broker_fill {
	struct yq_id order_id; /* ours; none where the broker does not keep it */
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	char execution_id[YQ_EXECUTION_ID_SIZE]; /* unique within the account, for ever */
	struct yq_fill fill;
	int64_t time_us;
	/* Of a broker that tells sums by order, not executions: what was executed of the order in
	 * all up to this, it included, and the sum of quantity x price.  Both or neither; see
	 * yq_broker_fill_beyond. */
	struct yq_opt_decimal total, total_value;
};

/*
 * What of `fill` goes beyond the `booked` quantity and value of its order.  Where sums are told the
 * fills of one order may be cut differently by whoever starts anew, so that only the sum says what
 * is new.  False: nothing is.  Any other fill is `rest` as it is.
 */
bool yq_broker_fill_beyond(const struct yq_broker_fill *fill, struct yq_decimal booked,
    struct yq_decimal booked_value, struct yq_broker_fill *rest);

/* An order as the broker sees it. */
struct yq_broker_order {
	struct yq_id order_id; /* ours; none where the broker does not keep it */
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_action action;
	enum yq_order_state state; /* OPEN, PARTIALLY_FILLED or a final one */
	struct yq_decimal qty, filled, avg_price;
	struct yq_opt_decimal price, stop_price; /* as they are now */
	int64_t time_us;			 /* when the broker took it */
	char text[YQ_MESSAGE_SIZE];		 /* why it was rejected or closed */
};

struct yq_broker_balance {
	enum yq_currency currency;
	struct yq_decimal amount; /* settled and unsettled cash */
};

struct yq_broker_quote {
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	struct yq_decimal price;
	struct yq_opt_decimal change_rate; /* today, per cent */
	int64_t time_us;
};

/*
 * `rc` of submit, cancel and replace:
 *   YQ_OK         the broker has it; `ack` is set (else NULL).
 *   YQ_E_REFUSED  the broker refused; final.  err's text is the broker's.
 *   YQ_E_RETRY    provably not sent or not taken: may be sent again.
 *   YQ_E_UNKNOWN  may be live: find out, never send again.
 */
typedef void yq_broker_done_fn(
    void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err);
/* YQ_OK with the order and its fills so far; YQ_E_NOT_FOUND: the broker proved that it never had
 * it; anything else: it cannot tell. */
typedef void yq_broker_found_fn(void *cookie, enum yq_rc rc, const struct yq_broker_order *order,
    const struct yq_broker_fill *fills, size_t fill_count, const struct yq_err *err);
/* Lists are whole or not at all: anything but YQ_OK says nothing about what is there. */
typedef void yq_broker_orders_fn(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders,
    size_t count, const struct yq_err *err);
typedef void yq_broker_fills_fn(void *cookie, enum yq_rc rc, const struct yq_broker_fill *fills,
    size_t count, const struct yq_err *err);
typedef void yq_broker_positions_fn(void *cookie, enum yq_rc rc,
    const struct yq_position *positions, size_t count, const struct yq_err *err);
typedef void yq_broker_balances_fn(void *cookie, enum yq_rc rc,
    const struct yq_broker_balance *balances, size_t count, const struct yq_err *err);
typedef void yq_broker_price_fn(
    void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err);
/* Whichever of them a call has. */
union yq_broker_completion {
	yq_broker_done_fn *done;
	yq_broker_found_fn *found;
	yq_broker_orders_fn *orders;
	yq_broker_fills_fn *fills;
	yq_broker_positions_fn *positions;
	yq_broker_balances_fn *balances;
	yq_broker_price_fn *price;
};

/* ---- what a broker tells by itself ---- */
enum yq_broker_event_kind {
	YQ_BROKER_EV_ACK,      /* it has the order */
	YQ_BROKER_EV_FILL,     /* `fill` */
	YQ_BROKER_EV_CANCELED, /* no more fills will come but those already on the way */
	YQ_BROKER_EV_EXPIRED,
	YQ_BROKER_EV_REJECTED, /* after an ack */
	YQ_BROKER_EV_REPLACED, /* new quantity or prices are in force */
	YQ_BROKER_EV_QUOTE,    /* `quote`: a price of something held or on order */
	YQ_BROKER_EV_STALE,    /* events may have been lost: ask for everything again */
	YQ_BROKER_EV_NOTICE,   /* `text` is for people; it is of no order */
};

struct yq_broker_event {
	enum yq_broker_event_kind kind;
	struct yq_id order_id; /* ours; none where the broker does not keep it */
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	int64_t time_us;
	const char *text;		   /* why; NULL = nothing to say */
	const struct yq_broker_fill *fill; /* EV_FILL */
	/* EV_CANCELED, EXPIRED, REJECTED: what was executed in all; absent where the broker does
	 * not tell it with the end. */
	struct yq_opt_decimal filled;
	const struct yq_broker_quote *quote; /* EV_QUOTE */
};
/* Events of one moment come in one call; those of an order after its ack, in order. */
typedef void yq_broker_event_fn(void *cookie, const struct yq_broker_event *events, size_t count);

/* New values of an open order; absent = as it was. */
struct yq_broker_change {
	struct yq_opt_decimal qty; /* the whole quantity, what is filled included */
	struct yq_opt_decimal price, stop_price;
};

/* Names one order: by our id, and by the broker's where it is known ("" = not). */
struct yq_broker_ref {
	const struct yq_order *order;
	const char *broker_order_id;
	int64_t sent_at_us; /* when we may have sent it; 0 = unknown */
};

/* ---- the port ---- */
struct yq_broker_ops {
	void (*submit)(struct yq_broker *, const struct yq_order *, yq_broker_done_fn *, void *);
	void (*cancel)(
	    struct yq_broker *, const struct yq_broker_ref *, yq_broker_done_fn *, void *);
	void (*replace)(struct yq_broker *, const struct yq_broker_ref *,
	    const struct yq_broker_change *, yq_broker_done_fn *, void *);
	void (*find_order)(
	    struct yq_broker *, const struct yq_broker_ref *, yq_broker_found_fn *, void *);
	void (*open_orders)(struct yq_broker *, yq_broker_orders_fn *, void *);
	void (*orders_since)(struct yq_broker *, int64_t since_us, yq_broker_orders_fn *, void *);
	void (*fills_since)(struct yq_broker *, int64_t since_us, yq_broker_fills_fn *, void *);
	void (*positions)(struct yq_broker *, yq_broker_positions_fn *, void *);
	void (*balances)(struct yq_broker *, yq_broker_balances_fn *, void *);
	void (*price)(
	    struct yq_broker *, enum yq_exchange, const char *ticker, yq_broker_price_fn *, void *);
	/* A price somebody saw; NULL where the broker knows better (all but simulated ones). */
	void (*observe)(struct yq_broker *, enum yq_exchange, const char *ticker,
	    struct yq_decimal price, int64_t time_us);
	void (*free)(struct yq_broker *);
};

/* The head of every adapter. */
struct yq_broker {
	const struct yq_broker_ops *ops;
	const char *name; /* "paper" */
	struct yq_broker_capabilities capabilities;
	yq_broker_event_fn *on_event;
	void *event_cookie;
	struct yq_broker_call *oldest, *newest; /* the port's: calls without an answer */
};

/* Copies what it keeps of its arguments.  These are the port's only callers of the table.  Each
 * call may end with YQ_E_UNKNOWN because the broker does not answer: see yq_broker_expire. */
void yq_broker_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie);
void yq_broker_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie);
/* The broker must have YQ_BROKER_REPLACES. */
void yq_broker_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie);
void yq_broker_find_order(struct yq_broker *broker, const struct yq_broker_ref *ref,
    yq_broker_found_fn *fn, void *cookie);
void yq_broker_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie);
/* Orders taken at or after `since_us` that the broker tells of, final ones too (a broker may go
 * back no further than today). */
void yq_broker_orders_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_orders_fn *fn, void *cookie);
/* Fills at or after `since_us`, oldest first. */
void yq_broker_fills_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie);
void yq_broker_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie);
void yq_broker_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie);
void yq_broker_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie);
void yq_broker_observe(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, int64_t time_us);
bool yq_broker_can(const struct yq_broker *broker, enum yq_broker_flag flag);
/*
 * End the calls that the adapter has not answered for `timeout_ms`: their completions run now, with
 * YQ_E_UNKNOWN, and what the adapter says to them later is not told.  `now_ns` is monotonic; to be
 * called about every second.  A call's time begins with the first look at it, so that it never gets
 * less than its time, and up to one look more.  Returns how many were ended.
 */
size_t yq_broker_expire(struct yq_broker *broker, int64_t now_ns, uint32_t timeout_ms);
/* For adapters: a part of the answer to a call, whose cookie this is, has come; the broker does
 * answer, and its time begins anew. */
void yq_broker_goes_on(void *cookie);
void yq_broker_free(struct yq_broker *broker); /* NULL is a no-op */

#endif
