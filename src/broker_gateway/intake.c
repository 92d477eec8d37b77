/*
 * intake.c - order:stream in, and what is only PUBLISHed on the channel: decode, find the account,
 * hand to the desk.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"

/* ---- entries that need no other step ---- */

static void
on_acked(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	if (gw->stopped)
		return;
	gw->acking = false;
	/* Not acknowledged entries come again after a restart and are harmless then. */
	if (rc != YQ_OK)
		yq_warn("entries are not acknowledged: %s", err->text);
	gw_soon(gw);
}

void
gw_ack_only(struct gateway *gw, const char *entry_id)
{
	if (entry_id[0] == '\0')
		return;
	if (gw->ack_count == gw->ack_room) {
		gw->ack_room = gw->ack_room == 0 ? 64 : gw->ack_room * 2;
		gw->acks = yq_xrealloc(gw->acks, gw->ack_room, sizeof(*gw->acks));
	}
	yq_str_copy_cut(gw->acks[gw->ack_count++], sizeof(*gw->acks), entry_id);
	gw_soon(gw);
}

void
gw_acks_flush(struct gateway *gw)
{
	const char *ids[YQ_STEP_ITEMS_MAX];
	size_t count = gw->ack_count < YQ_STEP_ITEMS_MAX ? gw->ack_count : YQ_STEP_ITEMS_MAX;

	if (gw->acking || count == 0 || !yq_valkey_is_up(gw->valkey))
		return;
	for (size_t i = 0; i < count; i++)
		ids[i] = gw->acks[i];
	gw->acking = true;
	yq_step_ack(gw->valkey, YQ_GROUP_ORDER_INTAKE, ids, count, on_acked, gw);
	gw->ack_count -= count;
	memmove(gw->acks, gw->acks + count, gw->ack_count * sizeof(*gw->acks));
}

/* ---- orders for accounts that are not ours ---- */

struct homeless {
	struct gateway *gw;
	struct yq_order order;
	char entry_id[YQ_ENTRY_ID_SIZE];
	char text[YQ_MESSAGE_SIZE];
	struct yq_buf result;
};

static void
homeless_free(struct homeless *h)
{
	yq_buf_free(&h->result);
	free(h);
}

static void
on_homeless_applied(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct homeless *h = cookie;

	(void)answers;
	(void)count;
	if (rc != YQ_OK)
		yq_warn("order %s: %s", h->order.id.text, err->text);
	if (!h->gw->stopped)
		yq_step_lease(h->gw->valkey, h->order.account_alias, h->gw->owner, 0,
		    gw_lease_returned, NULL);
	homeless_free(h);
}

static void
reject_homeless(struct homeless *h, int64_t fence)
{
	char now[YQ_TIME_TEXT_SIZE];
	struct yq_pair fields[] = { { "State", "Rejected" }, { "LastError", h->text },
		{ "FinalAt", now } };
	struct yq_execution e = { .order_id = h->order.id,
		.status = YQ_ORDER_REJECTED,
		.exchange = h->order.exchange,
		.action = h->order.action,
		.qty = h->order.qty,
		.currency = h->order.currency,
		.sequence = 1,
		.timestamp_us = yq_clock_now_us(h->gw->clock) };
	struct yq_apply_item item = { .order_id = h->order.id,
		.alias = h->order.account_alias,
		.fence = fence,
		.sequence = 1,
		.order_fields = fields,
		.field_count = YQ_COUNT(fields),
		.final = true,
		.ack_entry_id = h->entry_id };

	yq_time_format(e.timestamp_us, now);
	memcpy(e.message, h->text, sizeof(e.message));
	memcpy(e.account_alias, h->order.account_alias, sizeof(e.account_alias));
	memcpy(e.ticker, h->order.ticker, sizeof(e.ticker));
	yq_message_encode_execution(&e, &h->result);
	item.result_json = yq_buf_text(&h->result);
	yq_step_apply(h->gw->valkey, &item, 1, on_homeless_applied, h);
}

/* Whoever gets the lease may write: if it is free, no gateway serves the alias. */
static void
on_homeless_lease(
    void *cookie, enum yq_rc rc, int64_t token, const char *holder, const struct yq_err *err)
{
	struct homeless *h = cookie;

	if (h->gw->stopped || rc != YQ_OK || !yq_str_equal(holder, h->gw->owner)) {
		if (rc != YQ_OK)
			yq_warn("order %s: %s", h->order.id.text, err->text);
		else
			yq_debug("order %s is for another gateway", h->order.id.text);
		homeless_free(h);
		return;
	}
	yq_counter_add(h->gw->metrics.refused, 1);
	reject_homeless(h, token);
}

static void
take_homeless(struct gateway *gw, const struct yq_order *order, const char *entry_id)
{
	struct homeless *h = yq_xcalloc(1, sizeof(*h));

	h->gw = gw;
	h->order = *order;
	h->result = yq_buf_make(YQ_MESSAGE_MAX);
	yq_str_copy_cut(h->entry_id, sizeof(h->entry_id), entry_id);
	yq_str_format(h->text, sizeof(h->text),
	    "NO_ACCOUNT: no gateway serves an account named %s; see BrokerGateway:Accounts",
	    order->account_alias);
	gw_notify(gw, "Order", "Warning", "order %s: %s", order->id.text, h->text);
	yq_step_lease(gw->valkey, order->account_alias, gw->owner, 5000, on_homeless_lease, h);
}

