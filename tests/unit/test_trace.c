/* test_trace.c - the story of a decision, in sentences for people. */
#include "domain_test.h"

#include "domain/trace.h"

static void
test_amounts_are_written_for_people(void **unused)
{
	static const struct {
		const char *amount;
		enum yq_currency currency;
		const char *text;
	} cases[] = {
		{ "12000", YQ_USD, "12,000.00 USD" },
		{ "-1234567.5", YQ_USD, "-1,234,567.50 USD" },
		{ "0.005", YQ_USD, "0.005 USD" },
		{ "999", YQ_KRW, "999 KRW" },
		{ "1000", YQ_JPY, "1,000 JPY" },
		{ "-100000", YQ_VND, "-100,000 VND" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		char text[YQ_MONEY_TEXT_SIZE];

		yq_money_format(dec(cases[i].amount), cases[i].currency, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void
test_a_sentence_too_long_is_cut_at_a_characters_edge(void **unused)
{
	char text[8];

	(void)unused;
	for (size_t size = 1; size <= sizeof(text); size++) {
		yq_sentence(text, size, "{}",
		    YQ_ARGS(YQ_ARG_TEXT("a\xc3\xa9\xed\x95\x9c"
					"b\xc3\xa9")));
		assert_true(yq_str_is_utf8(text, strlen(text)));
		assert_true(strlen(text) < size);
	}
}

static void
test_a_refusal_is_never_lost_from_a_full_trace(void **unused)
{
	struct yq_trace trace = { 0 };

	(void)unused;
	for (int i = 0; i < YQ_TRACE_STEPS_MAX + 5; i++)
		yq_trace_add(&trace, "STEP", true, "fine", YQ_NO_ARGS);
	yq_trace_add(&trace, "LAST", false, "no", YQ_NO_ARGS);
	assert_int_equal(trace.count, YQ_TRACE_STEPS_MAX);
	assert_string_equal(yq_trace_refusal(&trace)->rule, "LAST");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_amounts_are_written_for_people),
		cmocka_unit_test(test_a_sentence_too_long_is_cut_at_a_characters_edge),
		cmocka_unit_test(test_a_refusal_is_never_lost_from_a_full_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
