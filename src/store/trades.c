/* trades.c - keeps and finds executions. */
#include "store/trades.h"

#include <stdlib.h>
#include <string.h>

#include "store/orders.h"
#include "store/sql.h"

#define PLACES	      8 /* of the QUANTITY and PRICE columns */
#define AMOUNT_PLACES 4

static const struct yq_field fields[] = {
	YQ_FIELD_ID("ID", struct yq_trade_row, trade.id, YQ_REQUIRED),
	YQ_FIELD_TIME("EXECUTED_AT_US", struct yq_trade_row, trade.executed_at_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICKER", struct yq_trade_row, trade.ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("ACTION", struct yq_trade_row, trade.action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("QUANTITY", struct yq_trade_row, trade.quantity, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("PRICE", struct yq_trade_row, trade.executed_price, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("AMOUNT", struct yq_trade_row, amount, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("COMMISSION", struct yq_trade_row, trade.commission, YQ_REQUIRED),
	YQ_FIELD_ID("ORDER_ID", struct yq_trade_row, trade.order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("BROKER_ORDER_ID", struct yq_trade_row, trade.broker_order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("STRATEGY", struct yq_trade_row, trade.strategy, YQ_OPTIONAL),
	YQ_FIELD_ENUM(
	    "CURRENCY", struct yq_trade_row, trade.currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM(
	    "EXCHANGE", struct yq_trade_row, trade.exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("ACCOUNT_ALIAS", struct yq_trade_row, account_alias, YQ_REQUIRED),
};

/* Quantity x price, as the AMOUNT column keeps it.  Rounded once, from all its 16 places. */
static enum yq_rc
amount_of(const struct yq_trade *trade, struct yq_decimal *amount, struct yq_err *err)
{
	const yq_int128 one = INT64_C(1000000000000); /* 16 places to 4 */
	int64_t quantity, price;
	yq_int128 product, whole, rest;

	if (yq_decimal_to_scaled(trade->quantity, PLACES, YQ_ROUND_EXACT, &quantity) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "QUANTITY: does not fit its column");
	if (yq_decimal_to_scaled(trade->executed_price, PLACES, YQ_ROUND_EXACT, &price) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "PRICE: does not fit its column");
	product = (yq_int128)quantity * price; /* two 64-bit factors always fit */
	whole = product / one;
	rest = product % one < 0 ? -(product % one) : product % one;
	if (rest * 2 > one || (rest * 2 == one && whole % 2 != 0))
		whole += product < 0 ? -1 : 1;
	if (whole > INT64_MAX || whole < INT64_MIN)
		return yq_err_set(
		    err, YQ_E_RANGE, "AMOUNT: quantity x price does not fit its column");
	*amount = yq_decimal_from_scaled((int64_t)whole, AMOUNT_PLACES);
	return YQ_OK;
}

struct insert {
	const char *sql;
	const struct yq_trade_row *rows;
};

static enum yq_rc
insert_one(struct yq_tx *tx, const void *cookie, size_t index, struct yq_err *err)
{
	const struct insert *insert = cookie;
	struct yq_param params[YQ_COUNT(fields)];
	struct yq_trade_row row = insert->rows[index];
	enum yq_rc rc = amount_of(&row.trade, &row.amount, err);

	if (rc != YQ_OK)
		return rc;
	yq_params_of(fields, YQ_COUNT(fields), &row, params);
	return yq_sql_insert_run(tx, "TRADES", insert->sql, params, YQ_COUNT(params), err);
}

enum yq_rc
yq_trades_insert(struct yq_firebird *firebird, const struct yq_trade_row *rows, size_t count,
    enum yq_rc *outcomes, yq_refused_fn *refused, void *cookie, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct insert insert = { .rows = rows };

	yq_sql_insert(&sql, "TRADES", fields, YQ_COUNT(fields));
	insert.sql = yq_buf_text(&sql);
	return yq_batch_run(firebird, count, insert_one, &insert, outcomes, refused, cookie, err);
}

struct yq_trade_filter
yq_trade_filter_any(void)
{
	return (struct yq_trade_filter){ .exchange = YQ_EXCHANGE_COUNT };
}

void
yq_trade_list_free(struct yq_trade_list *list)
{
	free(list->items);
	*list = (struct yq_trade_list){ 0 };
}

static void
add_conditions(struct yq_where *where, const struct yq_trade_filter *filter)
{
	yq_where_text(where, "ACCOUNT_ALIAS = :ALIAS", "ALIAS", filter->account_alias);
	yq_where_text(where, "TICKER = :TICKER", "TICKER", filter->ticker);
	yq_where_text(where, "STRATEGY = :STRATEGY", "STRATEGY", filter->strategy);
	yq_where_text(where, "ORDER_ID = :ORDER_ID", "ORDER_ID", filter->order_id.text);
	if (filter->exchange < YQ_EXCHANGE_COUNT)
		yq_where_add(where, "EXCHANGE = :EXCHANGE",
		    yq_param_enum("EXCHANGE", &yq_exchange_names, (int)filter->exchange));
	yq_where_time(where, "EXECUTED_AT_US >= :FROM_US", "FROM_US", filter->from_us);
	yq_where_time(where, "EXECUTED_AT_US < :TO_US", "TO_US", filter->to_us);
}

/* No index leads from an order to its trades: its times say where in the time index they stand. */
static enum yq_rc
narrow_to_order(struct yq_firebird *firebird, struct yq_trade_filter *filter, struct yq_err *err)
{
	struct yq_order_row order;
	enum yq_rc rc;

	if (yq_id_is_none(&filter->order_id) || filter->from_us != 0 || filter->to_us != 0)
		return YQ_OK;
	rc = yq_orders_get(firebird, &filter->order_id, &order, err);
	if (rc == YQ_E_NOT_FOUND)
		return YQ_OK; /* its trades may be there all the same */
	if (rc != YQ_OK)
		return rc;
	filter->from_us = order.order.timestamp_us - YQ_STORE_SLACK_BEFORE_US;
	if (order.final_at_us != 0)
		filter->to_us = order.final_at_us + YQ_STORE_SLACK_AFTER_US;
	return YQ_OK;
}

enum yq_rc
yq_trades_find(struct yq_firebird *firebird, const struct yq_trade_filter *asked,
    struct yq_trade_list *list, struct yq_err *err)
{
	struct yq_trade_filter filter = *asked;
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_trade_row blank = { 0 };
	void *items;
	enum yq_rc rc;

	*list = (struct yq_trade_list){ 0 };
	rc = narrow_to_order(firebird, &filter, err);
	if (rc != YQ_OK)
		return rc;
	yq_sql_select(&sql, "TRADES", fields, YQ_COUNT(fields));
	add_conditions(&where, &filter);
	yq_where_after(&where, "EXECUTED_AT_US", &filter.after);
	yq_where_page(&where, "EXECUTED_AT_US DESC, ID DESC", filter.limit, filter.offset);
	rc = yq_where_list(firebird, &where, fields, YQ_COUNT(fields), &blank, sizeof(blank),
	    &items, &list->count, err);
	list->items = items;
	return rc;
}

/* What lots are made of. */
static const struct yq_field each_fields[] = {
	YQ_FIELD_ID("ID", struct yq_trade_row, trade.id, YQ_REQUIRED),
	YQ_FIELD_TIME("EXECUTED_AT_US", struct yq_trade_row, trade.executed_at_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICKER", struct yq_trade_row, trade.ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("ACTION", struct yq_trade_row, trade.action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("QUANTITY", struct yq_trade_row, trade.quantity, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("PRICE", struct yq_trade_row, trade.executed_price, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("COMMISSION", struct yq_trade_row, trade.commission, YQ_REQUIRED),
	YQ_FIELD_ID("ORDER_ID", struct yq_trade_row, trade.order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("STRATEGY", struct yq_trade_row, trade.strategy, YQ_OPTIONAL),
	YQ_FIELD_ENUM(
	    "CURRENCY", struct yq_trade_row, trade.currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM(
	    "EXCHANGE", struct yq_trade_row, trade.exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("ACCOUNT_ALIAS", struct yq_trade_row, account_alias, YQ_REQUIRED),
};

enum yq_rc
yq_trades_each(struct yq_firebird *firebird, const struct yq_trade_filter *filter, yq_trade_fn *fn,
    void *cookie, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	struct yq_where where = yq_where_make(&sql);
	enum yq_rc rc;

	yq_sql_select(&sql, "TRADES", each_fields, YQ_COUNT(each_fields));
	add_conditions(&where, filter);
	yq_buf_add_text(&sql, " ORDER BY EXECUTED_AT_US, ID"); /* along the index TRADES_OLDEST */
	rc = yq_tx_begin(firebird, &read_only, &tx, err);
	if (rc == YQ_OK)
		rc = yq_tx_query(tx, yq_buf_text(&sql), where.params, where.count, &rows, err);
	while (rc == YQ_OK && (rc = yq_rows_next(rows, err)) == YQ_OK) {
		struct yq_trade_row row = { 0 };

		rc = yq_rows_read(rows, each_fields, YQ_COUNT(each_fields), &row, err);
		if (rc == YQ_OK)
			rc = fn(cookie, &row, err);
	}
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static const struct yq_field sum_fields[] = {
	YQ_FIELD_ENUM("CURRENCY", struct yq_trade_sum, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("ACTION", struct yq_trade_sum, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_INT("TRADES", struct yq_trade_sum, trades, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("AMOUNT", struct yq_trade_sum, amount, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("COMMISSION", struct yq_trade_sum, commission, YQ_REQUIRED),
};

enum yq_rc
yq_trades_sum(struct yq_firebird *firebird, const struct yq_trade_filter *filter,
    struct yq_trade_sum sums[YQ_TRADE_SUMS_MAX], size_t *ret_count, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_trade_sum blank = { 0 };
	void *items;
	enum yq_rc rc;

	/* The casts keep 64 bits also where newer servers widen a sum to 128. */
	yq_buf_add_text(&sql, "SELECT CURRENCY, ACTION, CAST(COUNT(*) AS BIGINT) AS TRADES,"
			      " CAST(SUM(AMOUNT) AS NUMERIC(18,4)) AS AMOUNT,"
			      " CAST(SUM(COMMISSION) AS NUMERIC(18,8)) AS COMMISSION FROM TRADES");
	add_conditions(&where, filter);
	yq_buf_add_text(&sql, " GROUP BY CURRENCY, ACTION ORDER BY CURRENCY, ACTION");
	rc = yq_where_list(firebird, &where, sum_fields, YQ_COUNT(sum_fields), &blank,
	    sizeof(blank), &items, ret_count, err);
	if (rc == YQ_OK && items != NULL)
		memcpy(sums, items, *ret_count * sizeof(*sums));
	free(items);
	return rc;
}
