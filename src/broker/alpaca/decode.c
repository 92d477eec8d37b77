/* decode.c - orders and executions as Alpaca tells them. */
#include "broker/alpaca/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/field.h"
#include "broker/alpaca/list.h"

#define STATUS_NAME(ident, name, state)	 name,
#define STATUS_STATE(ident, name, state) YQ_ORDER_##state,
static const char *const status_texts[] = { YQ_ALPACA_STATUSES(STATUS_NAME) };
static const enum yq_order_state status_states[] = { YQ_ALPACA_STATUSES(STATUS_STATE) };
const struct yq_names yq_alpaca_status_names = { "order status", status_texts,
	YQ_COUNT(status_texts) };

enum side { SIDE_BUY, SIDE_SELL, SIDE_SELL_SHORT };
static const char *const side_texts[] = { "buy", "sell", "sell_short" };
static const struct yq_names side_names = { "side", side_texts, YQ_COUNT(side_texts) };

#define STOCK "us_equity"

enum yq_order_state
yq_alpaca_state(const struct yq_alpaca_order *order)
{
	enum yq_order_state state = status_states[order->status];

	if (state != YQ_ORDER_OPEN && state != YQ_ORDER_PARTIALLY_FILLED)
		return state;
	if (order->qty.set && yq_decimal_sign(order->qty.value) > 0 &&
	    yq_decimal_cmp(order->filled, order->qty.value) >= 0)
		return YQ_ORDER_FILLED;
	return yq_decimal_sign(order->filled) > 0 ? YQ_ORDER_PARTIALLY_FILLED : YQ_ORDER_OPEN;
}

enum yq_rc
yq_alpaca_is_stock(const yq_json *json, const char *name, bool *is_stock, struct yq_err *err)
{
	char class[33];
	enum yq_rc rc = yq_alpaca_text(json, name, YQ_ALPACA_OPTIONAL, class, sizeof(class), err);

	*is_stock = class[0] == '\0' || yq_str_equal(class, STOCK);
	return rc;
}

enum yq_rc
yq_alpaca_side(const yq_json *json, enum yq_action *action, struct yq_err *err)
{
	int side = SIDE_BUY;
	enum yq_rc rc = yq_alpaca_word(json, "side", &side_names, &side, err);

	*action = side == SIDE_BUY ? YQ_BUY : YQ_SELL;
	return rc;
}

/* ---- orders ---- */

/* Other programs may call theirs by any words, and longer ones than ours. */
static bool
is_name_of_others(const yq_json *name)
{
	size_t length;
	const char *text = yq_json_text(name, &length);

	if (yq_json_type_of(name) != YQ_JSON_STRING || length == 0 || text[0] == ' ')
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return true;
}

static enum yq_rc
read_client_id(const yq_json *json, struct yq_alpaca_order *o, struct yq_err *err)
{
	enum yq_rc rc = yq_alpaca_text(
	    json, "client_order_id", YQ_ALPACA_OPTIONAL, o->client_id, sizeof(o->client_id), err);

	if (rc != YQ_OK && is_name_of_others(yq_json_get(json, "client_order_id"))) {
		o->client_id[0] = '\0';
		rc = YQ_OK;
	}
	o->order_id = yq_alpaca_client_id_owner(o->client_id);
	return rc;
}

