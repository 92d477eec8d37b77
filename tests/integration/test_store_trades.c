/* test_store_trades.c - executions: kept exactly, once, and found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "journal_fixture.h"

struct refusal {
	size_t index, count;
	enum yq_rc rc;
	char text[YQ_ERR_TEXT_MAX];
};

static void
on_refused(void *cookie, size_t index, enum yq_rc rc, const struct yq_err *err)
{
	struct refusal *refusal = cookie;

	refusal->index = index;
	refusal->rc = rc;
	refusal->count++;
	yq_str_copy_cut(refusal->text, sizeof(refusal->text), err->text);
}

static void
test_a_trade_comes_back_as_it_went(void **state)
{
	struct yq_trade_row row = trade(1), *found;
	struct yq_trade_filter filter = yq_trade_filter_any();
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };
	enum yq_rc outcome;

	(void)state;
	assert_int_equal(yq_trades_insert(firebird, &row, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	assert_int_equal(outcome, YQ_OK);
	assert_int_equal(yq_trades_find(firebird, &filter, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 1);
	found = &list.items[0];
	assert_string_equal(found->trade.id.text, row.trade.id.text);
	assert_int_equal(found->trade.executed_at_us, row.trade.executed_at_us);
	assert_string_equal(found->trade.strategy, row.trade.strategy);
	assert_string_equal(found->trade.broker_order_id, row.trade.broker_order_id);
	assert_int_equal(yq_decimal_cmp(found->trade.executed_price, row.trade.executed_price), 0);
	assert_int_equal(yq_decimal_cmp(found->trade.commission, row.trade.commission), 0);
	/* 41.152262592... */
	assert_int_equal(yq_decimal_cmp(found->amount, decimal("41.1523")), 0);
}

