/* reconcile.h - the broker is asked about orders until it can tell. */
#ifndef YQ_BROKER_GATEWAY_RECONCILE_H
#define YQ_BROKER_GATEWAY_RECONCILE_H

#include "broker_gateway/order.h"

void gw_ask(struct gw_order *o);
void gw_reconcile_tick(struct gateway *gw);

#endif
