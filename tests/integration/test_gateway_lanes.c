/* test_gateway_lanes.c - in order on one account and ticker, beside one another elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "gateway_fixture.h"

#define QUIET	"{\"WalkBps\":0}"
#define TICKERS 5

/* Buys of 1, ticker by ticker. */
static void
orders_make(struct yq_order *orders, size_t count, const char *alias)
{
	char ticker[16];

	for (size_t i = 0; i < count; i++) {
		yq_str_format(ticker, sizeof(ticker), "T%zu", i % TICKERS);
		orders[i] = gateway_order(YQ_BUY, ticker, "1");
		yq_str_copy_cut(orders[i].account_alias, sizeof(orders[i].account_alias), alias);
	}
}

static int64_t
number_of(const struct yq_paper_book *book, const struct yq_order *order)
{
	const struct yq_paper_order *o = yq_paper_find(book, &order->id);

	if (o == NULL)
		fail_msg("order %s never reached the broker", order->id.text);
	return o == NULL ? 0 : o->number;
}

/* The broker numbers orders as they reach it. */
static void
assert_in_order(const struct yq_order *orders, size_t count, size_t lanes, const char *alias)
{
	struct yq_paper_book *book = gateway_paper_book_of(alias);

	for (size_t i = lanes; i < count; i++)
		if (number_of(book, &orders[i]) <= number_of(book, &orders[i - lanes]))
			fail_msg("order %zu of %s overtook the one before it", i, orders[i].ticker);
	yq_paper_book_free(book);
}

static size_t
count_state(const struct yq_order *orders, size_t count, const char *state)
{
	char text[64];
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		gateway_field(&orders[i].id, "State", text, sizeof(text));
		found += yq_str_equal(text, state);
	}
	return found;
}

static void
test_a_burst_for_one_ticker_stays_in_order(void **unused)
{
	enum { COUNT = 300 };
	struct yq_order orders[COUNT];

	(void)unused;
	gateway_start(QUIET);
	orders_make(orders, COUNT, "Paper");
	gateway_submit_many(orders, COUNT);
	gateway_await_quiet(30);
	assert_in_order(orders, COUNT, TICKERS, "Paper");
	gateway_stop();
}

/* Refused for the moment, an order goes back to where it was, not behind those after it. */
static void
test_what_is_put_back_is_not_overtaken(void **unused)
{
	enum { COUNT = 60 };
	struct yq_order orders[COUNT];

	(void)unused;
	gateway_start_only("{\"WalkBps\":0,\"TransientRate\":0.3,\"Seed\":3}");
	orders_make(orders, COUNT, "Paper");
	gateway_submit_many(orders, COUNT);
	gateway_await_quiet(60);
	assert_true(gateway_log_count("was not sent") > 0);
	assert_in_order(orders, COUNT, TICKERS, "Paper");
	assert_int_equal(gateway_assert_books_equal(), COUNT);
	gateway_stop();
}

static void
test_after_a_restart_the_order_of_arrival_is_kept(void **unused)
{
	enum { COUNT = 200, KILLS = 4 };
	struct yq_order orders[COUNT];

	(void)unused;
	orders_make(orders, COUNT, "Paper");
	gateway_submit_many(orders, COUNT);
	for (useconds_t i = 0; i < KILLS; i++) {
		gateway_start_only(
		    "{\"WalkBps\":0,\"TransientRate\":0.2,\"LatencyMs\":20,\"Seed\":5}");
		/* The one before still has its lease. */
		usleep(60000 + 70000 * i + (i > 0 ? 3000000U : 0U));
		gateway_kill();
	}
	gateway_start_only(QUIET);
	gateway_await_quiet(60);
	assert_in_order(orders, COUNT, TICKERS, "Paper");
	assert_int_equal(gateway_assert_books_equal(), COUNT);
	gateway_stop();
}

/* The exit arrives right behind its entry, when nothing is held yet. */
static void
exit_behind_entry(const char *paper)
{
	struct yq_order legs[2] = { gateway_order(YQ_BUY, "AAPL", "10"),
		gateway_order(YQ_SELL, "AAPL", "10") };

	legs[1].reduce_only = true;
	gateway_start(paper);
	gateway_submit_many(legs, 2);
	gateway_await_state(&legs[0].id, "Filled");
	gateway_await_state(&legs[1].id, "Filled");
	gateway_await_quiet(30);
	assert_in_order(legs, 2, 1, "Paper");
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_an_exit_does_not_overtake_its_entry(void **unused)
{
	(void)unused;
	exit_behind_entry("{\"WalkBps\":0,\"LatencyMs\":200}");
}

static void
test_an_exit_does_not_overtake_an_entry_that_fills_in_parts(void **unused)
{
	(void)unused;
	exit_behind_entry("{\"WalkBps\":0,\"PartialFillRate\":0.8,\"WalkIntervalMs\":50}");
}

static void
test_an_exit_does_not_overtake_an_unknown_entry(void **unused)
{
	(void)unused;
	exit_behind_entry("{\"WalkBps\":0,\"SilentRate\":1}");
}

static void
test_an_exit_does_not_overtake_its_entry_after_a_restart(void **unused)
{
	struct yq_order legs[2] = { gateway_order(YQ_BUY, "AAPL", "10"),
		gateway_order(YQ_SELL, "AAPL", "10") };

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"LatencyMs\":1000}");
	gateway_submit_many(legs, 2);
	gateway_await_state(&legs[0].id, "Submitting");
	gateway_kill();
	gateway_start(QUIET);
	gateway_await_state(&legs[1].id, "Filled");
	gateway_await_quiet(30);
	assert_in_order(legs, 2, 1, "Paper");
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	gateway_stop();
}

