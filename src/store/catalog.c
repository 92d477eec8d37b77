/* catalog.c - finds instruments: by exchange and ticker, and by what a person types. */
#include "store/catalog.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "domain/market.h"
#include "domain/ticker.h"
#include "store/catalog_fields.h"
#include "store/sql.h"

#define NAME_CHARACTERS 200 /* of the columns NAME and ENGLISH_NAME */
#define KOREA		(YQ_EXCHANGE_BIT(YQ_KRX) | YQ_EXCHANGE_BIT(YQ_KOSDAQ) | YQ_EXCHANGE_BIT(YQ_KOSPI))

#define ROW struct yq_instrument
const struct yq_field yq_catalog_fields[YQ_CATALOG_FIELDS] = {
	YQ_FIELD_ENUM("EXCHANGE", ROW, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICKER", ROW, ticker, YQ_REQUIRED),
	YQ_FIELD_TEXT("NAME", ROW, name, YQ_REQUIRED),
	YQ_FIELD_TEXT("ENGLISH_NAME", ROW, english_name, YQ_OPTIONAL),
	YQ_FIELD_ENUM("CURRENCY", ROW, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("KIND", ROW, kind, yq_instrument_kind_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("STATUS", ROW, status, yq_instrument_status_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("LOT_SIZE", ROW, lot, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICK_TABLE", ROW, tick_table, YQ_OPTIONAL),
	YQ_FIELD_TEXT("TICK_TYPE", ROW, tick_type, YQ_OPTIONAL),
	YQ_FIELD_TEXT("BROKER_CODE", ROW, broker_code, YQ_OPTIONAL),
	YQ_FIELD_TEXT("ISIN", ROW, isin, YQ_OPTIONAL),
	YQ_FIELD_OPT_DECIMAL("BASE_PRICE", ROW, base_price),
	YQ_FIELD_TEXT("SOURCE", ROW, source, YQ_OPTIONAL),
	YQ_FIELD_TIME("UPDATED_AT_US", ROW, updated_at_us, YQ_REQUIRED),
	YQ_FIELD_TIME("DELISTED_AT_US", ROW, delisted_at_us, YQ_OPTIONAL),
};

yq_exchange_set
yq_exchanges_of_country(enum yq_country country)
{
	yq_exchange_set set = 0;

	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++)
		if (yq_market_of((enum yq_exchange)e)->country == country)
			set |= YQ_EXCHANGE_BIT(e);
	return set;
}

/* "EXCHANGE IN ('KRX', 'KOSPI')" */
static void
add_exchanges(struct yq_buf *sql, yq_exchange_set set)
{
	const char *before = "EXCHANGE IN (";

	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++) {
		if ((set & YQ_EXCHANGE_BIT(e)) == 0)
			continue;
		yq_buf_add_format(sql, "%s'%s'", before, yq_names_text(&yq_exchange_names, e));
		before = ", ";
	}
	yq_buf_add_text(sql, ")");
}

/* ---- one of them ---- */

enum yq_rc
yq_catalog_find(struct yq_firebird *firebird, enum yq_exchange exchange, const char *ticker,
    struct yq_instrument *instrument, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_param params[2];
	char room[YQ_TICKER_SIZE];
	enum yq_rc rc;

	*instrument = (struct yq_instrument){ 0 };
	yq_sql_select(&sql, "CATALOG", yq_catalog_fields, YQ_CATALOG_FIELDS);
	yq_buf_add_text(&sql, " WHERE TICKER = :TICKER AND ");
	add_exchanges(&sql, exchange == YQ_KRX ? KOREA : YQ_EXCHANGE_BIT(exchange));
	yq_buf_add_text(&sql, " ORDER BY CASE STATUS WHEN 'Delisted' THEN 1 ELSE 0 END,"
			      " CASE EXCHANGE WHEN :EXCHANGE THEN 0 ELSE 1 END, EXCHANGE");
	params[0] = yq_param_text("TICKER", yq_ticker_form(exchange, ticker, room));
	params[1] = yq_param_enum("EXCHANGE", &yq_exchange_names, (int)exchange);
	rc = yq_tx_begin(firebird, &read_only, &tx, err);
	if (rc == YQ_OK)
		rc = yq_tx_get(tx, yq_buf_text(&sql), params, YQ_COUNT(params), yq_catalog_fields,
		    YQ_CATALOG_FIELDS, instrument, err);
	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, rc, "the catalog has no %s of %s", ticker,
		    yq_names_text(&yq_exchange_names, (int)exchange));
	return rc;
}

/* ---- what somebody types ---- */

void
yq_instrument_list_free(struct yq_instrument_list *list)
{
	free(list->items);
	*list = (struct yq_instrument_list){ 0 };
}

/* The text as a ticker would be written; "" when none can be written so. */
static void
as_ticker(const char *text, char ticker[YQ_TICKER_SIZE])
{
	if (!yq_str_copy(ticker, YQ_TICKER_SIZE, text) || !yq_ticker_is_valid(ticker))
		ticker[0] = '\0';
	for (char *c = ticker; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
}

#define AS_NAME	    "UPPER(CAST(:NAME_TEXT AS VARCHAR(200) CHARACTER SET UTF8))"
#define NAME_BEGINS "UPPER(NAME) STARTING WITH " AS_NAME
#define BOTH_BEGIN  NAME_BEGINS " OR UPPER(ENGLISH_NAME) STARTING WITH " AS_NAME
#define EITHER_HAS  "UPPER(NAME) CONTAINING " AS_NAME " OR UPPER(ENGLISH_NAME) CONTAINING " AS_NAME

/* Texts that no ticker can be are compared with names alone. */
static void
add_text(struct yq_where *where, const struct yq_catalog_query *query, const char *ticker)
{
	const char *names = query->begins ? BOTH_BEGIN : EITHER_HAS;

	if (ticker[0] == '\0') {
		yq_buf_add_format(
		    where->sql, "%s(%s)", where->count == 0 ? " WHERE " : " AND ", names);
	} else {
		yq_buf_add_format(where->sql, " WHERE (TICKER STARTING WITH :TICKER OR %s)", names);
		where->params[where->count++] = yq_param_text("TICKER", ticker);
	}
	where->params[where->count++] = yq_param_text("NAME_TEXT", query->text);
}

/* The rest of the conditions, none with a parameter. */
static void
add_plain(struct yq_where *where, const struct yq_catalog_query *query)
{
	const char *before = query->text[0] == '\0' ? " WHERE " : " AND ";

	if (query->exchanges != 0) {
		yq_buf_add_text(where->sql, before);
		add_exchanges(where->sql, query->exchanges);
		before = " AND ";
	}
	if (!query->delisted)
		yq_buf_add_format(where->sql, "%sSTATUS <> 'Delisted'", before);
}

static const char *
order_of(const struct yq_catalog_query *query, const char *ticker)
{
	if (query->text[0] == '\0')
		return "EXCHANGE, TICKER";
	if (ticker[0] == '\0')
		return "CASE WHEN " BOTH_BEGIN " THEN 2 ELSE 3 END, EXCHANGE, TICKER";
	return "CASE WHEN TICKER = :TICKER THEN 0 WHEN TICKER STARTING WITH :TICKER THEN 1"
	       " WHEN " BOTH_BEGIN " THEN 2 ELSE 3 END, EXCHANGE, TICKER";
}

static size_t
count_characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

enum yq_rc
yq_catalog_search(struct yq_firebird *firebird, const struct yq_catalog_query *query,
    struct yq_instrument_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	static const struct yq_instrument blank = { 0 };
	struct yq_where where = yq_where_make(&sql);
	char ticker[YQ_TICKER_SIZE];
	void *items = NULL;
	enum yq_rc rc;

	*list = (struct yq_instrument_list){ 0 };
	if (!yq_str_is_utf8(query->text, strlen(query->text)) ||
	    count_characters(query->text) > NAME_CHARACTERS)
		return yq_err_set(
		    err, YQ_E_INVALID, "what is searched for is no UTF-8 or too long");
	as_ticker(query->text, ticker);
	yq_sql_select(&sql, "CATALOG", yq_catalog_fields, YQ_CATALOG_FIELDS);
	if (query->text[0] != '\0')
		add_text(&where, query, ticker);
	add_plain(&where, query);
	yq_where_page(&where, order_of(query, ticker), query->limit, query->offset);
	rc = yq_where_list(firebird, &where, yq_catalog_fields, YQ_CATALOG_FIELDS, &blank,
	    sizeof(blank), &items, &list->count, err);
	list->items = items;
	return rc;
}

/* ---- all at a glance ---- */

static const char counts_sql[] =
    "SELECT EXCHANGE, STATUS, COUNT(*) AS N FROM CATALOG GROUP BY EXCHANGE, STATUS";
static const char metadata_sql[] = "SELECT EXCHANGE, SOURCE, UPDATED_AT_US FROM CATALOG_METADATA";

struct count_row {
	enum yq_exchange exchange;
	enum yq_instrument_status status;
	int64_t count;
};
static const struct yq_field count_fields[] = {
	YQ_FIELD_ENUM("EXCHANGE", struct count_row, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("STATUS", struct count_row, status, yq_instrument_status_names, YQ_REQUIRED),
	YQ_FIELD_INT("N", struct count_row, count, YQ_REQUIRED),
};
static const struct yq_field metadata_fields[] = {
	YQ_FIELD_ENUM(
	    "EXCHANGE", struct yq_catalog_summary, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("SOURCE", struct yq_catalog_summary, source, YQ_REQUIRED),
	YQ_FIELD_TIME("UPDATED_AT_US", struct yq_catalog_summary, written_at_us, YQ_REQUIRED),
};

static enum yq_rc
count_issues(struct yq_tx *tx, struct yq_catalog_summary *rows, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *found = NULL;
	enum yq_rc rc = yq_tx_query(tx, counts_sql, NULL, 0, &found, err);

	while (rc == YQ_OK && (rc = yq_rows_next(found, err)) == YQ_OK) {
		struct count_row row = { 0 };

		rc = yq_rows_read(found, count_fields, YQ_COUNT(count_fields), &row, err);
		if (rc != YQ_OK)
			break;
		if (row.status == YQ_INSTRUMENT_DELISTED)
			rows[row.exchange].delisted += row.count;
		else
			rows[row.exchange].listed += row.count;
		if (row.status == YQ_INSTRUMENT_HALTED)
			rows[row.exchange].halted += row.count;
	}
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static enum yq_rc
read_metadata(struct yq_tx *tx, struct yq_catalog_summary *rows, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *found = NULL;
	enum yq_rc rc = yq_tx_query(tx, metadata_sql, NULL, 0, &found, err);

	while (rc == YQ_OK && (rc = yq_rows_next(found, err)) == YQ_OK) {
		struct yq_catalog_summary row = { 0 };

		rc = yq_rows_read(found, metadata_fields, YQ_COUNT(metadata_fields), &row, err);
		if (rc != YQ_OK)
			break;
		rows[row.exchange].written_at_us = row.written_at_us;
		yq_str_copy_cut(rows[row.exchange].source, sizeof(row.source), row.source);
	}
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

enum yq_rc
yq_catalog_summarize(struct yq_firebird *firebird,
    struct yq_catalog_summary rows[YQ_EXCHANGE_COUNT], struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++)
		rows[e] = (struct yq_catalog_summary){ .exchange = (enum yq_exchange)e };
	if (rc == YQ_OK)
		rc = count_issues(tx, rows, err);
	return rc == YQ_OK ? read_metadata(tx, rows, err) : rc;
}
