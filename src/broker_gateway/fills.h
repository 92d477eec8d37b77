/* fills.h - what the broker says about orders: acks, executions, ends. */
#ifndef YQ_BROKER_GATEWAY_FILLS_H
#define YQ_BROKER_GATEWAY_FILLS_H

#include "broker_gateway/order.h"

yq_broker_event_fn gw_on_events; /* the cookie is the account */
/* Where an order stands once the broker has spoken. */
enum gw_phase gw_phase_of(enum yq_order_state state);
/* Its progress alone, by an event without a fill.  False, and logged: its state does not allow it.
 */
bool gw_order_advance(struct gw_order *o, enum yq_order_event event);
/* An event of the order's life without a fill.  True when it changed the order. */
bool gw_order_event(struct gw_order *o, enum yq_order_event event, const char *text, bool success);
/* Book one execution of the broker, once; what was booked by hand before is not booked again. */
void gw_order_fill(struct gw_order *o, const struct yq_broker_fill *fill);
/* Book what is given, and end the order with the event `end` if it is open then
 * (YQ_ORDER_EVENT_COUNT = no end): one change, one record.  False: it could not be booked. */
bool gw_order_book(struct gw_order *o, const struct yq_broker_fill *fill, enum yq_order_event end,
    const char *text);
/* After a change of the order's progress: reservation, phase, doubt. */
void gw_order_settle(struct gw_order *o);

#endif
