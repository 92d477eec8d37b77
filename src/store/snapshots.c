/* snapshots.c - keeps and finds the ends of days. */
#include "store/snapshots.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/long_text.h"
#include "store/sql.h"

#define PLACES	  4 /* of the amounts */
#define DATE_SIZE 11
#define LIST_SQL  " ORDER BY ACCOUNT_ALIAS, CURRENCY, SNAPSHOT_DATE"

/* As the table has it: its dates go and come as text. */
struct row {
	struct yq_snapshot snapshot;
	char date[DATE_SIZE]; /* 2026-11-23 */
};
#define ROW struct row

static const struct yq_field fields[] = {
	YQ_FIELD_TEXT("ACCOUNT_ALIAS", ROW, snapshot.account_alias, YQ_REQUIRED),
	YQ_FIELD_TEXT("SNAPSHOT_DATE", ROW, date, YQ_REQUIRED),
	YQ_FIELD_ENUM("CURRENCY", ROW, snapshot.currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("CASH", ROW, snapshot.cash, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("POSITION_VALUE", ROW, snapshot.position_value, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("EQUITY", ROW, snapshot.equity, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("REALIZED", ROW, snapshot.realized, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("UNREALIZED", ROW, snapshot.unrealized, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("COMMISSION", ROW, snapshot.commission, YQ_REQUIRED),
	YQ_FIELD_INT("TRADE_COUNT", ROW, snapshot.trade_count, YQ_REQUIRED),
	YQ_FIELD_INT("POSITION_COUNT", ROW, snapshot.position_count, YQ_REQUIRED),
	YQ_FIELD_TIME("CLOSED_AT_US", ROW, snapshot.closed_at_us, YQ_REQUIRED),
	YQ_FIELD_TIME("TAKEN_AT_US", ROW, snapshot.taken_at_us, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("PAID_IN", ROW, snapshot.paid_in, YQ_REQUIRED),
};
#define KEY_FIELDS 3 /* the first ones */

static const char insert_sql[] =
    "INSERT INTO DAILY_SNAPSHOTS (ACCOUNT_ALIAS, SNAPSHOT_DATE, CURRENCY, CASH, POSITION_VALUE,"
    " EQUITY, REALIZED, UNREALIZED, COMMISSION, TRADE_COUNT, POSITION_COUNT, CLOSED_AT_US,"
    " TAKEN_AT_US, PAID_IN, POSITIONS_SHORT, POSITIONS_LONG) VALUES (:ACCOUNT_ALIAS, "
    "CAST(CAST(:SNAPSHOT_DATE AS "
    "VARCHAR(10)) AS"
    " DATE), :CURRENCY, :CASH, :POSITION_VALUE, :EQUITY, :REALIZED, :UNREALIZED, :COMMISSION,"
    " :TRADE_COUNT, :POSITION_COUNT, :CLOSED_AT_US, :TAKEN_AT_US, :PAID_IN,"
    " :POSITIONS_SHORT, :POSITIONS_LONG)";
static const char look_sql[] =
    "SELECT ACCOUNT_ALIAS FROM DAILY_SNAPSHOTS WHERE ACCOUNT_ALIAS = :ACCOUNT_ALIAS AND"
    " SNAPSHOT_DATE = CAST(CAST(:SNAPSHOT_DATE AS VARCHAR(10)) AS DATE) AND CURRENCY = :CURRENCY";
static const char select_sql[] =
    "SELECT ACCOUNT_ALIAS, CAST(SNAPSHOT_DATE AS VARCHAR(10)) AS SNAPSHOT_DATE, CURRENCY, CASH,"
    " POSITION_VALUE, EQUITY, REALIZED, UNREALIZED, COMMISSION, TRADE_COUNT, POSITION_COUNT,"
    " CLOSED_AT_US, TAKEN_AT_US, PAID_IN FROM DAILY_SNAPSHOTS";

/* ---- adding ---- */

static enum yq_rc
to_column(struct yq_decimal *amount, const char *column, struct yq_err *err)
{
	int64_t scaled;

	if (yq_decimal_to_scaled(*amount, PLACES, YQ_ROUND_HALF_EVEN, &scaled) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "%s: does not fit its column", column);
	*amount = yq_decimal_from_scaled(scaled, PLACES);
	return YQ_OK;
}

/* What stands in the columns: every amount rounded, once. */
static enum yq_rc
row_of(const struct yq_snapshot *snapshot, struct row *row, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	*row = (struct row){ .snapshot = *snapshot };
	(void)yq_str_format(row->date, sizeof(row->date), "%04d-%02d-%02d",
	    (int)(snapshot->date / 10000), (int)(snapshot->date / 100 % 100),
	    (int)(snapshot->date % 100));
	for (size_t i = 0; rc == YQ_OK && i < YQ_COUNT(fields); i++)
		if (fields[i].kind == YQ_KIND_DECIMAL)
			rc =
			    to_column((struct yq_decimal *)(void *)((char *)row + fields[i].offset),
				fields[i].name, err);
	return rc;
}

/* Firebird calls a duplicate also what another transaction has not committed. */
static enum yq_rc
is_there(struct yq_tx *tx, const struct yq_param *params, struct yq_err *err)
{
	struct row found = { 0 };
	enum yq_rc rc = yq_tx_get(tx, look_sql, params, KEY_FIELDS, fields, 1, &found, err);

	if (rc == YQ_OK)
		return YQ_E_EXISTS;
	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, YQ_E_RETRY, "another program writes the same day's end");
	return rc;
}

static enum yq_rc
add_one(struct yq_tx *tx, const void *cookie, size_t index, struct yq_err *err)
{
	const struct yq_snapshot *snapshots = cookie;
	struct yq_param params[YQ_COUNT(fields) + YQ_LONG_TEXT_COLUMNS];
	struct row row;
	enum yq_rc rc = row_of(&snapshots[index], &row, err);

	if (rc != YQ_OK)
		return rc;
	yq_params_of(fields, YQ_COUNT(fields), &row, params);
	yq_long_text_params(
	    YQ_LONG_TEXT("POSITIONS"), snapshots[index].positions, params + YQ_COUNT(fields));
	rc = yq_tx_exec(tx, insert_sql, params, YQ_COUNT(params), NULL, err);
	return rc == YQ_E_EXISTS ? is_there(tx, params, err) : rc;
}

enum yq_rc
yq_snapshots_add(struct yq_firebird *firebird, const struct yq_snapshot *rows, size_t count,
    enum yq_rc *outcomes, yq_refused_fn *refused, void *cookie, struct yq_err *err)
{
	return yq_batch_run(firebird, count, add_one, rows, outcomes, refused, cookie, err);
}

/* ---- finding ---- */

void
yq_snapshot_list_free(struct yq_snapshot_list *list)
{
	free(list->items);
	*list = (struct yq_snapshot_list){ 0 };
}

static enum yq_rc
read_date(const char *text, yq_date *date, struct yq_err *err)
{
	char digits[9];
	int64_t number;

	if (yq_str_format(digits, sizeof(digits), "%.4s%.2s%.2s", text, text + 5, text + 8) &&
	    yq_str_to_int64(digits, 10101, 99991231, &number)) {
		*date = (yq_date)number;
		return YQ_OK;
	}
	return yq_err_set(err, YQ_E_CORRUPT, "\"%s\" is no date", text);
}

static enum yq_rc
list_rows(struct yq_firebird *firebird, const struct yq_where *where, struct yq_snapshot_list *list,
    struct yq_err *err)
{
	const struct row blank = { 0 };
	YQ_CLEANUP(yq_freep) void *items = NULL;
	const struct row *rows;
	size_t count;
	enum yq_rc rc;

	*list = (struct yq_snapshot_list){ 0 };
	rc = yq_where_list(
	    firebird, where, fields, YQ_COUNT(fields), &blank, sizeof(blank), &items, &count, err);
	if (rc != YQ_OK || count == 0)
		return rc;
	rows = items;
	list->items = yq_xcalloc(count, sizeof(*list->items));
	for (; rc == YQ_OK && list->count < count; list->count++) {
		list->items[list->count] = rows[list->count].snapshot;
		rc = read_date(rows[list->count].date, &list->items[list->count].date, err);
	}
	if (rc != YQ_OK)
		yq_snapshot_list_free(list);
	return rc;
}

static void
add_date(struct yq_where *where, const char *condition, const char *name, yq_date date,
    char text[DATE_SIZE])
{
	if (date == 0)
		return;
	(void)yq_str_format(text, DATE_SIZE, "%04d-%02d-%02d", (int)(date / 10000),
	    (int)(date / 100 % 100), (int)(date % 100));
	yq_where_add(where, condition, yq_param_text(name, text));
}

enum yq_rc
yq_snapshots_find(struct yq_firebird *firebird, const struct yq_snapshot_filter *filter,
    struct yq_snapshot_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	char from[DATE_SIZE], to[DATE_SIZE];

	yq_buf_add_text(&sql, select_sql);
	yq_where_text(&where, "ACCOUNT_ALIAS = :ALIAS", "ALIAS", filter->account_alias);
	if (filter->currency != YQ_CURRENCY_NONE)
		yq_where_add(&where, "CURRENCY = :CURRENCY",
		    yq_param_enum("CURRENCY", &yq_currency_names, (int)filter->currency));
	add_date(&where, "SNAPSHOT_DATE >= CAST(CAST(:FROM_DATE AS VARCHAR(10)) AS DATE)",
	    "FROM_DATE", filter->from_date, from);
	add_date(&where, "SNAPSHOT_DATE <= CAST(CAST(:TO_DATE AS VARCHAR(10)) AS DATE)", "TO_DATE",
	    filter->to_date, to);
	yq_buf_add_text(&sql, LIST_SQL);
	return list_rows(firebird, &where, list, err);
}

enum yq_rc
yq_snapshots_latest(struct yq_firebird *firebird, enum yq_currency currency, yq_date until,
    struct yq_snapshot_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	char date[DATE_SIZE];

	yq_buf_add_text(&sql, select_sql);
	yq_where_add(&where, "CURRENCY = :CURRENCY",
	    yq_param_enum("CURRENCY", &yq_currency_names, (int)currency));
	add_date(&where,
	    "SNAPSHOT_DATE >= COALESCE((SELECT MAX(L.SNAPSHOT_DATE) FROM DAILY_SNAPSHOTS L"
	    " WHERE L.ACCOUNT_ALIAS = DAILY_SNAPSHOTS.ACCOUNT_ALIAS"
	    " AND L.CURRENCY = DAILY_SNAPSHOTS.CURRENCY"
	    " AND L.SNAPSHOT_DATE <= CAST(CAST(:UNTIL AS VARCHAR(10)) AS DATE)),"
	    " DATE '0001-01-01')",
	    "UNTIL", until, date);
	yq_buf_add_text(&sql, LIST_SQL);
	return list_rows(firebird, &where, list, err);
}
