/*
 * test_bus_intake.c - accept, submit, decide, lease and claim on a real server: what each
 * promises, and again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "steps_fixture.h"

/* ---- accept */

static void
test_a_signal_is_accepted_once(void **state)
{
	struct yq_accept_item items[] = {
		{ .id = id_of(S1), .payload = "{1}", .length = 3 },
		{ .id = id_of(S1), .payload = "{1}", .length = 3 },
		{ .id = id_of(S2), .payload = "{2}", .length = 3, .foreign = true },
	};

	(void)state;
	STEP(WEBHOOK, accept, items, 3);
	assert_int_equal(answers[0].result, YQ_ACCEPTED);
	assert_int_equal(answers[1].result, YQ_DUPLICATE);
	assert_int_equal(answers[2].result, YQ_ACCEPTED);
	STEP(WEBHOOK, accept, items, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(answers[i].result, YQ_DUPLICATE);
	assert_int_equal(valkey_do_int(console, "XLEN signal:stream"), 2);
	assert_valkey_text(console, "GET signal:" S1, "accepted");
	assert_in_range(valkey_do_int(console, "TTL signal:" S1), 172000, 172800);
}

static void
test_accepted_signals_are_published_but_not_foreign_ones(void **state)
{
	struct yq_valkey_sync *ear = valkey_fixture_sync(&server, YQ_PROGRAM_ORDER_MANAGER);
	struct yq_accept_item items[] = {
		{ .id = id_of(S2), .payload = "foreign", .length = 7, .foreign = true },
		{ .id = id_of(S1), .payload = "own", .length = 3 },
	};
	const char *channel, *payload;
	size_t length;

	(void)state;
	assert_int_equal(yq_valkey_sync_subscribe(ear, "signal", NULL), YQ_OK);
	STEP(WEBHOOK, accept, items, 2);
	assert_int_equal(yq_valkey_sync_next(ear, 2000, &channel, &payload, &length, NULL), YQ_OK);
	assert_string_equal(payload, "own");
	assert_int_equal(
	    yq_valkey_sync_next(ear, 100, &channel, &payload, &length, NULL), YQ_E_RETRY);
	valkey_do_int(console, "PUBLISH signal later");
	assert_int_equal(yq_valkey_sync_next(ear, 2000, &channel, &payload, &length, NULL), YQ_OK);
	assert_string_equal(payload, "later");
	yq_valkey_sync_close(ear);
}

static void
test_an_accepted_signal_survives_the_servers_death(void **state)
{
	struct yq_accept_item item = { .id = id_of(S1), .payload = "{1}", .length = 3 };

	(void)state;
	STEP(WEBHOOK, accept, &item, 1);
	valkey_fixture_kill(&server);
	valkey_fixture_again(&server);
	yq_valkey_sync_close(console);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
	STEP(WEBHOOK, accept, &item, 1);
	assert_int_equal(answers[0].result, YQ_DUPLICATE);
	assert_int_equal(valkey_do_int(console, "XLEN signal:stream"), 1);
}

/* ---- submit */

static void
test_an_order_is_submitted_once_whatever_a_repeat_says(void **state)
{
	struct yq_submit_item items[] = { submit_item(O1), submit_item(O1), submit_item(O2) };

	(void)state;
	items[1].payload = "another";
	items[1].length = 7;
	STEP(WEB, submit, items, 3);
	assert_int_equal(answers[0].result, YQ_SUBMITTED);
	assert_int_equal(answers[1].result, YQ_DUPLICATE);
	assert_int_equal(answers[2].result, YQ_SUBMITTED);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 2);
	assert_int_equal(valkey_do_int(console, "SCARD order:open"), 2);
	assert_valkey_text(console, "HGET " ORDER1 " Order", O1);
	assert_valkey_text(console, "HGET " ORDER1 " State", "Pending");
	assert_valkey_text(console, "HGET " ORDER1 " CreatedAt", "1970-01-01T00:00:00.000001Z");
}

