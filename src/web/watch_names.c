/* watch_names.c - a list of short texts, each once. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "web/watch_parts.h"

bool
watch_names_have(const struct watch_names *names, const char *text)
{
	for (size_t i = 0; i < names->count; i++)
		if (yq_str_equal(names->texts[i], text))
			return true;
	return false;
}

bool
watch_names_push(struct watch_names *names, const char *text)
{
	if (names->count == names->capacity) {
		names->capacity = names->capacity * 2 + 16;
		names->texts = yq_xrealloc(names->texts, names->capacity, sizeof(names->texts[0]));
	}
	if (!yq_str_copy(names->texts[names->count], sizeof(names->texts[0]), text))
		return false;
	names->count++;
	return true;
}

bool
watch_names_add(struct watch_names *names, const char *text)
{
	return !watch_names_have(names, text) && watch_names_push(names, text);
}

void
watch_names_clear(struct watch_names *names)
{
	names->count = 0;
}

void
watch_names_free(struct watch_names *names)
{
	free(names->texts);
	*names = (struct watch_names){ .count = 0 };
}
