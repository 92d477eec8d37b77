/* test_exchange.c - the simulated exchange: what it takes, trades, refuses and tells. */
#include "exchange_test.h"

static void
test_a_market_order_pays_the_quote_and_the_commission(void **state)
{
	struct sim_settings settings = quiet_settings();
	struct market m;
	struct sim_order *o;

	(void)state;
	settings.spread_ticks = 2;
	market_with(&m, &settings);
	o = take(&m, &(struct sim_ask){ .account = m.account,
			 .instrument = m.apple,
			 .action = YQ_BUY,
			 .type = YQ_TYPE_MARKET,
			 .qty = dec("10") });
	assert_int_equal(o->state, SIM_FILLED);
	assert_dec(o->value, "1000.2");
	assert_dec(m.account->book->cash[YQ_USD], "98998.8"); /* 1000.2 and 1.00 */
	assert_dec(yq_account_held(m.account->book, YQ_NASDAQ, "AAPL"), "10");
	market_close(&m);
}

static void
test_a_limit_order_waits_and_trades_at_its_limit(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *o;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "10", "95");
	o = take(&m, &ask);
	assert_int_equal(o->state, SIM_NEW);
	assert_dec(yq_account_buying_power(m.account->book, YQ_USD), "99050");
	price_is(&m, "96");
	assert_int_equal(o->state, SIM_NEW);
	price_is(&m, "94");
	assert_int_equal(o->state, SIM_FILLED);
	assert_dec(o->value, "950");
	assert_dec(yq_account_buying_power(m.account->book, YQ_USD), "99049.05");
	market_close(&m);
}

static void
test_a_limit_that_is_better_than_the_quote_pays_the_quote(void **state)
{
	struct market m;
	struct sim_ask ask;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "1", "120");
	assert_dec(take(&m, &ask)->value, "100");
	market_close(&m);
}

static void
test_a_stop_waits_for_its_price(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *o;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "10", NULL);
	(void)take(&m, &ask);
	ask = limit_of(&m, YQ_SELL, "10", NULL);
	ask.type = YQ_TYPE_STOP;
	ask.stop_price = opt("90");
	o = take(&m, &ask);
	price_is(&m, "91");
	assert_int_equal(o->state, SIM_NEW);
	price_is(&m, "89.5");
	assert_int_equal(o->state, SIM_FILLED);
	assert_dec(o->value, "895");
	market_close(&m);
}

static void
test_a_stop_limit_that_gapped_rests_at_its_limit(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *o;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "10", "112");
	ask.type = YQ_TYPE_STOP_LIMIT;
	ask.stop_price = opt("110");
	o = take(&m, &ask);
	price_is(&m, "115");
	assert_true(o->triggered);
	assert_int_equal(o->state, SIM_NEW);
	price_is(&m, "111");
	assert_int_equal(o->state, SIM_FILLED);
	assert_dec(o->value, "1120");
	market_close(&m);
}

static void
test_ioc_and_fok_do_not_stay(void **state)
{
	struct market m;
	struct sim_ask ask;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "10", "95");
	ask.time_in_force = YQ_TIF_IOC;
	assert_int_equal(take(&m, &ask)->state, SIM_CANCELED);
	sim_settings_of(m.x)->partial_ppm = 1000000;
	ask.price = opt("100");
	{
		struct sim_order *o = take(&m, &ask);

		assert_int_equal(o->state, SIM_CANCELED);
		assert_dec(o->filled, "5");
	}
	ask.time_in_force = YQ_TIF_FOK;
	assert_int_equal(take(&m, &ask)->state, SIM_FILLED);
	assert_dec(m.account->book->reserved[YQ_USD], "0");
	market_close(&m);
}

