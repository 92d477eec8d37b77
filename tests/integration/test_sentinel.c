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
#include "bus/subscriber.h"
#include "cluster_loop.h"

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
	};

	return cmocka_run_group_tests_name("sentinel", tests, NULL, NULL);
}
