/* test_gateway_halts.c - daily loss, kill switches that end and flatten, strategies that are off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "bracket_fixture.h"

#define QUIET "{\"WalkBps\":0,\"SlippageBps\":0,\"Commission\":{\"US\":{\"Rate\":0,\"Minimum\":0}}}"
#define LOSS  "\"Default\":{\"MaxDailyLoss\":{\"USD\":100}%s}"
#define HALT  "{\"Who\":\"me@here\",\"When\":\"2026-11-23T00:00:00Z\",\"Why\":\"test\""

static int
set_up(void **state)
{
	int rc = gateway_set_up(state);

	fixture.settings = "\"ReconcileOrdersSeconds\":1,\"ReconcilePositionsSeconds\":1,";
	return rc;
}

/* Through the front door, as `yq halt`; NULL releases. */
static void throw(const char *scope, const char *value)
{
	struct yq_halt_change change = { .field = scope, .value = value };
	struct yq_halt_item item = { .kind = value != NULL ? YQ_SUBMIT_HALT : YQ_SUBMIT_RESUME,
		.changes = &change,
		.count = 1,
		.payload = "{\"Id\":\"00000000-0000-4000-8000-000000000001\","
			   "\"Timestamp\":\"2026-11-23T00:00:00Z\"}" };
	int64_t changed = 0;
	struct yq_err err;

	item.length = strlen(item.payload);
	assert_int_equal(yq_valkey_sync_halt(fixture.console, &item, &changed, &err), YQ_OK);
	assert_int_equal(changed, 1);
}

static struct yq_order
order_of(const char *strategy, enum yq_action action, const char *ticker, const char *qty)
{
	struct yq_order o = gateway_order(action, ticker, qty);

	yq_order_reason_of(strategy, o.buy_reason);
	return o;
}

static struct yq_order
bought(const char *strategy, const char *ticker, const char *qty)
{
	struct yq_order o = order_of(strategy, YQ_BUY, ticker, qty);

	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	return o;
}

/* Somebody sees this price: a limit order far away tells it. */
static void
see(const char *ticker, const char *price)
{
	struct yq_order o = order_of("Eye", YQ_BUY, ticker, "1");

	o.type = YQ_TYPE_LIMIT;
	o.price = yq_opt_decimal_of(yq_decimal_from_int(1));
	assert_int_equal(yq_decimal_parse(price, strlen(price), &o.reference_price.value), YQ_OK);
	gateway_submit(&o);
}

