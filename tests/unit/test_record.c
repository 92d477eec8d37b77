/* test_record.c - one table reads and writes a struct, and names the member that is wrong. */
#include "test.h"

#include <string.h>

#include "base/record.h"

enum side { SIDE_NONE = -1, SIDE_BUY, SIDE_SELL, SIDE_SHORT = 3 };

static const char *const side_texts[] = { "Buy", "Sell", NULL, "Short" };
static const struct yq_names side_names = { "side", side_texts, YQ_COUNT(side_texts) };

struct sample {
	struct yq_id id;
	char ticker[8];
	char note[8];
	enum side side, other;
	struct yq_decimal price;
	struct yq_opt_decimal stop;
	int64_t at, expires;
	bool live;
	int64_t count;
};

static const struct yq_field fields[] = {
	YQ_FIELD_ID("Id", struct sample, id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Ticker", struct sample, ticker, YQ_REQUIRED),
	YQ_FIELD_TEXT("Note", struct sample, note, YQ_OPTIONAL),
	YQ_FIELD_ENUM("Side", struct sample, side, side_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Price", struct sample, price, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Stop", struct sample, stop),
	YQ_FIELD_TIME("At", struct sample, at, YQ_REQUIRED),
	YQ_FIELD_TIME("Expires", struct sample, expires, YQ_OPTIONAL),
	YQ_FIELD_BOOL("Live", struct sample, live, YQ_OPTIONAL),
	YQ_FIELD_INT("Count", struct sample, count, YQ_OPTIONAL),
	YQ_FIELD_ENUM("Other", struct sample, other, side_names, YQ_OPTIONAL),
};

static const struct yq_record_table table = { .fields = fields, .count = YQ_COUNT(fields) };

static void
clear_sample(struct sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	sample->count = 42;
	sample->other = SIDE_NONE;
}

/* Whatever the one pass reads, the tree must read alike. */
static enum yq_rc
read_sample(const char *text, struct sample *sample, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	struct sample plain;
	enum yq_rc rc;

	clear_sample(sample);
	clear_sample(&plain);
	assert_int_equal(yq_json_parse(text, strlen(text), &json, err), YQ_OK);
	rc = yq_record_read(json, fields, YQ_COUNT(fields), sample, err);
	if (yq_record_read_plain(text, strlen(text), &table, &plain)) {
		assert_int_equal(rc, YQ_OK);
		assert_memory_equal(&plain, sample, sizeof(plain));
	}
	return rc;
}

#define GOOD "\"Ticker\":\"AAPL\",\"Side\":\"sELL\",\"Price\":1.50,\"At\":\"2026-01-01T00:00:00Z\""

static void
test_a_record_survives_the_round_trip(void **state)
{
	struct yq_buf buf = yq_buf_make(1000);
	struct yq_json_writer w = yq_json_writer_make(&buf);
	struct sample sample, again;
	struct yq_err err;

	(void)state;
	assert_int_equal(read_sample("{" GOOD ",\"Stop\":\"2.25\",\"Live\":true,\"Extra\":{},"
				     "\"Id\":\"8486EA5D-e0e1-51ef-ab31-f1af464e41d2\"}",
			     &sample, &err),
	    YQ_OK);
	assert_int_equal(sample.side, SIDE_SELL);
	assert_true(sample.stop.set);
	assert_int_equal(sample.count, 42); /* absent: as it was */
	yq_json_begin_object(&w);
	yq_record_write(&w, fields, YQ_COUNT(fields), &sample);
	yq_json_end_object(&w);
	assert_string_equal(yq_buf_text(&buf),
	    "{\"Id\":\"8486ea5d-e0e1-51ef-ab31-f1af464e41d2\",\"Ticker\":\"AAPL\","
	    "\"Side\":\"Sell\",\"Price\":1.5,\"Stop\":2.25,"
	    "\"At\":\"2026-01-01T00:00:00.000000Z\",\"Live\":true,\"Count\":42}");
	assert_int_equal(read_sample(yq_buf_text(&buf), &again, &err), YQ_OK);
	assert_true(yq_record_read_plain(yq_buf_text(&buf), buf.length, &table, &again));
	assert_memory_equal(again.ticker, sample.ticker, sizeof(sample.ticker));
	assert_true(yq_decimal_cmp(again.price, sample.price) == 0 && again.at == sample.at);
	yq_buf_free(&buf);
}

static void
test_what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "[]", "expected an object, found array" },
		{ "{}", "Ticker: expected a text, found nothing" },
		{ "{\"Ticker\":null}", "Ticker: expected a text, found nothing" },
		{ "{\"Ticker\":5930}", "Ticker: expected a text, found 5930" },
		{ "{\"Ticker\":\"12345678\"}",
		    "Ticker: expected a text of at most 7 bytes without NUL, found \"12345678\"" },
		{ "{\"Ticker\":\"a\\u0000b\"}",
		    "Ticker: expected a text of at most 7 bytes without NUL, found \"a\\u0000b\"" },
		{ "{\"Ticker\":\"A\",\"Side\":\"Hold\"}",
		    "Side: expected side, one of Buy, Sell, Short, found \"Hold\"" },
		{ "{\"Ticker\":\"A\",\"Side\":2}",
		    "Side: expected side, one of Buy, Sell, Short, found 2" },
		{ "{\"Ticker\":\"A\",\"Side\":4}",
		    "Side: expected side, one of Buy, Sell, Short, found 4" },
		{ "{\"Ticker\":\"A\",\"Side\":-1}",
		    "Side: expected side, one of Buy, Sell, Short, found -1" },
		{ "{\"Ticker\":\"A\",\"Side\":0.5}",
		    "Side: expected side, one of Buy, Sell, Short, found 0.5" },
		{ "{\"Ticker\":\"A\",\"Side\":0,\"Price\":\"NaN\"}",
		    "Price: expected a number, found \"NaN\"" },
		{ "{\"Ticker\":\"A\",\"Side\":0,\"Price\":\"{{close}}\"}",
		    "Price: expected a number, found \"{{close}}\"" },
		{ "{\"Ticker\":\"A\",\"Side\":0,\"Price\":0.123456789}",
		    "Price: expected a number of at most 24 digits before the point and 8 after "
		    "it, "
		    "found 0.123456789" },
		{ "{\"Ticker\":\"A\",\"Side\":0,\"Price\":1,\"At\":\"today\"}",
		    "At: expected a time as in 2026-01-31T09:30:00Z, found \"today\"" },
		{ "{" GOOD ",\"Live\":\"true\"}", "Live: expected true or false, found \"true\"" },
		{ "{" GOOD ",\"Count\":1.5}",
		    "Count: expected a whole number of 64 bits, found 1.5" },
		{ "{" GOOD ",\"Stop\":[]}", "Stop: expected a number, found an array" },
		{ "{" GOOD ",\"Id\":\"x\"}", "Id: expected a UUID, found \"x\"" },
	};
	struct sample sample;
	struct yq_err err;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		assert_int_equal(read_sample(cases[i].text, &sample, &err), YQ_E_INVALID);
		assert_string_equal(err.text, cases[i].expected);
	}
}

