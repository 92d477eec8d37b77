/* signals.c - keeps signals with the decision on each. */
#include "store/signals.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/long_text.h"
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

/* The members of a signal without a column of their own: whatever the message has beyond those. */
static bool
has_column(const struct yq_field *member)
{
	size_t offset = offsetof(struct yq_signal_row, signal) + member->offset;

	for (size_t i = 0; i < VERDICT_FIELDS; i++)
		if (fields[i].offset == offset)
			return true;
	return false;
}

static void
write_more(struct yq_buf *out, const struct yq_signal *signal)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	for (size_t i = 0; i < yq_signal_field_count; i++)
		if (!has_column(&yq_signal_fields[i]))
			yq_record_write(&w, &yq_signal_fields[i], 1, signal);
	yq_json_end_object(&w);
}

static enum yq_rc
read_more(const char *text, size_t length, struct yq_signal *signal, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *more = NULL;
	enum yq_rc rc = yq_json_parse(text, length, &more, err);

	for (size_t i = 0; rc == YQ_OK && i < yq_signal_field_count; i++)
		if (!has_column(&yq_signal_fields[i]))
			rc = yq_record_read(more, &yq_signal_fields[i], 1, signal, err);
	if (rc != YQ_OK)
		return yq_err_set(err, YQ_E_CORRUPT, "column MORE of SIGNALS: %s", err->text);
	return YQ_OK;
}

#define NOTHING_MORE   2 /* "{}" */
#define DECIDED_FIELDS (YQ_COUNT(fields) - VERDICT_FIELDS)
#define COLUMNS	       (YQ_COUNT(fields) + YQ_LONG_TEXT_COLUMNS + 1) /* and MORE */
#define DECISION       YQ_LONG_TEXT("DECISION")
#define SQL_DECIDE                                                               \
	"UPDATE SIGNALS SET VERDICT = :VERDICT, CODE = :CODE, REASON = :REASON," \
	" DECIDED_AT_US = :DECIDED_AT_US, ORDER_COUNT = :ORDER_COUNT,"           \
	" DECISION_SHORT = :DECISION_SHORT, DECISION_LONG = :DECISION_LONG"      \
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
	struct yq_param params[DECIDED_FIELDS + YQ_LONG_TEXT_COLUMNS + 2], *key;
	int64_t affected;
	enum yq_rc rc;

	yq_params_of(fields + VERDICT_FIELDS, DECIDED_FIELDS, row, params);
	yq_long_text_params(DECISION, row->decision, params + DECIDED_FIELDS);
	key = params + DECIDED_FIELDS + YQ_LONG_TEXT_COLUMNS;
	yq_params_of(fields + 1, 1, row, key);
	yq_params_of(fields, 1, row, key + 1);
	rc = yq_tx_exec(tx, SQL_DECIDE, params, YQ_COUNT(params), &affected, err);
	if (rc == YQ_OK && affected == 0)
		return YQ_E_EXISTS;
	return rc;
}

static enum yq_rc
save_one(struct yq_tx *tx, const void *cookie, size_t index, struct yq_err *err)
{
	const struct save *save = cookie;
	YQ_CLEANUP(yq_buf_free) struct yq_buf more = yq_buf_make(YQ_SQL_MAX);
	struct yq_param params[COLUMNS];
	struct yq_signal_row row = save->rows[index];
	enum yq_rc rc;

	/* A publisher of its own need not say when it was received; the key must not change. */
	if (row.signal.received_at_us == 0)
		row.signal.received_at_us = row.signal.timestamp_us;
	yq_params_of(fields, YQ_COUNT(fields), &row, params);
	write_more(&more, &row.signal);
	yq_long_text_params(DECISION, row.decision, params + YQ_COUNT(fields));
	params[COLUMNS - 1] =
	    yq_param_text("MORE", more.length > NOTHING_MORE ? yq_buf_text(&more) : NULL);
	rc = yq_sql_insert_run(tx, "SIGNALS", save->insert, params, YQ_COUNT(params), err);
	if (rc == YQ_E_EXISTS && row.verdict[0] != '\0')
		rc = decide_present(tx, &row, err);
	return rc;
}

/* With the names of those that are no member of the struct's own memory. */
static void
all_columns(struct yq_field columns[COLUMNS])
{
	memset(columns, 0, COLUMNS * sizeof(columns[0]));
	memcpy(columns, fields, sizeof(fields));
	columns[YQ_COUNT(fields)].name = DECISION.in_row;
	columns[YQ_COUNT(fields) + 1].name = DECISION.beside;
	columns[COLUMNS - 1].name = "MORE";
}

static void
build_insert(struct yq_buf *sql)
{
	struct yq_field columns[COLUMNS];

	all_columns(columns);
	yq_sql_insert(sql, "SIGNALS", columns, COLUMNS);
}

void
yq_signals_select(struct yq_buf *sql)
{
	struct yq_field columns[COLUMNS];

	all_columns(columns);
	yq_sql_select(sql, "SIGNALS", columns, COLUMNS);
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

enum yq_rc
yq_signals_row(const struct yq_rows *rows, struct yq_signal_row *row, struct yq_err *err)
{
	size_t more = yq_rows_column(rows, "MORE"), length = 0;
	const char *text;
	enum yq_rc rc;

	*row = (struct yq_signal_row){ .signal = yq_signal_default() };
	rc = yq_rows_read(rows, fields, YQ_COUNT(fields), row, err);
	if (rc == YQ_OK && !yq_rows_is_null(rows, more)) {
		text = yq_rows_text(rows, more, &length);
		rc = read_more(text, length, &row->signal, err);
	}
	text = rc == YQ_OK ? yq_long_text_read(rows, DECISION) : NULL;
	if (text != NULL)
		row->decision = yq_xstrdup(text);
	return rc;
}

static enum yq_rc
read_signal(
    struct yq_tx *tx, const struct yq_where *where, struct yq_signal_row *row, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc;

	rc = yq_tx_query(tx, yq_buf_text(where->sql), where->params, where->count, &rows, err);
	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	return rc == YQ_OK ? yq_signals_row(rows, row, err) : rc;
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
	yq_signals_select(&sql);
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

void
yq_signals_where(struct yq_where *where, const struct yq_signal_filter *filter)
{
	yq_where_text(where, "STRATEGY = :STRATEGY", "STRATEGY", filter->strategy);
	yq_where_text(where, "TICKER = :TICKER", "TICKER", filter->ticker);
	yq_where_text(where, "VERDICT = :VERDICT", "VERDICT", filter->verdict);
	yq_where_time(where, "RECEIVED_AT_US >= :FROM_US", "FROM_US", filter->from_us);
	yq_where_time(where, "RECEIVED_AT_US < :TO_US", "TO_US", filter->to_us);
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
	yq_signals_where(&where, filter);
	yq_where_after(&where, "RECEIVED_AT_US", &filter->after);
	yq_where_page(&where, "RECEIVED_AT_US DESC, ID DESC", filter->limit, filter->offset);
	rc = yq_where_list(firebird, &where, fields, YQ_COUNT(fields), &blank, sizeof(blank),
	    &items, &list->count, err);
	list->items = items;
	return rc;
}
