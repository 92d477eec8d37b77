/*
 * password.h - passwords of people: which ones will do, and how they are kept (Argon2id).
 *
 * Making and checking one takes a good part of a tenth of a second and 19 MiB, on purpose.
 */
#ifndef YQ_DESK_PASSWORD_H
#define YQ_DESK_PASSWORD_H

#include "base/secret.h"
#include "store/users.h"

#define YQ_PASSWORD_LEAST 12  /* characters */
#define YQ_PASSWORD_MOST  256 /* bytes */

/* YQ_E_INVALID: it is too short or too long, too much like the name, one character over and over,
 * or one that everybody knows. */
YQ_NODISCARD enum yq_rc yq_password_check(
    const char *password, const char *user, struct yq_err *err);
/* YQ_E_SYSTEM: there is no memory for it now. */
YQ_NODISCARD enum yq_rc yq_password_hash(
    const char *password, char text[YQ_PASSWORD_SIZE], struct yq_err *err);
/* `text` NULL: of a user who is not there.  Takes as long, and is false. */
bool yq_password_matches(const char *text, const char *password);
/* One for the first time, or in place of one that was forgotten: 22 random characters. */
YQ_NODISCARD struct yq_secret *yq_password_make(void);

#endif
