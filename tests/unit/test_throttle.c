/* test_throttle.c - a broker's limit of calls is kept, and what matters goes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "broker/throttle.h"

#define SECOND INT64_C(1000000000)
#define START  (INT64_C(1000) * SECOND)

static void
test_no_window_sees_more_than_burst_and_rate(void **unused)
{
	enum { RATE = 10, BURST = 5, STEPS = 20000 };
	struct yq_throttle t = yq_throttle_make(RATE, BURST, START);
	static int64_t taken[STEPS];
	int64_t now = START;
	size_t count = 0;

	(void)unused;
	srand(11);
	for (int i = 0; i < STEPS; i++) {
		now += rand() % (SECOND / 20);
		if (yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now))
			taken[count++] = now;
	}
	assert_true(count > (size_t)((now - START) / SECOND * RATE * 9 / 10));
	for (size_t i = 0; i + BURST + RATE < count; i++)
		assert_true(taken[i + BURST + RATE] - taken[i] >= SECOND);
}

static void
test_without_a_limit_everything_goes(void **unused)
{
	struct yq_throttle t = yq_throttle_make(0, 0, START);

	(void)unused;
	for (int i = 0; i < 100000; i++)
		assert_true(yq_throttle_take(&t, YQ_CALL_POLL, 3, START));
	assert_int_equal(yq_throttle_wait_ns(&t, START), 0);
}

static void
test_who_asks_once_a_second_is_not_starved_by_who_asks_all_the_time(void **unused)
{
	struct yq_throttle t = yq_throttle_make(4, 1, START);
	int64_t asked = START;
	int polls = 0;

	(void)unused;
	for (int64_t now = START; now < START + 120 * SECOND; now += SECOND / 20) {
		(void)yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now);
		if (now - asked < SECOND + SECOND / 1000)
			continue;
		asked = now;
		polls += yq_throttle_take(&t, YQ_CALL_POLL, 1, now);
	}
	assert_true(polls >= 5);
}

static void
test_a_cancel_goes_before_an_order_and_an_order_before_a_question(void **unused)
{
	struct yq_throttle t = yq_throttle_make(1, 1, START);
	int64_t now = START;

	(void)unused;
	assert_true(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now));
	assert_false(yq_throttle_take(&t, YQ_CALL_POLL, 1, now));
	assert_false(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now));
	assert_false(yq_throttle_take(&t, YQ_CALL_CANCEL, 1, now));
	assert_int_equal(yq_throttle_wait_ns(&t, now), SECOND);
	now += SECOND - 1;
	assert_false(yq_throttle_take(&t, YQ_CALL_POLL, 1, now));
	assert_false(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now));
	assert_false(yq_throttle_take(&t, YQ_CALL_CANCEL, 1, now));
	now += 1; /* there is one again: it is the cancel's, whoever asks first */
	assert_false(yq_throttle_take(&t, YQ_CALL_POLL, 1, now));
	assert_false(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now));
	assert_true(yq_throttle_take(&t, YQ_CALL_CANCEL, 1, now));
	now += SECOND - 1;
	assert_false(yq_throttle_take(&t, YQ_CALL_POLL, 1, now));
	assert_false(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now));
	now += 1;
	assert_false(yq_throttle_take(&t, YQ_CALL_POLL, 1, now));
	assert_true(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now));
}

static void
test_who_gave_up_holds_up_nobody(void **unused)
{
	struct yq_throttle t = yq_throttle_make(1, 1, START);

	(void)unused;
	assert_true(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, START));
	assert_false(yq_throttle_take(&t, YQ_CALL_CANCEL, 1, START));
	assert_true(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, START + SECOND));
}

/* Orders without end: the questions that find lost fills must come through now and then. */
static void
test_questions_do_not_starve_behind_orders(void **unused)
{
	struct yq_throttle t = yq_throttle_make(10, 1, START);
	unsigned orders = 0, questions = 0;

	(void)unused;
	for (int64_t now = START; now < START + 60 * SECOND; now += SECOND / 100) {
		orders += yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, now);
		questions += yq_throttle_take(&t, YQ_CALL_POLL, 1, now);
	}
	assert_in_range(questions, 5, 6);
	assert_in_range(orders + questions, 595, 601);
}

static void
test_more_than_the_burst_is_paid_for_afterwards(void **unused)
{
	struct yq_throttle t = yq_throttle_make(2, 2, START);

	(void)unused;
	assert_true(yq_throttle_take(&t, YQ_CALL_POLL, 4, START));
	assert_false(yq_throttle_take(&t, YQ_CALL_POLL, 1, START));
	assert_int_equal(yq_throttle_wait_ns(&t, START), 3 * SECOND / 2);
	assert_true(yq_throttle_take(&t, YQ_CALL_POLL, 1, START + 3 * SECOND / 2));
}

static void
test_time_that_stands_or_leaps_gives_nothing_extra(void **unused)
{
	struct yq_throttle t = yq_throttle_make(1, 2, START);

	(void)unused;
	assert_true(yq_throttle_take(&t, YQ_CALL_SUBMIT, 2, START));
	assert_false(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, START - SECOND));
	assert_false(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, START));
	assert_true(yq_throttle_take(&t, YQ_CALL_SUBMIT, 2, INT64_MAX));
	assert_false(yq_throttle_take(&t, YQ_CALL_SUBMIT, 1, INT64_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_window_sees_more_than_burst_and_rate),
		cmocka_unit_test(test_without_a_limit_everything_goes),
		cmocka_unit_test(
		    test_who_asks_once_a_second_is_not_starved_by_who_asks_all_the_time),
		cmocka_unit_test(test_a_cancel_goes_before_an_order_and_an_order_before_a_question),
		cmocka_unit_test(test_who_gave_up_holds_up_nobody),
		cmocka_unit_test(test_questions_do_not_starve_behind_orders),
		cmocka_unit_test(test_more_than_the_burst_is_paid_for_afterwards),
		cmocka_unit_test(test_time_that_stands_or_leaps_gives_nothing_extra),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
