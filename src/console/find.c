/* find.c - from the command line to open connections. */
#include "console/find.h"
#include "console/person.h"

#include "base/str.h"
#include "daemon/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *
yq_find_folder(const struct yq_call *call)
{
	const char *named = getenv("YQ_VAR");

	if (yq_call_has(call, YQ_OPT_VAR))
		return call->options[YQ_OPT_VAR];
	return named != NULL && named[0] != '\0' ? named : "var";
}

static int
load_settings(
    const struct yq_call *call, yq_settings_check_fn *check, struct yq_config **ret_config)
{
	struct yq_config_report report = { 0 };
	enum yq_rc rc;

	rc = yq_settings_load(
	    call->options[YQ_OPT_CONFIG], NULL, "Console", environ, check, ret_config, &report);
	fputs(yq_buf_text(&report.warnings), stderr);
	if (rc != YQ_OK) {
		fputs(yq_buf_text(&report.faults), stderr);
		yq_fail(YQ_CONSOLE_REFUSED, "%zu fault%s in the configuration", report.fault_count,
		    report.fault_count == 1 ? "" : "s");
	}
	yq_config_report_free(&report);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : YQ_CONSOLE_REFUSED;
}

int
yq_find_settings(const struct yq_call *call, struct yq_config **ret_config)
{
	return load_settings(call, yq_settings_check, ret_config);
}

static void
check_whole(const struct yq_config *config, struct yq_config_report *report)
{
	yq_settings_check(config, report);
	yq_settings_check_plugins(config, report);
}

int
yq_find_settings_whole(const struct yq_call *call, struct yq_config **ret_config)
{
	return load_settings(call, check_whole, ret_config);
}

struct search {
	const char *name;
	bool found;
};

static void
compare_name(void *cookie, const char *name)
{
	struct search *search = cookie;

	search->found = search->found || yq_str_equal_nocase(name, search->name);
}

/* By the names below its section: a secret leaves only its name in the tree. */
bool
yq_find_is_set(const struct yq_config *config, const char *path)
{
	const char *colon = strrchr(path, ':');
	struct search search = { colon != NULL ? colon + 1 : path, false };
	char section[256] = "";

	if (colon != NULL &&
	    !yq_str_copy_bytes(section, sizeof(section), path, (size_t)(colon - path)))
		return false;
	yq_config_names(config, section, compare_name, &search);
	return search.found;
}

/* The connections that --config names, if it names any. */
static int
find_by_settings(const struct yq_call *call, struct yq_system *system, bool *found)
{
	struct yq_config *config = NULL;
	int status = yq_find_settings(call, &config);

	*found = false;
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_find_is_set(config, "ConnectionStrings:Valkey")) {
		system->endpoints.valkey =
		    yq_secret_copy(yq_config_secret(config, "ConnectionStrings:Valkey"));
		system->endpoints.confirm = yq_settings_confirm(config);
		system->endpoints.firebird =
		    yq_secret_copy(yq_config_secret(config, "ConnectionStrings:Firebird"));
		if (system->endpoints.firebird == NULL)
			system->endpoints.firebird = yq_secret_make("", 0);
		*found = true;
	}
	yq_config_free(config);
	return YQ_CONSOLE_DONE;
}

static enum yq_rc
open_valkey(struct yq_desk *desk, struct yq_err *err)
{
	YQ_CLEANUP(yq_valkey_target_clear) struct yq_valkey_target target = { 0 };
	struct yq_system *system = desk->owner;
	enum yq_rc rc;

	rc = yq_valkey_target_parse(yq_secret_reveal(system->endpoints.valkey), &target, err);
	if (rc == YQ_OK)
		rc = yq_valkey_sync_open(&target, "yq", &desk->valkey, err);
	if (rc == YQ_OK)
		yq_valkey_sync_set_confirm(desk->valkey, &system->endpoints.confirm);
	return rc;
}

