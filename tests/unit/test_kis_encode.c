/* test_kis_encode.c - orders in KIS's words: kinds, collars, numbers, and what is refused before it
 * is sent. */
#include "test.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "broker/kis/encode.h"

static const struct yq_kis_account real = { "12345678", "01", false, "SOR" };
static const struct yq_kis_account paper = { "12345678", "01", true, "SOR" };

static struct yq_decimal
number(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static struct yq_order
order(enum yq_exchange exchange, enum yq_order_type type, enum yq_tif tif)
{
	struct yq_order o = yq_order_default();

	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "X1");
	o.exchange = exchange;
	o.type = type;
	o.time_in_force = tif;
	o.qty = number("3");
	o.price = yq_opt_decimal_of(number("100"));
	o.stop_price = yq_opt_decimal_of(number("110"));
	return o;
}

/* The value of a member of the body, or NULL where the order is refused. */
static const char *
sent(const struct yq_kis_account *account, const struct yq_order *o, const char *limit,
    const char *name, char *text, size_t size)
{
	struct yq_kis_request request = yq_kis_request_make();
	yq_json *body = NULL;
	struct yq_err err;
	enum yq_rc rc = yq_kis_encode_order(account, o, number(limit), &request, &err);

	if (rc != YQ_OK) {
		assert_int_equal(rc, YQ_E_REFUSED);
		assert_int_equal(request.body.length, 0);
		yq_kis_request_free(&request);
		return NULL;
	}
	assert_int_equal(yq_json_parse(request.body.data, request.body.length, &body, NULL), 0);
	yq_str_copy_cut(text, size,
	    yq_json_get(body, name) != NULL ? yq_json_text(yq_json_get(body, name), NULL) : "-");
	yq_json_free(body);
	yq_kis_request_free(&request);
	return text;
}

static void
test_types_and_times_in_force_have_the_documented_codes(void **unused)
{
	static const struct {
		enum yq_exchange exchange;
		enum yq_order_type type;
		enum yq_tif tif;
		const char *code; /* NULL = refused */
	} rows[] = {
		{ YQ_KOSPI, YQ_TYPE_LIMIT, YQ_TIF_DAY, "00" },
		{ YQ_KOSPI, YQ_TYPE_LIMIT, YQ_TIF_IOC, "11" },
		{ YQ_KOSPI, YQ_TYPE_LIMIT, YQ_TIF_FOK, "12" },
		{ YQ_KOSPI, YQ_TYPE_LIMIT, YQ_TIF_GTC, NULL },
		{ YQ_KOSPI, YQ_TYPE_MARKET, YQ_TIF_DAY, "01" },
		{ YQ_KOSPI, YQ_TYPE_MARKET, YQ_TIF_IOC, "13" },
		{ YQ_KOSPI, YQ_TYPE_MARKET, YQ_TIF_FOK, "14" },
		{ YQ_KOSPI, YQ_TYPE_STOP_LIMIT, YQ_TIF_DAY, "22" },
		{ YQ_KOSPI, YQ_TYPE_STOP, YQ_TIF_DAY, NULL },
		{ YQ_NASDAQ, YQ_TYPE_LIMIT, YQ_TIF_DAY, "00" },
		{ YQ_NASDAQ, YQ_TYPE_MARKET, YQ_TIF_DAY, "00" },
		{ YQ_NASDAQ, YQ_TYPE_LIMIT, YQ_TIF_IOC, NULL },
		{ YQ_NASDAQ, YQ_TYPE_STOP_LIMIT, YQ_TIF_DAY, NULL },
		{ YQ_TSE, YQ_TYPE_LIMIT, YQ_TIF_GTC, NULL },
	};
	char text[32];

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_order o = order(rows[i].exchange, rows[i].type, rows[i].tif);
		const char *code = sent(&real, &o, "100", "ORD_DVSN", text, sizeof(text));

		if (rows[i].code == NULL)
			assert_null(code);
		else
			assert_string_equal(code, rows[i].code);
	}
}

static void
test_a_market_order_has_no_price_at_home_and_a_limit_abroad(void **unused)
{
	struct yq_order o = order(YQ_KOSDAQ, YQ_TYPE_MARKET, YQ_TIF_DAY);
	char text[32];

	(void)unused;
	assert_false(yq_kis_needs_limit(&o));
	assert_string_equal(sent(&real, &o, "5", "ORD_UNPR", text, sizeof(text)), "0");
	o.exchange = YQ_NYSE;
	assert_true(yq_kis_needs_limit(&o));
	assert_string_equal(
	    sent(&real, &o, "101.23", "OVRS_ORD_UNPR", text, sizeof(text)), "101.23");
}

