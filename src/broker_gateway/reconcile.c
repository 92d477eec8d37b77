/*
 * reconcile.c - orders left behind, and orders whose outcome is unknown: the broker is asked until
 * it can tell.  Nothing is sent again unless the broker proves that it never had it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"

/* ---- asking about one order ---- */

static const struct {
	enum yq_order_event event;
	bool success;
	const char *text;
} ends[YQ_ORDER_STATE_COUNT] = {
	[YQ_ORDER_CANCELED] = { YQ_EVENT_CANCEL, true, "canceled" },
	[YQ_ORDER_EXPIRED] = { YQ_EVENT_EXPIRE, true, "expired" },
	[YQ_ORDER_REJECTED] = { YQ_EVENT_REJECT, false, "rejected by the broker" },
};

static void
settled(struct gw_account *a)
{
	if (a->state != GW_SETTLING || a->settling > 0)
		return;
	gw_sync(a);
}

/* What the broker knows of it, as events: the ack, every fill we have not booked, the end. */
static void
take_over(struct gw_order *o, const struct yq_broker_order *found,
    const struct yq_broker_fill *fills, size_t count)
{
	enum yq_order_state state = o->progress.state;

	memcpy(o->broker_order_id, found->broker_order_id, sizeof(o->broker_order_id));
	if (o->submitted_at_us == 0)
		o->submitted_at_us = found->time_us;
	if ((state == YQ_ORDER_SUBMITTING || state == YQ_ORDER_UNKNOWN) &&
	    found->state != YQ_ORDER_REJECTED)
		(void)gw_order_event(o, YQ_EVENT_ACK, "", true);
	for (size_t i = 0; i < count; i++)
		gw_order_fill(o, &fills[i]);
	if (yq_order_state_is_final(found->state) && found->state != YQ_ORDER_FILLED &&
	    !yq_order_state_is_final(o->progress.state))
		(void)gw_order_event(o, ends[found->state].event,
		    found->text[0] != '\0' ? found->text : ends[found->state].text,
		    ends[found->state].success);
}

/* The broker never had it: it may be sent, for the first time. */
static void
proven_absent(struct gw_order *o)
{
	struct gw_account *a = o->account;
	int64_t now_us = yq_clock_now_us(a->gw->clock);

	if (now_us - o->claimed_at_us < a->broker->capabilities.absent_after_us)
		return; /* it may still show up */
	if (o->progress.state != YQ_ORDER_SUBMITTING && o->progress.state != YQ_ORDER_UNKNOWN) {
		gw_notify(a->gw, "Order", "Critical",
		    "order %s is open in our book, but the broker says it never had it; it is left "
		    "as it is",
		    o->order.id.text);
		return;
	}
	yq_info("order %s: the broker never had it; it goes back to the desk", o->order.id.text);
	yq_account_close(a->book, &o->order.id);
	if (gw_order_event(o,
		o->progress.state == YQ_ORDER_UNKNOWN ? YQ_EVENT_ABSENT : YQ_EVENT_NOT_SENT,
		"the broker never had it", true))
		gw_task_order(o);
}

static void
cannot_tell(struct gw_order *o, const char *why)
{
	if (o->progress.state == YQ_ORDER_SUBMITTING) {
		yq_counter_add(o->account->gw->metrics.unknown, 1);
		gw_notify(o->account->gw, "Order", "Critical",
		    "order %s may be live at the broker, and the broker cannot tell: %s",
		    o->order.id.text, why);
		(void)gw_order_event(o, YQ_EVENT_TIMEOUT, why, false);
	}
}

static void
on_found(void *cookie, enum yq_rc rc, const struct yq_broker_order *found,
    const struct yq_broker_fill *fills, size_t count, const struct yq_err *err)
{
	struct gw_order *o = cookie;
	struct gw_account *a = o->account;
	bool was_settling = a->state == GW_SETTLING;

	if (!gw_order_unhold(o) || a->gw->stopped)
		return;
	o->asking = false;
	if (rc == YQ_OK)
		take_over(o, found, fills, count);
	else if (rc == YQ_E_NOT_FOUND)
		proven_absent(o);
	else
		cannot_tell(o, err->text);
	gw_order_release(o);
	if (was_settling && a->settling > 0) {
		a->settling--;
		settled(a);
	}
}

void
gw_ask(struct gw_order *o)
{
	struct yq_broker_ref ref = { &o->order, o->broker_order_id, o->claimed_at_us };

	if (o->asking || o->phase == GW_OVER)
		return;
	o->asking = true;
	o->asked_at_us = yq_clock_now_us(o->account->gw->clock);
	gw_order_hold(o);
	yq_broker_find_order(o->account->broker, &ref, on_found, o);
}

/* ---- taking an order over from the bus ---- */

