/* schedule_look.c - what is due, and which runs are not over: one look, one transaction. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/schedule_fields.h"
#include "store/sql.h"

#define ALL_MAX YQ_SCHEDULES_MAX /* rows looked at, whether they can be read or not */

void
yq_schedule_look_clear(struct yq_schedule_look *look)
{
	for (size_t i = 0; i < look->open_count; i++)
		free(look->open[i].orders);
	free(look->open);
	free(look->due);
	look->open = NULL;
	look->due = NULL;
	look->open_count = look->due_count = 0;
}

/* The rows of a query into a growing array; each begins as `blank`.  One that cannot be read takes
 * nobody's place. */
struct listing {
	const struct yq_field *fields;
	size_t field_count;
	const void *blank;
	size_t size;
	size_t most; /* rows, of those that can be read */
	char *fault; /* YQ_MESSAGE_SIZE */
};

static enum yq_rc
list_rows(struct yq_tx *tx, const struct yq_buf *sql, const struct yq_where *where,
    const struct listing *listing, void **ret_items, size_t *ret_count, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	size_t count = 0, capacity = 0;
	struct yq_err fault = { 0 };
	char *items = NULL;
	enum yq_rc rc = yq_tx_query(tx, yq_buf_text(sql), where->params, where->count, &rows, err);

	while (rc == YQ_OK && count < listing->most && (rc = yq_rows_next(rows, err)) == YQ_OK) {
		if (count == capacity) {
			capacity = capacity == 0 ? 16 : capacity * 2;
			items = yq_xrealloc(items, capacity, listing->size);
		}
		memcpy(items + count * listing->size, listing->blank, listing->size);
		rc = yq_rows_read(rows, listing->fields, listing->field_count,
		    items + count * listing->size, &fault);
		if (rc == YQ_OK)
			count++;
		else if (rc == YQ_E_CORRUPT)
			yq_str_copy_cut(listing->fault, YQ_MESSAGE_SIZE, fault.text);
		else
			yq_err_set(err, rc, "%s", fault.text);
		rc = rc == YQ_E_CORRUPT ? YQ_OK : rc;
	}
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND) {
		free(items);
		return rc;
	}
	*ret_items = items;
	*ret_count = count;
	return YQ_OK;
}

static enum yq_rc
look_due(struct yq_tx *tx, struct yq_schedule_look *look, struct yq_err *err)
{
	static const struct yq_schedule_row blank;
	const struct listing listing = { yq_schedule_row_fields, yq_schedule_row_field_count,
		&blank, sizeof(blank), look->all ? ALL_MAX : YQ_LOOK_DUE_MAX, look->fault };
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	void *items = NULL;
	enum yq_rc rc;

	yq_sql_select(&sql, YQ_SCHEDULE_TABLE, yq_schedule_row_fields, yq_schedule_row_field_count);
	yq_where_add(&where, "ENABLED = :ENABLED", yq_param_bool("ENABLED", true));
	if (!look->all)
		yq_where_add(&where, "(NEXT_AT_US IS NULL OR NEXT_AT_US <= :NOW_US)",
		    yq_param_time("NOW_US", look->now_us));
	yq_where_page(&where, "NEXT_AT_US NULLS FIRST, ID", ALL_MAX, 0);
	rc = list_rows(tx, &sql, &where, &listing, &items, &look->due_count, err);
	look->due = items;
	return rc;
}

struct next {
	int64_t next_at_us;
};

