/*
 * test_kis_mishaps.c - the KIS adapter when things go wrong: a token that ends in mid-life, answers
 * that are lost or are none, too many calls, notices that come twice or never.  What really
 * happened is asked of the simulator afterwards.
 */
#include "kis_account.h"

/* ---- tests ---- */

static void
test_a_token_that_ends_in_mid_life_costs_no_order(void **unused)
{
	struct yq_order o = order(10, 70000);

	(void)unused;
	ask_price();
	answer(YQ_OK);
	/* So long ago that a new one may be had. */
	ahead_ns = INT64_C(120) * 1000000000;
	control("POST", "expire-tokens", "{}");
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_E_RETRY); /* it says that it was not taken, and was not */
	assert_non_null(strstr(t.text, "EGW00123"));
	assert_int_equal(candidates(&o), 0);
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_OK);
	assert_int_equal(candidates(&o), 1);
	/* A question asks again by itself. */
	ahead_ns *= 2;
	control("POST", "expire-tokens", "{}");
	ask_price();
	answer(YQ_OK);
}

/* Longer, and it would count as Unknown, though nothing of it was ever sent. */
static void
test_an_order_that_waits_for_its_price_is_given_back_in_time(void **unused)
{
	struct yq_order o = order(3, 0);
	int64_t begun_ns;

	(void)unused;
	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "AAPL");
	o.exchange = YQ_NASDAQ;
	ask_price();
	answer(YQ_OK);
	control("POST", "expire-tokens", "{}"); /* and a new one cannot be had within a minute */
	begun_ns = monotonic_ns(NULL);
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_E_RETRY);
	assert_true(monotonic_ns(NULL) - begun_ns < INT64_C(9000000000));
}

static void
test_an_order_whose_answer_is_lost_is_found_once(void **unused)
{
	static const struct {
		const char *knob;
		size_t taken;
	} rows[] = {
		{ "{\"timeout_next\":1}", 1 },
		{ "{\"error_after_next\":1}", 1 },
		{ "{\"cut_next\":1}", 1 },
		{ "{\"unheard_next\":1}", 0 },
		{ "{\"error_next\":1}", 0 },
	};

	(void)unused;
	ask_price();
	answer(YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_order o = order(10 + (int64_t)i, 70000);

		knobs(rows[i].knob);
		yq_broker_submit(t.broker, &o, on_done, NULL);
		answer(YQ_E_UNKNOWN);
		if (candidates(&o) != rows[i].taken)
			fail_msg("%s: not %zu of %zu orders", rows[i].knob, rows[i].taken, t.count);
	}
}

#define SILENT_ORDERS 8

/* Each keeps its connection until its time is over, and there are more to be had. */
static void
test_orders_without_an_answer_hold_up_nothing_else(void **unused)
{
	int64_t begun_ns;

	(void)unused;
	ask_price();
	answer(YQ_OK);
	knobs("{\"timeout_next\":8}");
	begun_ns = monotonic_ns(NULL);
	for (int i = 0; i < SILENT_ORDERS; i++) {
		struct yq_order o = order(10 + i, 70000);

		yq_broker_submit(t.broker, &o, on_done, NULL);
	}
	ask_price();
	answer(YQ_OK);
	assert_true(monotonic_ns(NULL) - begun_ns < INT64_C(6000000000));
	await(&t.ended, SILENT_ORDERS);
}

static void
test_too_many_calls_are_no_refusal(void **unused)
{
	struct yq_order o = order(10, 70000);

	(void)unused;
	ask_price();
	answer(YQ_OK);
	knobs("{\"limited_next\":1}");
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_E_RETRY);
	assert_int_equal(candidates(&o), 0);
	knobs("{\"limited_next\":1}");
	ask_price();
	answer(YQ_OK);
	/* The broker counts as it does in earnest: none of these is too many. */
	t.good = 0;
	for (int i = 0; i < ASKS; i++)
		ask_price();
	await(&t.ended, ASKS);
	t.ended = 0;
	assert_int_equal(t.good, ASKS);
}

static void
test_a_list_that_breaks_off_is_none(void **unused)
{
	struct yq_order o = order(10, 70000);

	(void)unused;
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_OK);
	knobs("{\"cut_next\":1}");
	yq_broker_open_orders(t.broker, on_orders, NULL);
	answer(YQ_E_UNKNOWN);
	assert_int_equal(t.count, 0);
	knobs("{\"html_next\":1}");
	yq_broker_open_orders(t.broker, on_orders, NULL);
	answer(YQ_E_UNKNOWN);
	yq_broker_open_orders(t.broker, on_orders, NULL);
	answer(YQ_OK);
	assert_int_equal(t.count, 1);
}

/* KIS tells of all orders or of none, in pages: with a look for each that is asked about, the calls
 * of a busy minute would not be over in an hour. */
