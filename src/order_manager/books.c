/* books.c - cash and positions as read, open orders as followed. */
#include "order_manager/books.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "bus/message.h"
#include "order_manager/known.h"
#include "order_manager/resync.h"

#define LAST_KEY_SIZE (YQ_ALIAS_SIZE + YQ_TICKER_SIZE + 8)
#define LAST_MAX      4096  /* instruments remembered for the duplicate window */
#define HEARD_MAX     16384 /* messages kept while the open orders are read */

struct book {
	struct yq_table_node node;
	struct yq_book book;
};

struct last {
	struct yq_table_node node;
	char key[LAST_KEY_SIZE]; /* alias, ticker, exchange, action */
	struct yq_last_order order;
};

/* A message of the channels that came while the open orders were being read. */
struct heard {
	struct heard *next;
	bool is_order; /* else an execution */
	int64_t at_us;
	size_t length;
	char payload[];
};

struct yq_books {
	struct yq_valkey *valkey;
	const struct yq_clock *clock;
	struct yq_table accounts; /* of struct book, by alias */
	struct yq_table lasts;	  /* of struct last, by key, in order of use */
	struct yq_known *entered; /* orders that need not be heard of */
	struct yq_resync *resync;
	struct heard *heard, **heard_end; /* oldest first; empty unless `resync` */
	size_t heard_count;
	bool stale;
	char *forbidden; /* NULL = no */
	unsigned turns;	 /* from forbidden to allowed */
	yq_books_done_fn *done;
	void *done_cookie;
};

void
yq_books_forbid(struct yq_books *books, const char *why)
{
	books->turns += books->forbidden != NULL && why == NULL;
	free(books->forbidden);
	books->forbidden = why == NULL ? NULL : yq_xstrdup(why);
}

const char *
yq_books_forbidden(const struct yq_books *books)
{
	return books->forbidden;
}

unsigned
yq_books_turns(const struct yq_books *books)
{
	return books->turns;
}

struct yq_books *
yq_books_make(struct yq_valkey *valkey, const struct yq_clock *clock)
{
	struct yq_books *books = yq_xcalloc(1, sizeof(*books));

	books->valkey = valkey;
	books->clock = clock;
	books->entered = yq_known_make();
	books->heard_end = &books->heard;
	books->stale = true;
	return books;
}

const struct yq_clock *
yq_books_clock(const struct yq_books *books)
{
	return books->clock;
}

static void
drop_heard(struct yq_books *books)
{
	struct heard *heard, *next;

	for (heard = books->heard; heard != NULL; heard = next) {
		next = heard->next;
		free(heard);
	}
	books->heard = NULL;
	books->heard_end = &books->heard;
	books->heard_count = 0;
}

static bool
free_book(void *cookie, struct yq_table_node *node)
{
	struct book *book = yq_container(node, struct book, node);

	(void)cookie;
	yq_account_free(book->book.account);
	free(book);
	return true;
}

static bool
free_last(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct last, node));
	return true;
}

void
yq_books_free(struct yq_books *books)
{
	if (books == NULL)
		return;
	yq_resync_cancel(books->resync);
	drop_heard(books);
	yq_known_free(books->entered);
	yq_table_each(&books->accounts, free_book, NULL);
	yq_table_clear(&books->accounts);
	yq_table_each(&books->lasts, free_last, NULL);
	yq_table_clear(&books->lasts);
	free(books->forbidden);
	free(books);
}

static bool
same_alias(const struct yq_table_node *node, const void *alias)
{
	return yq_str_equal(((const struct book *)(const void *)node)->book.account->alias, alias);
}

static struct book *
find_book(const struct yq_books *books, const char *alias)
{
	return yq_container(
	    yq_table_find(&books->accounts, yq_table_hash_text(alias), same_alias, alias),
	    struct book, node);
}

