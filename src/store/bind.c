/* bind.c - puts named values into a statement's buffers, or says which one does not fit. */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "store/internal.h"

#define DAYS_TO_1970	40587 /* from 1858-11-17, where Firebird's days begin */
#define SECONDS_PER_DAY 86400
#define US_PER_TICK	100 /* Firebird counts a day in ten-thousandths of a second */
#define US_PER_DAY	(SECONDS_PER_DAY * YQ_US_PER_SECOND)

/* What one value goes to. */
struct target {
	struct yq_tx *tx;
	XSQLVAR *var;
	const char *name;
	int type;
};

static size_t
count_characters(const char *bytes, size_t length)
{
	size_t characters = 0;

	for (size_t i = 0; i < length; i++)
		characters += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return characters;
}

static enum yq_rc
bind_text(const struct target *to, const struct yq_param *param, struct yq_err *err)
{
	const char *bytes = param->as.text.bytes;
	size_t length = param->as.text.length, characters;
	size_t column = (size_t)(unsigned short)to->var->sqllen;
	unsigned short counted = (unsigned short)length;

	if (memchr(bytes, '\0', length) != NULL)
		return yq_err_set(err, YQ_E_INVALID, "%s: a text with a NUL character", to->name);
	if (!yq_str_is_utf8(bytes, length))
		return yq_err_set(err, YQ_E_INVALID, "%s: a text that is not UTF-8", to->name);
	if (to->type == SQL_BLOB)
		return yq_blob_write(
		    to->tx, bytes, length, (ISC_QUAD *)(void *)to->var->sqldata, err);
	assert(to->type == SQL_VARYING);
	characters = length; /* of one byte each, whatever they mean */
	if ((to->var->sqlsubtype & 0xff) == YQ_CHARSET_UTF8) {
		column /= 4;
		characters = count_characters(bytes, length);
	}
	if (characters > column)
		return yq_err_set(err, YQ_E_RANGE, "%s: %zu characters, but its column takes %zu",
		    to->name, characters, column);
	memcpy(to->var->sqldata, &counted, sizeof(counted));
	memcpy(to->var->sqldata + sizeof(counted), bytes, length);
	return YQ_OK;
}

/* False when the column is too narrow. */
static bool
put_integer(const struct target *to, int64_t value)
{
	int32_t four = (int32_t)value;
	int16_t two = (int16_t)value;

	switch (to->type) {
	case SQL_INT64:
		memcpy(to->var->sqldata, &value, sizeof(value));
		return true;
	case SQL_LONG:
		memcpy(to->var->sqldata, &four, sizeof(four));
		return four == value;
	case SQL_SHORT:
		memcpy(to->var->sqldata, &two, sizeof(two));
		return two == value;
	default:
		YQ_PANIC("parameter %s: no number fits a column of type %d", to->name, to->type);
	}
}

static enum yq_rc
bind_decimal(const struct target *to, const struct yq_param *param, struct yq_err *err)
{
	unsigned places = (unsigned)-to->var->sqlscale;
	char text[YQ_DECIMAL_TEXT_SIZE];
	int64_t scaled;

	if (yq_decimal_to_scaled(param->as.decimal, places, YQ_ROUND_EXACT, &scaled) == YQ_OK &&
	    put_integer(to, scaled))
		return YQ_OK;
	yq_decimal_format(param->as.decimal, text);
	return yq_err_set(err, YQ_E_RANGE, "%s: %s does not fit its column of %u decimal places",
	    to->name, text, places);
}

static enum yq_rc
bind_int(const struct target *to, const struct yq_param *param, struct yq_err *err)
{
	assert(to->var->sqlscale == 0);
	if (put_integer(to, param->as.integer))
		return YQ_OK;
	return yq_err_set(err, YQ_E_RANGE, "%s: %lld does not fit its column", to->name,
	    (long long)param->as.integer);
}

static enum yq_rc
bind_bool(const struct target *to, const struct yq_param *param, struct yq_err *err)
{
	(void)err;
	assert(to->type == SQL_BOOLEAN);
	*to->var->sqldata = (char)param->as.boolean;
	return YQ_OK;
}

static enum yq_rc
bind_time(const struct target *to, const struct yq_param *param, struct yq_err *err)
{
	int64_t us = param->as.integer, day = us / US_PER_DAY;
	ISC_TIMESTAMP stamp;

	if (to->type != SQL_TIMESTAMP)
		return bind_int(to, param, err);
	if (us < 0 && us % US_PER_DAY != 0)
		day--;
	stamp.timestamp_date = (ISC_DATE)(day + DAYS_TO_1970);
	stamp.timestamp_time = (ISC_TIME)((us - day * US_PER_DAY) / US_PER_TICK);
	memcpy(to->var->sqldata, &stamp, sizeof(stamp));
	return YQ_OK;
}

static enum yq_rc
bind_null(const struct target *to, const struct yq_param *param, struct yq_err *err)
{
	(void)param;
	(void)err;
	*to->var->sqlind = -1;
	return YQ_OK;
}

typedef enum yq_rc bind_fn(
    const struct target *to, const struct yq_param *param, struct yq_err *err);

static bind_fn *const binders[] = {
	[YQ_PARAM_NULL] = bind_null,
	[YQ_PARAM_TEXT] = bind_text,
	[YQ_PARAM_DECIMAL] = bind_decimal,
	[YQ_PARAM_INT] = bind_int,
	[YQ_PARAM_BOOL] = bind_bool,
	[YQ_PARAM_TIME] = bind_time,
};

/* Which parameter goes to which name.  Callers mostly give them in the statement's order. */
static void
match_names(const struct yq_statement *statement, const struct yq_param *params, size_t count,
    const struct yq_param *by_name[YQ_PARAMS_MAX])
{
	memset(by_name, 0, sizeof(by_name[0]) * YQ_PARAMS_MAX);
	if (count != statement->text.name_count)
		YQ_PANIC("%zu parameters given, %zu named in: %s", count,
		    statement->text.name_count, statement->sql);
	for (size_t i = 0; i < count; i++) {
		int index = yq_str_equal(params[i].name, statement->text.names[i])
				? (int)i
				: yq_sqltext_find(&statement->text, params[i].name);

		if (index < 0 || by_name[index] != NULL)
			YQ_PANIC("parameter %s is %s in: %s", params[i].name,
			    index < 0 ? "not named" : "given twice", statement->sql);
		by_name[index] = &params[i];
	}
}

enum yq_rc
yq_statement_bind(struct yq_tx *tx, struct yq_statement *statement, const struct yq_param *params,
    size_t count, struct yq_err *err)
{
	const struct yq_param *by_name[YQ_PARAMS_MAX];

	match_names(statement, params, count, by_name);
	for (size_t i = 0; i < statement->text.slot_count; i++) {
		XSQLVAR *var = &statement->in->sqlvar[i];
		size_t name = statement->text.slots[i];
		struct target to = { tx, var, statement->text.names[name], var->sqltype & ~1 };
		enum yq_rc rc;

		*var->sqlind = 0;
		rc = binders[by_name[name]->kind](&to, by_name[name], err);
		if (rc != YQ_OK)
			return rc;
	}
	return YQ_OK;
}
