/*
 * paper_book.c - the paper broker's book as data: applying records, looking things up, snapshots.
 *
 * Deciding what happens is in paper_match.c; nothing here decides.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/paper_private.h"

/* ---- finding ---- */

static bool
same_order(const struct yq_table_node *node, const void *id)
{
	const struct yq_paper_order *o = (const struct yq_paper_order *)(const void *)node;

	return yq_id_equal(&o->id, id);
}

static bool
same_known(const struct yq_table_node *node, const void *id)
{
	const struct yq_paper_known *k = (const struct yq_paper_known *)(const void *)node;

	return yq_id_equal(&k->id, id);
}

struct instrument_key {
	const char *ticker;
	enum yq_exchange exchange;
};

static bool
same_instrument(const struct yq_table_node *node, const void *key)
{
	const struct yq_paper_instrument *i =
	    (const struct yq_paper_instrument *)(const void *)node;
	const struct instrument_key *k = key;

	return i->exchange == k->exchange && yq_str_equal(i->ticker, k->ticker);
}

static uint64_t
instrument_hash(const struct instrument_key *key)
{
	return yq_table_hash_join(yq_table_hash_text(key->ticker), (uint64_t)key->exchange);
}

uint64_t
yq_paper_id_hash(const struct yq_id *id)
{
	return yq_table_hash(id->text, YQ_ID_LENGTH);
}

struct yq_paper_order *
yq_paper_order_of(const struct yq_paper_book *book, const struct yq_id *id)
{
	struct yq_table_node *n =
	    yq_table_find(&book->orders, yq_paper_id_hash(id), same_order, id);

	return yq_container(n, struct yq_paper_order, node);
}

struct yq_paper_known *
yq_paper_known_of(const struct yq_paper_book *book, const struct yq_id *id)
{
	struct yq_table_node *n = yq_table_find(&book->known, yq_paper_id_hash(id), same_known, id);

	return yq_container(n, struct yq_paper_known, node);
}

struct yq_paper_instrument *
yq_paper_instrument_find(
    const struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker)
{
	struct instrument_key key = { ticker, exchange };
	struct yq_table_node *n =
	    yq_table_find(&book->instruments, instrument_hash(&key), same_instrument, &key);

	return yq_container(n, struct yq_paper_instrument, node);
}

static bool
is_active(const struct yq_paper_book *book, const struct yq_paper_instrument *i)
{
	return i->first != NULL ||
	       yq_decimal_sign(yq_account_held(book->account, i->exchange, i->ticker)) != 0;
}

static bool
evict_idle(void *cookie, struct yq_table_node *node)
{
	struct yq_paper_book *book = cookie;
	struct yq_paper_instrument *i = yq_container(node, struct yq_paper_instrument, node);

	if (!is_active(book, i)) {
		yq_table_remove(&book->instruments, node);
		free(i);
	}
	return true;
}

struct yq_paper_instrument *
yq_paper_instrument_get(struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker)
{
	struct yq_paper_instrument *i = yq_paper_instrument_find(book, exchange, ticker);
	struct instrument_key key = { ticker, exchange };

	if (i != NULL)
		return i;
	if (book->instruments.count >= YQ_PAPER_INSTRUMENTS)
		yq_table_each(&book->instruments, evict_idle, book);
	i = yq_xcalloc(1, sizeof(*i));
	if (!yq_str_copy(i->ticker, sizeof(i->ticker), ticker))
		YQ_PANIC("ticker too long");
	i->exchange = exchange;
	i->rises_to.units = YQ_PAPER_NEVER;
	yq_table_insert(&book->instruments, instrument_hash(&key), &i->node);
	return i;
}

/* ---- orders ---- */

struct yq_order
yq_paper_as_order(const struct yq_paper_order *o)
{
	struct yq_order order = yq_order_default();

	order.id = o->id;
	memcpy(order.ticker, o->ticker, sizeof(order.ticker));
	order.exchange = o->exchange;
	order.currency = o->currency;
	order.action = o->action;
	order.type = o->type;
	order.qty = o->qty;
	order.price = o->price;
	order.stop_price = o->stop_price;
	order.time_in_force = o->time_in_force;
	order.timestamp_us = o->time_us;
	return order;
}

