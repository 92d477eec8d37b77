/* test_web_lane.c - what is slow keeps nobody waiting but its own kind; a full lane says so. */
#include <semaphore.h>

#include "test.h"

#include "bus/confirm.h"
#include "web/lane.h"

#define PASSWORDS_MAX 16 /* as lane.c has it */

struct fixture {
	uv_loop_t loop;
	struct yq_lanes *lanes;
	sem_t gate;    /* a slow job waits for it */
	unsigned done; /* on the loop */
};

static int
set_up(void **state)
{
	static struct yq_valkey_target valkey;
	static const struct yq_confirm confirm;
	struct fixture *f = calloc(1, sizeof(*f));
	const struct yq_lane_options options = { .valkey = &valkey, .confirm = &confirm };

	assert_int_equal(uv_loop_init(&f->loop), 0);
	assert_int_equal(sem_init(&f->gate, 0, 0), 0);
	assert_int_equal(yq_lanes_start(&f->loop, &options, &f->lanes, NULL), YQ_OK);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	yq_lanes_stop(f->lanes);
	(void)uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	sem_destroy(&f->gate);
	free(f);
	return 0;
}

static void
slow(struct yq_desk *desk, void *cookie)
{
	struct fixture *f = cookie;

	(void)desk;
	while (sem_wait(&f->gate) != 0)
		;
}

static void
quick(struct yq_desk *desk, void *cookie)
{
	(void)cookie;
	assert_null(desk->valkey); /* opened when it is needed */
}

static void
on_done(void *cookie)
{
	struct fixture *f = cookie;

	f->done++;
}

static void
run_until(struct fixture *f, unsigned done)
{
	while (f->done < done)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
}

static void
test_a_slow_lane_keeps_no_other_waiting(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 10; i++)
		assert_true(yq_lanes_submit(f->lanes, YQ_LANE_ARCHIVE, slow, on_done, f));
	assert_true(yq_lanes_submit(f->lanes, YQ_LANE_LIVE, quick, on_done, f));
	assert_true(yq_lanes_submit(f->lanes, YQ_LANE_PASSWORD, quick, on_done, f));
	run_until(f, 2);
	assert_int_equal(yq_lanes_depth_of(f->lanes, YQ_LANE_ARCHIVE), 10);
	assert_int_equal(yq_lanes_depth(f->lanes), 10);
	for (int i = 0; i < 10; i++)
		sem_post(&f->gate);
	run_until(f, 12);
	assert_int_equal(yq_lanes_depth(f->lanes), 0);
}

static void
test_a_full_lane_takes_no_more_until_one_is_done(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < PASSWORDS_MAX; i++)
		assert_true(yq_lanes_submit(f->lanes, YQ_LANE_PASSWORD, slow, on_done, f));
	assert_false(yq_lanes_submit(f->lanes, YQ_LANE_PASSWORD, slow, on_done, f));
	assert_true(yq_lanes_submit(f->lanes, YQ_LANE_LIVE, quick, on_done, f));
	sem_post(&f->gate);
	run_until(f, 2);
	assert_true(yq_lanes_submit(f->lanes, YQ_LANE_PASSWORD, slow, on_done, f));
	for (int i = 0; i < PASSWORDS_MAX; i++)
		sem_post(&f->gate);
	run_until(f, PASSWORDS_MAX + 2);
}

static void
test_what_is_queued_at_the_end_is_done(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 20; i++)
		assert_true(yq_lanes_submit(f->lanes, YQ_LANE_LIVE, quick, on_done, f));
	yq_lanes_stop(f->lanes);
	assert_false(yq_lanes_submit(f->lanes, YQ_LANE_LIVE, quick, on_done, f));
	(void)uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(f->done, 20);
	f->lanes = NULL; /* gone with the last handle */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_slow_lane_keeps_no_other_waiting),
		TEST(test_a_full_lane_takes_no_more_until_one_is_done),
		TEST(test_what_is_queued_at_the_end_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