static void
test_an_order_is_filled_in_parts(void **state)
{
	struct sim_settings settings = quiet_settings();
	struct market m;
	struct sim_ask ask;
	struct sim_order *o;
	size_t count;

	(void)state;
	settings.partial_ppm = 1000000;
	market_with(&m, &settings);
	ask = limit_of(&m, YQ_BUY, "7", "101");
	o = take(&m, &ask);
	assert_int_equal(o->state, SIM_PARTIAL);
	assert_dec(o->filled, "3");
	for (int i = 0; i < 4; i++)
		sim_tick(m.x, m.now_us += SECOND);
	assert_int_equal(o->state, SIM_FILLED);
	(void)sim_executions(m.x, &count);
	assert_int_equal(count, 4); /* 3 2 1 1 */
	assert_dec(o->value, "700");
	market_close(&m);
}

static void
test_what_cannot_be_paid_or_delivered_is_refused(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *o;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "1000", "100"); /* 100,000 and the commission */
	assert_int_equal(sim_submit(m.x, &ask, m.now_us, &o, &m.err), SIM_NO_CASH);
	assert_null(o);
	ask = limit_of(&m, YQ_SELL, "1", "100");
	assert_int_equal(sim_submit(m.x, &ask, m.now_us, &o, &m.err), SIM_NO_SHARES);
	ask = limit_of(&m, YQ_BUY, "10", "90");
	(void)take(&m, &ask);
	ask = limit_of(&m, YQ_BUY, "995", "100"); /* what is on order is spoken for */
	assert_int_equal(sim_submit(m.x, &ask, m.now_us, &o, &m.err), SIM_NO_CASH);
	market_close(&m);
}

static void
test_a_client_id_is_used_once(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *first, *second;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "1", "90");
	ask.client_id = "mine";
	first = take(&m, &ask);
	assert_int_equal(sim_submit(m.x, &ask, m.now_us, &second, &m.err), SIM_DUPLICATE_ID);
	assert_ptr_equal(second, first);
	assert_ptr_equal(sim_order_by_client_id(m.x, m.account, "mine"), first);
	assert_ptr_equal(sim_order_by_id(m.x, first->id.text), first);
	ask.account = sim_account(m.x, "Another");
	assert_ptr_not_equal(take(&m, &ask), first);
	market_close(&m);
}

static void
test_prices_off_the_step_and_odd_quantities_are_refused(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *o;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "1", "90.001");
	assert_int_equal(sim_submit(m.x, &ask, m.now_us, &o, &m.err), SIM_BAD_PRICE);
	ask = limit_of(&m, YQ_BUY, "0.5", NULL);
	assert_int_equal(sim_submit(m.x, &ask, m.now_us, &o, &m.err), SIM_BAD_QTY);
	ask.fractional = true;
	assert_dec(take(&m, &ask)->value, "50");
	ask = limit_of(&m, YQ_BUY, "0", NULL);
	ask.notional = opt("250");
	assert_dec(take(&m, &ask)->filled, "2.5");
	market_close(&m);
}

static void
test_a_bracket_sells_once(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *entry, *profit, *loss;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "10", "99");
	ask.order_class = SIM_CLASS_BRACKET;
	ask.profit = opt("110");
	ask.loss_stop = opt("90");
	entry = take(&m, &ask);
	profit = sim_order(m.x, entry->legs[0]);
	loss = sim_order(m.x, entry->legs[1]);
	assert_int_equal(profit->state, SIM_HELD);
	assert_int_equal(loss->state, SIM_HELD);
	price_is(&m, "98");
	assert_int_equal(entry->state, SIM_FILLED);
	assert_int_equal(profit->state, SIM_NEW);
	assert_int_equal(loss->state, SIM_NEW);
	price_is(&m, "89");
	assert_int_equal(loss->state, SIM_FILLED);
	assert_int_equal(profit->state, SIM_CANCELED);
	assert_dec(yq_account_held(m.account->book, YQ_NASDAQ, "AAPL"), "0");
	market_close(&m);
}

