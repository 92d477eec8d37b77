/* test_store_runs.c - runs of schedules are claimed once and move on only from where they were
 * read, on a real Firebird. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schedule_rows.h"
#include "store/leases.h"
#include "store/orders.h"

#define COLOR	 "color"
#define ORDER_ID 900

static struct yq_run
run_of(unsigned number, enum yq_run_state run_state, const char *owner)
{
	struct yq_run run = { .schedule_id = id_of(number),
		.due_at_us = DUE,
		.schedule_name = "Number",
		.schedule_version = 1,
		.run_date = 20261123,
		.state = run_state,
		.open_since_us = DUE };

	SET(run.owner, owner);
	if (run_state == YQ_RUN_CLAIMED || run_state == YQ_RUN_SENDING)
		run.claimed_at_us = DUE + 5;
	else
		run.settled_at_us = DUE + 5;
	return run;
}

static struct yq_run_order
order_of(unsigned number)
{
	struct yq_run_order order = { .id = id_of(ORDER_ID + number), .ordered_at_us = DUE + 5 };

	SET(order.alias, "Paper");
	SET(order.ticker, "AAPL");
	SET(order.payload, "{\"Id\":1}");
	return order;
}

static struct yq_run_claim
claim_of(unsigned number, const struct yq_run *run)
{
	return (struct yq_run_claim){ .schedule_id = id_of(number),
		.version = 1,
		.done_before_us = NOW,
		.done_to_us = DUE,
		.next_at_us = DUE + 1000 * MINUTE,
		.run_count = 1,
		.runs = { *run } };
}

static bool
claim(struct yq_run_claim *claim, const char *color)
{
	struct yq_run_writes writes = { .color = color, .claims = claim, .claim_count = 1 };
	struct yq_err err = { 0 };

	if (yq_schedule_write_runs(firebird, &writes, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return claim->claimed;
}

static struct yq_schedule_look
look(int64_t now_us)
{
	struct yq_schedule_look found = { .now_us = now_us };
	struct yq_err err = { 0 };

	if (yq_schedule_look(firebird, &found, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return found;
}

static enum yq_run_state
state_of(unsigned number)
{
	struct yq_run run;
	struct yq_id id = id_of(number);

	assert_int_equal(yq_runs_get(firebird, &id, DUE, &run, NULL), YQ_OK);
	return run.state;
}

static void
test_a_time_is_claimed_once_by_whoever_comes_first(void **state)
{
	struct yq_run run = run_of(1, YQ_RUN_SENDING, "blue");
	struct yq_run_order order = order_of(1);
	struct yq_run_claim first, second;
	struct yq_schedule_look found;

	(void)state;
	add(1);
	found = look(NOW);
	assert_int_equal(found.due_count, 1); /* not planned yet */
	yq_schedule_look_clear(&found);
	first = claim_of(1, &run);
	first.order = &order;
	second = claim_of(1, &run);
	assert_true(claim(&first, ""));
	assert_false(claim(&second, "")); /* the cursor has moved */
	second.done_before_us = DUE;
	second.done_to_us = DUE + 1;
	assert_false(claim(&second, "")); /* so has it again, and the time is taken */
	assert_int_equal(get(1).done_to_us, DUE + 1);
	found = look(DUE);
	assert_int_equal(found.due_count, 0);
	assert_int_equal(found.next_at_us, DUE + 1000 * MINUTE);
	assert_int_equal(found.open_count, 1);
	assert_string_equal(found.open[0].run.owner, "blue");
	assert_true(found.open[0].has_schedule);
	assert_int_equal(found.open[0].order_count, 1);
	assert_string_equal(found.open[0].orders[0].payload, "{\"Id\":1}");
	assert_false(found.open[0].orders[0].archived);
	yq_schedule_look_clear(&found);
}

static void
test_a_date_runs_once_though_the_calendar_moves_its_time(void **state)
{
	struct yq_run run = run_of(1, YQ_RUN_CLAIMED, "-");
	struct yq_run_claim first, later;

	(void)state;
	add(1);
	first = claim_of(1, &run);
	assert_true(claim(&first, ""));
	run.due_at_us = DUE + 30 * MINUTE;
	later = claim_of(1, &run);
	later.done_before_us = DUE;
	later.done_to_us = run.due_at_us;
	assert_false(claim(&later, ""));
	assert_int_equal(get(1).done_to_us, run.due_at_us);
}

static void
test_a_schedule_that_was_changed_or_disabled_is_not_claimed(void **state)
{
	struct yq_run run = run_of(1, YQ_RUN_CLAIMED, "-");
	struct yq_run_claim one = claim_of(1, &run);
	struct yq_schedule s = schedule(1);

	(void)state;
	add(1);
	assert_int_equal(change(YQ_SCHEDULE_REPLACE, &s, 1, NULL), YQ_OK);
	assert_false(claim(&one, ""));
	s.enabled = false;
	assert_int_equal(change(YQ_SCHEDULE_REPLACE, &s, 2, NULL), YQ_OK);
	one.version = 3;
	assert_false(claim(&one, ""));
}

