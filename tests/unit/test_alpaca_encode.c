/* test_alpaca_encode.c - what is sent to Alpaca. */
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "broker/alpaca/encode.h"

#define ID "eb9e2aaa-f71a-4f51-b5b4-52a6c565dad4"

static struct yq_decimal
number(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static struct yq_opt_decimal
maybe(const char *text)
{
	return text == NULL ? YQ_OPT_DECIMAL_NONE : yq_opt_decimal_of(number(text));
}

static struct yq_order
order_of(enum yq_order_type type, const char *qty, const char *price, const char *stop)
{
	struct yq_order o = yq_order_default();

	yq_str_copy_cut(o.id.text, sizeof(o.id.text), ID);
	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "AAPL");
	o.exchange = YQ_NASDAQ;
	o.action = YQ_BUY;
	o.type = type;
	o.time_in_force = YQ_TIF_DAY;
	o.qty = number(qty);
	o.price = maybe(price);
	o.stop_price = maybe(stop);
	return o;
}

static void
assert_body(const struct yq_alpaca_request *request, const char *expected)
{
	struct yq_buf body = yq_buf_make(4096);
	struct yq_err err = { .text = "" };

	if (yq_alpaca_encode_order(request, &body, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_string_equal(yq_buf_text(&body), expected);
	yq_buf_free(&body);
}

static void
assert_refused(const struct yq_alpaca_request *request, const char *why)
{
	struct yq_buf body = yq_buf_make(4096);
	struct yq_err err = { .text = "" };

	assert_int_equal(yq_alpaca_encode_order(request, &body, &err), YQ_E_REFUSED);
	if (strstr(err.text, why) == NULL)
		fail_msg("no \"%s\" in: %s", why, err.text);
	assert_int_equal(body.length, 0);
	yq_buf_free(&body);
}

static void
test_each_kind_of_order_has_its_body(void **unused)
{
	static const struct {
		enum yq_order_type type;
		enum yq_tif tif;
		enum yq_action action;
		const char *price, *stop, *expected;
	} rows[] = {
		{ YQ_TYPE_MARKET, YQ_TIF_DAY, YQ_BUY, "99.999", NULL,
		    "\"buy\",\"type\":\"market\",\"time_in_force\":\"day\"" },
		{ YQ_TYPE_LIMIT, YQ_TIF_GTC, YQ_SELL, "107.25", NULL,
		    "\"sell\",\"type\":\"limit\",\"time_in_force\":\"gtc\","
		    "\"limit_price\":\"107.25\"" },
		{ YQ_TYPE_STOP, YQ_TIF_IOC, YQ_SELL, NULL, "0.1234",
		    "\"sell\",\"type\":\"stop\",\"time_in_force\":\"ioc\","
		    "\"stop_price\":\"0.1234\"" },
		{ YQ_TYPE_STOP_LIMIT, YQ_TIF_FOK, YQ_BUY, "1.01", "1",
		    "\"buy\",\"type\":\"stop_limit\",\"time_in_force\":\"fok\","
		    "\"limit_price\":\"1.01\",\"stop_price\":\"1\"" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_order o = order_of(rows[i].type, "3", rows[i].price, rows[i].stop);
		struct yq_alpaca_request request = { .order = &o };
		char expected[512];

		o.time_in_force = rows[i].tif;
		o.action = rows[i].action;
		yq_str_format(expected, sizeof(expected),
		    "{\"symbol\":\"AAPL\",\"qty\":\"3\",\"side\":%s,\"client_order_id\":\"" ID
		    "\"}",
		    rows[i].expected);
		assert_body(&request, expected);
	}
}

static void
test_exits_that_alpaca_holds(void **unused)
{
	struct yq_order o = order_of(YQ_TYPE_MARKET, "3", NULL, NULL);
	struct yq_alpaca_request request = { .order = &o, .class = YQ_ALPACA_BRACKET };

	(void)unused;
	o.exits.take_profit = maybe("301");
	assert_refused(&request, "a take-profit and a stop-loss");
	o.exits.stop_loss = maybe("299");
	o.exits.stop_loss_limit = maybe("298.5");
	assert_body(&request,
	    "{\"symbol\":\"AAPL\",\"qty\":\"3\",\"side\":\"buy\",\"type\":\"market\","
	    "\"time_in_force\":\"day\",\"client_order_id\":\"" ID
	    "\",\"order_class\":\"bracket\",\"take_profit\":{\"limit_price\":\"301\"},"
	    "\"stop_loss\":{\"stop_price\":\"299\",\"limit_price\":\"298.5\"}}");
	request.class = YQ_ALPACA_OCO;
	o.action = YQ_SELL;
	assert_body(&request,
	    "{\"symbol\":\"AAPL\",\"qty\":\"3\",\"side\":\"sell\",\"type\":\"limit\","
	    "\"time_in_force\":\"day\",\"client_order_id\":\"" ID
	    "\",\"order_class\":\"oco\",\"take_profit\":{\"limit_price\":\"301\"},"
	    "\"stop_loss\":{\"stop_price\":\"299\",\"limit_price\":\"298.5\"}}");
	request.class = YQ_ALPACA_OTO;
	assert_refused(&request, "one exit");
	o.exits.take_profit = YQ_OPT_DECIMAL_NONE;
	o.time_in_force = YQ_TIF_IOC;
	assert_refused(&request, "Day and Gtc");
	/* The gateway's own exits are not Alpaca's. */
	request.class = YQ_ALPACA_SIMPLE;
	assert_body(&request,
	    "{\"symbol\":\"AAPL\",\"qty\":\"3\",\"side\":\"sell\",\"type\":\"market\","
	    "\"time_in_force\":\"ioc\",\"client_order_id\":\"" ID "\"}");
}

static void
test_parts_of_a_share_and_amounts_are_for_the_day(void **unused)
{
	struct yq_order o = order_of(YQ_TYPE_MARKET, "0.5", NULL, NULL);
	struct yq_alpaca_request request = { .order = &o };

	(void)unused;
	assert_body(&request,
	    "{\"symbol\":\"AAPL\",\"qty\":\"0.5\",\"side\":\"buy\",\"type\":\"market\","
	    "\"time_in_force\":\"day\",\"client_order_id\":\"" ID "\"}");
	o.time_in_force = YQ_TIF_GTC;
	assert_refused(&request, "for the day");
	o = order_of(YQ_TYPE_LIMIT, "0.5", "1.99", NULL);
	assert_refused(&request, "less than $1");
	o.price = maybe("2");
	request.notional = maybe("0.99");
	assert_refused(&request, "less than $1");
	request.notional = maybe("1.001");
	assert_refused(&request, "cents");
	request.notional = maybe("1");
	o.type = YQ_TYPE_MARKET;
	assert_body(&request,
	    "{\"symbol\":\"AAPL\",\"notional\":\"1\",\"side\":\"buy\",\"type\":\"market\","
	    "\"time_in_force\":\"day\",\"client_order_id\":\"" ID "\"}");
	o.time_in_force = YQ_TIF_GTC;
	assert_refused(&request, "for the day");
}

static void
test_prices_have_two_places_from_a_dollar_and_four_below(void **unused)
{
	static const struct {
		const char *price;
		bool fits;
	} rows[] = { { "1", true }, { "1.01", true }, { "1.001", false }, { "0.9999", true },
		{ "0.99999", false }, { "0", false }, { "-1", false } };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_order o = order_of(YQ_TYPE_LIMIT, "1", rows[i].price, NULL);
		struct yq_alpaca_request request = { .order = &o };
		struct yq_broker_change change = { .price = maybe(rows[i].price) };
		struct yq_buf body = yq_buf_make(4096);
		struct yq_err err;

		assert_int_equal(yq_alpaca_encode_order(&request, &body, &err),
		    rows[i].fits ? YQ_OK : YQ_E_REFUSED);
		assert_int_equal(yq_alpaca_encode_change(&change, "x", &body, &err),
		    rows[i].fits ? YQ_OK : YQ_E_REFUSED);
		o = order_of(YQ_TYPE_STOP, "1", NULL, rows[i].price);
		assert_int_equal(yq_alpaca_encode_order(&request, &body, &err),
		    rows[i].fits ? YQ_OK : YQ_E_REFUSED);
		yq_buf_free(&body);
	}
}

static void
test_extended_hours_are_for_limits_for_the_day(void **unused)
{
	struct yq_order o = order_of(YQ_TYPE_LIMIT, "1", "2", NULL);
	struct yq_alpaca_request request = { .order = &o, .extended_hours = true };

	(void)unused;
	assert_body(&request,
	    "{\"symbol\":\"AAPL\",\"qty\":\"1\",\"side\":\"buy\",\"type\":\"limit\","
	    "\"time_in_force\":\"day\",\"limit_price\":\"2\",\"extended_hours\":true,"
	    "\"client_order_id\":\"" ID "\"}");
	assert_true(yq_alpaca_may_extend(&o));
	o.time_in_force = YQ_TIF_GTC;
	assert_false(yq_alpaca_may_extend(&o));
	assert_refused(&request, "extended hours");
	o = order_of(YQ_TYPE_MARKET, "1", NULL, NULL);
	assert_refused(&request, "extended hours");
}

static void
test_what_alpaca_does_not_trade_is_not_sent(void **unused)
{
	struct yq_order o = order_of(YQ_TYPE_MARKET, "1", NULL, NULL);
	struct yq_alpaca_request request = { .order = &o };

	(void)unused;
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++) {
		o.exchange = (enum yq_exchange)e;
		if (e != YQ_NASDAQ && e != YQ_NYSE && e != YQ_AMEX)
			assert_refused(&request, "does not trade on");
	}
}

static void
test_a_trailing_stop(void **unused)
{
	struct yq_order o = order_of(YQ_TYPE_STOP, "1", NULL, NULL);
	struct yq_alpaca_request request = { .order = &o, .trail_percent = maybe("1.5") };

	(void)unused;
	assert_body(&request,
	    "{\"symbol\":\"AAPL\",\"qty\":\"1\",\"side\":\"buy\",\"type\":\"trailing_stop\","
	    "\"time_in_force\":\"day\",\"trail_percent\":\"1.5\",\"client_order_id\":\"" ID "\"}");
	request.trail_price = maybe("1");
	assert_refused(&request, "trails");
}

static void
test_a_change_names_what_changes(void **unused)
{
	struct yq_broker_change change = { .qty = maybe("7"), .stop_price = maybe("3.5") };
	struct yq_buf body = yq_buf_make(4096);
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_alpaca_encode_change(&change, "next", &body, &err), YQ_OK);
	assert_string_equal(yq_buf_text(&body),
	    "{\"qty\":\"7\",\"stop_price\":\"3.5\",\"client_order_id\":\"next\"}");
	change.qty = maybe("7.5");
	assert_int_equal(yq_alpaca_encode_change(&change, "next", &body, &err), YQ_E_REFUSED);
	yq_buf_free(&body);
}

