/* test_order_manager_schedules.c - schedules that are due: what they order, what does not run and
 * is told once, what the other system left undone. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/message.h"
#include "schedules_fixture.h"

#define SOON_MS 250 /* between passes that failed */

static void
start(void)
{
	setenv("System__Color", "", 1);
	om_start();
}

static void
expect_run(const char *name, const char *run_state, const char *code)
{
	char sql[256];

	yq_str_format(sql, sizeof(sql),
	    "SELECT COUNT(*) FROM SCHEDULE_RUNS WHERE SCHEDULE_NAME = '%s' AND STATE = '%s' AND "
	    "CODE = '%s'",
	    name, run_state, code);
	om_await_count(sql, 1, PATIENCE_MS);
}

static void
rename_to(struct yq_schedule *s, const char *name)
{
	yq_str_copy_cut(s->name, sizeof(s->name), name);
}

static void
test_what_does_not_run_is_told_once_with_the_reason(void **state)
{
	static const char *const points[] = { "schedule.telling", "schedule.told" };
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_schedule s[6];

	(void)state;
	for (unsigned i = 0; i < YQ_COUNT(s); i++) {
		s[i] = om_schedule(i, now_us);
		s[i].quantity.set = false;
		s[i].amount = yq_opt_decimal_of(yq_decimal_from_int(99));
	}
	rename_to(&s[0], "holiday"); /* the fixture's market is closed these days */
	s[0].any_hour = false;
	rename_to(&s[1], "priceless");
	yq_str_copy_cut(s[1].ticker, sizeof(s[1].ticker), "NOBODY");
	rename_to(&s[2], "too small");
	rename_to(&s[3], "nothing held");
	rename_to(&s[4], "no such account");
	for (int i = 3; i <= 4; i++) {
		s[i].kind = YQ_SCHEDULE_LIQUIDATION;
		s[i].ticker[0] = '\0';
		s[i].amount.set = false;
		s[i].action = YQ_SELL;
	}
	yq_str_copy_cut(s[4].account_alias, sizeof(s[4].account_alias), "Ghost");
	rename_to(&s[5], "late");
	s[5].minute = (s[5].minute + 1438) % 1440;
	s[5].max_late_seconds = 10;
	om_add_due(s, YQ_COUNT(s), now_us);
	om_run_sql(
	    "UPDATE SCHEDULED_ORDERS SET MAX_LATE_SECONDS = 10, DONE_TO_US = :AT WHERE NAME = "
	    "'late'",
	    now_us - 3 * 1440 * MINUTE_US);
	om_price("AAPL", "100");
	for (size_t i = 0; i < YQ_COUNT(points); i++)
		om_live_until("", points[i]);
	start();
	expect_run("holiday", "skipped", "HOLIDAY");
	expect_run("too small", "skipped", "TOO_SMALL");
	expect_run("nothing held", "skipped", "NOTHING_HELD");
	expect_run("late", "skipped", "MISSED");
	/* the others would wait for some seconds */
	om_run_sql(
	    "UPDATE SCHEDULE_RUNS SET OPEN_SINCE_US = OPEN_SINCE_US - 60000000 WHERE STATE = "
	    "'claimed'",
	    0);
	expect_run("priceless", "skipped", "NO_PRICE");
	expect_run("no such account", "failed", "ACCOUNT_UNKNOWN");
	om_await_count(
	    "SELECT COUNT(*) FROM SCHEDULE_RUNS WHERE OPEN_SINCE_US > 0", 0, PATIENCE_MS);
	assert_int_equal(om_notices("holiday\\\", due"), 1);
	assert_int_equal(om_notices("too small\\\", due"), 1);
	assert_int_equal(om_notices("99 does not buy one lot of 1 at 100"), 1);
	assert_int_equal(om_notices("nothing held\\\", due"), 1);
	assert_int_equal(om_notices("priceless\\\", due"), 1);
	assert_int_equal(om_notices("no such account\\\", due"), 1);
	assert_int_equal(om_notices("late\\\", due"), 2); /* missed, and late */
	assert_int_equal(om_notices("\"Kind\":\"Schedule\""),
	    om_count("SELECT COUNT(*) FROM SCHEDULE_RUNS WHERE STATE <> 'submitted'"));
}

