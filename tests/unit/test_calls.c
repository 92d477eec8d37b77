/* test_calls.c - a turn comes once, from the loop, or is told not to come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"
#include "broker/calls.h"

#define ASKED_MAX 8192

struct asked {
	struct scene *scene;
	struct yq_turn *turn; /* begun, not done */
	enum yq_rc rc;
	int told;
	size_t place; /* in the order in which they were told */
};

struct scene {
	uv_loop_t loop;
	struct yq_calls *calls;
	struct yq_caller *callers[2];
	struct asked asked[ASKED_MAX];
	size_t count, told, wanted;
	bool inside;	 /* of a starter */
	bool ask_in_end; /* once */
	bool done_at_once;
};

static void
start(struct scene *s, const struct yq_call_limits *limits)
{
	s->count = s->told = s->wanted = 0;
	s->inside = s->ask_in_end = s->done_at_once = false;
	uv_loop_init(&s->loop);
	s->calls = yq_calls_make(&s->loop, yq_clock_system(), limits);
	for (int i = 0; i < 2; i++)
		s->callers[i] = yq_caller_make(s->calls);
}

static void
stop(struct scene *s)
{
	for (int i = 0; i < 2; i++)
		yq_caller_free(s->callers[i]);
	for (size_t i = 0; i < s->count; i++)
		assert_int_equal(s->asked[i].told, 1);
	yq_calls_free(s->calls);
	for (size_t i = 0; i < s->count; i++)
		if (s->asked[i].turn != NULL)
			yq_turn_done(s->asked[i].turn);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0); /* nothing is left behind */
}

static struct yq_turn *ask(
    struct scene *s, int caller, enum yq_call_priority priority, uint32_t wait_ms);

static void
on_turn(void *cookie, enum yq_rc rc, struct yq_turn *turn, const struct yq_err *err)
{
	struct asked *asked = cookie;
	struct scene *s = asked->scene;

	assert_false(s->inside);
	assert_int_equal((turn != NULL), (rc == YQ_OK));
	assert_int_equal((err == NULL), (rc == YQ_OK));
	assert_true(err == NULL || (err->rc == rc && err->text[0] != '\0'));
	asked->rc = rc;
	asked->told++;
	asked->turn = turn;
	asked->place = s->told++;
	if (s->told == s->wanted)
		uv_stop(&s->loop);
	if (s->ask_in_end) {
		s->ask_in_end = false;
		(void)ask(s, 0, YQ_CALL_PRIORITY_ORDER, 10000);
	}
	if (turn != NULL && s->done_at_once) {
		asked->turn = NULL;
		yq_turn_done(turn);
	}
}

static struct yq_turn *
ask(struct scene *s, int caller, enum yq_call_priority priority, uint32_t wait_ms)
{
	struct asked *asked = &s->asked[s->count++];
	struct yq_turn *turn;

	*asked = (struct asked){ .scene = s };
	s->inside = true;
	turn = yq_calls_ask(s->callers[caller], priority, wait_ms, on_turn, asked);
	s->inside = false;
	return turn;
}

static void
on_patience(uv_timer_t *timer)
{
	fail_msg("still not told");
	(void)timer;
}

static void
run_until(struct scene *s, size_t told)
{
	uv_timer_t patience;

	uv_timer_init(&s->loop, &patience);
	uv_timer_start(&patience, on_patience, 20000, 0);
	s->wanted = told;
	if (s->told < told)
		uv_run(&s->loop, UV_RUN_DEFAULT);
	s->wanted = 0;
	uv_close((uv_handle_t *)&patience, NULL);
	uv_run(&s->loop, UV_RUN_NOWAIT);
}

static const struct yq_call_limits free_of_limits = { 0 };
static const struct yq_call_limits one_at_a_time = { .in_flight_max = 1 };

static struct scene scene;

