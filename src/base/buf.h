/*
 * buf.h - a growing byte buffer with a stated maximum.
 *
 * Appending past the maximum marks the buffer as overflowed and adds nothing; the writer checks
 * once, at the end, with yq_buf_ok.  The content is always followed by a NUL that is not counted.
 */
#ifndef YQ_BASE_BUF_H
#define YQ_BASE_BUF_H

#include <stdarg.h>

#include "base/common.h"

struct yq_buf {
	char *data; /* NULL until something is appended; owned */
	size_t length;
	size_t capacity;
	size_t maximum;
	bool overflowed;
};

/* An empty buffer that will hold at most `maximum` bytes.  Allocates nothing. */
struct yq_buf yq_buf_make(size_t maximum);
void yq_buf_free(struct yq_buf *buf);  /* leaves it empty and usable */
void yq_buf_clear(struct yq_buf *buf); /* keeps the memory */
bool yq_buf_ok(const struct yq_buf *buf);
const char *yq_buf_text(const struct yq_buf *buf); /* never NULL; "" when empty */

void yq_buf_add(struct yq_buf *buf, const void *bytes, size_t length);
void yq_buf_add_text(struct yq_buf *buf, const char *text);
void yq_buf_add_char(struct yq_buf *buf, char c);
void yq_buf_add_int(struct yq_buf *buf, int64_t value);
void yq_buf_add_format(struct yq_buf *buf, const char *format, ...) YQ_PRINTF(2, 3);
void yq_buf_add_va(struct yq_buf *buf, const char *format, va_list args) YQ_PRINTF(2, 0);
/* Forget the first `length` bytes. */
void yq_buf_drop_front(struct yq_buf *buf, size_t length);

#endif
