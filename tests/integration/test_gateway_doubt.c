/* test_gateway_doubt.c - an order of which nobody knows what became of it: looked for, told of, and
 * never taken for another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/table.h"
#include "gateway_doubt.h"

#define SILENT "{\"WalkBps\":0,\"ClientIds\":false,\"SilentRate\":1}"

/* ---- evidence by matching ---- */

static void
test_the_only_order_that_could_be_it_is_it(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_start(SILENT);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Unknown");
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 1);
	assert_int_equal(doubt_notices("Critical", ""), 0); /* it was known in time */
	gateway_stop();
}

/* An order of which the paper broker answers, or not, at a SilentRate of one half. */
static struct yq_order
twin(bool silent)
{
	struct yq_order o;

	do {
		o = gateway_order(YQ_BUY, "AAPL", "10");
	} while (
	    (yq_table_hash_join(1, yq_table_hash_text(o.id.text)) % 1000000 < 500000) != silent);
	return o;
}

static void
test_what_another_order_owns_is_not_taken_for_it(void **unused)
{
	struct yq_order loud = twin(false), silent = twin(true);

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"ClientIds\":false,\"SilentRate\":0.5}");
	gateway_submit(&loud);
	gateway_await_state(&loud.id, "Filled");
	gateway_submit(&silent);
	gateway_await_state(&silent.id, "Unknown");
	gateway_await_state(&silent.id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 2);
	gateway_stop();
}