static enum yq_rc
read_names(const yq_json *json, struct yq_alpaca_order *o, struct yq_err *err)
{
	enum yq_rc rc = yq_alpaca_id(json, "id", YQ_ALPACA_WANTED, o->id, sizeof(o->id), err);

	if (rc == YQ_OK)
		rc = read_client_id(json, o, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_id(
		    json, "replaces", YQ_ALPACA_OPTIONAL, o->replaces, sizeof(o->replaces), err);
	if (rc == YQ_OK)
		rc = yq_alpaca_id(json, "replaced_by", YQ_ALPACA_OPTIONAL, o->replaced_by,
		    sizeof(o->replaced_by), err);
	return rc;
}

static enum yq_rc
read_times(const yq_json *json, struct yq_alpaca_order *o, struct yq_err *err)
{
	static const char *const last[] = { "filled_at", "canceled_at", "expired_at", "failed_at",
		"updated_at" };
	enum yq_rc rc = yq_alpaca_time(json, "submitted_at", YQ_ALPACA_OPTIONAL, &o->time_us, err);

	if (rc == YQ_OK && o->time_us == 0)
		rc = yq_alpaca_time(json, "created_at", YQ_ALPACA_WANTED, &o->time_us, err);
	for (size_t i = 0; i < YQ_COUNT(last) && rc == YQ_OK; i++) {
		int64_t time_us = 0;

		rc = yq_alpaca_time(json, last[i], YQ_ALPACA_OPTIONAL, &time_us, err);
		if (time_us > o->filled_us)
			o->filled_us = time_us;
	}
	return rc;
}

/* A quantity or price that is there is above zero. */
static enum yq_rc
read_above_zero(
    const yq_json *json, const char *name, struct yq_opt_decimal *value, struct yq_err *err)
{
	enum yq_rc rc = yq_alpaca_number(json, name, YQ_ALPACA_OPTIONAL, value, err);

	if (rc == YQ_OK && value->set && yq_decimal_sign(value->value) <= 0)
		return yq_alpaca_wrong(json, name, "a number above 0", err);
	return rc;
}

static enum yq_rc
read_numbers(const yq_json *json, struct yq_alpaca_order *o, struct yq_err *err)
{
	struct yq_opt_decimal average = YQ_OPT_DECIMAL_NONE, notional = YQ_OPT_DECIMAL_NONE;
	enum yq_rc rc = read_above_zero(json, "qty", &o->qty, err);

	if (rc == YQ_OK)
		rc = read_above_zero(json, "notional", &notional, err);
	if (rc == YQ_OK && !o->qty.set && !notional.set)
		rc = yq_alpaca_wrong(json, "qty", "a number", err);
	if (rc == YQ_OK)
		rc = yq_alpaca_amount(json, "filled_qty", &o->filled, err);
	if (rc == YQ_OK)
		rc = read_above_zero(json, "filled_avg_price", &average, err);
	if (rc == YQ_OK && yq_decimal_sign(o->filled) > 0 && !average.set)
		rc = yq_alpaca_wrong(json, "filled_avg_price", "a number", err);
	if (rc == YQ_OK)
		rc = read_above_zero(json, "limit_price", &o->limit_price, err);
	if (rc == YQ_OK)
		rc = read_above_zero(json, "stop_price", &o->stop_price, err);
	o->avg_price = average.set ? average.value : YQ_DECIMAL_ZERO;
	return rc;
}

/* What it is an order of: one of several options at once ("mleg") is of no symbol. */
static enum yq_rc
read_kind(const yq_json *json, struct yq_alpaca_order *o, struct yq_err *err)
{
	char class[33];
	enum yq_rc rc = yq_alpaca_is_stock(json, "asset_class", &o->is_stock, err);

	if (rc == YQ_OK)
		rc = yq_alpaca_text(
		    json, "order_class", YQ_ALPACA_OPTIONAL, class, sizeof(class), err);
	if (rc == YQ_OK && yq_str_equal(class, "mleg"))
		o->is_stock = false;
	if (rc == YQ_OK && !o->is_stock)
		o->order_id = (struct yq_id){ "" };
	return rc;
}

/* What is no stock is none of ours, and its numbers are of other kinds. */
static enum yq_rc
read_terms(const yq_json *json, struct yq_alpaca_order *o, struct yq_err *err)
{
	enum yq_rc rc;

	if (!o->is_stock)
		return YQ_OK;
	rc = yq_alpaca_ticker(json, "symbol", o->symbol, sizeof(o->symbol), err);
	if (rc == YQ_OK)
		rc = yq_alpaca_side(json, &o->action, err);
	return rc == YQ_OK ? read_numbers(json, o, err) : rc;
}

enum yq_rc
yq_alpaca_read_order(const yq_json *json, struct yq_alpaca_order *order, struct yq_err *err)
{
	struct yq_alpaca_order o = { .is_stock = true };
	int status = 0;
	enum yq_rc rc;

	if (yq_json_type_of(json) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "an order: expected an object, found %s",
		    yq_json_type_name(yq_json_type_of(json)));
	rc = read_names(json, &o, err);
	if (rc == YQ_OK)
		rc = read_kind(json, &o, err);
	if (rc == YQ_OK)
		rc = read_terms(json, &o, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_word(json, "status", &yq_alpaca_status_names, &status, err);
	if (rc == YQ_OK)
		rc = read_times(json, &o, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "order %s", o.id[0] != '\0' ? o.id : "?");
	o.status = (enum yq_alpaca_status)status;
	*order = o;
	return YQ_OK;
}

enum yq_rc
yq_alpaca_decode_order(
    const char *text, size_t length, struct yq_alpaca_order *order, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	enum yq_rc rc = yq_alpaca_root(text, length, YQ_JSON_OBJECT, &root, err);

	return rc == YQ_OK ? yq_alpaca_read_order(root, order, err) : rc;
}

/* ---- lists ---- */

enum yq_rc
yq_alpaca_read_list(const char *text, size_t length, size_t size, yq_alpaca_item_fn *read,
    void **ret_items, size_t *ret_count, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	enum yq_rc rc = yq_alpaca_root(text, length, YQ_JSON_ARRAY, &root, err);
	size_t count = rc == YQ_OK ? yq_json_count(root) : 0;
	char *items;

	*ret_items = NULL;
	*ret_count = 0;
	if (rc == YQ_OK && count > YQ_ALPACA_LIST_MAX)
		rc = yq_err_set(err, YQ_E_LIMIT, "Alpaca tells of %zu at once", count);
	if (rc != YQ_OK)
		return rc;
	items = yq_xcalloc(count + 1, size);
	for (size_t i = 0; i < count && rc == YQ_OK; i++)
		rc = read(yq_json_at(root, i), items + i * size, err);
	if (rc != YQ_OK) {
		free(items);
		return rc;
	}
	*ret_items = items;
	*ret_count = count;
	return YQ_OK;
}

static enum yq_rc
order_item(const yq_json *json, void *item, struct yq_err *err)
{
	return yq_alpaca_read_order(json, item, err);
}

enum yq_rc
yq_alpaca_decode_orders(const char *text, size_t length, struct yq_alpaca_order **ret_items,
    size_t *ret_count, struct yq_err *err)
{
	void *items;
	enum yq_rc rc = yq_alpaca_read_list(
	    text, length, sizeof(**ret_items), order_item, &items, ret_count, err);

	*ret_items = items;
	return rc;
}

/* ---- executions ---- */

enum yq_rc
yq_alpaca_execution_id(
    const struct yq_alpaca_fill *fill, char id[YQ_EXECUTION_ID_SIZE], struct yq_err *err)
{
	char filled[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(fill->filled, filled);
	if (yq_str_format(id, YQ_EXECUTION_ID_SIZE, "%s:%s", fill->order_id, filled))
		return YQ_OK;
	return yq_err_set(
	    err, YQ_E_RANGE, "an execution of order %s has too long a name", fill->order_id);
}

static bool
is_execution(const char *type)
{
	return yq_str_equal(type, "fill") || yq_str_equal(type, "partial_fill");
}

/* Also one that is none of an execution has its id. */
static enum yq_rc
read_fill(const yq_json *json, struct yq_alpaca_fill *f, struct yq_err *err)
{
	char type[33], id[YQ_EXECUTION_ID_SIZE];
	enum yq_rc rc;

	if (yq_json_type_of(json) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "an activity: expected an object, found %s",
		    yq_json_type_name(yq_json_type_of(json)));
	rc = yq_alpaca_text(
	    json, "id", YQ_ALPACA_WANTED, f->activity_id, sizeof(f->activity_id), err);
	if (rc == YQ_OK)
		rc = yq_alpaca_text(json, "type", YQ_ALPACA_WANTED, type, sizeof(type), err);
	if (rc != YQ_OK || !is_execution(type))
		return rc;
	rc =
	    yq_alpaca_id(json, "order_id", YQ_ALPACA_WANTED, f->order_id, sizeof(f->order_id), err);
	if (rc == YQ_OK)
		rc = yq_alpaca_side(json, &f->fill.action, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_positive(json, "price", &f->fill.price, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_executed(yq_json_get(json, "qty"), yq_json_get(json, "cum_qty"),
		    &f->fill.qty, &f->filled, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_time(json, "transaction_time", YQ_ALPACA_WANTED, &f->time_us, err);
	return rc == YQ_OK ? yq_alpaca_execution_id(f, id, err) : rc;
}

static enum yq_rc
fill_item(const yq_json *json, void *item, struct yq_err *err)
{
	struct yq_alpaca_fill *f = item;
	enum yq_rc rc = read_fill(json, f, err);

	return rc == YQ_OK ? rc : yq_err_context(err, rc, "execution %s", f->activity_id);
}

enum yq_rc
yq_alpaca_decode_fills(
    const char *text, size_t length, struct yq_alpaca_fills *fills, struct yq_err *err)
{
	void *items;
	enum yq_rc rc;

	*fills = (struct yq_alpaca_fills){ 0 };
	rc = yq_alpaca_read_list(
	    text, length, sizeof(*fills->items), fill_item, &items, &fills->listed, err);
	if (rc != YQ_OK)
		return rc;
	fills->items = items;
	if (fills->listed > 0)
		memcpy(
		    fills->last, fills->items[fills->listed - 1].activity_id, sizeof(fills->last));
	for (size_t i = 0; i < fills->listed; i++) /* less than one can be told is nothing */
		if (yq_decimal_sign(fills->items[i].fill.qty) > 0)
			fills->items[fills->count++] = fills->items[i];
	return YQ_OK;
}
