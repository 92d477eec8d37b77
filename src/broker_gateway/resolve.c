/* resolve.c - what a person says became of an order. */
#include "broker_gateway/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/record.h"
#include "bus/reply.h"

#define READ_TIMEOUT_MS 5000

struct gw_resolve {
	struct gw_resolve *next;
	struct gw_account *account;
	struct yq_resolution resolution;
	char entry_id[YQ_ENTRY_ID_SIZE];
	char mark[YQ_REQUEST_MARK_SIZE];
	int64_t not_before_ns; /* monotonic; 0 = at once */
};

static const char *
resolved_as(enum yq_resolved_as outcome)
{
	return yq_names_text(&yq_resolved_as_names, (int)outcome);
}

/* ---- refusing ---- */

static void
refuse(struct gw_order *o, const struct gw_resolve *r, const char *why)
{
	yq_info("order %s is not resolved: %s", o->order.id.text, why);
	gw_notify(o->account->gw, "Order", "Warning", "order %s was not resolved as %s (by %s): %s",
	    o->order.id.text, resolved_as(r->resolution.outcome), r->resolution.hand.who, why);
	gw_doubt_of(o)->answered = r->resolution.id;
	gw_record_refused(o, r->entry_id, r->mark, why);
}

/*
 * What is at the broker has to be told from our other orders there, and what stays open to be found
 * again: where it keeps no ids of ours, its own id must be known.
 */
static bool
is_named(const struct gw_order *o, const struct gw_resolve *r)
{
	const struct yq_resolution *said = &r->resolution;

	return (!said->qty.set && said->outcome != YQ_RESOLVED_OPEN) ||
	       yq_broker_can(o->account->broker, YQ_BROKER_KEEPS_CLIENT_ID) ||
	       o->broker_order_id[0] != '\0' || said->broker_order_id[0] != '\0';
}

/* ---- carrying out ---- */

static void
text_of(const struct yq_resolution *said, char text[YQ_MESSAGE_SIZE])
{
	yq_str_format(text, YQ_MESSAGE_SIZE, "resolved as %s by %s: %s", resolved_as(said->outcome),
	    said->hand.who[0] != '\0' ? said->hand.who : "?", said->reason);
}

static bool
book(
    struct gw_order *o, const struct yq_resolution *said, enum yq_order_event end, const char *text)
{
	struct gw_doubt *d = gw_doubt_of(o);
	struct yq_broker_fill fill = { .order_id = o->order.id,
		.fill = { o->order.action, said->qty.value, said->price.value,
		    said->commission.set ? said->commission.value : YQ_DECIMAL_ZERO },
		.time_us = said->timestamp_us };
	struct yq_decimal before = d->manual_left;

	if (yq_decimal_add(d->manual_left, said->qty.value, &d->manual_left) != YQ_OK)
		return false;
	d->manual_count++;
	yq_manual_execution_id(&o->order.id, d->manual_count, fill.execution_id);
	memcpy(fill.broker_order_id, o->broker_order_id, sizeof(fill.broker_order_id));
	if (gw_order_book(o, &fill, end, text))
		return true;
	d->manual_left = before;
	d->manual_count--;
	return false;
}

/* A change of state without an execution. */
static bool
change(struct gw_order *o, enum yq_order_event event, const char *text, bool success)
{
	struct gw_change told = { .text = text, .success = success, .tell = true };
	int64_t before = o->progress.sequence;

	if (!gw_order_advance(o, event))
		return false;
	if (o->progress.sequence == before)
		o->progress.sequence++; /* open before and after, under another id */
	gw_record(o, &told);
	gw_order_settle(o);
	return true;
}

static bool
act(struct gw_order *o, const struct yq_resolution *said)
{
	char text[YQ_MESSAGE_SIZE];

	text_of(said, text);
	switch (said->outcome) {
	case YQ_RESOLVED_FILLED:
		return book(o, said, YQ_ORDER_EVENT_COUNT, text);
	case YQ_RESOLVED_OPEN:
		return change(o, YQ_EVENT_ACK, text, true);
	case YQ_RESOLVED_REJECTED:
		return change(o, YQ_EVENT_REJECT, text, false);
	default:
		return said->qty.set ? book(o, said, YQ_EVENT_CANCEL, text)
				     : change(o, YQ_EVENT_CANCEL, text, true);
	}
}

