/* test_json.c - JSON is read strictly, numbers keep their text, and what is written is JSON. */
#include "test.h"

#include <string.h>

#include "base/json.h"

static yq_json *
parsed(const char *text)
{
	yq_json *json = NULL;
	struct yq_err err;

	if (yq_json_parse(text, strlen(text), &json, &err) != YQ_OK)
		fail_msg("%s: %s", text, err.text);
	return json;
}

static void
assert_refused(const char *text, size_t length, const char *expected)
{
	yq_json *json = (yq_json *)1;
	struct yq_err err = { 0 };

	if (yq_json_parse(text, length, &json, &err) != YQ_E_INVALID)
		fail_msg("%s is taken", text);
	assert_null(json);
	if (expected != NULL)
		assert_string_equal(err.text, expected);
}

static void
test_bad_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "JSON, line 1 column 1: expected a value, found the end" },
		{ "{\"a\":1,}", "JSON, line 1 column 8: expected a name in quotes, found '}'" },
		{ "[1,]", "JSON, line 1 column 4: expected a value, found ']'" },
		{ "{\n \"a\" 1}", "JSON, line 2 column 6: expected ':', found '1'" },
		{ "[1 2]", "JSON, line 1 column 4: expected ',' or ']', found '2'" },
		{ "{} x", "JSON, line 1 column 4: expected the end, found 'x'" },
		{ "{\"a\":NaN}", "JSON, line 1 column 6: expected a value, found 'N'" },
		{ "[Infinity]", "JSON, line 1 column 2: expected a value, found 'I'" },
		{ "[-Infinity]", "JSON, line 1 column 2: expected a number" },
		{ "[01]", "JSON, line 1 column 2: expected a number" },
		{ "[1.]", "JSON, line 1 column 2: expected a number" },
		{ "[.5]", "JSON, line 1 column 2: expected a value, found '.'" },
		{ "[+1]", "JSON, line 1 column 2: expected a value, found '+'" },
		{ "[1e]", "JSON, line 1 column 2: expected a number" },
		{ "[1x]", "JSON, line 1 column 3: expected ',' or ']', found 'x'" },
		{ "{'a':1}", "JSON, line 1 column 2: expected a name in quotes, found '''" },
		{ "[\"a", "JSON, line 1 column 4: a string is not closed" },
		{ "[\"a\\", "JSON, line 1 column 5: a string is not closed" },
		{ "[\"\\x\"]", "JSON, line 1 column 3: unknown escape in a string" },
		{ "[\"\\u12\"]",
		    "JSON, line 1 column 7: expected four hexadecimal digits after \\u" },
		{ "[\"\\ud800\"]", "JSON, line 1 column 3: half of a surrogate pair" },
		{ "[\"\\udc00\"]", "JSON, line 1 column 3: half of a surrogate pair" },
		{ "[\"\\ud800\\u0041\"]", "JSON, line 1 column 3: half of a surrogate pair" },
		{ "[\"a\tb\"]", "JSON, line 1 column 4: a control character in a string" },
		{ "[\"\xff\"]", "JSON, line 1 column 3: invalid UTF-8" },
		{ "[\"\xed\xa0\x80\"]", "JSON, line 1 column 3: invalid UTF-8" },
		{ "{\"a\":1,\"b\":2,\"a\":3}",
		    "JSON, line 1 column 14: a name given twice: \"a\"" },
		{ "{\"a\":1,\"\\u0061\":3}", "JSON, line 1 column 8: a name given twice: \"a\"" },
		{ "{\"a\\u0000b\":1}", "JSON, line 1 column 2: a NUL in a name" },
		{ "// no\n1", "JSON, line 1 column 1: expected a value, found '/'" },
		{ "tru", "JSON, line 1 column 1: expected a value, found 't'" },
		{ "[nul]", NULL },
		{ "{\"a\"}", NULL },
		{ "{\"a\":}", NULL },
		{ "{", NULL },
		{ "[", NULL },
		{ "\"", NULL },
		{ "-", NULL },
		{ "\xef\xbb\xbf{}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++)
		assert_refused(cases[i].text, strlen(cases[i].text), cases[i].expected);
	assert_refused("{}\0", 3, "JSON, line 1 column 3: expected the end, found byte 0x00");
	assert_refused("[\"a\0b\"]", 7, "JSON, line 1 column 4: a control character in a string");
}

