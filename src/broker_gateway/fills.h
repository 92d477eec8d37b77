/* fills.h - what the broker says about orders: acks, executions, ends. */
#ifndef YQ_BROKER_GATEWAY_FILLS_H
#define YQ_BROKER_GATEWAY_FILLS_H

#include "broker_gateway/order.h"

yq_broker_event_fn gw_on_events; /* the cookie is the account */
/* Where an order stands once the broker has spoken. */
enum gw_phase gw_phase_of(enum yq_order_state state);
/* An event of the order's life without a fill.  True when it changed the order. */
bool gw_order_event(struct gw_order *o, enum yq_order_event event, const char *text, bool success);
/* Book one execution, once. */
void gw_order_fill(struct gw_order *o, const struct yq_broker_fill *fill);

#endif
