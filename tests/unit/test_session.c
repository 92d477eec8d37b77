/* test_session.c - a token is there before it is needed, and the broker is not asked too often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "broker/session.h"

#define INTERVAL_MS 200
#define CALLS_MAX   64
#define PATIENCE_MS 20000

struct scene {
	uv_loop_t loop;
	uv_timer_t stop_timer;
	struct yq_broker_session *session;
	/* how the broker answers */
	enum yq_rc rc;
	int64_t life_us;
	bool later;   /* the test answers */
	bool same;    /* always the same token */
	size_t calls; /* that came */
	int64_t called_us[CALLS_MAX];
	/* what was told */
	size_t told, stop_at_told;
	enum yq_session_state state;
	char why[YQ_ERR_TEXT_MAX];
	bool free_when_told, unwatch_when_told;
};

static struct scene scene;

static void
answer(struct scene *s)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *value = NULL;
	struct yq_err err = { 0 };
	char text[32];

	if (s->rc != YQ_OK) {
		(void)yq_err_set(&err, s->rc, "EGW00103: no such key");
		yq_session_issued(s->session, s->rc, NULL, 0, &err);
		return;
	}
	(void)yq_str_format(text, sizeof(text), "token-%zu", s->same ? (size_t)1 : s->calls);
	value = yq_secret_make(text, strlen(text));
	yq_session_issued(
	    s->session, YQ_OK, value, yq_clock_now_us(yq_clock_system()) + s->life_us, NULL);
}

static void
on_issue(void *cookie, struct yq_broker_session *session)
{
	struct scene *s = cookie;

	assert_ptr_equal(session, s->session);
	assert_true(s->calls < CALLS_MAX);
	s->called_us[s->calls++] = yq_clock_now_us(yq_clock_system());
	if (!s->later)
		answer(s);
}

static void
on_changed(void *cookie, enum yq_session_state state, const char *why)
{
	struct scene *s = cookie;

	s->told++;
	s->state = state;
	yq_str_copy_cut(s->why, sizeof(s->why), why);
	if (s->unwatch_when_told)
		yq_session_unwatch(s->session, s);
	if (s->free_when_told) {
		yq_session_free(s->session);
		s->session = NULL;
	}
	if (s->told == s->stop_at_told)
		uv_stop(&s->loop);
}

static void
start(struct scene *s, enum yq_rc rc, int64_t life_ms)
{
	struct yq_session_options options = { .loop = &s->loop,
		.clock = yq_clock_system(),
		.name = { "kis", "alpha", "access" },
		.interval_ms = INTERVAL_MS,
		.issue = on_issue,
		.issue_cookie = s };

	memset(s, 0, sizeof(*s));
	s->rc = rc;
	s->life_us = life_ms * YQ_US_PER_MS;
	uv_loop_init(&s->loop);
	uv_timer_init(&s->loop, &s->stop_timer);
	s->stop_timer.data = s;
	assert_int_equal(yq_session_make(&options, &s->session, NULL), YQ_OK);
	yq_session_watch(s->session, on_changed, s);
	assert_int_equal(yq_session_state(s->session), YQ_SESSION_LOADING);
	assert_int_equal(s->calls, 0); /* not from inside */
}