static void
test_an_enum_is_read_as_name_or_number(void **state)
{
	static const struct {
		const char *text;
		enum side side;
	} cases[] = {
		{ "\"BUY\"", SIDE_BUY },
		{ "\"short\"", SIDE_SHORT },
		{ "1", SIDE_SELL },
		{ "\"3\"", SIDE_SHORT },
		{ "3.0", SIDE_SHORT },
	};
	struct sample sample;
	struct yq_err err;
	char text[200];

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_buf buf = yq_buf_make(sizeof(text));

		yq_buf_add_format(&buf,
		    "{\"Ticker\":\"A\",\"Price\":1,\"At\":\"2026-01-01T00:00:00Z\",\"Side\":%s}",
		    cases[i].text);
		assert_int_equal(read_sample(yq_buf_text(&buf), &sample, &err), YQ_OK);
		assert_int_equal(sample.side, cases[i].side);
		yq_buf_free(&buf);
	}
	assert_int_equal(yq_names_find(&side_names, "sell", 4), 1);
	assert_int_equal(yq_names_find(&side_names, "sel", 3), -1);
	assert_string_equal(yq_names_text(&side_names, 2), "?");
	assert_string_equal(yq_names_text(&side_names, 99), "?");
	assert_string_equal(yq_names_text(&side_names, -1), "?");
}

static void
test_fields_have_a_text_form(void **state)
{
	struct sample sample = {
		.ticker = "AAPL", .side = SIDE_SHORT, .price = { 1 }, .at = 1, .other = SIDE_NONE
	};
	struct sample again = { 0 };
	struct yq_err err;
	unsigned absent = 0;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(fields); i++) {
		struct yq_buf buf = yq_buf_make(100);

		if (!yq_record_field_text(&fields[i], &sample, &buf))
			absent |= 1u << i;
		else
			assert_int_equal(yq_record_field_read(&fields[i], yq_buf_text(&buf),
					     buf.length, &again, &err),
			    YQ_OK);
		yq_buf_free(&buf);
	}
	assert_int_equal(absent, 1u << 0 | 1u << 2 | 1u << 5 | 1u << 7 | 1u << 10);
	assert_string_equal(again.ticker, "AAPL");
	assert_int_equal(again.side, SIDE_SHORT);
	assert_true(again.price.units == 1 && again.at == 1 && !again.live && again.count == 0);
	assert_int_equal(yq_record_field_read(&fields[8], "yes", 3, &again, &err), YQ_E_INVALID);
	assert_string_equal(err.text, "Live: expected true or false, found \"yes\"");
}

