/*
 * test_bus_books.c - apply, sync, archived, notify, trim and stock on a real server: what each
 * promises, and again; provisioning.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "steps_fixture.h"

/* ---- apply */

static struct yq_apply_item
fill_item(int64_t fence, const char *execution, int64_t sequence)
{
	static const struct yq_pair fields[] = { { "State", "PartiallyFilled" },
		{ "Filled", "1" } };

	return (struct yq_apply_item){ .order_id = id_of(O1),
		.alias = "Paper",
		.fence = fence,
		.execution_id = execution,
		.sequence = sequence,
		.order_fields = fields,
		.field_count = 2,
		.position_field = "AAPL",
		.position_value = "{\"Qty\":1}",
		.currency = "USD",
		.deposit = "899.00",
		.trade_json = "{\"Trade\":1}",
		.result_json = "{\"IsSuccess\":true}" };
}

static void
test_a_fill_is_booked_once(void **state)
{
	int64_t fence = claimed_order();
	struct yq_apply_item items[] = { fill_item(fence, "E1", 1), fill_item(fence, "E1", 2),
		fill_item(fence, "E2", 2) };

	(void)state;
	STEP(GATEWAY, apply, items, 3);
	assert_int_equal(answers[0].result, YQ_APPLIED);
	assert_int_equal(answers[1].result, YQ_ALREADY);
	assert_int_equal(answers[2].result, YQ_APPLIED);
	STEP(GATEWAY, apply, items, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(answers[i].result, YQ_ALREADY);
	assert_int_equal(valkey_do_int(console, "LLEN trades:queue"), 2);
	assert_int_equal(valkey_do_int(console, "XLEN execution:stream"), 2);
	assert_valkey_text(console, "HGET position:Paper AAPL", "{\"Qty\":1}");
	assert_valkey_text(console, "HGET deposit:Paper USD", "899.00");
	assert_valkey_text(console, "HGET " ORDER1 " Sequence", "2");
	assert_valkey_text(console, "HGET " ORDER1 " Exec:E1", "1");
}

static void
test_a_change_of_state_is_published_once_by_its_sequence(void **state)
{
	int64_t fence = claimed_order();
	struct yq_pair field = { "State", "Open" };
	struct yq_apply_item item = { .order_id = id_of(O1),
		.alias = "Paper",
		.fence = fence,
		.sequence = 1,
		.order_fields = &field,
		.field_count = 1,
		.result_json = "{}" };

	(void)state;
	STEP(GATEWAY, apply, &item, 1);
	assert_int_equal(answers[0].result, YQ_APPLIED);
	STEP(GATEWAY, apply, &item, 1);
	assert_int_equal(answers[0].result, YQ_ALREADY);
	assert_int_equal(valkey_do_int(console, "XLEN execution:stream"), 1);
	assert_valkey_text(console, "HGET " ORDER1 " State", "Open");
}

static void
test_an_old_owner_changes_nothing(void **state)
{
	int64_t fence = claimed_order();
	struct yq_apply_item item = fill_item(fence, "E1", 1);
	struct yq_pair pair = { "USD", "5.00" };
	struct yq_sync_item books = {
		.alias = "Paper", .fence = fence, .deposit = &pair, .deposit_count = 1
	};
	struct yq_args args = yq_args_make();

	(void)state;
	lease("a", 0, NULL, 0);
	assert_true(lease("b", 60000, NULL, 0) > fence);
	STEP(GATEWAY, apply, &item, 1);
	assert_int_equal(answers[0].result, YQ_FENCED);
	yq_encode_sync(&args, &books);
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 1), YQ_OK);
	assert_int_equal(answers[0].result, YQ_FENCED);
	yq_args_free(&args);
	assert_int_equal(valkey_do_int(console, "EXISTS deposit:Paper position:Paper"), 0);
	assert_int_equal(valkey_do_int(console, "LLEN trades:queue"), 0);
	assert_valkey_text(console, "HGET " ORDER1 " State", "Submitting");
}

