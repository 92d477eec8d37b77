/* watch_seen.c - a table of what was seen. */
#include "web/watch_seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct key {
	enum yq_seen_kind kind;
	const char *name;
};

static bool
same(const struct yq_table_node *node, const void *wanted)
{
	const struct yq_seen *seen = (const struct yq_seen *)node;
	const struct key *key = wanted;

	return seen->kind == key->kind && yq_str_equal(seen->name, key->name);
}

static uint64_t
hash_of(enum yq_seen_kind kind, const char *name)
{
	return yq_table_hash_join((uint64_t)kind, yq_table_hash_text(name));
}

static struct yq_seen *
seen_of(struct yq_table_node *node)
{
	return yq_container(node, struct yq_seen, node);
}

void
yq_seen_drop(struct yq_seen_list *list, struct yq_seen *seen)
{
	yq_table_remove(&list->table, &seen->node);
	list->version++;
	free(seen->frame);
	free(seen);
}

void
yq_seen_clear(struct yq_seen_list *list)
{
	while (list->table.oldest != NULL)
		yq_seen_drop(list, seen_of(list->table.oldest));
	yq_table_clear(&list->table);
}

struct yq_seen *
yq_seen_find(const struct yq_seen_list *list, enum yq_seen_kind kind, const char *name)
{
	const struct key key = { kind, name };

	return seen_of(yq_table_find(&list->table, hash_of(kind, name), same, &key));
}

bool
yq_seen_look(struct yq_seen_list *list, enum yq_seen_kind kind, const char *name, uint64_t mark,
    struct yq_seen **ret_seen)
{
	struct yq_seen *seen = yq_seen_find(list, kind, name);
	bool is_new = seen == NULL, changed;

	if (is_new) {
		seen = yq_xcalloc(1, sizeof(*seen));
		seen->kind = kind;
		yq_str_copy_cut(seen->name, sizeof(seen->name), name);
		yq_table_insert(&list->table, hash_of(kind, name), &seen->node);
	}
	changed = is_new || seen->mark != mark;
	seen->mark = mark;
	seen->round = list->round;
	*ret_seen = seen;
	return changed;
}

void
yq_seen_set(struct yq_seen_list *list, struct yq_seen *seen, const struct yq_buf *frame, bool quiet)
{
	free(seen->frame);
	seen->frame = yq_xcalloc(1, frame->length + 1);
	memcpy(seen->frame, yq_buf_text(frame), frame->length);
	seen->length = frame->length;
	if (!quiet)
		list->version++;
}

void
yq_seen_each_gone(struct yq_seen_list *list, enum yq_seen_kind kind, yq_seen_fn *fn, void *cookie)
{
	struct yq_table_node *node = list->table.oldest, *next;

	for (; node != NULL; node = next) {
		struct yq_seen *seen = seen_of(node);

		next = node->newer;
		if (seen->kind == kind && seen->round != list->round)
			fn(cookie, seen);
	}
}

void
yq_seen_write(const struct yq_seen_list *list, enum yq_seen_kind kind, struct yq_buf *out)
{
	for (struct yq_table_node *node = list->table.oldest; node != NULL; node = node->newer) {
		const struct yq_seen *seen = seen_of(node);

		if (seen->kind == kind && seen->frame != NULL)
			yq_buf_add(out, seen->frame, seen->length);
	}
}
