/* hours.h - markets' hours, also when a calendar's file changes while the gateway runs. */
#ifndef YQ_BROKER_GATEWAY_HOURS_H
#define YQ_BROKER_GATEWAY_HOURS_H

#include "base/common.h"

struct gateway;

/* After gw->markets was read: what stands in the files now is known. */
void gw_hours_read(struct gateway *gw);
/* To be called now and then: reads calendars that have changed. */
void gw_hours_tick(struct gateway *gw);

#endif
