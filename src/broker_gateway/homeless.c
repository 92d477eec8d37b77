/* homeless.c - orders for accounts that no gateway serves: refused, once. */
#include "broker_gateway/homeless.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"

#define LEASE_MS 5000
#define AGAIN_NS INT64_C(1000000000)

struct gw_homeless {
	struct gw_homeless *next;
	struct gateway *gw;
	struct yq_order order;
	char entry_id[YQ_ENTRY_ID_SIZE];
	char text[YQ_MESSAGE_SIZE];
	bool asking;
	int64_t due_ns;
};

static void
end(struct gw_homeless *h)
{
	struct gw_homeless **link = &h->gw->homeless;

	while (*link != h)
		link = &(*link)->next;
	*link = h->next;
	h->gw->task_count--;
	gw_soon(h->gw); /* there may be room again */
	free(h);
}

/* The beat comes every second. */
static void
again(struct gw_homeless *h, const char *why)
{
	yq_debug("order %s is not refused yet: %s", h->order.id.text, why);
	h->asking = false;
	h->due_ns = yq_clock_monotonic_ns(h->gw->clock) + AGAIN_NS;
}

/* The answer may come when the gateway has stopped: then it is let go here. */
static bool
is_over(struct gw_homeless *h)
{
	if (!h->gw->stopped)
		return false;
	free(h);
	return true;
}

static void
on_applied(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gw_homeless *h = cookie;
	const char *alias = h->order.account_alias;

	(void)count;
	if (is_over(h))
		return;
	if (rc != YQ_OK || answers[0].result == YQ_FENCED) {
		again(h, rc != YQ_OK ? err->text : "another gateway came in between");
		return;
	}
	if (answers[0].result == YQ_APPLIED) {
		yq_counter_add(h->gw->metrics.refused, 1);
		gw_notify(h->gw, "Order", "Warning", "order %s: %s", h->order.id.text, h->text);
	}
	yq_step_lease(h->gw->valkey, &alias, 1, h->gw->owner, 0, gw_lease_returned, NULL);
	end(h);
}

static void
reject(struct gw_homeless *h, int64_t fence)
{
	struct yq_buf result = yq_buf_make(YQ_MESSAGE_MAX);
	char now[YQ_TIME_TEXT_SIZE];
	struct yq_pair fields[] = { { "State", "Rejected" }, { "LastError", h->text },
		{ "FinalAt", now } };
	struct yq_execution e = { .order_id = h->order.id,
		.status = YQ_ORDER_REJECTED,
		.exchange = h->order.exchange,
		.action = h->order.action,
		.qty = h->order.qty,
		.currency = h->order.currency,
		.sequence = 1,
		.timestamp_us = yq_clock_now_us(h->gw->clock) };
	struct yq_apply_item item = { .order_id = h->order.id,
		.alias = h->order.account_alias,
		.fence = fence,
		.sequence = 1,
		.order_fields = fields,
		.field_count = YQ_COUNT(fields),
		.final = true,
		.ack_entry_id = h->entry_id,
		.ack_group = h->gw->group };

	yq_time_format(e.timestamp_us, now);
	memcpy(e.message, h->text, sizeof(e.message));
	memcpy(e.account_alias, h->order.account_alias, sizeof(e.account_alias));
	memcpy(e.ticker, h->order.ticker, sizeof(e.ticker));
	yq_message_encode_execution(&e, &result);
	item.result_json = yq_buf_text(&result);
	yq_step_apply(h->gw->valkey, &item, 1, on_applied, h);
	yq_buf_free(&result);
}

/* A gateway that has other accounts than we know of serves it: then it is no longer Pending soon.
 */
static void
on_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct gw_homeless *h = cookie;

	if (is_over(h))
		return;
	if (rc != YQ_E_NOT_FOUND && (rc != YQ_OK || full->progress.state == YQ_ORDER_PENDING)) {
		again(h, rc != YQ_OK ? err->text : "another gateway holds the lease");
		return;
	}
	gw_ack_only(h->gw, h->entry_id);
	end(h);
}

/* Whoever gets the lease may write: if it is free, no gateway serves the alias. */
static void
on_lease(
    void *cookie, enum yq_rc rc, const struct yq_lease_answer *answer, const struct yq_err *err)
{
	struct gw_homeless *h = cookie;

	if (is_over(h))
		return;
	if (rc != YQ_OK)
		again(h, err->text);
	else if (answer->granted)
		reject(h, answer->tokens[0]);
	else
		yq_state_order(h->gw->valkey, &h->order.id, on_order, h);
}

static void
try(struct gw_homeless *h)
{
	const char *alias = h->order.account_alias;

	h->asking = true;
	yq_step_lease(h->gw->valkey, &alias, 1, h->gw->owner, LEASE_MS, on_lease, h);
}

void
gw_homeless_flush(struct gateway *gw)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);

	if (!gw_lease_is_valid(gw) || !yq_valkey_is_up(gw->valkey))
		return;
	for (struct gw_homeless *h = gw->homeless; h != NULL; h = h->next)
		if (!h->asking && now_ns >= h->due_ns)
			try(h);
}

void
gw_homeless_take(struct gateway *gw, const struct yq_order *order, const char *entry_id)
{
	struct gw_homeless *h;

	/* A reader that begins again delivers again. */
	for (h = gw->homeless; h != NULL; h = h->next)
		if (yq_str_equal(h->entry_id, entry_id))
			return;
	h = yq_xcalloc(1, sizeof(*h));
	h->gw = gw;
	h->order = *order;
	yq_str_copy_cut(h->entry_id, sizeof(h->entry_id), entry_id);
	yq_str_format(h->text, sizeof(h->text),
	    "NO_ACCOUNT: no gateway serves an account named %s; see BrokerGateway:Accounts",
	    order->account_alias);
	h->next = gw->homeless;
	gw->homeless = h;
	gw->task_count++; /* beyond a number of them the reader pauses */
	gw_soon(gw);
}

void
gw_homeless_drop(struct gateway *gw)
{
	struct gw_homeless *h = gw->homeless, *next;

	gw->homeless = NULL;
	for (; h != NULL; h = next) {
		next = h->next;
		if (!h->asking)
			free(h); /* else the answer does */
	}
}
