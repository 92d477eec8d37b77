/* access.c - what a program may ask of its daemon. */
#include "bus/valkey.h"
#include "daemon/internal.h"

uv_loop_t *
yq_daemon_loop(struct yq_daemon *daemon)
{
	return &daemon->loop;
}

const struct yq_config *
yq_daemon_config(const struct yq_daemon *daemon)
{
	return daemon->config;
}

const struct yq_clock *
yq_daemon_clock(const struct yq_daemon *daemon)
{
	(void)daemon;
	return yq_clock_system();
}

struct yq_valkey *
yq_daemon_valkey(struct yq_daemon *daemon)
{
	return daemon->valkey;
}

const struct yq_valkey_target *
yq_daemon_valkey_target(const struct yq_daemon *daemon)
{
	return &daemon->target;
}

bool
yq_daemon_valkey_up(const struct yq_daemon *daemon)
{
	return daemon->connected && daemon->verified;
}

struct yq_metrics *
yq_daemon_metrics(struct yq_daemon *daemon)
{
	return daemon->metrics;
}

void *
yq_daemon_state(struct yq_daemon *daemon)
{
	return daemon->state;
}

int
yq_daemon_instance(const struct yq_daemon *daemon)
{
	return (int)yq_config_int(daemon->config, "System:InstanceId");
}

void
yq_daemon_on_valkey(struct yq_daemon *daemon, yq_daemon_valkey_fn *fn)
{
	daemon->on_valkey = fn;
}

void
yq_daemon_event(struct yq_daemon *daemon)
{
	daemon->event_us = yq_clock_now_us(yq_clock_system());
}

void
yq_daemon_set_snapshot(struct yq_daemon *daemon, int64_t taken_at_us)
{
	daemon->snapshot_us = taken_at_us;
	daemon_beat(daemon);
}

void
yq_daemon_set_lag(struct yq_daemon *daemon, int64_t entries_waiting)
{
	daemon->lag = entries_waiting;
}