static void
test_a_cancel_is_asked_once_and_only_of_a_living_order(void **state)
{
	struct yq_submit_item order = submit_item(O1), cancel = submit_item(O1),
			      stray = submit_item(O2);

	(void)state;
	cancel.kind = stray.kind = YQ_SUBMIT_CANCEL;
	STEP(ORDER_MANAGER, submit, &order, 1);
	STEP(WEB, submit, &cancel, 1);
	assert_int_equal(answers[0].result, YQ_SUBMITTED);
	STEP(WEB, submit, &cancel, 1);
	assert_int_equal(answers[0].result, YQ_DUPLICATE);
	STEP(WEB, submit, &stray, 1);
	assert_int_equal(answers[0].result, YQ_NO_SUCH_ORDER);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 2);
	valkey_do_int(console, "SREM order:open " O1);
	valkey_do_int(console, "HDEL " ORDER1 " CancelRequestedAt");
	STEP(WEB, submit, &cancel, 1);
	assert_int_equal(answers[0].result, YQ_CLOSED);
}

/* The gateway empties the mark when the broker did not take the cancel. */
static void
test_a_cancel_that_came_to_nothing_may_be_asked_again(void **state)
{
	static const struct yq_pair taken_back[] = { { "CancelRequestedAt", "" } };
	int64_t fence = claimed_order();
	struct yq_submit_item cancel = submit_item(O1);
	struct yq_apply_item failed = { .order_id = id_of(O1),
		.alias = "Paper",
		.fence = fence,
		.order_fields = taken_back,
		.field_count = 1 };

	(void)state;
	cancel.kind = YQ_SUBMIT_CANCEL;
	STEP(WEB, submit, &cancel, 1);
	STEP(GATEWAY, apply, &failed, 1);
	assert_int_equal(answers[0].result, YQ_APPLIED);
	STEP(WEB, submit, &cancel, 1);
	assert_int_equal(answers[0].result, YQ_SUBMITTED);
	STEP(WEB, submit, &cancel, 1);
	assert_int_equal(answers[0].result, YQ_DUPLICATE);
}

static void
test_each_replace_request_counts_once(void **state)
{
	struct yq_submit_item order = submit_item(O1), a = submit_item(O1), b = submit_item(O1);

	(void)state;
	a.kind = b.kind = YQ_SUBMIT_REPLACE;
	a.request_id = id_of(S1);
	b.request_id = id_of(S2);
	STEP(ORDER_MANAGER, submit, &order, 1);
	STEP(WEB, submit, &a, 1);
	STEP(WEB, submit, &b, 1);
	assert_int_equal(answers[0].result, YQ_SUBMITTED);
	STEP(WEB, submit, &a, 1);
	assert_int_equal(answers[0].result, YQ_DUPLICATE);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 3);
}

/* ---- decide */

static void
test_deciding_twice_makes_the_orders_once(void **state)
{
	struct yq_submit_item orders[] = { submit_item(O1), submit_item(O2) };
	struct yq_accept_item signal = { .id = id_of(S1), .payload = "{1}", .length = 3 };
	struct yq_decide_item items[2] = { { .signal_id = id_of(S1),
	    .verdict = "{\"Verdict\":\"ordered\"}",
	    .verdict_length = 21,
	    .orders = orders,
	    .order_count = 2 } };
	redisReply *read;

	(void)state;
	STEP(WEBHOOK, accept, &signal, 1);
	read = valkey_do(console, "XREADGROUP GROUP order-manager c STREAMS signal:stream >");
	items[0].entry_id = read->element[0]->element[1]->element[0]->element[0]->str;
	items[1] = items[0];
	STEP(ORDER_MANAGER, decide, items, 2);
	assert_int_equal(answers[0].result, YQ_DECIDED);
	assert_int_equal(answers[1].result, YQ_ALREADY);
	STEP(ORDER_MANAGER, decide, items, 1);
	assert_int_equal(answers[0].result, YQ_ALREADY);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 2);
	assert_valkey_text(console, "GET signal:" S1, "{\"Verdict\":\"ordered\"}");
	assert_in_range(valkey_do_int(console, "TTL signal:" S1), 172000, 172800);
	freeReplyObject(read);
	read = valkey_do(console, "XPENDING signal:stream order-manager");
	assert_int_equal(read->element[0]->integer, 0);
	freeReplyObject(read);
}

