/* submit.h - an order to its broker, and what we refuse ourselves. */
#ifndef YQ_BROKER_GATEWAY_SUBMIT_H
#define YQ_BROKER_GATEWAY_SUBMIT_H

#include "broker_gateway/order.h"

void gw_submit(struct gw_order *o);
void gw_refuse(struct gw_order *o, const char *code, const char *text);

#endif
