/* test_recheck.c - a recorded decision is proved, and what is not as it was is named. */
#include "domain_test.h"

#include <stdlib.h>

#include "console/simulate/recheck.h"

#define NOW "2026-11-23T15:00:00Z"

/* A verdict over two accounts as the order manager records it. */
struct record {
	struct yq_signal signal;
	struct yq_policy policy;
	struct yq_buf rules, verdict;
	bool carries; /* the text of the rules goes with it */
	bool kept;    /* ... and is in the archive */
};

static const char *
find_rules(void *cookie, const struct yq_id *digest)
{
	const struct record *record = cookie;
	struct yq_id own = yq_policy_digest(yq_buf_text(&record->rules), record->rules.length);

	return record->kept && yq_id_equal(&own, digest) ? yq_buf_text(&record->rules) : NULL;
}

static void
make_record(struct record *record, const char *barred)
{
	static struct yq_decision decisions[2];
	static struct yq_inputs inputs[2];
	const struct yq_decision *pointers[2] = { &decisions[0], &decisions[1] };
	struct yq_account *account = sample_account("10000", "0");

	memset(inputs, 0, sizeof(inputs));
	memset(decisions, 0, sizeof(decisions));
	record->signal = yq_signal_default();
	record->signal.id = yq_id_named("signal", 6);
	SET(record->signal.ticker, "AAPL");
	SET(record->signal.strategy, "Mean rev");
	record->signal.exchange = YQ_NASDAQ;
	record->signal.price = opt("100");
	record->signal.timestamp_us = at(NOW) - YQ_US_PER_SECOND;
	record->policy = (struct yq_policy){ .sizing = yq_sizing_default() };
	record->policy.limits.max_order_value[YQ_USD] = opt("5000");
	record->rules = yq_buf_make(YQ_POLICY_TEXT_MAX);
	record->verdict = yq_buf_make(1U << 20);
	yq_policy_write(&record->rules, &record->policy);
	inputs[0].account = yq_view_of(account, YQ_NASDAQ, "AAPL");
	inputs[0].market = (struct yq_market_facts){ .open = true, .covered = true };
	inputs[0].rules = yq_policy_digest(yq_buf_text(&record->rules), record->rules.length);
	inputs[0].rules_text = record->carries ? yq_buf_text(&record->rules) : NULL;
	assert_int_equal(yq_compose(&record->signal, &inputs[0].account, &inputs[0].market,
			     &record->policy, at(NOW), &decisions[0]),
	    YQ_OK);
	if (barred != NULL) {
		SET(decisions[1].account_alias, "Other");
		decisions[1].code = barred;
		SET(decisions[1].text, "no gateway serves it");
		yq_trace_add(
		    &decisions[1].trace, barred, false, "no gateway serves it", YQ_NO_ARGS);
	}
	yq_verdict_write(&record->verdict, pointers, inputs, barred != NULL ? 2 : 1, at(NOW));
	yq_account_free(account);
}

static void
clear_record(struct record *record)
{
	yq_buf_free(&record->rules);
	yq_buf_free(&record->verdict);
}

static enum yq_recheck_result
check(struct record *record, const char *verdict, struct yq_recheck_difference *difference)
{
	YQ_CLEANUP(yq_recheck_freep)
	struct yq_recheck *recheck = yq_recheck_make(find_rules, record);

	return yq_recheck_run(recheck, &record->signal, verdict, difference);
}

/* `verdict` with the first `from` made `to`; owned by the caller. */
static char *
changed(const struct yq_buf *verdict, const char *from, const char *to)
{
	const char *text = yq_buf_text(verdict), *place = strstr(text, from);
	struct yq_buf out = yq_buf_make(1U << 20);

	assert_non_null(place);
	yq_buf_add(&out, text, (size_t)(place - text));
	yq_buf_add_text(&out, to);
	yq_buf_add_text(&out, place + strlen(from));
	return out.data;
}

static void
test_a_decision_comes_out_as_it_was_recorded(void **unused)
{
	struct record record = { .carries = false, .kept = true };
	struct yq_recheck_difference difference;

	(void)unused;
	make_record(&record, NULL);
	assert_int_equal(
	    check(&record, yq_buf_text(&record.verdict), &difference), YQ_RECHECK_SAME);
	clear_record(&record);
}

