/* orders.c - keeps the latest state of each order. */
#include "store/orders.h"

#include <stdlib.h>
#include <string.h>

#include "store/signals.h"
#include "store/sql.h"

#define AMOUNT_PLACES 4

/* The key, then what an order is from the beginning. */
static const struct yq_field fields[] = {
	YQ_FIELD_ID("ID", struct yq_order_row, order.id, YQ_REQUIRED),
	YQ_FIELD_TIME("ORDERED_AT_US", struct yq_order_row, order.timestamp_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("ACCOUNT_ALIAS", struct yq_order_row, order.account_alias, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICKER", struct yq_order_row, order.ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM(
	    "EXCHANGE", struct yq_order_row, order.exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM(
	    "CURRENCY", struct yq_order_row, order.currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("ACTION", struct yq_order_row, order.action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("TYPE", struct yq_order_row, order.type, yq_order_type_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("QUANTITY", struct yq_order_row, order.qty, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("PRICE", struct yq_order_row, order.price),
	YQ_FIELD_OPT_DECIMAL("STOP_PRICE", struct yq_order_row, order.stop_price),
	YQ_FIELD_ENUM(
	    "TIME_IN_FORCE", struct yq_order_row, order.time_in_force, yq_tif_names, YQ_REQUIRED),
	YQ_FIELD_TIME("EXPIRES_AT_US", struct yq_order_row, order.expires_at_us, YQ_OPTIONAL),
	YQ_FIELD_BOOL("REDUCE_ONLY", struct yq_order_row, order.reduce_only, YQ_REQUIRED),
	YQ_FIELD_ID("SIGNAL_ID", struct yq_order_row, order.signal_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("BUY_REASON", struct yq_order_row, order.buy_reason, YQ_OPTIONAL),
	YQ_FIELD_OPT_DECIMAL("TAKE_PROFIT_PRICE", struct yq_order_row, order.exits.take_profit),
	YQ_FIELD_OPT_DECIMAL("STOP_LOSS_PRICE", struct yq_order_row, order.exits.stop_loss),
	YQ_FIELD_OPT_DECIMAL(
	    "STOP_LOSS_LIMIT_PRICE", struct yq_order_row, order.exits.stop_loss_limit),
	YQ_FIELD_ID("BRACKET_ID", struct yq_order_row, order.bracket_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("EXIT_KIND", struct yq_order_row, order.exit, YQ_OPTIONAL),
#define STATE_FIELDS 21 /* from here on: what a later state changes */
	YQ_FIELD_ENUM(
	    "STATUS", struct yq_order_row, progress.state, yq_order_state_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("FILLED", struct yq_order_row, progress.filled, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("AVG_PRICE", struct yq_order_row, progress.avg_price, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("NOTIONAL", struct yq_order_row, progress.notional, YQ_REQUIRED),
	YQ_FIELD_INT("SEQUENCE", struct yq_order_row, progress.sequence, YQ_REQUIRED),
	YQ_FIELD_TEXT("BROKER_ORDER_ID", struct yq_order_row, broker_order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("REASON", struct yq_order_row, reason, YQ_OPTIONAL),
	YQ_FIELD_TIME("CREATED_AT_US", struct yq_order_row, created_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("CLAIMED_AT_US", struct yq_order_row, claimed_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("SUBMITTED_AT_US", struct yq_order_row, submitted_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("FIRST_FILL_AT_US", struct yq_order_row, first_fill_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("FINAL_AT_US", struct yq_order_row, final_at_us, YQ_OPTIONAL),
};

#define UPDATE_FIELDS (YQ_COUNT(fields) - STATE_FIELDS)

/* The first sentence of what does not fit, asked before the broker is. */
enum yq_rc
yq_orders_check(const struct yq_order *order, struct yq_opt_decimal price, struct yq_err *err)
{
	const struct {
		const char *name;
		struct yq_opt_decimal value;
	} parts[] = {
		{ "Qty", yq_opt_decimal_of(order->qty) },
		{ "Price", order->price },
		{ "StopPrice", order->stop_price },
		{ "the market's price", price },
	};
	struct yq_opt_decimal at = order->price.set ? order->price : price;
	struct yq_decimal notional;
	char text[YQ_DECIMAL_TEXT_SIZE];
	int64_t scaled;

	for (size_t i = 0; i < YQ_COUNT(parts); i++) {
		if (!parts[i].value.set)
			continue;
		if (yq_decimal_to_scaled(
			parts[i].value.value, YQ_DECIMAL_PLACES, YQ_ROUND_EXACT, &scaled) == YQ_OK)
			continue;
		yq_decimal_format(parts[i].value.value, text);
		return yq_err_set(err, YQ_E_RANGE,
		    "%s: %s is more than can be kept (10 digits before the point)", parts[i].name,
		    text);
	}
	if (!at.set)
		return YQ_OK;
	if (yq_decimal_mul(order->qty, at.value, YQ_ROUND_HALF_EVEN, &notional) != YQ_OK ||
	    yq_decimal_to_scaled(notional, AMOUNT_PLACES, YQ_ROUND_HALF_EVEN, &scaled) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE,
		    "Qty x Price is more than can be kept (14 digits before the point)");
	return YQ_OK;
}

struct save {
	const char *update, *insert;
	const struct yq_order_row *rows;
};

/* A state changes most columns; what is once known stays when the new row lacks it. */
static void
build_update(struct yq_buf *sql)
{
	yq_buf_add_text(sql, "UPDATE ORDERS SET ");
	for (size_t i = STATE_FIELDS; i < YQ_COUNT(fields); i++) {
		const char *name = fields[i].name;

		yq_buf_add_text(sql, i > STATE_FIELDS ? ", " : "");
		if (fields[i].presence == YQ_REQUIRED)
			yq_buf_add_format(sql, "%s = :%s", name, name);
		else
			yq_buf_add_format(sql, "%s = COALESCE(:%s, %s)", name, name, name);
	}
	yq_buf_add_text(
	    sql, " WHERE ORDERED_AT_US = :ORDERED_AT_US AND ID = :ID AND SEQUENCE < :SEQUENCE");
}

static enum yq_rc
keep_notional(struct yq_order_row *row, struct yq_err *err)
{
	int64_t scaled;

	if (yq_decimal_to_scaled(
		row->progress.notional, AMOUNT_PLACES, YQ_ROUND_HALF_EVEN, &scaled) != YQ_OK)
		return yq_err_set(
		    err, YQ_E_RANGE, "NOTIONAL: filled x price does not fit its column");
	row->progress.notional = yq_decimal_from_scaled(scaled, AMOUNT_PLACES);
	return YQ_OK;
}

static enum yq_rc
insert_order(
    struct yq_tx *tx, const struct save *save, const struct yq_order_row *row, struct yq_err *err)
{
	struct yq_param params[YQ_COUNT(fields)];

	yq_params_of(fields, YQ_COUNT(fields), row, params);
	return yq_sql_insert_run(tx, "ORDERS", save->insert, params, YQ_COUNT(params), err);
}

static enum yq_rc
update_order(struct yq_tx *tx, const struct save *save, const struct yq_order_row *row,
    int64_t *affected, struct yq_err *err)
{
	struct yq_param params[UPDATE_FIELDS + 2];

	yq_params_of(fields + STATE_FIELDS, UPDATE_FIELDS, row, params);
	yq_params_of(fields + 1, 1, row, params + UPDATE_FIELDS);
	yq_params_of(fields, 1, row, params + UPDATE_FIELDS + 1);
	return yq_tx_exec(tx, save->update, params, YQ_COUNT(params), affected, err);
}

/* Under load an order is mostly heard of once, when it is final: so try to insert first. */
static enum yq_rc
save_one(struct yq_tx *tx, const void *cookie, size_t index, struct yq_err *err)
{
	const struct save *save = cookie;
	struct yq_order_row row = save->rows[index];
	int64_t affected = 0;
	enum yq_rc rc;

	rc = keep_notional(&row, err);
	if (rc == YQ_OK)
		rc = insert_order(tx, save, &row, err);
	if (rc != YQ_E_EXISTS)
		return rc;
	rc = update_order(tx, save, &row, &affected, err);
	if (rc == YQ_OK && affected == 0)
		return YQ_E_EXISTS; /* an equal or newer state is there */
	return rc;
}

enum yq_rc
yq_orders_save(struct yq_firebird *firebird, const struct yq_order_row *rows, size_t count,
    enum yq_rc *outcomes, yq_refused_fn *refused, void *cookie, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf insert = yq_buf_make(YQ_SQL_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf update = yq_buf_make(YQ_SQL_MAX);
	struct save save = { .rows = rows };

	yq_sql_insert(&insert, "ORDERS", fields, YQ_COUNT(fields));
	build_update(&update);
	save.insert = yq_buf_text(&insert);
	save.update = yq_buf_text(&update);
	return yq_batch_run(firebird, count, save_one, &save, outcomes, refused, cookie, err);
}

static enum yq_rc
list_orders(struct yq_firebird *firebird, const struct yq_where *where, struct yq_order_list *list,
    struct yq_err *err)
{
	struct yq_order_row blank = { .order = yq_order_default() };
	void *items;
	enum yq_rc rc;

	rc = yq_where_list(firebird, where, fields, YQ_COUNT(fields), &blank, sizeof(blank), &items,
	    &list->count, err);
	list->items = items;
	for (size_t i = 0; i < list->count; i++)
		list->items[i].progress.qty = list->items[i].order.qty;
	return rc;
}

enum yq_rc
yq_orders_get(struct yq_firebird *firebird, const struct yq_id *id, struct yq_order_row *row,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	YQ_CLEANUP(yq_order_list_free) struct yq_order_list list = { 0 };
	struct yq_where where = yq_where_make(&sql);
	char prefix[YQ_SQL_PREFIX + 1];
	enum yq_rc rc;

	yq_sql_select(&sql, "ORDERS", fields, YQ_COUNT(fields));
	yq_where_id(&where, id, prefix);
	rc = list_orders(firebird, &where, &list, err);
	if (rc == YQ_OK && list.count == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no order %s", id->text);
	if (rc == YQ_OK)
		*row = list.items[0];
	return rc;
}

struct yq_order_filter
yq_order_filter_any(void)
{
	return (struct yq_order_filter){ .state = YQ_ORDER_STATE_COUNT };
}

void
yq_order_list_free(struct yq_order_list *list)
{
	free(list->items);
	*list = (struct yq_order_list){ 0 };
}

/* No index leads from a signal to its orders: its time says where in the time index they stand. */
static enum yq_rc
narrow_to_signal(struct yq_firebird *firebird, struct yq_order_filter *filter, struct yq_err *err)
{
	struct yq_signal_row signal;
	enum yq_rc rc;

	if (yq_id_is_none(&filter->signal_id) || filter->from_us != 0 || filter->to_us != 0)
		return YQ_OK;
	rc = yq_signals_get(firebird, &filter->signal_id, &signal, err);
	if (rc == YQ_E_NOT_FOUND)
		return YQ_OK; /* its orders may be there all the same */
	if (rc != YQ_OK)
		return rc;
	filter->from_us = signal.signal.received_at_us - YQ_STORE_SLACK_BEFORE_US;
	filter->to_us = signal.signal.received_at_us + YQ_STORE_SLACK_AFTER_US;
	yq_signal_row_clear(&signal);
	return YQ_OK;
}

enum yq_rc
yq_orders_find(struct yq_firebird *firebird, const struct yq_order_filter *asked,
    struct yq_order_list *list, struct yq_err *err)
{
	struct yq_order_filter filter = *asked;
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	enum yq_rc rc;

	*list = (struct yq_order_list){ 0 };
	rc = narrow_to_signal(firebird, &filter, err);
	if (rc != YQ_OK)
		return rc;
	yq_sql_select(&sql, "ORDERS", fields, YQ_COUNT(fields));
	yq_where_text(&where, "ACCOUNT_ALIAS = :ALIAS", "ALIAS", filter.account_alias);
	yq_where_text(&where, "TICKER = :TICKER", "TICKER", filter.ticker);
	yq_where_text(&where, "SIGNAL_ID = :SIGNAL_ID", "SIGNAL_ID", filter.signal_id.text);
	yq_where_text(&where, "BRACKET_ID = :BRACKET_ID", "BRACKET_ID", filter.bracket_id.text);
	if (filter.state < YQ_ORDER_STATE_COUNT)
		yq_where_add(&where, "STATUS = :STATUS",
		    yq_param_enum("STATUS", &yq_order_state_names, (int)filter.state));
	yq_where_time(&where, "ORDERED_AT_US >= :FROM_US", "FROM_US", filter.from_us);
	yq_where_time(&where, "ORDERED_AT_US < :TO_US", "TO_US", filter.to_us);
	yq_where_after(&where, "ORDERED_AT_US", &filter.after);
	yq_where_page(&where, "ORDERED_AT_US DESC, ID DESC", filter.limit, filter.offset);
	return list_orders(firebird, &where, list, err);
}

static const struct yq_field count_fields[] = {
	YQ_FIELD_TEXT("ACCOUNT_ALIAS", struct yq_order_count, account_alias, YQ_REQUIRED),
	YQ_FIELD_INT("STRETCH", struct yq_order_count, stretch, YQ_REQUIRED),
	YQ_FIELD_INT("ORDERS", struct yq_order_count, orders, YQ_REQUIRED),
};

enum yq_rc
yq_orders_count(struct yq_firebird *firebird, int64_t from_us, int64_t length_us,
    struct yq_order_count **ret_counts, size_t *ret_count, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_order_count blank = { .orders = 0 };
	void *items = NULL;
	enum yq_rc rc;

	yq_buf_add_format(&sql,
	    "SELECT ACCOUNT_ALIAS, ORDERED_AT_US / %lld AS STRETCH,"
	    " CAST(COUNT(*) AS BIGINT) AS ORDERS FROM ORDERS",
	    (long long)length_us);
	yq_where_time(&where, "ORDERED_AT_US >= :FROM_US", "FROM_US", from_us);
	yq_buf_add_text(&sql, " AND FINAL_AT_US IS NOT NULL GROUP BY 1, 2");
	rc = yq_where_list(firebird, &where, count_fields, YQ_COUNT(count_fields), &blank,
	    sizeof(blank), &items, ret_count, err);
	*ret_counts = items;
	return rc;
}
