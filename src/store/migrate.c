/* migrate.c - applies the compiled-in migrations, each exactly once. */
#include "store/migrate.h"

#include <assert.h>
#include <time.h>

#include "base/clock.h"
#include "store/internal.h"

#define LOCK_TIMEOUT_S	 30
#define ATTEMPTS	 100
#define ATTEMPT_PAUSE_MS 50

#define SQL_HAS_TABLE                                                                   \
	"SELECT RDB$RELATION_ID AS FOUND FROM RDB$RELATIONS WHERE RDB$RELATION_NAME = " \
	"'SCHEMA_VERSION'"
#define SQL_VERSION "SELECT COALESCE(MAX(VERSION), 0) AS VERSION FROM SCHEMA_VERSION"
/* Row 0 is what programs that start at once wait for. */
#define SQL_LOCK "UPDATE SCHEMA_VERSION SET NAME = NAME WHERE VERSION = 0"
#define SQL_RECORD \
	"INSERT INTO SCHEMA_VERSION (VERSION, NAME, APPLIED_AT_US) VALUES (:VERSION, :NAME, :AT)"

static const char *const base_statements[] = {
	"CREATE TABLE SCHEMA_VERSION ("
	" VERSION INTEGER NOT NULL CONSTRAINT SCHEMA_VERSION_KEY PRIMARY KEY,"
	" NAME VARCHAR(64) CHARACTER SET ASCII NOT NULL,"
	" APPLIED_AT_US BIGINT NOT NULL)",
};

static enum yq_rc
read_int(struct yq_tx *tx, const char *sql, const char *column, int64_t *value, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc;

	rc = yq_tx_query(tx, sql, NULL, 0, &rows, err);
	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_OK)
		*value = yq_rows_int(rows, yq_rows_column(rows, column));
	return rc;
}

static enum yq_rc
record(struct yq_tx *tx, int version, const char *name, struct yq_err *err)
{
	struct yq_param params[] = {
		yq_param_int("VERSION", version),
		yq_param_text("NAME", name),
		yq_param_time("AT", yq_clock_now_us(yq_clock_system())),
	};

	return yq_tx_exec(tx, SQL_RECORD, params, YQ_COUNT(params), NULL, err);
}

/* Table definitions are not worth a place in the cache of prepared statements. */
static enum yq_rc
execute_once(struct yq_tx *tx, const char *sql, struct yq_err *err)
{
	ISC_STATUS_ARRAY status;

	if (yq_client()->isc_dsql_execute_immediate(
		status, &tx->firebird->handle, &tx->handle, 0, sql, SQL_DIALECT_CURRENT, NULL) != 0)
		return yq_status_fault(tx->firebird, status, err);
	return YQ_OK;
}

static enum yq_rc
execute_all(struct yq_tx *tx, const char *const *statements, size_t count, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; i < count && rc == YQ_OK; i++)
		rc = execute_once(tx, statements[i], err);
	return rc;
}

/* A transaction that sees whether SCHEMA_VERSION is there; YQ_E_NOT_FOUND if it is not. */
static enum yq_rc
begin_if_versioned(struct yq_firebird *firebird, struct yq_tx **tx, struct yq_err *err)
{
	static const struct yq_tx_options options = { .lock_timeout_s = LOCK_TIMEOUT_S };
	int64_t found;
	enum yq_rc rc;

	rc = yq_tx_begin(firebird, &options, tx, err);
	if (rc != YQ_OK)
		return rc;
	return read_int(*tx, SQL_HAS_TABLE, "FOUND", &found, err);
}

/* Make SCHEMA_VERSION and its row 0, in two transactions: Firebird takes rows only into a table
 * that is committed. */