static void
reserve_again(struct gw_order *o)
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
	struct gw_order *o = gw_order_make(a, &full->order);

	o->taken_ns = 0;
	o->progress = full->progress;
	memcpy(o->broker_order_id, full->broker_order_id, sizeof(o->broker_order_id));
	o->claimed_at_us = full->claimed_at_us;
	o->submitted_at_us = full->submitted_at_us;
	o->first_fill_at_us = full->first_fill_at_us;
	for (size_t i = 0; i < full->execution_count; i++)
		gw_order_add_execution(o, full->execution_ids[i]);
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
	if (o != NULL && o->phase == GW_WAITING && a->state == GW_LOADING &&
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
		gw_task_order(o);
		return;
	}
	gw_order_set_phase(o, phases[full->progress.state]);
	reserve_again(o);
	if (a->state == GW_SETTLING || a->state == GW_LOADING)
		a->settling++;
	if (a->state != GW_LOADING) /* else when all are read: see ask_loaded */
		gw_ask(o);
}

struct look_up {
	struct gw_account *account;
	struct yq_id id;
	char entry_id[YQ_ENTRY_ID_SIZE];
};

static void
on_looked_up(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct look_up *l = cookie;
	struct gw_account *a = l->account;

	if (!a->gw->stopped && a->state != GW_NO_LEASE) {
		if (rc == YQ_OK)
			take_in(a, full, l->entry_id);
		else if (rc == YQ_E_NOT_FOUND)
			gw_ack_only(a->gw, l->entry_id);
		else
			yq_warn("order %s: %s", l->id.text, err->text);
	}
	free(l);
}

void
gw_look_up(struct gw_account *account, const struct yq_id *id, const char *entry_id)
{
	struct look_up *l = yq_xcalloc(1, sizeof(*l));

	l->account = account;
	l->id = *id;
	yq_str_copy_cut(l->entry_id, sizeof(l->entry_id), entry_id);
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
	gw->recovering = false;
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		if (a->state != GW_LOADING)
			continue;
		a->state = GW_SETTLING;
		yq_table_each(&gw->orders, ask_loaded, a);
		settled(a);
	}
	gw_soon(gw);
}

static void
on_open_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct gateway *gw = cookie;
	struct gw_account *a;

	if (gw->stopped)
		return;
	if (rc == YQ_OK) {
		a = gw_account_find(gw, full->order.account_alias);
		if (a != NULL && a->state == GW_LOADING)
			take_in(a, full, NULL);
	} else if (rc != YQ_E_NOT_FOUND) {
		yq_error("an open order cannot be read: %s", err->text);
		gw_notify(gw, "Order", "Critical", "an open order cannot be read: %s", err->text);
	}
	if (--gw->recover_left == 0)
		recovered(gw);
}

static void
on_open_ids(
    void *cookie, enum yq_rc rc, const struct yq_id *ids, size_t count, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	if (gw->stopped)
		return;
	if (rc != YQ_OK) {
		yq_warn("open orders cannot be read: %s", err->text);
		gw->recovering = false;
		gw->recover_wanted = true;
		gw_retry_later(gw);
		return;
	}
	gw->recover_left = count + 1;
	for (size_t i = 0; i < count; i++)
		yq_state_order(gw->valkey, &ids[i], on_open_order, gw);
	if (--gw->recover_left == 0)
		recovered(gw);
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
	a->fills_from_us = state->synced_at_us;
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
		gw->recover_wanted = true;
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		yq_warn("account %s cannot be read: %s", a->settings.alias, err->text);
	if (--gw->recover_left > 0)
		return;
	if (gw->recover_wanted) {
		gw->recovering = false;
		gw_retry_later(gw);
		return;
	}
	yq_state_open_orders(gw->valkey, on_open_ids, gw);
}

void
gw_recover(struct gateway *gw)
{
	if (gw->recovering || !gw->recover_wanted || !yq_valkey_is_up(gw->valkey))
		return;
	/* Leases that are asked for at the same time are recovered together. */
	for (size_t i = 0; i < gw->account_count; i++)
		if (gw->accounts[i].leasing && gw->accounts[i].state == GW_NO_LEASE)
			return;
	gw->recovering = true;
	gw->recover_wanted = false;
	gw->recover_left = 1;
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		if (a->state != GW_LOADING)
			continue;
		gw->recover_left++;
		yq_state_account(gw->valkey, a->settings.alias, on_account, a);
	}
	if (--gw->recover_left == 0)
		gw->recovering = false;
}

/* ---- asking again ---- */

static bool
ask_again(void *cookie, struct yq_table_node *node)
{
	struct gateway *gw = cookie;
	struct gw_order *o = yq_container(node, struct gw_order, node);
	int64_t now_us = yq_clock_now_us(gw->clock);

	if (o->phase == GW_UNKNOWN && o->account->state == GW_SERVING &&
	    now_us - o->asked_at_us >= GW_ASK_AGAIN_S * YQ_US_PER_SECOND)
		gw_ask(o);
	return true;
}

void
gw_reconcile_tick(struct gateway *gw)
{
	yq_table_each(&gw->orders, ask_again, gw);
}
