/* mem.c - allocation that aborts instead of failing. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

void *
yq_xcalloc(size_t count, size_t size)
{
	/* A request for nothing still gives a pointer of its own. */
	void *pointer = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);

	if (pointer == NULL)
		YQ_PANIC("out of memory: %zu x %zu bytes", count, size);
	return pointer;
}

void *
yq_xrealloc(void *pointer, size_t count, size_t size)
{
	void *grown = reallocarray(pointer, count == 0 ? 1 : count, size == 0 ? 1 : size);

	if (grown == NULL)
		YQ_PANIC("out of memory: %zu x %zu bytes", count, size);
	return grown;
}

char *
yq_xstrdup(const char *text)
{
	return yq_xstrndup(text, strlen(text));
}

char *
yq_xstrndup(const char *bytes, size_t length)
{
	char *copy = yq_xcalloc(length + 1, 1);

	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

void
yq_freep(void *pointer_to_pointer)
{
	void *pointer;

	/* Copied bytewise: the caller's variable is some T *, not a void *. */
	memcpy(&pointer, pointer_to_pointer, sizeof(pointer));
	free(pointer);
}
