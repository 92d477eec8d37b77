/*
 * provision.h - make a server ready: users with their rights, the function library, the groups.
 *
 * Idempotent, on a private server and on one that others use too: it touches nothing that is not
 * listed in schema.def.  Needs a user who may do ACL, FUNCTION and XGROUP.
 */
#ifndef YQ_BUS_PROVISION_H
#define YQ_BUS_PROVISION_H

#include "base/secret.h"
#include "bus/steps.h"
#include "bus/valkey_sync.h"

/* Of the library in this build; daemons refuse to start on another. */
extern const char yq_functions_version[];
extern const char yq_functions_source[]; /* functions.lua, NUL-terminated */
extern const size_t yq_functions_length;

struct yq_provision_options {
	/* By program; NULL = that program's user is left as it is. */
	const struct yq_secret *passwords[YQ_PROGRAM_COUNT];
	bool close_default_user; /* nobody may be the user `default` (private servers) */
	bool save_acl;		 /* ACL SAVE, when the server has an ACL file */
};
/* One line for each thing done, for a person; secrets never enter it. */
typedef void yq_provision_fn(void *cookie, const char *line);

YQ_NODISCARD enum yq_rc yq_provision(struct yq_valkey_sync *sync,
    const struct yq_provision_options *options, yq_provision_fn *fn, void *cookie,
    struct yq_err *err);
/* Only the users: for a replica, which gets all else from its master. */
YQ_NODISCARD enum yq_rc yq_provision_users(struct yq_valkey_sync *sync,
    const struct yq_provision_options *options, yq_provision_fn *fn, void *cookie,
    struct yq_err *err);
/* Users as lines of an ACL file ("user yq-webhook on #hash ..."), for a server that is about to be
 * started: it then never runs without them.  Passwords are written as SHA-256. */
void yq_provision_acl_file(const struct yq_provision_options *options, struct yq_buf *out);

/* YQ_OK when the server has this build's library (and, asked by the console, its groups);
 * YQ_E_STATE with what to do when it has none or another version. */
YQ_NODISCARD enum yq_rc yq_provision_verify_sync(struct yq_valkey_sync *sync, struct yq_err *err);
void yq_provision_verify(struct yq_valkey *valkey, yq_done_fn *fn, void *cookie);

#endif