static void
test_only_the_active_color_claims_and_nobody_is_promoted_meanwhile(void **state)
{
	struct yq_run run = run_of(1, YQ_RUN_CLAIMED, "blue");
	struct yq_run_claim one = claim_of(1, &run);
	struct yq_run_writes writes = { .color = "green", .claims = &one, .claim_count = 1 };
	struct yq_lease lease;
	struct yq_firebird *other = fixture_open(&target);
	struct yq_tx *tx = NULL;
	const struct yq_tx_options no_wait = { .no_wait = true };
	struct yq_err err = { 0 };

	(void)state;
	add(1);
	assert_int_equal(yq_lease_acquire(firebird, COLOR, "blue", NOW, 0, &lease, NULL), YQ_OK);
	assert_int_equal(yq_schedule_write_runs(firebird, &writes, &err), YQ_OK);
	assert_true(writes.inactive);
	assert_false(one.claimed);
	/* while one claims, another cannot be promoted, and while one is, nobody claims */
	assert_int_equal(yq_tx_begin(other, &no_wait, &tx, &err), YQ_OK);
	assert_int_equal(yq_lease_hold(tx, COLOR, &lease, &err), YQ_OK);
	assert_string_equal(lease.owner, "blue");
	assert_int_equal(
	    yq_lease_promote(firebird, COLOR, "green", 1, NOW, 0, &lease, &err), YQ_E_RETRY);
	writes.color = "blue";
	assert_int_equal(yq_schedule_write_runs(firebird, &writes, &err), YQ_E_RETRY);
	yq_tx_end(tx);
	assert_int_equal(yq_schedule_write_runs(firebird, &writes, &err), YQ_OK);
	assert_true(one.claimed);
	assert_false(writes.inactive);
	yq_firebird_close(other);
}

static void
test_what_was_skipped_unclaimed_may_be_claimed_when_the_clock_is_set_back(void **state)
{
	struct yq_run skipped = run_of(1, YQ_RUN_SKIPPED, "-");
	struct yq_run run = run_of(1, YQ_RUN_CLAIMED, "-");
	struct yq_run_claim first = claim_of(1, &skipped), again = claim_of(1, &run);

	(void)state;
	add(1);
	SET(first.runs[0].outcome, "late");
	assert_true(claim(&first, ""));
	assert_string_equal(get(1).last_outcome, "late");
	again.done_before_us = DUE;
	assert_true(claim(&again, ""));
	assert_int_equal(state_of(1), YQ_RUN_CLAIMED);
	assert_false(claim(&again, "")); /* once */
}

static struct yq_run_move
move_of(const struct yq_run *from, enum yq_run_state to)
{
	struct yq_run_move move = {
		.run = *from, .state_before = from->state, .needs_active = true
	};

	memcpy(move.owner_before, from->owner, sizeof(from->owner));
	move.run.state = to;
	return move;
}