/* Firebird reads its environment once, so it is set before the first call. */
static void
use_environment(const struct yq_endpoints *endpoints)
{
	for (size_t i = 0; i < YQ_ENDPOINT_VARIABLES_MAX; i++) {
		const char *equals = strchr(endpoints->environment[i], '=');
		char name[64];

		if (equals != NULL &&
		    yq_str_copy_bytes(name, sizeof(name), endpoints->environment[i],
			(size_t)(equals - endpoints->environment[i])))
			setenv(name, equals + 1, 1);
	}
}

static enum yq_rc
open_firebird(struct yq_desk *desk, struct yq_err *err)
{
	YQ_CLEANUP(yq_firebird_target_clear) struct yq_firebird_target target = { 0 };
	struct yq_system *system = desk->owner;
	enum yq_rc rc;

	use_environment(&system->endpoints);
	rc = yq_firebird_target_parse(yq_secret_reveal(system->endpoints.firebird), &target, err);
	return rc == YQ_OK ? yq_firebird_open(&target, NULL, &desk->firebird, err) : rc;
}

int
yq_system_find(const struct yq_call *call, struct yq_system *system)
{
	const char *folder = yq_find_folder(call);
	char path[YQ_PATH_SIZE];
	struct yq_err err = { 0 };
	bool found = false;
	enum yq_rc rc;
	int status;

	*system = (struct yq_system){
		.desk = { .hand = yq_person(),
		    .open_valkey = open_valkey,
		    .open_firebird = open_firebird,
		    .owner = system },
	};
	if (yq_call_has(call, YQ_OPT_CONFIG) && !yq_call_has(call, YQ_OPT_VAR)) {
		status = find_by_settings(call, system, &found);
		if (status != YQ_CONSOLE_DONE || found)
			return status;
	}
	rc = yq_path_join(path, folder, "run/endpoints.json", &err);
	if (rc == YQ_OK)
		rc = yq_endpoints_read(path, &system->endpoints, &err);
	if (rc == YQ_E_NOT_FOUND)
		return yq_fail(YQ_CONSOLE_UNREACHABLE,
		    "no system is running in %s: start one with `yq up`, or say where it is with "
		    "--var DIR or --config DIR",
		    folder);
	system->local = true;
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail(YQ_CONSOLE_UNREACHABLE, "%s", err.text);
}

void
yq_system_clear(struct yq_system *system)
{
	yq_valkey_sync_close(system->desk.valkey);
	yq_firebird_close(system->desk.firebird);
	yq_endpoints_clear(&system->endpoints);
	system->desk.valkey = NULL;
	system->desk.firebird = NULL;
}

int
yq_system_valkey(struct yq_system *system)
{
	struct yq_err err = { 0 };

	return yq_desk_valkey(&system->desk, &err) == YQ_OK
		   ? YQ_CONSOLE_DONE
		   : yq_fail(
			 YQ_CONSOLE_UNREACHABLE, "%s; is the system running (`yq up`)?", err.text);
}

int
yq_system_firebird(struct yq_system *system)
{
	struct yq_err err = { 0 };

	return yq_desk_firebird(&system->desk, &err) == YQ_OK
		   ? YQ_CONSOLE_DONE
		   : yq_fail(YQ_CONSOLE_UNREACHABLE, "%s", err.text);
}

int
yq_system_open_valkey(const struct yq_call *call, struct yq_system *system)
{
	int status = yq_system_find(call, system);

	return status == YQ_CONSOLE_DONE ? yq_system_valkey(system) : status;
}

int
yq_system_open_firebird(const struct yq_call *call, struct yq_system *system)
{
	int status = yq_system_find(call, system);

	return status == YQ_CONSOLE_DONE ? yq_system_firebird(system) : status;
}

int
yq_system_settings(
    const struct yq_call *call, const struct yq_system *system, struct yq_config **ret_config)
{
	struct yq_call theirs = *call;

	if (!yq_call_has(call, YQ_OPT_CONFIG) && system->endpoints.config[0] != '\0')
		theirs.options[YQ_OPT_CONFIG] = system->endpoints.config;
	return yq_find_settings(&theirs, ret_config);
}
