/* test_session_shared.c - of many programs with one key, one asks the broker for a token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "broker/session.h"
#include "firebird_fixture.h"
#include "store/migrate.h"
#include "store/tx.h"

#define PROCESSES   4
#define INTERVAL_MS 6000
#define LIFE_US	    (INT64_C(600) * YQ_US_PER_SECOND)
#define PATIENCE_MS 60000
#define ANSWER_MS   800 /* the broker's; meanwhile others look */
#define LINE_SIZE   64

static struct firebird_fixture fixture;
static struct yq_firebird_target target;
static struct yq_firebird *firebird;
static struct yq_secret *key;

/* A program with a session: what it was issued, and what it uses. */
struct program {
	uv_loop_t loop;
	uv_timer_t patience, answer;
	struct yq_worker *worker;
	struct yq_broker_session *session;
	char log[FIXTURE_PATH_SIZE]; /* a line for each call to the broker */
	bool dies;		     /* with the broker's answer in its hands */
	size_t calls;
	char token[LINE_SIZE];
	uint64_t wanted; /* serial that ends the loop */
	char why[YQ_ERR_TEXT_MAX];
};

static void
log_call(const struct program *p, const char *token)
{
	int fd = open(p->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	char line[LINE_SIZE];

	(void)yq_str_format(line, sizeof(line), "%s\n", token);
	if (fd < 0 || write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		_exit(50);
	close(fd);
}

static void
on_answer(uv_timer_t *timer)
{
	struct program *p = timer->data;
	struct yq_secret *value;
	char text[LINE_SIZE];

	(void)yq_str_format(text, sizeof(text), "token-%ld-%zu", (long)getpid(), p->calls);
	value = yq_secret_make(text, strlen(text));
	yq_session_issued(
	    p->session, YQ_OK, value, yq_clock_now_us(yq_clock_system()) + LIFE_US, NULL);
	yq_secret_free(value);
}

static void
on_issue(void *cookie, struct yq_broker_session *session)
{
	struct program *p = cookie;
	char text[LINE_SIZE];

	(void)session;
	(void)yq_str_format(text, sizeof(text), "token-%ld-%zu", (long)getpid(), ++p->calls);
	log_call(p, text);
	if (p->dies)
		raise(SIGKILL);
	uv_timer_start(&p->answer, on_answer, ANSWER_MS, 0);
}

/* The token that is wanted, if it is there. */
static bool
has_wanted(struct program *p)
{
	struct yq_session_token token;

	if (!yq_session_token(p->session, &token) || token.serial < p->wanted)
		return false;
	yq_str_copy_cut(p->token, sizeof(p->token), yq_secret_reveal(token.value));
	return true;
}

static void
on_changed(void *cookie, enum yq_session_state state, const char *why)
{
	struct program *p = cookie;

	(void)state;
	if (why[0] != '\0')
		yq_str_copy_cut(p->why, sizeof(p->why), why);
	if (has_wanted(p))
		uv_stop(&p->loop);
}

static void
on_patience(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void
program_start(struct program *p, const struct yq_firebird_target *database, const char *folder)
{
	struct yq_session_options options = { .loop = &p->loop,
		.clock = yq_clock_system(),
		.key = key,
		.name = { "kis", "alpha", "access" },
		.interval_ms = INTERVAL_MS,
		.issue = on_issue,
		.issue_cookie = p };

	memset(p, 0, sizeof(*p));
	(void)yq_str_format(p->log, sizeof(p->log), "%s/calls", folder);
	uv_loop_init(&p->loop);
	uv_timer_init(&p->loop, &p->patience);
	uv_timer_init(&p->loop, &p->answer);
	p->answer.data = p;
	if (yq_worker_start(&p->loop, database, NULL, 0, &p->worker, NULL) != YQ_OK)
		abort();
	options.worker = p->worker;
	if (yq_session_make(&options, &p->session, NULL) != YQ_OK)
		abort();
	yq_session_watch(p->session, on_changed, p);
}

/* Until the token of this serial is there. */
static bool
program_runs(struct program *p, uint64_t serial)
{
	p->wanted = serial;
	if (has_wanted(p))
		return true;
	uv_update_time(&p->loop);
	uv_timer_start(&p->patience, on_patience, PATIENCE_MS, 0);
	uv_run(&p->loop, UV_RUN_DEFAULT);
	return has_wanted(p);
}

static void
program_stop(struct program *p)
{
	yq_session_free(p->session);
	yq_worker_stop(p->worker, true, NULL, NULL);
	uv_close((uv_handle_t *)&p->patience, NULL);
	uv_close((uv_handle_t *)&p->answer, NULL);
	uv_run(&p->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&p->loop) != 0)
		abort();
}

/* The broker's view: one line a call. */
static size_t
calls_made(char last[LINE_SIZE])
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(65536);
	char path[FIXTURE_PATH_SIZE + 16];
	size_t count = 0;

	(void)yq_str_format(path, sizeof(path), "%s/calls", fixture.folder);
	last[0] = '\0';
	if (yq_file_read(path, &text, NULL) != YQ_OK)
		return 0;
	for (char *line = text.data, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		yq_str_copy_cut(last, LINE_SIZE, line);
		count++;
	}
	return count;
}

/* A child: gets the token, writes its calls down, and ends; or dies in the middle of the call. */
static int
run_child(char **argv)
{
	struct yq_firebird_target mine = fixture_child_target(argv);
	const char *folder = getenv("YQ_TEST_FOLDER");
	struct program p;
	bool ok;

	program_start(&p, &mine, folder);
	p.dies = yq_str_equal(argv[1], "dies");
	ok = program_runs(&p, 1);
	program_stop(&p);
	yq_firebird_target_clear(&mine);
	return ok ? 0 : 1;
}

static void
test_of_several_processes_one_asks_and_all_have_the_token(void **state)
{
	pid_t children[PROCESSES];
	char last[LINE_SIZE];
	struct program p;

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		children[i] = fixture_spawn_self(&fixture, "asks", target.database);
	for (int i = 0; i < PROCESSES; i++)
		assert_int_equal(fixture_wait(children[i], 0), 0);
	assert_int_equal(calls_made(last), 1);
	/* and who comes later */
	program_start(&p, &target, fixture.folder);
	assert_true(program_runs(&p, 1));
	assert_string_equal(p.token, last);
	program_stop(&p);
	assert_int_equal(calls_made(last), 1);
}

static void
test_one_who_dies_in_the_call_holds_the_others_up_for_one_interval(void **state)
{
	pid_t child = fixture_spawn_self(&fixture, "dies", target.database);
	int64_t began_us, took_us;
	char last[LINE_SIZE];
	struct program p;

	(void)state;
	assert_int_equal(fixture_wait(child, SIGKILL), -1);
	assert_int_equal(calls_made(last), 1);
	began_us = yq_clock_now_us(yq_clock_system());
	program_start(&p, &target, fixture.folder);
	assert_true(program_runs(&p, 1));
	took_us = yq_clock_now_us(yq_clock_system()) - began_us;
	program_stop(&p);
	assert_int_equal(calls_made(last), 2);
	/* Nothing but that the turn ends lets it on, and nothing else holds it up. */
	assert_true(took_us <= (INTERVAL_MS + 15000) * YQ_US_PER_MS);
}

static void
test_a_token_that_the_broker_does_not_take_is_replaced_for_all_by_one_call(void **state)
{
	struct program a, b;
	char last[LINE_SIZE];

	(void)state;
	program_start(&a, &target, fixture.folder);
	assert_true(program_runs(&a, 1));
	program_start(&b, &target, fixture.folder);
	assert_true(program_runs(&b, 1));
	assert_string_equal(a.token, b.token);
	/* Both hear of it, and look at the same time. */
	yq_session_expired(a.session, 1);
	yq_session_expired(b.session, 1);
	a.wanted = b.wanted = 2;
	for (int i = 0; i < PATIENCE_MS / 10 && !(has_wanted(&a) && has_wanted(&b)); i++) {
		uv_run(&a.loop, UV_RUN_NOWAIT);
		uv_run(&b.loop, UV_RUN_NOWAIT);
		usleep(10000);
	}
	assert_int_equal(calls_made(last), 2);
	assert_string_equal(a.token, last);
	assert_string_equal(b.token, last);
	program_stop(&a);
	program_stop(&b);
}

static void
test_a_token_sealed_with_another_key_is_said_and_replaced(void **state)
{
	struct yq_secret *kept = key;
	char last[LINE_SIZE];
	struct program p;

	(void)state;
	program_start(&p, &target, fixture.folder);
	assert_true(program_runs(&p, 1));
	program_stop(&p);
	key = yq_secret_random(32);
	program_start(&p, &target, fixture.folder);
	assert_true(program_runs(&p, 1));
	program_stop(&p);
	yq_secret_free(key);
	key = kept;
	assert_non_null(strstr(p.why, "another key"));
	assert_int_equal(calls_made(last), 2);
	assert_string_equal(p.token, last);
}

static void
test_without_the_store_nobody_asks_and_it_goes_on_when_it_is_back(void **state)
{
	char last[LINE_SIZE];
	struct program p;

	(void)state;
	if (!fixture.served)
		return; /* there is nothing that could be away */
	yq_firebird_closep(&firebird);
	fixture_stop_server(&fixture);
	program_start(&p, &target, fixture.folder);
	p.wanted = 1;
	uv_timer_start(&p.patience, on_patience, 1500, 0);
	uv_run(&p.loop, UV_RUN_DEFAULT);
	assert_int_equal(p.calls, 0);
	assert_int_equal(yq_session_state(p.session), YQ_SESSION_LOADING);
	assert_non_null(strstr(p.why, "store"));
	fixture_start_server(&fixture);
	assert_true(program_runs(&p, 1));
	program_stop(&p);
	assert_int_equal(calls_made(last), 1);
	firebird = fixture_open(&target);
}

static void
run(const char *sql)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_exec(tx, sql, NULL, 0, NULL, NULL), YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
}

