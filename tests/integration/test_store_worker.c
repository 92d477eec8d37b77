/* test_store_worker.c - the store's thread: order, bounds, losses, and the way it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "firebird_fixture.h"
#include "store/tx.h"
#include "store/worker.h"

#define JOBS 20

static struct firebird_fixture fixture;

struct job {
	struct scene *scene;
	int number;
	long pause_ms;
	enum yq_rc answer;
	enum yq_rc rc; /* what done was told */
	char text[YQ_ERR_TEXT_MAX];
};

struct scene {
	uv_loop_t loop;
	struct yq_worker *worker;
	struct yq_firebird_target target;
	struct job jobs[JOBS];
	int done[JOBS];
	int done_count, ran;
	int wanted; /* stop the loop after so many */
	bool closed;
	uv_timer_t ticks;
	int tick_count;
	int stuck_count, away_count, back_count;
	bool away;
};

static void
sleep_ms(long ms)
{
	struct timespec span = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&span, NULL);
}

static enum yq_rc
on_worker(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct job *job = cookie;
	enum yq_rc rc;

	job->scene->ran++; /* the loop looks only after done */
	sleep_ms(job->pause_ms);
	rc = yq_tx_begin(firebird, NULL, &tx, err);
	if (rc != YQ_OK)
		return rc;
	if (job->answer != YQ_OK)
		return yq_err_set(err, job->answer, "job %d", job->number);
	return yq_tx_commit(tx, err);
}

static void
on_done(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct job *job = cookie;
	struct scene *scene = job->scene;

	job->rc = rc;
	yq_str_copy_cut(job->text, sizeof(job->text), err->text);
	scene->done[scene->done_count++] = job->number;
	if (scene->done_count == scene->wanted)
		uv_stop(&scene->loop);
}

static void
on_closed(void *cookie)
{
	((struct scene *)cookie)->closed = true;
}

static enum yq_rc
submit(struct scene *scene, int number, long pause_ms, enum yq_rc answer)
{
	struct job *job = &scene->jobs[number];

	*job = (struct job){ scene, number, pause_ms, answer, YQ_RC_COUNT, "" };
	return yq_worker_submit(scene->worker, on_worker, on_done, job);
}

static void
run_until(struct scene *scene, int done)
{
	scene->wanted = done;
	if (scene->done_count < done)
		uv_run(&scene->loop, UV_RUN_DEFAULT);
	assert_int_equal(scene->done_count, done);
}

static void
start(struct scene *scene, size_t queue_max)
{
	const struct yq_firebird_options options = { .create = true, .connect_timeout_s = 2 };

	memset(scene, 0, sizeof(*scene));
	uv_loop_init(&scene->loop);
	scene->target = fixture_new_target(&fixture);
	assert_int_equal(yq_worker_start(&scene->loop, &scene->target, &options, queue_max,
			     &scene->worker, NULL),
	    YQ_OK);
}

static void
stop(struct scene *scene, bool finish)
{
	yq_worker_stop(scene->worker, finish, on_closed, scene);
	assert_int_equal(yq_worker_submit(scene->worker, on_worker, on_done, NULL), YQ_E_STATE);
	uv_run(&scene->loop, UV_RUN_DEFAULT);
	assert_true(scene->closed);
	assert_int_equal(uv_loop_close(&scene->loop), 0);
	yq_firebird_target_clear(&scene->target);
}

static void
test_jobs_complete_in_order_with_what_they_returned(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 0);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(submit(&scene, i, 0, i == 7 ? YQ_E_REFUSED : YQ_OK), YQ_OK);
	assert_int_equal(yq_worker_depth(scene.worker), JOBS);
	assert_int_equal(scene.done_count, 0); /* never from inside submit */
	run_until(&scene, JOBS);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(scene.done[i], i);
		assert_int_equal(scene.jobs[i].rc, i == 7 ? YQ_E_REFUSED : YQ_OK);
		assert_string_equal(scene.jobs[i].text, i == 7 ? "job 7" : "");
	}
	assert_int_equal(yq_worker_depth(scene.worker), 0);
	stop(&scene, true);
}

static void
test_a_full_queue_says_so(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 2);
	assert_int_equal(submit(&scene, 0, 20, YQ_OK), YQ_OK);
	assert_int_equal(submit(&scene, 1, 0, YQ_OK), YQ_OK);
	assert_int_equal(submit(&scene, 2, 0, YQ_OK), YQ_E_LIMIT);
	run_until(&scene, 2);
	assert_int_equal(submit(&scene, 2, 0, YQ_OK), YQ_OK);
	run_until(&scene, 3);
	stop(&scene, true);
}

static void
on_tick(uv_timer_t *timer)
{
	((struct scene *)timer->data)->tick_count++;
}

