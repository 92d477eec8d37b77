/*
 * test_bus_steps.c - every durable step on a real server: what it promises, and again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/steps_encode.h"
#include "valkey_fixture.h"

#define S1     "11111111-1111-5111-8111-111111111111"
#define S2     "22222222-2222-5222-8222-222222222222"
#define O1     "aaaaaaaa-aaaa-5aaa-8aaa-aaaaaaaaaaaa"
#define O2     "bbbbbbbb-bbbb-5bbb-8bbb-bbbbbbbbbbbb"
#define ORDER1 "order:" O1

static struct valkey_fixture server;
static struct yq_valkey_sync *console;
static struct yq_step_answer answers[8];
static redisReply *held; /* what `answers` borrows from */

/* Run an encoded step as `program`; rc of the call. */
static enum yq_rc
run(enum yq_program program, const struct yq_args *args, size_t count)
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

#define STEP(program, step, items, count)                                          \
	do {                                                                       \
		struct yq_args args_ = yq_args_make();                             \
		yq_encode_##step(&args_, items, count);                            \
		assert_int_equal(run(YQ_PROGRAM_##program, &args_, count), YQ_OK); \
		yq_args_free(&args_);                                              \
	} while (0)

static int
setup(void **state)
{
	(void)state;
	valkey_fixture_clear(&server);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	yq_reply_freep(&held);
	yq_valkey_sync_close(console);
	return 0;
}

static struct yq_id
id_of(const char *text)
{
	struct yq_id id;

	memcpy(id.text, text, YQ_ID_LENGTH + 1);
	return id;
}

static struct yq_submit_item
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

static int64_t
lease(const char *owner, unsigned ttl_ms, char *holder, size_t size)
{
	struct yq_args args = yq_args_make();
	int64_t token = -1;

	yq_args_fcall(&args, YQ_STEP_LEASE, 1);
	yq_args_key(&args, YQ_KEY_LEASE, "Paper");
	yq_args_text(&args, owner);
	yq_args_int(&args, ttl_ms);
	assert_int_equal(run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
	yq_args_free(&args);
	assert_true(yq_str_to_int64(held->element[0]->str, 0, INT64_MAX, &token));
	if (holder != NULL)
		assert_true(yq_str_copy(holder, size, held->element[1]->str));
	return token;
}

static struct yq_claim_item
claim_item(const char *order, int64_t fence, int64_t at)
{
	return (struct yq_claim_item){ .order_id = id_of(order),
		.alias = "Paper",
		.strategy = "Mean rev",
		.fence = fence,
		.claimed_at_us = at };
}

/* An order that is submitted and claimed. */
static int64_t
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
	int64_t first = lease("a", 60000, holder, sizeof(holder));

	(void)state;
	assert_string_equal(holder, "a");
	assert_int_equal(lease("a", 60000, NULL, 0), first);
	assert_int_equal(lease("b", 60000, holder, sizeof(holder)), first);
	assert_string_equal(holder, "a");
	assert_int_equal(lease("a", 0, NULL, 0), first); /* given back */
	assert_int_equal(lease("b", 60000, holder, sizeof(holder)), first + 1);
	assert_string_equal(holder, "b");
	assert_int_equal(lease("b", 1, NULL, 0), first + 1);
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
	assert_int_equal(lease("b", 60000, NULL, 0), fence + 1);
	STEP(GATEWAY, apply, &item, 1);
	assert_int_equal(answers[0].result, YQ_FENCED);
	yq_encode_sync(&args, &books);
	assert_int_equal(run(YQ_PROGRAM_GATEWAY, &args, 1), YQ_OK);
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
	assert_int_equal(run(YQ_PROGRAM_GATEWAY, &args, 1), YQ_OK);
	assert_int_equal(answers[0].result, YQ_APPLIED);
	assert_int_equal(valkey_do_int(console, "HLEN deposit:Paper"), 1);
	assert_int_equal(valkey_do_int(console, "HLEN position:Paper"), 1);
	assert_int_equal(valkey_do_int(console, "SISMEMBER account:index Paper"), 1);
	item.active = false;
	item.position = account; /* count 0: the broker really said none */
	yq_args_clear(&args);
	yq_encode_sync(&args, &item);
	assert_int_equal(run(YQ_PROGRAM_GATEWAY, &args, 1), YQ_OK);
	assert_int_equal(valkey_do_int(console, "EXISTS position:Paper"), 0);
	assert_int_equal(valkey_do_int(console, "SISMEMBER account:index Paper"), 0);
	yq_args_free(&args);
}

static void
test_archived_things_leave_and_open_orders_stay(void **state)
{
	const char *removed[] = { "t1" }, *parked[] = { "t2", "unknown" };
	struct yq_id orders[] = { id_of(O1), id_of(O2) };
	struct yq_archived_signal signals[] = { { id_of(S1), "ordered" },
		{ id_of(S2), "refused" } };
	struct yq_archived archived = { removed, 1, parked, 2, orders, 2, 9, signals, 2, NULL, 0 };
	struct yq_submit_item items[] = { submit_item(O1), submit_item(O2) };
	struct yq_args args = yq_args_make();

	(void)state;
	STEP(ORDER_MANAGER, submit, items, 2);
	valkey_do_int(console, "SREM order:open " O1);
	valkey_do_int(console, "RPUSH trades:processing t1 t2 t1");
	yq_reply_free(valkey_do(console, "SET signal:" S1 " verdict EX 1000"));
	yq_encode_archived(&args, &archived);
	assert_int_equal(run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
	assert_int_equal(valkey_do_int(console, "LLEN trades:processing"), 1);
	assert_int_equal(valkey_do_int(console, "LLEN trades:parked"), 1);
	assert_in_range(valkey_do_int(console, "TTL " ORDER1), 3500, 3600);
	assert_int_equal(valkey_do_int(console, "TTL order:" O2), -1);
	assert_valkey_text(console, "GET signal:" S1, "ordered");
	assert_in_range(valkey_do_int(console, "TTL signal:" S1), 900, 1000);
	assert_int_equal(valkey_do_int(console, "EXISTS signal:" S2), 0);
	yq_args_free(&args);
}

static void
test_a_notification_repeated_is_kept_once(void **state)
{
	struct yq_args args = yq_args_make();

	(void)state;
	yq_encode_notify(&args, "{\"Id\":1}", 8);
	for (int i = 0; i < 2; i++)
		assert_int_equal(run(YQ_PROGRAM_WEBHOOK, &args, 0), YQ_OK);
	assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 1);
	yq_args_free(&args);
}

static void
trim(const char *bound)
{
	struct yq_args args = yq_args_make();

	yq_args_fcall(&args, YQ_STEP_TRIM, 1);
	yq_args_key(&args, YQ_KEY_NOTIFICATION_STREAM, NULL);
	yq_args_text(&args, bound);
	assert_int_equal(run(YQ_PROGRAM_ORDER_MANAGER, &args, 0), YQ_OK);
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
	assert_int_equal(run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
	assert_valkey_text(console, "HGET stock:000100 Exchange", "SZSE");
	assert_valkey_text(console, "HGET stock:000100 KRX",
	    "{\"Price\":70000,\"Currency\":\"KRW\",\"UpdatedAt\":\"1970-01-01T00:00:00.000001Z\"}");
	assert_in_range(valkey_do_int(console, "TTL stock:000100"), 89000, 90000);
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

static int
start(void **state)
{
	(void)state;
	valkey_fixture_start(&server);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	valkey_fixture_end(&server);
	return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_signal_is_accepted_once),
		T(test_accepted_signals_are_published_but_not_foreign_ones),
		T(test_an_accepted_signal_survives_the_servers_death),
		T(test_an_order_is_submitted_once_whatever_a_repeat_says),
		T(test_a_cancel_is_asked_once_and_only_of_a_living_order),
		T(test_each_replace_request_counts_once),
		T(test_deciding_twice_makes_the_orders_once),
		T(test_an_order_that_exists_is_not_published_again_by_a_decision),
		T(test_a_token_rises_with_each_owner_and_stays_with_one),
		T(test_a_claim_checks_lease_state_and_kill_switches),
		T(test_the_global_and_a_strategys_switch_stop_a_claim),
		T(test_only_a_repeat_of_the_same_claim_claims_again),
		T(test_a_fill_is_booked_once),
		T(test_a_change_of_state_is_published_once_by_its_sequence),
		T(test_an_old_owner_changes_nothing),
		T(test_the_end_of_an_order_leaves_the_open_set_and_acknowledges),
		T(test_a_sync_replaces_whole_hashes_and_leaves_what_was_not_asked),
		T(test_archived_things_leave_and_open_orders_stay),
		T(test_a_notification_repeated_is_kept_once),
		T(test_trimming_never_takes_what_somebody_still_needs),
		T(test_one_ticker_in_two_markets_keeps_two_prices),
		T(test_provisioning_again_changes_nothing_and_is_verified),
	};

	return cmocka_run_group_tests(tests, start, end);
}
