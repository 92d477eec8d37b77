/* sql.c - puts statements together, lists rows, runs batches. */
#include "store/sql.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define LOOK_SIZE 256

static void
add_names(struct yq_buf *sql, const struct yq_field *fields, size_t count, const char *before)
{
	for (size_t i = 0; i < count; i++) {
		yq_buf_add_text(sql, i > 0 ? ", " : "");
		yq_buf_add_text(sql, before);
		yq_buf_add_text(sql, fields[i].name);
	}
}

void
yq_sql_insert(struct yq_buf *sql, const char *table, const struct yq_field *fields, size_t count)
{
	yq_buf_add_format(sql, "INSERT INTO %s (", table);
	add_names(sql, fields, count, "");
	yq_buf_add_text(sql, ") VALUES (");
	add_names(sql, fields, count, ":");
	yq_buf_add_text(sql, ")");
}

void
yq_sql_select(struct yq_buf *sql, const char *table, const struct yq_field *fields, size_t count)
{
	yq_buf_add_text(sql, "SELECT ");
	add_names(sql, fields, count, "");
	yq_buf_add_format(sql, " FROM %s", table);
}

struct yq_where
yq_where_make(struct yq_buf *sql)
{
	return (struct yq_where){ .sql = sql };
}

void
yq_where_add(struct yq_where *where, const char *condition, struct yq_param param)
{
	assert(where->count < YQ_COUNT(where->params));
	yq_buf_add_text(where->sql, where->count == 0 ? " WHERE " : " AND ");
	yq_buf_add_text(where->sql, condition);
	where->params[where->count++] = param;
}

void
yq_where_text(struct yq_where *where, const char *condition, const char *name, const char *text)
{
	if (*text != '\0')
		yq_where_add(where, condition, yq_param_text(name, text));
}

void
yq_where_time(struct yq_where *where, const char *condition, const char *name, int64_t us)
{
	if (us != 0)
		yq_where_add(where, condition, yq_param_time(name, us));
}

void
yq_where_id(struct yq_where *where, const struct yq_id *id, char prefix[YQ_SQL_PREFIX + 1])
{
	memcpy(prefix, id->text, YQ_SQL_PREFIX);
	prefix[YQ_SQL_PREFIX] = '\0';
	yq_where_add(
	    where, "SUBSTRING(ID FROM 1 FOR 4) = :ID_PREFIX", yq_param_text("ID_PREFIX", prefix));
	yq_where_add(where, "ID = :ID", yq_param_id("ID", id));
}

void
yq_where_after(struct yq_where *where, const char *column, const struct yq_row_place *place)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf condition = yq_buf_make(YQ_SQL_MAX);

	if (place->at_us == 0)
		return;
	/* Alone, for the index. */
	yq_buf_add_format(&condition, "%s <= :PLACE_US", column);
	yq_where_add(where, yq_buf_text(&condition), yq_param_time("PLACE_US", place->at_us));
	yq_buf_clear(&condition);
	yq_buf_add_format(&condition, "(%s < :PLACE_AT_US OR ID < :PLACE_ID)", column);
	yq_where_add(where, yq_buf_text(&condition), yq_param_time("PLACE_AT_US", place->at_us));
	assert(where->count < YQ_COUNT(where->params));
	where->params[where->count++] = yq_param_id("PLACE_ID", &place->id);
}

void
yq_where_page(struct yq_where *where, const char *order, unsigned limit, unsigned offset)
{
	unsigned rows = limit == 0 ? 100 : limit < YQ_STORE_LIST_MAX ? limit : YQ_STORE_LIST_MAX;

	assert(where->count + 2 <= YQ_COUNT(where->params));
	yq_buf_add_format(where->sql,
	    " ORDER BY %s OFFSET :PAGE_OFFSET ROWS FETCH NEXT :PAGE_LIMIT ROWS ONLY", order);
	where->params[where->count++] = yq_param_int("PAGE_OFFSET", offset);
	where->params[where->count++] = yq_param_int("PAGE_LIMIT", rows);
}

enum yq_rc
yq_where_list(struct yq_firebird *firebird, const struct yq_where *where,
    const struct yq_field *fields, size_t field_count, const void *blank, size_t size,
    void **ret_items, size_t *ret_count, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	size_t count = 0, capacity = 0;
	char *items = NULL;
	enum yq_rc rc;

	*ret_items = NULL;
	*ret_count = 0;
	assert(yq_buf_ok(where->sql));
	rc = yq_tx_begin(firebird, &read_only, &tx, err);
	if (rc == YQ_OK)
		rc = yq_tx_query(
		    tx, yq_buf_text(where->sql), where->params, where->count, &rows, err);
	while (rc == YQ_OK && (rc = yq_rows_next(rows, err)) == YQ_OK) {
		if (count == capacity) {
			capacity = capacity == 0 ? 16 : capacity * 2;
			items = yq_xrealloc(items, capacity, size);
		}
		memcpy(items + count * size, blank, size);
		rc = yq_rows_read(rows, fields, field_count, items + count * size, err);
		count++;
	}
	if (rc != YQ_E_NOT_FOUND) { /* anything but the end of the rows */
		free(items);
		return rc;
	}
	*ret_items = items;
	*ret_count = count;
	return YQ_OK;
}

/* Firebird calls a duplicate also what another transaction has not committed, after it has waited
 * for that in vain.  A row that cannot be seen is none. */
enum yq_rc
yq_sql_insert_run(struct yq_tx *tx, const char *table, const char *sql,
    const struct yq_param *params, size_t count, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	char look[LOOK_SIZE];
	struct yq_err local;
	enum yq_rc rc = yq_tx_exec(tx, sql, params, count, NULL, err);

	if (rc != YQ_E_EXISTS)
		return rc;
	assert(count >= 2);
	if (!yq_str_format(look, sizeof(look), "SELECT %s FROM %s WHERE %s = :%s AND %s = :%s",
		params[0].name, table, params[1].name, params[1].name, params[0].name,
		params[0].name))
		YQ_PANIC("the name of a table is too long");
	rc = yq_tx_query(tx, look, params, 2, &rows, &local);
	if (rc == YQ_OK)
		rc = yq_rows_next(rows, &local);
	if (rc == YQ_OK)
		return YQ_E_EXISTS;
	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, YQ_E_RETRY,
		    "another transaction writes the same row of %s and has not ended", table);
	return yq_err_set(err, rc, "%s", local.text);
}

static bool
is_outcome(enum yq_rc rc)
{
	return rc == YQ_OK || rc == YQ_E_EXISTS || rc == YQ_E_RANGE || rc == YQ_E_INVALID;
}

enum yq_rc
yq_batch_run(struct yq_firebird *firebird, size_t count, yq_batch_fn *fn, const void *items,
    enum yq_rc *outcomes, yq_refused_fn *refused, void *cookie, struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc;

	rc = yq_tx_begin(firebird, NULL, &tx, err);
	for (size_t i = 0; rc == YQ_OK && i < count; i++) {
		struct yq_err local = { 0 };

		outcomes[i] = fn(tx, items, i, &local);
		if (!is_outcome(outcomes[i])) {
			rc = yq_err_set(err, outcomes[i], "%s", local.text);
			break;
		}
		if (outcomes[i] != YQ_OK && outcomes[i] != YQ_E_EXISTS && refused != NULL)
			refused(cookie, i, outcomes[i], &local);
	}
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}
