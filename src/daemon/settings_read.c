/* settings_read.c - reading one section of the configuration. */
#include "daemon/settings_read.h"

#include <string.h>

#include "base/str.h"

#define SHOWN_MAX 48

struct settings_section
settings_section(const struct yq_config *config, struct yq_config_report *report, const char *path)
{
	struct settings_section section = { .config = config, .report = report };

	yq_str_copy_cut(section.path, sizeof(section.path), path);
	section.object = yq_config_json(config, path);
	/* The table's own check has told of everything else that is no object. */
	if (yq_json_type_of(section.object) == YQ_JSON_ARRAY)
		yq_config_fault(report, "%s: expected an object, found array (%s)", path,
		    yq_config_source(config, path));
	if (yq_json_type_of(section.object) != YQ_JSON_OBJECT)
		section.object = NULL;
	return section;
}

struct settings_section
settings_below(const struct settings_section *parent, const char *name, const yq_json *value)
{
	struct settings_section section = { .config = parent->config, .report = parent->report };

	if (!yq_str_format(section.path, sizeof(section.path), "%s:%s", parent->path, name))
		yq_str_copy_cut(section.path, sizeof(section.path), parent->path);
	if (value != NULL && yq_json_type_of(value) != YQ_JSON_OBJECT)
		settings_fault(parent, name, "an object", value);
	else
		section.object = value;
	return section;
}

static void
describe(const yq_json *found, char *text, size_t size)
{
	enum yq_json_type type = yq_json_type_of(found);
	char shown[SHOWN_MAX];

	if (type == YQ_JSON_STRING || type == YQ_JSON_NUMBER) {
		yq_str_copy_cut(shown, sizeof(shown), yq_json_text(found, NULL));
		(void)yq_str_format(text, size, type == YQ_JSON_STRING ? "\"%s\"" : "%s", shown);
	} else if (type == YQ_JSON_BOOL) {
		yq_str_copy_cut(text, size, yq_json_bool(found) ? "true" : "false");
	} else {
		yq_str_copy_cut(text, size, yq_json_type_name(type));
	}
}

void
settings_fault(const struct settings_section *section, const char *name, const char *expected,
    const yq_json *found)
{
	char text[SHOWN_MAX + 4], path[512];

	describe(found, text, sizeof(text));
	(void)yq_str_format(path, sizeof(path), "%s:%s", section->path, name);
	yq_config_fault(section->report, "%s: expected %s, found %s (%s)", path, expected, text,
	    yq_config_source(section->config, path));
}

void
settings_fault_at(const struct settings_section *section, const char *name, size_t index,
    const char *expected, const yq_json *found)
{
	char element[128];

	yq_str_format(element, sizeof(element), "%s[%zu]", name, index);
	settings_fault(section, element, expected, found);
}

struct known {
	const struct settings_section *section;
	bool only; /* any other is a fault */
	const char *const *names;
	size_t count;
};

static bool
check_known(void *cookie, const char *name, const yq_json *value)
{
	const struct known *known = cookie;
	const char *nearest;

	(void)value;
	for (size_t i = 0; i < known->count; i++) {
		if (yq_str_equal_nocase(name, known->names[i]))
			return true;
	}
	nearest = yq_str_nearest(name, known->names, known->count);
	if (known->only)
		yq_config_fault(known->section->report, "%s:%s: unknown%s%s%s (%s)",
		    known->section->path, name, nearest != NULL ? "; did you mean " : "",
		    nearest != NULL ? nearest : "", nearest != NULL ? "?" : "",
		    yq_config_source(known->section->config, known->section->path));
	else if (nearest != NULL)
		yq_config_warning(known->section->report, "%s:%s: unknown; did you mean %s?",
		    known->section->path, name, nearest);
	else
		yq_config_warning(
		    known->section->report, "%s:%s: unknown", known->section->path, name);
	return true;
}

void
settings_known(const struct settings_section *section, const char *const *names, size_t count)
{
	struct known known = { section, false, names, count };

	if (section->object != NULL)
		yq_json_each(section->object, check_known, &known);
}

void
settings_known_only(const struct settings_section *section, const char *const *names, size_t count)
{
	struct known known = { section, true, names, count };

	if (section->object != NULL)
		yq_json_each(section->object, check_known, &known);
}

const yq_json *
settings_member(const struct settings_section *section, const char *name)
{
	return section->object == NULL ? NULL : yq_json_get_nocase(section->object, name);
}

