/* audit.c - keeps what people did, row after row. */
#include "store/audit.h"

#include <stdlib.h>
#include <string.h>

#include "store/long_text.h"
#include "store/sql.h"

#define ROW struct yq_audit_row

static const struct yq_field fields[] = {
	YQ_FIELD_INT("SEQ", ROW, seq, YQ_REQUIRED),
	YQ_FIELD_ID("ID", ROW, id, YQ_REQUIRED),
	YQ_FIELD_TIME("AT_US", ROW, at_us, YQ_REQUIRED),
	YQ_FIELD_TIME("RECORDED_AT_US", ROW, recorded_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("WHO", ROW, hand.who, YQ_REQUIRED),
	YQ_FIELD_TEXT("SOURCE", ROW, hand.origin, YQ_REQUIRED),
	YQ_FIELD_TEXT("VERB", ROW, verb, YQ_REQUIRED),
	YQ_FIELD_TEXT("OUTCOME", ROW, outcome, YQ_REQUIRED),
	YQ_FIELD_TEXT("TARGET", ROW, target, YQ_OPTIONAL),
	YQ_FIELD_TEXT("ACCOUNT_ALIAS", ROW, account_alias, YQ_OPTIONAL),
	YQ_FIELD_TEXT("BEFORE_TEXT", ROW, before, YQ_OPTIONAL),
	YQ_FIELD_TEXT("AFTER_TEXT", ROW, after, YQ_OPTIONAL),
	YQ_FIELD_TEXT("REASON", ROW, reason, YQ_OPTIONAL),
};

#define REQUEST YQ_LONG_TEXT("REQUEST")
#define COLUMNS (YQ_COUNT(fields) + YQ_LONG_TEXT_COLUMNS)

static const struct yq_field seq_field[] = { YQ_FIELD_INT("SEQ", ROW, seq, YQ_REQUIRED) };

struct add {
	const char *insert;
	const struct yq_audit_row *rows;
};

/* YQ_OK: the request has a row. */
static enum yq_rc
find_id(struct yq_tx *tx, const struct yq_id *id, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_id("ID", id) };
	struct yq_audit_row found = { 0 };

	return yq_tx_get(tx, "SELECT SEQ FROM AUDIT WHERE ID = :ID", params, 1, seq_field,
	    YQ_COUNT(seq_field), &found, err);
}

static enum yq_rc
last_seq(struct yq_tx *tx, int64_t *seq, struct yq_err *err)
{
	struct yq_audit_row last = { 0 };
	enum yq_rc rc = yq_tx_get(tx, "SELECT FIRST 1 SEQ FROM AUDIT ORDER BY SEQ DESC", NULL, 0,
	    seq_field, YQ_COUNT(seq_field), &last, err);

	*seq = last.seq;
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static enum yq_rc
insert(struct yq_tx *tx, const char *sql, struct yq_audit_row *row, struct yq_err *err)
{
	struct yq_param params[COLUMNS];

	if (row->hand.who[0] == '\0')
		memcpy(row->hand.who, "?", 2);
	if (row->hand.origin[0] == '\0')
		memcpy(row->hand.origin, "?", 2);
	yq_params_of(fields, YQ_COUNT(fields), row, params);
	yq_long_text_params(REQUEST, row->request, params + YQ_COUNT(fields));
	return yq_tx_exec(tx, sql, params, YQ_COUNT(params), NULL, err);
}

static enum yq_rc
add_one(struct yq_tx *tx, const void *cookie, size_t index, struct yq_err *err)
{
	const struct add *add = cookie;
	struct yq_audit_row row = add->rows[index];
	enum yq_rc rc = find_id(tx, &row.id, err);

	if (rc == YQ_OK)
		return YQ_E_EXISTS;
	if (rc == YQ_E_NOT_FOUND)
		rc = last_seq(tx, &row.seq, err);
	if (rc != YQ_OK)
		return rc;
	row.seq++;
	rc = insert(tx, add->insert, &row, err);
	/* Another writer was faster: the number, or the very row, is taken.  All of it again. */
	return rc == YQ_E_EXISTS
		   ? yq_err_set(err, YQ_E_RETRY, "another program writes the audit trail")
		   : rc;
}

static void
build_insert(struct yq_buf *sql)
{
	struct yq_field all[COLUMNS] = { 0 };

	memcpy(all, fields, sizeof(fields));
	/* no members of the struct's own memory */
	all[YQ_COUNT(fields)].name = REQUEST.in_row;
	all[YQ_COUNT(fields) + 1].name = REQUEST.beside;
	yq_sql_insert(sql, "AUDIT", all, YQ_COUNT(all));
}

enum yq_rc
yq_audit_put(struct yq_tx *tx, const struct yq_audit_row *row, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct add add = { .rows = row };
	enum yq_rc rc;

	build_insert(&sql);
	add.insert = yq_buf_text(&sql);
	rc = add_one(tx, &add, 0, err);
	return rc == YQ_E_EXISTS ? YQ_OK : rc;
}

enum yq_rc
yq_audit_add(struct yq_firebird *firebird, const struct yq_audit_row *rows, size_t count,
    enum yq_rc *outcomes, yq_refused_fn *refused, void *cookie, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct add add = { .rows = rows };

	build_insert(&sql);
	add.insert = yq_buf_text(&sql);
	return yq_batch_run(firebird, count, add_one, &add, outcomes, refused, cookie, err);
}

void
yq_audit_list_free(struct yq_audit_list *list)
{
	free(list->items);
	*list = (struct yq_audit_list){ 0 };
}

enum yq_rc
yq_audit_find(struct yq_firebird *firebird, const struct yq_audit_filter *filter,
    struct yq_audit_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_audit_row blank = { 0 };
	void *items;
	enum yq_rc rc;

	yq_sql_select(&sql, "AUDIT", fields, YQ_COUNT(fields));
	yq_where_text(&where, "TARGET = :TARGET", "TARGET", filter->target);
	yq_where_text(&where, "ACCOUNT_ALIAS = :ALIAS", "ALIAS", filter->account_alias);
	yq_where_time(&where, "AT_US >= :FROM_US", "FROM_US", filter->from_us);
	yq_where_time(&where, "AT_US < :TO_US", "TO_US", filter->to_us);
	if (filter->before_seq != 0)
		yq_where_add(
		    &where, "SEQ < :BEFORE_SEQ", yq_param_int("BEFORE_SEQ", filter->before_seq));
	yq_where_page(&where, "SEQ DESC", filter->limit, filter->offset);
	rc = yq_where_list(firebird, &where, fields, YQ_COUNT(fields), &blank, sizeof(blank),
	    &items, &list->count, err);
	list->items = items;
	return rc;
}
