/* homeless.c - orders for accounts that no gateway serves. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/homeless.h"
#include "broker_gateway/lease.h"

struct homeless {
	struct gateway *gw;
	struct yq_order order;
	char entry_id[YQ_ENTRY_ID_SIZE];
	char text[YQ_MESSAGE_SIZE];
	struct yq_buf result;
};

static void
homeless_free(struct homeless *h)
{
	yq_buf_free(&h->result);
	free(h);
}

static void
on_homeless_applied(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct homeless *h = cookie;

	(void)answers;
	(void)count;
	if (rc != YQ_OK)
		yq_warn("order %s: %s", h->order.id.text, err->text);
	if (!h->gw->stopped)
		yq_step_lease(h->gw->valkey, h->order.account_alias, h->gw->owner, 0,
		    gw_lease_returned, NULL);
	homeless_free(h);
}

static void
reject_homeless(struct homeless *h, int64_t fence)
{
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
		.ack_entry_id = h->entry_id };

	yq_time_format(e.timestamp_us, now);
	memcpy(e.message, h->text, sizeof(e.message));
	memcpy(e.account_alias, h->order.account_alias, sizeof(e.account_alias));
	memcpy(e.ticker, h->order.ticker, sizeof(e.ticker));
	yq_message_encode_execution(&e, &h->result);
	item.result_json = yq_buf_text(&h->result);
	yq_step_apply(h->gw->valkey, &item, 1, on_homeless_applied, h);
}

/* Whoever gets the lease may write: if it is free, no gateway serves the alias. */
static void
on_homeless_lease(
    void *cookie, enum yq_rc rc, int64_t token, const char *holder, const struct yq_err *err)
{
	struct homeless *h = cookie;

	if (h->gw->stopped || rc != YQ_OK || !yq_str_equal(holder, h->gw->owner)) {
		if (rc != YQ_OK)
			yq_warn("order %s: %s", h->order.id.text, err->text);
		else
			yq_debug("order %s is for another gateway", h->order.id.text);
		homeless_free(h);
		return;
	}
	yq_counter_add(h->gw->metrics.refused, 1);
	reject_homeless(h, token);
}

void
gw_homeless_take(struct gateway *gw, const struct yq_order *order, const char *entry_id)
{
	struct homeless *h = yq_xcalloc(1, sizeof(*h));

	h->gw = gw;
	h->order = *order;
	h->result = yq_buf_make(YQ_MESSAGE_MAX);
	yq_str_copy_cut(h->entry_id, sizeof(h->entry_id), entry_id);
	yq_str_format(h->text, sizeof(h->text),
	    "NO_ACCOUNT: no gateway serves an account named %s; see BrokerGateway:Accounts",
	    order->account_alias);
	gw_notify(gw, "Order", "Warning", "order %s: %s", order->id.text, h->text);
	yq_step_lease(gw->valkey, order->account_alias, gw->owner, 5000, on_homeless_lease, h);
}
