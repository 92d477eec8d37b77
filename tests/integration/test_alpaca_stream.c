/* test_alpaca_stream.c - what Alpaca tells by itself, what is asked for beneath it, and lists. */
#include "alpaca_fixture.h"

#define NEXT   "0b5f0a60-6b0e-4b27-9a7d-0d3c2c0ad111"
#define ORDERS "/v2/orders"
#define FILLS  "/v2/account/activities/FILL"

#define OURS(status, filled, rest) \
	ALPACA_ORDER_JSON(ALPACA_ORDER, ALPACA_OURS, status, "15", filled, "\"107\"", rest)
#define UPDATE(event, order) ALPACA_UPDATE_JSON(event, "null", "null", order)
#define EXECUTED(event, qty, filled) \
	ALPACA_UPDATE_JSON(event, "\"107\"", "\"" qty "\"", OURS("partially_filled", filled, ""))
#define LISTED(id, qty, filled) ALPACA_FILL_JSON(id, ALPACA_ORDER, "fill", qty, filled)

static void
test_executions_are_told_once(void **unused)
{
	const struct told *told;

	(void)unused;
	join_stream();
	say(EXECUTED("partial_fill", "5", "5"));
	told = told_last(YQ_BROKER_EV_FILL, 2);
	assert_string_equal(told->event.order_id.text, ALPACA_OURS);
	assert_string_equal(told->fill.execution_id, ALPACA_ORDER ":5");
	assert_number(told->fill.fill.qty, "5");
	assert_number(told->fill.fill.price, "107");
	say(EXECUTED("partial_fill", "5", "5")); /* Alpaca does so at times */
	say(EXECUTED("fill", "10", "15"));
	told = told_last(YQ_BROKER_EV_FILL, 3);
	assert_string_equal(told->fill.execution_id, ALPACA_ORDER ":15");
	assert_number(told->fill.fill.qty, "10");
}

static void
test_what_is_missing_between_executions_is_asked_for(void **unused)
{
	const struct outcome *o;

	(void)unused;
	join_stream();
	say(EXECUTED("partial_fill", "3", "8"));
	(void)told_last(YQ_BROKER_EV_STALE, 2);
	on("GET", FILLS, 200, "[" LISTED("1", "5", "5") "," LISTED("2", "3", "8") "]");
	o = fills_since(0);
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->fill_count, 2);
	assert_string_equal(o->fills[0].order_id.text, ALPACA_OURS);
	assert_string_equal(o->fills[1].execution_id, ALPACA_ORDER ":8");
	say(EXECUTED("fill", "7", "15")); /* and on from there */
	(void)told_last(YQ_BROKER_EV_FILL, 3);
}

static void
test_an_order_is_acknowledged_before_it_is_filled(void **unused)
{
	struct outcome sent;

	(void)unused;
	join_stream();
	on("POST", ORDERS, 200, OURS("filled", "15", ""))->mute = true;
	submit_begin(&sent);
	while (t.held_count == 0)
		turn_for(5);
	say(EXECUTED("fill", "15", "15"));
	(void)told_last(YQ_BROKER_EV_FILL, 3);
	assert_int_equal(t.told[1].event.kind, YQ_BROKER_EV_ACK);
	assert_string_equal(t.told[1].event.broker_order_id, ALPACA_ORDER);
	yq_http_answer(t.held[0], &(struct yq_http_answer){ .status = 200,
				      .body = OURS("filled", "15", ""),
				      .length = sizeof(OURS("filled", "15", "")) - 1 });
	await_count(&sent.done, 1);
	assert_int_equal(sent.rc, YQ_OK);
	say(UPDATE("new", OURS("filled", "15", "")));
	turn_for(100);
	assert_int_equal(t.told_count, 3);
}

static void
test_ends_say_what_was_executed(void **unused)
{
	const struct told *told;

	(void)unused;
	join_stream();
	say(UPDATE("canceled", OURS("canceled", "5", "")));
	told = told_last(YQ_BROKER_EV_CANCELED, 2);
	assert_true(told->event.filled.set);
	assert_number(told->event.filled.value, "5");
	assert_string_equal(told->text, "canceled at Alpaca");
	say(UPDATE("expired", OURS("expired", "0", "")));
	(void)told_last(YQ_BROKER_EV_EXPIRED, 3);
	say(UPDATE("rejected", OURS("rejected", "0", "")));
	(void)told_last(YQ_BROKER_EV_REJECTED, 4);
	/* Of one that replaced another, that one may have executed some of it. */
	say(UPDATE("canceled", OURS("canceled", "5", ",\"replaces\":\"" NEXT "\"")));
	assert_false(told_last(YQ_BROKER_EV_CANCELED, 5)->event.filled.set);
	say(UPDATE("rejected", OURS("rejected", "0", ",\"replaces\":\"" NEXT "\"")));
	(void)told_last(YQ_BROKER_EV_STALE, 6);
	say(UPDATE("order_cancel_rejected", OURS("filled", "0", "")));
	(void)told_last(YQ_BROKER_EV_STALE, 7);
	say(UPDATE("pending_cancel", OURS("pending_cancel", "0", "")));
	say("{\"stream\":\"trade_updates\",\"data\":{\"event\":\"fill\",\"order\":[]}}");
	(void)told_last(YQ_BROKER_EV_STALE, 8); /* what cannot be read was something */
}

