/* test_gateway_reconcile.c - what the broker has is found, at the start and while it runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway_fixture.h"

#define QUIET "{\"WalkBps\":0}"
#define OFTEN "\"ReconcileOrdersSeconds\":1,\"ReconcilePositionsSeconds\":1,"

/* `before` and `behind` the order's id. */
static void
do_words(const char *before, const struct yq_id *id, const char *behind)
{
	char words[256];

	yq_str_format(words, sizeof(words), "%s%s%s", before, id->text, behind);
	yq_reply_free(valkey_do(fixture.console, words));
}

/* The bus forgets the order; the broker does not. */
static void
forget(const struct yq_order *order)
{
	do_words("DEL order:", &order->id, "");
	do_words("SREM order:open ", &order->id, "");
}

/* As after a stop: the bus still says when the account was looked at last. */
static void
start_again(const char *paper)
{
	size_t served = gateway_log_count("is served");

	gateway_start_only(paper);
	for (int i = 0; i < 4000 && gateway_log_count("is served") == served; i++)
		usleep(10000);
	assert_int_equal(gateway_log_count("is served"), served + 1);
}

static struct yq_order
resting(const char *qty)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", qty);

	o.type = YQ_TYPE_LIMIT;
	o.price = yq_opt_decimal_of(yq_decimal_from_int(90));
	return o;
}

/* A price of the same ticker that a resting order is reached by. */
static void
price_falls(void)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "1");

	o.reference_price = yq_opt_decimal_of(yq_decimal_from_int(89));
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
}

static void
await_cash(const char *cash)
{
	char text[64] = "";

	for (int i = 0; i < 4000; i++) {
		valkey_do_text(fixture.console, "HGET deposit:Paper USD", text, sizeof(text));
		if (yq_str_equal(text, cash))
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("cash is %s, not %s", text, cash);
}

/* With the settings as they come: the next full sync is minutes away. */
static void
test_a_fill_lost_on_a_healthy_stream_is_found_by_looking(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"LostRate\":1}");
	gateway_submit(&o);
	gateway_await_state(&o.id, "Open");
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_await_told("was not told by the broker");
	assert_int_equal(gateway_told_count("were taken over"), 0);
	gateway_stop();
}

