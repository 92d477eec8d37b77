/* test_account.c - the book of one account: what is held, reserved and left. */
#include "domain_test.h"

#include "domain/view.h"

static void
test_buying_power_is_cash_less_what_open_buys_reserve(void **unused)
{
	struct yq_account *account = sample_account("10000", "0");
	struct yq_order order = sample_order("one", YQ_BUY, "10");

	(void)unused;
	account->commission_rate = dec("0.001");
	assert_int_equal(yq_account_open(account, &order, dec("100"), NULL), YQ_OK);
	assert_decimal(yq_account_buying_power(account, YQ_USD), "8999");
	assert_int_equal(yq_account_open(account, &order, dec("100"), NULL), YQ_E_EXISTS);
	assert_decimal(yq_account_buying_power(account, YQ_USD), "8999");
	yq_account_set_remaining(account, &order.id, dec("4"));
	assert_decimal(yq_account_buying_power(account, YQ_USD), "9599.6");
	yq_account_close(account, &order.id);
	yq_account_close(account, &order.id);
	assert_decimal(yq_account_buying_power(account, YQ_USD), "10000");
	assert_int_equal(account->open_order_count, 0);
	assert_null(yq_account_holding(account, YQ_NASDAQ, "AAPL"));
	/* Rounded against us: a part of the last digit reserves a whole one. */
	account->commission_rate = dec("0.0000001");
	order.qty = dec("0.5");
	assert_int_equal(yq_account_open(account, &order, dec("0.01"), NULL), YQ_OK);
	assert_decimal(account->reserved[YQ_USD], "0.00500001");
	yq_account_free(account);
}

static struct yq_decimal
closable(const struct yq_account *account, enum yq_action action)
{
	struct yq_account_view view = yq_view_of(account, YQ_NASDAQ, "AAPL");
	struct yq_decimal qty = yq_account_closable(account, YQ_NASDAQ, "AAPL", action);

	assert_int_equal(yq_decimal_cmp(qty, yq_view_closable(&view, action)), 0);
	return qty;
}

static void
test_an_order_can_close_what_is_held_less_what_others_of_its_side_may_close(void **unused)
{
	static const struct {
		const char *held;
		enum yq_action closes;
	} sides[] = { { "10", YQ_SELL }, { "-10", YQ_BUY } };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(sides); i++) {
		struct yq_account *account = sample_account("0", sides[i].held);
		enum yq_action closes = sides[i].closes, opens = yq_other_side(closes);
		struct yq_order order = sample_order("one", closes, "7");
		struct yq_order more = sample_order("two", opens, "5");
		struct yq_order exit = sample_order("three", closes, "9");

		assert_int_equal(yq_account_open(account, &order, YQ_DECIMAL_ZERO, NULL), YQ_OK);
		assert_decimal(closable(account, closes), "3");
		assert_decimal(closable(account, opens), "0");
		assert_decimal(yq_account_buying_power(account, YQ_USD), "0");
		/* What adds to it is not held yet; an exit of a bracket gives way. */
		exit.reduce_only = true;
		exit.bracket_id = yq_id_named("bracket", 7);
		assert_int_equal(yq_account_open(account, &more, YQ_DECIMAL_ZERO, NULL), YQ_OK);
		assert_int_equal(yq_account_open(account, &exit, YQ_DECIMAL_ZERO, NULL), YQ_OK);
		assert_decimal(closable(account, closes), "3");
		yq_account_set_remaining(account, &order.id, dec("2"));
		assert_decimal(closable(account, closes), "8");
		yq_account_close(account, &order.id);
		assert_decimal(closable(account, closes), "10");
		order.qty = dec("11");
		assert_int_equal(yq_account_open(account, &order, YQ_DECIMAL_ZERO, NULL), YQ_OK);
		assert_decimal(closable(account, closes), "0");
		yq_account_free(account);
	}
}

static void
test_a_ticker_of_two_markets_is_two_positions(void **unused)
{
	struct yq_account *account = yq_account_make("Main");
	struct yq_position korean = sample_position("5", "1000");
	struct yq_position chinese = sample_position("700", "10");

	(void)unused;
	SET(korean.ticker, "000100");
	SET(chinese.ticker, "000100");
	korean.exchange = YQ_KRX;
	korean.currency = YQ_KRW;
	chinese.exchange = YQ_SZSE;
	chinese.currency = YQ_CNY;
	assert_int_equal(yq_account_set_position(account, &korean, NULL), YQ_OK);
	assert_int_equal(yq_account_set_position(account, &chinese, NULL), YQ_OK);
	assert_int_equal(account->position_count, 2);
	assert_decimal(yq_account_held(account, YQ_KRX, "000100"), "5");
	assert_decimal(yq_account_held(account, YQ_SZSE, "000100"), "700");
	assert_decimal(yq_account_held(account, YQ_KOSPI, "000100"), "0");
	assert_int_equal(yq_account_set_price(account, YQ_SZSE, "000100", dec("11")), YQ_OK);
	assert_decimal(yq_account_equity(account, YQ_CNY), "7700");
	assert_decimal(yq_account_equity(account, YQ_KRW), "5000");
	yq_account_free(account);
}

