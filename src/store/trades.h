/*
 * trades.h - the archive of executions (table TRADES).
 */
#ifndef YQ_STORE_TRADES_H
#define YQ_STORE_TRADES_H

#include "domain/trade.h"
#include "store/place.h"
#include "store/tx.h"

#define YQ_STORE_LIST_MAX 1000 /* rows one query returns at most */

struct yq_trade_row {
	char account_alias[YQ_ALIAS_SIZE];
	struct yq_trade trade;
	struct yq_decimal amount; /* quantity x price to 4 places, half even; set by the store */
};

/* One item was refused for good: it does not fit, or breaks a constraint. */
typedef void yq_refused_fn(void *cookie, size_t index, enum yq_rc rc, const struct yq_err *err);

/*
 * Insert all in one transaction and commit.  On YQ_OK each `outcomes[i]` is
 *   YQ_OK        inserted,
 *   YQ_E_EXISTS  its id was there already: done,
 *   else         refused, and `refused` (may be NULL) was told why: YQ_E_RANGE, YQ_E_INVALID.
 * On any other return nothing was inserted and `outcomes` says nothing, except
 *   YQ_E_UNKNOWN  the commit's outcome is not known; inserting the same again is harmless.
 */
YQ_NODISCARD enum yq_rc yq_trades_insert(struct yq_firebird *firebird,
    const struct yq_trade_row *rows, size_t count, enum yq_rc *outcomes, yq_refused_fn *refused,
    void *cookie, struct yq_err *err);

/* What to find; "" and 0 stand for any. */
struct yq_trade_filter {
	char account_alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange; /* YQ_EXCHANGE_COUNT = any */
	char strategy[YQ_STRATEGY_SIZE];
	struct yq_id order_id;
	int64_t from_us; /* executed at or after */
	int64_t to_us;	 /* executed before */
	unsigned limit;	 /* 1-YQ_STORE_LIST_MAX; 0 = 100 */
	unsigned offset;
	struct yq_row_place after; /* where the page before ended */
};
struct yq_trade_filter yq_trade_filter_any(void);

struct yq_trade_list {
	struct yq_trade_row *items; /* owned */
	size_t count;
};
void yq_trade_list_free(struct yq_trade_list *list); /* leaves it empty */

/* Newest first.  By an order's id alone it looks from a day before the order was made to a week
 * after it was final; give times of your own to look further. */
YQ_NODISCARD enum yq_rc yq_trades_find(struct yq_firebird *firebird,
    const struct yq_trade_filter *filter, struct yq_trade_list *list, struct yq_err *err);

/* `row` is borrowed for the call, without its broker order id and amount.  Anything but YQ_OK ends
 * the walk and is returned. */
typedef enum yq_rc yq_trade_fn(void *cookie, const struct yq_trade_row *row, struct yq_err *err);
/*
 * All that the filter finds (limit and offset are ignored), oldest first, then by id: the order in
 * which lots are fed.  One row is in memory at a time; one transaction, which sees what is
 * committed as it goes.
 */
YQ_NODISCARD enum yq_rc yq_trades_each(struct yq_firebird *firebird,
    const struct yq_trade_filter *filter, yq_trade_fn *fn, void *cookie, struct yq_err *err);

/* What the trades of one currency and side come to.  Limit and offset are ignored. */
struct yq_trade_sum {
	enum yq_currency currency;
	enum yq_action action;
	int64_t trades;
	struct yq_decimal amount;     /* sum of the amounts, each to 4 places */
	struct yq_decimal commission; /* exact */
};
#define YQ_TRADE_SUMS_MAX ((int)YQ_CURRENCY_COUNT * (int)YQ_ACTION_COUNT)
YQ_NODISCARD enum yq_rc yq_trades_sum(struct yq_firebird *firebird,
    const struct yq_trade_filter *filter, struct yq_trade_sum sums[YQ_TRADE_SUMS_MAX],
    size_t *ret_count, struct yq_err *err);

#endif
