/*
 * totp.h - the second factor: codes of six digits that a telephone makes (RFC 6238: SHA-1, 30 s).
 */
#ifndef YQ_WEB_TOTP_H
#define YQ_WEB_TOTP_H

#include "base/buf.h"
#include "base/secret.h"

#define YQ_TOTP_SECRET_BYTES 20 /* as RFC 4226 recommends */
#define YQ_TOTP_STEP_S	     30
#define YQ_TOTP_DIGITS	     6
#define YQ_TOTP_CODE_SIZE    (YQ_TOTP_DIGITS + 1)

/* A new secret: random bytes. */
YQ_NODISCARD struct yq_secret *yq_totp_make(void);
/* RFC 4648, upper case, without padding; added to `text`. */
void yq_base32(const unsigned char *bytes, size_t length, struct yq_buf *text);
/* "otpauth://totp/yQuant:ann?secret=...", for a QR code; `user` needs no escapes but of @. */
void yq_totp_uri(const struct yq_secret *secret, const char *user, struct yq_buf *uri);

void yq_totp_code(const struct yq_secret *secret, int64_t step, char code[YQ_TOTP_CODE_SIZE]);
/*
 * Whose step `code` is, of the present one, the one before and the one after; spaces in it do not
 * count.  0 = none, or none after `last_step`: a code counts once.  In time that does not depend on
 * the code.
 */
int64_t yq_totp_step(
    const struct yq_secret *secret, const char *code, int64_t last_step, int64_t now_us);

#endif
