/* task.c - what waits for its turn on an account, in order of arrival. */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/request.h"
#include "broker_gateway/task.h"

/* A cancel that is about an order of that account in hand counts for it. */
static void
count_cancel(struct gw_account *a, const struct gw_task *task, bool waits)
{
	struct gw_order *o =
	    task->kind == GW_TASK_CANCEL ? gw_order_find(a->gw, &task->order_id) : NULL;

	a->cancel_count += task->kind != GW_TASK_CANCEL ? 0 : waits ? 1 : SIZE_MAX;
	if (o != NULL && o->account == a)
		gw_order_cancel_waits(o, waits);
}

void
gw_task_add(struct gw_account *a, struct gw_task *task)
{
	struct gw_task **link = a->last;

	task->account = a;
	task->arrival = task->order != NULL ? task->order->arrival : gw_arrival_of(task->entry_id);
	/* What is put back, or was read late, has its place before what came after it. */
	if (a->newest != NULL && gw_arrived_before(task->arrival, a->newest->arrival))
		for (link = &a->first;
		     *link != NULL && !gw_arrived_before(task->arrival, (*link)->arrival);)
			link = &(*link)->next;
	task->next = *link;
	*link = task;
	if (task->next == NULL) {
		a->last = &task->next;
		a->newest = task;
	}
	a->task_count++;
	count_cancel(a, task, true);
	a->gw->task_count += !a->overflow;
	gw_soon(a->gw);
}

void
gw_task_order(struct gw_order *o)
{
	struct gw_task *task = yq_xcalloc(1, sizeof(*task));

	task->kind = GW_TASK_ORDER;
	task->order = o;
	task->order_id = o->order.id;
	gw_order_hold(o);
	gw_task_add(o->account, task);
}

size_t
gw_task_cancels(const struct gw_account *a, const struct yq_id *id)
{
	size_t count = 0;

	for (const struct gw_task *task = a->cancel_count > 0 ? a->first : NULL; task != NULL;
	     task = task->next)
		count += task->kind == GW_TASK_CANCEL && yq_id_equal(&task->order_id, id);
	return count;
}

void
gw_task_cancel(struct gw_order *o, const char *why, int64_t again_ns)
{
	struct gw_account *a = o->account;
	int64_t now_ns = yq_clock_monotonic_ns(a->gw->clock);
	struct gw_task *task;

	if ((o->phase != GW_LIVE && o->phase != GW_WAITING) || o->cancels > 0 ||
	    gw_request_cancels(o) || (o->cancel_ns != 0 && now_ns < o->cancel_ns + again_ns))
		return;
	o->cancel_ns = now_ns;
	yq_str_copy_cut(o->cancel_why, sizeof(o->cancel_why), why);
	task = yq_xcalloc(1, sizeof(*task));
	task->kind = GW_TASK_CANCEL;
	task->order_id = o->order.id;
	yq_str_copy_cut(task->reason, sizeof(task->reason), why);
	gw_task_add(a, task);
}

void
gw_task_unlink(struct gw_account *a, struct gw_task **link)
{
	struct gw_task *task = *link;

	*link = task->next;
	if (task->next == NULL) {
		a->last = link;
		a->newest = link == &a->first ? NULL : yq_container(link, struct gw_task, next);
	}
	a->task_count--;
	count_cancel(a, task, false);
	a->gw->task_count -= !a->overflow;
}

void
gw_tasks_clear(struct gw_account *a)
{
	while (a->first != NULL) {
		struct gw_task *task = a->first;

		gw_task_unlink(a, &a->first);
		if (task->order != NULL && !gw_order_unhold(task->order))
			task->order = NULL;
		free(task);
	}
}

bool
gw_task_is_there(const struct gw_account *a, const char *entry_id)
{
	for (const struct gw_task *task = a->first; task != NULL; task = task->next)
		if (yq_str_equal(task->entry_id, entry_id))
			return true;
	return false;
}

/* ---- how much is taken in ---- */

static void
overflow(struct gw_account *a)
{
	if (!a->overflow)
		yq_info("account %s: %zu orders and requests wait; more stay in the stream",
		    a->settings.alias, a->task_count);
	a->slow = a->overflow = true;
	a->gw->task_count -= a->task_count;
}

static void
read_again(struct gw_account *a)
{
	a->overflow = false;
	a->gw->task_count += a->task_count;
	yq_consumer_rewind(a->gw->consumer);
}

static void
account_balance(struct gw_account *a, bool paused_long)
{
	if (a->overflow && a->task_count < GW_TASKS_AGAIN)
		read_again(a);
	else if (!a->overflow && a->task_count >= GW_TASKS_LOW && (a->slow || paused_long))
		overflow(a);
	else if (a->task_count == 0 && !a->overflow)
		a->slow = false;
}

void
gw_tasks_balance(struct gateway *gw)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);
	bool paused_long =
	    gw->paused && now_ns - gw->paused_ns >= GW_PAUSE_MAX_MS * INT64_C(1000000);

	for (size_t i = 0; i < gw->account_count; i++)
		account_balance(&gw->accounts[i], paused_long);
	if (gw->paused && gw->task_count < GW_TASKS_LOW) {
		gw->paused = false;
		yq_consumer_resume(gw->consumer);
	} else if (!gw->paused && gw->task_count >= GW_TASKS_MAX) {
		gw->paused = true;
		gw->paused_ns = now_ns;
		yq_consumer_pause(gw->consumer);
		gw_retry_in(gw, GW_PAUSE_MAX_MS);
	}
}