/* ---- the three kinds of entries ---- */

static void
bad_entry(struct gateway *gw, const struct yq_entry *entry, const char *why)
{
	yq_counter_add(gw->metrics.bad, 1);
	yq_warn("entry %s cannot be read: %s", entry->id, why);
	gw_notify(gw, "Order", "Warning", "a message on the order stream (%s) was dropped: %s",
	    entry->id, why);
	gw_ack_only(gw, entry->id);
}

static void
take_order(struct gateway *gw, const struct yq_entry *entry)
{
	struct gw_account *a;
	struct yq_order order;
	struct gw_order *o;
	struct yq_err err;

	if (yq_message_decode_order(entry->payload, entry->length, &order, &err) != YQ_OK) {
		bad_entry(gw, entry, err.text);
		return;
	}
	a = gw_account_find(gw, order.account_alias);
	if (a == NULL) {
		take_homeless(gw, &order, entry->id);
		return;
	}
	/* Delivered again, or found by the recovery before its entry: one order, one life. */
	o = gw_order_find(gw, &order.id);
	if (o != NULL && o->phase != GW_OVER) {
		bool has_another = o->entry_id[0] != '\0' && !yq_str_equal(o->entry_id, entry->id);

		if (has_another || o->phase == GW_LIVE)
			gw_ack_only(gw, entry->id);
		else
			yq_str_copy_cut(o->entry_id, sizeof(o->entry_id), entry->id);
		return;
	}
	if (o != NULL) {
		gw_ack_only(gw, entry->id);
		return;
	}
	if (a->state == GW_NO_LEASE || a->state == GW_BROKEN)
		return; /* it is delivered again when the lease is won */
	yq_counter_add(gw->metrics.taken, 1);
	o = gw_order_make(a, &order);
	yq_str_copy_cut(o->entry_id, sizeof(o->entry_id), entry->id);
	gw_task_order(o);
}

static struct gw_account *
request_account(struct gateway *gw, const struct yq_entry *entry, const char *alias)
{
	struct gw_account *a = gw_account_find(gw, alias);

	if (a == NULL)
		bad_entry(gw, entry, "no gateway serves that account");
	else if (a->state == GW_NO_LEASE || a->state == GW_BROKEN)
		return NULL;
	return a;
}

static void
take_cancel(struct gateway *gw, const struct yq_entry *entry)
{
	struct yq_cancel cancel;
	struct gw_account *a;
	struct gw_task *task;
	struct yq_err err;

	if (yq_message_decode_cancel(entry->payload, entry->length, &cancel, &err) != YQ_OK) {
		bad_entry(gw, entry, err.text);
		return;
	}
	a = request_account(gw, entry, cancel.account_alias);
	if (a == NULL)
		return;
	task = yq_xcalloc(1, sizeof(*task));
	task->kind = GW_TASK_CANCEL;
	task->order_id = cancel.order_id;
	memcpy(task->reason, cancel.reason, sizeof(task->reason));
	yq_str_copy_cut(task->entry_id, sizeof(task->entry_id), entry->id);
	gw_task_add(a, task);
}

static void
take_replace(struct gateway *gw, const struct yq_entry *entry)
{
	struct yq_replace replace;
	struct gw_account *a;
	struct gw_task *task;
	struct yq_err err;

	if (yq_message_decode_replace(entry->payload, entry->length, &replace, &err) != YQ_OK) {
		bad_entry(gw, entry, err.text);
		return;
	}
	a = request_account(gw, entry, replace.account_alias);
	if (a == NULL)
		return;
	task = yq_xcalloc(1, sizeof(*task));
	task->kind = GW_TASK_REPLACE;
	task->order_id = replace.order_id;
	task->change.qty = replace.qty;
	task->change.price = replace.price;
	yq_str_copy_cut(task->entry_id, sizeof(task->entry_id), entry->id);
	gw_task_add(a, task);
}

static const struct {
	const char *kind;
	void (*take)(struct gateway *gw, const struct yq_entry *entry);
} kinds[] = {
	{ "order", take_order },
	{ "cancel", take_cancel },
	{ "replace", take_replace },
};

static void
on_entries(void *cookie, const struct yq_entry *entries, size_t count)
{
	struct gateway *gw = cookie;

	YQ_FAIL_POINT("gateway.read");
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		yq_adopt_seen(gw->adopt, entries[i].payload, entries[i].length);
		while (k < YQ_COUNT(kinds) && !yq_str_equal(kinds[k].kind, entries[i].kind))
			k++;
		if (k < YQ_COUNT(kinds))
			kinds[k].take(gw, &entries[i]);
		else
			bad_entry(gw, &entries[i], "its kind is not order, cancel or replace");
	}
	if (!gw->paused && gw->task_count >= GW_TASKS_MAX) {
		gw->paused = true;
		yq_consumer_pause(gw->consumer);
	}
}