static void
hold(const char *alias, const char *ticker, const char *exchange, const char *qty,
    const char *reason)
{
	char words[512];

	yq_str_format(words, sizeof(words),
	    "HSET position:%s %s "
	    "{\"AccountAlias\":\"%s\",\"Ticker\":\"%s\",\"Currency\":\"%s\",\"Qty\":%s,"
	    "\"AvgPrice\":10,\"BuyReason\":\"%s\",\"Exchange\":\"%s\"}",
	    alias, ticker, alias, ticker, yq_str_equal(exchange, "KRX") ? "KRW" : "USD", qty,
	    reason, exchange);
	yq_reply_free(valkey_do(console, words));
}

static void
expect_order(const struct yq_schedule *s, int64_t due_us, const char *alias, const char *ticker,
    enum yq_exchange exchange, const char *members)
{
	struct yq_position position = { .exchange = exchange };
	char words[64], text[1024];
	struct yq_id id;

	yq_str_copy_cut(position.account_alias, sizeof(position.account_alias), alias);
	yq_str_copy_cut(position.ticker, sizeof(position.ticker), ticker);
	id = yq_schedule_close_id(&s->id, due_us, &position);
	yq_str_format(words, sizeof(words), "HGET order:%s Order", id.text);
	valkey_do_text(console, words, text, sizeof(text));
	if (strstr(text, members) == NULL || strstr(text, "\"ReduceOnly\":true") == NULL)
		fail_msg("%s of %s: \"%s\"", ticker, alias, text);
}

static void
test_a_liquidation_sells_what_is_held_for_its_reasons_in_its_country(void **state)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	int64_t due_us = now_us - now_us % MINUTE_US;
	struct yq_schedule s = om_schedule(1, now_us);

	(void)state;
	s.kind = YQ_SCHEDULE_LIQUIDATION;
	s.quantity.set = false;
	s.ticker[0] = '\0';
	s.action = YQ_SELL;
	yq_str_copy_cut(s.account_alias, sizeof(s.account_alias), "*");
	yq_str_copy_cut(s.reasons, sizeof(s.reasons), "Webhook:*\nSchedule");
	om_account("Alpha", "1.00");
	yq_reply_free(valkey_do(console, "SADD account:index Paper Alpha"));
	hold("Paper", "AAPL", "NASDAQ", "12", "Webhook:One");
	hold("Paper", "IBM", "NYSE", "3", "Manual");
	hold("Paper", "005930", "KRX", "5", "Webhook:One");
	hold("Alpha", "MSFT", "NASDAQ", "-7", "Schedule");
	om_add_due(&s, 1, now_us);
	start();
	expect_run("schedule 1", "submitted", "SENT");
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 2);
	expect_order(&s, due_us, "Paper", "AAPL", YQ_NASDAQ,
	    "\"Action\":\"Sell\",\"Type\":\"Market\",\"Qty\":12");
	expect_order(&s, due_us, "Alpha", "MSFT", YQ_NASDAQ,
	    "\"Action\":\"Buy\",\"Type\":\"Market\",\"Qty\":7");
	assert_int_equal(om_count("SELECT ORDER_COUNT FROM SCHEDULE_RUNS"), 2);
}

static void
rest(const struct yq_order *order)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_ORDER,
		.id = order->id,
		.alias = order->account_alias,
		.ticker = order->ticker,
		.created_at_us = order->timestamp_us };

	yq_message_encode_order(order, &payload);
	item.payload = payload.data;
	item.length = payload.length;
	STEP(ORDER_MANAGER, submit, &item, 1);
}

/* What the gateway says when it is canceled. */
static void
end(const struct yq_order *order)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_execution e = { .is_success = true,
		.order_id = order->id,
		.status = YQ_ORDER_CANCELED,
		.exchange = order->exchange,
		.action = order->action,
		.qty = order->qty,
		.currency = order->currency,
		.sequence = 9,
		.timestamp_us = order->timestamp_us };
	struct yq_args args = yq_args_make();

	memcpy(e.account_alias, order->account_alias, sizeof(e.account_alias));
	memcpy(e.ticker, order->ticker, sizeof(e.ticker));
	yq_message_encode_execution(&e, &payload);
	yq_args_text(&args, "PUBLISH");
	yq_args_key(&args, YQ_KEY_EXECUTION, NULL);
	yq_args_bytes(&args, payload.data, payload.length);
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
	yq_args_free(&args);
}

