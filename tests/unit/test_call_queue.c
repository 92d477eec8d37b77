/* test_call_queue.c - who waits for a broker, and for how long at most. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "broker/call_queue.h"

#define MS	    INT64_C(1000000)
#define SECOND	    (1000 * MS)
#define START	    (INT64_C(1000) * SECOND)
#define FAR	    (START * 1000)
#define CANCEL	    YQ_CALL_PRIORITY_CANCEL
#define ORDER	    YQ_CALL_PRIORITY_ORDER
#define PRICE	    YQ_CALL_PRIORITY_PRICE
#define KIS_CALLS   18
#define KIS_RESERVE 4

static const struct yq_call_limits kis = {
	.calls_max = KIS_CALLS, .window_ms = 1000, .burst = 8, .reserve = KIS_RESERVE
};

static struct yq_queued *
add(struct yq_call_party *party, enum yq_call_priority priority, int64_t now_ns)
{
	return yq_call_queue_add(party, priority, now_ns, FAR, NULL);
}

/* Start all that may be at this moment, and have it answered at once. */
static size_t
start_all(struct yq_call_queue *queue, int64_t now_ns)
{
	struct yq_queued *call;
	size_t count = 0;

	while ((call = yq_call_queue_start(queue, now_ns)) != NULL) {
		yq_call_queue_remove(call);
		count++;
	}
	return count;
}

static void
take_back_all(struct yq_call_party *party)
{
	while (yq_call_queue_of(party) != NULL)
		yq_call_queue_remove(yq_call_queue_of(party));
}

static void
test_a_poll_is_not_starved_by_orders_that_never_end(void **state)
{
	struct yq_call_limits one = { .calls_max = 1, .window_ms = 1000 };
	struct yq_call_queue *queue = yq_call_queue_make(&one, START);
	struct yq_call_party *party = yq_call_queue_join(queue);
	struct yq_queued *poll = add(party, PRICE, START);
	int64_t now, since = START;
	int polls = 0;

	(void)state;
	for (now = START; now < START + 600 * SECOND; now += 100 * MS) {
		struct yq_queued *call;

		(void)add(party, ORDER, now);
		(void)add(party, CANCEL, now);
		call = yq_call_queue_start(queue, now);
		if (call == NULL)
			continue;
		if (call == poll) {
			assert_true(now - since >= YQ_CALL_PATIENCE_NS);
			assert_true(now - since <= YQ_CALL_PATIENCE_NS + 3 * SECOND);
			since = now;
			polls++;
		}
		yq_call_queue_remove(call);
		if (call == poll)
			poll = add(party, PRICE, now);
	}
	assert_true(polls >= 45);
	take_back_all(party);
	yq_call_queue_leave(party);
	yq_call_queue_free(queue);
}

static void
test_questions_share_what_is_too_little_for_all(void **state)
{
	enum { ACCOUNTS = 20, KINDS = YQ_CALL_PRIORITY_COUNT - YQ_CALL_PRIORITY_FIND };
	struct yq_call_queue *queue = yq_call_queue_make(&kis, START);
	struct yq_call_party *parties[ACCOUNTS];
	static int64_t asked_ns[ACCOUNTS][KINDS];

	(void)state;
	for (int i = 0; i < ACCOUNTS; i++) {
		parties[i] = yq_call_queue_join(queue);
		for (int k = 0; k < KINDS; k++)
			(void)!yq_call_queue_add(parties[i],
			    (enum yq_call_priority)(YQ_CALL_PRIORITY_FIND + k), START, FAR,
			    &asked_ns[i][k]);
	}
	for (int64_t now = START; now < START + 60 * SECOND; now += 5 * MS) {
		struct yq_queued *call = yq_call_queue_start(queue, now);
		int64_t *asked;
		ptrdiff_t place;

		if (call == NULL)
			continue;
		asked = yq_call_queue_owner(call);
		place = asked - asked_ns[0];
		/* 60 of them at 14 a second: no account waits much longer, for whatever */
		assert_true(now - (*asked == 0 ? START : *asked) <= 6 * SECOND);
		*asked = now;
		yq_call_queue_remove(call);
		(void)!yq_call_queue_add(parties[place / KINDS],
		    (enum yq_call_priority)(YQ_CALL_PRIORITY_FIND + place % KINDS), now, FAR,
		    asked);
	}
	for (int i = 0; i < ACCOUNTS; i++) {
		take_back_all(parties[i]);
		yq_call_queue_leave(parties[i]);
	}
	yq_call_queue_free(queue);
}

static void
test_what_is_urgent_finds_room_however_much_is_asked_about(void **state)
{
	struct yq_call_queue *queue = yq_call_queue_make(&kis, START);
	struct yq_call_party *party = yq_call_queue_join(queue);
	size_t polls = 0;

	(void)state;
	for (int i = 0; i < 400; i++)
		(void)add(party, PRICE, START);
	for (int64_t now = START; now < START + 10 * SECOND; now += 7 * MS) {
		polls += start_all(queue, now);
		if (now < START + 2 * SECOND || (now - START) % (630 * MS) != 0)
			continue;
		/* any time, at once, and some of them */
		for (int i = 0; i < KIS_RESERVE; i++)
			(void)add(party, i % 2 == 0 ? CANCEL : ORDER, now);
		assert_true(start_all(queue, now) >= KIS_RESERVE);
	}
	assert_true(polls > (KIS_CALLS - KIS_RESERVE) * 7);
	take_back_all(party);
	yq_call_queue_leave(party);
	yq_call_queue_free(queue);
}

