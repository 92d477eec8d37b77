/* gone.c - a request about an order that is not in hand: is the order over, or not here yet? */
#include "broker_gateway/gone.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/gateway.h"

#define AGAIN_NS INT64_C(500000000)

/* The task itself may be gone when the answer comes: it is found by its entry. */
struct question {
	struct gw_account *account;
	char entry_id[YQ_ENTRY_ID_SIZE];
};

static void
on_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct question *q = cookie;
	struct gw_account *a = q->account;

	for (struct gw_task *task = a->gw->stopped ? NULL : a->first; task != NULL;
	     task = task->next) {
		if (!yq_str_equal(task->entry_id, q->entry_id))
			continue;
		task->gone = rc == YQ_E_NOT_FOUND || rc == YQ_E_CORRUPT ||
			     (rc == YQ_OK && yq_order_state_is_final(full->progress.state));
		if (rc != YQ_OK)
			yq_debug("order %s: %s", task->order_id.text, err->text);
		gw_retry_later(a->gw);
		break;
	}
	free(q);
}

bool
gw_is_gone(struct gw_account *a, struct gw_task *task)
{
	int64_t now_ns = yq_clock_monotonic_ns(a->gw->clock);
	struct question *q;

	if (task->gone || now_ns < task->ask_ns)
		return task->gone;
	task->ask_ns = now_ns + AGAIN_NS;
	q = yq_xcalloc(1, sizeof(*q));
	q->account = a;
	memcpy(q->entry_id, task->entry_id, sizeof(q->entry_id));
	yq_state_order(a->gw->valkey, &task->order_id, on_order, q);
	return false;
}
