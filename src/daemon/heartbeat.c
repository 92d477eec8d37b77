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
	char snapshot[YQ_TIME_TEXT_SIZE];
	const char *url = daemon->health == NULL ? "" : yq_http_server_url(daemon->health);
	struct yq_pair fields[] = {
		{ "Pid", pid }, { "Version", YQ_VERSION }, { "StartedAt", started },
		{ "LastEventAt", event }, { "Lag", lag }, { "State", daemon_state_text(daemon) },
		{ "Health", url }, { NULL, NULL }, { NULL, NULL }, /* what not every program says */
	};
	size_t count = YQ_COUNT(fields) - 2;

	if (!yq_daemon_valkey_up(daemon))
		return;
	(void)yq_str_format(pid, sizeof(pid), "%ld", (long)getpid());
	(void)yq_str_format(lag, sizeof(lag), "%lld", (long long)daemon->lag);
	yq_time_format(daemon->started_us, started);
	if (daemon->event_us != 0)
		yq_time_format(daemon->event_us, event);
	if (daemon->snapshot_us != 0) {
		yq_time_format(daemon->snapshot_us, snapshot);
		fields[count++] = (struct yq_pair){ "LastSnapshotAt", snapshot };
	}
	if (daemon->role.name[0] != '\0')
		fields[count++] = (struct yq_pair){ "Role", daemon->role.role };
	if (!daemon->role.silent)
		yq_step_beat(
		    daemon->valkey, YQ_KEY_HEARTBEAT, daemon->spec->app, fields, count, NULL, NULL);
	if (daemon->role.name[0] != '\0')
		yq_step_beat(daemon->valkey, YQ_KEY_HEARTBEAT_GATEWAY, daemon->role.name, fields,
		    count, NULL, NULL);
}

void
yq_daemon_set_role(
    struct yq_daemon *daemon, const char *name, const char *role, bool speaks_for_app)
{
	if (yq_str_equal(daemon->role.name, name) && yq_str_equal(daemon->role.role, role) &&
	    daemon->role.silent == !speaks_for_app)
		return;
	yq_str_copy_cut(daemon->role.name, sizeof(daemon->role.name), name);
	yq_str_copy_cut(daemon->role.role, sizeof(daemon->role.role), role);
	daemon->role.silent = !speaks_for_app;
	daemon_beat(daemon);
}
