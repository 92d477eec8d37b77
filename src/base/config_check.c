/* config_check.c - every known key's value against the table; a hint for every unknown one. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/config_parts.h"
#include "base/mem.h"
#include "base/str.h"

#define CANDIDATES_MAX 256

struct check {
	struct yq_config *config;
	struct yq_config_report *report;
	yq_json *parent;
	const char *path; /* of the parent */
	bool own_reader;  /* below an object whose own reader knows its names */
};

static bool check_member(void *cookie, const char *name, const yq_json *value);

/* --- conversion --- */

static bool
convert_int(const struct yq_config_key *key, const char *text, int64_t *result)
{
	int64_t min = INT64_MIN, max = INT64_MAX;

	if (key->min != NULL && !yq_str_to_int64(key->min, INT64_MIN, INT64_MAX, &min))
		YQ_PANIC("configuration key %s: bad minimum", key->path);
	if (key->max != NULL && !yq_str_to_int64(key->max, INT64_MIN, INT64_MAX, &max))
		YQ_PANIC("configuration key %s: bad maximum", key->path);
	return yq_str_to_int64(text, min, max, result);
}

/* -1, 0, 1 as for `value` against the bound's text. */
static int
against(const struct yq_config_key *key, struct yq_decimal value, const char *bound)
{
	struct yq_decimal limit;

	if (yq_decimal_parse(bound, strlen(bound), &limit) != YQ_OK)
		YQ_PANIC("configuration key %s: bad bound", key->path);
	return yq_decimal_cmp(value, limit);
}

static bool
convert_decimal(const struct yq_config_key *key, const char *text, struct yq_decimal *result)
{
	if (yq_decimal_parse(text, strlen(text), result) != YQ_OK)
		return false;
	return (key->min == NULL || against(key, *result, key->min) >= 0) &&
	       (key->max == NULL || against(key, *result, key->max) <= 0);
}

static bool
convert_bool(const char *text, bool *result)
{
	*result = yq_str_equal_nocase(text, "true");
	return *result || yq_str_equal_nocase(text, "false");
}

/* The choice as the table spells it. */
static bool
convert_enum(const struct yq_config_key *key, const char *text, char **result)
{
	size_t length = strlen(text);

	for (const char *choice = key->choices; choice != NULL;) {
		size_t end = strcspn(choice, "|");

		if (end == length && yq_str_equal_nocase_bytes(choice, text, length)) {
			*result = yq_xstrndup(choice, length);
			return true;
		}
		choice = choice[end] == '|' ? choice + end + 1 : NULL;
	}
	return false;
}

bool
yq_config_convert(
    const struct yq_config_key *key, const char *text, size_t length, struct yq_config_value *value)
{
	if (memchr(text, '\0', length) != NULL)
		return false;
	switch (key->kind) {
	case YQ_CONFIG_TEXT:
		value->text = yq_xstrdup(text);
		return true;
	case YQ_CONFIG_INT:
		return convert_int(key, text, &value->integer);
	case YQ_CONFIG_DECIMAL:
		return convert_decimal(key, text, &value->decimal);
	case YQ_CONFIG_BOOL:
		return convert_bool(text, &value->boolean);
	case YQ_CONFIG_ENUM:
		return convert_enum(key, text, &value->text);
	case YQ_CONFIG_SECRET:
		value->secret = yq_secret_make(text, length);
		return true;
	case YQ_CONFIG_LIST:
	case YQ_CONFIG_OBJECT:
		break;
	}
	return false;
}

/* --- faults --- */

static void
add_choices(struct yq_buf *out, const char *choices)
{
	yq_buf_add_text(out, "one of ");
	for (const char *p = choices; p != NULL && *p != '\0'; p++) {
		if (*p == '|')
			yq_buf_add_text(out, ", ");
		else
			yq_buf_add_char(out, *p);
	}
}

