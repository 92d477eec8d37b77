/* recover.c - what was left behind, taken over from the bus after a lease was won. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/recover.h"
#include "broker_gateway/suspect.h"
#include "broker_gateway/task.h"

/* ---- taking an order over from the bus ---- */

void
gw_reserve_again(struct gw_order *o)
{
	struct yq_opt_decimal price =
	    yq_risk_price(&o->order, o->order.reference_price, o->order.timestamp_us);
	struct yq_decimal left;
	struct yq_err err;

	if (yq_account_open(o->account->book, &o->order, price.set ? price.value : YQ_DECIMAL_ZERO,
		&err) != YQ_OK) {
		yq_warn("order %s: %s", o->order.id.text, err.text);
		return;
	}
	if (yq_decimal_sub(o->progress.qty, o->progress.filled, &left) == YQ_OK)
		yq_account_set_remaining(o->account->book, &o->order.id, left);
}

static struct gw_order *
order_from_bus(struct gw_account *a, const struct yq_order_state_full *full)
{
	struct gw_order *o = gw_order_make(a, &full->order, full->entry_id);

	o->taken_ns = 0;
	o->sent_ns = yq_clock_monotonic_ns(a->gw->clock);
	o->progress = full->progress;
	memcpy(o->broker_order_id, full->broker_order_id, sizeof(o->broker_order_id));
	o->claimed_at_us = full->claimed_at_us;
	o->submitted_at_us = full->submitted_at_us;
	o->first_fill_at_us = full->first_fill_at_us;
	for (size_t i = 0; i < full->execution_count; i++)
		gw_order_add_execution(o, full->execution_ids[i]);
	gw_doubt_load(o, full);
	gw_bracket_see(o);
	return o;
}

static void
take_in(struct gw_account *a, const struct yq_order_state_full *full, const char *entry_id)
{
	static const enum gw_phase phases[YQ_ORDER_STATE_COUNT] = {
		[YQ_ORDER_SUBMITTING] = GW_SENT,
		[YQ_ORDER_UNKNOWN] = GW_UNKNOWN,
		[YQ_ORDER_OPEN] = GW_LIVE,
		[YQ_ORDER_PARTIALLY_FILLED] = GW_LIVE,
	};
	struct gw_order *o = gw_order_find(a->gw, &full->order.id);
	char entry[YQ_ENTRY_ID_SIZE];

	/* Read from the stream as if it were new; the bus knows that it was taken up before. */
	if (o != NULL && (o->phase == GW_WAITING || o->suspect) && a->recovering &&
	    full->progress.state != YQ_ORDER_PENDING) {
		memcpy(entry, o->entry_id, sizeof(entry));
		entry_id = entry[0] != '\0' ? entry : entry_id;
		gw_order_detach(o);
		o = NULL;
	}
	if (o != NULL) {
		if (entry_id != NULL && o->entry_id[0] == '\0')
			yq_str_copy_cut(o->entry_id, sizeof(o->entry_id), entry_id);
		return;
	}
	if (yq_order_state_is_final(full->progress.state)) {
		if (entry_id != NULL)
			gw_ack_only(a->gw, entry_id);
		return;
	}
	o = order_from_bus(a, full);
	if (entry_id != NULL)
		yq_str_copy_cut(o->entry_id, sizeof(o->entry_id), entry_id);
	if (full->progress.state == YQ_ORDER_PENDING) {
		if (!gw_suspect_take(o))
			gw_task_order(o);
		return;
	}
	gw_order_set_phase(o, phases[full->progress.state]);
	/* Its entry came again, ahead of this: done, as it would be had it come behind. */
	if (entry_id != NULL && (o->phase == GW_LIVE || o->phase == GW_UNKNOWN))
		gw_ack_only(a->gw, entry_id);
	gw_reserve_again(o);
	gw_order_settles(o);
	if (a->state != GW_LOADING) /* else when all are read: see ask_loaded */
		gw_ask(o);
}

struct gw_look_up {
	struct gw_look_up *next;
	struct gw_account *account;
	struct gw_lane *lane;
	struct yq_id id;
	char entry_id[YQ_ENTRY_ID_SIZE];
};

static void
look_up_end(struct gw_look_up *l)
{
	l->lane->looked_up--;
	l->account->looked_up--;
	free(l);
}

