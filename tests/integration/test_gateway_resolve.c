/* test_gateway_resolve.c - what a person says of an order in doubt: carried out once, and compared
 * with what the broker says before, after and at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway_doubt.h"

static void
test_filled_is_booked_everywhere_under_an_id_of_its_own(void **unused)
{
	struct yq_order lost = doubt_leave("AAPL", "10");
	struct yq_resolution said;
	char text[1024], field[128];

	(void)unused;
	gateway_start(NO_IDS);
	gateway_await_state(&lost.id, "Unknown");
	said = doubt_said(&lost, YQ_RESOLVED_FILLED, "10", "99.5", "B-7");
	said.commission = yq_opt_decimal_of(yq_decimal_from_int(3));
	doubt_submit(&said, YQ_SUBMITTED);
	doubt_submit(&said, YQ_DUPLICATE);
	doubt_await_word(&said, "Filled, 10 of 10 at 99.5");
	gateway_await_quiet(30);
	doubt_assert_field(&lost.id, "State", "Filled");
	doubt_assert_field(&lost.id, "BrokerOrderId", "B-7");
	doubt_assert_field(&lost.id, "ManualLeft", "10");
	yq_str_format(field, sizeof(field), "Exec:manual:%s:1", lost.id.text);
	doubt_assert_field(&lost.id, field, "1");
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 1);
	valkey_do_text(fixture.console, "LINDEX trades:queue 0", text, sizeof(text));
	assert_non_null(strstr(text, "\"Commission\":3"));
	assert_non_null(strstr(text, "\"ExecutedPrice\":99.5"));
	assert_int_equal(valkey_do_int(fixture.console, "SCARD order:open"), 0);
	gateway_stop();
}

static void
test_rejected_and_canceled_release_what_was_reserved(void **unused)
{
	struct yq_order lost[2] = { doubt_leave("AAPL", "5000"), doubt_leave("MSFT", "4900") };
	struct yq_resolution said;
	struct yq_order next;

	(void)unused;
	gateway_start(NO_IDS);
	gateway_await_state(&lost[0].id, "Unknown");
	gateway_await_state(&lost[1].id, "Unknown");
	said = doubt_resolve(&lost[0], YQ_RESOLVED_REJECTED, NULL, NULL, NULL);
	doubt_await_word(&said, "applied: Rejected");
	said = doubt_resolve(&lost[1], YQ_RESOLVED_CANCELED, NULL, NULL, NULL);
	doubt_await_word(&said, "applied: Canceled");
	next = gateway_order(YQ_BUY, "AAPL", "900");
	gateway_submit(&next);
	gateway_await_state(&next.id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

static void
test_canceled_after_a_part_was_filled_is_one_step(void **unused)
{
	struct yq_order lost = doubt_leave("AAPL", "10");
	struct yq_resolution said;

	(void)unused;
	gateway_start(NO_IDS);
	gateway_await_state(&lost.id, "Unknown");
	said = doubt_resolve(&lost, YQ_RESOLVED_CANCELED, "4", "100", "B-7");
	doubt_await_word(&said, "applied: Canceled, 4 of 10 at 100");
	gateway_await_quiet(30);
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 1);
	gateway_stop();
}

/* The person knows of a part; what the broker tells of then is more. */
static void
test_what_the_broker_tells_later_is_booked_but_for_what_was_said(void **unused)
{
	char number[YQ_BROKER_ORDER_ID_SIZE];
	struct yq_resolution said;
	struct yq_order o;

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"ClientIds\":false,\"SilentRate\":1}");
	o = doubt_execute(number);
	said = doubt_resolve(&o, YQ_RESOLVED_FILLED, "4", "100", number);
	doubt_await_word(&said, "applied: PartiallyFilled, 4 of 10 at 100");
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(30);
	doubt_assert_field(&o.id, "Filled", "10");
	doubt_assert_field(&o.id, "ManualLeft", "0");
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 2);
	doubt_await_notice("Info", "4 of it were booked by hand at 100 and are not booked again");
	assert_int_equal(doubt_notices("Critical", "booked by hand"), 0);
	gateway_stop();
}

/*
 * The broker tells of its executions after the person has spoken: one said it was filled at another
 * price, of the other that it never was.
 */