static void
add_expected(struct yq_buf *out, const struct yq_config_key *key)
{
	static const char *const names[] = {
		[YQ_CONFIG_TEXT] = "a text",
		[YQ_CONFIG_INT] = "a whole number",
		[YQ_CONFIG_DECIMAL] = "a number",
		[YQ_CONFIG_BOOL] = "true or false",
		[YQ_CONFIG_SECRET] = "a text",
		[YQ_CONFIG_LIST] = "an array of texts",
		[YQ_CONFIG_OBJECT] = "an object",
	};
	bool bounded = key->kind == YQ_CONFIG_INT || key->kind == YQ_CONFIG_DECIMAL;

	if (key->kind == YQ_CONFIG_ENUM) {
		add_choices(out, key->choices);
		return;
	}
	yq_buf_add_text(out, names[key->kind]);
	if (bounded && key->min != NULL && key->max != NULL)
		yq_buf_add_format(out, " from %s to %s", key->min, key->max);
	else if (bounded && key->min != NULL)
		yq_buf_add_format(out, " of at least %s", key->min);
	else if (bounded && key->max != NULL)
		yq_buf_add_format(out, " of at most %s", key->max);
}

static void
report_fault(
    const struct check *c, const struct yq_config_key *key, const char *path, const yq_json *found)
{
	struct yq_buf expected = yq_buf_make(512), shown = yq_buf_make(512);

	add_expected(&expected, key);
	if (key->kind == YQ_CONFIG_SECRET) /* its value is shown to nobody */
		yq_buf_add_format(&shown, "another %s", yq_json_type_name(yq_json_type_of(found)));
	else
		yq_json_show(found, &shown);
	yq_config_fault(c->report, "%s: expected %s, found %s (%s)", path, yq_buf_text(&expected),
	    yq_buf_text(&shown), yq_config_origin(c->config, path));
	yq_buf_free(&expected);
	yq_buf_free(&shown);
}

/* The names that the table has below `parent`, and the nearest of them to `name`. */
static bool
nearest_sibling(const struct yq_config *config, const char *parent, const char *name,
    char found[YQ_CONFIG_PATH_SIZE])
{
	char texts[CANDIDATES_MAX][64];
	const char *names[CANDIDATES_MAX], *nearest;
	size_t count = 0, depth = 0;

	for (const char *p = parent; *p != '\0'; p++)
		depth += *p == ':';
	depth += *parent != '\0';
	for (size_t i = 0; i < config->key_count && count < CANDIDATES_MAX; i++) {
		const char *segment = config->keys[i].path;

		if (*parent != '\0' && yq_config_match(segment, parent) != YQ_PATH_PREFIX)
			continue;
		for (size_t d = 0; d < depth; d++)
			segment += strcspn(segment, ":") + 1;
		if (yq_str_copy_bytes(
			texts[count], sizeof(texts[0]), segment, strcspn(segment, ":"))) {
			names[count] = texts[count];
			count++;
		}
	}
	nearest = yq_str_nearest(name, names, count);
	return nearest != NULL && !yq_str_equal(nearest, "*") &&
	       yq_config_join(found, parent, nearest);
}

/* The nearest path of the whole table: a key that stands in the wrong place. */
static const char *
nearest_path(const struct yq_config *config, const char *path, const char *name)
{
	const char *paths[CANDIDATES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < config->key_count && count < CANDIDATES_MAX; i++) {
		const char *last = strrchr(config->keys[i].path, ':');

		if (yq_str_equal_nocase(last == NULL ? config->keys[i].path : last + 1, name))
			return config->keys[i].path;
		paths[count++] = config->keys[i].path;
	}
	return yq_str_nearest(path, paths, count);
}

static void
warn_unknown(const struct check *c, const char *path, const char *name)
{
	char sibling[YQ_CONFIG_PATH_SIZE];
	const char *source = yq_config_origin(c->config, path);
	const char *nearest = sibling;

	if (!nearest_sibling(c->config, c->path, name, sibling))
		nearest = nearest_path(c->config, path, name);
	if (nearest == NULL)
		yq_config_warning(c->report, "%s: unknown key (%s)", path, source);
	else
		yq_config_warning(
		    c->report, "%s: unknown key, did you mean %s? (%s)", path, nearest, source);
}

/* --- the walk --- */

