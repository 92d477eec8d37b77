/* test_gateway_replace.c - an order is changed while it rests, and each answer is a clear one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway_fixture.h"

#define QUIET "{\"WalkBps\":0}"

struct change {
	const char *qty, *price, *stop; /* NULL = as it is */
};

static struct yq_opt_decimal
number_of(const char *text)
{
	struct yq_opt_decimal value = { .set = text != NULL };

	if (text != NULL)
		assert_int_equal(yq_decimal_parse(text, strlen(text), &value.value), YQ_OK);
	return value;
}

/* Through the front door, as the console does. */
static enum yq_step_result
ask(const struct yq_order *order, const struct yq_id *request, const struct change *change)
{
	struct yq_replace replace = { .id = *request,
		.order_id = order->id,
		.qty = number_of(change->qty),
		.price = number_of(change->price),
		.stop_price = number_of(change->stop),
		.timestamp_us = yq_clock_now_us(yq_clock_system()) };
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_REPLACE,
		.id = order->id,
		.request_id = *request,
		.created_at_us = replace.timestamp_us };
	struct yq_step_answer answer;
	struct yq_err err;

	memcpy(replace.account_alias, order->account_alias, sizeof(replace.account_alias));
	yq_message_encode_replace(&replace, &text);
	item.payload = text.data;
	item.length = text.length;
	if (yq_valkey_sync_submit(fixture.console, &item, 1, &answer, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return answer.result;
}

/* The gateway's word on it begins so, within 10 s. */
static void
expect(const struct yq_order *order, const struct change *change, const char *word)
{
	struct yq_id request = yq_id_random();
	char mark[YQ_REQUEST_MARK_SIZE], text[1024] = "";

	assert_int_equal(ask(order, &request, change), YQ_SUBMITTED);
	assert_int_equal(ask(order, &request, change), YQ_DUPLICATE);
	yq_request_mark(YQ_SUBMIT_REPLACE, &request, mark);
	for (int i = 0; i < 200; i++) {
		gateway_field(&order->id, mark, text, sizeof(text));
		if (yq_str_starts(text, YQ_MARK_APPLIED) || yq_str_starts(text, YQ_MARK_REFUSED))
			break;
		usleep(50000);
	}
	if (!yq_str_starts(text, word))
		fail_msg("expected \"%s\", found \"%s\"", word, text);
}

static struct yq_order
order_of(enum yq_order_type type, const char *price, const char *stop)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");

	o.type = type;
	o.price = number_of(price);
	o.stop_price = number_of(stop);
	return o;
}

static void
assert_says(const struct yq_order *o, const char *words)
{
	char text[4096];

	gateway_field(&o->id, "Order", text, sizeof(text));
	if (strstr(text, words) == NULL)
		fail_msg("%s has no %s", text, words);
}

static void
test_quantity_limit_and_stop_are_changed_where_the_order_has_them(void **unused)
{
	struct yq_order limit = order_of(YQ_TYPE_LIMIT, "90", NULL);
	struct yq_order stop = order_of(YQ_TYPE_STOP, NULL, "120");
	struct yq_order both = order_of(YQ_TYPE_STOP_LIMIT, "121", "120");

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&limit);
	gateway_submit(&stop);
	gateway_submit(&both);
	gateway_await_state(&limit.id, "Open");
	gateway_await_state(&stop.id, "Open");
	gateway_await_state(&both.id, "Open");
	expect(&limit, &(struct change){ "8", "91.5", NULL }, "applied: 8 at 91.5");
	expect(&stop, &(struct change){ NULL, NULL, "125" }, "applied: 10, stop 125");
	expect(&both, &(struct change){ NULL, "131", "130" }, "applied: 10 at 131, stop 130");
	assert_says(&limit, "\"Qty\":8,\"Price\":91.5,");
	assert_says(&stop, "\"StopPrice\":125,");
	assert_says(&both, "\"StopPrice\":130,");
	expect(&limit, &(struct change){ NULL, NULL, "80" }, "refused: it has no stop price");
	expect(&stop, &(struct change){ NULL, "80", NULL }, "refused: it has no limit price");
	expect(&limit, &(struct change){ NULL, "90.001", NULL }, "refused: RISK_TICK");
	expect(&limit, &(struct change){ "1000000", NULL, NULL }, "refused: RISK_BUYING_POWER");
	gateway_cancel(&limit);
	gateway_cancel(&stop);
	gateway_cancel(&both);
	gateway_await_quiet(30);
	gateway_assert_books_equal();
	gateway_stop();
}

static void
test_what_is_over_is_not_changed(void **unused)
{
	struct yq_order o = order_of(YQ_TYPE_LIMIT, "90", NULL);
	struct yq_id request = yq_id_random();

	(void)unused;
	gateway_start(QUIET);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Open");
	expect(&o, &(struct change){ "4", "101", NULL }, "applied: 4 at 101"); /* and is filled */
	gateway_await_state(&o.id, "Filled");
	assert_int_equal(ask(&o, &request, &(struct change){ NULL, "102", NULL }), YQ_CLOSED);
	gateway_await_quiet(30);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

/* A change and the fills of the order it changes: whichever comes first, the books agree. */
static void
test_a_change_that_races_a_fill_is_answered_and_books_agree(void **unused)
{
	enum { COUNT = 12 };
	struct yq_order orders[COUNT];

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"LatencyMs\":40,\"PartialFillRate\":0.9}");
	for (int i = 0; i < COUNT; i++) {
		struct yq_id request = yq_id_random();
		struct change change = { i % 2 == 0 ? "3" : "14", "101", NULL };

		orders[i] = order_of(YQ_TYPE_LIMIT, i % 3 == 0 ? "90" : "101", NULL);
		gateway_submit(&orders[i]);
		usleep((useconds_t)(i % 4) * 15000);
		(void)ask(&orders[i], &request, &change);
	}
	for (int i = 0; i < COUNT; i++) /* a change may have been refused */
		gateway_cancel(&orders[i]);
	gateway_await_quiet(30);
	gateway_assert_books_equal();
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_quantity_limit_and_stop_are_changed_where_the_order_has_them),
		TEST(test_what_is_over_is_not_changed),
		TEST(test_a_change_that_races_a_fill_is_answered_and_books_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
