/* test_track_books.c - tracks of strategies, made of nothing but executions. */
#include "domain_test.h"

#include "domain/track_books.h"

struct told {
	int count;
	char strategy[YQ_STRATEGY_SIZE];
	struct yq_decimal profit;
};

static void
on_closed(void *cookie, const char *alias, const char *strategy, enum yq_currency currency,
    const struct yq_history *history)
{
	struct told *told = cookie;

	assert_string_equal(alias, "Main");
	assert_int_equal(currency, YQ_USD);
	told->count++;
	SET(told->strategy, strategy);
	told->profit = history->results[history->count - 1].profit;
}

/* "Trend buys 10 AAPL at 100 with order one", at second `at_s`. */
static struct told
trade(struct yq_track_books *books, int64_t at_s, const char *strategy, const char *order,
    enum yq_action action, const char *qty, const char *price)
{
	struct yq_trade execution = {
		.executed_at_us = at_s * YQ_US_PER_SECOND,
		.action = action,
		.quantity = dec(qty),
		.executed_price = dec(price),
		.order_id = yq_id_named(order, strlen(order)),
		.currency = YQ_USD,
		.exchange = YQ_NASDAQ,
	};
	struct told told = { 0 };
	struct yq_err err = { .rc = YQ_OK };

	execution.id = yq_id_named(&at_s, sizeof(at_s));
	SET(execution.ticker, "AAPL");
	SET(execution.strategy, strategy);
	if (yq_track_books_feed(books, "Main", &execution, on_closed, &told, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return told;
}

static const struct yq_track *
track(const struct yq_track_books *books, const char *strategy)
{
	return yq_track_books_find(books, "Main", strategy, YQ_USD);
}

static void
assert_closes(
    const struct yq_track_books *books, const char *strategy, int64_t closed_s, int64_t loss_s)
{
	struct yq_closes closes = yq_track_books_closes(books, "Main", strategy, YQ_NASDAQ, "AAPL");

	assert_int_equal(closes.last_closed_at_us, closed_s * YQ_US_PER_SECOND);
	assert_int_equal(closes.last_loss_at_us, loss_s * YQ_US_PER_SECOND);
}

static void
test_an_exit_counts_for_the_strategy_that_entered(void **state)
{
	struct yq_track_books *books = yq_track_books_make();
	struct told told;

	(void)state;
	told = trade(books, 1, "Trend", "in", YQ_BUY, "10", "100");
	assert_int_equal(told.count, 0);
	assert_int_equal(track(books, "Trend")->trips, 0);
	told = trade(books, 2, "", "out", YQ_SELL, "10", "90"); /* by hand */
	assert_int_equal(told.count, 1);
	assert_string_equal(told.strategy, "Trend");
	assert_decimal(told.profit, "-100");
	assert_int_equal(track(books, "Trend")->losses, 1);
	assert_int_equal(track(books, "")->trips, 0);
	assert_int_equal(track(books, "Mean")->trips, 0);
	assert_int_equal(yq_track_books_find(books, "Main", "Trend", YQ_KRW)->trips, 0);
	assert_closes(books, "Trend", 2, 2);
	assert_closes(books, "Mean", 0, 0);
	yq_track_books_free(books);
}

static void
test_what_a_person_opened_counts_for_nobody(void **state)
{
	struct yq_track_books *books = yq_track_books_make();

	(void)state;
	(void)trade(books, 1, "", "in", YQ_BUY, "10", "100");
	assert_int_equal(trade(books, 2, "Trend", "out", YQ_SELL, "10", "90").count, 0);
	assert_int_equal(track(books, "Trend")->trips, 0);
	assert_closes(books, "Trend", 0, 0);
	yq_track_books_free(books);
}

static void
test_all_parts_of_an_exit_say_whether_it_was_a_loss(void **state)
{
	struct yq_track_books *books = yq_track_books_make();

	(void)state;
	(void)trade(books, 1, "Trend", "in", YQ_BUY, "30", "100");
	(void)trade(books, 2, "Trend", "first", YQ_SELL, "10", "99");
	assert_closes(books, "Trend", 2, 2);
	(void)trade(books, 3, "Trend", "second", YQ_SELL, "10", "90");
	assert_closes(books, "Trend", 3, 3);
	assert_int_equal(track(books, "Trend")->losses_in_row, 2);
	(void)trade(books, 4, "Trend", "second", YQ_SELL, "10", "111"); /* -100 + 110 */
	assert_closes(books, "Trend", 4, 2);
	assert_int_equal(track(books, "Trend")->trips, 2);
	assert_int_equal(track(books, "Trend")->wins, 1);
	yq_track_books_free(books);
}

static void
test_one_execution_may_close_what_two_strategies_opened(void **state)
{
	struct yq_track_books *books = yq_track_books_make();

	(void)state;
	(void)trade(books, 1, "Trend", "a", YQ_BUY, "10", "100");
	(void)trade(books, 2, "Mean", "b", YQ_BUY, "10", "80");
	assert_int_equal(trade(books, 3, "Trend", "out", YQ_SELL, "20", "90").count, 2);
	assert_int_equal(track(books, "Trend")->losses, 1);
	assert_int_equal(track(books, "Mean")->wins, 1);
	assert_closes(books, "Trend", 3, 3);
	assert_closes(books, "Mean", 3, 0);
	yq_track_books_free(books);
}

static void
test_an_execution_that_makes_no_sense_changes_nothing(void **state)
{
	struct yq_track_books *books = yq_track_books_make();
	struct yq_trade wrong = { .exchange = YQ_NASDAQ, .currency = YQ_USD };
	struct yq_err err;

	(void)state;
	(void)trade(books, 1, "Trend", "in", YQ_BUY, "10", "100");
	SET(wrong.ticker, "AAPL");
	assert_int_equal(
	    yq_track_books_feed(books, "Main", &wrong, on_closed, NULL, &err), YQ_E_INVALID);
	assert_int_equal(trade(books, 2, "Trend", "out", YQ_SELL, "10", "101").count, 1);
	yq_track_books_free(books);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_exit_counts_for_the_strategy_that_entered),
		cmocka_unit_test(test_what_a_person_opened_counts_for_nobody),
		cmocka_unit_test(test_all_parts_of_an_exit_say_whether_it_was_a_loss),
		cmocka_unit_test(test_one_execution_may_close_what_two_strategies_opened),
		cmocka_unit_test(test_an_execution_that_makes_no_sense_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
