/* hours.c - markets' hours, also when a calendar's file changes while the gateway runs. */
#include "broker_gateway/hours.h"

#include "broker_gateway/gateway.h"

#define LOOK_NS (INT64_C(10) * 1000000000)

void
gw_hours_read(struct gateway *gw)
{
	gw->calendars = yq_settings_calendar_stamp(yq_daemon_config(gw->daemon));
	gw->calendars_ns = yq_clock_monotonic_ns(gw->clock);
}

void
gw_hours_tick(struct gateway *gw)
{
	if (yq_clock_monotonic_ns(gw->clock) - gw->calendars_ns < LOOK_NS)
		return;
	gw->calendars_ns = yq_clock_monotonic_ns(gw->clock);
	(void)yq_markets_refresh(gw->markets, yq_daemon_config(gw->daemon), &gw->calendars);
}