static bool
is_list_of_texts(const yq_json *json)
{
	if (yq_json_type_of(json) != YQ_JSON_ARRAY)
		return false;
	for (size_t i = 0; i < yq_json_count(json); i++) {
		enum yq_json_type type = yq_json_type_of(yq_json_at(json, i));

		if (type != YQ_JSON_STRING && type != YQ_JSON_NUMBER)
			return false;
	}
	return true;
}

/* Text of a scalar; false for an array, object or null. */
static bool
scalar_text(const yq_json *json, const char **text, size_t *length)
{
	switch (yq_json_type_of(json)) {
	case YQ_JSON_BOOL:
		*text = yq_json_bool(json) ? "true" : "false";
		*length = strlen(*text);
		return true;
	case YQ_JSON_NUMBER:
	case YQ_JSON_STRING:
		*text = yq_json_text(json, length);
		return true;
	default:
		return false;
	}
}

static void
take_value(const struct check *c, const struct yq_config_key *key, const char *path,
    const char *name, const yq_json *json)
{
	struct yq_config *config = c->config;
	struct yq_config_value value = { .key = key };
	const char *text;
	size_t length;

	if (!scalar_text(json, &text, &length) || !yq_config_convert(key, text, length, &value)) {
		report_fault(c, key, path, json);
		return;
	}
	value.path = yq_xstrdup(path);
	config->values =
	    yq_xrealloc(config->values, config->value_count + 1, sizeof(config->values[0]));
	config->values[config->value_count++] = value;
	if (key->kind == YQ_CONFIG_SECRET) {
		/* The name stays, so that it can be listed. */
		yq_json_wipe(json);
		(void)json_object_object_add(c->parent, name, NULL);
	}
}

/* Does the table have keys below `path`? */
static bool
goes_on(const struct yq_config *config, const char *path)
{
	for (size_t i = 0; i < config->key_count; i++) {
		if (yq_config_match(config->keys[i].path, path) == YQ_PATH_PREFIX)
			return true;
	}
	return false;
}

static void
check_known(const struct check *c, const struct yq_config_key *key, const char *path,
    const char *name, const yq_json *value)
{
	enum yq_json_type type = yq_json_type_of(value);

	if (key->kind == YQ_CONFIG_LIST) {
		if (!is_list_of_texts(value))
			report_fault(c, key, path, value);
	} else if (key->kind == YQ_CONFIG_OBJECT) {
		if (type != YQ_JSON_OBJECT && type != YQ_JSON_ARRAY)
			report_fault(c, key, path, value);
	} else {
		take_value(c, key, path, name, value);
	}
}

static bool
check_member(void *cookie, const char *name, const yq_json *value)
{
	const struct check *c = cookie;
	const struct yq_config_key *key;
	struct check inner = *c;
	char path[YQ_CONFIG_PATH_SIZE];
	bool section;

	if (!yq_config_join(path, c->path, name) || value == NULL)
		return true; /* too long was reported while merging; null is as if not set */
	key = yq_config_find_key(c->config, path);
	section = goes_on(c->config, path);
	if (key != NULL)
		check_known(c, key, path, name, value);
	if (key == NULL && !section && !c->own_reader)
		warn_unknown(c, path, name);
	if (!section || (key != NULL && key->kind != YQ_CONFIG_OBJECT))
		return true;
	if (yq_json_type_of(value) != YQ_JSON_OBJECT) {
		if (key == NULL)
			yq_config_fault(c->report, "%s: expected an object, found %s (%s)", path,
			    yq_json_type_name(yq_json_type_of(value)),
			    yq_config_origin(c->config, path));
		return true;
	}
	inner.parent = (yq_json *)(uintptr_t)value;
	inner.path = path;
	inner.own_reader = c->own_reader || key != NULL;
	yq_json_each(value, check_member, &inner);
	return true;
}

void
yq_config_check(struct yq_config *config, struct yq_config_report *report)
{
	struct check c = {
		.config = config,
		.report = report,
		.parent = config->tree,
		.path = "",
	};

	yq_json_each(config->tree, check_member, &c);
}