static void
on_looked_up(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct gw_look_up *l = cookie;
	struct gw_account *a = l->account;
	struct gateway *gw = a->gw;
	bool ours = !gw->stopped && a->state != GW_NO_LEASE;

	if (ours && rc != YQ_OK && rc != YQ_E_NOT_FOUND && rc != YQ_E_CORRUPT) {
		l->next = gw->recovery.unread;
		gw->recovery.unread = l;
		gw_retry_later(gw);
		return;
	}
	if (ours && rc == YQ_OK)
		take_in(a, full, l->entry_id);
	else if (ours && rc == YQ_E_NOT_FOUND)
		gw_ack_only(gw, l->entry_id);
	else if (ours)
		gw_notify(
		    gw, "Order", "Critical", "order %s cannot be read: %s", l->id.text, err->text);
	if (!gw->stopped)
		gw_soon(gw);
	look_up_end(l);
}

static void
look_ups_run(struct gateway *gw)
{
	struct gw_look_up *l = gw->recovery.unread, *next;

	if (l == NULL || !yq_valkey_is_up(gw->valkey))
		return;
	gw->recovery.unread = NULL;
	for (; l != NULL; l = next) {
		next = l->next;
		yq_state_order(gw->valkey, &l->id, on_looked_up, l);
	}
}

void
gw_look_up(
    struct gw_account *account, struct gw_lane *lane, const struct yq_id *id, const char *entry_id)
{
	struct gw_look_up *l = yq_xcalloc(1, sizeof(*l));

	l->account = account;
	l->lane = lane;
	l->id = *id;
	yq_str_copy_cut(l->entry_id, sizeof(l->entry_id), entry_id);
	lane->looked_up++;
	account->looked_up++;
	yq_state_order(account->gw->valkey, id, on_looked_up, l);
}

/* ---- recovery: everything open, after a lease was won ---- */

static bool
ask_loaded(void *cookie, struct yq_table_node *node)
{
	struct gw_order *o = yq_container(node, struct gw_order, node);

	if (o->account == cookie && o->phase != GW_WAITING)
		gw_ask(o);
	return true;
}

/* From now on the broker's events are heard; what was missed before is in the answers. */
static void
recovered(struct gateway *gw)
{
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		if (!a->recovering)
			continue;
		a->recovering = false;
		a->state = GW_SETTLING;
		gw_look_begin(a);
		yq_table_each(&gw->orders, ask_loaded, a);
	}
	gw_soon(gw);
}

/* One pass is over.  Where something could not be read nothing is begun: all is read again. */
static void
pass_end(struct gateway *gw)
{
	struct gw_recovery *r = &gw->recovery;

	free(r->ids);
	r->ids = NULL;
	r->under_way = false;
	if (!r->failed) {
		recovered(gw);
		return;
	}
	for (size_t i = 0; i < gw->account_count; i++)
		gw->accounts[i].recovering = false;
	r->wanted = true;
	gw_retry_later(gw);
}

static bool
forget_unclaimed(void *cookie, struct yq_table_node *node)
{
	struct gw_order *o = yq_container(node, struct gw_order, node);

	(void)cookie;
	if (o->account->recovering && o->phase == GW_WAITING && o->claimed_at_us == 0)
		gw_order_detach(o);
	return true;
}

/* True when an order that nobody has claimed is left to the stream, which has it. */
static bool
left_to_stream(struct gateway *gw, const struct yq_order_state_full *full)
{
	struct gw_recovery *r = &gw->recovery;

	if (full->progress.state != YQ_ORDER_PENDING || full->claimed_at_us != 0)
		return false;
	if (r->many || ++r->unclaimed <= GW_UNCLAIMED_MAX)
		return r->many;
	r->many = true;
	yq_table_each(&gw->orders, forget_unclaimed, NULL);
	yq_consumer_rewind(gw->consumer);
	return true;
}

static void on_open_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err);

/* Some at a time: the connection takes only so many commands. */
static void
read_on(struct gateway *gw)
{
	struct gw_recovery *r = &gw->recovery;

	while (r->next < r->count && r->left < GW_BATCH_MAX && !r->failed) {
		r->left++;
		yq_state_order(gw->valkey, &r->ids[r->next++], on_open_order, gw);
	}
	if (r->left == 0)
		pass_end(gw);
}

static void
on_open_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct gateway *gw = cookie;
	struct gw_account *a;

	if (gw->stopped)
		return;
	gw->recovery.left--;
	if (rc == YQ_OK) {
		a = gw_account_find(gw, full->order.account_alias);
		if (a != NULL && a->recovering && !left_to_stream(gw, full))
			take_in(a, full, NULL);
	} else if (rc == YQ_E_CORRUPT) {
		yq_error("an open order cannot be read: %s", err->text);
		gw_notify(gw, "Order", "Critical", "an open order cannot be read: %s", err->text);
	} else if (rc != YQ_E_NOT_FOUND) {
		yq_warn("an open order is not read yet: %s", err->text);
		gw->recovery.failed = true;
	}
	read_on(gw);
}