static void
test_depth_is_limited(void **state)
{
	char text[2 * (YQ_JSON_DEPTH_MAX + 1) + 1] = "";
	yq_json *json;

	(void)state;
	for (size_t depth = YQ_JSON_DEPTH_MAX; depth <= YQ_JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		if (depth > YQ_JSON_DEPTH_MAX) {
			assert_refused(
			    text, 2 * depth, "JSON, line 1 column 17: nested too deeply");
		} else {
			assert_int_equal(yq_json_parse(text, 2 * depth, &json, NULL), YQ_OK);
			yq_json_free(json);
		}
	}
}

static void
test_a_number_keeps_its_text(void **state)
{
	static const char *const texts[] = {
		"0.1", "1.50", "1E+2", "-0", "123456789012345678.12345678", "18446744073709551616",
		"-9223372036854775809", "0.30000000000000004440892098500626",
		"99999999999999999999999999999999999999999999999999999999999999999999999999999999"
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(texts); i++) {
		YQ_CLEANUP(yq_json_freep) yq_json *json = parsed(texts[i]);
		size_t length;

		assert_int_equal(yq_json_type_of(json), YQ_JSON_NUMBER);
		assert_string_equal(yq_json_text(json, &length), texts[i]);
		assert_int_equal(length, strlen(texts[i]));
	}
}

