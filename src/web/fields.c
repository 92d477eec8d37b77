/* fields.c - path, query and body, read by the route's table. */
#include "web/fields.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "web/values.h"

#define SHOWN_MAX   64
#define ENCODED_MAX (YQ_CURSOR_MAX * 4 / 3 + 4)
#define NAMES_MAX   64 /* fields in one route */

static const struct yq_api_field limit_field = {
	.name = "limit", .kind = YQ_API_INT, .min = 1, .max = YQ_LIMIT_MAX
};

static bool YQ_PRINTF(5, 6) refuse(struct yq_fault *fault, unsigned status, const char *code,
    const char *field, const char *format, ...)
{
	struct yq_buf text = yq_buf_make(sizeof(fault->text) - 1);
	va_list args;

	fault->status = status;
	fault->code = code;
	yq_str_copy_cut(fault->field, sizeof(fault->field), field);
	va_start(args, format);
	yq_buf_add_va(&text, format, args);
	va_end(args);
	yq_str_copy_cut(fault->text, sizeof(fault->text), yq_buf_text(&text));
	yq_buf_free(&text);
	return false;
}

/* "ticker: expected a ticker ..., found "x y"", without what was found where it is a secret. */
static bool
refuse_value(struct yq_fault *fault, const struct yq_api_field *field, const char *expected,
    const char *found)
{
	return field->kind == YQ_API_SECRET
		   ? refuse(fault, 422, "FIELD_INVALID", field->name, "%s: expected %s",
			 field->name, expected)
		   : refuse(fault, 422, "FIELD_INVALID", field->name, "%s: expected %s, found %s",
			 field->name, expected, found);
}

static bool
take_text(const struct yq_api_field *field, const char *text, size_t length, struct yq_value *value,
    struct yq_fault *fault)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf shown = yq_buf_make(SHOWN_MAX * 8);
	char expected[YQ_EXPECTED_SIZE] = "";

	if (yq_value_of_text(field, text, length, value, expected))
		return true;
	yq_json_show_text(text, length, &shown);
	return refuse_value(fault, field, expected, yq_buf_text(&shown));
}

static size_t
find_field(const struct yq_api_route *route, enum yq_api_place place, const char *name)
{
	size_t i = 0;

	while (i < route->field_count &&
	       (route->fields[i].place != place || !yq_str_equal(route->fields[i].name, name)))
		i++;
	return i;
}

static bool
refuse_unknown(const struct yq_api_route *route, enum yq_api_place place, const char *name,
    struct yq_fault *fault)
{
	const char *names[NAMES_MAX] = { NULL }, *near;
	size_t count = 0;

	for (size_t i = 0; i < route->field_count && count < NAMES_MAX; i++)
		if (route->fields[i].place == place)
			names[count++] = route->fields[i].name;
	near = yq_str_nearest(name, names, count);
	return refuse(fault, 422, "FIELD_UNKNOWN", name, "%.64s: there is no such field%s%s%s",
	    name, near == NULL ? "" : ", did you mean ", near == NULL ? "" : near,
	    near == NULL ? "" : "?");
}

static bool
read_path(const struct yq_input *input, struct yq_fields *fields, struct yq_fault *fault)
{
	const struct yq_api_route *route = input->match->route;

	for (size_t i = 0; i < route->field_count; i++) {
		const struct yq_api_field *field = &route->fields[i];
		const struct yq_route_word *word;

		if (field->place != YQ_API_PATH)
			continue;
		word = yq_route_word(input->match, field->name);
		if (word == NULL)
			YQ_PANIC("%s: no {%s} in its path", route->name, field->name);
		if (!take_text(field, word->bytes, word->length, &fields->values[i], fault))
			return false;
	}
	return true;
}

/* ---- the query ---- */

static bool
take_cursor(const struct yq_query_pair *pair, struct yq_fields *fields, struct yq_fault *fault)
{
	fields->cursor = yq_cursor_decode(pair->value);
	return fields->cursor != NULL ||
	       refuse(fault, 422, "FIELD_INVALID", "cursor",
		   "cursor: expected what `next` of the page before said");
}

static bool
take_limit(const struct yq_query_pair *pair, struct yq_fields *fields, struct yq_fault *fault)
{
	struct yq_value value = { .given = false };
	bool ok = take_text(&limit_field, pair->value, pair->length, &value, fault);

	fields->limit = (unsigned)value.number;
	yq_value_clear(&value);
	return ok;
}

static bool
is_repeated(const struct yq_input *input, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (yq_str_equal(input->query[i].name, input->query[index].name))
			return true;
	return false;
}

