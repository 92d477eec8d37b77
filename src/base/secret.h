/*
 * secret.h - a text that must not be shown: keys, passwords, alert secrets.
 *
 * The bytes lie in locked memory that is wiped on free and left out of core dumps.  There is no
 * function that formats a secret; who needs the bytes says so by name.
 */
#ifndef YQ_BASE_SECRET_H
#define YQ_BASE_SECRET_H

#include "base/common.h"

struct yq_secret; /* opaque */

/* A copy of `length` bytes; the caller should wipe its own with yq_wipe. */
YQ_NODISCARD struct yq_secret *yq_secret_make(const char *bytes, size_t length);
YQ_NODISCARD struct yq_secret *yq_secret_copy(const struct yq_secret *secret); /* NULL gives NULL */
void yq_secret_free(struct yq_secret *secret);				       /* NULL is a no-op */
void yq_secret_freep(struct yq_secret **secret);			       /* for YQ_CLEANUP */
/* The bytes, NUL-terminated, for the one call that needs them.  Borrowed. */
const char *yq_secret_reveal(const struct yq_secret *secret);
size_t yq_secret_length(const struct yq_secret *secret);
/* In time that does not depend on where they differ. */
bool yq_secret_matches(const struct yq_secret *secret, const char *bytes, size_t length);
void yq_wipe(void *bytes, size_t length);
/* A new secret of `bytes` random bytes (16-64) in URL-safe base64 without padding. */
YQ_NODISCARD struct yq_secret *yq_secret_random(size_t bytes);
/* Once a process: no core dumps, not traceable by others. */
void yq_secret_protect_process(void);

#endif
