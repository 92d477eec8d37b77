/*
 * json.h - JSON in and out (RFC 8259).  A number keeps its own text; no double is ever made.
 *
 * Reading gives a tree that is borrowed until yq_json_free.  Writing appends to a yq_buf.
 */
#ifndef YQ_BASE_JSON_H
#define YQ_BASE_JSON_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/id.h"

struct json_object; /* json-c's; NULL stands for JSON null */
typedef struct json_object yq_json;

#define YQ_JSON_DEPTH_MAX 16

/*
 * Parse exactly `length` bytes.  YQ_E_INVALID with position and reason on bad syntax, bytes left
 * over, invalid UTF-8, depth beyond YQ_JSON_DEPTH_MAX, or a name given twice in one object.
 */
YQ_NODISCARD enum yq_rc yq_json_parse(
    const char *text, size_t length, yq_json **ret_json, struct yq_err *err);
/* Beyond RFC 8259, for files that people write. */
#define YQ_JSON_COMMENTS	1u /* // to the end of the line, and block comments */
#define YQ_JSON_TRAILING_COMMAS 2u
YQ_NODISCARD enum yq_rc yq_json_parse_options(
    const char *text, size_t length, unsigned options, yq_json **ret_json, struct yq_err *err);
/* A string of its own; UTF-8, owned by the caller. */
YQ_NODISCARD yq_json *yq_json_make_text(const char *bytes, size_t length);
/* Another text for such a string; its memory is used again. */
void yq_json_set_text(yq_json *string, const char *bytes, size_t length);
void yq_json_free(yq_json *json); /* NULL is a no-op */
void yq_json_freep(yq_json **json);
/* For a tree that held secrets: overwrite its strings (keeping their lengths); and free it too. */
void yq_json_wipe(const yq_json *json);
void yq_json_free_wiped(yq_json *json);

enum yq_json_type {
	YQ_JSON_NULL,
	YQ_JSON_BOOL,
	YQ_JSON_NUMBER,
	YQ_JSON_STRING,
	YQ_JSON_ARRAY,
	YQ_JSON_OBJECT,
};
enum yq_json_type yq_json_type_of(const yq_json *json);
const char *yq_json_type_name(enum yq_json_type type); /* "number" */

/* Member by exact name, or ignoring ASCII case; NULL if absent or null.  Borrowed. */
const yq_json *yq_json_get(const yq_json *object, const char *name);
const yq_json *yq_json_get_nocase(const yq_json *object, const char *name);
size_t yq_json_count(const yq_json *array_or_object);
const yq_json *yq_json_at(const yq_json *array, size_t index);
/* Calls `fn` for each member in written order until it returns false. */
typedef bool yq_json_each_fn(void *cookie, const char *name, const yq_json *value);
void yq_json_each(const yq_json *object, yq_json_each_fn *fn, void *cookie);

/* The bytes of a string (they may contain NUL), or a number's own text; "" of any other type.
 * Always NUL-terminated; `ret_length` may be NULL.  Borrowed. */
const char *yq_json_text(const yq_json *string_or_number, size_t *ret_length);
/* A number or a numeric string: YQ_E_INVALID if it is none, YQ_E_RANGE if it does not fit.
 * Whole numbers may be written as 5.0 or 1e3. */
YQ_NODISCARD enum yq_rc yq_json_decimal(const yq_json *json, struct yq_decimal *result);
YQ_NODISCARD enum yq_rc yq_json_int64(const yq_json *json, int64_t *result);
bool yq_json_bool(const yq_json *json); /* false unless JSON true */

/* A value for an error text: `"text"` escaped and cut to YQ_JSON_SHOWN_MAX bytes, a number, true,
 * null, "an array", "an object". */
#define YQ_JSON_SHOWN_MAX 60
void yq_json_show(const yq_json *json, struct yq_buf *out);
void yq_json_show_text(const char *text, size_t length, struct yq_buf *out);

/* Writing.  Commas are placed by the writer; the caller keeps begin and end in pairs. */
struct yq_json_writer {
	struct yq_buf *buf;
	unsigned depth;
	bool comma; /* the next value needs one */
};
struct yq_json_writer yq_json_writer_make(struct yq_buf *buf);
void yq_json_begin_object(struct yq_json_writer *w);
void yq_json_end_object(struct yq_json_writer *w);
void yq_json_begin_array(struct yq_json_writer *w);
void yq_json_end_array(struct yq_json_writer *w);
void yq_json_name(struct yq_json_writer *w, const char *name);
void yq_json_add_text(struct yq_json_writer *w, const char *text); /* escaped; a byte that is
							      no UTF-8 becomes U+FFFD */
void yq_json_add_bytes(struct yq_json_writer *w, const char *bytes, size_t length);
void yq_json_add_decimal(struct yq_json_writer *w, struct yq_decimal value);
void yq_json_add_int(struct yq_json_writer *w, int64_t value);
void yq_json_add_bool(struct yq_json_writer *w, bool value);
void yq_json_add_null(struct yq_json_writer *w);
void yq_json_add_time(struct yq_json_writer *w, int64_t instant_us);
void yq_json_add_raw(struct yq_json_writer *w, const char *json_text, size_t length);
void yq_json_add_tree(struct yq_json_writer *w, const yq_json *json);
/* A string in quotes, escaped, outside of any writer. */
void yq_json_quote(struct yq_buf *buf, const char *bytes, size_t length);
/* name and value in one */
void yq_json_put_text(struct yq_json_writer *w, const char *name, const char *text);
void yq_json_put_decimal(struct yq_json_writer *w, const char *name, struct yq_decimal value);
void yq_json_put_int(struct yq_json_writer *w, const char *name, int64_t value);
void yq_json_put_bool(struct yq_json_writer *w, const char *name, bool value);
void yq_json_put_time(struct yq_json_writer *w, const char *name, int64_t instant_us);
void yq_json_put_raw(
    struct yq_json_writer *w, const char *name, const char *json_text, size_t length);

#endif
