/*
 * account.h - one account's book: cash, positions and open orders, with what they reserve.
 *
 * Totals are kept as things change: buying power, closable quantity and equity are O(1) whatever
 * the number of open orders and positions.  One owner, one thread.  Look at the members freely;
 * change them only through the functions (but `active` and `commission_rate` may be set).
 */
#ifndef YQ_DOMAIN_ACCOUNT_H
#define YQ_DOMAIN_ACCOUNT_H

#include "domain/order.h"
#include "domain/position.h"

#define YQ_OPEN_ORDERS_MAX 100000 /* an account */
#define YQ_HOLDINGS_MAX	   20000  /* instruments held or with an open order, an account */

/* One instrument of the account: what is held and what its open orders are about to change. */
struct yq_holding {
	struct yq_position position; /* qty 0 when only orders are there */
	struct yq_decimal value;     /* qty x (current price, else average price), 8 places */
	struct yq_decimal buying;    /* what open buys may still add */
	struct yq_decimal selling;   /* what open sells may still take */
	struct yq_decimal guarding;  /* exits of brackets, which give way to any other order, may
					still take; in neither of the two */
	size_t open_buys, open_sells;
};

struct yq_open_order {
	struct yq_id id;
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency;
	enum yq_action action;
	struct yq_decimal qty;	     /* ordered */
	struct yq_decimal remaining; /* > 0 */
	struct yq_decimal unit_cost; /* cash one unit reserves, commission included; 0 for sells */
	struct yq_decimal reserve;   /* remaining x unit_cost, rounded up */
	int64_t timestamp_us;	     /* of the order */
	struct yq_id signal_id;
	bool gives_way;	   /* an exit of a bracket */
	uint64_t entry_of; /* hash of the reason (yq_table_hash_text); 0 = it may only reduce */
	bool rests;	   /* of another type than Market */
};

struct yq_account_index; /* opaque: finds holdings and orders */

struct yq_account {
	char alias[YQ_ALIAS_SIZE];
	bool active;
	struct yq_decimal commission_rate; /* of an order's value: 0.001 = 0.1 % */
	struct yq_decimal cash[YQ_CURRENCY_COUNT];
	struct yq_decimal reserved[YQ_CURRENCY_COUNT]; /* by open buys */
	struct yq_decimal invested[YQ_CURRENCY_COUNT]; /* sum of the holdings' values */
	struct yq_decimal gross[YQ_CURRENCY_COUNT];    /* ... of their magnitudes: shorts add */
	size_t position_count;			       /* holdings with qty != 0 */
	size_t open_order_count;
	struct yq_account_index *index; /* owned */
};

/* An active account without cash.  `alias` must be valid. */
YQ_NODISCARD struct yq_account *yq_account_make(const char *alias);
void yq_account_free(struct yq_account *account); /* NULL is a no-op */
/* Forget cash, positions and open orders: before a full sync fills them anew. */
void yq_account_clear(struct yq_account *account);
/* Forget the positions alone, or the open orders alone. */
void yq_account_clear_positions(struct yq_account *account);
void yq_account_clear_orders(struct yq_account *account);

void yq_account_set_cash(
    struct yq_account *account, enum yq_currency currency, struct yq_decimal cash);
/*
 * Take over a position (quantity, prices, reason); quantity 0 removes it.  The alias in `position`
 * is not looked at.  YQ_E_LIMIT too many; YQ_E_RANGE a value does not fit; then nothing changed.
 */
YQ_NODISCARD enum yq_rc yq_account_set_position(
    struct yq_account *account, const struct yq_position *position, struct yq_err *err);
/* A new market price of an instrument; YQ_E_NOT_FOUND when it is not held. */
YQ_NODISCARD enum yq_rc yq_account_set_price(struct yq_account *account, enum yq_exchange exchange,
    const char *ticker, struct yq_decimal price);

/*
 * Enter an order as open.  A buy reserves qty x `price` with commission: give the limit price, or
 * for a market order the last price.  YQ_E_EXISTS the id is open already (nothing changed);
 * YQ_E_LIMIT, YQ_E_RANGE.
 */
YQ_NODISCARD enum yq_rc yq_account_open(struct yq_account *account, const struct yq_order *order,
    struct yq_decimal price, struct yq_err *err);
/* What is left of an open order; 0 or less closes it.  An id that is not open is ignored. */
void yq_account_set_remaining(
    struct yq_account *account, const struct yq_id *id, struct yq_decimal remaining);
void yq_account_close(struct yq_account *account, const struct yq_id *id);
/*
 * Book one execution of `order`: position, cash and what is left of the order together, or nothing.
 * Works too when the order is no longer open (a fill after the cancel).
 */
YQ_NODISCARD enum yq_rc yq_account_book(struct yq_account *account, const struct yq_order *order,
    const struct yq_fill *fill, struct yq_err *err);

/* Borrowed until the account changes; NULL when there is none. */
const struct yq_holding *yq_account_holding(
    const struct yq_account *account, enum yq_exchange exchange, const char *ticker);
const struct yq_open_order *yq_account_order(
    const struct yq_account *account, const struct yq_id *id);
/* Every holding / open order, in order of entry, until `fn` returns false.  `fn` must not change
 * the account. */
typedef bool yq_holding_fn(void *cookie, const struct yq_holding *holding);
typedef bool yq_open_order_fn(void *cookie, const struct yq_open_order *order);
void yq_account_each_holding(const struct yq_account *account, yq_holding_fn *fn, void *cookie);
void yq_account_each_order(const struct yq_account *account, yq_open_order_fn *fn, void *cookie);
/* The same of one instrument; what is open elsewhere costs nothing. */
void yq_account_each_order_of(const struct yq_account *account, enum yq_exchange exchange,
    const char *ticker, yq_open_order_fn *fn, void *cookie);

/* Cash less what open buys reserve; may be negative. */
struct yq_decimal yq_account_buying_power(
    const struct yq_account *account, enum yq_currency currency);
/* Cash and holdings of that currency alone. */
struct yq_decimal yq_account_equity(const struct yq_account *account, enum yq_currency currency);
/* Signed quantity held; 0 when nothing is. */
struct yq_decimal yq_account_held(
    const struct yq_account *account, enum yq_exchange exchange, const char *ticker);
/* Instruments held or with an open order. */
size_t yq_account_instruments(const struct yq_account *account);
/* What an order of that side can close now: what is held on the other side less what open orders of
 * its own side may take; never below 0.  Exits of brackets do not count: they give way. */
struct yq_decimal yq_account_closable(const struct yq_account *account, enum yq_exchange exchange,
    const char *ticker, enum yq_action action);
struct yq_decimal yq_holding_closable(const struct yq_holding *holding, enum yq_action action);

#endif
