/* test_web_access.c - sessions and pauses after failures, with the rights of yq-web on a real
 * server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "desk/lockout.h"
#include "desk/web_session.h"
#include "valkey_fixture.h"

#define MINUTES 60000

static struct valkey_fixture server;
static struct yq_valkey_sync *web, *console;
static const struct yq_web_session_terms terms = { 30 * MINUTES, 600 * MINUTES };

static int
start(void **state)
{
	(void)state;
	valkey_fixture_start(&server);
	web = valkey_fixture_sync(&server, YQ_PROGRAM_WEB);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	yq_valkey_sync_close(web);
	yq_valkey_sync_close(console);
	valkey_fixture_end(&server);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	valkey_fixture_clear(&server);
	return 0;
}

static struct yq_secret *
begin(const char *user, struct yq_web_session *session)
{
	struct yq_secret *token;
	struct yq_err err = { 0 };

	*session = (struct yq_web_session){ .role = YQ_ROLE_TRADER, .version = 3 };
	yq_str_copy_cut(session->user, sizeof(session->user), user);
	yq_str_copy_cut(session->address, sizeof(session->address), "::1");
	if (yq_web_session_begin(web, &terms, session, &token, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return token;
}

static enum yq_rc
use(const struct yq_secret *token, struct yq_web_session *session)
{
	return yq_web_session_use(web, yq_secret_reveal(token), &terms, session, NULL);
}

static void
test_a_session_is_known_by_its_token_alone(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *token = NULL;
	struct yq_web_session session, found;

	(void)state;
	token = begin("ann", &session);
	assert_int_equal(use(token, &found), YQ_OK);
	assert_string_equal(found.user, "ann");
	assert_string_equal(found.csrf, session.csrf);
	assert_string_equal(found.address, "::1");
	assert_int_equal(found.role, YQ_ROLE_TRADER);
	assert_int_equal(found.version, 3);
	assert_int_equal(found.ends_at_us - found.created_at_us, terms.life_ms * 1000);
	assert_int_equal(yq_web_session_use(web, found.digest, &terms, &found, NULL), YQ_E_DENIED);
	assert_int_equal(yq_web_session_use(web, "", &terms, &found, NULL), YQ_E_DENIED);
}

static void
test_what_has_ended_is_not_brought_back_by_a_change(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *token = NULL;
	struct yq_web_session session, found;
	int64_t ended = 0;

	(void)state;
	token = begin("ann", &session);
	session.must_change = true;
	assert_int_equal(yq_web_session_update(web, &session, NULL), YQ_OK);
	assert_int_equal(use(token, &found), YQ_OK);
	assert_true(found.must_change);
	/* nobody else's */
	assert_int_equal(yq_web_session_end(web, "bob", session.digest, NULL, &ended, NULL), YQ_OK);
	assert_int_equal(ended, 0);
	assert_int_equal(yq_web_session_end(web, "ann", session.digest, NULL, &ended, NULL), YQ_OK);
	assert_int_equal(ended, 1);
	assert_int_equal(yq_web_session_update(web, &session, NULL), YQ_OK);
	assert_int_equal(use(token, &found), YQ_E_DENIED);
}

