/* test_order_manager_legs.c - what a strategy wants, decided in one step: orders and cancels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "domain/order.h"
#include "order_manager_fixture.h"

/* The kinds of the entries of order:stream, in order: "order cancel order". */
static void
assert_kinds(const char *expected)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf kinds = yq_buf_make(1024);
	redisReply *reply = valkey_do(console, "XRANGE order:stream - +");

	for (size_t i = 0; i < reply->elements; i++)
		yq_buf_add_format(&kinds, "%s%s", i > 0 ? " " : "",
		    reply->element[i]->element[1]->element[1]->str);
	yq_reply_free(reply);
	assert_string_equal(yq_buf_text(&kinds), expected);
}

static void
assert_field(const struct yq_signal *signal, const char *field, const char *words)
{
	struct yq_id id = yq_order_id_of(&signal->id, "Paper", 0);
	char command[128], text[4096];

	yq_str_format(command, sizeof(command), "HGET order:%s %s", id.text, field);
	valkey_do_text(console, command, text, sizeof(text));
	if (strstr(text, words) == NULL)
		fail_msg("%s has no %s: %s", field, words, text);
}

static struct yq_signal
flat(unsigned n)
{
	struct yq_signal signal = om_signal(n);

	signal.action = YQ_SELL;
	signal.market_position = YQ_STANCE_FLAT;
	signal.prev_market_position = YQ_STANCE_LONG;
	return signal;
}

static void
test_a_flat_withdraws_what_rests_and_closes_what_becomes_of_it(void **state)
{
	struct yq_signal entry = om_signal(1), other = om_signal(2), exit = flat(3);

	(void)state;
	entry.type = YQ_TYPE_LIMIT;
	entry.limit_price = yq_opt_decimal_of(yq_decimal_from_int(90));
	om_accept(&entry, 1);
	om_expect(&entry, "ORDERED");
	assert_true(yq_str_copy(other.ticker, sizeof(other.ticker),
	    "MSFT")); /* rests on another instrument: it stays */
	other.type = YQ_TYPE_LIMIT;
	other.limit_price = entry.limit_price;
	om_accept(&other, 1);
	om_expect(&other, "ORDERED");
	om_accept(&exit, 1);
	om_expect(&exit, "ORDERED");
	assert_kinds("order order cancel order");
	assert_field(&entry, "CancelRequestedAt", "T");
	assert_field(&exit, "Order", "\"CutToHeld\":true");
	assert_field(&exit, "Order", "\"ReduceOnly\":true");
	assert_int_equal(valkey_do_int(console, "SCARD order:open"), 3);
}

static void
test_a_flat_without_anything_does_nothing(void **state)
{
	struct yq_signal exit = flat(1), wrong = flat(2);

	(void)state;
	om_accept(&exit, 1);
	om_expect(&exit, "SIZE_NOTHING_HELD");
	wrong.action = YQ_BUY;
	om_accept(&wrong, 1);
	om_expect(&wrong, "INTENT_CONTRADICTION");
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OM_TEST(test_a_flat_withdraws_what_rests_and_closes_what_becomes_of_it),
		OM_TEST(test_a_flat_without_anything_does_nothing),
	};
	int failed;

	om_begin(argc, argv);
	failed = cmocka_run_group_tests_name("order_manager_legs", tests, steps_start, steps_end);
	om_finish();
	return failed;
}
