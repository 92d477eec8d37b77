/* test_web_fields.c - what a request says is read by its route's table or refused with its field.
 */
#include <string.h>

#include "test.h"

#include "base/str.h"
#include "web/answer.h"

#define BODY(n, k) .name = (n), .place = YQ_API_BODY, .kind = (k)
#define PAIRS_MAX  8

static const struct yq_api_field fields[] = {
	{ .name = "id", .place = YQ_API_PATH, .kind = YQ_API_ID, .required = true },
	{ .name = "from", .place = YQ_API_QUERY, .kind = YQ_API_TIME },
	{ .name = "state", .place = YQ_API_QUERY, .kind = YQ_API_TEXTS, .names = &yq_action_names },
	{ BODY("text", YQ_API_TEXT), .required = true, .min = 1, .max = 8 },
	{ BODY("lines", YQ_API_LONG_TEXT) },
	{ BODY("secret", YQ_API_SECRET), .max = 8 },
	{ BODY("any", YQ_API_DECIMAL) },
	{ BODY("above", YQ_API_DECIMAL), .min = 1 },
	{ BODY("least", YQ_API_DECIMAL), .min = 2 },
	{ BODY("count", YQ_API_INT), .min = 1, .max = 10 },
	{ BODY("flag", YQ_API_BOOL) },
	{ BODY("day", YQ_API_DATE) },
	{ BODY("action", YQ_API_NAME), .names = &yq_action_names },
	{ BODY("account", YQ_API_ALIAS) },
	{ BODY("ticker", YQ_API_TICKER) },
	{ BODY("scopes", YQ_API_TEXTS), .names = &yq_action_names, .min = 1, .max = 2 },
};
static const struct yq_api_route route = {
	.method = "POST",
	.path = "/things/{id}",
	.name = "putThing",
	.flags = YQ_API_LIST,
	.fields = fields,
	.field_count = YQ_COUNT(fields),
};

#define ID "0190163d-8694-739b-aea5-966c26f8ad91"

struct asked {
	const char *id;
	struct {
		const char *name, *value;
	} query[PAIRS_MAX];
	const char *body;
};

static bool
read_all(const struct asked *asked, struct yq_fields *result, struct yq_fault *fault)
{
	struct yq_query_pair pairs[PAIRS_MAX];
	const char *id = asked->id == NULL ? ID : asked->id;
	struct yq_route_match match = { .route = &route, .word_count = 1 };
	struct yq_input input = { &match, pairs, 0, asked->body, strlen(asked->body) };

	match.words[0] = (struct yq_route_word){ id, strlen(id) };
	for (; input.query_count < PAIRS_MAX && asked->query[input.query_count].name != NULL;
	     input.query_count++) {
		size_t i = input.query_count;

		pairs[i].name = (char *)(uintptr_t)asked->query[i].name;
		pairs[i].value = (char *)(uintptr_t)asked->query[i].value;
		pairs[i].length = strlen(pairs[i].value);
	}
	return yq_fields_read(&input, result, fault);
}