/* Cancel, and an order that would fill what was to be canceled: it reaches the broker after the
 * cancel, also when the broker cannot take that just now. */
static void
test_an_order_does_not_overtake_the_cancel_before_it(void **unused)
{
	enum { PAIRS = 8 };
	struct yq_order first[PAIRS], second[PAIRS];
	struct yq_paper_book *book;
	char ticker[16];

	(void)unused;
	gateway_start_only("{\"WalkBps\":0,\"LatencyMs\":50,\"TransientRate\":0.4}");
	for (int i = 0; i < PAIRS; i++) {
		yq_str_format(ticker, sizeof(ticker), "T%d", i);
		first[i] = gateway_order(YQ_BUY, ticker, "5");
		first[i].type = YQ_TYPE_LIMIT;
		first[i].price = yq_opt_decimal_of(yq_decimal_from_int(90));
		second[i] = gateway_order(YQ_BUY, ticker, "6");
		second[i].reference_price = yq_opt_decimal_of(yq_decimal_from_int(80));
		gateway_submit(&first[i]);
		gateway_cancel(&first[i]);
		gateway_submit(&second[i]);
	}
	gateway_await_quiet(60);
	book = gateway_paper_book();
	for (int i = 0; i < PAIRS; i++) {
		const struct yq_paper_order *o = yq_paper_find(book, &first[i].id);

		assert_int_equal(count_state(&first[i], 1, "Canceled"), 1);
		assert_int_equal(count_state(&second[i], 1, "Filled"), 1);
		assert_true(o == NULL || o->fill_count == 0); /* withdrawn, or canceled there */
	}
	yq_paper_book_free(book);
	gateway_stop();
}

static void
start_two(const char *slow)
{
	char accounts[2048];
	struct gateway_spec spec = { .accounts = accounts };

	yq_str_format(accounts, sizeof(accounts),
	    GATEWAY_ACCOUNT("Paper", "", QUIET) "," GATEWAY_ACCOUNT("Slow", "", "%s"), slow);
	(void)gateway_spawn(&spec);
}

/* So many for the slow one that the reader would pause. */
static void
test_a_slow_account_delays_no_other(void **unused)
{
	enum { SLOW = 2000, FAST = 300 };
	struct yq_order *slow = yq_xcalloc(SLOW, sizeof(*slow));
	struct yq_order *fast = yq_xcalloc(FAST, sizeof(*fast));

	(void)unused;
	start_two("{\"WalkBps\":0,\"CallsPerSecond\":10,\"CallsBurst\":2}");
	gateway_await_served();
	orders_make(slow, SLOW, "Slow");
	orders_make(fast, FAST, "Paper");
	for (int i = 0; i < SLOW / 500; i++)
		gateway_submit_many(slow + 500 * i, 500);
	gateway_submit_many(fast, FAST);
	for (int i = 0; i < FAST; i++)
		gateway_await_state(&fast[i].id, "Filled");
	assert_true(count_state(slow, SLOW, "Pending") > SLOW / 2);
	assert_in_order(fast, FAST, TICKERS, "Paper");
	assert_int_equal(gateway_assert_book_equal("Paper"), FAST);
	/* What stayed in the stream is taken up where it stood. */
	gateway_end(fixture.others[0]);
	start_two(QUIET);
	gateway_await_quiet(60);
	assert_int_equal(count_state(slow, SLOW, "Filled"), SLOW);
	assert_int_equal(gateway_assert_book_equal("Slow"), SLOW);
	free(slow);
	free(fast);
}

/* What was left in the stream comes without a restart too, each once and in order. */
static void
test_what_overflows_is_read_again_in_order(void **unused)
{
	enum { COUNT = 2000 };
	struct yq_order *orders = yq_xcalloc(COUNT, sizeof(*orders));

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"CallsPerSecond\":400,\"CallsBurst\":20}");
	orders_make(orders, COUNT, "Paper");
	for (int i = 0; i < COUNT / 500; i++)
		gateway_submit_many(orders + 500 * i, 500);
	/* Not taken in yet: the cancel waits for its order, and is not too late. */
	gateway_cancel(&orders[COUNT - 1]);
	gateway_await_quiet(60);
	assert_true(gateway_log_count("more stay in the stream") > 0);
	assert_int_equal(count_state(&orders[COUNT - 1], 1, "Canceled"), 1);
	assert_in_order(orders, COUNT - 1, TICKERS, "Paper");
	assert_int_equal(gateway_assert_books_equal(), COUNT - 1);
	gateway_stop();
	free(orders);
}

