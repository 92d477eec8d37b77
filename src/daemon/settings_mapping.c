/* settings_mapping.c - Webhook:StrategyAccountMapping: which accounts a strategy trades. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "daemon/settings_read.h"

static const char default_alias[] = "Paper";

struct yq_mapping {
	struct yq_mapping_row *rows;
	size_t count;
};

struct reading {
	struct settings_section section;
	struct yq_mapping *mapping;
};

static void
add_alias(const struct settings_section *section, struct yq_mapping_row *row, const yq_json *value)
{
	const char *text = NULL;
	size_t length = 0;
	char alias[YQ_ALIAS_SIZE];

	if (yq_json_type_of(value) == YQ_JSON_STRING)
		text = yq_json_text(value, &length);
	if (text == NULL || !yq_str_copy_bytes(alias, sizeof(alias), text, length) ||
	    !yq_alias_is_valid(alias)) {
		settings_fault(
		    section, row->strategy, "account names (letters, digits, . - _)", value);
		return;
	}
	for (size_t i = 0; i < row->alias_count; i++) {
		if (yq_str_equal(row->aliases[i], alias)) {
			settings_fault(section, row->strategy, "each account once", value);
			return;
		}
	}
	if (row->alias_count == YQ_MAPPING_ALIASES_MAX)
		settings_fault(section, row->strategy, "at most 16 accounts", value);
	else
		memcpy(row->aliases[row->alias_count++], alias, sizeof(alias));
}

static bool
add_row(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct yq_mapping *mapping = reading->mapping;
	struct yq_mapping_row *row;

	if (mapping->count == YQ_MAPPING_STRATEGIES_MAX) {
		settings_fault(&reading->section, name, "at most 1024 strategies", value);
		return false;
	}
	mapping->rows = yq_xrealloc(mapping->rows, mapping->count + 1, sizeof(mapping->rows[0]));
	row = &mapping->rows[mapping->count];
	*row = (struct yq_mapping_row){ .alias_count = 0 };
	if (name[0] == '\0' || !yq_str_copy(row->strategy, sizeof(row->strategy), name)) {
		settings_fault(
		    &reading->section, name, "a strategy's name of 1 to 128 bytes", value);
		return true;
	}
	mapping->count++;
	if (yq_json_type_of(value) != YQ_JSON_ARRAY) {
		add_alias(&reading->section, row, value);
		return true;
	}
	for (size_t i = 0; i < yq_json_count(value); i++)
		add_alias(&reading->section, row, yq_json_at(value, i));
	if (yq_json_count(value) == 0)
		settings_fault(&reading->section, name, "at least one account", value);
	return true;
}

struct yq_mapping *
yq_settings_mapping(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_mapping *mapping = yq_xcalloc(1, sizeof(*mapping));
	struct reading reading = {
		settings_section(config, report, "Webhook:StrategyAccountMapping"),
		mapping,
	};

	if (reading.section.object != NULL) {
		yq_json_each(reading.section.object, add_row, &reading);
		return mapping;
	}
	mapping->rows = yq_xcalloc(1, sizeof(mapping->rows[0]));
	mapping->count = 1;
	yq_str_copy_cut(mapping->rows[0].strategy, YQ_STRATEGY_SIZE, "*");
	yq_str_copy_cut(mapping->rows[0].aliases[0], YQ_ALIAS_SIZE, default_alias);
	mapping->rows[0].alias_count = 1;
	return mapping;
}

void
yq_mapping_free(struct yq_mapping *mapping)
{
	if (mapping == NULL)
		return;
	free(mapping->rows);
	free(mapping);
}

const struct yq_mapping_row *
yq_mapping_find(const struct yq_mapping *mapping, const char *strategy)
{
	const struct yq_mapping_row *every = NULL;

	for (size_t i = 0; i < mapping->count; i++) {
		if (yq_str_equal_nocase(mapping->rows[i].strategy, strategy))
			return &mapping->rows[i];
		if (yq_str_equal(mapping->rows[i].strategy, "*"))
			every = &mapping->rows[i];
	}
	return every;
}