static void
test_whose_an_order_is_can_be_read_from_its_client_id(void **unused)
{
	static const char *const others[] = { "", "x", ID "-r1234567", ID "-x12345678",
		ID "-r123456789", "EB9E2AAA-F71A-4F51-B5B4-52A6C565DAD4",
		"{b9e2aaa-f71a-4f51-b5b4-52a6c565dad}" };
	char next[YQ_ALPACA_CLIENT_ID_SIZE], after[YQ_ALPACA_CLIENT_ID_SIZE];
	struct yq_id id = { ID };

	(void)unused;
	yq_alpaca_client_id_next(&id, next);
	yq_alpaca_client_id_next(&id, after);
	assert_string_not_equal(next, after);
	assert_string_equal(yq_alpaca_client_id_owner(ID).text, ID);
	assert_string_equal(yq_alpaca_client_id_owner(next).text, ID);
	for (size_t i = 0; i < YQ_COUNT(others); i++)
		assert_string_equal(yq_alpaca_client_id_owner(others[i]).text, "");
}

static void
test_queries_are_escaped(void **unused)
{
	struct yq_buf url = yq_buf_make(4096);

	(void)unused;
	yq_buf_add_text(&url, "https://x/v2/orders");
	yq_alpaca_add_query(&url, "symbols", "BRK.B,BTC/USD");
	yq_alpaca_add_query(&url, "x", "a&b=c d%");
	yq_alpaca_add_query_time(&url, "after", 0);
	assert_string_equal(yq_buf_text(&url),
	    "https://x/v2/orders?symbols=BRK.B,BTC%2FUSD&x=a%26b%3Dc%20d%25"
	    "&after=1970-01-01T00:00:00.000000Z");
	yq_buf_free(&url);
}