static void
test_equity_is_summed_by_currency_alone(void **unused)
{
	struct yq_account *account = sample_account("1000", "10");
	struct yq_position samsung = sample_position("3", "70000");

	(void)unused;
	SET(samsung.ticker, "005930");
	samsung.exchange = YQ_KRX;
	samsung.currency = YQ_KRW;
	yq_account_set_cash(account, YQ_KRW, dec("5000"));
	assert_int_equal(yq_account_set_position(account, &samsung, NULL), YQ_OK);
	assert_decimal(yq_account_equity(account, YQ_USD), "2000");
	assert_decimal(yq_account_equity(account, YQ_KRW), "215000");
	assert_decimal(yq_account_equity(account, YQ_JPY), "0");
	assert_int_equal(yq_account_set_price(account, YQ_NASDAQ, "AAPL", dec("90")), YQ_OK);
	assert_decimal(yq_account_equity(account, YQ_USD), "1900");
	samsung.qty = YQ_DECIMAL_ZERO;
	assert_int_equal(yq_account_set_position(account, &samsung, NULL), YQ_OK);
	assert_decimal(yq_account_equity(account, YQ_KRW), "5000");
	assert_int_equal(account->position_count, 1);
	yq_account_free(account);
}

static void
test_a_fill_moves_position_cash_and_reserve_together(void **unused)
{
	struct yq_account *account = sample_account("10000", "0");
	struct yq_order order = sample_order("one", YQ_BUY, "10");
	struct yq_fill fill = { YQ_BUY, dec("4"), dec("99.5"), dec("0.4") };
	const struct yq_holding *holding;

	(void)unused;
	assert_int_equal(yq_account_open(account, &order, dec("100"), NULL), YQ_OK);
	assert_int_equal(yq_account_book(account, &order, &fill, NULL), YQ_OK);
	assert_decimal(account->cash[YQ_USD], "9601.6");
	assert_decimal(yq_account_buying_power(account, YQ_USD), "9001.6");
	holding = yq_account_holding(account, YQ_NASDAQ, "AAPL");
	assert_decimal(holding->position.qty, "4");
	assert_decimal(holding->position.avg_price, "99.5");
	assert_string_equal(holding->position.buy_reason, "Manual");
	assert_decimal(holding->buying, "6");
	fill.qty = dec("6");
	assert_int_equal(yq_account_book(account, &order, &fill, NULL), YQ_OK);
	assert_int_equal(account->open_order_count, 0);
	assert_decimal(account->reserved[YQ_USD], "0");
	/* A fill after the end of the order counts as well. */
	fill.qty = dec("1");
	assert_int_equal(yq_account_book(account, &order, &fill, NULL), YQ_OK);
	assert_decimal(yq_account_held(account, YQ_NASDAQ, "AAPL"), "11");
	yq_account_free(account);
}

static void
test_the_reason_a_position_was_opened_stays_until_it_is_closed(void **unused)
{
	struct yq_position position = sample_position("0", "0");
	struct yq_fill fill = { YQ_BUY, dec("4"), dec("10"), YQ_DECIMAL_ZERO };

	(void)unused;
	assert_int_equal(yq_position_apply(&position, &fill, "Webhook:A", NULL), YQ_OK);
	assert_string_equal(position.buy_reason, "Webhook:A");
	fill.price = dec("20");
	assert_int_equal(yq_position_apply(&position, &fill, "Webhook:B", NULL), YQ_OK);
	assert_string_equal(position.buy_reason, "Webhook:A");
	assert_decimal(position.avg_price, "15");
	fill.action = YQ_SELL;
	assert_int_equal(yq_position_apply(&position, &fill, "Manual", NULL), YQ_OK);
	assert_decimal(position.avg_price, "15");
	fill.qty = dec("6"); /* through zero */
	assert_int_equal(yq_position_apply(&position, &fill, "Webhook:C", NULL), YQ_OK);
	assert_decimal(position.qty, "-2");
	assert_decimal(position.avg_price, "20");
	assert_string_equal(position.buy_reason, "Webhook:C");
	fill = (struct yq_fill){ YQ_BUY, dec("2"), dec("5"), YQ_DECIMAL_ZERO };
	assert_int_equal(yq_position_apply(&position, &fill, "Manual", NULL), YQ_OK);
	assert_decimal(position.qty, "0");
	assert_decimal(position.avg_price, "0");
	assert_string_equal(position.buy_reason, "");
}

static void
test_what_does_not_fit_changes_nothing(void **unused)
{
	struct yq_account *account = sample_account("10000", "0");
	struct yq_order order = sample_order("one", YQ_BUY, "1000000000000");
	struct yq_position huge = sample_position("1000000000000", "1000000000000");

	(void)unused;
	assert_int_equal(yq_account_open(account, &order, dec("1000000000000"), NULL), YQ_E_RANGE);
	assert_int_equal(yq_account_set_position(account, &huge, NULL), YQ_E_RANGE);
	assert_int_equal(account->open_order_count, 0);
	assert_int_equal(account->position_count, 0);
	assert_decimal(yq_account_equity(account, YQ_USD), "10000");
	yq_account_free(account);
}

