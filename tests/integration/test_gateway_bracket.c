/* test_gateway_bracket.c - what an order opens is protected, and its exits end each other. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/bracket.h"
#include "gateway_fixture.h"

#define QUIET "{\"WalkBps\":0}"

static struct yq_opt_decimal
price_of(const char *text)
{
	struct yq_opt_decimal price = { .set = true };

	assert_int_equal(yq_decimal_parse(text, strlen(text), &price.value), YQ_OK);
	return price;
}

/* A buy at 100 with a take-profit at 110 and a stop-loss at 90. */
static struct yq_order
entry_of(const char *qty)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", qty);

	o.exits.take_profit = price_of("110");
	o.exits.stop_loss = price_of("90");
	return o;
}

/* Somebody buys one and sees this price. */
static void
tick(const char *price)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "1");

	o.reference_price = price_of(price);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
}

static struct yq_id
stop_of(const struct yq_order *entry, int64_t number)
{
	return yq_bracket_exit_id(&entry->id, YQ_STOP_LOSS, number);
}

static struct yq_id
profit_of(const struct yq_order *entry, int64_t number)
{
	return yq_bracket_exit_id(&entry->id, YQ_TAKE_PROFIT, number);
}

static void
assert_field(const struct yq_id *id, const char *field, const char *expected)
{
	char text[256];

	gateway_field(id, field, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void
await_over(const struct yq_order *entry, const char *why)
{
	char words[160], text[256];

	yq_str_format(words, sizeof(words), "SISMEMBER bracket:open %s", entry->id.text);
	for (int i = 0; i < 3000 && valkey_do_int(fixture.console, words) != 0; i++)
		usleep(10000);
	assert_int_equal(valkey_do_int(fixture.console, words), 0);
	yq_str_format(words, sizeof(words), "HGET bracket:%s Ended", entry->id.text);
	valkey_do_text(fixture.console, words, text, sizeof(text));
	assert_string_equal(text, why);
}

/* What exits of the bracket rest with, by the bus. */
static struct yq_decimal
resting(const struct yq_order *entry)
{
	struct yq_bracket_state state;
	struct yq_decimal sum = YQ_DECIMAL_ZERO;
	char words[160];
	redisReply *reply;
	struct yq_err err;

	yq_str_format(words, sizeof(words), "HGETALL bracket:%s", entry->id.text);
	reply = valkey_do(fixture.console, words);
	if (yq_state_bracket_read(reply, &state, &err) != YQ_OK)
		sum.units = -1; /* it is not there yet */
	for (size_t i = 0; i < state.leg_count; i++)
		if (state.legs[i].exit[0] != '\0' && state.legs[i].state == YQ_ORDER_OPEN)
			sum.units += state.legs[i].qty.units - state.legs[i].filled.units;
	yq_bracket_state_clear(&state);
	freeReplyObject(reply);
	return sum;
}

static void
await_resting(const struct yq_order *entry, int64_t qty)
{
	for (int i = 0; i < 3000; i++) {
		if (yq_decimal_cmp(resting(entry), yq_decimal_from_int(qty)) == 0)
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("not %lld rest", (long long)qty);
}

static void
open_one(struct yq_order *entry, const char *qty)
{
	gateway_start(QUIET);
	*entry = entry_of(qty);
	gateway_submit(entry);
	gateway_await_state(&entry->id, "Filled");
}

static void
test_a_stop_rests_as_soon_as_the_entry_is_filled(void **unused)
{
	struct yq_order entry;
	struct yq_id stop;
	char text[1024];

	(void)unused;
	open_one(&entry, "10");
	stop = stop_of(&entry, 1);
	gateway_await_state(&stop, "Open");
	await_resting(&entry, 10);
	gateway_field(&stop, "Order", text, sizeof(text));
	assert_non_null(strstr(text, "\"Exit\":\"StopLoss\""));
	assert_non_null(strstr(text, "\"TimeInForce\":\"Gtc\""));
	assert_non_null(strstr(text, "\"ReduceOnly\":true"));
	assert_non_null(strstr(text, entry.id.text));
	tick("90");
	gateway_await_state(&stop, "Filled");
	await_over(&entry, "the stop-loss filled");
	assert_int_equal(gateway_log_count("tried again"), 0); /* each step had its rights */
	gateway_stop();
}

static void
test_the_take_profit_takes_the_place_of_the_stop(void **unused)
{
	struct yq_order entry;
	struct yq_id stop, profit;

	(void)unused;
	open_one(&entry, "10");
	stop = stop_of(&entry, 1);
	profit = profit_of(&entry, 2);
	gateway_await_state(&stop, "Open");
	tick("111");
	gateway_await_state(&profit, "Filled");
	gateway_await_state(&stop, "Canceled");
	assert_field(
	    &stop, "LastError", "the price has reached the take-profit, which takes its place");
	await_over(&entry, "the take-profit filled");
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_an_exit_by_hand_ends_the_bracket(void **unused)
{
	struct yq_order entry, out;
	struct yq_id stop;

	(void)unused;
	open_one(&entry, "10");
	stop = stop_of(&entry, 1);
	gateway_await_state(&stop, "Open");
	out = gateway_order(YQ_SELL, "AAPL", "10");
	out.reduce_only = true;
	gateway_submit(&out);
	gateway_await_state(&out.id, "Filled");
	gateway_await_state(&stop, "Canceled");
	await_over(&entry, "what it protects is no longer held");
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	gateway_await_quiet(10);
	gateway_stop();
}

static void
test_what_is_sold_in_part_is_protected_in_part(void **unused)
{
	struct yq_order entry, out;

	(void)unused;
	open_one(&entry, "10");
	await_resting(&entry, 10);
	out = gateway_order(YQ_SELL, "AAPL", "4");
	gateway_submit(&out);
	gateway_await_state(&out.id, "Filled");
	await_resting(&entry, 6);
	tick("89");
	await_over(&entry, "what it protects is no longer held");
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_an_order_that_does_not_fill_gives_the_shares_back(void **unused)
{
	struct yq_order entry, out;

	(void)unused;
	open_one(&entry, "10");
	await_resting(&entry, 10);
	out = gateway_order(YQ_SELL, "AAPL", "10");
	out.type = YQ_TYPE_LIMIT;
	out.price = price_of("105");
	gateway_submit(&out);
	gateway_await_state(&out.id, "Open");
	await_resting(&entry, 0);
	gateway_cancel(&out);
	gateway_await_state(&out.id, "Canceled");
	await_resting(&entry, 10);
	gateway_stop();
}

static void
test_an_entry_that_fills_in_parts_is_protected_from_the_first_part_on(void **unused)
{
	struct yq_order entry = entry_of("100");

	(void)unused;
	entry.type = YQ_TYPE_LIMIT;
	entry.price = price_of("100");
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":0.8,\"WalkIntervalMs\":50}");
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Filled");
	await_resting(&entry, 100);
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_a_cancel_of_the_entry_leaves_what_was_filled_protected(void **unused)
{
	struct yq_order entry = entry_of("1000");
	char filled[64];

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":1,\"WalkIntervalMs\":60000}");
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "PartiallyFilled");
	gateway_cancel(&entry);
	gateway_await_state(&entry.id, "Canceled");
	gateway_field(&entry.id, "Filled", filled, sizeof(filled));
	assert_string_equal(filled, "500");
	await_resting(&entry, 500);
	gateway_stop();
}

static void
test_a_cancel_of_an_exit_by_hand_ends_the_bracket(void **unused)
{
	struct yq_order entry, stop;

	(void)unused;
	open_one(&entry, "10");
	await_resting(&entry, 10);
	stop = entry;
	stop.id = stop_of(&entry, 1);
	gateway_cancel(&stop);
	gateway_await_state(&stop.id, "Canceled");
	await_over(&entry, "its StopLoss was canceled by hand");
	gateway_await_told("is no longer protected");
	gateway_await_quiet(10);
	gateway_stop();
}

static void
test_a_refused_entry_leaves_no_bracket(void **unused)
{
	struct yq_order entry = entry_of("100000000");

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Rejected");
	await_over(&entry, "nothing was filled");
	gateway_await_quiet(10);
	gateway_stop();
}

static void
test_a_halt_does_not_keep_a_position_without_its_stop(void **unused)
{
	struct yq_order entry = entry_of("1000");

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":1,\"WalkIntervalMs\":100}");
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "PartiallyFilled");
	yq_reply_free(valkey_do(fixture.console, "HSET halt * stop"));
	await_resting(&entry, 1000);
	gateway_stop();
}

/* Killed, and its leases given back by who knows that it is dead. */
static void
kill_and_release(void)
{
	gateway_kill();
	if (valkey_do_int(fixture.console, "EXISTS lease:Paper") == 1)
		yq_reply_free(valkey_do(fixture.console, "HSET lease:Paper ExpiresAt 0"));
}

/* Goes on where the market is closed, today and the days around; its process. */
static int
go_on_closed(void)
{
	static const struct gateway_spec closed = {
		.accounts = "\"Paper\":{\"Broker\":\"paper\",\"Session\":\"market\","
			    "\"Currencies\":{\"USD\":1000000},\"Paper\":" QUIET "}"
	};
	char days[3][YQ_TIME_TEXT_SIZE], markets[128];
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	int pid;

	for (int i = 0; i < 3; i++)
		yq_time_format(now_us + (i - 1) * 86400 * YQ_US_PER_SECOND, days[i]);
	yq_str_format(markets, sizeof(markets),
	    "\"US\":{\"Closed\":[\"%.10s\",\"%.10s\",\"%.10s\"]}", days[0], days[1], days[2]);
	kill_and_release();
	fixture.markets = markets;
	pid = gateway_spawn(&closed);
	fixture.markets = NULL;
	gateway_await_served();
	return pid;
}

/* The order is refused, and a stop that gave way to it could not come back before the market opens.
 */
static void
test_nothing_gives_way_to_an_order_in_a_closed_market(void **unused)
{
	struct yq_order entry, sell = gateway_order(YQ_SELL, "AAPL", "4");
	struct yq_id stop;
	int pid;

	(void)unused;
	open_one(&entry, "10");
	stop = stop_of(&entry, 1);
	gateway_await_state(&stop, "Open");
	pid = go_on_closed();
	gateway_submit(&sell);
	gateway_await_state(&sell.id, "Rejected");
	assert_int_equal(gateway_log_count("it gives way"), 0);
	assert_field(&stop, "State", "Open");
	gateway_end(pid);
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
	struct yq_order entry = entry_of("10"), sell = gateway_order(YQ_SELL, "AAPL", "10");
	struct yq_id stop = stop_of(&entry, 1);
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
	gateway_await_state(&stop, "Rejected");
	await_over(&entry, "what it protects is no longer held");
	assert_int_equal(gateway_told_count("is without its"), 0);
	(void)gateway_assert_books_equal();
	gateway_stop();
}

/* What `yq protect` puts on the stream. */
static struct yq_order
protect(const char *qty, const char *profit, const char *loss)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", qty);
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_bracket bracket;
	const char *argv[] = { "XADD", "order:stream", "*", "kind", "protect", "payload", NULL };
	struct yq_err err;

	o.exits.take_profit = price_of(profit);
	o.exits.stop_loss = price_of(loss);
	bracket = yq_bracket_of(&o, o.timestamp_us);
	bracket.qty = yq_opt_decimal_of(o.qty);
	bracket.buy_reason[0] = '\0';
	yq_message_encode_bracket(&bracket, &text);
	argv[6] = yq_buf_text(&text);
	for (int twice = 0; twice < 2; twice++) /* a person may press twice */
		if (yq_valkey_sync_command(fixture.console, 7, argv, NULL, 5000, NULL, &err) !=
		    YQ_OK)
			fail_msg("%s", err.text);
	yq_buf_free(&text);
	return o;
}

