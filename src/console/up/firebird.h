/*
 * firebird.h - `yq up` and Firebird: the private root, and the tables brought up to date in a
 * short-lived process, so that the engine neither blocks the loop nor stays in our memory.
 */
#ifndef YQ_CONSOLE_UP_FIREBIRD_H
#define YQ_CONSOLE_UP_FIREBIRD_H

#include "base/connection_string.h"
#include "base/err.h"
#include "store/root.h"

#include <sys/types.h>
#include <uv.h>

struct yq_up_firebird; /* opaque */

/* `err` is NULL on success; `text` tells what was found or done ("schema 3, new"); `password` is
 * that of the first user where one was made just now, else "". */
typedef void yq_up_firebird_fn(
    void *cookie, const struct yq_err *err, const char *text, const char *password);

#define YQ_UP_FIRST_USER "admin"

/*
 * Begin.  `root` NULL = a served Firebird.  `first_user`: where nobody may sign in to the dashboard
 * yet, YQ_UP_FIRST_USER is made, an Admin, with a password that must be changed.  `fn` runs once,
 * from the loop.  SIGCHLD handling calls yq_up_firebird_reap.
 */
YQ_NODISCARD enum yq_rc yq_up_firebird_begin(uv_loop_t *loop,
    const struct yq_firebird_target *target, const struct yq_firebird_root *root, bool first_user,
    yq_up_firebird_fn *fn, void *cookie, struct yq_up_firebird **ret_firebird, struct yq_err *err);
void yq_up_firebird_reap(struct yq_up_firebird *firebird); /* NULL is a no-op */
/* Kills the process if it still runs; `fn` does not run any more.  NULL is a no-op. */
void yq_up_firebird_free(struct yq_up_firebird *firebird);

#endif
