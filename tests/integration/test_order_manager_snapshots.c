/*
 * test_order_manager_snapshots.c - the end of each market's day is recorded: once, by the active
 * system, from books that are whole, in time or not at all.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "clock_fixture.h"
#include "order_manager_fixture.h"
#include "store/leases.h"
#include "store/trades.h"

#define PATIENCE_MS 30000
#define QUIET_MS    450 /* some looks of the snapshotter */
#define NOWHERE	    "/nonexistent/archive.fdb"

/* A Wednesday in New York: open 13:30-20:00 UTC.  Nothing is due at its start. */
#define BEFORE_CLOSE "2027-06-02T19:59:00Z"
#define AT_CLOSE     "2027-06-02T20:00:01Z"
#define IN_THE_NIGHT "2027-06-03T03:00:00Z"
#define AT_MIDNIGHT  "2027-06-03T04:00:01Z"
#define NEXT_CLOSE   "2027-06-03T20:00:01Z"

#define SHUT "ACCOUNT_ALIAS = 'Shut' AND CURRENCY = 'USD'"
#define ROWS "SELECT COUNT(*) FROM DAILY_SNAPSHOTS WHERE " SHUT
#define DAY  " AND SNAPSHOT_DATE = '2027-06-02'"

static int64_t
instant(const char *text)
{
	int64_t us;

	assert_int_equal(yq_time_parse(text, strlen(text), &us), YQ_OK);
	return us;
}

static void
clock_to(const char *text)
{
	clock_set((long)((instant(text) - yq_clock_now_us(yq_clock_system())) / YQ_US_PER_SECOND));
}

static bool
insert(struct yq_firebird *firebird, const void *cookie, FILE *out, struct yq_err *err)
{
	enum yq_rc outcome;

	(void)out;
	return yq_trades_insert(firebird, cookie, 1, &outcome, NULL, NULL, err) == YQ_OK &&
	       outcome == YQ_OK;
}

/* One execution of "Shut", straight into the archive. */
static void
archive(unsigned n, const char *time, enum yq_action action, const char *qty, const char *price)
{
	struct yq_trade_row row = { .account_alias = "Shut",
		.trade = { .ticker = "AAPL",
		    .strategy = "One",
		    .action = action,
		    .currency = YQ_USD,
		    .exchange = YQ_NASDAQ,
		    .executed_at_us = instant(time) } };

	row.trade.id = row.trade.order_id = yq_id_named(&n, sizeof(n));
	assert_int_equal(yq_decimal_parse(qty, strlen(qty), &row.trade.quantity), YQ_OK);
	assert_int_equal(yq_decimal_parse(price, strlen(price), &row.trade.executed_price), YQ_OK);
	row.trade.commission = yq_decimal_from_int(1);
	om_in_database(insert, &row);
}

static void
hold(const char *qty, const char *price)
{
	char words[512];

	(void)yq_str_format(words, sizeof(words),
	    "HSET position:Shut AAPL {\"AccountAlias\":\"Shut\",\"Ticker\":\"AAPL\",\"Currency\":"
	    "\"USD\",\"Qty\":%s,\"AvgPrice\":100,%s\"BuyReason\":\"Manual\",\"Exchange\":"
	    "\"NASDAQ\"}",
	    qty, price);
	yq_reply_free(valkey_do(console, words));
}

/* 1,000 paid in; 10 bought at 100 the day before, 4 sold at 110 today, 6 held at 111. */
static int
setup(void **state)
{
	clock_to(BEFORE_CLOSE);
	setenv("OrderManager__SnapshotDelaySeconds", "0", 1);
	setenv("Log__Level", "debug", 1);
	(void)unsetenv("System__Color");
	(void)om_setup(state);
	om_account("Shut", "438.00");
	archive(1, "2027-06-01T15:00:00Z", YQ_BUY, "10", "100");
	archive(2, "2027-06-02T15:00:00Z", YQ_SELL, "4", "110");
	hold("6", "\"CurrentPrice\":111,");
	return 0;
}
#define SNAPSHOT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, om_teardown)

/* As cents, so that it is an integer. */
static void
expect(const char *column, long long cents)
{
	char sql[256];

	(void)yq_str_format(sql, sizeof(sql),
	    "SELECT CAST(100 * %s AS BIGINT) FROM DAILY_SNAPSHOTS WHERE " SHUT DAY, column);
	if (om_count(sql) != cents)
		fail_msg("%s is %lld cents, not %lld", column, om_count(sql), cents);
}

