/* test_risk.c - each check at its limit and on either side of it. */
#include "risk_scene.h"

static void
test_a_plain_order_passes(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	assert_passes(&s);
	yq_account_free(s.account);
}

static void
test_halt_inactive_closed_and_beyond_the_calendar(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.facts.halt_reason = "by Kim: fat finger";
	assert_code(&s, "RISK_HALTED");
	assert_says(&s, "by Kim: fat finger");
	s.facts.halt_reason = NULL;
	s.account->active = false;
	assert_code(&s, "RISK_INACTIVE");
	s.account->active = true;
	s.facts.market_open = false;
	assert_code(&s, "RISK_MARKET_CLOSED");
	assert_says(&s, "NASDAQ");
	s.facts.market_open = true;
	s.facts.calendar_covered = false;
	assert_code(&s, "RISK_CALENDAR");
	s.facts.by_hand = true;
	assert_passes(&s);
	yq_account_free(s.account);
}

static void
test_an_old_order_is_refused_never_traded_late(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.limits.max_age_us = 60 * YQ_US_PER_SECOND;
	s.facts.now_us = s.order.timestamp_us + s.limits.max_age_us;
	assert_passes(&s);
	s.facts.now_us++;
	assert_code(&s, "RISK_STALE");
	s.facts.asked_at_us = s.facts.now_us;
	assert_passes(&s);
	s.facts.asked_at_us = s.facts.now_us + s.limits.max_age_us + 1;
	assert_code(&s, "RISK_STALE");
	yq_account_free(s.account);
}

static void
test_the_currency_is_that_of_the_market(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.order.currency = YQ_KRW;
	assert_code(&s, "RISK_CURRENCY");
	assert_says(&s, "NASDAQ trades in USD, not in KRW");
	yq_account_free(s.account);
}

static void
test_order_value(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.limits.max_order_value[YQ_KRW] = opt("1"); /* another currency's limit */
	s.limits.max_order_value[YQ_USD] = opt("1000");
	assert_passes(&s);
	s.limits.max_order_value[YQ_USD] = opt("999.99999999");
	assert_code(&s, "RISK_MAX_ORDER_VALUE");
	s.limits.max_order_value[YQ_USD] = opt("900");
	s.account->cash[YQ_USD] = dec("1000000");
	s.order.qty = dec("12000");
	assert_code(&s, "RISK_MAX_ORDER_VALUE");
	assert_says(&s, "order value 1,200,000.00 USD exceeds the limit of 900.00 USD");
	/* a limit order counts at its limit */
	s.order.qty = dec("10");
	s.order.type = YQ_TYPE_LIMIT;
	s.order.price = opt("90");
	assert_passes(&s);
	s.order.price = opt("90.01");
	assert_code(&s, "RISK_MAX_ORDER_VALUE");
	yq_account_free(s.account);
}

static void
test_the_way_out_stays_open(void **unused)
{
	struct scene s = scene_of(YQ_SELL, "10", "10");

	(void)unused;
	s.limits.max_order_value[YQ_USD] = opt("1");
	s.limits.max_daily_loss[YQ_USD] = opt("1");
	s.facts.day_loss = opt("5");
	s.limits.max_open_orders = 1;
	s.account->open_order_count = 1;
	s.limits.max_position_share = opt("0");
	s.facts.last_price.set = false;
	assert_passes(&s);
	s.account->open_order_count = 0;
	yq_account_free(s.account);
}

static void
test_position_share(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "10"); /* equity 11,000; 20 at 100 = 2,000 */
	struct yq_order other = sample_order("other", YQ_BUY, "1");

	(void)unused;
	s.limits.max_position_share = opt("0.18181819");
	assert_passes(&s);
	s.limits.max_position_share = opt("0.18181818");
	assert_code(&s, "RISK_MAX_POSITION_SHARE");
	s.limits.max_position_share = opt("0.18181819");
	assert_int_equal(yq_account_open(s.account, &other, dec("100"), NULL), YQ_OK);
	assert_code(&s, "RISK_MAX_POSITION_SHARE"); /* what is on its way counts */
	yq_account_free(s.account);
	s = scene_of(YQ_BUY, "10", "0"); /* exactly a tenth of 10,000 */
	s.limits.max_position_share = opt("0.1");
	assert_passes(&s);
	yq_account_free(s.account);
}

