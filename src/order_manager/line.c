/* line.c - a queue that can be added to at both ends. */
#include "order_manager/line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct yq_line
yq_line_make(size_t max)
{
	return (struct yq_line){
		.items = yq_xcalloc(max, sizeof(struct yq_waiting)),
		.max = max,
	};
}

void
yq_line_clear(struct yq_line *line)
{
	free(line->items);
	*line = (struct yq_line){ .items = NULL };
}

void
yq_line_push(
    struct yq_line *line, const char *entry_id, const struct yq_signal *signal, int64_t now_ns)
{
	struct yq_waiting *waiting = &line->items[line->count];

	assert(line->count < line->max);
	*waiting = (struct yq_waiting){ .signal = *signal, .since_ns = now_ns };
	if (!yq_str_copy(waiting->entry_id, sizeof(waiting->entry_id), entry_id))
		YQ_PANIC("an entry id of %zu bytes", strlen(entry_id));
	line->count++;
}

void
yq_line_put_first(struct yq_line *line, const struct yq_waiting *items, size_t count)
{
	assert(line->count + count <= line->max);
	if (count == 0)
		return;
	memmove(line->items + count, line->items, line->count * sizeof(*items));
	memcpy(line->items, items, count * sizeof(*items));
	line->count += count;
}

size_t
yq_line_take(struct yq_line *line, struct yq_waiting *target, size_t max)
{
	size_t count = line->count < max ? line->count : max;

	memcpy(target, line->items, count * sizeof(*target));
	line->count -= count;
	memmove(line->items, line->items + count, line->count * sizeof(*target));
	return count;
}