static void
test_a_field_that_is_wrong_is_refused_by_its_name(void **state)
{
	static const struct {
		struct asked asked;
		unsigned status;
		const char *code, *field, *found;
	} rows[] = {
		{ { .id = "5", .body = "{}" }, 422, "FIELD_INVALID", "id", "expected a UUID" },
		{ { .body = "" }, 422, "FIELD_MISSING", "text", "is missing" },
		{ { .body = "{\"text\":null}" }, 422, "FIELD_MISSING", "text", "is missing" },
		{ { .body = "{\"text\":\"\"}" }, 422, "FIELD_INVALID", "text", "1 to 8 bytes" },
		{ { .body = "{\"text\":\"123456789\"}" }, 422, "FIELD_INVALID", "text", "1 to 8" },
		{ { .body = "{\"text\":\"a\\nb\"}" }, 422, "FIELD_INVALID", "text", "control" },
		{ { .body = "{\"text\":\"a\\u0000b\"}" }, 422, "FIELD_INVALID", "text", "control" },
		{ { .body = "{\"text\":5}" }, 422, "FIELD_INVALID", "text", "found 5" },
		{ { .body = "{\"text\":[\"a\"]}" }, 422, "FIELD_INVALID", "text",
		    "found an array" },
		{ { .body = "{\"tex\":\"a\"}" }, 422, "FIELD_UNKNOWN", "tex",
		    "did you mean text?" },
		{ { .body = "{\"TEXT\":\"a\"}" }, 422, "FIELD_UNKNOWN", "TEXT", "no such field" },
		{ { .body = "{\"id\":\"" ID "\"}" }, 422, "FIELD_UNKNOWN", "id", "no such field" },
		{ { .body = "{\"from\":\"2026-01-01\"}" }, 422, "FIELD_UNKNOWN", "from",
		    "no such" },
		{ { .body = "{\"secret\":\"123456789\"}" }, 422, "FIELD_INVALID", "secret",
		    "0 to 8" },
		{ { .body = "{\"any\":\"1,5\"}" }, 422, "FIELD_INVALID", "any",
		    "expected a number" },
		{ { .body = "{\"any\":\"\"}" }, 422, "FIELD_INVALID", "any", "expected a number" },
		{ { .body = "{\"any\":\"0x10\"}" }, 422, "FIELD_INVALID", "any",
		    "expected a number" },
		{ { .body = "{\"any\":\"1.123456789\"}" }, 422, "FIELD_INVALID", "any",
		    "a number" },
		{ { .body = "{\"any\":true}" }, 422, "FIELD_INVALID", "any", "found true" },
		{ { .body = "{\"above\":0}" }, 422, "FIELD_INVALID", "above", "above 0" },
		{ { .body = "{\"above\":\"-1\"}" }, 422, "FIELD_INVALID", "above", "above 0" },
		{ { .body = "{\"least\":-0.00000001}" }, 422, "FIELD_INVALID", "least",
		    "0 or above" },
		{ { .body = "{\"count\":0}" }, 422, "FIELD_INVALID", "count", "from 1 to 10" },
		{ { .body = "{\"count\":11}" }, 422, "FIELD_INVALID", "count", "from 1 to 10" },
		{ { .body = "{\"count\":1.5}" }, 422, "FIELD_INVALID", "count", "from 1 to 10" },
		{ { .body = "{\"count\":\"5\"}" }, 422, "FIELD_INVALID", "count", "found \"5\"" },
		{ { .body = "{\"count\":99999999999999999999}" }, 422, "FIELD_INVALID", "count",
		    "" },
		{ { .body = "{\"flag\":\"true\"}" }, 422, "FIELD_INVALID", "flag",
		    "true or false" },
		{ { .body = "{\"flag\":1}" }, 422, "FIELD_INVALID", "flag", "true or false" },
		{ { .body = "{\"day\":\"2026-02-30\"}" }, 422, "FIELD_INVALID", "day", "a date" },
		{ { .body = "{\"day\":\"2026-01-01T00:00:00Z\"}" }, 422, "FIELD_INVALID", "day",
		    "" },
		{ { .body = "{\"action\":\"Hold\"}" }, 422, "FIELD_INVALID", "action",
		    "Buy, Sell" },
		{ { .body = "{\"action\":0}" }, 422, "FIELD_INVALID", "action", "Buy, Sell" },
		{ { .body = "{\"account\":\"a b\"}" }, 422, "FIELD_INVALID", "account",
		    "an account" },
		{ { .body = "{\"account\":\"\"}" }, 422, "FIELD_INVALID", "account", "an account" },
		{ { .body = "{\"ticker\":\"A*\"}" }, 422, "FIELD_INVALID", "ticker", "a ticker" },
		{ { .body = "{\"scopes\":[]}" }, 422, "FIELD_INVALID", "scopes", "1 to 2" },
		{ { .body = "{\"scopes\":[\"Buy\",\"Buy\",\"Buy\"]}" }, 422, "FIELD_INVALID",
		    "scopes", "1 to 2" },
		{ { .body = "{\"scopes\":[5]}" }, 422, "FIELD_INVALID", "scopes", "Buy, Sell" },
		{ { .body = "{\"scopes\":\"Buy\"}" }, 422, "FIELD_INVALID", "scopes", "a list" },
		{ { .body = "{\"text\":\"a\",\"text\":\"b\"}" }, 400, "BODY_INVALID", "", "" },
		{ { .body = "{\"text\":\"a\"" }, 400, "BODY_INVALID", "", "found the end" },
		{ { .body = "{} x" }, 400, "BODY_INVALID", "", "" },
		{ { .body = "[]" }, 400, "BODY_INVALID", "", "a JSON object" },
		{ { .query = { { "fro", "x" } }, .body = "" }, 422, "FIELD_UNKNOWN", "fro",
		    "from?" },
		{ { .query = { { "text", "x" } }, .body = "" }, 422, "FIELD_UNKNOWN", "text", "" },
		{ { .query = { { "from", "yesterday" } }, .body = "" }, 422, "FIELD_INVALID",
		    "from", "a time" },
		{ { .query = { { "limit", "1" }, { "limit", "2" } }, .body = "" }, 422,
		    "FIELD_INVALID", "limit", "twice" },
		{ { .query = { { "limit", "0" } }, .body = "" }, 422, "FIELD_INVALID", "limit",
		    "" },
		{ { .query = { { "limit", "201" } }, .body = "" }, 422, "FIELD_INVALID", "limit",
		    "from 1 to 200" },
		{ { .query = { { "cursor", "!" } }, .body = "" }, 422, "FIELD_INVALID", "cursor",
		    "" },
		{ { .query = { { "cursor", "CQ" } }, .body = "" }, 422, "FIELD_INVALID", "cursor",
		    "" },
		{ { .query = { { "state", "Buy,Hold" } }, .body = "" }, 422, "FIELD_INVALID",
		    "state", "Buy, Sell" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_fields result;
		struct yq_fault fault = { 0 };

		if (read_all(&rows[i].asked, &result, &fault))
			fail_msg("row %zu: %s was taken", i, rows[i].asked.body);
		if (fault.status != rows[i].status || !yq_str_equal(fault.code, rows[i].code) ||
		    !yq_str_equal(fault.field, rows[i].field) ||
		    strstr(fault.text, rows[i].found) == NULL)
			fail_msg("row %zu: %u %s %s: %s", i, fault.status, fault.code, fault.field,
			    fault.text);
	}
}

static void
test_a_secret_is_not_shown_in_its_refusal(void **state)
{
	const struct asked asked = { .body = "{\"secret\":\"hunter2hunter2\"}" };
	struct yq_fields result;
	struct yq_fault fault;

	(void)state;
	assert_false(read_all(&asked, &result, &fault));
	assert_null(strstr(fault.text, "hunter2"));
}

static void
test_values_come_in_their_kinds_and_what_is_not_given_is_not_there(void **state)
{
	const struct asked asked = { .query = { { "from", "2026-11-22" }, { "state", "sell,BUY" },
					 { "limit", "7" }, { "cursor", "YTpi" } },
		.body = "{\"text\":\"\\uac00\",\"lines\":\"a\\nb\",\"any\":-1.5,\"above\":\"2\","
			"\"least\":0,\"count\":10,\"flag\":true,\"day\":\"2026-11-22\","
			"\"action\":\"sell\",\"ticker\":\"005930\",\"account\":null}" };
	struct yq_api_state api_state = { .plain = false };
	struct yq_api_call call = { .route = &route, .state = &api_state };
	const char *const *texts;
	struct yq_fault fault = { .text = "" };
	struct yq_id id;

	(void)state;
	if (!read_all(&asked, &api_state.fields, &fault))
		fail_msg("%s", fault.text);
	id = yq_api_id(&call, "id");
	assert_string_equal(id.text, ID);
	assert_string_equal(yq_api_text(&call, "text"), "\xea\xb0\x80");
	assert_string_equal(yq_api_text(&call, "lines"), "a\nb");
	assert_int_equal(yq_decimal_sign(yq_api_decimal(&call, "any").value), -1);
	assert_true(yq_api_decimal(&call, "above").set);
	assert_true(yq_api_decimal(&call, "least").set);
	assert_int_equal(yq_api_int(&call, "count", 3), 10);
	assert_true(yq_api_bool(&call, "flag", false));
	assert_int_equal(yq_api_name(&call, "action", 7), YQ_SELL);
	assert_string_equal(yq_api_text(&call, "action"), "Sell");
	assert_int_equal(yq_api_time(&call, "from"), yq_api_time(&call, "day"));
	assert_false(yq_api_given(&call, "account"));
	assert_null(yq_api_text(&call, "account"));
	assert_int_equal(yq_api_texts(&call, "scopes", &texts), 0);
	assert_int_equal(yq_api_texts(&call, "state", &texts), 2);
	assert_string_equal(texts[0], "Sell");
	assert_string_equal(texts[1], "Buy");
	assert_int_equal(yq_api_limit(&call), 7);
	assert_string_equal(yq_api_cursor(&call), "a:b");
	yq_fields_clear(&api_state.fields);
}

static void
test_a_header_is_one_line_whatever_its_value(void **state)
{
	struct yq_answer answer = { .status = 0 };

	(void)state;
	yq_answer_header(&answer, "Content-Disposition", "a\r\nSet-Cookie: b");
	assert_string_equal(answer.headers[0].value, "a__Set-Cookie: b");
	yq_answer_clear(&answer);
}

static void
test_an_error_is_a_problem_and_what_failed_here_is_not_told(void **state)
{
	struct yq_api_state api_state = { .plain = false };
	struct yq_api_call call = { .route = &route, .state = &api_state };
	struct yq_err err;

	(void)state;
	yq_err_set(&err, YQ_E_SYSTEM, "the disk /dev/sda is full");
	assert_false(yq_answer_finish(&call, YQ_E_SYSTEM, &err));
	assert_int_equal(api_state.answer.status, 500);
	assert_null(strstr(yq_buf_text(&api_state.answer.body), "sda"));
	assert_int_equal(
	    yq_api_refuse(&call, 409, "STALE_VERSION", "version", &err, "it is %d by now", 5),
	    YQ_E_REFUSED);
	assert_false(yq_answer_finish(&call, YQ_E_REFUSED, &err));
	assert_string_equal(api_state.answer.type, "application/problem+json");
	assert_string_equal(yq_buf_text(&api_state.answer.body),
	    "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"detail\":\"it is 5 "
	    "by now\",\"code\":\"STALE_VERSION\",\"field\":\"version\"}");
	yq_answer_clear(&api_state.answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_field_that_is_wrong_is_refused_by_its_name),
		cmocka_unit_test(test_a_secret_is_not_shown_in_its_refusal),
		cmocka_unit_test(
		    test_values_come_in_their_kinds_and_what_is_not_given_is_not_there),
		cmocka_unit_test(test_a_header_is_one_line_whatever_its_value),
		cmocka_unit_test(test_an_error_is_a_problem_and_what_failed_here_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
