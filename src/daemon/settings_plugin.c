/* settings_plugin.c - the sizing plug-ins of the configuration, and whether they can be loaded. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "daemon/plugin_host.h"
#include "daemon/settings.h"
#include "daemon/settings_read.h"

#define DEADLINE_MS	250
#define DEADLINE_MAX_MS 10000

struct reading {
	struct settings_section section;
	struct yq_plugin *plugin;
};

static bool
add_parameter(void *cookie, const char *name, const yq_json *value)
{
	static const struct settings_range range = { "-90000000000", "90000000000" };
	struct reading *reading = cookie;
	struct yq_plugin *plugin = reading->plugin;
	struct yq_plugin_parameter *parameter = &plugin->parameters[plugin->parameter_count];

	if (plugin->parameter_count == YQ_PLUGIN_PARAMETERS_MAX) {
		settings_fault(&reading->section, name, "at most 8 parameters", value);
		return false;
	}
	if (name[0] == '\0' || !yq_str_copy(parameter->name, sizeof(parameter->name), name)) {
		settings_fault(&reading->section, name, "a name of 1 to 23 bytes", value);
		return true;
	}
	settings_decimal(&reading->section, name, range, &parameter->value);
	plugin->parameter_count++;
	return true;
}

static int
compare_parameters(const void *a, const void *b)
{
	return strcmp(((const struct yq_plugin_parameter *)a)->name,
	    ((const struct yq_plugin_parameter *)b)->name);
}

void
settings_plugin(const struct settings_section *section, bool needed, struct yq_plugin *plugin)
{
	const yq_json *parameters = settings_member(section, "Parameters");
	const yq_json *path = settings_member(section, "Plugin");
	struct reading reading = { .plugin = plugin };

	*plugin = (struct yq_plugin){ .deadline_ms = DEADLINE_MS };
	settings_text(section, "Plugin", plugin->path, sizeof(plugin->path));
	settings_int(section, "DeadlineMs", 1, DEADLINE_MAX_MS, &plugin->deadline_ms);
	if (needed ? plugin->path[0] != '/' : plugin->path[0] != '\0' && plugin->path[0] != '/')
		settings_fault(
		    section, "Plugin", "the absolute path of a plug-in (a shared object)", path);
	if (parameters == NULL)
		return;
	if (yq_json_type_of(parameters) != YQ_JSON_OBJECT) {
		settings_fault(section, "Parameters", "numbers by name", parameters);
		return;
	}
	reading.section = settings_below(section, "Parameters", parameters);
	yq_json_each(parameters, add_parameter, &reading);
	qsort(plugin->parameters, plugin->parameter_count, sizeof(plugin->parameters[0]),
	    compare_parameters);
}

/* ---- loading them ---- */

static bool
check_policy(void *cookie, const char *name, const yq_json *value)
{
	const struct settings_section *all = cookie;
	struct settings_section section = settings_below(all, name, value);
	const yq_json *path = settings_member(&section, "Plugin");
	char expected[YQ_ERR_TEXT_MAX + 64];
	struct yq_err err;

	if (path == NULL || yq_json_type_of(path) != YQ_JSON_STRING ||
	    yq_json_text(path, NULL)[0] != '/') /* a fault of its own */
		return true;
	if (yq_plugin_check(NULL, yq_json_text(path, NULL), &err) == YQ_OK)
		return true;
	yq_str_format(expected, sizeof(expected), "a plug-in that can be used (%s)", err.text);
	settings_fault(&section, "Plugin", expected, path);
	return true;
}

void
yq_settings_check_plugins(const struct yq_config *config, struct yq_config_report *report)
{
	struct settings_section section =
	    settings_section(config, report, "OrderManager:Policies:Sizing");

	if (section.object != NULL)
		yq_json_each(section.object, check_policy, &section);
}
