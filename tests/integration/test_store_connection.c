/* test_store_connection.c - a real Firebird is opened, locked by another, lost and found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "firebird_fixture.h"
#include "store/tx.h"

static struct firebird_fixture fixture;
static struct yq_firebird_target target;
static struct yq_firebird *firebird;

static void
run(const char *sql)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_err err = { 0 };

	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, &err), YQ_OK);
	if (yq_tx_exec(tx, sql, NULL, 0, NULL, &err) != YQ_OK)
		fail_msg("%s: %s", sql, err.text);
	assert_int_equal(yq_tx_commit(tx, &err), YQ_OK);
}

static void
insert_one(void)
{
	run("INSERT INTO T (ID, N) VALUES (1, 1)");
}

static int64_t
count_rows(void)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;

	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_query(tx, "SELECT COUNT(*) FROM T", NULL, 0, &rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
	return yq_rows_int(rows, 0);
}

/* No wait is an option of the transaction, not of SELECT ... WITH LOCK. */
static void
test_a_lock_held_by_another_is_retry_at_once(void **state)
{
	static const struct yq_tx_options no_wait = { .no_wait = true };
	YQ_CLEANUP(yq_firebird_closep) struct yq_firebird *other = NULL;
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *mine = NULL;
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *theirs = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	struct yq_err err = { 0 };

	(void)state;
	insert_one();
	other = fixture_open(&target);
	assert_int_equal(yq_tx_begin(firebird, NULL, &mine, NULL), YQ_OK);
	assert_int_equal(yq_tx_exec(mine, "UPDATE T SET N = 2", NULL, 0, NULL, NULL), YQ_OK);
	assert_int_equal(yq_tx_begin(other, &no_wait, &theirs, NULL), YQ_OK);
	assert_int_equal(
	    yq_tx_query(theirs, "SELECT ID FROM T WITH LOCK", NULL, 0, &rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_next(rows, &err), YQ_E_RETRY);
	yq_rows_freep(&rows);
	assert_int_equal(yq_tx_exec(theirs, "UPDATE T SET N = 3", NULL, 0, NULL, &err), YQ_E_RETRY);
}

static volatile sig_atomic_t terminations;

static void
on_sigterm(int signal)
{
	(void)signal;
	terminations = terminations + 1;
}

/* A daemon drains when it is told to end; what drains must still be written. */
static void
test_a_termination_signal_reaches_us_and_not_the_engine(void **state)
{
	struct sigaction ours = { .sa_handler = on_sigterm }, before;
	struct timespec span = { .tv_nsec = 200000000 };
	YQ_CLEANUP(yq_firebird_closep) struct yq_firebird *other = NULL;

	(void)state;
	assert_int_equal(sigaction(SIGTERM, &ours, &before), 0);
	other = fixture_open(&target);
	assert_non_null(other);
	raise(SIGTERM);
	nanosleep(&span, NULL); /* an engine that shuts down does so in a thread of its own */
	assert_int_equal(terminations, 1);
	insert_one();
	assert_int_equal(count_rows(), 1);
	assert_int_equal(sigaction(SIGTERM, &before, NULL), 0);
	assert_true(before.sa_handler == SIG_DFL); /* also after the very first use */
}

static void
test_a_lost_server_is_unknown_at_commit_and_found_again(void **state)
{
	struct yq_tx *tx;
	struct yq_err err = { 0 };

	(void)state;
	if (!fixture.served)
		return; /* an embedded engine dies with its process: test_store_processes */
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(
	    yq_tx_exec(tx, "INSERT INTO T (ID) VALUES (8)", NULL, 0, NULL, NULL), YQ_OK);
	fixture_stop_server(&fixture);
	assert_int_equal(yq_tx_commit(tx, &err), YQ_E_UNKNOWN);
	assert_false(yq_firebird_is_connected(firebird));
	yq_tx_end(tx);
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, &err), YQ_E_RETRY);
	assert_non_null(strstr(err.text, "start that server"));
	fixture_start_server(&fixture);
	assert_int_equal(count_rows(), 0);
	/* lost between two transactions: nobody notices */
	fixture_stop_server(&fixture);
	fixture_start_server(&fixture);
	assert_int_equal(count_rows(), 0);
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	fixture_stop_server(&fixture);
	assert_int_equal(
	    yq_tx_exec(tx, "INSERT INTO T (ID) VALUES (9)", NULL, 0, NULL, &err), YQ_E_RETRY);
	yq_tx_end(tx);
	fixture_start_server(&fixture);
}

