/* facts.c - one round trip for all that a batch of decisions looks at. */
#include "order_manager/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "order_manager/facts_parts.h"

struct yq_facts *
yq_facts_make(struct yq_valkey *valkey, struct yq_books *books)
{
	struct yq_facts *facts = yq_xcalloc(1, sizeof(*facts));

	facts->valkey = valkey;
	facts->books = books;
	return facts;
}

void
yq_facts_set_sizers(struct yq_facts *facts, const struct yq_sizers *sizers)
{
	facts->sizers = sizers;
}

void
yq_facts_set_tracks(struct yq_facts *facts, const struct yq_tracks *tracks)
{
	facts->tracks = tracks;
}

void
yq_facts_set_listings(struct yq_facts *facts, const struct yq_listings_keeper *listings)
{
	facts->listings = listings;
}

const struct yq_tracks *
yq_facts_tracks(const struct yq_facts *facts)
{
	return facts->tracks;
}

static bool
free_item(void *cookie, struct yq_table_node *node)
{
	struct fact *item = yq_container(node, struct fact, node);

	(void)cookie;
	yq_halts_clear(&item->halts);
	free(item);
	return true;
}

static void
free_items(struct yq_table *items)
{
	yq_table_each(items, free_item, NULL);
	yq_table_clear(items);
}

void
yq_facts_clear(struct yq_facts *facts)
{
	free_items(&facts->items);
}

size_t
yq_facts_count(const struct yq_facts *facts)
{
	return facts->items.count;
}

void
yq_facts_free(struct yq_facts *facts)
{
	if (facts == NULL)
		return;
	if (facts->round != NULL) {
		facts->round->facts = NULL;
		facts->round->items = facts->items;
	} else {
		free_items(&facts->items);
	}
	free(facts);
}

static bool
same_key(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(((const struct fact *)(const void *)node)->key, key);
}

struct fact *
facts_find(const struct yq_facts *facts, const char *key)
{
	return yq_container(yq_table_find(&facts->items, yq_table_hash_text(key), same_key, key),
	    struct fact, node);
}

/* A new item under `key`, or NULL if it is wanted already. */
static struct fact *
want(struct yq_facts *facts, enum kind kind, const char *key)
{
	struct fact *item = facts_find(facts, key);

	if (item != NULL)
		return NULL;
	item = yq_xcalloc(1, sizeof(*item));
	item->kind = kind;
	memcpy(item->key, key, strlen(key) + 1);
	yq_table_insert(&facts->items, yq_table_hash_text(key), &item->node);
	return item;
}

void
facts_account_key(char key[KEY_SIZE], const char *alias)
{
	yq_str_format(key, KEY_SIZE, "a %s", alias);
}

void
facts_life_key(char key[KEY_SIZE], const char *strategy)
{
	yq_str_format(key, KEY_SIZE, "s %s", strategy);
}

void
facts_price_key(char key[KEY_SIZE], enum yq_exchange exchange, const char *ticker)
{
	yq_str_format(key, KEY_SIZE, "p %d %s", (int)exchange, ticker);
}

static void
want_account(struct yq_facts *facts, const char *alias)
{
	char key[KEY_SIZE];
	struct fact *item;

	facts_account_key(key, alias);
	item = want(facts, ACCOUNT, key);
	if (item != NULL)
		yq_str_copy_cut(item->alias, sizeof(item->alias), alias);
}

static void
want_life(struct yq_facts *facts, const char *strategy)
{
	char key[KEY_SIZE];
	struct fact *item;

	facts_life_key(key, strategy);
	item = want(facts, LIFE, key);
	if (item != NULL)
		yq_str_copy_cut(item->strategy, sizeof(item->strategy), strategy);
}

static void
want_price(struct yq_facts *facts, enum yq_exchange exchange, const char *ticker)
{
	char key[KEY_SIZE];
	struct fact *item;

	facts_price_key(key, exchange, ticker);
	item = want(facts, PRICE, key);
	if (item != NULL) {
		item->exchange = exchange;
		yq_str_copy_cut(item->ticker, sizeof(item->ticker), ticker);
	}
}