static void
test_the_end_of_an_order_leaves_the_open_set_and_acknowledges(void **state)
{
	int64_t fence = claimed_order();
	struct yq_apply_item item = fill_item(fence, "E1", 1);
	redisReply *read =
	    valkey_do(console, "XREADGROUP GROUP broker-gateway c STREAMS order:stream >");

	(void)state;
	item.final = true;
	item.position_value = "";
	item.ack_entry_id = read->element[0]->element[1]->element[0]->element[0]->str;
	valkey_do_int(console, "HSET position:Paper AAPL x");
	STEP(GATEWAY, apply, &item, 1);
	assert_int_equal(valkey_do_int(console, "SCARD order:open"), 0);
	assert_int_equal(valkey_do_int(console, "HEXISTS position:Paper AAPL"), 0);
	freeReplyObject(read);
	read = valkey_do(console, "XPENDING order:stream broker-gateway");
	assert_int_equal(read->element[0]->integer, 0);
	freeReplyObject(read);
	item.order_id = id_of(O2);
	item.ack_entry_id = NULL;
	STEP(GATEWAY, apply, &item, 1);
	assert_int_equal(answers[0].result, YQ_NO_SUCH_ORDER);
}

/* ---- sync, archived, notify, trim, stock, beat */

static void
test_a_sync_replaces_whole_hashes_and_leaves_what_was_not_asked(void **state)
{
	struct yq_pair account[] = { { "Alias", "Paper" }, { "Active", "true" } };
	struct yq_pair deposit = { "USD", "5.00" };
	struct yq_sync_item item = { .alias = "Paper",
		.active = true,
		.account = account,
		.account_count = 2,
		.deposit = &deposit,
		.deposit_count = 1 };
	struct yq_args args = yq_args_make();

	(void)state;
	item.fence = lease("a", 60000, NULL, 0);
	valkey_do_int(console, "HSET deposit:Paper KRW 7");
	valkey_do_int(console, "HSET position:Paper AAPL x");
	yq_encode_sync(&args, &item);
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 1), YQ_OK);
	assert_int_equal(answers[0].result, YQ_APPLIED);
	assert_int_equal(valkey_do_int(console, "HLEN deposit:Paper"), 1);
	assert_int_equal(valkey_do_int(console, "HLEN position:Paper"), 1);
	assert_int_equal(valkey_do_int(console, "SISMEMBER account:index Paper"), 1);
	item.active = false;
	item.position = account; /* count 0: the broker really said none */
	yq_args_clear(&args);
	yq_encode_sync(&args, &item);
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 1), YQ_OK);
	assert_int_equal(valkey_do_int(console, "EXISTS position:Paper"), 0);
	assert_int_equal(valkey_do_int(console, "SISMEMBER account:index Paper"), 0);
	yq_args_free(&args);
}

static void
test_archived_things_leave_and_open_orders_stay(void **state)
{
	struct yq_list_item removed[] = { { "t1", 2 } },
			    parked[] = { { "t2", 2 }, { "unknown", 7 } };
	struct yq_id orders[] = { id_of(O1), id_of(O2) };
	struct yq_archived_signal signals[] = { { id_of(S1), "ordered" },
		{ id_of(S2), "refused" } };
	struct yq_archived archived = { .removed = removed,
		.removed_count = 1,
		.parked = parked,
		.parked_count = 2,
		.orders = orders,
		.order_count = 2,
		.archived_at_us = 9,
		.signals = signals,
		.signal_count = 2 };
	struct yq_submit_item items[] = { submit_item(O1), submit_item(O2) };
	struct yq_args args = yq_args_make();

	(void)state;
	STEP(ORDER_MANAGER, submit, items, 2);
	valkey_do_int(console, "SREM order:open " O1);
	valkey_do_int(console, "RPUSH trades:processing t1 t2 t1");
	yq_reply_free(valkey_do(console, "SET signal:" S1 " verdict EX 1000"));
	yq_encode_archived(&args, &archived);
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_int_equal(valkey_do_int(console, "LLEN trades:processing"), 1);
	assert_int_equal(valkey_do_int(console, "LLEN trades:parked"), 1);
	assert_in_range(valkey_do_int(console, "TTL " ORDER1), 3500, 3600);
	assert_int_equal(valkey_do_int(console, "TTL order:" O2), -1);
	assert_valkey_text(console, "GET signal:" S1, "ordered");
	assert_in_range(valkey_do_int(console, "TTL signal:" S1), 900, 1000);
	assert_int_equal(valkey_do_int(console, "EXISTS signal:" S2), 0);
	yq_args_free(&args);
}