void
yq_paper_order_free(struct yq_paper_order *o)
{
	free(o->fills);
	free(o->text);
	free(o);
}

void
yq_paper_known_add(
    struct yq_paper_book *book, const struct yq_id *id, int64_t number, enum yq_order_state state)
{
	struct yq_paper_known *k;

	if (book->ring == NULL)
		book->ring = yq_xcalloc(YQ_PAPER_KNOWN, sizeof(*book->ring));
	k = &book->ring[book->ring_next];
	if (!yq_id_is_none(&k->id))
		yq_table_remove(&book->known, &k->node);
	*k = (struct yq_paper_known){ .id = *id, .number = number, .state = state };
	yq_table_insert(&book->known, yq_paper_id_hash(id), &k->node);
	book->ring_next = (book->ring_next + 1) % YQ_PAPER_KNOWN;
}

static void
forget_oldest_final(struct yq_paper_book *book)
{
	struct yq_paper_order *o = book->oldest_final;

	book->oldest_final = o->next;
	if (o->next != NULL)
		o->next->prev = NULL;
	else
		book->newest_final = NULL;
	book->final_count--;
	yq_table_remove(&book->orders, &o->node);
	yq_paper_known_add(book, &o->id, o->number, o->state);
	yq_paper_order_free(o);
}

void
yq_paper_final_push(struct yq_paper_book *book, struct yq_paper_order *o)
{
	o->prev = book->newest_final;
	o->next = NULL;
	if (o->prev != NULL)
		o->prev->next = o;
	else
		book->oldest_final = o;
	book->newest_final = o;
	if (++book->final_count > YQ_PAPER_FINALS)
		forget_oldest_final(book);
}

/* True while any price at all would fill it: it is then looked at each time. */
bool
yq_paper_is_restless(const struct yq_paper_order *o)
{
	return o->type == YQ_TYPE_MARKET || (o->type == YQ_TYPE_STOP && o->triggered);
}

/* Widen what a price must not reach, so that `o` is looked at when it does. */
void
yq_paper_note_bounds(struct yq_paper_instrument *i, const struct yq_paper_order *o)
{
	bool stop = o->stop_price.set && !o->triggered;
	struct yq_decimal at;

	if (yq_paper_is_restless(o)) {
		i->restless++;
		return;
	}
	at = stop ? o->stop_price.value : o->price.value;
	if (stop == (o->action == YQ_BUY))
		i->rises_to = yq_decimal_min(i->rises_to, at);
	else
		i->falls_to = yq_decimal_max(i->falls_to, at);
}

void
yq_paper_bounds_reset(struct yq_paper_instrument *i)
{
	i->rises_to.units = YQ_PAPER_NEVER;
	i->falls_to = YQ_DECIMAL_ZERO;
	i->restless = 0;
	for (const struct yq_paper_order *o = i->first; o != NULL; o = o->next)
		yq_paper_note_bounds(i, o);
}

void
yq_paper_open_link(struct yq_paper_book *book, struct yq_paper_order *o)
{
	struct yq_paper_instrument *i = yq_paper_instrument_get(book, o->exchange, o->ticker);

	o->instrument = i;
	o->prev = i->last;
	o->next = NULL;
	if (i->last != NULL)
		i->last->next = o;
	else
		i->first = o;
	i->last = o;
	yq_paper_note_bounds(i, o);
}

static void
open_unlink(struct yq_paper_order *o)
{
	struct yq_paper_instrument *i = o->instrument;

	if (o->prev != NULL)
		o->prev->next = o->next;
	else
		i->first = o->next;
	if (o->next != NULL)
		o->next->prev = o->prev;
	else
		i->last = o->prev;
	i->restless -= yq_paper_is_restless(o);
	if (i->first == NULL)
		yq_paper_bounds_reset(i);
	o->instrument = NULL;
}

void
yq_paper_finish(struct yq_paper_book *book, struct yq_paper_order *o, enum yq_order_state state)
{
	o->state = state;
	yq_account_close(book->account, &o->id);
	open_unlink(o);
	yq_paper_final_push(book, o);
}
