/*
 * record.h - one table maps a struct to its JSON form, for reading and for writing.
 *
 *	static const struct yq_field trade_fields[] = {
 *		YQ_FIELD_ID("Id", struct yq_trade, id, YQ_REQUIRED),
 *		YQ_FIELD_TEXT("Ticker", struct yq_trade, ticker, YQ_REQUIRED),
 *		YQ_FIELD_ENUM("Action", struct yq_trade, action, yq_action_names, YQ_REQUIRED),
 *		...
 *	};
 */
#ifndef YQ_BASE_RECORD_H
#define YQ_BASE_RECORD_H

#include "base/json.h"

/* An enumeration's names by value, as .NET numbers them; value = index.  NULL entries are gaps. */
struct yq_names {
	const char *what; /* for errors: "action" */
	const char *const *names;
	size_t count;
};
/* Index of `text` (any ASCII case), or -1. */
int yq_names_find(const struct yq_names *names, const char *text, size_t length);
/* Name of `value`; "?" when out of range. */
const char *yq_names_text(const struct yq_names *names, int value);

enum yq_field_kind {
	YQ_KIND_TEXT,	 /* char[size], NUL-terminated; refused when it does not fit or holds NUL */
	YQ_KIND_ID,	 /* struct yq_id */
	YQ_KIND_DECIMAL, /* struct yq_decimal */
	YQ_KIND_OPT_DECIMAL, /* struct yq_opt_decimal */
	YQ_KIND_ENUM, /* an enum; read as a name in any case or as its integer; -1, or a gap =
		       * absent
		       */
	YQ_KIND_TIME, /* int64_t instant in us; 0 = none */
	YQ_KIND_BOOL, /* bool */
	YQ_KIND_INT,  /* int64_t */
};

/* An absent optional member leaves the struct as the caller filled it before decoding. */
enum yq_presence { YQ_OPTIONAL, YQ_REQUIRED };

struct yq_field {
	const char *name;
	enum yq_field_kind kind;
	enum yq_presence presence;
	size_t offset;
	size_t size;
	const struct yq_names *names;
};

#define YQ_FIELD_(n, k, T, m, ns, p)                             \
	{                                                        \
		n, k, p, offsetof(T, m), sizeof(((T *)0)->m), ns \
	}
#define YQ_FIELD_TEXT(n, T, m, p)     YQ_FIELD_(n, YQ_KIND_TEXT, T, m, NULL, p)
#define YQ_FIELD_ID(n, T, m, p)	      YQ_FIELD_(n, YQ_KIND_ID, T, m, NULL, p)
#define YQ_FIELD_DECIMAL(n, T, m, p)  YQ_FIELD_(n, YQ_KIND_DECIMAL, T, m, NULL, p)
#define YQ_FIELD_OPT_DECIMAL(n, T, m) YQ_FIELD_(n, YQ_KIND_OPT_DECIMAL, T, m, NULL, YQ_OPTIONAL)
#define YQ_FIELD_ENUM(n, T, m, ns, p) YQ_FIELD_(n, YQ_KIND_ENUM, T, m, &(ns), p)
#define YQ_FIELD_TIME(n, T, m, p)     YQ_FIELD_(n, YQ_KIND_TIME, T, m, NULL, p)
#define YQ_FIELD_BOOL(n, T, m, p)     YQ_FIELD_(n, YQ_KIND_BOOL, T, m, NULL, p)
#define YQ_FIELD_INT(n, T, m, p)      YQ_FIELD_(n, YQ_KIND_INT, T, m, NULL, p)

/*
 * Read `object` into `record`.  YQ_E_INVALID names the member, what was expected and what was
 * found ("Price: expected a number, found \"NaN\"").  Members not in the table are ignored.
 * On error the record is partly written.  A required text may be empty: what it must hold is the
 * rule of its owner.
 */
YQ_NODISCARD enum yq_rc yq_record_read(const yq_json *object, const struct yq_field *fields,
    size_t count, void *record, struct yq_err *err);
/*
 * The same from the text itself, in one pass and without a tree, if it is plain: known names alone,
 * each once, values without escapes or nesting (but for one inner object).  False: it is not, or it
 * is wrong; the record may be partly written, and yq_record_read on the tree tells.
 */
struct yq_record_table {
	const struct yq_field *fields;
	size_t count;
	size_t offset;		/* of the struct within that of the outer table */
	const char *inner_name; /* one more member, required, an object; NULL = none */
	const struct yq_record_table *inner;
};
bool yq_record_read_plain(
    const char *bytes, size_t length, const struct yq_record_table *table, void *record);
/* Append the members (no braces).  Absent optionals, empty optional texts, zero optional times and
 * optional enums of -1 or without a name are left out. */
void yq_record_write(
    struct yq_json_writer *w, const struct yq_field *fields, size_t count, const void *record);
/* One field's text form, as used for hash fields; false when it is absent. */
bool yq_record_field_text(const struct yq_field *field, const void *record, struct yq_buf *out);
/* The reverse: set one member from its text form. */
YQ_NODISCARD enum yq_rc yq_record_field_read(const struct yq_field *field, const char *text,
    size_t length, void *record, struct yq_err *err);

#endif
