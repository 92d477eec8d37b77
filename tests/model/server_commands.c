/* server_commands.c - the plain commands: hashes, sets, and reading a stream in a group. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "server.h"

/* ---- answers; malloc, for hiredis frees them ---- */

static redisReply *
answer_make(int type)
{
	redisReply *reply = yq_xcalloc(1, sizeof(*reply));

	reply->type = type;
	return reply;
}

redisReply *
server_nil(void)
{
	return answer_make(REDIS_REPLY_NIL);
}

redisReply *
answer_array(size_t count)
{
	redisReply *reply = answer_make(REDIS_REPLY_ARRAY);

	reply->elements = count;
	reply->element = yq_xcalloc(count + 1, sizeof(redisReply *));
	return reply;
}

redisReply *
answer_text(const char *text, size_t length)
{
	redisReply *reply = answer_make(REDIS_REPLY_STRING);

	reply->str = yq_xstrndup(text, length);
	reply->len = length;
	return reply;
}

redisReply *
answer_int(long long value)
{
	redisReply *reply = answer_make(REDIS_REPLY_INTEGER);

	reply->integer = value;
	return reply;
}

static redisReply *
answer_word(const struct word *word)
{
	return word == NULL ? server_nil() : answer_text(word->text, word->length);
}

static redisReply *
answer_name(const char *name)
{
	return answer_text(name, strlen(name));
}

/* ---- hashes, sets ---- */

redisReply *
server_hash(const struct server *server, const char *key)
{
	const struct value *hash = server_find(server, key);
	redisReply *reply = answer_array(hash != NULL ? 2 * hash->cells.count : 0);
	size_t i = 0;

	for (const struct yq_table_node *n = hash != NULL ? hash->cells.oldest : NULL; n != NULL;
	     n = n->newer) {
		const struct cell *cell = (const struct cell *)(const void *)n;

		reply->element[i++] = answer_word(&cell->name);
		reply->element[i++] = answer_word(&cell->value);
	}
	return reply;
}

static redisReply *
hgetall(struct server *server, const struct word *argv, size_t argc)
{
	(void)argc;
	return server_hash(server, argv[1].text);
}

static redisReply *
hget(struct server *server, const struct word *argv, size_t argc)
{
	(void)argc;
	return answer_word(server_get(server, argv[1].text, argv[2].text));
}

static redisReply *
hmget(struct server *server, const struct word *argv, size_t argc)
{
	redisReply *reply = answer_array(argc - 2);

	for (size_t i = 2; i < argc; i++)
		reply->element[i - 2] = answer_word(server_get(server, argv[1].text, argv[i].text));
	return reply;
}

static redisReply *
hset(struct server *server, const struct word *argv, size_t argc)
{
	for (size_t i = 2; i + 1 < argc; i += 2)
		server_set(server, argv[1].text, argv[i].text, &argv[i + 1]);
	return answer_int((long long)(argc / 2 - 1));
}

static redisReply *
hdel(struct server *server, const struct word *argv, size_t argc)
{
	for (size_t i = 2; i < argc; i++)
		server_unset(server, argv[1].text, argv[i].text);
	return answer_int(1);
}

static int
by_place(const void *a, const void *b)
{
	const struct cell *x = *(const struct cell *const *)a, *y = *(const struct cell *const *)b;
	uint64_t p = x->node.hash * UINT64_C(0x9e3779b97f4a7c15),
		 q = y->node.hash * UINT64_C(0x9e3779b97f4a7c15);

	return (p > q) - (p < q);
}

/* A set tells nothing of the order in which it was made. */
static redisReply *
smembers(struct server *server, const struct word *argv, size_t argc)
{
	const struct value *set = server_find(server, argv[1].text);
	redisReply *reply = answer_array(set != NULL ? set->cells.count : 0);
	const struct cell **cells = yq_xcalloc(reply->elements + 1, sizeof(*cells));
	size_t count = 0;

	(void)argc;
	for (const struct yq_table_node *n = set != NULL ? set->cells.oldest : NULL; n != NULL;
	     n = n->newer)
		cells[count++] = (const struct cell *)(const void *)n;
	if (count > 0)
		qsort(cells, count, sizeof(*cells), by_place);
	for (size_t i = 0; i < count; i++)
		reply->element[i] = answer_word(&cells[i]->name);
	free(cells);
	return reply;
}

static redisReply *
publish(struct server *server, const struct word *argv, size_t argc)
{
	(void)argc;
	server_publish(server, argv[1].text, &argv[2]);
	return answer_int(1);
}

/* ---- streams ---- */

static redisReply *
answer_id(int64_t ms, int64_t seq)
{
	char text[48];

	server_entry_id(ms, seq, text);
	return answer_name(text);
}

