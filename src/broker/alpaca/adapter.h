/*
 * adapter.h - the parts of the adapter, among themselves.  Private to broker/alpaca.
 *
 * Each call of the port is an operation: it waits for the loop's next turn, then goes from one REST
 * call to the next, and ends once.  So no completion runs from inside a starter.
 */
#ifndef YQ_BROKER_ALPACA_ADAPTER_H
#define YQ_BROKER_ALPACA_ADAPTER_H

#include "broker/alpaca/alpaca.h"
#include "broker/alpaca/known.h"
#include "broker/alpaca/rest.h"

#define YQ_ALPACA_CHAIN_MAX 32 /* replaces of one order that are followed */
#define YQ_ALPACA_WATCH_MAX 200
#define YQ_ALPACA_PATH_MAX  8192

struct yq_alpaca_stream; /* stream.h */
struct yq_alpaca_op;

/* A ticker whose price is of interest. */
struct yq_alpaca_watched {
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	struct yq_decimal price; /* last told; 0 = none */
};

struct yq_alpaca {
	struct yq_broker head;
	uv_loop_t *loop;
	const struct yq_clock *clock;
	struct yq_alpaca_settings settings;
	struct yq_alpaca_rest *rest;
	struct yq_alpaca_stream *stream; /* NULL = none */
	struct yq_alpaca_book book;
	struct yq_alpaca_op *first, **last; /* operations that wait for the loop */
	uv_idle_t idle;
	uv_timer_t quotes;
	bool quoting; /* a look at prices is under way */
	bool told_currency;
	char barred[YQ_ALPACA_BARRED_SIZE]; /* why it takes no orders; "" = it does */
	yq_alpaca_hours_fn *hours;	    /* NULL: the calendar is not asked for */
	void *hours_cookie;
	uv_timer_t calendar;
	yq_date asked_from;
	bool asking_calendar;
	struct yq_alpaca_watched watched[YQ_ALPACA_WATCH_MAX];
	size_t watched_count, watched_next;
	unsigned open_handles;
	bool freed;
};

/* For people; of no order. */
void yq_alpaca_tell_people(struct yq_alpaca *a, const char *text);

typedef void yq_alpaca_run_fn(struct yq_alpaca_op *op);
/* Tell the port; `op` is freed by the caller afterwards. */
typedef void yq_alpaca_fail_fn(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);

/* The head of every operation, its first member. */
struct yq_alpaca_op {
	struct yq_alpaca_op *next;
	struct yq_alpaca *a;
	yq_alpaca_run_fn *run;
	yq_alpaca_fail_fn *fail;
	union yq_broker_completion fn;
	void *cookie;
	int64_t begun_ns;
};

/* Of `size` bytes, zeroed, to run with the loop's next turn. */
void *yq_alpaca_op_make(struct yq_alpaca *a, size_t size, yq_alpaca_run_fn *run,
    yq_alpaca_fail_fn *fail, union yq_broker_completion fn, void *cookie);
/* Its end: tells the failure, and frees it. */
void yq_alpaca_op_fail(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);
/* Alpaca's answer is none: what acted may have happened, what asked knows nothing. */
void yq_alpaca_op_garbled(struct yq_alpaca_op *op, struct yq_err *err);
/* It has waited for other answers for so long that whoever asked for it may not wait any more: it
 * ends with YQ_E_RETRY, and nothing is sent that acts. */
bool yq_alpaca_op_is_late(struct yq_alpaca_op *op);
/* For each kind of completion. */
void yq_alpaca_fail_done(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);
void yq_alpaca_fail_found(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);
void yq_alpaca_fail_orders(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);
void yq_alpaca_fail_fills(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);
void yq_alpaca_fail_positions(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);
void yq_alpaca_fail_balances(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);
void yq_alpaca_fail_price(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err);

/* A question, or an act without a body. */
void yq_alpaca_ask(struct yq_alpaca *a, enum yq_call_priority priority, const struct yq_buf *path,
    yq_alpaca_reply_fn *fn, void *cookie);