static void
test_what_is_held_is_protected_when_asked_for(void **unused)
{
	struct yq_order bought = gateway_order(YQ_BUY, "AAPL", "10"), first, second, wrong;

	(void)unused;
	gateway_start(QUIET);
	wrong = protect("10", "110", "90"); /* nothing is held */
	gateway_await_told("was not protected");
	gateway_submit(&bought);
	gateway_await_state(&bought.id, "Filled");
	first = protect("10", "110", "90");
	await_resting(&first, 10);
	second = protect("10", "120", "95"); /* takes its place */
	await_resting(&second, 10);
	await_over(&first, "what it protects is no longer held");
	kill_and_release();
	gateway_start(QUIET);
	await_resting(&second, 10);
	tick("94");
	await_over(&second, "the stop-loss filled");
	assert_int_equal(valkey_do_int(fixture.console, "SCARD bracket:open"), 0);
	assert_false(yq_id_equal(&wrong.id, &first.id));
	gateway_await_quiet(10);
	gateway_stop();
}

/* What cannot be placed before the market opens takes no place until then. */
static void
test_a_protection_asked_for_in_a_closed_market_waits_and_the_older_stop_rests(void **unused)
{
	struct yq_order entry, part;
	char words[128];
	struct yq_id stop;
	int pid;

	(void)unused;
	open_one(&entry, "10");
	stop = stop_of(&entry, 1);
	gateway_await_state(&stop, "Open");
	pid = go_on_closed();
	part = protect("4", "110", "95");
	yq_str_format(words, sizeof(words), "SISMEMBER bracket:open %s", part.id.text);
	for (int i = 0; i < 3000 && valkey_do_int(fixture.console, words) == 0; i++)
		usleep(10000);
	usleep(2500000); /* it is looked at every second */
	assert_int_equal(yq_decimal_cmp(resting(&entry), yq_decimal_from_int(10)), 0);
	assert_int_equal(yq_decimal_cmp(resting(&part), YQ_DECIMAL_ZERO), 0);
	gateway_end(pid);
	/* It opens. */
	if (valkey_do_int(fixture.console, "EXISTS lease:Paper") == 1)
		yq_reply_free(valkey_do(fixture.console, "HSET lease:Paper ExpiresAt 0"));
	gateway_start(QUIET);
	await_resting(&part, 4);
	await_resting(&entry, 6);
	gateway_stop();
}