/* By a life that ended a minute ago, and decided nothing. */
static void
claim_before(int64_t now_us, int64_t due_us)
{
	char sql[512];

	om_run_sql("UPDATE SCHEDULED_ORDERS SET NEXT_AT_US = :AT, DONE_TO_US = :AT", now_us);
	yq_str_format(sql, sizeof(sql),
	    "INSERT INTO SCHEDULE_RUNS (SCHEDULE_ID, DUE_AT_US, SCHEDULE_NAME, SCHEDULE_VERSION, "
	    "RUN_DATE, STATE, OWNER, ORDER_COUNT, CLAIMED_AT_US, OPEN_SINCE_US) SELECT ID, %lld, "
	    "NAME, 1, 20200101, 'claimed', '-', 0, :AT, :AT FROM SCHEDULED_ORDERS",
	    (long long)due_us);
	om_run_sql(sql, now_us - MINUTE_US);
}

/* 12 AAPL are held, 12 are on the way out by `leaving`, and a liquidation of them is due. */
static struct yq_schedule
due_with_an_exit(int64_t now_us, struct yq_order *leaving)
{
	struct yq_schedule s = om_schedule(1, now_us);

	*leaving = yq_schedule_order(&s, 1, yq_decimal_from_int(12), YQ_OPT_DECIMAL_NONE, now_us);
	leaving->action = YQ_SELL;
	hold("Paper", "AAPL", "NASDAQ", "12", "Webhook:One");
	s.kind = YQ_SCHEDULE_LIQUIDATION;
	s.quantity.set = false;
	s.ticker[0] = '\0';
	s.action = YQ_SELL;
	om_add_due(&s, 1, now_us);
	return s;
}

/* With so many entries on the stream in the end. */
static void
expect_sold(const struct yq_schedule *s, int64_t now_us, int entries)
{
	expect_run("schedule 1", "submitted", "SENT");
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), entries);
	expect_order(s, now_us - now_us % MINUTE_US, "Paper", "AAPL", YQ_NASDAQ, "\"Qty\":12");
}

static void
cancels_and_sells(bool claimed)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_order target;
	struct yq_schedule s = due_with_an_exit(now_us, &target);
	char words[96];

	target.type = YQ_TYPE_LIMIT;
	target.price = yq_opt_decimal_of(yq_decimal_from_int(200));
	rest(&target);
	if (claimed)
		claim_before(now_us, now_us - now_us % MINUTE_US);
	start();
	yq_str_format(words, sizeof(words), "HEXISTS order:%s CancelRequestedAt", target.id.text);
	om_await(words, 1, PATIENCE_MS);
	end(&target);
	expect_sold(&s, now_us, 3); /* order, cancel, order */
}

/* Canceled for it the bracket would be over, and a position that is not sold after all without a
 * stop. */
static void
test_a_liquidation_leaves_the_exits_of_a_bracket_to_the_gateway(void **state)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_order stop;
	struct yq_schedule s = due_with_an_exit(now_us, &stop);

	(void)state;
	stop.type = YQ_TYPE_STOP;
	stop.stop_price = yq_opt_decimal_of(yq_decimal_from_int(90));
	stop.reduce_only = true;
	stop.bracket_id = yq_id_random();
	yq_str_copy_cut(stop.exit, sizeof(stop.exit), "StopLoss");
	rest(&stop);
	start();
	expect_sold(&s, now_us, 2); /* no cancel */
}

static void
test_a_liquidation_has_the_orders_in_its_way_canceled_first(void **state)
{
	(void)state;
	cancels_and_sells(false);
}

/* Whoever goes on with a run has the time for it that the one before had. */
static void
test_a_liquidation_that_a_life_before_began_has_them_canceled_too(void **state)
{
	(void)state;
	cancels_and_sells(true);
}

/* What it canceled is held without its stop now: it is sold an hour later too. */
static void
test_a_liquidation_that_canceled_goes_on_however_late_it_is(void **state)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	int64_t due_us = now_us - now_us % MINUTE_US - 60 * MINUTE_US;
	struct yq_order stop;
	struct yq_schedule s = due_with_an_exit(now_us, &stop);
	char words[96];

	(void)state;
	stop.type = YQ_TYPE_STOP;
	stop.stop_price = yq_opt_decimal_of(yq_decimal_from_int(90));
	rest(&stop);
	start();
	yq_str_format(words, sizeof(words), "HEXISTS order:%s CancelRequestedAt", stop.id.text);
	om_await(words, 1, PATIENCE_MS);
	expect_run("schedule 1", "claimed", "CANCELING");
	assert_int_equal(om_stop(SIGKILL), 128 + SIGKILL);
	om_run_sql("UPDATE SCHEDULE_RUNS SET DUE_AT_US = :AT", due_us);
	yq_str_format(words, sizeof(words), "SREM order:open %s", stop.id.text);
	assert_int_equal(valkey_do_int(console, words), 1);
	start();
	expect_run("schedule 1", "submitted", "SENT");
	expect_order(&s, due_us, "Paper", "AAPL", YQ_NASDAQ, "\"Qty\":12");
}

