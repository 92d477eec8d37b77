/*
 * test_bus_batches.c - what a step does for many items at once is what it would do for one after
 * the other; and a call that a fault broke off is done again whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/refuse.h"
#include "steps_fixture.h"

#define ORDER2 "order:" O2

static struct yq_apply_item
fill(const char *order, int64_t fence, const char *execution, const char *position)
{
	static const struct yq_pair field = { "State", "Filled" };

	return (struct yq_apply_item){ .order_id = id_of(order),
		.alias = "Paper",
		.fence = fence,
		.execution_id = execution,
		.sequence = 1,
		.order_fields = &field,
		.field_count = 1,
		.position_field = "AAPL",
		.position_value = position,
		.currency = "USD",
		.deposit = position,
		.trade_json = execution,
		.result_json = execution,
		.final = true };
}

/* O1 and O2, pending; returns the fence. */
static int64_t
two_orders(void)
{
	struct yq_submit_item order = submit_item(O2);
	int64_t fence = claimed_order();

	STEP(ORDER_MANAGER, submit, &order, 1);
	return fence;
}

/* The only column of a list. */
static void
assert_list(const char *command, const char *const *wanted, size_t count)
{
	redisReply *reply = valkey_do(console, command);

	assert_int_equal(reply->elements, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(reply->element[i]->str, wanted[i]);
	freeReplyObject(reply);
}

static int64_t
pending(const char *stream, const char *group)
{
	char command[128];
	redisReply *reply;
	int64_t count;

	yq_str_format(command, sizeof(command), "XPENDING %s %s", stream, group);
	reply = valkey_do(console, command);
	count = reply->element[0]->integer;
	freeReplyObject(reply);
	return count;
}

/* ---- apply */

static void
test_of_many_fills_the_last_value_of_a_field_stands(void **state)
{
	int64_t fence = two_orders();
	struct yq_apply_item items[] = { fill(O1, fence, "E1", "1"), fill(O2, fence, "E2", "2"),
		fill(O1, fence, "E3", "3"), fill(O2, fence, "E4", "4") };
	static const char *const trades[] = { "E1", "E2", "E3", "E4" };

	(void)state;
	items[2].position_field = "MSFT";
	items[3].position_field = "MSFT";
	items[3].position_value = "";
	items[3].deposit = "9.00";
	STEP(GATEWAY, apply, items, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(answers[i].result, YQ_APPLIED);
	assert_valkey_text(console, "HGET position:Paper AAPL", "2");
	assert_int_equal(valkey_do_int(console, "HEXISTS position:Paper MSFT"), 0);
	assert_valkey_text(console, "HGET deposit:Paper USD", "9.00");
	assert_list("LRANGE trades:queue 0 -1", trades, 4);
	assert_int_equal(valkey_do_int(console, "XLEN execution:stream"), 4);
	assert_int_equal(valkey_do_int(console, "SCARD order:open"), 0);
	assert_int_equal(valkey_do_int(console, "HEXISTS " ORDER2 " Exec:E4"), 1);
	items[2].position_field = "AAPL";
	items[3].position_field = "AAPL";
	items[2].position_value = "";
	items[3].position_value = "5";
	items[2].execution_id = "E5";
	items[3].execution_id = "E6";
	STEP(GATEWAY, apply, items, 4);
	assert_valkey_text(console, "HGET position:Paper AAPL", "5"); /* deleted, then held again */
}

static void
test_an_item_that_is_not_applied_leaves_the_books_of_the_others(void **state)
{
	int64_t fence = two_orders();
	struct yq_apply_item items[] = { fill(O1, fence, "E1", "1"), fill(O2, fence, "E2", "2"),
		fill(O1, fence, "E1", "old"), fill(O2, fence - 1, "E3", "old") };

	(void)state;
	STEP(GATEWAY, apply, items, 4);
	assert_int_equal(answers[1].result, YQ_APPLIED);
	assert_int_equal(answers[2].result, YQ_ALREADY);
	assert_int_equal(answers[3].result, YQ_FENCED);
	assert_valkey_text(console, "HGET position:Paper AAPL", "2");
	assert_valkey_text(console, "HGET deposit:Paper USD", "2");
	assert_int_equal(valkey_do_int(console, "LLEN trades:queue"), 2);
	assert_int_equal(valkey_do_int(console, "HEXISTS " ORDER2 " Exec:E3"), 0);
}

static void
test_accounts_of_one_call_keep_their_own_books(void **state)
{
	int64_t fence = two_orders();
	struct yq_apply_item items[] = { fill(O1, fence, "E1", "1"), fill(O2, 7, "E2", "2") };

	(void)state;
	items[1].alias = "Other";
	valkey_do_int(console, "HSET lease:Other Token 7");
	STEP(GATEWAY, apply, items, 2);
	assert_int_equal(answers[1].result, YQ_APPLIED);
	assert_valkey_text(console, "HGET position:Paper AAPL", "1");
	assert_valkey_text(console, "HGET position:Other AAPL", "2");
	assert_valkey_text(console, "HGET deposit:Other USD", "2");
}

static void
test_states_of_one_order_in_one_call_go_by_their_sequence(void **state)
{
	int64_t fence = claimed_order();
	struct yq_apply_item items[] = { fill(O1, fence, NULL, NULL), fill(O1, fence, NULL, NULL),
		fill(O1, fence, NULL, NULL) };

	(void)state;
	items[0].result_json = items[1].result_json = items[2].result_json = "{}";
	items[0].sequence = 2;
	items[2].sequence = 3;
	STEP(GATEWAY, apply, items, 3);
	assert_int_equal(answers[0].result, YQ_APPLIED);
	assert_int_equal(answers[1].result, YQ_ALREADY);
	assert_int_equal(answers[2].result, YQ_APPLIED);
	assert_int_equal(valkey_do_int(console, "XLEN execution:stream"), 2);
	assert_valkey_text(console, "HGET " ORDER1 " Sequence", "3");
}

static void
test_entries_of_one_call_are_acknowledged_together(void **state)
{
	int64_t fence = two_orders();
	struct yq_apply_item items[] = { fill(O1, fence, "E1", "1"), fill(O2, fence, "E2", "2") };
	redisReply *read =
	    valkey_do(console, "XREADGROUP GROUP broker-gateway c STREAMS order:stream >");
	redisReply *entries = read->element[0]->element[1];

	(void)state;
	assert_int_equal(pending("order:stream", "broker-gateway"), 2);
	for (int i = 0; i < 2; i++)
		items[i].ack_entry_id = entries->element[i]->element[0]->str;
	STEP(GATEWAY, apply, items, 2);
	assert_int_equal(pending("order:stream", "broker-gateway"), 0);
	freeReplyObject(read);
}

static void
test_a_broken_off_apply_is_done_again_whole(void **state)
{
	int64_t fence = two_orders();
	struct yq_apply_item items[] = { fill(O1, fence, "E1", "1"), fill(O2, fence, "E2", "2") };
	struct yq_args args = yq_args_make();

	(void)state;
	yq_reply_free(valkey_do(console, "RENAME execution:stream aside"));
	yq_reply_free(valkey_do(console, "SET execution:stream x"));
	yq_encode_apply(&args, items, 2);
	assert_int_not_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 2), YQ_OK);
	assert_int_equal(valkey_do_int(console, "HEXISTS " ORDER1 " Exec:E1"), 0);
	yq_reply_free(valkey_do(console, "RENAME aside execution:stream"));
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 2), YQ_OK);
	assert_int_equal(answers[0].result, YQ_APPLIED);
	assert_int_equal(answers[1].result, YQ_APPLIED);
	assert_int_equal(valkey_do_int(console, "XLEN execution:stream"), 2);
	assert_int_equal(valkey_do_int(console, "HEXISTS " ORDER2 " Exec:E2"), 1);
	yq_args_free(&args);
}