static void
await_int(const char *words, long long expected)
{
	for (int i = 0; i < 3000; i++) {
		if (valkey_do_int(fixture.console, words) == expected)
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("%s is %lld, not %lld", words, valkey_do_int(fixture.console, words), expected);
}

static void
assert_refused(const struct yq_order *o, const char *code)
{
	char text[512];

	gateway_await_state(&o->id, "Rejected");
	gateway_field(&o->id, "LastError", text, sizeof(text));
	if (!yq_str_starts(text, code))
		fail_msg("%s, not %s", text, code);
}

static void
test_a_loss_of_exactly_the_limit_halts_until_the_next_day_and_an_exit_still_passes(void **unused)
{
	struct yq_order o, exit;
	char risk[256], text[1024];

	(void)unused;
	yq_str_format(risk, sizeof(risk), LOSS, "");
	fixture.risk = risk;
	gateway_start(QUIET);
	(void)bought("Trend", "AAPL", "10");
	see("AAPL", "90.01"); /* 99.90 are lost */
	usleep(1500000);
	assert_int_equal(valkey_do_int(fixture.console, "HLEN halt"), 0);
	see("AAPL", "90");
	await_int("HEXISTS halt risk:DailyLossUSD:account:Paper", 1);
	valkey_do_text(
	    fixture.console, "HGET halt risk:DailyLossUSD:account:Paper", text, sizeof(text));
	assert_non_null(strstr(text, "\"Who\":\"risk\""));
	assert_non_null(strstr(text, "loss today 100.00 USD, the limit is 100.00 USD"));
	assert_non_null(strstr(text, "\"Until\":"));
	assert_null(strstr(text, "Flatten\":true"));
	gateway_await_told("account Paper is halted: loss today 100.00 USD");
	o = order_of("Trend", YQ_BUY, "MSFT", "1");
	gateway_submit(&o);
	gateway_await_state(&o.id, "Rejected");
	exit = order_of("Trend", YQ_SELL, "AAPL", "10");
	exit.reduce_only = true;
	exit.reference_price.set = false;
	gateway_submit(&exit);
	gateway_await_state(&exit.id, "Filled");
	/* Released by a person it is not thrown again today. */
	throw("risk:DailyLossUSD:account:Paper", NULL);
	gateway_kill();
	gateway_start_only(QUIET);
	usleep(5000000);
	assert_int_equal(valkey_do_int(fixture.console, "HLEN halt"), 0);
	assert_int_equal(gateway_told_count("account Paper is halted"), 1);
	gateway_stop();
}

static void
test_the_days_begin_survives_a_restart_and_a_withdrawal_is_no_loss(void **unused)
{
	char risk[256], text[256], words[512], *base;

	(void)unused;
	yq_str_format(risk, sizeof(risk), LOSS, ",\"DailyLossAction\":\"flatten\"");
	fixture.risk = risk;
	gateway_start(QUIET);
	(void)bought("Trend", "AAPL", "10");
	see("AAPL", "95"); /* 50 are lost */
	await_int("SCARD order:open", 1);
	valkey_do_text(fixture.console, "HGET guard:Paper day:USD", text, sizeof(text));
	assert_non_null(strstr(text, "\"Equity\":1000000"));
	gateway_stop();
	/* As if 500 had been withdrawn meanwhile: they were there this morning. */
	base = strstr(text, "1000000");
	assert_non_null(base);
	memcpy(base, "1000500", 7);
	yq_str_format(words, sizeof(words), "HSET guard:Paper day:USD %s", text);
	yq_reply_free(valkey_do(fixture.console, words));
	yq_reply_free(valkey_do(fixture.console, "HSET deposit:Paper USD 999500.00"));
	gateway_start_only(QUIET);
	gateway_await_told("were taken over");
	valkey_do_text(fixture.console, "HGET guard:Paper day:USD", text, sizeof(text));
	assert_non_null(strstr(text, "\"Equity\":1000000"));
	assert_int_equal(valkey_do_int(fixture.console, "HLEN halt"), 0);
	/* 50 more; the other 50 were lost before the restart. */
	see("AAPL", "90");
	gateway_await_told("is halted: loss today 100.00 USD");
	await_int("HLEN position:Paper", 0);
	assert_int_equal(
	    valkey_do_int(fixture.console, "HEXISTS guard:Paper flatten:AAPL@NASDAQ"), 1);
	gateway_stop();
}

static void
test_orders_of_a_day_are_counted_on_after_a_restart(void **unused)
{
	struct yq_order o;

	(void)unused;
	fixture.risk = "\"Default\":{\"MaxOrdersPerDay\":3}";
	gateway_start(QUIET);
	(void)bought("Manual", "AAPL", "1");
	(void)bought("Manual", "MSFT", "1");
	/* However often it is started. */
	for (int i = 0; i < 3; i++) {
		gateway_stop();
		gateway_start(QUIET);
	}
	(void)bought("Manual", "NVDA", "1");
	gateway_stop();
	gateway_start(QUIET);
	o = gateway_order(YQ_BUY, "AMZN", "1");
	gateway_submit(&o);
	assert_refused(&o, "RISK_ORDERS_PER_DAY: 3 orders in 24 hours");
	gateway_stop();
}

static void
test_a_flatten_cancels_and_closes_for_the_strategy_that_holds(void **unused)
{
	struct yq_order resting = gateway_order(YQ_BUY, "AAPL", "5");
	struct yq_id halt = yq_id_named("halt", 4), id;
	char value[512], text[2048];

	(void)unused;
	gateway_start(QUIET);
	(void)bought("Trend", "AAPL", "10");
	(void)bought("Other", "MSFT", "7");
	resting.type = YQ_TYPE_LIMIT;
	resting.price = yq_opt_decimal_of(yq_decimal_from_int(90));
	gateway_submit(&resting);
	gateway_await_state(&resting.id, "Open");
	yq_str_format(value, sizeof(value), HALT ",\"Id\":\"%s\",\"Flatten\":true}", halt.text);
	throw("strategy:Trend", value);
	await_int("HEXISTS position:Paper AAPL", 0);
	assert_int_equal(valkey_do_int(fixture.console, "HEXISTS position:Paper MSFT"), 1);
	id = yq_flatten_id(&halt, "Paper", "AAPL", YQ_NASDAQ, 1);
	gateway_await_state(&id, "Filled");
	gateway_field(&id, "Order", text, sizeof(text));
	assert_non_null(strstr(text, "\"BuyReason\":\"Webhook:Trend\""));
	assert_non_null(strstr(text, "\"Who\":\"me@here\""));
	/* It was made by hand, not by that strategy. */
	gateway_field(&resting.id, "State", text, sizeof(text));
	assert_string_equal(text, "Open");
	throw("account:Paper", value);
	gateway_await_state(&resting.id, "Canceled");
	await_int("HLEN position:Paper", 0);
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 4);
	/* It stands: what comes to be held is closed, too.  Once released it is not. */
	throw("strategy:Trend", NULL);
	throw("account:Paper", NULL);
	await_int("HLEN guard:Paper", YQ_CURRENCY_COUNT);
	(void)bought("Trend", "AAPL", "3");
	usleep(2500000);
	assert_int_equal(valkey_do_int(fixture.console, "HEXISTS position:Paper AAPL"), 1);
	gateway_stop();
}