static void
test_all_sessions_of_a_user_end_but_the_one_that_is_kept(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *one = NULL, *two = NULL, *other = NULL;
	struct yq_web_session first, second, third;
	struct yq_web_session_list list;
	int64_t ended = 0;

	(void)state;
	one = begin("ann", &first);
	two = begin("ann", &second);
	other = begin("bob", &third);
	assert_int_equal(yq_web_session_find(web, "ann", &list, NULL), YQ_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(yq_web_session_end(web, "ann", NULL, first.digest, &ended, NULL), YQ_OK);
	assert_int_equal(ended, 1);
	assert_int_equal(use(one, &first), YQ_OK);
	assert_int_equal(use(two, &second), YQ_E_DENIED);
	assert_int_equal(use(other, &third), YQ_OK);
}

static void
test_one_session_too_many_ends_the_one_unused_for_longest(void **state)
{
	struct yq_secret *tokens[YQ_WEB_SESSIONS_MAX + 1];
	struct yq_web_session session;
	struct yq_web_session_list list;
	char key[YQ_KEY_SIZE], words[YQ_KEY_SIZE + 32];

	(void)state;
	for (size_t i = 0; i < YQ_WEB_SESSIONS_MAX; i++) {
		tokens[i] = begin("ann", &session);
		if (i != 5)
			continue;
		yq_key_format(YQ_KEY_SESSION, session.digest, key);
		yq_str_format(words, sizeof(words), "HSET %s LastAt 1", key);
		assert_int_equal(yq_valkey_sync_words(console, words, NULL, NULL), YQ_OK);
	}
	tokens[YQ_WEB_SESSIONS_MAX] = begin("ann", &session);
	assert_int_equal(yq_web_session_find(web, "ann", &list, NULL), YQ_OK);
	assert_int_equal(list.count, YQ_WEB_SESSIONS_MAX);
	for (size_t i = 0; i <= YQ_WEB_SESSIONS_MAX; i++) {
		assert_int_equal(use(tokens[i], &session), i == 5 ? YQ_E_DENIED : YQ_OK);
		yq_secret_free(tokens[i]);
	}
}

/* ---- pauses ---- */

static enum yq_rc
try(const char *user, const char *address, struct yq_attempt *attempt)
{
	return yq_attempt_begin(web, user, address, attempt, NULL);
}

/* The pause of the user, and then it is over. */
static int64_t
pause_of(const char *user, const struct yq_attempt *attempt)
{
	int64_t until_us, now_us = yq_clock_now_us(yq_clock_system());
	char key[YQ_KEY_SIZE], words[YQ_KEY_SIZE + 32];

	assert_int_equal(yq_lockout_read(web, &user, 1, &until_us, NULL), YQ_OK);
	yq_key_format(YQ_KEY_LOCKOUT, attempt->user, key);
	yq_str_format(words, sizeof(words), "HSET %s Until 0", key);
	assert_int_equal(yq_valkey_sync_words(console, words, NULL, NULL), YQ_OK);
	return until_us == 0 ? 0 : (until_us - now_us + 999999) / 1000000;
}

static void
test_pauses_double_from_the_fifth_failure_to_900_seconds(void **state)
{
	struct yq_attempt attempt;
	char address[32];

	(void)state;
	for (int i = 1; i <= 20; i++) {
		int64_t expected = i < 5 ? 0 : i >= 15 ? 900 : INT64_C(1) << (i - 5);

		yq_str_format(address, sizeof(address), "10.0.0.%d", i);
		assert_int_equal(try("Ann", address, &attempt), YQ_OK);
		assert_int_equal(attempt.failures, i);
		assert_int_equal(attempt.locks, i >= 5);
		assert_in_range(
		    pause_of("ann", &attempt), expected > 0 ? expected - 1 : 0, expected);
	}
}

static void
test_within_a_pause_nothing_counts_and_success_forgets(void **state)
{
	struct yq_attempt attempt, first;

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(try("ann", "10.0.0.1", &first), YQ_OK);
		(void)pause_of("ann", &first);
	}
	assert_int_equal(try("ann", "10.0.0.1", &first), YQ_OK); /* 64 s */
	assert_int_equal(try("ANN", "10.0.0.2", &attempt), YQ_E_LIMIT);
	assert_in_range(attempt.wait_s, 60, 64);
	assert_int_equal(try("bob", "10.0.0.2", &attempt), YQ_OK);
	assert_int_equal(yq_attempt_passed(web, &first, true, NULL), YQ_OK);
	assert_int_equal(try("ann", "10.0.0.1", &attempt), YQ_OK);
	assert_int_equal(attempt.failures, 1);
}

static void
test_an_attempt_that_is_taken_back_leaves_the_others(void **state)
{
	struct yq_attempt attempt;

	(void)state;
	for (int i = 1; i <= 3; i++)
		assert_int_equal(try("ann", "10.0.0.1", &attempt), YQ_OK);
	assert_int_equal(yq_attempt_passed(web, &attempt, false, NULL), YQ_OK);
	assert_int_equal(try("ann", "10.0.0.1", &attempt), YQ_OK);
	assert_int_equal(attempt.failures, 3);
	assert_int_equal(yq_lockout_clear(web, "Ann", NULL), YQ_OK);
	assert_int_equal(try("ann", "10.0.0.1", &attempt), YQ_OK);
	assert_int_equal(attempt.failures, 1);
}

static void
test_an_address_pauses_after_twenty_for_a_minute_at_most(void **state)
{
	struct yq_attempt attempt;
	char user[32];

	(void)state;
	for (int i = 1; i <= 20; i++) {
		yq_str_format(user, sizeof(user), "user%d", i);
		assert_int_equal(try(user, "10.0.0.1", &attempt), YQ_OK);
	}
	assert_int_equal(try("ann", "10.0.0.1", &attempt), YQ_E_LIMIT);
	assert_in_range(attempt.wait_s, 1, 60);
	assert_int_equal(try("ann", "10.0.0.2", &attempt), YQ_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_session_is_known_by_its_token_alone, clear),
		cmocka_unit_test_setup(test_what_has_ended_is_not_brought_back_by_a_change, clear),
		cmocka_unit_test_setup(
		    test_all_sessions_of_a_user_end_but_the_one_that_is_kept, clear),
		cmocka_unit_test_setup(
		    test_one_session_too_many_ends_the_one_unused_for_longest, clear),
		cmocka_unit_test_setup(
		    test_pauses_double_from_the_fifth_failure_to_900_seconds, clear),
		cmocka_unit_test_setup(
		    test_within_a_pause_nothing_counts_and_success_forgets, clear),
		cmocka_unit_test_setup(test_an_attempt_that_is_taken_back_leaves_the_others, clear),
		cmocka_unit_test_setup(
		    test_an_address_pauses_after_twenty_for_a_minute_at_most, clear),
	};

	return cmocka_run_group_tests_name("web_access", tests, start, end);
}