static void
test_a_stop_limit_tells_both_prices(void **unused)
{
	struct yq_order o = order(YQ_KRX, YQ_TYPE_STOP_LIMIT, YQ_TIF_DAY);
	char text[32];

	(void)unused;
	assert_string_equal(sent(&real, &o, "0", "ORD_UNPR", text, sizeof(text)), "100");
	assert_string_equal(sent(&real, &o, "0", "CNDT_PRIC", text, sizeof(text)), "110");
	o.type = YQ_TYPE_LIMIT;
	assert_string_equal(sent(&real, &o, "0", "CNDT_PRIC", text, sizeof(text)), "-");
}

static void
test_orders_at_home_go_the_way_of_the_account_and_virtual_ones_to_krx(void **unused)
{
	struct yq_order o = order(YQ_KRX, YQ_TYPE_LIMIT, YQ_TIF_DAY);
	char text[32];

	(void)unused;
	assert_string_equal(sent(&real, &o, "0", "EXCG_ID_DVSN_CD", text, sizeof(text)), "SOR");
	assert_string_equal(sent(&paper, &o, "0", "EXCG_ID_DVSN_CD", text, sizeof(text)), "KRX");
	assert_string_equal(sent(&real, &o, "0", "SLL_TYPE", text, sizeof(text)), "-");
	o.action = YQ_SELL;
	assert_string_equal(sent(&real, &o, "0", "SLL_TYPE", text, sizeof(text)), "01");
}

static void
test_fractions_and_prices_that_an_exchange_cannot_write_are_refused(void **unused)
{
	struct yq_order o = order(YQ_NASDAQ, YQ_TYPE_LIMIT, YQ_TIF_DAY);
	char text[32];

	(void)unused;
	o.qty = number("1.5");
	assert_null(sent(&real, &o, "0", "ORD_QTY", text, sizeof(text)));
	o.qty = number("1");
	o.price = yq_opt_decimal_of(number("0.1234"));
	assert_string_equal(sent(&real, &o, "0", "OVRS_ORD_UNPR", text, sizeof(text)), "0.1234");
	o.price = yq_opt_decimal_of(number("0.12345"));
	assert_null(sent(&real, &o, "0", "OVRS_ORD_UNPR", text, sizeof(text)));
	o.exchange = YQ_KRX;
	o.price = yq_opt_decimal_of(number("71500.5"));
	assert_null(sent(&real, &o, "0", "ORD_UNPR", text, sizeof(text)));
	o.price = YQ_OPT_DECIMAL_NONE;
	assert_null(sent(&real, &o, "0", "ORD_UNPR", text, sizeof(text)));
}

static void
test_a_collar_is_never_left_and_always_trades(void **unused)
{
	static const struct {
		enum yq_exchange exchange;
		enum yq_action action;
		const char *last;
		uint32_t bps;
		const char *limit;
	} rows[] = {
		{ YQ_NASDAQ, YQ_BUY, "100", 50, "100.5" },
		{ YQ_NASDAQ, YQ_BUY, "100.07", 50, "100.57" }, /* 100.57035 down */
		{ YQ_NASDAQ, YQ_SELL, "100.07", 50, "99.57" }, /* 99.56965 up */
		{ YQ_NASDAQ, YQ_BUY, "0.5", 100, "0.505" },
		{ YQ_NASDAQ, YQ_BUY, "100.005", 0,
		    "100.01" }, /* a step beyond, or it would not trade */
		{ YQ_NASDAQ, YQ_SELL, "100.005", 0, "100" },
		{ YQ_TSE, YQ_BUY, "4001", 10, "4005" },	    /* 4005.001 down to a step of 5 */
		{ YQ_TSE, YQ_SELL, "4001", 10, "4000" },    /* 3996.999 up to a step of 5 */
		{ YQ_HOSE, YQ_BUY, "25150", 100, "25400" }, /* 25401.5 down to a step of 50 */
		{ YQ_HKEX, YQ_SELL, "9.99", 100, "9.9" },   /* 9.8901 up to a step of 0.01 */
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_decimal limit;
		char text[YQ_DECIMAL_TEXT_SIZE];

		assert_int_equal(yq_kis_collar(rows[i].exchange, rows[i].action,
				     number(rows[i].last), rows[i].bps, &limit, NULL),
		    YQ_OK);
		yq_decimal_format(limit, text);
		assert_string_equal(text, rows[i].limit);
	}
}

