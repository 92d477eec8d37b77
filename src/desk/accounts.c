/* accounts.c - accounts read whole, and read again should anything be booked meanwhile. */
#include "desk/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "desk/today.h"
#include "domain/market.h"
#include "store/catalog.h"

#define READINGS_MAX 3 /* of books that change as they are read */

/* ---- open orders ---- */

static int
newest_first(const void *a, const void *b)
{
	const struct yq_order_state_full *x = a, *y = b;

	if (x->order.timestamp_us != y->order.timestamp_us)
		return x->order.timestamp_us < y->order.timestamp_us ? 1 : -1;
	return strcmp(y->order.id.text, x->order.id.text);
}

enum yq_rc
yq_desk_open_orders(struct yq_desk *desk, struct yq_open_orders *orders, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members ids = { 0 };
	enum yq_rc rc = yq_desk_members(desk, YQ_KEY_ORDER_OPEN, &ids, err);
	size_t count = ids.count < YQ_DESK_ORDERS_MAX ? ids.count : YQ_DESK_ORDERS_MAX;

	*orders = (struct yq_open_orders){ 0 };
	if (rc != YQ_OK)
		return rc;
	orders->items = yq_xcalloc(count + 1, sizeof(*orders->items));
	for (size_t i = 0; i < count && rc == YQ_OK; i++) {
		struct yq_order_state_full *order = &orders->items[orders->count];
		struct yq_id id;
		bool found = false;

		if (yq_id_parse(ids.texts[i], strlen(ids.texts[i]), &id) == YQ_OK)
			rc = yq_desk_order(desk, &id, order, &found, err);
		/* It may have come to its end since the list was read. */
		if (found && !yq_order_state_is_final(order->progress.state))
			orders->count++;
	}
	qsort(orders->items, orders->count, sizeof(*orders->items), newest_first);
	return rc;
}

void
yq_open_orders_clear(struct yq_open_orders *orders)
{
	free(orders->items);
	*orders = (struct yq_open_orders){ 0 };
}

/* ---- names ---- */

const char *
yq_instrument_shown(const struct yq_instrument *instrument)
{
	bool korean = yq_market_of(instrument->exchange)->country == YQ_COUNTRY_KR;

	return korean || instrument->english_name[0] == '\0' ? instrument->name
							     : instrument->english_name;
}

void
yq_desk_instrument_name(struct yq_desk *desk, enum yq_exchange exchange, const char *ticker,
    char name[YQ_INSTRUMENT_NAME_SIZE])
{
	struct yq_instrument instrument;
	struct yq_err err = { 0 };

	name[0] = '\0';
	if (yq_desk_firebird(desk, &err) == YQ_OK && yq_firebird_is_connected(desk->firebird) &&
	    yq_catalog_find(desk->firebird, exchange, ticker, &instrument, &err) == YQ_OK)
		yq_str_copy_cut(name, YQ_INSTRUMENT_NAME_SIZE, yq_instrument_shown(&instrument));
}

/* ---- one account ---- */

static void
look_clear(struct yq_account_look *look)
{
	yq_account_state_clear(&look->state);
	free(look->about);
	*look = (struct yq_account_look){ 0 };
}

static bool
same_books(const struct yq_account_state *a, const struct yq_account_state *b)
{
	if (a->deposit_count != b->deposit_count || a->position_count != b->position_count)
		return false;
	for (size_t i = 0; i < a->deposit_count; i++)
		if (a->deposits[i].currency != b->deposits[i].currency ||
		    yq_decimal_cmp(a->deposits[i].amount, b->deposits[i].amount) != 0)
			return false;
	for (size_t i = 0; i < a->position_count; i++)
		if (a->positions[i].exchange != b->positions[i].exchange ||
		    !yq_str_equal(a->positions[i].ticker, b->positions[i].ticker) ||
		    yq_decimal_cmp(a->positions[i].qty, b->positions[i].qty) != 0)
			return false;
	return true;
}

/* A trade that is booked between the books and the archive would count as a gain: *steady says that
 * there was none. */
static enum yq_rc
add_today(struct yq_desk *desk, struct yq_account_look *look, bool *steady, struct yq_err *err)
{
	struct yq_account_state again = { 0 };
	struct yq_err away = { 0 };
	enum yq_rc rc;

	*steady = true;
	if (yq_desk_today(desk, look->state.alias, look->worths, look->worth_count, &away) != YQ_OK)
		return YQ_OK; /* they are left open */
	rc = yq_desk_account(desk, look->state.alias, &again, err);
	*steady = rc == YQ_OK && same_books(&look->state, &again);
	yq_account_state_clear(&again);
	return rc;
}

