/*
 * up.c - `yq up`: the whole system in one terminal.
 *
 *	firebird: migrate (a process of its own) --+
 *	valkey: start --> provision ---------------+--> daemons --> ready
 *
 * Both servers begin at once; a daemon begins when what it needs is there.  Everything is an event:
 * nothing sleeps, nothing polls.  Stopping goes the other way: daemons, then the simulator, whose
 * answers they may still await, then Valkey.
 */
#include "console/up/child.h"
#include "console/up/firebird.h"
#include "console/up/plan.h"
#include "console/up/provision.h"
#include "console/up/screen.h"

#include "base/mem.h"
#include "base/str.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct daemon_row {
	enum yq_program program;
	bool needs_firebird, needs_simulator; /* where it runs */
	bool required;			      /* its absence is worth a line */
};
static const struct daemon_row daemon_rows[] = {
	{ YQ_PROGRAM_WEBHOOK, false, false, true },
	{ YQ_PROGRAM_ORDER_MANAGER, true, false, true },
	{ YQ_PROGRAM_GATEWAY, true, true, true },
	{ YQ_PROGRAM_WEB, true, false, false },
	{ YQ_PROGRAM_NOTIFIER, false, false, false },
};
#define DAEMONS		YQ_COUNT(daemon_rows)
#define SIMULATOR	DAEMONS /* the child after them, if it was asked for */
#define CHILDREN	(DAEMONS + 1)
#define SIMULATOR_READY "the exchange is at "

enum phase { PHASE_STARTING, PHASE_RUNNING, PHASE_DAEMONS_STOP, PHASE_VALKEY_STOP };

static const int watched_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };

struct up {
	uv_loop_t loop;
	uv_signal_t signals[YQ_COUNT(watched_signals)];
	struct yq_up_plan plan;
	struct yq_child *valkey;	    /* NULL = not ours */
	struct yq_child *daemons[CHILDREN]; /* NULL = not installed, not asked for */
	struct yq_up_firebird *firebird;
	bool valkey_ready, firebird_ready;
	enum phase phase;
	int status;
};

static void
remove_endpoints(const struct up *up)
{
	char path[YQ_PATH_SIZE];

	if (yq_path_join(path, up->plan.run, "endpoints.json", NULL) == YQ_OK)
		unlink(path);
}

static void
close_all(struct up *up)
{
	for (size_t i = 0; i < CHILDREN; i++)
		yq_child_free(up->daemons[i]);
	yq_child_free(up->valkey);
	yq_up_firebird_free(up->firebird);
	for (size_t i = 0; i < YQ_COUNT(watched_signals); i++)
		uv_close((uv_handle_t *)&up->signals[i], NULL);
}

static bool
is_stopped(const struct yq_child *child)
{
	return child == NULL || yq_child_state(child) == YQ_CHILD_STOPPED;
}

/* The simulator last: asked once all others are gone. */
static bool
daemons_stopped(const struct up *up)
{
	struct yq_child *simulator = up->daemons[SIMULATOR];

	for (size_t i = 0; i < DAEMONS; i++)
		if (!is_stopped(up->daemons[i]))
			return false;
	if (simulator != NULL && yq_child_state(simulator) != YQ_CHILD_STOPPING)
		yq_child_stop(simulator);
	return is_stopped(simulator);
}

/* The next step of stopping, whenever something has stopped. */
static void
stop_further(struct up *up)
{
	if (up->phase == PHASE_DAEMONS_STOP && daemons_stopped(up)) {
		up->phase = PHASE_VALKEY_STOP;
		if (up->valkey != NULL) {
			/* Asked over its socket; by signal if it does not listen. */
			if (yq_child_pid(up->valkey) != 0 && up->valkey_ready &&
			    yq_up_shut_down(&up->plan) == YQ_OK)
				yq_child_expect_stop(up->valkey);
			else
				yq_child_stop(up->valkey);
		}
	}
	if (up->phase == PHASE_VALKEY_STOP &&
	    (up->valkey == NULL || yq_child_state(up->valkey) == YQ_CHILD_STOPPED))
		close_all(up);
}

static void
stop(struct up *up, int status)
{
	if (up->phase >= PHASE_DAEMONS_STOP)
		return;
	up->phase = PHASE_DAEMONS_STOP;
	up->status = status;
	remove_endpoints(up);
	for (size_t i = 0; i < DAEMONS; i++)
		if (up->daemons[i] != NULL)
			yq_child_stop(up->daemons[i]);
	stop_further(up);
}

