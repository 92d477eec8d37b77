/* server_store.c - the data of the modelled server: hashes, sets, lists, streams. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/schema.h"
#include "server.h"

/* ---- words ---- */

struct word
server_word(const char *text)
{
	return (struct word){ text, strlen(text) };
}

struct word
server_word_copy(const struct word *word)
{
	return (struct word){ yq_xstrndup(word->text, word->length), word->length };
}

bool
server_word_is(const struct word *word, const char *text)
{
	return word != NULL && word->text != NULL && strcmp(word->text, text) == 0;
}

static void
word_free(struct word *word)
{
	free((void *)(uintptr_t)word->text);
	*word = (struct word){ 0 };
}

/* ---- keys ---- */

static bool
same_key(const struct yq_table_node *node, const void *key)
{
	return strcmp(((const struct value *)(const void *)node)->key, key) == 0;
}

struct value *
server_find(const struct server *server, const char *key)
{
	return yq_container(yq_table_find(&server->keys, yq_table_hash_text(key), same_key, key),
	    struct value, node);
}

struct value *
server_make(struct server *server, const char *key, enum kind kind)
{
	struct value *value = server_find(server, key);

	if (value == NULL) {
		value = yq_xcalloc(1, sizeof(*value));
		value->kind = kind;
		value->key = yq_xstrdup(key);
		yq_table_insert(&server->keys, yq_table_hash_text(key), &value->node);
	}
	assert(value->kind == kind);
	return value;
}

static bool
free_cell(void *cookie, struct yq_table_node *node)
{
	struct cell *cell = yq_container(node, struct cell, node);

	(void)cookie;
	word_free(&cell->name);
	word_free(&cell->value);
	free(cell);
	return true;
}

static void
value_free(struct value *value)
{
	yq_table_each(&value->cells, free_cell, NULL);
	yq_table_clear(&value->cells);
	word_free(&value->text);
	for (size_t i = 0; i < value->item_count; i++)
		word_free(&value->items[i]);
	for (size_t i = 0; i < value->entry_count; i++) {
		word_free(&value->entries[i].kind);
		word_free(&value->entries[i].payload);
	}
	for (size_t i = 0; i < value->group_count; i++)
		free(value->groups[i].pending);
	free(value->items);
	free(value->entries);
	free(value->key);
	free(value);
}

void
server_remove(struct server *server, const char *key)
{
	struct value *value = server_find(server, key);

	if (value == NULL)
		return;
	yq_table_remove(&server->keys, &value->node);
	value_free(value);
}

/* ---- fields and members ---- */

static bool
same_cell(const struct yq_table_node *node, const void *name)
{
	return strcmp(((const struct cell *)(const void *)node)->name.text, name) == 0;
}

static struct cell *
cell_find(const struct value *value, const char *name)
{
	if (value == NULL)
		return NULL;
	return yq_container(yq_table_find(&value->cells, yq_table_hash_text(name), same_cell, name),
	    struct cell, node);
}

static struct cell *
cell_make(struct value *value, const char *name)
{
	struct cell *cell = yq_xcalloc(1, sizeof(*cell));
	struct word word = server_word(name);

	cell->name = server_word_copy(&word);
	yq_table_insert(&value->cells, yq_table_hash_text(name), &cell->node);
	return cell;
}

const struct word *
server_get(const struct server *server, const char *key, const char *field)
{
	const struct cell *cell = cell_find(server_find(server, key), field);

	return cell != NULL ? &cell->value : NULL;
}

void
server_set(struct server *server, const char *key, const char *field, const struct word *value)
{
	struct value *hash = server_make(server, key, KIND_HASH);
	struct cell *cell = cell_find(hash, field);

	if (server->events != NULL && server->events->field != NULL)
		server->events->field(
		    server->cookie, key, field, cell != NULL ? &cell->value : NULL, value);
	if (cell == NULL)
		cell = cell_make(hash, field);
	word_free(&cell->value);
	cell->value = server_word_copy(value);
}

