/* account.c - one account's book, with the totals kept as things change. */
#include "domain/account.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"

/* A ticker means nothing without its exchange: both are the key. */
struct instrument_key {
	enum yq_exchange exchange;
	const char *ticker;
};

struct holding_node {
	struct yq_table_node node;
	struct yq_holding holding; /* what callers see */
};

struct order_node {
	struct yq_table_node node;
	struct yq_open_order order; /* what callers see */
	struct holding_node *holding;
};

struct yq_account_index {
	struct yq_table holdings; /* of struct holding_node, by instrument */
	struct yq_table orders;	  /* of struct order_node, by id */
};

static struct holding_node *
holding_at(struct yq_table_node *node)
{
	return yq_container(node, struct holding_node, node);
}

static struct order_node *
order_at(struct yq_table_node *node)
{
	return yq_container(node, struct order_node, node);
}

static bool
same_instrument(const struct yq_table_node *node, const void *key)
{
	const struct holding_node *h = (const struct holding_node *)(const void *)node;
	const struct instrument_key *k = key;

	return h->holding.position.exchange == k->exchange &&
	       yq_str_equal(h->holding.position.ticker, k->ticker);
}

static bool
same_order(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&((const struct order_node *)(const void *)node)->order.id, id);
}

static uint64_t
instrument_hash(enum yq_exchange exchange, const char *ticker)
{
	return yq_table_hash_join(yq_table_hash_text(ticker), (uint64_t)exchange);
}

static uint64_t
order_hash(const struct yq_id *id)
{
	return yq_table_hash(id->text, YQ_ID_LENGTH);
}

static struct holding_node *
find_holding(const struct yq_account *account, enum yq_exchange exchange, const char *ticker)
{
	struct instrument_key key = { exchange, ticker };

	return holding_at(yq_table_find(
	    &account->index->holdings, instrument_hash(exchange, ticker), same_instrument, &key));
}

static struct order_node *
find_order(const struct yq_account *account, const struct yq_id *id)
{
	return order_at(yq_table_find(&account->index->orders, order_hash(id), same_order, id));
}

/* The holding of an instrument, made if it is not there; NULL when there are too many. */
static struct holding_node *
want_holding(struct yq_account *account, enum yq_exchange exchange, const char *ticker,
    enum yq_currency currency)
{
	struct holding_node *node = find_holding(account, exchange, ticker);
	struct yq_position *position;

	if (node != NULL)
		return node;
	if (account->index->holdings.count >= YQ_HOLDINGS_MAX)
		return NULL;
	node = yq_xcalloc(1, sizeof(*node));
	position = &node->holding.position;
	position->exchange = exchange;
	position->currency = currency;
	yq_str_copy_cut(position->account_alias, sizeof(position->account_alias), account->alias);
	yq_str_copy_cut(position->ticker, sizeof(position->ticker), ticker);
	yq_table_insert(&account->index->holdings, instrument_hash(exchange, ticker), &node->node);
	return node;
}

/* Forget a holding that neither is held nor has orders. */
static void
drop_if_empty(struct yq_account *account, struct holding_node *node)
{
	const struct yq_holding *holding = &node->holding;

	if (yq_decimal_sign(holding->position.qty) != 0 || holding->open_buys > 0 ||
	    holding->open_sells > 0)
		return;
	yq_table_remove(&account->index->holdings, &node->node);
	free(node);
}

struct yq_account *
yq_account_make(const char *alias)
{
	struct yq_account *account = yq_xcalloc(1, sizeof(*account));

	assert(yq_alias_is_valid(alias));
	yq_str_copy_cut(account->alias, sizeof(account->alias), alias);
	account->active = true;
	account->index = yq_xcalloc(1, sizeof(*account->index));
	return account;
}

void
yq_account_free(struct yq_account *account)
{
	if (account == NULL)
		return;
	yq_account_clear(account);
	yq_table_clear(&account->index->holdings);
	yq_table_clear(&account->index->orders);
	free(account->index);
	free(account);
}

void
yq_account_clear(struct yq_account *account)
{
	yq_account_clear_orders(account);
	yq_account_clear_positions(account);
	for (int i = 0; i < YQ_CURRENCY_COUNT; i++)
		account->cash[i] = YQ_DECIMAL_ZERO;
}

/* Sums of values and reserves can be taken back without a range error: they were added before. */
static struct yq_decimal
less(struct yq_decimal a, struct yq_decimal b)
{
	return (struct yq_decimal){ a.units - b.units };
}