/* ---- orders.c ---- */

/* An order of ours and all that replaced it, in order; YQ_E_NOT_FOUND: Alpaca never had it. */
struct yq_alpaca_chain {
	struct yq_alpaca_order orders[YQ_ALPACA_CHAIN_MAX];
	size_t count;
	struct yq_decimal filled_before; /* by all but the last */
};
typedef void yq_alpaca_chain_fn(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_chain *chain, const struct yq_err *err);
void yq_alpaca_chain_find(
    struct yq_alpaca *a, const struct yq_id *id, yq_alpaca_chain_fn *fn, void *cookie);

void yq_alpaca_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie);
void yq_alpaca_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie);
void yq_alpaca_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie);
/* An execution is told of. */
void yq_alpaca_told(struct yq_alpaca *a, const struct yq_alpaca_fill *fill);
/* What was put in the place of an order that executed something meanwhile would execute that once
 * more: it is taken back, once. */
void yq_alpaca_take_back(struct yq_alpaca *a, struct yq_alpaca_known *known);

/* ---- find.c, lists.c ---- */

void yq_alpaca_find(struct yq_broker *broker, const struct yq_broker_ref *ref,
    yq_broker_found_fn *fn, void *cookie);
void yq_alpaca_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie);
void yq_alpaca_orders_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_orders_fn *fn, void *cookie);
void yq_alpaca_fills_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie);

/* Pages of executions from one moment to another (0 = now), whole and in order; `fills` is borrowed
 * for the call. */
typedef void yq_alpaca_fills_fn(void *cookie, enum yq_rc rc, const struct yq_alpaca_fill *fills,
    size_t count, const struct yq_err *err);
void yq_alpaca_fills_ask(
    struct yq_alpaca *a, int64_t from_us, int64_t to_us, yq_alpaca_fills_fn *fn, void *cookie);
/* False: it has no id that fits. */
bool yq_alpaca_fill_of(
    const struct yq_alpaca_fill *theirs, const struct yq_id *order_id, struct yq_broker_fill *fill);
/* As the port has it, taken by itself; the exchange is left as it is. */
void yq_alpaca_order_of(const struct yq_alpaca_order *theirs, struct yq_broker_order *order);

/* ---- account.c ---- */

void yq_alpaca_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie);
void yq_alpaca_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie);
/* What Alpaca says of a ticker; YQ_E_NOT_FOUND: it knows none. */
typedef void yq_alpaca_asset_fn(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_asset *asset, const struct yq_err *err);
void yq_alpaca_asset_ask(struct yq_alpaca *a, enum yq_call_priority priority, const char *symbol,
    yq_alpaca_asset_fn *fn, void *cookie);
/*
 * Look up the tickers that `symbol_at` names for 0, 1, ... (NULL = skip; it has `count`) and that
 * are not known, one after another.  YQ_OK also where Alpaca knows one not: it stays unknown.
 */
typedef const char *yq_alpaca_symbol_fn(const void *cookie, size_t index);
typedef void yq_alpaca_listed_fn(void *cookie, enum yq_rc rc, const struct yq_err *err);
void yq_alpaca_listings_ask(struct yq_alpaca *a, size_t count, yq_alpaca_symbol_fn *symbol_at,
    yq_alpaca_listed_fn *fn, void *cookie);
/* False: not known, or not one of ours. */
bool yq_alpaca_exchange_of(
    const struct yq_alpaca *a, const char *symbol, enum yq_exchange *exchange);

/* ---- calendar.c ---- */

void yq_alpaca_calendar_begin(struct yq_alpaca *a);
void yq_alpaca_calendar_due(uv_timer_t *timer);

/* ---- prices.c ---- */

void yq_alpaca_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie);
void yq_alpaca_watch(struct yq_alpaca *a, enum yq_exchange exchange, const char *ticker);
void yq_alpaca_quotes_begin(struct yq_alpaca *a);

#endif
