/* intake.c - order:stream in: decode, find the account, hand to the desk; and the channels. */
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/foreign.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/homeless.h"
#include "broker_gateway/intake.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/listing.h"
#include "broker_gateway/query.h"
#include "broker_gateway/request.h"
#include "broker_gateway/resolve.h"
#include "broker_gateway/suspect.h"
#include "broker_gateway/task.h"

#define LOOK_MS 2000 /* at what another member of the group has pending */

/* ---- the kinds of entries ---- */

/* It stands in the group of each gateway; one of them tells. */
static void
bad_entry(struct gateway *gw, const struct yq_entry *entry, const char *why)
{
	if (gw_owner_of(gw, "") != GW_OURS) {
		gw_ack_only(gw, entry->id);
		return;
	}
	yq_counter_add(gw->metrics.bad, 1);
	yq_warn("entry %s cannot be read: %s", entry->id, why);
	gw_notify(gw, "Order", "Warning", "a message on the order stream (%s) was dropped: %s",
	    entry->id, why);
	gw_ack_only(gw, entry->id);
}

/* In our own group each entry of another gateway's accounts is done with. */
static bool
is_others(struct gateway *gw, const struct yq_entry *entry, const char *alias)
{
	if (gw_owner_of(gw, alias) != GW_OTHERS)
		return false;
	gw_ack_only(gw, entry->id);
	return true;
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
	if (is_others(gw, entry, order.account_alias))
		return;
	a = gw_account_find(gw, order.account_alias);
	if (a == NULL) {
		gw_homeless_take(gw, &order, entry->id);
		return;
	}
	/* Delivered again, or found by the recovery before its entry: one order, one life. */
	o = gw_order_find(gw, &order.id);
	if (o != NULL && o->phase != GW_OVER) {
		bool has_another = o->entry_id[0] != '\0' && !yq_str_equal(o->entry_id, entry->id);

		if (has_another || o->phase == GW_LIVE || o->phase == GW_UNKNOWN)
			gw_ack_only(gw, entry->id);
		else
			yq_str_copy_cut(o->entry_id, sizeof(o->entry_id), entry->id);
		return;
	}
	if (o != NULL) {
		gw_ack_only(gw, entry->id);
		return;
	}
	if (a->state == GW_NO_LEASE || a->state == GW_BROKEN || a->overflow)
		return; /* it is delivered again when the lease is won, or there is room */
	yq_counter_add(gw->metrics.taken, 1);
	if (gw_suspects(a)) /* what has come of it so far decides whether it is one */
		gw_look_up(a, gw_lane_of(a, order.exchange, order.ticker), &order.id, entry->id);
	else
		gw_task_order(gw_order_make(a, &order, entry->id));
}

static struct gw_account *
request_account(struct gateway *gw, const struct yq_entry *entry, const char *alias)
{
	struct gw_account *a = gw_account_find(gw, alias);

	if (is_others(gw, entry, alias))
		return NULL;
	if (a == NULL)
		bad_entry(gw, entry, "no gateway serves that account");
	else if (a->state == GW_NO_LEASE || a->state == GW_BROKEN ||
		 (entry->again &&
		     (gw_task_is_there(a, entry->id) || gw_request_is_there(a, entry->id))))
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
	task->change.stop_price = replace.stop_price;
	task->version = replace.version;
	yq_request_mark(YQ_SUBMIT_REPLACE, &replace.id, task->mark);
	yq_str_copy_cut(task->entry_id, sizeof(task->entry_id), entry->id);
	gw_task_add(a, task);
}

static void
take_resolve(struct gateway *gw, const struct yq_entry *entry)
{
	struct yq_resolution resolution;
	struct gw_account *a;
	struct yq_err err;

	if (yq_message_decode_resolution(entry->payload, entry->length, &resolution, &err) !=
	    YQ_OK) {
		bad_entry(gw, entry, err.text);
		return;
	}
	a = request_account(gw, entry, resolution.account_alias);
	if (a != NULL)
		gw_resolve_add(a, &resolution, entry->id);
}

static void
take_protect(struct gateway *gw, const struct yq_entry *entry)
{
	struct yq_bracket plan;
	struct gw_account *a;
	struct yq_err err;

	if (yq_message_decode_bracket(entry->payload, entry->length, &plan, &err) != YQ_OK) {
		bad_entry(gw, entry, err.text);
		return;
	}
	a = request_account(gw, entry, plan.account_alias);
	if (a != NULL)
		gw_protect_add(a, &plan, entry->id);
}

/* Kill switches are looked at when an order is claimed; what is to be flattened, here. */
static void
take_switch(struct gateway *gw, const struct yq_entry *entry)
{
	gw_halts_now(gw);
	gw_ack_only(gw, entry->id);
}

static const struct {
	const char *kind;
	void (*take)(struct gateway *gw, const struct yq_entry *entry);
} kinds[] = {
	{ "order", take_order },
	{ "cancel", take_cancel },
	{ "replace", take_replace },
	{ "resolve", take_resolve },
	{ "protect", take_protect },
	{ "halt", take_switch },
	{ "resume", take_switch },
	{ "life", take_switch },
};

