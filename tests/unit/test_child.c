/* test_child.c - a program that is kept running: ready, dead, started again, stopped, never left
 * over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "console/files.h"
#include "console/up/child.h"
#include "console/up/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS 5000

struct fixture {
	char folder[64], log[YQ_PATH_SIZE];
	uv_loop_t loop;
	uv_signal_t sigchld;
	uv_timer_t limit;
	struct yq_child *child;
	unsigned ready, died, failed, stopped;
	unsigned waits_ms[8]; /* before each new start */
	char last_death[512], last_line[512];
	unsigned stop_after_ready; /* ask it to stop when it is ready for the nth time; 0 = never */
};

static void
finish(struct fixture *f)
{
	yq_child_free(f->child);
	uv_close((uv_handle_t *)&f->sigchld, NULL);
	uv_close((uv_handle_t *)&f->limit, NULL);
}

static void
on_child(void *cookie, struct yq_child *child, enum yq_child_event event, const char *text)
{
	struct fixture *f = cookie;

	switch (event) {
	case YQ_CHILD_EV_READY:
		if (++f->ready == f->stop_after_ready)
			yq_child_stop(child);
		else
			yq_child_kill(child);
		break;
	case YQ_CHILD_EV_DIED:
		if (f->died < YQ_COUNT(f->waits_ms))
			f->waits_ms[f->died] = yq_child_backoff_ms(child);
		f->died++;
		yq_str_copy_cut(f->last_death, sizeof(f->last_death), text);
		if (f->stop_after_ready == 0) {
			yq_child_stop(child);
			finish(f);
		}
		break;
	case YQ_CHILD_EV_FAILED:
		f->failed++;
		yq_str_copy_cut(f->last_death, sizeof(f->last_death), text);
		yq_child_stop(child);
		finish(f);
		break;
	case YQ_CHILD_EV_STOPPED:
		f->stopped++;
		finish(f);
		break;
	case YQ_CHILD_EV_LINE:
		yq_str_copy_cut(f->last_line, sizeof(f->last_line), text);
		break;
	}
}

static void
on_sigchld(uv_signal_t *handle, int number)
{
	struct fixture *f = handle->data;

	(void)number;
	yq_child_reap(f->child);
}

static void
on_limit(uv_timer_t *timer)
{
	(void)timer;
	fail_msg("not within %d ms", LIMIT_MS);
}