/* Nobody but its bracket makes an exit. */
static void
test_an_exit_of_no_bracket_is_refused(void **unused)
{
	struct yq_order entry, forged;

	(void)unused;
	open_one(&entry, "10");
	await_resting(&entry, 10);
	forged = gateway_order(YQ_SELL, "AAPL", "10");
	forged.reduce_only = true;
	forged.bracket_id = entry.id;
	gateway_submit(&forged);
	gateway_await_state(&forged.id, "Rejected");
	await_resting(&entry, 10);
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
		entries[i] = entry_of("10");
		gateway_submit(&entries[i]);
	}
	for (useconds_t i = 0; i < KILLS; i++) {
		gateway_start_only("{\"WalkBps\":0,\"LatencyMs\":25,\"PartialFillRate\":0.5,"
				   "\"WalkIntervalMs\":40}");
		usleep(100000 + 60000 * i);
		kill_and_release();
	}
	gateway_start(QUIET);
	for (int i = 0; i < ENTRIES; i++)
		await_resting(&entries[i], 10);
	flat = gateway_order(YQ_SELL, "AAPL", "40");
	gateway_submit(&flat);
	for (int i = 0; i < ENTRIES; i++)
		await_over(&entries[i], "what it protects is no longer held");
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
		TEST(test_nothing_gives_way_to_an_order_in_a_closed_market),
		TEST(test_what_is_being_sold_is_not_told_to_be_without_its_stop),
		TEST(test_what_is_held_is_protected_when_asked_for),
		TEST(test_a_protection_asked_for_in_a_closed_market_waits_and_the_older_stop_rests),
		TEST(test_an_exit_of_no_bracket_is_refused),
		TEST(test_what_is_killed_goes_on_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
