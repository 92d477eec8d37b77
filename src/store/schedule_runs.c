/* schedule_runs.c - the tables SCHEDULE_RUNS and SCHEDULE_RUN_ORDERS. */
#include "store/schedule_runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "store/leases.h"
#include "store/schedule_fields.h"
#include "store/sql.h"

#define RUN	    struct yq_run
#define ORDER	    struct yq_run_order
#define COLOR_LEASE "color"

#define NAME(ident, name) name,
static const char *const state_names[] = { YQ_RUN_STATES(NAME) };
#undef NAME
const struct yq_names yq_run_state_names = { "state", state_names, YQ_COUNT(state_names) };

const struct yq_field yq_run_fields[YQ_RUN_FIELDS] = {
	YQ_FIELD_ID("SCHEDULE_ID", RUN, schedule_id, YQ_REQUIRED),
	YQ_FIELD_TIME("DUE_AT_US", RUN, due_at_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("SCHEDULE_NAME", RUN, schedule_name, YQ_REQUIRED),
	YQ_FIELD_INT("SCHEDULE_VERSION", RUN, schedule_version, YQ_REQUIRED),
	YQ_FIELD_INT("RUN_DATE", RUN, run_date, YQ_REQUIRED),
	YQ_FIELD_ENUM("STATE", RUN, state, yq_run_state_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("OWNER", RUN, owner, YQ_OPTIONAL),
	YQ_FIELD_TEXT("CODE", RUN, code, YQ_OPTIONAL),
	YQ_FIELD_TEXT("OUTCOME", RUN, outcome, YQ_OPTIONAL),
	YQ_FIELD_INT("ORDER_COUNT", RUN, order_count, YQ_REQUIRED),
	YQ_FIELD_TIME("CLAIMED_AT_US", RUN, claimed_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("SETTLED_AT_US", RUN, settled_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("OPEN_SINCE_US", RUN, open_since_us, YQ_OPTIONAL),
};
const struct yq_field yq_run_order_fields[YQ_RUN_ORDER_FIELDS] = {
	YQ_FIELD_ID("ORDER_ID", ORDER, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("ACCOUNT_ALIAS", ORDER, alias, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICKER", ORDER, ticker, YQ_REQUIRED),
	YQ_FIELD_TIME("ORDERED_AT_US", ORDER, ordered_at_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("PAYLOAD", ORDER, payload, YQ_REQUIRED),
};

/* Once a transaction, not once a run. */
struct writing {
	struct yq_tx *tx;
	struct yq_buf insert_run, insert_order;
};

static void
writing_clear(struct writing *writing)
{
	yq_buf_free(&writing->insert_run);
	yq_buf_free(&writing->insert_order);
}

static void
writing_begin(struct writing *writing)
{
	struct yq_field all[YQ_RUN_ORDER_FIELDS + 2] = { 0 };

	writing->insert_run = yq_buf_make(YQ_SQL_MAX);
	writing->insert_order = yq_buf_make(YQ_SQL_MAX);
	yq_sql_insert(&writing->insert_run, "SCHEDULE_RUNS", yq_run_fields, YQ_RUN_FIELDS);
	memcpy(all, yq_run_order_fields, sizeof(yq_run_order_fields));
	all[YQ_RUN_ORDER_FIELDS].name = "SCHEDULE_ID"; /* no members of the order's own */
	all[YQ_RUN_ORDER_FIELDS + 1].name = "DUE_AT_US";
	yq_sql_insert(&writing->insert_order, "SCHEDULE_RUN_ORDERS", all, YQ_COUNT(all));
}

static enum yq_rc
add_order(struct writing *w, const struct yq_run *run, const struct yq_run_order *order,
    struct yq_err *err)
{
	struct yq_param params[YQ_RUN_ORDER_FIELDS + 2];
	enum yq_rc rc;

	yq_params_of(yq_run_order_fields, YQ_RUN_ORDER_FIELDS, order, params);
	params[YQ_RUN_ORDER_FIELDS] = yq_param_id("SCHEDULE_ID", &run->schedule_id);
	params[YQ_RUN_ORDER_FIELDS + 1] = yq_param_time("DUE_AT_US", run->due_at_us);
	rc = yq_tx_exec(w->tx, yq_buf_text(&w->insert_order), params, YQ_COUNT(params), NULL, err);
	return rc == YQ_E_EXISTS ? YQ_OK : rc; /* the same id is the same order */
}

/* What became of the last run, beside the schedule itself. */
static enum yq_rc
note(struct writing *w, const struct yq_run *run, const struct yq_id *order_id, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_id("ID", &run->schedule_id),
		yq_param_time("RUN_AT_US", run->settled_at_us), yq_param_id("ORDER_ID", order_id),
		yq_param_text("OUTCOME", run->outcome),
		yq_param_time("DUE_AT_US", run->due_at_us) };

	if (run->settled_at_us == 0)
		return YQ_OK;
	return yq_tx_exec(w->tx,
	    "UPDATE " YQ_SCHEDULE_TABLE " SET LAST_DUE_AT_US = :DUE_AT_US, LAST_RUN_AT_US = "
	    ":RUN_AT_US, LAST_ORDER_ID = :ORDER_ID, LAST_OUTCOME = :OUTCOME WHERE ID = :ID",
	    params, YQ_COUNT(params), NULL, err);
}

/* ---- claiming ---- */

/* The cursor of a schedule that is as it was read; else somebody else moved it, and the runs are
 * theirs. */
static enum yq_rc
advance(struct writing *w, const struct yq_run_claim *claim, bool *ours, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_id("ID", &claim->schedule_id),
		yq_param_int("VERSION", claim->version),
		yq_param_int("BEFORE", claim->done_before_us),
		yq_param_int("DONE", claim->done_to_us), yq_param_time("NEXT", claim->next_at_us) };
	int64_t affected = 0;
	enum yq_rc rc = yq_tx_exec(w->tx,
	    "UPDATE " YQ_SCHEDULE_TABLE " SET DONE_TO_US = :DONE, NEXT_AT_US = :NEXT WHERE ID = "
	    ":ID AND VERSION = :VERSION AND ENABLED = TRUE AND DONE_TO_US = :BEFORE",
	    params, YQ_COUNT(params), &affected, err);

	*ours = affected > 0;
	return rc;
}

/* It has been: only what was skipped before anybody claimed it may be done after all (the clock was
 * ahead, and was set back). */
static enum yq_rc
claim_again(struct writing *w, const struct yq_run *run, bool *claimed, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_id("SCHEDULE_ID", &run->schedule_id),
		yq_param_time("DUE_AT_US", run->due_at_us),
		yq_param_enum("STATE", &yq_run_state_names, (int)run->state),
		yq_param_text("OWNER", run->owner),
		yq_param_time("CLAIMED_AT_US", run->claimed_at_us),
		yq_param_time("OPEN_SINCE_US", run->open_since_us) };
	int64_t affected = 0;
	enum yq_rc rc;

	*claimed = false;
	if (run->state == YQ_RUN_SKIPPED)
		return YQ_OK;
	rc = yq_tx_exec(w->tx,
	    "UPDATE SCHEDULE_RUNS SET STATE = :STATE, OWNER = :OWNER, CLAIMED_AT_US = "
	    ":CLAIMED_AT_US, OPEN_SINCE_US = :OPEN_SINCE_US, CODE = NULL, OUTCOME = NULL, "
	    "SETTLED_AT_US = NULL WHERE SCHEDULE_ID = :SCHEDULE_ID AND DUE_AT_US = :DUE_AT_US AND "
	    "STATE = 'skipped' AND CLAIMED_AT_US IS NULL",
	    params, YQ_COUNT(params), &affected, err);
	*claimed = affected > 0;
	return rc;
}

static enum yq_rc
add_run(struct writing *w, const struct yq_run *run, bool *added, struct yq_err *err)
{
	struct yq_param params[YQ_RUN_FIELDS];
	enum yq_rc rc;

	yq_params_of(yq_run_fields, YQ_RUN_FIELDS, run, params);
	rc = yq_tx_exec(w->tx, yq_buf_text(&w->insert_run), params, YQ_RUN_FIELDS, NULL, err);
	*added = rc == YQ_OK;
	if (rc == YQ_E_EXISTS)
		rc = claim_again(w, run, added, err);
	return rc == YQ_OK && *added ? note(w, run, &(struct yq_id){ "" }, err) : rc;
}

static enum yq_rc
claim_one(struct writing *w, struct yq_run_claim *claim, struct yq_err *err)
{
	bool ours = false, added = false;
	enum yq_rc rc = advance(w, claim, &ours, err);

	claim->claimed = false;
	if (rc != YQ_OK || !ours)
		return rc;
	for (size_t i = 0; rc == YQ_OK && i < claim->run_count; i++)
		rc = add_run(w, &claim->runs[i], &added, err);
	if (rc != YQ_OK || claim->run_count == 0 || !added)
		return rc;
	claim->claimed = true;
	return claim->order != NULL
		   ? add_order(w, &claim->runs[claim->run_count - 1], claim->order, err)
		   : YQ_OK;
}

/* ---- moving ---- */

static enum yq_rc
move_row(struct writing *w, struct yq_run_move *move, struct yq_err *err)
{
	const struct yq_run *run = &move->run;
	const struct yq_param params[] = { yq_param_id("SCHEDULE_ID", &run->schedule_id),
		yq_param_time("DUE_AT_US", run->due_at_us),
		yq_param_enum("STATE", &yq_run_state_names, (int)run->state),
		yq_param_text("OWNER", run->owner[0] != '\0' ? run->owner : NULL),
		yq_param_text("CODE", run->code), yq_param_text("OUTCOME", run->outcome),
		yq_param_int("ORDER_COUNT", run->order_count),
		yq_param_time("CLAIMED_AT_US", run->claimed_at_us),
		yq_param_time("SETTLED_AT_US", run->settled_at_us),
		yq_param_time("OPEN_SINCE_US", run->open_since_us),
		yq_param_enum("STATE_BEFORE", &yq_run_state_names, (int)move->state_before),
		yq_param_text("OWNER_BEFORE", move->owner_before) };
	int64_t affected = 0;
	enum yq_rc rc = yq_tx_exec(w->tx,
	    "UPDATE SCHEDULE_RUNS SET STATE = :STATE, OWNER = :OWNER, CODE = :CODE, OUTCOME = "
	    ":OUTCOME, ORDER_COUNT = :ORDER_COUNT, CLAIMED_AT_US = :CLAIMED_AT_US, SETTLED_AT_US = "
	    ":SETTLED_AT_US, OPEN_SINCE_US = :OPEN_SINCE_US WHERE SCHEDULE_ID = :SCHEDULE_ID AND "
	    "DUE_AT_US = :DUE_AT_US AND STATE = :STATE_BEFORE AND COALESCE(OWNER, '') = "
	    ":OWNER_BEFORE",
	    params, YQ_COUNT(params), &affected, err);

	move->moved = rc == YQ_OK && affected > 0;
	return rc;
}

static enum yq_rc
move_one(struct writing *w, struct yq_run_move *move, struct yq_err *err)
{
	enum yq_rc rc = move_row(w, move, err);

	if (rc != YQ_OK || !move->moved)
		return rc;
	for (size_t i = 0; rc == YQ_OK && i < move->order_count; i++)
		rc = add_order(w, &move->run, &move->orders[i], err);
	return rc == YQ_OK ? note(w, &move->run, &move->first_order_id, err) : rc;
}

static enum yq_rc
tell_one(struct writing *w, const struct yq_run_told *told, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_id("SCHEDULE_ID", &told->schedule_id),
		yq_param_time("DUE_AT_US", told->due_at_us),
		yq_param_enum("STATE", &yq_run_state_names, (int)told->state) };

	return yq_tx_exec(w->tx,
	    "UPDATE SCHEDULE_RUNS SET OPEN_SINCE_US = NULL WHERE SCHEDULE_ID = :SCHEDULE_ID AND "
	    "DUE_AT_US = :DUE_AT_US AND STATE = :STATE",
	    params, YQ_COUNT(params), NULL, err);
}

/* ---- all in one transaction ---- */

/* Nobody can be promoted before this transaction ends. */
static enum yq_rc
hold_color(struct yq_tx *tx, const char *color, bool *active, struct yq_err *err)
{
	struct yq_lease lease;
	enum yq_rc rc;

	*active = true;
	if (color[0] == '\0')
		return YQ_OK;
	rc = yq_lease_hold(tx, COLOR_LEASE, &lease, err);
	*active = rc == YQ_OK && yq_str_equal(lease.owner, color);
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static bool
needs_active(const struct yq_run_writes *writes)
{
	bool needed = writes->claim_count > 0;

	for (size_t i = 0; i < writes->move_count; i++)
		needed = needed || writes->moves[i].needs_active;
	return needed;
}

static enum yq_rc
write_all(struct writing *w, struct yq_run_writes *writes, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; rc == YQ_OK && i < writes->move_count; i++) {
		writes->moves[i].moved = false;
		if (!writes->inactive || !writes->moves[i].needs_active)
			rc = move_one(w, &writes->moves[i], err);
	}
	for (size_t i = 0; rc == YQ_OK && i < writes->claim_count && !writes->inactive; i++)
		rc = claim_one(w, &writes->claims[i], err);
	for (size_t i = 0; rc == YQ_OK && i < writes->told_count; i++)
		rc = tell_one(w, &writes->told[i], err);
	return rc;
}

enum yq_rc
yq_schedule_write_runs(
    struct yq_firebird *firebird, struct yq_run_writes *writes, struct yq_err *err)
{
	const struct yq_tx_options options = { .no_wait = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(writing_clear) struct writing writing = { 0 };
	bool active = true;
	enum yq_rc rc = yq_tx_begin(firebird, &options, &tx, err);

	writes->inactive = false;
	writing.tx = tx;
	writing_begin(&writing);
	if (rc == YQ_OK && needs_active(writes)) {
		rc = hold_color(tx, writes->color, &active, err);
		writes->inactive = !active;
	}
	if (rc == YQ_OK)
		rc = write_all(&writing, writes, err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

/* ---- for people ---- */

void
yq_run_list_free(struct yq_run_list *list)
{
	free(list->items);
	*list = (struct yq_run_list){ 0 };
}

static enum yq_rc
find(struct yq_firebird *firebird, struct yq_where *where, unsigned limit, struct yq_run_list *list,
    struct yq_err *err)
{
	struct yq_run blank = { 0 };
	void *items = NULL;
	enum yq_rc rc;

	yq_where_page(where, "DUE_AT_US DESC, SCHEDULE_ID", limit, 0);
	rc = yq_where_list(firebird, where, yq_run_fields, YQ_RUN_FIELDS, &blank, sizeof(blank),
	    &items, &list->count, err);
	list->items = items;
	return rc;
}

enum yq_rc
yq_runs_find(struct yq_firebird *firebird, const struct yq_id *schedule_id, unsigned limit,
    struct yq_run_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);

	yq_sql_select(&sql, "SCHEDULE_RUNS", yq_run_fields, YQ_RUN_FIELDS);
	if (schedule_id != NULL)
		yq_where_add(
		    &where, "SCHEDULE_ID = :SCHEDULE_ID", yq_param_id("SCHEDULE_ID", schedule_id));
	return find(firebird, &where, limit, list, err);
}

void
yq_run_order_list_free(struct yq_run_order_list *list)
{
	free(list->items);
	*list = (struct yq_run_order_list){ 0 };
}

enum yq_rc
yq_run_orders_find(struct yq_firebird *firebird, const struct yq_id *schedule_id, int64_t since_us,
    struct yq_run_order_list *list, struct yq_err *err)
{
	static const struct yq_field fields[] = {
		YQ_FIELD_ID("ORDER_ID", struct yq_run_order_row, id, YQ_REQUIRED),
		YQ_FIELD_TIME("DUE_AT_US", struct yq_run_order_row, due_at_us, YQ_REQUIRED),
	};
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_run_order_row blank = { 0 };
	void *items = NULL;
	enum yq_rc rc;

	yq_sql_select(&sql, "SCHEDULE_RUN_ORDERS", fields, YQ_COUNT(fields));
	yq_where_add(&where, "SCHEDULE_ID = :SCHEDULE_ID", yq_param_id("SCHEDULE_ID", schedule_id));
	yq_where_add(&where, "DUE_AT_US >= :SINCE_US", yq_param_time("SINCE_US", since_us));
	yq_where_page(&where, "DUE_AT_US DESC, ORDER_ID", YQ_STORE_LIST_MAX, 0);
	rc = yq_where_list(firebird, &where, fields, YQ_COUNT(fields), &blank, sizeof(blank),
	    &items, &list->count, err);
	list->items = items;
	return rc;
}

static enum yq_rc
first_of(
    struct yq_firebird *firebird, struct yq_where *where, struct yq_run *run, struct yq_err *err)
{
	struct yq_run_list list = { 0 };
	enum yq_rc rc = find(firebird, where, 1, &list, err);

	if (rc == YQ_OK && list.count == 0)
		rc = yq_err_set(err, YQ_E_NOT_FOUND, "there is no such run");
	if (rc == YQ_OK)
		*run = list.items[0];
	yq_run_list_free(&list);
	return rc;
}

enum yq_rc
yq_runs_get(struct yq_firebird *firebird, const struct yq_id *schedule_id, int64_t due_at_us,
    struct yq_run *run, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);

	yq_sql_select(&sql, "SCHEDULE_RUNS", yq_run_fields, YQ_RUN_FIELDS);
	yq_where_add(&where, "SCHEDULE_ID = :SCHEDULE_ID", yq_param_id("SCHEDULE_ID", schedule_id));
	yq_where_add(&where, "DUE_AT_US = :DUE_AT_US", yq_param_time("DUE_AT_US", due_at_us));
	return first_of(firebird, &where, run, err);
}

enum yq_rc
yq_runs_of_order(struct yq_firebird *firebird, const struct yq_id *order_id, struct yq_run *run,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);

	yq_sql_select(&sql, "SCHEDULE_RUNS", yq_run_fields, YQ_RUN_FIELDS);
	/* Looked up first, so that both find the key's index. */
	yq_where_add(&where,
	    "SCHEDULE_ID = (SELECT SCHEDULE_ID FROM SCHEDULE_RUN_ORDERS WHERE ORDER_ID = "
	    ":ORDER_ID)",
	    yq_param_id("ORDER_ID", order_id));
	yq_buf_add_text(&sql,
	    " AND DUE_AT_US = (SELECT DUE_AT_US FROM SCHEDULE_RUN_ORDERS WHERE ORDER_ID = "
	    ":ORDER_ID)");
	return first_of(firebird, &where, run, err);
}
