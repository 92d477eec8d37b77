/*
 * prop_lots.c - random fills, against a clerk who keeps every single share as a lot of its own.
 */
#include "property.h"

#include "domain/lots.h"
#include "domain/position.h"

#define ROUNDS	   300
#define FILLS	   60
#define SHARES_MAX 30 /* of one fill */
#define HELD_MAX   (FILLS * SHARES_MAX)

static uint64_t seed;

/* One share: which fill it came from, at what price. */
struct share {
	int fill;
	int64_t price; /* hundredths */
};

/* A part that the clerk has closed: shares of one entry against one exit. */
struct part {
	int entry;
	int64_t shares, open_price, close_price;
};

struct clerk {
	struct share held[HELD_MAX]; /* in order of entry; all on one side */
	size_t count;
	bool is_short;
	struct part parts[SHARES_MAX]; /* of the latest fill */
	size_t part_count;
};

static void
clerk_close(struct clerk *clerk, int64_t price)
{
	struct share oldest = clerk->held[0];
	struct part *last = clerk->part_count == 0 ? NULL : &clerk->parts[clerk->part_count - 1];

	memmove(clerk->held, clerk->held + 1, (--clerk->count) * sizeof(*clerk->held));
	if (last == NULL || last->entry != oldest.fill) {
		last = &clerk->parts[clerk->part_count++];
		*last = (struct part){ oldest.fill, 0, oldest.price, price };
	}
	last->shares++;
}

static void
clerk_fill(struct clerk *clerk, int fill, bool sells, int64_t shares, int64_t price)
{
	clerk->part_count = 0;
	for (; shares > 0; shares--) {
		if (clerk->count > 0 && clerk->is_short != sells) {
			clerk_close(clerk, price);
			continue;
		}
		clerk->is_short = sells;
		clerk->held[clerk->count++] = (struct share){ fill, price };
	}
}

struct watch {
	const struct clerk *clerk;
	size_t seen; /* trips of the latest fill */
	yq_int128 profit;
};

static void
check_trip(void *cookie, const struct yq_trip *trip)
{
	struct watch *watch = cookie;
	const struct part *part = &watch->clerk->parts[watch->seen++];
	yq_int128 gain;

	assert_true(watch->seen <= watch->clerk->part_count);
	assert_true(trip->opened_at_us == part->entry + 1);
	assert_true(trip->qty.units == (yq_int128)part->shares * YQ_DECIMAL_ONE);
	assert_true(trip->open_price.units == (yq_int128)part->open_price * 1000000);
	assert_true(trip->close_price.units == (yq_int128)part->close_price * 1000000);
	gain = (yq_int128)part->shares * (part->close_price - part->open_price) * 1000000;
	if (trip->side == YQ_SELL)
		gain = -gain;
	assert_true(trip->profit.units == gain - trip->commission.units);
	watch->profit += trip->profit.units;
}

static void
check_open_lots(const struct clerk *clerk, const struct yq_lots *lots)
{
	yq_int128 shares = (yq_int128)clerk->count * YQ_DECIMAL_ONE, qty = 0, value = 0,
		  commission = 0;
	size_t share = 0;

	assert_true(yq_lots_held(lots).units == (clerk->is_short ? -shares : shares));
	for (size_t i = 0; i < yq_lots_count(lots); i++) {
		const struct yq_lot *lot = yq_lots_at(lots, i);

		assert_true(share < clerk->count);
		assert_true(lot->opened_at_us == clerk->held[share].fill + 1);
		qty += lot->qty.units;
		value += lot->value.units;
		commission += lot->commission.units;
		share += (size_t)(lot->qty.units / YQ_DECIMAL_ONE);
	}
	assert_true(share == clerk->count);
	assert_true(qty == shares);
	assert_true(value == yq_lots_value(lots).units);
	assert_true(commission == yq_lots_commission(lots).units);
}

