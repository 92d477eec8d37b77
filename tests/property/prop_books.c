/*
 * prop_books.c - random fills keep order, position and cash equal to the sum of the fills.
 *
 * The reference counts in whole 128-bit units of its own: quantities in thousandths, prices in
 * hundredths, so that every product is exact.
 */
#include "property.h"

#include "domain/account.h"
#include "domain/market.h"
#include "domain/order_state.h"

#define ROUNDS	    200
#define INSTRUMENTS 5
#define ORDERS	    40
#define FILLS	    6

static uint64_t seed;

/* What a careful clerk would write down: thousandths, hundredths, and their product. */
struct clerk {
	int64_t held[INSTRUMENTS];	   /* thousandths */
	yq_int128 cash[YQ_CURRENCY_COUNT]; /* hundred-thousandths */
};

static const enum yq_exchange exchanges[INSTRUMENTS] = { YQ_NASDAQ, YQ_NYSE, YQ_KRX, YQ_SZSE,
	YQ_TSE };

static struct yq_order
random_order(uint64_t *state, int instrument, int number)
{
	struct yq_order order = yq_order_default();
	char name[32];

	(void)yq_str_format(name, sizeof(name), "order %d", number);
	order.id = yq_id_named(name, strlen(name));
	/* The same ticker everywhere: only the exchange keeps them apart. */
	assert_true(yq_str_copy(order.ticker, sizeof(order.ticker), "000100"));
	assert_true(yq_str_copy(order.account_alias, sizeof(order.account_alias), "Main"));
	assert_true(yq_str_copy(order.buy_reason, sizeof(order.buy_reason), "Manual"));
	order.exchange = exchanges[instrument];
	order.currency = yq_market_of(order.exchange)->currency;
	order.action = between(state, 0, 1) == 0 ? YQ_BUY : YQ_SELL;
	order.type = YQ_TYPE_MARKET;
	order.qty = yq_decimal_from_scaled(between(state, 1, 1000000), 3);
	order.timestamp_us = 1;
	return order;
}

static void
assert_same(struct yq_decimal value, yq_int128 expected_units)
{
	if (value.units == expected_units)
		return;
	fail_msg("seed %llu: not equal to the sum of the fills", (unsigned long long)seed);
}

/* One order's life in random fills; late and overfilling ones among them. */
static void
play_order(uint64_t *state, struct yq_account *account, struct clerk *clerk, int number)
{
	int instrument = (int)between(state, 0, INSTRUMENTS - 1);
	struct yq_order order = random_order(state, instrument, number);
	struct yq_order_progress progress = { .state = YQ_ORDER_OPEN, .qty = order.qty };
	int64_t filled = 0, fills = between(state, 0, FILLS);
	yq_int128 notional = 0;
	struct yq_decimal none = YQ_DECIMAL_ZERO;

	assert_int_equal(yq_account_open(account, &order, yq_decimal_from_int(100), NULL), YQ_OK);
	for (int64_t i = 0; i < fills; i++) {
		int64_t qty = between(state, 1, 300000), price = between(state, 1, 5000000);
		int64_t commission = between(state, 0, 100000);
		struct yq_fill fill = { order.action, yq_decimal_from_scaled(qty, 3),
			yq_decimal_from_scaled(price, 2), yq_decimal_from_scaled(commission, 5) };
		yq_int128 value = (yq_int128)qty * price;

		if (between(state, 0, 9) == 0) { /* the broker says it is over, then fills more */
			yq_account_close(account, &order.id);
			(void)!yq_order_apply(&progress, YQ_EVENT_CANCEL, none, none, NULL);
		}
		assert_int_equal(
		    yq_order_apply(&progress, YQ_EVENT_FILL, fill.qty, fill.price, NULL), YQ_OK);
		assert_int_equal(yq_account_book(account, &order, &fill, NULL), YQ_OK);
		filled += qty;
		notional += value;
		clerk->held[instrument] += order.action == YQ_BUY ? qty : -qty;
		clerk->cash[order.currency] +=
		    (order.action == YQ_BUY ? -value : value) - commission;
	}
	assert_same(progress.filled, (yq_int128)filled * 100000);
	assert_same(progress.notional, notional * 1000);
	if (between(state, 0, 3) > 0)
		yq_account_close(account, &order.id);
}

