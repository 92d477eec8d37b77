/* test_store_tokens.c - a broker's token is kept sealed, and one of all has it renewed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "firebird_fixture.h"
#include "store/migrate.h"
#include "store/seal.h"
#include "store/tokens.h"
#include "store/tx.h"

#define NOW	  INT64_C(1700000000000000)
#define LENGTH	  INT64_C(60000000)
#define PROCESSES 4
#define ROUNDS	  25
#define SHORT_US  INT64_C(1000000) /* a turn, and for how long they are asked for */
#define TAKES_US  (4 * SHORT_US)

static struct firebird_fixture fixture;
static struct yq_firebird_target target;
static struct yq_firebird *firebird;
static struct yq_secret *key;

static const struct yq_token_name name = { "kis", "alpha", "access" };

static struct yq_token
token_of(const char *text, int64_t issued_at_us)
{
	return (struct yq_token){ .value = yq_secret_make(text, strlen(text)),
		.issued_at_us = issued_at_us,
		.expires_at_us = issued_at_us + 10 * LENGTH };
}

static enum yq_rc
written(const char *text, int64_t issued_at_us)
{
	struct yq_token token = token_of(text, issued_at_us);
	enum yq_rc rc = yq_token_write(firebird, key, &name, &token, NULL);

	yq_token_clear(&token);
	return rc;
}

static void
assert_kept(const char *text, int64_t issued_at_us)
{
	struct yq_token token;

	assert_int_equal(yq_token_read(firebird, key, &name, &token, NULL), YQ_OK);
	assert_true(yq_secret_matches(token.value, text, strlen(text)));
	assert_int_equal(token.issued_at_us, issued_at_us);
	assert_int_equal(token.expires_at_us, issued_at_us + 10 * LENGTH);
	yq_token_clear(&token);
}

static enum yq_rc
unreadable(const struct yq_secret *with, const struct yq_token_name *of)
{
	struct yq_err err = { 0 };
	struct yq_token token;
	enum yq_rc rc = yq_token_read(firebird, with, of, &token, &err);

	assert_null(token.value);
	assert_true(err.text[0] != '\0');
	return rc;
}

static void
run(const char *sql)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_exec(tx, sql, NULL, 0, NULL, NULL), YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
}

static void
test_a_token_is_kept_and_a_newer_one_takes_its_place(void **state)
{
	(void)state;
	assert_int_equal(unreadable(key, &name), YQ_E_NOT_FOUND);
	assert_int_equal(written("first", NOW), YQ_OK);
	assert_kept("first", NOW);
	assert_int_equal(written("second", NOW + 5), YQ_OK);
	assert_kept("second", NOW + 5);
	/* who was slow changes nothing */
	assert_int_equal(written("first again", NOW + 4), YQ_E_STATE);
	assert_kept("second", NOW + 5);
}

