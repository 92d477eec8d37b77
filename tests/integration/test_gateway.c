/* test_gateway.c - yq-broker-gateway on a real valkey-server and the paper broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/risk.h"
#include "gateway_fixture.h"
#include "sanitized.h"

#define QUIET "{\"WalkBps\":0}"

static void
assert_field(const struct yq_id *id, const char *field, const char *expected)
{
	char text[512];

	gateway_field(id, field, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void
assert_field_has(const struct yq_id *id, const char *field, const char *words)
{
	char text[1024];

	gateway_field(id, field, text, sizeof(text));
	if (strstr(text, words) == NULL)
		fail_msg("%s is \"%s\", without \"%s\"", field, text, words);
}

static void
test_an_order_is_filled_and_booked_everywhere(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	char text[1024];

	(void)unused;
	gateway_start(QUIET);
	valkey_do_text(fixture.console, "HGET deposit:Paper USD", text, sizeof(text));
	assert_string_equal(text, "1000000.00");
	assert_int_equal(valkey_do_int(fixture.console, "SISMEMBER account:index Paper"), 1);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(2);
	assert_field(&o.id, "Filled", "10");
	assert_field(&o.id, "AvgPrice", "100");
	assert_int_equal(gateway_assert_books_equal(), 1);
	assert_int_equal(valkey_do_int(fixture.console, "XLEN execution:stream"), 1);
	valkey_do_text(fixture.console, "HGET stock:AAPL Price", text, sizeof(text));
	assert_string_equal(text, "100");
	gateway_stop();
}

/* The first of two exchanges has the plain field, and keeps it while the other stays. */
static void
test_a_ticker_on_two_exchanges_has_one_field_for_each(void **unused)
{
	static const struct {
		enum yq_exchange exchange;
		enum yq_action action;
		const char *qty;
	} legs[] = {
		{ YQ_NASDAQ, YQ_BUY, "3" },
		{ YQ_NYSE, YQ_BUY, "4" },
		{ YQ_NASDAQ, YQ_SELL, "3" },
		{ YQ_NYSE, YQ_BUY, "5" },
		{ YQ_NASDAQ, YQ_BUY, "2" },
	};
	char text[1024];

	(void)unused;
	gateway_start(QUIET);
	for (size_t i = 0; i < YQ_COUNT(legs); i++) {
		struct yq_order o = gateway_order(legs[i].action, "AAPL", legs[i].qty);

		o.exchange = legs[i].exchange;
		gateway_submit(&o);
		gateway_await_state(&o.id, "Filled");
	}
	gateway_await_quiet(2);
	assert_int_equal(valkey_do_int(fixture.console, "HLEN position:Paper"), 2);
	valkey_do_text(fixture.console, "HGET position:Paper AAPL", text, sizeof(text));
	assert_non_null(strstr(text, "\"Qty\":2,"));
	valkey_do_text(fixture.console, "HGET position:Paper AAPL@NYSE", text, sizeof(text));
	assert_non_null(strstr(text, "\"Qty\":9,"));
	gateway_stop();
}

static void
test_an_order_that_was_only_published_is_taken_up_once(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "1");
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);

	(void)unused;
	gateway_start(QUIET);
	yq_message_encode_order(&o, &text);
	gateway_publish("order", yq_buf_text(&text), text.length);
	gateway_publish("order", yq_buf_text(&text), text.length);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(2);
	assert_int_equal(gateway_assert_books_equal(), 1);
	yq_buf_free(&text);
	gateway_stop();
}

static void
test_what_nobody_can_read_is_told_and_the_rest_flows(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "1");

	(void)unused;
	gateway_start(QUIET);
	yq_reply_free(
	    valkey_do(fixture.console, "XADD order:stream * kind order payload {\"Id\":3}"));
	yq_reply_free(valkey_do(fixture.console, "XADD order:stream * kind dance payload {}"));
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(2);
	assert_true(valkey_do_int(fixture.console, "XLEN notification:stream") >= 2);
	gateway_stop();
}

