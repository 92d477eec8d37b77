/*
 * daemon.h - the skeleton every daemon is: command line, configuration, log, loop, signals,
 * Valkey, readiness, watchdog, heartbeat, health and metrics.
 *
 * A program describes itself in a yq_daemon_spec and calls yq_daemon_main.  Loop thread only.
 *
 *	yq-webhook [--config DIR] [--overlay FILE] [--check] [--version] [--help]
 *
 * SIGTERM and SIGINT drain, then stop; the second one stops at once.  SIGHUP reloads.
 */
#ifndef YQ_DAEMON_DAEMON_H
#define YQ_DAEMON_DAEMON_H

#include <uv.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/connection_string.h"
#include "base/err.h"
#include "daemon/metrics.h"

struct yq_daemon; /* opaque */
struct yq_valkey; /* bus/valkey.h */

/* Exit codes (sysexits.h where it has one). */
enum yq_exit {
	YQ_EXIT_OK = 0,
	YQ_EXIT_USAGE = 64,	  /* command line */
	YQ_EXIT_UNAVAILABLE = 69, /* Valkey cannot be reached */
	YQ_EXIT_START = 70,	  /* the program could not start: the log says why */
	YQ_EXIT_FORCED = 75,	  /* stopped before what was in flight had ended */
	YQ_EXIT_VERSION = 76,	  /* Valkey holds other functions than this program needs */
	YQ_EXIT_DENIED = 77,	  /* Valkey refused user or password */
	YQ_EXIT_CONFIG = 78,	  /* configuration */
};

struct yq_daemon_spec {
	const char *app;     /* "Webhook": heartbeat:{App}, appsecrets.d/{App}.json, settings */
	const char *program; /* "yq-webhook" */
	const char *manual;  /* printed by --help: purpose, inputs, outputs, privileges, failures */
	size_t state_size;   /* of yq_daemon_state, zeroed */
	/* True: start() runs once Valkey answers (and exit 69 when it does not within
	 * Valkey:StartTimeoutSeconds).  False: start() runs at once, and on_valkey says when it
	 * answers, or that a try to reach it failed. */
	bool needs_valkey;
	/* Check what the settings table cannot (yq_settings_check): may be NULL.  Runs at start,
	 * for --check and before a reload; must change nothing.  Record faults with
	 * yq_config_fault. */
	void (*check)(const struct yq_config *config, struct yq_config_report *report);
	/* Begin to work.  Anything but YQ_OK ends the program with YQ_EXIT_START and err's text. */
	enum yq_rc (*start)(struct yq_daemon *daemon, struct yq_err *err);
	/* Take nothing new; call yq_daemon_drained when what is in flight has ended.  NULL = at
	 * once.  Daemon:DrainSeconds bounds it. */
	void (*drain)(struct yq_daemon *daemon);
	/* The configuration has been replaced; take over what reloads.  May be NULL. */
	void (*reload)(struct yq_daemon *daemon);
	/* Release everything; the loop then runs until its handles are closed.  Also after a start
	 * that failed.  May be NULL. */
	void (*stop)(struct yq_daemon *daemon);
	/* The last call to Valkey has ended: release what its completion looks at.  May be NULL. */
	void (*end)(struct yq_daemon *daemon);
};

/* Returns the exit code; call it from main and return that. */
int yq_daemon_main(const struct yq_daemon_spec *spec, int argc, char **argv);

uv_loop_t *yq_daemon_loop(struct yq_daemon *daemon);
/* Borrowed until the next reload: copy what is kept. */
const struct yq_config *yq_daemon_config(const struct yq_daemon *daemon);
const struct yq_clock *yq_daemon_clock(const struct yq_daemon *daemon);
/* The command connection; reconnects by itself. */
struct yq_valkey *yq_daemon_valkey(struct yq_daemon *daemon);
/* For connections of one's own (consumers, subscribers). */
const struct yq_valkey_target *yq_daemon_valkey_target(const struct yq_daemon *daemon);
bool yq_daemon_valkey_up(const struct yq_daemon *daemon);
struct yq_metrics *yq_daemon_metrics(struct yq_daemon *daemon);
void *yq_daemon_state(struct yq_daemon *daemon); /* spec->state_size bytes */
/* System:InstanceId, 1 or more: consumer names are "{Group}-{instance}". */
int yq_daemon_instance(const struct yq_daemon *daemon);

/* Called with each loss and return of Valkey, after start(); the daemon itself logs it. */
typedef void yq_daemon_valkey_fn(struct yq_daemon *daemon, bool up);
void yq_daemon_on_valkey(struct yq_daemon *daemon, yq_daemon_valkey_fn *fn);

/*
 * There may be several of this kind: a heartbeat of one's own under `name`
 * (heartbeat:BrokerGateway:{name}), with `role` for people in it; and heartbeat:{App} as well if it
 * is this one that it speaks of.  Beats at once if something of that has changed.
 */
void yq_daemon_set_role(
    struct yq_daemon *daemon, const char *name, const char *role, bool speaks_for_app);

/* Work has begun: READY=1, heartbeat "ready", /health ready.  Once; start() or later. */
void yq_daemon_ready(struct yq_daemon *daemon);
/* Why not ready, for people, under a short name ("broker:Paper"); NULL text takes it back. */
#define YQ_DAEMON_REASONS_MAX 32
void yq_daemon_unready(struct yq_daemon *daemon, const char *name, const char *text);
bool yq_daemon_is_ready(const struct yq_daemon *daemon); /* ready and no reason against it */
bool yq_daemon_is_draining(const struct yq_daemon *daemon);
/* What drain() asked for is done. */
void yq_daemon_drained(struct yq_daemon *daemon);
/* End in order, with this exit code, from anywhere; drains first unless `at_once`. */
void yq_daemon_exit(struct yq_daemon *daemon, int code, bool at_once);

void yq_daemon_event(struct yq_daemon *daemon); /* something was processed just now */
/* A thread does not come back from where it is and cannot be ended: people are told (Critical), and
 * half a second later the process ends with YQ_EXIT_FORCED, to be started anew by whoever keeps it.
 * All that is in memory must be elsewhere too. */
void yq_daemon_give_up(struct yq_daemon *daemon, const char *text);
/* The end of a day was recorded: heartbeat:{App} says when (LastSnapshotAt). */
void yq_daemon_set_snapshot(struct yq_daemon *daemon, int64_t taken_at_us);
void yq_daemon_set_lag(struct yq_daemon *daemon, int64_t entries_waiting);
/* Tell people (notification:stream) and the log; text without secrets.  `kind` System, Schedule,
 * Risk, Security, Order; `severity` Info, Warning, Critical.  Dropped, with a log line, while
 * Valkey is away. */
void yq_daemon_notify(
    struct yq_daemon *daemon, const char *kind, const char *severity, const char *text);

#endif