static void
test_an_entry_that_is_canceled_takes_its_exits_along(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *entry;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "10", "99");
	ask.order_class = SIM_CLASS_BRACKET;
	ask.profit = opt("110");
	ask.loss_stop = opt("90");
	entry = take(&m, &ask);
	assert_int_equal(sim_cancel(m.x, entry, m.now_us, &m.err), SIM_DONE);
	assert_int_equal(sim_order(m.x, entry->legs[0])->state, SIM_CANCELED);
	assert_int_equal(sim_order(m.x, entry->legs[1])->state, SIM_CANCELED);
	assert_int_equal(sim_cancel(m.x, entry, m.now_us, &m.err), SIM_CLOSED);
	market_close(&m);
}

static void
test_of_a_pair_a_part_of_one_leaves_so_much_less_to_the_other(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *profit, *loss;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "10", NULL);
	(void)take(&m, &ask);
	ask = limit_of(&m, YQ_SELL, "10", "110");
	ask.order_class = SIM_CLASS_OCO;
	ask.loss_stop = opt("90");
	profit = take(&m, &ask);
	loss = sim_order(m.x, profit->legs[0]);
	sim_settings_of(m.x)->partial_ppm = 1000000;
	price_is(&m, "111");
	assert_dec(profit->filled, "5");
	assert_dec(loss->qty, "5");
	sim_settings_of(m.x)->partial_ppm = 0;
	price_is(&m, "89");
	assert_int_equal(loss->state, SIM_FILLED);
	assert_int_equal(profit->state, SIM_CANCELED);
	assert_dec(yq_account_held(m.account->book, YQ_NASDAQ, "AAPL"), "0");
	market_close(&m);
}

static void
test_a_replaced_order_is_another_of_the_rest(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_order *old, *fresh;
	struct sim_change change = { .price = opt("98") };

	(void)state;
	market_open(&m);
	sim_settings_of(m.x)->partial_ppm = 1000000;
	ask = limit_of(&m, YQ_BUY, "10", "100");
	old = take(&m, &ask);
	assert_dec(old->filled, "5");
	price_is(&m, "105");
	assert_int_equal(sim_replace(m.x, old, &change, m.now_us, &fresh, &m.err), SIM_DONE);
	assert_int_equal(old->state, SIM_REPLACED);
	assert_int_equal(old->replaced_by, fresh->number);
	assert_int_equal(fresh->replaces, old->number);
	assert_dec(fresh->qty, "5");
	assert_string_not_equal(fresh->id.text, old->id.text);
	assert_dec(m.account->book->reserved[YQ_USD], "490");
	change.qty = opt("7");
	old = fresh;
	assert_int_equal(sim_replace(m.x, old, &change, m.now_us, &fresh, &m.err), SIM_DONE);
	assert_dec(fresh->qty, "7");
	assert_int_equal(sim_replace(m.x, old, &change, m.now_us, &fresh, &m.err), SIM_CLOSED);
	market_close(&m);
}

static void
test_a_day_order_ends_with_its_day(void **state)
{
	static struct yq_calendar calendar;
	struct sim_settings settings = quiet_settings();
	struct market m;
	struct sim_ask ask;
	struct sim_order *o;
	struct yq_err err;

	(void)state;
	assert_int_equal(yq_calendar_load(&calendar, &err), YQ_OK);
	settings.always_open = false;
	settings.calendar = &calendar;
	market_with(&m, &settings); /* 07:00 in New York */
	ask = limit_of(&m, YQ_BUY, "1", NULL);
	ask.time_in_force = YQ_TIF_DAY;
	o = take(&m, &ask);
	assert_int_equal(o->state, SIM_NEW); /* it waits for the open */
	m.now_us = NOON + 3 * 3600 * SECOND;
	sim_tick(m.x, m.now_us);
	assert_int_equal(o->state, SIM_FILLED);
	ask = limit_of(&m, YQ_BUY, "1", "90");
	ask.time_in_force = YQ_TIF_DAY;
	o = take(&m, &ask);
	sim_tick(m.x, NOON + 9 * 3600 * SECOND - 1);
	assert_int_equal(o->state, SIM_NEW);
	sim_tick(m.x, NOON + 9 * 3600 * SECOND);
	assert_int_equal(o->state, SIM_EXPIRED);
	market_close(&m);
	yq_calendar_clear(&calendar);
}