/* Else it would come back for ever, and nothing behind it would reach the archive. */
static void
test_an_item_with_a_nul_byte_is_parked_too(void **state)
{
	static const struct yq_list_item torn = { "{\"a\0b", 5 };
	struct yq_archived archived = { .parked = &torn, .parked_count = 1 };
	struct yq_args args = yq_args_make();

	(void)state;
	yq_args_words(&args, "RPUSH trades:processing");
	yq_args_bytes(&args, torn.bytes, torn.length);
	assert_int_equal(steps_run(YQ_PROGRAM_CONSOLE, &args, 0), YQ_OK);
	yq_args_clear(&args);
	yq_encode_archived(&args, &archived);
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_int_equal(valkey_do_int(console, "LLEN trades:processing"), 0);
	assert_int_equal(valkey_do_int(console, "LLEN trades:parked"), 1);
	yq_args_free(&args);
}

static void
test_a_notification_repeated_is_kept_once(void **state)
{
	struct yq_args args = yq_args_make();

	(void)state;
	yq_encode_notify(&args, "{\"Id\":1}", 8);
	for (int i = 0; i < 2; i++)
		assert_int_equal(steps_run(YQ_PROGRAM_WEBHOOK, &args, 0), YQ_OK);
	assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 1);
	yq_args_free(&args);
}

/* Whoever dies after the step has told of it, and whoever takes the step again does not tell twice.
 */
static void
test_a_halt_is_told_in_the_step_that_throws_it(void **state)
{
	struct yq_id once = id_of(O1);
	struct yq_halt_change change = { .field = "risk:R:account:Paper", .value = "{}" };
	struct yq_halt_item item = { .kind = YQ_SUBMIT_HALT,
		.changes = &change,
		.count = 1,
		.payload = "{}",
		.length = 2,
		.notice = "{\"Id\":1}",
		.once = &once };
	struct yq_args args = yq_args_make();

	(void)state;
	for (int i = 0; i < 2; i++) {
		yq_args_clear(&args);
		yq_encode_halt(&args, &item);
		assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
		assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 1);
		assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 1);
		assert_int_equal(valkey_do_int(console, "EXISTS halt:" O1), 1);
	}
	/* Without a mark only what changes anything is told. */
	item.once = NULL;
	item.kind = YQ_SUBMIT_RESUME;
	change.value = NULL;
	for (int i = 0; i < 2; i++) {
		yq_args_clear(&args);
		yq_encode_halt(&args, &item);
		assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
		assert_int_equal(valkey_do_int(console, "HLEN halt"), 0);
		assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 2);
	}
	/* What has nothing to tell names no notifications, as programs did before there were any.
	 */
	item.notice = NULL;
	change.value = "{}";
	yq_args_clear(&args);
	yq_encode_halt(&args, &item);
	assert_int_equal(steps_run(YQ_PROGRAM_WEB, &args, 0), YQ_OK);
	assert_int_equal(valkey_do_int(console, "HLEN halt"), 1);
	assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 2);
	yq_args_free(&args);
}

static void
trim(const char *bound)
{
	struct yq_args args = yq_args_make();

	yq_args_fcall(&args, YQ_STEP_TRIM, 1);
	yq_args_key(&args, YQ_KEY_NOTIFICATION_STREAM, NULL);
	yq_args_text(&args, bound);
	yq_args_text(&args, "60000");
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	yq_args_free(&args);
}

