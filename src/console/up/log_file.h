/*
 * log_file.h - one program's output in a file that stays bounded: at its maximum it becomes
 * NAME.1, replacing the one before.
 */
#ifndef YQ_CONSOLE_UP_LOG_FILE_H
#define YQ_CONSOLE_UP_LOG_FILE_H

#include "base/err.h"

#define YQ_LOG_FILE_MAX_BYTES ((size_t)8 << 20)

struct yq_log_file; /* opaque */

/* Opens for appending, 0600. */
YQ_NODISCARD enum yq_rc yq_log_file_open(
    const char *path, size_t maximum_bytes, struct yq_log_file **ret_file, struct yq_err *err);
/* `line` without its newline.  A disk that is full loses lines, never the system. */
void yq_log_file_add(struct yq_log_file *file, const char *line, size_t length);
void yq_log_file_close(struct yq_log_file *file); /* NULL is a no-op */

#endif
