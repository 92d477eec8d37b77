/* account_orders.c - an account's open orders, and what they reserve. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/account_parts.h"

static struct account_order *
order_at(struct yq_table_node *node)
{
	return yq_container(node, struct account_order, node);
}

static bool
same_order(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&((const struct account_order *)(const void *)node)->order.id, id);
}

static uint64_t
order_hash(const struct yq_id *id)
{
	return yq_table_hash(id->text, YQ_ID_LENGTH);
}

static struct account_order *
find_order(const struct yq_account *account, const struct yq_id *id)
{
	return order_at(yq_table_find(&account->index->orders, order_hash(id), same_order, id));
}

/* The newest of its instrument. */
static void
enlist(struct account_order *node)
{
	struct account_holding *holding = node->holding;

	node->older = holding->newest;
	*(node->older != NULL ? &node->older->newer : &holding->oldest) = node;
	holding->newest = node;
}

static void
delist(struct account_order *node)
{
	struct account_holding *holding = node->holding;

	*(node->older != NULL ? &node->older->newer : &holding->oldest) = node->newer;
	*(node->newer != NULL ? &node->newer->older : &holding->newest) = node->older;
}

/* How an open order weighs on its instrument and on the cash; `sign` 1 to add, -1 to take back. */
static void
weigh(struct yq_account *account, struct account_order *node, int sign)
{
	const struct yq_open_order *order = &node->order;
	struct yq_holding *holding = &node->holding->holding;
	struct yq_decimal *side = order->gives_way	    ? &holding->guarding
				  : order->action == YQ_BUY ? &holding->buying
							    : &holding->selling;

	side->units += sign * order->remaining.units;
	account->reserved[order->currency].units += sign * order->reserve.units;
}

static void
fill_entry(struct yq_open_order *entry, const struct yq_order *order)
{
	entry->id = order->id;
	entry->exchange = order->exchange;
	entry->currency = order->currency;
	entry->action = order->action;
	entry->qty = order->qty;
	entry->remaining = order->qty;
	entry->timestamp_us = order->timestamp_us;
	entry->signal_id = order->signal_id;
	entry->gives_way = order->reduce_only && !yq_id_is_none(&order->bracket_id);
	entry->entry_of = order->reduce_only ? 0 : yq_table_hash_text(order->buy_reason);
	entry->rests = order->type != YQ_TYPE_MARKET;
	yq_str_copy_cut(entry->ticker, sizeof(entry->ticker), order->ticker);
}

/* What a buy takes from the cash; zero for a sell. */
static enum yq_rc
reserve_of(const struct yq_account *account, const struct yq_order *order, struct yq_decimal price,
    struct yq_open_order *entry)
{
	struct yq_decimal sum;

	if (order->action != YQ_BUY)
		return YQ_OK;
	if (yq_unit_cost(price, account->commission_rate, &entry->unit_cost) != YQ_OK ||
	    yq_decimal_mul(order->qty, entry->unit_cost, YQ_ROUND_CEILING, &entry->reserve) !=
		YQ_OK)
		return YQ_E_RANGE;
	return yq_decimal_add(account->reserved[order->currency], entry->reserve, &sum);
}

enum yq_rc
yq_account_open(struct yq_account *account, const struct yq_order *order, struct yq_decimal price,
    struct yq_err *err)
{
	struct yq_open_order entry = { 0 };
	struct account_holding *holding;
	struct account_order *node;

	assert((unsigned)order->currency < YQ_CURRENCY_COUNT);
	assert(yq_decimal_sign(order->qty) > 0);
	if (find_order(account, &order->id) != NULL)
		return YQ_E_EXISTS;
	if (account->open_order_count >= YQ_OPEN_ORDERS_MAX)
		return yq_err_set(
		    err, YQ_E_LIMIT, "more than %d open orders in one account", YQ_OPEN_ORDERS_MAX);
	if (reserve_of(account, order, price, &entry) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "the value of the order does not fit");
	holding = account_want_holding(account, order->exchange, order->ticker, order->currency);
	if (holding == NULL)
		return yq_err_set(
		    err, YQ_E_LIMIT, "more than %d instruments in one account", YQ_HOLDINGS_MAX);
	fill_entry(&entry, order);
	node = yq_xcalloc(1, sizeof(*node));
	node->order = entry;
	node->holding = holding;
	yq_table_insert(&account->index->orders, order_hash(&order->id), &node->node);
	enlist(node);
	account->open_order_count++;
	holding->holding.open_buys += order->action == YQ_BUY;
	holding->holding.open_sells += order->action == YQ_SELL;
	weigh(account, node, 1);
	return YQ_OK;
}

void
yq_account_close(struct yq_account *account, const struct yq_id *id)
{
	struct account_order *node = find_order(account, id);
	struct account_holding *holding;

	if (node == NULL)
		return;
	holding = node->holding;
	weigh(account, node, -1);
	holding->holding.open_buys -= node->order.action == YQ_BUY;
	holding->holding.open_sells -= node->order.action == YQ_SELL;
	account->open_order_count--;
	delist(node);
	yq_table_remove(&account->index->orders, &node->node);
	free(node);
	account_drop_if_empty(account, holding);
}

void
yq_account_set_remaining(
    struct yq_account *account, const struct yq_id *id, struct yq_decimal remaining)
{
	struct account_order *node = find_order(account, id);
	struct yq_decimal reserve;

	if (node == NULL)
		return;
	if (yq_decimal_sign(remaining) <= 0) {
		yq_account_close(account, id);
		return;
	}
	if (yq_decimal_mul(remaining, node->order.unit_cost, YQ_ROUND_CEILING, &reserve) != YQ_OK)
		return; /* more than was ever ordered: not ours to believe */
	weigh(account, node, -1);
	node->order.remaining = remaining;
	node->order.reserve = reserve;
	weigh(account, node, 1);
}

void
yq_account_clear_orders(struct yq_account *account)
{
	while (account->index->orders.oldest != NULL)
		yq_account_close(account, &order_at(account->index->orders.oldest)->order.id);
}

const struct yq_open_order *
yq_account_order(const struct yq_account *account, const struct yq_id *id)
{
	const struct account_order *node = find_order(account, id);

	return node == NULL ? NULL : &node->order;
}

void
yq_account_each_order(const struct yq_account *account, yq_open_order_fn *fn, void *cookie)
{
	for (struct yq_table_node *n = account->index->orders.oldest; n != NULL; n = n->newer)
		if (!fn(cookie, &order_at(n)->order))
			return;
}

void
yq_account_each_order_of(const struct yq_account *account, enum yq_exchange exchange,
    const char *ticker, yq_open_order_fn *fn, void *cookie)
{
	const struct account_holding *holding = account_find_holding(account, exchange, ticker);

	if (holding == NULL)
		return;
	for (const struct account_order *n = holding->oldest; n != NULL; n = n->newer)
		if (!fn(cookie, &n->order))
			return;
}
