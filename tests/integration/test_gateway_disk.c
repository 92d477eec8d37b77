/*
 * test_gateway_disk.c - yq-broker-gateway when a disk is full: Valkey's, or the one with the paper
 * broker's journal.  What is executed is booked once; what is not in the journal was not executed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "disk.h"
#include "gateway_fixture.h"

#define ORDERS 8

static void
submit_some(struct yq_order orders[ORDERS])
{
	for (size_t i = 0; i < ORDERS; i++)
		orders[i] = gateway_order(YQ_BUY, i % 2 == 0 ? "AAPL" : "MSFT", "1");
	gateway_submit_many(orders, ORDERS);
}

static void
connect_again(void)
{
	yq_valkey_sync_close(fixture.console);
	fixture.console = valkey_fixture_sync(&fixture.valkey, YQ_PROGRAM_CONSOLE);
}

static size_t
executions(void)
{
	struct yq_paper_book *book = gateway_paper_book();
	size_t count = gateway_count_fills(book);

	yq_paper_book_free(book);
	return count;
}

/* Executed, and then Valkey cannot take it down: it ends, and comes back on the full disk. */
static void
test_a_full_disk_below_valkey_books_each_execution_once(void **unused)
{
	struct yq_order orders[ORDERS];

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"LatencyMs\":300}");
	submit_some(orders);
	for (int i = 0; i < 1000 && executions() < ORDERS; i++)
		usleep(2000);
	disk_fill_valkey(&fixture.valkey, 64);
	disk_keep_valkey(&fixture.valkey, 3);
	connect_again();
	for (size_t i = 0; i < ORDERS; i++)
		gateway_await_state(&orders[i].id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), ORDERS);
	assert_int_equal(valkey_do_int(fixture.console, "XLEN execution:stream"), ORDERS);
	gateway_stop();
}

static void
test_what_the_journal_has_no_room_for_is_not_executed_before_there_is(void **unused)
{
	struct yq_order orders[ORDERS], later;
	char journal[160], state[64];

	(void)unused;
	gateway_start("{\"WalkBps\":0}");
	yq_str_format(journal, sizeof(journal), "%s/paper/Paper.journal", fixture.folder);
	disk_fill(fixture.pid, journal, 100); /* half a line */
	submit_some(orders);
	usleep(1500000);
	assert_int_equal(executions(), 0);
	for (size_t i = 0; i < ORDERS; i++) {
		gateway_field(&orders[i].id, "State", state, sizeof(state));
		assert_string_not_equal(state, "Filled");
		assert_string_not_equal(state, "Rejected"); /* nobody refused it */
	}
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 0);
	disk_make_room(fixture.pid);
	for (size_t i = 0; i < ORDERS; i++)
		gateway_await_state(&orders[i].id, "Filled");
	later = gateway_order(YQ_BUY, "AAPL", "2");
	gateway_submit(&later);
	gateway_await_state(&later.id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), ORDERS + 1);
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_full_disk_below_valkey_books_each_execution_once),
		TEST(test_what_the_journal_has_no_room_for_is_not_executed_before_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