static void
test_rules_that_a_verdict_brings_along_need_not_be_archived(void **unused)
{
	struct record record = { .carries = true, .kept = false };
	struct yq_recheck_difference difference;

	(void)unused;
	make_record(&record, NULL);
	assert_int_equal(
	    check(&record, yq_buf_text(&record.verdict), &difference), YQ_RECHECK_SAME);
	clear_record(&record);
}

static void
test_an_account_that_was_barred_does_not_hide_the_others(void **unused)
{
	struct record record = { .kept = true };
	struct yq_recheck_difference difference;

	(void)unused;
	make_record(&record, "ACCOUNT_UNKNOWN");
	assert_int_equal(
	    check(&record, yq_buf_text(&record.verdict), &difference), YQ_RECHECK_SAME);
	clear_record(&record);
}

static void
test_another_cash_is_another_decision_and_the_step_is_named(void **unused)
{
	struct record record = { .kept = true };
	struct yq_recheck_difference difference;
	char *verdict;

	(void)unused;
	make_record(&record, NULL);
	verdict = changed(&record.verdict, "\"Cash\":10000", "\"Cash\":20000");
	assert_int_equal(check(&record, verdict, &difference), YQ_RECHECK_DIFFERENT);
	assert_non_null(strstr(difference.what, "of Main, SIZE"));
	assert_non_null(strstr(difference.recorded, "10,000.00 USD"));
	assert_non_null(strstr(difference.now, "20,000.00 USD"));
	free(verdict);
	clear_record(&record);
}

static void
test_a_verdict_that_was_changed_by_a_byte_is_found(void **unused)
{
	struct record record = { .kept = true };
	struct yq_recheck_difference difference;
	char *verdict;

	(void)unused;
	make_record(&record, NULL);
	verdict = changed(&record.verdict, "Buy 10 AAPL on NASDAQ", "Buy 11 AAPL on NASDAQ");
	assert_int_equal(check(&record, verdict, &difference), YQ_RECHECK_DIFFERENT);
	assert_string_equal(difference.what, "Text");
	assert_string_equal(difference.now, "Buy 10 AAPL on NASDAQ");
	free(verdict);
	clear_record(&record);
}

static void
test_without_its_rules_nothing_is_claimed(void **unused)
{
	struct record record = { .kept = false };
	struct yq_recheck_difference difference;

	(void)unused;
	make_record(&record, NULL);
	assert_int_equal(
	    check(&record, yq_buf_text(&record.verdict), &difference), YQ_RECHECK_UNREADABLE);
	assert_non_null(strstr(difference.what, "rules"));
	clear_record(&record);
}

static void
test_what_was_never_composed_or_recorded_counts_apart(void **unused)
{
	static const char barred[] =
	    "{\"Verdict\":\"refused\",\"Code\":\"ACCOUNT_UNKNOWN\",\"Text\":\"none\","
	    "\"DecidedAt\":\"2026-11-23T15:00:00.000000Z\",\"Orders\":[],\"Steps\":[{\"Account\":"
	    "\"X\",\"Rule\":\"ACCOUNT_UNKNOWN\",\"Ok\":false,\"Text\":\"none\"}],\"Inputs\":[]}";
	static const char old[] = "{\"Verdict\":\"refused\",\"Steps\":[]}";
	struct record record = { .kept = true };
	struct yq_recheck_difference difference;

	(void)unused;
	make_record(&record, NULL);
	assert_int_equal(check(&record, barred, &difference), YQ_RECHECK_BARRED);
	assert_int_equal(check(&record, old, &difference), YQ_RECHECK_NOT_RECORDED);
	assert_int_equal(check(&record, "{", &difference), YQ_RECHECK_UNREADABLE);
	clear_record(&record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_decision_comes_out_as_it_was_recorded),
		cmocka_unit_test(test_rules_that_a_verdict_brings_along_need_not_be_archived),
		cmocka_unit_test(test_an_account_that_was_barred_does_not_hide_the_others),
		cmocka_unit_test(test_another_cash_is_another_decision_and_the_step_is_named),
		cmocka_unit_test(test_a_verdict_that_was_changed_by_a_byte_is_found),
		cmocka_unit_test(test_without_its_rules_nothing_is_claimed),
		cmocka_unit_test(test_what_was_never_composed_or_recorded_counts_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
