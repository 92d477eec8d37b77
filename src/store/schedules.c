/* schedules.c - the table SCHEDULED_ORDERS, as people change it. */
#include "store/schedules.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "domain/schedule_text.h"
#include "store/audit.h"
#include "store/schedule_runs.h"
#include "store/sql.h"

#define ROW	 struct yq_schedule_row
#define ATTEMPTS 8 /* attempts when another writer is faster */

const struct yq_field yq_schedule_row_fields[] = {
	YQ_FIELD_ID("ID", ROW, schedule.id, YQ_REQUIRED),
	YQ_FIELD_TEXT("NAME", ROW, schedule.name, YQ_REQUIRED),
	YQ_FIELD_BOOL("ENABLED", ROW, schedule.enabled, YQ_REQUIRED),
	YQ_FIELD_ENUM("KIND", ROW, schedule.kind, yq_schedule_kind_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("ACCOUNT_ALIAS", ROW, schedule.account_alias, YQ_REQUIRED),
	YQ_FIELD_ENUM("EXCHANGE", ROW, schedule.exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("ZONE", ROW, schedule.zone, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICKER", ROW, schedule.ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("ACTION", ROW, schedule.action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("TYPE", ROW, schedule.type, yq_order_type_names, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("PRICE", ROW, schedule.price),
	YQ_FIELD_OPT_DECIMAL("QUANTITY", ROW, schedule.quantity),
	YQ_FIELD_OPT_DECIMAL("AMOUNT", ROW, schedule.amount),
	YQ_FIELD_TEXT("REASONS", ROW, schedule.reasons, YQ_OPTIONAL),
	YQ_FIELD_ENUM("WHEN_KIND", ROW, schedule.when, yq_schedule_when_names, YQ_REQUIRED),
	YQ_FIELD_INT("LOCAL_MINUTE", ROW, schedule.minute, YQ_REQUIRED),
	YQ_FIELD_INT("OFFSET_MINUTES", ROW, schedule.offset, YQ_REQUIRED),
	YQ_FIELD_INT("WEEKDAYS", ROW, schedule.weekdays, YQ_REQUIRED),
	YQ_FIELD_INT("VALID_FROM", ROW, schedule.from, YQ_REQUIRED),
	YQ_FIELD_INT("VALID_TO", ROW, schedule.to, YQ_REQUIRED),
	YQ_FIELD_INT("MAX_LATE_SECONDS", ROW, schedule.max_late_seconds, YQ_REQUIRED),
	YQ_FIELD_BOOL("ANY_HOUR", ROW, schedule.any_hour, YQ_REQUIRED),
	YQ_FIELD_INT("VERSION", ROW, version, YQ_REQUIRED),
	YQ_FIELD_INT("DONE_TO_US", ROW, done_to_us, YQ_REQUIRED),
	YQ_FIELD_TIME("NEXT_AT_US", ROW, next_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("UPDATED_AT_US", ROW, updated_at_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("UPDATED_BY", ROW, updated_by, YQ_OPTIONAL),
	YQ_FIELD_TIME("CREATED_AT_US", ROW, created_at_us, YQ_REQUIRED),
#define OUTCOME_FIELDS 4 /* the last ones: not written by people */
	YQ_FIELD_TIME("LAST_DUE_AT_US", ROW, last_due_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("LAST_RUN_AT_US", ROW, last_run_at_us, YQ_OPTIONAL),
	YQ_FIELD_ID("LAST_ORDER_ID", ROW, last_order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("LAST_OUTCOME", ROW, last_outcome, YQ_OPTIONAL),
};
const size_t yq_schedule_row_field_count = YQ_COUNT(yq_schedule_row_fields);

#define FIELDS	     yq_schedule_row_fields
#define FIELD_COUNT  YQ_COUNT(yq_schedule_row_fields)
#define PEOPLE_COUNT (FIELD_COUNT - OUTCOME_FIELDS)

void
yq_schedule_list_free(struct yq_schedule_list *list)
{
	free(list->items);
	*list = (struct yq_schedule_list){ 0 };
}

enum yq_rc
yq_schedules_list(struct yq_firebird *firebird, struct yq_schedule_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_schedule_row blank = { 0 };
	void *items;
	enum yq_rc rc;

	yq_sql_select(&sql, YQ_SCHEDULE_TABLE, FIELDS, FIELD_COUNT);
	yq_where_page(&where, "UPPER(NAME), ID", YQ_SCHEDULES_MAX, 0);
	rc = yq_where_list(firebird, &where, FIELDS, FIELD_COUNT, &blank, sizeof(blank), &items,
	    &list->count, err);
	list->items = items;
	return rc;
}

static enum yq_rc
get_one(struct yq_tx *tx, const char *condition, struct yq_param param, struct yq_schedule_row *row,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);

	*row = (struct yq_schedule_row){ 0 };
	yq_sql_select(&sql, YQ_SCHEDULE_TABLE, FIELDS, FIELD_COUNT);
	yq_where_add(&where, condition, param);
	return yq_tx_get(
	    tx, yq_buf_text(&sql), where.params, where.count, FIELDS, FIELD_COUNT, row, err);
}

enum yq_rc
yq_schedules_read(
    struct yq_tx *tx, const struct yq_id *id, struct yq_schedule_row *row, struct yq_err *err)
{
	return get_one(tx, "ID = :ID", yq_param_id("ID", id), row, err);
}

enum yq_rc
yq_schedules_get(
    struct yq_firebird *firebird, const char *name, struct yq_schedule_row *row, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	char short_name[YQ_SCHEDULE_NAME_SIZE];
	struct yq_id id;
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	if (rc != YQ_OK)
		return rc;
	rc = YQ_E_NOT_FOUND;
	if (yq_str_copy(short_name, sizeof(short_name), name))
		rc = get_one(
		    tx, "UPPER(NAME) = UPPER(:NAME)", yq_param_text("NAME", short_name), row, err);
	if (rc == YQ_E_NOT_FOUND && yq_id_parse(name, strlen(name), &id) == YQ_OK)
		rc = yq_schedules_read(tx, &id, row, err);
	return rc == YQ_E_NOT_FOUND ? yq_err_set(err, rc, "there is no schedule \"%.64s\"", name)
				    : rc;
}

enum yq_rc
yq_schedules_by_id(struct yq_firebird *firebird, const struct yq_id *id,
    struct yq_schedule_row *row, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	if (rc == YQ_OK)
		rc = yq_schedules_read(tx, id, row, err);
	return rc == YQ_E_NOT_FOUND
		   ? yq_err_set(err, rc, "there is no schedule of the id %s", id->text)
		   : rc;
}

/* ---- changes ---- */

struct changing {
	struct yq_tx *tx;
	const struct yq_schedule_change *change;
	const struct yq_hand *hand;
	const char *reason;
	int64_t now_us;
};

static enum yq_rc
check_count(struct yq_tx *tx, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc =
	    yq_tx_query(tx, "SELECT COUNT(*) FROM " YQ_SCHEDULE_TABLE, NULL, 0, &rows, err);

	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_OK && yq_rows_int(rows, 0) >= YQ_SCHEDULES_MAX)
		rc =
		    yq_err_set(err, YQ_E_LIMIT, "there are %d schedules already", YQ_SCHEDULES_MAX);
	return rc;
}

static struct yq_schedule_row
row_of(const struct changing *c)
{
	struct yq_schedule_row row = { .schedule = c->change->schedule,
		.version = c->change->version + 1,
		.done_to_us = c->now_us,
		.created_at_us = c->now_us,
		.updated_at_us = c->now_us };

	yq_str_copy_cut(row.updated_by, sizeof(row.updated_by), c->hand->who);
	return row;
}

static enum yq_rc
taken(const struct changing *c, enum yq_rc rc, struct yq_err *err)
{
	if (rc != YQ_E_EXISTS)
		return rc;
	return yq_err_set(err, rc, "there is a schedule \"%s\" already, or one of the id %s",
	    c->change->schedule.name, c->change->schedule.id.text);
}

static enum yq_rc
add(const struct changing *c, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_schedule_row row = row_of(c);
	struct yq_param params[FIELD_COUNT];
	enum yq_rc rc = check_count(c->tx, err);

	if (rc != YQ_OK)
		return rc;
	yq_sql_insert(&sql, YQ_SCHEDULE_TABLE, FIELDS, PEOPLE_COUNT);
	yq_params_of(FIELDS, PEOPLE_COUNT, &row, params);
	return taken(c, yq_tx_exec(c->tx, yq_buf_text(&sql), params, PEOPLE_COUNT, NULL, err), err);
}

/* Nothing was changed: why not. */
static enum yq_rc
moved(const struct changing *c, struct yq_err *err)
{
	const char *name = c->change->schedule.name;
	struct yq_schedule_row row;
	enum yq_rc rc = yq_schedules_read(c->tx, &c->change->schedule.id, &row, err);

	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, rc, "there is no schedule \"%s\" any more", name);
	if (rc != YQ_OK)
		return rc;
	return yq_err_set(err, YQ_E_STATE,
	    "\"%s\" was changed meanwhile by %s: it is of version %lld, and this change was made "
	    "from version %lld; look again",
	    row.schedule.name, row.updated_by, (long long)row.version,
	    (long long)c->change->version);
}

static bool
same_times(const struct yq_schedule *a, const struct yq_schedule *b)
{
	return a->enabled && b->enabled && a->exchange == b->exchange && a->when == b->when &&
	       a->minute == b->minute && a->offset == b->offset && a->weekdays == b->weekdays &&
	       a->from == b->from && a->to == b->to && a->any_hour == b->any_hour;
}

/* A change that leaves its times alone loses none of them, not even one that is due this moment. */
static enum yq_rc
keep_cursor(const struct changing *c, struct yq_schedule_row *row, struct yq_err *err)
{
	struct yq_schedule_row present;
	enum yq_rc rc = yq_schedules_read(c->tx, &row->schedule.id, &present, err);

	if (rc == YQ_OK && same_times(&present.schedule, &row->schedule))
		row->done_to_us = present.done_to_us;
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static enum yq_rc
replace(const struct changing *c, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_schedule_row row = row_of(c);
	struct yq_param params[FIELD_COUNT];
	const size_t count = PEOPLE_COUNT - 1; /* it was made when it was made */
	int64_t affected = 0;
	enum yq_rc rc = keep_cursor(c, &row, err);

	if (rc != YQ_OK)
		return rc;
	yq_buf_add_text(&sql, "UPDATE " YQ_SCHEDULE_TABLE " SET ");
	for (size_t i = 1; i < count; i++)
		yq_buf_add_format(
		    &sql, "%s%s = :%s", i > 1 ? ", " : "", FIELDS[i].name, FIELDS[i].name);
	yq_buf_add_text(&sql, " WHERE ID = :ID AND VERSION = :VERSION_BEFORE");
	yq_params_of(FIELDS, count, &row, params);
	params[count] = yq_param_int("VERSION_BEFORE", c->change->version);
	rc = taken(c, yq_tx_exec(c->tx, yq_buf_text(&sql), params, count + 1, &affected, err), err);
	return rc == YQ_OK && affected == 0 ? moved(c, err) : rc;
}

static enum yq_rc
remove_one(const struct changing *c, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_id("ID", &c->change->schedule.id),
		yq_param_int("VERSION", c->change->version) };
	int64_t affected = 0;
	enum yq_rc rc = yq_tx_exec(c->tx,
	    "DELETE FROM " YQ_SCHEDULE_TABLE " WHERE ID = :ID AND VERSION = :VERSION", params,
	    YQ_COUNT(params), &affected, err);

	return rc == YQ_OK && affected == 0 ? moved(c, err) : rc;
}

/* A run that nobody owns yet. */
static enum yq_rc
run_now(const struct changing *c, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_id("ID", &c->change->schedule.id),
		yq_param_time("NOW_US", c->now_us), yq_param_int("RUN_DATE", -c->now_us),
		yq_param_int("VERSION", c->change->version) };
	int64_t affected = 0;
	enum yq_rc rc = yq_tx_exec(c->tx,
	    "INSERT INTO SCHEDULE_RUNS (SCHEDULE_ID, DUE_AT_US, SCHEDULE_NAME, SCHEDULE_VERSION, "
	    "RUN_DATE, STATE, ORDER_COUNT, OPEN_SINCE_US) SELECT ID, :NOW_US, NAME, VERSION, "
	    ":RUN_DATE, 'claimed', 0, :NOW_US FROM " YQ_SCHEDULE_TABLE
	    " WHERE ID = :ID AND VERSION = :VERSION",
	    params, YQ_COUNT(params), &affected, err);

	return rc == YQ_OK && affected == 0 ? moved(c, err) : rc;
}

static enum yq_rc
audit(const struct changing *c, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf request = yq_buf_make(8192);
	struct yq_json_writer w = yq_json_writer_make(&request);
	const struct yq_schedule_change *change = c->change;
	struct yq_audit_row row = {
		.id = yq_id_random(), .at_us = c->now_us, .recorded_us = c->now_us, .hand = *c->hand
	};

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "Verb", change->verb);
	yq_schedule_write(&w, &change->schedule);
	yq_json_end_object(&w);
	row.request = yq_buf_text(&request);
	yq_str_copy_cut(row.verb, sizeof(row.verb), "schedule");
	yq_str_copy_cut(row.outcome, sizeof(row.outcome), "applied");
	yq_str_copy_cut(row.target, sizeof(row.target), change->schedule.name);
	yq_str_copy_cut(
	    row.account_alias, sizeof(row.account_alias), change->schedule.account_alias);
	yq_str_copy_cut(row.before, sizeof(row.before), change->before ? change->before : "");
	yq_str_format(row.after, sizeof(row.after), "%s%s%s", change->verb,
	    change->after != NULL ? ": " : "", change->after != NULL ? change->after : "");
	yq_str_copy_cut(row.reason, sizeof(row.reason), c->reason);
	return yq_audit_put(c->tx, &row, err);
}

static enum yq_rc
apply(const struct changing *c, struct yq_err *err)
{
	typedef enum yq_rc apply_fn(const struct changing *c, struct yq_err *err);
	static apply_fn *const fns[] = { [YQ_SCHEDULE_ADD] = add,
		[YQ_SCHEDULE_REPLACE] = replace,
		[YQ_SCHEDULE_REMOVE] = remove_one,
		[YQ_SCHEDULE_RUN] = run_now };
	enum yq_rc rc = fns[c->change->kind](c, err);

	return rc == YQ_OK ? audit(c, err) : rc;
}

static enum yq_rc
change_all(struct yq_firebird *firebird, struct changing *c,
    const struct yq_schedule_change *changes, size_t count, size_t *index, struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, NULL, &tx, err);

	c->tx = tx;
	for (size_t i = 0; rc == YQ_OK && i < count; i++) {
		c->change = &changes[i];
		*index = i;
		rc = apply(c, err);
	}
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

enum yq_rc
yq_schedules_change(struct yq_firebird *firebird, const struct yq_schedule_change *changes,
    size_t count, const struct yq_hand *hand, const char *reason, int64_t now_us, size_t *ret_index,
    struct yq_err *err)
{
	struct changing c = { .hand = hand, .reason = reason, .now_us = now_us };
	size_t local, *index = ret_index != NULL ? ret_index : &local;
	enum yq_rc rc = YQ_E_RETRY;

	*index = 0;
	/* Only where provably nothing was committed; not when the connection is lost. */
	for (int i = 0; i < ATTEMPTS && rc == YQ_E_RETRY; i++)
		rc = change_all(firebird, &c, changes, count, index, err);
	return rc;
}
