/* test_paper_book.c - the simulated exchange: every kind of order, and money. */
#include "paper_test.h"

/* ---- kinds of orders ---- */

static void
test_a_market_order_trades_at_the_last_price(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200.50");
	buy(&d, "10");
	check(cash(&d), "97995");
	check(held(&d), "10");
	yq_paper_book_free(d.book);
}

static void
test_no_price_is_never_made_up_unless_asked_for(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "1");
	struct yq_paper_answer answer;
	struct yq_err err;
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	assert_int_equal(yq_paper_submit(d.book, &o, true, NOW, 0, &answer, &err), YQ_E_REFUSED);
	assert_non_null(strstr(err.text, "limit order"));
	assert_non_null(strstr(err.text, "InventPrices"));
	yq_paper_book_free(d.book);

	s.invent_prices = true;
	desk_open(&d, &s);
	o.id = yq_id_random();
	assert_int_equal(submit(&d, &o), YQ_OK);
	assert_int_equal(state(&d, &o), YQ_ORDER_FILLED);
	yq_paper_book_free(d.book);
}

static void
test_a_limit_rests_until_the_price_reaches_it(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_LIMIT, "10");
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200");
	o.price = yq_opt_decimal_of(D("199"));
	assert_int_equal(submit(&d, &o), YQ_OK);
	price(&d, "199.01");
	assert_int_equal(state(&d, &o), YQ_ORDER_OPEN);
	price(&d, "198.5");
	assert_int_equal(state(&d, &o), YQ_ORDER_FILLED);
	check(cash(&d), "98015"); /* at the better price */
	yq_paper_book_free(d.book);
}

static void
test_stops_wait_for_their_price(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order stop = order(YQ_SELL, YQ_TYPE_STOP, "5");
	struct yq_order limit = order(YQ_SELL, YQ_TYPE_STOP_LIMIT, "5");
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200");
	buy(&d, "10");
	stop.stop_price = limit.stop_price = yq_opt_decimal_of(D("190"));
	limit.price = yq_opt_decimal_of(D("189"));
	assert_int_equal(submit(&d, &stop), YQ_OK);
	assert_int_equal(submit(&d, &limit), YQ_OK);
	price(&d, "190.01");
	assert_int_equal(state(&d, &stop), YQ_ORDER_OPEN);
	price(&d, "188"); /* triggers both; the limit wants 189 */
	assert_int_equal(state(&d, &stop), YQ_ORDER_FILLED);
	assert_int_equal(state(&d, &limit), YQ_ORDER_OPEN);
	price(&d, "189");
	assert_int_equal(state(&d, &limit), YQ_ORDER_FILLED);
	check(held(&d), "0");
	check(cash(&d), "99885");
	yq_paper_book_free(d.book);
}

static void
test_ioc_and_fok_do_not_rest(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order ioc = order(YQ_BUY, YQ_TYPE_LIMIT, "10");
	struct yq_order fok = order(YQ_BUY, YQ_TYPE_LIMIT, "10");
	struct yq_order part = order(YQ_BUY, YQ_TYPE_LIMIT, "10");
	struct desk d;

	(void)unused;
	s.partial_ppm = 1000000;
	desk_open(&d, &s);
	price(&d, "200");
	ioc.price = fok.price = yq_opt_decimal_of(D("199"));
	ioc.time_in_force = YQ_TIF_IOC;
	fok.time_in_force = part.time_in_force = YQ_TIF_FOK;
	assert_int_equal(submit(&d, &ioc), YQ_OK);
	assert_int_equal(submit(&d, &fok), YQ_OK);
	assert_int_equal(state(&d, &ioc), YQ_ORDER_CANCELED);
	assert_int_equal(state(&d, &fok), YQ_ORDER_CANCELED);
	part.price = yq_opt_decimal_of(D("201"));
	assert_int_equal(submit(&d, &part), YQ_OK);
	assert_int_equal(state(&d, &part), YQ_ORDER_FILLED); /* all or nothing: never a part */
	ioc.id = yq_id_random();
	ioc.price = yq_opt_decimal_of(D("201"));
	assert_int_equal(submit(&d, &ioc), YQ_OK);
	assert_int_equal(state(&d, &ioc), YQ_ORDER_CANCELED);
	check(yq_paper_find(d.book, &ioc.id)->filled, "5");
	check(held(&d), "15");
	yq_paper_book_free(d.book);
}

static void
test_a_partial_fill_goes_on_until_all_is_filled(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "9");
	bool open[YQ_EXCHANGE_COUNT];
	struct desk d;

	(void)unused;
	memset(open, 1, sizeof(open));
	s.partial_ppm = 1000000;
	desk_open(&d, &s);
	price(&d, "100");
	assert_int_equal(submit(&d, &o), YQ_OK);
	assert_int_equal(state(&d, &o), YQ_ORDER_PARTIALLY_FILLED);
	check(held(&d), "4");
	for (int i = 0; i < 10; i++)
		yq_paper_walk(d.book, open, NOW);
	assert_int_equal(state(&d, &o), YQ_ORDER_FILLED);
	check(held(&d), "9");
	check(cash(&d), "99100");
	yq_paper_book_free(d.book);
}

