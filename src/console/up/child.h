/*
 * child.h - one program that is kept running: started, known to be ready, started again when it
 * dies, stopped.  Loop thread only; nothing here blocks.
 *
 *	STOPPED --start--> STARTING --ready--> READY --stop--> STOPPING --> STOPPED
 *	                      |  died             | died
 *	                      +----> WAITING <----+      back-off, then STARTING again
 *
 * A child dies with this process, however it ends (PR_SET_PDEATHSIG), and stands in a process group
 * of its own, so that Ctrl-C reaches this process alone.
 */
#ifndef YQ_CONSOLE_UP_CHILD_H
#define YQ_CONSOLE_UP_CHILD_H

#include "base/err.h"

#include <sys/types.h>
#include <uv.h>

#define YQ_CHILD_STEADY_MS 10000 /* ready for so long: the back-off begins anew */
#define YQ_CHILD_STOP_MS   10000 /* from SIGTERM to SIGKILL */
#define YQ_CHILD_LINE_MAX  4096
#define YQ_CHILD_ARGS_MAX  64

enum yq_child_state {
	YQ_CHILD_STOPPED,
	YQ_CHILD_STARTING,
	YQ_CHILD_READY,
	YQ_CHILD_STOPPING,
	YQ_CHILD_WAITING,
};

enum yq_child_event {
	YQ_CHILD_EV_READY,   /* it said so itself */
	YQ_CHILD_EV_DIED,    /* unasked; text = how; it will be started again */
	YQ_CHILD_EV_FAILED,  /* could not be started at all; text = why; tried again */
	YQ_CHILD_EV_STOPPED, /* as asked */
	YQ_CHILD_EV_LINE,    /* a line of its output; text = the line */
};

struct yq_child; /* opaque */
typedef void yq_child_fn(
    void *cookie, struct yq_child *child, enum yq_child_event event, const char *text);

struct yq_child_spec {
	const char *name;	      /* "yq-webhook": for messages and the log's name */
	const char *program;	      /* absolute path */
	const char *const *arguments; /* after argv[0]; NULL-terminated */
	const char *const *variables; /* "NAME=value", win over our environment; NULL-terminated */
	const char *ready_line;	      /* part of an output line that means ready; NULL = READY=1 */
	const char *log_path;
	int keep_fd;		 /* stays open in it; -1 = none */
	unsigned backoff_min_ms; /* before it is started again; doubles with each death, ... */
	unsigned backoff_max_ms; /* ... up to this; not below the former */
};

/* `spec` is copied.  Starts nothing yet. */
YQ_NODISCARD enum yq_rc yq_child_make(uv_loop_t *loop, const struct yq_child_spec *spec,
    yq_child_fn *fn, void *cookie, struct yq_child **ret_child, struct yq_err *err);
/* Only in state STOPPED.  Failure to start is an event, as everything else. */
void yq_child_start(struct yq_child *child);
/* SIGTERM, and SIGKILL after YQ_CHILD_STOP_MS.  YQ_CHILD_EV_STOPPED follows, from the loop; a child
 * that is not running is STOPPED at once, without an event. */
void yq_child_stop(struct yq_child *child);
/* As yq_child_stop, but ask it yourself; only the time limit is ours. */
void yq_child_expect_stop(struct yq_child *child);
void yq_child_kill(struct yq_child *child);
/* To be called on SIGCHLD: takes up the end of this child, if it has ended. */
void yq_child_reap(struct yq_child *child);
/* Only in state STOPPED.  Its handles close on the loop, which must run once more. */
void yq_child_free(struct yq_child *child);

enum yq_child_state yq_child_state(const struct yq_child *child);
const char *yq_child_name(const struct yq_child *child);
pid_t yq_child_pid(const struct yq_child *child); /* 0 = not running */
/* Milliseconds from its last start until it was ready. */
uint64_t yq_child_start_ms(const struct yq_child *child);
bool yq_child_was_ready(const struct yq_child *child); /* ever */
/* Milliseconds until it is started again; only in state WAITING. */
unsigned yq_child_backoff_ms(const struct yq_child *child);

#endif