struct sums {
	struct yq_decimal reserved[YQ_CURRENCY_COUNT];
	struct yq_decimal invested[YQ_CURRENCY_COUNT];
	size_t orders, positions;
	const struct yq_account *account;
};

static bool
add_order(void *cookie, const struct yq_open_order *order)
{
	struct sums *sums = cookie;

	sums->reserved[order->currency].units += order->reserve.units;
	sums->orders++;
	return true;
}

static bool
take_back(void *cookie, const struct yq_open_order *order)
{
	struct sums *sums = cookie;

	sums->reserved[order->currency].units -= order->reserve.units;
	sums->orders--;
	return true;
}

static bool
add_holding(void *cookie, const struct yq_holding *holding)
{
	struct sums *sums = cookie;

	sums->invested[holding->position.currency].units += holding->value.units;
	sums->positions += yq_decimal_sign(holding->position.qty) != 0;
	return true;
}

/* What each instrument's own list has of the account's orders. */
static bool
take_orders_back(void *cookie, const struct yq_holding *holding)
{
	struct sums *sums = cookie;
	size_t before = sums->orders;

	yq_account_each_order_of(
	    sums->account, holding->position.exchange, holding->position.ticker, take_back, sums);
	assert_int_equal(before - sums->orders, holding->open_buys + holding->open_sells);
	return true;
}

/* The totals kept as things change are those of a sum from scratch. */
static void
check_totals(const struct yq_account *account)
{
	struct sums sums = { .account = account };

	yq_account_each_order(account, add_order, &sums);
	yq_account_each_holding(account, add_holding, &sums);
	assert_int_equal(sums.orders, account->open_order_count);
	assert_int_equal(sums.positions, account->position_count);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		assert_same(account->reserved[c], sums.reserved[c].units);
		assert_same(account->invested[c], sums.invested[c].units);
	}
	yq_account_each_holding(account, take_orders_back, &sums);
	assert_int_equal(sums.orders, 0);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		assert_same(sums.reserved[c], 0);
}

static void
test_random_fills_keep_position_and_cash_equal_to_the_sum_of_fills(void **unused)
{
	uint64_t state = seed;

	(void)unused;
	for (int round = 0; round < ROUNDS; round++) {
		struct yq_account *account = yq_account_make("Main");
		struct clerk clerk = { 0 };

		for (int i = 0; i < ORDERS; i++)
			play_order(&state, account, &clerk, i);
		for (int i = 0; i < INSTRUMENTS; i++)
			assert_same(yq_account_held(account, exchanges[i], "000100"),
			    (yq_int128)clerk.held[i] * 100000);
		for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
			assert_same(account->cash[c], clerk.cash[c] * 1000);
		check_totals(account);
		yq_account_clear(account);
		check_totals(account);
		yq_account_free(account);
	}
}

/* The average of what was bought lies within half a unit of notional / quantity. */
static void
test_the_average_price_is_the_notional_over_the_quantity(void **unused)
{
	uint64_t state = seed;

	(void)unused;
	for (int round = 0; round < 2000; round++) {
		struct yq_order_progress progress = { .state = YQ_ORDER_OPEN,
			.qty = yq_decimal_from_int(1000000) };
		yq_int128 error;

		for (int i = 0; i < FILLS; i++)
			assert_int_equal(
			    yq_order_apply(&progress, YQ_EVENT_FILL,
				yq_decimal_from_scaled(between(&state, 1, 300000), 3),
				yq_decimal_from_scaled(between(&state, 1, 5000000), 2), NULL),
			    YQ_OK);
		error = progress.notional.units * YQ_DECIMAL_ONE -
			progress.avg_price.units * progress.filled.units;
		error = error < 0 ? -error : error;
		assert_true(error * 2 <= progress.filled.units);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_random_fills_keep_position_and_cash_equal_to_the_sum_of_fills),
		cmocka_unit_test(test_the_average_price_is_the_notional_over_the_quantity),
	};

	seed = property_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
