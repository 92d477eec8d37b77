/* stray.h - executions of orders that are not in hand. */
#ifndef YQ_BROKER_GATEWAY_STRAY_H
#define YQ_BROKER_GATEWAY_STRAY_H

#include "broker/broker.h"

struct gw_account;

/* Look its order up, then book it. */
void gw_stray_fill(struct gw_account *account, const struct yq_broker_fill *fill);

#endif
