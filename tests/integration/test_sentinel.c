/*
 * test_sentinel.c - connections that follow the master, on real servers and sentinels: killed,
 * frozen and commanded failovers.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/replicas.h"
#include "bus/steps.h"
#include "bus/subscriber.h"
#include "cluster_fixture.h"
#include "loop_fixture.h"

#define PATIENCE_MS 30000

static struct cluster cluster;

static int
set_up_with(size_t sentinels)
{
	cluster_start(&cluster, sentinels);
	target = cluster_target(&cluster, YQ_PROGRAM_ORDER_MANAGER);
	return uv_loop_init(&loop);
}

static int
set_up(void **state)
{
	(void)state;
	return set_up_with(1);
}

static int
set_up_three(void **state)
{
	(void)state;
	return set_up_with(3);
}

static int
tear_down(void **state)
{
	(void)state;
	loop_end(&loop);
	yq_valkey_target_clear(&target);
	cluster_end(&cluster);
	return 0;
}

/* HSET halt `field` 1 until it is answered with YQ_OK. */
static void
write_until_done(struct yq_valkey *valkey, const char *field)
{
	struct outcome outcome = { .rc = YQ_E_RETRY };
	char words[64];

	yq_str_format(words, sizeof(words), "HSET halt %s 1", field);
	for (int i = 0; i < 1000 && outcome.rc != YQ_OK; i++) {
		command(valkey, words, 1000, &outcome);
		loop_until(&loop, &outcome.done, PATIENCE_MS);
		loop_for(&loop, 10);
	}
	assert_int_equal(outcome.rc, YQ_OK);
}

static bool
node_has(size_t node, const char *field)
{
	redisReply *reply;
	char words[64];
	bool has;

	yq_str_format(words, sizeof(words), "HEXISTS halt %s", field);
	reply = cluster_ask_node(&cluster, node, words);
	has = reply->integer == 1;
	freeReplyObject(reply);
	return has;
}

/* ---- finding */

static void
test_the_master_is_found_through_any_sentinel(void **state)
{
	struct yq_valkey_sync *sync = NULL;
	char first[YQ_VALKEY_HISTORY_SIZE];
	struct yq_valkey *valkey;
	struct outcome outcome;
	struct yq_err err;
	struct ups ups;

	(void)state;
	cluster_stop_sentinel(&cluster, 0);
	valkey = open_valkey(&ups);
	command(valkey, "HSET halt a 1", 5000, &outcome);
	loop_until(&loop, &outcome.done, PATIENCE_MS);
	assert_int_equal(outcome.rc, YQ_OK);
	assert_true(node_has(0, "a"));
	yq_str_copy_cut(first, sizeof(first), yq_valkey_history(valkey));
	assert_int_equal(strlen(first), 40);
	cluster_stop_sentinel(&cluster, 1); /* whoever is connected stays so */
	cluster_stop_sentinel(&cluster, 2);
	loop_for(&loop, 1500);
	command(valkey, "HSET halt b 1", 5000, &outcome);
	loop_until(&loop, &outcome.done, PATIENCE_MS);
	assert_int_equal(outcome.rc, YQ_OK);
	assert_int_equal(ups.up_count, 1);
	assert_string_equal(yq_valkey_history(valkey), first);
	yq_valkey_close(valkey);
	target.connect_timeout_ms = 300;
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, &err), YQ_E_RETRY);
	assert_non_null(strstr(err.text, "no sentinel answers"));
}

static void
test_an_unknown_service_is_named(void **state)
{
	struct yq_valkey_sync *sync = NULL;
	struct yq_valkey *valkey;
	struct yq_err err;
	struct ups ups;

	(void)state;
	assert_true(yq_str_copy(target.service_name, sizeof(target.service_name), "nosuch"));
	target.connect_timeout_ms = 300;
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, &err), YQ_E_RETRY);
	assert_non_null(strstr(err.text, "knows a service \"nosuch\""));
	valkey = open_valkey(&ups);
	loop_for(&loop, 300);
	assert_false(ups.up);
	assert_true(ups.down_count >= 2);
	assert_int_equal(ups.rc, YQ_E_RETRY);
	yq_valkey_close(valkey);
}

static void
test_without_a_master_it_is_said_that_none_is_elected(void **state)
{
	struct yq_valkey_sync *sync = NULL;
	struct yq_err err;

	(void)state;
	valkey_fixture_kill(&cluster.nodes[1]);
	valkey_fixture_kill(&cluster.nodes[0]);
	target.connect_timeout_ms = 300;
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, &err), YQ_E_RETRY);
	assert_non_null(strstr(err.text, "has none been elected yet?"));
	assert_non_null(strstr(err.text, "127.0.0.1"));
}

static void
test_a_replica_in_a_list_of_servers_is_passed_over(void **state)
{
	struct yq_valkey_sync *sync = NULL;
	struct yq_valkey *valkey;
	struct yq_err err;
	struct ups ups;

	(void)state;
	yq_valkey_target_clear(&target);
	target = valkey_fixture_target(&cluster.nodes[1], YQ_PROGRAM_ORDER_MANAGER);
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, &err), YQ_E_RETRY);
	assert_non_null(strstr(err.text, "is a replica"));
	assert_true(yq_str_copy(
	    target.endpoints[1].host, sizeof(target.endpoints[1].host), cluster.nodes[0].socket));
	target.endpoint_count = 2;
	valkey = open_valkey(&ups);
	write_until_done(valkey, "a");
	assert_true(node_has(0, "a"));
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, &err), YQ_OK);
	yq_valkey_sync_close(sync);
	yq_valkey_close(valkey);
}

/* ---- following */