static enum yq_rc
read_books(
    struct yq_desk *desk, const char *alias, struct yq_account_look *look, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;
	bool steady = false;

	for (int i = 0; i < READINGS_MAX && rc == YQ_OK && !steady; i++) {
		yq_account_state_clear(&look->state);
		rc = yq_desk_account(desk, alias, &look->state, err);
		if (rc == YQ_OK)
			rc = yq_worth_read(&look->state, look->worths, &look->worth_count, err);
		if (rc == YQ_OK)
			rc = add_today(desk, look, &steady, err);
	}
	for (size_t i = 0; i < look->worth_count && !steady; i++)
		look->worths[i].today = look->worths[i].base = YQ_OPT_DECIMAL_NONE;
	return rc;
}

static enum yq_rc
add_about(struct yq_desk *desk, struct yq_account_look *look, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	look->about = yq_xcalloc(look->state.position_count + 1, sizeof(*look->about));
	for (size_t i = 0; i < look->state.position_count && rc == YQ_OK; i++) {
		const struct yq_position *position = &look->state.positions[i];
		struct yq_stock_price price = { 0 };
		bool found = false;

		rc = yq_desk_price(desk, position->ticker, position->exchange, &price, &found, err);
		if (found && position->current_price.set &&
		    yq_decimal_cmp(price.price, position->current_price.value) == 0)
			look->about[i].price_at_us = price.updated_at_us;
		yq_desk_instrument_name(
		    desk, position->exchange, position->ticker, look->about[i].name);
	}
	return rc;
}

static enum yq_rc
read_look(struct yq_desk *desk, const struct yq_account_looks *looks,
    const struct yq_accounts *accounts, const char *alias, int64_t now_us,
    struct yq_account_look *look, struct yq_err *err)
{
	enum yq_rc rc = read_books(desk, alias, look, err);

	if (rc == YQ_OK)
		rc = add_about(desk, look, err);
	look->real_money = yq_accounts_real_money(yq_accounts_find(accounts, alias));
	look->halted = yq_halts_find(&looks->halts, alias, "", now_us) != NULL;
	for (size_t i = 0; i < looks->orders.count; i++)
		if (yq_str_equal(looks->orders.items[i].order.account_alias, alias))
			look->open_orders++;
	return rc;
}

static enum yq_rc
read_looks(struct yq_desk *desk, const struct yq_members *aliases, const char *alias,
    int64_t now_us, struct yq_account_looks *looks, struct yq_err *err)
{
	struct yq_config_report report = { 0 };
	struct yq_accounts *accounts = yq_settings_accounts(desk->config, &report);
	enum yq_rc rc = YQ_OK;

	looks->items = yq_xcalloc(aliases->count + 1, sizeof(*looks->items));
	for (size_t i = 0; i < aliases->count && rc == YQ_OK; i++) {
		struct yq_account_look *look = &looks->items[looks->count];

		if (alias != NULL && !yq_str_equal_nocase(alias, aliases->texts[i]))
			continue;
		rc = read_look(desk, looks, accounts, aliases->texts[i], now_us, look, err);
		if (rc == YQ_OK)
			looks->count++;
		else
			look_clear(look);
		/* The gateway gave it up just now. */
		rc = rc == YQ_E_NOT_FOUND && alias == NULL ? YQ_OK : rc;
	}
	yq_accounts_free(accounts);
	yq_config_report_free(&report);
	if (rc == YQ_OK && alias != NULL && looks->count == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no account \"%s\"", alias);
	return rc;
}

enum yq_rc
yq_desk_account_looks(struct yq_desk *desk, const char *alias, int64_t now_us,
    struct yq_account_looks *looks, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members aliases = { 0 };
	enum yq_rc rc;

	*looks = (struct yq_account_looks){ 0 };
	rc = yq_desk_members(desk, YQ_KEY_ACCOUNT_INDEX, &aliases, err);
	if (rc == YQ_OK)
		rc = yq_desk_halts(desk, &looks->halts, err);
	if (rc == YQ_OK)
		rc = yq_desk_open_orders(desk, &looks->orders, err);
	return rc == YQ_OK ? read_looks(desk, &aliases, alias, now_us, looks, err) : rc;
}

void
yq_account_looks_clear(struct yq_account_looks *looks)
{
	for (size_t i = 0; i < looks->count; i++)
		look_clear(&looks->items[i]);
	free(looks->items);
	yq_open_orders_clear(&looks->orders);
	yq_halts_clear(&looks->halts);
	*looks = (struct yq_account_looks){ 0 };
}
