/* aside.c - who waits, and what waits behind them. */
#include "order_manager/aside.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"

#define KEY_SIZE (YQ_ALIAS_SIZE + YQ_TICKER_SIZE + 8)

/* An account and a ticker that somebody here waits for. */
struct held {
	struct yq_table_node node;
	char key[KEY_SIZE];
};

struct item {
	struct yq_waiting waiting;
	int64_t until_ns;
	enum yq_aside_for what;
};

struct yq_aside {
	struct item *items; /* oldest first */
	size_t count, max;
	struct yq_table held; /* by key */
};

struct yq_aside *
yq_aside_make(size_t max)
{
	struct yq_aside *aside = yq_xcalloc(1, sizeof(*aside));

	aside->items = yq_xcalloc(max, sizeof(*aside->items));
	aside->max = max;
	return aside;
}

static bool
free_held(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct held, node));
	return true;
}

static void
release_all(struct yq_aside *aside)
{
	yq_table_each(&aside->held, free_held, NULL);
	yq_table_clear(&aside->held);
}

void
yq_aside_free(struct yq_aside *aside)
{
	if (aside == NULL)
		return;
	release_all(aside);
	free(aside->items);
	free(aside);
}

size_t
yq_aside_count(const struct yq_aside *aside)
{
	return aside->count;
}

static bool
same_key(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(((const struct held *)(const void *)node)->key, key);
}

/* Whether it is held; its key is written to `key` in any case. */
static bool
find_key(const struct yq_aside *aside, const char *alias, const struct yq_signal *signal,
    char key[KEY_SIZE])
{
	yq_str_format(key, KEY_SIZE, "%s %d %s", alias, (int)signal->exchange, signal->ticker);
	return yq_table_find(&aside->held, yq_table_hash_text(key), same_key, key) != NULL;
}

static void
hold(struct yq_aside *aside, const struct yq_signal *signal, const struct yq_mapping_row *accounts)
{
	for (size_t i = 0; accounts != NULL && i < accounts->alias_count; i++) {
		char key[KEY_SIZE];
		struct held *held;

		if (find_key(aside, accounts->aliases[i], signal, key))
			continue;
		held = yq_xcalloc(1, sizeof(*held));
		yq_str_copy_cut(held->key, sizeof(held->key), key);
		yq_table_insert(&aside->held, yq_table_hash_text(key), &held->node);
	}
}

static bool
is_held(const struct yq_aside *aside, const struct yq_signal *signal,
    const struct yq_mapping_row *accounts)
{
	char key[KEY_SIZE];

	for (size_t i = 0; accounts != NULL && i < accounts->alias_count; i++)
		if (find_key(aside, accounts->aliases[i], signal, key))
			return true;
	return false;
}

bool
yq_aside_blocks(const struct yq_aside *aside, const struct yq_signal *signal,
    const struct yq_mapping_row *accounts)
{
	return aside->count > 0 && is_held(aside, signal, accounts);
}

void
yq_aside_put(struct yq_aside *aside, const struct yq_waiting *waiting,
    const struct yq_mapping_row *accounts, enum yq_aside_for what, int64_t until_ns)
{
	assert(aside->count < aside->max);
	aside->items[aside->count++] = (struct item){
		.waiting = *waiting,
		.until_ns = until_ns,
		.what = what,
	};
	hold(aside, &waiting->signal, accounts);
}

/* Who else may know whether what is waited for has come. */
struct others {
	const struct yq_lookup *lookup;
	const struct yq_sizers *sizers;
};

static bool
is_ripe(const struct item *item, const struct yq_mapping_row *accounts, const struct others *others,
    int64_t now_ns)
{
	const struct yq_signal *signal = &item->waiting.signal;

	if (now_ns >= item->until_ns)
		return true;
	switch (item->what) {
	case YQ_ASIDE_TIME:
		break;
	case YQ_ASIDE_PRICE:
		return others->lookup == NULL ||
		       !yq_lookup_is_open(others->lookup, signal->exchange, signal->ticker);
	case YQ_ASIDE_SIZE:
		return others->sizers == NULL || yq_sizers_are_settled(others->sizers, &signal->id);
	case YQ_ASIDE_TURN:
		return others->sizers == NULL ||
		       yq_sizers_are_free(others->sizers, &signal->id, accounts);
	}
	return false;
}

/* A turn is one of the account's, whatever the ticker: held as that of no ticker. */
static bool
is_turn_held(struct yq_aside *aside, const struct item *item, const struct yq_mapping_row *accounts)
{
	struct yq_signal turn = { .ticker = "" };
	bool is = false;

	if (item->what != YQ_ASIDE_TURN)
		return false;
	is = is_held(aside, &turn, accounts);
	hold(aside, &turn, accounts);
	return is;
}

/* What is held is made anew from those that stay: the accounts of a strategy may have changed. */
void
yq_aside_take(struct yq_aside *aside, const struct yq_rules *rules, const struct yq_lookup *lookup,
    const struct yq_sizers *sizers, int64_t now_ns, struct yq_line *line)
{
	const struct others others = { lookup, sizers };
	size_t taken = 0, kept = 0;
	struct yq_waiting *ready;

	if (aside->count == 0)
		return;
	ready = yq_xcalloc(aside->count, sizeof(*ready));
	release_all(aside);
	for (size_t i = 0; i < aside->count; i++) {
		struct item *item = &aside->items[i];
		const struct yq_mapping_row *accounts =
		    yq_rules_accounts(rules, item->waiting.signal.strategy);

		if (!is_turn_held(aside, item, accounts) &&
		    is_ripe(item, accounts, &others, now_ns) &&
		    !is_held(aside, &item->waiting.signal, accounts)) {
			ready[taken++] = item->waiting;
			continue;
		}
		hold(aside, &item->waiting.signal, accounts);
		if (kept != i)
			aside->items[kept] = *item;
		kept++;
	}
	aside->count = kept;
	yq_line_put_first(line, ready, taken);
	free(ready);
}