struct yq_book *
yq_books_get(struct yq_books *books, const char *alias)
{
	struct book *book = find_book(books, alias);

	if (book != NULL)
		return &book->book;
	book = yq_xcalloc(1, sizeof(*book));
	book->book.account = yq_account_make(alias);
	yq_table_insert(&books->accounts, yq_table_hash_text(alias), &book->node);
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

static bool
same_key(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(((const struct last *)(const void *)node)->key, key);
}

static struct last *
find_last(const struct yq_books *books, const char *key)
{
	return yq_container(yq_table_find(&books->lasts, yq_table_hash_text(key), same_key, key),
	    struct last, node);
}

static void
remember_last(struct yq_books *books, const struct yq_order *order, int64_t at_us)
{
	char key[LAST_KEY_SIZE];
	struct last *last;

	last_key(key, order->account_alias, order->exchange, order->ticker, order->action);
	last = find_last(books, key);
	if (last != NULL && last->order.at_us > at_us)
		return;
	if (last == NULL && books->lasts.count >= LAST_MAX)
		last = yq_container(books->lasts.oldest, struct last, node);
	if (last != NULL)
		yq_table_remove(&books->lasts, &last->node);
	else
		last = yq_xcalloc(1, sizeof(*last));
	memcpy(last->key, key, sizeof(key));
	last->order.qty = yq_opt_decimal_of(order->qty);
	last->order.at_us = at_us;
	yq_table_insert(&books->lasts, yq_table_hash_text(key), &last->node);
}

struct yq_last_order
yq_books_last(const struct yq_books *books, const char *alias, enum yq_exchange exchange,
    const char *ticker, enum yq_action action)
{
	char key[LAST_KEY_SIZE];
	const struct last *last;

	last_key(key, alias, exchange, ticker, action);
	last = find_last(books, key);
	if (last == NULL)
		return (struct yq_last_order){ .at_us = 0 };
	return last->order;
}

void
yq_books_enter(struct yq_books *books, const struct yq_order *order,
    struct yq_decimal reserve_price, int64_t at_us)
{
	struct yq_book *book = yq_books_get(books, order->account_alias);
	struct yq_err err = { .rc = YQ_OK };
	enum yq_rc rc = yq_account_open(book->account, order, reserve_price, &err);

	if (rc == YQ_E_EXISTS)
		return;
	if (rc != YQ_OK)
		yq_warn("order %s is not counted as open: %s", order->id.text, err.text);
	yq_known_add(books->entered, &order->id);
	yq_rate_add(&book->rate, at_us);
	remember_last(books, order, at_us);
}

/* Whether orders of the alias are followed: anybody may publish orders for any number of them. */
static bool
is_followed(const struct yq_books *books, const char *alias)
{
	return find_book(books, alias) != NULL || books->accounts.count < YQ_BOOKS_MAX;
}

/* ---- what is heard ---- */

static void
take_order(struct yq_books *books, const char *payload, size_t length, int64_t at_us)
{
	struct yq_order order;
	struct yq_opt_decimal price;

	/* Mostly it is one of ours. */
	if (yq_str_starts(payload, "{\"Id\":") &&
	    yq_known_id_in(payload, length, "Id", &order.id) &&
	    yq_known_has(books->entered, &order.id))
		return;
	if (yq_message_decode_order(payload, length, &order, NULL) != YQ_OK ||
	    !is_followed(books, order.account_alias))
		return;
	price = yq_risk_price(&order, YQ_OPT_DECIMAL_NONE, 0);
	yq_books_enter(books, &order, price.set ? price.value : YQ_DECIMAL_ZERO, at_us);
}

static void
take_execution(struct yq_books *books, const char *payload, size_t length)
{
	struct yq_execution execution;
	struct yq_decimal remaining = YQ_DECIMAL_ZERO;
	struct book *book;

	if (yq_message_decode_execution(payload, length, &execution, NULL) != YQ_OK)
		return;
	book = find_book(books, execution.account_alias);
	if (book == NULL)
		return;
	if (!yq_order_state_is_final(execution.status) &&
	    yq_decimal_sub(execution.qty, execution.filled_qty, &remaining) != YQ_OK)
		return;
	yq_account_set_remaining(book->book.account, &execution.order_id, remaining);
}

/* An order that came after the set was read, and before the reading is taken over, would be lost:
 * what is heard meanwhile waits until the end. */
static void
keep_heard(struct yq_books *books, bool is_order, const char *payload, size_t length, int64_t at_us)
{
	struct heard *heard;

	if (books->heard_count == HEARD_MAX) {
		books->stale = true; /* read them all again */
		return;
	}
	heard = yq_xcalloc(1, sizeof(*heard) + length + 1);
	heard->is_order = is_order;
	heard->at_us = at_us;
	heard->length = length;
	memcpy(heard->payload, payload, length);
	*books->heard_end = heard;
	books->heard_end = &heard->next;
	books->heard_count++;
}

void
yq_books_hear_order(struct yq_books *books, const char *payload, size_t length, int64_t at_us)
{
	if (books->resync != NULL)
		keep_heard(books, true, payload, length, at_us);
	else
		take_order(books, payload, length, at_us);
}

void
yq_books_hear_execution(struct yq_books *books, const char *payload, size_t length)
{
	if (books->resync != NULL)
		keep_heard(books, false, payload, length, 0);
	else
		take_execution(books, payload, length);
}

static void
take_heard(struct yq_books *books)
{
	for (const struct heard *heard = books->heard; heard != NULL; heard = heard->next) {
		if (heard->is_order)
			take_order(books, heard->payload, heard->length, heard->at_us);
		else
			take_execution(books, heard->payload, heard->length);
	}
	drop_heard(books);
}

/* ---- open orders as they stand in the bus ---- */

static void
on_open_order(void *cookie, const struct yq_order_state_full *order)
{
	struct yq_books *books = cookie;
	struct yq_opt_decimal price = yq_risk_price(&order->order, YQ_OPT_DECIMAL_NONE, 0);
	struct yq_decimal remaining = order->order.qty;
	struct yq_account *account;

	if (!is_followed(books, order->order.account_alias))
		return;
	account = yq_books_get(books, order->order.account_alias)->account;
	if (yq_order_state_is_final(order->progress.state)) {
		yq_account_close(account, &order->order.id);
		return;
	}
	yq_books_enter(books, &order->order, price.set ? price.value : YQ_DECIMAL_ZERO,
	    yq_clock_monotonic_of(books->clock, order->created_at_us));
	if (yq_decimal_sub(order->order.qty, order->progress.filled, &remaining) == YQ_OK)
		yq_account_set_remaining(account, &order->order.id, remaining);
}

/* The open orders of one account that stand in the bus no longer. */
struct gone {
	const struct yq_id *open; /* ascending */
	size_t open_count;
	struct yq_id *ids;
	size_t count;
};

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(
	    ((const struct yq_id *)a)->text, ((const struct yq_id *)b)->text, YQ_ID_LENGTH);
}

