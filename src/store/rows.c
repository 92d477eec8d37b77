/* rows.c - result rows, typed. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/internal.h"

#define DAYS_TO_1970	40587
#define SECONDS_PER_DAY 86400
#define NO_MORE_ROWS	100

struct yq_rows {
	struct yq_tx *tx;
	struct yq_statement *statement;
	bool single; /* EXECUTE PROCEDURE, RETURNING: one row, there already */
	bool done;
	struct yq_buf *blobs; /* one a column; empty but for BLOB columns */
};

static int
type_of(const XSQLVAR *var)
{
	return var->sqltype & ~1;
}

static const XSQLVAR *
var_at(const struct yq_rows *rows, size_t column)
{
	assert(column < (size_t)rows->statement->out->sqld);
	return &rows->statement->out->sqlvar[column];
}

enum yq_rc
yq_tx_query(struct yq_tx *tx, const char *sql, const struct yq_param *params, size_t count,
    struct yq_rows **ret_rows, struct yq_err *err)
{
	struct yq_statement *statement;
	struct yq_rows *rows;
	ISC_STATUS_ARRAY status;
	bool single;
	enum yq_rc rc;

	*ret_rows = NULL;
	assert(!tx->ended);
	rc = yq_statement_prepare(tx, sql, &statement, err);
	if (rc == YQ_OK)
		rc = yq_statement_bind(tx, statement, params, count, err);
	if (rc != YQ_OK)
		return rc;
	assert(statement->out != NULL);
	single = statement->type == isc_info_sql_stmt_exec_procedure;
	if (yq_client()->isc_dsql_execute2(status, &tx->handle, &statement->handle, SQLDA_VERSION1,
		statement->in, single ? statement->out : NULL) != 0)
		return yq_status_fault(tx->firebird, status, err);
	rows = yq_xcalloc(1, sizeof(*rows));
	rows->tx = tx;
	rows->statement = statement;
	rows->single = single;
	rows->blobs = yq_xcalloc((size_t)statement->out->sqld, sizeof(*rows->blobs));
	for (short i = 0; i < statement->out->sqld; i++)
		rows->blobs[i] = yq_buf_make(YQ_BLOB_MAX);
	statement->busy = true;
	tx->open_rows++;
	*ret_rows = rows;
	return YQ_OK;
}

void
yq_rows_free(struct yq_rows *rows)
{
	ISC_STATUS_ARRAY status;

	if (rows == NULL)
		return;
	if (!rows->single)
		yq_client()->isc_dsql_free_statement(status, &rows->statement->handle, DSQL_close);
	for (short i = 0; i < rows->statement->out->sqld; i++)
		yq_buf_free(&rows->blobs[i]);
	rows->statement->busy = false;
	rows->tx->open_rows--;
	free(rows->blobs);
	free(rows);
}

void
yq_rows_freep(struct yq_rows **rows)
{
	yq_rows_free(*rows);
	*rows = NULL;
}

/* End each text with a NUL, and take away what pads a CHAR. */
static void
finish_text(XSQLVAR *var)
{
	unsigned short length;

	if (type_of(var) == SQL_VARYING) {
		memcpy(&length, var->sqldata, sizeof(length));
		var->sqldata[sizeof(length) + length] = '\0';
	} else if (type_of(var) == SQL_TEXT) {
		length = (unsigned short)var->sqllen;
		while (length > 0 && var->sqldata[length - 1] == ' ')
			length--;
		var->sqldata[length] = '\0';
	}
}

static enum yq_rc
finish_row(struct yq_rows *rows, struct yq_err *err)
{
	XSQLDA *out = rows->statement->out;
	enum yq_rc rc = YQ_OK;

	for (short i = 0; i < out->sqld && rc == YQ_OK; i++) {
		XSQLVAR *var = &out->sqlvar[i];

		yq_buf_clear(&rows->blobs[i]);
		if (*var->sqlind != 0)
			continue;
		if (type_of(var) == SQL_BLOB)
			rc = yq_blob_read(rows->tx, (const ISC_QUAD *)(const void *)var->sqldata,
			    &rows->blobs[i], err);
		else
			finish_text(var);
	}
	return rc;
}

enum yq_rc
yq_rows_next(struct yq_rows *rows, struct yq_err *err)
{
	ISC_STATUS_ARRAY status;
	ISC_STATUS fetched;

	if (rows->done)
		return YQ_E_NOT_FOUND;
	if (rows->single) {
		rows->done = true;
		/* A RETURNING that met no row gives one of NULLs. */
		for (short i = 0; i < rows->statement->out->sqld; i++) {
			if (*rows->statement->out->sqlvar[i].sqlind == 0)
				return finish_row(rows, err);
		}
		return YQ_E_NOT_FOUND;
	}
	fetched = yq_client()->isc_dsql_fetch(
	    status, &rows->statement->handle, SQLDA_VERSION1, rows->statement->out);
	if (fetched == 0)
		return finish_row(rows, err);
	rows->done = true;
	if (fetched == NO_MORE_ROWS)
		return YQ_E_NOT_FOUND;
	return yq_status_fault(rows->tx->firebird, status, err);
}

size_t
yq_rows_columns(const struct yq_rows *rows)
{
	return (size_t)rows->statement->out->sqld;
}

static bool
is_named(const XSQLVAR *var, const char *name)
{
	char text[sizeof(var->aliasname) + 1];

	return yq_str_copy_bytes(
		   text, sizeof(text), var->aliasname, (size_t)var->aliasname_length) &&
	       yq_str_equal_nocase(text, name);
}

