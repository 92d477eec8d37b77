/*
 * server.h - a model of the bus's server: the commands that the gateway uses, and the durable steps
 * of functions.lua written once more, in C.
 *
 * Each command is atomic.  Time is what the owner says; whatever is random on a real server (the
 * order of a set's members) is made unlike the order of entry.  What the model does not know it
 * refuses by ending the program: then it is to be taught.
 */
#ifndef YQ_TESTS_MODEL_SERVER_H
#define YQ_TESTS_MODEL_SERVER_H

#include <hiredis/hiredis.h>

#include "base/buf.h"
#include "base/table.h"
#include "bus/args.h"

/* An argument, followed by a NUL. */
struct word {
	const char *text;
	size_t length;
};

struct cell { /* a field and its value; a member of a set has none */
	struct yq_table_node node;
	struct word name, value; /* owned */
};

struct entry { /* of a stream */
	int64_t ms, seq;
	struct word kind, payload; /* owned; kind.text NULL = no such field */
};

struct pending {
	int64_t ms, seq;
	char consumer[64];
	int64_t delivered_ms;
};

struct member { /* a consumer */
	char name[64];
	int64_t seen_ms;
};

#define GROUPS_MAX  3
#define MEMBERS_MAX 8

struct group {
	char name[64];
	int64_t last_ms, last_seq;
	struct pending *pending; /* by id; owned */
	size_t pending_count, pending_room;
	struct member members[MEMBERS_MAX];
	size_t member_count;
};

enum kind { KIND_HASH, KIND_SET, KIND_LIST, KIND_STREAM, KIND_TEXT };

struct value {
	struct yq_table_node node;
	enum kind kind;
	char *key;	       /* owned */
	struct yq_table cells; /* HASH, SET */
	struct word text;      /* TEXT */
	struct word *items;    /* LIST: owned */
	size_t item_count, item_room;
	struct entry *entries; /* STREAM: owned */
	size_t entry_count, entry_room;
	int64_t last_ms, last_seq;
	struct group groups[GROUPS_MAX];
	size_t group_count;
};

struct server_events {
	void (*published)(void *cookie, const char *channel, const struct word *payload);
	/* A field of a hash is about to change; `before` NULL = it is new. */
	void (*field)(void *cookie, const char *key, const char *field, const struct word *before,
	    const struct word *after);
	void (*pushed)(void *cookie, const char *key, const struct word *item);	 /* onto a list */
	void (*added)(void *cookie, const char *key, const struct entry *entry); /* to a stream */
};

struct server {
	struct yq_table keys;
	int64_t now_us;
	const struct server_events *events; /* NULL = nobody listens */
	void *cookie;
};

void server_open(struct server *server); /* with the groups of the schema */
void server_close(struct server *server);

/* Carry out one command.  The answer is the caller's (freeReplyObject); NULL: it waits for an entry
 * (BLOCK): ask again later, or answer server_nil. */
redisReply *server_run(struct server *server, const struct word *argv, size_t argc);
redisReply *server_nil(void);
/* The same for a command as it goes over the wire. */
redisReply *server_run_args(struct server *server, const struct yq_args *args);
/* "$3\r\nabc\r\n": the next argument; the return after it becomes its end. */
struct word server_next_word(char **at);
/* Everything there is, sorted, as a text to compare.  Without times and entry ids. */
void server_dump(const struct server *server, struct yq_buf *out);

/* Forget the entries of a stream that every group has done with: all of them, where that is so. */
void server_trim(struct server *server, const char *stream);

/* ---- server_store.c: what the commands are made of ---- */
struct value *server_find(const struct server *server, const char *key); /* NULL = none */
struct value *server_make(struct server *server, const char *key, enum kind kind);
void server_remove(struct server *server, const char *key);
/* "" where there is none, with *found false. */
const struct word *server_get(const struct server *server, const char *key, const char *field);
void server_set(
    struct server *server, const char *key, const char *field, const struct word *value);
void server_unset(struct server *server, const char *key, const char *field);
bool server_has(const struct server *server, const char *key, const char *member);
void server_put(struct server *server, const char *key, const char *member); /* SADD */
void server_push(struct server *server, const char *key, const struct word *item);
void server_add(
    struct server *server, const char *stream, const char *kind, const struct word *payload);
void server_text(struct server *server, const char *key, const struct word *text); /* SET */
struct group *server_group(struct server *server, const char *stream, const char *group);
bool server_acknowledge(
    struct server *server, const char *stream, const char *group, const char *entry_id);
void server_publish(struct server *server, const char *channel, const struct word *payload);
/* "1700000000000-3" */
void server_entry_id(int64_t ms, int64_t seq, char text[48]);
void server_entry_parse(const char *text, int64_t *ms, int64_t *seq);
struct word server_word(const char *text); /* borrows */
struct word server_word_copy(const struct word *word);
bool server_word_is(const struct word *word, const char *text);

/* ---- server_steps.c ---- */
redisReply *server_step(struct server *server, const char *name, const struct word *keys,
    size_t key_count, const struct word *args, size_t arg_count);

/* ---- server_streams.c: commands ---- */
typedef redisReply *server_command_fn(struct server *server, const struct word *argv, size_t argc);
server_command_fn server_xreadgroup, server_xack, server_xinfo, server_xpending, server_xclaim,
    server_xgroup;

/* ---- answers (server_commands.c); of hiredis' own kind ---- */
redisReply *server_hash(const struct server *server, const char *key); /* HGETALL */
redisReply *answer_word(const struct word *word);
redisReply *answer_name(const char *name);
redisReply *answer_array(size_t count);
redisReply *answer_text(const char *text, size_t length);
redisReply *answer_int(long long value);

#endif