static void
test_words_for_the_stream(void **unused)
{
	struct yq_secret *key = yq_secret_make("K", 1), *secret = yq_secret_make("S\"", 2);
	struct yq_buf out = yq_buf_make(4096);

	(void)unused;
	yq_alpaca_encode_login(key, secret, &out);
	assert_string_equal(yq_buf_text(&out),
	    "{\"action\":\"authenticate\",\"data\":{\"key_id\":\"K\",\"secret_key\":\"S\\\"\"}}");
	yq_buf_clear(&out);
	yq_alpaca_encode_listen(&out);
	assert_string_equal(yq_buf_text(&out),
	    "{\"action\":\"listen\",\"data\":{\"streams\":[\"trade_updates\"]}}");
	yq_buf_free(&out);
	yq_secret_free(key);
	yq_secret_free(secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_of_order_has_its_body),
		cmocka_unit_test(test_exits_that_alpaca_holds),
		cmocka_unit_test(test_parts_of_a_share_and_amounts_are_for_the_day),
		cmocka_unit_test(test_prices_have_two_places_from_a_dollar_and_four_below),
		cmocka_unit_test(test_extended_hours_are_for_limits_for_the_day),
		cmocka_unit_test(test_what_alpaca_does_not_trade_is_not_sent),
		cmocka_unit_test(test_a_trailing_stop),
		cmocka_unit_test(test_a_change_names_what_changes),
		cmocka_unit_test(test_whose_an_order_is_can_be_read_from_its_client_id),
		cmocka_unit_test(test_queries_are_escaped),
		cmocka_unit_test(test_words_for_the_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
