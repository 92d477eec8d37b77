/* values.c - one value of a request: a table of kinds, each with its reader. */
#include "web/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"

#define US_PER_DAY  (INT64_C(86400) * YQ_US_PER_SECOND)
#define DATE_LENGTH 10

typedef bool read_fn(const struct yq_api_field *field, const char *text, size_t length,
    struct yq_value *value, char expected[YQ_EXPECTED_SIZE]);

struct yq_kind_bounds
yq_field_bounds(const struct yq_api_field *field)
{
	static const int64_t most[YQ_API_KIND_COUNT] = {
		[YQ_API_TEXT] = YQ_TEXT_MAX,
		[YQ_API_LONG_TEXT] = YQ_LONG_TEXT_MAX,
		[YQ_API_SECRET] = YQ_SECRET_MAX,
		[YQ_API_INT] = INT64_MAX,
		[YQ_API_ALIAS] = YQ_ALIAS_SIZE - 1,
		[YQ_API_TICKER] = YQ_TICKER_SIZE - 1,
		[YQ_API_TEXTS] = YQ_TEXTS_MAX,
	};
	struct yq_kind_bounds bounds = { field->min, field->max };

	if (bounds.max == 0)
		bounds.max = most[field->kind];
	if (field->kind == YQ_API_INT && field->min == 0 && field->max == 0)
		bounds.min = INT64_MIN;
	return bounds;
}

static void
keep(struct yq_value *value, const char *text, size_t length)
{
	value->text = yq_xstrndup(text, length);
}

