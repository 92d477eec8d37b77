/* closings.c - trips by exit order, in the order of their last parts. */
#include "domain/closings.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"

struct entry {
	struct yq_table_node node;
	struct yq_closing closing;
};

struct yq_closings {
	struct yq_table table; /* of struct entry; oldest last part first */
	yq_closing_fn *fn;
	void *cookie;
};

static struct entry *
entry_at(struct yq_table_node *node)
{
	return yq_container(node, struct entry, node);
}

static uint64_t
hash_of(const struct yq_trip *trip)
{
	uint64_t order = yq_table_hash_text(trip->exit_order.text);
	uint64_t instrument =
	    yq_table_hash_join(yq_table_hash_text(trip->ticker), (uint64_t)trip->exchange);

	return yq_table_hash_join(yq_table_hash_join(order, instrument),
	    yq_table_hash_join(
		yq_table_hash_text(trip->account_alias), yq_table_hash_text(trip->strategy)));
}

/* Without an order's id, what was closed at one instant belongs together. */
static bool
same_closing(const struct yq_table_node *node, const void *cookie)
{
	const struct yq_closing *c = &((const struct entry *)(const void *)node)->closing;
	const struct yq_trip *trip = cookie;

	return yq_id_equal(&c->exit_order, &trip->exit_order) &&
	       (!yq_id_is_none(&c->exit_order) || c->closed_at_us == trip->closed_at_us) &&
	       c->exchange == trip->exchange && c->side == trip->side &&
	       yq_str_equal(c->ticker, trip->ticker) &&
	       yq_str_equal(c->account_alias, trip->account_alias) &&
	       yq_str_equal(c->strategy, trip->strategy);
}

struct yq_closings *
yq_closings_make(yq_closing_fn *fn, void *cookie)
{
	struct yq_closings *closings = yq_xcalloc(1, sizeof(*closings));

	closings->fn = fn;
	closings->cookie = cookie;
	return closings;
}

static void
remove_entry(struct yq_closings *closings, struct entry *entry)
{
	yq_table_remove(&closings->table, &entry->node);
	free(entry);
}

void
yq_closings_free(struct yq_closings *closings)
{
	if (closings == NULL)
		return;
	while (closings->table.oldest != NULL)
		remove_entry(closings, entry_at(closings->table.oldest));
	yq_table_clear(&closings->table);
	free(closings);
}

static void
tell_oldest(struct yq_closings *closings)
{
	struct entry *entry = entry_at(closings->table.oldest);

	closings->fn(closings->cookie, &entry->closing);
	remove_entry(closings, entry);
}

static struct entry *
enter(const struct yq_trip *trip)
{
	struct entry *entry = yq_xcalloc(1, sizeof(*entry));
	struct yq_closing *c = &entry->closing;

	memcpy(c->account_alias, trip->account_alias, sizeof(c->account_alias));
	memcpy(c->ticker, trip->ticker, sizeof(c->ticker));
	memcpy(c->strategy, trip->strategy, sizeof(c->strategy));
	c->exchange = trip->exchange;
	c->currency = trip->currency;
	c->side = trip->side;
	c->exit_order = trip->exit_order;
	c->opened_at_us = trip->opened_at_us;
	return entry;
}

static enum yq_rc
add(struct yq_closing *closing, const struct yq_trip *trip, struct yq_err *err)
{
	struct yq_closing sum = *closing;

	if (yq_decimal_add(sum.qty, trip->qty, &sum.qty) != YQ_OK ||
	    yq_decimal_add(sum.commission, trip->commission, &sum.commission) != YQ_OK ||
	    yq_decimal_add(sum.profit, trip->profit, &sum.profit) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "what order %s closed of %s does not fit",
		    trip->exit_order.text, trip->ticker);
	if (trip->opened_at_us < sum.opened_at_us)
		sum.opened_at_us = trip->opened_at_us;
	sum.closed_at_us = trip->closed_at_us;
	*closing = sum;
	return YQ_OK;
}

enum yq_rc
yq_closings_feed(struct yq_closings *closings, const struct yq_trip *trip, struct yq_err *err)
{
	uint64_t hash = hash_of(trip);
	struct entry *entry;
	enum yq_rc rc;

	while (closings->table.oldest != NULL &&
	       (closings->table.count >= YQ_CLOSINGS_MAX ||
		   trip->closed_at_us - entry_at(closings->table.oldest)->closing.closed_at_us >=
		       YQ_CLOSING_GATHER_US))
		tell_oldest(closings);
	entry = entry_at(yq_table_find(&closings->table, hash, same_closing, trip));
	if (entry == NULL)
		entry = enter(trip);
	else
		yq_table_remove(&closings->table, &entry->node); /* it goes to the end */
	rc = add(&entry->closing, trip, err);
	if (rc != YQ_OK && yq_decimal_sign(entry->closing.qty) == 0) {
		free(entry);
		return rc;
	}
	yq_table_insert(&closings->table, hash, &entry->node);
	return rc;
}

void
yq_closings_flush(struct yq_closings *closings)
{
	while (closings->table.oldest != NULL)
		tell_oldest(closings);
}
