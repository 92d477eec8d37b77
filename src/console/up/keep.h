/*
 * keep.h - secrets made once and kept as private files, and ports that are free now.
 */
#ifndef YQ_CONSOLE_UP_KEEP_H
#define YQ_CONSOLE_UP_KEEP_H

#include "base/err.h"
#include "base/secret.h"

/* The secret kept as `folder`/`name`; made (32 random bytes as text) if there is none. */
YQ_NODISCARD enum yq_rc yq_keep_secret(
    const char *folder, const char *name, struct yq_secret **ret_secret, struct yq_err *err);

/* `*port` stays unless it is 0; then a port that is free at `address` (an IP address). */
YQ_NODISCARD enum yq_rc yq_keep_port(const char *address, int64_t *port, struct yq_err *err);
/* Whether a server could listen there now; true for port 0. */
bool yq_keep_port_is_free(const char *address, int64_t port);

#endif
