/* homeless.h - orders for accounts that no gateway serves. */
#ifndef YQ_BROKER_GATEWAY_HOMELESS_H
#define YQ_BROKER_GATEWAY_HOMELESS_H

#include "domain/order.h"

struct gateway;

/* Rejected, unless another gateway holds the lease of its account. */
void gw_homeless_take(struct gateway *gw, const struct yq_order *order, const char *entry_id);

#endif
