/* test_store_migrate.c - migrations run exactly once, whoever else starts at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "domain/order.h"
#include "domain/order_state.h"
#include "firebird_fixture.h"
#include "store/migrate.h"
#include "store/tx.h"

#define STARTERS 4

static struct firebird_fixture fixture;

struct database {
	struct yq_firebird_target target;
	struct yq_firebird *firebird;
};

static int
new_database(void **state)
{
	static struct database database;

	database.target = fixture_new_target(&fixture);
	database.firebird = fixture_open(&database.target);
	*state = &database;
	return 0;
}

static int
drop_database(void **state)
{
	struct database *database = *state;

	yq_firebird_close(database->firebird);
	yq_firebird_target_clear(&database->target);
	return 0;
}

static enum yq_rc
execute(struct yq_firebird *firebird, const char *sql, const struct yq_param *params, size_t count)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, NULL, &tx, NULL);

	if (rc == YQ_OK)
		rc = yq_tx_exec(tx, sql, params, count, NULL, NULL);
	return rc == YQ_OK ? yq_tx_commit(tx, NULL) : rc;
}

static void
test_an_empty_database_is_brought_up_once(void **state)
{
	struct database *database = *state;
	struct yq_migrate_report report;
	int version = -1;

	assert_int_equal(yq_migrate_version(database->firebird, &version, NULL), YQ_OK);
	assert_int_equal(version, 0);
	assert_int_equal(yq_migrate(database->firebird, &report, NULL), YQ_OK);
	assert_int_equal(report.from, 0);
	assert_int_equal(report.to, yq_migration_count);
	assert_int_equal(report.applied, yq_migration_count);
	assert_int_equal(yq_migrate(database->firebird, &report, NULL), YQ_OK);
	assert_int_equal(report.from, yq_migration_count);
	assert_int_equal(report.applied, 0);
	assert_int_equal(yq_migrate_version(database->firebird, &version, NULL), YQ_OK);
	assert_int_equal(version, yq_migration_count);
}

static void
test_a_newer_version_is_refused_and_left_alone(void **state)
{
	struct database *database = *state;
	struct yq_err err = { 0 };
	int version;

	assert_int_equal(yq_migrate(database->firebird, NULL, NULL), YQ_OK);
	assert_int_equal(execute(database->firebird,
			     "INSERT INTO SCHEMA_VERSION (VERSION, NAME, APPLIED_AT_US)"
			     " VALUES (999, 'future', 1)",
			     NULL, 0),
	    YQ_OK);
	assert_int_equal(yq_migrate(database->firebird, NULL, &err), YQ_E_STATE);
	assert_non_null(strstr(err.text, "999"));
	assert_int_equal(yq_migrate_version(database->firebird, &version, NULL), YQ_OK);
	assert_int_equal(version, 999);
}

static void
test_a_migration_that_fails_leaves_nothing_of_itself(void **state)
{
	static const char *const good[] = { "CREATE TABLE ONE (A INTEGER)" };
	static const char *const bad[] = { "CREATE TABLE TWO (A INTEGER)", "CREATE NONSENSE" };
	static const char *const mended[] = { "CREATE TABLE TWO (A INTEGER)" };
	struct yq_migration migrations[] = { { 1, "good", good, 1 }, { 2, "bad", bad, 2 } };
	struct database *database = *state;
	struct yq_migrate_report report;
	struct yq_err err = { 0 };

	assert_int_not_equal(
	    yq_migrate_with(database->firebird, migrations, 2, &report, &err), YQ_OK);
	assert_int_equal(report.to, 1);
	assert_non_null(strstr(err.text, "0002_bad"));
	migrations[1] = (struct yq_migration){ 2, "mended", mended, 1 };
	assert_int_equal(yq_migrate_with(database->firebird, migrations, 2, &report, &err), YQ_OK);
	assert_int_equal(report.from, 1);
	assert_int_equal(report.applied, 1);
}

static void
test_programs_that_start_at_once_migrate_once(void **state)
{
	struct database *database = *state;
	pid_t starters[STARTERS];
	int applied = 0;

	for (int i = 0; i < STARTERS; i++)
		starters[i] = fixture_spawn_self(&fixture, "migrate", database->target.database);
	for (int i = 0; i < STARTERS; i++) {
		int status = fixture_wait(starters[i], 0);

		assert_true(status >= 0 && status < 100);
		applied += status;
	}
	assert_int_equal(applied, yq_migration_count);
}

/* Who starts at the same moment may make a table between our look and our own. */
static void
test_a_table_that_somebody_else_made_is_there(void **state)
{
	struct database *database = *state;
	struct yq_firebird *firebird = fixture_open(&database->target);
	struct yq_tx *tx = NULL;
	struct yq_err err = { 0 };

	for (int i = 0; i < 2; i++) {
		assert_int_equal(yq_tx_begin(firebird, NULL, &tx, &err), YQ_OK);
		assert_int_equal(
		    yq_tx_exec(tx, "CREATE TABLE MADE_TWICE (A INTEGER)", NULL, 0, NULL, &err),
		    i == 0 ? YQ_OK : YQ_E_EXISTS);
		if (i == 0)
			assert_int_equal(yq_tx_commit(tx, &err), YQ_OK);
		yq_tx_endp(&tx);
	}
	yq_firebird_close(firebird);
}

