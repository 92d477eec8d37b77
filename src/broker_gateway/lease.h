/* lease.h - one gateway an account. */
#ifndef YQ_BROKER_GATEWAY_LEASE_H
#define YQ_BROKER_GATEWAY_LEASE_H

#include "bus/steps.h"

struct gateway;

/* Renew leases; take those that are free; open brokers that could not be opened. */
void gw_leases_renew(struct gateway *gw);
yq_lease_fn gw_lease_returned; /* nobody waits for it */

#endif