static void
test_there_is_no_collar_around_nothing(void **unused)
{
	struct yq_decimal limit;

	(void)unused;
	assert_int_equal(
	    yq_kis_collar(YQ_NYSE, YQ_BUY, YQ_DECIMAL_ZERO, 50, &limit, NULL), YQ_E_INVALID);
	assert_int_equal(
	    yq_kis_collar(YQ_NYSE, YQ_SELL, number("10"), 10000, &limit, NULL), YQ_E_INVALID);
}

static void
test_the_key_service_calls_the_secret_by_two_names(void **unused)
{
	struct yq_buf body = yq_buf_make(1024);

	(void)unused;
	yq_kis_encode_token("k", "s", &body);
	assert_string_equal(yq_buf_text(&body),
	    "{\"grant_type\":\"client_credentials\",\"appkey\":\"k\",\"appsecret\":\"s\"}");
	yq_buf_clear(&body);
	yq_kis_encode_approval("k", "s", &body);
	assert_string_equal(yq_buf_text(&body),
	    "{\"grant_type\":\"client_credentials\",\"appkey\":\"k\",\"secretkey\":\"s\"}");
	yq_buf_free(&body);
}

static void
test_subscriptions_are_as_documented(void **unused)
{
	struct yq_buf text = yq_buf_make(1024);
	char key[64];

	(void)unused;
	assert_true(yq_kis_tick_key(YQ_NASDAQ, "AAPL", key, sizeof(key)));
	assert_string_equal(key, "DNASAAPL");
	yq_kis_encode_subscribe("ak", "HDFSCNT0", key, true, &text);
	assert_string_equal(yq_buf_text(&text),
	    "{\"header\":{\"approval_key\":\"ak\",\"custtype\":\"P\",\"tr_type\":\"1\","
	    "\"content-type\":\"utf-8\"},\"body\":{\"input\":{\"tr_id\":\"HDFSCNT0\","
	    "\"tr_key\":\"DNASAAPL\"}}}");
	assert_true(yq_kis_tick_key(YQ_KOSPI, "005930", key, sizeof(key)));
	assert_string_equal(key, "005930");
	yq_buf_clear(&text);
	yq_kis_encode_subscribe("ak", "H0STCNT0", key, false, &text);
	assert_non_null(strstr(yq_buf_text(&text), "\"tr_type\":\"2\""));
	yq_buf_free(&text);
}

static void
test_numbers_of_orders_have_ten_digits(void **unused)
{
	char number[YQ_KIS_NUMBER_SIZE];

	(void)unused;
	assert_true(yq_kis_number_of("117057", 6, number));
	assert_string_equal(number, "0000117057");
	assert_true(yq_kis_number_of("0000117057 ", 11, number));
	assert_string_equal(number, "0000117057");
	assert_true(yq_kis_number_of("1234567890123456", 16, number));
	assert_string_equal(number, "1234567890123456");
	assert_false(yq_kis_number_of("12345678901234567", 17, number));
	assert_false(yq_kis_number_of("", 0, number));
	assert_false(yq_kis_number_of("12A", 3, number));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_and_times_in_force_have_the_documented_codes),
		cmocka_unit_test(test_a_market_order_has_no_price_at_home_and_a_limit_abroad),
		cmocka_unit_test(test_a_stop_limit_tells_both_prices),
		cmocka_unit_test(
		    test_orders_at_home_go_the_way_of_the_account_and_virtual_ones_to_krx),
		cmocka_unit_test(
		    test_fractions_and_prices_that_an_exchange_cannot_write_are_refused),
		cmocka_unit_test(test_a_collar_is_never_left_and_always_trades),
		cmocka_unit_test(test_there_is_no_collar_around_nothing),
		cmocka_unit_test(test_the_key_service_calls_the_secret_by_two_names),
		cmocka_unit_test(test_subscriptions_are_as_documented),
		cmocka_unit_test(test_numbers_of_orders_have_ten_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