/* Profits, and what open lots hold, come to what the cash changed by: to the last digit. */
static void
check_cash(const struct yq_lots *lots, const struct watch *watch, struct yq_decimal cash)
{
	yq_int128 open = yq_lots_value(lots).units;

	if (yq_decimal_sign(yq_lots_held(lots)) > 0)
		open = -open;
	assert_true(watch->profit + open - yq_lots_commission(lots).units == cash.units);
}

static struct yq_trade
random_trade(uint64_t *state, int64_t *shares, int64_t *price)
{
	struct yq_trade trade = { .exchange = YQ_KRX, .currency = YQ_KRW };

	*shares = between(state, 1, SHARES_MAX);
	*price = between(state, 1, 10000000);
	assert_true(yq_str_copy(trade.ticker, sizeof(trade.ticker), "000100"));
	trade.action = between(state, 0, 1) == 0 ? YQ_BUY : YQ_SELL;
	trade.quantity = yq_decimal_from_int(*shares);
	trade.executed_price = yq_decimal_from_scaled(*price, 2);
	trade.commission = yq_decimal_from_scaled(between(state, -100, 100000000), 8);
	return trade;
}

static void
test_lots_are_those_of_a_clerk_who_keeps_every_share(void **unused)
{
	uint64_t state = seed;

	(void)unused;
	for (int round = 0; round < ROUNDS; round++) {
		struct yq_lots *lots = yq_lots_make("Main", YQ_KRX, "000100", YQ_KRW);
		struct clerk clerk = { 0 };
		struct watch watch = { .clerk = &clerk };
		struct yq_decimal cash = YQ_DECIMAL_ZERO;

		for (int i = 0; i < FILLS; i++) {
			int64_t shares, price;
			struct yq_trade trade = random_trade(&state, &shares, &price);
			struct yq_fill fill = { trade.action, trade.quantity, trade.executed_price,
				trade.commission };

			trade.executed_at_us = i + 1;
			clerk_fill(&clerk, i, trade.action == YQ_SELL, shares, price);
			watch.seen = 0;
			assert_int_equal(
			    yq_lots_feed(lots, &trade, check_trip, &watch, NULL), YQ_OK);
			assert_int_equal(watch.seen, clerk.part_count);
			check_open_lots(&clerk, lots);
			assert_int_equal(yq_cash_apply(&cash, &fill, NULL), YQ_OK);
			check_cash(lots, &watch, cash);
		}
		yq_lots_free(lots);
	}
}

static void
add_profit(void *cookie, const struct yq_trip *trip)
{
	struct watch *watch = cookie;

	watch->profit += trip->profit.units;
}

/* Quantities, prices and commissions that divide nowhere evenly: the sums hold all the same. */
static void
test_nothing_is_lost_whatever_the_digits(void **unused)
{
	uint64_t state = seed;

	(void)unused;
	for (int round = 0; round < ROUNDS; round++) {
		struct yq_lots *lots = yq_lots_make("Main", YQ_KRX, "000100", YQ_KRW);
		struct watch watch = { 0 };
		struct yq_decimal cash = YQ_DECIMAL_ZERO;

		for (int i = 0; i < FILLS; i++) {
			int64_t shares, price;
			struct yq_trade trade = random_trade(&state, &shares, &price);
			struct yq_fill fill;

			trade.quantity = yq_decimal_from_scaled(between(&state, 1, 300000000), 8);
			trade.executed_price =
			    yq_decimal_from_scaled(between(&state, 1, 9999999999), 8);
			fill = (struct yq_fill){ trade.action, trade.quantity, trade.executed_price,
				trade.commission };
			assert_int_equal(
			    yq_lots_feed(lots, &trade, add_profit, &watch, NULL), YQ_OK);
			assert_int_equal(yq_cash_apply(&cash, &fill, NULL), YQ_OK);
			check_cash(lots, &watch, cash);
		}
		yq_lots_free(lots);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lots_are_those_of_a_clerk_who_keeps_every_share),
		cmocka_unit_test(test_nothing_is_lost_whatever_the_digits),
	};

	seed = property_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