static void
test_a_halt_ends_by_itself_which_is_told_and_audited(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "1");
	char value[512], until[YQ_TIME_TEXT_SIZE];

	(void)unused;
	gateway_start(QUIET);
	yq_time_format(yq_clock_now_us(yq_clock_system()) + 2 * YQ_US_PER_SECOND, until);
	yq_str_format(value, sizeof(value), HALT ",\"Until\":\"%s\"}", until);
	throw("account:Paper", value);
	gateway_submit(&o);
	assert_refused(&o, "RISK_HALTED: account Paper halted by me@here until");
	await_int("HLEN halt", 0);
	gateway_await_told("it is over: account Paper halted by me@here");
	o = gateway_order(YQ_BUY, "AAPL", "1");
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	gateway_stop();
}

static void
test_a_stopped_strategy_does_not_fire_but_may_close(void **unused)
{
	struct yq_order o;

	(void)unused;
	gateway_start(QUIET);
	(void)bought("Trend", "AAPL", "10");
	yq_reply_free(valkey_do(fixture.console, "HSET strategy Trend {\"State\":\"off\"}"));
	o = order_of("Trend", YQ_BUY, "AAPL", "1");
	gateway_submit(&o);
	assert_refused(&o, "STRATEGY_OFF");
	o = order_of("Trend", YQ_SELL, "AAPL", "10");
	o.reduce_only = true;
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
	yq_reply_free(valkey_do(fixture.console, "HSET strategy Trend {\"State\":\"paper\"}"));
	(void)bought("Trend", "AAPL", "1");
	gateway_stop();
}

/* Each halt is somebody's wish, and its answer is that the market is closed. */
static void
test_a_flatten_in_a_closed_market_is_told_once_for_as_long_as_it_stands(void **unused)
{
	static const char told[] = "1 positions are to be closed when their markets open";
	int pid;

	(void)unused;
	gateway_start(QUIET);
	(void)bought("Trend", "AAPL", "10");
	pid = gateway_go_on_closed();
	throw("strategy:Trend", HALT ",\"Flatten\":true}");
	gateway_await_told(told);
	usleep(2500000); /* it is looked at every second */
	assert_int_equal(gateway_told_count(told), 1);
	/* When a halt is seen to be over nobody tells. */
	for (int i = 0; i < 10 && gateway_told_count(told) < 2; i++) {
		throw("strategy:Trend", NULL);
		usleep(1000000);
		throw("strategy:Trend", HALT ",\"Flatten\":true}");
		usleep(2000000);
	}
	assert_true(gateway_told_count(told) >= 2);
	gateway_end(pid);
}

/* The broker fills in parts, rejects, is late, says "not now"; the gateway dies again and again. */
static void
test_whenever_it_is_killed_a_flatten_closes_everything_once(void **unused)
{
	static const char unruly[] =
	    "{\"WalkBps\":0,\"PartialFillRate\":0.5,\"WalkIntervalMs\":200,\"RejectRate\":0.2,"
	    "\"TransientRate\":0.1,\"LatencyMs\":30}";
	static const char *const tickers[] = { "AAPL", "MSFT", "NVDA", "AMZN", "META", "TSLA" };

	(void)unused;
	gateway_start(QUIET);
	for (size_t i = 0; i < YQ_COUNT(tickers); i++)
		(void)bought("Trend", tickers[i], "100");
	gateway_stop();
	gateway_start_only(unruly);
	throw("*", HALT ",\"Flatten\":true}");
	for (int life = 0; life < 8; life++) {
		usleep(300000U + (unsigned)(life * 7919 % 11) * 100000U);
		gateway_kill();
		gateway_start_only(unruly);
	}
	await_int("HLEN position:Paper", 0);
	gateway_await_quiet(60);
	(void)gateway_assert_books_equal();
	assert_int_equal(valkey_do_int(fixture.console, "SCARD order:open"), 0);
	gateway_stop();
}

int
main(void)
{
#define HALTS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, gateway_tear_down)
	const struct CMUnitTest tests[] = {
		HALTS_TEST(
		    test_a_loss_of_exactly_the_limit_halts_until_the_next_day_and_an_exit_still_passes),
		HALTS_TEST(test_the_days_begin_survives_a_restart_and_a_withdrawal_is_no_loss),
		HALTS_TEST(test_orders_of_a_day_are_counted_on_after_a_restart),
		HALTS_TEST(test_a_flatten_cancels_and_closes_for_the_strategy_that_holds),
		HALTS_TEST(test_a_halt_ends_by_itself_which_is_told_and_audited),
		HALTS_TEST(test_a_stopped_strategy_does_not_fire_but_may_close),
		HALTS_TEST(test_a_flatten_in_a_closed_market_is_told_once_for_as_long_as_it_stands),
		HALTS_TEST(test_whenever_it_is_killed_a_flatten_closes_everything_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
