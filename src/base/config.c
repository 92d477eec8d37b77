/* config.c - asking a loaded configuration, and reporting its faults. */
#include "base/config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/config_parts.h"
#include "base/mem.h"
#include "base/str.h"

#define REPORT_MAX (256 * 1024)
#define LINE_SIZE  1024

void
yq_config_report_free(struct yq_config_report *report)
{
	yq_buf_free(&report->faults);
	yq_buf_free(&report->warnings);
	report->fault_count = report->warning_count = 0;
}

/* The caller may hand in a zeroed report. */
static void YQ_PRINTF(3, 0)
    add_line(struct yq_buf *buf, size_t *count, const char *format, va_list args)
{
	char line[LINE_SIZE], kept[LINE_SIZE - 4];

	if (buf->maximum == 0)
		buf->maximum = REPORT_MAX;
	(void)vsnprintf(line, sizeof(line), format, args);
	yq_str_copy_cut(kept, sizeof(kept), line);
	for (char *p = kept; *p != '\0'; p++) {
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	}
	yq_buf_add_format(buf, "%s\n", kept);
	(*count)++;
}

void
yq_config_fault(struct yq_config_report *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(&report->faults, &report->fault_count, format, args);
	va_end(args);
}

void
yq_config_warning(struct yq_config_report *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(&report->warnings, &report->warning_count, format, args);
	va_end(args);
}

bool
yq_config_join(char path[YQ_CONFIG_PATH_SIZE], const char *parent, const char *name)
{
	return yq_str_format(
	    path, YQ_CONFIG_PATH_SIZE, "%s%s%s", parent, parent[0] == '\0' ? "" : ":", name);
}

static size_t
segment_length(const char *path)
{
	return strcspn(path, ":");
}

enum yq_path_match
yq_config_match(const char *key_path, const char *path)
{
	enum yq_path_match match = YQ_PATH_EXACT;

	for (;;) {
		size_t wanted = segment_length(key_path), length = segment_length(path);

		if (wanted == 1 && *key_path == '*')
			match = YQ_PATH_WILDCARD;
		else if (wanted != length || !yq_str_equal_nocase_bytes(key_path, path, length))
			return YQ_PATH_NO;
		key_path += wanted;
		path += length;
		if (*path == '\0')
			return *key_path == '\0' ? match : YQ_PATH_PREFIX;
		if (*key_path == '\0')
			return YQ_PATH_NO;
		key_path++;
		path++;
	}
}

const struct yq_config_key *
yq_config_find_key(const struct yq_config *config, const char *path)
{
	const struct yq_config_key *found = NULL;

	for (size_t i = 0; i < config->key_count; i++) {
		enum yq_path_match match = yq_config_match(config->keys[i].path, path);

		if (match == YQ_PATH_EXACT)
			return &config->keys[i];
		if (match == YQ_PATH_WILDCARD && found == NULL)
			found = &config->keys[i];
	}
	return found;
}

/* Does `path` equal `part`, or lie below it? */
static bool
is_within(const char *path, const char *part)
{
	size_t length = strlen(part);

	return strlen(path) >= length && yq_str_equal_nocase_bytes(path, part, length) &&
	       (path[length] == '\0' || path[length] == ':');
}

const char *
yq_config_origin(const struct yq_config *config, const char *path)
{
	for (size_t i = config->origin_count; i > 0; i--) {
		const struct yq_config_origin *origin = &config->origins[i - 1];

		/* A section's origin is that of what was last put into it. */
		if (is_within(path, origin->path) || is_within(origin->path, path))
			return origin->source;
	}
	return "default";
}

static const struct yq_config_value *
find_value(const struct yq_config *config, const char *path)
{
	for (size_t i = 0; i < config->value_count; i++) {
		if (yq_str_equal_nocase(config->values[i].path, path))
			return &config->values[i];
	}
	return NULL;
}

/* A secret is handed out by reference, so the default of one that is not set becomes a value. */
static void
add_secret_defaults(struct yq_config *config)
{
	for (size_t i = 0; i < config->key_count; i++) {
		const struct yq_config_key *key = &config->keys[i];
		struct yq_config_value *value;

		if (key->kind != YQ_CONFIG_SECRET || key->fallback == NULL ||
		    find_value(config, key->path) != NULL)
			continue;
		config->values =
		    yq_xrealloc(config->values, config->value_count + 1, sizeof(*config->values));
		value = &config->values[config->value_count++];
		*value = (struct yq_config_value){
			.path = yq_xstrdup(key->path),
			.key = key,
			.secret = yq_secret_make(key->fallback, strlen(key->fallback)),
		};
	}
}

enum yq_rc
yq_config_load(const struct yq_config_sources *sources, struct yq_config **ret_config,
    struct yq_config_report *report)
{
	struct yq_config *config = yq_xcalloc(1, sizeof(*config));