static void
test_no_number_is_silently_another(void **state)
{
	static const struct {
		const char *text;
		enum yq_rc as_decimal, as_int;
	} cases[] = {
		{ "123456789012345678.12345678", YQ_OK, YQ_E_RANGE },
		{ "18446744073709551616", YQ_OK, YQ_E_RANGE },
		{ "-9223372036854775808", YQ_OK, YQ_OK },
		{ "-9223372036854775809", YQ_OK, YQ_E_RANGE },
		{ "1e400", YQ_E_RANGE, YQ_E_RANGE },
		{ "0.123456789", YQ_E_RANGE, YQ_E_RANGE },
		{ "1e3", YQ_OK, YQ_OK },
		{ "\"12.5\"", YQ_OK, YQ_E_RANGE },
		{ "\"12\"", YQ_OK, YQ_OK },
		{ "\"\"", YQ_E_INVALID, YQ_E_INVALID },
		{ "\"NaN\"", YQ_E_INVALID, YQ_E_INVALID },
		{ "true", YQ_E_INVALID, YQ_E_INVALID },
		{ "null", YQ_E_INVALID, YQ_E_INVALID },
		{ "[]", YQ_E_INVALID, YQ_E_INVALID },
		{ "\"1\\u0000\"", YQ_E_INVALID, YQ_E_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		YQ_CLEANUP(yq_json_freep) yq_json *json = parsed(cases[i].text);
		struct yq_decimal decimal;
		int64_t integer;

		if (yq_json_decimal(json, &decimal) != cases[i].as_decimal ||
		    yq_json_int64(json, &integer) != cases[i].as_int)
			fail_msg("%s", cases[i].text);
	}
}

static void
test_strings_keep_nul_and_every_character(void **state)
{
	YQ_CLEANUP(yq_json_freep)
	yq_json *json =
	    parsed(" [ \"a\\u0000b\", \"\\ud83d\\ude00\\u00e9\\u20ac\\/\\\"\\\\\\b\\f\\n\\r\\t\", "
		   "\"\", \"\xed\x95\x9c\" ] ");
	size_t length;

	(void)state;
	assert_int_equal(yq_json_count(json), 4);
	assert_memory_equal(yq_json_text(yq_json_at(json, 0), &length), "a\0b", 4);
	assert_int_equal(length, 3);
	assert_string_equal(yq_json_text(yq_json_at(json, 1), NULL),
	    "\xf0\x9f\x98\x80\xc3\xa9\xe2\x82\xac/\"\\\b\f\n\r\t");
	assert_string_equal(yq_json_text(yq_json_at(json, 2), &length), "");
	assert_int_equal(length, 0);
	assert_string_equal(yq_json_text(yq_json_at(json, 3), NULL), "\xed\x95\x9c");
	assert_null(yq_json_at(json, 4));
}

static bool
collect(void *cookie, const char *name, const yq_json *value)
{
	yq_buf_add_format(cookie, "%s=%s ", name, yq_json_type_name(yq_json_type_of(value)));
	return !(name[0] == 'T');
}

static void
test_members_by_name_and_in_order(void **state)
{
	YQ_CLEANUP(yq_json_freep)
	yq_json *json = parsed("{\"Z\":1,\"a\":null,\"B\":{},\"T\":true,\"U\":[]}");
	struct yq_buf names = yq_buf_make(200);

	(void)state;
	assert_null(yq_json_get(json, "z"));
	assert_non_null(yq_json_get_nocase(json, "z"));
	assert_null(yq_json_get(json, "a"));
	assert_null(yq_json_get(NULL, "a"));
	assert_null(yq_json_get(yq_json_get(json, "T"), "a"));
	assert_true(yq_json_bool(yq_json_get(json, "T")));
	assert_false(yq_json_bool(yq_json_get(json, "Z")));
	assert_int_equal(yq_json_count(json), 5);
	yq_json_each(json, collect, &names);
	assert_string_equal(yq_buf_text(&names), "Z=number a=null B=object T=boolean ");
	yq_buf_free(&names);
}

static void
test_files_may_hold_comments_and_trailing_commas(void **state)
{
	static const char text[] = "// top\n{ /* a */ \"a\" /**/ : [1, 2, /* x */ ], // end\n"
				   " \"url\": \"http://x/*y*/\", }\n// last";
	yq_json *json;
	struct yq_err err;

	(void)state;
	assert_int_equal(yq_json_parse_options(text, strlen(text),
			     YQ_JSON_COMMENTS | YQ_JSON_TRAILING_COMMAS, &json, &err),
	    YQ_OK);
	assert_int_equal(yq_json_count(yq_json_get(json, "a")), 2);
	assert_string_equal(yq_json_text(yq_json_get(json, "url"), NULL), "http://x/*y*/");
	yq_json_free(json);
	assert_int_equal(
	    yq_json_parse_options("{ /* }", 6, YQ_JSON_COMMENTS, &json, &err), YQ_E_INVALID);
	assert_int_equal(
	    yq_json_parse_options("[,]", 3, YQ_JSON_TRAILING_COMMAS, &json, &err), YQ_E_INVALID);
	assert_int_equal(
	    yq_json_parse_options("[1,,]", 5, YQ_JSON_TRAILING_COMMAS, &json, &err), YQ_E_INVALID);
}

static void
test_what_is_written_is_json(void **state)
{
	struct yq_buf buf = yq_buf_make(2000);
	struct yq_json_writer w = yq_json_writer_make(&buf);
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;

	(void)state;
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "Te\"xt", "q\" b\\ n\n t\t \x01 \x1f \x7f /");
	yq_json_put_decimal(&w, "Price", (struct yq_decimal){ -150000000 });
	yq_json_put_int(&w, "N", -7);
	yq_json_put_bool(&w, "Yes", true);
	yq_json_put_time(&w, "At", 0);
	yq_json_put_raw(&w, "Raw", "[1]", 3);
	yq_json_name(&w, "List");
	yq_json_begin_array(&w);
	yq_json_add_null(&w);
	yq_json_begin_object(&w);
	yq_json_end_object(&w);
	yq_json_add_bool(&w, false);
	yq_json_end_array(&w);
	yq_json_end_object(&w);
	assert_int_equal(w.depth, 0);
	assert_string_equal(yq_buf_text(&buf),
	    "{\"Te\\\"xt\":\"q\\\" b\\\\ n\\n t\\t \\u0001 \\u001f \\u007f /\",\"Price\":-1.5,"
	    "\"N\":-7,\"Yes\":true,\"At\":\"1970-01-01T00:00:00.000000Z\",\"Raw\":[1],"
	    "\"List\":[null,{},false]}");
	json = parsed(yq_buf_text(&buf));
	assert_string_equal(
	    yq_json_text(yq_json_get(json, "Te\"xt"), NULL), "q\" b\\ n\n t\t \x01 \x1f \x7f /");
	yq_buf_free(&buf);
}

