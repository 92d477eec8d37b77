/* foreign.c - orders that were only PUBLISHed: put into the stream until they are there. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "broker_gateway/foreign.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/task.h"

struct gw_foreign {
	struct gw_foreign *next;
	struct gateway *gw;
	struct yq_order order;
	size_t length;
	char payload[];
};

/* True while it is worth another try: it may be there or not, and twice is once. */
static bool
may_come(enum yq_rc rc)
{
	return rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN || rc == YQ_E_LIMIT;
}

static void
on_adopted(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gw_foreign *f = cookie;
	struct gateway *gw = f->gw;

	(void)count;
	if (!gw->stopped && may_come(rc)) {
		yq_debug("an order heard on the channel is not taken up yet: %s", err->text);
		f->next = gw->foreigns.first;
		gw->foreigns.first = f;
		gw_retry_later(gw);
		return;
	}
	if (rc == YQ_OK)
		yq_debug(
		    "an order heard on the channel: %s", yq_step_result_name(answers[0].result));
	else if (!gw->stopped)
		gw_notify(gw, "Order", "Critical",
		    "order %s was heard on the channel and could not be taken up: %s",
		    f->order.id.text, err->text);
	gw->foreigns.count--;
	free(f);
}

static void
adopt(struct gw_foreign *f)
{
	struct yq_submit_item item = { .kind = YQ_SUBMIT_ORDER,
		.id = f->order.id,
		.alias = f->order.account_alias,
		.ticker = f->order.ticker,
		.created_at_us = yq_clock_now_us(f->gw->clock),
		.payload = f->payload,
		.length = f->length,
		.foreign = true };

	yq_step_submit(f->gw->valkey, &item, 1, on_adopted, f);
}

void
gw_foreigns_flush(struct gateway *gw)
{
	struct gw_foreign *f = gw->foreigns.first, *next;

	if (!yq_valkey_is_up(gw->valkey))
		return;
	gw->foreigns.first = NULL;
	for (; f != NULL; f = next) {
		next = f->next;
		adopt(f);
	}
}

void
gw_foreign_heard(void *cookie, const char *payload, size_t length)
{
	struct gateway *gw = cookie;
	struct gw_foreign *f;
	struct yq_order order;
	struct yq_err err;

	if (yq_message_decode_order(payload, length, &order, &err) != YQ_OK ||
	    (gw->foreigns.count >= GW_TASKS_MAX &&
		yq_err_set(&err, YQ_E_LIMIT, "too many at a time") != YQ_OK)) {
		if (gw_owner_of(gw, "") != GW_OURS)
			return;
		yq_counter_add(gw->metrics.bad, 1);
		gw_notify(gw, "Order", "Warning", "a message on the order channel was dropped: %s",
		    err.text);
		return;
	}
	if (gw_owner_of(gw, order.account_alias) != GW_OURS)
		return; /* its gateway hears it too */
	f = yq_xcalloc(1, sizeof(*f) + length + 1);
	f->gw = gw;
	f->order = order;
	f->length = length;
	memcpy(f->payload, payload, length);
	gw->foreigns.count++;
	adopt(f);
}

void
gw_foreigns_drop(struct gateway *gw)
{
	for (struct gw_foreign *f = gw->foreigns.first, *next; f != NULL; f = next) {
		next = f->next;
		free(f);
	}
	gw->foreigns.first = NULL;
}
