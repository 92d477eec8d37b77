/* poll.c - fills that the broker's events may have lost: asked for since those that are known. */
#include "broker_gateway/poll.h"

#include "base/log.h"
#include "broker_gateway/account.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/look.h"
#include "broker_gateway/stray.h"

#define OVERLAP_US                                                                    \
	(INT64_C(30) * YQ_US_PER_SECOND) /* a fill may be told of late, with its time \
					  */
#define STRAYS_MAX 256 /* orders looked up at a time; the rest with the next look */

/* False when there are too many strays: this one waits for the next look.  `foreign` grows by those
 * that are not ours. */
static bool
book(struct gw_account *a, const struct yq_broker_fill *fill, uint64_t *foreign)
{
	uint64_t hash = gw_execution_hash(a, fill->execution_id);
	struct gateway *gw = a->gw;
	struct gw_order *o;

	if (yq_recent_has(&gw->booked, hash))
		return true;
	o = yq_id_is_none(&fill->order_id) ? gw_order_by_broker_id(a, fill->broker_order_id)
					   : gw_order_find(gw, &fill->order_id);
	if (o != NULL && o->account == a && !gw_order_is_unclaimed(o))
		gw_found_fill(o, fill, false);
	else if (yq_id_is_none(&fill->order_id))
		*foreign += hash;
	else if (a->look.strays >= STRAYS_MAX)
		return false;
	else
		gw_stray_fill(a, fill);
	return true;
}

static void
on_fills(void *cookie, enum yq_rc rc, const struct yq_broker_fill *fills, size_t count,
    const struct yq_err *err)
{
	struct gw_account *a = cookie;
	struct gw_look *look = &a->look;
	int64_t newest_us = look->fills_from_us, now_us = yq_clock_now_us(a->gw->clock);
	uint64_t foreign = 0;
	size_t i;

	if (a->gw->stopped)
		return;
	if (rc != YQ_OK || (a->state != GW_SERVING && a->state != GW_SETTLING)) {
		gw_look_orders_end(a, rc, err);
		return;
	}
	look->stray_failed = look->late_failed = false;
	for (i = 0; i < count && book(a, &fills[i], &foreign); i++)
		if (fills[i].time_us > newest_us)
			newest_us = fills[i].time_us;
	if (i == count)
		gw_look_foreign(a, foreign);
	/* A broker whose clock is ahead must not make us skip what comes. */
	look->fills_next_us = newest_us < now_us ? newest_us : now_us;
	if (look->first && i == count) {
		look->first = false;
		look->known_us = newest_us;
	}
	gw_look_orders_end(a, YQ_OK, NULL);
	if (i < count)
		gw_look_orders_now(a);
}

void
gw_poll_fills(struct gw_account *a)
{
	struct gw_look *look = &a->look;

	/* All of the last answer are booked by now (look.c waits for the strays). */
	if (!look->stray_failed && !look->late_failed)
		look->fills_from_us = look->fills_next_us;
	yq_broker_fills_since(a->broker,
	    look->fills_from_us > OVERLAP_US ? look->fills_from_us - OVERLAP_US : 0, on_fills, a);
}

/* ---- an execution that was found, not told ---- */

/* Since then it should have been told. */
#define UNTOLD_AFTER_US (2 * YQ_US_PER_SECOND)

static void
tell_untold(struct gw_order *o, const struct yq_broker_fill *fill)
{
	struct gateway *gw = o->account->gw;

	yq_counter_add(gw->metrics.untold_fills, 1);
	yq_warn("order %s: execution %s was found at the broker, which had not told of it",
	    o->order.id.text, fill->execution_id);
	gw_notify(gw, "Order", "Warning",
	    "order %s (%s on %s): execution %s was not told by the broker; it was found by asking "
	    "and is booked",
	    o->order.id.text, o->order.ticker, o->order.account_alias, fill->execution_id);
}

void
gw_found_fill(struct gw_order *o, const struct yq_broker_fill *fill, bool expected)
{
	struct gw_account *a = o->account;
	size_t before = o->execution_count;
	int64_t age_us = yq_clock_now_us(a->gw->clock) - fill->time_us;

	gw_order_fill(o, fill);
	if (o->execution_count == before)
		return;
	if (!expected && a->state == GW_SERVING && age_us >= UNTOLD_AFTER_US &&
	    yq_broker_can(a->broker, YQ_BROKER_PUSHES))
		tell_untold(o, fill);
	gw_look_books_now(a, false); /* a look meanwhile may have seen what it did */
}
