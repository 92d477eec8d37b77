/*
 * daemon.c - the daemon skeleton of a life: what the program asks of it, without a process around
 * it.  Its log lines become part of what is told when a law breaks.
 */
#include "daemon/daemon.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "life.h"

int yq_gateway_main(int argc, char **argv); /* the program's main() */
void yq_fail_point_pass(const char *name);

static const struct yq_daemon_spec *program;
static struct yq_config *config;
static struct yq_markets *markets;
static struct yq_valkey_target target;

static struct life *
life_of(const struct yq_daemon *daemon)
{
	return (struct life *)(uintptr_t)daemon;
}

static struct yq_daemon *
daemon_of(struct life *life)
{
	return (struct yq_daemon *)life;
}

/* ---- clocks ---- */

static int64_t
wall_us(void *cookie)
{
	(void)cookie;
	return world_wall_us();
}

static int64_t
monotonic_ns(void *cookie)
{
	(void)cookie;
	return world.now_us * 1000;
}

/* ---- the life of a daemon ---- */

/* The program's main() says who it is; it is begun by daemon_begin_life. */
int
yq_daemon_main(const struct yq_daemon_spec *spec, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	program = spec;
	return 0;
}

static void
on_state(void *cookie, bool up, const struct yq_err *err)
{
	struct life *life = cookie;
	struct yq_err fault = { 0 };

	(void)err;
	if (up == life->up)
		return;
	life->up = up;
	if (!life->started && up) {
		life->started = true;
		if (program->start(daemon_of(life), &fault) != YQ_OK)
			world_fail("life %u cannot start: %s", life->number, fault.text);
	} else if (life->on_valkey != NULL && !life->stopped) {
		life->on_valkey(daemon_of(life), up);
	}
}

void
daemon_begin_life(struct life *life)
{
	struct yq_err err;

	life->clock = (struct yq_clock){ wall_us, monotonic_ns, NULL };
	life->gateway = yq_xcalloc(1, program->state_size);
	life->metrics = yq_metrics_make();
	if (yq_valkey_open(&life->loop, &target, program->program, on_state, life, &life->valkey,
		&err) != YQ_OK)
		world_fail("%s", err.text);
}

void
daemon_drain(struct life *life)
{
	life->ending = true;
	if (life->started)
		program->drain(daemon_of(life));
	else
		life->drained = true;
}

void
daemon_stop(struct life *life)
{
	life->stopped = true;
	if (life->started)
		program->stop(daemon_of(life));
	yq_valkey_close(life->valkey);
}

void
daemon_end(struct life *life)
{
	if (life->started)
		program->end(daemon_of(life));
	free(life->gateway);
	yq_metrics_free(life->metrics);
}

/* ---- what the program asks ---- */

uv_loop_t *
yq_daemon_loop(struct yq_daemon *daemon)
{
	return &life_of(daemon)->loop;
}

const struct yq_config *
yq_daemon_config(const struct yq_daemon *daemon)
{
	(void)daemon;
	return config;
}

const struct yq_clock *
yq_daemon_clock(const struct yq_daemon *daemon)
{
	return &life_of(daemon)->clock;
}

struct yq_valkey *
yq_daemon_valkey(struct yq_daemon *daemon)
{
	return life_of(daemon)->valkey;
}

const struct yq_valkey_target *
yq_daemon_valkey_target(const struct yq_daemon *daemon)
{
	(void)daemon;
	return &target;
}

bool
yq_daemon_valkey_up(const struct yq_daemon *daemon)
{
	return life_of(daemon)->up;
}

struct yq_metrics *
yq_daemon_metrics(struct yq_daemon *daemon)
{
	return life_of(daemon)->metrics;
}

void *
yq_daemon_state(struct yq_daemon *daemon)
{
	return life_of(daemon)->gateway;
}

int
yq_daemon_instance(const struct yq_daemon *daemon)
{
	return life_of(daemon)->instance;
}

void
yq_daemon_on_valkey(struct yq_daemon *daemon, yq_daemon_valkey_fn *fn)
{
	life_of(daemon)->on_valkey = fn;
}

void
yq_daemon_ready(struct yq_daemon *daemon)
{
	life_of(daemon)->ready = true;
}

void
yq_daemon_unready(struct yq_daemon *daemon, const char *name, const char *text)
{
	(void)daemon;
	(void)name;
	(void)text;
}

bool
yq_daemon_is_draining(const struct yq_daemon *daemon)
{
	return life_of(daemon)->ending;
}

void
yq_daemon_drained(struct yq_daemon *daemon)
{
	life_of(daemon)->drained = true;
}

