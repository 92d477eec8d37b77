/* settings.c - the table of all settings, its loading, and its document. */
#include "daemon/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/connection_string.h"
#include "base/str.h"

#define X(path, kind, fallback, min, max, choices, reloads, help) \
	{ path, YQ_CONFIG_##kind, fallback, min, max, choices, reloads, help },
const struct yq_config_key yq_settings_keys[] = {
#include "daemon/settings.def"
};
#undef X
const size_t yq_settings_key_count = YQ_COUNT(yq_settings_keys);

static const char *const kind_names[] = {
	[YQ_CONFIG_TEXT] = "text",
	[YQ_CONFIG_INT] = "whole number",
	[YQ_CONFIG_DECIMAL] = "number",
	[YQ_CONFIG_BOOL] = "true or false",
	[YQ_CONFIG_SECRET] = "secret",
	[YQ_CONFIG_ENUM] = "one of",
	[YQ_CONFIG_LIST] = "list of texts",
	[YQ_CONFIG_OBJECT] = "section",
};

static void
check_connections(const struct yq_config *config, struct yq_config_report *report)
{
	YQ_CLEANUP(yq_valkey_target_clear) struct yq_valkey_target valkey = { 0 };
	YQ_CLEANUP(yq_firebird_target_clear) struct yq_firebird_target firebird = { 0 };
	static const char *const paths[] = { "ConnectionStrings:Valkey",
		"ConnectionStrings:Firebird" };
	struct yq_err err = { .rc = YQ_OK };

	if (yq_valkey_target_parse(
		yq_secret_reveal(yq_config_secret(config, paths[0])), &valkey, &err) != YQ_OK)
		yq_config_fault(
		    report, "%s: %s (%s)", paths[0], err.text, yq_config_source(config, paths[0]));
	if (yq_firebird_target_parse(
		yq_secret_reveal(yq_config_secret(config, paths[1])), &firebird, &err) != YQ_OK)
		yq_config_fault(
		    report, "%s: %s (%s)", paths[1], err.text, yq_config_source(config, paths[1]));
}

struct yq_confirm
yq_settings_confirm(const struct yq_config *config)
{
	return (struct yq_confirm){
		.replicas = (int)yq_config_int(config, "Valkey:WaitReplicas"),
		.timeout_ms = (uint32_t)yq_config_int(config, "Valkey:WaitTimeoutMs"),
		.flushed = yq_config_bool(config, "Valkey:WaitFlushed"),
	};
}

struct checks {
	yq_settings_check_fn *check;
};

static void
run_checks(void *cookie, const struct yq_config *config, struct yq_config_report *report)
{
	const struct checks *checks = cookie;

	check_connections(config, report);
	if (checks->check != NULL)
		checks->check(config, report);
}

enum yq_rc
yq_settings_load(const char *folder, const char *overlay, const char *app, char *const *environment,
    yq_settings_check_fn *check, struct yq_config **ret_config, struct yq_config_report *report)
{
	struct checks checks = { check };
	const struct yq_config_sources sources = {
		.folder = folder,
		.app = app,
		.overlay = overlay,
		.environment = environment,
		.keys = yq_settings_keys,
		.key_count = yq_settings_key_count,
		.check = run_checks,
		.cookie = &checks,
	};

	return yq_config_load(&sources, ret_config, report);
}

static char *
path_below(const struct yq_config *config, const char *folder_key, const char *path)
{
	struct yq_buf text = yq_buf_make(4096);

	if (path[0] != '/')
		yq_buf_add_format(&text, "%s/", yq_config_text(config, folder_key));
	yq_buf_add_text(&text, path);
	return text.data; /* handed over */
}

char *
yq_settings_data_path(const struct yq_config *config, const char *path)
{
	return path_below(config, "System:DataFolder", path);
}

char *
yq_settings_run_path(const struct yq_config *config, const char *path)
{
	return path_below(config, "System:RunFolder", path);
}

static void
put_kind(struct yq_buf *out, const struct yq_config_key *key)
{
	yq_buf_add_text(out, kind_names[key->kind]);
	if (key->kind == YQ_CONFIG_ENUM) {
		yq_buf_add_char(out, ' ');
		for (const char *c = key->choices; *c != '\0'; c++) {
			if (*c == '|')
				yq_buf_add_text(out, ", ");
			else
				yq_buf_add_char(out, *c);
		}
	}
	if (key->min != NULL && key->max != NULL)
		yq_buf_add_format(out, " %s–%s", key->min, key->max);
}

static size_t
section_length(const char *path)
{
	return strcspn(path, ":");
}

void
yq_settings_document(struct yq_buf *out)
{
	yq_buf_add_text(out,
	    "# Configuration\n\n"
	    "<!-- Made from src/daemon/settings.def; do not edit. -->\n\n"
	    "Sources, the later wins: the defaults below, `appsettings.json`, `appsecrets.json` "
	    "(mode 0600), `appsecrets.d/{App}.json` (mode 0600), the overlay that `yq up` writes, "
	    "and the environment with `__` for `:` (`Webhook__Port=6000`). `yq config check` looks "
	    "at all of it without starting anything. A `*` in a path stands for a name of your "
	    "choice. On SIGHUP a program takes over what is marked *reloads*, and says what waits "
	    "for its next start.\n");
	for (size_t i = 0; i < yq_settings_key_count; i++) {
		const struct yq_config_key *key = &yq_settings_keys[i];
		size_t length = section_length(key->path);
		const char *before = i == 0 ? "" : yq_settings_keys[i - 1].path;

		if (section_length(before) != length || strncmp(before, key->path, length) != 0)
			yq_buf_add_format(out,
			    "\n## %.*s\n\n| setting | kind | default | |\n|---|---|---|---|\n",
			    (int)length, key->path);
		yq_buf_add_format(out, "| `%s` | ", key->path);
		put_kind(out, key);
		if (key->fallback != NULL)
			yq_buf_add_format(out, " | `%s` | ", key->fallback);
		else
			yq_buf_add_text(out, " | – | ");
		yq_buf_add_format(out, "%s%s |\n", key->help, key->reloads ? " *Reloads.*" : "");
	}
}
