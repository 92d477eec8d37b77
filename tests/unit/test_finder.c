/* test_finder.c - which server is used next, and what follows from each fault. */
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "bus/finder.h"

static struct yq_valkey_target target;
static struct yq_finder finder;
static const struct yq_endpoint master_a = { "10.0.0.1", 6379 };
static const struct yq_endpoint master_b = { "10.0.0.2", 6380 };

static enum yq_find
start(const char *text)
{
	yq_valkey_target_clear(&target);
	assert_int_equal(yq_valkey_target_parse(text, &target, NULL), YQ_OK);
	return yq_finder_start(&finder, &target);
}

static struct yq_err
fault(enum yq_rc rc, const char *text)
{
	struct yq_err err;

	yq_err_set(&err, rc, "%s", text);
	return err;
}

static enum yq_find
unanswered(void)
{
	struct yq_err err = fault(YQ_E_RETRY, "connection refused");

	return yq_finder_unanswered(&finder, &err);
}

static enum yq_find
lost(enum yq_rc rc)
{
	struct yq_err err = fault(rc, "gone");

	return yq_finder_lost(&finder, &err);
}

static void
assert_server(const struct yq_endpoint *expected)
{
	assert_string_equal(finder.server.host, expected->host);
	assert_int_equal(finder.server.port, expected->port);
}

static void
test_listed_servers_are_tried_in_turn_with_growing_rests(void **state)
{
	static const unsigned delays[] = { 50, 100, 200, 400, 800, 1600, 2000, 2000 };

	(void)state;
	assert_int_equal(start("a:1,b:2"), YQ_FIND_CONNECT);
	for (size_t i = 0; i < YQ_COUNT(delays); i++) {
		assert_string_equal(finder.server.host, i % 2 == 0 ? "a" : "b");
		assert_int_equal(lost(YQ_E_RETRY), YQ_FIND_REST);
		assert_int_equal(finder.delay_ms, delays[i]);
		assert_string_equal(finder.why.text, "gone");
		assert_int_equal(yq_finder_rested(&finder), YQ_FIND_CONNECT);
	}
	yq_finder_up(&finder);
	assert_int_equal(lost(YQ_E_RETRY), YQ_FIND_REST);
	assert_int_equal(finder.delay_ms, 50);
}

static void
test_the_first_sentinel_that_answers_is_believed(void **state)
{
	(void)state;
	assert_int_equal(start("s1,s2,s3,serviceName=m"), YQ_FIND_ASK);
	assert_int_equal(finder.sentinel, 0);
	assert_int_equal(unanswered(), YQ_FIND_ASK); /* at once */
	assert_int_equal(finder.sentinel, 1);
	assert_int_equal(yq_finder_named(&finder, &master_a, 1), YQ_FIND_CONNECT);
	assert_server(&master_a);
	yq_finder_up(&finder);
	assert_true(finder.serving);
}

static void
test_no_sentinel_within_reach_is_said_and_tried_again(void **state)
{
	(void)state;
	start("s1,s2,serviceName=m");
	assert_int_equal(unanswered(), YQ_FIND_ASK);
	assert_int_equal(unanswered(), YQ_FIND_REST);
	assert_int_equal(finder.why.rc, YQ_E_RETRY);
	assert_non_null(strstr(finder.why.text, "no sentinel answers: connection refused"));
	assert_int_equal(yq_finder_rested(&finder), YQ_FIND_ASK);
	assert_int_equal(finder.sentinel, 0);
	assert_int_equal(unanswered(), YQ_FIND_ASK);
	assert_int_equal(unanswered(), YQ_FIND_REST);
	assert_int_equal(finder.delay_ms, 100);
}

static void
test_an_unknown_service_is_named_whoever_else_is_silent(void **state)
{
	(void)state;
	start("s1,s2,s3,serviceName=nosuch");
	assert_int_equal(unanswered(), YQ_FIND_ASK);
	assert_int_equal(yq_finder_named(&finder, NULL, -1), YQ_FIND_ASK);
	assert_int_equal(unanswered(), YQ_FIND_REST);
	assert_non_null(strstr(finder.why.text, "knows a service \"nosuch\""));
}

static void
test_a_sentinel_that_refuses_the_log_in_is_said(void **state)
{
	struct yq_err denied = fault(YQ_E_DENIED, "NOAUTH");

	(void)state;
	start("s1,s2,serviceName=m");
	assert_int_equal(unanswered(), YQ_FIND_ASK);
	assert_int_equal(yq_finder_unanswered(&finder, &denied), YQ_FIND_REST);
	assert_int_equal(finder.why.rc, YQ_E_DENIED);
}

static void
test_a_lost_master_is_asked_for_again_and_named_while_none_is_elected(void **state)
{
	(void)state;
	start("s1,s2,serviceName=m");
	yq_finder_named(&finder, &master_a, 1);
	yq_finder_up(&finder);
	assert_int_equal(lost(YQ_E_RETRY), YQ_FIND_REST);
	assert_false(finder.serving);
	assert_non_null(strstr(finder.why.text, "10.0.0.1:6379 as the master of \"m\""));
	assert_int_equal(yq_finder_rested(&finder), YQ_FIND_ASK);
	assert_int_equal(finder.sentinel, 1); /* the first may have gone down with it */
	assert_int_equal(yq_finder_named(&finder, &master_a, 1), YQ_FIND_CONNECT);
	assert_int_equal(lost(YQ_E_RETRY), YQ_FIND_REST);
	assert_int_equal(finder.delay_ms, 100);
	assert_int_equal(yq_finder_rested(&finder), YQ_FIND_ASK);
	assert_int_equal(yq_finder_named(&finder, &master_b, 2), YQ_FIND_CONNECT);
	assert_server(&master_b);
}

