/* order_state.c - every state, every event, one table. */
#include "domain/order_state.h"

#define NAME(ident, name) name,
static const char *const state_list[] = { YQ_ORDER_STATES(NAME) };
static const char *const event_list[] = { YQ_ORDER_EVENTS(NAME) };
const struct yq_names yq_order_state_names = { "order state", state_list, YQ_COUNT(state_list) };
const struct yq_names yq_order_event_names = { "order event", event_list, YQ_COUNT(event_list) };

enum move {
	ILLEGAL = 0, /* a pair not listed */
	GO,	     /* to `next` */
	STAY,	     /* repeated or out of order, and harmless: nothing changes */
	LIVE_FILL,   /* the broker holds the rest: PARTIALLY_FILLED, or FILLED when complete */
	LATE_FILL,   /* a fill that raced the end: booked; FILLED when complete, else as it was */
};

struct edge {
	enum move move;
	enum yq_order_state next;
};

/*
 * An answer may come twice, by two ways (the submit's reply, the push stream, a poll) and in any
 * order: an ack or a time-out that arrives when the broker's book already told more changes
 * nothing.
 */
static const struct edge edges[YQ_ORDER_STATE_COUNT][YQ_ORDER_EVENT_COUNT] = {
	[YQ_ORDER_PENDING] = {
		[YQ_EVENT_REFUSE] = { GO, YQ_ORDER_REJECTED },
		[YQ_EVENT_CLAIM] = { GO, YQ_ORDER_SUBMITTING },
		[YQ_EVENT_CANCEL] = { GO, YQ_ORDER_CANCELED }, /* withdrawn before it was sent */
		[YQ_EVENT_EXPIRE] = { GO, YQ_ORDER_EXPIRED },
	},
	[YQ_ORDER_SUBMITTING] = {
		[YQ_EVENT_NOT_SENT] = { GO, YQ_ORDER_PENDING },
		[YQ_EVENT_ACK] = { GO, YQ_ORDER_OPEN },
		[YQ_EVENT_REJECT] = { GO, YQ_ORDER_REJECTED },
		[YQ_EVENT_TIMEOUT] = { GO, YQ_ORDER_UNKNOWN },
		[YQ_EVENT_FILL] = { LIVE_FILL, 0 },
		[YQ_EVENT_CANCEL] = { GO, YQ_ORDER_CANCELED }, /* IOC and FOK end at once */
		[YQ_EVENT_EXPIRE] = { GO, YQ_ORDER_EXPIRED },
	},
	[YQ_ORDER_UNKNOWN] = {
		[YQ_EVENT_ACK] = { GO, YQ_ORDER_OPEN },
		[YQ_EVENT_REJECT] = { GO, YQ_ORDER_REJECTED },
		[YQ_EVENT_TIMEOUT] = { STAY, 0 },
		[YQ_EVENT_FILL] = { LIVE_FILL, 0 },
		[YQ_EVENT_CANCEL] = { GO, YQ_ORDER_CANCELED },
		[YQ_EVENT_EXPIRE] = { GO, YQ_ORDER_EXPIRED },
		[YQ_EVENT_ABSENT] = { GO, YQ_ORDER_PENDING },
	},
	[YQ_ORDER_OPEN] = {
		[YQ_EVENT_ACK] = { STAY, 0 },
		[YQ_EVENT_REJECT] = { GO, YQ_ORDER_REJECTED }, /* by the exchange, after the broker's ack */
		[YQ_EVENT_TIMEOUT] = { STAY, 0 },
		[YQ_EVENT_FILL] = { LIVE_FILL, 0 },
		[YQ_EVENT_CANCEL] = { GO, YQ_ORDER_CANCELED },
		[YQ_EVENT_EXPIRE] = { GO, YQ_ORDER_EXPIRED },
	},
	[YQ_ORDER_PARTIALLY_FILLED] = {
		[YQ_EVENT_ACK] = { STAY, 0 },
		[YQ_EVENT_REJECT] = { GO, YQ_ORDER_CANCELED }, /* the rest is gone, the fills stand */
		[YQ_EVENT_TIMEOUT] = { STAY, 0 },
		[YQ_EVENT_FILL] = { LIVE_FILL, 0 },
		[YQ_EVENT_CANCEL] = { GO, YQ_ORDER_CANCELED },
		[YQ_EVENT_EXPIRE] = { GO, YQ_ORDER_EXPIRED },
	},
	[YQ_ORDER_FILLED] = {
		[YQ_EVENT_ACK] = { STAY, 0 },
		[YQ_EVENT_TIMEOUT] = { STAY, 0 },
		[YQ_EVENT_FILL] = { LATE_FILL, 0 }, /* overfilled: the broker's book is the truth */
	},
	[YQ_ORDER_CANCELED] = {
		[YQ_EVENT_ACK] = { STAY, 0 },
		[YQ_EVENT_TIMEOUT] = { STAY, 0 },
		[YQ_EVENT_FILL] = { LATE_FILL, 0 },
		[YQ_EVENT_CANCEL] = { STAY, 0 },
	},
	[YQ_ORDER_REJECTED] = {
		[YQ_EVENT_REFUSE] = { STAY, 0 },
		[YQ_EVENT_REJECT] = { STAY, 0 },
		[YQ_EVENT_TIMEOUT] = { STAY, 0 },
		[YQ_EVENT_FILL] = { LATE_FILL, 0 },
	},
	[YQ_ORDER_EXPIRED] = {
		[YQ_EVENT_ACK] = { STAY, 0 },
		[YQ_EVENT_TIMEOUT] = { STAY, 0 },
		[YQ_EVENT_FILL] = { LATE_FILL, 0 },
		[YQ_EVENT_EXPIRE] = { STAY, 0 },
	},
};

