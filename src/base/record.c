/* record.c - structs to JSON and back by one table, with errors that name the member. */
#include "base/record_parts.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

#define BIT(type) (1u << (type))

/* What a kind of field is called in errors, and which JSON values it takes. */
static const struct {
	const char *expected;
	unsigned types;
} kinds[] = {
	[YQ_KIND_TEXT] = { "a text", BIT(YQ_JSON_STRING) },
	[YQ_KIND_ID] = { "a UUID", BIT(YQ_JSON_STRING) },
	[YQ_KIND_DECIMAL] = { "a number", BIT(YQ_JSON_NUMBER) | BIT(YQ_JSON_STRING) },
	[YQ_KIND_OPT_DECIMAL] = { "a number", BIT(YQ_JSON_NUMBER) | BIT(YQ_JSON_STRING) },
	[YQ_KIND_ENUM] = { NULL, BIT(YQ_JSON_NUMBER) | BIT(YQ_JSON_STRING) },
	[YQ_KIND_TIME] = { "a time as in 2026-01-31T09:30:00Z", BIT(YQ_JSON_STRING) },
	[YQ_KIND_BOOL] = { "true or false", BIT(YQ_JSON_BOOL) },
	[YQ_KIND_INT] = { "a whole number", BIT(YQ_JSON_NUMBER) | BIT(YQ_JSON_STRING) },
};

int
yq_names_find(const struct yq_names *names, const char *text, size_t length)
{
	char name[64];

	if (!yq_str_copy_bytes(name, sizeof(name), text, length))
		return -1;
	for (size_t i = 0; i < names->count; i++) {
		if (names->names[i] != NULL && yq_str_equal_nocase(names->names[i], name))
			return (int)i;
	}
	return -1;
}

const char *
yq_names_text(const struct yq_names *names, int value)
{
	if (value < 0 || (size_t)value >= names->count || names->names[value] == NULL)
		return "?";
	return names->names[value];
}

static void *
member(const struct yq_field *field, void *record)
{
	return (char *)record + field->offset;
}

static const void *
const_member(const struct yq_field *field, const void *record)
{
	return (const char *)record + field->offset;
}

static enum yq_rc
read_int(const char *text, size_t length, int64_t *result)
{
	struct yq_decimal value;
	enum yq_rc rc = yq_decimal_parse(text, length, &value);

	return rc == YQ_OK ? yq_decimal_to_scaled(value, 0, YQ_ROUND_EXACT, result) : rc;
}

static enum yq_rc
read_enum(const struct yq_field *field, const char *text, size_t length, void *target)
{
	int value = yq_names_find(field->names, text, length);
	int64_t number;

	assert(field->size == sizeof(value));
	if (value < 0) {
		if (read_int(text, length, &number) != YQ_OK || number < 0 ||
		    (uint64_t)number >= field->names->count || field->names->names[number] == NULL)
			return YQ_E_INVALID;
		value = (int)number;
	}
	memcpy(target, &value, sizeof(value));
	return YQ_OK;
}

static enum yq_rc
read_bool(const char *text, size_t length, bool *result)
{
	bool is_true = length == 4 && memcmp(text, "true", 4) == 0;

	if (!is_true && (length != 5 || memcmp(text, "false", 5) != 0))
		return YQ_E_INVALID;
	*result = is_true;
	return YQ_OK;
}

bool
yq_record_takes(const struct yq_field *field, enum yq_json_type type)
{
	return (kinds[field->kind].types & BIT(type)) != 0;
}

enum yq_rc
yq_record_set(const struct yq_field *field, const char *text, size_t length, void *record)
{
	void *target = member(field, record);
	struct yq_opt_decimal *optional;
	enum yq_rc rc;

	switch (field->kind) {
	case YQ_KIND_TEXT:
		return yq_str_copy_bytes(target, field->size, text, length) ? YQ_OK : YQ_E_RANGE;
	case YQ_KIND_ID:
		return yq_id_parse(text, length, target);
	case YQ_KIND_DECIMAL:
		return yq_decimal_parse(text, length, target);
	case YQ_KIND_OPT_DECIMAL:
		optional = target;
		rc = yq_decimal_parse(text, length, &optional->value);
		optional->set = rc == YQ_OK;
		return rc;
	case YQ_KIND_ENUM:
		return read_enum(field, text, length, target);
	case YQ_KIND_TIME:
		return yq_time_parse(text, length, target);
	case YQ_KIND_BOOL:
		return read_bool(text, length, target);
	case YQ_KIND_INT:
		return read_int(text, length, target);
	}
	return YQ_E_INVALID;
}