static void
test_trimming_never_takes_what_somebody_still_needs(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		yq_reply_free(valkey_do(console, "XADD notification:stream * payload x"));
	trim("10"); /* nobody has read */
	assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 1000);
	yq_reply_free(valkey_do(
	    console, "XREADGROUP GROUP notifier c COUNT 500 STREAMS notification:stream >"));
	trim("10"); /* read, not acknowledged */
	assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 1000);
	yq_reply_free(valkey_do(console, "XGROUP SETID notification:stream notifier $"));
	yq_reply_free(valkey_do(console, "XGROUP DELCONSUMER notification:stream notifier c"));
	trim("2000");
	assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 1000);
	trim("150"); /* all acknowledged: whole nodes go, the bound stays */
	assert_in_range(valkey_do_int(console, "XLEN notification:stream"), 150, 300);
}

/* Who runs no notifier must not run out of memory. */
static void
test_a_group_that_nobody_reads_in_does_not_hold_its_stream(void **state)
{
	struct yq_args args = yq_args_make();

	(void)state;
	for (int i = 0; i < 1000; i++)
		yq_reply_free(valkey_do(console, "XADD execution:stream * payload x"));
	yq_args_fcall(&args, YQ_STEP_TRIM, 1);
	yq_args_key(&args, YQ_KEY_EXECUTION_STREAM, NULL);
	yq_args_words(&args, "100 60000 notifier");
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_int_equal(valkey_do_int(console, "XLEN execution:stream"), 1000);
	yq_reply_free(valkey_do(console, "XGROUP SETID execution:stream archiver $"));
	yq_reply_free(valkey_do(console, "XGROUP CREATECONSUMER execution:stream notifier c"));
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_int_equal(valkey_do_int(console, "XLEN execution:stream"), 1000);
	yq_reply_free(valkey_do(console, "XGROUP DELCONSUMER execution:stream notifier c"));
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_in_range(valkey_do_int(console, "XLEN execution:stream"), 100, 300);
	yq_args_free(&args);
}

/* A gateway that was taken out of the configuration leaves its group behind. */
static void
test_a_deserted_group_that_holds_its_stream_is_told_of(void **state)
{
	struct yq_args args = yq_args_make();

	(void)state;
	yq_reply_free(valkey_do(console, "XGROUP CREATE order:stream broker-gateway:Old 0"));
	for (int i = 0; i < 300; i++)
		yq_reply_free(valkey_do(console, "XADD order:stream * kind order payload x"));
	yq_reply_free(valkey_do(console, "XGROUP SETID order:stream broker-gateway $"));
	yq_args_fcall(&args, YQ_STEP_TRIM, 1);
	yq_args_key(&args, YQ_KEY_ORDER_STREAM, NULL);
	yq_args_words(&args, "100 60000 -archiver");
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_int_equal(held->element[0]->integer, 0);
	assert_string_equal(held->element[1]->str, "broker-gateway:Old of order:stream");
	/* somebody reads there again, however slowly */
	yq_reply_free(valkey_do(
	    console, "XREADGROUP GROUP broker-gateway:Old c COUNT 1 STREAMS order:stream >"));
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_string_equal(held->element[1]->str, "");
	yq_args_free(&args);
}