/* One account of all cannot be read: the others are sold, and people are told. */
static void
test_a_liquidation_of_all_accounts_does_without_one_that_cannot_be_read(void **state)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_schedule s = om_schedule(1, now_us);

	(void)state;
	s.kind = YQ_SCHEDULE_LIQUIDATION;
	s.quantity.set = false;
	s.ticker[0] = '\0';
	s.action = YQ_SELL;
	yq_str_copy_cut(s.account_alias, sizeof(s.account_alias), "*");
	om_account("Alpha", "1.00");
	yq_reply_free(valkey_do(console, "SADD account:index Paper Alpha"));
	yq_reply_free(valkey_do(console, "HSET position:Alpha MSFT x"));
	hold("Paper", "AAPL", "NASDAQ", "12", "Webhook:One");
	om_add_due(&s, 1, now_us);
	start();
	expect_run("schedule 1", "submitted", "SENT_PARTLY");
	expect_order(&s, now_us - now_us % MINUTE_US, "Paper", "AAPL", YQ_NASDAQ, "\"Qty\":12");
	om_await_count(
	    "SELECT COUNT(*) FROM SCHEDULE_RUNS WHERE OPEN_SINCE_US > 0", 0, PATIENCE_MS);
	assert_int_equal(om_notices("account Alpha is not closed"), 1);
}

static void
test_a_clock_that_was_ahead_doubles_nothing_and_loses_nothing(void **state)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	int64_t due_us = now_us - now_us % MINUTE_US;
	struct yq_schedule s[3] = { om_schedule(1, now_us), om_schedule(2, now_us),
		om_schedule(3, now_us) };
	char sql[256];

	(void)state;
	om_add_due(s, YQ_COUNT(s), now_us);
	/* As a clock that was ten days ahead left it: settled up to then, one of them sent and one
	 * of them skipped as late. */
	om_run_sql("UPDATE SCHEDULED_ORDERS SET DONE_TO_US = :AT, NEXT_AT_US = :AT + 86400000000",
	    now_us + 10 * 1440 * MINUTE_US);
	om_run_sql("INSERT INTO SCHEDULE_RUNS (SCHEDULE_ID, DUE_AT_US, SCHEDULE_NAME, "
		   "SCHEDULE_VERSION, RUN_DATE, STATE, ORDER_COUNT, CLAIMED_AT_US) SELECT ID, :AT, "
		   "NAME, VERSION, 1, CASE NAME WHEN 'schedule 1' THEN 'submitted' ELSE 'skipped' "
		   "END, 0, CASE NAME WHEN 'schedule 1' THEN 1 END FROM SCHEDULED_ORDERS WHERE "
		   "NAME <> 'schedule 3'",
	    due_us + MINUTE_US);
	start();
	/* the cursors are back */
	yq_str_format(sql, sizeof(sql),
	    "SELECT COUNT(*) FROM SCHEDULED_ORDERS WHERE DONE_TO_US < %lld AND NEXT_AT_US < %lld",
	    (long long)(now_us + 5 * MINUTE_US), (long long)(now_us + 2 * 1440 * MINUTE_US));
	om_await_count(sql, 3, PATIENCE_MS);
	assert_int_equal(om_end(), 0);
	om_run_sql("UPDATE SCHEDULE_RUNS SET DUE_AT_US = :AT", due_us);
	om_run_sql("UPDATE SCHEDULED_ORDERS SET DONE_TO_US = :AT", due_us - 1);
	start();
	expect_run("schedule 2", "submitted", "SENT");
	expect_run("schedule 3", "submitted", "SENT");
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 2);
}

