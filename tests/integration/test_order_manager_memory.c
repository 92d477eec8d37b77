/*
 * test_order_manager_memory.c - however many signals and orders go through, the program stays
 * small.
 *
 * YQ_TEST_SIGNALS asks for more of them than the few thousand of a plain run.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/message.h"
#include "order_manager_fixture.h"
#include "sanitized.h"

#define ROUND	     500
#define GROWTH_KIB   1024
#define RESIDENT_KIB (64 * 1024) /* with the engine's page cache and libraries */

/* Say of each order that it is filled, as the gateway does on the channel. */
static void
publish_fills(struct yq_valkey_sync *gateway, unsigned first)
{
	for (unsigned i = 0; i < ROUND; i++) {
		struct yq_signal signal = om_signal(first + i);
		struct yq_execution execution = {
			.is_success = true,
			.order_id = yq_order_id_of(&signal.id, "Paper", 0),
			.status = YQ_ORDER_FILLED,
			.account_alias = "Paper",
			.ticker = "AAPL",
			.exchange = YQ_NASDAQ,
			.currency = YQ_USD,
			.qty = yq_decimal_from_int(1),
			.filled_qty = yq_decimal_from_int(1),
			.sequence = 1,
			.timestamp_us = 1,
		};
		YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
		const char *argv[] = { "PUBLISH", yq_key_name(YQ_KEY_EXECUTION), NULL };
		struct yq_err err;

		yq_message_encode_execution(&execution, &payload);
		argv[2] = yq_buf_text(&payload);
		assert_int_equal(
		    yq_valkey_sync_command(gateway, 3, argv, NULL, 5000, NULL, &err), YQ_OK);
	}
}

/*
 * Rounds `from` to `to` until all of it is archived; returns the most that was resident after one
 * of them.  The most, because what is freed goes back to the system only now and then, and the
 * archive works behind the decisions: at a moment between, its batches may not have been yet.
 */
static long
go_through(struct yq_valkey_sync *gateway, unsigned from, unsigned to)
{
	struct yq_signal *signals = calloc(ROUND, sizeof(*signals));
	long most = 0, resident;
	char words[64];

	for (unsigned round = from; round < to; round++) {
		for (unsigned i = 0; i < ROUND; i++)
			signals[i] = om_signal(round * ROUND + i);
		om_accept(signals, ROUND);
		yq_str_format(words, sizeof(words), "SCARD order:open");
		om_await(words, (round + 1LL) * ROUND, 10000);
		publish_fills(gateway, round * ROUND);
		resident = om_resident_kib();
		most = resident > most ? resident : most;
	}
	om_await_count("SELECT COUNT(*) FROM ORDERS", (long long)to * ROUND, 120000);
	resident = om_resident_kib();
	most = resident > most ? resident : most;
	print_message("# up to %u: %ld KiB at most\n", to * ROUND, most);
	free(signals);
	return most;
}

static void
test_memory_stays_small_and_flat(void **state)
{
	const char *asked = getenv("YQ_TEST_SIGNALS");
	unsigned rounds = (asked == NULL ? 6000 : (unsigned)strtoul(asked, NULL, 10)) / ROUND;
	struct yq_valkey_sync *gateway = valkey_fixture_sync(&server, YQ_PROGRAM_GATEWAY);
	long half, whole;

	(void)state;
	om_account("Paper", "100000000.00");
	print_message("# at start: %ld KiB\n", om_resident_kib());
	half = go_through(gateway, 0, rounds / 2);
	whole = go_through(gateway, rounds / 2, rounds);
	assert_true(SANITIZED || whole < RESIDENT_KIB);
	assert_true(SANITIZED || whole - half < GROWTH_KIB);
	yq_valkey_sync_close(gateway);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { OM_TEST(test_memory_stays_small_and_flat) };
	int failed;

	om_begin(argc, argv);
	failed = cmocka_run_group_tests(tests, steps_start, steps_end);
	om_finish();
	return failed;
}
