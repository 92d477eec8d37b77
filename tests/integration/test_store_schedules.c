/* test_store_schedules.c - schedules as people change them, on a real Firebird. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/schedule_text.h"
#include "schedule_rows.h"
#include "store/audit.h"

/* Every member is written. */
static void
assert_same(const struct yq_schedule *a, const struct yq_schedule *b)
{
	const struct yq_schedule *both[] = { a, b };
	struct yq_buf texts[2];

	for (size_t i = 0; i < 2; i++) {
		struct yq_json_writer w;

		texts[i] = yq_buf_make(4096);
		w = yq_json_writer_make(&texts[i]);
		yq_schedule_write(&w, both[i]);
	}
	assert_string_equal(yq_buf_text(&texts[0]), yq_buf_text(&texts[1]));
	yq_buf_free(&texts[0]);
	yq_buf_free(&texts[1]);
}

static void
test_what_was_added_is_read_back_equal(void **state)
{
	struct yq_schedule in = schedule(1), liquidation = schedule(2);
	struct yq_schedule_row out;
	struct yq_err err = { 0 };

	(void)state;
	assert_int_equal(change(YQ_SCHEDULE_ADD, &in, 0, &err), YQ_OK);
	out = get(1);
	assert_same(&out.schedule, &in);
	assert_int_equal(out.version, 1);
	assert_int_equal(out.done_to_us, NOW);
	assert_int_equal(out.next_at_us, 0);
	assert_string_equal(out.updated_by, "ada@here");
	liquidation.kind = YQ_SCHEDULE_LIQUIDATION;
	SET(liquidation.account_alias, "*");
	SET(liquidation.ticker, "");
	SET(liquidation.reasons, "Manual\nWebhook:*");
	liquidation.action = YQ_SELL;
	liquidation.type = YQ_TYPE_MARKET;
	liquidation.price.set = liquidation.amount.set = false;
	liquidation.when = YQ_SCHEDULE_CLOSE;
	liquidation.offset = -10;
	liquidation.minute = 0;
	liquidation.enabled = false;
	assert_int_equal(change(YQ_SCHEDULE_ADD, &liquidation, 0, &err), YQ_OK);
	out = get(2);
	assert_same(&out.schedule, &liquidation);
}

static void
test_of_two_changes_from_one_version_the_second_is_refused(void **state)
{
	struct yq_schedule s = schedule(1);
	struct yq_err err = { 0 };

	(void)state;
	add(1);
	s.minute = 601;
	assert_int_equal(change(YQ_SCHEDULE_REPLACE, &s, 1, &err), YQ_OK);
	s.minute = 602;
	assert_int_equal(change(YQ_SCHEDULE_REPLACE, &s, 1, &err), YQ_E_STATE);
	assert_non_null(strstr(err.text, "ada@here"));
	assert_int_equal(change(YQ_SCHEDULE_REMOVE, &s, 1, &err), YQ_E_STATE);
	assert_int_equal(get(1).schedule.minute, 601);
	assert_int_equal(get(1).version, 2);
	assert_int_equal(get(1).created_at_us, NOW);
	assert_int_equal(change(YQ_SCHEDULE_REMOVE, &s, 2, &err), YQ_OK);
	assert_int_equal(change(YQ_SCHEDULE_REPLACE, &s, 2, &err), YQ_E_NOT_FOUND);
}

static void
test_a_change_that_leaves_the_times_alone_loses_none_of_them(void **state)
{
	struct yq_schedule_change one = {
		.kind = YQ_SCHEDULE_REPLACE, .schedule = schedule(1), .version = 1, .verb = "edit"
	};

	(void)state;
	add(1);
	one.schedule.price = yq_opt_decimal_of(decimal("190"));
	assert_int_equal(
	    yq_schedules_change(firebird, &one, 1, &hand, "", NOW + MINUTE, NULL, NULL), YQ_OK);
	assert_int_equal(get(1).done_to_us, NOW);
	one.schedule.minute++;
	one.version = 2;
	assert_int_equal(
	    yq_schedules_change(firebird, &one, 1, &hand, "", NOW + MINUTE, NULL, NULL), YQ_OK);
	assert_int_equal(get(1).done_to_us, NOW + MINUTE);
}

static void
test_all_changes_are_made_or_none_and_each_is_audited(void **state)
{
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list list = { 0 };
	struct yq_schedule_change changes[3] = { { .verb = "import" }, { .verb = "import" },
		{ .verb = "import" } };
	YQ_CLEANUP(yq_schedule_list_free) struct yq_schedule_list schedules = { 0 };
	struct yq_err err = { 0 };
	size_t index = 9;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		changes[i].schedule = schedule(i + 1);
	SET(changes[2].schedule.name, "NUMBER 1"); /* the same in another case */
	assert_int_equal(
	    yq_schedules_change(firebird, changes, 3, &hand, "", NOW, &index, &err), YQ_E_EXISTS);
	assert_int_equal(index, 2);
	assert_int_equal(yq_schedules_list(firebird, &schedules, &err), YQ_OK);
	assert_int_equal(schedules.count, 0);
	SET(changes[2].schedule.name, "A first one");
	assert_int_equal(
	    yq_schedules_change(firebird, changes, 3, &hand, "", NOW, &index, &err), YQ_OK);
	assert_int_equal(yq_schedules_list(firebird, &schedules, &err), YQ_OK);
	assert_int_equal(schedules.count, 3);
	assert_string_equal(schedules.items[0].schedule.name, "A first one");
	assert_int_equal(
	    yq_audit_find(firebird, &(struct yq_audit_filter){ 0 }, &list, &err), YQ_OK);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0].verb, "schedule");
	assert_string_equal(list.items[0].target, "A first one");
	assert_string_equal(list.items[0].hand.who, "ada@here");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_what_was_added_is_read_back_equal),
		JOURNAL_TEST(test_of_two_changes_from_one_version_the_second_is_refused),
		JOURNAL_TEST(test_a_change_that_leaves_the_times_alone_loses_none_of_them),
		JOURNAL_TEST(test_all_changes_are_made_or_none_and_each_is_audited),
	};

	return journal_run(argc, argv, "store_schedules", tests, YQ_COUNT(tests));
}