static bool
is_plain(const char *text, size_t length)
{
	struct sample sample;

	clear_sample(&sample);
	return yq_record_read_plain(text, length, &table, &sample);
}

static void
test_what_is_not_plain_is_left_to_the_tree(void **state)
{
	static const char *const others[] = { "", "{", "{}", "[" GOOD "]", "{" GOOD, "{" GOOD "}}",
		"{" GOOD ",}", "{" GOOD "} x", "{" GOOD ",\"Extra\":1}",
		"{" GOOD ",\"Note\":\"a\\n\"}", "{" GOOD ",\"Note\":{}}",
		"{" GOOD ",\"Count\":[1]}", "{" GOOD ",\"Price\":2}", "{" GOOD ",\"Count\":1e3}",
		"{" GOOD ",\"Count\":01}", "{" GOOD ",\"Count\":1.}", "{" GOOD ",\"Count\":-}",
		"{" GOOD ",\"Count\":+1}", "{" GOOD ",\"Live\":yes}",
		"{" GOOD ",\"Live\":\"true\"}", "{" GOOD ",\"Note\":5}",
		"{" GOOD ",\"Note\":\"12345678\"}", "{" GOOD ",\"Note\":\"\t\"}",
		"{" GOOD ",\"Note\":\"\xff\"}", "{" GOOD " \"Live\":true}",
		"{\"Ticker\":null,\"Side\":0,\"Price\":1,\"At\":\"2026-01-01T00:00:00Z\"}",
		"{\"Side\":0,\"Price\":1,\"At\":\"2026-01-01T00:00:00Z\"}" };
	static const char good[] =
	    " {\t" GOOD ", \"Stop\" : null,\"Note\":\"\xc3\xa9\",\"Live\":true } ";

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(others); i++)
		if (is_plain(others[i], strlen(others[i])))
			fail_msg("taken for plain: %s", others[i]);
	assert_true(is_plain(good, strlen(good)));
	for (size_t length = 0; length < strlen("{" GOOD "}"); length++)
		assert_false(is_plain("{" GOOD "}", length));
	assert_false(is_plain("{" GOOD "}\0", strlen("{" GOOD "}") + 1));
}

struct outer {
	char name[8];
	struct sample inner;
};

static void
test_one_object_within_may_be_plain_too(void **state)
{
	static const struct yq_field names[] = { YQ_FIELD_TEXT(
	    "Name", struct outer, name, YQ_REQUIRED) };
	const struct yq_record_table within = {
		.fields = fields, .count = YQ_COUNT(fields), .offset = offsetof(struct outer, inner)
	};
	const struct yq_record_table all = {
		.fields = names, .count = 1, .inner_name = "Inner", .inner = &within
	};
	static const char good[] = "{\"Name\":\"x\",\"Inner\":{" GOOD "}}";
	static const char *const others[] = { "{\"Name\":\"x\"}", "{\"Inner\":{" GOOD "}}",
		"{\"Name\":\"x\",\"Inner\":{" GOOD "},\"Inner\":{" GOOD "}}",
		"{\"Name\":\"x\",\"Inner\":1}", "{\"Name\":\"x\",\"Inner\":{" GOOD "}" };
	struct outer outer = { .name = "" };

	(void)state;
	assert_true(yq_record_read_plain(good, strlen(good), &all, &outer));
	assert_string_equal(outer.name, "x");
	assert_string_equal(outer.inner.ticker, "AAPL");
	for (size_t i = 0; i < YQ_COUNT(others); i++)
		assert_false(yq_record_read_plain(others[i], strlen(others[i]), &all, &outer));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_record_survives_the_round_trip),
		cmocka_unit_test(test_what_is_wrong_is_named),
		cmocka_unit_test(test_what_is_not_plain_is_left_to_the_tree),
		cmocka_unit_test(test_one_object_within_may_be_plain_too),
		cmocka_unit_test(test_an_enum_is_read_as_name_or_number),
		cmocka_unit_test(test_fields_have_a_text_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