static void
test_a_limit_of_calls_without_a_burst_is_enough_to_be_served(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "1");

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"CallsPerSecond\":4}");
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_stop();
}

/* Buys or sells of 1, each of another ticker, filled. */
static void
trade_each(enum yq_action action, struct yq_opt_decimal reference_price)
{
	enum { COUNT = 40 };
	struct yq_order orders[COUNT];
	char ticker[16];

	for (int i = 0; i < COUNT; i++) {
		yq_str_format(ticker, sizeof(ticker), "T%d", i);
		orders[i] = gateway_order(action, ticker, "1");
		orders[i].reference_price = reference_price;
	}
	gateway_submit_many(orders, COUNT);
	gateway_await_quiet(60);
	assert_int_equal(count_state(orders, COUNT, "Filled"), COUNT);
}

/* The broker knows prices that were seen in an earlier life, of what is held no more. */
static void
test_a_price_that_cannot_be_told_just_now_refuses_no_order(void **unused)
{
	struct yq_opt_decimal price = yq_opt_decimal_of(yq_decimal_from_int(100));

	(void)unused;
	gateway_start(QUIET);
	trade_each(YQ_BUY, price);
	trade_each(YQ_SELL, price);
	gateway_stop();
	gateway_start("{\"WalkBps\":0,\"TransientRate\":0.2}");
	trade_each(YQ_BUY, YQ_OPT_DECIMAL_NONE);
	gateway_stop();
}

static void
test_a_cancel_goes_before_orders_that_wait(void **unused)
{
	enum { COUNT = 100 };
	struct yq_order live = gateway_order(YQ_BUY, "AAPL", "5"), orders[COUNT];

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"CallsPerSecond\":4,\"CallsBurst\":4}");
	live.type = YQ_TYPE_LIMIT;
	live.price = yq_opt_decimal_of(yq_decimal_from_int(90));
	gateway_submit(&live);
	gateway_await_state(&live.id, "Open");
	orders_make(orders, COUNT, "Paper");
	gateway_submit_many(orders, COUNT);
	gateway_cancel(&live);
	gateway_await_state(&live.id, "Canceled");
	assert_true(count_state(orders, COUNT, "Pending") > COUNT / 2);
	gateway_kill();
}

/* Their entries come once more, some before the orders themselves have been read again. */
static void
test_entries_of_resting_orders_that_come_again_are_done_with(void **unused)
{
	enum { COUNT = 2000 };
	struct yq_order *orders = yq_xcalloc(COUNT, sizeof(*orders));
	long long pending = COUNT;

	(void)unused;
	orders_make(orders, COUNT, "Paper");
	for (int i = 0; i < COUNT; i++) {
		orders[i].type = YQ_TYPE_LIMIT;
		orders[i].price = yq_opt_decimal_of(yq_decimal_from_int(1));
	}
	gateway_start(QUIET);
	for (int i = 0; i < COUNT / 500; i++)
		gateway_submit_many(orders + 500 * i, 500);
	for (int i = 0; i < COUNT; i++)
		gateway_await_state(&orders[i].id, "Open");
	gateway_kill();
	yq_reply_free(valkey_do(fixture.console, "XGROUP SETID order:stream broker-gateway 0"));
	gateway_start(QUIET);
	for (int i = 0; i < 300 && pending != 0; i++) {
		usleep(100000);
		pending = gateway_pending();
	}
	assert_int_equal(pending, 0);
	assert_int_equal(count_state(orders, COUNT, "Open"), COUNT);
	gateway_kill();
	free(orders);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_burst_for_one_ticker_stays_in_order),
		TEST(test_what_is_put_back_is_not_overtaken),
		TEST(test_after_a_restart_the_order_of_arrival_is_kept),
		TEST(test_an_exit_does_not_overtake_its_entry),
		TEST(test_an_exit_does_not_overtake_an_entry_that_fills_in_parts),
		TEST(test_an_exit_does_not_overtake_an_unknown_entry),
		TEST(test_an_exit_does_not_overtake_its_entry_after_a_restart),
		TEST(test_an_order_does_not_overtake_the_cancel_before_it),
		TEST(test_a_slow_account_delays_no_other),
		TEST(test_what_overflows_is_read_again_in_order),
		TEST(test_a_limit_of_calls_without_a_burst_is_enough_to_be_served),
		TEST(test_a_price_that_cannot_be_told_just_now_refuses_no_order),
		TEST(test_a_cancel_goes_before_orders_that_wait),
		TEST(test_entries_of_resting_orders_that_come_again_are_done_with),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
