/*
 * test_bus_messages.c - messages against hostile bytes, and there and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/message.h"

#define ID "11111111-1111-5111-8111-111111111111"
#define ORDER                                                                        \
	"{\"Id\":\"" ID                                                              \
	"\",\"AccountAlias\":\"Paper\",\"Ticker\":\"AAPL\",\"Exchange\":\"NASDAQ\"," \
	"\"Currency\":\"USD\",\"Action\":\"Buy\",\"Type\":\"Market\",\"Qty\":3,"     \
	"\"Timestamp\":\"2026-11-23T15:00:00.000001Z\",\"BuyReason\":\"Manual\"}"

static void
refused(const char *json, const char *member)
{
	struct yq_order order;
	struct yq_err err;

	assert_int_equal(yq_message_decode_order(json, strlen(json), &order, &err), YQ_E_INVALID);
	if (strstr(err.text, member) == NULL)
		fail_msg("%s: expected %s in: %s", json, member, err.text);
	assert_string_equal(order.ticker, ""); /* refused whole */
}

/* ORDER with one text replaced. */
static void
refused_with(const char *from, const char *to, const char *member)
{
	struct yq_buf text = yq_buf_make(4096);
	const char *at = strstr(ORDER, from);

	assert_non_null(at);
	yq_buf_add(&text, ORDER, (size_t)(at - ORDER));
	yq_buf_add_text(&text, to);
	yq_buf_add_text(&text, at + strlen(from));
	refused(yq_buf_text(&text), member);
	yq_buf_free(&text);
}

static void
test_an_order_goes_there_and_back(void **state)
{
	struct yq_order first, second;
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);

	(void)state;
	assert_int_equal(yq_message_decode_order(ORDER, strlen(ORDER), &first, NULL), YQ_OK);
	yq_message_encode_order(&first, &text);
	assert_int_equal(yq_message_decode_order(text.data, text.length, &second, NULL), YQ_OK);
	assert_memory_equal(&first, &second, sizeof(first));
	yq_buf_free(&text);
}

