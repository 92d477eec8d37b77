/*
 * str.h - bounded text.  The only place where C's own string printing is used.
 *
 * A text that does not fit is refused, never cut in silence.
 */
#ifndef YQ_BASE_STR_H
#define YQ_BASE_STR_H

#include "base/common.h"

/* Copy `source` (NUL-terminated) into `target` of `size` bytes.  False, and an empty target, if it
 * does not fit. */
YQ_NODISCARD bool yq_str_copy(char *target, size_t size, const char *source);
/* The same for `length` bytes without a NUL; false also if a NUL is among them. */
YQ_NODISCARD bool yq_str_copy_bytes(char *target, size_t size, const char *bytes, size_t length);
/* printf into `target`.  False if it was cut (the target then holds the cut text). */
bool yq_str_format(char *target, size_t size, const char *format, ...) YQ_PRINTF(3, 4);
/* For texts made to be read only: cut at a UTF-8 character's edge if too long. */
void yq_str_copy_cut(char *target, size_t size, const char *source);

bool yq_str_equal(const char *a, const char *b);
char yq_str_lower(char c);				/* of ASCII letters only */
bool yq_str_equal_nocase(const char *a, const char *b); /* ASCII case only */
/* The first `length` bytes of both, which both must have. */
bool yq_str_equal_nocase_bytes(const char *a, const char *b, size_t length);
bool yq_str_starts(const char *text, const char *prefix);
/* Whether all of `text` is as the `length` bytes of `pattern` say, ASCII case aside: "*" is any
 * text,
 * "?" one byte. */
bool yq_str_matches(const char *pattern, size_t length, const char *text);
bool yq_str_is_utf8(const char *bytes, size_t length); /* rejects overlong forms and surrogates */
/* How many of the first bytes are well-formed UTF-8; `length` when all are. */
size_t yq_str_utf8_prefix(const char *bytes, size_t length);

/* A whole decimal integer within [min, max], with nothing before or after it. */
YQ_NODISCARD bool yq_str_to_int64(const char *text, int64_t min, int64_t max, int64_t *result);

/* Levenshtein distance, for "did you mean"; texts longer than 63 bytes compare as unlike. */
unsigned yq_str_distance(const char *a, const char *b);
/* The nearest of `count` names without regard to ASCII case, or NULL when none is near enough to
 * suggest.  NULL names are skipped. */
const char *yq_str_nearest(const char *text, const char *const *names, size_t count);

#endif