/* ---- accept, decide */

static void
test_a_broken_off_accept_is_done_again_whole(void **state)
{
	struct yq_accept_item items[] = { { .id = id_of(S1), .payload = "{1}", .length = 3 },
		{ .id = id_of(S2), .payload = "{2}", .length = 3 } };
	struct yq_args args = yq_args_make();

	(void)state;
	yq_reply_free(valkey_do(console, "RENAME signal:stream aside"));
	yq_reply_free(valkey_do(console, "SET signal:stream x"));
	yq_encode_accept(&args, items, 2);
	assert_int_not_equal(steps_run(YQ_PROGRAM_WEBHOOK, &args, 2), YQ_OK);
	assert_int_equal(valkey_do_int(console, "EXISTS signal:" S1 " signal:" S2), 0);
	yq_reply_free(valkey_do(console, "RENAME aside signal:stream"));
	assert_int_equal(steps_run(YQ_PROGRAM_WEBHOOK, &args, 2), YQ_OK);
	assert_int_equal(answers[0].result, YQ_ACCEPTED);
	assert_int_equal(answers[1].result, YQ_ACCEPTED);
	yq_args_free(&args);
}

static void
test_one_known_signal_among_new_ones_is_the_only_duplicate(void **state)
{
	struct yq_accept_item items[] = { { .id = id_of(S1), .payload = "{1}", .length = 3 },
		{ .id = id_of(S2), .payload = "{2}", .length = 3 } };

	(void)state;
	STEP(WEBHOOK, accept, items + 1, 1);
	STEP(WEBHOOK, accept, items, 2);
	assert_int_equal(answers[0].result, YQ_ACCEPTED);
	assert_int_equal(answers[1].result, YQ_DUPLICATE);
	assert_int_equal(valkey_do_int(console, "XLEN signal:stream"), 2);
}

