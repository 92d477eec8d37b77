/* test_gateway_watch.c - brackets at brokers that take no stops, or nothing for longer than a day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bracket_fixture.h"
#include "clock_fixture.h"

/* As KIS abroad; as one that has stops for a day; as one with limits alone. */
#define NO_STOPS                                                \
	"{\"WalkBps\":0,\"OrderTypes\":[\"Limit\",\"Market\"]," \
	"\"TimesInForce\":[\"Day\"]}"
#define DAYS_ONLY	 "{\"WalkBps\":0,\"TimesInForce\":[\"Day\"]}"
#define LIMITS_ONLY	 "{\"WalkBps\":0,\"OrderTypes\":[\"Limit\"],\"TimesInForce\":[\"Day\"]}"
#define NO_DAYS_OF_EXITS "{\"WalkBps\":0,\"OrderTypes\":[\"Market\"]}"

static struct yq_order
open_at(const char *paper, const char *qty)
{
	struct yq_order entry = bracket_entry(qty);

	gateway_start(paper);
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Filled");
	return entry;
}

static void
await_record(const struct yq_order *entry, const char *field, const char *words)
{
	char command[160], text[1024] = "";

	yq_str_format(command, sizeof(command), "HGET bracket:%s %s", entry->id.text, field);
	for (int i = 0; i < 1500; i++) {
		valkey_do_text(fixture.console, command, text, sizeof(text));
		if (strstr(text, words) != NULL)
			return;
		usleep(10000);
	}
	fail_msg("%s: \"%s\"", field, text);
}

static void
assert_no_exit(const struct yq_order *entry)
{
	struct yq_id stop = bracket_stop(entry, 1);
	char state[64];

	gateway_field(&stop, "State", state, sizeof(state));
	assert_string_equal(state, "");
}

static void
test_a_stop_that_the_broker_does_not_take_is_watched(void **unused)
{
	struct yq_order entry = open_at(NO_STOPS, "10");
	struct yq_id stop = bracket_stop(&entry, 1);
	char text[1024];

	(void)unused;
	gateway_await_told("AAPL in Paper: the stop-loss is watched by yQuant");
	await_record(&entry, "How", "watched by yQuant");
	bracket_tick("91");
	sleep(2);
	assert_no_exit(&entry);
	bracket_tick("90");
	gateway_await_state(&stop, "Filled");
	gateway_field(&stop, "Order", text, sizeof(text));
	assert_non_null(strstr(text, "\"Type\":\"Market\""));
	assert_non_null(strstr(text, "\"TimeInForce\":\"Day\""));
	assert_non_null(strstr(text, "\"ReduceOnly\":true"));
	bracket_await_over(&entry, "the stop-loss filled");
	assert_int_equal(gateway_told_count("is watched by yQuant"), 1);
	assert_int_equal(gateway_log_count("tried again"), 0);
	(void)gateway_assert_books_equal();
	gateway_stop();
}

static void
test_the_take_profit_needs_no_stop_to_go_first(void **unused)
{
	struct yq_order entry = open_at(NO_STOPS, "10");
	struct yq_id profit = bracket_profit(&entry, 1);
	char text[1024];

	(void)unused;
	bracket_tick("111");
	gateway_await_state(&profit, "Filled");
	gateway_field(&profit, "Order", text, sizeof(text));
	assert_non_null(strstr(text, "\"TimeInForce\":\"Day\""));
	bracket_await_over(&entry, "the take-profit filled");
	(void)gateway_assert_books_equal();
	gateway_stop();
}

/* Where there is no order at the market either. */
static void
test_without_market_orders_a_limit_beyond_the_price_is_sent(void **unused)
{
	struct yq_order entry = bracket_entry("10"), seen = gateway_order(YQ_BUY, "AAPL", "1");
	struct yq_id stop = bracket_stop(&entry, 1);
	char text[1024];

	(void)unused;
	entry.type = seen.type = YQ_TYPE_LIMIT;
	entry.price = bracket_price("100");
	gateway_start(LIMITS_ONLY);
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Filled");
	seen.price = seen.reference_price = bracket_price("88");
	gateway_submit(&seen);
	gateway_await_state(&stop, "Filled");
	gateway_field(&stop, "Order", text, sizeof(text));
	assert_non_null(strstr(text, "\"Type\":\"Limit\""));
	assert_non_null(strstr(text, "\"Price\":86.24")); /* two per cent below */
	bracket_await_over(&entry, "the stop-loss filled");
	gateway_stop();
}

/* Half of it fills, and the price runs away from the rest: canceled, and made anew nearer to it. */
static void
test_an_exit_from_which_the_price_ran_away_is_made_anew(void **unused)
{
	struct yq_order entry = bracket_entry("2"), seen = gateway_order(YQ_BUY, "AAPL", "1");
	struct yq_id first = bracket_stop(&entry, 1), second = bracket_stop(&entry, 2);

	(void)unused;
	entry.type = seen.type = YQ_TYPE_LIMIT;
	entry.price = bracket_price("100");
	gateway_start(LIMITS_ONLY);
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Filled");
	gateway_kill_and_release();
	gateway_start("{\"WalkBps\":0,\"OrderTypes\":[\"Limit\"],\"TimesInForce\":[\"Day\"],"
		      "\"PartialFillRate\":1,\"WalkIntervalMs\":3600000}");
	seen.price = seen.reference_price = bracket_price("88");
	gateway_submit(&seen);
	gateway_await_state(&first, "PartiallyFilled");
	gateway_await_state(&first, "Canceled");
	bracket_assert_field(&first, "LastError", "the price ran away from it: it is made anew");
	gateway_await_state(&second, "Filled");
	bracket_await_over(&entry, "the stop-loss filled");
	(void)gateway_assert_books_equal();
	gateway_stop();
}