static void
start(struct fixture *f, const char *program, const char *script, const char *ready_line)
{
	const char *const arguments[] = { "-c", script, NULL };
	const char *const variables[] = { "GREETING=hello", NULL };
	const struct yq_child_spec spec = { .name = "test",
		.program = program,
		.arguments = arguments,
		.variables = variables,
		.ready_line = ready_line,
		.log_path = f->log,
		.keep_fd = -1,
		.backoff_min_ms = 2,
		.backoff_max_ms = 5 };
	struct yq_err err = { 0 };

	yq_str_copy_cut(f->folder, sizeof(f->folder), "/tmp/yq-child-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	assert_int_equal(yq_path_join(f->log, f->folder, "log", NULL), YQ_OK);
	uv_loop_init(&f->loop);
	uv_signal_init(&f->loop, &f->sigchld);
	f->sigchld.data = f;
	uv_signal_start(&f->sigchld, on_sigchld, SIGCHLD);
	uv_timer_init(&f->loop, &f->limit);
	uv_timer_start(&f->limit, on_limit, LIMIT_MS, 0);
	assert_int_equal(yq_child_make(&f->loop, &spec, on_child, f, &f->child, &err), YQ_OK);
	yq_child_start(f->child);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
}

static void
end(struct fixture *f)
{
	unlink(f->log);
	assert_int_equal(rmdir(f->folder), 0);
}

static void
test_a_line_of_its_output_makes_it_ready(void **state)
{
	struct fixture f = { .stop_after_ready = 1 };

	(void)state;
	start(&f, "/bin/sh", "echo $GREETING world; exec sleep 60", "hello");
	assert_int_equal(f.ready, 1);
	assert_int_equal(f.stopped, 1);
	assert_int_equal(f.died, 0);
	assert_string_equal(f.last_line, "hello world");
	end(&f);
}

static void
test_a_killed_child_is_started_again_and_that_is_said(void **state)
{
	struct fixture f = { .stop_after_ready = 3 };

	(void)state;
	start(&f, "/bin/sh", "echo up; exec sleep 60", "up");
	assert_int_equal(f.ready, 3);
	assert_int_equal(f.died, 2);
	assert_int_equal(f.stopped, 1);
	assert_string_equal(f.last_death, "was killed by signal 9 (Killed)");
	end(&f);
}

static void
test_each_further_death_doubles_the_wait_up_to_its_bound(void **state)
{
	struct fixture f = { .stop_after_ready = 5 };

	(void)state;
	start(&f, "/bin/sh", "echo up; exec sleep 60", "up");
	assert_int_equal(f.died, 4);
	assert_int_equal(f.waits_ms[0], 2);
	assert_int_equal(f.waits_ms[1], 4);
	assert_int_equal(f.waits_ms[2], 5);
	assert_int_equal(f.waits_ms[3], 5);
	end(&f);
}

static void
test_a_child_that_gives_up_is_quoted(void **state)
{
	struct fixture f = { .stop_after_ready = 0 };

	(void)state;
	start(&f, "/bin/sh", "echo first; printf 'the port is taken'; exit 3", NULL);
	assert_int_equal(f.died, 1);
	assert_string_equal(f.last_death, "ended with status 3: the port is taken");
	end(&f);
}

static void
test_a_program_that_cannot_be_run_is_a_failure_not_a_crash(void **state)
{
	struct fixture f = { .stop_after_ready = 0 };

	(void)state;
	start(&f, "/nonexistent/program", "", NULL);
	assert_int_equal(f.failed, 1);
	assert_string_equal(
	    f.last_death, "cannot run /nonexistent/program: No such file or directory");
	end(&f);
}

/* A keeper is killed with -9: what it kept is gone too. */
static void
test_a_child_dies_with_its_parent(void **state)
{
	const struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
	char *const arguments[] = { (char[]){ "60" }, NULL };
	char *const variables[] = { NULL };
	int fds[2];
	pid_t keeper, kept = 0;
	bool gone = false;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	keeper = fork();
	if (keeper == 0) {
		int output;

		if (yq_spawn("/bin/sleep", arguments, variables, -1, &kept, &output, NULL) !=
			YQ_OK ||
		    write(fds[1], &kept, sizeof(kept)) != (ssize_t)sizeof(kept))
			_exit(1);
		for (;;)
			nanosleep(&pause, NULL);
	}
	assert_int_equal(read(fds[0], &kept, sizeof(kept)), sizeof(kept));
	assert_int_equal(kill(kept, 0), 0);
	assert_int_equal(kill(keeper, SIGKILL), 0);
	assert_int_equal(waitpid(keeper, NULL, 0), keeper);
	for (int i = 0; i < 400 && !gone; i++) {
		char path[64], stat[256] = "";
		FILE *file;

		yq_str_format(path, sizeof(path), "/proc/%ld/stat", (long)kept);
		file = fopen(path, "r");
		gone = file == NULL || fgets(stat, sizeof(stat), file) == NULL ||
		       strstr(stat, ") Z ") != NULL;
		if (file != NULL)
			fclose(file);
		nanosleep(&pause, NULL);
	}
	assert_true(gone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_of_its_output_makes_it_ready),
		cmocka_unit_test(test_a_killed_child_is_started_again_and_that_is_said),
		cmocka_unit_test(test_each_further_death_doubles_the_wait_up_to_its_bound),
		cmocka_unit_test(test_a_child_that_gives_up_is_quoted),
		cmocka_unit_test(test_a_program_that_cannot_be_run_is_a_failure_not_a_crash),
		cmocka_unit_test(test_a_child_dies_with_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