/* Two signals in the stream, read by the group; the ids of their entries. */
static redisReply *
two_signals(void)
{
	struct yq_accept_item items[] = { { .id = id_of(S1), .payload = "{1}", .length = 3 },
		{ .id = id_of(S2), .payload = "{2}", .length = 3 } };

	STEP(WEBHOOK, accept, items, 2);
	return valkey_do(console, "XREADGROUP GROUP order-manager c STREAMS signal:stream >");
}

static void
test_a_signal_twice_in_one_call_is_decided_once(void **state)
{
	redisReply *read = two_signals();
	redisReply *entries = read->element[0]->element[1];
	struct yq_submit_item orders[] = { submit_item(O1), submit_item(O2) };
	struct yq_decide_item items[] = {
		{ id_of(S1), entries->element[0]->element[0]->str, "{1}", 3, orders, 1 },
		{ id_of(S1), entries->element[1]->element[0]->str, "{2}", 3, orders, 2 },
	};

	(void)state;
	STEP(ORDER_MANAGER, decide, items, 2);
	assert_int_equal(answers[0].result, YQ_DECIDED);
	assert_int_equal(answers[1].result, YQ_ALREADY);
	assert_valkey_text(console, "GET signal:" S1, "{1}");
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 1);
	assert_int_equal(valkey_do_int(console, "SCARD order:open"), 1);
	assert_int_equal(valkey_do_int(console, "EXISTS " ORDER2), 0);
	assert_int_equal(pending("signal:stream", "order-manager"), 0);
	freeReplyObject(read);
}

static void
test_an_order_that_is_over_is_not_opened_by_a_later_decision(void **state)
{
	struct yq_submit_item orders[] = { submit_item(O1), submit_item(O2) };
	struct yq_decide_item items[] = { { id_of(S1), NULL, "{1}", 3, orders, 2 },
		{ id_of(S2), NULL, "{2}", 3, orders + 1, 1 } };

	(void)state;
	STEP(ORDER_MANAGER, submit, orders, 1);
	valkey_do_int(console, "SREM order:open " O1);
	STEP(ORDER_MANAGER, decide, items, 2);
	assert_int_equal(answers[1].result, YQ_DECIDED);
	assert_int_equal(valkey_do_int(console, "SISMEMBER order:open " O1), 0);
	assert_int_equal(valkey_do_int(console, "SISMEMBER order:open " O2), 1);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 2);
}

