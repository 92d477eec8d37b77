/*
 * seal.h - a secret as a text that may lie in a database (XChaCha20-Poly1305).
 *
 * The text is URL-safe base64 of a version, a random nonce and the box.  What it belongs to is
 * sealed with it, so that it opens in no other place.
 */
#ifndef YQ_STORE_SEAL_H
#define YQ_STORE_SEAL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

#define YQ_SEAL_KEY_BYTES 32 /* in URL-safe base64 without padding: yq_secret_random(32) */
#define YQ_SEAL_MAX	  4096

/* `key`: YQ_E_INVALID if it is no text of 32 bytes. */
YQ_NODISCARD enum yq_rc yq_seal_key_check(const struct yq_secret *key, struct yq_err *err);

/* Add the sealed `secret` to `text`.  YQ_E_INVALID: no key; YQ_E_RANGE: longer than YQ_SEAL_MAX. */
YQ_NODISCARD enum yq_rc yq_seal(const struct yq_secret *key, const char *place,
    const struct yq_secret *secret, struct yq_buf *text, struct yq_err *err);
/* YQ_E_INVALID: no key; YQ_E_CORRUPT: another key, another place, or a changed text. */
YQ_NODISCARD enum yq_rc yq_unseal(const struct yq_secret *key, const char *place, const char *text,
    size_t length, struct yq_secret **ret_secret, struct yq_err *err);

#endif
