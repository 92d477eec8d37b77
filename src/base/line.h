/*
 * line.h - lines of a journal, each with its checksum before it: "crc32 text\n".
 */
#ifndef YQ_BASE_LINE_H
#define YQ_BASE_LINE_H

#include "base/buf.h"
#include "base/err.h"

/* Append one; `text` holds no newline. */
void yq_line_write(struct yq_buf *out, const char *text, size_t length);
/* Of a line without its newline: the text, borrowed.  YQ_E_CORRUPT: it is not what was written. */
YQ_NODISCARD enum yq_rc yq_line_check(
    const char *line, size_t length, const char **ret_text, size_t *ret_length, struct yq_err *err);

#endif
