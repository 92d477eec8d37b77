/*
 * desk.c - whose turn it is: orders on one account and ticker in order, others beside one another.
 */
#include <stdlib.h>

#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/admit.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/claim.h"
#include "broker_gateway/desk.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/gone.h"
#include "broker_gateway/leg.h"
#include "broker_gateway/price.h"
#include "broker_gateway/record.h"
#include "broker_gateway/request.h"
#include "broker_gateway/task.h"

/* In a lane orders wait for each other's answers, unless the broker keeps their order by itself;
 * and there it must refuse none because of its limit of calls while it takes a later one. */
static bool
lane_is_free(const struct gw_lane *lane, const struct yq_broker_capabilities *can)
{
	if (lane->unknown > 0 || lane->looked_up > 0 || lane->ending > 0)
		return false;
	if ((can->flags & YQ_BROKER_ORDERED) != 0 && can->calls_per_second == 0)
		return true;
	return lane->unanswered == 0 && lane->requests == 0;
}

/* An exit of what is only being bought waits until that is bought: judged now it would be refused.
 */
static bool
waits_for_entry(const struct gw_account *a, const struct gw_order *o)
{
	const struct yq_order *order = &o->order;

	if (o->lane->working[yq_other_side(order->action)] == 0 ||
	    (!order->reduce_only && (order->action == YQ_BUY || gw_limits(a, order)->allow_short)))
		return false;
	return yq_decimal_cmp(order->qty,
		   yq_account_closable(a->book, order->exchange, order->ticker, order->action)) > 0;
}

static bool
is_put_off(const struct gw_account *a, int64_t not_before_ns)
{
	return not_before_ns != 0 && yq_clock_monotonic_ns(a->gw->clock) < not_before_ns;
}

static bool
order_may_go(struct gw_account *a, struct gw_order *o)
{
	const struct yq_broker_capabilities *can = &a->broker->capabilities;

	if (o->lane->passed == a->gw->round || gw_leg_waits(o) || gw_bracket_blocks(o) ||
	    is_put_off(a, o->not_before_ns) || !lane_is_free(o->lane, can) ||
	    a->gw->claims.count >= GW_CLAIMS_MAX || a->unanswered >= can->in_flight_max ||
	    (can->calls_per_second > 0 && a->claiming >= a->throttle.burst) ||
	    waits_for_entry(a, o) || !gw_price_is_known(o) || !gw_bracket_is_kept(o))
		return false;
	return gw_throttle(a, YQ_CALL_SUBMIT, 1);
}

/* An order that has not been sent is withdrawn, wherever it waits. */
static void
withdraw(struct gw_account *a, struct gw_task *request, struct gw_order *o)
{
	for (struct gw_task **link = &a->first; *link != NULL; link = &(*link)->next) {
		struct gw_task *task = *link;

		if (task->order != o)
			continue;
		gw_task_unlink(a, link);
		(void)gw_order_unhold(o);
		free(task);
		break;
	}
	(void)gw_order_event(o, YQ_EVENT_CANCEL,
	    request->reason[0] != '\0' ? request->reason : "withdrawn before it was sent", true);
	if (request->entry_id[0] != '\0')
		gw_record_ack(o, request->entry_id);
}

enum turn { TURN_WAIT, TURN_DONE };

static enum turn
order_turn(struct gw_account *a, struct gw_task *task)
{
	struct gw_order *o = task->order;

	if (o->detached || order_may_go(a, o))
		return TURN_DONE;
	o->lane->passed = a->gw->round;
	return TURN_WAIT;
}

/* A request waits for the answer to its order; what came after it on that lane waits with it.  A
 * cancel waits for nothing else, and goes before what came earlier. */
static enum turn
request_turn(struct gw_account *a, struct gw_task *task)
{
	struct gw_order *o = gw_order_find(a->gw, &task->order_id);
	bool cancels = task->kind == GW_TASK_CANCEL;
	bool settled = o == NULL
			   ? a->looked_up == 0 && gw_is_gone(a, task)
			   : o->phase == GW_LIVE || o->phase == GW_OVER || o->phase == GW_WAITING;

	/* That a person cancels an exit ends its bracket first: else it would be made anew. */
	if (settled && o != NULL && cancels && task->entry_id[0] != '\0')
		settled = gw_bracket_end_by_hand(o);
	if (settled && !is_put_off(a, task->not_before_ns) &&
	    (o == NULL || cancels || (o->lane->passed != a->gw->round && !gw_request_changes(o))) &&
	    (o == NULL || o->phase != GW_LIVE ||
		gw_throttle(a, cancels ? YQ_CALL_CANCEL : YQ_CALL_SUBMIT, 1)))
		return TURN_DONE;
	if (o != NULL)
		o->lane->passed = a->gw->round;
	return TURN_WAIT;
}

static void
run_request(struct gw_account *a, struct gw_task *task)
{
	struct gw_order *o = gw_order_find(a->gw, &task->order_id);

	if (o != NULL && o->phase == GW_WAITING && task->kind == GW_TASK_CANCEL)
		withdraw(a, task, o);
	else if (task->kind == GW_TASK_CANCEL)
		gw_cancel(a, task, o);
	else
		gw_replace(a, task, o);
}

/* Each cancel whose turn it is. */
static void
cancels_run(struct gw_account *a)
{
	struct gw_task **link = &a->first;

	while (*link != NULL && a->cancel_count > 0 && gw_account_may_send(a)) {
		struct gw_task *task = *link;

		if (task->kind != GW_TASK_CANCEL || request_turn(a, task) == TURN_WAIT) {
			link = &task->next;
			continue;
		}
		gw_task_unlink(a, link);
		run_request(a, task);
		free(task);
		link = &a->first; /* the list may have changed before this place */
	}
}

static void
desk_run(struct gw_account *a)
{
	struct gw_task **link = &a->first;

	a->gw->round++;
	cancels_run(a);
	a->gw->round++;
	while (*link != NULL && gw_account_may_send(a)) {
		struct gw_task *task = *link;
		enum turn turn =
		    task->kind == GW_TASK_ORDER ? order_turn(a, task) : request_turn(a, task);

		if (turn == TURN_WAIT) {
			link = &task->next;
			continue;
		}
		gw_task_unlink(a, link);
		if (task->kind == GW_TASK_ORDER) {
			if (gw_order_unhold(task->order))
				gw_admit(task->order);
		} else {
			run_request(a, task);
			link = &a->first; /* the list may have changed before this place */
			a->gw->round++;
		}
		free(task);
	}
}

void
gw_desk_run(struct gateway *gw)
{
	for (size_t i = 0; !gw->draining && i < gw->account_count; i++)
		if (gw->accounts[i].first != NULL)
			desk_run(&gw->accounts[i]);
	gw_tasks_balance(gw);
}