static void
test_the_whole_rate_is_used(void **state)
{
	struct yq_call_queue *queue = yq_call_queue_make(&kis, START);
	struct yq_call_party *party = yq_call_queue_join(queue);
	size_t orders = 0;

	(void)state;
	for (int i = 0; i < 4000; i++)
		(void)add(party, ORDER, START);
	for (int64_t now = START; now < START + 100 * SECOND; now += MS)
		orders += start_all(queue, now);
	assert_true(orders >= KIS_CALLS * 99);
	assert_true(orders <= KIS_CALLS * 100);
	take_back_all(party);
	yq_call_queue_leave(party);
	yq_call_queue_free(queue);
}

static void
test_questions_without_an_answer_leave_room_for_orders(void **state)
{
	struct yq_call_limits limits = { .in_flight_max = 4, .reserve = 2 };
	struct yq_call_queue *queue = yq_call_queue_make(&limits, START);
	struct yq_call_party *party = yq_call_queue_join(queue);
	struct yq_queued *calls[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		(void)add(party, PRICE, START);
	calls[0] = yq_call_queue_start(queue, START);
	calls[1] = yq_call_queue_start(queue, START);
	assert_non_null(calls[1]);
	assert_null(yq_call_queue_start(queue, START));
	(void)add(party, ORDER, START);
	(void)add(party, CANCEL, START);
	(void)add(party, CANCEL, START);
	calls[2] = yq_call_queue_start(queue, START);
	calls[3] = yq_call_queue_start(queue, START);
	assert_non_null(calls[3]);
	assert_null(yq_call_queue_start(queue, START));
	/* an answer is what makes room */
	assert_true(yq_call_queue_next_ns(queue, START) > START);
	yq_call_queue_remove(calls[0]);
	assert_true(yq_call_queue_next_ns(queue, START) <= START);
	calls[0] = yq_call_queue_start(queue, START);
	assert_non_null(calls[0]);
	take_back_all(party);
	for (int i = 0; i < 4; i++)
		yq_call_queue_remove(calls[i]);
	yq_call_queue_leave(party);
	yq_call_queue_free(queue);
}

static void
test_after_a_pause_one_goes_first_and_no_burst(void **state)
{
	struct yq_call_queue *queue = yq_call_queue_make(&kis, START);
	struct yq_call_party *party = yq_call_queue_join(queue);

	(void)state;
	for (int i = 0; i < 40; i++)
		(void)add(party, ORDER, START);
	yq_call_queue_pause(queue, START, START + 3 * SECOND);
	yq_call_queue_pause(queue, START, START + SECOND); /* shortens nothing */
	assert_int_equal(yq_call_queue_next_ns(queue, START), START + 3 * SECOND);
	assert_int_equal(start_all(queue, START + 3 * SECOND - 1), 0);
	assert_int_equal(start_all(queue, START + 3 * SECOND), 1);
	assert_int_equal(start_all(queue, START + 3 * SECOND + 50 * MS), 0);
	assert_int_equal(start_all(queue, START + 3 * SECOND + 56 * MS), 1);
	take_back_all(party);
	yq_call_queue_leave(party);
	yq_call_queue_free(queue);
}

static void
test_a_call_whose_time_is_over_is_not_started(void **state)
{
	struct yq_call_limits none = { 0 };
	struct yq_call_queue *queue = yq_call_queue_make(&none, START);
	struct yq_call_party *party = yq_call_queue_join(queue);
	struct yq_queued *late, *later;

	(void)state;
	later = yq_call_queue_add(party, PRICE, START, START + 2 * SECOND, NULL);
	late = yq_call_queue_add(party, CANCEL, START, START + SECOND, NULL);
	assert_null(yq_call_queue_overdue(queue, START + SECOND - 1));
	assert_ptr_equal(yq_call_queue_overdue(queue, START + SECOND), late);
	assert_null(yq_call_queue_start(queue, START + SECOND));
	yq_call_queue_remove(late);
	assert_null(yq_call_queue_overdue(queue, START + SECOND));
	assert_ptr_equal(yq_call_queue_start(queue, START + SECOND), later);
	yq_call_queue_remove(later);
	yq_call_queue_leave(party);
	yq_call_queue_free(queue);
}

static void
test_the_slowest_limit_is_kept_too(void **state)
{
	/* once a minute, whatever is reserved and however large the burst */
	struct yq_call_limits slow = { 1, 60000, 9, 0, 9 };
	struct yq_call_queue *queue = yq_call_queue_make(&slow, START);
	struct yq_call_party *party = yq_call_queue_join(queue);

	(void)state;
	for (int i = 0; i < 3; i++)
		(void)add(party, PRICE, START);
	assert_int_equal(start_all(queue, START), 1);
	assert_int_equal(start_all(queue, START + 60 * SECOND - 1), 0);
	assert_int_equal(start_all(queue, START + 60 * SECOND), 1);
	take_back_all(party);
	yq_call_queue_leave(party);
	yq_call_queue_free(queue);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_poll_is_not_starved_by_orders_that_never_end),
		cmocka_unit_test(test_questions_share_what_is_too_little_for_all),
		cmocka_unit_test(test_what_is_urgent_finds_room_however_much_is_asked_about),
		cmocka_unit_test(test_the_whole_rate_is_used),
		cmocka_unit_test(test_questions_without_an_answer_leave_room_for_orders),
		cmocka_unit_test(test_after_a_pause_one_goes_first_and_no_burst),
		cmocka_unit_test(test_a_call_whose_time_is_over_is_not_started),
		cmocka_unit_test(test_the_slowest_limit_is_kept_too),
	};

	return cmocka_run_group_tests_name("call_queue", tests, NULL, NULL);
}