static void
test_the_most_urgent_of_what_was_asked_together_goes_first(void **state)
{
	(void)state;
	start(&scene, &one_at_a_time);
	(void)ask(&scene, 0, YQ_CALL_PRIORITY_PRICE, 10000);
	(void)ask(&scene, 1, YQ_CALL_PRIORITY_ORDER, 10000);
	(void)ask(&scene, 0, YQ_CALL_PRIORITY_CANCEL, 10000);
	scene.done_at_once = true;
	run_until(&scene, 3);
	assert_int_equal(scene.asked[2].place, 0);
	assert_int_equal(scene.asked[1].place, 1);
	assert_int_equal(scene.asked[0].place, 2);
	stop(&scene);
}

static void
test_a_turn_that_does_not_come_in_time_was_provably_not_taken(void **state)
{
	(void)state;
	start(&scene, &one_at_a_time);
	(void)ask(&scene, 0, YQ_CALL_PRIORITY_ORDER, 10000);
	(void)ask(&scene, 0, YQ_CALL_PRIORITY_ORDER, 30);
	run_until(&scene, 2);
	assert_int_equal(scene.asked[0].rc, YQ_OK);
	assert_int_equal(scene.asked[1].rc, YQ_E_RETRY);
	assert_int_equal(yq_calls_stats(scene.calls).in_flight, 1);
	assert_int_equal(yq_calls_stats(scene.calls).ended_unbegun, 1);
	stop(&scene);
}

static void
test_what_waits_can_be_taken_back_and_what_has_begun_cannot(void **state)
{
	struct yq_turn *first, *second;

	(void)state;
	start(&scene, &one_at_a_time);
	first = ask(&scene, 0, YQ_CALL_PRIORITY_ORDER, 10000);
	second = ask(&scene, 1, YQ_CALL_PRIORITY_ORDER, 10000);
	run_until(&scene, 1);
	assert_false(yq_turn_take_back(first));
	assert_true(yq_turn_take_back(second));
	assert_true(yq_turn_take_back(second));
	assert_int_equal(scene.told, 1); /* not from inside */
	run_until(&scene, 2);
	assert_int_equal(scene.asked[1].rc, YQ_E_RETRY);
	stop(&scene);
}

static void
test_an_account_that_goes_takes_what_waits_with_it_and_nothing_of_others(void **state)
{
	struct yq_turn *back;

	(void)state;
	start(&scene, &one_at_a_time);
	(void)ask(&scene, 0, YQ_CALL_PRIORITY_ORDER, 10000);
	run_until(&scene, 1);
	for (int i = 0; i < 6; i++)
		(void)ask(&scene, i % 2, YQ_CALL_PRIORITY_ORDER, 10000);
	back = ask(&scene, 0, YQ_CALL_PRIORITY_PRICE, 10000);
	assert_true(yq_turn_take_back(back));
	yq_caller_free(scene.callers[0]);
	scene.callers[0] = NULL;
	assert_int_equal(scene.told, 5);
	for (size_t i = 1; i < scene.count; i++)
		assert_int_equal(scene.asked[i].told, i % 2 == 1);
	/* its call that has begun ends later */
	yq_turn_done(scene.asked[0].turn);
	scene.asked[0].turn = NULL;
	scene.done_at_once = true;
	run_until(&scene, 8);
	assert_int_equal(scene.asked[6].rc, YQ_OK);
	stop(&scene);
}

static void
test_too_many_that_wait_are_told_so(void **state)
{
	(void)state;
	start(&scene, &one_at_a_time);
	for (int i = 0; i < YQ_CALLS_WAITING_MAX + 2; i++)
		(void)ask(&scene, 0, YQ_CALL_PRIORITY_PRICE, 60000);
	assert_int_equal(scene.told, 0);
	run_until(&scene, 3);
	assert_int_equal(scene.asked[YQ_CALLS_WAITING_MAX].rc, YQ_E_RETRY);
	assert_int_equal(scene.asked[YQ_CALLS_WAITING_MAX + 1].rc, YQ_E_RETRY);
	assert_int_equal(scene.asked[0].rc, YQ_OK);
	stop(&scene);
}

static void
test_who_asks_again_from_its_end_is_served(void **state)
{
	(void)state;
	start(&scene, &free_of_limits);
	scene.ask_in_end = true;
	(void)ask(&scene, 0, YQ_CALL_PRIORITY_ORDER, 10000);
	run_until(&scene, 2);
	assert_int_equal(scene.asked[1].rc, YQ_OK);
	stop(&scene);
}