static void
await_log(const char *words)
{
	for (int i = 0; !om_log_has(words); i++) {
		assert_true(i < PATIENCE_MS / 20);
		usleep(20000);
	}
}

static void
await_notice(const char *words)
{
	for (int i = 0; om_notices(words) == 0; i++) {
		assert_true(i < PATIENCE_MS / 20);
		usleep(20000);
	}
}

static void
test_the_end_of_a_day_is_recorded_with_its_market(void **state)
{
	(void)state;
	usleep(QUIET_MS * 1000);
	assert_int_equal(om_count("SELECT COUNT(*) FROM DAILY_SNAPSHOTS"), 0);
	clock_to(AT_CLOSE);
	om_await_count(ROWS DAY, 1, PATIENCE_MS);
	expect("CASH", 43800);
	expect("POSITION_VALUE", 66600);
	expect("EQUITY", 110400);
	expect("REALIZED", 3860); /* 40 - 1 - 4 tenths of 1 */
	expect("UNREALIZED", 6600);
	expect("COMMISSION", 100);
	expect("PAID_IN", 100000);
	expect("TRADE_COUNT", 100);
	expect("POSITION_COUNT", 100);
	assert_int_equal(om_count(ROWS DAY " AND POSITIONS = '[{\"Ticker\":\"AAPL\",\"Exchange\":"
					   "\"NASDAQ\",\"Qty\":6,\"Price\":111,\"Value\":666}]'"),
	    1);
	/* Paper trades at any hour: its day is not over yet. */
	assert_int_equal(om_count("SELECT COUNT(*) FROM DAILY_SNAPSHOTS"), 1);
	clock_to(AT_MIDNIGHT);
	om_await_count("SELECT COUNT(*) FROM DAILY_SNAPSHOTS WHERE ACCOUNT_ALIAS = 'Paper' AND"
		       " SNAPSHOT_DATE = '2027-06-02'",
	    1, PATIENCE_MS);
	assert_int_equal(om_count("SELECT COUNT(*) FROM DAILY_SNAPSHOTS"), 2);
	om_await("HEXISTS heartbeat:OrderManager LastSnapshotAt", 1, PATIENCE_MS);

	/* A restart writes nothing twice, and changes nothing. */
	om_account("Shut", "1.00");
	assert_int_equal(om_end(), 0);
	om_start();
	usleep(QUIET_MS * 1000);
	assert_int_equal(om_count(ROWS), 1);
	expect("CASH", 43800);
}

static void
test_killed_again_and_again_it_records_the_day_once(void **state)
{
	(void)state;
	(void)om_stop(SIGKILL);
	clock_to(AT_CLOSE);
	for (useconds_t ms = 60; ms < 400; ms += 80) {
		om_launch();
		usleep(ms * 1000);
		(void)om_stop(SIGKILL);
	}
	om_start();
	om_await_count(ROWS DAY, 1, PATIENCE_MS);
	usleep(QUIET_MS * 1000);
	assert_int_equal(om_count(ROWS), 1);
	expect("EQUITY", 110400);
	expect("PAID_IN", 100000);
}

static void
test_a_day_is_recorded_late_and_says_so(void **state)
{
	(void)state;
	(void)om_stop(SIGTERM);
	om_configure(NULL, NOWHERE);
	om_start();
	clock_to(AT_CLOSE);
	usleep(QUIET_MS * 1000); /* Firebird is away at the close */
	(void)om_stop(SIGKILL);
	clock_to(IN_THE_NIGHT);
	om_configure(NULL, NULL);
	om_start();
	om_await_count(ROWS DAY " AND TAKEN_AT_US - CLOSED_AT_US > 6 * CAST(3600000000 AS BIGINT)",
	    1, PATIENCE_MS);
	expect("REALIZED", 3860);
}

static void
test_what_was_missed_is_not_invented_but_told(void **state)
{
	(void)state;
	clock_to(AT_CLOSE);
	om_await_count(ROWS, 1, PATIENCE_MS);
	(void)om_stop(SIGKILL);
	clock_to("2027-06-04T13:30:01Z"); /* the end of the 3rd is past, and the market open */
	om_start();
	usleep(QUIET_MS * 1000);
	assert_int_equal(om_count(ROWS), 1);
	clock_to("2027-06-04T20:00:01Z");
	om_await_count(ROWS " AND SNAPSHOT_DATE = '2027-06-04'", 1, PATIENCE_MS);
	assert_int_equal(om_count(ROWS), 2);
	await_notice("ends of 1 days of US are not recorded for Shut");
}