bool
yq_order_state_is_final(enum yq_order_state state)
{
	return state == YQ_ORDER_FILLED || state == YQ_ORDER_CANCELED ||
	       state == YQ_ORDER_REJECTED || state == YQ_ORDER_EXPIRED;
}

/* Add one execution to the sums; on error nothing changed. */
static enum yq_rc
add_fill(struct yq_order_progress *progress, struct yq_decimal qty, struct yq_decimal price,
    struct yq_err *err)
{
	struct yq_decimal filled, notional, value, average;

	if (yq_decimal_sign(qty) <= 0 || yq_decimal_sign(price) <= 0)
		return yq_err_set(err, YQ_E_INVALID, "a fill needs a quantity and a price above 0");
	if (yq_decimal_add(progress->filled, qty, &filled) != YQ_OK ||
	    yq_decimal_mul(qty, price, YQ_ROUND_HALF_EVEN, &value) != YQ_OK ||
	    yq_decimal_add(progress->notional, value, &notional) != YQ_OK ||
	    yq_decimal_div(notional, filled, YQ_ROUND_HALF_EVEN, &average) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "the sum of the fills does not fit");
	progress->filled = filled;
	progress->notional = notional;
	progress->avg_price = average;
	return YQ_OK;
}

static enum yq_rc
apply_fill(struct yq_order_progress *progress, enum move move, struct yq_decimal qty,
    struct yq_decimal price, struct yq_err *err)
{
	enum yq_rc rc;

	rc = add_fill(progress, qty, price, err);
	if (rc != YQ_OK)
		return rc;
	if (yq_decimal_cmp(progress->filled, progress->qty) >= 0)
		progress->state = YQ_ORDER_FILLED;
	else if (move == LIVE_FILL)
		progress->state = YQ_ORDER_PARTIALLY_FILLED;
	progress->sequence++;
	return YQ_OK;
}

enum yq_rc
yq_order_apply(struct yq_order_progress *progress, enum yq_order_event event, struct yq_decimal qty,
    struct yq_decimal price, struct yq_err *err)
{
	const struct edge *edge = &edges[progress->state][event];

	switch (edge->move) {
	case STAY:
		return YQ_OK;
	case GO:
		progress->state = edge->next;
		progress->sequence++;
		return YQ_OK;
	case LIVE_FILL:
	case LATE_FILL:
		return apply_fill(progress, edge->move, qty, price, err);
	case ILLEGAL:
		break;
	}
	return yq_err_set(err, YQ_E_STATE, "an order that is %s cannot take the event \"%s\"",
	    yq_names_text(&yq_order_state_names, (int)progress->state),
	    yq_names_text(&yq_order_event_names, (int)event));
}

void
yq_order_resize(struct yq_order_progress *progress, struct yq_decimal qty)
{
	bool works =
	    progress->state == YQ_ORDER_OPEN || progress->state == YQ_ORDER_PARTIALLY_FILLED;

	progress->qty = qty;
	if (works && yq_decimal_sign(progress->filled) > 0 &&
	    yq_decimal_cmp(progress->filled, qty) >= 0)
		progress->state = YQ_ORDER_FILLED;
}