static void
test_an_order_that_exists_is_not_published_again_by_a_decision(void **state)
{
	struct yq_submit_item orders[] = { submit_item(O1), submit_item(O2) };
	struct yq_decide_item item = { .signal_id = id_of(S1),
		.verdict = "{}",
		.verdict_length = 2,
		.orders = orders,
		.order_count = 2 };

	(void)state;
	STEP(ORDER_MANAGER, submit, orders, 1);
	STEP(ORDER_MANAGER, decide, &item,
	    1); /* the signal's key has expired: decided all the same */
	assert_int_equal(answers[0].result, YQ_DECIDED);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 2);
	assert_in_range(valkey_do_int(console, "TTL signal:" S1), 172000, 172800);
}

/* ---- lease and claim */

static void
test_a_token_rises_with_each_owner_and_stays_with_one(void **state)
{
	char holder[8];
	int64_t first = lease("a", 60000, holder, sizeof(holder)), second;

	(void)state;
	assert_string_equal(holder, "a");
	assert_int_equal(lease("a", 60000, NULL, 0), first);
	assert_int_equal(lease("b", 60000, holder, sizeof(holder)), first);
	assert_string_equal(holder, "a");
	assert_int_equal(lease("a", 0, NULL, 0), first); /* given back */
	second = lease("b", 60000, holder, sizeof(holder));
	assert_true(second > first);
	assert_string_equal(holder, "b");
	assert_int_equal(lease("b", 1, NULL, 0), second);
}

/* A failover may take back what the old master gave out: nobody gets the same token again. */
static void
test_a_token_that_was_lost_is_not_given_out_again(void **state)
{
	int64_t first, lost;

	(void)state;
	first = lease("a", 1, NULL, 0);
	usleep(2000);
	lost = lease("b", 1, NULL, 0);
	usleep(2000);
	yq_reply_free(valkey_do(console, "DEL lease:Paper")); /* or what it was before `lost` */
	assert_true(lost > first);
	assert_true(lease("c", 60000, NULL, 0) > lost);
}

/* Ask for the leases of Paper and Other; returns the number of the one that another has. */
static long long
two_leases(const char *owner, unsigned ttl_ms, long long tokens[2])
{
	struct yq_args args = yq_args_make();

	yq_args_fcall(&args, YQ_STEP_LEASE, 2);
	yq_args_key(&args, YQ_KEY_LEASE, "Other");
	yq_args_key(&args, YQ_KEY_LEASE, "Paper");
	yq_args_text(&args, owner);
	yq_args_int(&args, ttl_ms);
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
	yq_args_free(&args);
	for (size_t i = 0; i < 2; i++)
		tokens[i] = strtoll(held->element[i + 2]->str, NULL, 10);
	return held->element[1]->integer;
}

static void
test_of_several_leases_one_gets_all_or_none(void **state)
{
	int64_t paper = lease("a", 60000, NULL, 0);
	long long tokens[2], again[2];

	(void)state;
	assert_int_equal(two_leases("b", 60000, tokens), 2);
	assert_string_equal(held->element[0]->str, "a");
	assert_int_equal(valkey_do_int(console, "EXISTS lease:Other"), 0);
	lease("a", 0, NULL, 0);
	assert_int_equal(two_leases("b", 60000, tokens), 0);
	assert_true(tokens[1] > paper);
	/* one of them lost is all of them lost: what is left is not renewed */
	valkey_do_int(console, "HSET lease:Paper Owner c");
	valkey_do_int(console, "HSET lease:Other ExpiresAt 5");
	assert_int_equal(two_leases("b", 60000, again), 2);
	assert_valkey_text(console, "HGET lease:Other ExpiresAt", "5");
	/* giving back touches one's own alone */
	assert_int_equal(two_leases("b", 0, again), 2);
	assert_valkey_text(console, "HGET lease:Other ExpiresAt", "0");
	assert_valkey_text(console, "HGET lease:Paper Owner", "c");
	assert_int_equal(again[0], tokens[0]);
}

/* Whoever is dead holds it no longer than it was given for, wherever the clock went meanwhile. */
static void
test_a_lease_from_before_the_clock_was_set_back_ends_in_its_time(void **state)
{
	int64_t first = lease("a", 100, NULL, 0);

	(void)state;
	valkey_do_int(console, "HSET lease:Paper ExpiresAt 9999999999999");
	assert_int_equal(lease("b", 60000, NULL, 0), first); /* now it ends in 100 ms */
	usleep(150000);
	assert_true(lease("b", 60000, NULL, 0) > first);
}