static void
on_reader(void *cookie, bool up, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	yq_adopt_hold(gw->adopt, !up);
	if (!up && err != NULL)
		yq_debug("order stream: %s", err->text);
}

/* ---- orders that were only PUBLISHed ---- */

struct gw_foreign {
	struct gw_foreign *next;
	struct gateway *gw;
	struct yq_order order;
	size_t length;
	char payload[];
};

/* True while it is worth another try: it may be there or not, and twice is once. */
static bool
may_come(enum yq_rc rc)
{
	return rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN || rc == YQ_E_LIMIT;
}

static void
on_adopted(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gw_foreign *f = cookie;
	struct gateway *gw = f->gw;

	(void)count;
	if (!gw->stopped && may_come(rc)) {
		yq_debug("an order heard on the channel is not taken up yet: %s", err->text);
		f->next = gw->foreigns;
		gw->foreigns = f;
		gw_retry_later(gw);
		return;
	}
	if (rc == YQ_OK)
		yq_debug(
		    "an order heard on the channel: %s", yq_step_result_name(answers[0].result));
	else if (!gw->stopped)
		gw_notify(gw, "Order", "Critical",
		    "order %s was heard on the channel and could not be taken up: %s",
		    f->order.id.text, err->text);
	gw->foreign_count--;
	free(f);
}

static void
adopt(struct gw_foreign *f)
{
	struct yq_submit_item item = { .kind = YQ_SUBMIT_ORDER,
		.id = f->order.id,
		.alias = f->order.account_alias,
		.ticker = f->order.ticker,
		.created_at_us = yq_clock_now_us(f->gw->clock),
		.payload = f->payload,
		.length = f->length,
		.foreign = true };

	yq_step_submit(f->gw->valkey, &item, 1, on_adopted, f);
}

void
gw_foreigns_flush(struct gateway *gw)
{
	struct gw_foreign *f = gw->foreigns, *next;

	if (!yq_valkey_is_up(gw->valkey))
		return;
	gw->foreigns = NULL;
	for (; f != NULL; f = next) {
		next = f->next;
		adopt(f);
	}
}

static void
on_foreign(void *cookie, const char *payload, size_t length)
{
	struct gateway *gw = cookie;
	struct gw_foreign *f;
	struct yq_order order;
	struct yq_err err;

	if (yq_message_decode_order(payload, length, &order, &err) != YQ_OK ||
	    (gw->foreign_count >= GW_TASKS_MAX &&
		yq_err_set(&err, YQ_E_LIMIT, "too many at a time") != YQ_OK)) {
		yq_counter_add(gw->metrics.bad, 1);
		gw_notify(gw, "Order", "Warning", "a message on the order channel was dropped: %s",
		    err.text);
		return;
	}
	f = yq_xcalloc(1, sizeof(*f) + length + 1);
	f->gw = gw;
	f->order = order;
	f->length = length;
	memcpy(f->payload, payload, length);
	gw->foreign_count++;
	adopt(f);
}

static void
on_message(void *cookie, const char *channel, const char *payload, size_t length)
{
	struct gateway *gw = cookie;

	if (yq_str_equal(channel, yq_key_name(YQ_KEY_ORDER)))
		yq_adopt_heard(gw->adopt, payload, length);
	else
		gw_query_heard(gw, payload, length);
}

/* ---- opening ---- */

enum yq_rc
gw_intake_open(struct gateway *gw, struct yq_err *err)
{
	const char *channels[] = { yq_key_name(YQ_KEY_ORDER), yq_key_name(YQ_KEY_QUERY) };
	const struct yq_valkey_target *target = yq_daemon_valkey_target(gw->daemon);
	struct yq_consumer_spec spec = { .group = YQ_GROUP_ORDER_INTAKE,
		.instance = yq_daemon_instance(gw->daemon),
		.batch = GW_BATCH_MAX,
		.fn = on_entries,
		.state = on_reader,
		.cookie = gw };
	enum yq_rc rc;

	gw->adopt = yq_adopt_open(gw->loop, 0, on_foreign, gw);
	rc = yq_consumer_open(gw->loop, target, &spec, &gw->consumer, err);
	if (rc == YQ_OK)
		rc = yq_subscriber_open(gw->loop, target, "yq-broker-gateway:channels", channels,
		    YQ_COUNT(channels), on_message, NULL, gw, &gw->subscriber, err);
	return rc;
}

void
gw_intake_close(struct gateway *gw)
{
	yq_consumer_close(gw->consumer);
	yq_subscriber_close(gw->subscriber);
	yq_adopt_close(gw->adopt);
	gw->consumer = NULL;
	gw->subscriber = NULL;
	gw->adopt = NULL;
	for (struct gw_foreign *f = gw->foreigns, *next; f != NULL; f = next) {
		next = f->next;
		free(f);
	}
	gw->foreigns = NULL;
}