static void
test_a_lost_stream_comes_back_and_says_so(void **unused)
{
	(void)unused;
	join_stream();
	for (unsigned i = 2; i <= 3; i++) {
		yq_ws_free(t.ws);
		t.ws = NULL;
		await_count(&t.opened, i);
		join_stream();
	}
	say(UPDATE("expired", OURS("expired", "0", "")));
	(void)told_last(YQ_BROKER_EV_EXPIRED, 4);
}

static void
test_keys_that_are_not_accepted_are_not_shown_again_at_once(void **unused)
{
	(void)unused;
	await_count(&t.said, 1);
	say("{\"stream\":\"authorization\",\"data\":{\"status\":\"unauthorized\"}}");
	await_count(&t.gone, 1);
	turn_for(1500);
	assert_int_equal(t.opened, 1);
	assert_int_equal(t.told_count, 0);
}

static void
test_without_a_stream_all_is_found_by_asking(void **unused)
{
	(void)unused;
	assert_false(yq_broker_can(t.broker, YQ_BROKER_PUSHES));
	turn_for(300);
	assert_int_equal(t.opened, 0);
}

static void
test_executions_come_page_by_page(void **unused)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf page = yq_buf_make(256 * 1024);
	const struct outcome *o;
	struct rule *rule;

	(void)unused;
	yq_buf_add_char(&page, '[');
	for (int i = 1; i <= 100; i++)
		yq_buf_add_format(&page,
		    "%s{\"id\":\"a%d\",\"type\":\"partial_fill\",\"order_id\":\"" ALPACA_ORDER
		    "\",\"side\":\"sell\",\"price\":\"1.5\",\"qty\":\"1\",\"cum_qty\":\"%d\","
		    "\"transaction_time\":\"2026-11-20T15:04:06Z\"}",
		    i > 1 ? "," : "", i, i);
	yq_buf_add_char(&page, ']');
	on("GET", FILLS, 200, yq_buf_text(&page));
	rule =
	    on("GET", FILLS, 200, "[" LISTED("a100", "1", "100") "," LISTED("b", "1", "101") "]");
	rule->query = "page_token";
	rule->value = "a100";
	on("GET", ORDERS, 200, "[]");
	on("GET", ORDERS "/" ALPACA_ORDER, 200, OURS("filled", "15", ""));
	o = fills_since(0);
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->fill_count, 101); /* what both pages have counts once */
	assert_int_equal(o->fills[0].fill.action, YQ_SELL);
	assert_string_equal(o->fills[100].execution_id, ALPACA_ORDER ":101");
	assert_int_equal(calls_of("GET", ORDERS "/" ALPACA_ORDER), 1);
	rule = on("GET", FILLS, 500, "");
	rule->query = "page_token";
	rule->value = "a100";
	assert_rc(fills_since(0), YQ_E_UNKNOWN, ""); /* whole or not at all */
	assert_int_equal(fills_since(0)->fill_count, 0);
}

/* An account with a past of its own is served all the same: a look has only so much time. */
static void
test_who_knows_of_no_execution_is_told_of_the_last_days(void **unused)
{
	struct rule *rule;
	int64_t since_us;

	(void)unused;
	on("GET", FILLS, 500, "");
	rule = on("GET", FILLS, 200, "[]");
	rule->query = "after";
	rule->value = "2026-11-13T16:00:00.000000Z";
	assert_rc(fills_since(0), YQ_OK, "");
	assert_int_equal(yq_time_parse("2026-10-01T00:00:00Z", 20, &since_us), YQ_OK);
	rule = on("GET", FILLS, 200, "[]");
	rule->query = "after";
	rule->value = "2026-10-01T00:00:00.000000Z";
	assert_rc(fills_since(since_us), YQ_OK, "");
}

static void
test_open_orders_once_each(void **unused)
{
	const struct outcome *o;

	(void)unused;
	on("GET", ORDERS, 200,
	    "[" OURS("pending_replace", "0", "") "," ALPACA_ORDER_JSON(NEXT,
		ALPACA_OURS "-r12345678", "new", "20", "0", "null",
		",\"replaces\":\"" ALPACA_ORDER "\"") "]");
	o = open_orders();
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->count, 1);
	assert_string_equal(o->orders[0].broker_order_id, NEXT);
	assert_string_equal(o->orders[0].order_id.text, ALPACA_OURS);
	assert_number(o->orders[0].qty, "20");
	assert_int_equal(o->orders[0].exchange, YQ_NASDAQ);
	on("GET", ORDERS, 200, "[" OURS("new", "0", "") ",{}]");
	assert_rc(open_orders(), YQ_E_UNKNOWN, "list of orders");
	on("GET", ORDERS, 404, ALPACA_ERROR_JSON("40410000", "x"));
	assert_rc(open_orders(), YQ_E_UNKNOWN, "x");
}