static void
test_a_killed_master_is_followed_by_the_elected_one(void **state)
{
	char first[YQ_VALKEY_HISTORY_SIZE];
	struct yq_valkey_sync *sync = NULL;
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	write_until_done(valkey, "a");
	yq_str_copy_cut(first, sizeof(first), yq_valkey_history(valkey));
	valkey_fixture_kill(&cluster.nodes[0]);
	cluster_stop_sentinel(&cluster, 2); /* on the same machine, say */
	write_until_done(valkey, "b");
	assert_true(node_has(1, "b"));
	assert_string_not_equal(yq_valkey_history(valkey), first);
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, NULL), YQ_OK);
	assert_int_equal(valkey_do_int(sync, "HEXISTS halt a"), 1);
	yq_valkey_sync_close(sync);
	yq_valkey_close(valkey);
}

static void
on_message(void *cookie, const char *channel, const char *payload, size_t length)
{
	(void)channel;
	(void)payload;
	(void)length;
	*(bool *)cookie = true;
}

/* The frozen one takes connections and would take what is sent to it when it wakes. */
static void
test_a_frozen_master_is_left_and_not_written_to_when_it_wakes(void **state)
{
	const char *channels[] = { "signal" };
	struct yq_subscriber *ear = NULL;
	struct yq_valkey_sync *sync = NULL;
	struct outcome outcome;
	bool heard = false;
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	assert_int_equal(yq_subscriber_open(&loop, &target, "ear", channels, 1, on_message, NULL,
			     &heard, &ear, NULL),
	    YQ_OK);
	write_until_done(valkey, "a");
	valkey_fixture_freeze(&cluster.nodes[0], true);
	command(valkey, "HSET halt lost 1", 20000, &outcome); /* the news comes before its time is
								 over */
	loop_until(&loop, &outcome.done, PATIENCE_MS);
	assert_int_equal(outcome.rc, YQ_E_UNKNOWN);
	write_until_done(valkey, "b");
	cluster_await_master(&cluster, 1);
	valkey_fixture_freeze(&cluster.nodes[0], false);
	for (int i = 0; i < 20; i++) {
		write_until_done(valkey, "c");
		loop_for(&loop, 20);
	}
	assert_true(node_has(1, "b"));
	assert_int_equal(yq_valkey_sync_open(&target, "t", &sync, NULL), YQ_OK);
	for (int i = 0; i < 100 && !heard; i++) {
		yq_reply_free(valkey_do(sync, "PUBLISH signal x"));
		loop_for(&loop, 50);
	}
	assert_true(heard);
	yq_valkey_sync_close(sync);
	yq_subscriber_close(ear);
	yq_valkey_close(valkey);
}

/* The old master goes on as one for some seconds: only the sentinels' word tells. */
static void
test_a_commanded_failover_is_followed_while_the_old_master_still_answers(void **state)
{
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	write_until_done(valkey, "a");
	cluster_command_failover(&cluster);
	cluster_await_master(&cluster, 1);
	loop_for(&loop, 500);
	write_until_done(valkey, "b");
	assert_true(node_has(1, "b"));
	yq_valkey_close(valkey);
}

static void
test_a_server_that_becomes_a_replica_is_left_on_its_first_refusal(void **state)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&cluster.nodes[0], YQ_PROGRAM_CONSOLE);
	struct outcome outcome, step;
	char words[64];
	struct ups ups;
	struct yq_valkey *valkey;

	(void)state;
	yq_valkey_target_clear(&target);
	target = valkey_fixture_target(&cluster.nodes[0], YQ_PROGRAM_ORDER_MANAGER);
	valkey = open_valkey(&ups);
	loop_until(&loop, &ups.up, PATIENCE_MS);
	yq_str_format(words, sizeof(words), "REPLICAOF 127.0.0.1 %d", cluster.ports[1]);
	yq_reply_free(valkey_do(sync, words));
	yq_valkey_sync_close(sync);
	command(valkey, "FCALL yq_beat 1 heartbeat:OrderManager 30 1 Pid 1", 5000, &step);
	command(valkey, "HSET halt a 1", 5000, &outcome);
	loop_until(&loop, &outcome.done, PATIENCE_MS);
	assert_int_equal(step.rc, YQ_E_RETRY);
	assert_true(outcome.rc == YQ_E_RETRY || outcome.rc == YQ_E_UNKNOWN);
	assert_int_equal(ups.down_count, 1);
	loop_for(&loop, 300);
	assert_false(ups.up); /* it is a replica: not taken again */
	assert_false(node_has(1, "a"));
	yq_valkey_close(valkey);
}

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

#define ONE(name)   cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define THREE(name) cmocka_unit_test_setup_teardown(name, set_up_three, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		THREE(test_the_master_is_found_through_any_sentinel),
		ONE(test_an_unknown_service_is_named),
		ONE(test_without_a_master_it_is_said_that_none_is_elected),
		ONE(test_a_replica_in_a_list_of_servers_is_passed_over),
		THREE(test_a_killed_master_is_followed_by_the_elected_one),
		ONE(test_a_frozen_master_is_left_and_not_written_to_when_it_wakes),
		ONE(test_a_commanded_failover_is_followed_while_the_old_master_still_answers),
		ONE(test_a_server_that_becomes_a_replica_is_left_on_its_first_refusal),
		ONE(test_a_step_counts_only_when_the_replica_has_it),
		ONE(test_a_repeat_over_a_new_connection_is_not_confirmed_by_mistake),
		ONE(test_a_flushed_replica_is_waited_for),
		ONE(test_what_a_confirmed_step_says_is_whole),
		ONE(test_what_is_done_by_hand_is_confirmed_or_said_to_be_uncertain),
		ONE(test_provisioning_reaches_replicas_too),
	};

	return cmocka_run_group_tests_name("sentinel", tests, NULL, NULL);
}
