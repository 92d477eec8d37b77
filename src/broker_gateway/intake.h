/* intake.h - order:stream and the channels in. */
#ifndef YQ_BROKER_GATEWAY_INTAKE_H
#define YQ_BROKER_GATEWAY_INTAKE_H

#include "base/err.h"

struct gateway;

YQ_NODISCARD enum yq_rc gw_intake_open(struct gateway *gw, struct yq_err *err);
void gw_intake_close(struct gateway *gw);

#endif
