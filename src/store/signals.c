/* signals.c - keeps signals with the decision on each. */
#include "store/signals.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/sql.h"

static const struct yq_field fields[] = {
	YQ_FIELD_ID("ID", struct yq_signal_row, signal.id, YQ_REQUIRED),
	YQ_FIELD_TIME("RECEIVED_AT_US", struct yq_signal_row, signal.received_at_us, YQ_REQUIRED),
	YQ_FIELD_TIME("SIGNALED_AT_US", struct yq_signal_row, signal.timestamp_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICKER", struct yq_signal_row, signal.ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM(
	    "EXCHANGE", struct yq_signal_row, signal.exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM(
	    "CURRENCY", struct yq_signal_row, signal.currency, yq_currency_names, YQ_OPTIONAL),
	YQ_FIELD_ENUM("ACTION", struct yq_signal_row, signal.action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("PRICE", struct yq_signal_row, signal.price),
	YQ_FIELD_OPT_DECIMAL("STRENGTH", struct yq_signal_row, signal.strength),
	YQ_FIELD_TEXT("STRATEGY", struct yq_signal_row, signal.strategy, YQ_OPTIONAL),
	YQ_FIELD_ENUM("TYPE", struct yq_signal_row, signal.type, yq_order_type_names, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("LIMIT_PRICE", struct yq_signal_row, signal.limit_price),
	YQ_FIELD_OPT_DECIMAL("STOP_PRICE", struct yq_signal_row, signal.stop_price),
	YQ_FIELD_OPT_DECIMAL("QUANTITY", struct yq_signal_row, signal.qty),
	YQ_FIELD_OPT_DECIMAL("POSITION_SIZE", struct yq_signal_row, signal.position_size),
	YQ_FIELD_ENUM(
	    "TIME_IN_FORCE", struct yq_signal_row, signal.time_in_force, yq_tif_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("COMMENT_TEXT", struct yq_signal_row, signal.comment, YQ_OPTIONAL),
#define VERDICT_FIELDS 17 /* from here on: the decision */
	YQ_FIELD_TEXT("VERDICT", struct yq_signal_row, verdict, YQ_OPTIONAL),
	YQ_FIELD_TEXT("CODE", struct yq_signal_row, code, YQ_OPTIONAL),
	YQ_FIELD_TEXT("REASON", struct yq_signal_row, text, YQ_OPTIONAL),
	YQ_FIELD_TIME("DECIDED_AT_US", struct yq_signal_row, decided_at_us, YQ_OPTIONAL),
	YQ_FIELD_INT("ORDER_COUNT", struct yq_signal_row, order_count, YQ_REQUIRED),
};

#define DECIDED_FIELDS (YQ_COUNT(fields) - VERDICT_FIELDS)
#define SQL_DECIDE                                                                          \
	"UPDATE SIGNALS SET VERDICT = :VERDICT, CODE = :CODE, REASON = :REASON,"            \
	" DECIDED_AT_US = :DECIDED_AT_US, ORDER_COUNT = :ORDER_COUNT, DECISION = :DECISION" \
	" WHERE RECEIVED_AT_US = :RECEIVED_AT_US AND ID = :ID AND VERDICT IS NULL"

void
yq_signal_row_clear(struct yq_signal_row *row)
{
	free(row->decision);
	row->decision = NULL;
}

struct save {
	const char *insert;
	const struct yq_signal_row *rows;
};

static enum yq_rc
decide_present(struct yq_tx *tx, const struct yq_signal_row *row, struct yq_err *err)
{
	struct yq_param params[DECIDED_FIELDS + 3];
	int64_t affected;
	enum yq_rc rc;

	yq_params_of(fields + VERDICT_FIELDS, DECIDED_FIELDS, row, params);
	params[DECIDED_FIELDS] = yq_param_text("DECISION", row->decision);
	yq_params_of(fields + 1, 1, row, params + DECIDED_FIELDS + 1);
	yq_params_of(fields, 1, row, params + DECIDED_FIELDS + 2);
	rc = yq_tx_exec(tx, SQL_DECIDE, params, YQ_COUNT(params), &affected, err);
	if (rc == YQ_OK && affected == 0)
		return YQ_E_EXISTS;
	return rc;
}

static enum yq_rc
save_one(struct yq_tx *tx, const void *cookie, size_t index, struct yq_err *err)
{
	const struct save *save = cookie;
	struct yq_param params[YQ_COUNT(fields) + 1];
	struct yq_signal_row row = save->rows[index];
	enum yq_rc rc;

	/* A publisher of its own need not say when it was received; the key must not change. */
	if (row.signal.received_at_us == 0)
		row.signal.received_at_us = row.signal.timestamp_us;
	yq_params_of(fields, YQ_COUNT(fields), &row, params);
	params[YQ_COUNT(fields)] = yq_param_text("DECISION", row.decision);
	rc = yq_sql_insert_run(tx, "SIGNALS", save->insert, params, YQ_COUNT(params), err);
	if (rc == YQ_E_EXISTS && row.verdict[0] != '\0')
		rc = decide_present(tx, &row, err);
	return rc;
}

static void
build_insert(struct yq_buf *sql)
{
	struct yq_field all[YQ_COUNT(fields) + 1] = { 0 };

	memcpy(all, fields, sizeof(fields));
	all[YQ_COUNT(fields)].name = "DECISION"; /* no member of the struct's own memory */
	yq_sql_insert(sql, "SIGNALS", all, YQ_COUNT(all));
}

enum yq_rc
yq_signals_save(struct yq_firebird *firebird, const struct yq_signal_row *rows, size_t count,
    enum yq_rc *outcomes, yq_refused_fn *refused, void *cookie, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf insert = yq_buf_make(YQ_SQL_MAX);
	struct save save = { .rows = rows };

	build_insert(&insert);
	save.insert = yq_buf_text(&insert);
	return yq_batch_run(firebird, count, save_one, &save, outcomes, refused, cookie, err);
}

static enum yq_rc
read_signal(
    struct yq_tx *tx, const struct yq_where *where, struct yq_signal_row *row, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	size_t column;
	enum yq_rc rc;

	rc = yq_tx_query(tx, yq_buf_text(where->sql), where->params, where->count, &rows, err);
	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_OK)
		rc = yq_rows_read(rows, fields, YQ_COUNT(fields), row, err);
	if (rc != YQ_OK)
		return rc;
	column = yq_rows_column(rows, "DECISION");
	if (!yq_rows_is_null(rows, column))
		row->decision = yq_xstrdup(yq_rows_text(rows, column, NULL));
	return YQ_OK;
}

enum yq_rc
yq_signals_get(struct yq_firebird *firebird, const struct yq_id *id, struct yq_signal_row *row,
    struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_where where = yq_where_make(&sql);
	char prefix[YQ_SQL_PREFIX + 1];
	enum yq_rc rc;

	*row = (struct yq_signal_row){ .signal = yq_signal_default() };
	yq_buf_add_text(&sql, "SELECT SIGNALS.* FROM SIGNALS");
	yq_where_id(&where, id, prefix);
	rc = yq_tx_begin(firebird, &read_only, &tx, err);
	if (rc == YQ_OK)
		rc = read_signal(tx, &where, row, err);
	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no signal %s", id->text);
	return rc;
}

void
yq_signal_list_free(struct yq_signal_list *list)
{
	free(list->items);
	*list = (struct yq_signal_list){ 0 };
}

enum yq_rc
yq_signals_find(struct yq_firebird *firebird, const struct yq_signal_filter *filter,
    struct yq_signal_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_signal_row blank = { .signal = yq_signal_default() };
	void *items;
	enum yq_rc rc;

	yq_sql_select(&sql, "SIGNALS", fields, YQ_COUNT(fields));
	yq_where_text(&where, "STRATEGY = :STRATEGY", "STRATEGY", filter->strategy);
	yq_where_text(&where, "TICKER = :TICKER", "TICKER", filter->ticker);
	yq_where_text(&where, "VERDICT = :VERDICT", "VERDICT", filter->verdict);
	yq_where_time(&where, "RECEIVED_AT_US >= :FROM_US", "FROM_US", filter->from_us);
	yq_where_time(&where, "RECEIVED_AT_US < :TO_US", "TO_US", filter->to_us);
	yq_where_page(&where, "RECEIVED_AT_US DESC, ID DESC", filter->limit, filter->offset);
	rc = yq_where_list(firebird, &where, fields, YQ_COUNT(fields), &blank, sizeof(blank),
	    &items, &list->count, err);
	list->items = items;
	return rc;
}