static bool
beyond(struct yq_decimal value, const char *bound, int side)
{
	struct yq_decimal limit;

	if (bound == NULL)
		return false;
	if (yq_decimal_parse(bound, strlen(bound), &limit) != YQ_OK)
		YQ_PANIC("bound %s is no number", bound);
	return yq_decimal_cmp(value, limit) == side;
}

static bool
read_decimal(const struct settings_section *section, const char *name, struct settings_range range,
    struct yq_decimal *result)
{
	const yq_json *found = settings_member(section, name);
	struct yq_decimal value;
	char expected[96];

	if (found == NULL)
		return false;
	if (yq_json_decimal(found, &value) == YQ_OK && !beyond(value, range.min, -1) &&
	    !beyond(value, range.max, 1)) {
		*result = value;
		return true;
	}
	if (range.min != NULL && range.max != NULL)
		(void)yq_str_format(
		    expected, sizeof(expected), "a number from %s to %s", range.min, range.max);
	else if (range.min != NULL)
		(void)yq_str_format(
		    expected, sizeof(expected), "a number of at least %s", range.min);
	else
		yq_str_copy_cut(expected, sizeof(expected), "a number");
	settings_fault(section, name, expected, found);
	return false;
}

void
settings_decimal(const struct settings_section *section, const char *name,
    struct settings_range range, struct yq_decimal *result)
{
	(void)read_decimal(section, name, range, result);
}

void
settings_opt_decimal(const struct settings_section *section, const char *name,
    struct settings_range range, struct yq_opt_decimal *result)
{
	struct yq_decimal value;

	if (read_decimal(section, name, range, &value))
		*result = yq_opt_decimal_of(value);
}

void
settings_int(const struct settings_section *section, const char *name, int64_t min, int64_t max,
    int64_t *result)
{
	const yq_json *found = settings_member(section, name);
	char expected[96];
	int64_t value = 0;
	bool is_number = false;

	if (found == NULL)
		return;
	if (yq_json_type_of(found) == YQ_JSON_STRING)
		is_number =
		    yq_str_to_int64(yq_json_text(found, NULL), INT64_MIN, INT64_MAX, &value);
	else
		is_number = yq_json_int64(found, &value) == YQ_OK;
	if (is_number && value >= min && value <= max) {
		*result = value;
		return;
	}
	(void)yq_str_format(expected, sizeof(expected), "a whole number from %lld to %lld",
	    (long long)min, (long long)max);
	settings_fault(section, name, expected, found);
}

void
settings_bool(const struct settings_section *section, const char *name, bool *result)
{
	const yq_json *found = settings_member(section, name);
	const char *text;

	if (found == NULL)
		return;
	text = yq_json_type_of(found) == YQ_JSON_STRING ? yq_json_text(found, NULL) : "";
	if (yq_json_type_of(found) == YQ_JSON_BOOL)
		*result = yq_json_bool(found);
	else if (yq_str_equal_nocase(text, "true"))
		*result = true;
	else if (yq_str_equal_nocase(text, "false"))
		*result = false;
	else
		settings_fault(section, name, "true or false", found);
}

void
settings_text(const struct settings_section *section, const char *name, char *result, size_t size)
{
	const yq_json *found = settings_member(section, name);
	char expected[64];
	const char *bytes;
	size_t length;

	if (found == NULL)
		return;
	(void)yq_str_format(expected, sizeof(expected), "a text of at most %zu bytes", size - 1);
	if (yq_json_type_of(found) != YQ_JSON_STRING && yq_json_type_of(found) != YQ_JSON_NUMBER) {
		settings_fault(section, name, expected, found);
		return;
	}
	bytes = yq_json_text(found, &length);
	if (!yq_str_copy_bytes(result, size, bytes, length))
		settings_fault(section, name, expected, found);
}

void
settings_enum(const struct settings_section *section, const char *name,
    const struct yq_names *names, int *result)
{
	const yq_json *found = settings_member(section, name);
	struct yq_buf expected = yq_buf_make(512);
	const char *text;
	size_t length;
	int value = -1;

	if (found == NULL)
		return;
	if (yq_json_type_of(found) == YQ_JSON_STRING) {
		text = yq_json_text(found, &length);
		value = yq_names_find(names, text, length);
	}
	if (value >= 0) {
		*result = value;
		return;
	}
	yq_buf_add_text(&expected, "one of");
	for (size_t i = 0; i < names->count; i++)
		yq_buf_add_format(&expected, "%s %s", i == 0 ? "" : ",", names->names[i]);
	settings_fault(section, name, yq_buf_text(&expected), found);
	yq_buf_free(&expected);
}
