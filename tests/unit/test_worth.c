/* test_worth.c - what accounts are worth, what they gained, and how long orders took. */
#include <string.h>

#include "desk/latency.h"
#include "desk/worth.h"
#include "domain_test.h"

static struct yq_position
held(const char *ticker, const char *qty, const char *avg_price, const char *price)
{
	struct yq_position position = { .currency = YQ_USD,
		.qty = dec(qty),
		.avg_price = dec(avg_price),
		.exchange = YQ_NASDAQ };

	yq_str_copy_cut(position.ticker, sizeof(position.ticker), ticker);
	if (price != NULL)
		position.current_price = opt(price);
	return position;
}

static void
test_a_short_position_gains_when_its_price_falls(void **unused)
{
	struct yq_position position = held("AAPL", "-3", "200.1", "199.7");
	struct yq_position_worth worth;

	(void)unused;
	assert_int_equal(yq_worth_position(&position, &worth, NULL), YQ_OK);
	assert_decimal(worth.cost, "-600.3");
	assert_decimal(worth.value.value, "-599.1");
	assert_decimal(worth.unrealized.value, "1.2");
}

static void
test_a_position_without_a_price_counts_with_nothing_and_is_told(void **unused)
{
	struct yq_position positions[] = { held("AAPL", "2", "10", "11.5"),
		held("MSFT", "1", "10", NULL) };
	struct yq_account_state account = { .alias = "Paper",
		.deposits = { { YQ_KRW, { 0 } }, { YQ_USD, { 0 } } },
		.deposit_count = 2,
		.positions = positions,
		.position_count = 2 };
	struct yq_worth worths[YQ_CURRENCY_COUNT];
	size_t count;

	(void)unused;
	account.deposits[1].amount = dec("0.01");
	assert_int_equal(yq_worth_read(&account, worths, &count, NULL), YQ_OK);
	assert_int_equal(count, 2);
	assert_true(worths[0].complete);
	assert_decimal(worths[1].positions, "23");
	assert_decimal(worths[1].total, "23.01");
	assert_false(worths[1].complete);
}

/* Bought 2 at 100, commission 1; the price is 103; 500 were paid in. */
static void
test_today_is_what_prices_and_trades_made_whatever_was_paid_in(void **unused)
{
	const struct yq_snapshot end = { .cash = dec("1000"), .equity = dec("1000") };
	const struct yq_trade trade = { .action = YQ_BUY,
		.quantity = dec("2"),
		.executed_price = dec("100"),
		.commission = dec("1") };
	struct yq_worth worth = {
		.complete = true, .cash = dec("1299"), .positions = dec("206"), .total = dec("1505")
	};
	struct yq_decimal traded;

	(void)unused;
	assert_int_equal(yq_worth_trade(&trade, &traded), YQ_OK);
	assert_decimal(traded, "-201");
	yq_worth_since(&worth, &end, traded);
	assert_decimal(worth.today.value, "5");
	assert_decimal(worth.base.value, "1500");
	assert_decimal(yq_worth_rate(&worth).value, "0.00333333");
	worth.complete = false;
	yq_worth_since(&worth, &end, traded);
	assert_false(worth.today.set);
}

/* What was taken out was there to gain on. */
static void
test_what_is_taken_out_is_no_loss(void **unused)
{
	const struct yq_snapshot end = { .cash = dec("1000"), .equity = dec("1000") };
	struct yq_worth worth = { .complete = true, .cash = dec("400"), .total = dec("400") };

	(void)unused;
	yq_worth_since(&worth, &end, dec("0"));
	assert_decimal(worth.today.value, "0");
	assert_decimal(worth.base.value, "1000");
}

static void
test_a_sum_has_no_today_when_one_of_its_parts_has_none(void **unused)
{
	struct yq_worth sums[YQ_CURRENCY_COUNT];
	struct yq_worth dollars = {
		.currency = YQ_USD, .total = dec("5"), .complete = true, .today = opt("1")
	};
	struct yq_worth won = { .currency = YQ_KRW, .total = dec("7"), .complete = true };
	size_t count = 0;

	(void)unused;
	assert_int_equal(yq_worth_add(sums, &count, &dollars, NULL), YQ_OK);
	assert_int_equal(yq_worth_add(sums, &count, &won, NULL), YQ_OK);
	assert_int_equal(yq_worth_add(sums, &count, &dollars, NULL), YQ_OK);
	assert_int_equal(count, 2);
	assert_int_equal(sums[0].currency, YQ_KRW);
	assert_decimal(sums[1].total, "10");
	assert_decimal(sums[1].today.value, "2");
	dollars.today.set = false;
	assert_int_equal(yq_worth_add(sums, &count, &dollars, NULL), YQ_OK);
	assert_false(sums[1].today.set);
}

static void
test_each_order_that_reached_a_broker_is_in_one_bucket(void **unused)
{
	static const int64_t took_us[] = { 1000, 1001, 20000000, 900, 15000000 };
	struct yq_order_row rows[YQ_COUNT(took_us) + 1] = { 0 };
	struct yq_latency latency;
	int64_t sum = 0;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(took_us); i++) {
		rows[i].created_at_us = 5;
		rows[i].submitted_at_us = 5 + took_us[i];
	}
	rows[YQ_COUNT(took_us)].created_at_us = 5; /* never sent */
	yq_latency_of(rows, YQ_COUNT(rows), &latency);
	assert_int_equal(latency.count, 5);
	assert_int_equal(latency.p50_us, 1001);
	assert_int_equal(latency.p99_us, 20000000);
	assert_int_equal(latency.buckets[0].count, 2); /* 1 ms itself is in it */
	assert_int_equal(latency.buckets[latency.bucket_count - 1].up_to_us, 20000000);
	assert_int_equal(latency.buckets[latency.bucket_count - 1].count, 2);
	for (size_t i = 0; i < latency.bucket_count; i++)
		sum += latency.buckets[i].count;
	assert_int_equal(sum, 5);
	yq_latency_of(NULL, 0, &latency);
	assert_int_equal(latency.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_short_position_gains_when_its_price_falls),
		cmocka_unit_test(test_a_position_without_a_price_counts_with_nothing_and_is_told),
		cmocka_unit_test(test_today_is_what_prices_and_trades_made_whatever_was_paid_in),
		cmocka_unit_test(test_what_is_taken_out_is_no_loss),
		cmocka_unit_test(test_a_sum_has_no_today_when_one_of_its_parts_has_none),
		cmocka_unit_test(test_each_order_that_reached_a_broker_is_in_one_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