/* In the child: the number applied is the exit status. */
static int
migrate_as_child(char **argv)
{
	struct yq_firebird_target target = fixture_child_target(argv);
	struct yq_firebird *firebird = fixture_open(&target);
	struct yq_migrate_report report;
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_migrate(firebird, &report, &err);

	if (rc != YQ_OK)
		print_error("%s\n", err.text);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	return rc == YQ_OK ? report.applied : 100;
}

/* Every name the domain knows is one the database takes, and no other is. */
static void
test_the_database_takes_the_domains_names_and_no_others(void **state)
{
	const struct {
		const char *domain;
		const struct yq_names *names;
	} domains[] = {
		{ "D_ACTION", &yq_action_names },
		{ "D_ORDER_TYPE", &yq_order_type_names },
		{ "D_TIF", &yq_tif_names },
		{ "D_CURRENCY", &yq_currency_names },
		{ "D_EXCHANGE", &yq_exchange_names },
		{ "D_ORDER_STATUS", &yq_order_state_names },
	};
	struct database *database = *state;

	assert_int_equal(yq_migrate(database->firebird, NULL, NULL), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(domains); i++) {
		char table[64], insert[64];
		struct yq_param other[] = { yq_param_text("V", "Zz") };

		yq_str_format(
		    table, sizeof(table), "CREATE TABLE X%zu (V %s)", i, domains[i].domain);
		yq_str_format(insert, sizeof(insert), "INSERT INTO X%zu (V) VALUES (:V)", i);
		assert_int_equal(execute(database->firebird, table, NULL, 0), YQ_OK);
		for (size_t n = 0; n < domains[i].names->count; n++) {
			struct yq_param value[] = { yq_param_enum("V", domains[i].names, (int)n) };

			assert_int_equal(execute(database->firebird, insert, value, 1), YQ_OK);
		}
		assert_int_equal(execute(database->firebird, insert, other, 1), YQ_E_INVALID);
	}
}

static void
test_columns_are_as_wide_as_the_domains_texts(void **state)
{
	static const struct {
		const char *domain;
		int64_t size;
	} widths[] = {
		{ "D_ID", YQ_ID_LENGTH + 1 },
		{ "D_TICKER", YQ_TICKER_SIZE },
		{ "D_ALIAS", YQ_ALIAS_SIZE },
		{ "D_STRATEGY", YQ_STRATEGY_SIZE },
		{ "D_REASON", YQ_REASON_SIZE },
		{ "D_COMMENT", YQ_COMMENT_SIZE },
		{ "D_BROKER_ID", YQ_BROKER_ORDER_ID_SIZE },
		{ "D_MESSAGE", YQ_MESSAGE_SIZE },
	};
	struct database *database = *state;

	assert_int_equal(yq_migrate(database->firebird, NULL, NULL), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(widths); i++) {
		YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
		YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
		struct yq_param name[] = { yq_param_text("NAME", widths[i].domain) };

		assert_int_equal(yq_tx_begin(database->firebird, NULL, &tx, NULL), YQ_OK);
		assert_int_equal(yq_tx_query(tx,
				     "SELECT RDB$CHARACTER_LENGTH FROM RDB$FIELDS"
				     " WHERE RDB$FIELD_NAME = :NAME",
				     name, 1, &rows, NULL),
		    YQ_OK);
		assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
		assert_true(yq_rows_int(rows, 0) >= widths[i].size - 1);
	}
}

int
main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, new_database, drop_database)
	const struct CMUnitTest tests[] = {
		T(test_an_empty_database_is_brought_up_once),
		T(test_a_newer_version_is_refused_and_left_alone),
		T(test_a_migration_that_fails_leaves_nothing_of_itself),
		T(test_programs_that_start_at_once_migrate_once),
		T(test_a_table_that_somebody_else_made_is_there),
		T(test_the_database_takes_the_domains_names_and_no_others),
		T(test_columns_are_as_wide_as_the_domains_texts),
	};
	int failed;

	if (argc > 2)
		return migrate_as_child(argv);
	fixture_start(&fixture, argc, argv);
	failed = cmocka_run_group_tests_name("store_migrate", tests, NULL, NULL);
	fixture_stop(&fixture);
	return failed;
}
