/*
 * test_bus_model.c - the model of the server that the gateway is tried on tells the truth: the same
 * random calls, here and on a real valkey-server, give the same answers and leave the same keys.
 *
 *	YQ_SEED=n	repeats a run;  YQ_MODEL_RUNS=n	more or fewer of them
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "keyspace.h"
#include "model_calls.h"
#include "server.h"
#include "steps_fixture.h"

#define RUNS	  1500
#define CALLS	  14
#define TEXT_SIZE (1U << 20)

enum { MODEL, REAL, SIDES };

static struct side sides[SIDES];
static struct server model;
static uint64_t seed;

/* ---- comparing ---- */

/* An entry's id or a token: no two servers have them alike. */
static bool
is_of_time(const char *text)
{
	return strlen(text) >= 12 && strspn(text, "0123456789-") == strlen(text);
}

static bool
same(const redisReply *a, const redisReply *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == REDIS_REPLY_INTEGER)
		return a->integer == b->integer;
	if (a->type != REDIS_REPLY_ARRAY)
		return a->str == NULL || b->str == NULL
			   ? a->str == b->str
			   : strcmp(a->str, b->str) == 0 ||
				 (is_of_time(a->str) && is_of_time(b->str));
	if (a->elements != b->elements)
		return false;
	for (size_t i = 0; i < a->elements; i++)
		if (!same(a->element[i], b->element[i]))
			return false;
	return true;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of server_dump, from the real one. */
static const char dump_script[] =
    "local out = {}\n"
    "local function put(...) out[#out + 1] = string.format(...) end\n"
    "local no = { ExpiresAt = 1, Entry = 1, Token = 1, Fence = 1 }\n"
    "for _, key in ipairs(redis.call('KEYS', '*')) do\n"
    " local kind = redis.call('TYPE', key).ok\n"
    " if kind == 'hash' then\n"
    "  local list = redis.call('HGETALL', key)\n"
    "  for i = 1, #list, 2 do\n"
    "   if not no[list[i]] then put('%s %s = %s', key, list[i], list[i + 1]) end\n"
    "  end\n"
    " elseif kind == 'set' then\n"
    "  for _, m in ipairs(redis.call('SMEMBERS', key)) do put('%s %s = ', key, m) end\n"
    " elseif kind == 'string' then put('%s = %s', key, redis.call('GET', key))\n"
    " elseif kind == 'list' then\n"
    "  for i, item in ipairs(redis.call('LRANGE', key, 0, -1)) do\n"
    "   put('%s %06d %s', key, i - 1, item)\n"
    "  end\n"
    " else\n"
    "  for i, e in ipairs(redis.call('XRANGE', key, '-', '+')) do\n"
    "   local f = e[2]\n"
    "   put('%s %06d %s %s', key, i - 1, f[3] and f[2] or '', f[4] or f[2])\n"
    "  end\n"
    "  for _, g in ipairs(redis.call('XINFO', 'GROUPS', key)) do\n"
    "   put('%s group %s pending %d', key, g[2], g[6])\n"
    "  end\n"
    " end\n"
    "end\n"
    "return out\n";

static void
real_dump(struct yq_buf *out)
{
	const char *argv[] = { "EVAL", dump_script, "0" };
	redisReply *reply = NULL;
	char **lines;
	struct yq_err err;

	if (yq_valkey_sync_command(console, 3, argv, NULL, 5000, &reply, &err) != YQ_OK)
		fail_msg("%s", err.text);
	lines = yq_xcalloc(reply->elements + 1, sizeof(*lines));
	for (size_t i = 0; i < reply->elements; i++)
		lines[i] = reply->element[i]->str;
	qsort(lines, reply->elements, sizeof(*lines), by_text);
	for (size_t i = 0; i < reply->elements; i++)
		yq_buf_add_format(out, "%s\n", lines[i]);
	free(lines);
	freeReplyObject(reply);
}

/* The first line that differs, for people. */
static void
assert_same_keys(uint64_t run)
{
	struct yq_buf ours = yq_buf_make(TEXT_SIZE), theirs = yq_buf_make(TEXT_SIZE);
	const char *a, *b;

	server_dump(&model, &ours);
	real_dump(&theirs);
	a = yq_buf_text(&ours);
	b = yq_buf_text(&theirs);
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	if (*a != *b)
		fail_msg("YQ_SEED=%llu, run %llu: the keys differ: %.100s | %.100s",
		    (unsigned long long)seed, (unsigned long long)run, a, b);
	yq_buf_free(&ours);
	yq_buf_free(&theirs);
}

/* ---- running ---- */

