/*
 * config_environment.c - settings from the environment.
 *
 * "Webhook__Port=6001" sets Webhook:Port, "Webhook__AllowedIps__0=..." one element.  A value that
 * begins with '[' or '{' is JSON if it can be read as such.  Variables whose first name is none of
 * the table's belong to somebody else.
 */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/config_parts.h"
#include "base/mem.h"
#include "base/str.h"

#define SOURCE "environment"

/* "A__B__0" as "A:B:0"; false if it is too long. */
static bool
path_of(const char *name, size_t length, char path[YQ_CONFIG_PATH_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		bool separator = i + 1 < length && name[i] == '_' && name[i + 1] == '_';

		if (used + 1 >= YQ_CONFIG_PATH_SIZE)
			return false;
		path[used++] = separator ? ':' : name[i];
		if (separator)
			i++;
	}
	path[used] = '\0';
	return true;
}

/* A path of several names below a known first one, or a known key of one name. */
static bool
is_ours(const struct yq_config *config, const char *path)
{
	size_t first = strcspn(path, ":");

	if (first == 0)
		return false;
	if (path[first] == '\0')
		return yq_config_find_key(config, path) != NULL;
	for (size_t i = 0; i < config->key_count; i++) {
		const char *key = config->keys[i].path;

		if (strcspn(key, ":") == first && yq_str_equal_nocase_bytes(key, path, first))
			return true;
	}
	return false;
}

static yq_json *
value_of(const char *text)
{
	yq_json *json;
	size_t length = strlen(text);

	if ((text[0] == '[' || text[0] == '{') && yq_json_parse(text, length, &json, NULL) == YQ_OK)
		return json;
	return json_object_new_string_len(text, (int)length);
}

/* The member `name` of an object, or element of an array, to be changed; NULL if absent. */
static yq_json *
child(yq_json *parent, const char *name, int64_t index)
{
	const yq_json *found;

	if (index >= 0)
		found = yq_json_at(parent, (size_t)index);
	else
		found = yq_json_get_nocase(parent, name);
	return (yq_json *)(uintptr_t)found;
}

/* Takes ownership of `value`. */
static void
put_child(yq_json *parent, const char *name, int64_t index, yq_json *value)
{
	const struct lh_entry *entry;

	if (index >= 0) {
		(void)json_object_array_put_idx(parent, (size_t)index, value);
		return;
	}
	lh_foreach(json_object_get_object(parent), entry)
	{
		if (yq_str_equal_nocase(lh_entry_k(entry), name)) {
			name = lh_entry_k(entry);
			break;
		}
	}
	(void)json_object_object_add(parent, name, value);
}

/* Walk down `path` from the root, making what is missing; takes ownership of `value`.  False if an
 * element of an array is left out or no number. */
static bool
put_at(yq_json *parent, const char *path, yq_json *value)
{
	char name[YQ_CONFIG_PATH_SIZE];
	int64_t index;

	for (;;) {
		size_t length = strcspn(path, ":");
		bool last = path[length] == '\0';
		yq_json *next;

		index = -1;
		if (!yq_str_copy_bytes(name, sizeof(name), path, length) || length == 0)
			break;
		if (yq_json_type_of(parent) == YQ_JSON_ARRAY &&
		    !yq_str_to_int64(name, 0, (int64_t)yq_json_count(parent), &index))
			break;
		if (last) {
			put_child(parent, name, index, value);
			return true;
		}
		path += length + 1;
		next = child(parent, name, index);
		if (yq_json_type_of(next) != YQ_JSON_OBJECT &&
		    yq_json_type_of(next) != YQ_JSON_ARRAY) {
			/* A list that no file has begun starts at element 0. */
			bool list = yq_str_equal(path, "0") || yq_str_starts(path, "0:");

			next = list ? json_object_new_array() : json_object_new_object();
			put_child(parent, name, index, next);
		}
		parent = next;
	}
	yq_json_free_wiped(value);
	return false;
}

void
yq_config_put_variable(
    struct yq_config *config, const char *variable, struct yq_config_report *report)
{
	const char *equals = strchr(variable, '=');
	char path[YQ_CONFIG_PATH_SIZE];

	if (equals == NULL || !path_of(variable, (size_t)(equals - variable), path) ||
	    !is_ours(config, path))
		return;
	if (!yq_str_is_utf8(variable, strlen(variable))) {
		yq_config_fault(report, "%s: expected UTF-8 (" SOURCE ")",
		    yq_str_is_utf8(path, strlen(path)) ? path : "a variable");
		return;
	}
	if (put_at(config->tree, path, value_of(equals + 1)))
		yq_config_add_origin(config, path, SOURCE);
	else
		yq_config_fault(report,
		    "%s: expected the number of an element, without gaps (" SOURCE ")", path);
}
