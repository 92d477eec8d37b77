/* test_store_journal.c - trades, orders and signals: kept exactly, once, and found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "firebird_fixture.h"
#include "store/migrate.h"
#include "store/orders.h"
#include "store/signals.h"

#define NOW INT64_C(1795391215123456)

static struct firebird_fixture fixture;
static struct yq_firebird *firebird;

static struct yq_decimal
decimal(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static struct yq_id
id_of(unsigned number)
{
	return yq_id_named(&number, sizeof(number));
}

static void
set(char *target, size_t size, const char *text)
{
	assert_true(yq_str_copy(target, size, text));
}
#define SET(member, text) set(member, sizeof(member), text)

static struct yq_trade_row
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

static size_t
count_found(const struct yq_trade_filter *filter)
{
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };
	struct yq_err err = { 0 };

	if (yq_trades_find(firebird, filter, &list, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return list.count;
}

static void
test_trades_are_found_by_what_is_asked_newest_first(void **state)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };

	(void)state;
	fill_history(20);
	assert_int_equal(count_found(&filter), 20);
	filter.limit = 7;
	filter.offset = 5;
	assert_int_equal(yq_trades_find(firebird, &filter, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 7);
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(list.items[i].trade.executed_at_us, NOW + 14 - i);
	filter = yq_trade_filter_any();
	SET(filter.ticker, "000100");
	assert_int_equal(count_found(&filter), 4);
	filter.exchange = YQ_KRX; /* the same ticker of another market is another instrument */
	assert_int_equal(count_found(&filter), 2);
	SET(filter.account_alias, "Real");
	assert_int_equal(count_found(&filter), 0);
	filter = yq_trade_filter_any();
	filter.from_us = NOW + 3;
	filter.to_us = NOW + 8;
	SET(filter.strategy, "Mean reversion 🚀");
	assert_int_equal(count_found(&filter), 5);
	filter = yq_trade_filter_any();
	filter.order_id = id_of(1004);
	assert_int_equal(count_found(&filter), 1);
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

static struct yq_order_row
order(unsigned number)
{
	struct yq_order_row row = { .order = yq_order_default() };

	row.order.id = id_of(number);
	SET(row.order.account_alias, "Paper");
	SET(row.order.ticker, "005930");
	row.order.exchange = YQ_KRX;
	row.order.currency = YQ_KRW;
	row.order.type = YQ_TYPE_LIMIT;
	row.order.qty = decimal("10");
	row.order.price = yq_opt_decimal_of(decimal("71500"));
	row.order.timestamp_us = NOW + number;
	row.order.signal_id = id_of(500);
	SET(row.order.buy_reason, "Webhook:평균 회귀");
	row.progress.qty = row.order.qty;
	row.created_at_us = NOW + number;
	return row;
}