static void
kill_all(struct up *up)
{
	for (size_t i = 0; i < CHILDREN; i++)
		if (up->daemons[i] != NULL)
			yq_child_kill(up->daemons[i]);
	if (up->phase == PHASE_VALKEY_STOP && up->valkey != NULL)
		yq_child_kill(up->valkey);
}

static void
fail(struct up *up, const char *name, const char *text)
{
	if (up->phase >= PHASE_DAEMONS_STOP)
		return;
	yq_fail(YQ_CONSOLE_REFUSED, "%s: %s", name, text);
	stop(up, YQ_CONSOLE_REFUSED);
}

/* All that is installed has been ready once: tell where it is, and how to begin. */
static void
check_ready(struct up *up)
{
	struct yq_err err = { 0 };
	char path[YQ_PATH_SIZE];
	enum yq_rc rc;

	if (up->phase != PHASE_STARTING || !up->valkey_ready || !up->firebird_ready)
		return;
	for (size_t i = 0; i < CHILDREN; i++)
		if (up->daemons[i] != NULL && !yq_child_was_ready(up->daemons[i]))
			return;
	rc = yq_path_join(path, up->plan.run, "endpoints.json", &err);
	if (rc == YQ_OK)
		rc = yq_endpoints_write(path, &up->plan.endpoints, &err);
	if (rc != YQ_OK) {
		fail(up, "endpoints", err.text);
		return;
	}
	up->phase = PHASE_RUNNING;
	yq_screen_ready(&up->plan);
}

static bool
has_needs(const struct up *up, const struct daemon_row *row)
{
	const struct yq_child *simulator = up->daemons[SIMULATOR];

	return (up->firebird_ready || !row->needs_firebird) &&
	       (simulator == NULL || yq_child_was_ready(simulator) || !row->needs_simulator);
}

static void
start_daemons(struct up *up)
{
	if (up->phase >= PHASE_DAEMONS_STOP || !up->valkey_ready)
		return;
	for (size_t i = 0; i < DAEMONS; i++)
		if (up->daemons[i] != NULL && yq_child_state(up->daemons[i]) == YQ_CHILD_STOPPED &&
		    has_needs(up, &daemon_rows[i]))
			yq_child_start(up->daemons[i]);
	check_ready(up);
}

static void
say_ready(struct up *up, const struct yq_child *child)
{
	char note[64];

	if (up->phase == PHASE_STARTING) {
		yq_str_format(note, sizeof(note), "%4llu ms  pid %ld",
		    (unsigned long long)yq_child_start_ms(child), (long)yq_child_pid(child));
		yq_screen_part(yq_child_name(child), "ready", note);
	} else {
		yq_screen_event(
		    yq_child_name(child), "ready again, pid %ld", (long)yq_child_pid(child));
	}
}

/* It died by itself: say so; during the first start a program that gives up ends it all. */
static void
say_died(struct up *up, struct yq_child *child, enum yq_child_event event, const char *text)
{
	bool killed = strstr(text, "was killed") != NULL;

	if (up->phase == PHASE_STARTING && !yq_child_was_ready(child) &&
	    (event == YQ_CHILD_EV_FAILED || !killed)) {
		fail(up, yq_child_name(child), text);
		return;
	}
	yq_screen_event(yq_child_name(child), "%s; starting it again in %u ms", text,
	    yq_child_backoff_ms(child));
}

static void
on_daemon(void *cookie, struct yq_child *child, enum yq_child_event event, const char *text)
{
	struct up *up = cookie;

	switch (event) {
	case YQ_CHILD_EV_READY:
		say_ready(up, child);
		start_daemons(up); /* those that waited for it */
		break;
	case YQ_CHILD_EV_DIED:
	case YQ_CHILD_EV_FAILED:
		say_died(up, child, event, text);
		break;
	case YQ_CHILD_EV_STOPPED:
		stop_further(up);
		break;
	case YQ_CHILD_EV_LINE:
		yq_screen_log_line(yq_child_name(child), text);
		break;
	}
}