static bool
is_clean(const char *text, size_t length, bool lines)
{
	if (!yq_str_is_utf8(text, length))
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (lines && (c == '\n' || c == '\r' || c == '\t'))
			continue;
		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

static bool
read_text(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	struct yq_kind_bounds bounds = yq_field_bounds(field);

	if ((int64_t)length < bounds.min || (int64_t)length > bounds.max ||
	    !is_clean(text, length, field->kind == YQ_API_LONG_TEXT)) {
		(void)yq_str_format(expected, YQ_EXPECTED_SIZE,
		    "a text of %lld to %lld bytes without control characters",
		    (long long)bounds.min, (long long)bounds.max);
		return false;
	}
	if (field->kind == YQ_API_TEXT && field->names != NULL &&
	    yq_names_find(field->names, text, length) < 0) {
		(void)yq_str_format(expected, YQ_EXPECTED_SIZE, "a known %s", field->names->what);
		return false;
	}
	keep(value, text, length);
	return true;
}

static bool
read_decimal(const struct yq_api_field *field, const char *text, size_t length,
    struct yq_value *value, char expected[YQ_EXPECTED_SIZE])
{
	static const char *const signs[] = { "a number", "a number above 0",
		"a number, 0 or above" };
	int sign;

	yq_str_copy_cut(expected, YQ_EXPECTED_SIZE, signs[field->min >= 0 ? field->min % 3 : 0]);
	if (yq_decimal_parse(text, length, &value->decimal) != YQ_OK)
		return false;
	keep(value, text, length);
	sign = yq_decimal_sign(value->decimal);
	return field->min == 0 || sign > 0 || (field->min == 2 && sign == 0);
}

static bool
read_int(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	struct yq_kind_bounds bounds = yq_field_bounds(field);

	(void)yq_str_format(expected, YQ_EXPECTED_SIZE, "a whole number from %lld to %lld",
	    (long long)bounds.min, (long long)bounds.max);
	if (length > 20 || memchr(text, '\0', length) != NULL)
		return false;
	keep(value, text, length);
	return yq_str_to_int64(value->text, bounds.min, bounds.max, &value->number);
}

static bool
read_bool(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	(void)field;
	yq_str_copy_cut(expected, YQ_EXPECTED_SIZE, "true or false");
	value->number = length == 4 && memcmp(text, "true", 4) == 0;
	return value->number == 1 || (length == 5 && memcmp(text, "false", 5) == 0);
}

/* "2026-11-22": its midnight, UTC. */
static bool
parse_date(const char *text, size_t length, int64_t *us)
{
	char whole[DATE_LENGTH + sizeof("T00:00:00Z")];

	return length == DATE_LENGTH &&
	       yq_str_format(whole, sizeof(whole), "%.*sT00:00:00Z", (int)length, text) &&
	       yq_time_parse(whole, strlen(whole), us) == YQ_OK;
}

static bool
read_date(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	(void)field;
	yq_str_copy_cut(expected, YQ_EXPECTED_SIZE, "a date like 2026-11-22");
	keep(value, text, length);
	return parse_date(text, length, &value->number);
}

static bool
read_time(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	(void)field;
	yq_str_copy_cut(expected, YQ_EXPECTED_SIZE,
	    "a time like 2026-11-22T23:46:55Z, or a date like 2026-11-22");
	keep(value, text, length);
	return parse_date(text, length, &value->number) ||
	       yq_time_parse(text, length, &value->number) == YQ_OK;
}

static bool
read_id(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	(void)field;
	yq_str_copy_cut(expected, YQ_EXPECTED_SIZE, "a UUID");
	if (yq_id_parse(text, length, &value->id) != YQ_OK)
		return false;
	keep(value, value->id.text, YQ_ID_LENGTH);
	return true;
}

static void
list_names(const struct yq_names *names, char expected[YQ_EXPECTED_SIZE])
{
	struct yq_buf list = yq_buf_make(YQ_EXPECTED_SIZE - 1);

	for (size_t i = 0; i < names->count; i++)
		if (names->names[i] != NULL)
			yq_buf_add_format(
			    &list, "%s%s", list.length == 0 ? "one of " : ", ", names->names[i]);
	yq_str_copy_cut(expected, YQ_EXPECTED_SIZE, yq_buf_text(&list));
	yq_buf_free(&list);
}

static bool
read_name(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	int found = yq_names_find(field->names, text, length);

	if (found < 0) {
		list_names(field->names, expected);
		return false;
	}
	value->number = found;
	value->text = yq_xstrdup(field->names->names[found]);
	return true;
}

static bool
read_word(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	struct yq_kind_bounds bounds = yq_field_bounds(field);
	bool alias = field->kind == YQ_API_ALIAS;

	(void)yq_str_format(expected, YQ_EXPECTED_SIZE, "%s of at most %lld characters",
	    alias ? "an account (letters, digits, . - _)"
		  : "a ticker (letters, digits, . - / _ ^ =)",
	    (long long)bounds.max);
	if ((int64_t)length > bounds.max || memchr(text, '\0', length) != NULL)
		return false;
	keep(value, text, length);
	return alias ? yq_alias_is_valid(value->text) : yq_ticker_is_valid(value->text);
}

static bool
add_item(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value)
{
	int found = field->names == NULL ? 0 : yq_names_find(field->names, text, length);

	if (length == 0 || length > YQ_TEXT_MAX || !is_clean(text, length, false) || found < 0)
		return false;
	value->texts = yq_xrealloc(value->texts, value->text_count + 1, sizeof(*value->texts));
	value->texts[value->text_count++] = field->names == NULL
						? yq_xstrndup(text, length)
						: yq_xstrdup(field->names->names[found]);
	return true;
}

static void
expect_items(const struct yq_api_field *field, char expected[YQ_EXPECTED_SIZE])
{
	struct yq_kind_bounds bounds = yq_field_bounds(field);
	char each[YQ_EXPECTED_SIZE - 64] = "a text without control characters";
	char names[YQ_EXPECTED_SIZE];

	if (field->names != NULL) {
		list_names(field->names, names);
		yq_str_copy_cut(each, sizeof(each), names);
	}
	(void)yq_str_format(expected, YQ_EXPECTED_SIZE, "a list of %lld to %lld, each %s",
	    (long long)bounds.min, (long long)bounds.max, each);
}

/* In a query: separated by commas. */
static bool
read_texts(const struct yq_api_field *field, const char *text, size_t length,
    struct yq_value *value, char expected[YQ_EXPECTED_SIZE])
{
	struct yq_kind_bounds bounds = yq_field_bounds(field);
	const char *end = text + length;

	expect_items(field, expected);
	for (const char *at = text; at <= end;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma == NULL ? end : comma;

		if ((int64_t)value->text_count == bounds.max ||
		    !add_item(field, at, (size_t)(stop - at), value))
			return false;
		at = stop + 1;
	}
	return (int64_t)value->text_count >= bounds.min;
}

/* How a kind is read, and which types of JSON it may be written as. */
static const struct {
	read_fn *read;
	unsigned types;
} kinds[YQ_API_KIND_COUNT] = {
	[YQ_API_TEXT] = { read_text, 1u << YQ_JSON_STRING },
	[YQ_API_LONG_TEXT] = { read_text, 1u << YQ_JSON_STRING },
	[YQ_API_SECRET] = { read_text, 1u << YQ_JSON_STRING },
	[YQ_API_DECIMAL] = { read_decimal, 1u << YQ_JSON_STRING | 1u << YQ_JSON_NUMBER },
	[YQ_API_INT] = { read_int, 1u << YQ_JSON_NUMBER },
	[YQ_API_BOOL] = { read_bool, 1u << YQ_JSON_BOOL },
	[YQ_API_TIME] = { read_time, 1u << YQ_JSON_STRING },
	[YQ_API_DATE] = { read_date, 1u << YQ_JSON_STRING },
	[YQ_API_ID] = { read_id, 1u << YQ_JSON_STRING },
	[YQ_API_NAME] = { read_name, 1u << YQ_JSON_STRING },
	[YQ_API_ALIAS] = { read_word, 1u << YQ_JSON_STRING },
	[YQ_API_TICKER] = { read_word, 1u << YQ_JSON_STRING },
	[YQ_API_TEXTS] = { read_texts, 1u << YQ_JSON_ARRAY },
};

bool
yq_value_of_text(const struct yq_api_field *field, const char *text, size_t length,
    struct yq_value *value, char expected[YQ_EXPECTED_SIZE])
{
	value->given = true;
	return kinds[field->kind].read(field, text, length, value, expected);
}

static bool
read_list(const struct yq_api_field *field, const yq_json *json, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	struct yq_kind_bounds bounds = yq_field_bounds(field);
	int64_t count = (int64_t)yq_json_count(json);
	const yq_json *item;
	const char *text;
	size_t length;

	expect_items(field, expected);
	if (count < bounds.min || count > bounds.max)
		return false;
	for (size_t i = 0; i < (size_t)count; i++) {
		item = yq_json_at(json, i);
		text = yq_json_text(item, &length);
		if (yq_json_type_of(item) != YQ_JSON_STRING ||
		    !add_item(field, text, length, value))
			return false;
	}
	return true;
}

bool
yq_value_of_json(const struct yq_api_field *field, const yq_json *json, struct yq_value *value,
    char expected[YQ_EXPECTED_SIZE])
{
	enum yq_json_type type = yq_json_type_of(json);
	struct yq_value ignored = { 0 };
	size_t length;
	const char *text = yq_json_text(json, &length);

	if ((kinds[field->kind].types >> type & 1) == 0) {
		(void)!yq_value_of_text(field, "", 0, &ignored, expected);
		yq_value_clear(&ignored);
		return false;
	}
	if (type == YQ_JSON_ARRAY) {
		value->given = true;
		return read_list(field, json, value, expected);
	}
	if (type == YQ_JSON_BOOL) {
		text = yq_json_bool(json) ? "true" : "false";
		length = strlen(text);
	}
	return yq_value_of_text(field, text, length, value, expected);
}

void
yq_value_clear(struct yq_value *value)
{
	if (value->text != NULL)
		yq_wipe(value->text, strlen(value->text));
	free(value->text);
	for (size_t i = 0; i < value->text_count; i++)
		free(value->texts[i]);
	free(value->texts);
	*value = (struct yq_value){ .given = false };
}
