/*
 * private_valkey.h - the files of the Valkey that `yq up` runs for itself: a unix socket and no
 * port, every write flushed, its users known from the first moment.
 */
#ifndef YQ_CONSOLE_UP_PRIVATE_VALKEY_H
#define YQ_CONSOLE_UP_PRIVATE_VALKEY_H

#include "base/err.h"
#include "base/secret.h"
#include "bus/schema.h"
#include "console/files.h"

#define YQ_PRIVATE_VALKEY_USER "console"
/* Valkey writes it when it has loaded its data and listens. */
#define YQ_PRIVATE_VALKEY_READY "Ready to accept connections"

struct yq_private_valkey {
	char program[YQ_PATH_SIZE];
	char settings[YQ_PATH_SIZE]; /* its configuration file: the only argument it needs */
	char socket[108];
};

/*
 * Find the server (valkey-server, or redis-server 7 and later) and write its files below `folder`
 * ("var/valkey", absolute), with the administrator's and each program's password.
 *   YQ_E_NOT_FOUND  no server is installed: the text names the package.
 *   YQ_E_INVALID    the path does not fit a unix socket's address or Valkey's syntax.
 */
YQ_NODISCARD enum yq_rc yq_private_valkey_prepare(struct yq_private_valkey *valkey,
    const char *folder, const struct yq_secret *console,
    struct yq_secret *const passwords[YQ_PROGRAM_COUNT], struct yq_err *err);

#endif
