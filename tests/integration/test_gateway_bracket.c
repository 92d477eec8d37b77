/* test_gateway_bracket.c - what an order opens is protected, and its exits end each other. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bracket_fixture.h"
#include "bus/message.h"

static void
test_a_stop_rests_as_soon_as_the_entry_is_filled(void **unused)
{
	struct yq_order entry;
	struct yq_id stop;
	char text[1024];

	(void)unused;
	bracket_open(&entry, "10");
	stop = bracket_stop(&entry, 1);
	gateway_await_state(&stop, "Open");
	bracket_await_resting(&entry, 10);
	gateway_field(&stop, "Order", text, sizeof(text));
	assert_non_null(strstr(text, "\"Exit\":\"StopLoss\""));
	assert_non_null(strstr(text, "\"TimeInForce\":\"Gtc\""));
	assert_non_null(strstr(text, "\"ReduceOnly\":true"));
	assert_non_null(strstr(text, entry.id.text));
	bracket_tick("90");
	gateway_await_state(&stop, "Filled");
	bracket_await_over(&entry, "the stop-loss filled");
	assert_int_equal(gateway_log_count("tried again"), 0); /* each step had its rights */
	gateway_stop();
}

static void
test_the_take_profit_takes_the_place_of_the_stop(void **unused)
{
	struct yq_order entry;
	struct yq_id stop, profit;

	(void)unused;
	bracket_open(&entry, "10");
	stop = bracket_stop(&entry, 1);
	profit = bracket_profit(&entry, 2);
	gateway_await_state(&stop, "Open");
	bracket_tick("111");
	gateway_await_state(&profit, "Filled");
	gateway_await_state(&stop, "Canceled");
	bracket_assert_field(
	    &stop, "LastError", "the price has reached the take-profit, which takes its place");
	bracket_await_over(&entry, "the take-profit filled");
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_an_exit_by_hand_ends_the_bracket(void **unused)
{
	struct yq_order entry, out;
	struct yq_id stop;

	(void)unused;
	bracket_open(&entry, "10");
	stop = bracket_stop(&entry, 1);
	gateway_await_state(&stop, "Open");
	out = gateway_order(YQ_SELL, "AAPL", "10");
	out.reduce_only = true;
	gateway_submit(&out);
	gateway_await_state(&out.id, "Filled");
	gateway_await_state(&stop, "Canceled");
	bracket_await_over(&entry, "what it protects is no longer held");
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	gateway_await_quiet(10);
	gateway_stop();
}

static void
test_what_is_sold_in_part_is_protected_in_part(void **unused)
{
	struct yq_order entry, out;

	(void)unused;
	bracket_open(&entry, "10");
	bracket_await_resting(&entry, 10);
	out = gateway_order(YQ_SELL, "AAPL", "4");
	gateway_submit(&out);
	gateway_await_state(&out.id, "Filled");
	bracket_await_resting(&entry, 6);
	bracket_tick("89");
	bracket_await_over(&entry, "what it protects is no longer held");
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_an_order_that_does_not_fill_gives_the_shares_back(void **unused)
{
	struct yq_order entry, out;

	(void)unused;
	bracket_open(&entry, "10");
	bracket_await_resting(&entry, 10);
	out = gateway_order(YQ_SELL, "AAPL", "10");
	out.type = YQ_TYPE_LIMIT;
	out.price = bracket_price("105");
	gateway_submit(&out);
	gateway_await_state(&out.id, "Open");
	bracket_await_resting(&entry, 0);
	gateway_cancel(&out);
	gateway_await_state(&out.id, "Canceled");
	bracket_await_resting(&entry, 10);
	gateway_stop();
}

static void
test_an_entry_that_fills_in_parts_is_protected_from_the_first_part_on(void **unused)
{
	struct yq_order entry = bracket_entry("100");

	(void)unused;
	entry.type = YQ_TYPE_LIMIT;
	entry.price = bracket_price("100");
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":0.8,\"WalkIntervalMs\":50}");
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Filled");
	bracket_await_resting(&entry, 100);
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_a_cancel_of_the_entry_leaves_what_was_filled_protected(void **unused)
{
	struct yq_order entry = bracket_entry("1000");
	char filled[64];

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":1,\"WalkIntervalMs\":60000}");
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "PartiallyFilled");
	gateway_cancel(&entry);
	gateway_await_state(&entry.id, "Canceled");
	gateway_field(&entry.id, "Filled", filled, sizeof(filled));
	assert_string_equal(filled, "500");
	bracket_await_resting(&entry, 500);
	gateway_stop();
}