static void
carry_out(struct gw_order *o, const struct gw_resolve *r)
{
	const struct yq_resolution *said = &r->resolution;
	struct gw_doubt *d = gw_doubt_of(o);
	char entry_id[YQ_ENTRY_ID_SIZE], broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	bool denied = d->denied;

	yq_info("order %s is resolved as %s by %s: %s", o->order.id.text,
	    resolved_as(said->outcome), said->hand.who, said->reason);
	memcpy(entry_id, o->entry_id, sizeof(entry_id));
	memcpy(broker_order_id, o->broker_order_id, sizeof(broker_order_id));
	/* The record of the change acknowledges the request's entry, and holds its mark. */
	memcpy(o->entry_id, r->entry_id, sizeof(o->entry_id));
	memcpy(d->mark, r->mark, sizeof(d->mark));
	if (said->broker_order_id[0] != '\0')
		memcpy(o->broker_order_id, said->broker_order_id, sizeof(o->broker_order_id));
	yq_str_copy_cut(d->resolved_as, sizeof(d->resolved_as), resolved_as(said->outcome));
	d->answered = said->id;
	d->denied = false;
	if (act(o, said)) {
		/* Where it stands is known from order:{Id}: its own entry is done with. */
		gw_ack_only(o->account->gw, entry_id);
		gw_doubt_look(o);
		if (o->phase == GW_LIVE)
			gw_ask(o);
		return;
	}
	memcpy(o->entry_id, entry_id, sizeof(o->entry_id));
	memcpy(o->broker_order_id, broker_order_id, sizeof(o->broker_order_id));
	d->mark[0] = d->resolved_as[0] = '\0';
	d->denied = denied;
	refuse(o, r, "it cannot be booked");
}

static void
resolve(struct gw_order *o, const struct gw_resolve *r)
{
	bool denied = o->doubt != NULL && o->doubt->denied;
	struct yq_err err;

	if (yq_resolution_allowed(&r->resolution, &o->progress, o->broker_order_id, denied, &err) !=
	    YQ_OK)
		refuse(o, r, err.text);
	else if (!is_named(o, r))
		refuse(o, r,
		    "this broker keeps no ids of ours: say under which id it has the order "
		    "(--broker-id)");
	else
		carry_out(o, r);
	YQ_FAIL_POINT("gateway.resolved");
}

/* ---- orders that are not in hand ---- */

/* Not known now: looked at again, behind the others. */
static void
put_back(struct gw_resolve *r)
{
	struct gateway *gw = r->account->gw;
	struct gw_resolve **link = &gw->resolves;

	while (*link != NULL)
		link = &(*link)->next;
	r->next = NULL;
	r->not_before_ns = gw_later_ns(gw);
	*link = r;
	gw_retry_later(gw);
}

static void
on_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct gw_resolve *r = cookie;
	struct gw_account *a = r->account;
	struct gw_order *o;

	if (a->gw->stopped || a->state == GW_NO_LEASE) {
		free(r);
		return;
	}
	o = gw_order_find(a->gw, &r->resolution.order_id);
	if (rc == YQ_OK && o == NULL && yq_order_state_is_final(full->progress.state)) {
		o = gw_order_make(a, &full->order, "");
		o->taken_ns = 0;
		o->progress = full->progress;
		gw_order_set_phase(o, GW_OVER);
	}
	if (o == NULL && rc != YQ_E_NOT_FOUND && rc != YQ_E_CORRUPT) {
		yq_debug("order %s is not resolved yet: %s", r->resolution.order_id.text,
		    err != NULL ? err->text : "it is not in hand");
		put_back(r);
		return;
	}
	if (o != NULL)
		resolve(o, r);
	else if (rc == YQ_E_NOT_FOUND)
		gw_ack_only(a->gw, r->entry_id);
	else
		yq_warn("order %s is not resolved, and read again after a restart: %s",
		    r->resolution.order_id.text, err->text);
	free(r);
}

/* Answered before: only the entry is left. */
static void
on_mark(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct gw_resolve *r = cookie;
	struct gateway *gw = r->account->gw;
	const char *mark = rc == YQ_OK ? yq_reply_text(reply, NULL) : NULL;

	if (rc != YQ_OK)
		yq_debug("order %s: %s", r->resolution.order_id.text, err->text);
	if (!gw->stopped && mark != NULL &&
	    (yq_str_starts(mark, YQ_MARK_APPLIED) || yq_str_starts(mark, YQ_MARK_REFUSED))) {
		gw_ack_only(gw, r->entry_id);
		free(r);
	} else if (gw->stopped) {
		free(r);
	} else {
		yq_state_order(gw->valkey, &r->resolution.order_id, on_order, r);
	}
}

static void
look_up(struct gw_resolve *r)
{
	struct yq_valkey *valkey = r->account->gw->valkey;
	struct yq_args *args = yq_valkey_args(valkey);

	yq_args_text(args, "HGET");
	yq_args_key(args, YQ_KEY_ORDER_STATE, r->resolution.order_id.text);
	yq_args_text(args, r->mark);
	yq_valkey_send(valkey, args, READ_TIMEOUT_MS, on_mark, r);
}

/* ---- those that wait ---- */

