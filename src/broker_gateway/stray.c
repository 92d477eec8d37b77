/* stray.c - executions of orders that are not in hand: looked up first, then booked. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/stray.h"

struct stray {
	struct gw_account *account;
	struct yq_broker_fill fill;
};

static bool
is_booked(const struct yq_order_state_full *full, const char *execution_id)
{
	for (size_t i = 0; i < full->execution_count; i++)
		if (yq_str_equal(full->execution_ids[i], execution_id))
			return true;
	return false;
}

static void
on_stray(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct stray *stray = cookie;
	struct gw_account *a = stray->account;
	struct gw_order *o;

	if (a->gw->stopped) {
		free(stray);
		return;
	}
	o = gw_order_find(a->gw, &stray->fill.order_id);
	if (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN) {
		yq_state_order(a->gw->valkey, &stray->fill.order_id, on_stray, stray);
		return;
	}
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		yq_error("order %s: %s", stray->fill.order_id.text, err->text);
	/* An order that left the bus was archived with all its fills: nothing to add. */
	if (rc == YQ_OK && o == NULL && a->state != GW_NO_LEASE &&
	    !is_booked(full, stray->fill.execution_id)) {
		o = gw_order_make(a, &full->order, "");
		o->taken_ns = 0;
		o->progress = full->progress;
		memcpy(o->broker_order_id, full->broker_order_id, sizeof(o->broker_order_id));
		for (size_t i = 0; i < full->execution_count; i++)
			gw_order_add_execution(o, full->execution_ids[i]);
		gw_doubt_load(o, full);
		gw_order_set_phase(o, gw_phase_of(full->progress.state));
	}
	if (o != NULL)
		gw_order_fill(o, &stray->fill);
	free(stray);
}

void
gw_stray_fill(struct gw_account *account, const struct yq_broker_fill *fill)
{
	struct stray *stray;

	if (yq_id_is_none(&fill->order_id))
		return; /* not one of ours: the full sync sees what it did */
	stray = yq_xcalloc(1, sizeof(*stray));
	stray->account = account;
	stray->fill = *fill;
	yq_state_order(account->gw->valkey, &fill->order_id, on_stray, stray);
}