static void
test_a_partial_fill_is_not_taken_for_all(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	char text[64];

	(void)unused;
	fixture.settings = OFTEN;
	gateway_start(
	    "{\"WalkBps\":0,\"LostRate\":1,\"PartialFillRate\":1,\"WalkIntervalMs\":60000}");
	gateway_submit(&o);
	gateway_await_state(&o.id, "PartiallyFilled");
	gateway_field(&o.id, "Filled", text, sizeof(text));
	assert_string_equal(text, "5");
	assert_int_equal(valkey_do_int(fixture.console, "SCARD order:open"), 1);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

/* All that was known of the execution here is gone, but not at the broker: were the books looked at
 * before the fills, they would be taken over, and the fill booked on top of them. */
static void
test_at_the_start_fills_come_before_cash_and_positions(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	char text[256], words[512];
	redisReply *hash;

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(30);
	gateway_stop();
	yq_str_format(words, sizeof(words), "HKEYS order:%s", o.id.text);
	hash = valkey_do(fixture.console, words);
	for (size_t i = 0; i < hash->elements; i++) {
		if (!yq_str_starts(hash->element[i]->str, "Exec:"))
			continue;
		yq_str_format(
		    words, sizeof(words), "HDEL order:%s %s", o.id.text, hash->element[i]->str);
		yq_reply_free(valkey_do(fixture.console, words));
	}
	yq_reply_free(hash);
	do_words("HSET order:", &o.id, " State Canceled Filled 0 AvgPrice 0 Notional 0");
	yq_reply_free(valkey_do(fixture.console, "DEL position:Paper trades:queue"));
	yq_reply_free(valkey_do(fixture.console, "HSET deposit:Paper USD 1000000.00"));
	start_again(QUIET);
	gateway_await_state(&o.id, "Filled");
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_field(&o.id, "Filled", text, sizeof(text));
	assert_string_equal(text, "10");
	assert_int_equal(gateway_told_count("were taken over"), 0);
	gateway_stop();
}

static void
test_books_that_nothing_explains_are_taken_over_and_told(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(30);
	gateway_stop();
	yq_reply_free(valkey_do(fixture.console, "DEL position:Paper"));
	yq_reply_free(valkey_do(fixture.console, "HSET deposit:Paper USD 5.00"));
	start_again(QUIET);
	gateway_await_told("AAPL 10, not 0; USD 999000, not 5");
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

static void
test_an_order_at_the_broker_that_is_not_ours_is_told_of_once_and_left_alone(void **unused)
{
	struct yq_order o = resting("10");
	char words[128];

	(void)unused;
	fixture.settings = OFTEN;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Open");
	gateway_stop();
	forget(&o);
	start_again(QUIET);
	gateway_await_told("that this system does not have open");
	usleep(2500000); /* two more looks */
	assert_int_equal(gateway_told_count("that this system does not have open"), 1);
	yq_str_format(words, sizeof(words), "EXISTS order:%s", o.id.text);
	assert_int_equal(valkey_do_int(fixture.console, words), 0);
	assert_int_equal(valkey_do_int(fixture.console, "SCARD order:open"), 0);
	gateway_stop();
}

static void
test_a_fill_after_its_order_has_left_the_bus_is_a_trade_all_the_same(void **unused)
{
	struct yq_order o = resting("10");

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Open");
	gateway_stop();
	forget(&o);
	start_again(QUIET);
	price_falls();
	gateway_await_told("came after the order had been archived");
	await_cash("999021.00"); /* 11 at 89 */
	assert_int_equal(gateway_assert_books_equal(), 2);
	gateway_kill(); /* and once: also when it is found again */
	start_again(QUIET);
	usleep(500000);
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 2);
	gateway_stop();
}

static void
test_a_broker_error_is_not_an_empty_list(void **unused)
{
	struct yq_order held = gateway_order(YQ_BUY, "AAPL", "10"), open = resting("5");
	char text[64];

	(void)unused;
	fixture.settings = OFTEN;
	gateway_start(QUIET);
	gateway_submit(&held);
	gateway_submit(&open);
	gateway_await_state(&held.id, "Filled");
	gateway_await_state(&open.id, "Open");
	gateway_kill();
	gateway_start_only("{\"WalkBps\":0,\"TransientRate\":1}");
	usleep(4500000); /* every question is refused */
	assert_int_equal(valkey_do_int(fixture.console, "HLEN position:Paper"), 1);
	gateway_field(&open.id, "State", text, sizeof(text));
	assert_string_equal(text, "Open");
	gateway_kill();
	start_again("{\"WalkBps\":0,\"TransientRate\":0.5}");
	usleep(4000000);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_field(&open.id, "State", text, sizeof(text));
	assert_string_equal(text, "Open");
	assert_int_equal(gateway_told_count("were taken over"), 0);
	gateway_stop();
}

static void
test_a_broker_that_does_not_answer_is_told_of_and_asked_with_growing_pauses(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	fixture.settings = OFTEN;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_kill();
	gateway_start_only("{\"WalkBps\":0,\"TransientRate\":1}");
	gateway_await_told("does not answer questions");
	gateway_kill();
	start_again(QUIET);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

static void
ask_account(void)
{
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_id id = yq_id_random();

	yq_buf_add_format(&text,
	    "{\"Id\":\"%s\",\"QueryType\":\"account\",\"Target\":\"Paper\","
	    "\"Timestamp\":\"2026-11-22T00:00:00Z\"}",
	    id.text);
	gateway_publish("query", yq_buf_text(&text), text.length);
	yq_buf_free(&text);
}

/* Deleted and set again, the positions would be gone for a moment; rebuilt from what the broker
 * knows alone, they would forget what opened them. */
static void
test_a_full_sync_has_no_hole_and_keeps_why_a_position_was_opened(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	char before[64], synced[64] = "", text[2048];

	(void)unused;
	gateway_start(QUIET);
	yq_str_copy_cut(o.buy_reason, sizeof(o.buy_reason), "Webhook:Trend");
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(30);
	for (int round = 0; round < 20; round++) {
		valkey_do_text(
		    fixture.console, "HGET account:Paper SyncedAt", before, sizeof(before));
		memcpy(synced, before, sizeof(synced));
		ask_account();
		for (int i = 0; i < 4000 && yq_str_equal(before, synced); i++) {
			assert_int_equal(
			    valkey_do_int(fixture.console, "HEXISTS position:Paper AAPL"), 1);
			valkey_do_text(
			    fixture.console, "HGET account:Paper SyncedAt", synced, sizeof(synced));
		}
		assert_string_not_equal(before, synced);
	}
	valkey_do_text(fixture.console, "HGET position:Paper AAPL", text, sizeof(text));
	assert_non_null(strstr(text, "\"BuyReason\":\"Webhook:Trend\""));
	gateway_stop();
}

static void
test_what_is_no_longer_held_is_no_longer_there(void **unused)
{
	struct yq_order buy = gateway_order(YQ_BUY, "AAPL", "10");
	struct yq_order sell = gateway_order(YQ_SELL, "AAPL", "10");

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&buy);
	gateway_submit(&sell);
	gateway_await_state(&sell.id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	gateway_kill();
	yq_reply_free(valkey_do(fixture.console, "HSET deposit:Paper KRW 5000.00"));
	start_again(QUIET);
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	assert_int_equal(valkey_do_int(fixture.console, "HEXISTS deposit:Paper KRW"), 0);
	gateway_stop();
}

static void
test_a_restart_drops_no_live_order_and_invents_none(void **unused)
{
	struct yq_order o = resting("10");
	char before[64], after[64];

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Open");
	gateway_field(&o.id, "BrokerOrderId", before, sizeof(before));
	for (int i = 0; i < 3; i++) {
		gateway_kill();
		start_again(QUIET);
	}
	gateway_field(&o.id, "BrokerOrderId", after, sizeof(after));
	assert_string_equal(before, after);
	assert_int_equal(valkey_do_int(fixture.console, "SCARD order:open"), 1);
	assert_int_equal(valkey_do_int(fixture.console, "XLEN execution:stream"), 1);
	price_falls();
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 2);
	gateway_stop();
}

/* A cancel that nobody answers is asked about, and may be asked for again. */
/* They are asked about one after the other; most are filled before it is their turn. */
static void
test_orders_that_end_before_they_are_asked_about_hold_up_no_start(void **unused)
{
	enum { COUNT = 12 };
	struct yq_order orders[COUNT];
	char ticker[16];

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":1,\"WalkIntervalMs\":60000}");
	for (int i = 0; i < COUNT; i++) {
		yq_str_format(ticker, sizeof(ticker), "T%d", i);
		orders[i] = gateway_order(YQ_BUY, ticker, "10");
	}
	gateway_submit_many(orders, COUNT);
	for (int i = 0; i < COUNT; i++)
		gateway_await_state(&orders[i].id, "PartiallyFilled");
	gateway_kill();
	start_again("{\"WalkBps\":0,\"WalkIntervalMs\":500,\"CallsPerSecond\":2,\"CallsBurst\":2}");
	for (int i = 0; i < COUNT; i++)
		gateway_await_state(&orders[i].id, "Filled");
	gateway_await_quiet(30);
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_a_broker_that_answers_nothing_holds_up_nothing_for_ever(void **unused)
{
	struct yq_order o = resting("10");

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Open");
	gateway_stop();
	fixture.settings = "\"BrokerTimeoutSeconds\":3,";
	/* It answers, and always too late: the cancel takes effect at once. */
	gateway_start("{\"WalkBps\":0,\"LatencyMs\":2500}");
	gateway_cancel(&o);
	gateway_await_state(&o.id, "Canceled");
	gateway_await_quiet(30);
	gateway_stop();
	fixture.settings = "\"BrokerTimeoutSeconds\":1,";
	o = resting("4");
	gateway_start_only("{\"WalkBps\":0,\"LatencyMs\":8000}");
	gateway_await_told("does not answer questions");
	gateway_kill();
	fixture.settings = NULL;
	gateway_start(QUIET);
	gateway_stop();
}

/* Its entry was not acknowledged before the end: it comes again, and so do the broker's fills. */
static void
test_an_order_read_again_after_its_end_raises_no_alarm(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	struct yq_buf words = yq_buf_make(YQ_MESSAGE_MAX);

	(void)unused;
	yq_buf_add_text(&words, "XADD order:stream * kind order payload ");
	yq_message_encode_order(&o, &words);
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(5);
	gateway_kill();
	yq_reply_free(valkey_do(fixture.console, yq_buf_text(&words)));
	yq_buf_free(&words);
	start_again("{\"WalkBps\":0,\"LatencyMs\":300}"); /* the entry is there before the fills */
	gateway_await_quiet(10);
	assert_int_equal(gateway_told_count("cannot be booked"), 0);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_fill_lost_on_a_healthy_stream_is_found_by_looking),
		TEST(test_a_partial_fill_is_not_taken_for_all),
		TEST(test_at_the_start_fills_come_before_cash_and_positions),
		TEST(test_books_that_nothing_explains_are_taken_over_and_told),
		TEST(test_an_order_at_the_broker_that_is_not_ours_is_told_of_once_and_left_alone),
		TEST(test_a_fill_after_its_order_has_left_the_bus_is_a_trade_all_the_same),
		TEST(test_a_broker_error_is_not_an_empty_list),
		TEST(test_a_broker_that_does_not_answer_is_told_of_and_asked_with_growing_pauses),
		TEST(test_a_full_sync_has_no_hole_and_keeps_why_a_position_was_opened),
		TEST(test_what_is_no_longer_held_is_no_longer_there),
		TEST(test_an_order_read_again_after_its_end_raises_no_alarm),
		TEST(test_a_restart_drops_no_live_order_and_invents_none),
		TEST(test_orders_that_end_before_they_are_asked_about_hold_up_no_start),
		TEST(test_a_broker_that_answers_nothing_holds_up_nothing_for_ever),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