static void
on_entries(void *cookie, const struct yq_entry *entries, size_t count)
{
	struct gateway *gw = cookie;

	YQ_FAIL_POINT("gateway.read");
	/* An entry that is delivered again by another master may be of an order long done with. */
	if (gw_suspect_moved(gw))
		return;
	for (size_t i = 0; i < count; i++)
		yq_adopt_seen(gw->adopt, entries[i].payload, entries[i].length);
	/* They came while the program was stopped: pending for whoever has the lease now. */
	if (!gw_lease_is_valid(gw))
		yq_consumer_rewind(gw->consumer);
	/* Taken now they would overtake what is older and about to be delivered again. */
	if (yq_consumer_will_rewind(gw->consumer))
		return;
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < YQ_COUNT(kinds) && !yq_str_equal(kinds[k].kind, entries[i].kind))
			k++;
		if (k < YQ_COUNT(kinds))
			kinds[k].take(gw, &entries[i]);
		else
			bad_entry(gw, &entries[i], "its kind is none that is known");
	}
	gw_tasks_balance(gw);
}

static void
on_reader(void *cookie, bool up, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	yq_adopt_hold(gw->adopt, !up);
	if (!up && err != NULL)
		yq_debug("order stream: %s", err->text);
}

/* What was said of the catalog meanwhile was not heard. */
static void
on_ear(void *cookie, bool up, const struct yq_err *err)
{
	(void)err;
	if (up)
		gw_listings_read(cookie);
}

static void
on_message(void *cookie, const char *channel, const char *payload, size_t length)
{
	struct gateway *gw = cookie;

	if (yq_str_equal(channel, yq_key_name(YQ_KEY_CATALOG))) {
		gw_listings_read(gw);
		return;
	}
	if (!gw->lease.held || gw->lease.lost)
		return; /* whoever serves hears it too */
	if (yq_str_equal(channel, yq_key_name(YQ_KEY_ORDER)))
		yq_adopt_heard(gw->adopt, payload, length);
	else if (gw_lease_is_valid(gw))
		gw_query_heard(gw, payload, length);
}

/* ---- opening ---- */

/* The waiting read has to end before the lease does: otherwise a holder that stands still might be
 * given an order while the next one is already given what follows it. */
static bool
may_read(void *cookie)
{
	return gw_lease_is_valid_for(cookie, gw_lease_read_ms(cookie));
}

/*
 * What is pending for another member of the group is taken at once, however alive that member
 * looks: it lost the lease, or we would not have it.  Should it have one of these entries in hand
 * and wake up, its claims, records and syncs carry an old token and are refused inside the
 * functions; and an order that it had claimed is Submitting, so that we ask the broker about it
 * before anything else.
 */
static void
consumer_open(struct gateway *gw)
{
	struct yq_consumer_spec spec = { .group = YQ_GROUP_ORDER_INTAKE,
		.group_name = gw->group,
		.instance = yq_daemon_instance(gw->daemon),
		.batch = GW_BATCH_MAX,
		.dead_ms = LOOK_MS,
		.block_ms = gw_lease_read_ms(gw),
		.seize = true,
		.wary_ms = gw_lease_wary_ms(gw),
		.may_read = may_read,
		.fn = on_entries,
		.state = on_reader,
		.cookie = gw };
	struct yq_err err;

	if (yq_consumer_open(gw->loop, yq_daemon_valkey_target(gw->daemon), &spec, &gw->consumer,
		&err) != YQ_OK) {
		yq_error("order stream: %s", err.text); /* what is configured cannot be used */
		yq_daemon_exit(gw->daemon, YQ_EXIT_START, true);
	}
}

static void
on_group(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	(void)reply;
	if (gw->stopped || gw->lease.lost || gw->consumer != NULL)
		return;
	if (rc == YQ_OK || rc == YQ_E_EXISTS) {
		consumer_open(gw);
		return;
	}
	yq_warn("group %s: %s", gw->group, err->text);
	gw->intake_wanted = true; /* with the next beat */
}

/* From the beginning of the stream: what was put there for these accounts before the group existed
 * may not have been done by anybody. */
void
gw_intake_begin(struct gateway *gw)
{
	const char *argv[] = { "XGROUP", "CREATE", yq_key_name(YQ_KEY_ORDER_STREAM), gw->group, "0",
		"MKSTREAM" };

	gw->intake_wanted = false;
	yq_valkey_command(
	    gw->valkey, YQ_COUNT(argv), argv, NULL, YQ_VALKEY_TIMEOUT_MS, on_group, gw);
}

void
gw_intake_more(struct gateway *gw)
{
	if (gw->intake_wanted)
		gw_intake_begin(gw);
	else if (gw->consumer != NULL && !gw->paused && !gw->draining)
		yq_consumer_resume(gw->consumer);
}

enum yq_rc
gw_intake_open(struct gateway *gw, struct yq_err *err)
{
	const char *channels[] = { yq_key_name(YQ_KEY_ORDER), yq_key_name(YQ_KEY_QUERY),
		yq_key_name(YQ_KEY_CATALOG) };

	gw->adopt = yq_adopt_open(gw->loop, 0, gw_foreign_heard, gw);
	return yq_subscriber_open(gw->loop, yq_daemon_valkey_target(gw->daemon),
	    "yq-broker-gateway:channels", channels, YQ_COUNT(channels), on_message, on_ear, gw,
	    &gw->subscriber, err);
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
	gw_foreigns_drop(gw);
}