static void
test_a_run_that_the_other_system_never_ended_is_told_and_not_repeated(void **state)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_schedule s[2] = { om_schedule(1, now_us), om_schedule(2, now_us) };

	(void)state;
	for (int i = 0; i < 2; i++)
		s[i].max_late_seconds = 10;
	om_add_due(s, 2, now_us);
	om_run_sql("UPDATE SCHEDULED_ORDERS SET NEXT_AT_US = :AT, DONE_TO_US = :AT", now_us);
	om_run_sql(
	    "INSERT INTO SCHEDULE_RUNS (SCHEDULE_ID, DUE_AT_US, SCHEDULE_NAME, "
	    "SCHEDULE_VERSION, RUN_DATE, STATE, OWNER, ORDER_COUNT, CLAIMED_AT_US, "
	    "OPEN_SINCE_US) SELECT ID, :AT, NAME, 1, 20200101, CASE NAME WHEN 'schedule 1' THEN "
	    "'sending' ELSE 'claimed' END, 'blue', 1, :AT, :AT FROM SCHEDULED_ORDERS",
	    now_us - 2 * MINUTE_US);
	om_run_sql(
	    "INSERT INTO SCHEDULE_RUN_ORDERS (ORDER_ID, SCHEDULE_ID, DUE_AT_US, ACCOUNT_ALIAS, "
	    "TICKER, ORDERED_AT_US, PAYLOAD) SELECT ID, ID, :AT, 'Paper', 'AAPL', :AT, '{}' "
	    "FROM SCHEDULED_ORDERS WHERE NAME = 'schedule 1'",
	    now_us - 2 * MINUTE_US);
	start();
	expect_run("schedule 1", "unknown", "SILENT");
	expect_run("schedule 2", "skipped", "LATE"); /* provably nothing was sent */
	om_await_count(
	    "SELECT COUNT(*) FROM SCHEDULE_RUNS WHERE OPEN_SINCE_US > 0", 0, PATIENCE_MS);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 0);
	assert_int_equal(om_notices("blue was about to send its orders and never said"), 1);
}

static void
test_what_cannot_be_written_is_told_once_and_done_later(void **state)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_schedule s = om_schedule(1, now_us);

	(void)state;
	om_add_due(&s, 1, now_us);
	om_run_sql(
	    "ALTER TABLE SCHEDULE_RUNS ADD CONSTRAINT NO_RUNS CHECK (SCHEDULE_NAME = '')", 0);
	start();
	for (unsigned waited = 0; om_notices("cannot be written") == 0 && waited < PATIENCE_MS;
	     waited += 20)
		usleep(20000);
	usleep(3 * SOON_MS * 1000);
	assert_int_equal(om_notices("cannot be written, and none runs"), 1);
	assert_int_equal(om_end(), 0);
	om_run_sql("ALTER TABLE SCHEDULE_RUNS DROP CONSTRAINT NO_RUNS", 0);
	start();
	expect_run("schedule 1", "submitted", "SENT");
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 1);
}

/* A new database takes longer than all that is done in it. */
static int
setup(void **state)
{
	static const char *const sql[] = { "DELETE FROM SCHEDULED_ORDERS",
		"DELETE FROM SCHEDULE_RUNS", "DELETE FROM SCHEDULE_RUN_ORDERS" };

	for (size_t i = 0; i < YQ_COUNT(sql); i++)
		om_run_sql(sql[i], 0);
	return om_schedules_setup(state);
}

int
main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, om_schedules_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_does_not_run_is_told_once_with_the_reason),
		TEST(test_a_liquidation_sells_what_is_held_for_its_reasons_in_its_country),
		TEST(test_a_liquidation_has_the_orders_in_its_way_canceled_first),
		TEST(test_a_liquidation_that_a_life_before_began_has_them_canceled_too),
		TEST(test_a_liquidation_that_canceled_goes_on_however_late_it_is),
		TEST(test_a_liquidation_of_all_accounts_does_without_one_that_cannot_be_read),
		TEST(test_a_liquidation_leaves_the_exits_of_a_bracket_to_the_gateway),
		TEST(test_a_clock_that_was_ahead_doubles_nothing_and_loses_nothing),
		TEST(test_a_run_that_the_other_system_never_ended_is_told_and_not_repeated),
		TEST(test_what_cannot_be_written_is_told_once_and_done_later),
	};
	int failed;

	om_begin(argc, argv);
	om_new_database();
	failed =
	    cmocka_run_group_tests_name("order_manager_schedules", tests, steps_start, steps_end);
	yq_firebird_target_clear(&om.database);
	om_finish();
	return failed;
}
