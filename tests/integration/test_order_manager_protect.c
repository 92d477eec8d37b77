/* test_order_manager_protect.c - strategies pause when their closed trades say so, once for each.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "order_manager_fixture.h"

#define PATIENCE_MS  30000
#define HALTED_FIELD "HEXISTS halt risk:MaxConsecutiveLosses:account:Paper/strategy:One"
#define FALLEN_FIELD "HEXISTS halt risk:MaxDrawdown:account:Paper/strategy:One"

static const char losses[] = "{\"Strategies\":{\"One\":{\"Protections\":{\"MaxConsecutiveLosses\":"
			     "{\"Losses\":2,\"PauseMinutes\":60}}}}}";
static const char daily[] = "{\"Strategies\":{\"One\":{\"MaxOrdersPerDay\":20}}}";
static const char fall[] = "{\"Default\":{\"Protections\":{\"MaxDrawdown\":"
			   "{\"Share\":0.05,\"PauseMinutes\":60}}},"
			   "\"Accounts\":{\"Paper\":{\"Protections\":"
			   "{\"CooldownAfterLossMinutes\":60}}}}";

/* Part `part` of an order of strategy One. */
static void
execute(unsigned order, unsigned part, enum yq_action action, int64_t qty, const char *price,
    int64_t at_us)
{
	struct yq_trade trade = { .currency = YQ_USD, .exchange = YQ_NASDAQ };
	char name[32];

	(void)yq_str_format(name, sizeof(name), "order %u %d", order, (int)action);
	trade.order_id = yq_id_named(name, strlen(name));
	(void)yq_str_format(name, sizeof(name), "trade %u %d %u", order, (int)action, part);
	trade.id = yq_id_named(name, strlen(name));
	trade.executed_at_us = at_us;
	trade.action = action;
	trade.quantity = yq_decimal_from_int(qty);
	assert_int_equal(yq_decimal_parse(price, strlen(price), &trade.executed_price), YQ_OK);
	yq_str_copy_cut(trade.ticker, sizeof(trade.ticker), "AAPL");
	yq_str_copy_cut(trade.strategy, sizeof(trade.strategy), "One");
	om_push_execution(&trade);
}

static int64_t
before(int64_t ago_s)
{
	return yq_clock_now_us(yq_clock_system()) - ago_s * YQ_US_PER_SECOND;
}

/* What strategy One bought and sold `ago_s` seconds ago: 10 at 100, then at `price`. */
static void
close_trade(unsigned n, const char *price, int64_t ago_s)
{
	int64_t at_us = before(ago_s);

	execute(n, 0, YQ_BUY, 10, "100", at_us);
	execute(n, 0, YQ_SELL, 10, price, at_us + 1);
}

/* They leave the list when they are in the archive and have been told of. */
static void
await_trades(void)
{
	om_await("LLEN trades:queue", 0, PATIENCE_MS);
	om_await("LLEN trades:processing", 0, PATIENCE_MS);
}

static void
await_notice(const char *words)
{
	for (unsigned waited = 0; om_notices(words) == 0 && waited < PATIENCE_MS; waited += 20)
		usleep(20000);
	assert_int_equal(om_notices(words), 1);
}

static void
configure(const char *risk, const char *database)
{
	om.risk = risk;
	(void)om_stop(SIGTERM);
	om_configure(NULL, database);
}

static void
restart(const char *risk)
{
	configure(risk, NULL);
	om_start();
}

static void
expect(unsigned n, const char *strategy, const char *ticker, const char *code)
{
	struct yq_signal signal = om_signal(n);

	yq_str_copy_cut(signal.strategy, sizeof(signal.strategy), strategy);
	yq_str_copy_cut(signal.ticker, sizeof(signal.ticker), ticker);
	om_accept(&signal, 1);
	om_expect(&signal, code);
}

/* 10 of it. */
static void
hold(const char *ticker)
{
	char words[320];

	(void)yq_str_format(words, sizeof(words),
	    "HSET position:Paper %s {\"AccountAlias\":\"Paper\",\"Ticker\":\"%s\","
	    "\"Currency\":\"USD\",\"Qty\":10,\"AvgPrice\":100,\"CurrentPrice\":100,"
	    "\"ChangeRate\":0,\"BuyReason\":\"Webhook:One\",\"Exchange\":\"NASDAQ\"}",
	    ticker, ticker);
	assert_int_equal(valkey_do_int(console, words), 1);
}

/* A sell of the 10 that the account holds. */
static void
expect_exit(unsigned n)
{
	struct yq_signal signal = om_signal(n);

	hold("AAPL");
	signal.action = YQ_SELL;
	om_accept(&signal, 1);
	om_expect(&signal, "ORDERED");
}

static void
copy_decided(const yq_json *verdict, char text[YQ_TIME_TEXT_SIZE])
{
	const char *at = yq_json_text(yq_json_get(verdict, "DecidedAt"), NULL);

	assert_non_null(at);
	assert_true(yq_str_copy(text, YQ_TIME_TEXT_SIZE, at));
}