static void
test_enums_are_read_as_the_integers_of_dotnet(void **state)
{
	static const char json[] =
	    "{\"Id\":\"" ID "\",\"AccountAlias\":\"Paper\",\"Ticker\":\"AAPL\",\"Exchange\":1,"
	    "\"Currency\":1,\"Action\":1,\"Type\":1,\"Qty\":\"3\","
	    "\"Timestamp\":\"2026-11-23T15:00:00Z\",\"BuyReason\":\"Manual\"}";
	struct yq_order order;
	struct yq_err err;

	(void)state;
	if (yq_message_decode_order(json, sizeof(json) - 1, &order, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(order.exchange, YQ_NYSE);
	assert_int_equal(order.action, YQ_SELL);
	assert_int_equal(order.type, YQ_TYPE_MARKET);
}

static void
test_wrong_members_are_refused_by_name(void **state)
{
	(void)state;
	refused_with("\"Ticker\":\"AAPL\",", "", "Ticker");
	refused_with("\"Qty\":3,", "", "Qty");
	refused_with("\"Qty\":3", "\"Qty\":\"NaN\"", "Qty");
	refused_with("\"Qty\":3", "\"Qty\":0", "Qty");
	refused_with("\"Buy\"", "\"Hold\"", "Action");
	refused_with("\"Buy\"", "7", "Action");
	refused_with("\"AAPL\"", "\"AA\\u0000PL\"", "Ticker");
	refused_with("\"Paper\"", "\"index\"", "AccountAlias");
	refused_with("\"Paper\"", "\"a b\"", "AccountAlias");
	refused_with(ID, "not an id", "Id");
}

static void
test_bytes_that_are_no_message_are_refused(void **state)
{
	static const char *const texts[] = { "", "x", "[]", "null", "1", "\"a\"", "{", "{}x",
		"{\"Id\":\"\xff\xfe\"}" };
	struct yq_order order;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(texts); i++)
		assert_int_equal(yq_message_decode_order(texts[i], strlen(texts[i]), &order, NULL),
		    YQ_E_INVALID);
	assert_int_equal(
	    yq_message_decode_order(ORDER "\0", sizeof(ORDER), &order, NULL), YQ_E_INVALID);
}

static void
test_a_message_has_at_most_64_kib(void **state)
{
	struct yq_buf text = yq_buf_make(1U << 20);
	struct yq_order order;

	(void)state;
	yq_buf_add(&text, ORDER, strlen(ORDER));
	while (text.length < YQ_MESSAGE_MAX)
		yq_buf_add_char(&text, ' ');
	assert_int_equal(yq_message_decode_order(text.data, text.length, &order, NULL), YQ_OK);
	yq_buf_add_char(&text, ' ');
	assert_int_equal(yq_message_decode_order(text.data, text.length, &order, NULL), YQ_E_LIMIT);
	yq_buf_free(&text);
}

static void
test_a_trade_item_needs_its_trade(void **state)
{
	static const char item[] =
	    "{\"AccountAlias\":\"Paper\",\"Trade\":{\"Id\":\"" ID "\",\"ExecutedAt\":"
	    "\"2026-11-23T15:00:00.000001Z\",\"Ticker\":\"AAPL\",\"Action\":\"Buy\",\"Quantity\":3,"
	    "\"ExecutedPrice\":1.5,\"Commission\":0,\"OrderId\":\"" ID "\",\"BrokerOrderId\":\"b\","
	    "\"Strategy\":\"s\",\"Currency\":\"USD\",\"Exchange\":\"NASDAQ\"}}";
	struct yq_trade_item trade;
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_err err;

	(void)state;
	if (yq_message_decode_trade_item(item, sizeof(item) - 1, &trade, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_message_encode_trade_item(&trade, &text);
	assert_string_equal(yq_buf_text(&text), item);
	yq_buf_free(&text);
	assert_int_equal(
	    yq_message_decode_trade_item("{\"AccountAlias\":\"Paper\"}", 24, &trade, &err),
	    YQ_E_INVALID);
	assert_non_null(strstr(err.text, "Trade"));
}

static void
test_a_replace_must_change_something(void **state)
{
	static const char head[] =
	    "{\"Id\":\"" ID "\",\"OrderId\":\"" ID "\",\"AccountAlias\":\"Paper\","
	    "\"Timestamp\":\"2026-11-23T15:00:00Z\"";
	struct yq_buf text = yq_buf_make(4096);
	struct yq_replace replace;

	(void)state;
	yq_buf_add_text(&text, head);
	yq_buf_add_text(&text, "}");
	assert_int_equal(
	    yq_message_decode_replace(text.data, text.length, &replace, NULL), YQ_E_INVALID);
	yq_buf_clear(&text);
	yq_buf_add_text(&text, head);
	yq_buf_add_text(&text, ",\"Price\":2.5}");
	assert_int_equal(yq_message_decode_replace(text.data, text.length, &replace, NULL), YQ_OK);
	assert_true(replace.price.set && !replace.qty.set);
	yq_buf_free(&text);
}

static void
test_a_verdict_tells_each_rule(void **state)
{
	struct yq_verdict_step step = { "max order value", true, "1000 <= 5000" };
	struct yq_id order = { ID };
	struct yq_verdict verdict = { true, "OK", "1 order", 1, &order, 1, &step, 1 };
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);

	(void)state;
	yq_message_encode_verdict(&verdict, &text);
	assert_string_equal(yq_buf_text(&text),
	    "{\"Verdict\":\"ordered\",\"Code\":\"OK\",\"Text\":\"1 order\",\"DecidedAt\":"
	    "\"1970-01-01T00:00:00.000001Z\",\"Orders\":[\"" ID "\"],\"Steps\":[{\"Rule\":"
	    "\"max order value\",\"Ok\":true,\"Text\":\"1000 <= 5000\"}]}");
	yq_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_order_goes_there_and_back),
		cmocka_unit_test(test_enums_are_read_as_the_integers_of_dotnet),
		cmocka_unit_test(test_wrong_members_are_refused_by_name),
		cmocka_unit_test(test_bytes_that_are_no_message_are_refused),
		cmocka_unit_test(test_a_message_has_at_most_64_kib),
		cmocka_unit_test(test_a_trade_item_needs_its_trade),
		cmocka_unit_test(test_a_replace_must_change_something),
		cmocka_unit_test(test_a_verdict_tells_each_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
