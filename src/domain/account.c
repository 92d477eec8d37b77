/* account.c - one account's book, with the totals kept as things change. */
#include "domain/account.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/account_parts.h"
#include "domain/ticker.h"

/* A ticker means nothing without its exchange: both are the key. */
struct instrument_key {
	enum yq_exchange exchange;
	const char *ticker;
};

static struct account_holding *
holding_at(struct yq_table_node *node)
{
	return yq_container(node, struct account_holding, node);
}

static bool
same_instrument(const struct yq_table_node *node, const void *key)
{
	const struct account_holding *h = (const struct account_holding *)(const void *)node;
	const struct instrument_key *k = key;

	return h->holding.position.exchange == k->exchange &&
	       yq_str_equal(h->holding.position.ticker, k->ticker);
}

static uint64_t
instrument_hash(enum yq_exchange exchange, const char *ticker)
{
	return yq_table_hash_join(yq_table_hash_text(ticker), (uint64_t)exchange);
}

struct account_holding *
account_find_holding(
    const struct yq_account *account, enum yq_exchange exchange, const char *ticker)
{
	char room[YQ_TICKER_SIZE];
	struct instrument_key key = { exchange, yq_ticker_form(exchange, ticker, room) };

	return holding_at(yq_table_find(&account->index->holdings,
	    instrument_hash(exchange, key.ticker), same_instrument, &key));
}

struct account_holding *
account_want_holding(struct yq_account *account, enum yq_exchange exchange, const char *ticker,
    enum yq_currency currency)
{
	struct account_holding *node = account_find_holding(account, exchange, ticker);
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
	yq_ticker_normalize(exchange, position->ticker);
	yq_table_insert(
	    &account->index->holdings, instrument_hash(exchange, position->ticker), &node->node);
	return node;
}

void
account_drop_if_empty(struct yq_account *account, struct account_holding *node)
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
count_value(struct yq_account *account, const struct account_holding *node, int sign)
{
	enum yq_currency currency = node->holding.position.currency;
	struct yq_decimal value = node->holding.value;

	account->invested[currency].units += sign * value.units;
	account->gross[currency].units += sign * yq_decimal_abs(value).units;
}

static void
set_flat(struct yq_account *account, struct account_holding *node)
{
	struct yq_position *position = &node->holding.position;

	count_value(account, node, -1);
	node->holding.value = YQ_DECIMAL_ZERO;
	if (yq_decimal_sign(position->qty) != 0)
		account->position_count--;
	position->qty = YQ_DECIMAL_ZERO;
	position->avg_price = YQ_DECIMAL_ZERO;
	position->buy_reason[0] = '\0';
	account_drop_if_empty(account, node);
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
	struct account_holding *node;
	struct yq_decimal value, sum;
	bool was_held;

	assert((unsigned)position->currency < YQ_CURRENCY_COUNT);
	if (yq_decimal_sign(position->qty) == 0) {
		node = account_find_holding(account, position->exchange, position->ticker);
		if (node != NULL)
			set_flat(account, node);
		return YQ_OK;
	}
	if (value_of(position, &value) != YQ_OK ||
	    yq_decimal_add(account->invested[position->currency], value, &sum) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "the value of the position in %s does not fit",
		    position->ticker);
	node =
	    account_want_holding(account, position->exchange, position->ticker, position->currency);
	if (node == NULL)
		return yq_err_set(
		    err, YQ_E_LIMIT, "more than %d instruments in one account", YQ_HOLDINGS_MAX);
	was_held = yq_decimal_sign(node->holding.position.qty) != 0;
	count_value(account, node, -1);
	account->position_count += !was_held;
	node->holding.position = *position;
	yq_ticker_normalize(position->exchange, node->holding.position.ticker);
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
	struct account_holding *node = account_find_holding(account, exchange, ticker);
	struct yq_position position;

	if (node == NULL || yq_decimal_sign(node->holding.position.qty) == 0)
		return YQ_E_NOT_FOUND;
	position = node->holding.position;
	position.current_price = yq_opt_decimal_of(price);
	return yq_account_set_position(account, &position, NULL);
}

enum yq_rc
yq_account_book(struct yq_account *account, const struct yq_order *order,
    const struct yq_fill *fill, struct yq_err *err)
{
	const struct account_holding *holding =
	    account_find_holding(account, order->exchange, order->ticker);
	const struct yq_open_order *open = yq_account_order(account, &order->id);
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
		yq_account_set_remaining(account, &order->id, less(open->remaining, fill->qty));
	return YQ_OK;
}

const struct yq_holding *
yq_account_holding(const struct yq_account *account, enum yq_exchange exchange, const char *ticker)
{
	const struct account_holding *node = account_find_holding(account, exchange, ticker);

	return node == NULL ? NULL : &node->holding;
}

void
yq_account_each_holding(const struct yq_account *account, yq_holding_fn *fn, void *cookie)
{
	for (struct yq_table_node *n = account->index->holdings.oldest; n != NULL; n = n->newer)
		if (!fn(cookie, &holding_at(n)->holding))
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
	const struct account_holding *node = account_find_holding(account, exchange, ticker);

	return node == NULL ? YQ_DECIMAL_ZERO : node->holding.position.qty;
}

size_t
yq_account_instruments(const struct yq_account *account)
{
	return account->index->holdings.count;
}

struct yq_decimal
yq_holding_closable(const struct yq_holding *holding, enum yq_action action)
{
	return yq_closable(
	    holding->position.qty, action == YQ_SELL ? holding->selling : holding->buying, action);
}

struct yq_decimal
yq_account_closable(const struct yq_account *account, enum yq_exchange exchange, const char *ticker,
    enum yq_action action)
{
	const struct yq_holding *holding = yq_account_holding(account, exchange, ticker);

	return holding == NULL ? YQ_DECIMAL_ZERO : yq_holding_closable(holding, action);
}
