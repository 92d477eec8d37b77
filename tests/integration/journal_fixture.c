/* journal_fixture.c - the trade that the tests of the store begin with, and the tables' life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "journal_fixture.h"
#include "store/migrate.h"
#include "store/tx.h"

struct yq_firebird_target target;
struct yq_firebird *firebird;

struct yq_decimal
decimal(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

struct yq_id
id_of(unsigned number)
{
	return yq_id_named(&number, sizeof(number));
}

void
set(char *into, size_t size, const char *text)
{
	assert_true(yq_str_copy(into, size, text));
}

struct yq_trade_row
trade(unsigned number)
{
	struct yq_trade_row row = { 0 };

	row.trade.id = id_of(number);
	row.trade.order_id = id_of(1000 + number);
	row.trade.executed_at_us = NOW + number;
	SET(row.account_alias, "Paper");
	SET(row.trade.ticker, "AAPL");
	SET(row.trade.broker_order_id, "삼성 'B-1'");
	SET(row.trade.strategy, "Mean reversion 🚀");
	row.trade.quantity = decimal("0.33333333");
	row.trade.executed_price = decimal("123.45678901");
	row.trade.commission = decimal("0.00000001");
	row.trade.currency = YQ_USD;
	row.trade.exchange = YQ_NASDAQ;
	return row;
}

size_t
count_trades(const struct yq_trade_filter *filter)
{
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };
	struct yq_err err = { 0 };

	if (yq_trades_find(firebird, filter, &list, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return list.count;
}

static int
migrate(void **state)
{
	struct yq_err err = { 0 };

	(void)state;
	if (yq_migrate(firebird, NULL, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return 0;
}

int
empty_tables(void **state)
{
	static const char *const sql[] = { "DELETE FROM TRADES", "DELETE FROM ORDERS",
		"DELETE FROM SIGNALS", "DELETE FROM AUDIT", "DELETE FROM SCHEDULED_ORDERS",
		"DELETE FROM SCHEDULE_RUNS", "DELETE FROM SCHEDULE_RUN_ORDERS",
		"DELETE FROM LEASES", "DELETE FROM DAILY_SNAPSHOTS", "DELETE FROM RATES",
		"DELETE FROM API_KEYS", "DELETE FROM USERS" };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	(void)state;
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(sql); i++)
		assert_int_equal(yq_tx_exec(tx, sql[i], NULL, 0, NULL, NULL), YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
	return 0;
}

int
journal_run(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t count)
{
	struct firebird_fixture fixture;
	int failed;

	fixture_start(&fixture, argc, argv);
	target = fixture_new_target(&fixture);
	firebird = fixture_open(&target);
	failed = _cmocka_run_group_tests(name, tests, count, migrate, NULL);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	fixture_stop(&fixture);
	return failed;
}
