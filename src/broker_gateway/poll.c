/* poll.c - fills that the stream of events may have lost. */
#include "broker_gateway/poll.h"
#include "base/log.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/stray.h"

static void
on_fills(void *cookie, enum yq_rc rc, const struct yq_broker_fill *fills, size_t count,
    const struct yq_err *err)
{
	struct gw_account *a = cookie;

	if (a->gw->stopped || a->state != GW_SERVING)
		return;
	if (rc != YQ_OK) {
		yq_debug("account %s: fills: %s", a->settings.alias, err->text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct gw_order *o = yq_id_is_none(&fills[i].order_id)
					 ? gw_order_by_broker_id(a, fills[i].broker_order_id)
					 : gw_order_find(a->gw, &fills[i].order_id);

		if (o != NULL)
			gw_order_fill(o, &fills[i]);
		else
			gw_stray_fill(a, &fills[i]);
	}
}

/* Only of orders in hand: what is final has had its fills when its end was told. */
static bool
ask_live(void *cookie, struct yq_table_node *node)
{
	struct gw_order *o = yq_container(node, struct gw_order, node);

	if (o->account == cookie && o->phase == GW_LIVE)
		gw_ask(o);
	return true;
}

void
gw_poll_fills(struct gw_account *a)
{
	int64_t since = yq_clock_now_us(a->gw->clock) - INT64_C(60) * YQ_US_PER_SECOND;

	if (a->gw->orders.count < 200)
		yq_table_each(&a->gw->orders, ask_live, a);
	else
		yq_broker_fills_since(a->broker,
		    a->fills_from_us != 0 && a->fills_from_us < since ? a->fills_from_us : since,
		    on_fills, a);
	a->fills_from_us = since;
}