/* The same, of an order that never was at the broker, by a gateway that has forgotten the other. */
static void
test_an_order_that_never_was_there_is_not_taken_for_another(void **unused)
{
	struct yq_order there = gateway_order(YQ_BUY, "AAPL", "10"), lost;

	(void)unused;
	gateway_start(NO_IDS);
	gateway_submit(&there);
	gateway_await_state(&there.id, "Filled");
	gateway_await_quiet(30);
	gateway_stop();
	fixture.alert_s = 1;
	lost = doubt_leave("AAPL", "10");
	gateway_start(NO_IDS);
	gateway_await_state(&lost.id, "Unknown");
	doubt_await_notice("Critical", "the broker tells of no order that could be it");
	doubt_assert_field(&lost.id, "State", "Unknown");
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

/* What a person gave to one order is no evidence for the next. */
static void
test_what_a_person_said_is_not_taken_for_another(void **unused)
{
	char number[YQ_BROKER_ORDER_ID_SIZE];
	struct yq_order there, lost;

	(void)unused;
	gateway_start(SILENT);
	there = doubt_execute(number);
	(void)doubt_resolve(&there, YQ_RESOLVED_FILLED, "10", "100", number);
	gateway_await_state(&there.id, "Filled");
	gateway_await_quiet(30);
	gateway_stop();
	fixture.alert_s = 1;
	lost = doubt_leave("AAPL", "10");
	gateway_start(NO_IDS);
	doubt_await_notice("Critical", "the broker tells of no order that could be it");
	doubt_assert_field(&lost.id, "State", "Unknown");
	doubt_await_cash("999000.00");
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

static void
test_several_that_could_be_it_are_named_and_one_known_settles_the_other(void **unused)
{
	struct yq_order twins[2] = { gateway_order(YQ_BUY, "AAPL", "10"),
		gateway_order(YQ_BUY, "AAPL", "10") };
	struct yq_resolution said;

	(void)unused;
	fixture.alert_s = 7; /* asked once by then */
	gateway_start("{\"WalkBps\":0,\"ClientIds\":false,\"SilentRate\":1,\"LatencyMs\":700}");
	gateway_submit_many(twins, 2); /* both are on their way before either is unknown */
	gateway_await_state(&twins[0].id, "Unknown");
	gateway_await_state(&twins[1].id, "Unknown");
	doubt_await_notice("Critical", "it may be any of 2: ");
	doubt_assert_field(&twins[0].id, "State", "Unknown");
	{
		struct yq_paper_book *book = gateway_paper_book();
		const struct yq_paper_order *o = yq_paper_find(book, &twins[0].id);
		char number[YQ_BROKER_ORDER_ID_SIZE];

		yq_paper_order_number(book, o->number, number);
		said = doubt_resolve(&twins[0], YQ_RESOLVED_FILLED, "10", "100", number);
		yq_paper_book_free(book);
	}
	doubt_await_word(&said, "Filled, 10 of 10 at 100");
	gateway_await_state(&twins[1].id, "Filled"); /* one is left that could be it */
	gateway_await_quiet(30);
	doubt_await_cash("998000.00");
	assert_int_equal(gateway_assert_books_equal(), 2);
	gateway_stop();
}

/* ---- telling ---- */

static void
test_it_is_told_with_what_to_do_while_its_lane_waits(void **unused)
{
	struct yq_order lost = doubt_leave("AAPL", "10"), behind, beside;
	char words[128], state[64];

	(void)unused;
	fixture.alert_s = 1;
	gateway_start(NO_IDS);
	behind = gateway_order(YQ_BUY, "AAPL", "1");
	beside = gateway_order(YQ_BUY, "MSFT", "1");
	gateway_submit(&behind);
	gateway_submit(&beside);
	gateway_await_state(&beside.id, "Filled");
	yq_str_format(words, sizeof(words), "yq order resolve %s filled --qty 10", lost.id.text);
	doubt_await_notice("Critical", words);
	assert_int_equal(doubt_notices("Critical", "Buy 10 AAPL (Market, NASDAQ) on Paper"), 1);
	gateway_field(&behind.id, "State", state, sizeof(state));
	assert_string_equal(state, "Pending");
	gateway_field(&lost.id, "AlarmedAt", state, sizeof(state));
	assert_true(state[0] != '\0');
	/* Once, also over restarts. */
	gateway_stop();
	gateway_start(NO_IDS);
	usleep(3000000);
	assert_int_equal(doubt_notices("Critical", words), 1);
	(void)doubt_resolve(&lost, YQ_RESOLVED_REJECTED, NULL, NULL, NULL);
	gateway_await_state(&behind.id, "Filled");
	doubt_await_notice("Info", "is known again");
	assert_int_equal(doubt_notices("Info", "is known again"), 1);
	gateway_await_quiet(30);
	gateway_stop();
}

static void
test_it_is_told_again_after_a_while(void **unused)
{
	struct yq_order lost = doubt_leave("AAPL", "10");
	char words[160];

	(void)unused;
	fixture.alert_s = 1;
	gateway_start(NO_IDS);
	doubt_await_notice("Critical", "yq order resolve");
	gateway_stop();
	/* A gateway that begins an hour later. */
	yq_str_format(words, sizeof(words),
	    "HSET order:%s AlarmedAt 2026-01-01T00:00:00.000000Z UnknownAt "
	    "2026-01-01T00:00:00.000000Z",
	    lost.id.text);
	yq_reply_free(valkey_do(fixture.console, words));
	gateway_start(NO_IDS);
	doubt_await_notice("Critical", "since 2026-01-01T00:00:00");
	gateway_stop();
}

static void
test_many_are_told_of_together(void **unused)
{
	enum { LOST = 9 };
	char ticker[8];

	(void)unused;
	fixture.alert_s = 2;
	for (int i = 0; i < LOST; i++) {
		yq_str_format(ticker, sizeof(ticker), "T%d", i);
		(void)doubt_leave(ticker, "1");
	}
	gateway_start(NO_IDS);
	doubt_await_notice("Critical", "more orders on Paper are Unknown");
	assert_true(doubt_notices("Critical", "yq order resolve") <= 6);
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_only_order_that_could_be_it_is_it),
		TEST(test_what_another_order_owns_is_not_taken_for_it),
		TEST(test_an_order_that_never_was_there_is_not_taken_for_another),
		TEST(test_what_a_person_said_is_not_taken_for_another),
		TEST(test_several_that_could_be_it_are_named_and_one_known_settles_the_other),
		TEST(test_it_is_told_with_what_to_do_while_its_lane_waits),
		TEST(test_it_is_told_again_after_a_while),
		TEST(test_many_are_told_of_together),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