	*ret_config = NULL;
	config->keys = sources->keys;
	config->key_count = sources->key_count;
	config->tree = json_object_new_object();
	yq_config_read_sources(config, sources, report);
	yq_config_check(config, report);
	add_secret_defaults(config);
	if (sources->check != NULL)
		sources->check(sources->cookie, config, report);
	if (report->fault_count > 0) {
		yq_config_free(config);
		return YQ_E_INVALID;
	}
	*ret_config = config;
	return YQ_OK;
}

static void
free_value(struct yq_config_value *value)
{
	free(value->path);
	free(value->text);
	yq_secret_free(value->secret);
}

static void
release(struct yq_config *config)
{
	for (size_t i = 0; i < config->value_count; i++)
		free_value(&config->values[i]);
	for (size_t i = 0; i < config->origin_count; i++)
		free(config->origins[i].path);
	free(config->values);
	free(config->origins);
	yq_json_free_wiped(config->tree);
	free(config);
}

/* Who lets go last frees it, whether that is the owner or a holder. */
void
yq_config_free(struct yq_config *config)
{
	yq_config_let_go(config);
}

static struct yq_config *
unconst(const struct yq_config *config)
{
	return (struct yq_config *)(uintptr_t)config;
}

const struct yq_config *
yq_config_hold(const struct yq_config *config)
{
	unconst(config)->holders++;
	return config;
}

void
yq_config_let_go(const struct yq_config *config)
{
	if (config == NULL)
		return;
	if (config->holders == 0)
		release(unconst(config));
	else
		unconst(config)->holders--;
}

/* The value at `path`: the set one, or the default converted into *fallback; false if neither. */
static bool
lookup(
    const struct yq_config *config, const char *path, unsigned kinds, struct yq_config_value *value)
{
	const struct yq_config_value *set = find_value(config, path);
	const struct yq_config_key *key = set != NULL ? set->key : yq_config_find_key(config, path);

	if (key == NULL || (kinds >> key->kind & 1) == 0)
		YQ_PANIC("configuration key %s: %s", path,
		    key == NULL ? "not in the table" : "asked for as another kind");
	if (set != NULL) {
		*value = *set;
		return true;
	}
	*value = (struct yq_config_value){ .key = key };
	/* Text defaults are not copied: the table outlives the configuration. */
	if (key->fallback == NULL || key->kind == YQ_CONFIG_SECRET)
		return false;
	if (key->kind == YQ_CONFIG_TEXT || key->kind == YQ_CONFIG_ENUM)
		return true;
	if (!yq_config_convert(key, key->fallback, strlen(key->fallback), value))
		YQ_PANIC("configuration key %s: bad default", key->path);
	return true;
}

const char *
yq_config_text(const struct yq_config *config, const char *path)
{
	struct yq_config_value value;

	if (!lookup(config, path, 1u << YQ_CONFIG_TEXT | 1u << YQ_CONFIG_ENUM, &value))
		return NULL;
	return value.path == NULL ? value.key->fallback : value.text;
}

int64_t
yq_config_int(const struct yq_config *config, const char *path)
{
	struct yq_config_value value;

	return lookup(config, path, 1u << YQ_CONFIG_INT, &value) ? value.integer : 0;
}

bool
yq_config_bool(const struct yq_config *config, const char *path)
{
	struct yq_config_value value;

	return lookup(config, path, 1u << YQ_CONFIG_BOOL, &value) && value.boolean;
}

struct yq_opt_decimal
yq_config_decimal(const struct yq_config *config, const char *path)
{
	struct yq_config_value value;

	if (!lookup(config, path, 1u << YQ_CONFIG_DECIMAL, &value))
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(value.decimal);
}

const struct yq_secret *
yq_config_secret(const struct yq_config *config, const char *path)
{
	struct yq_config_value value;

	return lookup(config, path, 1u << YQ_CONFIG_SECRET, &value) ? value.secret : NULL;
}

const yq_json *
yq_config_json(const struct yq_config *config, const char *path)
{
	const yq_json *json = config->tree;
	char name[YQ_CONFIG_PATH_SIZE];

	while (*path != '\0' && json != NULL) {
		size_t length = segment_length(path);

		if (!yq_str_copy_bytes(name, sizeof(name), path, length))
			return NULL;
		json = yq_json_get_nocase(json, name);
		path += length;
		if (*path == ':')
			path++;
	}
	return json;
}

struct name_call {
	yq_config_name_fn *fn;
	void *cookie;
};

static bool
call_with_name(void *cookie, const char *name, const yq_json *value)
{
	const struct name_call *call = cookie;

	(void)value;
	call->fn(call->cookie, name);
	return true;
}

void
yq_config_names(
    const struct yq_config *config, const char *path, yq_config_name_fn *fn, void *cookie)
{
	struct name_call call = { fn, cookie };

	yq_json_each(yq_config_json(config, path), call_with_name, &call);
}

const char *
yq_config_source(const struct yq_config *config, const char *path)
{
	return yq_config_origin(config, path);
}