/* ---- colors */

static enum yq_step_result
tell_color(const char *own, const char *active, int token, unsigned silence_ms)
{
	struct yq_args args = yq_args_make();

	yq_args_fcall(&args, YQ_STEP_COLOR, 1);
	yq_args_key(&args, YQ_KEY_COLOR, NULL);
	yq_args_text(&args, own);
	yq_args_text(&args, active);
	yq_args_int(&args, token);
	yq_args_time(&args, 1);
	yq_args_time(&args, 2);
	yq_args_int(&args, silence_ms);
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 1), YQ_OK);
	yq_args_free(&args);
	return answers[0].result;
}

/* Claim O1 as a gateway of this color. */
static enum yq_step_result
claim_as(const char *color, int64_t fence)
{
	struct yq_claim_item claim = claim_item(O1, fence, 5);

	claim.color = color;
	STEP(GATEWAY, claim, &claim, 1);
	return answers[0].result;
}

static void
test_only_the_active_color_claims(void **state)
{
	struct yq_submit_item order = submit_item(O1);
	int64_t fence = lease("a", 60000, NULL, 0);

	(void)state;
	STEP(ORDER_MANAGER, submit, &order, 1);
	/* a color that has never seen who is active is not it */
	assert_int_equal(claim_as("blue", fence), YQ_INACTIVE);
	assert_string_equal(answers[0].text, "blue ");
	assert_int_equal(tell_color("blue", "green", 7, 0), YQ_APPLIED);
	assert_int_equal(claim_as("blue", fence), YQ_INACTIVE);
	assert_string_equal(answers[0].text, "blue green");
	/* a gateway that was not told its color has that of its system */
	assert_int_equal(claim_as(NULL, fence), YQ_INACTIVE);
	assert_valkey_text(console, "HGET " ORDER1 " State", "Pending");
	assert_int_equal(tell_color("blue", "blue", 8, 0), YQ_APPLIED);
	assert_int_equal(claim_as("blue", fence), YQ_CLAIMED);
	/* said before, known later */
	assert_int_equal(tell_color("blue", "green", 7, 0), YQ_FENCED);
	assert_valkey_text(console, "HGET color Active", "blue");
}

static void
test_after_too_long_a_silence_the_active_color_claims_no_more(void **state)
{
	struct yq_submit_item order = submit_item(O1);
	int64_t fence = lease("a", 60000, NULL, 0);

	(void)state;
	STEP(ORDER_MANAGER, submit, &order, 1);
	assert_int_equal(tell_color("blue", "blue", 1, 1), YQ_APPLIED);
	usleep(20000);
	assert_int_equal(claim_as("blue", fence), YQ_INACTIVE);
	assert_string_equal(answers[0].text, "blue blue");
	assert_int_equal(tell_color("blue", "blue", 1, 60000), YQ_APPLIED);
	assert_int_equal(claim_as("blue", fence), YQ_CLAIMED);
}

static void
test_without_colors_nothing_of_them_is_asked(void **state)
{
	struct yq_submit_item order = submit_item(O1);
	int64_t fence = lease("a", 60000, NULL, 0);

	(void)state;
	STEP(ORDER_MANAGER, submit, &order, 1);
	assert_int_equal(tell_color("blue", "green", 7, 0), YQ_APPLIED);
	assert_int_equal(tell_color("", "", 0, 0), YQ_APPLIED);
	assert_int_equal(valkey_do_int(console, "EXISTS color"), 0);
	assert_int_equal(claim_as(NULL, fence), YQ_CLAIMED);
}