static void
on_valkey(void *cookie, struct yq_child *child, enum yq_child_event event, const char *text)
{
	struct up *up = cookie;
	struct yq_err err = { 0 };

	switch (event) {
	case YQ_CHILD_EV_READY:
		say_ready(up, child);
		if (yq_up_provision(&up->plan, &err) != YQ_OK) {
			if (up->phase == PHASE_STARTING)
				fail(up, "valkey", err.text);
			else
				yq_screen_event("valkey", "%s", err.text);
			break;
		}
		up->valkey_ready = true;
		start_daemons(up);
		break;
	case YQ_CHILD_EV_DIED:
	case YQ_CHILD_EV_FAILED:
		up->valkey_ready = false;
		say_died(up, child, event, text);
		break;
	case YQ_CHILD_EV_STOPPED:
		up->valkey_ready = false;
		stop_further(up);
		break;
	case YQ_CHILD_EV_LINE:
		break;
	}
}

static void
on_firebird(void *cookie, const struct yq_err *err, const char *text, const char *password)
{
	struct up *up = cookie;

	if (err != NULL) {
		fail(up, "firebird", err->text);
		return;
	}
	yq_screen_part("firebird", "ready", text);
	if (password[0] != '\0')
		up->plan.first_password = yq_secret_make(password, strlen(password));
	up->firebird_ready = true;
	start_daemons(up);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	struct up *up = handle->data;

	if (number == SIGCHLD) {
		yq_up_firebird_reap(up->firebird);
		for (size_t i = 0; i < CHILDREN; i++)
			if (up->daemons[i] != NULL)
				yq_child_reap(up->daemons[i]);
		if (up->valkey != NULL)
			yq_child_reap(up->valkey);
	} else if (up->phase >= PHASE_DAEMONS_STOP) {
		kill_all(up);
	} else {
		yq_screen_event("yq", "stopping");
		stop(up, YQ_CONSOLE_DONE);
	}
}

static enum yq_rc
make_child(struct up *up, struct yq_child_spec *spec, yq_child_fn *fn, struct yq_child **ret_child,
    struct yq_err *err)
{
	int64_t delay_ms = yq_config_int(up->plan.config, "System:RestartDelayMs");
	int64_t max_ms = yq_config_int(up->plan.config, "System:RestartDelayMaxMs");

	spec->keep_fd = up->plan.lock_fd;
	spec->backoff_min_ms = (unsigned)delay_ms;
	spec->backoff_max_ms = (unsigned)(max_ms < delay_ms ? delay_ms : max_ms);
	return yq_child_make(&up->loop, spec, fn, up, ret_child, err);
}

static enum yq_rc
make_valkey(struct up *up, struct yq_err *err)
{
	const char *const arguments[] = { up->plan.valkey.settings, NULL };
	char log_path[YQ_PATH_SIZE];
	struct yq_child_spec spec = {
		.name = "valkey",
		.program = up->plan.valkey.program,
		.arguments = arguments,
		.ready_line = YQ_PRIVATE_VALKEY_READY,
		.log_path = log_path,
	};
	enum yq_rc rc;

	rc = yq_path_join(log_path, up->plan.log, "valkey.log", err);
	return rc == YQ_OK ? make_child(up, &spec, on_valkey, &up->valkey, err) : rc;
}

static enum yq_rc
make_daemon(struct up *up, size_t index, struct yq_err *err)
{
	enum yq_program program = daemon_rows[index].program;
	const char *name = yq_programs[program].user;
	const char *arguments[5] = { "--overlay", up->plan.overlays[program] };
	const char *variables[YQ_FIREBIRD_ENVIRONMENT + 2] = { 0 };
	char log_path[YQ_PATH_SIZE], path[YQ_PATH_SIZE];
	struct yq_child_spec spec = { .name = name,
		.program = path,
		.arguments = arguments,
		.variables = variables,
		.log_path = log_path };
	enum yq_rc rc;

	rc = yq_path_join(path, up->plan.programs, name, err);
	if (rc != YQ_OK)
		return rc;
	if (access(path, F_OK) != 0) {
		if (daemon_rows[index].required)
			yq_screen_part(name, "is not installed beside yq", "");
		return YQ_OK;
	}
	if (up->plan.config_folder[0] != '\0') {
		arguments[2] = "--config";
		arguments[3] = up->plan.config_folder;
	}
	for (size_t i = 0; up->plan.embedded && i < YQ_FIREBIRD_ENVIRONMENT; i++)
		variables[i] = up->plan.root.environment[i];
	if (!yq_str_format(log_path, sizeof(log_path), "%s/%s.log", up->plan.log, name))
		return yq_err_set(err, YQ_E_INVALID, "the path %s is too long", up->plan.log);
	return make_child(up, &spec, on_daemon, &up->daemons[index], err);
}

