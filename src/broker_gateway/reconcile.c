/*
 * reconcile.c - orders whose outcome is unknown: the broker is asked until it can tell.  Nothing is
 * sent again unless the broker proves that it never had it.
 */
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/evidence.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/poll.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/request.h"
#include "broker_gateway/resolve.h"
#include "broker_gateway/suspect.h"
#include "broker_gateway/task.h"

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

/* What the broker knows of it, as events: the ack, every fill we have not booked, the end. */
static void
take_over(struct gw_order *o, const struct yq_broker_order *found,
    const struct yq_broker_fill *fills, size_t count)
{
	enum yq_order_state state = o->progress.state;

	gw_doubt_denied(o, false);
	gw_resolve_compare(o, found);
	memcpy(o->broker_order_id, found->broker_order_id, sizeof(o->broker_order_id));
	if (o->submitted_at_us == 0)
		o->submitted_at_us = found->time_us;
	if ((state == YQ_ORDER_SUBMITTING || state == YQ_ORDER_UNKNOWN) &&
	    found->state != YQ_ORDER_REJECTED)
		(void)gw_order_event(o, YQ_EVENT_ACK, "", true);
	for (size_t i = 0; i < count; i++)
		gw_found_fill(
		    o, &fills[i], state == YQ_ORDER_SUBMITTING || state == YQ_ORDER_UNKNOWN);
	if (yq_order_state_is_final(found->state) && found->state != YQ_ORDER_FILLED &&
	    !yq_order_state_is_final(o->progress.state))
		(void)gw_order_event(o, ends[found->state].event,
		    found->text[0] != '\0' ? found->text : ends[found->state].text,
		    ends[found->state].success);
	gw_request_adopt(o, found);
}

static void
cannot_tell(struct gw_order *o, const char *why)
{
	if (o->progress.state == YQ_ORDER_SUBMITTING) {
		yq_counter_add(o->account->gw->metrics.unknown, 1);
		yq_error("order %s: outcome unknown: %s", o->order.id.text, why);
		(void)gw_order_event(o, YQ_EVENT_TIMEOUT, why, false);
	} else if (o->phase == GW_UNKNOWN) {
		yq_str_copy_cut(gw_doubt_of(o)->why, sizeof(o->doubt->why), why);
	}
}

/* The broker never had it: it may be sent, for the first time. */
static void
proven_absent(struct gw_order *o)
{
	struct gw_account *a = o->account;
	int64_t age_us = (yq_clock_monotonic_ns(a->gw->clock) - o->sent_ns) / 1000;

	/* It may still show up: unknown, and asked about again. */
	if (age_us < a->broker->capabilities.absent_after_us) {
		cannot_tell(o, "it does not know the order yet");
		return;
	}
	if (o->progress.state != YQ_ORDER_SUBMITTING && o->progress.state != YQ_ORDER_UNKNOWN) {
		if (o->phase == GW_LIVE)
			gw_doubt_denied(o, true); /* it is left as it is, and told of */
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
on_found(void *cookie, enum yq_rc rc, const struct yq_broker_order *found,
    const struct yq_broker_fill *fills, size_t count, const struct yq_err *err)
{
	struct gw_order *o = cookie;
	struct gw_account *a = o->account;

	a->asks--;
	if (!gw_order_unhold(o) || a->gw->stopped)
		return;
	o->asking = false;
	if (o->suspect && rc == YQ_OK)
		gw_suspect_found(o);
	if (rc == YQ_OK)
		take_over(o, found, fills, count);
	else if (rc == YQ_E_NOT_FOUND && o->suspect)
		gw_suspect_absent(o);
	else if (rc == YQ_E_NOT_FOUND)
		proven_absent(o);
	else
		cannot_tell(o, err->text);
	gw_order_settled(o);
	gw_order_release(o);
	gw_soon(a->gw);
}

static void
on_evidence(struct gw_order *o, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_broker_ref ref = { &o->order, o->broker_order_id, o->claimed_at_us };

	if (rc == YQ_OK && !o->detached)
		yq_broker_find_order(o->account->broker, &ref, on_found, o);
	else /* that nothing could be it proves little, but enough where it need not be there */
		on_found(o, rc != YQ_OK && o->suspect ? rc : YQ_E_UNKNOWN, NULL, NULL, 0, err);
}

void
gw_ask(struct gw_order *o)
{
	struct yq_broker *broker = o->account->broker;
	struct yq_broker_ref ref = { &o->order, o->broker_order_id, o->claimed_at_us };

	if (o->asking || o->phase == GW_OVER)
		return;
	o->ask_wanted = !gw_throttle(o->account, YQ_CALL_POLL, 1);
	if (o->ask_wanted)
		return;
	o->account->asks++;
	o->asking = true;
	o->asked_ns = yq_clock_monotonic_ns(o->account->gw->clock);
	o->asked_changes = o->changes;
	if (gw_in_doubt(o))
		gw_doubt_of(o)->asks++;
	gw_order_hold(o);
	if (yq_broker_can(broker, YQ_BROKER_KEEPS_CLIENT_ID) || o->broker_order_id[0] != '\0')
		yq_broker_find_order(broker, &ref, on_found, o);
	else
		gw_evidence_seek(o, on_evidence);
}

/* ---- asking again ---- */

static bool
ask_again(void *cookie, struct yq_table_node *node)
{
	struct gateway *gw = cookie;
	struct gw_order *o = yq_container(node, struct gw_order, node);
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);

	if ((o->ask_wanted &&
		(o->account->state == GW_SERVING || o->account->state == GW_SETTLING)) ||
	    (gw_in_doubt(o) && o->account->state == GW_SERVING && gw_doubt_ask_due(o, now_ns)))
		gw_ask(o);
	return true;
}

void
gw_reconcile_tick(struct gateway *gw)
{
	yq_table_each(&gw->orders, ask_again, gw);
}
