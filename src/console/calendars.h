/* calendars.h - the calendars as the programs of a system read them. */
#ifndef YQ_CONSOLE_CALENDARS_H
#define YQ_CONSOLE_CALENDARS_H

#include "console/console.h"
#include "daemon/settings.h"

/* What the programs of the system that the call is about read. */
struct yq_calendars {
	struct yq_config *config;
	struct yq_markets *markets;
	const struct yq_calendar *calendar;
};
/* With --config, and the data folder of --var.  Says itself what is wrong. */
int yq_calendars_read(const struct yq_call *call, struct yq_calendars *calendars);
void yq_calendars_clear(struct yq_calendars *calendars);
/* The settings alone; nothing but their form is looked at. */
int yq_calendars_settings(const struct yq_call *call, struct yq_config **config);

#endif
