/*
 * plugin_host.h - start a process that a sizing plug-in runs in.
 *
 * It shares nothing with us but a socket: no environment, no descriptor, no terminal, a session of
 * its own.  See domain/sizer_message.h for what is said.
 */
#ifndef YQ_DAEMON_PLUGIN_HOST_H
#define YQ_DAEMON_PLUGIN_HOST_H

#include <sys/types.h>

#include "base/err.h"
#include "domain/sizer_message.h"

#define YQ_PLUGIN_HELLO_MS 3000 /* from the start to the hello */

struct yq_plugin_host {
	pid_t pid; /* its process group has the same number; 0 = none */
	int fd;	   /* our end, non-blocking; -1 = none */
};

/* Run `program`, NULL = the yq-sizer-host that stands beside this program.  YQ_E_SYSTEM if it is
 * not there or cannot be started. */
YQ_NODISCARD enum yq_rc yq_plugin_host_start(
    const char *program, const char *path, struct yq_plugin_host *host, struct yq_err *err);

/*
 * Kill the process with all that it started, close the socket, and take up its end.  Within some
 * milliseconds; if it cannot die so soon false, and the pid stays: call yq_plugin_host_reap later.
 * `text` says how it had ended by itself, "" if it had not.
 */
bool yq_plugin_host_kill(struct yq_plugin_host *host, char *text, size_t size);
/* True once there is nothing left of it. */
bool yq_plugin_host_reap(struct yq_plugin_host *host);

/* What the host said first.  YQ_E_INVALID if it refused the plug-in, or said something else; the
 * sentence is the reason. */
YQ_NODISCARD enum yq_rc yq_plugin_host_hello(
    const void *message, size_t length, struct yq_sizer_hello *hello, struct yq_err *err);

/* Start it, hear its hello, end it.  Blocks, for up to YQ_PLUGIN_HELLO_MS. */
YQ_NODISCARD enum yq_rc yq_plugin_check(const char *program, const char *path, struct yq_err *err);

#endif
