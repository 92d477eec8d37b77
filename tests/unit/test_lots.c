/* test_lots.c - first in, first out: longs, shorts, through zero, commissions to the last digit. */
#include "domain_test.h"

#include "domain/lot_books.h"

#define TRIPS_MAX 16

struct told {
	struct yq_trip trips[TRIPS_MAX];
	size_t count;
};

static void
remember(void *cookie, const struct yq_trip *trip)
{
	struct told *told = cookie;

	assert_true(told->count < TRIPS_MAX);
	told->trips[told->count++] = *trip;
}

static struct yq_lots *
aapl(void)
{
	return yq_lots_make("Main", YQ_NASDAQ, "AAPL", YQ_USD);
}

static void
feed(struct yq_lots *lots, struct told *told, struct yq_trade trade)
{
	assert_int_equal(yq_lots_feed(lots, &trade, remember, told, NULL), YQ_OK);
}

static void
test_the_oldest_lot_is_closed_first(void **unused)
{
	struct yq_lots *lots = aapl();
	struct told told = { 0 };

	(void)unused;
	feed(lots, &told, sample_trade(YQ_BUY, "10", "100", "1", 0));
	feed(lots, &told, sample_trade(YQ_BUY, "10", "110", "1", 1));
	assert_int_equal(told.count, 0);
	feed(lots, &told, sample_trade(YQ_SELL, "15", "120", "3", 2));

	assert_int_equal(told.count, 2);
	assert_decimal(told.trips[0].qty, "10");
	assert_decimal(told.trips[0].open_price, "100");
	assert_decimal(told.trips[0].close_price, "120");
	assert_decimal(told.trips[0].commission, "3"); /* 1 + 2 of 3 */
	assert_decimal(told.trips[0].profit, "197");
	assert_decimal(told.trips[1].qty, "5");
	assert_decimal(told.trips[1].commission, "1.5"); /* half of 1 + 1 of 3 */
	assert_decimal(told.trips[1].profit, "48.5");
	assert_string_equal(told.trips[1].strategy, "trend");
	assert_string_equal(told.trips[1].account_alias, "Main");
	assert_int_equal(told.trips[1].side, YQ_BUY);
	assert_true(told.trips[1].opened_at_us == at("2026-11-23T15:00:01Z"));
	assert_true(told.trips[1].closed_at_us == at("2026-11-23T15:00:02Z"));
	assert_true(yq_id_equal(&told.trips[0].exit_order, &told.trips[1].exit_order));

	assert_true(told.trips[0].lot_closed);
	assert_false(told.trips[1].lot_closed);

	assert_decimal(yq_lots_held(lots), "5");
	assert_decimal(yq_lots_value(lots), "550");
	assert_decimal(yq_lots_commission(lots), "0.5");
	assert_int_equal(yq_lots_count(lots), 1);
	yq_lots_free(lots);
}

static void
test_a_short_gains_when_the_price_falls(void **unused)
{
	struct yq_lots *lots = aapl();
	struct told told = { 0 };

	(void)unused;
	feed(lots, &told, sample_trade(YQ_SELL, "10", "100", "1", 0));
	assert_decimal(yq_lots_held(lots), "-10");
	feed(lots, &told, sample_trade(YQ_BUY, "10", "90", "1", 1));
	assert_int_equal(told.count, 1);
	assert_int_equal(told.trips[0].side, YQ_SELL);
	assert_decimal(told.trips[0].profit, "98");
	assert_decimal(yq_lots_held(lots), "0");
	yq_lots_free(lots);
}

static void
test_a_fill_through_zero_closes_and_opens(void **unused)
{
	struct yq_lots *lots = aapl();
	struct told told = { 0 };

	(void)unused;
	feed(lots, &told, sample_trade(YQ_BUY, "10", "100", "0", 0));
	feed(lots, &told, sample_trade(YQ_SELL, "30", "105", "3", 1));
	assert_int_equal(told.count, 1);
	assert_decimal(told.trips[0].qty, "10");
	assert_decimal(told.trips[0].profit, "49"); /* 50 less a third of 3 */
	assert_decimal(yq_lots_held(lots), "-20");
	assert_decimal(yq_lots_commission(lots), "2");
	assert_int_equal(yq_lots_count(lots), 1);
	assert_true(yq_lots_at(lots, 0)->opened_at_us == at("2026-11-23T15:00:01Z"));
	yq_lots_free(lots);
}

/* A third of 1 is not exact: the parts are 0.33333333, 0.33333334 and 0.33333333 or the like, and
 * what they come to is 1. */
