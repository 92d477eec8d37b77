/* internal.h - what the files of the daemon skeleton share. */
#ifndef YQ_DAEMON_INTERNAL_H
#define YQ_DAEMON_INTERNAL_H

#include "daemon/daemon.h"
#include "net/http_server.h"

struct daemon_options {
	const char *folder, *overlay;
	bool check;
};

enum daemon_phase {
	DAEMON_WAITING,	 /* for Valkey */
	DAEMON_RUNNING,	 /* start() has run */
	DAEMON_DRAINING, /* drain() has run */
	DAEMON_STOPPING, /* stop() has run; handles are being closed */
};

struct daemon_reason {
	char name[64];
	char text[256];
};

struct daemon_notify {
	int fd;		     /* -1 = nobody listens */
	int64_t watchdog_us; /* 0 = none */
};

struct yq_daemon {
	const struct yq_daemon_spec *spec;
	struct daemon_options options;
	uv_loop_t loop;
	struct yq_config *config;
	struct yq_valkey_target target;
	struct yq_valkey *valkey;
	bool connected, verified; /* usable = both */
	bool seen;		  /* was usable once */
	bool said_down;		  /* the loss has been logged */
	yq_daemon_valkey_fn *on_valkey;
	struct yq_metrics *metrics;
	struct yq_gauge *valkey_gauge, *ready_gauge;
	void *state;
	enum daemon_phase phase;
	bool ready, drained;
	bool is_held; /* the loop could not be closed */
	int exit_code;
	uv_signal_t signals[3];
	uv_timer_t beat, watchdog, start_limit, drain_limit, verify_again;
	struct yq_http_server *health;
	struct daemon_notify notify;
	struct daemon_reason reasons[YQ_DAEMON_REASONS_MAX];
	size_t reason_count;
	int64_t started_us, event_us, snapshot_us, lag;
	struct {
		char name[64], role[16]; /* "" = the only one of its kind */
		bool silent;		 /* heartbeat:{App} is another's */
	} role;
};

/* options.c: -1 = go on, else the exit code */
int daemon_options_read(
    const struct yq_daemon_spec *spec, int argc, char **argv, struct daemon_options *options);

/* notify.c: the service manager */
void daemon_notify_open(struct daemon_notify *notify);
void daemon_notify_send(const struct daemon_notify *notify, const char *text);
void daemon_notify_close(struct daemon_notify *notify);

/* valkey.c: the command connection, from the first try on */
enum yq_rc daemon_valkey_open(struct yq_daemon *daemon, struct yq_err *err);
void daemon_valkey_verify_again(uv_timer_t *timer);
void daemon_valkey_too_late(uv_timer_t *timer);

/* heartbeat.c */
const char *daemon_state_text(const struct yq_daemon *daemon);
void daemon_beat(struct yq_daemon *daemon);

/* health.c: the listener of its own; the daemon runs without one if it cannot be had */
void daemon_health_open(struct yq_daemon *daemon);

/* reload.c */
void daemon_reload(struct yq_daemon *daemon);

/* daemon.c */
void daemon_begin(struct yq_daemon *daemon); /* Valkey is there, or is not needed */
void daemon_log_report(const char *text, bool faults);

#endif