size_t
yq_rows_column(const struct yq_rows *rows, const char *name)
{
	for (size_t i = 0; i < yq_rows_columns(rows); i++) {
		if (is_named(&rows->statement->out->sqlvar[i], name))
			return i;
	}
	YQ_PANIC("no column %s in: %s", name, rows->statement->sql);
}

bool
yq_rows_is_null(const struct yq_rows *rows, size_t column)
{
	return *var_at(rows, column)->sqlind != 0;
}

const char *
yq_rows_text(const struct yq_rows *rows, size_t column, size_t *ret_length)
{
	const XSQLVAR *var = var_at(rows, column);
	const char *text = "";
	size_t length = 0;
	unsigned short counted;

	if (*var->sqlind != 0) {
		text = "";
	} else if (type_of(var) == SQL_BLOB) {
		text = yq_buf_text(&rows->blobs[column]);
		length = rows->blobs[column].length;
	} else if (type_of(var) == SQL_VARYING) {
		memcpy(&counted, var->sqldata, sizeof(counted));
		text = var->sqldata + sizeof(counted);
		length = counted;
	} else {
		assert(type_of(var) == SQL_TEXT);
		text = var->sqldata;
		length = strlen(text);
	}
	if (ret_length != NULL)
		*ret_length = length;
	return text;
}

/* The stored integer, whatever its width; NUMERIC columns are one with a scale. */
static int64_t
raw_integer(const XSQLVAR *var)
{
	int64_t eight;
	int32_t four;
	int16_t two;

	if (*var->sqlind != 0)
		return 0;
	switch (type_of(var)) {
	case SQL_INT64:
		memcpy(&eight, var->sqldata, sizeof(eight));
		return eight;
	case SQL_LONG:
		memcpy(&four, var->sqldata, sizeof(four));
		return four;
	case SQL_SHORT:
		memcpy(&two, var->sqldata, sizeof(two));
		return two;
	default:
		YQ_PANIC("column %.*s is no number", var->aliasname_length, var->aliasname);
	}
}

int64_t
yq_rows_int(const struct yq_rows *rows, size_t column)
{
	const XSQLVAR *var = var_at(rows, column);

	assert(var->sqlscale == 0);
	return raw_integer(var);
}

struct yq_decimal
yq_rows_decimal(const struct yq_rows *rows, size_t column)
{
	const XSQLVAR *var = var_at(rows, column);

	return yq_decimal_from_scaled(raw_integer(var), (unsigned)-var->sqlscale);
}

bool
yq_rows_bool(const struct yq_rows *rows, size_t column)
{
	const XSQLVAR *var = var_at(rows, column);

	assert(type_of(var) == SQL_BOOLEAN);
	return *var->sqlind == 0 && *var->sqldata != 0;
}

int64_t
yq_rows_time(const struct yq_rows *rows, size_t column)
{
	const XSQLVAR *var = var_at(rows, column);
	ISC_TIMESTAMP stamp;

	if (type_of(var) != SQL_TIMESTAMP)
		return yq_rows_int(rows, column);
	if (*var->sqlind != 0)
		return 0;
	memcpy(&stamp, var->sqldata, sizeof(stamp));
	return ((int64_t)stamp.timestamp_date - DAYS_TO_1970) * SECONDS_PER_DAY * YQ_US_PER_SECOND +
	       (int64_t)stamp.timestamp_time * 100;
}

/* The text of a column into a member of kind text, id or enum; false if it is none. */
static bool
read_text(const struct yq_rows *rows, size_t column, const struct yq_field *field, char *member)
{
	size_t length;
	const char *text = yq_rows_text(rows, column, &length);
	int value;

	if (field->kind == YQ_KIND_TEXT)
		return yq_str_copy_bytes(member, field->size, text, length);
	if (field->kind == YQ_KIND_ID)
		return yq_id_parse(text, length, (struct yq_id *)(void *)member) == YQ_OK;
	value = yq_names_find(field->names, text, length);
	memcpy(member, &value, sizeof(value));
	return value >= 0;
}

static void
read_number(const struct yq_rows *rows, size_t column, const struct yq_field *field, char *member)
{
	struct yq_decimal decimal;
	struct yq_opt_decimal opt;
	int64_t integer;
	bool boolean;

	switch (field->kind) {
	case YQ_KIND_DECIMAL:
		decimal = yq_rows_decimal(rows, column);
		memcpy(member, &decimal, sizeof(decimal));
		break;
	case YQ_KIND_OPT_DECIMAL:
		opt = yq_opt_decimal_of(yq_rows_decimal(rows, column));
		memcpy(member, &opt, sizeof(opt));
		break;
	case YQ_KIND_BOOL:
		boolean = yq_rows_bool(rows, column);
		memcpy(member, &boolean, sizeof(boolean));
		break;
	default:
		integer = yq_rows_time(rows, column);
		memcpy(member, &integer, sizeof(integer));
		break;
	}
}

enum yq_rc
yq_rows_read(const struct yq_rows *rows, const struct yq_field *fields, size_t count, void *record,
    struct yq_err *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct yq_field *field = &fields[i];
		char *member = (char *)record + field->offset;
		size_t column = i < yq_rows_columns(rows) && is_named(var_at(rows, i), field->name)
				    ? i
				    : yq_rows_column(rows, field->name);
		bool textual = field->kind == YQ_KIND_TEXT || field->kind == YQ_KIND_ID ||
			       field->kind == YQ_KIND_ENUM;

		if (yq_rows_is_null(rows, column))
			continue;
		if (!textual)
			read_number(rows, column, field, member);
		else if (!read_text(rows, column, field, member))
			return yq_err_set(err, YQ_E_CORRUPT,
			    "column %s holds \"%s\", which is none", field->name,
			    yq_rows_text(rows, column, NULL));
	}
	return YQ_OK;
}