#define ACCOUNT_IN_EUROS "{\"status\":\"ACTIVE\",\"currency\":\"EUR\",\"cash\":\"5\"}"

static void
test_cash_and_positions(void **unused)
{
	const struct outcome *o;

	(void)unused;
	on("GET", "/v2/account", 200, ALPACA_ACCOUNT_JSON);
	on("GET", "/v2/positions", 200,
	    "[" ALPACA_POSITION_JSON("MSFT", "NASDAQ", "5", "long") "," ALPACA_POSITION_JSON("SPY",
		"ARCA", "-3", "short") "," ALPACA_POSITION_JSON("OTCX", "OTC", "3", "long") "]");
	on("GET", "/v2/assets/OTCX", 200, ALPACA_ASSET_JSON("OTCX", "OTC"));
	o = balances();
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->balance.currency, YQ_USD);
	assert_number(o->balance.amount, "-23140.2");
	o = positions();
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->count, 2);
	assert_string_equal(o->positions[1].ticker, "SPY");
	assert_int_equal(o->positions[1].exchange, YQ_AMEX);
	assert_number(o->positions[1].qty, "-3");
	/* Cash that is not known here does not count, and is told of once. */
	on("GET", "/v2/account", 200, ACCOUNT_IN_EUROS);
	for (int i = 0; i < 2; i++) {
		o = balances();
		assert_rc(o, YQ_OK, "");
		assert_int_equal(o->count, 0);
		assert_non_null(strstr(told_last(YQ_BROKER_EV_NOTICE, 1)->text, "EUR"));
	}
	/* A failure is not an empty list. */
	on("GET", "/v2/positions", 500, "[]");
	assert_rc(positions(), YQ_E_UNKNOWN, "500");
	on("GET", "/v2/positions", 200, "{}");
	assert_rc(positions(), YQ_E_UNKNOWN, "array");
	on("GET", "/v2/account", 401, "");
	assert_rc(balances(), YQ_E_DENIED, "401");
}

static void
test_prices(void **unused)
{
	const struct outcome *o;
	const struct told *told;

	(void)unused;
	t.settings.quote_s = 1;
	yq_broker_free(t.broker);
	open_broker();
	on("GET", "/v2/stocks/trades/latest", 200,
	    "{\"trades\":{\"AAPL\":{\"t\":\"2026-11-20T15:04:06Z\",\"p\":106.5}}}");
	o = price(YQ_NASDAQ, "AAPL");
	assert_rc(o, YQ_OK, "");
	assert_number(o->quote.price, "106.5");
	assert_rc(price(YQ_NYSE, "AAPL"), YQ_E_NOT_FOUND, "no AAPL on NYSE");
	on("GET", "/v2/stocks/trades/latest", 200, "{\"trades\":{}}")->times = 2;
	assert_rc(price(YQ_NASDAQ, "AAPL"), YQ_E_UNKNOWN, "501");
	on("GET", "/v2/stocks/bars/latest", 200,
	    "{\"bars\":{\"AAPL\":{\"t\":\"2026-11-20T15:04:00Z\",\"c\":106}}}");
	assert_number(price(YQ_NASDAQ, "AAPL")->quote.price, "106");
	/* What is on order is looked at from then on, and told when it changes. */
	on("POST", ORDERS, 200, OURS("new", "0", ""));
	assert_rc(submit(), YQ_OK, "");
	told = told_last(YQ_BROKER_EV_QUOTE, 1);
	assert_string_equal(told->quote.ticker, "AAPL");
	assert_number(told->quote.price, "106.5");
	turn_for(1500);
	assert_int_equal(t.told_count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALPACA_STREAM(test_executions_are_told_once),
		ALPACA_STREAM(test_what_is_missing_between_executions_is_asked_for),
		ALPACA_STREAM(test_an_order_is_acknowledged_before_it_is_filled),
		ALPACA_STREAM(test_ends_say_what_was_executed),
		ALPACA_STREAM(test_a_lost_stream_comes_back_and_says_so),
		ALPACA_STREAM(test_keys_that_are_not_accepted_are_not_shown_again_at_once),
		ALPACA_TEST(test_without_a_stream_all_is_found_by_asking),
		ALPACA_TEST(test_executions_come_page_by_page),
		ALPACA_TEST(test_who_knows_of_no_execution_is_told_of_the_last_days),
		ALPACA_TEST(test_open_orders_once_each),
		ALPACA_TEST(test_cash_and_positions),
		ALPACA_TEST(test_prices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