static void
test_a_cancel_of_an_exit_by_hand_ends_the_bracket(void **unused)
{
	struct yq_order entry, stop;

	(void)unused;
	bracket_open(&entry, "10");
	bracket_await_resting(&entry, 10);
	stop = entry;
	stop.id = bracket_stop(&entry, 1);
	gateway_cancel(&stop);
	gateway_await_state(&stop.id, "Canceled");
	bracket_await_over(&entry, "its StopLoss was canceled by hand");
	gateway_await_told("is no longer protected");
	gateway_await_quiet(10);
	gateway_stop();
}

static void
test_a_refused_entry_leaves_no_bracket(void **unused)
{
	struct yq_order entry = bracket_entry("100000000");

	(void)unused;
	gateway_start(BRACKET_QUIET);
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Rejected");
	bracket_await_over(&entry, "nothing was filled");
	gateway_await_quiet(10);
	gateway_stop();
}

static void
test_a_halt_does_not_keep_a_position_without_its_stop(void **unused)
{
	struct yq_order entry = bracket_entry("1000");

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":1,\"WalkIntervalMs\":100}");
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "PartiallyFilled");
	yq_reply_free(valkey_do(fixture.console, "HSET halt * stop"));
	bracket_await_resting(&entry, 1000);
	gateway_stop();
}

static void *
submit_apart(void *order)
{
	gateway_submit(order);
	return NULL;
}

/* An exit that comes to the stream behind the sale of its shares is refused, and nobody has to
 * know. */
static void
test_what_is_being_sold_is_not_told_to_be_without_its_stop(void **unused)
{
	struct yq_order entry = bracket_entry("10"), sell = gateway_order(YQ_SELL, "AAPL", "10");
	pthread_t thread;

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"LatencyMs\":700}");
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Submitting");
	/* The sale is first in the line before Valkey, the exit that the fill makes behind it. */
	valkey_fixture_freeze(&fixture.valkey, true);
	assert_int_equal(pthread_create(&thread, NULL, submit_apart, &sell), 0);
	usleep(1500000);
	valkey_fixture_freeze(&fixture.valkey, false);
	assert_int_equal(pthread_join(thread, NULL), 0);
	gateway_await_state(&sell.id, "Filled");
	bracket_await_over(&entry, "what it protects is no longer held");
	assert_int_equal(gateway_told_count("is without its"), 0);
	(void)gateway_assert_books_equal();
	gateway_stop();
}

/* What an exit that came to nothing has left in its bracket's record. */
static void
leave_rejected(const struct yq_order *entry, int64_t number)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_bracket_leg leg = {
		.number = number, .qty = entry->qty, .exit = "StopLoss", .state = YQ_ORDER_REJECTED
	};
	struct yq_id id = bracket_stop(entry, number);
	char words[1024];

	yq_message_encode_bracket_leg(&leg, &text);
	yq_str_format(words, sizeof(words), "HSET bracket:%s %s %s", entry->id.text, id.text,
	    yq_buf_text(&text));
	yq_reply_free(valkey_do(fixture.console, words));
}

static void
test_exits_that_came_to_nothing_do_not_pile_up_and_no_number_comes_twice(void **unused)
{
	enum { PILED = 300 };
	struct yq_order entry, out = gateway_order(YQ_SELL, "AAPL", "10");
	struct yq_id stop, next;
	char words[128];

	(void)unused;
	bracket_open(&entry, "10");
	stop = bracket_stop(&entry, 1);
	gateway_await_state(&stop, "Open");
	gateway_kill_and_release();
	for (int64_t i = 2; i <= PILED; i++)
		leave_rejected(&entry, i);
	gateway_start_only(BRACKET_QUIET);
	yq_str_format(words, sizeof(words), "HLEN bracket:%s", entry.id.text);
	for (int i = 0; i < 3000 && valkey_do_int(fixture.console, words) > 80; i++)
		usleep(10000);
	assert_in_range(valkey_do_int(fixture.console, words), 20, 80);
	bracket_await_resting(&entry, 10);
	/* It gives way and is made anew: behind the last number, though most are gone. */
	out.type = YQ_TYPE_LIMIT;
	out.price = bracket_price("105");
	gateway_submit(&out);
	gateway_await_state(&stop, "Canceled");
	gateway_cancel(&out);
	next = bracket_stop(&entry, PILED + 1);
	gateway_await_state(&next, "Open");
	bracket_await_resting(&entry, 10);
	gateway_stop();
}