static void
test_an_order_without_a_price_is_valued_at_the_brokers(void **unused)
{
	for (int i = 0; i < 2; i++) { /* by then there is one, but only there */
		struct yq_order o = gateway_order(YQ_BUY, "AAPL", "1");

		o.reference_price.set = i == 0;
		gateway_start(QUIET);
		gateway_submit(&o);
		gateway_await_state(&o.id, "Filled");
		gateway_stop();
	}
	(void)unused;
}

static void
test_refusals_name_their_reason(void **unused)
{
	struct yq_order sell = gateway_order(YQ_SELL, "AAPL", "1");
	struct yq_order nobody = gateway_order(YQ_BUY, "AAPL", "1");
	struct yq_order blind = gateway_order(YQ_BUY, "MSFT", "1");
	struct yq_order halted = gateway_order(YQ_BUY, "AAPL", "1");

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&sell);
	gateway_await_state(&sell.id, "Rejected");
	assert_field_has(&sell.id, "LastError", YQ_RISK_NO_SHORT);
	yq_str_copy_cut(nobody.account_alias, sizeof(nobody.account_alias), "Nobody");
	gateway_submit(&nobody);
	gateway_await_state(&nobody.id, "Rejected");
	assert_field_has(&nobody.id, "LastError", "Nobody");
	blind.reference_price.set = false;
	gateway_submit(&blind);
	gateway_await_state(&blind.id, "Rejected");
	assert_field_has(&blind.id, "LastError", YQ_RISK_NO_PRICE);
	yq_reply_free(valkey_do(fixture.console,
	    "HSET halt * {\"Who\":\"me\",\"When\":\"2026-11-22T00:00:00Z\",\"Why\":\"test\"}"));
	gateway_submit(&halted);
	gateway_await_state(&halted.id, "Rejected");
	assert_field(&halted.id, "LastError", YQ_RISK_HALTED ": everything halted by me: test");
	gateway_await_quiet(2);
	assert_int_equal(gateway_assert_books_equal(), 0);
	gateway_stop();
}

static void
test_a_resting_order_is_open_until_it_is_canceled(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start(QUIET);
	o.type = YQ_TYPE_LIMIT;
	o.price = yq_opt_decimal_of(yq_decimal_from_int(90));
	gateway_submit(&o);
	gateway_await_state(&o.id, "Open");
	gateway_kill(); /* it stays at the broker */
	gateway_start(QUIET);
	gateway_cancel(&o);
	gateway_await_state(&o.id, "Canceled");
	gateway_await_quiet(2);
	assert_int_equal(gateway_assert_books_equal(), 0);
	gateway_stop();
}

static void
test_a_resting_order_is_changed_within_the_rules(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start(QUIET);
	o.type = YQ_TYPE_LIMIT;
	o.price = yq_opt_decimal_of(yq_decimal_from_int(90));
	gateway_submit(&o);
	gateway_await_state(&o.id, "Open");
	gateway_replace(&o, "1000000", "90"); /* more than there is cash for */
	gateway_replace(&o, "4", "101");
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(2);
	assert_field(&o.id, "Filled", "4");
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

/* The durable trace of a claim, after which the gateway died. */
static void
test_killed_between_claim_and_submit_it_executes_once(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	char words[200];

	(void)unused;
	gateway_submit(&o);
	yq_str_format(words, sizeof(words),
	    "HSET order:%s State Submitting ClaimedAt 2026-11-22T00:00:00.000000Z Fence 1",
	    o.id.text);
	yq_reply_free(valkey_do(fixture.console, words));
	gateway_start(QUIET);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(5);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

static void
test_killed_between_submit_and_apply_it_executes_once(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"LatencyMs\":5000}");
	gateway_submit(&o);
	gateway_await_state(&o.id, "Submitting");
	usleep(300000); /* the broker has executed it and has not answered */
	gateway_kill();
	assert_field(&o.id, "State", "Submitting");
	gateway_start(QUIET);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(5);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

static void
test_a_timeout_is_not_a_rejection(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"SilentRate\":1}");
	gateway_submit(&o);
	gateway_await_state(&o.id, "Unknown");
	gateway_await_state(&o.id, "Filled"); /* once the broker was asked */
	gateway_await_quiet(5);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

static void
test_a_fill_booked_before_a_crash_is_not_booked_after_it(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":1,\"WalkIntervalMs\":60000}");
	gateway_submit(&o);
	gateway_await_state(&o.id, "PartiallyFilled");
	gateway_kill();
	gateway_start("{\"WalkBps\":0,\"WalkIntervalMs\":60000}");
	usleep(300000);
	assert_field(&o.id, "State", "PartiallyFilled");
	assert_field(&o.id, "Filled", "5");
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_kill();
	gateway_start("{\"WalkBps\":0,\"WalkIntervalMs\":100}");
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(5);
	assert_field(&o.id, "Filled", "10");
	assert_int_equal(gateway_assert_books_equal(), 2);
	assert_int_equal(valkey_do_int(fixture.console, "XLEN execution:stream"), 2);
	gateway_stop();
}

static void
test_a_fill_of_an_unknown_order_does_not_hide_an_earlier_one(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "8");

	(void)unused;
	/* The first part is executed in silence; the others are told. */
	gateway_start("{\"SilentRate\":1,\"PartialFillRate\":1,\"WalkIntervalMs\":20}");
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(2);
	assert_field(&o.id, "Filled", "8");
	assert_true(gateway_assert_books_equal() > 1);
	gateway_stop();
}

