/* hours.c - markets' hours, also when a calendar's file changes while the gateway runs. */
#include "broker_gateway/hours.h"

#include "base/log.h"
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
	const struct yq_config *config = yq_daemon_config(gw->daemon);
	struct yq_config_report report = { 0 };
	uint64_t known = gw->calendars;
	struct yq_markets *fresh;

	if (yq_clock_monotonic_ns(gw->clock) - gw->calendars_ns < LOOK_NS)
		return;
	gw_hours_read(gw);
	if (gw->calendars == known)
		return;
	fresh = yq_settings_markets(config, &report);
	if (report.fault_count == 0)
		yq_markets_swap(gw->markets, fresh);
	else
		yq_warn("the calendars stay as they were: %s", yq_buf_text(&report.faults));
	yq_config_report_free(&report);
	yq_markets_free(fresh);
}
