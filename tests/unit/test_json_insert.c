/* test_json_insert.c - a member comes into a text that somebody wrote, and nothing else changes. */
#include "test.h"

#include <string.h>

#include "base/json.h"
#include "console/json_insert.h"

static const char *const path[] = { "BrokerGateway", "Accounts" };
static const struct yq_json_insert insert = { path, 2, "Main", "{\"Broker\":\"alpaca\"}" };

static void
assert_becomes(const char *text, const char *expected)
{
	struct yq_buf out = yq_buf_make(4096);
	yq_json *json = NULL;
	struct yq_err err = { 0 };

	assert_int_equal(yq_json_insert(text, strlen(text), &insert, &out, &err), YQ_OK);
	assert_string_equal(yq_buf_text(&out), expected);
	assert_int_equal(yq_json_parse_options(yq_buf_text(&out), out.length,
			     YQ_JSON_COMMENTS | YQ_JSON_TRAILING_COMMAS, &json, &err),
	    YQ_OK);
	yq_json_free(json);
	yq_buf_free(&out);
}

#define MAIN "\"Main\": {\"Broker\":\"alpaca\"}"

static void
test_what_is_absent_is_made(void **state)
{
	(void)state;
	assert_becomes(
	    "", "{\n  \"BrokerGateway\": {\n    \"Accounts\": {\n      " MAIN "\n    }\n  }\n}\n");
	assert_becomes("{\"Log\":{}}", "{\n  \"BrokerGateway\": {\n    \"Accounts\": {\n      " MAIN
				       "\n    }\n  },\"Log\":{}}");
	assert_becomes("{\"brokergateway\": {\"Name\": \"a\"}}",
	    "{\"brokergateway\": {\n    \"Accounts\": {\n      " MAIN "\n    },\"Name\": \"a\"}}");
}

static void
test_comments_commas_and_order_stay(void **state)
{
	(void)state;
	assert_becomes("// mine\n{ /* } \"x\": */ \"A\": [\"}\", {\"b\": 1}, -1.5e3, null,], "
		       "\"BrokerGateway\" : { \"Accounts\": { // paper\n \"Paper\": {}, }, }, }",
	    "// mine\n{ /* } \"x\": */ \"A\": [\"}\", {\"b\": 1}, -1.5e3, null,], "
	    "\"BrokerGateway\" : { \"Accounts\": {\n      " MAIN ", // paper\n \"Paper\": {}, }, "
	    "}, }");
	assert_becomes("{\"BrokerGateway\":{\"Accounts\":{ /* none */ }}}",
	    "{\"BrokerGateway\":{\"Accounts\":{\n      " MAIN "\n     /* none */ }}}");
	assert_becomes("{\"a\\\"}\": \"\\\\\", \"BrokerGateway\":{\"Accounts\":{}}}",
	    "{\"a\\\"}\": \"\\\\\", \"BrokerGateway\":{\"Accounts\":{\n      " MAIN "\n    }}}");
}

static void
test_what_is_there_or_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *text;
		enum yq_rc rc;
	} rows[] = {
		{ "{\"BrokerGateway\":{\"Accounts\":{\"main\":{}}}}", YQ_E_EXISTS },
		{ "{\"BrokerGateway\":{\"Accounts\":[]}}", YQ_E_INVALID },
		{ "{\"BrokerGateway\":null}", YQ_E_INVALID },
		{ "[]", YQ_E_INVALID },
		{ "{\"BrokerGateway\":", YQ_E_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_buf out = yq_buf_make(4096);
		struct yq_err err = { 0 };

		assert_int_equal(
		    yq_json_insert(rows[i].text, strlen(rows[i].text), &insert, &out, &err),
		    rows[i].rc);
		assert_int_equal(out.length, 0);
		yq_buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_absent_is_made),
		cmocka_unit_test(test_comments_commas_and_order_stay),
		cmocka_unit_test(test_what_is_there_or_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