static void
on_stop_timer(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void
run_for(struct scene *s, uint64_t ms)
{
	uv_update_time(&s->loop);
	uv_timer_start(&s->stop_timer, on_stop_timer, ms, 0);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	uv_timer_stop(&s->stop_timer);
}

static void
run_until_told(struct scene *s, size_t told)
{
	if (s->told >= told)
		return;
	s->stop_at_told = told;
	run_for(s, PATIENCE_MS);
	assert_true(s->told >= told);
	s->stop_at_told = 0;
}

static void
stop(struct scene *s)
{
	yq_session_free(s->session);
	uv_close((uv_handle_t *)&s->stop_timer, NULL);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	for (size_t i = 1; i < s->calls; i++)
		assert_true(
		    s->called_us[i] - s->called_us[i - 1] >= (INTERVAL_MS - 5) * YQ_US_PER_MS);
}

static void
test_the_first_token_is_issued_and_handed_out(void **state)
{
	struct yq_session_token token;

	(void)state;
	start(&scene, YQ_OK, 60000);
	assert_false(yq_session_token(scene.session, &token));
	run_until_told(&scene, 1);
	assert_int_equal(scene.state, YQ_SESSION_READY);
	assert_true(yq_session_token(scene.session, &token));
	assert_string_equal(yq_secret_reveal(token.value), "token-1");
	assert_int_equal(token.serial, 1);
	run_for(&scene, 3 * INTERVAL_MS);
	assert_int_equal(scene.calls, 1); /* once is enough */
	stop(&scene);
}

static void
test_it_is_renewed_before_its_life_is_over(void **state)
{
	struct yq_session_token token;

	(void)state;
	start(&scene, YQ_OK, 3000);
	run_until_told(&scene, 3);
	assert_int_equal(scene.calls, 3);
	for (size_t i = 1; i < 3; i++) /* at 80 to 85 per cent */
		assert_true(scene.called_us[i] - scene.called_us[i - 1] >= 2390 * YQ_US_PER_MS);
	assert_true(yq_session_token(scene.session, &token));
	assert_string_equal(yq_secret_reveal(token.value), "token-3");
	assert_int_equal(token.serial, 3);
	stop(&scene);
}

static void
test_while_the_renewal_fails_the_old_one_is_handed_out_until_it_is_over(void **state)
{
	struct yq_session_token token;

	(void)state;
	start(&scene, YQ_OK, 3000);
	run_until_told(&scene, 1);
	scene.rc = YQ_E_RETRY;
	run_until_told(&scene, 2);
	assert_int_equal(scene.state, YQ_SESSION_READY);
	assert_string_equal(scene.why, "EGW00103: no such key");
	assert_true(yq_session_token(scene.session, &token));
	assert_string_equal(yq_secret_reveal(token.value), "token-1");
	run_until_told(&scene, 3);
	assert_int_equal(scene.state, YQ_SESSION_WAITING);
	assert_false(yq_session_token(scene.session, &token));
	scene.rc = YQ_OK;
	while (scene.state != YQ_SESSION_READY)
		run_until_told(&scene, scene.told + 1);
	assert_true(yq_session_token(scene.session, &token));
	stop(&scene);
}

static void
test_one_that_the_broker_does_not_take_is_replaced_once(void **state)
{
	struct yq_session_token token;

	(void)state;
	start(&scene, YQ_OK, 60000);
	run_until_told(&scene, 1);
	assert_true(yq_session_token(scene.session, &token));
	for (int i = 0; i < 20; i++) /* twenty calls were under way with it */
		yq_session_expired(scene.session, token.serial);
	assert_false(yq_session_token(scene.session, &token));
	while (scene.state != YQ_SESSION_READY || scene.told < 3)
		run_until_told(&scene, scene.told + 1);
	assert_int_equal(scene.calls, 2);
	yq_session_expired(scene.session, 1); /* the last of them comes now */
	assert_true(yq_session_token(scene.session, &token));
	assert_string_equal(yq_secret_reveal(token.value), "token-2");
	run_for(&scene, 2 * INTERVAL_MS);
	assert_int_equal(scene.calls, 2);
	stop(&scene);
}

static void
test_a_broker_that_issues_what_it_does_not_take_is_not_asked_all_the_time(void **state)
{
	struct yq_session_token token;
	int64_t until_us = yq_clock_now_us(yq_clock_system()) + 5 * INTERVAL_MS * YQ_US_PER_MS;

	(void)state;
	start(&scene, YQ_OK, 60000);
	scene.same = true;
	while (yq_clock_now_us(yq_clock_system()) < until_us) {
		run_for(&scene, 10);
		if (yq_session_token(scene.session, &token))
			yq_session_expired(scene.session, token.serial);
	}
	assert_in_range(scene.calls, 2, 6);
	stop(&scene);
}

static void
test_keys_that_are_refused_are_not_tried_again_soon(void **state)
{
	(void)state;
	start(&scene, YQ_E_DENIED, 0);
	run_until_told(&scene, 1);
	assert_int_equal(scene.state, YQ_SESSION_REFUSED);
	assert_string_equal(scene.why, "EGW00103: no such key");
	run_for(&scene, 4 * INTERVAL_MS);
	assert_int_equal(scene.calls, 1);
	stop(&scene);
}

static void
test_a_failure_that_may_pass_is_tried_again(void **state)
{
	(void)state;
	start(&scene, YQ_E_UNKNOWN, 60000);
	run_until_told(&scene, 1);
	assert_int_equal(scene.state, YQ_SESSION_WAITING);
	scene.rc = YQ_OK;
	run_until_told(&scene, 2);
	assert_int_equal(scene.state, YQ_SESSION_READY);
	assert_string_equal(scene.why, "");
	stop(&scene);
}

static void
test_an_answer_that_is_no_token_is_none(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *empty = yq_secret_make("", 0);
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *good = yq_secret_make("x", 1);
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	const struct {
		const struct yq_secret *value;
		int64_t expires_at_us;
	} bad[] = { { NULL, now_us + 1000 * YQ_US_PER_SECOND },
		{ empty, now_us + 1000 * YQ_US_PER_SECOND }, { good, now_us - 1 }, { good, 0 },
		{ good, INT64_MAX } };
	struct yq_session_token token;

	(void)state;
	start(&scene, YQ_OK, 60000);
	scene.later = true;
	for (size_t i = 0; i < YQ_COUNT(bad); i++) {
		while (scene.calls <= i)
			run_for(&scene, 20);
		yq_session_issued(scene.session, YQ_OK, bad[i].value, bad[i].expires_at_us, NULL);
		run_for(&scene, 20);
		assert_int_equal(yq_session_state(scene.session), YQ_SESSION_WAITING);
		assert_true(yq_session_why(scene.session)[0] != '\0');
		assert_false(yq_session_token(scene.session, &token));
	}
	stop(&scene);
}

static void
test_whoever_is_told_may_go_or_end_it_all(void **state)
{
	struct scene other;

	(void)state;
	start(&scene, YQ_OK, 60000);
	memset(&other, 0, sizeof(other));
	other.session = scene.session;
	other.unwatch_when_told = true;
	yq_session_watch(scene.session, on_changed, &other);
	run_until_told(&scene, 1);
	assert_int_equal(other.told, 1);
	scene.free_when_told = true;
	yq_session_expired(scene.session, 1);
	run_until_told(&scene, 2);
	assert_int_equal(other.told, 1);
	stop(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_token_is_issued_and_handed_out),
		cmocka_unit_test(test_it_is_renewed_before_its_life_is_over),
		cmocka_unit_test(
		    test_while_the_renewal_fails_the_old_one_is_handed_out_until_it_is_over),
		cmocka_unit_test(test_one_that_the_broker_does_not_take_is_replaced_once),
		cmocka_unit_test(
		    test_a_broker_that_issues_what_it_does_not_take_is_not_asked_all_the_time),
		cmocka_unit_test(test_keys_that_are_refused_are_not_tried_again_soon),
		cmocka_unit_test(test_a_failure_that_may_pass_is_tried_again),
		cmocka_unit_test(test_an_answer_that_is_no_token_is_none),
		cmocka_unit_test(test_whoever_is_told_may_go_or_end_it_all),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
