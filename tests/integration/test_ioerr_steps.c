/*
 * test_ioerr_steps.c - every step of the bus, with each call to the kernel failing in turn in every
 * way it can: repeated as its callers repeat it, it leaves the server as one untroubled run does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "ioerr.h"
#include "keyspace.h"
#include "steps_fixture.h"

#define FENCE	  7
#define TRIES_MAX 8
#define WAIT_MS	  60000

/* ---- one trial: from opening the connection to the step's end ---- */

struct trial {
	const struct operation *operation;
	struct yq_valkey *valkey;
	bool done;
	int tries;
};

struct operation {
	const char *name;
	enum yq_program program;
	void (*start)(struct trial *trial);
	const char *const *before; /* commands that lead there */
};

/* Repeat what did not end well, as every caller does; anything but "again" is a fault here. */
static void
ended(struct trial *trial, enum yq_rc rc, const struct yq_err *err)
{
	const char *name = trial->operation->name;

	if (rc == YQ_OK) {
		trial->done = true;
		return;
	}
	if (rc != YQ_E_RETRY && rc != YQ_E_UNKNOWN)
		fail_msg("%s, %s: %s", name, ioerr_call(), err->text);
	if (err == NULL || err->rc != rc || !yq_str_starts(err->text, "valkey"))
		fail_msg("%s, %s: an error without what and where", name, ioerr_call());
	if (++trial->tries > TRIES_MAX)
		fail_msg("%s, %s: does not recover: %s", name, ioerr_call(), err->text);
	trial->operation->start(trial);
}

static void
on_answers(void *cookie, enum yq_rc rc, const struct yq_step_answer *result, size_t count,
    const struct yq_err *err)
{
	(void)result;
	(void)count;
	ended(cookie, rc, err);
}

static void
on_done(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	ended(cookie, rc, err);
}

static void
on_trimmed(
    void *cookie, enum yq_rc rc, int64_t removed, const char *deserted, const struct yq_err *err)
{
	(void)removed;
	(void)deserted;
	ended(cookie, rc, err);
}

static void
on_leased(
    void *cookie, enum yq_rc rc, const struct yq_lease_answer *answer, const struct yq_err *err)
{
	if (rc == YQ_OK) {
		assert_true(answer->granted);
		assert_true(answer->tokens[0] > FENCE);
	}
	ended(cookie, rc, err);
}

static void
on_read_back(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	if (rc == YQ_OK)
		assert_int_equal(reply->elements, 1);
	ended(cookie, rc, err);
}

/* ---- the operations ---- */

static void
start_accept(struct trial *trial)
{
	struct yq_accept_item items[] = {
		{ .id = id_of(S1), .payload = "{\"N\":1}", .length = 7 },
		{ .id = id_of(S2), .payload = "{\"N\":2}", .length = 7, .foreign = true },
	};

	yq_step_accept(trial->valkey, items, 2, on_answers, trial);
}

static void
start_decide(struct trial *trial)
{
	struct yq_submit_item orders[] = { submit_item(O1), submit_item(O2) };
	struct yq_decide_item item = { .signal_id = id_of(S1),
		.entry_id = "1-1",
		.verdict = "{}",
		.verdict_length = 2,
		.orders = orders,
		.order_count = 2 };

	yq_step_decide(trial->valkey, &item, 1, on_answers, trial);
}

static void
start_submit(struct trial *trial)
{
	struct yq_submit_item items[] = { submit_item(O2), submit_item(O1), submit_item(O1) };

	items[1].kind = YQ_SUBMIT_CANCEL;
	items[2].kind = YQ_SUBMIT_REPLACE;
	items[2].request_id = id_of(S1);
	yq_step_submit(trial->valkey, items, 3, on_answers, trial);
}

static void
start_claim(struct trial *trial)
{
	struct yq_claim_item item = claim_item(O1, FENCE, 5);

	yq_step_claim(trial->valkey, &item, 1, on_answers, trial);
}