/* Its day is recorded before it has been; the true ones after that are recorded all the same. */
static void
test_a_clock_that_was_ahead_takes_no_day_from_the_true_one(void **state)
{
	(void)state;
	clock_to("2027-06-03T20:00:01Z");
	om_await_count(ROWS " AND SNAPSHOT_DATE = '2027-06-03'", 1, PATIENCE_MS);
	(void)om_stop(SIGKILL);
	clock_to(AT_CLOSE);
	om_start();
	om_await_count(ROWS DAY, 1, PATIENCE_MS);
	await_notice("The end of 20270603 in US is recorded for Shut, and that day is not over");
	assert_int_equal(om_count(ROWS), 2);
}

static void
test_a_position_without_a_price_is_not_given_one(void **state)
{
	(void)state;
	hold("6", "");
	clock_to(AT_CLOSE);
	await_log("AAPL on NASDAQ has no price");
	assert_int_equal(om_count(ROWS), 0);
	hold("6", "\"CurrentPrice\":112,");
	om_await_count(ROWS DAY, 1, PATIENCE_MS);
	expect("EQUITY", 111000);

	/* Without one until the market opens it is told, and left out. */
	hold("6", "");
	clock_to(NEXT_CLOSE);
	await_log("the end of 20270603 in US has to wait: Shut: AAPL on NASDAQ has no price");
	clock_to("2027-06-04T13:30:01Z");
	await_notice("AAPL on NASDAQ has no price");
	assert_int_equal(om_count(ROWS), 1);
}

/* A fill that is booked and not archived yet would look like money taken out. */
static void
test_the_archive_is_waited_for(void **state)
{
	(void)state;
	clock_to(AT_CLOSE);
	for (unsigned n = 10; n < 40; n++) { /* cash and trades in one step, as the gateway does */
		char cash[16];

		yq_reply_free(valkey_do(console, "MULTI"));
		(void)yq_str_format(cash, sizeof(cash), "%u.00", 100000 - 100 * (n - 9));
		om_account("Paper", cash);
		om_push_trade(n, "1", "100");
		yq_reply_free(valkey_do(console, "EXEC"));
		if (n == 20)
			clock_to(AT_MIDNIGHT);
		usleep(20000);
	}
	om_await_count(
	    "SELECT COUNT(*) FROM DAILY_SNAPSHOTS WHERE ACCOUNT_ALIAS = 'Paper'", 1, PATIENCE_MS);
	assert_int_equal(om_count("SELECT CAST(PAID_IN AS BIGINT) FROM DAILY_SNAPSHOTS WHERE"
				  " ACCOUNT_ALIAS = 'Paper'"),
	    100000);
}

static bool
lease_blue(struct yq_firebird *firebird, const void *cookie, FILE *out, struct yq_err *err)
{
	struct yq_lease lease;

	(void)cookie;
	(void)out;
	return yq_lease_acquire(firebird, "color", "blue", instant(BEFORE_CLOSE), 0, &lease, err) ==
	       YQ_OK;
}

static void
test_only_the_active_of_two_systems_records(void **state)
{
	(void)state;
	(void)om_stop(SIGTERM);
	om_in_database(lease_blue, NULL);
	setenv("System__Color", "green", 1);
	clock_to(AT_CLOSE);
	om_start();
	usleep(QUIET_MS * 1000);
	assert_int_equal(om_count(ROWS), 0);
	(void)om_stop(SIGTERM);
	setenv("System__Color", "blue", 1);
	om_start();
	om_await_count(ROWS DAY, 1, PATIENCE_MS);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SNAPSHOT_TEST(test_the_end_of_a_day_is_recorded_with_its_market),
		SNAPSHOT_TEST(test_killed_again_and_again_it_records_the_day_once),
		SNAPSHOT_TEST(test_a_day_is_recorded_late_and_says_so),
		SNAPSHOT_TEST(test_what_was_missed_is_not_invented_but_told),
		SNAPSHOT_TEST(test_a_clock_that_was_ahead_takes_no_day_from_the_true_one),
		SNAPSHOT_TEST(test_a_position_without_a_price_is_not_given_one),
		SNAPSHOT_TEST(test_the_archive_is_waited_for),
		SNAPSHOT_TEST(test_only_the_active_of_two_systems_records),
	};
	int failed;

	clock_begin();
	clock_to(BEFORE_CLOSE);
	om_begin(argc, argv);
	failed =
	    cmocka_run_group_tests_name("order_manager_snapshots", tests, steps_start, steps_end);
	om_finish();
	clock_end();
	return failed;
}
