/* test_store_journal.c - orders and signals: kept whole, only going forward, and found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "journal_fixture.h"
#include "store/orders.h"
#include "store/signals.h"
#include "store/tx.h"

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

static enum yq_rc
take_signal(void *cookie, const struct yq_signal_row *row, struct yq_err *err)
{
	struct yq_buf *text = cookie;
	struct yq_json_writer w = yq_json_writer_make(text);

	(void)err;
	yq_json_begin_object(&w);
	yq_record_write(&w, yq_signal_fields, yq_signal_field_count, &row->signal);
	yq_json_put_text(&w, "Decision", row->decision != NULL ? row->decision : "");
	yq_json_end_object(&w);
	return YQ_OK;
}

/* Every member of the message, whether it has a column or not; a replay decides by them. */
static void
test_a_signal_comes_back_whole(void **state)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf before = yq_buf_make(65536);
	YQ_CLEANUP(yq_buf_free) struct yq_buf after = yq_buf_make(65536);
	struct yq_signal_row row = signal_row(700), found;
	struct yq_signal_filter filter = { .from_us = 0 };
	struct yq_opt_decimal number = yq_opt_decimal_of(decimal("12.5"));

	(void)state;
	for (size_t i = 0; i < yq_signal_field_count; i++) {
		const struct yq_field *field = &yq_signal_fields[i];

		if (field->kind == YQ_KIND_OPT_DECIMAL)
			memcpy((char *)&row.signal + field->offset, &number, sizeof(number));
		else if (field->kind == YQ_KIND_ENUM)
			memset((char *)&row.signal + field->offset, 0, field->size);
	}
	row.signal.received_at_us = NOW + 700;
	row.decision = strdup("{\"Verdict\":\"refused\"}");
	SET(row.verdict, "refused");
	assert_int_equal(save_signal(&row), YQ_OK);
	(void)take_signal(&before, &row, NULL);
	assert_int_equal(yq_signals_get(firebird, &row.signal.id, &found, NULL), YQ_OK);
	(void)take_signal(&after, &found, NULL);
	assert_string_equal(yq_buf_text(&before), yq_buf_text(&after));
	yq_signal_row_clear(&found);
	yq_buf_clear(&after);
	assert_int_equal(yq_signals_each(firebird, &filter, take_signal, &after, NULL), YQ_OK);
	assert_string_equal(yq_buf_text(&before), yq_buf_text(&after));
	yq_signal_row_clear(&row);
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
	assert_int_equal(count_trades(&by_order), 1);
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

/* The one number of a SELECT. */
static int64_t
number_of(const char *sql)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;

	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_query(tx, sql, NULL, 0, &rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
	return yq_rows_int(rows, 0);
}

/* Bytes count, not characters; whoever reads DECISION finds it in either place. */
static void
test_a_decision_stands_in_its_row_as_far_as_it_fits(void **state)
{
	static const size_t lengths[] = { 2, 7998, 7999, 8000, 8001, 12000 };
	YQ_CLEANUP(yq_freep) char *text = yq_xcalloc(12000 + 1, 1);

	(void)state;
	for (unsigned i = 0; i < YQ_COUNT(lengths); i++) {
		struct yq_signal_row row = signal_row(i), found;

		memset(text, 0, 12000);
		memset(text, ' ', lengths[i]);
		for (size_t at = 0; at + 3 <= lengths[i]; at += 3)
			memcpy(text + at, "한", 3);
		SET(row.verdict, "ordered");
		row.decision = text;
		assert_int_equal(save_signal(&row), YQ_OK);
		assert_int_equal(yq_signals_get(firebird, &row.signal.id, &found, NULL), YQ_OK);
		assert_string_equal(found.decision, text);
		yq_signal_row_clear(&found);
	}
	assert_int_equal(
	    number_of("SELECT COUNT(*) FROM SIGNALS WHERE DECISION_SHORT IS NOT NULL"), 4);
	assert_int_equal(
	    number_of("SELECT COUNT(*) FROM SIGNALS WHERE DECISION_LONG IS NOT NULL"), 2);
	assert_int_equal(number_of("SELECT SUM(OCTET_LENGTH(DECISION)) FROM SIGNALS"),
	    2 + 7998 + 7999 + 8000 + 8001 + 12000);
	assert_int_equal(
	    number_of("SELECT COUNT(*) FROM SIGNALS WHERE DECISION STARTING '한한'"), 5);
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

static void
test_orders_that_have_ended_are_counted_by_account_and_time(void **state)
{
	const int64_t stretch = INT64_C(1440000000), begin = NOW / stretch * stretch;
	struct yq_order_count *counts = NULL;
	size_t count = 0;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		struct yq_order_row row = order(i);

		/* three in a stretch and two in the next; one that is open, one of before */
		row.order.timestamp_us = begin + (i < 3 ? (int64_t)i : stretch + (int64_t)i);
		row.final_at_us = i == 5 ? 0 : NOW + 50;
		if (i == 6)
			row.order.timestamp_us = begin - 1;
		assert_int_equal(save_order(&row), YQ_OK);
	}
	assert_int_equal(yq_orders_count(firebird, begin, stretch, &counts, &count, NULL), YQ_OK);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(counts[i].account_alias, "Paper");
		assert_int_equal(counts[i].orders, counts[i].stretch == begin / stretch ? 3 : 2);
	}
	assert_int_not_equal(counts[0].stretch, counts[1].stretch);
	free(counts);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_an_orders_state_only_goes_forward),
		JOURNAL_TEST(test_an_order_first_heard_of_late_is_kept_whole),
		JOURNAL_TEST(test_orders_are_found_by_what_is_asked),
		JOURNAL_TEST(test_the_trades_of_an_order_and_the_orders_of_a_signal_are_found),
		JOURNAL_TEST(test_a_signal_comes_back_whole),
		JOURNAL_TEST(test_what_cannot_be_kept_is_said_before_the_order),
		JOURNAL_TEST(test_a_signal_keeps_its_first_decision_whole),
		JOURNAL_TEST(test_a_decision_stands_in_its_row_as_far_as_it_fits),
		JOURNAL_TEST(test_recent_signals_are_found_by_what_is_asked),
		JOURNAL_TEST(test_orders_that_have_ended_are_counted_by_account_and_time),
	};

	return journal_run(argc, argv, "store_journal", tests, YQ_COUNT(tests));
}
