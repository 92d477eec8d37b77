/*
 * mem.h - allocation that cannot fail: it aborts, for recovery from a crash has to be right anyway.
 */
#ifndef YQ_BASE_MEM_H
#define YQ_BASE_MEM_H

#include "base/common.h"

/* Zeroed memory for `count` items of `size` bytes; owned by the caller, freed with free(). */
YQ_NODISCARD void *yq_xcalloc(size_t count, size_t size);
/* Like reallocarray; the new part is not zeroed. */
YQ_NODISCARD void *yq_xrealloc(void *pointer, size_t count, size_t size);
YQ_NODISCARD char *yq_xstrdup(const char *text);
YQ_NODISCARD char *yq_xstrndup(const char *bytes, size_t length); /* adds the final NUL */

/* For YQ_CLEANUP(yq_freep): frees what the pointer variable points to. */
void yq_freep(void *pointer_to_pointer);

#endif