static void
test_a_refused_log_in_keeps_its_meaning(void **state)
{
	(void)state;
	start("s1,serviceName=m");
	yq_finder_named(&finder, &master_a, 1);
	assert_int_equal(lost(YQ_E_DENIED), YQ_FIND_REST);
	assert_int_equal(finder.why.rc, YQ_E_DENIED);
	assert_string_equal(finder.why.text, "gone");
}

static void
test_news_of_a_failover_moves_at_once(void **state)
{
	(void)state;
	start("s1,serviceName=m");
	yq_finder_named(&finder, &master_a, 1);
	yq_finder_up(&finder);
	assert_int_equal(yq_finder_switched(&finder, &master_a), YQ_FIND_NOTHING);
	assert_int_equal(yq_finder_switched(&finder, &master_b), YQ_FIND_CONNECT);
	assert_server(&master_b);
	assert_int_equal(lost(YQ_E_RETRY), YQ_FIND_REST);
	assert_int_equal(yq_finder_switched(&finder, &master_b), YQ_FIND_CONNECT); /* nor rests */
}

static void
test_a_sentinel_that_goes_away_does_not_disturb_the_server(void **state)
{
	(void)state;
	start("s1,s2,serviceName=m");
	yq_finder_named(&finder, &master_a, 1);
	yq_finder_up(&finder);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(unanswered(), YQ_FIND_REST);
		assert_int_equal(finder.delay_ms, YQ_FINDER_WATCH_MS);
		assert_true(finder.serving);
		assert_int_equal(yq_finder_rested(&finder), YQ_FIND_ASK);
	}
	assert_int_equal(yq_finder_named(&finder, &master_a, 1), YQ_FIND_NOTHING);
	assert_int_equal(yq_finder_named(&finder, &master_b, 2), YQ_FIND_CONNECT); /* missed it */
}

static void
test_a_sentinel_that_slept_through_a_failover_is_not_believed(void **state)
{
	(void)state;
	start("s1,s2,serviceName=m");
	yq_finder_named(&finder, &master_a, 0); /* there was none yet */
	yq_finder_switched(&finder, &master_b);
	assert_int_equal(yq_finder_named(&finder, &master_a, 0), YQ_FIND_REST);
	assert_int_equal(yq_finder_named(&finder, &master_b, 7), YQ_FIND_NOTHING);
	yq_finder_up(&finder);
	assert_int_equal(yq_finder_named(&finder, &master_a, 6), YQ_FIND_REST);
	assert_true(finder.serving);
	assert_server(&master_b);
	assert_int_equal(yq_finder_switched(&finder, &master_a), YQ_FIND_CONNECT);
	yq_finder_up(&finder);
	assert_int_equal(yq_finder_named(&finder, &master_b, 7), YQ_FIND_REST); /* from before it */
	assert_server(&master_a);
	assert_int_equal(yq_finder_named(&finder, &master_a, 8), YQ_FIND_NOTHING);
	assert_int_equal(lost(YQ_E_RETRY), YQ_FIND_REST);
	assert_int_equal(yq_finder_rested(&finder), YQ_FIND_ASK);
	assert_int_equal(yq_finder_named(&finder, &master_b, 7), YQ_FIND_ASK);
	assert_int_equal(
	    yq_finder_named(&finder, &master_a, -1), YQ_FIND_CONNECT); /* it cannot say */
}

static void
test_what_sentinels_publish_is_read_strictly(void **state)
{
	static const char *const bad[] = { "", "m", "m a 1 b", "m a 1 b 0", "m a 1 b 65536",
		"m a 1 b 2 c", "other a 1 b 2", "m  1 b 2", "m a 1 b 2 " };
	struct yq_endpoint endpoint;

	(void)state;
	assert_true(yq_finder_read_switch("m 10.0.0.1 6379 ::1 6380", "m", &endpoint));
	assert_string_equal(endpoint.host, "::1");
	assert_int_equal(endpoint.port, 6380);
	for (size_t i = 0; i < YQ_COUNT(bad); i++)
		if (yq_finder_read_switch(bad[i], "m", &endpoint))
			fail_msg("\"%s\" is taken", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed_servers_are_tried_in_turn_with_growing_rests),
		cmocka_unit_test(test_the_first_sentinel_that_answers_is_believed),
		cmocka_unit_test(test_no_sentinel_within_reach_is_said_and_tried_again),
		cmocka_unit_test(test_an_unknown_service_is_named_whoever_else_is_silent),
		cmocka_unit_test(test_a_sentinel_that_refuses_the_log_in_is_said),
		cmocka_unit_test(
		    test_a_lost_master_is_asked_for_again_and_named_while_none_is_elected),
		cmocka_unit_test(test_a_refused_log_in_keeps_its_meaning),
		cmocka_unit_test(test_news_of_a_failover_moves_at_once),
		cmocka_unit_test(test_a_sentinel_that_goes_away_does_not_disturb_the_server),
		cmocka_unit_test(test_a_sentinel_that_slept_through_a_failover_is_not_believed),
		cmocka_unit_test(test_what_sentinels_publish_is_read_strictly),
	};
	int failed = cmocka_run_group_tests_name("finder", tests, NULL, NULL);

	yq_valkey_target_clear(&target);
	return failed;
}
