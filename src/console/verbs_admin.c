/* verbs_admin.c - prepare external servers, and check the settings. */
#include "base/mem.h"
#include "base/str.h"
#include "bus/provision.h"
#include "bus/replicas.h"
#include "console/find.h"
#include "console/sheet.h"
#include "console/up/keep.h"
#include "daemon/settings.h"
#include "store/migrate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct yq_column done_columns[] = { { "DONE", "done", YQ_COLUMN_TEXT } };

static void
on_done(void *cookie, const char *line)
{
	yq_sheet_add(cookie, line);
}

/* The password that the program's own settings give its user; NULL if they give none. */
static struct yq_secret *
configured_password(const struct yq_call *call, enum yq_program program)
{
	YQ_CLEANUP(yq_valkey_target_clear) struct yq_valkey_target target = { 0 };
	struct yq_config_report report = { 0 };
	struct yq_config *config = NULL;
	struct yq_secret *password = NULL;

	if (yq_settings_load(call->options[YQ_OPT_CONFIG], NULL, yq_programs[program].app, environ,
		NULL, &config, &report) == YQ_OK &&
	    yq_config_secret(config, "ConnectionStrings:Valkey") != NULL &&
	    yq_valkey_target_parse(
		yq_secret_reveal(yq_config_secret(config, "ConnectionStrings:Valkey")), &target,
		NULL) == YQ_OK &&
	    yq_str_equal(target.user, yq_programs[program].user))
		password = yq_secret_copy(target.password);
	yq_config_free(config);
	yq_config_report_free(&report);
	return password;
}

/* From the settings, else kept in (or made as) a private file. */
static int
take_passwords(const struct yq_call *call, const char *folder,
    struct yq_secret *passwords[YQ_PROGRAM_COUNT], struct yq_sheet *sheet)
{
	struct yq_err err = { 0 };
	enum yq_rc rc = YQ_OK;

	for (int i = 0; i < YQ_PROGRAM_COUNT && rc == YQ_OK; i++) {
		char name[64], line[YQ_PATH_SIZE + 64];

		passwords[i] = configured_password(call, (enum yq_program)i);
		if (passwords[i] != NULL)
			continue;
		yq_str_format(name, sizeof(name), "valkey-%s", yq_programs[i].user);
		rc = yq_folder_make(folder, &err);
		if (rc == YQ_OK)
			rc = yq_keep_secret(folder, name, &passwords[i], &err);
		yq_str_format(line, sizeof(line), "password of user %s is in %s/%s",
		    yq_programs[i].user, folder, name);
		yq_sheet_add(sheet, line);
	}
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

static int
provision_valkey(const struct yq_call *call, const struct yq_config *config, struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_valkey_target_clear) struct yq_valkey_target target = { 0 };
	struct yq_secret *passwords[YQ_PROGRAM_COUNT] = { 0 };
	struct yq_provision_options options = { .save_acl = true };
	struct yq_valkey_sync *sync = NULL;
	char folder[YQ_PATH_SIZE];
	struct yq_err err = { 0 };
	enum yq_rc rc = YQ_OK;
	int status;

	if (call->options[YQ_OPT_OUT] != NULL)
		yq_str_copy_cut(folder, sizeof(folder), call->options[YQ_OPT_OUT]);
	else
		rc = yq_path_join(folder, call->options[YQ_OPT_CONFIG], "passwords", &err);
	if (rc == YQ_OK)
		rc = yq_valkey_target_parse(
		    yq_secret_reveal(yq_config_secret(config, "ConnectionStrings:Valkey")), &target,
		    &err);
	if (rc == YQ_OK)
		rc = yq_valkey_sync_open(&target, "yq-provision", &sync, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	status = take_passwords(call, folder, passwords, sheet);
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++)
		options.passwords[i] = passwords[i];
	if (status == YQ_CONSOLE_DONE) {
		rc = yq_provision(sync, &options, on_done, sheet, &err);
		if (rc == YQ_OK)
			rc = yq_provision_replicas(&target, sync, &options, on_done, sheet, &err);
		if (rc != YQ_OK)
			status = yq_fail_err(&err);
	}
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++)
		yq_secret_free(passwords[i]);
	yq_valkey_sync_close(sync);
	return status;
}

