/* test_store_snapshots.c - ends of days: kept once, found by date. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "journal_fixture.h"
#include "store/snapshots.h"

static struct yq_snapshot
snapshot(const char *alias, yq_date date, enum yq_currency currency, const char *cash)
{
	struct yq_snapshot row = { .date = date, .currency = currency };

	SET(row.account_alias, alias);
	row.cash = decimal(cash);
	row.position_value = decimal("-12.34567891");
	row.equity = decimal("987.65");
	row.realized = decimal("-0.00005"); /* a tie: to the even digit */
	row.paid_in = decimal("1000");
	row.trade_count = 3;
	row.position_count = 1;
	row.closed_at_us = NOW;
	row.taken_at_us = NOW + 1;
	return row;
}

static void
add(struct yq_snapshot row, enum yq_rc expected)
{
	enum yq_rc outcome;

	assert_int_equal(yq_snapshots_add(firebird, &row, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	assert_int_equal(outcome, expected);
}

static struct yq_snapshot_list
find(const char *alias, enum yq_currency currency, yq_date from, yq_date to)
{
	struct yq_snapshot_filter filter = {
		.currency = currency, .from_date = from, .to_date = to
	};
	struct yq_snapshot_list list;
	struct yq_err err = { 0 };

	SET(filter.account_alias, alias);
	if (yq_snapshots_find(firebird, &filter, &list, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return list;
}

static void
test_a_day_comes_back_as_it_went(void **state)
{
	YQ_CLEANUP(yq_snapshot_list_free) struct yq_snapshot_list list = { 0 };

	(void)state;
	add(snapshot("Paper", 20261123, YQ_USD, "1000.00005"), YQ_OK);
	list = find("", YQ_CURRENCY_NONE, 0, 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].account_alias, "Paper");
	assert_int_equal(list.items[0].date, 20261123);
	assert_int_equal(list.items[0].currency, YQ_USD);
	assert_int_equal(yq_decimal_cmp(list.items[0].cash, decimal("1000")), 0);
	assert_int_equal(yq_decimal_cmp(list.items[0].position_value, decimal("-12.3457")), 0);
	assert_int_equal(yq_decimal_sign(list.items[0].realized), 0);
	assert_int_equal(yq_decimal_cmp(list.items[0].paid_in, decimal("1000")), 0);
	assert_int_equal(list.items[0].trade_count, 3);
	assert_int_equal(list.items[0].position_count, 1);
	assert_true(list.items[0].closed_at_us == NOW);
	assert_true(list.items[0].taken_at_us == NOW + 1);
}

static void
test_a_day_is_kept_once_and_never_changed(void **state)
{
	YQ_CLEANUP(yq_snapshot_list_free) struct yq_snapshot_list list = { 0 };

	(void)state;
	add(snapshot("Paper", 20261123, YQ_USD, "1"), YQ_OK);
	add(snapshot("Paper", 20261123, YQ_USD, "2"), YQ_E_EXISTS);
	add(snapshot("Paper", 20261123, YQ_KRW, "3"), YQ_OK);
	add(snapshot("Other", 20261123, YQ_USD, "4"), YQ_OK);
	list = find("Paper", YQ_USD, 0, 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(yq_decimal_cmp(list.items[0].cash, decimal("1")), 0);
}

static void
test_what_does_not_fit_is_refused_and_its_neighbours_kept(void **state)
{
	struct yq_snapshot rows[2] = { snapshot("Paper", 20261123, YQ_USD, "1"),
		snapshot("Paper", 20261123, YQ_KRW, "1000000000000000") };
	enum yq_rc outcomes[2];

	(void)state;
	assert_int_equal(yq_snapshots_add(firebird, rows, 2, outcomes, NULL, NULL, NULL), YQ_OK);
	assert_int_equal(outcomes[0], YQ_OK);
	assert_int_equal(outcomes[1], YQ_E_RANGE);
}

static void
test_days_are_found_by_what_is_asked_in_order(void **state)
{
	static const yq_date dates[] = { 20261231, 20260101, 20261123, 20270104 };
	YQ_CLEANUP(yq_snapshot_list_free) struct yq_snapshot_list all = { 0 };
	YQ_CLEANUP(yq_snapshot_list_free) struct yq_snapshot_list some = { 0 };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(dates); i++) {
		add(snapshot("B", dates[i], YQ_USD, "1"), YQ_OK);
		add(snapshot("A", dates[i], YQ_KRW, "1"), YQ_OK);
	}
	all = find("", YQ_CURRENCY_NONE, 0, 0);
	assert_int_equal(all.count, 8);
	assert_string_equal(all.items[0].account_alias, "A");
	assert_int_equal(all.items[0].date, 20260101);
	assert_int_equal(all.items[7].date, 20270104);
	some = find("B", YQ_USD, 20261123, 20261231);
	assert_int_equal(some.count, 2);
	assert_int_equal(some.items[0].date, 20261123);
	assert_int_equal(some.items[1].date, 20261231);
}

static void
test_the_latest_day_of_each_account(void **state)
{
	YQ_CLEANUP(yq_snapshot_list_free) struct yq_snapshot_list list = { 0 };

	(void)state;
	add(snapshot("A", 20261120, YQ_USD, "1"), YQ_OK);
	add(snapshot("A", 20261123, YQ_USD, "1"), YQ_OK);
	add(snapshot("A", 20261124, YQ_KRW, "1"), YQ_OK);
	add(snapshot("B", 20261119, YQ_USD, "1"), YQ_OK);
	assert_int_equal(yq_snapshots_latest(firebird, YQ_USD, 20261124, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].date, 20261123);
	assert_int_equal(list.items[1].date, 20261119);
	yq_snapshot_list_free(&list);
	/* What is later than that hides nothing. */
	assert_int_equal(yq_snapshots_latest(firebird, YQ_USD, 20261122, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[0].date, 20261120);
	assert_int_equal(list.items[1].date, 20261123);
	yq_snapshot_list_free(&list);
	assert_int_equal(yq_snapshots_latest(firebird, YQ_USD, 20261118, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 3);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_a_day_comes_back_as_it_went),
		JOURNAL_TEST(test_a_day_is_kept_once_and_never_changed),
		JOURNAL_TEST(test_what_does_not_fit_is_refused_and_its_neighbours_kept),
		JOURNAL_TEST(test_days_are_found_by_what_is_asked_in_order),
		JOURNAL_TEST(test_the_latest_day_of_each_account),
	};

	return journal_run(argc, argv, "store_snapshots", tests, YQ_COUNT(tests));
}
