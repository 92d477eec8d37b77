/*
 * spawn.h - start a process that cannot outlive us, and hear when it is ready (sd_notify).
 */
#ifndef YQ_CONSOLE_UP_SPAWN_H
#define YQ_CONSOLE_UP_SPAWN_H

#include "base/err.h"

#include <sys/types.h>

/* The value of NOTIFY_SOCKET: an abstract address ("@..."), free of any limit on a folder's path.
 */
struct yq_notify_name {
	char text[64];
};
/* A datagram socket for a child's messages; the caller closes it. */
YQ_NODISCARD enum yq_rc yq_notify_open(
    struct yq_notify_name *name, int *ret_fd, struct yq_err *err);

/*
 * Start `program` with both its outputs on a pipe, whose reading end (non-blocking) goes to the
 * caller.  The child gets a process group of its own, no input, default signals, and SIGKILL when
 * this thread's process ends.  `variables` ("NAME=value") are added to our own environment;
 * `keep_fd` (-1 = none) stays open in the child: the lock of the folder.
 * YQ_E_SYSTEM if the process could not be made or the program not run: the text says which.
 */
YQ_NODISCARD enum yq_rc yq_spawn(const char *program, char *const *arguments,
    char *const *variables, int keep_fd, pid_t *ret_pid, int *ret_output_fd, struct yq_err *err);

/* "ended with status 1" or "was killed by signal 9 (Killed)". */
void yq_spawn_explain(int wait_status, char *text, size_t size);

#endif