/* The holding's value in the totals; `sign` 1 to add, -1 to take back. */
static void
count_value(struct yq_account *account, const struct holding_node *node, int sign)
{
	enum yq_currency currency = node->holding.position.currency;
	struct yq_decimal value = node->holding.value;

	account->invested[currency].units += sign * value.units;
	account->gross[currency].units += sign * yq_decimal_abs(value).units;
}

static void
set_flat(struct yq_account *account, struct holding_node *node)
{
	struct yq_position *position = &node->holding.position;

	count_value(account, node, -1);
	node->holding.value = YQ_DECIMAL_ZERO;
	if (yq_decimal_sign(position->qty) != 0)
		account->position_count--;
	position->qty = YQ_DECIMAL_ZERO;
	position->avg_price = YQ_DECIMAL_ZERO;
	position->buy_reason[0] = '\0';
	drop_if_empty(account, node);
}

void
yq_account_clear_positions(struct yq_account *account)
{
	for (struct yq_table_node *n = account->index->holdings.oldest, *next; n != NULL;
	     n = next) {
		next = n->newer;
		set_flat(account, holding_at(n));
	}
}

void
yq_account_clear_orders(struct yq_account *account)
{
	while (account->index->orders.oldest != NULL)
		yq_account_close(account, &order_at(account->index->orders.oldest)->order.id);
}

void
yq_account_set_cash(struct yq_account *account, enum yq_currency currency, struct yq_decimal cash)
{
	assert((unsigned)currency < YQ_CURRENCY_COUNT);
	account->cash[currency] = cash;
}

static enum yq_rc
value_of(const struct yq_position *position, struct yq_decimal *value)
{
	struct yq_decimal price =
	    position->current_price.set ? position->current_price.value : position->avg_price;

	return yq_decimal_mul(position->qty, price, YQ_ROUND_HALF_EVEN, value);
}

enum yq_rc
yq_account_set_position(
    struct yq_account *account, const struct yq_position *position, struct yq_err *err)
{
	struct holding_node *node;
	struct yq_decimal value, sum;
	bool was_held;

	assert((unsigned)position->currency < YQ_CURRENCY_COUNT);
	if (yq_decimal_sign(position->qty) == 0) {
		node = find_holding(account, position->exchange, position->ticker);
		if (node != NULL)
			set_flat(account, node);
		return YQ_OK;
	}
	if (value_of(position, &value) != YQ_OK ||
	    yq_decimal_add(account->invested[position->currency], value, &sum) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "the value of the position in %s does not fit",
		    position->ticker);
	node = want_holding(account, position->exchange, position->ticker, position->currency);
	if (node == NULL)
		return yq_err_set(
		    err, YQ_E_LIMIT, "more than %d instruments in one account", YQ_HOLDINGS_MAX);
	was_held = yq_decimal_sign(node->holding.position.qty) != 0;
	count_value(account, node, -1);
	account->position_count += !was_held;
	node->holding.position = *position;
	node->holding.value = value;
	count_value(account, node, 1);
	yq_str_copy_cut(node->holding.position.account_alias,
	    sizeof(node->holding.position.account_alias), account->alias);
	return YQ_OK;
}

enum yq_rc
yq_account_set_price(struct yq_account *account, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price)
{
	struct holding_node *node = find_holding(account, exchange, ticker);
	struct yq_position position;

	if (node == NULL || yq_decimal_sign(node->holding.position.qty) == 0)
		return YQ_E_NOT_FOUND;
	position = node->holding.position;
	position.current_price = yq_opt_decimal_of(price);
	return yq_account_set_position(account, &position, NULL);
}

bool
yq_open_order_is_entry(const struct yq_open_order *order, enum yq_exchange exchange,
    const char *ticker, uint64_t entry_of)
{
	return entry_of != 0 && order->entry_of == entry_of && order->exchange == exchange &&
	       yq_str_equal(order->ticker, ticker);
}

/* How an open order weighs on its instrument and on the cash; `sign` 1 to add, -1 to take back. */
static void
weigh(struct yq_account *account, struct order_node *node, int sign)
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
	struct holding_node *holding;
	struct order_node *node;

	assert((unsigned)order->currency < YQ_CURRENCY_COUNT);
	assert(yq_decimal_sign(order->qty) > 0);
	if (find_order(account, &order->id) != NULL)
		return YQ_E_EXISTS;
	if (account->open_order_count >= YQ_OPEN_ORDERS_MAX)
		return yq_err_set(
		    err, YQ_E_LIMIT, "more than %d open orders in one account", YQ_OPEN_ORDERS_MAX);
	if (reserve_of(account, order, price, &entry) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "the value of the order does not fit");
	holding = want_holding(account, order->exchange, order->ticker, order->currency);
	if (holding == NULL)
		return yq_err_set(
		    err, YQ_E_LIMIT, "more than %d instruments in one account", YQ_HOLDINGS_MAX);
	fill_entry(&entry, order);
	node = yq_xcalloc(1, sizeof(*node));
	node->order = entry;
	node->holding = holding;
	yq_table_insert(&account->index->orders, order_hash(&order->id), &node->node);
	account->open_order_count++;
	holding->holding.open_buys += order->action == YQ_BUY;
	holding->holding.open_sells += order->action == YQ_SELL;
	weigh(account, node, 1);
	return YQ_OK;
}