/* Nobody but its bracket makes an exit. */
static void
test_an_exit_of_no_bracket_is_refused(void **unused)
{
	struct yq_order entry, forged;

	(void)unused;
	bracket_open(&entry, "10");
	bracket_await_resting(&entry, 10);
	forged = gateway_order(YQ_SELL, "AAPL", "10");
	forged.reduce_only = true;
	forged.bracket_id = entry.id;
	gateway_submit(&forged);
	gateway_await_state(&forged.id, "Rejected");
	bracket_await_resting(&entry, 10);
	gateway_stop();
}

static void
test_each_of_many_instruments_has_its_exits_looked_after(void **unused)
{
	enum { INSTRUMENTS = 6 };
	struct yq_order entries[INSTRUMENTS], flat;

	(void)unused;
	gateway_start(BRACKET_QUIET);
	for (int i = 0; i < INSTRUMENTS; i++) {
		entries[i] = bracket_entry("10");
		yq_str_format(entries[i].ticker, sizeof(entries[i].ticker), "MANY%d", i);
		gateway_submit(&entries[i]);
	}
	for (int i = 0; i < INSTRUMENTS; i++)
		bracket_await_resting(&entries[i], 10);
	for (int i = INSTRUMENTS - 1; i >= 0; i--) {
		flat = gateway_order(YQ_SELL, entries[i].ticker, i == 0 ? "4" : "10");
		gateway_submit(&flat);
	}
	for (int i = 1; i < INSTRUMENTS; i++)
		bracket_await_over(&entries[i], "what it protects is no longer held");
	bracket_await_resting(&entries[0], 6);
	(void)gateway_assert_books_equal();
	gateway_stop();
}

/* Killed again and again, whatever it was doing. */
static void
test_what_is_killed_goes_on_where_it_was(void **unused)
{
	enum { KILLS = 6, ENTRIES = 4 };
	struct yq_order entries[ENTRIES], flat;

	(void)unused;
	for (int i = 0; i < ENTRIES; i++) {
		entries[i] = bracket_entry("10");
		gateway_submit(&entries[i]);
	}
	for (useconds_t i = 0; i < KILLS; i++) {
		gateway_start_only("{\"WalkBps\":0,\"LatencyMs\":25,\"PartialFillRate\":0.5,"
				   "\"WalkIntervalMs\":40}");
		usleep(100000 + 60000 * i);
		gateway_kill_and_release();
	}
	gateway_start(BRACKET_QUIET);
	for (int i = 0; i < ENTRIES; i++)
		bracket_await_resting(&entries[i], 10);
	flat = gateway_order(YQ_SELL, "AAPL", "40");
	gateway_submit(&flat);
	for (int i = 0; i < ENTRIES; i++)
		bracket_await_over(&entries[i], "what it protects is no longer held");
	gateway_await_quiet(10);
	(void)gateway_assert_books_equal();
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_a_stop_rests_as_soon_as_the_entry_is_filled),
		TEST(test_the_take_profit_takes_the_place_of_the_stop),
		TEST(test_an_exit_by_hand_ends_the_bracket),
		TEST(test_what_is_sold_in_part_is_protected_in_part),
		TEST(test_an_order_that_does_not_fill_gives_the_shares_back),
		TEST(test_an_entry_that_fills_in_parts_is_protected_from_the_first_part_on),
		TEST(test_a_cancel_of_the_entry_leaves_what_was_filled_protected),
		TEST(test_a_cancel_of_an_exit_by_hand_ends_the_bracket),
		TEST(test_a_refused_entry_leaves_no_bracket),
		TEST(test_a_halt_does_not_keep_a_position_without_its_stop),
		TEST(test_what_is_being_sold_is_not_told_to_be_without_its_stop),
		TEST(test_exits_that_came_to_nothing_do_not_pile_up_and_no_number_comes_twice),
		TEST(test_an_exit_of_no_bracket_is_refused),
		TEST(test_each_of_many_instruments_has_its_exits_looked_after),
		TEST(test_what_is_killed_goes_on_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