static void
add_choices(struct yq_buf *out, const struct yq_names *names)
{
	const char *separator = "";

	yq_buf_add_format(out, "%s, one of ", names->what);
	for (size_t i = 0; i < names->count; i++) {
		if (names->names[i] == NULL)
			continue;
		yq_buf_add_format(out, "%s%s", separator, names->names[i]);
		separator = ", ";
	}
}

static void
add_expected(struct yq_buf *out, const struct yq_field *field, enum yq_rc rc)
{
	if (field->kind == YQ_KIND_ENUM) {
		add_choices(out, field->names);
		return;
	}
	yq_buf_add_text(out, kinds[field->kind].expected);
	if (rc != YQ_E_RANGE)
		return;
	if (field->kind == YQ_KIND_TEXT)
		yq_buf_add_format(out, " of at most %zu bytes without NUL", field->size - 1);
	else if (field->kind == YQ_KIND_INT)
		yq_buf_add_text(out, " of 64 bits");
	else
		yq_buf_add_format(out, " of at most %d digits before the point and %d after it",
		    YQ_DECIMAL_INTEGER_DIGITS, YQ_DECIMAL_PLACES);
}

static enum yq_rc
refuse(const struct yq_field *field, enum yq_rc rc, const struct yq_buf *found, struct yq_err *err)
{
	struct yq_buf expected = yq_buf_make(YQ_ERR_TEXT_MAX);

	add_expected(&expected, field, rc);
	yq_err_set(err, YQ_E_INVALID, "%s: expected %s, found %s", field->name,
	    yq_buf_text(&expected), yq_buf_text(found));
	yq_buf_free(&expected);
	return YQ_E_INVALID;
}

static enum yq_rc
refuse_json(const struct yq_field *field, enum yq_rc rc, const yq_json *found, struct yq_err *err)
{
	struct yq_buf text = yq_buf_make(YQ_ERR_TEXT_MAX);

	if (found == NULL)
		yq_buf_add_text(&text, "nothing");
	else
		yq_json_show(found, &text);
	(void)refuse(field, rc, &text, err);
	yq_buf_free(&text);
	return YQ_E_INVALID;
}

static enum yq_rc
read_json(const struct yq_field *field, const yq_json *value, void *record, struct yq_err *err)
{
	enum yq_json_type type = yq_json_type_of(value);
	const char *text;
	size_t length;
	enum yq_rc rc;

	if (value == NULL) /* absent, or null */
		return field->presence == YQ_OPTIONAL ? YQ_OK
						      : refuse_json(field, YQ_E_INVALID, NULL, err);
	if (!yq_record_takes(field, type))
		return refuse_json(field, YQ_E_INVALID, value, err);
	if (type == YQ_JSON_BOOL) {
		text = yq_json_bool(value) ? "true" : "false";
		length = strlen(text);
	} else {
		text = yq_json_text(value, &length);
	}
	rc = yq_record_set(field, text, length, record);
	return rc == YQ_OK ? YQ_OK : refuse_json(field, rc, value, err);
}

enum yq_rc
yq_record_read(const yq_json *object, const struct yq_field *fields, size_t count, void *record,
    struct yq_err *err)
{
	enum yq_rc rc;

	if (yq_json_type_of(object) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "expected an object, found %s",
		    yq_json_type_name(yq_json_type_of(object)));
	for (size_t i = 0; i < count; i++) {
		rc = read_json(&fields[i], yq_json_get(object, fields[i].name), record, err);
		if (rc != YQ_OK)
			return rc;
	}
	return YQ_OK;
}