static bool
read_pair(
    const struct yq_input *input, size_t index, struct yq_fields *fields, struct yq_fault *fault)
{
	const struct yq_query_pair *pair = &input->query[index];
	const struct yq_api_route *route = input->match->route;
	bool list = (route->flags & YQ_API_LIST) != 0;
	size_t i;

	if (is_repeated(input, index))
		return refuse(
		    fault, 422, "FIELD_INVALID", pair->name, "%.64s: is given twice", pair->name);
	if (list && yq_str_equal(pair->name, "cursor"))
		return pair->length == 0 || take_cursor(pair, fields, fault);
	if (list && yq_str_equal(pair->name, "limit"))
		return pair->length == 0 || take_limit(pair, fields, fault);
	i = find_field(route, YQ_API_QUERY, pair->name);
	if (i == route->field_count)
		return refuse_unknown(route, YQ_API_QUERY, pair->name, fault);
	return pair->length == 0 ||
	       take_text(&route->fields[i], pair->value, pair->length, &fields->values[i], fault);
}

static bool
read_query(const struct yq_input *input, struct yq_fields *fields, struct yq_fault *fault)
{
	for (size_t i = 0; i < input->query_count; i++)
		if (!read_pair(input, i, fields, fault))
			return false;
	return true;
}

/* ---- the body ---- */

struct reading {
	const struct yq_api_route *route;
	struct yq_fields *fields;
	struct yq_fault *fault;
	bool ok;
};

static bool
read_member(void *cookie, const char *name, const yq_json *json)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf shown = yq_buf_make(SHOWN_MAX * 8);
	struct reading *reading = cookie;
	size_t i = find_field(reading->route, YQ_API_BODY, name);
	char expected[YQ_EXPECTED_SIZE] = "";

	if (i == reading->route->field_count)
		reading->ok = refuse_unknown(reading->route, YQ_API_BODY, name, reading->fault);
	else if (json != NULL && !yq_value_of_json(&reading->route->fields[i], json,
				     &reading->fields->values[i], expected)) {
		yq_json_show(json, &shown);
		reading->ok = refuse_value(
		    reading->fault, &reading->route->fields[i], expected, yq_buf_text(&shown));
	}
	return reading->ok;
}

static bool
read_body(const struct yq_input *input, struct yq_fields *fields, struct yq_fault *fault)
{
	struct reading reading = { input->match->route, fields, fault, true };
	yq_json *json = NULL;
	struct yq_err err;

	if (input->body_length == 0)
		return true;
	if (yq_json_parse(input->body, input->body_length, &json, &err) != YQ_OK)
		return refuse(fault, 400, "BODY_INVALID", "", "%s", err.text);
	if (yq_json_type_of(json) != YQ_JSON_OBJECT)
		reading.ok = refuse(fault, 400, "BODY_INVALID", "",
		    "the body: expected a JSON object, found something else");
	else
		yq_json_each(json, read_member, &reading);
	yq_json_free_wiped(json);
	return reading.ok;
}

static bool
check_required(
    const struct yq_api_route *route, const struct yq_fields *fields, struct yq_fault *fault)
{
	for (size_t i = 0; i < route->field_count; i++)
		if (route->fields[i].required && !fields->values[i].given)
			return refuse(fault, 422, "FIELD_MISSING", route->fields[i].name,
			    "%s: is missing", route->fields[i].name);
	return true;
}

bool
yq_fields_read(const struct yq_input *input, struct yq_fields *fields, struct yq_fault *fault)
{
	const struct yq_api_route *route = input->match->route;

	*fields = (struct yq_fields){ .count = route->field_count, .limit = YQ_LIMIT_DEFAULT };
	fields->values = yq_xcalloc(route->field_count + 1, sizeof(*fields->values));
	if (read_path(input, fields, fault) && read_query(input, fields, fault) &&
	    read_body(input, fields, fault) && check_required(route, fields, fault))
		return true;
	yq_fields_clear(fields);
	return false;
}

void
yq_fields_clear(struct yq_fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		yq_value_clear(&fields->values[i]);
	free(fields->values);
	free(fields->cursor);
	*fields = (struct yq_fields){ .count = 0 };
}

/* ---- cursors ---- */

char *
yq_cursor_encode(const char *text)
{
	size_t length = strlen(text);
	size_t size = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *encoded = yq_xcalloc(size, 1);

	(void)sodium_bin2base64(encoded, size, (const unsigned char *)text, length,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return encoded;
}

char *
yq_cursor_decode(const char *text)
{
	unsigned char decoded[YQ_CURSOR_MAX];
	size_t length = 0;

	if (strlen(text) > ENCODED_MAX ||
	    sodium_base642bin(decoded, sizeof(decoded), text, strlen(text), NULL, &length, NULL,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    length == 0 || !yq_str_is_utf8((const char *)decoded, length))
		return NULL;
	for (size_t i = 0; i < length; i++)
		if (decoded[i] < 0x20 || decoded[i] == 0x7f)
			return NULL;
	return yq_xstrndup((const char *)decoded, length);
}