static redisReply *
run_side(int which, make_fn *make)
{
	struct yq_args args = yq_args_make();
	redisReply *reply = NULL;
	struct yq_err err = { 0 };

	make(&args, &sides[which]);
	if (which == MODEL)
		reply = server_run_args(&model, &args);
	else if (yq_valkey_sync_send(console, &args, 5000, &reply, &err) != YQ_OK)
		fail_msg("%s", err.text);
	if (reply == NULL)
		reply = server_nil();
	yq_args_free(&args);
	return reply;
}

/* What the side has to know of an answer: its entries, its tokens. */
static void
learn(struct side *side, make_fn *make, const redisReply *reply, size_t first_alias)
{
	const redisReply *list;

	if (make == make_lease)
		for (size_t i = 2; i < reply->elements; i++)
			side->tokens[(first_alias + i - 2) % SIDE_ALIASES] =
			    strtoll(reply->element[i]->str, NULL, 10);
	if (make != make_read || reply->type != REDIS_REPLY_ARRAY)
		return;
	list = reply->element[0]->element[1];
	for (size_t i = 0; i < list->elements && side->entry_count < SIDE_ENTRIES; i++)
		yq_str_copy_cut(side->entries[side->entry_count++], sizeof(side->entries[0]),
		    list->element[i]->element[0]->str);
}

static void
reply_text(const redisReply *reply, struct yq_buf *out)
{
	if (reply->type == REDIS_REPLY_INTEGER)
		yq_buf_add_format(out, "%lld ", reply->integer);
	else if (reply->type != REDIS_REPLY_ARRAY)
		yq_buf_add_format(out, "%s ", reply->str != NULL ? reply->str : "nil");
	for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
		reply_text(reply->element[i], out);
}

/* For people: the call, and both answers. */
static void
tell_difference(uint64_t run, make_fn *make, uint64_t before, redisReply *const *replies)
{
	struct yq_buf text = yq_buf_make(TEXT_SIZE);
	struct yq_args args = yq_args_make();

	chance_state = before;
	make(&args, &sides[MODEL]);
	for (size_t i = 0; i < args.body.length; i++)
		yq_buf_add_char(&text, args.body.data[i] < ' ' ? ' ' : args.body.data[i]);
	yq_buf_add_text(&text, " | the model: ");
	reply_text(replies[MODEL], &text);
	yq_buf_add_text(&text, "| the server: ");
	reply_text(replies[REAL], &text);
	fail_msg("YQ_SEED=%llu, run %llu: %s", (unsigned long long)seed, (unsigned long long)run,
	    yq_buf_text(&text));
}

static void
one_call(uint64_t run)
{
	make_fn *make = some_call();
	uint64_t before = chance_state;
	redisReply *replies[SIDES];
	size_t first_alias;

	/* make_lease draws its number of keys, then the first of them. */
	(void)chance(2);
	first_alias = chance(2);
	for (int s = 0; s < SIDES; s++) {
		chance_state = before;
		model.now_us = yq_clock_now_us(yq_clock_system());
		replies[s] = run_side(s, make);
	}
	if (!same(replies[MODEL], replies[REAL]))
		tell_difference(run, make, before, replies);
	for (int s = 0; s < SIDES; s++) {
		learn(&sides[s], make, replies[s], first_alias);
		freeReplyObject(replies[s]);
	}
}

static void
test_random_calls_do_the_same_to_the_model_and_to_the_server(void **unused)
{
	const char *given = getenv("YQ_MODEL_RUNS");
	int64_t runs = RUNS;

	(void)unused;
	/* What is on disk is not asked here. */
	yq_reply_free(valkey_do(console, "CONFIG SET appendonly no"));
	if (given != NULL)
		assert_true(yq_str_to_int64(given, 1, INT64_MAX, &runs));
	for (int64_t run = 0; run < runs; run++) {
		chance_state = seed + (uint64_t)run;
		memset(sides, 0, sizeof(sides));
		keyspace_clear(console);
		server_open(&model);
		for (int i = 0; i < CALLS; i++)
			one_call((uint64_t)run);
		assert_same_keys((uint64_t)run);
		server_close(&model);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STEPS_TEST(test_random_calls_do_the_same_to_the_model_and_to_the_server),
	};
	const char *given = getenv("YQ_SEED");
	int64_t value;

	seed = (uint64_t)yq_clock_now_us(yq_clock_system());
	if (given != NULL && yq_str_to_int64(given, 0, INT64_MAX, &value))
		seed = (uint64_t)value;
	fprintf(stderr, "# YQ_SEED=%llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, steps_start, steps_end);
}