static void
test_open_orders_and_rate(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");
	struct yq_order other = sample_order("other", YQ_BUY, "1");

	(void)unused;
	s.limits.max_open_orders = 2;
	assert_int_equal(yq_account_open(s.account, &other, dec("100"), NULL), YQ_OK);
	assert_passes(&s);
	s.limits.max_open_orders = 1;
	assert_code(&s, "RISK_MAX_OPEN_ORDERS");
	s.limits.max_open_orders = 0;
	s.limits.max_orders_per_minute = 5;
	s.facts.orders_last_minute = 4;
	assert_passes(&s);
	s.facts.orders_last_minute = 5;
	assert_code(&s, "RISK_RATE");
	yq_account_free(s.account);
}

static void
test_the_rate_forgets_after_sixty_seconds(void **unused)
{
	struct yq_rate rate = { 0 };
	int64_t start = at("2026-11-23T15:00:00Z");

	(void)unused;
	assert_int_equal(yq_rate_count(&rate, start), 0);
	yq_rate_add(&rate, start);
	yq_rate_add(&rate, start + 1);
	yq_rate_add(&rate, start + 30 * YQ_US_PER_SECOND);
	assert_int_equal(yq_rate_count(&rate, start + 59 * YQ_US_PER_SECOND), 3);
	assert_int_equal(yq_rate_count(&rate, start + 60 * YQ_US_PER_SECOND), 1);
	yq_rate_add(&rate, start + 60 * YQ_US_PER_SECOND);
	assert_int_equal(yq_rate_count(&rate, start + 60 * YQ_US_PER_SECOND), 2);
	assert_int_equal(yq_rate_count(&rate, start + 600 * YQ_US_PER_SECOND), 0);
}

static void
test_a_days_orders_are_the_same_however_often_they_are_kept(void **unused)
{
	int64_t start = at("2026-11-23T15:00:00Z"), late = start + 23 * 3600 * YQ_US_PER_SECOND;
	struct yq_rate rate = { 0 };

	(void)unused;
	yq_rate_add(&rate, start);
	yq_rate_add(&rate, start + 1);
	yq_rate_add(&rate, start + 3600 * YQ_US_PER_SECOND);
	for (int life = 0; life < 100; life++) {
		struct yq_rate_part parts[YQ_RATE_STEPS];
		size_t count = yq_rate_day_parts(&rate, late, parts);

		assert_int_equal(count, 2);
		rate = (struct yq_rate){ 0 };
		for (size_t i = 0; i < count; i++) /* clocks drift apart */
			yq_rate_add_day(&rate, parts[i].count, parts[i].at_us - 1000);
	}
	assert_int_equal(yq_rate_day(&rate, late), 3);
	assert_int_equal(yq_rate_day(&rate, late + 3600 * YQ_US_PER_SECOND), 1);
	assert_int_equal(yq_rate_day(&rate, late + 2 * 3600 * YQ_US_PER_SECOND), 0);
}

static void
test_orders_of_before_the_machines_start_are_as_old_as_they_are(void **unused)
{
	struct yq_rate rate = { 0 };
	struct yq_rate_part parts[YQ_RATE_STEPS];
	int64_t hour = 3600 * YQ_US_PER_SECOND;

	(void)unused;
	yq_rate_add_day(&rate, 5, -20 * hour);
	yq_rate_add(&rate, -10 * YQ_US_PER_SECOND);
	assert_int_equal(yq_rate_count(&rate, 10 * YQ_US_PER_SECOND), 1);
	assert_int_equal(yq_rate_count(&rate, 50 * YQ_US_PER_SECOND), 0);
	assert_int_equal(yq_rate_day(&rate, 1), 6);
	assert_int_equal(yq_rate_day_parts(&rate, 1, parts), 2);
	assert_int_equal(yq_rate_day(&rate, 4 * hour), 1);
	assert_int_equal(yq_rate_day(&rate, 24 * hour), 0);
}

