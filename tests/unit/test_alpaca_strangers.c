/* test_alpaca_strangers.c - orders at Alpaca that are not ours: they hide none of ours. */
#include "test.h"

#include <string.h>

#include "alpaca_answers.h"
#include "base/str.h"
#include "broker/alpaca/decode.h"

#define PARTLY             \
	ALPACA_ORDER_JSON( \
	    ALPACA_ORDER, ALPACA_OURS, "partially_filled", "15", "5", "\"106.123456789\"", "")

#define DIGITS_70 "0123456789012345678901234567890123456789012345678901234567890123456789"
#define LONG_NAME "\"" DIGITS_70 DIGITS_70 "\""

/* `text` with the first `from` in it replaced; owned by the caller. */
static char *
changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t size = strlen(text) + strlen(to) + 1;
	char *out = calloc(1, size);

	assert_non_null(at);
	yq_str_format(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return out;
}

static enum yq_rc
read_order(const char *text, struct yq_alpaca_order *order, struct yq_err *err)
{
	return yq_alpaca_decode_order(text, strlen(text), order, err);
}

/* Or one order of another program would hide all of ours. */
static void
test_others_may_call_their_orders_what_they_like(void **unused)
{
	static const char *const names[] = { "\"my order 1\"", "\"\u0394-neutral\"",
		"\"\xec\xa3\xbc\xeb\xac\xb8\"", LONG_NAME };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(names); i++) {
		char *text = changed(PARTLY, "\"" ALPACA_OURS "\"", names[i]);
		struct yq_alpaca_order o;
		struct yq_err err = { .text = "" };

		if (read_order(text, &o, &err) != YQ_OK)
			fail_msg("%s: %s", names[i], err.text);
		assert_true(yq_id_is_none(&o.order_id));
		assert_string_equal(o.client_id, "");
		free(text);
	}
}

/* Coins have more places than are kept, spreads have no symbol and prices below zero, and the
 * dashboard gives them ids like ours: none of them hides a stock's order, or is taken for one. */
static void
test_what_is_no_stock_is_none_of_ours(void **unused)
{
	static const char *const news[][3] = {
		{ "\"asset_class\":\"us_equity\"", "\"asset_class\":\"crypto\"",
		    "\"qty\":\"0.0000000001\"" },
		{ "\"asset_class\":\"us_equity\"", "\"asset_class\":\"us_option\"",
		    "\"qty\":\"-1\"" },
		{ "\"order_class\":\"\"", "\"order_class\":\"mleg\"", "\"qty\":null" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(news); i++) {
		char *kind = changed(PARTLY, news[i][0], news[i][1]);
		char *text = changed(kind, "\"qty\":\"15\"", news[i][2]);
		char *bare = changed(text, "\"symbol\":\"AAPL\"", "\"symbol\":\"\"");
		char *all = changed(bare, "\"side\":\"buy\"", "\"side\":\"\"");
		struct yq_alpaca_order o;
		struct yq_err err = { .text = "" };

		if (read_order(all, &o, &err) != YQ_OK)
			fail_msg("%s: %s", news[i][1], err.text);
		assert_false(o.is_stock);
		assert_true(yq_id_is_none(&o.order_id));
		free(kind);
		free(text);
		free(bare);
		free(all);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_others_may_call_their_orders_what_they_like),
		cmocka_unit_test(test_what_is_no_stock_is_none_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