static void
test_a_person_who_was_wrong_is_told_and_nothing_counts_twice(void **unused)
{
	struct yq_order filled = gateway_order(YQ_BUY, "AAPL", "10"),
			rejected = gateway_order(YQ_BUY, "MSFT", "10");

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"SilentRate\":1,\"LatencyMs\":1500}");
	gateway_submit(&filled);
	gateway_submit(&rejected);
	gateway_await_state(&filled.id, "Unknown");
	gateway_await_state(&rejected.id, "Unknown");
	(void)doubt_resolve(&filled, YQ_RESOLVED_FILLED, "10", "99", NULL);
	(void)doubt_resolve(&rejected, YQ_RESOLVED_REJECTED, NULL, NULL, NULL);
	gateway_await_state(&filled.id, "Filled");
	gateway_await_state(&rejected.id, "Rejected");
	gateway_await_state(&rejected.id, "Filled"); /* the broker's book is the truth */
	doubt_await_notice("Critical", "10 of it were booked by hand at 99");
	doubt_await_notice("Critical", "was resolved as Rejected by hand, but the broker tells");
	gateway_await_quiet(30);
	doubt_assert_field(&filled.id, "Filled", "10");
	doubt_assert_field(&rejected.id, "Filled", "10");
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 2);
	doubt_await_cash("998000.00"); /* 2 x 10 x 100 */
	gateway_stop();
}

