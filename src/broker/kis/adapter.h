/*
 * adapter.h - the parts of the adapter, among themselves.  Private to broker/kis.
 *
 * Each call of the port is an operation: it waits for the loop's next turn, then goes from one REST
 * call to the next, and ends once.  So no completion runs from inside a starter.
 */
#ifndef YQ_BROKER_KIS_ADAPTER_H
#define YQ_BROKER_KIS_ADAPTER_H

#include "broker/kis/kis.h"
#include "broker/kis/ledger.h"
#include "broker/kis/rest.h"
#include "broker/kis/watch.h"

struct yq_kis_stream; /* stream.h */
struct yq_kis_task;

struct yq_kis {
	struct yq_broker head;
	uv_loop_t *loop;
	const struct yq_clock *clock;
	struct yq_kis_settings settings;
	yq_kis_home_fn *home;
	void *home_cookie;
	struct yq_kis_zones zones;
	struct yq_kis_rest *rest;
	struct yq_kis_stream *stream; /* NULL = none */
	struct yq_kis_ledger ledger;
	struct yq_kis_task *first, **last; /* operations that wait for the loop */
	uv_idle_t idle;
	uv_timer_t quotes;
	struct yq_kis_strange told_strange;
	struct yq_kis_walk *walking, *to_walk; /* see yq_kis_walk; NULL = none */
	struct yq_kis_watch watch;
	bool looked;  /* orders have been looked at */
	bool quoting; /* a price is being asked for: this one */
	enum yq_exchange quoted_exchange;
	char quoted[YQ_TICKER_SIZE];
	unsigned open_handles;
	bool freed;
};

typedef void yq_kis_run_fn(struct yq_kis_task *op);
/* Tell the port; `op` is freed by the caller afterwards. */
typedef void yq_kis_fail_fn(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err);

/* The head of every operation, its first member. */
struct yq_kis_task {
	struct yq_kis_task *next;
	struct yq_kis *k;
	yq_kis_run_fn *run;
	yq_kis_fail_fn *fail;
	union yq_broker_completion fn;
	void *cookie;
	int64_t begun_ns;
};

/* Of `size` bytes, zeroed, to run with the loop's next turn. */
void *yq_kis_task_make(struct yq_kis *k, size_t size, yq_kis_run_fn *run, yq_kis_fail_fn *fail,
    union yq_broker_completion fn, void *cookie);
/* Its end: tells the failure, and frees it. */
void yq_kis_task_fail(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err);

bool yq_kis_trades(const struct yq_kis *k, enum yq_exchange exchange);
/* Where a ticker of Korea is listed, as well as it is known. */
enum yq_exchange yq_kis_home(const struct yq_kis *k, const char *ticker);
void yq_kis_tell(struct yq_kis *k, const struct yq_broker_event *events, size_t count);
/* Cash that does not count, each currency once. */
void yq_kis_tell_strange(struct yq_kis *k, const struct yq_kis_strange *strange);
/* The steps of an order from `from` on. */
void yq_kis_tell_steps(struct yq_kis *k, const struct yq_kis_entry *entry, size_t from);
void yq_kis_tell_price(struct yq_kis *k, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, struct yq_opt_decimal change_rate);

/* ---- quotes.c: prices of what is of interest ---- */
/* It is being ordered. */
void yq_kis_watch_order(struct yq_kis *k, enum yq_exchange exchange, const char *ticker);
/* These are on order; `all`: and no others. */
void yq_kis_watch_orders(struct yq_kis *k, const struct yq_kis_orders *orders, bool all);
/* These are held, and no others. */
void yq_kis_watch_held(struct yq_kis *k, const struct yq_position *positions, size_t count);
/* Ask for what the stream does not bring. */
void yq_kis_quotes_begin(struct yq_kis *k);

/* ---- orders.c ---- */
void yq_kis_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie);
void yq_kis_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie);
void yq_kis_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie);

/* ---- walk.c: orders of some days, at home and abroad, page by page ---- */
struct yq_kis_walk;
/* `orders` is borrowed; what it says is in the ledger by then. */
typedef void yq_kis_walked_fn(
    void *cookie, enum yq_rc rc, const struct yq_kis_orders *orders, const struct yq_err *err);
/*
 * Orders since that instant, or since the earliest that is not over, of one country at least
 * (YQ_COUNTRY_COUNT = all); `op` is what `fn` is for.  KIS tells of all orders or of none, so there
 * is one walk at a time: whoever asks meanwhile shares the next.
 */
void yq_kis_walk(struct yq_kis_task *op, int64_t since_us, enum yq_country country,
    yq_kis_walked_fn *fn, void *cookie);
/* The order of that name; the latest of that number where it has no date. */
const struct yq_kis_order *yq_kis_walk_find(
    const struct yq_kis_orders *orders, const struct yq_kis_id *id);

/* ---- lists.c, account.c ---- */
void yq_kis_find(struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_found_fn *fn,
    void *cookie);
void yq_kis_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie);
void yq_kis_orders_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_orders_fn *fn, void *cookie);
void yq_kis_fills_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie);
void yq_kis_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie);
void yq_kis_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie);
void yq_kis_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie);

/* A price, with nobody of the port waiting. */
typedef void yq_kis_priced_fn(void *cookie, enum yq_rc rc, struct yq_decimal price,
    struct yq_opt_decimal change_rate, const struct yq_err *err);
void yq_kis_price_ask(struct yq_kis *k, enum yq_call_priority priority, enum yq_exchange exchange,
    const char *ticker, yq_kis_priced_fn *fn, void *cookie);

#endif
