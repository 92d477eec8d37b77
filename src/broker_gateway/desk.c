/*
 * desk.c - whose turn it is: orders on one account and ticker in order, others beside one another.
 */
#include <stdlib.h>

#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/admit.h"
#include "broker_gateway/claim.h"
#include "broker_gateway/desk.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/price.h"
#include "broker_gateway/request.h"
#include "broker_gateway/task.h"

static bool
order_may_go(const struct gw_account *a, const struct gw_order *o)
{
	const struct yq_broker_capabilities *can = &a->broker->capabilities;

	if (o->lane->unknown > 0 || a->gw->claims.count >= GW_CLAIMS_MAX ||
	    a->unanswered >= can->in_flight_max)
		return false;
	return o->lane->unanswered == 0 || (can->flags & YQ_BROKER_ORDERED) != 0;
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
	gw_ack_only(a->gw, request->entry_id);
}

enum turn { TURN_WAIT, TURN_DONE };

static enum turn
run_order(struct gw_account *a, struct gw_task *task)
{
	struct gw_order *o = task->order;

	if (o->detached)
		return TURN_DONE;
	if (o->lane->passed == a->gw->round || !order_may_go(a, o) || !gw_price_is_known(o)) {
		o->lane->passed = a->gw->round;
		return TURN_WAIT;
	}
	return TURN_DONE;
}

static enum turn
request_turn(struct gw_account *a, struct gw_task *task, struct gw_order **ret_order)
{
	struct gw_order *o = gw_order_find(a->gw, &task->order_id);

	*ret_order = o;
	if (o == NULL || o->phase == GW_LIVE || o->phase == GW_OVER || o->phase == GW_WAITING)
		return TURN_DONE;
	return TURN_WAIT;
}

static void
run_request(struct gw_account *a, struct gw_task *task, struct gw_order *o)
{
	if (o != NULL && o->phase == GW_WAITING && task->kind == GW_TASK_CANCEL)
		withdraw(a, task, o);
	else if (task->kind == GW_TASK_CANCEL)
		gw_cancel(a, task, o);
	else
		gw_replace(a, task, o);
}

static void
desk_run(struct gw_account *a)
{
	struct gw_task **link = &a->first;

	a->gw->round++;
	while (*link != NULL && gw_account_may_send(a)) {
		struct gw_task *task = *link;
		struct gw_order *o = NULL;
		enum turn turn =
		    task->kind == GW_TASK_ORDER ? run_order(a, task) : request_turn(a, task, &o);

		if (turn == TURN_WAIT) {
			link = &task->next;
			continue;
		}
		gw_task_unlink(a, link);
		if (task->kind == GW_TASK_ORDER) {
			if (gw_order_unhold(task->order))
				gw_admit(task->order);
		} else {
			run_request(a, task, o);
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
	if (gw->paused && gw->task_count < GW_TASKS_LOW) {
		gw->paused = false;
		yq_consumer_resume(gw->consumer);
	}
}