static void
test_killed_anywhere_nothing_is_lost_and_nothing_done_twice(void **unused)
{
	enum { ROUNDS = 4, ORDERS = 150 };
	struct yq_order orders[ORDERS];
	char ticker[16];

	(void)unused;
	srand(7);
	gateway_start_only("{\"WalkBps\":0,\"LatencyMs\":3,\"PartialFillRate\":0.3,"
			   "\"WalkIntervalMs\":20}");
	for (int round = 0; round < ROUNDS; round++) {
		gateway_await_served();
		for (int i = 0; i < ORDERS; i++) {
			yq_str_format(ticker, sizeof(ticker), "T%d", rand() % 5);
			orders[i] = gateway_order(YQ_BUY, ticker, "3");
		}
		gateway_submit_many(orders, ORDERS);
		usleep((useconds_t)(rand() % 12000));
		gateway_kill();
		gateway_start_only("{\"WalkBps\":0,\"LatencyMs\":3,\"PartialFillRate\":0.3,"
				   "\"WalkIntervalMs\":20}");
		usleep(3500000); /* the dead one's lease */
	}
	gateway_await_quiet(20);
	assert_true(gateway_assert_books_equal() >= ROUNDS * ORDERS);
	assert_int_equal(valkey_do_int(fixture.console, "HLEN position:Paper"), 5);
	gateway_stop();
}

static void
test_valkey_restarted_loses_nothing(void **unused)
{
	enum { ORDERS = 200 };
	struct yq_order orders[ORDERS];
	struct yq_err err;

	(void)unused;
	gateway_start(QUIET);
	for (int i = 0; i < ORDERS; i++)
		orders[i] = gateway_order(YQ_BUY, "AAPL", "1");
	gateway_submit_many(orders, ORDERS);
	usleep(2000);
	yq_valkey_sync_close(fixture.console);
	valkey_fixture_kill(&fixture.valkey);
	valkey_fixture_again(&fixture.valkey);
	fixture.console = valkey_fixture_sync(&fixture.valkey, YQ_PROGRAM_CONSOLE);
	while (yq_valkey_sync_words(fixture.console, "SCARD order:open", NULL, &err) == YQ_E_RETRY)
		usleep(10000); /* it is loading */
	gateway_await_quiet(20);
	assert_int_equal(gateway_assert_books_equal(), ORDERS);
	gateway_stop();
}