static void
test_the_loop_turns_while_firebird_works(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 0);
	uv_timer_init(&scene.loop, &scene.ticks);
	scene.ticks.data = &scene;
	uv_timer_start(&scene.ticks, on_tick, 5, 5);
	assert_int_equal(submit(&scene, 0, 300, YQ_OK), YQ_OK);
	run_until(&scene, 1);
	assert_true(scene.tick_count > 20);
	uv_close((uv_handle_t *)&scene.ticks, NULL);
	stop(&scene, true);
}

static void
on_stuck(void *cookie, unsigned seconds)
{
	struct scene *scene = cookie;

	assert_int_equal(seconds, 0);
	assert_int_equal(scene->done_count, 0); /* while it is at work, not after it */
	scene->stuck_count++;
}

static void
on_away(void *cookie, const char *why)
{
	struct scene *scene = cookie;

	scene->away = why != NULL;
	scene->away_count += why != NULL;
	scene->back_count += why == NULL;
}

static void
watch(struct scene *scene, unsigned limit_ms)
{
	yq_worker_watch(scene->worker,
	    &(struct yq_worker_watch){
		.limit_ms = limit_ms, .stuck = on_stuck, .away = on_away, .cookie = scene });
}

static void
test_a_job_that_does_not_end_is_told_of_once(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 0);
	watch(&scene, 60);
	assert_int_equal(submit(&scene, 0, 600, YQ_OK), YQ_OK);
	run_until(&scene, 1);
	assert_int_equal(scene.stuck_count, 1);
	assert_true(scene.away_count > 1); /* it says how long it is by now */
	assert_int_equal(scene.back_count, 1);
	assert_false(scene.away);
	stop(&scene, true);
}

static void
test_many_jobs_that_end_are_not_stuck(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 0);
	watch(&scene, 5000);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(submit(&scene, i, 50, YQ_OK), YQ_OK);
	run_until(&scene, JOBS);
	assert_int_equal(scene.stuck_count, 0);
	assert_false(scene.away);
	stop(&scene, true);
}

static void
test_stopping_finishes_what_is_queued(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 0);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(submit(&scene, i, 1, YQ_OK), YQ_OK);
	stop(&scene, true);
	assert_int_equal(scene.done_count, JOBS);
	assert_int_equal(scene.ran, JOBS);
}

static void
test_stopping_can_hand_back_what_was_not_begun(void **state)
{
	struct scene scene;
	int handed_back = 0;

	(void)state;
	start(&scene, 0);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(submit(&scene, i, 30, YQ_OK), YQ_OK);
	stop(&scene, false);
	assert_int_equal(scene.done_count, JOBS);
	for (int i = 0; i < JOBS; i++)
		handed_back += scene.jobs[i].rc == YQ_E_STATE;
	assert_int_equal(scene.ran + handed_back, JOBS);
	assert_true(handed_back >= JOBS - 2);
}

static void
test_a_firebird_that_is_away_fails_all_that_wait_and_is_found_again(void **state)
{
	struct scene scene;

	(void)state;
	if (!fixture.served)
		return; /* there is nothing that could be away */
	start(&scene, 0);
	watch(&scene, 0);
	assert_int_equal(submit(&scene, 0, 0, YQ_OK), YQ_OK);
	run_until(&scene, 1);
	assert_false(scene.away);
	fixture_stop_server(&fixture);
	for (int i = 1; i < 6; i++)
		assert_int_equal(submit(&scene, i, 0, YQ_OK), YQ_OK);
	run_until(&scene, 6);
	for (int i = 1; i < 6; i++)
		assert_int_equal(scene.jobs[i].rc, YQ_E_RETRY);
	assert_false(yq_worker_is_connected(scene.worker));
	assert_true(scene.away);
	/* handed back at once when stopping, however long the back-off has become */
	fixture_start_server(&fixture);
	assert_int_equal(submit(&scene, 6, 0, YQ_OK), YQ_OK);
	run_until(&scene, 7);
	assert_int_equal(scene.jobs[6].rc, YQ_OK);
	assert_true(yq_worker_is_connected(scene.worker));
	assert_false(scene.away);
	assert_int_equal(scene.stuck_count, 0);
	stop(&scene, true);
}

static void
test_a_worker_that_was_never_used_ends(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 0);
	stop(&scene, true);
	assert_int_equal(scene.ran, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs_complete_in_order_with_what_they_returned),
		cmocka_unit_test(test_a_full_queue_says_so),
		cmocka_unit_test(test_the_loop_turns_while_firebird_works),
		cmocka_unit_test(test_a_job_that_does_not_end_is_told_of_once),
		cmocka_unit_test(test_many_jobs_that_end_are_not_stuck),
		cmocka_unit_test(test_stopping_finishes_what_is_queued),
		cmocka_unit_test(test_stopping_can_hand_back_what_was_not_begun),
		cmocka_unit_test(
		    test_a_firebird_that_is_away_fails_all_that_wait_and_is_found_again),
		cmocka_unit_test(test_a_worker_that_was_never_used_ends),
	};
	int failed;

	fixture_start(&fixture, argc, argv);
	failed = cmocka_run_group_tests_name("store_worker", tests, NULL, NULL);
	fixture_stop(&fixture);
	return failed;
}