static void
test_no_unit_of_a_commission_is_lost(void **unused)
{
	struct yq_lots *lots = aapl();
	struct told told = { 0 };
	struct yq_decimal commission = YQ_DECIMAL_ZERO, profit = YQ_DECIMAL_ZERO;

	(void)unused;
	feed(lots, &told, sample_trade(YQ_BUY, "3", "33.33333333", "1", 0));
	for (int i = 1; i <= 3; i++)
		feed(lots, &told, sample_trade(YQ_SELL, "1", "40", "0.00000001", i));
	assert_int_equal(told.count, 3);
	for (size_t i = 0; i < 3; i++) {
		commission.units += told.trips[i].commission.units;
		profit.units += told.trips[i].profit.units;
	}
	assert_decimal(commission, "1.00000003");
	assert_decimal(profit, "18.99999998"); /* 120 - 99.99999999 - 1.00000003 */
	assert_int_equal(yq_lots_count(lots), 0);
	yq_lots_free(lots);
}

/* 0.00000003 x 0.5 is booked as 0.00000002 (half to even): one fill's cash, shared and not rounded
 * anew by each trip. */
static void
test_the_value_of_a_fill_is_what_the_cash_was_booked_at(void **unused)
{
	struct yq_lots *lots = aapl();
	struct told told = { 0 };
	struct yq_decimal cash = YQ_DECIMAL_ZERO, profit = YQ_DECIMAL_ZERO;
	const struct yq_trade trades[] = {
		sample_trade(YQ_BUY, "0.00000003", "0.5", "0", 0),
		sample_trade(YQ_SELL, "0.00000001", "0.5", "0", 1),
		sample_trade(YQ_SELL, "0.00000002", "0.75", "0", 2),
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(trades); i++) {
		struct yq_fill fill = { trades[i].action, trades[i].quantity,
			trades[i].executed_price, trades[i].commission };

		feed(lots, &told, trades[i]);
		assert_int_equal(yq_cash_apply(&cash, &fill, NULL), YQ_OK);
	}
	for (size_t i = 0; i < told.count; i++)
		profit.units += told.trips[i].profit.units;
	assert_true(profit.units == cash.units);
	yq_lots_free(lots);
}

static void
test_a_trip_belongs_to_the_strategy_that_entered(void **unused)
{
	struct yq_lots *lots = aapl();
	struct told told = { 0 };
	struct yq_trade entry = sample_trade(YQ_BUY, "1", "100", "0", 0);
	struct yq_trade by_hand = sample_trade(YQ_BUY, "1", "100", "0", 1);

	(void)unused;
	SET(by_hand.strategy, "");
	feed(lots, &told, entry);
	feed(lots, &told, by_hand);
	feed(lots, &told, sample_trade(YQ_SELL, "2", "101", "0", 2));
	assert_int_equal(told.count, 2);
	assert_string_equal(told.trips[0].strategy, "trend");
	assert_string_equal(told.trips[1].strategy, "");
	yq_lots_free(lots);
}

/* What is wrong with a trade, and how it is refused. */
static const struct {
	const char *ticker;
	enum yq_exchange exchange;
	enum yq_currency currency;
	const char *qty, *price;
	enum yq_rc rc;
} refused[] = {
	{ "MSFT", YQ_NASDAQ, YQ_USD, "1", "1", YQ_E_INVALID },
	{ "AAPL", YQ_NYSE, YQ_USD, "1", "1", YQ_E_INVALID },
	{ "AAPL", YQ_NASDAQ, YQ_KRW, "1", "1", YQ_E_INVALID },
	{ "AAPL", YQ_NASDAQ, YQ_USD, "0", "1", YQ_E_INVALID },
	{ "AAPL", YQ_NASDAQ, YQ_USD, "-1", "1", YQ_E_INVALID },
	{ "AAPL", YQ_NASDAQ, YQ_USD, "1", "-0.01", YQ_E_INVALID },
	{ "AAPL", YQ_NASDAQ, YQ_USD, "10000000000", "10000000000", YQ_E_RANGE },
	{ "AAPL", YQ_NASDAQ, YQ_USD, "1000000000000000000000", "1000000000", YQ_E_RANGE },
};

