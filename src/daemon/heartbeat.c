/* heartbeat.c - heartbeat:{App}, every 10 s, for the people and programs that watch. */
#include <unistd.h>

#include "base/str.h"
#include "bus/steps.h"
#include "daemon/internal.h"

const char *
daemon_state_text(const struct yq_daemon *daemon)
{
	if (daemon->phase >= DAEMON_DRAINING)
		return "draining";
	return yq_daemon_is_ready(daemon) ? "ready" : "starting";
}

void
daemon_beat(struct yq_daemon *daemon)
{
	char pid[24], started[YQ_TIME_TEXT_SIZE], event[YQ_TIME_TEXT_SIZE] = "", lag[24];
	const char *url = daemon->health == NULL ? "" : yq_http_server_url(daemon->health);
	const struct yq_pair fields[] = {
		{ "Pid", pid },
		{ "Version", YQ_VERSION },
		{ "StartedAt", started },
		{ "LastEventAt", event },
		{ "Lag", lag },
		{ "State", daemon_state_text(daemon) },
		{ "Health", url },
	};

	if (!yq_daemon_valkey_up(daemon))
		return;
	(void)yq_str_format(pid, sizeof(pid), "%ld", (long)getpid());
	(void)yq_str_format(lag, sizeof(lag), "%lld", (long long)daemon->lag);
	yq_time_format(daemon->started_us, started);
	if (daemon->event_us != 0)
		yq_time_format(daemon->event_us, event);
	yq_step_beat(daemon->valkey, daemon->spec->app, fields, YQ_COUNT(fields), NULL, NULL);
}