static void
test_losses_in_a_row_halt_a_strategy_once_for_each_trade(void **state)
{
	(void)state;
	restart(losses);
	close_trade(1, "90", 30);
	expect(1, "One", "AAPL", "ORDERED");
	close_trade(2, "95", 20);
	om_await(HALTED_FIELD, 1, PATIENCE_MS);
	expect(2, "One", "MSFT", "RISK_HALTED");
	expect_exit(5);				/* it is not locked into what it holds */
	expect(3, "Equity", "MSFT", "ORDERED"); /* another strategy of the account */
	om_await_count("SELECT COUNT(*) FROM AUDIT WHERE WHO = 'risk'", 1, PATIENCE_MS);
	await_notice("Strategy One pauses in Paper until");
	await_notice("losses in a row: 2, it pauses at 2");
	/* Released by a person: what is read again at the next start throws nothing. */
	assert_int_equal(valkey_do_int(console,
			     "HDEL halt risk:MaxConsecutiveLosses:account:Paper/strategy:One"),
	    1);
	restart(losses);
	expect(4, "One", "NVDA", "ORDERED");
	om_await(HALTED_FIELD, 0, 0);
	/* The next loss does. */
	close_trade(3, "99", 1);
	om_await(HALTED_FIELD, 1, PATIENCE_MS);
	om_await_count("SELECT COUNT(*) FROM AUDIT WHERE WHO = 'risk'", 2, PATIENCE_MS);
}

static void
test_what_is_long_past_makes_no_pause_and_cools_nothing_down(void **state)
{
	(void)state;
	close_trade(1, "40", 2 * 3600);
	close_trade(2, "101", 2 * 3600 - 10);
	await_trades();
	restart(fall);
	expect(1, "One", "AAPL", "ORDERED");
	om_await(FALLEN_FIELD, 0, 0);
	for (unsigned n = 3; n < 7; n++)
		close_trade(n, "1", 10 - n);
	await_trades();
	expect(2, "One", "AAPL", "RISK_COOLDOWN");
	expect(3, "One", "MSFT", "ORDERED");
	expect(4, "Equity", "AAPL", "ORDERED");
	await_trades();
	om_await(FALLEN_FIELD, 0, 0);
	close_trade(7, "1", 1); /* 4,950 and the 590 of before: 5 % of 105,540 are 5,277 */
	om_await(FALLEN_FIELD, 1, PATIENCE_MS);
	await_notice("lost 5,540.00 USD since its highest");
}

static void
test_an_exit_in_parts_is_judged_by_all_of_them(void **state)
{
	int64_t at_us = before(10);

	(void)state;
	execute(1, 0, YQ_BUY, 100, "100", at_us);
	execute(1, 0, YQ_SELL, 30, "1", at_us + 1); /* 2,970: within the 5 % */
	execute(1, 1, YQ_SELL, 70, "1", at_us + 2);
	await_trades();
	restart(fall);
	om_await(FALLEN_FIELD, 1, PATIENCE_MS);
	await_notice("lost 9,900.00 USD since its highest");
}

static void
test_closed_trades_that_cannot_be_read_are_waited_for_and_then_no_entry_is_made(void **state)
{
	struct yq_signal needs = om_signal(1), other = om_signal(2), exit = om_signal(3);
	char decided_first[YQ_TIME_TEXT_SIZE], decided[YQ_TIME_TEXT_SIZE];
	yq_json *verdict;

	(void)state;
	configure(losses, "/nonexistent/yquant.fdb");
	om_launch();
	yq_str_copy_cut(other.strategy, sizeof(other.strategy), "Equity");
	yq_str_copy_cut(other.ticker, sizeof(other.ticker), "MSFT");
	yq_str_copy_cut(exit.ticker, sizeof(exit.ticker), "TSLA");
	exit.action = YQ_SELL;
	hold("TSLA");
	om_accept(&needs, 1);
	om_accept(&other, 1);
	om_accept(&exit, 1);
	om_expect(&other, "ORDERED"); /* nothing of it needs them */
	verdict = om_verdict(&needs, PATIENCE_MS);
	assert_string_equal(yq_json_text(yq_json_get(verdict, "Code"), NULL), "RISK_TRACK_UNKNOWN");
	copy_decided(verdict, decided);
	yq_json_free(verdict);
	verdict = om_verdict(&exit, PATIENCE_MS);
	assert_string_equal(yq_json_text(yq_json_get(verdict, "Code"), NULL), "ORDERED");
	copy_decided(verdict, decided_first);
	yq_json_free(verdict);
	assert_true(strcmp(decided_first, decided) < 0); /* a way out waits for nothing */
}

static void
decided(const struct yq_signal *signal, char text[YQ_TIME_TEXT_SIZE])
{
	yq_json *verdict = om_verdict(signal, PATIENCE_MS);

	assert_string_equal(yq_json_text(yq_json_get(verdict, "Code"), NULL), "ORDERED");
	copy_decided(verdict, text);
	yq_json_free(verdict);
}

static void
test_an_entry_waits_until_the_orders_of_the_day_are_counted(void **state)
{
	struct yq_signal limited = om_signal(1), other = om_signal(2);
	char last[YQ_TIME_TEXT_SIZE], first[YQ_TIME_TEXT_SIZE];

	(void)state;
	configure(daily, "/nonexistent/yquant.fdb");
	om_launch();
	yq_str_copy_cut(other.strategy, sizeof(other.strategy), "Equity");
	yq_str_copy_cut(other.ticker, sizeof(other.ticker), "MSFT");
	om_accept(&limited, 1);
	om_accept(&other, 1);
	decided(&limited, last);
	decided(&other, first);
	assert_true(strcmp(first, last) < 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OM_TEST(test_losses_in_a_row_halt_a_strategy_once_for_each_trade),
		OM_TEST(test_what_is_long_past_makes_no_pause_and_cools_nothing_down),
		OM_TEST(test_an_exit_in_parts_is_judged_by_all_of_them),
		OM_TEST(
		    test_closed_trades_that_cannot_be_read_are_waited_for_and_then_no_entry_is_made),
		OM_TEST(test_an_entry_waits_until_the_orders_of_the_day_are_counted),
	};
	int failed;

	om_begin(argc, argv);
	failed = cmocka_run_group_tests(tests, steps_start, steps_end);
	om_finish();
	return failed;
}