static void
test_a_refused_trade_changes_nothing(void **unused)
{
	struct yq_lots *lots = aapl();
	struct told told = { 0 };
	struct yq_err err;

	(void)unused;
	feed(lots, &told, sample_trade(YQ_BUY, "10", "100", "1", 0));
	for (size_t i = 0; i < YQ_COUNT(refused); i++) {
		for (int side = 0; side < YQ_ACTION_COUNT; side++) {
			struct yq_trade trade = sample_trade(
			    (enum yq_action)side, refused[i].qty, refused[i].price, "0", 1);

			SET(trade.ticker, refused[i].ticker);
			trade.exchange = refused[i].exchange;
			trade.currency = refused[i].currency;
			assert_int_equal(
			    yq_lots_feed(lots, &trade, remember, &told, &err), refused[i].rc);
			assert_int_equal(err.rc, refused[i].rc);
		}
	}
	assert_int_equal(told.count, 0);
	assert_decimal(yq_lots_held(lots), "10");
	assert_decimal(yq_lots_value(lots), "1000");
	assert_decimal(yq_lots_commission(lots), "1");
	yq_lots_free(lots);
}

static void
test_what_became_worthless_closes_at_nothing(void **unused)
{
	struct yq_lots *lots = aapl();
	struct told told = { 0 };

	(void)unused;
	feed(lots, &told, sample_trade(YQ_BUY, "10", "100", "1", 0));
	feed(lots, &told, sample_trade(YQ_SELL, "10", "0", "-0.5", 1));
	assert_decimal(told.trips[0].profit, "-1000.5"); /* a rebate of 0.5 */
	yq_lots_free(lots);
}

static struct yq_trade
of_market(enum yq_exchange exchange, enum yq_currency currency, enum yq_action action, int second)
{
	struct yq_trade trade = sample_trade(action, "10", "100", "0", second);

	SET(trade.ticker, "000100");
	trade.exchange = exchange;
	trade.currency = currency;
	return trade;
}

static void
test_one_ticker_in_two_markets_and_accounts_is_never_mixed(void **unused)
{
	struct yq_lot_books *books = yq_lot_books_make();
	struct told told = { 0 };
	const struct yq_trade korea = of_market(YQ_KRX, YQ_KRW, YQ_BUY, 0);
	const struct yq_trade china = of_market(YQ_SZSE, YQ_CNY, YQ_SELL, 1);

	(void)unused;
	assert_int_equal(yq_lot_books_feed(books, "A", &korea, remember, &told, NULL), YQ_OK);
	assert_int_equal(yq_lot_books_feed(books, "B", &korea, remember, &told, NULL), YQ_OK);
	assert_int_equal(yq_lot_books_feed(books, "A", &china, remember, &told, NULL), YQ_OK);
	assert_int_equal(told.count, 0);
	assert_int_equal(yq_lot_books_count(books), 3);
	assert_decimal(yq_lots_held(yq_lot_books_find(books, "A", YQ_KRX, "000100")), "10");
	assert_decimal(yq_lots_held(yq_lot_books_find(books, "A", YQ_SZSE, "000100")), "-10");
	assert_null(yq_lot_books_find(books, "B", YQ_SZSE, "000100"));
	yq_lot_books_free(books);
}

static void
test_what_is_flat_is_forgotten(void **unused)
{
	struct yq_lot_books *books = yq_lot_books_make();
	struct yq_trade bad = sample_trade(YQ_BUY, "0", "1", "0", 5);

	(void)unused;
	for (int i = 0; i < 100; i++) {
		struct yq_trade trade =
		    sample_trade(i % 2 == 0 ? YQ_BUY : YQ_SELL, "1", "100", "0", i);

		assert_int_equal(yq_lot_books_feed(books, "A", &trade, NULL, NULL, NULL), YQ_OK);
	}
	assert_int_equal(yq_lot_books_count(books), 0);
	assert_int_equal(yq_lot_books_feed(books, "A", &bad, NULL, NULL, NULL), YQ_E_INVALID);
	assert_int_equal(yq_lot_books_count(books), 0);
	yq_lot_books_free(books);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_oldest_lot_is_closed_first),
		cmocka_unit_test(test_a_short_gains_when_the_price_falls),
		cmocka_unit_test(test_a_fill_through_zero_closes_and_opens),
		cmocka_unit_test(test_no_unit_of_a_commission_is_lost),
		cmocka_unit_test(test_the_value_of_a_fill_is_what_the_cash_was_booked_at),
		cmocka_unit_test(test_a_trip_belongs_to_the_strategy_that_entered),
		cmocka_unit_test(test_a_refused_trade_changes_nothing),
		cmocka_unit_test(test_what_became_worthless_closes_at_nothing),
		cmocka_unit_test(test_one_ticker_in_two_markets_and_accounts_is_never_mixed),
		cmocka_unit_test(test_what_is_flat_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
