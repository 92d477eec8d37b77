/* fills.c - what the broker says about orders: acks, executions, ends. */
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/day.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/late.h"
#include "broker_gateway/look.h"
#include "broker_gateway/price.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/record.h"
#include "broker_gateway/resolve.h"
#include "broker_gateway/stray.h"

/* Where an order stands follows from its state once the broker has spoken. */
enum gw_phase
gw_phase_of(enum yq_order_state state)
{
	if (yq_order_state_is_final(state))
		return GW_OVER;
	if (state == YQ_ORDER_UNKNOWN)
		return GW_UNKNOWN;
	if (state == YQ_ORDER_PENDING)
		return GW_WAITING;
	return state == YQ_ORDER_SUBMITTING ? GW_SENT : GW_LIVE;
}

void
gw_order_settle(struct gw_order *o)
{
	if (yq_order_state_is_final(o->progress.state))
		yq_account_close(o->account->book, &o->order.id);
	gw_order_set_phase(o, gw_phase_of(o->progress.state));
	gw_doubt_look(o);
	gw_bracket_see(o);
}

bool
gw_order_advance(struct gw_order *o, enum yq_order_event event)
{
	struct yq_err err;

	if (yq_order_apply(&o->progress, event, YQ_DECIMAL_ZERO, YQ_DECIMAL_ZERO, &err) == YQ_OK)
		return true;
	yq_warn("order %s: %s", o->order.id.text, err.text);
	return false;
}

bool
gw_order_event(struct gw_order *o, enum yq_order_event event, const char *text, bool success)
{
	struct gw_change change = { .text = text, .success = success, .tell = true };
	int64_t before = o->progress.sequence;

	if (!gw_order_advance(o, event))
		return false;
	if (o->progress.sequence == before)
		return false;
	if (event == YQ_EVENT_ACK) {
		/* Told with the first fill if one comes at once, else by itself. */
		struct gateway *gw = o->account->gw;

		o->ack_untold = true;
		if (!o->in_untold) {
			o->in_untold = true;
			o->next_untold = gw->untold;
			gw->untold = o;
		}
	} else if (event != YQ_EVENT_CLAIM) {
		if (event == YQ_EVENT_TIMEOUT)
			gw_doubt_begin(o, text);
		change.tell = event != YQ_EVENT_NOT_SENT && event != YQ_EVENT_ABSENT;
		gw_record(o, &change);
	}
	gw_order_settle(o);
	return true;
}

static bool
cannot_book(const struct gw_order *o, const struct yq_broker_fill *fill, const struct yq_err *err)
{
	yq_error("order %s: execution %s cannot be booked: %s", o->order.id.text,
	    fill->execution_id, err->text);
	gw_notify(o->account->gw, "Order", "Critical",
	    "execution %s of order %s cannot be booked: %s", fill->execution_id, o->order.id.text,
	    err->text);
	return false;
}

bool
gw_order_book(struct gw_order *o, const struct yq_broker_fill *fill, enum yq_order_event end,
    const char *text)
{
	struct gw_account *a = o->account;
	struct yq_order_progress progress = o->progress;
	struct gw_change change = { .text = text, .success = true, .fill = fill, .tell = true };
	struct yq_err err;

	if (yq_order_apply(&progress, YQ_EVENT_FILL, fill->fill.qty, fill->fill.price, &err) !=
		YQ_OK ||
	    yq_account_book(a->book, &o->order, &fill->fill, &err) != YQ_OK)
		return cannot_book(o, fill, &err);
	if (end != YQ_ORDER_EVENT_COUNT && !yq_order_state_is_final(progress.state) &&
	    yq_order_apply(&progress, end, YQ_DECIMAL_ZERO, YQ_DECIMAL_ZERO, &err) != YQ_OK)
		yq_warn("order %s: %s", o->order.id.text, err.text);
	o->progress = progress;
	gw_order_add_execution(o, fill->execution_id);
	if (fill->broker_order_id[0] != '\0')
		memcpy(o->broker_order_id, fill->broker_order_id, sizeof(o->broker_order_id));
	if (o->submitted_at_us == 0)
		o->submitted_at_us = fill->time_us;
	if (o->first_fill_at_us == 0)
		o->first_fill_at_us = fill->time_us;
	a->generation++;
	yq_counter_add(a->gw->metrics.fills, 1);
	gw_price_seen(a, o->order.exchange, o->order.ticker, fill->fill.price, YQ_OPT_DECIMAL_NONE,
	    fill->time_us);
	gw_day_look(a, o->order.currency);
	if (text == NULL)
		change.text = progress.state == YQ_ORDER_FILLED ? "filled" : "filled in part";
	gw_record(o, &change);
	gw_order_settle(o);
	return true;
}

