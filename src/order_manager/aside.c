/* aside.c - who waits, and what waits behind them. */
#include "order_manager/aside.h"

#include <assert.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/mem.h"
#include "base/str.h"

#define KEY_SIZE (YQ_ALIAS_SIZE + YQ_TICKER_SIZE + 8)

/* An account and a ticker that somebody here waits for. */
struct held {
	char key[KEY_SIZE];
	UT_hash_handle hh;
};

struct item {
	struct yq_waiting waiting;
	int64_t until_ns;
	bool for_price;
};

struct yq_aside {
	struct item *items; /* oldest first */
	size_t count, max;
	struct held *held;
};

struct yq_aside *
yq_aside_make(size_t max)
{
	struct yq_aside *aside = yq_xcalloc(1, sizeof(*aside));

	aside->items = yq_xcalloc(max, sizeof(*aside->items));
	aside->max = max;
	return aside;
}

static void
release_all(struct yq_aside *aside)
{
	struct held *held, *next;

	HASH_ITER(hh, aside->held, held, next)
	{
		HASH_DEL(aside->held, held);
		free(held);
	}
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

static struct held *
find(const struct yq_aside *aside, const char *alias, const struct yq_signal *signal,
    char key[KEY_SIZE])
{
	struct held *held = NULL;

	yq_str_format(key, KEY_SIZE, "%s %d %s", alias, (int)signal->exchange, signal->ticker);
	HASH_FIND_STR(aside->held, key, held);
	return held;
}

static void
hold(struct yq_aside *aside, const struct yq_signal *signal, const struct yq_mapping_row *accounts)
{
	for (size_t i = 0; accounts != NULL && i < accounts->alias_count; i++) {
		char key[KEY_SIZE];
		struct held *held = find(aside, accounts->aliases[i], signal, key);

		if (held != NULL)
			continue;
		held = yq_xcalloc(1, sizeof(*held));
		yq_str_copy_cut(held->key, sizeof(held->key), key);
		HASH_ADD_STR(aside->held, key, held);
	}
}

static bool
is_held(const struct yq_aside *aside, const struct yq_signal *signal,
    const struct yq_mapping_row *accounts)
{
	char key[KEY_SIZE];

	for (size_t i = 0; accounts != NULL && i < accounts->alias_count; i++)
		if (find(aside, accounts->aliases[i], signal, key) != NULL)
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
    const struct yq_mapping_row *accounts, bool for_price, int64_t until_ns)
{
	assert(aside->count < aside->max);
	aside->items[aside->count++] = (struct item){
		.waiting = *waiting,
		.until_ns = until_ns,
		.for_price = for_price,
	};
	hold(aside, &waiting->signal, accounts);
}

static bool
is_ripe(const struct item *item, const struct yq_lookup *lookup, int64_t now_ns)
{
	const struct yq_signal *signal = &item->waiting.signal;

	if (now_ns >= item->until_ns)
		return true;
	return item->for_price &&
	       (lookup == NULL || !yq_lookup_is_open(lookup, signal->exchange, signal->ticker));
}

/* What is held is made anew from those that stay: the accounts of a strategy may have changed. */
void
yq_aside_take(struct yq_aside *aside, const struct yq_rules *rules, const struct yq_lookup *lookup,
    int64_t now_ns, struct yq_line *line)
{
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

		if (is_ripe(item, lookup, now_ns) &&
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