/* A hash or set without members is no more. */
void
server_unset(struct server *server, const char *key, const char *field)
{
	struct value *value = server_find(server, key);
	struct cell *cell = cell_find(value, field);

	if (cell == NULL)
		return;
	yq_table_remove(&value->cells, &cell->node);
	(void)free_cell(NULL, &cell->node);
	if (value->cells.count == 0)
		server_remove(server, key);
}

bool
server_has(const struct server *server, const char *key, const char *member)
{
	return cell_find(server_find(server, key), member) != NULL;
}

void
server_put(struct server *server, const char *key, const char *member)
{
	struct value *set = server_make(server, key, KIND_SET);

	if (cell_find(set, member) == NULL)
		(void)cell_make(set, member);
}

void
server_text(struct server *server, const char *key, const struct word *text)
{
	struct value *value = server_make(server, key, KIND_TEXT);

	word_free(&value->text);
	value->text = server_word_copy(text);
}

/* ---- lists and streams ---- */

void
server_push(struct server *server, const char *key, const struct word *item)
{
	struct value *list = server_make(server, key, KIND_LIST);

	if (server->events != NULL && server->events->pushed != NULL)
		server->events->pushed(server->cookie, key, item);
	if (list->item_count == list->item_room) {
		list->item_room = list->item_room == 0 ? 16 : list->item_room * 2;
		list->items = yq_xrealloc(list->items, list->item_room, sizeof(*list->items));
	}
	list->items[list->item_count++] = server_word_copy(item);
}

void
server_entry_id(int64_t ms, int64_t seq, char text[48])
{
	(void)yq_str_format(text, 48, "%" PRId64 "-%" PRId64, ms, seq);
}

void
server_entry_parse(const char *text, int64_t *ms, int64_t *seq)
{
	char *end;

	*ms = strtoll(text, &end, 10);
	*seq = *end == '-' ? strtoll(end + 1, NULL, 10) : 0;
}

void
server_add(struct server *server, const char *key, const char *kind, const struct word *payload)
{
	struct value *stream = server_make(server, key, KIND_STREAM);
	struct word word = server_word(kind != NULL ? kind : "");
	int64_t ms = server->now_us / 1000;
	struct entry *entry;

	if (stream->entry_count == stream->entry_room) {
		stream->entry_room = stream->entry_room == 0 ? 16 : stream->entry_room * 2;
		stream->entries =
		    yq_xrealloc(stream->entries, stream->entry_room, sizeof(*stream->entries));
	}
	/* Also when the clock went back, ids rise. */
	stream->last_seq = ms > stream->last_ms ? 0 : stream->last_seq + 1;
	stream->last_ms = ms > stream->last_ms ? ms : stream->last_ms;
	entry = &stream->entries[stream->entry_count++];
	*entry = (struct entry){ .ms = stream->last_ms, .seq = stream->last_seq };
	if (kind != NULL)
		entry->kind = server_word_copy(&word);
	entry->payload = server_word_copy(payload);
	if (server->events != NULL && server->events->added != NULL)
		server->events->added(server->cookie, key, entry);
}

struct group *
server_group(struct server *server, const char *key, const char *name)
{
	struct value *stream = server_make(server, key, KIND_STREAM);

	for (size_t i = 0; i < stream->group_count; i++)
		if (strcmp(stream->groups[i].name, name) == 0)
			return &stream->groups[i];
	assert(stream->group_count < GROUPS_MAX);
	yq_str_copy_cut(stream->groups[stream->group_count].name, 64, name);
	return &stream->groups[stream->group_count++];
}

bool
server_acknowledge(
    struct server *server, const char *key, const char *group_name, const char *entry_id)
{
	struct group *group = server_group(server, key, group_name);
	int64_t ms, seq;

	server_entry_parse(entry_id, &ms, &seq);
	for (size_t i = 0; i < group->pending_count; i++) {
		if (group->pending[i].ms != ms || group->pending[i].seq != seq)
			continue;
		group->pending_count--;
		memmove(&group->pending[i], &group->pending[i + 1],
		    (group->pending_count - i) * sizeof(group->pending[0]));
		return true;
	}
	return false;
}

