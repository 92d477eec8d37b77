/* test_kis_decode.c - KIS's answers: envelopes, what an error means, positions, cash, prices, keys.
 */
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "broker/kis/decode.h"
#include "broker/kis/field.h"

/* ---- envelopes ---- */

static enum yq_rc
answer(int status, const char *body, bool acts, enum yq_kis_advice *advice, struct yq_err *err)
{
	struct yq_kis_answer a;
	enum yq_rc rc = yq_kis_answer_read(status, NULL, body, strlen(body), acts, &a, err);

	*advice = a.advice;
	assert_true(rc == YQ_OK ? a.root != NULL : a.root == NULL);
	yq_kis_answer_free(&a);
	return rc;
}

static void
test_an_error_means_what_its_code_says(void **unused)
{
	static const struct {
		int status;
		const char *body;
		enum yq_rc act, question;
		enum yq_kis_advice advice;
		const char *text;
	} rows[] = {
#define E(code) "{\"rt_cd\":\"1\",\"msg_cd\":\"" code "\",\"msg1\":\"why   \"}"
		{ 500, E("EGW00201"), YQ_E_RETRY, YQ_E_RETRY, YQ_KIS_SLOW, "why (KIS EGW00201)" },
		{ 500, E("EGW00215"), YQ_E_RETRY, YQ_E_RETRY, YQ_KIS_SLOW, "EGW00215" },
		{ 500, E("EGW00123"), YQ_E_RETRY, YQ_E_RETRY, YQ_KIS_RENEW, "EGW00123" },
		{ 200, E("EGW00121"), YQ_E_RETRY, YQ_E_RETRY, YQ_KIS_RENEW, "EGW00121" },
		{ 500, E("EGW00203"), YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "EGW00203" },
		{ 500, E("EGW00301"), YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "EGW00301" },
		{ 500, E("EGW00302"), YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "EGW00302" },
		{ 500, E("EGW00399"), YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "EGW00399" },
		{ 403, E("EGW00103"), YQ_E_REFUSED, YQ_E_REFUSED, YQ_KIS_NOTHING, "EGW00103" },
		{ 500, E("EGW00213"), YQ_E_REFUSED, YQ_E_REFUSED, YQ_KIS_NOTHING, "EGW00213" },
		/* "a server's error": it may have been on its way by then */
		{ 500, E("EGW00002"), YQ_E_UNKNOWN, YQ_E_REFUSED, YQ_KIS_NOTHING, "EGW00002" },
		{ 500, E("EGW00216"), YQ_E_UNKNOWN, YQ_E_REFUSED, YQ_KIS_NOTHING, "EGW00216" },
		{ 200, E("APBK0918"), YQ_E_REFUSED, YQ_E_REFUSED, YQ_KIS_NOTHING,
		    "why (KIS APBK0918)" },
		{ 200, E("APBK1664"), YQ_E_REFUSED, YQ_E_REFUSED, YQ_KIS_NOTHING, "APBK1664" },
		{ 403, "{\"error_code\":\"EGW00133\",\"error_description\":\"once a minute\"}",
		    YQ_E_RETRY, YQ_E_RETRY, YQ_KIS_SLOW, "once a minute (KIS EGW00133)" },
		{ 502, "<html><body>Bad Gateway</body></html>", YQ_E_UNKNOWN, YQ_E_UNKNOWN,
		    YQ_KIS_NOTHING, "status 502" },
		{ 404, "<html>nothing here</html>", YQ_E_REFUSED, YQ_E_UNKNOWN, YQ_KIS_NOTHING,
		    "nothing here" },
		{ 429, "slow down", YQ_E_RETRY, YQ_E_RETRY, YQ_KIS_NOTHING, "429" },
		{ 200, "<html>maintenance</html>", YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING,
		    "maintenance" },
		{ 200, "", YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "no JSON" },
		{ 200, "[]", YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "no object" },
		{ 200, "{}", YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "rt_cd" },
		{ 200, "{\"rt_cd\":0}", YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "rt_cd" },
		{ 200, "{\"rt_cd\":null}", YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING, "rt_cd" },
		{ 200, "{\"rt_cd\":\"1\"}", YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING,
		    "without a code" },
		{ 200, "{\"rt_cd\":\"0\",\"output\":", YQ_E_UNKNOWN, YQ_E_UNKNOWN, YQ_KIS_NOTHING,
		    "no JSON" },
		{ 200, "{\"rt_cd\":\"1\",\"msg_cd\":\"X\",\"msg1\":\"\xbe\xc8\"}", YQ_E_UNKNOWN,
		    YQ_E_UNKNOWN, YQ_KIS_NOTHING, "no JSON" },
		{ 500, "{\"rt_cd\":\"0\",\"output\":{}}", YQ_E_UNKNOWN, YQ_E_UNKNOWN,
		    YQ_KIS_NOTHING, "status 500" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		enum yq_kis_advice advice;
		struct yq_err err = { 0 };

		assert_int_equal(
		    answer(rows[i].status, rows[i].body, true, &advice, &err), rows[i].act);
		assert_int_equal(advice, rows[i].advice);
		assert_non_null(strstr(err.text, rows[i].text));
		assert_int_equal(
		    answer(rows[i].status, rows[i].body, false, &advice, &err), rows[i].question);
	}
}

static yq_json *
parse(const char *text)
{
	yq_json *root = NULL;
	struct yq_err err;

	if (yq_json_parse(text, strlen(text), &root, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return root;
}

static void
test_an_order_without_its_number_is_no_acknowledgement(void **unused)
{
	static const struct {
		const char *body;
		enum yq_rc rc;
	} rows[] = {
		{ "{\"output\":{\"KRX_FWDG_ORD_ORGNO\":\"91252\",\"ODNO\":\"0000117057\","
		  "\"ORD_TMD\":\"121052\"}}",
		    YQ_OK },
		{ "{\"output\":{\"ODNO\":\"117057\",\"ORD_TMD\":\"121052\"}}", YQ_OK },
		{ "{\"output\":[{\"ODNO\":\"117057\"}]}", YQ_OK },
		{ "{\"output\":{\"ODNO\":\"\"}}", YQ_E_INVALID },
		{ "{\"output\":{\"ODNO\":117057}}", YQ_E_INVALID },
		{ "{\"output\":{\"ODNO\":null}}", YQ_E_INVALID },
		{ "{\"output\":{\"ODNO\":\"12345678901234567890123456789012345\"}}", YQ_E_INVALID },
		{ "{\"output\":{}}", YQ_E_INVALID },
		{ "{\"output\":[]}", YQ_E_INVALID },
		{ "{\"output\":\"\"}", YQ_E_INVALID },
		{ "{}", YQ_E_INVALID },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		yq_json *root = parse(rows[i].body);
		struct yq_kis_ack ack;
		struct yq_err err;

		assert_int_equal(yq_kis_decode_ack(root, &ack, &err), rows[i].rc);
		if (rows[i].rc == YQ_OK)
			assert_string_equal(ack.number, "0000117057");
		if (i == 0) {
			assert_string_equal(ack.branch, "91252");
			assert_int_equal(ack.seconds, 12 * 3600 + 10 * 60 + 52);
		}
		yq_json_free(root);
	}
}

static void
test_pages_follow_until_the_header_says_so(void **unused)
{
	static const struct {
		const char *tr_cont;
		bool more;
		enum yq_rc rc;
	} rows[] = { { "F", true, YQ_OK }, { "M", true, YQ_OK }, { "D", false, YQ_OK },
		{ "E", false, YQ_OK }, { "", false, YQ_E_INVALID }, { NULL, false, YQ_E_INVALID },
		{ "X", false, YQ_E_INVALID } };
	const char *all = "{\"rt_cd\":\"0\",\"ctx_area_fk100\":\"k\",\"ctx_area_nk100\":\"  \"}";
	const char *body = "{\"rt_cd\":\"0\",\"msg_cd\":\"KIOK0510\",\"msg1\":\"ok\","
			   "\"ctx_area_fk100\":\"k \",\"ctx_area_nk100\":\"n \",\"output1\":[]}";

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_kis_page page = { 0 };
		struct yq_kis_answer a;

		assert_int_equal(
		    yq_kis_answer_read(200, rows[i].tr_cont, body, strlen(body), false, &a, NULL),
		    YQ_OK);
		/* A part must not pass for the whole. */
		assert_int_equal(yq_kis_decode_page(&a, true, &page, NULL), rows[i].rc);
		assert_int_equal(page.more, rows[i].more);
		if (page.more) {
			assert_string_equal(page.nk, "n "); /* as it came */
			/* The same page once more would never end. */
			assert_int_equal(yq_kis_decode_page(&a, true, &page, NULL), YQ_E_INVALID);
			assert_int_equal(yq_kis_decode_page(&a, false, &page, NULL), YQ_E_INVALID);
		}
		yq_kis_answer_free(&a);
		if (rows[i].more)
			continue;
		/* There is no other page to be had. */
		assert_int_equal(
		    yq_kis_answer_read(200, rows[i].tr_cont, all, strlen(all), false, &a, NULL),
		    YQ_OK);
		assert_int_equal(yq_kis_decode_page(&a, true, &page, NULL), YQ_OK);
		assert_false(page.more);
		yq_kis_answer_free(&a);
	}
}

/* ---- numbers ---- */

static void
test_numbers_are_read_as_kis_writes_them(void **unused)
{
	static const struct {
		const char *text, *value; /* NULL = none */
	} rows[] = {
		{ "0000000010", "10" },
		{ " 71500.0000 ", "71500" },
		{ "000.50", "0.5" },
		{ ".5", "0.5" },
		{ "-00.42", "-0.42" },
		{ "+0.42", "0.42" },
		{ "1.2345678900000", "1.23456789" },
		{ "1.234567891", NULL },
		{ "", NULL },
		{ "-", NULL },
		{ "1,000", NULL },
		{ "NaN", NULL },
		{ "12345678901234567890123456", NULL },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_decimal value;
		char text[YQ_DECIMAL_TEXT_SIZE];
		enum yq_rc rc = yq_kis_number_parse(rows[i].text, strlen(rows[i].text), &value);

		assert_int_equal(rc == YQ_OK, rows[i].value != NULL);
		if (rc != YQ_OK)
			continue;
		yq_decimal_format(value, text);
		assert_string_equal(text, rows[i].value);
	}
}

static void
check(struct yq_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	assert_string_equal(text, expected);
}

/* ---- positions, cash, prices, keys ---- */

static void
test_positions_without_anything_are_left_out(void **unused)
{
	struct yq_kis_positions p = { 0 };
	yq_json *home =
	    parse("{\"output1\":[{\"pdno\":\"005930\",\"hldg_qty\":\"10\",\"ord_psbl_qty\":\"10\","
		  "\"pchs_avg_pric\":\"71500.0000\",\"prpr\":\"72000\"},{\"pdno\":\"000660\","
		  "\"hldg_qty\":\"0\",\"pchs_avg_pric\":\"0\",\"prpr\":\"1\"}]}");
	yq_json *abroad = parse(
	    "{\"output1\":[{\"ovrs_pdno\":\"\"},{\"ovrs_pdno\":\"AAPL\",\"ovrs_cblc_qty\":\"3\","
	    "\"pchs_avg_pric\":\"145.1234\",\"now_pric2\":\"\",\"ovrs_excg_cd\":\"NASD\"}]}");

	(void)unused;
	assert_int_equal(yq_kis_decode_positions(home, true, YQ_KRX, &p, NULL), YQ_OK);
	assert_int_equal(yq_kis_decode_positions(abroad, false, YQ_NYSE, &p, NULL), YQ_OK);
	assert_int_equal(p.count, 2);
	assert_string_equal(p.list[0].ticker, "005930");
	check(p.list[0].avg_price, "71500");
	check(p.list[0].current_price.value, "72000");
	assert_int_equal(p.list[0].currency, YQ_KRW);
	assert_int_equal(p.list[1].exchange, YQ_NASDAQ);
	assert_int_equal(p.list[1].currency, YQ_USD);
	assert_false(p.list[1].current_price.set);
	yq_kis_positions_free(&p);
	yq_json_free(home);
	yq_json_free(abroad);
}

static void
test_positions_with_a_wrong_field_are_refused(void **unused)
{
	static const char *const bodies[] = {
		"{}",
		"{\"output1\":null}",
		"{\"output1\":\"none\"}",
		"{\"output1\":[null]}",
		"{\"output1\":[{\"pdno\":\"005930\"}]}",
		"{\"output1\":[{\"pdno\":\"005930\",\"hldg_qty\":\"x\"}]}",
		"{\"output1\":[{\"pdno\":\"005930\",\"hldg_qty\":\"-1\",\"pchs_avg_pric\":\"1\"}]}",
		"{\"output1\":[{\"pdno\":\"005930\",\"hldg_qty\":\"1\"}]}",
		"{\"output1\":[{\"pdno\":\"a b\",\"hldg_qty\":\"1\",\"pchs_avg_pric\":\"1\"}]}",
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(bodies); i++) {
		struct yq_kis_positions p = { 0 };
		yq_json *root = parse(bodies[i]);

		assert_int_equal(
		    yq_kis_decode_positions(root, true, YQ_KRX, &p, NULL), YQ_E_INVALID);
		yq_kis_positions_free(&p);
		yq_json_free(root);
	}
}

static void
test_cash_is_read_by_currency(void **unused)
{
	struct yq_kis_cash cash = { 0 };
	struct yq_decimal won;
	yq_json *home = parse("{\"output2\":[{\"dnca_tot_amt\":\"1\",\"prvs_rcdl_excc_amt\":"
			      "\"1000000\"}]}");
	yq_json *real = parse("{\"output2\":[{\"crcy_cd\":\"USD\",\"frcr_dncl_amt_2\":\"100.50\"},"
			      "{\"crcy_cd\":\"JPY\",\"frcr_dncl_amt_2\":\"0\"}]}");
	yq_json *virtual = parse("{\"output\":{\"ord_psbl_frcr_amt\":\"77.25\"}}");
	yq_json *twice = parse("{\"output2\":[{\"crcy_cd\":\"USD\",\"frcr_dncl_amt_2\":\"1\"},"
			       "{\"crcy_cd\":\"USD\",\"frcr_dncl_amt_2\":\"1\"}]}");

	(void)unused;
	assert_int_equal(yq_kis_decode_won(home, &won, NULL), YQ_OK);
	check(won, "1000000");
	assert_int_equal(yq_kis_decode_won(real, &won, NULL), YQ_E_INVALID);
	assert_int_equal(yq_kis_decode_cash(real, false, YQ_NASDAQ, &cash, NULL), YQ_OK);
	check(cash.of[YQ_USD].value, "100.5");
	assert_true(cash.of[YQ_JPY].set);
	assert_false(cash.of[YQ_HKD].set);
	assert_int_equal(yq_kis_decode_cash(virtual, true, YQ_HKEX, &cash, NULL), YQ_OK);
	check(cash.of[YQ_HKD].value, "77.25");
	assert_int_equal(cash.strange.count, 0);
	memset(&cash, 0, sizeof(cash));
	assert_int_equal(yq_kis_decode_cash(twice, false, YQ_NASDAQ, &cash, NULL), YQ_E_INVALID);
	yq_json_free(home);
	yq_json_free(real);
	yq_json_free(virtual);
	yq_json_free(twice);
}

/* Of a currency that is not ours only its own cash is left out. */
static void
test_cash_that_is_not_known_leaves_the_rest_readable(void **unused)
{
	static const char *const wrong[] = {
		"{\"output2\":[{\"crcy_cd\":\"EUR\",\"frcr_dncl_amt_2\":\"x\"}]}",
		"{\"output2\":[{\"crcy_cd\":\"EUR\"}]}",
		"{\"output2\":[{\"crcy_cd\":\"\",\"frcr_dncl_amt_2\":\"1\"}]}",
		"{\"output2\":[{\"crcy_cd\":\"e u\",\"frcr_dncl_amt_2\":\"1\"}]}",
		"{\"output2\":[{\"frcr_dncl_amt_2\":\"1\"}]}",
		("{\"output2\":[{\"crcy_cd\":\"EUR\",\"frcr_dncl_amt_2\":\"1\"},"
		 "{\"crcy_cd\":\"EUR\",\"frcr_dncl_amt_2\":\"1\"}]}"),
	};
	struct yq_kis_cash cash = { 0 };
	yq_json *mixed = parse("{\"output2\":[{\"crcy_cd\":\"EUR\",\"frcr_dncl_amt_2\":\"7.5\"},"
			       "{\"crcy_cd\":\"GBP\",\"frcr_dncl_amt_2\":\"0\"},"
			       "{\"crcy_cd\":\"USD\",\"frcr_dncl_amt_2\":\"100\"}]}");

	(void)unused;
	assert_int_equal(yq_kis_decode_cash(mixed, false, YQ_NASDAQ, &cash, NULL), YQ_OK);
	check(cash.of[YQ_USD].value, "100");
	assert_int_equal(cash.strange.count, 1); /* of no pounds nothing is to be said */
	assert_string_equal(cash.strange.list[0].code, "EUR");
	check(cash.strange.list[0].amount, "7.5");
	yq_json_free(mixed);
	for (size_t i = 0; i < YQ_COUNT(wrong); i++) {
		yq_json *root = parse(wrong[i]);

		memset(&cash, 0, sizeof(cash));
		assert_int_equal(
		    yq_kis_decode_cash(root, false, YQ_NASDAQ, &cash, NULL), YQ_E_INVALID);
		yq_json_free(root);
	}
}

static void
test_an_empty_price_is_no_price(void **unused)
{
	static const struct {
		const char *body;
		bool domestic;
		enum yq_rc rc;
	} rows[] = {
		{ "{\"output\":{\"stck_prpr\":\"71500\",\"prdy_ctrt\":\"-0.42\"}}", true, YQ_OK },
		{ "{\"output\":{\"last\":\"145.1200\",\"rate\":\" +0.42\"}}", false, YQ_OK },
		{ "{\"output\":{\"last\":\"\",\"rate\":\"\"}}", false, YQ_E_NOT_FOUND },
		{ "{\"output\":{\"stck_prpr\":\"0\"}}", true, YQ_E_NOT_FOUND },
		{ "{\"output\":{\"stck_prpr\":\"-5\"}}", true, YQ_E_INVALID },
		{ "{\"output\":{\"stck_prpr\":\"abc\"}}", true, YQ_E_INVALID },
		{ "{\"output\":[]}", true, YQ_E_INVALID },
		{ "{}", true, YQ_E_INVALID },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		yq_json *root = parse(rows[i].body);
		struct yq_decimal price;
		struct yq_opt_decimal rate;

		assert_int_equal(
		    yq_kis_decode_price(root, rows[i].domestic, &price, &rate, NULL), rows[i].rc);
		if (i == 0)
			check(rate.value, "-0.42");
		yq_json_free(root);
	}
}

static void
test_keys_are_printable_and_never_shown(void **unused)
{
	yq_json *good = parse("{\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"expires_in\":"
			      "86400,\"access_token_token_expired\":\"2026-11-24 10:00:00\"}");
	yq_json *bad = parse("{\"access_token\":\"topsecret\\n\",\"expires_in\":86400}");
	const char *text;
	int64_t life_s;
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_kis_decode_token(good, 0, &text, &life_s, &err), YQ_OK);
	assert_string_equal(text, "abc");
	assert_int_equal(life_s, 86400);
	assert_int_equal(yq_kis_decode_token(bad, 0, &text, &life_s, &err), YQ_E_INVALID);
	assert_null(strstr(err.text, "topsecret"));
	yq_json_free(good);
	yq_json_free(bad);
}

/* Asked again after five hours KIS gives the token of then, and may say a day all the same. */
static void
test_a_token_given_again_ends_when_it_would_have(void **unused)
{
	static const struct {
		const char *end;
		int64_t life_s;
	} rows[] = {
		{ "2026-11-24 10:00:00", 86400 },
		{ "2026-11-24 05:00:00", 19 * 3600 },
		{ "2026-11-24 10:00:01", 86400 },
		{ "2026-11-23 09:00:00", 86400 }, /* a clock that is wrong, not a token */
		{ "2026-11-24", 86400 },
		{ "", 86400 },
	};
	/* 2026-11-23 10:00:00 in Seoul */
	const int64_t now_us = (yq_date_to_days(2026, 11, 23) * 86400 + 3600) * YQ_US_PER_SECOND;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		char body[256];
		const char *text;
		int64_t life_s;
		yq_json *root;

		(void)yq_str_format(body, sizeof(body),
		    "{\"access_token\":\"abc\",\"expires_in\":86400,"
		    "\"access_token_token_expired\":\"%s\"}",
		    rows[i].end);
		root = parse(body);
		assert_int_equal(yq_kis_decode_token(root, now_us, &text, &life_s, NULL), YQ_OK);
		assert_int_equal(life_s, rows[i].life_s);
		yq_json_free(root);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_error_means_what_its_code_says),
		cmocka_unit_test(test_an_order_without_its_number_is_no_acknowledgement),
		cmocka_unit_test(test_pages_follow_until_the_header_says_so),
		cmocka_unit_test(test_numbers_are_read_as_kis_writes_them),
		cmocka_unit_test(test_positions_without_anything_are_left_out),
		cmocka_unit_test(test_positions_with_a_wrong_field_are_refused),
		cmocka_unit_test(test_cash_is_read_by_currency),
		cmocka_unit_test(test_cash_that_is_not_known_leaves_the_rest_readable),
		cmocka_unit_test(test_an_empty_price_is_no_price),
		cmocka_unit_test(test_keys_are_printable_and_never_shown),
		cmocka_unit_test(test_a_token_given_again_ends_when_it_would_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
