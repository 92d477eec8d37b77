/* intake.h - order:stream and the channels in. */
#ifndef YQ_BROKER_GATEWAY_INTAKE_H
#define YQ_BROKER_GATEWAY_INTAKE_H

#include "base/err.h"

struct gateway;

/* The channels. */
YQ_NODISCARD enum yq_rc gw_intake_open(struct gateway *gw, struct yq_err *err);
/* The stream, once the leases are won. */
void gw_intake_begin(struct gateway *gw);
/* Read on: the lease was renewed. */
void gw_intake_more(struct gateway *gw);
void gw_intake_close(struct gateway *gw);

#endif
