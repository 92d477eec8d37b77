/* claim.h - the claim: it makes durable that an order is about to be sent. */
#ifndef YQ_BROKER_GATEWAY_CLAIM_H
#define YQ_BROKER_GATEWAY_CLAIM_H

#include "broker_gateway/order.h"

#define GW_CLAIMS_MAX 1024 /* let through and not yet claimed */

struct gw_claims {
	struct gw_order **items;
	size_t count, room;
	size_t sent;	/* of them in the call that is under way, or is to be repeated */
	bool under_way; /* one call at a time */
	int64_t started_ns;
};

void gw_claims_add(struct gateway *gw, struct gw_order *o);
/* Claim what the desk has let through. */
void gw_claims_flush(struct gateway *gw);
/* At the end of the program, after the orders were forgotten. */
void gw_claims_drop(struct gateway *gw);

#endif