static bool
collect_gone(void *cookie, const struct yq_open_order *order)
{
	struct gone *gone = cookie;

	if (gone->open_count == 0 || bsearch(&order->id, gone->open, gone->open_count,
					 sizeof(order->id), compare_ids) == NULL)
		gone->ids[gone->count++] = order->id;
	return true;
}

static void
close_gone(struct yq_account *account, const struct yq_id *open, size_t open_count)
{
	struct gone gone = { .open = open, .open_count = open_count };

	if (account->open_order_count == 0)
		return;
	gone.ids = yq_xcalloc(account->open_order_count, sizeof(*gone.ids));
	yq_account_each_order(account, collect_gone, &gone);
	for (size_t i = 0; i < gone.count; i++)
		yq_account_close(account, &gone.ids[i]);
	free(gone.ids);
}

static void
on_resynced(void *cookie, enum yq_rc rc, const struct yq_id *ids, size_t count)
{
	struct yq_books *books = cookie;

	books->resync = NULL;
	for (struct yq_table_node *n = books->accounts.oldest; n != NULL && rc == YQ_OK;
	     n = n->newer)
		close_gone(yq_container(n, struct book, node)->book.account, ids, count);
	if (rc != YQ_OK)
		books->stale = true;
	take_heard(books);
	books->done(books->done_cookie, rc);
}

void
yq_books_resync(struct yq_books *books, yq_books_done_fn *done, void *cookie)
{
	static const struct yq_resync_events events = { on_open_order, on_resynced };

	assert(books->resync == NULL);
	books->stale = false;
	books->done = done;
	books->done_cookie = cookie;
	books->resync = yq_resync_start(books->valkey, &events, books);
}

void
yq_books_mark_stale(struct yq_books *books)
{
	books->stale = true;
}

bool
yq_books_is_stale(const struct yq_books *books)
{
	return books->stale || books->resync != NULL;
}
