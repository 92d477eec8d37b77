/* lot_books.c - lots by account and instrument, in a hash table; what is flat is forgotten. */
#include "domain/lot_books.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "domain/ticker.h"

struct book {
	struct yq_table_node node;
	struct yq_lots *lots; /* owned */
};

struct yq_lot_books {
	struct yq_table table;
};

struct key {
	const char *alias, *ticker;
	enum yq_exchange exchange;
};

static struct book *
book_at(struct yq_table_node *node)
{
	return yq_container(node, struct book, node);
}

static uint64_t
key_hash(const struct key *key)
{
	uint64_t instrument =
	    yq_table_hash_join(yq_table_hash_text(key->ticker), (uint64_t)key->exchange);

	return yq_table_hash_join(yq_table_hash_text(key->alias), instrument);
}

static bool
same_book(const struct yq_table_node *node, const void *cookie)
{
	const struct book *book = (const struct book *)(const void *)node; /* its first member */
	const struct key *key = cookie;

	return yq_lots_exchange(book->lots) == key->exchange &&
	       yq_str_equal(yq_lots_ticker(book->lots), key->ticker) &&
	       yq_str_equal(yq_lots_alias(book->lots), key->alias);
}

struct yq_lot_books *
yq_lot_books_make(void)
{
	return yq_xcalloc(1, sizeof(struct yq_lot_books));
}

static void
forget(struct yq_lot_books *books, struct book *book)
{
	yq_table_remove(&books->table, &book->node);
	yq_lots_free(book->lots);
	free(book);
}

void
yq_lot_books_free(struct yq_lot_books *books)
{
	if (books == NULL)
		return;
	while (books->table.oldest != NULL)
		forget(books, book_at(books->table.oldest));
	yq_table_clear(&books->table);
	free(books);
}

static struct book *
enter(struct yq_lot_books *books, const struct key *key, enum yq_currency currency)
{
	struct book *book = yq_xcalloc(1, sizeof(*book));

	book->lots = yq_lots_make(key->alias, key->exchange, key->ticker, currency);
	yq_table_insert(&books->table, key_hash(key), &book->node);
	return book;
}

enum yq_rc
yq_lot_books_feed(struct yq_lot_books *books, const char *alias, const struct yq_trade *trade,
    yq_trip_fn *fn, void *cookie, struct yq_err *err)
{
	char room[YQ_TICKER_SIZE];
	struct key key = { alias, yq_ticker_form(trade->exchange, trade->ticker, room),
		trade->exchange };
	struct book *book = book_at(yq_table_find(&books->table, key_hash(&key), same_book, &key));
	enum yq_rc rc;

	if (book == NULL && books->table.count >= YQ_LOT_BOOKS_MAX)
		return yq_err_set(
		    err, YQ_E_LIMIT, "more than %d instruments are held", YQ_LOT_BOOKS_MAX);
	if (book == NULL)
		book = enter(books, &key, trade->currency);
	rc = yq_lots_feed(book->lots, trade, fn, cookie, err);
	if (yq_lots_count(book->lots) == 0)
		forget(books, book);
	return rc;
}

const struct yq_lots *
yq_lot_books_find(const struct yq_lot_books *books, const char *alias, enum yq_exchange exchange,
    const char *ticker)
{
	char room[YQ_TICKER_SIZE];
	struct key key = { alias, yq_ticker_form(exchange, ticker, room), exchange };
	const struct book *book =
	    book_at(yq_table_find(&books->table, key_hash(&key), same_book, &key));

	return book == NULL ? NULL : book->lots;
}

size_t
yq_lot_books_count(const struct yq_lot_books *books)
{
	return books->table.count;
}

void
yq_lot_books_each(const struct yq_lot_books *books, yq_lots_each_fn *fn, void *cookie)
{
	for (struct yq_table_node *n = books->table.oldest; n != NULL; n = n->newer)
		if (!fn(cookie, book_at(n)->lots))
			return;
}
