/* task.c - what waits for its turn on an account, in order of arrival. */
#include <stdlib.h>

#include "base/mem.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/task.h"

void
gw_task_add(struct gw_account *a, struct gw_task *task)
{
	task->account = a;
	*a->last = task;
	a->last = &task->next;
	a->task_count++;
	a->gw->task_count++;
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

void
gw_task_unlink(struct gw_account *a, struct gw_task **link)
{
	struct gw_task *task = *link;

	*link = task->next;
	if (task->next == NULL)
		a->last = link;
	a->task_count--;
	a->gw->task_count--;
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
