/* test_intent.c - every way from one position to another, and what contradicts itself. */
#include "domain_test.h"

#include "domain/intent.h"
#include "test.h"

static struct yq_signal
signal_of(enum yq_stance before, enum yq_stance after, enum yq_action action)
{
	struct yq_signal signal = yq_signal_default();

	SET(signal.ticker, "AAPL");
	SET(signal.strategy, "S");
	signal.exchange = YQ_NASDAQ;
	signal.action = action;
	signal.prev_market_position = before;
	signal.market_position = after;
	return signal;
}

/* The intent's name; "-" where the signal contradicts itself. */
static const char *
intent_of(const struct yq_signal *signal, const char *held)
{
	struct yq_intent intent;
	struct yq_err err = { .rc = YQ_OK };

	if (yq_intent_of(signal, dec(held), &intent, &err) == YQ_OK)
		return yq_names_text(&yq_intent_names, (int)intent.kind);
	assert_true(err.text[0] != '\0');
	return "-";
}

/* By the position before (or, where that is not said, what is held: -5, 0, 5), the position after
 * and the side. */
static const struct {
	enum yq_stance before, after;
	const char *buy[3], *sell[3]; /* holding -5, 0, 5 */
} ways[] = {
#define SAME(kind)               \
	{                        \
		kind, kind, kind \
	}
	{ YQ_STANCE_NONE, YQ_STANCE_NONE, SAME("Order"), SAME("Order") },
	{ YQ_STANCE_FLAT, YQ_STANCE_NONE, SAME("Order"), SAME("Order") },
	{ YQ_STANCE_LONG, YQ_STANCE_NONE, SAME("Order"), SAME("Order") },
	{ YQ_STANCE_SHORT, YQ_STANCE_NONE, SAME("Order"), SAME("Order") },
	{ YQ_STANCE_NONE, YQ_STANCE_FLAT, SAME("Exit"), SAME("Exit") },
	{ YQ_STANCE_FLAT, YQ_STANCE_FLAT, SAME("Exit"), SAME("Exit") },
	{ YQ_STANCE_LONG, YQ_STANCE_FLAT, SAME("-"), SAME("Exit") },
	{ YQ_STANCE_SHORT, YQ_STANCE_FLAT, SAME("Exit"), SAME("-") },
	{ YQ_STANCE_NONE, YQ_STANCE_LONG, { "Reverse", "Entry", "Add" }, SAME("Reduce") },
	{ YQ_STANCE_FLAT, YQ_STANCE_LONG, SAME("Entry"), SAME("-") },
	{ YQ_STANCE_LONG, YQ_STANCE_LONG, SAME("Add"), SAME("Reduce") },
	{ YQ_STANCE_SHORT, YQ_STANCE_LONG, SAME("Reverse"), SAME("-") },
	{ YQ_STANCE_NONE, YQ_STANCE_SHORT, SAME("Reduce"), { "Add", "Entry", "Reverse" } },
	{ YQ_STANCE_FLAT, YQ_STANCE_SHORT, SAME("-"), SAME("Entry") },
	{ YQ_STANCE_LONG, YQ_STANCE_SHORT, SAME("-"), SAME("Reverse") },
	{ YQ_STANCE_SHORT, YQ_STANCE_SHORT, SAME("Reduce"), SAME("Add") },
};

static void
test_every_way_from_one_position_to_another_has_its_name(void **unused)
{
	static const char *const held[] = { "-5", "0", "5" };

	(void)unused;
	assert_int_equal(YQ_COUNT(ways), YQ_STANCE_COUNT * YQ_STANCE_COUNT);
	for (size_t i = 0; i < YQ_COUNT(ways); i++) {
		struct yq_signal buy = signal_of(ways[i].before, ways[i].after, YQ_BUY);
		struct yq_signal sell = signal_of(ways[i].before, ways[i].after, YQ_SELL);

		for (size_t h = 0; h < YQ_COUNT(held); h++) {
			assert_string_equal(intent_of(&buy, held[h]), ways[i].buy[h]);
			assert_string_equal(intent_of(&sell, held[h]), ways[i].sell[h]);
		}
	}
}

static void
test_the_sign_of_the_position_size_says_it_as_well(void **unused)
{
	struct yq_signal signal = signal_of(YQ_STANCE_NONE, YQ_STANCE_NONE, YQ_SELL);

	(void)unused;
	signal.position_size = opt("0");
	assert_string_equal(intent_of(&signal, "3"), "Exit");
	signal.position_size = opt("-0.5");
	assert_string_equal(intent_of(&signal, "3"), "Reverse");
	signal.position_size = opt("2");
	assert_string_equal(intent_of(&signal, "3"), "Reduce");
}

