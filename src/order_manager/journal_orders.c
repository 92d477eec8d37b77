/*
 * journal_orders.c - orders, and what becomes of them, into ORDERS; what people did into AUDIT.
 *
 * Most orders are final before anybody could look them up as pending.  So the lane of the orders
 * waits for a moment, and leaves out those that the lane of the executions has archived meanwhile:
 * one row written in place of two.  Which those are both lanes know together, for as long as memory
 * serves; the bus knows the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/refuse.h"
#include "bus/reply.h"
#include "bus/state.h"
#include "order_manager/journal.h"
#include "order_manager/journal_audit.h"
#include "order_manager/known.h"
#include "store/orders.h"

#define READ_TIMEOUT_MS 5000
#define YOUNG_US	INT64_C(1000000)  /* an order may become final so soon */
#define FINAL_US	INT64_C(60000000) /* ... and its executions be archived so much later */

/* One question to the bus about one entry. */
struct look {
	struct yq_lane *lane;
	size_t entry;
};

struct order_rows {
	struct yq_order_row rows[YQ_LANE_MAX];
	struct look looks[YQ_LANE_MAX];
	size_t entries[YQ_LANE_MAX];
	size_t count;
	struct yq_id ids[YQ_LANE_MAX];
	char faults[YQ_LANE_MAX][160];
};

static void
on_refused(void *cookie, size_t index, enum yq_rc rc, const struct yq_err *err)
{
	struct order_rows *rows = cookie;

	(void)rc;
	yq_str_copy_cut(rows->faults[index], sizeof(rows->faults[index]), err->text);
}

static enum yq_rc
store(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct order_rows *rows = cookie;
	enum yq_rc outcomes[YQ_LANE_MAX];

	if (rows->count == 0)
		return YQ_OK;
	return yq_orders_save(firebird, rows->rows, rows->count, outcomes, on_refused, rows, err);
}

static void
report_faults(struct yq_lane *lane, const struct order_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->faults[i][0] != '\0')
			yq_lane_discard(
			    lane, yq_lane_entry(lane, rows->entries[i]), rows->faults[i]);
}

/* ---- orders as they were made ---- */

static void
add_pending(struct order_rows *rows, size_t index, const struct yq_order *order)
{
	struct yq_order_row *row = &rows->rows[rows->count];

	row->order = *order;
	row->progress.state = YQ_ORDER_PENDING;
	row->progress.qty = order->qty;
	row->created_at_us = order->timestamp_us;
	rows->entries[rows->count++] = index;
}

static bool
read_order(const struct yq_lane_entry *entry, struct yq_order *order)
{
	struct yq_err err = { .rc = YQ_OK };

	if (yq_message_decode_order(entry->payload, entry->length, order, &err) == YQ_OK)
		return true;
	yq_debug("entry %s is no order: %s", entry->id, err.text);
	return false;
}

static bool
read_id(const struct yq_lane_entry *entry, struct yq_id *id)
{
	struct yq_order order;

	if (yq_str_starts(entry->payload, "{\"Id\":") &&
	    yq_known_id_in(entry->payload, entry->length, "Id", id))
		return true;
	if (!read_order(entry, &order))
		return false;
	*id = order.id;
	return true;
}

/* Whether the lane of the executions may soon have it. */
static bool
may_soon_be_archived(
    const struct yq_lane *lane, const struct yq_lane_entry *entry, const char *state)
{
	int value = state == NULL ? -1 : yq_names_find(&yq_order_state_names, state, strlen(state));

	if (value < 0)
		return false;
	return yq_lane_age_us(lane, entry) <
	       (yq_order_state_is_final((enum yq_order_state)value) ? FINAL_US : YOUNG_US);
}

/* { State, ArchivedAt }.  What cannot be read there is stored as it was made. */
static void
on_looked_up(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	const struct look *look = cookie;
	struct yq_lane *lane = look->lane;
	struct yq_lane_entry *entry;
	struct yq_order order;
	size_t length;

	if (!yq_lane_answered(lane))
		return;
	if (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN) {
		yq_lane_settle(lane, rc, err);
		return;
	}
	entry = yq_lane_entry(lane, look->entry);
	if (yq_reply_text(yq_reply_at(reply, 1), &length) == NULL) {
		if (may_soon_be_archived(
			lane, entry, yq_reply_text(yq_reply_at(reply, 0), &length)))
			entry->wait = true;
		else if (read_order(entry, &order))
			add_pending(yq_lane_rows(lane), look->entry, &order);
	}
	yq_lane_settle(lane, YQ_OK, NULL);
}

/* What the entries of order:stream become: orders, and what people did. */
struct made_rows {
	struct order_rows orders; /* first: yq_lane_rows is either */
	struct yq_audit_rows audit;
};