void
gw_resolve_add(struct gw_account *a, const struct yq_resolution *resolution, const char *entry_id)
{
	struct gw_resolve **link = &a->gw->resolves, *r;

	for (; *link != NULL; link = &(*link)->next)
		if (yq_id_equal(&(*link)->resolution.id, &resolution->id))
			return; /* delivered again */
	r = yq_xcalloc(1, sizeof(*r));
	r->account = a;
	r->resolution = *resolution;
	yq_str_copy_cut(r->entry_id, sizeof(r->entry_id), entry_id);
	yq_request_mark(YQ_SUBMIT_RESOLVE, &resolution->id, r->mark);
	*link = r;
	gw_soon(a->gw);
}

/* True when the request is dealt with; it has been taken out of the list. */
static void
run(struct gw_resolve *r)
{
	struct gw_order *o = gw_order_find(r->account->gw, &r->resolution.order_id);

	/* One that waits for its turn may have been delivered again together with the request. */
	if (o == NULL || o->phase == GW_WAITING || o->phase == GW_CLAIMING) {
		look_up(r);
		return;
	}
	/* Delivered again: the record that answers it is on its way, or done. */
	if (o->doubt == NULL || !yq_id_equal(&o->doubt->answered, &r->resolution.id))
		resolve(o, r);
	else if (r->account->records == 0)
		gw_ack_only(r->account->gw, r->entry_id);
	free(r);
}

void
gw_resolves_run(struct gateway *gw)
{
	struct gw_resolve **link = &gw->resolves;

	while (*link != NULL) {
		struct gw_resolve *r = *link;

		if (r->account->state == GW_LOADING || r->account->state == GW_SETTLING ||
		    yq_clock_monotonic_ns(gw->clock) < r->not_before_ns ||
		    !yq_valkey_is_up(gw->valkey) || !gw_lease_is_valid(gw)) {
			link = &r->next;
			continue;
		}
		*link = r->next;
		if (r->account->state == GW_SERVING) {
			YQ_FAIL_POINT("gateway.resolving");
			run(r);
		} else {
			free(r); /* another gateway's; delivered again when the lease is won */
		}
	}
}

void
gw_resolves_drop(struct gateway *gw)
{
	while (gw->resolves != NULL) {
		struct gw_resolve *r = gw->resolves;

		gw->resolves = r->next;
		free(r);
	}
}

/* ---- what the broker says later ---- */

static void
tell_covered(const struct gw_order *o, const struct yq_broker_fill *fill, struct yq_decimal covered,
    const struct yq_broker_fill *rest)
{
	bool agrees = yq_decimal_cmp(fill->fill.price, o->progress.avg_price) == 0;
	char qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE], done[YQ_DECIMAL_TEXT_SIZE],
	    said[YQ_DECIMAL_TEXT_SIZE], more[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(fill->fill.qty, qty);
	yq_decimal_format(fill->fill.price, price);
	yq_decimal_format(covered, done);
	yq_decimal_format(o->progress.avg_price, said);
	yq_decimal_format(rest->fill.qty, more);
	gw_notify(o->account->gw, "Order", agrees ? "Info" : "Critical",
	    "order %s: the broker tells of execution %s, %s at %s; %s of it were booked by hand at "
	    "%s and are not booked again, %s are booked now",
	    o->order.id.text, fill->execution_id, qty, price, done, said, more);
}

bool
gw_resolve_cover(struct gw_order *o, struct yq_broker_fill *fill)
{
	struct gw_doubt *d = o->doubt;
	struct yq_broker_fill rest = *fill;
	struct yq_decimal covered;

	if (d == NULL || d->resolved_as[0] == '\0')
		return true;
	covered = yq_resolution_cover(&fill->fill, &d->manual_left, &rest.fill);
	if (yq_decimal_sign(covered) == 0) {
		if (yq_order_state_is_final(o->progress.state) &&
		    !yq_str_equal(d->resolved_as, resolved_as(YQ_RESOLVED_OPEN)))
			gw_notify(o->account->gw, "Order", "Critical",
			    "order %s was resolved as %s by hand, but the broker tells of another "
			    "execution, %s: it is booked",
			    o->order.id.text, d->resolved_as, fill->execution_id);
		return true;
	}
	tell_covered(o, fill, covered, &rest);
	*fill = rest;
	if (yq_decimal_sign(rest.fill.qty) > 0)
		return true;
	gw_order_add_execution(o, rest.execution_id);
	gw_record_covered(o, rest.execution_id);
	return false;
}

void
gw_resolve_compare(struct gw_order *o, const struct yq_broker_order *found)
{
	const struct gw_doubt *d = o->doubt;

	if (d == NULL || d->resolved_as[0] == '\0' || !yq_order_state_is_final(o->progress.state) ||
	    yq_order_state_is_final(found->state))
		return;
	gw_notify(o->account->gw, "Order", "Critical",
	    "order %s was resolved as %s by hand, but it is %s at the broker, as %s: cancel it "
	    "there",
	    o->order.id.text, d->resolved_as,
	    yq_names_text(&yq_order_state_names, (int)found->state), found->broker_order_id);
}