/* Firebird says "duplicate" of it too.  Taken for archived, a trade would be lost. */
static void
test_a_row_that_another_has_not_committed_is_not_there(void **state)
{
	struct yq_trade_row row = trade(1), same = trade(2);
	struct yq_param params[2];
	struct yq_firebird *other = fixture_open(&target);
	struct yq_tx *tx = NULL;
	enum yq_rc outcome;

	(void)state;
	assert_int_equal(yq_trades_insert(firebird, &row, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	params[0] = yq_param_id("ID", &same.trade.id);
	params[1] = yq_param_time("AT", same.trade.executed_at_us);
	assert_int_equal(yq_tx_begin(other, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_exec(tx, "UPDATE TRADES SET ID = :ID, EXECUTED_AT_US = :AT", params,
			     2, NULL, NULL),
	    YQ_OK);
	assert_int_equal(
	    yq_trades_insert(firebird, &same, 1, &outcome, NULL, NULL, NULL), YQ_E_RETRY);
	yq_tx_end(tx); /* it never happened */
	yq_firebird_close(other);
	assert_int_equal(yq_trades_insert(firebird, &same, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	assert_int_equal(outcome, YQ_OK);
	assert_int_equal(yq_trades_insert(firebird, &same, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	assert_int_equal(outcome, YQ_E_EXISTS);
}

/* Lesson 33: nothing is lost because one of its neighbours is wrong. */
static void
test_each_of_a_batch_has_its_own_outcome(void **state)
{
	struct yq_trade_row rows[6] = { trade(1), trade(2), trade(2), trade(3), trade(4),
		trade(5) };
	enum yq_rc outcomes[6];
	struct refusal refusal = { 0 };
	struct yq_trade_filter filter = yq_trade_filter_any();
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };

	(void)state;
	assert_int_equal(yq_trades_insert(firebird, rows, 1, outcomes, NULL, NULL, NULL), YQ_OK);
	rows[3].trade.quantity = decimal("100000000000");
	rows[4].trade.action = (enum yq_action)7; /* no such side */
	assert_int_equal(
	    yq_trades_insert(firebird, rows, 6, outcomes, on_refused, &refusal, NULL), YQ_OK);
	assert_int_equal(outcomes[0], YQ_E_EXISTS);
	assert_int_equal(outcomes[1], YQ_OK);
	assert_int_equal(outcomes[2], YQ_E_EXISTS);
	assert_int_equal(outcomes[3], YQ_E_RANGE);
	assert_int_equal(outcomes[4], YQ_E_INVALID);
	assert_int_equal(outcomes[5], YQ_OK);
	assert_int_equal(refusal.count, 2);
	assert_int_equal(refusal.index, 4);
	assert_int_equal(yq_trades_find(firebird, &filter, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 3);
}

static void
test_amounts_round_once_to_the_even_digit(void **state)
{
	static const struct {
		const char *quantity, *price, *amount;
	} cases[] = {
		{ "0.00005", "1", "0" },
		{ "0.00015", "1", "0.0002" },
		{ "1", "0.00005001", "0.0001" },
		{ "0.0000500000000", "1.00000001", "0.0001" }, /* just over the tie at 16 places */
		{ "92233720368.54775807", "10000", "922337203685477.5807" },
	};

	(void)state;
	for (unsigned i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_trade_row row = trade(i);
		struct yq_trade_filter filter = yq_trade_filter_any();
		YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };
		enum yq_rc outcome;

		row.trade.quantity = decimal(cases[i].quantity);
		row.trade.executed_price = decimal(cases[i].price);
		assert_int_equal(
		    yq_trades_insert(firebird, &row, 1, &outcome, NULL, NULL, NULL), YQ_OK);
		assert_int_equal(outcome, YQ_OK);
		filter.limit = 1;
		assert_int_equal(yq_trades_find(firebird, &filter, &list, NULL), YQ_OK);
		assert_int_equal(yq_decimal_cmp(list.items[0].amount, decimal(cases[i].amount)), 0);
	}
}

static void
fill_history(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct yq_trade_row row = trade(i);
		enum yq_rc outcome;

		if (i % 2 == 1) {
			SET(row.account_alias, "Real");
			row.trade.action = YQ_SELL;
		}
		if (i % 5 == 0) {
			SET(row.trade.ticker, "000100");
			row.trade.exchange = i % 2 == 0 ? YQ_KRX : YQ_SZSE;
			row.trade.currency = i % 2 == 0 ? YQ_KRW : YQ_CNY;
		}
		row.trade.quantity = decimal("2");
		row.trade.executed_price = decimal("10.5");
		assert_int_equal(
		    yq_trades_insert(firebird, &row, 1, &outcome, NULL, NULL, NULL), YQ_OK);
		assert_int_equal(outcome, YQ_OK);
	}
}

static void
test_trades_are_found_by_what_is_asked_newest_first(void **state)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };

	(void)state;
	fill_history(20);
	assert_int_equal(count_trades(&filter), 20);
	filter.limit = 7;
	filter.offset = 5;
	assert_int_equal(yq_trades_find(firebird, &filter, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 7);
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(list.items[i].trade.executed_at_us, NOW + 14 - i);
	filter = yq_trade_filter_any();
	SET(filter.ticker, "000100");
	assert_int_equal(count_trades(&filter), 4);
	filter.exchange = YQ_KRX; /* the same ticker of another market is another instrument */
	assert_int_equal(count_trades(&filter), 2);
	SET(filter.account_alias, "Real");
	assert_int_equal(count_trades(&filter), 0);
	filter = yq_trade_filter_any();
	filter.from_us = NOW + 3;
	filter.to_us = NOW + 8;
	SET(filter.strategy, "Mean reversion 🚀");
	assert_int_equal(count_trades(&filter), 5);
	filter = yq_trade_filter_any();
	filter.order_id = id_of(1004);
	assert_int_equal(count_trades(&filter), 1);
}

struct walk {
	unsigned count, end_after;
	int64_t last_us;
	char last_id[YQ_ID_LENGTH + 1];
};

static enum yq_rc
walk_on(void *cookie, const struct yq_trade_row *row, struct yq_err *err)
{
	struct walk *walk = cookie;

	assert_true(row->trade.executed_at_us > walk->last_us ||
		    (row->trade.executed_at_us == walk->last_us &&
			strcmp(row->trade.id.text, walk->last_id) > 0));
	walk->last_us = row->trade.executed_at_us;
	set(walk->last_id, sizeof(walk->last_id), row->trade.id.text);
	if (++walk->count == walk->end_after)
		return yq_err_set(err, YQ_E_STATE, "enough");
	return YQ_OK;
}

#define PAGED 12 /* four an instant */
#define PAGE  5

/* Their own numbers are 100 and up, so that they are told apart from those that come meanwhile. */
static void
put_trade(unsigned number, int64_t at_us)
{
	struct yq_trade_row row = trade(number);
	enum yq_rc outcome;

	row.trade.executed_at_us = at_us;
	assert_int_equal(yq_trades_insert(firebird, &row, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	assert_int_equal(outcome, YQ_OK);
}

/* One page; counts each trade of the first ones in `seen`, and moves the place on. */
static size_t
take_page(struct yq_row_place *place, unsigned seen[PAGED])
{
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };
	struct yq_trade_filter filter = yq_trade_filter_any();

	filter.limit = PAGE;
	filter.after = *place;
	assert_int_equal(yq_trades_find(firebird, &filter, &list, NULL), YQ_OK);
	for (size_t i = 0; i < list.count; i++) {
		const struct yq_trade *found = &list.items[i].trade;

		place->at_us = found->executed_at_us;
		place->id = found->id;
		for (unsigned k = 0; k < PAGED; k++)
			if (yq_str_equal(found->id.text, trade(100 + k).trade.id.text))
				seen[k]++;
	}
	return list.count;
}

static void
test_pages_hold_each_trade_once_while_newer_ones_come(void **state)
{
	struct yq_row_place place = { 0 };
	unsigned seen[PAGED] = { 0 }, pages = 0;

	(void)state;
	for (unsigned k = 0; k < PAGED; k++)
		put_trade(100 + k, NOW + k / 4);
	for (size_t count = PAGE; count == PAGE; pages++) {
		count = take_page(&place, seen);
		put_trade(500 + pages, NOW + 1000 + pages);
	}
	assert_int_equal(pages, 3);
	for (unsigned k = 0; k < PAGED; k++)
		assert_int_equal(seen[k], 1);
}

static void
test_lots_are_fed_oldest_first_and_by_id_within_an_instant(void **state)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	struct walk walk = { 0 };
	struct yq_err err = { .rc = YQ_OK };

	(void)state;
	fill_history(20);
	for (unsigned i = 20; i < 40; i++) { /* all at one instant, before the others */
		struct yq_trade_row row = trade(i);
		enum yq_rc outcome;

		row.trade.executed_at_us = NOW - 1;
		assert_int_equal(
		    yq_trades_insert(firebird, &row, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	}
	filter.limit = 3; /* says nothing here */
	assert_int_equal(yq_trades_each(firebird, &filter, walk_on, &walk, &err), YQ_OK);
	assert_int_equal(walk.count, 40);
	SET(filter.account_alias, "Real");
	walk = (struct walk){ 0 };
	assert_int_equal(yq_trades_each(firebird, &filter, walk_on, &walk, &err), YQ_OK);
	assert_int_equal(walk.count, 10);
	walk = (struct walk){ .end_after = 5 };
	assert_int_equal(yq_trades_each(firebird, &filter, walk_on, &walk, &err), YQ_E_STATE);
	assert_int_equal(walk.count, 5);
	walk = (struct walk){ 0 };
	assert_int_equal(yq_trades_each(firebird, &filter, walk_on, &walk, &err), YQ_OK);
}

static void
test_sums_are_exact_and_never_across_currencies(void **state)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	struct yq_trade_sum sums[YQ_TRADE_SUMS_MAX];
	size_t count, usd = 0;

	(void)state;
	fill_history(20);
	assert_int_equal(yq_trades_sum(firebird, &filter, sums, &count, NULL), YQ_OK);
	assert_int_equal(count, 4); /* CNY sell, KRW buy, USD buy, USD sell */
	for (size_t i = 0; i < count; i++) {
		if (sums[i].currency != YQ_USD)
			continue;
		usd++;
		assert_int_equal(sums[i].trades, 8);
		assert_int_equal(yq_decimal_cmp(sums[i].amount, decimal("168")), 0);
		assert_int_equal(yq_decimal_cmp(sums[i].commission, decimal("0.00000008")), 0);
	}
	assert_int_equal(usd, 2);
	SET(filter.account_alias, "Nobody");
	assert_int_equal(yq_trades_sum(firebird, &filter, sums, &count, NULL), YQ_OK);
	assert_int_equal(count, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_a_trade_comes_back_as_it_went),
		JOURNAL_TEST(test_a_row_that_another_has_not_committed_is_not_there),
		JOURNAL_TEST(test_each_of_a_batch_has_its_own_outcome),
		JOURNAL_TEST(test_amounts_round_once_to_the_even_digit),
		JOURNAL_TEST(test_trades_are_found_by_what_is_asked_newest_first),
		JOURNAL_TEST(test_pages_hold_each_trade_once_while_newer_ones_come),
		JOURNAL_TEST(test_lots_are_fed_oldest_first_and_by_id_within_an_instant),
		JOURNAL_TEST(test_sums_are_exact_and_never_across_currencies),
	};

	return journal_run(argc, argv, "store_trades", tests, YQ_COUNT(tests));
}
