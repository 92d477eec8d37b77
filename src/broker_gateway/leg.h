/*
 * leg.h - orders whose turn depends on what became of others: a leg that opens waits for the one
 * that closes before it, and what is cut to what is held waits for the entries that are withdrawn.
 */
#ifndef YQ_BROKER_GATEWAY_LEG_H
#define YQ_BROKER_GATEWAY_LEG_H

#include "broker_gateway/order.h"

/* Whether it must wait; what came after it on its lane waits with it. */
bool gw_leg_waits(const struct gw_order *o);
/* Its turn has come: cut it to what is held.  False: it has ended, and nothing is sent. */
bool gw_leg_begin(struct gw_order *o);
/* It is durable that it is about to be sent: record what was cut. */
void gw_leg_claimed(struct gw_order *o);

#endif
