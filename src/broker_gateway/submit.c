/* submit.c - an order to its broker and back, and what we refuse ourselves. */
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/str.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/submit.h"
#include "broker_gateway/task.h"

/* ---- refusing ---- */

void
gw_refuse(struct gw_order *o, const char *code, const char *text)
{
	struct yq_buf sentence = yq_buf_make(YQ_MESSAGE_SIZE * 2);

	yq_buf_add_format(&sentence, "%s: %s", code, text);
	yq_counter_add(o->account->gw->metrics.refused, 1);
	yq_info("order %s refused: %s", o->order.id.text, yq_buf_text(&sentence));
	(void)gw_order_event(o, YQ_EVENT_REFUSE, yq_buf_text(&sentence), false);
	yq_buf_free(&sentence);
}

/* ---- submit ---- */

static void
not_sent(struct gw_order *o, const char *why)
{
	yq_warn("order %s was not sent: %s; tried again", o->order.id.text, why);
	yq_account_close(o->account->book, &o->order.id);
	if (!gw_order_event(o, YQ_EVENT_NOT_SENT, why, true))
		return;
	o->not_before_ns = gw_later_ns(o->account->gw);
	gw_task_order(o);
	gw_retry_later(o->account->gw);
}

static void
no_answer(struct gw_order *o, const char *why)
{
	struct gateway *gw = o->account->gw;

	yq_counter_add(gw->metrics.unknown, 1);
	yq_error("order %s: outcome unknown: %s", o->order.id.text, why);
	(void)gw_order_event(o, YQ_EVENT_TIMEOUT, why, false);
	o->asked_ns = yq_clock_monotonic_ns(gw->clock);
}

static void
on_submitted(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	struct gw_order *o = cookie;
	struct gateway *gw = o->account->gw;

	YQ_FAIL_POINT("gateway.answered");
	/* Without the lease it is another's; the broker's book has it either way. */
	if (!gw_order_unhold(o) || gw->stopped)
		return;
	yq_histogram_observe_us(
	    gw->metrics.broker, (yq_clock_monotonic_ns(gw->clock) - o->sent_ns) / 1000);
	switch (rc) {
	case YQ_OK:
		memcpy(o->broker_order_id, ack->broker_order_id, sizeof(o->broker_order_id));
		o->submitted_at_us = ack->time_us;
		(void)gw_order_event(o, YQ_EVENT_ACK, "", true);
		break;
	case YQ_E_REFUSED:
		yq_counter_add(gw->metrics.rejected, 1);
		yq_info("order %s rejected by the broker: %s", o->order.id.text, err->text);
		(void)gw_order_event(o, YQ_EVENT_REJECT, err->text, false);
		break;
	case YQ_E_RETRY:
		not_sent(o, err->text);
		break;
	default: /* anything else may be live */
		no_answer(o, err->text);
		break;
	}
	gw_order_release(o); /* its end may have come, and been recorded, before the answer */
	gw_soon(gw);
}

void
gw_submit(struct gw_order *o)
{
	struct gateway *gw = o->account->gw;

	gw_order_set_phase(o, GW_SENT);
	/* The last look: the program may have been stopped since the claim was sent. */
	if (!gw_account_may_send(o->account)) {
		not_sent(o, "the lease is over");
		return;
	}
	gw_order_hold(o);
	o->sent_ns = yq_clock_monotonic_ns(gw->clock);
	yq_counter_add(gw->metrics.sent, 1);
	yq_broker_submit(o->account->broker, &o->order, on_submitted, o);
	YQ_FAIL_POINT("gateway.submitted");
}
