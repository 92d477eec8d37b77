/*
 * test_confirm.c - steps that replicas must confirm, and users that replicas must have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/replicas.h"
#include "bus/steps.h"
#include "cluster_loop.h"

/* ---- confirmed by replicas */

/* What a step with one item answered. */
struct told {
	bool done;
	enum yq_rc rc;
	enum yq_step_result result;
	char text[256];
};

static void
on_step(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct told *told = cookie;

	assert_int_equal(count, 1);
	told->done = true;
	told->rc = rc;
	if (rc == YQ_OK)
		told->result = answers[0].result;
	yq_str_copy_cut(told->text, sizeof(told->text),
	    rc != YQ_OK		      ? err->text
	    : answers[0].text != NULL ? answers[0].text
				      : "");
}

static struct yq_valkey *
open_confirmed(struct ups *ups, bool flushed)
{
	const struct yq_confirm confirm = { 1, 300, flushed };
	struct yq_valkey *valkey = open_valkey(ups);

	yq_valkey_set_confirm(valkey, &confirm);
	return valkey;
}

static void
accept_one(struct yq_valkey *valkey, struct told *told)
{
	struct yq_accept_item item = { .payload = "{}", .length = 2 };

	memcpy(item.id.text, "00000000-0000-4000-8000-000000000001", sizeof(item.id.text));
	*told = (struct told){ .done = false };
	yq_step_accept(valkey, &item, 1, on_step, told);
	loop_until(&loop, &told->done, PATIENCE_MS);
}

static void
test_a_step_counts_only_when_the_replica_has_it(void **state)
{
	struct told told;
	struct ups ups;
	struct yq_valkey *valkey = open_confirmed(&ups, false);

	(void)state;
	valkey_fixture_freeze(&cluster.nodes[1], true);
	accept_one(valkey, &told);
	assert_int_equal(told.rc, YQ_E_UNKNOWN);
	assert_non_null(strstr(told.text, "confirmed by 0 of 1 replicas within 300 ms"));
	accept_one(valkey, &told);
	assert_int_equal(told.rc, YQ_E_UNKNOWN);
	valkey_fixture_freeze(&cluster.nodes[1], false);
	cluster_await_replica(&cluster, 0);
	accept_one(valkey, &told);
	assert_int_equal(told.rc, YQ_OK);
	assert_int_equal(told.result, YQ_DUPLICATE);
	yq_valkey_close(valkey);
}

/* WAIT knows what this connection wrote.  The repeat over a new one writes nothing by itself, and
 * the replica's silence must be seen all the same. */
static void
test_a_repeat_over_a_new_connection_is_not_confirmed_by_mistake(void **state)
{
	struct told told;
	struct ups ups;
	struct yq_valkey *valkey = open_confirmed(&ups, false);

	(void)state;
	accept_one(valkey, &told);
	assert_int_equal(told.rc, YQ_OK);
	yq_valkey_close(valkey);
	valkey_fixture_freeze(&cluster.nodes[1], true);
	valkey = open_confirmed(&ups, false);
	accept_one(valkey, &told);
	assert_int_equal(told.rc, YQ_E_UNKNOWN);
	valkey_fixture_freeze(&cluster.nodes[1], false);
	yq_valkey_close(valkey);
}

static void
test_a_flushed_replica_is_waited_for(void **state)
{
	struct told told = { .done = false };
	struct ups ups;
	struct yq_valkey *valkey = open_confirmed(&ups, true);
	redisReply *reply;

	(void)state;
	for (int i = 0; i < 100 && !told.done; i++) { /* its file begins with a rewrite */
		accept_one(valkey, &told);
		told.done = told.rc == YQ_OK;
	}
	assert_int_equal(told.rc, YQ_OK);
	reply = cluster_ask_node(&cluster, 1, "CONFIG SET appendonly no"); /* has it, not on disk */
	freeReplyObject(reply);
	accept_one(valkey, &told);
	assert_int_equal(told.rc, YQ_E_UNKNOWN);
	assert_non_null(strstr(told.text, "confirmed by 0 of 1"));
	yq_valkey_close(valkey);
}

