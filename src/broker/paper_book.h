/*
 * paper_book.h - the paper broker's own book: orders, executions, cash, positions, prices.
 *
 * Pure: no file, no clock, no loop.  A command decides what happens and tells it as records; each
 * record is applied to the book at once and handed to the sink, which journals it and tells the
 * owner of the order.  Memory is bounded: final orders keep their details for the last
 * YQ_PAPER_FINALS of them, their ids for the last YQ_PAPER_KNOWN after that.
 */
#ifndef YQ_BROKER_PAPER_BOOK_H
#define YQ_BROKER_PAPER_BOOK_H

#include "base/table.h"
#include "broker/broker.h"
#include "broker/paper_record.h"
#include "domain/account.h"
#include "domain/market.h"

#define YQ_PAPER_FINALS	     2048
#define YQ_PAPER_KNOWN	     8192
#define YQ_PAPER_INSTRUMENTS 8192 /* prices kept; those held or on order go beyond */

struct yq_paper_fee {
	struct yq_decimal rate;	   /* of the value: 0.001 = 0.1 % */
	struct yq_decimal minimum; /* an order, in the market's currency */
};

struct yq_paper_settings {
	struct yq_decimal cash[YQ_CURRENCY_COUNT]; /* of a new book */
	struct yq_paper_fee fees[YQ_COUNTRY_COUNT];
	struct yq_decimal slippage_bps; /* against the trader, on market and stop orders */
	uint32_t partial_ppm;		/* chance in a million that a match fills only a part */
	uint32_t reject_ppm;		/* ... that an order is rejected for no reason */
	uint32_t silent_ppm;		/* ... that an order is executed but never answered */
	uint32_t transient_ppm;		/* ... that a call is refused for the moment, undone */
	uint32_t duplicate_ppm;		/* ... that an event is told once more, later */
	uint32_t reorder_ppm;		/* ... that an event is told after later ones */
	uint32_t lost_ppm;		/* ... that an execution is never told */
	uint32_t calls_per_second;	/* more are refused for the moment; 0 = any number */
	uint32_t calls_burst;		/* at once after a pause; yq_paper_calls_burst */
	uint32_t latency_ms;		/* between execution and answer */
	struct yq_decimal walk_bps; /* largest step of the random walk; 0 = prices stand still */
	uint32_t walk_interval_ms;
	uint64_t seed;
	int64_t journal_max_bytes;
	bool invent_prices; /* an unknown price starts at a made-up one instead of a refusal */
	bool allow_short;
	bool always_open; /* else the market's hours */
	bool client_ids;  /* orders are found by our ids; else only by the broker's own */
	bool sync;	  /* fsync before each answer */
	/* What it takes, to practise for a broker that takes less; bits by enum yq_order_type and
	 * enum yq_tif. */
	uint32_t order_types, times_in_force;
	bool by_bars; /* what is taken waits for the next bar (yq_paper_bar_open) */
};
struct yq_paper_settings yq_paper_settings_default(void);
/* As many as a broker has to take at once, where fewer or none are set. */
uint32_t yq_paper_calls_burst(const struct yq_paper_settings *settings);

struct yq_paper_fill {
	int64_t execution;
	struct yq_decimal qty, price, fee;
	int64_t time_us;
};

struct yq_paper_instrument;

struct yq_paper_order {
	struct yq_table_node node;		/* by id */
	struct yq_paper_order *prev, *next;	/* open: of its instrument; final: oldest first */
	struct yq_paper_instrument *instrument; /* while open */
	struct yq_id id;
	int64_t number;
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency;
	enum yq_action action;
	enum yq_order_type type;
	enum yq_tif time_in_force;
	enum yq_order_state state;
	bool triggered;
	int64_t triggered_us; /* when; 0 = before it was read back */
	struct yq_decimal qty, filled, notional, fee, unit_price;
	struct yq_opt_decimal price, stop_price;
	int64_t expires_us, time_us;
	struct yq_paper_fill *fills; /* owned */
	size_t fill_count;
	char *text; /* why it was closed; owned; NULL = nothing to say */
};

struct yq_paper_instrument {
	struct yq_table_node node; /* by ticker and exchange */
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	struct yq_opt_decimal price;
	struct yq_decimal day_open; /* first price of `day` */
	int64_t day, time_us;
	struct yq_paper_order *first, *last;  /* open orders, oldest first */
	struct yq_decimal rises_to, falls_to; /* nothing happens strictly between the two */
	size_t restless;		      /* open orders that any price would fill */
};

struct yq_paper_book; /* opaque */

/* `order` is the one the record is about, after it was applied; NULL if it is about none. */
typedef void yq_paper_sink_fn(
    void *cookie, const struct yq_paper_record *record, const struct yq_paper_order *order);

