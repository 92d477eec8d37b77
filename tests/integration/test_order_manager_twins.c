/* test_order_manager_twins.c - two order managers, each with a Valkey of its own, share one served
 * Firebird and 500 schedules that are due in one minute; wherever they are killed, each runs once.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/message.h"
#include "schedules_fixture.h"
#include "store/leases.h"

#define SCHEDULES 500
#define COLOR	  "color"

/* `om`, `server` and `console` are those of the one that is used. */
struct side {
	struct order_manager om;
	struct valkey_fixture server;
	struct yq_valkey_sync *console;
};
static struct side sides[2];
static int used;
enum { BLUE, GREEN };

static void
use(int side)
{
	sides[used] = (struct side){ om, server, console };
	om = sides[side].om;
	server = sides[side].server;
	console = sides[side].console;
	used = side;
}

static void
promote(const char *color)
{
	struct yq_firebird *firebird = fixture_open(&om.database);
	struct yq_lease before, after;
	enum yq_rc rc = YQ_E_RETRY;

	for (int i = 0; i < 100 && rc == YQ_E_RETRY; i++) {
		assert_int_equal(yq_lease_read(firebird, COLOR, &before, NULL), YQ_OK);
		rc = yq_lease_promote(firebird, COLOR, color, before.token, 1, 0, &after, NULL);
		if (rc == YQ_E_RETRY)
			usleep(20000);
	}
	assert_int_equal(rc, YQ_OK);
	yq_firebird_close(firebird);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The ids of the orders in this side's stream, after those that are there. */
static size_t
collect_orders(char (*ids)[YQ_ID_LENGTH + 1], size_t count)
{
	redisReply *reply = valkey_do(console, "XRANGE order:stream - +");

	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *fields = reply->element[i]->element[1];
		struct yq_order order;

		assert_int_equal(yq_message_decode_order(fields->element[3]->str,
				     fields->element[3]->len, &order, NULL),
		    YQ_OK);
		assert_string_equal(order.buy_reason, "Schedule");
		assert_true(count < (size_t)2 * SCHEDULES);
		memcpy(ids[count++], order.id.text, YQ_ID_LENGTH + 1);
	}
	yq_reply_free(reply);
	return count;
}

static void
expect_each_once(void)
{
	static char ids[2 * SCHEDULES][YQ_ID_LENGTH + 1];
	size_t blue, count;

	use(BLUE);
	blue = collect_orders(ids, 0);
	use(GREEN);
	count = collect_orders(ids, blue);
	print_message("# %zu by blue, %zu by green\n", blue, count - blue);
	assert_int_equal(count, SCHEDULES);
	assert_true(blue > 0 && blue < SCHEDULES);
	qsort(ids, count, sizeof(ids[0]), by_text);
	for (size_t i = 1; i < count; i++)
		assert_string_not_equal(ids[i - 1], ids[i]);
	assert_int_equal(om_count("SELECT COUNT(*) FROM SCHEDULE_RUNS"), SCHEDULES);
	assert_int_equal(om_count("SELECT COUNT(*) FROM SCHEDULE_RUN_ORDERS"), SCHEDULES);
}

#define DONE(state) "SELECT COUNT(*) FROM SCHEDULE_RUNS WHERE STATE = '" state "'"

static void
test_two_systems_run_each_of_500_once_wherever_they_are_killed(void **state)
{
	static struct yq_schedule schedules[SCHEDULES];
	int64_t now_us = yq_clock_now_us(yq_clock_system());

	(void)state;
	for (unsigned i = 0; i < SCHEDULES; i++) {
		schedules[i] = om_schedule(i, now_us);
		if (i % 5 != 0)
			continue;
		schedules[i].quantity.set = false;
		schedules[i].amount = yq_opt_decimal_of(yq_decimal_from_int(1000 + i));
	}
	om_add_due(schedules, SCHEDULES, now_us);
	for (int side = GREEN; side >= BLUE; side--) {
		use(side);
		om_price("AAPL", "100");
	}
	/* blue is the first to come, and the active one; green stands by meanwhile */
	om_live_until("blue", "schedule.writing");
	use(GREEN);
	om_launch_as("green");
	use(BLUE);
	om_live_until("blue", "schedule.written");
	om_live_until("blue", "schedule.sending");
	om_live_until("blue", "schedule.sent");
	assert_true(om_count(DONE("sending")) > 0);
	use(GREEN);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 0);
	/* what blue was about to send is not green's, all the rest is */
	om_arm("schedule.sent");
	promote("green");
	om_await_death("schedule.sent");
	om_launch_as("green");
	om_await_count("SELECT COUNT(*) FROM SCHEDULE_RUNS WHERE STATE = 'submitted' AND OWNER = "
		       "'green'",
	    SCHEDULES - om_count("SELECT COUNT(*) FROM SCHEDULE_RUNS WHERE OWNER = 'blue'"),
	    PATIENCE_MS);
	/* blue comes back, and finds that it had sent its own */
	use(BLUE);
	om_launch_as("blue");
	om_await_count(DONE("submitted"), SCHEDULES, PATIENCE_MS);
	expect_each_once();
}

static int
setup(void **state)
{
	use(GREEN);
	(void)om_schedules_setup(state);
	use(BLUE);
	return om_schedules_setup(state);
}

static int
teardown(void **state)
{
	use(GREEN);
	(void)om_schedules_teardown(state);
	use(BLUE);
	return om_schedules_teardown(state);
}

static int
start_servers(void **state)
{
	(void)steps_start(state);
	use(GREEN);
	(void)steps_start(state);
	use(BLUE);
	return 0;
}

static int
end_servers(void **state)
{
	use(GREEN);
	(void)steps_end(state);
	use(BLUE);
	return steps_end(state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_two_systems_run_each_of_500_once_wherever_they_are_killed, setup,
		    teardown),
	};
	int failed;

	om_begin(argc, argv);
	om_new_database();
	sides[GREEN].om = om;
	use(GREEN);
	om_begin_twin();
	use(BLUE);
	failed =
	    cmocka_run_group_tests_name("order_manager_twins", tests, start_servers, end_servers);
	use(GREEN);
	om_finish_twin();
	use(BLUE);
	yq_firebird_target_clear(&om.database);
	om_finish();
	return failed;
}