static void
test_a_broken_off_decide_is_done_again_whole(void **state)
{
	redisReply *read = two_signals();
	redisReply *entries = read->element[0]->element[1];
	struct yq_submit_item orders[] = { submit_item(O1), submit_item(O2) };
	struct yq_decide_item items[] = {
		{ id_of(S1), entries->element[0]->element[0]->str, "{1}", 3, orders, 1 },
		{ id_of(S2), entries->element[1]->element[0]->str, "{2}", 3, orders + 1, 1 },
	};
	struct yq_args args = yq_args_make();

	(void)state;
	yq_reply_free(valkey_do(console, "SET " ORDER2 " x"));
	yq_reply_free(valkey_do(console, "RENAME order:stream aside"));
	yq_reply_free(valkey_do(console, "SET order:stream x"));
	yq_encode_decide(&args, items, 2);
	assert_int_not_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 2), YQ_OK);
	assert_valkey_text(console, "GET signal:" S1, "accepted");
	assert_int_equal(pending("signal:stream", "order-manager"), 2);
	yq_reply_free(valkey_do(console, "DEL " ORDER2));
	yq_reply_free(valkey_do(console, "RENAME aside order:stream"));
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 2), YQ_OK);
	assert_int_equal(answers[0].result, YQ_DECIDED);
	assert_int_equal(answers[1].result, YQ_DECIDED);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 2);
	assert_int_equal(pending("signal:stream", "order-manager"), 0);
	yq_args_free(&args);
	freeReplyObject(read);
}

/* ---- take, archived */

static void
take_two(struct yq_args *args)
{
	yq_args_clear(args);
	yq_args_fcall(args, YQ_STEP_TAKE, 2);
	yq_args_words(args, "trades:queue trades:processing 2");
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, args, 0), YQ_OK);
}

static void
test_trades_are_taken_in_order_and_no_more_than_asked(void **state)
{
	static const char *const taken[] = { "x" }, *const left[] = { "a", "b", "c" };
	struct yq_args args = yq_args_make();

	(void)state;
	valkey_do_int(console, "RPUSH trades:processing x");
	valkey_do_int(console, "RPUSH trades:queue a b c");
	take_two(&args); /* what an earlier life left comes first */
	assert_int_equal(held->elements, 2);
	assert_int_equal(held->element[0]->integer, 3);
	assert_string_equal(held->element[1]->str, "x");
	assert_list("LRANGE trades:processing 0 -1", taken, 1);
	assert_list("LRANGE trades:queue 0 -1", left, 3);
	valkey_do_int(console, "DEL trades:processing");
	for (int i = 0; i < 2; i++) { /* again: the same */
		take_two(&args);
		assert_int_equal(held->elements, 3);
		assert_int_equal(held->element[0]->integer, 1);
		assert_string_equal(held->element[2]->str, "b");
		assert_list("LRANGE trades:processing 0 -1", left, 3);
		assert_int_equal(valkey_do_int(console, "EXISTS trades:queue"), 0);
	}
	valkey_do_int(console, "DEL trades:processing");
	take_two(&args);
	assert_int_equal(held->elements, 1);
	yq_args_free(&args);
}

static void
test_items_that_are_not_the_head_of_the_list_leave_alone(void **state)
{
	struct yq_list_item removed[] = { { "b", 1 }, { "a", 1 } };
	struct yq_archived archived = { .removed = removed, .removed_count = 2 };
	static const char *const rest[] = { "c", "a" };
	struct yq_args args = yq_args_make();

	(void)state;
	valkey_do_int(console, "RPUSH trades:processing a b c a");
	yq_encode_archived(&args, &archived);
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_list("LRANGE trades:processing 0 -1", rest, 2);
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_list("LRANGE trades:processing 0 -1", rest, 1); /* the other a: in the archive too */
	yq_args_free(&args);
}