static void
test_clearing_leaves_an_empty_book(void **unused)
{
	struct yq_account *account = sample_account("10000", "10");

	(void)unused;
	for (int i = 0; i < 50; i++) {
		char name[16];
		struct yq_order order;

		(void)yq_str_format(name, sizeof(name), "order %d", i);
		order = sample_order(name, i % 2 ? YQ_BUY : YQ_SELL, "1");
		assert_int_equal(yq_account_open(account, &order, dec("10"), NULL), YQ_OK);
	}
	assert_int_equal(account->open_order_count, 50);
	yq_account_clear_orders(account);
	assert_decimal(account->reserved[YQ_USD], "0");
	assert_decimal(yq_account_closable(account, YQ_NASDAQ, "AAPL", YQ_SELL), "10");
	yq_account_clear(account);
	assert_int_equal(account->position_count, 0);
	assert_decimal(yq_account_equity(account, YQ_USD), "0");
	assert_null(yq_account_holding(account, YQ_NASDAQ, "AAPL"));
	yq_account_free(account);
}

struct walk {
	char seen[64];
	size_t at_most;
};

static bool
write_down(void *cookie, const struct yq_open_order *order)
{
	struct walk *walk = cookie;
	size_t length = strlen(walk->seen);
	char qty[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(order->remaining, qty);
	(void)yq_str_format(walk->seen + length, sizeof(walk->seen) - length, "%s ", qty);
	return --walk->at_most > 0;
}

static const char *
orders_of(const struct yq_account *account, enum yq_exchange exchange, const char *ticker,
    size_t at_most, struct walk *walk)
{
	*walk = (struct walk){ .at_most = at_most };
	yq_account_each_order_of(account, exchange, ticker, write_down, walk);
	return walk->seen;
}

static void
test_the_open_orders_of_an_instrument_are_those_alone_in_their_order(void **unused)
{
	static const char *const tickers[] = { "AAPL", "MSFT", "AAPL", "AAPL", "MSFT", "AAPL" };
	struct yq_account *account = sample_account("100000", "0");
	struct yq_order orders[YQ_COUNT(tickers)];
	struct walk walk;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(tickers); i++) {
		char name[16], qty[16];

		(void)yq_str_format(name, sizeof(name), "order %zu", i);
		(void)yq_str_format(qty, sizeof(qty), "%zu", i + 1);
		orders[i] = sample_order(name, i % 2 ? YQ_BUY : YQ_SELL, qty);
		SET(orders[i].ticker, tickers[i]);
		assert_int_equal(yq_account_open(account, &orders[i], dec("10"), NULL), YQ_OK);
	}
	assert_string_equal(orders_of(account, YQ_NASDAQ, "AAPL", 9, &walk), "1 3 4 6 ");
	assert_string_equal(orders_of(account, YQ_NASDAQ, "MSFT", 9, &walk), "2 5 ");
	assert_string_equal(orders_of(account, YQ_NASDAQ, "AAPL", 2, &walk), "1 3 ");
	assert_string_equal(orders_of(account, YQ_NYSE, "AAPL", 9, &walk), "");
	/* From the middle, the end and the beginning. */
	yq_account_close(account, &orders[2].id);
	assert_string_equal(orders_of(account, YQ_NASDAQ, "AAPL", 9, &walk), "1 4 6 ");
	yq_account_close(account, &orders[5].id);
	yq_account_set_remaining(account, &orders[3].id, dec("2"));
	assert_string_equal(orders_of(account, YQ_NASDAQ, "AAPL", 9, &walk), "1 2 ");
	yq_account_close(account, &orders[0].id);
	assert_int_equal(yq_account_open(account, &orders[5], dec("10"), NULL), YQ_OK);
	assert_string_equal(orders_of(account, YQ_NASDAQ, "AAPL", 9, &walk), "2 6 ");
	yq_account_close(account, &orders[3].id);
	yq_account_set_remaining(account, &orders[5].id, YQ_DECIMAL_ZERO);
	assert_string_equal(orders_of(account, YQ_NASDAQ, "AAPL", 9, &walk), "");
	assert_string_equal(orders_of(account, YQ_NASDAQ, "MSFT", 9, &walk), "2 5 ");
	yq_account_free(account);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buying_power_is_cash_less_what_open_buys_reserve),
		cmocka_unit_test(
		    test_an_order_can_close_what_is_held_less_what_others_of_its_side_may_close),
		cmocka_unit_test(test_a_ticker_of_two_markets_is_two_positions),
		cmocka_unit_test(test_equity_is_summed_by_currency_alone),
		cmocka_unit_test(test_a_fill_moves_position_cash_and_reserve_together),
		cmocka_unit_test(test_the_reason_a_position_was_opened_stays_until_it_is_closed),
		cmocka_unit_test(test_what_does_not_fit_changes_nothing),
		cmocka_unit_test(test_clearing_leaves_an_empty_book),
		cmocka_unit_test(
		    test_the_open_orders_of_an_instrument_are_those_alone_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