static enum yq_rc
look_ahead(struct yq_tx *tx, struct yq_schedule_look *look, struct yq_err *err)
{
	static const struct yq_field fields[] = { YQ_FIELD_TIME(
	    "NEXT_AT_US", struct next, next_at_us, YQ_REQUIRED) };
	const struct yq_param params[] = { yq_param_time("NOW_US", look->now_us) };
	struct next next = { 0 };
	enum yq_rc rc = yq_tx_get(tx,
	    "SELECT FIRST 1 NEXT_AT_US FROM " YQ_SCHEDULE_TABLE
	    " WHERE ENABLED = TRUE AND NEXT_AT_US > :NOW_US ORDER BY NEXT_AT_US",
	    params, YQ_COUNT(params), fields, YQ_COUNT(fields), &next, err);

	look->next_at_us = next.next_at_us;
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

/* ---- runs that are not over ---- */

/* Whether the archive has it: then it was sent, however long ago. */
static enum yq_rc
look_archived(struct yq_tx *tx, struct yq_run_order *order, struct yq_err *err)
{
	static const struct yq_field fields[] = { YQ_FIELD_ID(
	    "ID", struct yq_run_order, id, YQ_REQUIRED) };
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_run_order found = { 0 };
	char prefix[YQ_SQL_PREFIX + 1];
	enum yq_rc rc;

	yq_buf_add_text(&sql, "SELECT ID FROM ORDERS");
	yq_where_id(&where, &order->id, prefix);
	rc = yq_tx_get(tx, yq_buf_text(&sql), where.params, where.count, fields, YQ_COUNT(fields),
	    &found, err);
	order->archived = rc == YQ_OK;
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static enum yq_rc
look_orders(struct yq_tx *tx, struct yq_open_run *open, char *fault, struct yq_err *err)
{
	static const struct yq_run_order blank;
	const struct listing listing = { yq_run_order_fields, YQ_RUN_ORDER_FIELDS, &blank,
		sizeof(blank), SIZE_MAX, fault };
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	void *items = NULL;
	enum yq_rc rc;

	yq_sql_select(&sql, "SCHEDULE_RUN_ORDERS", yq_run_order_fields, YQ_RUN_ORDER_FIELDS);
	yq_where_add(&where, "SCHEDULE_ID = :SCHEDULE_ID",
	    yq_param_id("SCHEDULE_ID", &open->run.schedule_id));
	yq_where_add(
	    &where, "DUE_AT_US = :DUE_AT_US", yq_param_time("DUE_AT_US", open->run.due_at_us));
	yq_buf_add_text(&sql, " ORDER BY ORDER_ID");
	rc = list_rows(tx, &sql, &where, &listing, &items, &open->order_count, err);
	open->orders = items;
	for (size_t i = 0; rc == YQ_OK && i < open->order_count; i++)
		rc = look_archived(tx, &open->orders[i], err);
	return rc;
}

static enum yq_rc
look_schedule(struct yq_tx *tx, struct yq_open_run *open, char *fault, struct yq_err *err)
{
	struct yq_schedule_row row;
	struct yq_err local = { 0 };
	enum yq_rc rc = yq_schedules_read(tx, &open->run.schedule_id, &row, &local);

	open->has_schedule = rc == YQ_OK;
	if (rc == YQ_OK)
		open->schedule = row.schedule;
	if (rc == YQ_E_CORRUPT)
		yq_str_copy_cut(fault, YQ_MESSAGE_SIZE, local.text);
	else if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_err_set(err, rc, "%s", local.text);
	return YQ_OK;
}

static enum yq_rc
look_open(struct yq_tx *tx, struct yq_schedule_look *look, struct yq_err *err)
{
	static const struct yq_run blank;
	const struct listing listing = { yq_run_fields, YQ_RUN_FIELDS, &blank, sizeof(blank),
		YQ_LOOK_OPEN_MAX, look->fault };
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_run *runs;
	size_t count = 0;
	void *items = NULL;
	enum yq_rc rc;

	yq_sql_select(&sql, "SCHEDULE_RUNS", yq_run_fields, YQ_RUN_FIELDS);
	/* IS NOT NULL would not use the index. */
	yq_where_add(&where, "OPEN_SINCE_US > :NEVER", yq_param_int("NEVER", 0));
	yq_where_page(&where, "OPEN_SINCE_US", ALL_MAX, 0);
	rc = list_rows(tx, &sql, &where, &listing, &items, &count, err);
	if (rc != YQ_OK || count == 0)
		return rc;
	runs = items;
	look->open = yq_xcalloc(count, sizeof(*look->open));
	look->open_count = count;
	for (size_t i = 0; i < count; i++) {
		look->open[i].run = runs[i];
		if (rc == YQ_OK)
			rc = look_schedule(tx, &look->open[i], look->fault, err);
		if (rc == YQ_OK && runs[i].state == YQ_RUN_SENDING)
			rc = look_orders(tx, &look->open[i], look->fault, err);
	}
	free(items);
	return rc;
}

enum yq_rc
yq_schedule_look(struct yq_firebird *firebird, struct yq_schedule_look *look, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	look->fault[0] = '\0';
	if (rc == YQ_OK)
		rc = look_due(tx, look, err);
	if (rc == YQ_OK)
		rc = look_ahead(tx, look, err);
	return rc == YQ_OK ? look_open(tx, look, err) : rc;
}