static void
test_the_position_that_is_wanted_is_read_from_wherever_it_is_said(void **unused)
{
	struct yq_signal signal = signal_of(YQ_STANCE_NONE, YQ_STANCE_NONE, YQ_BUY);

	(void)unused;
	assert_false(yq_intent_target(&signal).set);
	signal.market_position_size = opt("4"); /* on which side? */
	assert_false(yq_intent_target(&signal).set);
	signal.market_position = YQ_STANCE_SHORT;
	assert_decimal(yq_intent_target(&signal).value, "-4");
	signal.market_position = YQ_STANCE_LONG;
	assert_decimal(yq_intent_target(&signal).value, "4");
	signal.market_position_size.set = false;
	assert_false(yq_intent_target(&signal).set);
	signal.market_position = YQ_STANCE_FLAT;
	assert_decimal(yq_intent_target(&signal).value, "0");
	signal.position_size = opt("-7");
	assert_decimal(yq_intent_target(&signal).value, "-7");
}

/* Each pair of contradicting members, and the one that is named. */
static void
test_what_contradicts_itself_is_refused_by_name(void **unused)
{
	static const struct {
		enum yq_action action;
		const char *size, *plain,
		    *before; /* PositionSize, and without sign after, before */
		enum yq_stance after, prev;
		const char *blamed; /* NULL = nothing is wrong */
	} cases[] = {
		{ YQ_BUY, "5", NULL, NULL, YQ_STANCE_SHORT, YQ_STANCE_NONE, "PositionSize" },
		{ YQ_BUY, "-5", NULL, NULL, YQ_STANCE_LONG, YQ_STANCE_NONE, "PositionSize" },
		{ YQ_BUY, "5", NULL, NULL, YQ_STANCE_FLAT, YQ_STANCE_NONE, "PositionSize" },
		{ YQ_BUY, "0", NULL, NULL, YQ_STANCE_LONG, YQ_STANCE_NONE, "PositionSize" },
		{ YQ_BUY, "5", "5", NULL, YQ_STANCE_LONG, YQ_STANCE_NONE, NULL },
		{ YQ_BUY, "5", "4", NULL, YQ_STANCE_LONG, YQ_STANCE_NONE, "PositionSize" },
		{ YQ_SELL, "-5", "5", NULL, YQ_STANCE_SHORT, YQ_STANCE_NONE, NULL },
		{ YQ_BUY, NULL, "0", NULL, YQ_STANCE_LONG, YQ_STANCE_NONE, "MarketPositionSize" },
		{ YQ_BUY, NULL, "1", NULL, YQ_STANCE_FLAT, YQ_STANCE_NONE, "MarketPositionSize" },
		{ YQ_BUY, NULL, NULL, "1", YQ_STANCE_LONG, YQ_STANCE_FLAT,
		    "PrevMarketPositionSize" },
		{ YQ_BUY, NULL, NULL, "0", YQ_STANCE_LONG, YQ_STANCE_LONG,
		    "PrevMarketPositionSize" },
		/* a buy that leads to less, or nowhere; a sell that leads to more */
		{ YQ_BUY, "3", NULL, "5", YQ_STANCE_LONG, YQ_STANCE_LONG, "Action" },
		{ YQ_BUY, "5", NULL, "5", YQ_STANCE_LONG, YQ_STANCE_LONG, "Action" },
		{ YQ_BUY, "6", NULL, "5", YQ_STANCE_LONG, YQ_STANCE_LONG, NULL },
		{ YQ_SELL, "6", NULL, "5", YQ_STANCE_LONG, YQ_STANCE_LONG, "Action" },
		{ YQ_SELL, "-3", NULL, "5", YQ_STANCE_SHORT, YQ_STANCE_SHORT, "Action" },
		{ YQ_BUY, "-3", NULL, "5", YQ_STANCE_SHORT, YQ_STANCE_SHORT, NULL },
		{ YQ_BUY, NULL, NULL, NULL, YQ_STANCE_SHORT, YQ_STANCE_FLAT, "Action" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_signal signal = signal_of(cases[i].prev, cases[i].after, cases[i].action);
		struct yq_intent intent;
		struct yq_err err = { .rc = YQ_OK };

		if (cases[i].size != NULL)
			signal.position_size = opt(cases[i].size);
		if (cases[i].plain != NULL)
			signal.market_position_size = opt(cases[i].plain);
		if (cases[i].before != NULL)
			signal.prev_market_position_size = opt(cases[i].before);
		assert_int_equal(yq_intent_of(&signal, YQ_DECIMAL_ZERO, &intent, &err),
		    cases[i].blamed != NULL ? YQ_E_INVALID : YQ_OK);
		if (cases[i].blamed != NULL)
			assert_true(yq_str_starts(err.text, cases[i].blamed));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_way_from_one_position_to_another_has_its_name),
		cmocka_unit_test(test_the_sign_of_the_position_size_says_it_as_well),
		cmocka_unit_test(test_the_position_that_is_wanted_is_read_from_wherever_it_is_said),
		cmocka_unit_test(test_what_contradicts_itself_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