static void
test_a_claim_checks_lease_state_and_kill_switches(void **state)
{
	struct yq_submit_item order = submit_item(O1);
	int64_t fence = lease("a", 60000, NULL, 0);
	struct yq_claim_item claim = claim_item(O1, fence - 1, 5);

	(void)state;
	STEP(ORDER_MANAGER, submit, &order, 1);
	STEP(GATEWAY, claim, &claim, 1);
	assert_int_equal(answers[0].result, YQ_FENCED);
	claim.fence = fence;
	valkey_do_int(console, "HSET halt strategy:Mean_rev x");
	yq_reply_free(valkey_do(console, "HSET halt account:Paper {\"Who\":\"me\"}"));
	STEP(GATEWAY, claim, &claim, 1);
	assert_int_equal(answers[0].result, YQ_HALTED);
	assert_string_equal(answers[0].text, "account:Paper {\"Who\":\"me\"}");
	assert_valkey_text(console, "HGET " ORDER1 " State", "Pending");
	claim.reduce_only = true;
	STEP(GATEWAY, claim, &claim, 1);
	assert_int_equal(answers[0].result, YQ_CLAIMED);
	assert_valkey_text(console, "HGET " ORDER1 " State", "Submitting");
	claim.order_id = id_of(O2);
	STEP(GATEWAY, claim, &claim, 1);
	assert_int_equal(answers[0].result, YQ_NO_SUCH_ORDER);
}

static void
test_the_global_and_a_strategys_switch_stop_a_claim(void **state)
{
	struct yq_submit_item order = submit_item(O1);
	struct yq_claim_item claim = claim_item(O1, lease("a", 60000, NULL, 0), 5);
	const char *set[] = { "HSET", "halt", "strategy:Mean rev", "why" };

	(void)state;
	STEP(ORDER_MANAGER, submit, &order, 1);
	assert_int_equal(yq_valkey_sync_command(console, 4, set, NULL, 1000, NULL, NULL), YQ_OK);
	STEP(GATEWAY, claim, &claim, 1);
	assert_string_equal(answers[0].text, "strategy:Mean rev why");
	valkey_do_int(console, "HSET halt * all");
	STEP(GATEWAY, claim, &claim, 1);
	assert_string_equal(answers[0].text, "* all");
}

static void
test_only_a_repeat_of_the_same_claim_claims_again(void **state)
{
	int64_t fence = claimed_order();
	struct yq_claim_item same = claim_item(O1, fence, 5), other = claim_item(O1, fence, 6);
	struct yq_claim_item twice[] = { same, same };

	(void)state;
	STEP(GATEWAY, claim, &same, 1);
	assert_int_equal(answers[0].result, YQ_CLAIMED);
	STEP(GATEWAY, claim, &other, 1);
	assert_int_equal(answers[0].result, YQ_NOT_PENDING);
	assert_string_equal(answers[0].text, "Submitting");
	STEP(GATEWAY, claim, twice, 2);
	assert_int_equal(answers[0].result, YQ_CLAIMED);
	assert_int_equal(answers[1].result, YQ_NOT_PENDING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STEPS_TEST(test_a_signal_is_accepted_once),
		STEPS_TEST(test_accepted_signals_are_published_but_not_foreign_ones),
		STEPS_TEST(test_an_accepted_signal_survives_the_servers_death),
		STEPS_TEST(test_an_order_is_submitted_once_whatever_a_repeat_says),
		STEPS_TEST(test_a_cancel_is_asked_once_and_only_of_a_living_order),
		STEPS_TEST(test_a_cancel_that_came_to_nothing_may_be_asked_again),
		STEPS_TEST(test_each_replace_request_counts_once),
		STEPS_TEST(test_deciding_twice_makes_the_orders_once),
		STEPS_TEST(test_an_order_that_exists_is_not_published_again_by_a_decision),
		STEPS_TEST(test_a_token_rises_with_each_owner_and_stays_with_one),
		STEPS_TEST(test_a_token_that_was_lost_is_not_given_out_again),
		STEPS_TEST(test_of_several_leases_one_gets_all_or_none),
		STEPS_TEST(test_a_lease_from_before_the_clock_was_set_back_ends_in_its_time),
		STEPS_TEST(test_only_the_active_color_claims),
		STEPS_TEST(test_after_too_long_a_silence_the_active_color_claims_no_more),
		STEPS_TEST(test_without_colors_nothing_of_them_is_asked),
		STEPS_TEST(test_a_claim_checks_lease_state_and_kill_switches),
		STEPS_TEST(test_the_global_and_a_strategys_switch_stop_a_claim),
		STEPS_TEST(test_only_a_repeat_of_the_same_claim_claims_again),
	};

	return cmocka_run_group_tests(tests, steps_start, steps_end);
}
