/* homeless.h - orders for accounts that no gateway serves: refused, once. */
#ifndef YQ_BROKER_GATEWAY_HOMELESS_H
#define YQ_BROKER_GATEWAY_HOMELESS_H

#include "domain/order.h"

struct gateway;
struct gw_homeless;

/* Refuse it, and go on trying until that is recorded.  The gateway that answers for what belongs to
 * nobody; should two believe that it is them, one of them records it. */
void gw_homeless_take(struct gateway *gw, const struct yq_order *order, const char *entry_id);
void gw_homeless_flush(struct gateway *gw); /* what is due again */
void gw_homeless_drop(struct gateway *gw);

#endif