static void
test_an_order_expires_cancels_and_changes(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order a = order(YQ_BUY, YQ_TYPE_LIMIT, "10"), b = a;
	struct yq_broker_change change = { .qty = yq_opt_decimal_of(D("4")),
		.price = yq_opt_decimal_of(D("200")) };
	struct yq_paper_answer answer;
	struct yq_err err;
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200");
	a.price = b.price = yq_opt_decimal_of(D("150"));
	b.id = yq_id_random();
	assert_int_equal(yq_paper_submit(d.book, &a, true, NOW, NOW + 5, &answer, &err), YQ_OK);
	assert_int_equal(submit(&d, &b), YQ_OK);
	yq_paper_expire(d.book, NOW + 4);
	assert_int_equal(state(&d, &a), YQ_ORDER_OPEN);
	yq_paper_expire(d.book, NOW + 5);
	assert_int_equal(state(&d, &a), YQ_ORDER_EXPIRED);
	assert_int_equal(yq_paper_cancel(d.book, &a.id, NOW, &err), YQ_E_REFUSED);
	assert_int_equal(yq_paper_change(d.book, &b.id, &change, true, NOW, &err), YQ_OK);
	assert_int_equal(state(&d, &b), YQ_ORDER_FILLED); /* the new limit is at the market */
	check(held(&d), "4");
	assert_int_equal(yq_paper_cancel(d.book, &b.id, NOW, &err), YQ_E_REFUSED);
	a.id = yq_id_random();
	assert_int_equal(yq_paper_cancel(d.book, &a.id, NOW, &err), YQ_E_NOT_FOUND);
	assert_int_equal(submit(&d, &a), YQ_OK);
	assert_int_equal(yq_paper_cancel(d.book, &a.id, NOW, &err), YQ_OK);
	assert_int_equal(state(&d, &a), YQ_ORDER_CANCELED);
	yq_paper_book_free(d.book);
}

/* ---- money ---- */

static void
test_slippage_and_commission_are_charged(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct desk d;

	(void)unused;
	s.slippage_bps = D("10");
	s.fees[YQ_COUNTRY_US] = (struct yq_paper_fee){ D("0.0025"), D("1") };
	desk_open(&d, &s);
	price(&d, "100");
	buy(&d, "10"); /* at 100.10, commission 2.5025 = 2.50 */
	check(cash(&d), "98996.5");
	buy(&d, "1"); /* at 100.10, the minimum */
	check(cash(&d), "98895.4");
	yq_paper_book_free(d.book);
}

static void
test_nothing_is_bought_without_cash_or_sold_without_stock(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "501");
	struct yq_order first = order(YQ_BUY, YQ_TYPE_LIMIT, "400");
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200");
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED);
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED); /* and stays so */
	assert_int_equal(state(&d, &o), YQ_ORDER_REJECTED);
	first.price = yq_opt_decimal_of(D("199"));
	assert_int_equal(submit(&d, &first), YQ_OK);
	o.id = yq_id_random();
	o.qty = D("103"); /* what the resting order reserves is not free */
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED);
	o.id = yq_id_random();
	o.action = YQ_SELL;
	o.qty = D("1");
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED);
	check(cash(&d), "100000");
	yq_paper_book_free(d.book);
}

static void
test_the_same_id_is_never_executed_twice(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "1"), other = o;
	struct yq_paper_answer first, again;
	struct yq_err err;
	struct desk d;

	(void)unused;
	s.cash[YQ_USD] = D("100000000");
	desk_open(&d, &s);
	price(&d, "200");
	assert_int_equal(yq_paper_submit(d.book, &o, true, NOW, 0, &first, &err), YQ_OK);
	for (int i = 0; i < YQ_PAPER_FINALS + 100; i++) {
		other.id = yq_id_random();
		assert_int_equal(submit(&d, &other), YQ_OK);
	}
	/* Its details have left memory by now. */
	assert_null(yq_paper_find(d.book, &o.id));
	assert_int_equal(yq_paper_submit(d.book, &o, true, NOW, 0, &again, &err), YQ_OK);
	assert_true(again.repeated);
	assert_int_equal(again.number, first.number);
	check(held(&d), "2149");
	yq_paper_book_free(d.book);
}

static void
test_a_market_elsewhere_is_another_instrument(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "1");
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	yq_paper_observe(d.book, YQ_NYSE, "AAPL", D("1"), true, NOW);
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED);
	yq_paper_book_free(d.book);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_market_order_trades_at_the_last_price),
		cmocka_unit_test(test_no_price_is_never_made_up_unless_asked_for),
		cmocka_unit_test(test_a_limit_rests_until_the_price_reaches_it),
		cmocka_unit_test(test_stops_wait_for_their_price),
		cmocka_unit_test(test_ioc_and_fok_do_not_rest),
		cmocka_unit_test(test_a_partial_fill_goes_on_until_all_is_filled),
		cmocka_unit_test(test_an_order_expires_cancels_and_changes),
		cmocka_unit_test(test_slippage_and_commission_are_charged),
		cmocka_unit_test(test_nothing_is_bought_without_cash_or_sold_without_stock),
		cmocka_unit_test(test_the_same_id_is_never_executed_twice),
		cmocka_unit_test(test_a_market_elsewhere_is_another_instrument),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
