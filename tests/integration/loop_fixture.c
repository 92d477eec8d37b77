/*
 * loop_fixture.c - commands on a loop and what became of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "loop_fixture.h"

struct valkey_fixture server;
struct yq_valkey_sync *console;
struct yq_valkey_target target;
uv_loop_t loop;

void
on_reply(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct outcome *outcome = cookie;

	outcome->done = true;
	outcome->times++;
	outcome->rc = rc;
	assert_true((rc == YQ_OK) == (reply != NULL));
	assert_true((rc == YQ_OK) == (err == NULL));
	if (reply != NULL)
		outcome->integer = reply->integer;
	if (reply != NULL && reply->str != NULL)
		yq_str_copy_cut(outcome->text, sizeof(outcome->text), reply->str);
	if (err != NULL)
		yq_str_copy_cut(outcome->text, sizeof(outcome->text), err->text);
}

void
on_state(void *cookie, bool up, const struct yq_err *err)
{
	struct ups *ups = cookie;

	ups->up = up;
	ups->up_count += up;
	ups->down_count += !up;
	ups->rc = err == NULL ? YQ_OK : err->rc;
}

static int
loop_setup_as(enum yq_program program)
{
	valkey_fixture_clear(&server);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
	target = valkey_fixture_target(&server, program);
	return uv_loop_init(&loop);
}

int
loop_setup(void **state)
{
	(void)state;
	return loop_setup_as(YQ_PROGRAM_ORDER_MANAGER);
}

int
loop_teardown(void **state)
{
	(void)state;
	loop_end(&loop);
	yq_valkey_sync_close(console);
	yq_valkey_target_clear(&target);
	return 0;
}

void
command(struct yq_valkey *valkey, const char *words, uint32_t timeout_ms, struct outcome *outcome)
{
	struct yq_args *args = yq_valkey_args(valkey);

	*outcome = (struct outcome){ 0 };
	for (const char *end; (end = strchr(words, ';')) != NULL; words = end + 1) {
		char one[128];

		assert_true(yq_str_copy_bytes(one, sizeof(one), words, (size_t)(end - words)));
		yq_args_words(args, one);
		yq_args_next(args);
	}
	yq_args_words(args, words);
	yq_valkey_send(valkey, args, timeout_ms, on_reply, outcome);
	assert_false(outcome->done); /* never from inside */
}

struct yq_valkey *
open_valkey(struct ups *ups)
{
	struct yq_valkey *valkey = NULL;
	struct yq_err err;

	*ups = (struct ups){ 0 };
	assert_int_equal(
	    yq_valkey_open(&loop, &target, "test", on_state, ups, &valkey, &err), YQ_OK);
	return valkey;
}

void
restart_console(void)
{
	yq_valkey_sync_close(console);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
}

int
loop_tests_start(void **state)
{
	(void)state;
	valkey_fixture_start(&server);
	return 0;
}

int
loop_tests_end(void **state)
{
	(void)state;
	valkey_fixture_end(&server);
	return 0;
}
