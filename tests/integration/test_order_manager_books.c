/* test_order_manager_books.c - open orders as they stand in the bus, read on a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/message.h"
#include "loop_fixture.h"
#include "order_manager/books.h"

#define PATIENCE_MS 30000

static struct yq_order
resting_sell(void)
{
	struct yq_order order = yq_order_default();

	order.id = yq_id_named("resting", 7);
	yq_str_copy_cut(order.account_alias, sizeof(order.account_alias), "Paper");
	yq_str_copy_cut(order.ticker, sizeof(order.ticker), "AAPL");
	order.exchange = YQ_NASDAQ;
	order.currency = YQ_USD;
	order.action = YQ_SELL;
	order.type = YQ_TYPE_LIMIT;
	order.qty = yq_decimal_from_int(10);
	order.price = yq_opt_decimal_of(yq_decimal_from_int(200));
	order.timestamp_us = yq_clock_now_us(yq_clock_system());
	return order;
}

static void
put(const struct yq_order *order)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf words = yq_buf_make(2 * YQ_MESSAGE_MAX);

	yq_message_encode_order(order, &payload);
	yq_buf_add_format(
	    &words, "HSET order:%s State Pending Order %s", order->id.text, yq_buf_text(&payload));
	yq_reply_free(valkey_do(console, yq_buf_text(&words)));
	yq_buf_clear(&words);
	yq_buf_add_format(&words, "SADD order:open %s", order->id.text);
	yq_reply_free(valkey_do(console, yq_buf_text(&words)));
}

struct end {
	bool done;
	enum yq_rc rc;
};

static void
on_done(void *cookie, enum yq_rc rc)
{
	struct end *end = cookie;

	*end = (struct end){ true, rc };
}

/* Who decides on them before would not see what rests. */
static void
test_open_orders_do_not_count_as_known_before_all_are_read(void **state)
{
	struct yq_order order = resting_sell();
	const struct yq_holding *holding;
	struct yq_valkey *valkey;
	struct yq_books *books;
	struct end end = { .done = false };
	struct ups ups;

	(void)state;
	put(&order);
	valkey = open_valkey(&ups);
	books = yq_books_make(valkey, yq_clock_system());
	assert_true(yq_books_is_stale(books));
	yq_books_resync(books, on_done, &end);
	assert_true(yq_books_is_stale(books));
	loop_until(&loop, &end.done, PATIENCE_MS);
	assert_int_equal(end.rc, YQ_OK);
	assert_false(yq_books_is_stale(books));
	holding = yq_account_holding(yq_books_get(books, "Paper")->account, YQ_NASDAQ, "AAPL");
	assert_non_null(holding);
	assert_int_equal(holding->open_sells, 1);
	yq_books_free(books);
	yq_valkey_close(valkey);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(test_open_orders_do_not_count_as_known_before_all_are_read),
	};

	return cmocka_run_group_tests(tests, loop_tests_start, loop_tests_end);
}
