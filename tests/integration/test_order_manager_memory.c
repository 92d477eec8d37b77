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

static void
test_memory_stays_small_and_flat(void **state)
{
	const char *asked = getenv("YQ_TEST_SIGNALS");
	unsigned total = asked == NULL ? 6000 : (unsigned)strtoul(asked, NULL, 10);
	struct yq_signal *signals = calloc(ROUND, sizeof(*signals));
	struct yq_valkey_sync *gateway = valkey_fixture_sync(&server, YQ_PROGRAM_GATEWAY);
	long settled = 0, resident;
	char words[64];

	(void)state;
	om_account("Paper", "100000000.00");
	print_message("# at start: %ld KiB\n", om_resident_kib());
	for (unsigned first = 0; first + ROUND <= total; first += ROUND) {
		for (unsigned i = 0; i < ROUND; i++)
			signals[i] = om_signal(first + i);
		om_accept(signals, ROUND);
		yq_str_format(words, sizeof(words), "SCARD order:open");
		om_await(words, (long long)first + ROUND, 10000);
		publish_fills(gateway, first);
		resident = om_resident_kib();
		if (first < total / 2 || settled == 0)
			settled = resident;
		if ((first + ROUND) % 10000 == 0 || first + 2 * ROUND > total)
			print_message("# after %u: %ld KiB\n", first + ROUND, resident);
	}
	om_await_count("SELECT COUNT(*) FROM ORDERS", total - total % ROUND, 120000);
	resident = om_resident_kib();
	print_message("# at the end: %ld KiB\n", resident);
	assert_true(SANITIZED || resident < RESIDENT_KIB);
	assert_true(SANITIZED || resident - settled < GROWTH_KIB);
	yq_valkey_sync_close(gateway);
	free(signals);
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
