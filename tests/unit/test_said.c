/* test_said.c - the command line of `yq order resolve`. */
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "console/command_line.h"
#include "console/said.h"

static int
nothing(const struct yq_call *call)
{
	(void)call;
	return YQ_CONSOLE_DONE;
}

const struct yq_verb yq_verbs[] = {
	{ "order", nothing, "", 3, 3,
	    YQ_OPT_BIT(QTY) | YQ_OPT_BIT(PRICE) | YQ_OPT_BIT(COMMISSION) | YQ_OPT_BIT(BROKER_ID) |
		YQ_OPT_BIT(REASON) | YQ_OPT_BIT(HELP),
	    "", "" },
};
const size_t yq_verb_count = YQ_COUNT(yq_verbs);

#define WORDS_MAX 16

/* `line` is words with one space between them. */
static enum yq_rc
said(const char *line, struct yq_resolution *result, struct yq_err *err)
{
	char text[256], *argv[WORDS_MAX] = { (char[]){ "yq" } };
	struct yq_call call;
	int argc = 1;

	assert_true(strlen(line) < sizeof(text));
	memcpy(text, line, strlen(line) + 1);
	for (char *word = text; word != NULL && argc < WORDS_MAX; argc++) {
		argv[argc] = word;
		word = strchr(word, ' ');
		if (word != NULL)
			*word++ = '\0';
	}
	assert_int_equal(yq_command_parse(argc, argv, &call, err), YQ_OK);
	return yq_said_parse(&call, result, err);
}

static void
test_what_is_said_is_taken_whole(void **unused)
{
	struct yq_resolution r;
	struct yq_err err;

	(void)unused;
	assert_int_equal(said("order resolve 3f2a filled --qty 10 --price 99.5 --commission 0.7 "
			      "--broker-id B-1 --reason seen",
			     &r, &err),
	    YQ_OK);
	assert_int_equal(r.outcome, YQ_RESOLVED_FILLED);
	assert_int_equal(yq_decimal_cmp(r.qty.value, yq_decimal_from_int(10)), 0);
	assert_int_equal(yq_decimal_cmp(r.price.value, yq_decimal_from_scaled(995, 1)), 0);
	assert_int_equal(yq_decimal_cmp(r.commission.value, yq_decimal_from_scaled(7, 1)), 0);
	assert_string_equal(r.broker_order_id, "B-1");
	assert_string_equal(r.reason, "seen");
}

static void
test_a_beginning_names_the_outcome_in_any_case(void **unused)
{
	static const struct {
		const char *word;
		enum yq_resolved_as outcome;
	} cases[] = {
		{ "o", YQ_RESOLVED_OPEN },
		{ "Rej", YQ_RESOLVED_REJECTED },
		{ "CANCEL", YQ_RESOLVED_CANCELED },
		{ "canceled", YQ_RESOLVED_CANCELED },
	};
	struct yq_resolution r;
	struct yq_err err;
	char line[64];

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		yq_str_format(
		    line, sizeof(line), "order resolve 3f2a %s --reason x", cases[i].word);
		assert_int_equal(said(line, &r, &err), YQ_OK);
		assert_int_equal(r.outcome, cases[i].outcome);
	}
}

static void
test_what_is_missing_or_too_much_is_named(void **unused)
{
	static const struct {
		const char *rest, *fault;
	} cases[] = {
		{ "lost --reason x", "no outcome" },
		{ "filled --qty 1 --price 1", "--reason" },
		{ "filled --reason x", "--qty" },
		{ "filled --qty 1 --reason x", "--price" },
		{ "filled --qty one --price 1 --reason x", "--qty" },
		{ "filled --qty 1 --price 1 --commission x --reason x", "--commission" },
		{ "rejected --qty 1 --price 1 --reason x", "--qty" },
		{ "open --price 1 --reason x", "--price" },
	};
	struct yq_resolution r;
	struct yq_err err;
	char line[128];

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		yq_str_format(line, sizeof(line), "order resolve 3f2a %s", cases[i].rest);
		assert_int_equal(said(line, &r, &err), YQ_E_INVALID);
		if (strstr(err.text, cases[i].fault) == NULL)
			fail_msg("%s: %s", cases[i].rest, err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_said_is_taken_whole),
		cmocka_unit_test(test_a_beginning_names_the_outcome_in_any_case),
		cmocka_unit_test(test_what_is_missing_or_too_much_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
