/* test_tally.c - closed trades by strategy and in total; the case of docs/performance-figures.md.
 */
#include "domain_test.h"

#include <math.h>
#include <stdlib.h>

#include "domain/tally.h"

#define HOUR (INT64_C(3600) * YQ_US_PER_SECOND)

static struct yq_tallies *
tallies_of(int64_t from_us, int64_t to_us)
{
	const struct yq_tally_options options = { .from_us = from_us, .to_us = to_us };

	return yq_tallies_make(&options);
}

static int64_t
hour(int hours)
{
	return at("2026-11-02T15:00:00Z") + hours * HOUR;
}

/* An execution of order `order`, `hours` into the case. */
static struct yq_trade
fill(int hours, const char *order, const char *strategy, enum yq_action action, const char *qty,
    const char *price, const char *commission)
{
	static int number = 1000;
	struct yq_trade trade = sample_trade(action, qty, price, commission, number++);

	trade.executed_at_us = hour(hours);
	trade.order_id = yq_id_named(order, strlen(order));
	SET(trade.strategy, strategy);
	return trade;
}

static void
feed(struct yq_tallies *tallies, struct yq_trade trade)
{
	struct yq_err err = { .rc = YQ_OK };

	if (yq_tallies_feed(tallies, "Main", &trade, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

/* NULL = there is none. */
static const struct yq_tally *
look(const struct yq_tallies *tallies, const char *strategy, enum yq_currency currency)
{
	for (size_t i = 0; i < yq_tallies_count(tallies); i++) {
		const struct yq_tally *tally = yq_tallies_at(tallies, i);

		if (tally->currency == currency && tally->total == (strategy == NULL) &&
		    (tally->total || yq_str_equal(tally->strategy, strategy)))
			return tally;
	}
	return NULL;
}

static const struct yq_tally *
find(const struct yq_tallies *tallies, const char *strategy, enum yq_currency currency)
{
	const struct yq_tally *tally = look(tallies, strategy, currency);

	if (tally == NULL) {
		fail_msg("nothing of %s", strategy == NULL ? "all" : strategy);
		abort(); /* not reached: for the compiler */
	}
	return tally;
}

static void
assert_ratio(struct yq_ratio ratio, double expected)
{
	assert_true(ratio.set);
	assert_true(fabs(ratio.value - expected) < 1e-9);
}

static void
assert_opt(struct yq_opt_decimal value, const char *expected)
{
	assert_true(value.set);
	assert_decimal(value.value, expected);
}

/*
 * The case worked by hand.  "trend" buys 100 at 50 and 100 at 52, sells 150 at 55 in two parts of
 * one order, and the rest at 51; "fade" goes short 10 at 60 and covers at 63; by hand 10 are bought
 * at 40 and held.
 */
static struct yq_tallies *
hand_case(int64_t from_us, int64_t to_us)
{
	struct yq_tallies *tallies = tallies_of(from_us, to_us);
	struct yq_trade short_sale = fill(4, "E", "fade", YQ_SELL, "10", "60", "1");
	struct yq_trade cover = fill(10, "F", "fade", YQ_BUY, "10", "63", "1");
	struct yq_trade by_hand = fill(30, "G", "", YQ_BUY, "10", "40", "0.5");

	SET(short_sale.ticker, "MSFT");
	SET(cover.ticker, "MSFT");
	SET(by_hand.ticker, "IBM");
	feed(tallies, fill(0, "A", "trend", YQ_BUY, "100", "50", "5"));
	feed(tallies, fill(1, "B", "trend", YQ_BUY, "100", "52", "5"));
	feed(tallies, fill(2, "C", "trend", YQ_SELL, "60", "55", "3"));
	feed(tallies, short_sale);
	feed(tallies, fill(5, "C", "trend", YQ_SELL, "90", "55", "4.5"));
	feed(tallies, cover);
	feed(tallies, fill(20, "D", "trend", YQ_SELL, "50", "51", "2.5"));
	feed(tallies, by_hand);
	return tallies;
}

static void
test_the_case_worked_by_hand(void **unused)
{
	struct yq_tallies *tallies = hand_case(0, 0);
	const struct yq_tally *trend, *fade, *total, *manual;

	(void)unused;
	assert_int_equal(yq_tallies_end(tallies, hour(40), NULL), YQ_OK);
	assert_int_equal(yq_tallies_count(tallies), 4);
	trend = find(tallies, "trend", YQ_USD);
	fade = find(tallies, "fade", YQ_USD);
	manual = find(tallies, "", YQ_USD);
	total = find(tallies, NULL, YQ_USD);

	/* C: 100 x 5 + 50 x 3 - 5 - 2.5 - 7.5; D: 50 x -1 - 2.5 - 2.5 */
	assert_int_equal(trend->trades, 2);
	assert_int_equal(trend->wins, 1);
	assert_decimal(trend->won, "635");
	assert_decimal(trend->lost, "55");
	assert_decimal(trend->commission, "20");
	assert_decimal(trend->bought, "10200");
	assert_decimal(trend->sold, "10800");
	assert_ratio(yq_tally_win_rate(trend), 0.5);
	assert_ratio(yq_tally_profit_factor(trend), 635.0 / 55);
	assert_ratio(yq_tally_payoff(trend), 635.0 / 55);
	assert_opt(yq_tally_expectancy(trend), "290");
	assert_ratio(yq_tally_exposure(trend), 0.5); /* 20 hours of 40 */

	assert_int_equal(fade->trades, 1);
	assert_decimal(yq_tally_profit(fade), "-32");
	assert_ratio(yq_tally_win_rate(fade), 0);
	assert_ratio(yq_tally_profit_factor(fade), 0);
	assert_false(yq_tally_average_win(fade).set);
	assert_false(yq_tally_payoff(fade).set);
	assert_ratio(yq_tally_exposure(fade), 6.0 / 36);

	assert_int_equal(manual->trades, 0);
	assert_false(yq_tally_win_rate(manual).set);
	assert_false(yq_tally_expectancy(manual).set);
	assert_false(yq_tally_profit_factor(manual).set);
	assert_ratio(yq_tally_exposure(manual), 1);

	assert_int_equal(total->fills, 8);
	assert_int_equal(total->trades, 3);
	assert_decimal(yq_tally_profit(total), "548");
	assert_opt(yq_tally_expectancy(total), "182.66666667");
	assert_opt(yq_tally_average_loss(total), "43.5");
	assert_opt(total->best, "635");
	assert_opt(total->worst, "-55");
	assert_int_equal(total->wins_in_row, 1);
	assert_int_equal(total->losses_in_row, 2);
	assert_ratio(yq_tally_win_rate(total), 1.0 / 3);
	assert_ratio(yq_tally_exposure(total), 30.0 / 40);
	yq_tallies_free(tallies);
}

/* Lots are built from the beginning; only what is closed in the period counts. */
static void
test_a_period_counts_what_was_closed_in_it(void **unused)
{
	struct yq_tallies *tallies = hand_case(hour(8), hour(25));
	const struct yq_tally *trend, *total;

	(void)unused;
	assert_int_equal(yq_tallies_end(tallies, hour(40), NULL), YQ_OK);
	trend = find(tallies, "trend", YQ_USD);
	total = find(tallies, NULL, YQ_USD);
	assert_int_equal(trend->trades, 1);
	assert_decimal(yq_tally_profit(trend), "-55");
	assert_int_equal(trend->fills, 1);
	assert_decimal(trend->bought, "0");
	assert_ratio(yq_tally_exposure(trend), 12.0 / 17);
	assert_int_equal(total->trades, 2);
	assert_int_equal(total->fills, 2);
	assert_ratio(yq_tally_exposure(total), 12.0 / 17);
	assert_null(look(tallies, "", YQ_USD));
	yq_tallies_free(tallies);
}

static void
test_sums_never_cross_currencies(void **unused)
{
	struct yq_tallies *tallies = tallies_of(0, 0);
	struct yq_trade won = fill(0, "A", "trend", YQ_BUY, "10", "70000", "0");

	(void)unused;
	SET(won.ticker, "005930");
	won.exchange = YQ_KRX;
	won.currency = YQ_KRW;
	feed(tallies, won);
	won.action = YQ_SELL;
	won.executed_at_us += HOUR;
	won.executed_price = dec("71000");
	feed(tallies, won);
	feed(tallies, fill(2, "B", "trend", YQ_BUY, "1", "100", "0"));
	assert_int_equal(yq_tallies_end(tallies, hour(3), NULL), YQ_OK);
	assert_decimal(yq_tally_profit(find(tallies, NULL, YQ_KRW)), "10000");
	assert_decimal(yq_tally_profit(find(tallies, NULL, YQ_USD)), "0");
	assert_int_equal(find(tallies, "trend", YQ_USD)->trades, 0);
	assert_int_equal(find(tallies, "trend", YQ_KRW)->trades, 1);
	yq_tallies_free(tallies);
}

/* Rows of wins and losses go by the last parts of the trades, though they come interleaved. */
static void
test_rows_are_in_the_order_of_the_last_parts(void **unused)
{
	static const char *const ticker[] = { "A", "B" };
	struct yq_tallies *tallies = tallies_of(0, 0);

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		struct yq_trade entry = fill(0, "in", "trend", YQ_BUY, "30", "100", "0");

		SET(entry.ticker, ticker[i]);
		feed(tallies, entry);
	}
	for (int i = 0; i < 6; i++) { /* A loses by order "loss", B wins by "win", in turn */
		struct yq_trade exit = fill(1 + i, i % 2 == 0 ? "loss" : "win", "trend", YQ_SELL,
		    "10", i % 2 == 0 ? "90" : "110", "0");

		SET(exit.ticker, ticker[i % 2]);
		feed(tallies, exit);
	}
	assert_int_equal(yq_tallies_end(tallies, hour(40), NULL), YQ_OK);
	assert_int_equal(find(tallies, "trend", YQ_USD)->trades, 2);
	assert_int_equal(find(tallies, "trend", YQ_USD)->losses_in_row, 1);
	assert_int_equal(find(tallies, "trend", YQ_USD)->wins_in_row, 1);
	yq_tallies_free(tallies);
}

static void
test_an_order_that_pauses_for_a_day_closes_anew(void **unused)
{
	struct yq_tallies *tallies = tallies_of(0, 0);

	(void)unused;
	feed(tallies, fill(0, "A", "trend", YQ_BUY, "3", "100", "0"));
	feed(tallies, fill(1, "B", "trend", YQ_SELL, "1", "110", "0"));
	feed(tallies, fill(24, "B", "trend", YQ_SELL, "1", "110", "0"));
	feed(tallies, fill(48, "B", "trend", YQ_SELL, "1", "110", "0"));
	assert_int_equal(yq_tallies_end(tallies, hour(50), NULL), YQ_OK);
	assert_int_equal(find(tallies, "trend", YQ_USD)->trades, 2);
	yq_tallies_free(tallies);
}

static void
test_what_cannot_be_counted_is_an_error(void **unused)
{
	struct yq_tallies *tallies = tallies_of(0, 0);
	struct yq_trade none = fill(0, "A", "trend", YQ_BUY, "1", "1", "0");
	struct yq_trade empty = fill(0, "A", "trend", YQ_BUY, "0", "1", "0");
	struct yq_err err = { .rc = YQ_OK };

	(void)unused;
	none.currency = YQ_CURRENCY_NONE;
	assert_int_equal(yq_tallies_feed(tallies, "Main", &none, &err), YQ_E_INVALID);
	assert_int_equal(yq_tallies_feed(tallies, "Main", &empty, &err), YQ_E_INVALID);
	assert_int_equal(yq_tallies_end(tallies, hour(1), NULL), YQ_OK);
	assert_int_equal(yq_tallies_count(tallies), 0);
	yq_tallies_free(tallies);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_case_worked_by_hand),
		cmocka_unit_test(test_a_period_counts_what_was_closed_in_it),
		cmocka_unit_test(test_sums_never_cross_currencies),
		cmocka_unit_test(test_rows_are_in_the_order_of_the_last_parts),
		cmocka_unit_test(test_an_order_that_pauses_for_a_day_closes_anew),
		cmocka_unit_test(test_what_cannot_be_counted_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