void
server_publish(struct server *server, const char *channel, const struct word *payload)
{
	if (server->events != NULL && server->events->published != NULL)
		server->events->published(server->cookie, channel, payload);
}

void
server_trim(struct server *server, const char *key)
{
	struct value *stream = server_find(server, key);

	for (size_t i = 0; stream != NULL && i < stream->entry_count; i++) {
		word_free(&stream->entries[i].kind);
		word_free(&stream->entries[i].payload);
	}
	if (stream != NULL)
		stream->entry_count = 0;
}

/* ---- life ---- */

void
server_open(struct server *server)
{
	*server = (struct server){ 0 };
	for (int i = 0; i < YQ_GROUP_COUNT; i++)
		(void)server_group(server, yq_key_name(yq_groups[i].stream), yq_groups[i].name);
}

static bool
free_value(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	value_free(yq_container(node, struct value, node));
	return true;
}

void
server_close(struct server *server)
{
	yq_table_each(&server->keys, free_value, NULL);
	yq_table_clear(&server->keys);
}

/* ---- dump ---- */

struct lines {
	char **line;
	size_t count, room;
};

static void
line_add(struct lines *lines, struct yq_buf *text)
{
	if (lines->count == lines->room) {
		lines->room = lines->room == 0 ? 64 : lines->room * 2;
		lines->line = yq_xrealloc(lines->line, lines->room, sizeof(*lines->line));
	}
	lines->line[lines->count++] = yq_xstrdup(yq_buf_text(text));
	yq_buf_clear(text);
}

/* What no two servers have alike. */
static bool
is_of_time(const char *field)
{
	static const char *const fields[] = { "ExpiresAt", "Entry", "Token", "Fence" };

	for (size_t i = 0; i < YQ_COUNT(fields); i++)
		if (strcmp(fields[i], field) == 0)
			return true;
	return false;
}

static void
dump_cells(const struct value *value, struct lines *lines, struct yq_buf *text)
{
	for (const struct yq_table_node *n = value->cells.oldest; n != NULL; n = n->newer) {
		const struct cell *cell = (const struct cell *)(const void *)n;

		if (is_of_time(cell->name.text))
			continue;
		yq_buf_add_format(text, "%s %s = %s", value->key, cell->name.text,
		    cell->value.text != NULL ? cell->value.text : "");
		line_add(lines, text);
	}
}

static void
dump_value(const struct value *value, struct lines *lines, struct yq_buf *text)
{
	dump_cells(value, lines, text);
	if (value->kind == KIND_TEXT) {
		yq_buf_add_format(text, "%s = %s", value->key, value->text.text);
		line_add(lines, text);
	}
	for (size_t i = 0; i < value->item_count; i++) {
		yq_buf_add_format(text, "%s %06zu %s", value->key, i, value->items[i].text);
		line_add(lines, text);
	}
	for (size_t i = 0; i < value->entry_count; i++) {
		yq_buf_add_format(text, "%s %06zu %s %s", value->key, i,
		    value->entries[i].kind.text != NULL ? value->entries[i].kind.text : "",
		    value->entries[i].payload.text);
		line_add(lines, text);
	}
	for (size_t i = 0; i < value->group_count; i++) {
		yq_buf_add_format(text, "%s group %s pending %zu", value->key,
		    value->groups[i].name, value->groups[i].pending_count);
		line_add(lines, text);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
server_dump(const struct server *server, struct yq_buf *out)
{
	struct lines lines = { 0 };
	struct yq_buf text = yq_buf_make(1U << 20);

	for (const struct yq_table_node *n = server->keys.oldest; n != NULL; n = n->newer)
		dump_value((const struct value *)(const void *)n, &lines, &text);
	if (lines.count > 0)
		qsort(lines.line, lines.count, sizeof(*lines.line), by_text);
	for (size_t i = 0; i < lines.count; i++) {
		yq_buf_add_format(out, "%s\n", lines.line[i]);
		free(lines.line[i]);
	}
	free(lines.line);
	yq_buf_free(&text);
}