/* It needs nothing of the others, and keeps its book beside theirs. */
static enum yq_rc
make_simulator(struct up *up, struct yq_err *err)
{
	char log_path[YQ_PATH_SIZE], path[YQ_PATH_SIZE];
	const char *arguments[YQ_SIMULATED_ARGUMENTS];
	struct yq_child_spec spec = { .name = "yq-simulator",
		.program = path,
		.arguments = arguments,
		.ready_line = SIMULATOR_READY,
		.log_path = log_path };
	enum yq_rc rc = yq_path_join(path, up->plan.programs, "yq-simulator", err);

	if (rc == YQ_OK)
		rc = yq_path_join(log_path, up->plan.log, "yq-simulator.log", err);
	if (rc == YQ_OK && access(path, F_OK) != 0)
		rc = yq_err_set(err, YQ_E_NOT_FOUND, "yq-simulator is not installed beside yq");
	if (rc == YQ_OK) {
		yq_simulated_arguments(&up->plan.simulated, arguments);
		rc = make_child(up, &spec, on_daemon, &up->daemons[SIMULATOR], err);
	}
	if (rc == YQ_OK)
		yq_child_start(up->daemons[SIMULATOR]);
	return rc;
}

static enum yq_rc
begin_firebird(struct up *up, struct yq_err *err)
{
	YQ_CLEANUP(yq_firebird_target_clear) struct yq_firebird_target target = { 0 };
	enum yq_rc rc;

	rc = yq_firebird_target_parse(yq_secret_reveal(up->plan.endpoints.firebird), &target, err);
	if (rc != YQ_OK)
		return rc;
	return yq_up_firebird_begin(&up->loop, &target, up->plan.embedded ? &up->plan.root : NULL,
	    up->plan.endpoints.web_url[0] != '\0', on_firebird, up, &up->firebird, err);
}

static void
watch_signals(struct up *up)
{
	for (size_t i = 0; i < YQ_COUNT(watched_signals); i++) {
		uv_signal_init(&up->loop, &up->signals[i]);
		up->signals[i].data = up;
		uv_signal_start(&up->signals[i], on_signal, watched_signals[i]);
	}
}

/* Whatever fails here is said once; what was made before it is undone by the usual stop. */
static enum yq_rc
begin(struct up *up, struct yq_err *err)
{
	enum yq_rc rc;

	rc = begin_firebird(up, err); /* forks: before the signals are ours */
	watch_signals(up);
	for (size_t i = 0; i < DAEMONS && rc == YQ_OK; i++)
		rc = make_daemon(up, i, err);
	if (rc == YQ_OK && up->plan.simulated.on)
		rc = make_simulator(up, err);
	if (rc == YQ_OK && up->plan.own_valkey)
		rc = make_valkey(up, err);
	if (rc != YQ_OK)
		return rc;
	if (up->valkey != NULL) {
		yq_child_start(up->valkey);
		return YQ_OK;
	}
	rc = yq_up_provision(&up->plan, err);
	if (rc != YQ_OK)
		return rc;
	yq_screen_part("valkey", "ready", "as configured");
	up->valkey_ready = true;
	start_daemons(up);
	return YQ_OK;
}

int
yq_verb_up(const struct yq_call *call)
{
	struct up up = { .phase = PHASE_STARTING };
	struct yq_err err = { 0 };
	int status;

	umask(077); /* also for what Valkey and the daemons write */
	status = yq_up_plan_make(call, &up.plan);
	if (status == YQ_CONSOLE_DONE) {
		remove_endpoints(&up); /* left over by one that was killed */
		yq_screen_begin(&up.plan);
		uv_loop_init(&up.loop);
		if (begin(&up, &err) != YQ_OK)
			fail(&up, "cannot start", err.text);
		uv_run(&up.loop, UV_RUN_DEFAULT);
		uv_loop_close(&up.loop);
		status = up.status;
		if (up.phase == PHASE_VALKEY_STOP && status == YQ_CONSOLE_DONE)
			yq_screen_event("yq", "stopped");
	}
	yq_up_plan_clear(&up.plan);
	return status;
}
