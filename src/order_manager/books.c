/* books.c - cash and positions as read, open orders as followed. */
#include "order_manager/books.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"

#define LAST_KEY_SIZE (YQ_ALIAS_SIZE + YQ_TICKER_SIZE + 8)
#define LAST_MAX      4096 /* instruments remembered for the duplicate window */

struct book {
	struct yq_book book;
	UT_hash_handle hh; /* by alias */
};

struct last {
	char key[LAST_KEY_SIZE]; /* alias, ticker, exchange, action */
	struct yq_last_order order;
	UT_hash_handle hh;
};

/* One reading of all open orders.  It outlives books that were freed meanwhile. */
struct resync {
	struct yq_books *books; /* NULL once the books are gone */
	size_t reads_left;
	bool failed;
};

struct yq_books {
	struct yq_valkey *valkey;
	struct book *accounts;
	struct last *lasts; /* in order of use: the first is the oldest */
	struct resync *resync;
	bool stale;
	yq_books_done_fn *done;
	void *done_cookie;
};

struct yq_books *
yq_books_make(struct yq_valkey *valkey)
{
	struct yq_books *books = yq_xcalloc(1, sizeof(*books));

	books->valkey = valkey;
	books->stale = true;
	return books;
}

void
yq_books_free(struct yq_books *books)
{
	struct book *book, *next_book;
	struct last *last, *next_last;

	if (books == NULL)
		return;
	if (books->resync != NULL)
		books->resync->books = NULL;
	HASH_ITER(hh, books->accounts, book, next_book)
	{
		HASH_DEL(books->accounts, book);
		yq_account_free(book->book.account);
		free(book);
	}
	HASH_ITER(hh, books->lasts, last, next_last)
	{
		HASH_DEL(books->lasts, last);
		free(last);
	}
	free(books);
}

struct yq_book *
yq_books_get(struct yq_books *books, const char *alias)
{
	struct book *book = NULL;

	HASH_FIND_STR(books->accounts, alias, book);
	if (book != NULL)
		return &book->book;
	book = yq_xcalloc(1, sizeof(*book));
	book->book.account = yq_account_make(alias);
	HASH_ADD_KEYPTR(hh, books->accounts, book->book.account->alias,
	    strlen(book->book.account->alias), book);
	return &book->book;
}

enum yq_rc
yq_books_update(struct yq_books *books, const struct yq_account_state *state, struct yq_err *err)
{
	struct yq_account *account = yq_books_get(books, state->alias)->account;

	account->active = state->active;
	for (int currency = 0; currency < YQ_CURRENCY_COUNT; currency++)
		yq_account_set_cash(account, (enum yq_currency)currency, YQ_DECIMAL_ZERO);
	for (size_t i = 0; i < state->deposit_count; i++)
		yq_account_set_cash(
		    account, state->deposits[i].currency, state->deposits[i].amount);
	yq_account_clear_positions(account);
	for (size_t i = 0; i < state->position_count; i++) {
		enum yq_rc rc = yq_account_set_position(account, &state->positions[i], err);

		if (rc != YQ_OK)
			return yq_err_context(err, rc, "account %s", state->alias);
	}
	return YQ_OK;
}

static void
last_key(char key[LAST_KEY_SIZE], const char *alias, enum yq_exchange exchange, const char *ticker,
    enum yq_action action)
{
	yq_str_format(key, LAST_KEY_SIZE, "%s %s %d %d", alias, ticker, (int)exchange, (int)action);
}

static void
remember_last(struct yq_books *books, const struct yq_order *order, int64_t now_us)
{
	char key[LAST_KEY_SIZE];
	struct last *last = NULL;

	last_key(key, order->account_alias, order->exchange, order->ticker, order->action);
	HASH_FIND_STR(books->lasts, key, last);
	if (last != NULL) {
		HASH_DEL(books->lasts, last);
	} else if (HASH_COUNT(books->lasts) >= LAST_MAX) {
		last = books->lasts;
		HASH_DEL(books->lasts, last);
	} else {
		last = yq_xcalloc(1, sizeof(*last));
	}
	memcpy(last->key, key, sizeof(key));
	last->order.qty = yq_opt_decimal_of(order->qty);
	last->order.at_us = now_us;
	HASH_ADD_STR(books->lasts, key, last);
}

struct yq_last_order
yq_books_last(const struct yq_books *books, const char *alias, enum yq_exchange exchange,
    const char *ticker, enum yq_action action)
{
	char key[LAST_KEY_SIZE];
	const struct last *last = NULL;

	last_key(key, alias, exchange, ticker, action);
	HASH_FIND_STR(books->lasts, key, last);
	return last == NULL ? (struct yq_last_order){ .at_us = 0 } : last->order;
}