static enum yq_rc
prepare_table(struct yq_firebird *firebird, struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc;

	rc = begin_if_versioned(firebird, &tx, err);
	if (rc == YQ_E_NOT_FOUND) {
		rc = execute_all(tx, base_statements, YQ_COUNT(base_statements), err);
		if (rc == YQ_OK)
			rc = yq_tx_commit(tx, err);
		yq_tx_endp(&tx);
		if (rc == YQ_OK)
			rc = yq_tx_begin(firebird, NULL, &tx, err);
	}
	if (rc != YQ_OK)
		return rc;
	rc = record(tx, 0, "schema", err);
	if (rc == YQ_E_EXISTS)
		return YQ_OK;
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

/* One migration, if another program has not done it meanwhile.  `version`: the database's. */
static enum yq_rc
apply_next(struct yq_firebird *firebird, const struct yq_migration *migrations, size_t count,
    int64_t *version, bool *applied, struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	const struct yq_migration *next;
	enum yq_rc rc;

	*applied = false;
	rc = begin_if_versioned(firebird, &tx, err);
	if (rc == YQ_OK)
		rc = yq_tx_exec(tx, SQL_LOCK, NULL, 0, NULL, err);
	if (rc == YQ_OK)
		rc = read_int(tx, SQL_VERSION, "VERSION", version, err);
	if (rc != YQ_OK || *version >= (int64_t)count)
		return rc;
	next = &migrations[*version];
	assert(next->version == *version + 1);
	rc = execute_all(tx, next->statements, next->statement_count, err);
	if (rc == YQ_OK)
		rc = record(tx, next->version, next->name, err);
	if (rc == YQ_OK)
		rc = yq_tx_commit(tx, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "migration %04d_%s", next->version, next->name);
	*version = next->version;
	*applied = true;
	return YQ_OK;
}

static enum yq_rc
apply_all(struct yq_firebird *firebird, const struct yq_migration *migrations, size_t count,
    struct yq_migrate_report *report, struct yq_err *err)
{
	int64_t version = 0;
	bool applied;
	enum yq_rc rc;

	do {
		rc = apply_next(firebird, migrations, count, &version, &applied, err);
		report->to = (int)version;
		report->applied += applied;
	} while (rc == YQ_OK && applied);
	return rc;
}

static void
pause_ms(long ms)
{
	struct timespec span = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&span, NULL);
}

/* What a program that starts at the same moment can cause: the attempt is worth repeating. */
static bool
is_race(const struct yq_firebird *firebird, enum yq_rc rc)
{
	return yq_firebird_is_connected(firebird) && (rc == YQ_E_RETRY || rc == YQ_E_EXISTS);
}

enum yq_rc
yq_migrate_version(struct yq_firebird *firebird, int *ret_version, struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	int64_t version = 0;
	enum yq_rc rc;

	*ret_version = 0;
	rc = begin_if_versioned(firebird, &tx, err);
	if (rc == YQ_E_NOT_FOUND)
		return YQ_OK;
	if (rc == YQ_OK)
		rc = read_int(tx, SQL_VERSION, "VERSION", &version, err);
	if (rc == YQ_OK)
		*ret_version = (int)version;
	return rc;
}

enum yq_rc
yq_migrate_with(struct yq_firebird *firebird, const struct yq_migration *migrations, size_t count,
    struct yq_migrate_report *report, struct yq_err *err)
{
	struct yq_migrate_report local;
	enum yq_rc rc;

	report = report != NULL ? report : &local;
	*report = (struct yq_migrate_report){ 0 };
	rc = yq_migrate_version(firebird, &report->from, err);
	report->to = report->from;
	if (rc != YQ_OK)
		return rc;
	if (report->from > (int)count)
		return yq_err_set(err, YQ_E_STATE,
		    "Firebird %s is of version %d, but this program knows only up to %d: use the "
		    "newer "
		    "program, or restore a backup from before",
		    yq_firebird_name(firebird), report->from, (int)count);
	if (report->from == (int)count)
		return YQ_OK;
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		rc = prepare_table(firebird, err);
		if (rc == YQ_OK)
			rc = apply_all(firebird, migrations, count, report, err);
		if (!is_race(firebird, rc))
			return rc;
		pause_ms(ATTEMPT_PAUSE_MS);
	}
	return yq_err_context(err, YQ_E_RETRY, "another program keeps the schema locked");
}

enum yq_rc
yq_migrate(struct yq_firebird *firebird, struct yq_migrate_report *report, struct yq_err *err)
{
	return yq_migrate_with(firebird, yq_migrations, yq_migration_count, report, err);
}