static enum yq_rc
save_order(const struct yq_order_row *row)
{
	enum yq_rc outcome = YQ_RC_COUNT;
	struct yq_err err = { 0 };

	if (yq_orders_save(firebird, row, 1, &outcome, NULL, NULL, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return outcome;
}

static void
test_an_orders_state_only_goes_forward(void **state)
{
	struct yq_order_row row = order(1), found;

	(void)state;
	assert_int_equal(save_order(&row), YQ_OK);
	assert_int_equal(save_order(&row), YQ_E_EXISTS);
	row.progress.sequence = 3;
	row.progress.state = YQ_ORDER_PARTIALLY_FILLED;
	row.progress.filled = decimal("4");
	row.progress.avg_price = decimal("71400.12345678");
	row.progress.notional = decimal("285600.49382712");
	SET(row.broker_order_id, "B-77");
	row.claimed_at_us = NOW + 10;
	row.submitted_at_us = NOW + 20;
	row.first_fill_at_us = NOW + 30;
	assert_int_equal(save_order(&row), YQ_OK);
	/* an older one arrives late, and a newer one that knows less */
	row.progress.sequence = 2;
	row.progress.state = YQ_ORDER_OPEN;
	assert_int_equal(save_order(&row), YQ_E_EXISTS);
	row = order(1);
	row.progress.sequence = 4;
	row.progress.state = YQ_ORDER_CANCELED;
	row.progress.filled = decimal("4");
	row.final_at_us = NOW + 40;
	row.created_at_us = 0;
	SET(row.reason, "by hand");
	assert_int_equal(save_order(&row), YQ_OK);
	assert_int_equal(yq_orders_get(firebird, &row.order.id, &found, NULL), YQ_OK);
	assert_int_equal(found.progress.state, YQ_ORDER_CANCELED);
	assert_int_equal(found.progress.sequence, 4);
	assert_int_equal(yq_decimal_cmp(found.progress.qty, decimal("10")), 0);
	assert_string_equal(found.broker_order_id, "B-77");
	assert_string_equal(found.reason, "by hand");
	assert_int_equal(found.created_at_us, NOW + 1);
	assert_int_equal(found.submitted_at_us, NOW + 20);
	assert_int_equal(found.final_at_us, NOW + 40);
	assert_string_equal(found.order.buy_reason, "Webhook:평균 회귀");
	assert_true(found.order.price.set);
	assert_false(found.order.stop_price.set);
}

/* The first thing heard of an order may be a late state. */
static void
test_an_order_first_heard_of_late_is_kept_whole(void **state)
{
	struct yq_order_row row = order(2), found;

	(void)state;
	row.progress.sequence = 5;
	row.progress.state = YQ_ORDER_FILLED;
	assert_int_equal(save_order(&row), YQ_OK);
	assert_int_equal(yq_orders_get(firebird, &row.order.id, &found, NULL), YQ_OK);
	assert_int_equal(found.progress.state, YQ_ORDER_FILLED);
	assert_int_equal(
	    yq_orders_get(firebird, &(struct yq_id){ "none" }, &found, NULL), YQ_E_NOT_FOUND);
}

static void
test_orders_are_found_by_what_is_asked(void **state)
{
	struct yq_order_filter filter = yq_order_filter_any();
	YQ_CLEANUP(yq_order_list_free) struct yq_order_list list = { 0 };

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		struct yq_order_row row = order(i);

		if (i % 2 == 0)
			row.progress.state = YQ_ORDER_OPEN;
		assert_int_equal(save_order(&row), YQ_OK);
	}
	filter.state = YQ_ORDER_OPEN;
	filter.signal_id = id_of(500);
	SET(filter.ticker, "005930");
	SET(filter.account_alias, "Paper");
	assert_int_equal(yq_orders_find(firebird, &filter, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 5);
	assert_string_equal(list.items[0].order.id.text, id_of(8).text);
}

static struct yq_signal_row
signal_row(unsigned number)
{
	struct yq_signal_row row = { .signal = yq_signal_default() };

	row.signal.id = id_of(number);
	SET(row.signal.ticker, "AAPL");
	row.signal.exchange = YQ_NASDAQ;
	SET(row.signal.strategy, "O'Neil \"cup\" 🚀");
	SET(row.signal.comment, "코멘트");
	row.signal.timestamp_us = NOW + number;
	row.signal.strength = yq_opt_decimal_of(decimal("55.5"));
	return row;
}

static enum yq_rc
save_signal(const struct yq_signal_row *row)
{
	enum yq_rc outcome = YQ_RC_COUNT;
	struct yq_err err = { 0 };

	if (yq_signals_save(firebird, row, 1, &outcome, NULL, NULL, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return outcome;
}

/* An order's trades are looked for around its own times. */
static void
test_the_trades_of_an_order_and_the_orders_of_a_signal_are_found(void **state)
{
	struct yq_signal_row signal = signal_row(500);
	struct yq_order_row row = order(1);
	struct yq_trade_row fill = trade(1);
	struct yq_trade_filter by_order = yq_trade_filter_any();
	struct yq_order_filter by_signal = yq_order_filter_any();
	YQ_CLEANUP(yq_order_list_free) struct yq_order_list orders = { 0 };
	enum yq_rc outcome;

	(void)state;
	assert_int_equal(save_signal(&signal), YQ_OK);
	row.progress.sequence = 2;
	row.final_at_us = NOW + 50;
	assert_int_equal(save_order(&row), YQ_OK);
	fill.trade.order_id = row.order.id;
	fill.trade.executed_at_us = NOW + 40;
	assert_int_equal(yq_trades_insert(firebird, &fill, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	by_order.order_id = row.order.id;
	assert_int_equal(count_found(&by_order), 1);
	by_signal.signal_id = signal.signal.id;
	assert_int_equal(yq_orders_find(firebird, &by_signal, &orders, NULL), YQ_OK);
	assert_int_equal(orders.count, 1);
}

static void
test_what_cannot_be_kept_is_said_before_the_order(void **state)
{
	struct yq_order_row row = order(1);
	struct yq_opt_decimal none = YQ_OPT_DECIMAL_NONE;
	struct yq_err err = { 0 };

	(void)state;
	assert_int_equal(yq_orders_check(&row.order, none, &err), YQ_OK);
	row.order.qty = decimal("92233720369");
	assert_int_equal(yq_orders_check(&row.order, none, &err), YQ_E_RANGE);
	assert_non_null(strstr(err.text, "Qty"));
	row.order.qty = decimal("9000000000");
	row.order.price = yq_opt_decimal_of(decimal("9000000000"));
	assert_int_equal(yq_orders_check(&row.order, none, &err), YQ_E_RANGE);
	row.order.price = none;
	assert_int_equal(yq_orders_check(&row.order, none, &err), YQ_OK);
	assert_int_equal(
	    yq_orders_check(&row.order, yq_opt_decimal_of(decimal("9000000000")), &err),
	    YQ_E_RANGE);
}

static void
test_a_signal_keeps_its_first_decision_whole(void **state)
{
	YQ_CLEANUP(yq_freep) char *decision = yq_xcalloc(65536 + 1, 1);
	struct yq_signal_row row = signal_row(1), found;

	(void)state;
	memset(decision, 'x', 65536);
	memcpy(decision, "{\"한\":\"🚀\"", 13);
	assert_int_equal(save_signal(&row), YQ_OK); /* accepted, not decided */
	assert_int_equal(save_signal(&row), YQ_E_EXISTS);
	row.decision = decision;
	SET(row.verdict, "refused");
	SET(row.code, "halted");
	SET(row.text, "trading is halted");
	row.decided_at_us = NOW + 50;
	row.order_count = 0;
	assert_int_equal(save_signal(&row), YQ_OK);
	SET(row.verdict, "ordered");
	assert_int_equal(save_signal(&row), YQ_E_EXISTS);
	assert_int_equal(yq_signals_get(firebird, &row.signal.id, &found, NULL), YQ_OK);
	assert_string_equal(found.verdict, "refused");
	assert_string_equal(found.code, "halted");
	assert_string_equal(found.signal.comment, "코멘트");
	assert_int_equal(found.signal.currency, YQ_CURRENCY_NONE);
	assert_int_equal(found.signal.received_at_us, NOW + 1);
	assert_non_null(found.decision);
	assert_int_equal(strlen(found.decision), 65536);
	assert_memory_equal(found.decision, decision, 65536);
	yq_signal_row_clear(&found);
	assert_int_equal(
	    yq_signals_get(firebird, &(struct yq_id){ "none" }, &found, NULL), YQ_E_NOT_FOUND);
}

static void
test_recent_signals_are_found_by_what_is_asked(void **state)
{
	struct yq_signal_filter filter = { 0 };
	YQ_CLEANUP(yq_signal_list_free) struct yq_signal_list list = { 0 };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct yq_signal_row row = signal_row(i);

		SET(row.verdict, i % 2 == 0 ? "ordered" : "refused");
		assert_int_equal(save_signal(&row), YQ_OK);
	}
	SET(filter.verdict, "ordered");
	SET(filter.strategy, "O'Neil \"cup\" 🚀");
	filter.limit = 2;
	assert_int_equal(yq_signals_find(firebird, &filter, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].signal.id.text, id_of(4).text);
	assert_null(list.items[0].decision);
}

static int
empty_tables(void **state)
{
	static const char *const sql[] = { "DELETE FROM TRADES", "DELETE FROM ORDERS",
		"DELETE FROM SIGNALS" };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	(void)state;
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(sql); i++)
		assert_int_equal(yq_tx_exec(tx, sql[i], NULL, 0, NULL, NULL), YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
	return 0;
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
main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup(name, empty_tables)
	const struct CMUnitTest tests[] = {
		T(test_a_trade_comes_back_as_it_went),
		T(test_each_of_a_batch_has_its_own_outcome),
		T(test_amounts_round_once_to_the_even_digit),
		T(test_trades_are_found_by_what_is_asked_newest_first),
		T(test_sums_are_exact_and_never_across_currencies),
		T(test_an_orders_state_only_goes_forward),
		T(test_an_order_first_heard_of_late_is_kept_whole),
		T(test_orders_are_found_by_what_is_asked),
		T(test_the_trades_of_an_order_and_the_orders_of_a_signal_are_found),
		T(test_what_cannot_be_kept_is_said_before_the_order),
		T(test_a_signal_keeps_its_first_decision_whole),
		T(test_recent_signals_are_found_by_what_is_asked),
	};
	struct yq_firebird_target target;
	int failed;

	fixture_start(&fixture, argc, argv);
	target = fixture_new_target(&fixture);
	firebird = fixture_open(&target);
	failed = cmocka_run_group_tests_name("store_journal", tests, migrate, NULL);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	fixture_stop(&fixture);
	return failed;
}