void
yq_account_close(struct yq_account *account, const struct yq_id *id)
{
	struct order_node *node = find_order(account, id);
	struct holding_node *holding;

	if (node == NULL)
		return;
	holding = node->holding;
	weigh(account, node, -1);
	holding->holding.open_buys -= node->order.action == YQ_BUY;
	holding->holding.open_sells -= node->order.action == YQ_SELL;
	account->open_order_count--;
	yq_table_remove(&account->index->orders, &node->node);
	free(node);
	drop_if_empty(account, holding);
}

void
yq_account_set_remaining(
    struct yq_account *account, const struct yq_id *id, struct yq_decimal remaining)
{
	struct order_node *node = find_order(account, id);
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

enum yq_rc
yq_account_book(struct yq_account *account, const struct yq_order *order,
    const struct yq_fill *fill, struct yq_err *err)
{
	const struct holding_node *holding = find_holding(account, order->exchange, order->ticker);
	const struct order_node *open = find_order(account, &order->id);
	struct yq_position position = { .exchange = order->exchange, .currency = order->currency };
	struct yq_decimal cash = account->cash[order->currency];
	enum yq_rc rc;

	if (holding != NULL)
		position = holding->holding.position;
	else
		yq_str_copy_cut(position.ticker, sizeof(position.ticker), order->ticker);
	rc = yq_position_apply(&position, fill, order->buy_reason, err);
	if (rc == YQ_OK)
		rc = yq_cash_apply(&cash, fill, err);
	if (rc == YQ_OK) {
		position.current_price = yq_opt_decimal_of(fill->price); /* the newest known */
		rc = yq_account_set_position(account, &position, err);
	}
	if (rc != YQ_OK)
		return rc;
	account->cash[order->currency] = cash;
	if (open != NULL)
		yq_account_set_remaining(
		    account, &order->id, less(open->order.remaining, fill->qty));
	return YQ_OK;
}

const struct yq_holding *
yq_account_holding(const struct yq_account *account, enum yq_exchange exchange, const char *ticker)
{
	const struct holding_node *node = find_holding(account, exchange, ticker);

	return node == NULL ? NULL : &node->holding;
}

const struct yq_open_order *
yq_account_order(const struct yq_account *account, const struct yq_id *id)
{
	const struct order_node *node = find_order(account, id);

	return node == NULL ? NULL : &node->order;
}

void
yq_account_each_holding(const struct yq_account *account, yq_holding_fn *fn, void *cookie)
{
	for (struct yq_table_node *n = account->index->holdings.oldest; n != NULL; n = n->newer)
		if (!fn(cookie, &holding_at(n)->holding))
			return;
}

void
yq_account_each_order(const struct yq_account *account, yq_open_order_fn *fn, void *cookie)
{
	for (struct yq_table_node *n = account->index->orders.oldest; n != NULL; n = n->newer)
		if (!fn(cookie, &order_at(n)->order))
			return;
}

struct yq_decimal
yq_account_buying_power(const struct yq_account *account, enum yq_currency currency)
{
	return less(account->cash[currency], account->reserved[currency]);
}

struct yq_decimal
yq_account_equity(const struct yq_account *account, enum yq_currency currency)
{
	return (
	    struct yq_decimal){ account->cash[currency].units + account->invested[currency].units };
}

struct yq_decimal
yq_account_held(const struct yq_account *account, enum yq_exchange exchange, const char *ticker)
{
	const struct holding_node *node = find_holding(account, exchange, ticker);

	return node == NULL ? YQ_DECIMAL_ZERO : node->holding.position.qty;
}

size_t
yq_account_instruments(const struct yq_account *account)
{
	return account->index->holdings.count;
}

struct yq_decimal
yq_account_sellable(const struct yq_account *account, enum yq_exchange exchange, const char *ticker)
{
	const struct holding_node *node = find_holding(account, exchange, ticker);

	if (node == NULL)
		return YQ_DECIMAL_ZERO;
	return yq_decimal_max(
	    YQ_DECIMAL_ZERO, less(node->holding.position.qty, node->holding.selling));
}