static void
test_events_come_in_order_with_the_order_as_it_was(void **state)
{
	struct market m;
	struct sim_ask ask;
	struct sim_event *events;
	size_t count;

	(void)state;
	market_open(&m);
	ask = limit_of(&m, YQ_BUY, "1", NULL);
	(void)take(&m, &ask);
	events = sim_take_events(m.x, &count);
	assert_int_equal(count, 2);
	assert_int_equal(events[0].kind, SIM_EV_NEW);
	assert_int_equal(events[0].order.state, SIM_NEW);
	assert_int_equal(events[1].kind, SIM_EV_FILL);
	assert_int_equal(events[1].order.state, SIM_FILLED);
	assert_dec(events[1].execution.position, "1");
	free(events);
	market_close(&m);
}

static void
test_a_price_strays_from_where_it_was_set_and_no_further(void **state)
{
	struct sim_settings settings = quiet_settings();
	struct market m;
	bool moved = false;

	(void)state;
	settings.walk_bps = 200;
	market_with(&m, &settings);
	price_is(&m, "250");
	assert_dec(sim_quote(m.x, m.apple, m.now_us).price, "250");
	for (int i = 0; i < 2000; i++) {
		struct yq_decimal price =
		    sim_quote(m.x, m.apple, m.now_us + i * 977 * SECOND).price;

		assert_true(yq_decimal_cmp(price, dec("239.9")) > 0);
		assert_true(yq_decimal_cmp(price, dec("260.1")) < 0);
		moved = moved || yq_decimal_cmp(price, dec("250")) != 0;
	}
	assert_true(moved);
	market_close(&m);
}

static void
test_a_key_belongs_to_who_used_it_first(void **state)
{
	struct market m;

	(void)state;
	market_open(&m);
	assert_true(sim_key_fits(m.x, "PKTEST", "one"));
	assert_true(sim_key_fits(m.x, "PKTEST", "one"));
	assert_false(sim_key_fits(m.x, "PKTEST", "two"));
	assert_false(sim_key_fits(m.x, "PKOTHER", ""));
	market_close(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_market_order_pays_the_quote_and_the_commission),
		cmocka_unit_test(test_a_limit_order_waits_and_trades_at_its_limit),
		cmocka_unit_test(test_a_limit_that_is_better_than_the_quote_pays_the_quote),
		cmocka_unit_test(test_a_stop_waits_for_its_price),
		cmocka_unit_test(test_a_stop_limit_that_gapped_rests_at_its_limit),
		cmocka_unit_test(test_ioc_and_fok_do_not_stay),
		cmocka_unit_test(test_an_order_is_filled_in_parts),
		cmocka_unit_test(test_what_cannot_be_paid_or_delivered_is_refused),
		cmocka_unit_test(test_a_client_id_is_used_once),
		cmocka_unit_test(test_prices_off_the_step_and_odd_quantities_are_refused),
		cmocka_unit_test(test_a_bracket_sells_once),
		cmocka_unit_test(test_an_entry_that_is_canceled_takes_its_exits_along),
		cmocka_unit_test(test_of_a_pair_a_part_of_one_leaves_so_much_less_to_the_other),
		cmocka_unit_test(test_a_replaced_order_is_another_of_the_rest),
		cmocka_unit_test(test_a_day_order_ends_with_its_day),
		cmocka_unit_test(test_events_come_in_order_with_the_order_as_it_was),
		cmocka_unit_test(test_a_price_strays_from_where_it_was_set_and_no_further),
		cmocka_unit_test(test_a_key_belongs_to_who_used_it_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