static void
on_open_ids(
    void *cookie, enum yq_rc rc, const struct yq_id *ids, size_t count, const struct yq_err *err)
{
	struct gateway *gw = cookie;
	struct gw_recovery *r = &gw->recovery;

	if (gw->stopped)
		return;
	if (rc != YQ_OK) {
		yq_warn("open orders cannot be read: %s", err->text);
		r->failed = true;
		pass_end(gw);
		return;
	}
	r->ids = yq_xcalloc(count + 1, sizeof(*r->ids));
	memcpy(r->ids, ids, count * sizeof(*ids));
	r->count = count;
	r->next = 0;
	read_on(gw);
}

static void
fill_book(struct gw_account *a, const struct yq_account_state *state)
{
	struct yq_err err;

	yq_account_clear(a->book);
	for (size_t i = 0; i < state->deposit_count; i++)
		yq_account_set_cash(
		    a->book, state->deposits[i].currency, state->deposits[i].amount);
	for (size_t i = 0; i < state->position_count; i++)
		if (yq_account_set_position(a->book, &state->positions[i], &err) != YQ_OK)
			yq_warn("account %s: %s", a->settings.alias, err.text);
	a->synced_at_us = state->synced_at_us;
	a->look.fills_from_us = state->fills_from_us;
}

static void
on_brackets(struct gateway *gw, bool ok)
{
	if (ok) {
		yq_state_open_orders(gw->valkey, on_open_ids, gw);
		return;
	}
	gw->recovery.failed = true;
	pass_end(gw);
}

/* One of the reads of an account is answered; behind the last of all come the orders. */
static void
account_read(struct gateway *gw)
{
	if (--gw->recovery.left > 0)
		return;
	if (gw->recovery.failed)
		pass_end(gw);
	else
		gw_brackets_load(gw, on_brackets);
}

static void
on_guard(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct gw_account *a = cookie;
	struct gateway *gw = a->gw;

	if (gw->stopped)
		return;
	if (rc == YQ_OK) {
		gw_guard_load(a, reply);
	} else {
		yq_warn("the guard of account %s cannot be read: %s", a->settings.alias, err->text);
		gw->recovery.failed = true;
	}
	account_read(gw);
}

static void
on_account(
    void *cookie, enum yq_rc rc, const struct yq_account_state *state, const struct yq_err *err)
{
	struct gw_account *a = cookie;
	struct gateway *gw = a->gw;

	if (gw->stopped)
		return;
	if (rc == YQ_OK)
		fill_book(a, state);
	else if (rc == YQ_E_NOT_FOUND || rc == YQ_E_CORRUPT)
		yq_account_clear(a->book); /* the full sync fills it */
	else
		gw->recovery.failed = true;
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		yq_warn("account %s cannot be read: %s", a->settings.alias, err->text);
	account_read(gw);
}

static void
ask_guard(struct gw_account *a)
{
	struct yq_args *args = yq_valkey_args(a->gw->valkey);

	yq_args_text(args, "HGETALL");
	yq_args_key(args, YQ_KEY_GUARD, a->settings.alias);
	yq_valkey_send(a->gw->valkey, args, YQ_VALKEY_TIMEOUT_MS, on_guard, a);
}

/* What an earlier pass that broke off has read is read again. */
static bool
forget_read(void *cookie, struct yq_table_node *node)
{
	struct gw_order *o = yq_container(node, struct gw_order, node);

	if (o->account == cookie && o->phase != GW_WAITING)
		gw_order_detach(o);
	return true;
}

void
gw_recover(struct gateway *gw)
{
	struct gw_recovery *r = &gw->recovery;
	size_t begun = 0;

	look_ups_run(gw);
	if (r->under_way || !r->wanted || !yq_valkey_is_up(gw->valkey))
		return;
	r->wanted = r->failed = r->many = false;
	r->unclaimed = 0;
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		if (a->state != GW_LOADING)
			continue;
		begun++;
		a->recovering = true;
		yq_table_each(&gw->orders, forget_read, a);
		yq_state_account(gw->valkey, a->settings.alias, on_account, a);
		ask_guard(a);
	}
	r->left = 2 * begun;
	r->under_way = begun > 0;
}

void
gw_recovery_drop(struct gateway *gw)
{
	struct gw_look_up *l;

	free(gw->recovery.ids);
	gw->recovery.ids = NULL;
	while ((l = gw->recovery.unread) != NULL) {
		gw->recovery.unread = l->next;
		look_up_end(l);
	}
}
