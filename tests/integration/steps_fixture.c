/*
 * steps_fixture.c - run one step as one program, with items that are easy to make.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "steps_fixture.h"

struct valkey_fixture server;
struct yq_valkey_sync *console;
struct yq_step_answer answers[8];
redisReply *held; /* what `answers` borrows from */

/* Run an encoded step as `program`; rc of the call. */
enum yq_rc
steps_run(enum yq_program program, const struct yq_args *args, size_t count)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&server, program);
	struct yq_err err = { 0 };
	enum yq_rc rc;

	yq_reply_freep(&held);
	rc = yq_valkey_sync_send(sync, args, 5000, &held, &err);
	if (rc == YQ_OK && count > 0)
		rc = yq_step_answers(held, answers, count, &err);
	if (rc != YQ_OK)
		print_message("# %s\n", err.text);
	yq_valkey_sync_close(sync);
	return rc;
}

int
steps_setup(void **state)
{
	(void)state;
	valkey_fixture_clear(&server);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
	return 0;
}

int
steps_teardown(void **state)
{
	(void)state;
	yq_reply_freep(&held);
	yq_valkey_sync_close(console);
	return 0;
}

struct yq_id
id_of(const char *text)
{
	struct yq_id id;

	memcpy(id.text, text, YQ_ID_LENGTH + 1);
	return id;
}

struct yq_submit_item
submit_item(const char *id)
{
	return (struct yq_submit_item){ .kind = YQ_SUBMIT_ORDER,
		.id = id_of(id),
		.alias = "Paper",
		.ticker = "AAPL",
		.created_at_us = 1,
		.payload = id,
		.length = strlen(id) };
}

int64_t
lease(const char *owner, unsigned ttl_ms, char *holder, size_t size)
{
	struct yq_args args = yq_args_make();
	int64_t token = -1;

	yq_args_fcall(&args, YQ_STEP_LEASE, 1);
	yq_args_key(&args, YQ_KEY_LEASE, "Paper");
	yq_args_text(&args, owner);
	yq_args_int(&args, ttl_ms);
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
	yq_args_free(&args);
	assert_true(yq_str_to_int64(held->element[2]->str, 0, INT64_MAX, &token));
	if (holder != NULL)
		assert_true(yq_str_copy(holder, size, held->element[0]->str));
	return token;
}

struct yq_claim_item
claim_item(const char *order, int64_t fence, int64_t at)
{
	return (struct yq_claim_item){ .order_id = id_of(order),
		.alias = "Paper",
		.strategy = "Mean rev",
		.fence = fence,
		.claimed_at_us = at };
}

/* An order that is submitted and claimed. */
int64_t
claimed_order(void)
{
	struct yq_submit_item order = submit_item(O1);
	int64_t fence = lease("a", 60000, NULL, 0);
	struct yq_claim_item claim = claim_item(O1, fence, 5);

	STEP(ORDER_MANAGER, submit, &order, 1);
	STEP(GATEWAY, claim, &claim, 1);
	assert_int_equal(answers[0].result, YQ_CLAIMED);
	return fence;
}

int
steps_start(void **state)
{
	(void)state;
	valkey_fixture_start(&server);
	return 0;
}

int
steps_end(void **state)
{
	(void)state;
	valkey_fixture_end(&server);
	return 0;
}