static void
test_bytes_that_are_no_utf8_are_replaced(void **state)
{
	struct yq_buf buf = yq_buf_make(100);

	(void)state;
	yq_json_quote(&buf, "a\xff\xc3\xa9\xc3", 5);
	assert_string_equal(yq_buf_text(&buf), "\"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\"");
	yq_buf_clear(&buf);
	yq_json_quote(&buf, "a\0b", 3);
	assert_string_equal(yq_buf_text(&buf), "\"a\\u0000b\"");
	yq_buf_free(&buf);
}

static void
test_a_tree_is_written_as_it_was_read(void **state)
{
	static const char text[] =
	    "{\"a\":[1.50,null,true,\"x\\ny\",{}],\"b\":{\"c\":18446744073709551616}}";
	YQ_CLEANUP(yq_json_freep) yq_json *json = parsed(text);
	struct yq_buf buf = yq_buf_make(200);
	struct yq_json_writer w = yq_json_writer_make(&buf);

	(void)state;
	yq_json_add_tree(&w, json);
	assert_string_equal(yq_buf_text(&buf), text);
	yq_buf_free(&buf);
}

static void
test_values_are_shown_short_and_escaped(void **state)
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = parsed("[\"a\\nb\",1.50,true,null,[],{}]");
	struct yq_buf buf = yq_buf_make(400);
	char text[200] = "";

	(void)state;
	for (size_t i = 0; i < yq_json_count(json); i++) {
		yq_json_show(yq_json_at(json, i), &buf);
		yq_buf_add_char(&buf, ' ');
	}
	assert_string_equal(yq_buf_text(&buf), "\"a\\nb\" 1.50 true null an array an object ");
	yq_buf_clear(&buf);
	memset(text, 'x', 59);
	memcpy(text + 59, "\xed\x95\x9c", 3);
	yq_json_show_text(text, 62, &buf);
	assert_int_equal(buf.length, 59 + 2 + 3);
	assert_string_equal(yq_buf_text(&buf) + 59, "x\"...");
	yq_buf_free(&buf);
}

/* Whatever comes in: it is refused, or what was understood is written and read again the same. */
static void
test_random_damage_does_no_harm(void **state)
{
	static const char whole[] = "{\"Id\":\"a\\u00e9\\n\",\"Price\":-12.5e-3,\"L\":[true,null,"
				    "{\"x\":[]}],\"T\":\"\xed\x95\x9c\"}";
	uint64_t seed = test_seed();

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char text[sizeof(whole)];
		struct yq_buf once = yq_buf_make(1000), twice = yq_buf_make(1000);
		struct yq_json_writer w = yq_json_writer_make(&once);
		size_t length = sizeof(whole) - 1 - test_random(&seed) % 3;
		yq_json *json;

		memcpy(text, whole, sizeof(whole));
		for (uint64_t n = test_random(&seed) % 3; n > 0; n--)
			text[test_random(&seed) % length] = (char)test_random(&seed);
		if (yq_json_parse(text, length, &json, NULL) == YQ_OK) {
			yq_json_add_tree(&w, json);
			yq_json_free(json);
			assert_int_equal(yq_json_parse(once.data, once.length, &json, NULL), YQ_OK);
			w = yq_json_writer_make(&twice);
			yq_json_add_tree(&w, json);
			yq_json_free(json);
			assert_string_equal(yq_buf_text(&once), yq_buf_text(&twice));
		}
		yq_buf_free(&once);
		yq_buf_free(&twice);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_json_is_refused_with_its_place),
		cmocka_unit_test(test_depth_is_limited),
		cmocka_unit_test(test_a_number_keeps_its_text),
		cmocka_unit_test(test_no_number_is_silently_another),
		cmocka_unit_test(test_strings_keep_nul_and_every_character),
		cmocka_unit_test(test_members_by_name_and_in_order),
		cmocka_unit_test(test_files_may_hold_comments_and_trailing_commas),
		cmocka_unit_test(test_what_is_written_is_json),
		cmocka_unit_test(test_bytes_that_are_no_utf8_are_replaced),
		cmocka_unit_test(test_a_tree_is_written_as_it_was_read),
		cmocka_unit_test(test_values_are_shown_short_and_escaped),
		cmocka_unit_test(test_random_damage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