void
yq_books_enter(struct yq_books *books, const struct yq_order *order,
    struct yq_decimal reserve_price, int64_t now_us)
{
	struct yq_book *book = yq_books_get(books, order->account_alias);
	struct yq_err err = { .rc = YQ_OK };
	enum yq_rc rc = yq_account_open(book->account, order, reserve_price, &err);

	if (rc == YQ_E_EXISTS)
		return;
	if (rc != YQ_OK)
		yq_warn("order %s is not counted as open: %s", order->id.text, err.text);
	yq_rate_add(&book->rate, now_us);
	remember_last(books, order, now_us);
}

void
yq_books_hear_order(struct yq_books *books, const char *payload, size_t length, int64_t now_us)
{
	struct yq_order order;
	struct yq_opt_decimal price;

	if (yq_message_decode_order(payload, length, &order, NULL) != YQ_OK)
		return;
	price = yq_risk_price(&order, YQ_OPT_DECIMAL_NONE, 0);
	yq_books_enter(books, &order, price.set ? price.value : YQ_DECIMAL_ZERO, now_us);
}

void
yq_books_hear_execution(struct yq_books *books, const char *payload, size_t length)
{
	struct yq_execution execution;
	struct yq_decimal remaining = YQ_DECIMAL_ZERO;
	struct book *book = NULL;

	if (yq_message_decode_execution(payload, length, &execution, NULL) != YQ_OK)
		return;
	HASH_FIND_STR(books->accounts, execution.account_alias, book);
	if (book == NULL)
		return;
	if (!yq_order_state_is_final(execution.status) &&
	    yq_decimal_sub(execution.qty, execution.filled_qty, &remaining) != YQ_OK)
		return;
	yq_account_set_remaining(book->book.account, &execution.order_id, remaining);
}

static void start_resync(struct yq_books *books);

static void
end_resync(struct resync *resync)
{
	struct yq_books *books = resync->books;
	bool again = resync->failed;

	free(resync);
	if (books == NULL)
		return;
	books->resync = NULL;
	if (again) {
		start_resync(books);
		return;
	}
	books->done(books->done_cookie);
}

static void
on_open_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *order, const struct yq_err *err)
{
	struct resync *resync = cookie;

	if (rc == YQ_OK && resync->books != NULL &&
	    !yq_order_state_is_final(order->progress.state)) {
		struct yq_opt_decimal price = yq_risk_price(&order->order, YQ_OPT_DECIMAL_NONE, 0);
		struct yq_decimal remaining = order->order.qty;

		yq_books_enter(resync->books, &order->order,
		    price.set ? price.value : YQ_DECIMAL_ZERO, order->created_at_us);
		if (yq_decimal_sub(order->order.qty, order->progress.filled, &remaining) == YQ_OK)
			yq_account_set_remaining(
			    yq_books_get(resync->books, order->order.account_alias)->account,
			    &order->order.id, remaining);
	} else if (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN) {
		resync->failed = true;
	} else if (rc != YQ_OK && rc != YQ_E_NOT_FOUND) {
		yq_warn("an open order cannot be read: %s", err->text);
	}
	if (--resync->reads_left == 0)
		end_resync(resync);
}

static void
forget_open_orders(struct yq_books *books)
{
	struct book *book, *next;

	HASH_ITER(hh, books->accounts, book, next)
	yq_account_clear_orders(book->book.account);
}

static void
on_open_ids(
    void *cookie, enum yq_rc rc, const struct yq_id *ids, size_t count, const struct yq_err *err)
{
	struct resync *resync = cookie;

	resync->failed = rc != YQ_OK;
	if (rc != YQ_OK)
		yq_debug("open orders cannot be read: %s", err->text);
	else if (resync->books != NULL)
		forget_open_orders(resync->books);
	if (rc != YQ_OK || resync->books == NULL || count == 0) {
		end_resync(resync);
		return;
	}
	resync->reads_left = count;
	for (size_t i = 0; i < count; i++)
		yq_state_order(resync->books->valkey, &ids[i], on_open_order, resync);
}

static void
start_resync(struct yq_books *books)
{
	books->resync = yq_xcalloc(1, sizeof(*books->resync));
	books->resync->books = books;
	yq_state_open_orders(books->valkey, on_open_ids, books->resync);
}

void
yq_books_resync(struct yq_books *books, yq_books_done_fn *done, void *cookie)
{
	assert(books->resync == NULL);
	books->stale = false;
	books->done = done;
	books->done_cookie = cookie;
	start_resync(books);
}

void
yq_books_mark_stale(struct yq_books *books)
{
	books->stale = true;
}

bool
yq_books_is_stale(const struct yq_books *books)
{
	return books->stale;
}