static void
refuse(const struct yq_firebird_target *wrong, bool create, enum yq_rc expected, const char *advice)
{
	const struct yq_firebird_options options = { .create = create };
	struct yq_firebird *none;
	struct yq_err err = { 0 };

	assert_int_equal(yq_firebird_open(wrong, &options, &none, &err), expected);
	assert_null(none);
	if (strstr(err.text, advice) == NULL)
		fail_msg("\"%s\" is not in: %s", advice, err.text);
	assert_null(strchr(err.text, '\n'));
	assert_null(strstr(err.text, "S3cret"));
}

static void
test_what_cannot_be_opened_says_what_to_do(void **state)
{
	struct yq_firebird_target wrong = target;

	(void)state;
	wrong.password = yq_secret_make("S3cret", 6);
	if (fixture.served) {
		refuse(&wrong, false, YQ_E_DENIED, "correct User and Password");
		yq_str_copy_cut(wrong.host, sizeof(wrong.host), "no-such-host.invalid");
		refuse(&wrong, false, YQ_E_RETRY, "correct DataSource and Port");
		yq_str_copy_cut(wrong.host, sizeof(wrong.host), "127.0.0.1");
		wrong.port = 1;
		refuse(&wrong, false, YQ_E_RETRY, "start that server");
	} else {
		yq_str_copy_cut(wrong.database, sizeof(wrong.database), "/nowhere/at/all.fdb");
		refuse(&wrong, false, YQ_E_NOT_FOUND, "there is no database");
		refuse(&wrong, true, YQ_E_SYSTEM, "check that the folder exists");
		yq_str_copy_cut(wrong.database, sizeof(wrong.database), "/bin/sh");
		refuse(&wrong, true, YQ_E_CORRUPT, "the file is no Firebird database");
		yq_str_copy_cut(wrong.database, sizeof(wrong.database), "a:b");
		refuse(&wrong, true, YQ_E_INVALID, "choose another path");
	}
	yq_secret_free(wrong.password);
}

static void
test_the_database_is_utf8_and_flushes(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;

	(void)state;
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(
	    yq_tx_query(tx,
		"SELECT TRIM(D.RDB$CHARACTER_SET_NAME) AS CS, M.MON$FORCED_WRITES AS FW,"
		" M.MON$PAGE_SIZE AS PS FROM RDB$DATABASE D CROSS JOIN MON$DATABASE M",
		NULL, 0, &rows, NULL),
	    YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
	assert_string_equal(yq_rows_text(rows, 0, NULL), "UTF8");
	assert_int_equal(yq_rows_int(rows, 1), 1);
	assert_int_equal(yq_rows_int(rows, 2), YQ_FIREBIRD_PAGE_BYTES);
}

static int
make_table(void **state)
{
	(void)state;
	run("CREATE TABLE T (ID INTEGER NOT NULL PRIMARY KEY, N BIGINT)");
	return 0;
}

static int
empty_table(void **state)
{
	(void)state;
	run("DELETE FROM T");
	return 0;
}

int
main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup(name, empty_table)
	const struct CMUnitTest tests[] = {
		T(test_a_lock_held_by_another_is_retry_at_once),
		T(test_a_termination_signal_reaches_us_and_not_the_engine),
		T(test_a_lost_server_is_unknown_at_commit_and_found_again),
		T(test_what_cannot_be_opened_says_what_to_do),
		T(test_the_database_is_utf8_and_flushes),
	};
	int failed;

	fixture_start(&fixture, argc, argv);
	target = fixture_new_target(&fixture);
	firebird = fixture_open(&target);
	failed = cmocka_run_group_tests_name("store_connection", tests, make_table, NULL);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	fixture_stop(&fixture);
	return failed;
}