/* The texts of answers live until the replicas have answered too. */
static void
test_what_a_confirmed_step_says_is_whole(void **state)
{
	struct yq_claim_item claim = { .alias = "Paper", .strategy = "", .fence = 7 };
	struct yq_valkey *valkey;
	struct told told = { .done = false };
	struct ups ups;

	(void)state;
	yq_reply_free(cluster_ask_node(&cluster, 0, "HSET lease:Paper Token 7"));
	yq_reply_free(cluster_ask_node(
	    &cluster, 0, "HSET order:00000000-0000-4000-8000-000000000002 State Filled"));
	yq_valkey_target_clear(&target);
	target = cluster_target(&cluster, YQ_PROGRAM_GATEWAY);
	valkey = open_confirmed(&ups, false);
	memcpy(claim.order_id.text, "00000000-0000-4000-8000-000000000002",
	    sizeof(claim.order_id.text));
	yq_step_claim(valkey, &claim, 1, on_step, &told);
	loop_until(&loop, &told.done, PATIENCE_MS);
	assert_int_equal(told.rc, YQ_OK);
	assert_int_equal(told.result, YQ_NOT_PENDING);
	assert_string_equal(told.text, "Filled");
	yq_valkey_close(valkey);
}

static void
test_what_is_done_by_hand_is_confirmed_or_said_to_be_uncertain(void **state)
{
	const struct yq_confirm confirm = { 1, 300, false };
	struct yq_submit_item item = { .kind = YQ_SUBMIT_ORDER,
		.alias = "Paper",
		.ticker = "AAPL",
		.payload = "{}",
		.length = 2 };
	struct yq_step_answer answer;
	struct yq_valkey_sync *sync = NULL;
	struct yq_err err;

	(void)state;
	memcpy(item.id.text, "00000000-0000-4000-8000-000000000003", sizeof(item.id.text));
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, &err), YQ_OK);
	yq_valkey_sync_set_confirm(sync, &confirm);
	valkey_fixture_freeze(&cluster.nodes[1], true);
	assert_int_equal(yq_valkey_sync_submit(sync, &item, 1, &answer, &err), YQ_E_UNKNOWN);
	assert_non_null(strstr(err.text, "confirmed by 0 of 1"));
	valkey_fixture_freeze(&cluster.nodes[1], false);
	cluster_await_replica(&cluster, 0);
	assert_int_equal(yq_valkey_sync_submit(sync, &item, 1, &answer, &err), YQ_OK);
	assert_int_equal(answer.result, YQ_DUPLICATE);
	yq_valkey_sync_close(sync);
}

/* ---- users */

static void
count_line(void *cookie, const char *line)
{
	assert_non_null(line);
	++*(int *)cookie;
}

static void
test_provisioning_reaches_replicas_too(void **state)
{
	struct yq_provision_options options = { .save_acl = true };
	struct yq_valkey_sync *sync = NULL;
	struct yq_err err;
	redisReply *reply;
	int lines = 0;

	(void)state;
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++)
		options.passwords[i] = cluster.nodes[0].passwords[i];
	yq_reply_free(cluster_ask_node(&cluster, 1, "ACL DELUSER yq-webhook yq-order-manager"));
	yq_valkey_target_clear(&target);
	target = cluster_target(&cluster, YQ_PROGRAM_CONSOLE);
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, &err), YQ_OK);
	assert_int_equal(
	    yq_provision_replicas(&target, sync, &options, count_line, &lines, &err), YQ_OK);
	assert_true(lines > YQ_PROGRAM_COUNT);
	reply = cluster_ask_node(&cluster, 1, "ACL GETUSER yq-webhook");
	assert_int_equal(reply->type, REDIS_REPLY_ARRAY);
	yq_reply_free(reply);
	valkey_fixture_freeze(&cluster.nodes[1], true);
	target.connect_timeout_ms = 300;
	assert_int_not_equal(
	    yq_provision_replicas(&target, sync, &options, count_line, &lines, &err), YQ_OK);
	valkey_fixture_freeze(&cluster.nodes[1], false);
	assert_non_null(strstr(err.text, "would refuse every program as a master"));
	yq_valkey_sync_close(sync);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(test_a_step_counts_only_when_the_replica_has_it),
		ONE(test_a_repeat_over_a_new_connection_is_not_confirmed_by_mistake),
		ONE(test_a_flushed_replica_is_waited_for),
		ONE(test_what_a_confirmed_step_says_is_whole),
		ONE(test_what_is_done_by_hand_is_confirmed_or_said_to_be_uncertain),
		ONE(test_provisioning_reaches_replicas_too),
	};

	return cmocka_run_group_tests_name("confirm", tests, NULL, NULL);
}