static void
test_nobody_calls_while_the_broker_has_had_enough(void **state)
{
	uint64_t begun;

	(void)state;
	start(&scene, &free_of_limits);
	yq_calls_back_off(scene.calls, 0);
	yq_calls_back_off(scene.calls, 0); /* of the same burst */
	assert_int_equal(yq_calls_stats(scene.calls).back_offs, 1);
	assert_in_range(yq_calls_stats(scene.calls).paused_ms, 1, YQ_CALLS_BACK_OFF_MIN_MS);
	begun = uv_hrtime();
	(void)ask(&scene, 0, YQ_CALL_PRIORITY_CANCEL, 10000);
	run_until(&scene, 1);
	assert_int_equal(scene.asked[0].rc, YQ_OK);
	assert_true(uv_hrtime() - begun >= (YQ_CALLS_BACK_OFF_MIN_MS - 50) * UINT64_C(1000000));
	/* again at once: longer; told: as told, within reason */
	yq_calls_back_off(scene.calls, 0);
	assert_in_range(yq_calls_stats(scene.calls).paused_ms, YQ_CALLS_BACK_OFF_MIN_MS,
	    2 * YQ_CALLS_BACK_OFF_MIN_MS);
	yq_calls_back_off(scene.calls, 4000000000U);
	assert_in_range(yq_calls_stats(scene.calls).paused_ms, YQ_CALLS_BACK_OFF_TOLD_MAX_MS - 1000,
	    YQ_CALLS_BACK_OFF_TOLD_MAX_MS);
	stop(&scene);
}

static void
test_the_rate_is_kept_on_the_loop(void **state)
{
	const struct yq_call_limits limits = { .calls_max = 40, .window_ms = 400, .burst = 4 };
	uint64_t begun, took;

	(void)state;
	start(&scene, &limits);
	scene.done_at_once = true;
	begun = uv_hrtime();
	for (int i = 0; i < 44; i++)
		(void)ask(&scene, i % 2, YQ_CALL_PRIORITY_ORDER, 20000);
	run_until(&scene, 44);
	took = uv_hrtime() - begun;
	assert_true(took >= 400 * UINT64_C(1000000)); /* 40 of them, and then a window */
	for (size_t i = 0; i < scene.count; i++) {
		assert_int_equal(scene.asked[i].rc, YQ_OK);
		assert_int_equal(scene.asked[i].place, i);
	}
	stop(&scene);
}

/* More would wait in the queue until their time is over, and be given back. */
static void
test_as_many_are_given_to_it_as_go_out_in_time(void **state)
{
	static const struct {
		struct yq_call_limits limits;
		unsigned ahead;
	} rows[] = {
		{ { .calls_max = 0 }, 32 },
		{ { .calls_max = 200, .window_ms = 60000 }, 6 },
		{ { .calls_max = 18, .window_ms = 1000 }, 32 },
		{ { .calls_max = 1, .window_ms = 1000 }, 2 },
		{ { .calls_max = 1, .window_ms = 60000 }, 2 },
		{ { .calls_max = UINT32_MAX, .window_ms = 0 }, 32 },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++)
		assert_int_equal(yq_calls_ahead(&rows[i].limits, 32), rows[i].ahead);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_many_are_given_to_it_as_go_out_in_time),
		cmocka_unit_test(test_the_most_urgent_of_what_was_asked_together_goes_first),
		cmocka_unit_test(test_a_turn_that_does_not_come_in_time_was_provably_not_taken),
		cmocka_unit_test(test_what_waits_can_be_taken_back_and_what_has_begun_cannot),
		cmocka_unit_test(
		    test_an_account_that_goes_takes_what_waits_with_it_and_nothing_of_others),
		cmocka_unit_test(test_too_many_that_wait_are_told_so),
		cmocka_unit_test(test_who_asks_again_from_its_end_is_served),
		cmocka_unit_test(test_nobody_calls_while_the_broker_has_had_enough),
		cmocka_unit_test(test_the_rate_is_kept_on_the_loop),
	};

	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
