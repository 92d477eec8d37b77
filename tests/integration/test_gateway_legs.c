/* test_gateway_legs.c - a leg waits for the one before it; an exit is cut to what is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway_fixture.h"

#define QUIET "{\"WalkBps\":0}"
#define SLOW  "{\"WalkBps\":0,\"LatencyMs\":300}"

static void
assert_field(const struct yq_order *o, const char *field, const char *expected)
{
	char text[1024];

	gateway_field(&o->id, field, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void
assert_says(const struct yq_order *o, const char *field, const char *words)
{
	char text[4096];

	gateway_field(&o->id, field, text, sizeof(text));
	if (strstr(text, words) == NULL)
		fail_msg("%s of %s has no \"%s\": %s", field, o->id.text, words, text);
}

static struct yq_order
limit_order(enum yq_action action, const char *qty, int64_t price)
{
	struct yq_order o = gateway_order(action, "AAPL", qty);

	o.type = YQ_TYPE_LIMIT;
	o.price = yq_opt_decimal_of(yq_decimal_from_int(price));
	return o;
}

/* What a flat makes: it closes so much at most. */
static struct yq_order
exit_order(const char *qty)
{
	struct yq_order o = gateway_order(YQ_SELL, "AAPL", qty);

	o.reduce_only = true;
	o.cut_to_held = true;
	return o;
}

static void
hold(const char *qty)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", qty);

	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
}

static void
test_a_leg_waits_until_the_one_before_it_is_over(void **unused)
{
	struct yq_order legs[2] = { limit_order(YQ_BUY, "10", 90),
		gateway_order(YQ_BUY, "AAPL", "5") };
	struct yq_order beside = gateway_order(YQ_BUY, "MSFT", "1");

	(void)unused;
	legs[1].after = legs[0].id;
	gateway_start(QUIET);
	gateway_submit_many(legs, 2);
	gateway_await_state(&legs[0].id, "Open");
	gateway_submit(&beside);
	gateway_await_state(&beside.id, "Filled"); /* time has passed, and others go on */
	assert_field(&legs[1], "State", "Pending");
	gateway_cancel(&legs[0]);
	gateway_await_state(&legs[1].id, "Filled");
	assert_field(&legs[0], "State", "Canceled");
	gateway_await_quiet(30);
	gateway_assert_books_equal();
	gateway_stop();
}

static void
test_nothing_is_opened_beside_what_the_leg_before_left(void **unused)
{
	struct yq_order legs[2] = { limit_order(YQ_SELL, "10", 200),
		gateway_order(YQ_SELL, "AAPL", "5") };

	(void)unused;
	legs[0].reduce_only = legs[0].cut_to_held = true;
	legs[1].after = legs[0].id;
	gateway_start(QUIET);
	hold("10");
	gateway_submit_many(legs, 2);
	gateway_await_state(&legs[0].id, "Open");
	gateway_kill(); /* it waits still in the next life */
	gateway_start(QUIET);
	assert_field(&legs[1], "State", "Pending");
	gateway_cancel(&legs[0]);
	gateway_await_state(&legs[1].id, "Rejected");
	assert_says(&legs[1], "LastError", "LEG: ");
	assert_says(&legs[1], "LastError", "10 of AAPL are held");
	gateway_await_quiet(30);
	gateway_assert_books_equal();
	gateway_stop();
}

/* The entry rests; the flat withdraws it, and closes what came of it: nothing. */
static void
test_an_exit_ends_unsent_where_nothing_came_of_its_entry(void **unused)
{
	struct yq_order entry = limit_order(YQ_BUY, "10", 90), exit = exit_order("10");

	(void)unused;
	gateway_start(SLOW);
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Open");
	gateway_cancel(&entry);
	gateway_submit(&exit);
	gateway_await_state(&exit.id, "Canceled");
	assert_field(&entry, "State", "Canceled");
	assert_field(&exit, "ClaimedAt", ""); /* never on its way to the broker */
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 0);
	gateway_stop();
}

static void
test_an_exit_is_cut_to_what_is_held(void **unused)
{
	struct yq_order entry = limit_order(YQ_BUY, "10", 90), exit = exit_order("13");

	(void)unused;
	gateway_start(SLOW);
	hold("3");
	gateway_submit(&entry);
	gateway_await_state(&entry.id, "Open");
	gateway_cancel(&entry);
	gateway_submit(&exit);
	gateway_await_state(&exit.id, "Filled");
	assert_field(&exit, "Filled", "3");
	assert_says(&exit, "Order", "\"Qty\":3,");
	gateway_await_quiet(30);
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	assert_int_equal(gateway_assert_books_equal(), 2);
	gateway_stop();
}

/* At the market the entry is on its way: what closes it waits, and finds all of it. */
static void
test_an_exit_that_overtakes_its_entry_closes_all_of_it(void **unused)
{
	struct yq_order orders[2] = { gateway_order(YQ_BUY, "AAPL", "10"), exit_order("10") };

	(void)unused;
	gateway_start(SLOW);
	gateway_submit_many(orders, 2);
	gateway_await_state(&orders[1].id, "Filled");
	assert_field(&orders[1], "Filled", "10");
	gateway_await_quiet(30);
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS position:Paper"), 0);
	assert_int_equal(gateway_assert_books_equal(), 2);
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_leg_waits_until_the_one_before_it_is_over),
		TEST(test_nothing_is_opened_beside_what_the_leg_before_left),
		TEST(test_an_exit_ends_unsent_where_nothing_came_of_its_entry),
		TEST(test_an_exit_is_cut_to_what_is_held),
		TEST(test_an_exit_that_overtakes_its_entry_closes_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
