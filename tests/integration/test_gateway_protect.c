/* test_gateway_protect.c - brackets that a person asks for, and brackets in a closed market. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bracket_fixture.h"

/* Ten held, and their stop at the broker, when the market closes: the gateway's process. */
static int
open_and_close_market(struct yq_order *entry, struct yq_id *stop)
{
	bracket_open(entry, "10");
	*stop = bracket_stop(entry, 1);
	gateway_await_state(stop, "Open");
	return gateway_go_on_closed();
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
	pid = open_and_close_market(&entry, &stop);
	gateway_submit(&sell);
	gateway_await_state(&sell.id, "Rejected");
	assert_int_equal(gateway_log_count("it gives way"), 0);
	bracket_assert_field(&stop, "State", "Open");
	gateway_end(pid);
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

	o.exits.take_profit = bracket_price(profit);
	o.exits.stop_loss = bracket_price(loss);
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
	gateway_start(BRACKET_QUIET);
	wrong = protect("10", "110", "90"); /* nothing is held */
	gateway_await_told("was not protected");
	gateway_submit(&bought);
	gateway_await_state(&bought.id, "Filled");
	first = protect("10", "110", "90");
	bracket_await_resting(&first, 10);
	second = protect("10", "120", "95"); /* takes its place */
	bracket_await_resting(&second, 10);
	bracket_await_over(&first, "what it protects is no longer held");
	gateway_kill_and_release();
	gateway_start(BRACKET_QUIET);
	bracket_await_resting(&second, 10);
	bracket_tick("94");
	bracket_await_over(&second, "the stop-loss filled");
	assert_int_equal(valkey_do_int(fixture.console, "SCARD bracket:open"), 0);
	assert_false(yq_id_equal(&wrong.id, &first.id));
	gateway_await_quiet(10);
	gateway_stop();
}

/* What the older one has there is gone before the newer one's is sent: the broker would refuse it.
 */
static void
test_a_newer_protection_waits_for_the_shares_of_the_older(void **unused)
{
	struct yq_order entry = bracket_entry("10"), newer;
	struct yq_id stop = bracket_stop(&entry, 1);

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"LatencyMs\":700}");
	gateway_submit(&entry);
	/* It is there, and canceled when the broker has said so. */
	gateway_await_state(&stop, "Submitting");
	newer = protect("10", "110", "95");
	bracket_await_resting(&newer, 10);
	gateway_await_state(&stop, "Canceled");
	assert_int_equal(gateway_log_count("came to nothing"), 0);
	assert_int_equal(gateway_told_count("is without its"), 0);
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
	pid = open_and_close_market(&entry, &stop);
	part = protect("4", "110", "95");
	yq_str_format(words, sizeof(words), "SISMEMBER bracket:open %s", part.id.text);
	for (int i = 0; i < 3000 && valkey_do_int(fixture.console, words) == 0; i++)
		usleep(10000);
	usleep(2500000); /* it is looked at every second */
	assert_int_equal(yq_decimal_cmp(bracket_resting(&entry), yq_decimal_from_int(10)), 0);
	assert_int_equal(yq_decimal_cmp(bracket_resting(&part), YQ_DECIMAL_ZERO), 0);
	gateway_end(pid);
	/* It opens. */
	if (valkey_do_int(fixture.console, "EXISTS lease:Paper") == 1)
		yq_reply_free(valkey_do(fixture.console, "HSET lease:Paper ExpiresAt 0"));
	gateway_start(BRACKET_QUIET);
	bracket_await_resting(&part, 4);
	bracket_await_resting(&entry, 6);
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_nothing_gives_way_to_an_order_in_a_closed_market),
		TEST(test_what_is_held_is_protected_when_asked_for),
		TEST(test_a_newer_protection_waits_for_the_shares_of_the_older),
		TEST(test_a_protection_asked_for_in_a_closed_market_waits_and_the_older_stop_rests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
