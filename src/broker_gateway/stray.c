/* stray.c - executions of orders that are not in hand: looked up first, then booked. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/late.h"
#include "broker_gateway/look.h"
#include "broker_gateway/poll.h"
#include "broker_gateway/stray.h"
#include "broker_gateway/suspect.h"

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

static struct gw_order *
order_again(struct gw_account *a, const struct yq_order_state_full *full)
{
	struct gw_order *o = gw_order_make(a, &full->order, full->entry_id);

	o->entry_id[0] = '\0'; /* acknowledged long ago */
	o->taken_ns = 0;
	o->progress = full->progress;
	memcpy(o->broker_order_id, full->broker_order_id, sizeof(o->broker_order_id));
	for (size_t i = 0; i < full->execution_count; i++)
		gw_order_add_execution(o, full->execution_ids[i]);
	gw_doubt_load(o, full);
	gw_order_set_phase(o, gw_phase_of(full->progress.state));
	return o;
}

static bool
is_old(const struct gw_account *a, const struct yq_broker_fill *fill)
{
	return (a->look.first || fill->time_us <= a->look.known_us) &&
	       !gw_suspect_covers(a, fill->time_us);
}

/* Booked long ago, as its order; or not of ours: the look at the books sees what it did. */
static bool
concerns_nobody(const struct gw_account *a, const struct yq_broker_fill *fill)
{
	return is_old(a, fill) || !gw_order_may_be_ours(a, &fill->order_id);
}

/* The next look has it again. */
static void
look_again(struct gw_account *a)
{
	a->look.stray_failed = true;
	gw_look_orders_again(a);
}

static void
resolve(struct gw_account *a, const struct yq_broker_fill *fill, enum yq_rc rc,
    const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct gw_order *o = gw_order_find(a->gw, &fill->order_id);
	uint64_t hash = gw_execution_hash(a, fill->execution_id);

	if (o != NULL && gw_order_is_unclaimed(o) && rc == YQ_OK &&
	    full->progress.state != YQ_ORDER_PENDING) {
		/* Read from the stream as if it were new; its claim will tell what it is. */
		if (is_booked(full, fill->execution_id))
			yq_recent_add(&a->gw->booked, hash);
		else
			look_again(a);
		return;
	}
	if (o == NULL && rc == YQ_OK && !is_booked(full, fill->execution_id))
		o = order_again(a, full);
	if (o != NULL && !o->left) {
		gw_found_fill(o, fill, false);
	} else if (rc == YQ_OK || (rc == YQ_E_NOT_FOUND && concerns_nobody(a, fill))) {
		yq_recent_add(&a->gw->booked, hash);
		if (rc == YQ_E_NOT_FOUND && !is_old(a, fill))
			gw_look_traded_elsewhere(a);
	} else if (rc == YQ_E_NOT_FOUND) {
		gw_late_fill(a, fill);
	} else {
		yq_warn("order %s: %s", fill->order_id.text, err->text);
		look_again(a);
	}
}

static void
on_stray(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct stray *stray = cookie;
	struct gw_account *a = stray->account;

	a->look.strays--;
	if (!a->gw->stopped && (a->state == GW_SERVING || a->state == GW_SETTLING)) {
		resolve(a, &stray->fill, rc, full, err);
		gw_soon(a->gw);
	}
	free(stray);
}

void
gw_stray_fill(struct gw_account *account, const struct yq_broker_fill *fill)
{
	struct stray *stray;

	if (yq_id_is_none(&fill->order_id)) { /* not one of ours, or not known as such yet */
		gw_look_orders_now(account);
		return;
	}
	stray = yq_xcalloc(1, sizeof(*stray));
	stray->account = account;
	stray->fill = *fill;
	account->look.strays++;
	yq_state_order(account->gw->valkey, &fill->order_id, on_stray, stray);
}
