/* track_books.c - tracks by account, strategy and currency, fed with executions. */
#include "domain/track_books.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "domain/lot_books.h"
#include "domain/ticker.h"

struct kept {
	struct yq_table_node node; /* by the three */
	char alias[YQ_ALIAS_SIZE];
	char strategy[YQ_STRATEGY_SIZE];
	enum yq_currency currency;
	struct yq_history history;
	bool touched; /* by the execution at hand */
	struct kept *next;
};

/* The latest end of one instrument's trade. */
struct closed {
	struct yq_table_node node; /* by hash: oldest first */
	uint64_t key;
	uint64_t exit;
	int64_t loss_before_us; /* the latest loss of another exit */
	struct yq_closes times;
};

struct yq_track_books {
	struct yq_lot_books *lots;
	struct yq_table tracks; /* of struct kept */
	struct yq_table closes; /* of struct closed */
	bool full;		/* a track was turned away */
};

/* An execution at hand. */
struct feeding {
	struct yq_track_books *books;
	uint64_t exit;
	struct kept *touched;
};

struct track_key {
	const char *alias, *strategy;
	enum yq_currency currency;
};

struct yq_track_books *
yq_track_books_make(void)
{
	struct yq_track_books *books = yq_xcalloc(1, sizeof(*books));

	books->lots = yq_lot_books_make();
	return books;
}

static bool
free_kept(void *cookie, struct yq_table_node *node)
{
	struct kept *kept = yq_container(node, struct kept, node);

	(void)cookie;
	yq_history_clear(&kept->history);
	free(kept);
	return true;
}

static bool
free_closed(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct closed, node));
	return true;
}

void
yq_track_books_free(struct yq_track_books *books)
{
	if (books == NULL)
		return;
	yq_table_each(&books->tracks, free_kept, NULL);
	yq_table_clear(&books->tracks);
	yq_table_each(&books->closes, free_closed, NULL);
	yq_table_clear(&books->closes);
	yq_lot_books_free(books->lots);
	free(books);
}

static uint64_t
pair_hash(const char *alias, const char *strategy)
{
	return yq_table_hash_join(yq_table_hash_text(alias), yq_table_hash_text(strategy));
}

static uint64_t
track_hash(const struct track_key *key)
{
	return yq_table_hash_join(pair_hash(key->alias, key->strategy), (uint64_t)key->currency);
}

static bool
same_track(const struct yq_table_node *node, const void *key)
{
	const struct kept *kept = (const struct kept *)(const void *)node;
	const struct track_key *k = key;

	return kept->currency == k->currency && yq_str_equal(kept->alias, k->alias) &&
	       yq_str_equal(kept->strategy, k->strategy);
}

static struct kept *
find_kept(const struct yq_track_books *books, const struct track_key *key)
{
	return yq_container(
	    yq_table_find(&books->tracks, track_hash(key), same_track, key), struct kept, node);
}

static struct kept *
want_kept(struct yq_track_books *books, const struct track_key *key)
{
	struct kept *kept = find_kept(books, key);

	if (kept != NULL)
		return kept;
	if (books->tracks.count >= YQ_TRACKS_MAX) {
		books->full = true;
		return NULL;
	}
	kept = yq_xcalloc(1, sizeof(*kept));
	yq_str_copy_cut(kept->alias, sizeof(kept->alias), key->alias);
	yq_str_copy_cut(kept->strategy, sizeof(kept->strategy), key->strategy);
	kept->currency = key->currency;
	yq_table_insert(&books->tracks, track_hash(key), &kept->node);
	return kept;
}

/* ---- when instruments were closed ---- */

/* 64 bits of all four: two that are alike would lend one another a cool-down, no more. */
static uint64_t
closes_key(const char *alias, const char *strategy, enum yq_exchange exchange, const char *ticker)
{
	char room[YQ_TICKER_SIZE];
	uint64_t instrument = yq_table_hash_join(
	    yq_table_hash_text(yq_ticker_form(exchange, ticker, room)), (uint64_t)exchange);

	return yq_table_hash_join(pair_hash(alias, strategy), instrument);
}