static void
test_what_is_known_is_not_resolved(void **unused)
{
	struct yq_order filled = gateway_order(YQ_BUY, "AAPL", "10"),
			open = gateway_order(YQ_BUY, "MSFT", "10"), lost;
	struct yq_resolution said;

	(void)unused;
	lost = doubt_leave("NVDA", "10");
	gateway_start(NO_IDS);
	gateway_submit(&filled);
	gateway_await_state(&filled.id, "Filled");
	said = doubt_said(&filled, YQ_RESOLVED_REJECTED, NULL, NULL, NULL);
	doubt_submit(&said, YQ_CLOSED);
	open.type = YQ_TYPE_LIMIT;
	open.price = yq_opt_decimal_of(yq_decimal_from_int(90));
	gateway_submit(&open);
	gateway_await_state(&open.id, "Open");
	said = doubt_resolve(&open, YQ_RESOLVED_REJECTED, NULL, NULL, NULL);
	doubt_await_word(&said, "refused: the order is Open");
	gateway_await_state(&lost.id, "Unknown");
	said = doubt_resolve(&lost, YQ_RESOLVED_FILLED, "11", "100", NULL);
	doubt_await_word(&said, "refused: only 10 of the order is open");
	said = doubt_resolve(&lost, YQ_RESOLVED_FILLED, "10", "100", NULL);
	doubt_await_word(&said, "say under which id");
	said = doubt_resolve(&lost, YQ_RESOLVED_OPEN, NULL, NULL, NULL);
	doubt_await_word(&said, "refused: under which id");
	doubt_assert_field(&lost.id, "State", "Unknown");
	assert_int_equal(gateway_pending(), 0);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

/* The broker does not know the id that was given: it is in doubt again, and can be resolved. */
static void
test_what_the_broker_never_had_can_be_resolved(void **unused)
{
	struct yq_order lost = doubt_leave("AAPL", "10");
	struct yq_resolution said;

	(void)unused;
	fixture.alert_s = 1;
	gateway_start(NO_IDS);
	gateway_await_state(&lost.id, "Unknown");
	said = doubt_resolve(&lost, YQ_RESOLVED_OPEN, NULL, NULL, "bogus");
	doubt_await_word(&said, "applied: Open");
	doubt_await_notice("Critical", "it is open here, but the broker says it never had it");
	said = doubt_resolve(&lost, YQ_RESOLVED_CANCELED, NULL, NULL, NULL);
	doubt_await_word(&said, "applied: Canceled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 0);
	gateway_stop();
}

static void
test_an_order_that_is_open_is_followed_under_its_id(void **unused)
{
	char number[YQ_BROKER_ORDER_ID_SIZE];
	struct yq_resolution said;
	struct yq_order o;

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"ClientIds\":false,\"SilentRate\":1}");
	o = doubt_execute(number);
	said = doubt_resolve(&o, YQ_RESOLVED_OPEN, NULL, NULL, number);
	doubt_await_word(&said, "applied: Open");
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

/* What is said of an order that is not in hand is not forgotten before it is known what it is. */
static void
test_a_request_about_an_order_that_is_not_here_waits_for_it(void **unused)
{
	struct yq_order away = gateway_order(YQ_BUY, "AAPL", "10");
	struct yq_resolution said;
	char words[128];

	(void)unused;
	gateway_submit(&away);
	(void)valkey_do_int(fixture.console, "XTRIM order:stream MAXLEN 0");
	said = doubt_resolve(&away, YQ_RESOLVED_REJECTED, NULL, NULL, NULL);
	yq_str_format(words, sizeof(words), "SREM order:open %s", away.id.text);
	assert_int_equal(valkey_do_int(fixture.console, words), 1);
	gateway_start(NO_IDS);
	usleep(1500000);
	yq_str_format(words, sizeof(words), "HSET order:%s State Canceled", away.id.text);
	assert_int_equal(valkey_do_int(fixture.console, words), 0);
	doubt_await_word(&said, "refused");
	gateway_await_quiet(30);
	gateway_stop();
}

/* The same entry again, as often as one likes. */
static void
test_a_request_that_comes_again_is_carried_out_once(void **unused)
{
	struct yq_order lost = doubt_leave("AAPL", "10");
	struct yq_resolution said;

	(void)unused;
	gateway_start(NO_IDS);
	gateway_await_state(&lost.id, "Unknown");
	said = doubt_resolve(&lost, YQ_RESOLVED_FILLED, "10", "100", "B-7");
	doubt_await_word(&said, "applied");
	gateway_kill();
	yq_reply_free(valkey_do(fixture.console, "XGROUP SETID order:stream broker-gateway 0"));
	gateway_start(NO_IDS);
	gateway_await_quiet(30);
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 1);
	assert_int_equal(doubt_notices("Warning", "not resolved"), 0);
	doubt_await_word(&said, "applied");
	gateway_stop();
}

static const char *
ticker_of(int i, char text[8])
{
	yq_str_format(text, 8, "T%d", i);
	return text;
}

static void
test_killed_at_any_moment_what_was_said_is_carried_out_once(void **unused)
{
	enum { ORDERS = 12 };
	struct yq_order lost[ORDERS];
	struct yq_resolution said[ORDERS];
	char ticker[8], field[128];

	(void)unused;
	srand(11);
	for (int i = 0; i < ORDERS; i++) {
		lost[i] = doubt_leave(ticker_of(i, ticker), "3");
	}
	gateway_start_only(NO_IDS);
	for (int i = 0; i < ORDERS; i++)
		gateway_await_state(&lost[i].id, "Unknown");
	for (int i = 0; i < ORDERS; i++) {
		said[i] =
		    doubt_resolve(&lost[i], i % 3 == 2 ? YQ_RESOLVED_CANCELED : YQ_RESOLVED_FILLED,
			i % 3 == 2 ? "1" : "3", "100", ticker_of(i, ticker));
		if (i % 4 != 3)
			continue;
		usleep((useconds_t)(rand() % 4000));
		gateway_kill();
		gateway_start_only(NO_IDS);
	}
	for (int i = 0; i < ORDERS; i++) {
		doubt_await_word(&said[i], "applied: ");
		yq_str_format(field, sizeof(field), "Exec:manual:%s:1", lost[i].id.text);
		doubt_assert_field(&lost[i].id, field, "1");
		yq_str_format(field, sizeof(field), "Exec:manual:%s:2", lost[i].id.text);
		doubt_assert_field(&lost[i].id, field, "");
	}
	gateway_await_quiet(30);
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), ORDERS);
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_filled_is_booked_everywhere_under_an_id_of_its_own),
		TEST(test_rejected_and_canceled_release_what_was_reserved),
		TEST(test_canceled_after_a_part_was_filled_is_one_step),
		TEST(test_what_the_broker_tells_later_is_booked_but_for_what_was_said),
		TEST(test_a_person_who_was_wrong_is_told_and_nothing_counts_twice),
		TEST(test_what_is_known_is_not_resolved),
		TEST(test_what_the_broker_never_had_can_be_resolved),
		TEST(test_an_order_that_is_open_is_followed_under_its_id),
		TEST(test_a_request_about_an_order_that_is_not_here_waits_for_it),
		TEST(test_a_request_that_comes_again_is_carried_out_once),
		TEST(test_killed_at_any_moment_what_was_said_is_carried_out_once),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