static redisReply *
answer_entry(const struct entry *entry)
{
	redisReply *reply = answer_array(2);
	size_t at = 0;

	reply->element[0] = answer_id(entry->ms, entry->seq);
	reply->element[1] = answer_array(entry->kind.text != NULL ? 4 : 2);
	if (entry->kind.text != NULL) {
		reply->element[1]->element[at++] = answer_name("kind");
		reply->element[1]->element[at++] = answer_word(&entry->kind);
	}
	reply->element[1]->element[at++] = answer_name("payload");
	reply->element[1]->element[at++] = answer_word(&entry->payload);
	return reply;
}

static bool
is_after(int64_t ms, int64_t seq, int64_t than_ms, int64_t than_seq)
{
	return ms > than_ms || (ms == than_ms && seq > than_seq);
}

/* The first entry above the id; entry_count if there is none. */
static size_t
entry_above(const struct value *stream, int64_t ms, int64_t seq)
{
	size_t low = 0, high = stream->entry_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct entry *e = &stream->entries[middle];

		if (is_after(e->ms, e->seq, ms, seq))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static const struct entry *
entry_at(const struct value *stream, int64_t ms, int64_t seq)
{
	size_t at = entry_above(stream, ms, seq - 1);

	if (at < stream->entry_count && stream->entries[at].ms == ms &&
	    stream->entries[at].seq == seq)
		return &stream->entries[at];
	return NULL;
}

static void
seen(struct server *server, struct group *group, const char *consumer)
{
	size_t i = 0;

	while (i < group->member_count && strcmp(group->members[i].name, consumer) != 0)
		i++;
	if (i == MEMBERS_MAX)
		YQ_PANIC("too many consumers");
	if (i == group->member_count)
		yq_str_copy_cut(group->members[group->member_count++].name, 64, consumer);
	group->members[i].seen_ms = server->now_us / 1000;
}

static redisReply *
answer_read(const char *stream, redisReply **entries, size_t count)
{
	redisReply *reply = answer_array(1);

	reply->element[0] = answer_array(2);
	reply->element[0]->element[0] = answer_name(stream);
	reply->element[0]->element[1] = answer_array(count);
	memcpy(reply->element[0]->element[1]->element, entries, count * sizeof(*entries));
	return reply;
}

static redisReply *
read_own(struct value *stream, const struct group *group, const char *consumer, const char *from,
    size_t max)
{
	redisReply **list = yq_xcalloc(max + 1, sizeof(*list)), *reply;
	size_t count = 0;
	int64_t ms, seq;

	server_entry_parse(from, &ms, &seq);
	for (size_t i = 0; i < group->pending_count && count < max; i++) {
		const struct pending *p = &group->pending[i];
		const struct entry *e;

		if (strcmp(p->consumer, consumer) != 0 || !is_after(p->ms, p->seq, ms, seq))
			continue;
		e = entry_at(stream, p->ms, p->seq);
		if (e == NULL)
			YQ_PANIC("an entry that is pending was removed");
		list[count++] = answer_entry(e);
	}
	reply = answer_read(stream->key, list, count);
	free(list);
	return reply;
}

static redisReply *
read_new(struct server *server, struct value *stream, struct group *group, const char *consumer,
    size_t max)
{
	size_t from = entry_above(stream, group->last_ms, group->last_seq), count = 0;
	redisReply **list = yq_xcalloc(max + 1, sizeof(*list)), *reply = NULL;

	for (; from + count < stream->entry_count && count < max; count++) {
		const struct entry *e = &stream->entries[from + count];

		if (group->pending_count == group->pending_room) {
			group->pending_room = group->pending_room * 2 + 16;
			group->pending = yq_xrealloc(
			    group->pending, group->pending_room, sizeof(*group->pending));
		}
		group->pending[group->pending_count] = (struct pending){
			.ms = e->ms, .seq = e->seq, .delivered_ms = server->now_us / 1000
		};
		yq_str_copy_cut(group->pending[group->pending_count++].consumer, 64, consumer);
		group->last_ms = e->ms;
		group->last_seq = e->seq;
		list[count] = answer_entry(e);
	}
	if (count > 0)
		reply = answer_read(stream->key, list, count);
	free(list);
	return reply;
}

/* XREADGROUP GROUP g c COUNT n [BLOCK ms] STREAMS s from */
static redisReply *
xreadgroup(struct server *server, const struct word *argv, size_t argc)
{
	const char *from = argv[argc - 1].text, *key = argv[argc - 2].text;
	struct group *group = server_group(server, key, argv[2].text);
	struct value *stream = server_find(server, key);
	size_t max = (size_t)strtoul(argv[5].text, NULL, 10);

	seen(server, group, argv[3].text);
	if (strcmp(from, ">") != 0)
		return read_own(stream, group, argv[3].text, from, max);
	return read_new(server, stream, group, argv[3].text, max);
}

static redisReply *
xack(struct server *server, const struct word *argv, size_t argc)
{
	for (size_t i = 3; i < argc; i++)
		server_acknowledge(server, argv[1].text, argv[2].text, argv[i].text);
	return answer_int((long long)argc - 3);
}

/* XINFO CONSUMERS s g */
static redisReply *
xinfo(struct server *server, const struct word *argv, size_t argc)
{
	const struct group *group = server_group(server, argv[2].text, argv[3].text);
	redisReply *reply = answer_array(group->member_count);

	(void)argc;
	for (size_t i = 0; i < group->member_count; i++) {
		const struct member *m = &group->members[i];
		redisReply *row = reply->element[i] = answer_array(6);
		long long count = 0;

		for (size_t j = 0; j < group->pending_count; j++)
			count += strcmp(group->pending[j].consumer, m->name) == 0;
		row->element[0] = answer_name("name");
		row->element[1] = answer_name(m->name);
		row->element[2] = answer_name("pending");
		row->element[3] = answer_int(count);
		row->element[4] = answer_name("idle");
		row->element[5] = answer_int(server->now_us / 1000 - m->seen_ms);
	}
	return reply;
}

/* XPENDING s g - + count consumer */
static redisReply *
xpending(struct server *server, const struct word *argv, size_t argc)
{
	const struct group *group = server_group(server, argv[1].text, argv[2].text);
	size_t max = (size_t)strtoul(argv[5].text, NULL, 10), count = 0;
	redisReply *reply = answer_array(group->pending_count);

	(void)argc;
	for (size_t i = 0; i < group->pending_count && count < max; i++) {
		const struct pending *p = &group->pending[i];

		if (strcmp(p->consumer, argv[6].text) != 0)
			continue;
		reply->element[count] = answer_array(4);
		reply->element[count]->element[0] = answer_id(p->ms, p->seq);
		reply->element[count]->element[1] = answer_name(p->consumer);
		reply->element[count]->element[2] =
		    answer_int(server->now_us / 1000 - p->delivered_ms);
		reply->element[count++]->element[3] = answer_int(1);
	}
	reply->elements = count;
	return reply;
}

/* XCLAIM s g consumer idle id... */
static redisReply *
xclaim(struct server *server, const struct word *argv, size_t argc)
{
	struct group *group = server_group(server, argv[1].text, argv[2].text);
	const struct value *stream = server_find(server, argv[1].text);
	redisReply *reply = answer_array(argc - 5);
	int64_t idle = strtoll(argv[4].text, NULL, 10), now = server->now_us / 1000;
	size_t count = 0;

	seen(server, group, argv[3].text);
	for (size_t i = 5; i < argc; i++) {
		int64_t ms, seq;

		server_entry_parse(argv[i].text, &ms, &seq);
		for (size_t j = 0; j < group->pending_count; j++) {
			struct pending *p = &group->pending[j];

			if (p->ms != ms || p->seq != seq || now - p->delivered_ms < idle)
				continue;
			yq_str_copy_cut(p->consumer, sizeof(p->consumer), argv[3].text);
			p->delivered_ms = now;
			reply->element[count++] = answer_entry(entry_at(stream, ms, seq));
		}
	}
	reply->elements = count;
	return reply;
}

/* ---- functions, and the table ---- */

/* FCALL name keys key... argument... */
static redisReply *
fcall(struct server *server, const struct word *argv, size_t argc)
{
	size_t keys = (size_t)strtoul(argv[2].text, NULL, 10);

	return server_step(server, argv[1].text, argv + 3, keys, argv + 3 + keys, argc - 3 - keys);
}

static const struct {
	const char *name;
	redisReply *(*run)(struct server *server, const struct word *argv, size_t argc);
} commands[] = {
	{ "FCALL", fcall },
	{ "HGETALL", hgetall },
	{ "HGET", hget },
	{ "HMGET", hmget },
	{ "HSET", hset },
	{ "HDEL", hdel },
	{ "SMEMBERS", smembers },
	{ "PUBLISH", publish },
	{ "XREADGROUP", xreadgroup },
	{ "XACK", xack },
	{ "XINFO", xinfo },
	{ "XPENDING", xpending },
	{ "XCLAIM", xclaim },
};

redisReply *
server_run(struct server *server, const struct word *argv, size_t argc)
{
	for (size_t i = 0; i < YQ_COUNT(commands); i++)
		if (strcmp(commands[i].name, argv[0].text) == 0)
			return commands[i].run(server, argv, argc);
	YQ_PANIC("the model of the server does not know %s: teach it in server_commands.c",
	    argv[0].text);
}
