/* test_order_manager_sizers.c - signals sized by plug-ins: what they order, and whom they delay. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "order_manager_fixture.h"

#define LONG_MS 30000

/* The policy of strategy One, and of every other but Equity, becomes this plug-in. */
static void
configure(const char *how, const char *members)
{
	char path[512], sizing[900];

	assert_true(yq_str_format(path, sizeof(path), "%s/tests/integration/plugins/plugin_%s.so",
	    getenv("YQ_BUILD"), how));
	(void)chmod(path, 0755); /* as it is installed */
	assert_true(yq_str_format(sizing, sizeof(sizing),
	    "{\"Type\":\"Plugin\",\"MaxPortfolioAllocPct\":1,\"Plugin\":\"%s\"%s}", path, members));
	om_configure(sizing, NULL);
}

static void
begin(const char *how, const char *members)
{
	(void)om_stop(SIGKILL);
	configure(how, members);
	om_start();
	om_account("Paper", "100000");
	om_account("Alpha", "100000");
	om_price("AAPL", "100");
}

static struct yq_signal
signal_of(unsigned n, const char *strategy)
{
	struct yq_signal signal = om_signal(n);

	assert_true(yq_str_copy(signal.strategy, sizeof(signal.strategy), strategy));
	return signal;
}

static void
assert_verdict_says(const struct yq_signal *signal, const char *words)
{
	YQ_CLEANUP(yq_json_freep) yq_json *verdict = om_verdict(signal, LONG_MS);
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(1 << 20);
	struct yq_json_writer w = yq_json_writer_make(&text);

	yq_json_add_tree(&w, verdict);
	if (strstr(yq_buf_text(&text), words) == NULL)
		fail_msg("%s does not say \"%s\"", yq_buf_text(&text), words);
}

static void
test_a_plugin_sizes_an_order_and_the_verdict_tells_how(void **unused)
{
	struct yq_signal signal = om_signal(1);

	(void)unused;
	begin("good", ",\"DeadlineMs\":10000");
	om_accept(&signal, 1);
	om_expect(&signal, "ORDERED");
	assert_verdict_says(&signal, "plug-in hostile: 2; at most 1000 worth");
	assert_verdict_says(&signal, "two are enough");
	om_await("XLEN order:stream", 1, LONG_MS);
	assert_int_equal(om_end(), 0); /* and takes its plug-ins with it */
	om_start();
}

static void
test_a_crash_refuses_its_own_signal_and_tells_people(void **unused)
{
	struct yq_signal crashing = om_signal(1), after = signal_of(2, "Equity");

	(void)unused;
	begin("crash", ",\"DeadlineMs\":10000");
	om_accept(&crashing, 1);
	om_expect(&crashing, "SIZE_PLUGIN_FAILED");
	assert_verdict_says(&crashing, "it was ended by signal 11");
	om_accept(&after, 1);
	om_expect(&after, "ORDERED");
	assert_int_equal(om_notices("The sizing plug-in hostile failed"), 1);
}

/* Seconds of somebody's code are nobody else's. */
static void
test_a_slow_plugin_delays_its_own_signals_only(void **unused)
{
	struct yq_signal slow = om_signal(1), others[8];

	(void)unused;
	begin("loop", ",\"DeadlineMs\":2500");
	om_accept(&slow, 1);
	for (unsigned i = 0; i < 8; i++) {
		others[i] = signal_of(100 + i, "Equity");
		assert_true(yq_str_format(others[i].ticker, sizeof(others[i].ticker), "T%u", i));
		others[i].price = yq_opt_decimal_of(yq_decimal_from_int(100));
	}
	om_accept(others, 8);
	for (unsigned i = 0; i < 8; i++)
		om_expect(&others[i], "ORDERED");
	om_await("XLEN order:stream", 8, LONG_MS);
	om_expect(&slow, "SIZE_PLUGIN_FAILED");
	assert_verdict_says(&slow, "no answer within 2500 ms");
}

/* Signals that want the same accounts, alone and together, all at once: none waits for ever, and
 * each sees the cash that those before it left: 1600 is spent as 800, 400, 200 and 100. */
static void
test_every_signal_gets_its_turn(void **unused)
{
	static const char *const strategies[] = { "One", "Both", "Two" };
	struct yq_signal signals[15];

	(void)unused;
	begin("half", ",\"DeadlineMs\":10000");
	om_account("Paper", "1600");
	for (unsigned i = 0; i < YQ_COUNT(signals); i++) {
		signals[i] = signal_of(i, strategies[i % 3]);
		assert_true(yq_str_format(signals[i].ticker, sizeof(signals[i].ticker), "T%u", i));
		signals[i].price = yq_opt_decimal_of(yq_decimal_from_int(100));
	}
	om_accept(signals, YQ_COUNT(signals));
	for (unsigned i = 0; i < YQ_COUNT(signals); i++)
		yq_json_free(om_verdict(&signals[i], LONG_MS));
	/* Of ten for Paper four are a share or more; of ten for Alpha all. */
	om_await("XLEN order:stream", 4 + 10, LONG_MS);
}

static void
test_a_plugin_that_cannot_be_used_ends_the_start(void **unused)
{
	(void)unused;
	(void)om_stop(SIGKILL);
	configure("abi_2", "");
	om_launch();
	assert_int_equal(om_stop(0), 78);
	assert_true(om_log_has("OrderManager:Policies:Sizing:One:Plugin: expected a plug-in that "
			       "can be used (it is of ABI 2, expected 1)"));
	configure("good", "");
	om_start();
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OM_TEST(test_a_plugin_sizes_an_order_and_the_verdict_tells_how),
		OM_TEST(test_a_crash_refuses_its_own_signal_and_tells_people),
		OM_TEST(test_a_slow_plugin_delays_its_own_signals_only),
		OM_TEST(test_every_signal_gets_its_turn),
		OM_TEST(test_a_plugin_that_cannot_be_used_ends_the_start),
	};
	int failed;

	om_begin(argc, argv);
	failed = cmocka_run_group_tests(tests, steps_start, steps_end);
	om_finish();
	return failed;
}