void
yq_facts_want(struct yq_facts *facts, const struct yq_rules *rules, const struct yq_signal *signal)
{
	const struct yq_mapping_row *accounts = yq_rules_accounts(rules, signal->strategy);

	(void)want(facts, HALTS, HALTS_KEY);
	want_life(facts, signal->strategy);
	want_price(facts, signal->exchange, signal->ticker);
	for (size_t a = 0; accounts != NULL && a < accounts->alias_count; a++)
		want_account(facts, accounts->aliases[a]);
}

/* ---- reading ---- */

static void
end_round(struct round *round)
{
	struct yq_facts *facts = round->facts;
	struct yq_err err = round->err;

	if (facts == NULL) {
		free_items(&round->items);
		free(round);
		return;
	}
	free(round);
	facts->round = NULL;
	facts->fn(facts->cookie, err.rc, &err);
}

/* What a failed answer means: the state of one thing, or no reading at all. */
static void
settle(struct fact *item, enum yq_rc rc, const struct yq_err *err)
{
	struct round *round = item->round;

	item->rc = rc;
	if (rc == YQ_E_CORRUPT)
		yq_str_copy_cut(item->text, sizeof(item->text), err->text);
	else if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		round->err = *err;
	if (--round->left == 0)
		end_round(round);
}

static void
on_account(
    void *cookie, enum yq_rc rc, const struct yq_account_state *state, const struct yq_err *err)
{
	struct fact *item = cookie;
	struct yq_err fault = { .rc = YQ_OK };

	if (rc == YQ_OK && item->round->facts != NULL &&
	    yq_books_update(item->round->facts->books, state, &fault) != YQ_OK) {
		settle(item, YQ_E_CORRUPT, &fault);
		return;
	}
	settle(item, rc, err);
}

static void
on_halts(void *cookie, enum yq_rc rc, struct yq_halts *halts, const struct yq_err *err)
{
	struct fact *item = cookie;

	if (rc == YQ_OK) {
		item->halts = *halts;
		*halts = (struct yq_halts){ 0 };
	}
	settle(item, rc, err);
}

/* What nobody can read lets nothing new begin. */
static void
on_life(void *cookie, enum yq_rc rc, const struct yq_life *life, const struct yq_err *err)
{
	struct fact *item = cookie;

	item->life = rc == YQ_OK ? life->state : YQ_LIFE_OFF;
	settle(item, rc, err);
}

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_stock_price *price, const struct yq_err *err)
{
	struct fact *item = cookie;

	if (rc == YQ_OK) {
		item->price = yq_opt_decimal_of(price->price);
		item->price_at_us = price->updated_at_us;
	}
	settle(item, rc, err);
}

static void
ask(struct yq_facts *facts, struct fact *item)
{
	switch (item->kind) {
	case ACCOUNT:
		yq_state_account(facts->valkey, item->alias, on_account, item);
		break;
	case HALTS:
		yq_halts_read(facts->valkey, on_halts, item);
		break;
	case LIFE:
		yq_state_life(facts->valkey, item->strategy, on_life, item);
		break;
	case PRICE:
		yq_state_stock(facts->valkey, item->ticker, item->exchange, on_price, item);
		break;
	}
}

void
yq_facts_read(struct yq_facts *facts, yq_facts_fn *fn, void *cookie)
{
	struct round *round = yq_xcalloc(1, sizeof(*round));

	round->facts = facts;
	round->left = facts->items.count;
	facts->round = round;
	facts->fn = fn;
	facts->cookie = cookie;
	for (struct yq_table_node *n = facts->items.oldest, *next; n != NULL; n = next) {
		struct fact *item = yq_container(n, struct fact, node);

		next = n->newer;
		item->round = round;
		ask(facts, item);
	}
}
