/* test_store_audit.c - what people did: kept once, in one order without a gap, found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "journal_fixture.h"
#include "store/audit.h"

static struct yq_audit_row
row(unsigned number)
{
	struct yq_audit_row r = { .id = id_of(number), .at_us = NOW + number, .recorded_us = NOW };

	SET(r.hand.who, "민수@yq");
	SET(r.hand.origin, "Console");
	SET(r.verb, "resolve");
	SET(r.outcome, "applied");
	SET(r.target, "11111111-1111-5111-8111-111111111111");
	SET(r.account_alias, "Paper");
	SET(r.before, "Unknown");
	SET(r.after, "Filled: 10 of 10 at 100");
	SET(r.reason, "seen on the broker's page");
	r.request = "{\"Kind\":\"resolve\"}";
	return r;
}

static void
add(const struct yq_audit_row *rows, size_t count, enum yq_rc *outcomes)
{
	struct yq_err err = { 0 };

	if (yq_audit_add(firebird, rows, count, outcomes, NULL, NULL, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

static struct yq_audit_list
find(const struct yq_audit_filter *filter)
{
	struct yq_audit_list list = { 0 };
	struct yq_err err = { 0 };

	if (yq_audit_find(firebird, filter, &list, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return list;
}

static void
test_a_row_comes_back_as_it_went(void **state)
{
	struct yq_audit_row in = row(1);
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list list = { 0 };
	const struct yq_audit_row *out;
	enum yq_rc outcome;

	(void)state;
	add(&in, 1, &outcome);
	assert_int_equal(outcome, YQ_OK);
	list = find(&(struct yq_audit_filter){ 0 });
	assert_int_equal(list.count, 1);
	out = &list.items[0];
	assert_string_equal(out->id.text, in.id.text);
	assert_int_equal(out->at_us, in.at_us);
	assert_int_equal(out->recorded_us, in.recorded_us);
	assert_string_equal(out->hand.who, in.hand.who);
	assert_string_equal(out->hand.origin, in.hand.origin);
	assert_string_equal(out->verb, in.verb);
	assert_string_equal(out->outcome, in.outcome);
	assert_string_equal(out->target, in.target);
	assert_string_equal(out->before, in.before);
	assert_string_equal(out->after, in.after);
	assert_string_equal(out->reason, in.reason);
}

static void
test_a_request_has_one_row_and_rows_count_without_a_gap(void **state)
{
	struct yq_audit_row rows[4] = { row(1), row(2), row(1), row(3) };
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list list = { 0 };
	enum yq_rc outcomes[4];

	(void)state;
	add(rows, 2, outcomes);
	add(rows, 4, outcomes); /* as after a commit of which nobody heard */
	assert_int_equal(outcomes[0], YQ_E_EXISTS);
	assert_int_equal(outcomes[2], YQ_E_EXISTS);
	assert_int_equal(outcomes[3], YQ_OK);
	list = find(&(struct yq_audit_filter){ 0 });
	assert_int_equal(list.count, 3);
	for (size_t i = 0; i < list.count; i++)
		assert_int_equal(list.items[i].seq, (int64_t)(list.count - i));
	assert_string_equal(list.items[0].id.text, rows[3].id.text);
}

static void
test_who_did_not_say_is_kept_too(void **state)
{
	struct yq_audit_row in = row(1);
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list list = { 0 };
	enum yq_rc outcome;

	(void)state;
	in.hand = (struct yq_hand){ 0 };
	add(&in, 1, &outcome);
	list = find(&(struct yq_audit_filter){ 0 });
	assert_string_equal(list.items[0].hand.who, "?");
}

static void
test_rows_are_found_by_what_is_asked(void **state)
{
	struct yq_audit_row rows[3] = { row(1), row(2), row(3) };
	struct {
		struct yq_audit_filter filter;
		size_t count;
	} cases[] = {
		{ { .from_us = NOW + 2 }, 2 },
		{ { .to_us = NOW + 2 }, 1 },
		{ { .target = "*" }, 1 },
		{ { .account_alias = "Paper" }, 2 },
		{ { .limit = 1 }, 1 },
	};
	enum yq_rc outcomes[3];

	(void)state;
	SET(rows[1].target, "*");
	SET(rows[1].account_alias, "");
	add(rows, 3, outcomes);
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_audit_list list = find(&cases[i].filter);

		assert_int_equal(list.count, cases[i].count);
		yq_audit_list_free(&list);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_a_row_comes_back_as_it_went),
		JOURNAL_TEST(test_a_request_has_one_row_and_rows_count_without_a_gap),
		JOURNAL_TEST(test_who_did_not_say_is_kept_too),
		JOURNAL_TEST(test_rows_are_found_by_what_is_asked),
	};

	return journal_run(argc, argv, "store_audit", tests, YQ_COUNT(tests));
}
