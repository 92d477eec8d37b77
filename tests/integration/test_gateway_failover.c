/* test_gateway_failover.c - Valkey's new master knows nothing of what the gateway did last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "cluster_fixture.h"
#include "gateway_fixture.h"

#define EXIT_ANEW   75
#define WITH_IDS    "{\"WalkBps\":0}"
#define WITHOUT_IDS "{\"WalkBps\":0,\"ClientIds\":false}"

static struct cluster cluster;

static int
set_up(void **state)
{
	(void)state;
	fixture = (struct gateway_fixture){ .folder = "/tmp/yq-gateway-XXXXXX" };
	assert_non_null(mkdtemp(fixture.folder));
	cluster_start(&cluster, 1);
	fixture.valkey = cluster.nodes[0];
	cluster_sentinels_text(&cluster, fixture.connection, sizeof(fixture.connection));
	fixture.console = valkey_fixture_sync(&cluster.nodes[0], YQ_PROGRAM_CONSOLE);
	return 0;
}

static int
tear_down(void **state)
{
	fixture.valkey = (struct valkey_fixture){ .pid = 0 }; /* the cluster's */
	gateway_tear_down(state);
	cluster_end(&cluster);
	return 0;
}

/* An order is executed behind the replica's back; then the replica is the master. */
static void
lose_what_is_done_with(const struct yq_order *o, const char *paper)
{
	gateway_submit(o);
	cluster_await_replica(&cluster, 0);
	cluster_cut_replica(&cluster);
	gateway_start(paper);
	gateway_await_state(&o->id, "Filled");
	gateway_await_quiet(30);
	yq_valkey_sync_close(fixture.console);
	cluster_fail_over_to_the_cut(&cluster);
	assert_int_equal(gateway_wait(), EXIT_ANEW); /* it sees that, and begins anew */
	fixture.console = valkey_fixture_sync(&cluster.nodes[1], YQ_PROGRAM_CONSOLE);
	gateway_await_state(&o->id, "Pending"); /* as if nobody had seen it */
}

/* What was executed meanwhile may be seen in the broker's cash before it is known as an execution.
 */
static void
await_cash(const char *expected)
{
	char text[64] = "";

	gateway_await_quiet(30);
	for (int i = 0; i < 3000 && !yq_str_equal(text, expected); i++) {
		valkey_do_text(fixture.console, "HGET deposit:Paper USD", text, sizeof(text));
		usleep(10000);
	}
}

static bool
log_has(const char *words)
{
	char path[160], line[1024];
	bool found = false;
	FILE *file;

	gateway_path("log", path);
	file = fopen(path, "re");
	assert_non_null(file);
	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = strstr(line, words) != NULL;
	(void)fclose(file);
	return found;
}

static void
taken_over_not_sent(const char *paper)
{
	struct yq_order lost = gateway_order(YQ_BUY, "AAPL", "10");
	struct yq_order fresh = gateway_order(YQ_BUY, "AAPL", "10");

	lose_what_is_done_with(&lost, paper);
	gateway_start(paper);
	gateway_await_state(&lost.id, "Filled");
	await_cash("999000.00");
	assert_int_equal(gateway_assert_books_equal(), 1);
	assert_true(log_has("it is taken over, not sent"));
	gateway_submit(&fresh); /* also asked about, and then sent */
	gateway_await_state(&fresh.id, "Filled");
	await_cash("998000.00");
	assert_int_equal(gateway_assert_books_equal(), 2);
	gateway_stop();
}

static void
test_an_order_that_only_the_old_master_knew_as_sent_is_taken_over_not_sent(void **unused)
{
	(void)unused;
	taken_over_not_sent(WITH_IDS);
}

static void
test_it_is_found_also_where_the_broker_keeps_no_ids_of_ours(void **unused)
{
	(void)unused;
	taken_over_not_sent(WITHOUT_IDS);
}

/* The one that saw the failover is gone too: the lease says which master was last seen. */
static void
test_a_gateway_that_was_not_there_asks_just_the_same(void **unused)
{
	struct yq_order lost = gateway_order(YQ_BUY, "AAPL", "10");

	(void)unused;
	gateway_submit(&lost);
	cluster_await_replica(&cluster, 0);
	cluster_cut_replica(&cluster);
	gateway_start(WITHOUT_IDS);
	gateway_await_state(&lost.id, "Filled");
	gateway_kill();
	yq_valkey_sync_close(fixture.console);
	cluster_fail_over_to_the_cut(&cluster);
	fixture.console = valkey_fixture_sync(&cluster.nodes[1], YQ_PROGRAM_CONSOLE);
	gateway_start(WITHOUT_IDS);
	gateway_await_state(&lost.id, "Filled");
	await_cash("999000.00");
	assert_int_equal(gateway_assert_books_equal(), 1);
	assert_true(log_has("it is taken over, not sent"));
	gateway_stop();
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_an_order_that_only_the_old_master_knew_as_sent_is_taken_over_not_sent),
		T(test_it_is_found_also_where_the_broker_keeps_no_ids_of_ours),
		T(test_a_gateway_that_was_not_there_asks_just_the_same),
	};

	return cmocka_run_group_tests_name("gateway_failover", tests, NULL, NULL);
}