static void
test_price_collar(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.limits.price_collar = opt("0.05");
	assert_passes(&s); /* a market order without a price of its own */
	s.order.type = YQ_TYPE_LIMIT;
	s.order.price = opt("105");
	assert_passes(&s);
	s.order.price = opt("105.01");
	assert_code(&s, "RISK_PRICE_COLLAR");
	s.order.price = opt("95");
	assert_passes(&s);
	s.order.price = opt("94.99");
	assert_code(&s, "RISK_PRICE_COLLAR");
	s.order.type = YQ_TYPE_MARKET; /* the price it was decided at */
	s.order.price = opt("200");
	assert_code(&s, "RISK_PRICE_COLLAR");
	yq_account_free(s.account);
}

static void
test_duplicates(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.facts.last_same_qty = opt("10");
	s.facts.last_same_at_us = s.facts.now_us - 5 * YQ_US_PER_SECOND;
	assert_passes(&s);
	s.limits.duplicate_window_us = 5 * YQ_US_PER_SECOND;
	assert_passes(&s);
	s.limits.duplicate_window_us++;
	assert_code(&s, "RISK_DUPLICATE");
	s.facts.last_same_qty = opt("11");
	assert_passes(&s);
	yq_account_free(s.account);
}

static void
test_shorts_and_reduce_only(void **unused)
{
	struct scene s = scene_of(YQ_SELL, "10", "10");
	struct yq_order other = sample_order("other", YQ_SELL, "1");

	(void)unused;
	assert_passes(&s);
	s.order.qty = dec("11");
	assert_code(&s, "RISK_NO_SHORT");
	s.limits.allow_short = true;
	assert_passes(&s);
	s.order.reduce_only = true;
	assert_code(&s, "RISK_REDUCE_ONLY");
	s.order.qty = dec("10");
	assert_passes(&s);
	assert_int_equal(yq_account_open(s.account, &other, YQ_DECIMAL_ZERO, NULL), YQ_OK);
	assert_code(&s, "RISK_REDUCE_ONLY"); /* the rest is being sold already */
	s.order.reduce_only = false;
	s.limits.allow_short = false;
	assert_code(&s, "RISK_NO_SHORT");
	s.order.exchange = YQ_NYSE; /* held in another market does not count */
	s.order.qty = dec("1");
	assert_code(&s, "RISK_NO_SHORT");
	yq_account_free(s.account);
}

static void
test_lot_and_tick(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.order.qty = dec("10.5");
	assert_code(&s, "RISK_LOT");
	s.facts.lot = opt("0.5");
	assert_passes(&s);
	s.facts.lot = opt("4");
	s.order.qty = dec("8");
	assert_passes(&s);
	s.order.qty = dec("10");
	assert_code(&s, "RISK_LOT");
	s.facts.lot.set = false;
	s.order.qty = dec("0");
	assert_code(&s, "RISK_LOT");
	s.order.qty = dec("10");
	s.order.type = YQ_TYPE_LIMIT;
	s.order.price = opt("99.99");
	assert_passes(&s);
	s.order.price = opt("99.995");
	assert_code(&s, "RISK_TICK");
	s.order.type = YQ_TYPE_MARKET; /* not a limit then */
	assert_passes(&s);
	s.order.type = YQ_TYPE_STOP;
	s.order.stop_price = opt("101.001");
	assert_code(&s, "RISK_TICK");
	yq_account_free(s.account);
}

static void
test_buying_power_with_commission(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "100", "0");

	(void)unused;
	assert_passes(&s);
	s.account->commission_rate = dec("0.0001");
	assert_code(&s, "RISK_BUYING_POWER");
	assert_says(&s, "cost 10,001.00 USD exceeds the buying power of 10,000.00 USD");
	s.account->cash[YQ_USD] = dec("10001");
	assert_passes(&s);
	s.account->cash[YQ_USD] = dec("10000.99999999");
	assert_code(&s, "RISK_BUYING_POWER");
	s.account->cash[YQ_KRW] = dec("100000000"); /* another currency buys nothing here */
	assert_code(&s, "RISK_BUYING_POWER");
	yq_account_free(s.account);
}