/* Its record has the touch: what was killed goes on, once, and where the price has gone back. */
static void
test_what_was_touched_is_sold_whatever_dies(void **unused)
{
	enum { KILLS = 5 };
	struct yq_order entry = open_at("{\"WalkBps\":0,\"OrderTypes\":[\"Limit\",\"Market\"],"
					"\"TimesInForce\":[\"Day\"],\"LatencyMs\":150}",
	    "10");
	size_t sold = 0;

	(void)unused;
	bracket_tick("89");
	for (int i = 0; i < KILLS; i++) {
		usleep((useconds_t)(20000 + 45000 * i));
		gateway_kill_and_release();
		gateway_start_only(NO_STOPS);
	}
	gateway_await_served();
	bracket_tick("89");
	bracket_await_over(&entry, "the stop-loss filled");
	gateway_await_quiet(15);
	sold = gateway_assert_books_equal();
	assert_int_equal(sold, 4); /* the entry, two that were seen, one exit */
	gateway_stop();
}

static void
test_what_is_watched_goes_on_after_a_restart(void **unused)
{
	struct yq_order entry = open_at(NO_STOPS, "10");
	struct yq_id stop = bracket_stop(&entry, 1);

	(void)unused;
	await_record(&entry, "How", "watched by yQuant");
	gateway_kill_and_release();
	gateway_start(NO_STOPS);
	sleep(2);
	assert_no_exit(&entry);
	bracket_tick("85");
	gateway_await_state(&stop, "Filled");
	bracket_await_over(&entry, "the stop-loss filled");
	assert_int_equal(gateway_told_count("is watched by yQuant"), 1); /* not told again */
	gateway_stop();
}

static void
test_a_position_without_prices_is_told_to_be_without_its_stop(void **unused)
{
	struct yq_order entry = open_at(NO_STOPS, "10");

	(void)unused;
	await_record(&entry, "How", "watched by yQuant");
	gateway_kill_and_release();
	/* The broker does not answer any more. */
	fixture.settings = "\"WatchPriceSeconds\":1,";
	gateway_start_only("{\"WalkBps\":0,\"OrderTypes\":[\"Limit\",\"Market\"],"
			   "\"TimesInForce\":[\"Day\"],\"LatencyMs\":60000}");
	fixture.settings = NULL;
	gateway_await_told("AAPL in Paper is without a working stop-loss");
	gateway_kill_and_release();
	gateway_start(NO_STOPS);
	bracket_tick("80");
	bracket_await_over(&entry, "the stop-loss filled");
	gateway_stop();
}

static void
test_what_cannot_be_kept_is_refused_before_anything_is_sent(void **unused)
{
	struct yq_order entry = bracket_entry("10"), bare = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start(NO_DAYS_OF_EXITS);
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Rejected");
	bracket_assert_field(&entry.id, "LastError",
	    "BRACKET_CANNOT: TakeProfit: broker paper takes no order on NASDAQ with which it could "
	    "be kept, neither resting nor watched");
	bracket_await_over(&entry, "nothing was filled");
	gateway_submit(&bare);
	gateway_await_state(&bare.id, "Filled");
	gateway_stop();
}

/* A day later it has expired, and rests again. */
static void
test_a_stop_for_a_day_is_sent_again_with_the_next(void **unused)
{
	struct yq_order entry;
	struct yq_id first, second;
	char text[1024];

	(void)unused;
	clock_begin();
	clock_set(0);
	entry = open_at(DAYS_ONLY, "10");
	first = bracket_stop(&entry, 1);
	second = bracket_stop(&entry, 2);
	gateway_await_state(&first, "Open");
	gateway_await_told("the stop-loss rests at the broker for a day at a time");
	gateway_field(&first, "Order", text, sizeof(text));
	assert_non_null(strstr(text, "\"Type\":\"Stop\""));
	assert_non_null(strstr(text, "\"TimeInForce\":\"Day\""));
	clock_set(CLOCK_DAY + CLOCK_HOUR);
	gateway_await_state(&first, "Expired");
	gateway_await_state(&second, "Open");
	bracket_await_resting(&entry, 10);
	assert_int_equal(gateway_log_count("came to nothing"), 0);
	assert_int_equal(gateway_told_count("is without its"), 0);
	gateway_stop();
	clock_end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_a_stop_that_the_broker_does_not_take_is_watched),
		TEST(test_the_take_profit_needs_no_stop_to_go_first),
		TEST(test_without_market_orders_a_limit_beyond_the_price_is_sent),
		TEST(test_an_exit_from_which_the_price_ran_away_is_made_anew),
		TEST(test_what_was_touched_is_sold_whatever_dies),
		TEST(test_what_is_watched_goes_on_after_a_restart),
		TEST(test_a_position_without_prices_is_told_to_be_without_its_stop),
		TEST(test_what_cannot_be_kept_is_refused_before_anything_is_sent),
		TEST(test_a_stop_for_a_day_is_sent_again_with_the_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
