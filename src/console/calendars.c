/* calendars.c - the calendars as the programs of a system read them. */
#include "console/calendars.h"

#include "console/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
yq_calendars_clear(struct yq_calendars *calendars)
{
	yq_markets_free(calendars->markets);
	yq_config_free(calendars->config);
}

/* The settings with the folder that `yq up` keeps its data in, unless they name another.  Nothing
 * but their form is looked at. */
int
yq_calendars_settings(const struct yq_call *call, struct yq_config **config)
{
	struct yq_config_report report = { 0 };
	enum yq_rc rc = YQ_OK;

	for (int i = 0; i < 2 && rc == YQ_OK; i++) {
		if (i > 0 && (yq_find_is_set(*config, "System:DataFolder") ||
				 setenv("System__DataFolder", yq_find_folder(call), 1) != 0))
			break;
		yq_config_free(*config);
		*config = NULL;
		rc = yq_settings_load(
		    call->options[YQ_OPT_CONFIG], NULL, "Console", environ, NULL, config, &report);
	}
	fputs(yq_buf_text(&report.faults), stderr);
	yq_config_report_free(&report);
	return rc == YQ_OK ? YQ_CONSOLE_DONE
			   : yq_fail(YQ_CONSOLE_REFUSED, "the settings cannot be read");
}

int
yq_calendars_read(const struct yq_call *call, struct yq_calendars *calendars)
{
	struct yq_config_report report = { 0 };
	int status = yq_calendars_settings(call, &calendars->config);

	if (status != YQ_CONSOLE_DONE)
		return status;
	calendars->markets = yq_settings_markets(calendars->config, &report);
	calendars->calendar = yq_markets_calendar(calendars->markets);
	fputs(yq_buf_text(&report.faults), stderr);
	if (report.fault_count > 0)
		status = yq_fail(YQ_CONSOLE_REFUSED, "the calendars cannot be read");
	yq_config_report_free(&report);
	return status;
}
