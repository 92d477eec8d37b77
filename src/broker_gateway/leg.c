/* leg.c - a leg waits for the one before it; an exit is cut to what is held when its turn comes. */
#include "broker_gateway/leg.h"

#include "base/log.h"
#include "base/str.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/listing.h"
#include "broker_gateway/record.h"
#include "broker_gateway/submit.h"
#include "domain/market.h"

bool
gw_leg_waits(const struct gw_order *o)
{
	const struct gw_order *before =
	    yq_id_is_none(&o->order.after) ? NULL : gw_order_find(o->account->gw, &o->order.after);

	if (before != NULL && before->phase != GW_OVER)
		return true;
	return o->order.cut_to_held && (o->lane->canceling > 0 || o->lane->withdrawn > 0);
}

static bool
cut(struct gw_order *o)
{
	struct yq_decimal lot = gw_lot(o->account->gw, o->order.exchange, o->order.ticker);
	struct yq_decimal left = yq_account_closable(
	    o->account->book, o->order.exchange, o->order.ticker, o->order.action);
	char from[YQ_DECIMAL_TEXT_SIZE], to[YQ_DECIMAL_TEXT_SIZE];

	left.units -= left.units % lot.units;
	if (yq_decimal_cmp(left, o->order.qty) >= 0)
		return true;
	if (yq_decimal_sign(left) <= 0) {
		(void)gw_order_event(
		    o, YQ_EVENT_CANCEL, "nothing is held any more that it could close", true);
		return false;
	}
	yq_decimal_format(o->order.qty, from);
	yq_decimal_format(left, to);
	yq_info("order %s is cut from %s to the %s that are held", o->order.id.text, from, to);
	o->order.qty = left;
	yq_order_resize(&o->progress, left);
	o->was_cut = true;
	return true;
}

/* A leg opens only where the one before it has closed all. */
static bool
opens_alone(struct gw_order *o)
{
	struct yq_decimal held =
	    yq_account_held(o->account->book, o->order.exchange, o->order.ticker);
	char text[YQ_DECIMAL_TEXT_SIZE], sentence[YQ_MESSAGE_SIZE];
	int side = yq_decimal_sign(held);

	if (side == 0 || (side > 0) == (o->order.action == YQ_BUY))
		return true;
	yq_decimal_format(held, text);
	yq_str_format(sentence, sizeof(sentence),
	    "the order before it ended, and %s of %s are held still: nothing is opened beside them",
	    text, o->order.ticker);
	gw_refuse(o, "LEG", sentence);
	return false;
}

bool
gw_leg_begin(struct gw_order *o)
{
	if (o->order.cut_to_held)
		return cut(o);
	return yq_id_is_none(&o->order.after) || opens_alone(o);
}

void
gw_leg_claimed(struct gw_order *o)
{
	if (!o->was_cut)
		return;
	o->was_cut = false;
	gw_record_order(o, "cut to what is held");
}