static void
test_the_head_of_the_list_leaves_in_one_cut_and_no_more(void **state)
{
	struct yq_list_item removed[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };
	struct yq_archived archived = { .removed = removed, .removed_head = true };
	static const char *const rest[] = { "d", "a" };
	struct yq_args args = yq_args_make();

	(void)state;
	for (size_t count = 1; count <= 3; count++) {
		valkey_do_int(console, "DEL trades:processing");
		valkey_do_int(console, "RPUSH trades:processing a b c d a");
		archived.removed_count = count;
		yq_args_clear(&args);
		yq_encode_archived(&args, &archived);
		assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
		assert_int_equal(valkey_do_int(console, "LLEN trades:processing"), 5 - count);
	}
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_list("LRANGE trades:processing 0 -1", rest, 2);
	yq_args_free(&args);
}

/* ---- places */

static void
expect_place(const char *id)
{
	struct yq_args args = yq_args_make();

	yq_args_fcall(&args, YQ_STEP_POSITION, 1);
	yq_args_words(&args, "signal:stream archiver");
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_string_equal(held->str, id);
	yq_args_free(&args);
}

static void
test_a_place_in_a_stream_moves_forward_only(void **state)
{
	static const struct {
		const char *to, *then;
	} moves[] = { { "5-3", "5-3" }, { "5-2", "5-3" }, { "4-9", "5-3" }, { "5-10", "5-10" },
		{ "11-0", "11-0" }, { "9-99", "11-0" } };
	struct yq_args args = yq_args_make();

	(void)state;
	expect_place("0-0");
	for (size_t i = 0; i < YQ_COUNT(moves); i++) {
		struct yq_place place = { YQ_GROUP_SIGNAL_ARCHIVER, moves[i].to };
		struct yq_archived archived = { .places = &place, .place_count = 1 };

		yq_args_clear(&args);
		yq_encode_archived(&args, &archived);
		assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
		expect_place(moves[i].then);
	}
	yq_args_free(&args);
}

static void
test_what_was_delivered_and_not_acknowledged_lies_behind_the_place(void **state)
{
	redisReply *read = two_signals();
	char before[YQ_ENTRY_ID_SIZE];
	const char *first = read->element[0]->element[1]->element[0]->element[0]->str;

	(void)state;
	yq_reply_free(valkey_do(console, "XREADGROUP GROUP archiver c STREAMS signal:stream >"));
	assert_int_equal(pending("signal:stream", "archiver"), 2);
	assert_true(yq_str_format(before, sizeof(before), "%lld-18446744073709551615",
	    (long long)(yq_entry_time_us(first) / 1000) - 1));
	if (!yq_str_equal(strchr(first, '-'), "-0"))
		skip();
	expect_place(before);
	assert_int_equal(pending("signal:stream", "archiver"), 0);
	expect_place(before);
	freeReplyObject(read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STEPS_TEST(test_of_many_fills_the_last_value_of_a_field_stands),
		STEPS_TEST(test_an_item_that_is_not_applied_leaves_the_books_of_the_others),
		STEPS_TEST(test_accounts_of_one_call_keep_their_own_books),
		STEPS_TEST(test_states_of_one_order_in_one_call_go_by_their_sequence),
		STEPS_TEST(test_entries_of_one_call_are_acknowledged_together),
		STEPS_TEST(test_a_broken_off_apply_is_done_again_whole),
		STEPS_TEST(test_a_broken_off_accept_is_done_again_whole),
		STEPS_TEST(test_one_known_signal_among_new_ones_is_the_only_duplicate),
		STEPS_TEST(test_a_signal_twice_in_one_call_is_decided_once),
		STEPS_TEST(test_an_order_that_is_over_is_not_opened_by_a_later_decision),
		STEPS_TEST(test_a_broken_off_decide_is_done_again_whole),
		STEPS_TEST(test_trades_are_taken_in_order_and_no_more_than_asked),
		STEPS_TEST(test_items_that_are_not_the_head_of_the_list_leave_alone),
		STEPS_TEST(test_the_head_of_the_list_leaves_in_one_cut_and_no_more),
		STEPS_TEST(test_a_place_in_a_stream_moves_forward_only),
		STEPS_TEST(test_what_was_delivered_and_not_acknowledged_lies_behind_the_place),
	};

	return cmocka_run_group_tests(tests, steps_start, steps_end);
}