/* An empty book; begin it with yq_paper_book_found or by applying the records of a journal. */
struct yq_paper_book *yq_paper_book_make(
    const struct yq_paper_settings *settings, yq_paper_sink_fn *sink, void *cookie);
void yq_paper_book_free(struct yq_paper_book *book); /* NULL is a no-op */

/* The records that a new book begins with: numbering under `epoch` and the opening cash. */
void yq_paper_book_found(struct yq_paper_book *book, const char *epoch);
bool yq_paper_book_is_founded(const struct yq_paper_book *book);

/* The only thing that changes the book.  Does not call the sink.  YQ_E_CORRUPT when the record
 * cannot follow what came before. */
YQ_NODISCARD enum yq_rc yq_paper_book_apply(
    struct yq_paper_book *book, const struct yq_paper_record *record, struct yq_err *err);
/* The shortest list of records that makes the book what it is, in order. */
void yq_paper_book_snapshot(const struct yq_paper_book *book, yq_paper_sink_fn *fn, void *cookie);

/* ---- commands (paper_match.c) ---- */

struct yq_paper_answer {
	int64_t number; /* 0 = the order was not taken */
	bool repeated;	/* the id was known: nothing happened now */
};
/*
 * Take an order.  `expires_us` is when its time in force ends (0 = never).  The same id again
 * changes nothing and answers what it answered first.
 *   YQ_OK         taken (and perhaps filled or closed at once: see the sink).
 *   YQ_E_REFUSED  rejected; remembered, so that it stays rejected.
 */
YQ_NODISCARD enum yq_rc yq_paper_submit(struct yq_paper_book *book, const struct yq_order *order,
    bool market_open, int64_t now_us, int64_t expires_us, struct yq_paper_answer *answer,
    struct yq_err *err);
/* YQ_E_NOT_FOUND; YQ_E_REFUSED when it is final already. */
YQ_NODISCARD enum yq_rc yq_paper_cancel(
    struct yq_paper_book *book, const struct yq_id *id, int64_t now_us, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_paper_change(struct yq_paper_book *book, const struct yq_id *id,
    const struct yq_broker_change *change, bool market_open, int64_t now_us, struct yq_err *err);
/* A price was seen: remember it and match what it reaches. */
void yq_paper_observe(struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, bool market_open, int64_t now_us);
/*
 * A bar of the past, in two calls: its open at `start_us`, for the orders taken until then, and
 * what happened after it at `end_us`.  For a book whose settings say by_bars.
 */
struct yq_paper_bar {
	int64_t start_us, end_us;
	struct yq_decimal open, high, low, close;
};
void yq_paper_bar_open(struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker,
    const struct yq_paper_bar *bar);
void yq_paper_bar_close(struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker,
    const struct yq_paper_bar *bar);
/* Close what has expired. */
void yq_paper_expire(struct yq_paper_book *book, int64_t now_us);
/* One step of the random walk for every instrument held or on order whose market `open` (by
 * enum yq_exchange) is open; also goes on with what was filled in part. */
void yq_paper_walk(struct yq_paper_book *book, const bool open[YQ_EXCHANGE_COUNT], int64_t now_us);

/* ---- looking ---- */
/* NULL when it is not known or no longer kept: see yq_paper_is_known. */
const struct yq_paper_order *yq_paper_find(
    const struct yq_paper_book *book, const struct yq_id *id);
bool yq_paper_is_known(const struct yq_paper_book *book, const struct yq_id *id);
const struct yq_paper_instrument *yq_paper_instrument_of(
    const struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker);
const struct yq_account *yq_paper_account(const struct yq_paper_book *book);
/* The id of the kept order with this number ("7f3a9c21-12"); none when there is none. */
struct yq_id yq_paper_id_of(const struct yq_paper_book *book, const char *number);
/* "7f3a9c21-12" for order 12; "7f3a9c21-E12" for execution 12. */
void yq_paper_order_number(
    const struct yq_paper_book *book, int64_t number, char text[YQ_BROKER_ORDER_ID_SIZE]);
void yq_paper_execution_number(
    const struct yq_paper_book *book, int64_t number, char text[YQ_EXECUTION_ID_SIZE]);
/* Every order that is kept, open and final, in no order, until `fn` returns false. */
typedef bool yq_paper_order_fn(void *cookie, const struct yq_paper_order *order);
void yq_paper_each(const struct yq_paper_book *book, yq_paper_order_fn *fn, void *cookie);
/* Every instrument held or on order. */
typedef bool yq_paper_instrument_fn(void *cookie, const struct yq_paper_instrument *instrument);
void yq_paper_each_active(
    const struct yq_paper_book *book, yq_paper_instrument_fn *fn, void *cookie);

#endif