static void
start_apply(struct trial *trial)
{
	static const struct yq_pair fields[] = { { "State", "Filled" }, { "Filled", "1" } };
	struct yq_apply_item items[] = { { .order_id = id_of(O1),
	    .alias = "Paper",
	    .fence = FENCE,
	    .execution_id = "E1",
	    .sequence = 1,
	    .order_fields = fields,
	    .field_count = 2,
	    .position_field = "AAPL",
	    .position_value = "{\"Qty\":1}",
	    .currency = "USD",
	    .deposit = "899.00",
	    .trade_json = "{\"Trade\":1}",
	    .result_json = "{\"IsSuccess\":true}",
	    .final = true,
	    .ack_entry_id = "1-1" } };

	yq_step_apply(trial->valkey, items, 1, on_answers, trial);
}

static void
start_lease(struct trial *trial)
{
	static const char *const aliases[] = { "Paper" };

	yq_step_lease(trial->valkey, aliases, 1, "b", 60000, on_leased, trial);
}

static void
start_sync(struct trial *trial)
{
	struct yq_pair account = { "Alias", "Paper" }, deposit = { "USD", "5.00" };
	struct yq_sync_item item = { .alias = "Paper",
		.fence = FENCE,
		.active = true,
		.account = &account,
		.account_count = 1,
		.deposit = &deposit,
		.deposit_count = 1,
		.position = &account };

	yq_step_sync(trial->valkey, &item, on_answers, trial);
}

static void
start_archived(struct trial *trial)
{
	struct yq_list_item removed = { "t1", 2 }, parked = { "t2", 2 };
	struct yq_id order = id_of(O2);
	struct yq_archived_signal signal = { id_of(S1), "ordered" };
	struct yq_place place = { YQ_GROUP_ORDER_ARCHIVER, "1-1" };
	struct yq_archived archived = { &removed, 1, false, &parked, 1, &order, 1, 9, &signal, 1,
		&place, 1 };

	yq_step_archived(trial->valkey, &archived, on_done, trial);
}

static void
on_taken(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	(void)reply;
	ended(cookie, rc, err);
}

/* What was taken by a call whose answer is lost is in the processing list, where the next finds it.
 */
static void
start_take(struct trial *trial)
{
	struct yq_args *args = yq_valkey_args(trial->valkey);

	yq_args_fcall(args, YQ_STEP_TAKE, 2);
	yq_args_key(args, YQ_KEY_TRADES_QUEUE, NULL);
	yq_args_key(args, YQ_KEY_TRADES_PROCESSING, NULL);
	yq_args_int(args, 10);
	yq_valkey_send(trial->valkey, args, YQ_STEP_TIMEOUT_MS, on_taken, trial);
}

static void
start_notify(struct trial *trial)
{
	yq_step_notify(trial->valkey, "{\"Id\":1}", 8, on_done, trial);
}

static void
start_trim(struct trial *trial)
{
	yq_step_trim(trial->valkey, on_trimmed, trial);
}

static void
start_stock(struct trial *trial)
{
	struct yq_stock_item item = { .ticker = "AAPL",
		.exchange = YQ_NASDAQ,
		.currency = YQ_USD,
		.price = yq_decimal_from_int(190),
		.updated_at_us = 1 };

	yq_step_stock(trial->valkey, &item, 1, on_done, trial);
}

static void
start_beat(struct trial *trial)
{
	static const struct yq_pair fields[] = { { "Pid", "1" }, { "State", "ready" } };

	yq_step_beat(trial->valkey, YQ_KEY_HEARTBEAT, "BrokerGateway", fields, 2, on_done, trial);
}

static void
start_ack(struct trial *trial)
{
	const char *entry = "1-1";

	yq_step_ack(trial->valkey, YQ_GROUP_ORDER_INTAKE, NULL, &entry, 1, on_done, trial);
}

static void
start_read(struct trial *trial)
{
	struct yq_args *args = yq_valkey_args(trial->valkey);

	yq_args_fcall(args, YQ_STEP_READ, 0);
	yq_args_key(args, YQ_KEY_ORDER_STATE, O1);
	yq_valkey_send(trial->valkey, args, YQ_STEP_TIMEOUT_MS, on_read_back, trial);
}