static bool
same_closed(const struct yq_table_node *node, const void *key)
{
	return ((const struct closed *)(const void *)node)->key == *(const uint64_t *)key;
}

/* Found or made, and now the newest. */
static struct closed *
want_closed(struct yq_track_books *books, uint64_t key)
{
	struct closed *closed = yq_container(
	    yq_table_find(&books->closes, key, same_closed, &key), struct closed, node);

	if (closed != NULL) {
		yq_table_remove(&books->closes, &closed->node);
	} else {
		if (books->closes.count >= YQ_CLOSES_MAX) {
			closed = yq_container(books->closes.oldest, struct closed, node);
			yq_table_remove(&books->closes, &closed->node);
			free(closed);
		}
		closed = yq_xcalloc(1, sizeof(*closed));
		closed->key = key;
	}
	yq_table_insert(&books->closes, key, &closed->node);
	return closed;
}

/* The parts of one exit are one end: whether at a loss, all of them together say. */
static void
note_close(struct feeding *feeding, const struct yq_trade *trade, const struct kept *kept)
{
	const struct yq_result *result = &kept->history.results[kept->history.count - 1];
	struct closed *closed = want_closed(feeding->books,
	    closes_key(kept->alias, kept->strategy, trade->exchange, trade->ticker));

	if (closed->exit != feeding->exit)
		closed->loss_before_us = closed->times.last_loss_at_us;
	closed->exit = feeding->exit;
	closed->times.last_closed_at_us = trade->executed_at_us;
	closed->times.last_loss_at_us =
	    yq_decimal_sign(result->profit) < 0 ? trade->executed_at_us : closed->loss_before_us;
}

/* ---- feeding ---- */

static void
on_trip(void *cookie, const struct yq_trip *trip)
{
	struct feeding *feeding = cookie;
	struct track_key key = { trip->account_alias, trip->strategy, trip->currency };
	struct kept *kept = trip->strategy[0] == '\0' ? NULL : want_kept(feeding->books, &key);

	if (kept == NULL)
		return;
	yq_history_add(&kept->history, feeding->exit, trip->profit, trip->closed_at_us);
	if (kept->touched)
		return;
	kept->touched = true;
	kept->next = feeding->touched;
	feeding->touched = kept;
}

static uint64_t
exit_of(const struct yq_trade *trade)
{
	const struct yq_id *id = yq_id_is_none(&trade->order_id) ? &trade->id : &trade->order_id;

	return yq_table_hash_join(yq_table_hash_text(id->text),
	    yq_table_hash_join(yq_table_hash_text(trade->ticker), (uint64_t)trade->exchange));
}

enum yq_rc
yq_track_books_feed(struct yq_track_books *books, const char *alias, const struct yq_trade *trade,
    yq_closed_fn *fn, void *cookie, struct yq_err *err)
{
	struct feeding feeding = { .books = books, .exit = exit_of(trade) };
	enum yq_rc rc = yq_lot_books_feed(books->lots, alias, trade, on_trip, &feeding, err);

	for (struct kept *kept = feeding.touched, *next; kept != NULL; kept = next) {
		next = kept->next;
		kept->touched = false;
		note_close(&feeding, trade, kept);
		if (fn != NULL)
			fn(cookie, kept->alias, kept->strategy, kept->currency, &kept->history);
	}
	return rc;
}

const struct yq_track *
yq_track_books_find(const struct yq_track_books *books, const char *alias, const char *strategy,
    enum yq_currency currency)
{
	static const struct yq_track none = { 0 };
	struct track_key key = { alias, strategy, currency };
	const struct kept *kept = find_kept(books, &key);

	if (kept != NULL)
		return &kept->history.track;
	return books->full ? NULL : &none;
}

struct yq_closes
yq_track_books_closes(const struct yq_track_books *books, const char *alias, const char *strategy,
    enum yq_exchange exchange, const char *ticker)
{
	uint64_t key = closes_key(alias, strategy, exchange, ticker);
	const struct closed *closed = yq_container(
	    yq_table_find(&books->closes, key, same_closed, &key), struct closed, node);

	if (closed == NULL)
		return (struct yq_closes){ 0 };
	return closed->times;
}