static int
empty(void **state)
{
	char path[FIXTURE_PATH_SIZE + 16];

	(void)state;
	(void)yq_str_format(path, sizeof(path), "%s/calls", fixture.folder);
	(void)unlink(path);
	run("DELETE FROM TOKENS");
	run("DELETE FROM LEASES");
	return 0;
}

static int
migrate(void **state)
{
	(void)state;
	return yq_migrate(firebird, NULL, NULL) == YQ_OK ? 0 : -1;
}

int
main(int argc, char **argv)
{
#define T(test) cmocka_unit_test_setup(test, empty)
	const struct CMUnitTest tests[] = {
		T(test_of_several_processes_one_asks_and_all_have_the_token),
		T(test_one_who_dies_in_the_call_holds_the_others_up_for_one_interval),
		T(test_a_token_that_the_broker_does_not_take_is_replaced_for_all_by_one_call),
		T(test_a_token_sealed_with_another_key_is_said_and_replaced),
		T(test_without_the_store_nobody_asks_and_it_goes_on_when_it_is_back),
	};
	int failed;

	/* Every process has the same. */
	key = yq_secret_make("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 43);
	if (argc > 2)
		return run_child(argv);
	fixture_start(&fixture, argc, argv);
	(void)setenv("YQ_TEST_FOLDER", fixture.folder, 1);
	target = fixture_new_target(&fixture);
	firebird = fixture_open(&target);
	failed = cmocka_run_group_tests_name("session_shared", tests, migrate, NULL);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	fixture_stop(&fixture);
	yq_secret_free(key);
	return failed;
}