static void
test_who_asks_meanwhile_shares_the_next_look(void **unused)
{
	struct yq_order o = order(10, 70000);
	struct yq_broker_ref ref = { &o, t.id, o.timestamp_us };

	(void)unused;
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_OK);
	knobs("{\"kis_per_second\":6}"); /* two looks at home and abroad, and no more */
	t.good = 0;
	for (int i = 0; i < ASKS / 2; i++) {
		yq_broker_open_orders(t.broker, on_orders, NULL);
		yq_broker_find_order(t.broker, &ref, on_found, NULL);
	}
	await(&t.ended, ASKS);
	t.ended = 0;
	assert_int_equal(t.good, ASKS);
	assert_int_equal(t.count, 1);
	assert_string_equal(t.orders[0].broker_order_id, t.id);
}

/* Twice, never: each share is told once, whoever tells of it. */
static void
test_notices_that_come_twice_or_never(void **unused)
{
	static const char *const mishaps[] = { "{\"duplicate_next\":9}",
		"{\"duplicate_next\":0,\"lost_next\":9}", "{\"lost_next\":0,\"reorder_next\":1}" };
	struct yq_decimal sum = YQ_DECIMAL_ZERO;

	(void)unused;
	await(&t.stale, 1); /* notices are coming */
	for (size_t i = 0; i < YQ_COUNT(mishaps); i++) {
		struct yq_order o = order(5, 0);

		knobs(mishaps[i]);
		yq_broker_submit(t.broker, &o, on_done, NULL);
		answer(YQ_OK);
	}
	yq_broker_fills_since(t.broker, 0, on_fills, NULL);
	answer(YQ_OK);
	for (size_t i = 0; i < t.fill_count; i++)
		assert_int_equal(yq_decimal_add(sum, t.fills[i].fill.qty, &sum), YQ_OK);
	assert_int_equal(yq_decimal_cmp(sum, yq_decimal_from_int(15)), 0);
	assert_true(yq_decimal_cmp(t.pushed, sum) <= 0);
}

static void
on_balances(void *cookie, enum yq_rc rc, const struct yq_broker_balance *balances, size_t count,
    const struct yq_err *err)
{
	(void)cookie;
	(void)balances;
	t.count = count;
	ended(rc, err);
}

static void
test_cash_that_is_not_known_does_not_count_and_is_told_once(void **unused)
{
	size_t known;

	(void)unused;
	yq_broker_balances(t.broker, on_balances, NULL);
	answer(YQ_OK);
	known = t.count;
	knobs("{\"kis_euros\":250}");
	for (int i = 0; i < 2; i++) {
		yq_broker_balances(t.broker, on_balances, NULL);
		answer(YQ_OK);
		assert_int_equal(t.count, known);
		assert_int_equal(t.notices, 1);
	}
	assert_non_null(strstr(t.notice, "EUR (250)"));
}

/* A price is as old as it was last told: one that stands still must not grow old for that. */
static void
test_a_price_that_stands_still_is_told_again(void **unused)
{
	struct yq_order o = order(10, 70000);

	(void)unused;
	yq_broker_free(t.broker);
	open_account(1);
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_OK);
	await(&t.quotes, 3);
}

/* It was stopped, or its machine slept: meanwhile another one may have found that KIS does not have
 * the order, and sent it anew. */
static void
test_an_order_is_not_sent_when_the_program_stood_still(void **unused)
{
	struct yq_order at_home = order(7, 70000), abroad = order(3, 0);

	(void)unused;
	/* while it waits for a token */
	yq_broker_submit(t.broker, &at_home, on_done, NULL);
	(void)uv_run(&t.loop, UV_RUN_NOWAIT);
	ahead_ns += INT64_C(100000000000);
	answer(YQ_E_RETRY);
	assert_int_equal(candidates(&at_home), 0);
	/* while a price to put its limit by is asked for */
	abroad.exchange = YQ_NASDAQ;
	yq_str_copy_cut(abroad.ticker, sizeof(abroad.ticker), "AAPL");
	knobs("{\"latency_ms\":400}");
	yq_broker_submit(t.broker, &abroad, on_done, NULL);
	(void)uv_run(&t.loop, UV_RUN_NOWAIT);
	wait_ms(150);
	ahead_ns += INT64_C(100000000000);
	answer(YQ_E_RETRY);
	knobs("{\"latency_ms\":0}");
	assert_int_equal(candidates(&abroad), 0);
}

int
main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ONE(test_a_token_that_ends_in_mid_life_costs_no_order),
		ONE(test_an_order_that_waits_for_its_price_is_given_back_in_time),
		ONE(test_an_order_whose_answer_is_lost_is_found_once),
		ONE(test_orders_without_an_answer_hold_up_nothing_else),
		ONE(test_too_many_calls_are_no_refusal),
		ONE(test_a_list_that_breaks_off_is_none),
		ONE(test_who_asks_meanwhile_shares_the_next_look),
		ONE(test_notices_that_come_twice_or_never),
		ONE(test_a_price_that_stands_still_is_told_again),
		ONE(test_an_order_is_not_sent_when_the_program_stood_still),
		ONE(test_cash_that_is_not_known_does_not_count_and_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
