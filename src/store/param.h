/*
 * param.h - values for the named parameters of a statement.
 *
 * A parameter is written `:NAME` in the SQL and matched without regard to ASCII case; one name may
 * stand at several places.  A name that is missing, unknown or of a kind its column cannot take is
 * a bug and asserts.  What may come from outside - a text too long, a number too large - is an
 * error that names the parameter.
 */
#ifndef YQ_STORE_PARAM_H
#define YQ_STORE_PARAM_H

#include "base/record.h"

#define YQ_PARAMS_MAX 64 /* distinct names in one statement */

enum yq_param_kind {
	YQ_PARAM_NULL,
	YQ_PARAM_TEXT,	  /* CHAR, VARCHAR, text BLOB; UTF-8 without NUL */
	YQ_PARAM_DECIMAL, /* NUMERIC with any scale; exact or YQ_E_RANGE */
	YQ_PARAM_INT,	  /* SMALLINT, INTEGER, BIGINT */
	YQ_PARAM_BOOL,	  /* BOOLEAN */
	YQ_PARAM_TIME,	  /* BIGINT: exact; TIMESTAMP: UTC, cut to its 100 us */
};

struct yq_param {
	const char *name; /* borrowed until the statement has run, like the text */
	enum yq_param_kind kind;
	union {
		struct {
			const char *bytes;
			size_t length;
		} text;
		struct yq_decimal decimal;
		int64_t integer; /* also the instant in us */
		bool boolean;
	} as;
};

struct yq_param yq_param_null(const char *name);
struct yq_param yq_param_text(const char *name, const char *text); /* NULL = SQL NULL */
struct yq_param yq_param_bytes(const char *name, const char *bytes, size_t length);
struct yq_param yq_param_id(const char *name, const struct yq_id *id); /* none = SQL NULL */
struct yq_param yq_param_decimal(const char *name, struct yq_decimal value);
struct yq_param yq_param_opt_decimal(const char *name, struct yq_opt_decimal value);
struct yq_param yq_param_int(const char *name, int64_t value);
struct yq_param yq_param_bool(const char *name, bool value);
struct yq_param yq_param_time(const char *name, int64_t instant_us); /* 0 = SQL NULL */
struct yq_param yq_param_enum(
    const char *name, const struct yq_names *names, int value); /* -1 = NULL */

/*
 * One parameter for each field of `record`, named as the field.  Absent optionals, empty optional
 * texts, times of 0 and ids that are none become SQL NULL.  Writes `count` params.
 */
void yq_params_of(
    const struct yq_field *fields, size_t count, const void *record, struct yq_param *params);

#endif
