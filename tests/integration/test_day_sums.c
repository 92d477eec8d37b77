/* test_day_sums.c - what the archive says at a day's end, walked in pieces of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "journal_fixture.h"
#include "order_manager/day_sums.h"

#define TRADES 60

/* Buys and sells of two accounts in turn, three at each instant. */
static void
fill(void)
{
	struct yq_trade_row rows[TRADES];
	enum yq_rc outcomes[TRADES];

	for (unsigned i = 0; i < TRADES; i++) {
		rows[i] = trade(i);
		rows[i].trade.executed_at_us = NOW + i / 3;
		rows[i].trade.action = i / 6 % 2 == 0 ? YQ_BUY : YQ_SELL;
		rows[i].trade.quantity = decimal("1");
		rows[i].trade.executed_price = yq_decimal_from_int(100 + (int64_t)i);
		rows[i].trade.commission = decimal("0.5");
		if (i % 2 == 1)
			SET(rows[i].account_alias, "Real");
		if (i % 10 == 0) {
			rows[i].trade.currency = YQ_KRW;
			rows[i].trade.exchange = YQ_KRX;
		}
	}
	assert_int_equal(
	    yq_trades_insert(firebird, rows, TRADES, outcomes, NULL, NULL, NULL), YQ_OK);
}

static void
walk(size_t rows, struct yq_day_sums sums[2])
{
	const struct yq_day_end end = { .since_us = NOW + 5, .closed_us = NOW + 15 };
	struct yq_day_walk *walk;
	bool over = false;

	memset(sums, 0, 2 * sizeof(*sums));
	SET(sums[0].account_alias, "Paper");
	SET(sums[1].account_alias, "Real");
	walk = yq_day_walk_make(&end, YQ_USD, sums, 2);
	for (int i = 0; !over; i++) {
		assert_true(i <= TRADES);
		assert_int_equal(yq_day_walk_run(walk, firebird, rows, &over, NULL), YQ_OK);
	}
	yq_day_walk_free(walk);
}

static void
test_pieces_of_any_size_come_to_the_same(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 59, 60, 61 };
	struct yq_day_sums whole[2], pieces[2];

	(void)state;
	fill();
	walk(1000, whole);
	assert_int_equal(whole[0].trades, 12); /* of instants 6 to 15, without the Korean ones */
	assert_int_equal(whole[1].trades, 15);
	assert_int_equal(yq_decimal_cmp(whole[1].commission, decimal("7.5")), 0);
	assert_int_equal(whole[0].fault.rc, YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(sizes); i++) {
		walk(sizes[i], pieces);
		for (size_t a = 0; a < 2; a++) {
			assert_int_equal(pieces[a].trades, whole[a].trades);
			assert_int_equal(yq_decimal_cmp(pieces[a].traded, whole[a].traded), 0);
			assert_int_equal(yq_decimal_cmp(pieces[a].realized, whole[a].realized), 0);
		}
	}
}

/* Buys of 1 at 100 and 101, a sell of 2 at 110: the cash, and the second day's profit. */
static void
test_the_cash_of_all_trades_and_the_profit_of_the_day(void **state)
{
	struct yq_trade_row rows[3] = { trade(1), trade(2), trade(9) };
	struct yq_day_sums sums[2];
	enum yq_rc outcomes[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		rows[i].trade.quantity = decimal(i == 2 ? "2" : "1");
		rows[i].trade.executed_price = yq_decimal_from_int(i == 2 ? 110 : 100 + i);
		rows[i].trade.commission = decimal("1");
	}
	rows[2].trade.action = YQ_SELL;
	assert_int_equal(yq_trades_insert(firebird, rows, 3, outcomes, NULL, NULL, NULL), YQ_OK);
	walk(100, sums);
	assert_int_equal(yq_decimal_cmp(sums[0].traded, decimal("16")), 0);
	assert_int_equal(yq_decimal_cmp(sums[0].realized, decimal("16")), 0);
	assert_int_equal(sums[0].trades, 1);
	assert_int_equal(yq_decimal_sign(sums[1].traded), 0);
}

/* One account's history that makes no sense says so, and leaves the others as they are. */
static void
test_a_fault_is_of_its_account_alone(void **state)
{
	struct yq_trade_row rows[3] = { trade(1), trade(2), trade(3) };
	struct yq_day_sums sums[2];
	enum yq_rc outcomes[3];

	(void)state;
	rows[1].trade.quantity = decimal("-1"); /* no such trade is ever archived */
	SET(rows[2].account_alias, "Real");
	rows[2].trade.quantity = rows[2].trade.executed_price = decimal("2");
	assert_int_equal(yq_trades_insert(firebird, rows, 3, outcomes, NULL, NULL, NULL), YQ_OK);
	walk(100, sums);
	assert_int_equal(sums[0].fault.rc, YQ_E_INVALID);
	assert_int_equal(sums[1].fault.rc, YQ_OK);
	assert_int_equal(yq_decimal_cmp(sums[1].traded, decimal("-4.00000001")), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_pieces_of_any_size_come_to_the_same),
		JOURNAL_TEST(test_the_cash_of_all_trades_and_the_profit_of_the_day),
		JOURNAL_TEST(test_a_fault_is_of_its_account_alone),
	};

	return journal_run(argc, argv, "day_sums", tests, YQ_COUNT(tests));
}