#define SIGNAL_READ                                                                   \
	"XADD signal:stream 1-1 payload {}",                                          \
	    "XREADGROUP GROUP order-manager order-manager-1 STREAMS signal:stream >", \
	    "SET signal:" S1 " accepted EX 1000"
#define ORDER_OPEN                                                                              \
	"XADD order:stream 1-1 kind order payload {}",                                          \
	    "XREADGROUP GROUP broker-gateway broker-gateway-1 STREAMS order:stream >",          \
	    "HSET " ORDER1 " Order {} State Pending AccountAlias Paper Ticker AAPL Sequence 0", \
	    "SADD order:open " O1
#define LEASE_HELD "HSET lease:Paper Owner a Token 7 ExpiresAt 99999999999999"

static const char *const nothing[] = { NULL };
static const char *const signal_read[] = { SIGNAL_READ, NULL };
static const char *const order_open[] = { ORDER_OPEN, LEASE_HELD, NULL };
static const char *const order_claimed[] = { ORDER_OPEN, LEASE_HELD,
	"HSET " ORDER1 " State Submitting", NULL };
static const char *const lease_over[] = { "HSET lease:Paper Owner a Token 7 ExpiresAt 5", NULL };
static const char *const books[] = { LEASE_HELD, "HSET deposit:Paper KRW 7",
	"HSET position:Paper AAPL x", NULL };
static const char *const to_archive[] = { SIGNAL_READ, ORDER_OPEN, "HSET order:" O2 " State Filled",
	"RPUSH trades:processing t1 t2 t3",
	"XREADGROUP GROUP archiver archiver-1 STREAMS order:stream >", NULL };
static const char *const trades[] = { "RPUSH trades:queue t1 t2 t3", NULL };

static const struct operation operations[] = {
	{ "accept", YQ_PROGRAM_WEBHOOK, start_accept, nothing },
	{ "decide", YQ_PROGRAM_ORDER_MANAGER, start_decide, signal_read },
	{ "submit", YQ_PROGRAM_ORDER_MANAGER, start_submit, order_open },
	{ "claim", YQ_PROGRAM_GATEWAY, start_claim, order_open },
	{ "apply", YQ_PROGRAM_GATEWAY, start_apply, order_claimed },
	{ "lease", YQ_PROGRAM_GATEWAY, start_lease, lease_over },
	{ "sync", YQ_PROGRAM_GATEWAY, start_sync, books },
	{ "archived", YQ_PROGRAM_ORDER_MANAGER, start_archived, to_archive },
	{ "take", YQ_PROGRAM_ORDER_MANAGER, start_take, trades },
	{ "notify", YQ_PROGRAM_WEBHOOK, start_notify, nothing },
	{ "trim", YQ_PROGRAM_ORDER_MANAGER, start_trim, order_open },
	{ "stock", YQ_PROGRAM_GATEWAY, start_stock, nothing },
	{ "beat", YQ_PROGRAM_GATEWAY, start_beat, nothing },
	{ "ack", YQ_PROGRAM_GATEWAY, start_ack, order_open },
	{ "read", YQ_PROGRAM_GATEWAY, start_read, order_open },
};

/* ---- running them ---- */

static void
prepare(const struct operation *operation)
{
	keyspace_clear(console);
	for (const char *const *words = operation->before; *words != NULL; words++)
		freeReplyObject(valkey_do(console, *words));
}

/* The whole operation on a loop and a connection of its own. */
static void
run_on_loop(const struct operation *operation)
{
	struct yq_valkey_target target = valkey_fixture_target(&server, operation->program);
	struct trial trial = { .operation = operation };
	struct yq_err err;
	uv_loop_t loop;

	assert_int_equal(uv_loop_init(&loop), 0);
	if (yq_valkey_open(&loop, &target, "test", NULL, NULL, &trial.valkey, &err) != YQ_OK)
		fail_msg("%s", err.text);
	operation->start(&trial);
	loop_until(&loop, &trial.done, WAIT_MS);
	yq_valkey_close(trial.valkey);
	loop_end(&loop);
	yq_valkey_target_clear(&target);
}

