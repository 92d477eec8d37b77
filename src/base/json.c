/*
 * json.c - reading a JSON tree.
 *
 * The tree is json-c's.  A number is a json-c double whose own text hangs on it as user data; its
 * binary value is never set nor looked at.
 */
#include "base/json.h"

#include <json-c/json.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

/* json-c takes non-const pointers in getters that change nothing. */
static yq_json *
unconst(const yq_json *json)
{
	return (yq_json *)(uintptr_t)json;
}

void
yq_json_set_text(yq_json *string, const char *bytes, size_t length)
{
	if (json_object_set_string_len(string, bytes, (int)length) == 0)
		YQ_PANIC("out of memory");
}

yq_json *
yq_json_make_text(const char *bytes, size_t length)
{
	yq_json *json = json_object_new_string_len(bytes, (int)length);

	if (json == NULL)
		YQ_PANIC("out of memory");
	return json;
}

void
yq_json_free(yq_json *json)
{
	(void)json_object_put(json);
}

void
yq_json_freep(yq_json **json)
{
	yq_json_free(*json);
}

static bool
wipe_member(void *cookie, const char *name, const yq_json *value)
{
	(void)cookie;
	(void)name;
	yq_json_wipe(value);
	return true;
}

void
yq_json_wipe(const yq_json *json)
{
	size_t length;
	const char *text = yq_json_text(json, &length);

	if (length > 0)
		explicit_bzero((char *)(uintptr_t)text, length);
	for (size_t i = 0; i < yq_json_count(json); i++)
		yq_json_wipe(yq_json_at(json, i));
	yq_json_each(json, wipe_member, NULL);
}

void
yq_json_free_wiped(yq_json *json)
{
	yq_json_wipe(json);
	yq_json_free(json);
}

enum yq_json_type
yq_json_type_of(const yq_json *json)
{
	switch (json_object_get_type(json)) {
	case json_type_boolean:
		return YQ_JSON_BOOL;
	case json_type_double:
		return YQ_JSON_NUMBER;
	case json_type_string:
		return YQ_JSON_STRING;
	case json_type_array:
		return YQ_JSON_ARRAY;
	case json_type_object:
		return YQ_JSON_OBJECT;
	case json_type_int: /* never made here */
	case json_type_null:
		break;
	}
	return YQ_JSON_NULL;
}

const char *
yq_json_type_name(enum yq_json_type type)
{
	static const char *const names[] = {
		[YQ_JSON_NULL] = "null",
		[YQ_JSON_BOOL] = "boolean",
		[YQ_JSON_NUMBER] = "number",
		[YQ_JSON_STRING] = "string",
		[YQ_JSON_ARRAY] = "array",
		[YQ_JSON_OBJECT] = "object",
	};

	return (unsigned)type < YQ_COUNT(names) ? names[type] : "?";
}

const yq_json *
yq_json_get(const yq_json *object, const char *name)
{
	yq_json *value;

	if (yq_json_type_of(object) != YQ_JSON_OBJECT ||
	    !json_object_object_get_ex(object, name, &value))
		return NULL;
	return value;
}

const yq_json *
yq_json_get_nocase(const yq_json *object, const char *name)
{
	const yq_json *value = yq_json_get(object, name);
	const struct lh_entry *entry;

	if (value != NULL || yq_json_type_of(object) != YQ_JSON_OBJECT)
		return value;
	lh_foreach(json_object_get_object(object), entry)
	{
		if (lh_entry_v(entry) != NULL && yq_str_equal_nocase(lh_entry_k(entry), name))
			return lh_entry_v(entry);
	}
	return NULL;
}

size_t
yq_json_count(const yq_json *array_or_object)
{
	switch (yq_json_type_of(array_or_object)) {
	case YQ_JSON_ARRAY:
		return json_object_array_length(array_or_object);
	case YQ_JSON_OBJECT:
		return (size_t)json_object_object_length(array_or_object);
	default:
		return 0;
	}
}

const yq_json *
yq_json_at(const yq_json *array, size_t index)
{
	if (yq_json_type_of(array) != YQ_JSON_ARRAY)
		return NULL;
	return json_object_array_get_idx(array, index);
}

void
yq_json_each(const yq_json *object, yq_json_each_fn *fn, void *cookie)
{
	const struct lh_entry *entry;

	if (yq_json_type_of(object) != YQ_JSON_OBJECT)
		return;
	lh_foreach(json_object_get_object(object), entry)
	{
		if (!fn(cookie, lh_entry_k(entry), lh_entry_v(entry)))
			return;
	}
}

const char *
yq_json_text(const yq_json *string_or_number, size_t *ret_length)
{
	const char *text = "";
	size_t length = 0;

	switch (yq_json_type_of(string_or_number)) {
	case YQ_JSON_STRING:
		text = json_object_get_string(unconst(string_or_number));
		length = (size_t)json_object_get_string_len(string_or_number);
		break;
	case YQ_JSON_NUMBER:
		text = json_object_get_userdata(unconst(string_or_number));
		length = strlen(text);
		break;
	default:
		break;
	}
	if (ret_length != NULL)
		*ret_length = length;
	return text;
}

enum yq_rc
yq_json_decimal(const yq_json *json, struct yq_decimal *result)
{
	size_t length;
	const char *text = yq_json_text(json, &length);

	return yq_decimal_parse(text, length, result); /* "" of any other type is no number */
}

enum yq_rc
yq_json_int64(const yq_json *json, int64_t *result)
{
	struct yq_decimal value;
	enum yq_rc rc = yq_json_decimal(json, &value);

	/* "1e3" and "5.0" are whole numbers too. */
	if (rc == YQ_OK)
		rc = yq_decimal_to_scaled(value, 0, YQ_ROUND_EXACT, result);
	return rc;
}

bool
yq_json_bool(const yq_json *json)
{
	return yq_json_type_of(json) == YQ_JSON_BOOL && json_object_get_boolean(json);
}

void
yq_json_show(const yq_json *json, struct yq_buf *out)
{
	size_t length;
	const char *text = yq_json_text(json, &length);

	switch (yq_json_type_of(json)) {
	case YQ_JSON_STRING:
		yq_json_show_text(text, length, out);
		break;
	case YQ_JSON_NUMBER:
		if (length > YQ_JSON_SHOWN_MAX) {
			yq_buf_add(out, text, YQ_JSON_SHOWN_MAX);
			yq_buf_add_text(out, "...");
		} else {
			yq_buf_add(out, text, length);
		}
		break;
	case YQ_JSON_BOOL:
		yq_buf_add_text(out, yq_json_bool(json) ? "true" : "false");
		break;
	case YQ_JSON_ARRAY:
		yq_buf_add_text(out, "an array");
		break;
	case YQ_JSON_OBJECT:
		yq_buf_add_text(out, "an object");
		break;
	case YQ_JSON_NULL:
		yq_buf_add_text(out, "null");
		break;
	}
}

void
yq_json_show_text(const char *text, size_t length, struct yq_buf *out)
{
	size_t shown = length;

	if (shown > YQ_JSON_SHOWN_MAX) {
		shown = YQ_JSON_SHOWN_MAX;
		while (shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
			shown--;
	}
	yq_json_quote(out, text, shown);
	if (shown < length) /* inside the quotes it would look like part of the value */
		yq_buf_add_text(out, "...");
}
