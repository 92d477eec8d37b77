/* api.c - the families of routes, in the order of the document; and what all of them share. */
#include "web/api.h"
#include "web/events.h"

const struct yq_api_family *const yq_api_families[] = {
	&yq_api_meta,
	&yq_api_auth,
	&yq_api_users,
	&yq_api_state,
	&yq_api_orders,
	&yq_api_acts,
	&yq_api_catalog,
	&yq_api_history,
	&yq_api_schedules,
	&yq_api_risk,
	&yq_api_system,
	&yq_api_events,
};
const size_t yq_api_family_count = YQ_COUNT(yq_api_families);

/* The last one is the end of the list. */
const struct yq_api_stream yq_api_streams[] = {
	{ .name = "getEvents",
	    .open = yq_events_open,
	    .start = yq_events_start,
	    .drain = yq_events_drain,
	    .stop = yq_events_stop },
	{ .name = NULL },
};
const size_t yq_api_stream_count = YQ_COUNT(yq_api_streams) - 1;