/* Each call in turn; what is left on the server must be `expected` each time. */
static unsigned
fail_each_call(void (*run)(const struct operation *), const struct operation *operation,
    enum ioerr_fault fault, const char *expected)
{
	struct ioerr_plan plan = { .where = IOERR_SOCKETS, .fault = fault, .nth = 1 };
	bool fired = true;

	for (; fired; plan.nth++) {
		int open_before = ioerr_open_files();
		char *left;

		prepare(operation);
		ioerr_arm(&plan);
		run(operation);
		fired = ioerr_disarm();
		left = keyspace_dump(console);
		if (strcmp(left, expected) != 0)
			fail_msg("%s: the %u. call (%s) %s:\n%s\n--- but should be\n%s",
			    operation->name, plan.nth, ioerr_call(), ioerr_fault_name(fault), left,
			    expected);
		free(left);
		assert_int_equal(ioerr_open_files(), open_before);
	}
	return plan.nth - 2;
}

static void
try_operation(void (*run)(const struct operation *), const struct operation *operation)
{
	unsigned failed[IOERR_FAULT_COUNT] = { 0 };
	char *expected;

	prepare(operation);
	run(operation);
	expected = keyspace_dump(console);
	for (int fault = 0; fault < IOERR_FAULT_COUNT; fault++)
		failed[fault] = fail_each_call(run, operation, (enum ioerr_fault)fault, expected);
	assert_true(failed[IOERR_FAIL] >= 4); /* socket, connect, write, read at the least */
	assert_true(failed[IOERR_CUT] >= 3);
	free(expected);
}

static void
test_a_step_repeated_after_any_failed_call_is_as_if_it_ran_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < YQ_COUNT(operations); i++)
		try_operation(run_on_loop, &operations[i]);
}

/* ---- the console's blocking connection ---- */

static enum yq_rc
submit_blocking(const struct yq_valkey_target *target, struct yq_err *err)
{
	struct yq_submit_item items[] = { submit_item(O2), submit_item(O1) };
	struct yq_step_answer result[2];
	struct yq_valkey_sync *sync = NULL;
	enum yq_rc rc = yq_valkey_sync_open(target, "test", &sync, err);

	items[1].kind = YQ_SUBMIT_CANCEL;
	if (rc == YQ_OK)
		rc = yq_valkey_sync_submit(sync, items, 2, result, err);
	yq_valkey_sync_close(sync);
	return rc;
}

static void
run_blocking(const struct operation *operation)
{
	struct yq_valkey_target target = valkey_fixture_target(&server, operation->program);
	struct yq_err err = { 0 };
	enum yq_rc rc = YQ_E_RETRY;

	for (int i = 0; i < TRIES_MAX && (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN); i++) {
		rc = submit_blocking(&target, &err);
		if (rc != YQ_OK && !yq_str_starts(err.text, "valkey"))
			fail_msg("an error without what and where: %s", err.text);
	}
	if (rc != YQ_OK)
		fail_msg("%s: %s", ioerr_call(), err.text);
	yq_valkey_target_clear(&target);
}

static void
test_a_command_by_hand_repeated_after_any_failed_call_is_as_if_it_ran_once(void **state)
{
	static const struct operation by_hand = { "submit by hand", YQ_PROGRAM_CONSOLE, NULL,
		order_open };

	(void)state;
	try_operation(run_blocking, &by_hand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STEPS_TEST(test_a_step_repeated_after_any_failed_call_is_as_if_it_ran_once),
		STEPS_TEST(
		    test_a_command_by_hand_repeated_after_any_failed_call_is_as_if_it_ran_once),
	};

	return cmocka_run_group_tests(tests, steps_start, steps_end);
}
