/* server_streams.c - reading a stream as a member of a group. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "server.h"

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
redisReply *
server_xreadgroup(struct server *server, const struct word *argv, size_t argc)
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

redisReply *
server_xack(struct server *server, const struct word *argv, size_t argc)
{
	long long count = 0;

	for (size_t i = 3; i < argc; i++)
		count += server_acknowledge(server, argv[1].text, argv[2].text, argv[i].text);
	return answer_int(count);
}

/* XINFO CONSUMERS s g */
redisReply *
server_xinfo(struct server *server, const struct word *argv, size_t argc)
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
redisReply *
server_xpending(struct server *server, const struct word *argv, size_t argc)
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
redisReply *
server_xclaim(struct server *server, const struct word *argv, size_t argc)
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

			if (p->ms != ms || p->seq != seq ||
			    (idle > 0 && now - p->delivered_ms < idle))
				continue;
			yq_str_copy_cut(p->consumer, sizeof(p->consumer), argv[3].text);
			p->delivered_ms = now;
			reply->element[count++] = answer_entry(entry_at(stream, ms, seq));
		}
	}
	reply->elements = count;
	return reply;
}

/* XGROUP CREATE s g id MKSTREAM */
redisReply *
server_xgroup(struct server *server, const struct word *argv, size_t argc)
{
	static const char busy[] = "BUSYGROUP Consumer Group name already exists";
	const struct value *stream = server_make(server, argv[2].text, KIND_STREAM);
	struct group *group;
	redisReply *reply;

	(void)argc;
	for (size_t i = 0; i < stream->group_count; i++)
		if (strcmp(stream->groups[i].name, argv[3].text) == 0) {
			reply = answer_text(busy, strlen(busy));
			reply->type = REDIS_REPLY_ERROR;
			return reply;
		}
	group = server_group(server, argv[2].text, argv[3].text);
	if (strcmp(argv[4].text, "$") == 0) {
		group->last_ms = stream->last_ms;
		group->last_seq = stream->last_seq;
	}
	return answer_text("OK", 2);
}