static void
test_one_ticker_in_two_markets_keeps_two_prices(void **state)
{
	struct yq_stock_item items[] = {
		{ .ticker = "000100",
		    .exchange = YQ_KRX,
		    .currency = YQ_KRW,
		    .price = yq_decimal_from_int(70000),
		    .updated_at_us = 1 },
		{ .ticker = "000100",
		    .exchange = YQ_SZSE,
		    .currency = YQ_CNY,
		    .price = yq_decimal_from_int(4),
		    .change_rate = { true, yq_decimal_from_int(2) },
		    .updated_at_us = 2 },
	};
	struct yq_args args = yq_args_make();

	(void)state;
	yq_encode_stock(&args, items, 2);
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
	assert_valkey_text(console, "HGET stock:000100 Exchange", "SZSE");
	assert_valkey_text(console, "HGET stock:000100 KRX",
	    "{\"Price\":70000,\"Currency\":\"KRW\",\"UpdatedAt\":\"1970-01-01T00:00:00.000001Z\"}");
	assert_in_range(valkey_do_int(console, "TTL stock:000100"), 89000, 90000);
	yq_args_free(&args);
}

/* What ends work is the only way to free memory again. */
static void
test_a_full_server_takes_no_work_but_lets_what_is_begun_end(void **state)
{
	int64_t fence = claimed_order();
	struct yq_apply_item item = fill_item(fence, "E1", 1);
	struct yq_accept_item signal = { .id = id_of(S1), .payload = "{}", .length = 2 };
	struct yq_submit_item order = submit_item(O2);
	struct yq_archived archived = { .archived_at_us = 1 };
	struct yq_args args = yq_args_make();

	(void)state;
	yq_reply_free(valkey_do(console, "CONFIG SET maxmemory 1000000"));
	yq_encode_accept(&args, &signal, 1);
	assert_int_equal(steps_run(YQ_PROGRAM_WEBHOOK, &args, 1), YQ_E_LIMIT);
	yq_args_clear(&args);
	yq_encode_submit(&args, &order, 1);
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 1), YQ_E_LIMIT);
	STEP(GATEWAY, apply, &item, 1);
	assert_int_equal(answers[0].result, YQ_APPLIED);
	assert_int_equal(lease("a", 60000, NULL, 0), fence);
	yq_args_clear(&args);
	yq_encode_archived(&args, &archived);
	assert_int_equal(steps_run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	yq_reply_free(valkey_do(console, "CONFIG SET maxmemory 0"));
	yq_args_free(&args);
}

static void
test_provisioning_again_changes_nothing_and_is_verified(void **state)
{
	struct yq_err err;

	(void)state;
	valkey_do_int(console, "XLEN signal:stream");
	if (yq_provision_verify_sync(console, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(
	    yq_provision(console, &(struct yq_provision_options){ 0 }, NULL, NULL, &err), YQ_OK);
	yq_reply_free(valkey_do(console, "FUNCTION DELETE yquant"));
	assert_int_equal(yq_provision_verify_sync(console, &err), YQ_E_STATE);
	assert_non_null(strstr(err.text, "yq provision"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STEPS_TEST(test_a_fill_is_booked_once),
		STEPS_TEST(test_a_change_of_state_is_published_once_by_its_sequence),
		STEPS_TEST(test_an_old_owner_changes_nothing),
		STEPS_TEST(test_the_end_of_an_order_leaves_the_open_set_and_acknowledges),
		STEPS_TEST(test_a_sync_replaces_whole_hashes_and_leaves_what_was_not_asked),
		STEPS_TEST(test_archived_things_leave_and_open_orders_stay),
		STEPS_TEST(test_an_item_with_a_nul_byte_is_parked_too),
		STEPS_TEST(test_a_notification_repeated_is_kept_once),
		STEPS_TEST(test_a_halt_is_told_in_the_step_that_throws_it),
		STEPS_TEST(test_trimming_never_takes_what_somebody_still_needs),
		STEPS_TEST(test_a_group_that_nobody_reads_in_does_not_hold_its_stream),
		STEPS_TEST(test_a_deserted_group_that_holds_its_stream_is_told_of),
		STEPS_TEST(test_one_ticker_in_two_markets_keeps_two_prices),
		STEPS_TEST(test_a_full_server_takes_no_work_but_lets_what_is_begun_end),
		STEPS_TEST(test_provisioning_again_changes_nothing_and_is_verified),
	};

	return cmocka_run_group_tests(tests, steps_start, steps_end);
}
