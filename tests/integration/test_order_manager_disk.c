/*
 * test_order_manager_disk.c - yq-order-manager when Firebird's disk is full: it decides as before,
 * what is to be archived waits in Valkey, and reaches the archive, each once, when there is room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/daemon.h"
#include "disk.h"
#include "order_manager_fixture.h"

#define TRADES	2000
#define SIGNALS 300

/* An engine in this process that could not write keeps its locks: the program ends with 75 when it
 * hangs on them, and whoever keeps it starts it again. */
static void
keep_running(unsigned ms)
{
	for (unsigned waited = 0; waited < ms; waited += 100) {
		int status = 0;

		if (waitpid(om.pid, &status, WNOHANG) == om.pid) {
			if (!WIFEXITED(status) || WEXITSTATUS(status) != YQ_EXIT_FORCED)
				fail_msg("it ended with status %d", status);
			om.pid = 0;
			om_start();
		}
		usleep(100000);
	}
}

static void
await_all(const char *sql, long long expected)
{
	for (int i = 0; i < 600 && om_count(sql) != expected; i++)
		keep_running(100);
	assert_int_equal(om_count(sql), expected);
}

static void
test_a_full_disk_below_firebird_stops_no_decision_and_loses_nothing(void **state)
{
	struct yq_signal *signals = calloc(SIGNALS, sizeof(*signals));
	bool served = om.firebird.served;

	(void)state;
	assert_non_null(signals);
	om_account("Paper", "100000000.00");
	om_push_trade(0, "1", "1");
	om_await_count("SELECT COUNT(*) FROM TRADES", 1, 30000);
	disk_fill(served ? om.firebird.server : om.pid, om.database.database, 0);
	for (unsigned i = 1; i < TRADES; i++)
		om_push_trade(i, "1", "1");
	for (unsigned i = 0; i < SIGNALS; i++)
		signals[i] = om_signal(i);
	om_accept(signals, SIGNALS);
	om_await("XLEN order:stream", SIGNALS, 30000);
	usleep(1500000);
	assert_true(valkey_do_int(console, "LLEN trades:queue") +
			valkey_do_int(console, "LLEN trades:processing") >
		    0);
	disk_make_room(served ? om.firebird.server : om.pid);
	await_all("SELECT COUNT(*) FROM TRADES", TRADES);
	await_all("SELECT COUNT(*) FROM SIGNALS WHERE VERDICT = 'ordered'", SIGNALS);
	await_all("SELECT COUNT(*) FROM ORDERS", SIGNALS);
	om_await("LLEN trades:processing", 0, 30000);
	om_await("LLEN trades:queue", 0, 30000);
	assert_int_equal(valkey_do_int(console, "LLEN trades:parked"), 0);
	free(signals);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OM_TEST(test_a_full_disk_below_firebird_stops_no_decision_and_loses_nothing),
	};
	int failed;

	setenv("OrderManager__ArchiveLimitSeconds", "3", 1);
	om_begin(argc, argv);
	failed = cmocka_run_group_tests(tests, steps_start, steps_end);
	om_finish();
	return failed;
}