static void
test_nobody_reads_it_in_the_database(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;

	(void)state;
	assert_int_equal(written("eyJ0b2tlbiI6IkJlYXJlciJ9", NOW), YQ_OK);
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_query(tx, "SELECT SEALED FROM TOKENS", NULL, 0, &rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
	assert_null(strstr(yq_rows_text(rows, 0, NULL), "eyJ0"));
}

static void
test_another_key_or_a_changed_row_is_an_error_that_says_so(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *other = yq_secret_random(YQ_SEAL_KEY_BYTES);
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *none = yq_secret_make("x", 1);
	const struct yq_token_name copy = { "kis", "beta", "access" };

	(void)state;
	assert_int_equal(written("secret", NOW), YQ_OK);
	assert_int_equal(unreadable(other, &name), YQ_E_CORRUPT);
	assert_int_equal(unreadable(none, &name), YQ_E_INVALID);
	assert_int_equal(unreadable(NULL, &name), YQ_E_INVALID);
	run("INSERT INTO TOKENS SELECT BROKER, 'beta', KIND, SEALED, ISSUED_AT_US, EXPIRES_AT_US "
	    "FROM TOKENS");
	assert_int_equal(unreadable(key, &copy), YQ_E_CORRUPT);
	run("UPDATE TOKENS SET EXPIRES_AT_US = EXPIRES_AT_US + 1");
	assert_int_equal(unreadable(key, &name), YQ_E_CORRUPT);
	run("UPDATE TOKENS SET SEALED = ''");
	assert_int_equal(unreadable(key, &name), YQ_E_CORRUPT);
	/* a new one takes its place */
	assert_int_equal(written("second", NOW + 1), YQ_OK);
	assert_kept("second", NOW + 1);
}

static void
test_a_credential_does_not_tell_its_key(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *a = yq_secret_make("PSabc", 5);
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *b = yq_secret_make("PSabd", 5);
	char of_a[YQ_TOKEN_CREDENTIAL_SIZE], again[YQ_TOKEN_CREDENTIAL_SIZE],
	    of_b[YQ_TOKEN_CREDENTIAL_SIZE];

	(void)state;
	yq_token_credential(a, of_a);
	yq_token_credential(a, again);
	yq_token_credential(b, of_b);
	assert_string_equal(of_a, again);
	assert_string_not_equal(of_a, of_b);
	assert_null(strstr(of_a, "PSab"));
}

static void
test_a_turn_is_nobodys_before_it_ends(void **state)
{
	const struct yq_token_name other = { "kis", "alpha", "approval" };
	int64_t until;

	(void)state;
	assert_int_equal(yq_token_turn(firebird, &name, NOW, LENGTH, &until, NULL), YQ_OK);
	assert_int_equal(until, NOW + LENGTH);
	/* not even ours a second time */
	assert_int_equal(
	    yq_token_turn(firebird, &name, NOW + LENGTH, LENGTH, &until, NULL), YQ_E_STATE);
	assert_int_equal(until, NOW + LENGTH);
	assert_int_equal(yq_token_turn(firebird, &other, NOW, LENGTH, &until, NULL), YQ_OK);
	assert_int_equal(
	    yq_token_turn(firebird, &name, NOW + LENGTH + 1, LENGTH, &until, NULL), YQ_OK);
	assert_int_equal(until, NOW + 2 * LENGTH + 1);
}

static void
test_a_turn_of_a_clock_that_was_wrong_does_not_last(void **state)
{
	const int64_t day = INT64_C(86400) * YQ_US_PER_SECOND;
	int64_t until;

	(void)state;
	assert_int_equal(yq_token_turn(firebird, &name, NOW + day, LENGTH, &until, NULL), YQ_OK);
	assert_int_equal(yq_token_turn(firebird, &name, NOW, LENGTH, &until, NULL), YQ_OK);
	assert_int_equal(until, NOW + LENGTH);
	assert_int_equal(yq_token_turn(firebird, &name, NOW + 1, LENGTH, &until, NULL), YQ_E_STATE);
}

/* ---- several processes ---- */

/* Asks for the turn all the time for a while; how often it got it is its exit status. */
static int
child_takes(struct yq_firebird *mine)
{
	int64_t end_us = yq_clock_now_us(yq_clock_system()) + TAKES_US, now_us, until_us;
	int got = 0;

	while ((now_us = yq_clock_now_us(yq_clock_system())) < end_us) {
		enum yq_rc rc = yq_token_turn(mine, &name, now_us, SHORT_US, &until_us, NULL);

		if (rc != YQ_OK && rc != YQ_E_STATE && rc != YQ_E_RETRY)
			return 100 + (int)rc;
		got += rc == YQ_OK;
		usleep(5000);
	}
	return got;
}

/* Takes the turn, and dies before anything comes of it. */
static int
child_dies(struct yq_firebird *mine)
{
	int64_t until;

	if (yq_token_turn(mine, &name, NOW, LENGTH, &until, NULL) != YQ_OK)
		return 1;
	raise(SIGKILL);
	return 2;
}

/* Writes tokens that are newer and newer, among others who do. */
static int
child_writes(struct yq_firebird *mine)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct yq_token token = token_of("from a child", NOW + i);
		enum yq_rc rc;

		do {
			rc = yq_token_write(mine, key, &name, &token, NULL);
		} while (rc == YQ_E_RETRY);
		yq_token_clear(&token);
		if (rc != YQ_OK && rc != YQ_E_STATE)
			return 100 + (int)rc;
	}
	return 0;
}

