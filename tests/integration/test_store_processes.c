/* test_store_processes.c - several processes on one database, and one that dies in the middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "firebird_fixture.h"
#include "store/tx.h"

#define ROWS	  200
#define PROCESSES 3

static struct firebird_fixture fixture;
static struct yq_firebird_target target;
static struct yq_firebird *firebird;

static enum yq_rc
insert(struct yq_tx *tx, int64_t id)
{
	struct yq_param params[] = { yq_param_int("ID", id) };

	return yq_tx_exec(tx, "INSERT INTO T (ID) VALUES (:ID)", params, 1, NULL, NULL);
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

/* A child that commits rows one by one. */
static int
child_commits(struct yq_firebird *mine)
{
	for (int i = 0; i < ROWS; i++) {
		YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

		if (yq_tx_begin(mine, NULL, &tx, NULL) != YQ_OK ||
		    insert(tx, (int64_t)getpid() * 1000 + i) != YQ_OK ||
		    yq_tx_commit(tx, NULL) != YQ_OK)
			return 1;
	}
	return 0;
}

/* A child that commits one row, begins many more, and is killed before it commits them. */
static int
child_dies(struct yq_firebird *mine)
{
	struct yq_tx *tx;

	if (yq_tx_begin(mine, NULL, &tx, NULL) != YQ_OK || insert(tx, 1) != YQ_OK ||
	    yq_tx_commit(tx, NULL) != YQ_OK)
		return 1;
	yq_tx_end(tx);
	if (yq_tx_begin(mine, NULL, &tx, NULL) != YQ_OK)
		return 1;
	for (int i = 2; i < 5000; i++) {
		if (insert(tx, i) != YQ_OK)
			return 1;
	}
	raise(SIGKILL);
	return 2;
}

/* Where the mutex of a file that the engine's processes share is, in glibc's layout; and its kind.
 */
#define MUTEX_AT   16
#define KIND_AT	   (MUTEX_AT + 16)
#define IS_SHARED  128
#define PATIENCE_S 30

/* A child that is killed while it holds the mutex of each file that it shares with others. */
static int
child_dies_holding(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[2 * FIXTURE_PATH_SIZE], rights[8];
	unsigned long from, offset;
	int held = 0;

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		if (strstr(line, "/lock/fb") == NULL ||
		    sscanf(line, "%lx-%*x %7s %lx", &from, rights, &offset) != 3 || offset != 0 ||
		    strcmp(rights, "rw-s") != 0 || (*(int *)(from + KIND_AT) & IS_SHARED) == 0)
			continue;
		/* A file may be mapped twice. */
		if (pthread_mutex_trylock((pthread_mutex_t *)(from + MUTEX_AT)) == 0)
			held++;
	}
	if (held > 0)
		raise(SIGKILL);
	return 2;
}

static int
run_child(char **argv)
{
	struct yq_firebird_target mine = fixture_child_target(argv);
	struct yq_firebird *connection = fixture_open(&mine);
	int status;

	if (yq_str_equal(argv[1], "commits"))
		status = child_commits(connection);
	else if (yq_str_equal(argv[1], "holds"))
		status = child_dies_holding();
	else
		status = child_dies(connection);

	yq_firebird_close(connection);
	yq_firebird_target_clear(&mine);
	return status;
}

static void
test_a_process_killed_in_a_transaction_leaves_nothing_half_done(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	(void)state;
	for (int round = 0; round < 3; round++) {
		pid_t child = fixture_spawn_self(&fixture, "dies", target.database);

		assert_int_equal(fixture_wait(child, SIGKILL), -1);
		/* a server may take a moment to see that its client is gone */
		assert_int_equal(count_rows(), 1);
		assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
		assert_int_equal(insert(tx, 2), YQ_OK); /* what it held is free again */
		assert_int_equal(yq_tx_exec(tx, "DELETE FROM T", NULL, 0, NULL, NULL), YQ_OK);
		assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
		yq_tx_endp(&tx);
	}
}

static void
test_several_processes_work_on_one_database_at_once(void **state)
{
	pid_t children[PROCESSES];

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		children[i] = fixture_spawn_self(&fixture, "commits", target.database);
	for (int i = 0; i < PROCESSES; i++)
		assert_int_equal(fixture_wait(children[i], 0), 0);
	assert_int_equal(count_rows(), PROCESSES * ROWS);
}

/* People look into the database with isql while the programs run. */
static void
test_isql_opens_the_same_file_meanwhile(void **state)
{
	char isql[FIXTURE_PATH_SIZE], quiet[] = "-q", bail[] = "-bail", user[] = "-user",
				      sysdba[] = "SYSDBA", input[] = "-input",
				      script[FIXTURE_PATH_SIZE], database[sizeof(target.database)];
	char *argv[] = { isql, quiet, bail, user, sysdba, input, script, database, NULL };
	const char *sql = "INSERT INTO T (ID) VALUES (77);\nCOMMIT;\n";
	pid_t child;
	int fd;

	(void)state;
	if (fixture.served)
		return; /* through the server it is one more client */
	fixture_isql(isql);
	assert_true(yq_str_format(script, sizeof(script), "%s/script.sql", fixture.folder));
	yq_str_copy_cut(database, sizeof(database), target.database);
	fd = open(script, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, sql, strlen(sql)), strlen(sql));
	close(fd);
	assert_int_equal(posix_spawn(&child, isql, NULL, NULL, argv, environ), 0);
	assert_int_equal(fixture_wait(child, 0), 0);
	assert_int_equal(count_rows(), 1);
}

static bool
ends_in_time(pid_t child, int *status)
{
	for (int i = 0; i < PATIENCE_S * 100; i++) {
		if (waitpid(child, status, WNOHANG) == child)
			return true;
		usleep(10000);
	}
	(void)kill(child, SIGKILL);
	(void)waitpid(child, status, 0);
	return false;
}

static void
test_a_process_killed_with_the_engines_mutexes_keeps_nobody_waiting(void **state)
{
	(void)state;
	if (fixture.served)
		return; /* the mutexes are the server's own */
	for (int round = 0; round < 2; round++) {
		int status = 0;

		assert_int_equal(
		    fixture_wait(fixture_spawn_self(&fixture, "holds", target.database), SIGKILL),
		    -1);
		/* One that attaches now, and one that has been attached before. */
		assert_true(ends_in_time(
		    fixture_spawn_self(&fixture, "commits", target.database), &status));
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_int_equal(count_rows(), (round + 1) * ROWS);
	}
}

static int
empty_table(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	(void)state;
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_exec(tx, "DELETE FROM T", NULL, 0, NULL, NULL), YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
	return 0;
}

static int
make_table(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	(void)state;
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(
	    yq_tx_exec(tx, "CREATE TABLE T (ID BIGINT NOT NULL PRIMARY KEY)", NULL, 0, NULL, NULL),
	    YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
	return 0;
}

int
main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup(name, empty_table)
	const struct CMUnitTest tests[] = {
		T(test_a_process_killed_in_a_transaction_leaves_nothing_half_done),
		T(test_several_processes_work_on_one_database_at_once),
		T(test_isql_opens_the_same_file_meanwhile),
		T(test_a_process_killed_with_the_engines_mutexes_keeps_nobody_waiting),
	};
	int failed;

	if (argc > 2)
		return run_child(argv);
	fixture_start(&fixture, argc, argv);
	target = fixture_new_target(&fixture);
	firebird = fixture_open(&target);
	failed = cmocka_run_group_tests_name("store_processes", tests, make_table, NULL);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	fixture_stop(&fixture);
	return failed;
}