enum yq_rc
yq_record_field_read(
    const struct yq_field *field, const char *text, size_t length, void *record, struct yq_err *err)
{
	enum yq_rc rc = yq_record_set(field, text, length, record);
	struct yq_buf found;

	if (rc == YQ_OK)
		return YQ_OK;
	found = yq_buf_make(YQ_ERR_TEXT_MAX);
	yq_json_show_text(text, length, &found);
	(void)refuse(field, rc, &found, err);
	yq_buf_free(&found);
	return YQ_E_INVALID;
}

/* Only optional members can be absent. */
static bool
is_absent(const struct yq_field *field, const void *source)
{
	int64_t instant;
	int value;

	if (field->kind == YQ_KIND_OPT_DECIMAL)
		return !((const struct yq_opt_decimal *)source)->set;
	if (field->presence == YQ_REQUIRED)
		return false;
	if (field->kind == YQ_KIND_TEXT || field->kind == YQ_KIND_ID)
		return *(const char *)source == '\0';
	if (field->kind == YQ_KIND_ENUM) {
		memcpy(&value, source, sizeof(value));
		return value == -1 || (value >= 0 && (size_t)value < field->names->count &&
					  field->names->names[value] == NULL);
	}
	if (field->kind != YQ_KIND_TIME)
		return false;
	memcpy(&instant, source, sizeof(instant));
	return instant == 0;
}

/* An enum's name.  A value without one is a bug of ours, not input. */
static const char *
enum_text(const struct yq_field *field, const void *source)
{
	int value;

	assert(field->size == sizeof(value));
	memcpy(&value, source, sizeof(value));
	assert(value >= 0 && (size_t)value < field->names->count &&
	       field->names->names[value] != NULL);
	return field->names->names[value];
}

static const struct yq_decimal *
decimal_of(const struct yq_field *field, const void *source)
{
	if (field->kind == YQ_KIND_OPT_DECIMAL)
		return &((const struct yq_opt_decimal *)source)->value;
	return source;
}

static void
write_member(struct yq_json_writer *w, const struct yq_field *field, const void *source)
{
	switch (field->kind) {
	case YQ_KIND_TEXT:
	case YQ_KIND_ID:
		yq_json_put_text(w, field->name, source);
		break;
	case YQ_KIND_DECIMAL:
	case YQ_KIND_OPT_DECIMAL:
		yq_json_put_decimal(w, field->name, *decimal_of(field, source));
		break;
	case YQ_KIND_ENUM:
		yq_json_put_text(w, field->name, enum_text(field, source));
		break;
	case YQ_KIND_TIME:
		yq_json_put_time(w, field->name, *(const int64_t *)source);
		break;
	case YQ_KIND_BOOL:
		yq_json_put_bool(w, field->name, *(const bool *)source);
		break;
	case YQ_KIND_INT:
		yq_json_put_int(w, field->name, *(const int64_t *)source);
		break;
	}
}

void
yq_record_write(
    struct yq_json_writer *w, const struct yq_field *fields, size_t count, const void *record)
{
	for (size_t i = 0; i < count; i++) {
		const void *source = const_member(&fields[i], record);

		if (!is_absent(&fields[i], source))
			write_member(w, &fields[i], source);
	}
}

bool
yq_record_field_text(const struct yq_field *field, const void *record, struct yq_buf *out)
{
	const void *source = const_member(field, record);
	char text[YQ_DECIMAL_TEXT_SIZE + YQ_TIME_TEXT_SIZE];

	if (is_absent(field, source))
		return false;
	switch (field->kind) {
	case YQ_KIND_TEXT:
	case YQ_KIND_ID:
		yq_buf_add_text(out, source);
		break;
	case YQ_KIND_DECIMAL:
	case YQ_KIND_OPT_DECIMAL:
		yq_buf_add(out, text, yq_decimal_format(*decimal_of(field, source), text));
		break;
	case YQ_KIND_ENUM:
		yq_buf_add_text(out, enum_text(field, source));
		break;
	case YQ_KIND_TIME:
		yq_time_format(*(const int64_t *)source, text);
		yq_buf_add_text(out, text);
		break;
	case YQ_KIND_BOOL:
		yq_buf_add_text(out, *(const bool *)source ? "true" : "false");
		break;
	case YQ_KIND_INT:
		yq_buf_add_int(out, *(const int64_t *)source);
		break;
	}
	return true;
}