static int
run_child(char **argv)
{
	struct yq_firebird_target mine = fixture_child_target(argv);
	struct yq_firebird *connection = fixture_open(&mine);
	int status = yq_str_equal(argv[1], "takes")  ? child_takes(connection)
		     : yq_str_equal(argv[1], "dies") ? child_dies(connection)
						     : child_writes(connection);

	yq_firebird_close(connection);
	yq_firebird_target_clear(&mine);
	return status;
}

static void
test_of_several_processes_one_has_each_turn(void **state)
{
	int64_t began_us = yq_clock_now_us(yq_clock_system()), took_us;
	pid_t children[PROCESSES];
	int got = 0;

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		children[i] = fixture_spawn_self(&fixture, "takes", target.database);
	for (int i = 0; i < PROCESSES; i++)
		got += fixture_wait(children[i], 0);
	took_us = yq_clock_now_us(yq_clock_system()) - began_us;
	assert_in_range(got, 2, took_us / SHORT_US + 1);
}

static void
test_of_several_processes_the_newest_token_stays(void **state)
{
	pid_t children[PROCESSES];

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		children[i] = fixture_spawn_self(&fixture, "writes", target.database);
	for (int i = 0; i < PROCESSES; i++)
		assert_int_equal(fixture_wait(children[i], 0), 0);
	assert_kept("from a child", NOW + ROUNDS - 1);
}

static void
test_one_who_dies_with_the_turn_holds_the_others_up_no_longer_than_it_lasts(void **state)
{
	pid_t child = fixture_spawn_self(&fixture, "dies", target.database);
	int64_t until;

	(void)state;
	assert_int_equal(fixture_wait(child, SIGKILL), -1);
	assert_int_equal(
	    yq_token_turn(firebird, &name, NOW + LENGTH - 1, LENGTH, &until, NULL), YQ_E_STATE);
	assert_int_equal(until, NOW + LENGTH);
	assert_int_equal(
	    yq_token_turn(firebird, &name, NOW + LENGTH + 1, LENGTH, &until, NULL), YQ_OK);
}

static int
empty_tables(void **state)
{
	(void)state;
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
#define T(test) cmocka_unit_test_setup(test, empty_tables)
	const struct CMUnitTest tests[] = {
		T(test_a_token_is_kept_and_a_newer_one_takes_its_place),
		T(test_nobody_reads_it_in_the_database),
		T(test_another_key_or_a_changed_row_is_an_error_that_says_so),
		T(test_a_credential_does_not_tell_its_key),
		T(test_a_turn_is_nobodys_before_it_ends),
		T(test_a_turn_of_a_clock_that_was_wrong_does_not_last),
		T(test_of_several_processes_one_has_each_turn),
		T(test_of_several_processes_the_newest_token_stays),
		T(test_one_who_dies_with_the_turn_holds_the_others_up_no_longer_than_it_lasts),
	};
	int failed;

	/* Every process has the same. */
	key = yq_secret_make("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 43);
	if (argc > 2)
		return run_child(argv);
	fixture_start(&fixture, argc, argv);
	target = fixture_new_target(&fixture);
	firebird = fixture_open(&target);
	failed = cmocka_run_group_tests_name("store_tokens", tests, migrate, NULL);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	fixture_stop(&fixture);
	yq_secret_free(key);
	return failed;
}
