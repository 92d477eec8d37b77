/* server_commands.c - the plain commands: hashes, sets, publishing. */
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

redisReply *
answer_word(const struct word *word)
{
	return word == NULL ? server_nil() : answer_text(word->text, word->length);
}

redisReply *
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
	long long count = 0;

	for (size_t i = 2; i + 1 < argc; i += 2) {
		count += !server_has(server, argv[1].text, argv[i].text);
		server_set(server, argv[1].text, argv[i].text, &argv[i + 1]);
	}
	return answer_int(count);
}

static redisReply *
hdel(struct server *server, const struct word *argv, size_t argc)
{
	long long count = 0;

	for (size_t i = 2; i < argc; i++) {
		count += server_has(server, argv[1].text, argv[i].text);
		server_unset(server, argv[1].text, argv[i].text);
	}
	return answer_int(count);
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

/* ---- functions, and the table ---- */

static redisReply *
info(struct server *server, const struct word *argv, size_t argc)
{
	(void)server;
	(void)argv;
	(void)argc;
	return answer_name("role:master\r\n"
			   "master_replid:0123456789abcdef0123456789abcdef01234567\r\n"
			   "master_replid2:0000000000000000000000000000000000000000\r\n"
			   "second_repl_offset:-1\r\n"
			   "master_repl_offset:1\r\n");
}

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
	{ "INFO", info },
	{ "HGETALL", hgetall },
	{ "HGET", hget },
	{ "HMGET", hmget },
	{ "HSET", hset },
	{ "HDEL", hdel },
	{ "SMEMBERS", smembers },
	{ "PUBLISH", publish },
	{ "XREADGROUP", server_xreadgroup },
	{ "XACK", server_xack },
	{ "XGROUP", server_xgroup },
	{ "XINFO", server_xinfo },
	{ "XPENDING", server_xpending },
	{ "XCLAIM", server_xclaim },
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

redisReply *
server_run_args(struct server *server, const struct yq_args *args)
{
	struct word *argv = yq_xcalloc(args->count + 1, sizeof(*argv));
	struct yq_buf wire = yq_buf_make(YQ_ARGS_BYTES_MAX);
	redisReply *reply;
	char *at;

	yq_args_write(args, &wire);
	at = strchr(wire.data, '\n') + 1; /* after "*3\r\n" */
	for (size_t i = 0; i < args->count; i++)
		argv[i] = server_next_word(&at);
	reply = server_run(server, argv, args->count);
	yq_buf_free(&wire);
	free(argv);
	return reply;
}

struct word
server_next_word(char **at)
{
	struct word word;
	char *text;

	word.length = strtoul(*at + 1, &text, 10);
	word.text = text + 2;
	text += 2 + word.length;
	*text = '\0';
	*at = text + 2;
	return word;
}