static void
load_orders(struct yq_lane *lane, void *cookie)
{
	struct made_rows *made = cookie;
	struct order_rows *rows = &made->orders;

	for (size_t i = 0; i < yq_lane_count(lane); i++) {
		struct yq_lane_entry *entry = yq_lane_entry(lane, i);
		struct yq_args *args;
		struct yq_id id;

		yq_audit_rows_load(&made->audit, lane, i);
		if (!yq_str_equal(
			entry->kind, yq_names_text(&yq_submit_kind_names, YQ_SUBMIT_ORDER)))
			continue; /* requests show in the order they are about */
		if (!read_id(entry, &id) || yq_known_has(yq_lane_shared(lane), &id))
			continue;
		if (yq_lane_age_us(lane, entry) < YOUNG_US) {
			entry->wait = true;
			continue;
		}
		args = yq_valkey_args(yq_lane_valkey(lane));
		yq_args_text(args, "HMGET");
		yq_args_key(args, YQ_KEY_ORDER_STATE, id.text);
		yq_args_words(args, "State ArchivedAt");
		rows->looks[i] = (struct look){ lane, i };
		yq_lane_ask(lane);
		yq_valkey_send(
		    yq_lane_valkey(lane), args, READ_TIMEOUT_MS, on_looked_up, &rows->looks[i]);
	}
}

static enum yq_rc
store_orders(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct made_rows *made = cookie;
	enum yq_rc rc = store(firebird, &made->orders, err);

	return rc == YQ_OK ? yq_audit_rows_store(firebird, &made->audit, err) : rc;
}

static void
stored_orders(struct yq_lane *lane, void *cookie, struct yq_archived *archived)
{
	struct made_rows *made = cookie;

	(void)archived;
	report_faults(lane, &made->orders);
	yq_audit_rows_stored(&made->audit, lane);
}

const struct yq_lane_table yq_journal_orders = {
	.name = "orders",
	.labels = "table=\"ORDERS\"",
	.group = YQ_GROUP_ORDER_ARCHIVER,
	.gather_ms = 500,
	.rows_size = sizeof(struct made_rows),
	.load = load_orders,
	.store = store_orders,
	.stored = stored_orders,
};

/* ---- what became of them ---- */

static void
on_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *state, const struct yq_err *err)
{
	struct yq_lane *lane = cookie;
	struct order_rows *rows;
	struct yq_order_row *row;

	if (!yq_lane_answered(lane))
		return;
	rows = yq_lane_rows(lane);
	if (rc == YQ_OK) {
		row = &rows->rows[rows->count];
		row->order = state->order;
		row->progress = state->progress;
		memcpy(row->broker_order_id, state->broker_order_id, sizeof(row->broker_order_id));
		memcpy(row->reason, state->last_error, sizeof(row->reason));
		row->created_at_us = state->created_at_us;
		row->claimed_at_us = state->claimed_at_us;
		row->submitted_at_us = state->submitted_at_us;
		row->first_fill_at_us = state->first_fill_at_us;
		row->final_at_us = state->final_at_us;
		rows->ids[rows->count] = state->order.id;
		rows->entries[rows->count++] = 0;
	} else if (rc == YQ_E_NOT_FOUND || rc == YQ_E_CORRUPT) {
		yq_warn("an order cannot be read for the archive: %s", err->text);
		rc = YQ_OK;
	}
	yq_lane_settle(lane, rc, err);
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(
	    ((const struct yq_id *)a)->text, ((const struct yq_id *)b)->text, YQ_ID_LENGTH);
}

/* One question an order, however many executions told of it. */
static void
load_executions(struct yq_lane *lane, void *cookie)
{
	struct order_rows *rows = cookie;
	struct yq_id *ids = rows->ids;
	size_t count = 0;

	for (size_t i = 0; i < yq_lane_count(lane); i++) {
		const struct yq_lane_entry *entry = yq_lane_entry(lane, i);
		struct yq_execution execution;

		if (yq_known_id_in(entry->payload, entry->length, "OrderId", &ids[count]))
			count++;
		else if (yq_message_decode_execution(
			     entry->payload, entry->length, &execution, NULL) == YQ_OK)
			ids[count++] = execution.order_id;
		else
			yq_lane_discard(lane, entry, "it is no execution");
	}
	qsort(ids, count, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && yq_id_equal(&ids[i], &ids[i - 1]))
			continue;
		yq_lane_ask(lane);
		yq_state_order(yq_lane_valkey(lane), &ids[i], on_order, lane);
	}
}

static void
stored_executions(struct yq_lane *lane, void *cookie, struct yq_archived *archived)
{
	struct order_rows *rows = cookie;

	report_faults(lane, rows);
	for (size_t i = 0; i < rows->count; i++) {
		struct yq_id id = rows->ids[i];

		if (rows->faults[i][0] == '\0')
			yq_known_add(yq_lane_shared(lane), &id);
		/* One that has become final since it was read is not yet archived as that, and
		 * Firebird may be away when its turn comes: the bus has to keep it until then. */
		if (yq_order_state_is_final(rows->rows[i].progress.state))
			rows->ids[archived->order_count++] = id;
	}
	archived->orders = rows->ids;
}

const struct yq_lane_table yq_journal_executions = {
	.name = "executions",
	.labels = "table=\"ORDERS\",of=\"executions\"",
	.group = YQ_GROUP_EXECUTION_ARCHIVER,
	.gather_ms = 100,
	.rows_size = sizeof(struct order_rows),
	.load = load_executions,
	.store = store,
	.stored = stored_executions,
};