/* What the broker has told of it so far: what a person booked, and it has not told, is not. */
static bool
is_beyond(const struct gw_order *o, const struct yq_broker_fill *fill, struct yq_broker_fill *rest)
{
	struct yq_decimal booked = o->progress.filled, value = o->progress.notional;
	struct yq_decimal by_hand, worth;

	by_hand = o->doubt != NULL ? o->doubt->manual_left : YQ_DECIMAL_ZERO;
	if (yq_decimal_sign(by_hand) > 0 && (yq_decimal_sub(booked, by_hand, &booked) != YQ_OK ||
						yq_decimal_mul(by_hand, o->progress.avg_price,
						    YQ_ROUND_HALF_EVEN, &worth) != YQ_OK ||
						yq_decimal_sub(value, worth, &value) != YQ_OK))
		return false;
	return yq_broker_fill_beyond(fill, booked, value, rest);
}

void
gw_order_fill(struct gw_order *o, const struct yq_broker_fill *fill)
{
	struct yq_broker_fill rest;

	if (gw_order_has_execution(o, fill->execution_id) || !is_beyond(o, fill, &rest))
		return;
	if (o->left)
		gw_late_fill(o->account, &rest);
	else if (gw_resolve_cover(o, &rest))
		(void)gw_order_book(o, &rest, YQ_ORDER_EVENT_COUNT, NULL);
}

/* ---- events pushed by the broker ---- */

static const struct {
	enum yq_order_event event;
	bool success;
	const char *text;
} ends[] = {
	[YQ_BROKER_EV_CANCELED] = { YQ_EVENT_CANCEL, true, "canceled" },
	[YQ_BROKER_EV_EXPIRED] = { YQ_EVENT_EXPIRE, true, "expired" },
	[YQ_BROKER_EV_REJECTED] = { YQ_EVENT_REJECT, false, "rejected by the broker" },
};

static void
on_end(struct gw_order *o, const struct yq_broker_event *e)
{
	struct gateway *gw = o->account->gw;

	if (e->kind == YQ_BROKER_EV_CANCELED)
		yq_counter_add(gw->metrics.canceled, 1);
	(void)gw_order_event(o, ends[e->kind].event,
	    o->cancel_why[0] != '\0' && e->kind == YQ_BROKER_EV_CANCELED ? o->cancel_why
	    : e->text != NULL && e->text[0] != '\0'			 ? e->text
									 : ends[e->kind].text,
	    ends[e->kind].success);
}

/* An end closes the order when all that was executed before it is booked: an execution that was not
 * told would never be looked for again. */
static bool
misses_fills(const struct gw_order *o, const struct yq_broker_event *e)
{
	return !yq_order_state_is_final(o->progress.state) &&
	       (!e->filled.set || yq_decimal_cmp(e->filled.value, o->progress.filled) > 0);
}

static void
on_event(struct gw_account *a, const struct yq_broker_event *e)
{
	struct gw_order *o;

	if (e->kind == YQ_BROKER_EV_QUOTE) {
		(void)gw_quote_seen(a, e->quote);
		return;
	}
	if (e->kind == YQ_BROKER_EV_STALE) {
		gw_look_orders_now(a);
		return;
	}
	if (e->kind == YQ_BROKER_EV_NOTICE) {
		yq_warn("account %s: %s", a->settings.alias, e->text);
		gw_notify(a->gw, "System", "Warning", "account %s: %s", a->settings.alias, e->text);
		return;
	}
	o = yq_id_is_none(&e->order_id) ? gw_order_by_broker_id(a, e->broker_order_id)
					: gw_order_find(a->gw, &e->order_id);
	if (e->kind == YQ_BROKER_EV_FILL && (o == NULL || gw_order_is_unclaimed(o))) {
		gw_stray_fill(a, e->fill);
		return;
	}
	if (o == NULL || o->account != a)
		return;
	/* What happened to it while nobody heard is not told again: the broker's answer has all of
	 * it, and an end only closes the order when everything before it is booked. */
	if (o->phase == GW_UNKNOWN) {
		gw_ask(o);
		if (e->kind != YQ_BROKER_EV_FILL)
			return;
	}
	switch (e->kind) {
	case YQ_BROKER_EV_ACK:
		memcpy(o->broker_order_id, e->broker_order_id, sizeof(o->broker_order_id));
		o->submitted_at_us = e->time_us;
		(void)gw_order_event(o, YQ_EVENT_ACK, "open at the broker", true);
		break;
	case YQ_BROKER_EV_FILL:
		gw_order_fill(o, e->fill);
		break;
	case YQ_BROKER_EV_CANCELED:
	case YQ_BROKER_EV_EXPIRED:
	case YQ_BROKER_EV_REJECTED:
		if (misses_fills(o, e))
			gw_ask(o);
		else
			on_end(o, e);
		break;
	default: /* a replace is recorded when it is answered */
		break;
	}
}

void
gw_on_events(void *cookie, const struct yq_broker_event *events, size_t count)
{
	struct gw_account *a = cookie;

	/* Without the lease, or before what was left is read, the broker's book keeps it all for
	 * the recovery that comes. */
	if (a->gw->stopped || (a->state != GW_SERVING && a->state != GW_SETTLING))
		return;
	for (size_t i = 0; i < count; i++)
		on_event(a, &events[i]);
}
