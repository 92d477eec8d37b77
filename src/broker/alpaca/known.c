/* known.c - what is known of orders at Alpaca beyond one call. */
#include "broker/alpaca/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define LISTINGS_MAX 20000

static bool
same_known(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(((const struct yq_alpaca_known *)(const void *)node)->id, key);
}

static bool
same_ours(const struct yq_table_node *node, const void *key)
{
	return yq_id_equal(&((const struct yq_alpaca_ours *)(const void *)node)->id, key);
}

static bool
same_listing(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(
	    ((const struct yq_alpaca_listing *)(const void *)node)->asset.symbol, key);
}

/* The node is the first member of each. */
static void
forget(struct yq_table *table, size_t most)
{
	while (table->count > most) {
		struct yq_table_node *oldest = table->oldest;

		yq_table_remove(table, oldest);
		free(oldest);
	}
}

void
yq_alpaca_book_free(struct yq_alpaca_book *book)
{
	struct yq_table *tables[] = { &book->orders, &book->ours, &book->listings };

	for (size_t i = 0; i < YQ_COUNT(tables); i++) {
		forget(tables[i], 0);
		yq_table_clear(tables[i]);
	}
}

struct yq_alpaca_known *
yq_alpaca_known_find(const struct yq_alpaca_book *book, const char *id)
{
	return (struct yq_alpaca_known *)(void *)yq_table_find(
	    &book->orders, yq_table_hash_text(id), same_known, id);
}

struct yq_alpaca_ours *
yq_alpaca_ours_find(const struct yq_alpaca_book *book, const struct yq_id *id)
{
	return (struct yq_alpaca_ours *)(void *)yq_table_find(
	    &book->ours, yq_table_hash_text(id->text), same_ours, id);
}

const struct yq_alpaca_listing *
yq_alpaca_listing_find(const struct yq_alpaca_book *book, const char *symbol)
{
	return (const struct yq_alpaca_listing *)(const void *)yq_table_find(
	    &book->listings, yq_table_hash_text(symbol), same_listing, symbol);
}

struct yq_alpaca_known *
yq_alpaca_known_enter(struct yq_alpaca_book *book, const char *id, const struct yq_id *owner)
{
	struct yq_alpaca_known *known = yq_alpaca_known_find(book, id);

	if (known == NULL) {
		forget(&book->orders, YQ_ALPACA_KNOWN_MAX - 1);
		known = yq_xcalloc(1, sizeof(*known));
		yq_str_copy_cut(known->id, sizeof(known->id), id);
		yq_table_insert(&book->orders, yq_table_hash_text(known->id), &known->node);
	}
	if (yq_id_is_none(&known->order_id))
		known->order_id = *owner;
	return known;
}

struct yq_alpaca_ours *
yq_alpaca_ours_enter(struct yq_alpaca_book *book, const struct yq_id *id)
{
	struct yq_alpaca_ours *ours = yq_alpaca_ours_find(book, id);

	if (ours != NULL)
		return ours;
	forget(&book->ours, YQ_ALPACA_KNOWN_MAX - 1);
	ours = yq_xcalloc(1, sizeof(*ours));
	ours->id = *id;
	yq_table_insert(&book->ours, yq_table_hash_text(id->text), &ours->node);
	return ours;
}

struct yq_alpaca_known *
yq_alpaca_book_see(struct yq_alpaca_book *book, const struct yq_alpaca_order *order)
{
	struct yq_alpaca_known *known = yq_alpaca_known_enter(book, order->id, &order->order_id);
	struct yq_alpaca_ours *ours;

	if (known->replacing && order->status == YQ_ALPACA_REPLACED)
		memcpy(known->replaced_by, order->replaced_by, sizeof(known->replaced_by));
	if (yq_id_is_none(&order->order_id))
		return known;
	ours = yq_alpaca_ours_find(book, &order->order_id);
	if (ours == NULL)
		return known;
	if (order->status == YQ_ALPACA_REPLACED) {
		if (order->replaced_by[0] != '\0' && yq_str_equal(ours->current, order->id))
			memcpy(ours->current, order->replaced_by, sizeof(ours->current));
	} else if (ours->current[0] == '\0') {
		memcpy(ours->current, order->id, sizeof(ours->current));
	}
	return known;
}

void
yq_alpaca_listing_enter(
    struct yq_alpaca_book *book, const struct yq_alpaca_asset *asset, bool whole)
{
	struct yq_alpaca_listing *listing = (struct yq_alpaca_listing *)(void *)yq_table_find(
	    &book->listings, yq_table_hash_text(asset->symbol), same_listing, asset->symbol);

	if (listing != NULL && listing->whole && !whole)
		return;
	if (listing == NULL) {
		forget(&book->listings, LISTINGS_MAX - 1);
		listing = yq_xcalloc(1, sizeof(*listing));
		listing->asset = *asset;
		yq_table_insert(
		    &book->listings, yq_table_hash_text(listing->asset.symbol), &listing->node);
	}
	listing->asset = *asset;
	listing->whole = whole;
}