static int
provision_firebird(const struct yq_config *config, struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_firebird_target_clear) struct yq_firebird_target target = { 0 };
	YQ_CLEANUP(yq_firebird_closep) struct yq_firebird *firebird = NULL;
	const struct yq_firebird_options options = { .create = true };
	struct yq_migrate_report report = { 0 };
	struct yq_err err = { 0 };
	const struct yq_secret *given = yq_config_secret(config, "ConnectionStrings:Firebird");
	char line[256];
	enum yq_rc rc = YQ_OK;

	if (given != NULL)
		rc = yq_firebird_target_parse(yq_secret_reveal(given), &target, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	if (target.host[0] == '\0') {
		yq_sheet_add(sheet, "Firebird is embedded: `yq up` prepares it");
		return YQ_CONSOLE_DONE;
	}
	rc = yq_firebird_open(&target, &options, &firebird, &err);
	if (rc == YQ_OK)
		rc = yq_migrate(firebird, &report, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	yq_str_format(line, sizeof(line), "Firebird %.160s: schema %d, was %d",
	    yq_firebird_name(firebird), report.to, report.from);
	yq_sheet_add(sheet, line);
	return YQ_CONSOLE_DONE;
}

int
yq_verb_provision(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(done_columns, YQ_COUNT(done_columns));
	struct yq_config *config = NULL;
	int status;

	if (!yq_call_has(call, YQ_OPT_CONFIG))
		return yq_fail_usage(
		    call, "--config DIR is missing: its ConnectionStrings say which servers");
	status = yq_find_settings(call, &config);
	if (status == YQ_CONSOLE_DONE && !yq_find_is_set(config, "ConnectionStrings:Valkey"))
		status = yq_fail(YQ_CONSOLE_REFUSED,
		    "ConnectionStrings:Valkey is not configured: `yq up` prepares its own Valkey");
	if (status == YQ_CONSOLE_DONE)
		status = provision_valkey(call, config, sheet);
	if (status == YQ_CONSOLE_DONE)
		status = provision_firebird(config, sheet);
	if (yq_sheet_rows(sheet) > 0)
		yq_sheet_print(sheet, call, "");
	yq_config_free(config);
	return status;
}

static const struct yq_column setting_columns[] = {
	{ "SETTING", "path", YQ_COLUMN_TEXT },
	{ "VALUE", "value", YQ_COLUMN_TEXT },
	{ "FROM", "source", YQ_COLUMN_TEXT },
};

struct listing {
	struct yq_sheet *sheet;
	const struct yq_config *config;
	const struct yq_config_key *key;
	char prefix[128]; /* of a key with "*": what stands before it */
};

static void
add_name(void *cookie, const char *name)
{
	struct yq_buf *names = cookie;

	yq_buf_add_text(names, names->length > 0 ? ", " : "");
	yq_buf_add_text(names, name);
}

/* A value as text; what may hold a secret shows only that it is there. */
static void
value_text(const struct yq_config *config, const struct yq_config_key *key, const char *path,
    struct yq_buf *text)
{
	char number[YQ_DECIMAL_TEXT_SIZE];
	const char *plain;

	switch (key->kind) {
	case YQ_CONFIG_SECRET:
		yq_buf_add_text(text, yq_config_secret(config, path) != NULL ? "(hidden)" : "");
		break;
	case YQ_CONFIG_INT:
		yq_buf_add_int(text, yq_config_int(config, path));
		break;
	case YQ_CONFIG_BOOL:
		yq_buf_add_text(text, yq_config_bool(config, path) ? "true" : "false");
		break;
	case YQ_CONFIG_DECIMAL:
		if (yq_config_decimal(config, path).set) {
			yq_decimal_format(yq_config_decimal(config, path).value, number);
			yq_buf_add_text(text, number);
		}
		break;
	case YQ_CONFIG_OBJECT:
		yq_config_names(config, path, add_name, text);
		break;
	case YQ_CONFIG_LIST:
		for (size_t i = 0; i < yq_json_count(yq_config_json(config, path)); i++) {
			plain = yq_json_text(yq_json_at(yq_config_json(config, path), i), NULL);
			yq_buf_add_format(
			    text, "%s%s", i > 0 ? ", " : "", plain != NULL ? plain : "");
		}
		break;
	case YQ_CONFIG_TEXT:
	case YQ_CONFIG_ENUM:
		plain = yq_config_text(config, path);
		yq_buf_add_text(text, plain != NULL ? plain : "");
		break;
	}
}

static void
add_setting(struct listing *listing, const char *path)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(8192);

	value_text(listing->config, listing->key, path, &text);
	yq_sheet_add(listing->sheet, path);
	yq_sheet_add(listing->sheet, yq_buf_text(&text));
	yq_sheet_add(listing->sheet, yq_find_is_set(listing->config, path)
					 ? yq_config_source(listing->config, path)
					 : "default");
}

static void
add_named_setting(void *cookie, const char *name)
{
	struct listing *listing = cookie;
	char path[256];

	if (yq_str_format(path, sizeof(path), "%s%s", listing->prefix, name))
		add_setting(listing, path);
}

static void
add_key(struct listing *listing, const struct yq_config_key *key)
{
	const char *star = strchr(key->path, '*');
	char section[128];

	listing->key = key;
	if (star == NULL) {
		add_setting(listing, key->path);
		return;
	}
	/* Deeper ones belong to an OBJECT, which lists their names. */
	if (star[1] == '\0' &&
	    yq_str_copy_bytes(
		listing->prefix, sizeof(listing->prefix), key->path, (size_t)(star - key->path)) &&
	    yq_str_copy_bytes(section, sizeof(section), key->path, (size_t)(star - key->path) - 1))
		yq_config_names(listing->config, section, add_named_setting, listing);
}

int
yq_verb_config(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(setting_columns, YQ_COUNT(setting_columns));
	struct yq_config *config = NULL;
	struct listing listing = { .sheet = sheet };
	int status;

	if (!yq_str_equal(call->words[0], "check"))
		return yq_fail_usage(
		    call, "\"%s\" is unknown; there is `yq config check`", call->words[0]);
	status = yq_find_settings_whole(call, &config);
	if (status != YQ_CONSOLE_DONE)
		return status;
	listing.config = config;
	for (size_t i = 0; i < yq_settings_key_count; i++)
		add_key(&listing, &yq_settings_keys[i]);
	yq_sheet_print(sheet, call, "");
	yq_config_free(config);
	return YQ_CONSOLE_DONE;
}
