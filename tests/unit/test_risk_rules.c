/*
 * test_risk_rules.c - every row of the table of checks at its boundary: the last value that passes,
 * the first that is refused, what the refusal says, and whether the way out stays open.
 */
#include "risk_cases.h"

static void
assert_measured(const struct yq_trace_step *step, const struct rule *rule)
{
	assert_int_equal(step->measured, rule->value != NULL);
	if (rule->value == NULL)
		return;
	assert_decimal(step->value, rule->value);
	assert_decimal(step->limit, rule->limit);
	assert_int_equal(
	    step->currency, strstr(rule->says, " USD") != NULL ? YQ_USD : YQ_CURRENCY_NONE);
}

static void
test_each_rule_holds_exactly_at_its_boundary(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rules); i++) {
		struct scene s = scene_of(YQ_BUY, "10", "0");
		const struct yq_trace_step *step;

		print_message("# %s\n", rules[i].code);
		rules[i].last_good(&s);
		assert_passes(&s);
		rules[i].first_bad(&s);
		assert_code(&s, rules[i].code);
		step = yq_trace_refusal(&s.trace);
		if (strstr(step->text, rules[i].says) == NULL)
			fail_msg("%s: %s", rules[i].code, step->text);
		assert_measured(step, &rules[i]);
		yq_account_free(s.account);
	}
}

static void
test_no_limit_that_is_broken_bars_the_way_out(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rules); i++) {
		struct scene s;
		struct yq_order exit;

		if (rules[i].way_out == ITSELF)
			continue;
		s = scene_of(YQ_SELL, "10", "10");
		exit = s.order;
		print_message("# %s\n", rules[i].code);
		rules[i].last_good(&s);
		rules[i].first_bad(&s);
		exit.price = s.order.price; /* what it was decided at */
		s.order = exit;
		if (rules[i].way_out == OPEN)
			assert_passes(&s);
		else
			assert_code(&s, rules[i].code);
		yq_account_free(s.account);
	}
}

static bool
has_case(const char *code)
{
	for (size_t i = 0; i < YQ_COUNT(rules); i++)
		if (yq_str_equal(rules[i].code, code))
			return true;
	return false;
}

static void
test_every_row_of_the_table_has_its_boundary_here(void **unused)
{
	size_t count = 0;

	(void)unused;
	for (const char *code; (code = yq_risk_code(count)) != NULL; count++)
		if (!has_case(code))
			fail_msg("%s has no case", code);
	assert_int_equal(count, YQ_COUNT(rules));
}

static void
test_a_list_of_those_allowed_is_all_there_is(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.limits.allow = "KRX:*";
	assert_code(&s, YQ_RISK_INSTRUMENT);
	assert_says(&s, "NASDAQ:AAPL is none of those allowed: KRX:*");
	s.limits.allow = "";
	assert_code(&s, YQ_RISK_INSTRUMENT);
	yq_account_free(s.account);
}

static void
test_a_turn_counts_what_it_closes_and_what_it_opens(void **unused)
{
	struct scene s = scene_of(YQ_SELL, "20", "10"); /* 1,000 long becomes 1,000 short */

	(void)unused;
	s.limits.allow_short = true;
	s.limits.max_invested_share = opt("0.09090910"); /* of 11,000 */
	assert_passes(&s);
	s.order.qty = dec("21");
	assert_code(&s, YQ_RISK_MAX_INVESTED_SHARE);
	yq_account_free(s.account);
}

static void
test_cooldown_after_any_close_and_only_of_a_strategy(void **unused)
{
	struct scene s = scene_of(YQ_BUY, "10", "0");

	(void)unused;
	s.facts.by_signal = s.facts.track_known = true;
	s.limits.cooldown_us = 60 * YQ_US_PER_SECOND;
	assert_passes(&s); /* never closed */
	s.facts.last_closed_at_us = s.facts.now_us - 60 * YQ_US_PER_SECOND;
	assert_passes(&s);
	s.facts.last_closed_at_us++;
	assert_code(&s, YQ_RISK_COOLDOWN);
	/* Another machine's clock is a little ahead; one that is far ahead was set back since. */
	s.facts.last_closed_at_us = s.facts.now_us + 59 * YQ_US_PER_SECOND;
	assert_code(&s, YQ_RISK_COOLDOWN);
	s.facts.last_closed_at_us = s.facts.now_us + 60 * YQ_US_PER_SECOND;
	assert_passes(&s);
	s.limits.cooldown_us = 61 * YQ_US_PER_SECOND; /* set back by less than it lasts */
	assert_code(&s, YQ_RISK_COOLDOWN);
	s.facts.last_closed_at_us = s.facts.now_us;
	s.facts.by_signal = false; /* a person's order */
	assert_passes(&s);
	s.facts.by_signal = true;
	s.facts.track_known = false;
	assert_code(&s, YQ_RISK_TRACK_UNKNOWN);
	yq_account_free(s.account);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_holds_exactly_at_its_boundary),
		cmocka_unit_test(test_no_limit_that_is_broken_bars_the_way_out),
		cmocka_unit_test(test_every_row_of_the_table_has_its_boundary_here),
		cmocka_unit_test(test_a_list_of_those_allowed_is_all_there_is),
		cmocka_unit_test(test_a_turn_counts_what_it_closes_and_what_it_opens),
		cmocka_unit_test(test_cooldown_after_any_close_and_only_of_a_strategy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
