/* test_web_put.c - the shapes that routes and events share: what is null, what is masked, what is a
 * limit. */
#include <string.h>

#include "base/str.h"
#include "domain_test.h"
#include "web/put.h"

static struct yq_buf written;
static struct yq_json_writer writer;

static int
begin(void **unused)
{
	(void)unused;
	written = yq_buf_make(1 << 16);
	writer = yq_json_writer_make(&written);
	return 0;
}

static int
end(void **unused)
{
	(void)unused;
	yq_buf_free(&written);
	return 0;
}

/* A member of what was written, as its JSON text. */
static void
assert_member(const char *name, const char *expected)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);
	struct yq_json_writer w = yq_json_writer_make(&text);
	yq_json *json = NULL;

	assert_int_equal(yq_json_parse(yq_buf_text(&written), written.length, &json, NULL), YQ_OK);
	yq_json_add_tree(&w, yq_json_get(json, name));
	assert_string_equal(yq_buf_text(&text), expected);
	yq_json_free(json);
}

static void
test_of_a_number_the_last_four_stay_and_of_a_short_one_nothing(void **unused)
{
	static const char *const numbers[][2] = { { "12345678-01", "*******8-01" },
		{ "12345678", "****5678" }, { "1234567", "*******" }, { "1234", "****" },
		{ "", "" } };
	char text[YQ_MASKED_SIZE];

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(numbers); i++) {
		yq_put_masked(numbers[i][0], text);
		assert_string_equal(text, numbers[i][1]);
	}
}

static void
test_the_price_of_a_market_order_is_no_limit(void **unused)
{
	struct yq_order_row row = { .order = yq_order_default() };

	(void)unused;
	row.order.type = YQ_TYPE_MARKET;
	row.order.price = opt("200");
	row.progress.state = YQ_ORDER_OPEN;
	yq_put_order(&writer, &row, NULL, 0);
	assert_member("price", "null");
	assert_member("avgPrice", "null");
	assert_member("name", "null");
	assert_member("signalId", "null");
	assert_member("open", "true");
}

static void
test_a_limit_order_keeps_every_digit_of_its_price(void **unused)
{
	struct yq_order_row row = { .order = yq_order_default() };

	(void)unused;
	row.order.type = YQ_TYPE_LIMIT;
	row.order.price = opt("123456789012.00000001");
	row.progress.state = YQ_ORDER_FILLED;
	row.progress.sequence = 7;
	yq_put_order(&writer, &row, "Apple", 0);
	assert_member("price", "\"123456789012.00000001\"");
	assert_member("name", "\"Apple\"");
	assert_member("open", "false");
	assert_member("version", "7");
}

static void
test_a_position_without_a_price_has_a_cost_alone(void **unused)
{
	const struct yq_put_instrument about = { .price_at_us = 5 };
	struct yq_position position = { .qty = dec("2"), .avg_price = dec("10.5") };

	(void)unused;
	yq_put_position(&writer, &position, &about);
	assert_member("cost", "\"21\"");
	assert_member("value", "null");
	assert_member("unrealized", "null");
	assert_member("unrealizedRate", "null");
	assert_member("priceAt", "null");
}

/* One of a rule, over a strategy whose name looks like a scope. */
static void
test_the_scope_of_a_halt_is_told_in_words(void **unused)
{
	static const struct {
		const char *field, *scope;
	} cases[] = {
		{ "*", "\"everything\"" },
		{ "account:Paper", "\"account Paper\"" },
		{ "account:Paper/strategy:a:b/c", "\"account Paper, strategy a:b/c\"" },
		{ "risk:DailyLoss:account:Paper", "\"DailyLoss: account Paper\"" },
		{ "risk:DailyLoss:*", "\"DailyLoss: everything\"" },
	};

	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		const struct yq_halt halt = { .who = "me", .when_us = 1 };

		begin(unused);
		yq_put_halt(&writer, cases[i].field, &halt);
		assert_member("scope", cases[i].scope);
		assert_member("until", "null");
		if (i + 1 < YQ_COUNT(cases))
			end(unused);
	}
}

static void
test_a_rule_of_another_account_is_left_out(void **unused)
{
	static const char text[] = "{\"Steps\":[{\"Rule\":\"Age\",\"Ok\":true,\"Text\":\"new\"},"
				   "{\"Account\":\"A\",\"Rule\":\"Size\",\"Ok\":false},"
				   "{\"Account\":\"B\",\"Rule\":\"Size\",\"Ok\":true}]}";
	yq_json *decision = NULL;

	(void)unused;
	assert_int_equal(yq_json_parse(text, strlen(text), &decision, NULL), YQ_OK);
	yq_put_rules(&writer, decision, "A");
	yq_json_free(decision);
	assert_string_equal(yq_buf_text(&written),
	    "[{\"name\":\"Age\",\"passed\":true,\"text\":\"new\"},"
	    "{\"name\":\"Size\",\"passed\":false,\"text\":\"\"}]");
}

static void
test_steps_say_the_milliseconds_between_them(void **unused)
{
	static struct yq_timeline timeline = { .count = 2 };

	(void)unused;
	timeline.items[0] = (struct yq_moment){ .at_us = 1000000, .name = "a" };
	timeline.items[1] = (struct yq_moment){ .at_us = 1001234, .name = "b" };
	assert_int_equal(yq_put_steps(&writer, &timeline, 0), 1001234);
	assert_non_null(strstr(yq_buf_text(&written), "\"afterMs\":null"));
	assert_non_null(strstr(yq_buf_text(&written), "\"afterMs\":\"1.234\""));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_of_a_number_the_last_four_stay_and_of_a_short_one_nothing),
		CASE(test_the_price_of_a_market_order_is_no_limit),
		CASE(test_a_limit_order_keeps_every_digit_of_its_price),
		CASE(test_a_position_without_a_price_has_a_cost_alone),
		CASE(test_the_scope_of_a_halt_is_told_in_words),
		CASE(test_a_rule_of_another_account_is_left_out),
		CASE(test_steps_say_the_milliseconds_between_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
