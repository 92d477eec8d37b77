/*
 * test_gateway_clock.c - the wall clock is set while the gateway and Valkey run: an hour and a
 * day ahead, and back.  What is measured as a span (copies of an alert, orders a minute, equal
 * orders, leases) is as long as before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "clock_fixture.h"
#include "gateway_fixture.h"

/* With a price that was seen when it was made. */
static void
place_at(int price, enum yq_action action, const char *ticker, const char *qty, const char *state)
{
	struct yq_order order = gateway_order(action, ticker, qty);

	order.reference_price = yq_opt_decimal_of(yq_decimal_from_int(price));
	order.timestamp_us = clock_now_us();
	gateway_submit(&order);
	gateway_await_state(&order.id, state);
}

static void
place(enum yq_action action, const char *ticker, const char *qty, const char *state)
{
	place_at(100, action, ticker, qty, state);
}

static void
test_orders_are_counted_and_compared_by_the_time_that_passed(void **unused)
{
	char before[64], after[64];

	(void)unused;
	gateway_start("{\"WalkBps\":0}");
	valkey_do_text(fixture.console, "HGET lease:Paper Token", before, sizeof(before));
	place(YQ_BUY, "AAPL", "1", "Filled");
	clock_set(CLOCK_HOUR);
	place(YQ_BUY, "AAPL", "1", "Rejected"); /* the same again within ten minutes */
	place(YQ_BUY, "AAPL", "2", "Filled");
	clock_set(-CLOCK_HOUR);
	place(YQ_BUY, "AAPL", "2", "Rejected");
	place(YQ_BUY, "AAPL", "3", "Filled"); /* and nothing else is in the way */
	clock_set(CLOCK_DAY);
	place(YQ_BUY, "MSFT", "1", "Filled");
	clock_set(0);
	place(YQ_BUY, "IBM", "1", "Rejected"); /* the fifth within a minute */
	sleep(4);			       /* longer than the lease lasts */
	clock_set(-CLOCK_DAY);
	sleep(4);
	place_at(105, YQ_BUY, "IBM", "1", "Rejected");
	assert_valkey_text(fixture.console, "HGET stock:IBM Price", "105"); /* not an older one */
	valkey_do_text(fixture.console, "HGET lease:Paper Token", after, sizeof(after));
	assert_string_equal(after, before); /* never lost */
	for (int i = 0;
	     i < 200 && valkey_do_int(fixture.console, "EXISTS heartbeat:BrokerGateway") == 0; i++)
		usleep(100000);
	assert_int_equal(valkey_do_int(fixture.console, "EXISTS heartbeat:BrokerGateway"), 1);
	assert_int_equal(gateway_assert_books_equal(), 4);
	gateway_stop();
}

static int
set_up(void **state)
{
	setenv("Risk__Default", "{\"MaxOrdersPerMinute\":4,\"DuplicateWindowSeconds\":600}", 1);
	clock_begin();
	clock_set(0);
	return gateway_set_up(state);
}

static int
tear_down(void **state)
{
	int rc = gateway_tear_down(state);

	clock_end();
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_orders_are_counted_and_compared_by_the_time_that_passed, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
