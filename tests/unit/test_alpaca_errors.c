/* test_alpaca_errors.c - what an error of Alpaca means for who called. */
#include "test.h"

#include <string.h>

#include "alpaca_answers.h"
#include "base/clock.h"
#include "broker/alpaca/errors.h"

#define NOW_US (INT64_C(1795000000) * YQ_US_PER_SECOND)

static void
test_each_fault_says_what_to_do(void **unused)
{
	static const struct {
		int status;
		const char *body;
		enum yq_rc acts, asks;
		const char *text;
	} rows[] = {
		{ 200, "", YQ_OK, YQ_OK, "" },
		{ 207, "[]", YQ_OK, YQ_OK, "" },
		{ 400, ALPACA_ERROR_JSON("40010000", "bad"), YQ_E_REFUSED, YQ_E_INVALID,
		    "bad (Alpaca 40010000)" },
		{ 401, "Unauthorized", YQ_E_REFUSED, YQ_E_DENIED, "Unauthorized" },
		{ 401, ALPACA_ERROR_JSON("40110000", "no"), YQ_E_REFUSED, YQ_E_DENIED, "40110000" },
		{ 403, ALPACA_ERROR_JSON("40310000", "insufficient buying power"), YQ_E_REFUSED,
		    YQ_E_DENIED, "insufficient buying power (Alpaca 40310000)" },
		{ 403, "<html>403</html>", YQ_E_UNKNOWN, YQ_E_UNKNOWN, "<html>" },
		{ 404, ALPACA_ERROR_JSON("40410000", "order not found"), YQ_E_REFUSED,
		    YQ_E_NOT_FOUND, "order not found" },
		{ 404, "404 page not found", YQ_E_UNKNOWN, YQ_E_UNKNOWN, "status 404" },
		/* JSON of somebody between us and Alpaca */
		{ 404, "{\"message\":\"no Route matched with those values\"}", YQ_E_UNKNOWN,
		    YQ_E_UNKNOWN, "no Route matched" },
		{ 404, ALPACA_ERROR_JSON("404", "Not Found"), YQ_E_UNKNOWN, YQ_E_UNKNOWN, "404" },
		{ 422, ALPACA_ERROR_JSON("42210000", "x"), YQ_E_REFUSED, YQ_E_INVALID, "42210000" },
		{ 429, "{}", YQ_E_RETRY, YQ_E_RETRY, "429" },
		{ 500, ALPACA_ERROR_JSON("50010000", "internal"), YQ_E_UNKNOWN, YQ_E_UNKNOWN,
		    "internal (Alpaca 50010000)" },
		{ 502, "<html>", YQ_E_UNKNOWN, YQ_E_UNKNOWN, "502" },
		{ 301, "", YQ_E_UNKNOWN, YQ_E_UNKNOWN, "301" },
		{ 422, "{\"code\":\"x\",\"message\":\"y\"}", YQ_E_UNKNOWN, YQ_E_UNKNOWN, "422" },
		{ 422, "{\"code\":1}", YQ_E_UNKNOWN, YQ_E_UNKNOWN, "422" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_alpaca_answer answer = { .status = rows[i].status,
			.body = rows[i].body,
			.length = strlen(rows[i].body) };
		struct yq_alpaca_fault fault;
		struct yq_err err = { .text = "" };

		if (yq_alpaca_judge(&answer, true, NOW_US, &fault, &err) != rows[i].acts ||
		    yq_alpaca_judge(&answer, false, NOW_US, &fault, &err) != rows[i].asks ||
		    strstr(err.text, rows[i].text) == NULL)
			fail_msg("%d %s: %s", rows[i].status, rows[i].body, err.text);
	}
}

static void
test_a_limit_says_how_long(void **unused)
{
	static const struct {
		const char *retry_after, *reset;
		uint32_t ms;
	} rows[] = { { "3", NULL, 3000 }, { NULL, "1795000007", 7001 }, { "x", "1795000007", 7001 },
		{ NULL, NULL, 0 }, { NULL, "1", 0 }, { NULL, "1795999999", 0 }, { "-1", "y", 0 } };
	struct yq_alpaca_fault fault;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_alpaca_answer answer = { .status = 429,
			.body = "",
			.retry_after = rows[i].retry_after,
			.rate_reset = rows[i].reset };

		assert_int_equal(yq_alpaca_judge(&answer, true, NOW_US, &fault, NULL), YQ_E_RETRY);
		assert_true(fault.is_limited);
		assert_int_equal(fault.wait_ms, rows[i].ms);
	}
}

static void
test_an_id_used_before_is_known_as_such(void **unused)
{
	static const char text[] = ALPACA_ERROR_JSON("40010001", "client_order_id must be unique");
	struct yq_alpaca_answer answer = {
		.status = 422, .body = text, .length = sizeof(text) - 1
	};
	struct yq_alpaca_fault fault;

	(void)unused;
	assert_int_equal(yq_alpaca_judge(&answer, true, NOW_US, &fault, NULL), YQ_E_REFUSED);
	assert_true(fault.is_invalid && fault.is_taken);
	assert_int_equal(fault.code, 40010001);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_fault_says_what_to_do),
		cmocka_unit_test(test_a_limit_says_how_long),
		cmocka_unit_test(test_an_id_used_before_is_known_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