static void
test_a_query_is_answered_after_the_state_is_updated(void **unused)
{
	struct yq_valkey_sync *listener = valkey_fixture_sync(&fixture.valkey, YQ_PROGRAM_CONSOLE);
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	struct yq_id id = yq_id_random();
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	const char *channel, *payload;
	char name[80];
	size_t length;
	struct yq_err err;

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	yq_str_format(name, sizeof(name), "query:reply:%s", id.text);
	assert_int_equal(yq_valkey_sync_subscribe(listener, name, &err), YQ_OK);
	yq_buf_add_format(&text,
	    "{\"Id\":\"%s\",\"QueryType\":\"account\",\"Target\":\"Paper\","
	    "\"Timestamp\":\"2026-11-22T00:00:00Z\"}",
	    id.text);
	gateway_publish("query", yq_buf_text(&text), text.length);
	assert_int_equal(
	    yq_valkey_sync_next(listener, 5000, &channel, &payload, &length, &err), YQ_OK);
	assert_non_null(strstr(payload, "\"IsSuccess\":true"));
	assert_non_null(strstr(payload, "\"USD\":999000"));
	yq_buf_clear(&text);
	yq_buf_add_format(&text,
	    "{\"Id\":\"%s\",\"QueryType\":\"price\",\"Target\":\"NASDAQ:AAPL\","
	    "\"Timestamp\":\"2026-11-22T00:00:00Z\"}",
	    id.text);
	gateway_publish("query", yq_buf_text(&text), text.length);
	assert_int_equal(
	    yq_valkey_sync_next(listener, 5000, &channel, &payload, &length, &err), YQ_OK);
	assert_non_null(strstr(payload, "\"Price\":100"));
	yq_buf_free(&text);
	yq_valkey_sync_close(listener);
	gateway_stop();
}

static void
test_many_orders_are_fast_and_memory_stays_flat(void **unused)
{
	enum { BATCH = 500, BATCHES = 20 };
	struct yq_order *orders = yq_xcalloc(BATCH, sizeof(*orders));
	struct timespec a, b;
	double seconds;
	char ticker[16];
	long idle, after;

	(void)unused;
	gateway_start(QUIET);
	idle = gateway_resident_kb();
	gateway_stop();
	for (int n = 0; n < BATCHES; n++) {
		for (int i = 0; i < BATCH; i++) {
			yq_str_format(ticker, sizeof(ticker), "T%d", i % 50);
			orders[i] = gateway_order(YQ_BUY, ticker, "1");
			orders[i].reference_price = yq_opt_decimal_of(yq_decimal_from_int(20));
		}
		gateway_submit_many(orders, BATCH);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	gateway_start(QUIET);
	gateway_await_quiet(60);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	usleep(1200000);
	after = gateway_resident_kb();
	print_message("# %.0f orders/s with start, RssAnon %ld kB, idle %ld kB\n",
	    BATCH * BATCHES / seconds, after, idle);
	assert_true(SANITIZED || after < 9000);
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), BATCH * BATCHES);
	gateway_stop();
	free(orders);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_order_is_filled_and_booked_everywhere),
		TEST(test_a_ticker_on_two_exchanges_has_one_field_for_each),
		TEST(test_an_order_that_was_only_published_is_taken_up_once),
		TEST(test_what_nobody_can_read_is_told_and_the_rest_flows),
		TEST(test_an_order_without_a_price_is_valued_at_the_brokers),
		TEST(test_refusals_name_their_reason),
		TEST(test_a_resting_order_is_open_until_it_is_canceled),
		TEST(test_a_resting_order_is_changed_within_the_rules),
		TEST(test_killed_between_claim_and_submit_it_executes_once),
		TEST(test_killed_between_submit_and_apply_it_executes_once),
		TEST(test_a_timeout_is_not_a_rejection),
		TEST(test_a_fill_booked_before_a_crash_is_not_booked_after_it),
		TEST(test_a_fill_of_an_unknown_order_does_not_hide_an_earlier_one),
		TEST(test_killed_anywhere_nothing_is_lost_and_nothing_done_twice),
		TEST(test_valkey_restarted_loses_nothing),
		TEST(test_a_query_is_answered_after_the_state_is_updated),
		TEST(test_many_orders_are_fast_and_memory_stays_flat),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