/* Ends in order, but without waiting for what is under way. */
void
yq_daemon_exit(struct yq_daemon *daemon, int code, bool at_once)
{
	struct life *life = life_of(daemon);

	world_trace("life %u exits with %d", life->number, code);
	life_end(life);
	life->drained = at_once;
	life->ending = life->ending || at_once;
}

void
yq_daemon_set_role(
    struct yq_daemon *daemon, const char *name, const char *role, bool speaks_for_app)
{
	(void)name;
	(void)speaks_for_app;
	world_trace("life %u is now %s", life_of(daemon)->number, role);
}

void
yq_daemon_event(struct yq_daemon *daemon)
{
	(void)daemon;
}

void
yq_daemon_set_lag(struct yq_daemon *daemon, int64_t entries_waiting)
{
	(void)daemon;
	(void)entries_waiting;
}

void
yq_daemon_notify(struct yq_daemon *daemon, const char *kind, const char *severity, const char *text)
{
	world_trace("life %u tells (%s, %s): %s", life_of(daemon)->number, kind, severity, text);
}

/* ---- what else a process has ---- */

void
yq_fail_point_pass(const char *name)
{
	struct life *life = life_current();

	effect_end(life, effect_begin(life, name));
}

void
yq_log(enum yq_log_level level, const char *format, ...)
{
	char text[TRACE_LENGTH];
	va_list args;

	if (level > YQ_LOG_INFO)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (life_current() != NULL)
		world_trace("life %u: %s", life_current()->number, text);
}

void
yq_log_init(const char *name, enum yq_log_level level)
{
	(void)name;
	(void)level;
}

void
yq_log_set_level(enum yq_log_level level)
{
	(void)level;
}

bool
yq_log_level_parse(const char *text, enum yq_log_level *level)
{
	(void)text;
	*level = YQ_LOG_INFO;
	return true;
}

int
malloc_trim(size_t pad)
{
	(void)pad;
	return 0;
}

/* ---- settings: read once, the same for every life; the calendar is no life's memory ---- */

struct yq_markets *__real_yq_settings_markets(
    const struct yq_config *from, struct yq_config_report *report);
struct yq_markets *__wrap_yq_settings_markets(
    const struct yq_config *from, struct yq_config_report *report);
void __real_yq_markets_free(struct yq_markets *used);
void __wrap_yq_markets_free(struct yq_markets *used);

struct yq_markets *
__wrap_yq_settings_markets(const struct yq_config *from, struct yq_config_report *report)
{
	if (markets == NULL)
		markets = __real_yq_settings_markets(from, report);
	return markets;
}

void
__wrap_yq_markets_free(struct yq_markets *used)
{
	if (used != markets)
		__real_yq_markets_free(used);
}

static const char settings[] =
    "{\"ConnectionStrings\":{\"Valkey\":\"/nowhere/valkey.sock\"},"
    "\"BrokerGateway\":{\"LeaseSeconds\":5,\"AccountUpdateIntervalMinutes\":1,\"Accounts\":{"
    "\"Alpha\":{\"Broker\":\"paper\",\"Session\":\"always\"},"
    "\"Beta\":{\"Broker\":\"paper\",\"Session\":\"always\"},"
    "\"Gamma\":{\"Broker\":\"paper\",\"Session\":\"always\"},"
    "\"Delta\":{\"Broker\":\"paper\",\"Session\":\"always\"}}},"
    "\"System\":{\"DataFolder\":\"%s\",\"RunFolder\":\"%s\"}}";

static void
settings_write(const char *folder, char *path, size_t size)
{
	FILE *file;

	yq_str_format(path, size, "%s/overlay.json", folder);
	file = fopen(path, "we");
	if (file == NULL || fchmod(fileno(file), 0600) != 0)
		world_fail("%s cannot be written", path);
	fprintf(file, settings, folder, folder);
	(void)fclose(file);
}

void
daemon_open(const char *folder)
{
	struct yq_config_report report = { 0 };
	char *no_environment[] = { NULL };
	char path[200];
	struct yq_err err;

	settings_write(folder, path, sizeof(path));
	(void)yq_gateway_main(0, NULL);
	if (yq_settings_load(folder, path, program->app, no_environment, program->check, &config,
		&report) != YQ_OK)
		world_fail("settings: %s", yq_buf_text(&report.faults));
	yq_config_report_free(&report);
	(void)remove(path);
	if (yq_valkey_target_parse(
		yq_secret_reveal(yq_config_secret(config, "ConnectionStrings:Valkey")), &target,
		&err) != YQ_OK)
		world_fail("settings: %s", err.text);
}

void
daemon_close(void)
{
	__real_yq_markets_free(markets);
	yq_valkey_target_clear(&target);
	yq_config_free(config);
}