static bool
moved(struct yq_run_move *move)
{
	struct yq_run_writes writes = { .color = "", .moves = move, .move_count = 1 };
	struct yq_err err = { 0 };

	if (yq_schedule_write_runs(firebird, &writes, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return move->moved;
}

static void
test_a_run_moves_on_only_from_where_it_was_read(void **state)
{
	struct yq_run run = run_of(1, YQ_RUN_CLAIMED, "blue");
	struct yq_run_claim one = claim_of(1, &run);
	struct yq_run_order orders[2] = { order_of(1), order_of(2) };
	struct yq_run_move taken, late, done;
	struct yq_run found;

	(void)state;
	add(1);
	assert_true(claim(&one, ""));
	/* green takes over what blue has claimed, and blue finds out */
	taken = move_of(&run, YQ_RUN_SENDING);
	SET(taken.run.owner, "green");
	taken.orders = orders;
	taken.order_count = 2;
	late = move_of(&run, YQ_RUN_SENDING);
	assert_true(moved(&taken));
	assert_false(moved(&late));
	done = move_of(&taken.run, YQ_RUN_SUBMITTED);
	done.run.settled_at_us = DUE + 7;
	done.run.open_since_us = 0;
	done.run.order_count = 2;
	done.first_order_id = orders[0].id;
	SET(done.run.outcome, "2 orders");
	assert_true(moved(&done));
	assert_false(moved(&done));
	assert_string_equal(get(1).last_outcome, "2 orders");
	assert_string_equal(get(1).last_order_id.text, orders[0].id.text);
	assert_int_equal(get(1).last_run_at_us, DUE + 7);
	assert_int_equal(get(1).version, 1); /* nobody changed the schedule */
	assert_int_equal(yq_runs_of_order(firebird, &orders[1].id, &found, NULL), YQ_OK);
	assert_string_equal(found.owner, "green");
	assert_int_equal(found.due_at_us, DUE);
	assert_int_equal(
	    yq_runs_of_order(firebird, &run.schedule_id, &found, NULL), YQ_E_NOT_FOUND);
}

static void
test_what_is_told_is_over_unless_it_moved_on(void **state)
{
	struct yq_run run = run_of(1, YQ_RUN_SKIPPED, "-");
	struct yq_run_claim one = claim_of(1, &run);
	struct yq_run_told told = { .schedule_id = id_of(1), .due_at_us = DUE };
	struct yq_run_writes writes = { .color = "", .told = &told, .told_count = 1 };
	struct yq_schedule_look found;

	(void)state;
	add(1);
	assert_true(claim(&one, ""));
	told.state = YQ_RUN_FAILED;
	assert_int_equal(yq_schedule_write_runs(firebird, &writes, NULL), YQ_OK);
	found = look(DUE);
	assert_int_equal(found.open_count, 1);
	yq_schedule_look_clear(&found);
	told.state = YQ_RUN_SKIPPED;
	assert_int_equal(yq_schedule_write_runs(firebird, &writes, NULL), YQ_OK);
	found = look(DUE);
	assert_int_equal(found.open_count, 0);
	yq_schedule_look_clear(&found);
}

static void
test_an_order_in_the_archive_was_sent(void **state)
{
	struct yq_run run = run_of(1, YQ_RUN_SENDING, "-");
	struct yq_run_order order = order_of(1);
	struct yq_run_claim one = claim_of(1, &run);
	struct yq_order_row row = { .order = yq_order_default() };
	struct yq_schedule_look found;
	enum yq_rc outcome;

	(void)state;
	add(1);
	one.order = &order;
	assert_true(claim(&one, ""));
	row.order.id = order.id;
	SET(row.order.account_alias, "Paper");
	SET(row.order.ticker, "AAPL");
	SET(row.order.buy_reason, "Schedule");
	row.order.currency = YQ_USD;
	row.order.type = YQ_TYPE_MARKET;
	row.order.qty = decimal("1");
	row.order.timestamp_us = NOW;
	assert_int_equal(yq_orders_save(firebird, &row, 1, &outcome, NULL, NULL, NULL), YQ_OK);
	assert_int_equal(outcome, YQ_OK);
	found = look(DUE);
	assert_true(found.open[0].orders[0].archived);
	yq_schedule_look_clear(&found);
}

static void
test_a_person_may_ask_for_runs_again_and_again(void **state)
{
	struct yq_schedule s = schedule(1);
	struct yq_schedule_change one = {
		.kind = YQ_SCHEDULE_RUN, .schedule = s, .version = 1, .verb = "run"
	};
	struct yq_schedule_look found;

	(void)state;
	add(1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    yq_schedules_change(firebird, &one, 1, &hand, "", NOW + i, NULL, NULL), YQ_OK);
	found = look(DUE);
	assert_int_equal(found.open_count, 3);
	assert_int_equal(found.open[0].run.state, YQ_RUN_CLAIMED);
	assert_string_equal(found.open[0].run.owner, "");
	assert_true(found.open[0].run.run_date < 0);
	yq_schedule_look_clear(&found);
}

static void
test_a_row_that_cannot_be_read_holds_up_no_other(void **state)
{
	struct yq_tx *tx = NULL;
	struct yq_schedule_look found;
	char last[32];

	(void)state;
	/* More than one look takes, and one that is as it should be. */
	for (unsigned i = 1; i <= YQ_LOOK_DUE_MAX + 2; i++)
		add(i);
	yq_str_format(last, sizeof(last), "Number %d", YQ_LOOK_DUE_MAX + 2);
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(
	    yq_tx_exec(tx,
		"UPDATE SCHEDULED_ORDERS SET NAME = RPAD(NAME, 100, 'x') WHERE NAME <> :LAST",
		(const struct yq_param[]){ yq_param_text("LAST", last) }, 1, NULL, NULL),
	    YQ_OK);
	/* Those stand before it. */
	assert_int_equal(
	    yq_tx_exec(tx, "UPDATE SCHEDULED_ORDERS SET NEXT_AT_US = 1 WHERE NAME = :LAST",
		(const struct yq_param[]){ yq_param_text("LAST", last) }, 1, NULL, NULL),
	    YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
	yq_tx_end(tx);
	found = look(NOW);
	assert_int_equal(found.due_count, 1);
	assert_string_equal(found.due[0].schedule.name, last);
	assert_non_null(strstr(found.fault, "NAME"));
	yq_schedule_look_clear(&found);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_a_time_is_claimed_once_by_whoever_comes_first),
		JOURNAL_TEST(test_a_date_runs_once_though_the_calendar_moves_its_time),
		JOURNAL_TEST(test_a_schedule_that_was_changed_or_disabled_is_not_claimed),
		JOURNAL_TEST(test_only_the_active_color_claims_and_nobody_is_promoted_meanwhile),
		JOURNAL_TEST(
		    test_what_was_skipped_unclaimed_may_be_claimed_when_the_clock_is_set_back),
		JOURNAL_TEST(test_a_run_moves_on_only_from_where_it_was_read),
		JOURNAL_TEST(test_what_is_told_is_over_unless_it_moved_on),
		JOURNAL_TEST(test_an_order_in_the_archive_was_sent),
		JOURNAL_TEST(test_a_person_may_ask_for_runs_again_and_again),
		JOURNAL_TEST(test_a_row_that_cannot_be_read_holds_up_no_other),
	};

	return journal_run(argc, argv, "store_runs", tests, YQ_COUNT(tests));
}
