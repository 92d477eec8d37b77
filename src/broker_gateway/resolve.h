/*
 * resolve.h - what a person says became of an order in doubt is carried out, and what the broker
 * says of it later is compared with that (the rule: domain/resolution.h).
 *
 * One thread decides: what the broker has said before makes the request refused, with the state
 * the order is in; what it says after is set against the request.  A request is answered once, with
 * the record of what it did, which acknowledges its entry in the same step.
 */
#ifndef YQ_BROKER_GATEWAY_RESOLVE_H
#define YQ_BROKER_GATEWAY_RESOLVE_H

#include "broker_gateway/order.h"
#include "domain/resolution.h"

/* From the stream; copied.  Carried out when the account is served. */
void gw_resolve_add(
    struct gw_account *account, const struct yq_resolution *resolution, const char *entry_id);
void gw_resolves_run(struct gateway *gw);
void gw_resolves_drop(struct gateway *gw);

/* An execution of the broker: `fill` becomes what of it was not booked by hand; false when all of
 * it was. */
bool gw_resolve_cover(struct gw_order *o, struct yq_broker_fill *fill);
/* How the broker sees an order; told when a person has said something else. */
void gw_resolve_compare(struct gw_order *o, const struct yq_broker_order *found);

#endif
