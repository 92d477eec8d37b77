/* late.h - an execution of an order that has left the bus: a trade all the same. */
#ifndef YQ_BROKER_GATEWAY_LATE_H
#define YQ_BROKER_GATEWAY_LATE_H

#include "broker/broker.h"

struct gw_account;

/*
 * Ask the broker what the order was, and put the trade into the archive's queue under the id that
 * it would always have had.  Cash and positions are left to the next look at them.  People are
 * told.
 */
void gw_late_fill(struct gw_account *account, const struct yq_broker_fill *fill);

#endif
