/* statement.c - prepared statements, kept by their SQL text. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/internal.h"

#define COLUMNS_GUESS 32

/* Bytes that a value's buffer takes: the value, room for a NUL, a multiple of 8. */
static size_t
value_bytes(const XSQLVAR *var)
{
	size_t bytes = (size_t)(unsigned short)var->sqllen + sizeof(short) + 1;

	return (bytes + 7) / 8 * 8;
}

/* One block for all values and null indicators of `area`. */
static char *
make_buffer(XSQLDA *area)
{
	size_t total = 0;
	char *buffer, *place;

	for (short i = 0; i < area->sqld; i++)
		total += value_bytes(&area->sqlvar[i]) + 8;
	buffer = place = yq_xcalloc(total + 1, 1);
	for (short i = 0; i < area->sqld; i++) {
		XSQLVAR *var = &area->sqlvar[i];

		var->sqltype = (ISC_SHORT)(var->sqltype | 1);
		var->sqlind = (ISC_SHORT *)(void *)place;
		var->sqldata = place + 8;
		place += 8 + value_bytes(var);
	}
	return buffer;
}

static XSQLDA *
make_area(size_t columns)
{
	XSQLDA *area = yq_xcalloc(1, XSQLDA_LENGTH(columns + 1));

	area->version = SQLDA_VERSION1;
	area->sqln = (ISC_SHORT)columns;
	return area;
}

static bool
describe_in(struct yq_statement *statement, ISC_STATUS *status)
{
	statement->in = make_area(statement->text.slot_count);
	if (yq_client()->isc_dsql_describe_bind(
		status, &statement->handle, SQLDA_VERSION1, statement->in) != 0)
		return false;
	assert((size_t)statement->in->sqld == statement->text.slot_count);
	for (short i = 0; i < statement->in->sqld; i++) {
		XSQLVAR *var = &statement->in->sqlvar[i];

		if ((var->sqltype & ~1) == SQL_TEXT)
			var->sqltype = SQL_VARYING; /* then Firebird pads, not we */
	}
	statement->in_buffer = make_buffer(statement->in);
	return true;
}

static bool
describe_out(struct yq_statement *statement, ISC_STATUS *status)
{
	XSQLDA *area = make_area(COLUMNS_GUESS);

	if (yq_client()->isc_dsql_describe(status, &statement->handle, SQLDA_VERSION1, area) == 0 &&
	    area->sqld > area->sqln) {
		size_t columns = (size_t)area->sqld;

		free(area);
		area = make_area(columns);
		yq_client()->isc_dsql_describe(status, &statement->handle, SQLDA_VERSION1, area);
	}
	statement->out = area;
	if (status[1] != 0)
		return false;
	if (area->sqld > 0) {
		statement->out_buffer = make_buffer(area);
	} else {
		free(area);
		statement->out = NULL;
	}
	return true;
}

static bool
ask_type(struct yq_statement *statement, ISC_STATUS *status)
{
	char item = isc_info_sql_stmt_type, answer[16] = { 0 };

	if (yq_client()->isc_dsql_sql_info(
		status, &statement->handle, 1, &item, sizeof(answer), answer) != 0)
		return false;
	statement->type = (int)yq_client()->isc_portable_integer(
	    (ISC_UCHAR *)answer + 3, (short)yq_client()->isc_vax_integer(answer + 1, 2));
	return true;
}

static void
statement_free(struct yq_statement *statement)
{
	ISC_STATUS_ARRAY status;

	assert(!statement->busy);
	if (statement->handle != 0)
		yq_client()->isc_dsql_free_statement(status, &statement->handle, DSQL_drop);
	yq_sqltext_free(&statement->text);
	free(statement->in);
	free(statement->out);
	free(statement->in_buffer);
	free(statement->out_buffer);
	free(statement->sql);
	free(statement);
}

static struct yq_statement *
find(struct yq_firebird *firebird, const char *sql)
{
	for (size_t i = 0; i < firebird->statement_count; i++) {
		if (yq_str_equal(firebird->statements[i]->sql, sql))
			return firebird->statements[i];
	}
	return NULL;
}

/* Free the statement that was not used for longest. */
static void
make_room(struct yq_firebird *firebird)
{
	size_t oldest = firebird->statement_count;

	if (firebird->statement_count < YQ_FIREBIRD_STATEMENTS_MAX)
		return;
	for (size_t i = 0; i < firebird->statement_count; i++) {
		if (!firebird->statements[i]->busy &&
		    (oldest == firebird->statement_count ||
			firebird->statements[i]->used < firebird->statements[oldest]->used))
			oldest = i;
	}
	assert(oldest < firebird->statement_count);
	statement_free(firebird->statements[oldest]);
	firebird->statements[oldest] = firebird->statements[--firebird->statement_count];
}

enum yq_rc
yq_statement_prepare(
    struct yq_tx *tx, const char *sql, struct yq_statement **ret, struct yq_err *err)
{
	struct yq_firebird *firebird = tx->firebird;
	struct yq_statement *statement = find(firebird, sql);
	ISC_STATUS_ARRAY status = { 0 };

	if (statement == NULL) {
		make_room(firebird);
		statement = yq_xcalloc(1, sizeof(*statement));
		statement->sql = yq_xstrdup(sql);
		yq_sqltext_parse(sql, &statement->text);
		if (yq_client()->isc_dsql_allocate_statement(
			status, &firebird->handle, &statement->handle) != 0 ||
		    yq_client()->isc_dsql_prepare(status, &tx->handle, &statement->handle, 0,
			statement->text.sql, SQL_DIALECT_CURRENT, NULL) != 0 ||
		    !describe_in(statement, status) || !describe_out(statement, status) ||
		    !ask_type(statement, status)) {
			statement_free(statement);
			return yq_status_fault(firebird, status, err);
		}
		firebird->statements[firebird->statement_count++] = statement;
	}
	assert(!statement->busy);
	statement->used = ++firebird->uses;
	*ret = statement;
	return YQ_OK;
}

void
yq_statements_drop(struct yq_firebird *firebird)
{
	for (size_t i = 0; i < firebird->statement_count; i++)
		statement_free(firebird->statements[i]);
	firebird->statement_count = 0;
}
