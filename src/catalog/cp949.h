/*
 * cp949.h - Korean text as the exchanges' files have it (CP949) into UTF-8, strictly: a byte that
 * is none of it is a fault, never a question mark.
 */
#ifndef YQ_CATALOG_CP949_H
#define YQ_CATALOG_CP949_H

#include "base/err.h"

#define YQ_CP949_MAX 600 /* bytes of one text */

struct yq_cp949; /* opaque: a converter; one thread */

/* YQ_E_SYSTEM: this system's C library lacks the table; the sentence says what to install. */
YQ_NODISCARD enum yq_rc yq_cp949_open(struct yq_cp949 **ret_cp949, struct yq_err *err);
void yq_cp949_close(struct yq_cp949 *cp949); /* NULL is a no-op */
void yq_cp949_closep(struct yq_cp949 **cp949);

/*
 * `length` bytes (at most YQ_CP949_MAX) as a text without spaces at its ends.
 *   YQ_E_INVALID  the byte at *ret_at is no CP949, or a control character.
 *   YQ_E_RANGE    the text does not fit.
 */
YQ_NODISCARD enum yq_rc yq_cp949_read(struct yq_cp949 *cp949, const char *bytes, size_t length,
    char *text, size_t size, size_t *ret_at);

#endif