static void
test_a_buy_without_any_price_is_refused(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.facts.last_price.set = false;
	assert_code(&s, "RISK_NO_PRICE");
	s.order.price = opt("100"); /* decided at */
	assert_passes(&s);
	yq_account_free(s.account);
}

static void
test_daily_loss_stops(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.limits.max_daily_loss[YQ_USD] = opt("500");
	s.facts.day_loss = opt("499.99");
	assert_passes(&s);
	s.facts.day_loss = opt("500");
	assert_code(&s, "RISK_DAILY_LOSS");
	yq_account_free(s.account);
}

static void
test_a_refusal_keeps_its_number_and_its_limit_for_programs(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(65536);
	struct yq_json_writer w = yq_json_writer_make(&text);

	(void)unused;
	s.limits.max_order_value[YQ_USD] = opt("900.5");
	assert_code(&s, "RISK_MAX_ORDER_VALUE");
	yq_json_begin_array(&w);
	yq_trace_write(&w, &s.trace);
	yq_json_end_array(&w);
	assert_non_null(
	    strstr(yq_buf_text(&text), "\"Value\":1000,\"Limit\":900.5,\"Currency\":\"USD\"}]"));
	assert_null(strstr(yq_buf_text(&text), "\"Ok\":true,\"Value\""));
	s.limits.max_order_value[YQ_USD].set = false;
	assert_passes(&s);
	for (size_t i = 0; i < s.trace.count; i++)
		assert_false(s.trace.steps[i].measured);
	yq_account_free(s.account);
}

static void
test_the_price_an_order_is_valued_at(void **unused)
{
	struct yq_order order = sample_order("one", YQ_BUY, "1");
	int64_t before = order.timestamp_us - 1, after = order.timestamp_us + 1;

	(void)unused;
	assert_false(yq_risk_price(&order, YQ_OPT_DECIMAL_NONE, 0).set);
	assert_decimal(yq_risk_price(&order, opt("7"), before).value, "7");
	order.reference_price = opt("6");
	assert_decimal(yq_risk_price(&order, opt("7"), before).value, "6");
	order.price = opt("8"); /* decided at: younger than one that was known before */
	assert_decimal(yq_risk_price(&order, opt("7"), before).value, "8");
	assert_decimal(yq_risk_price(&order, opt("7"), after).value, "7");
	order.type = YQ_TYPE_STOP;
	order.stop_price = opt("9");
	assert_decimal(yq_risk_price(&order, opt("7"), after).value, "9");
	assert_decimal(yq_risk_price(&order, opt("10"), after).value, "10");
	order.type = YQ_TYPE_STOP_LIMIT;
	assert_decimal(yq_risk_price(&order, opt("10"), after).value, "8");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_plain_order_passes),
		cmocka_unit_test(test_halt_inactive_closed_and_beyond_the_calendar),
		cmocka_unit_test(test_an_old_order_is_refused_never_traded_late),
		cmocka_unit_test(test_the_currency_is_that_of_the_market),
		cmocka_unit_test(test_order_value),
		cmocka_unit_test(test_the_way_out_stays_open),
		cmocka_unit_test(test_position_share),
		cmocka_unit_test(test_open_orders_and_rate),
		cmocka_unit_test(test_the_rate_forgets_after_sixty_seconds),
		cmocka_unit_test(test_a_days_orders_are_the_same_however_often_they_are_kept),
		cmocka_unit_test(test_orders_of_before_the_machines_start_are_as_old_as_they_are),
		cmocka_unit_test(test_price_collar),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_shorts_and_reduce_only),
		cmocka_unit_test(test_lot_and_tick),
		cmocka_unit_test(test_buying_power_with_commission),
		cmocka_unit_test(test_a_buy_without_any_price_is_refused),
		cmocka_unit_test(test_daily_loss_stops),
		cmocka_unit_test(test_a_refusal_keeps_its_number_and_its_limit_for_programs),
		cmocka_unit_test(test_the_price_an_order_is_valued_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
