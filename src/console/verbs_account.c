/* verbs_account.c - `yq account`: accounts at brokers, listed, tried, set up. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "console/account_config.h"
#include "console/account_file.h"
#include "console/account_new.h"
#include "console/account_show.h"
#include "console/account_try.h"
#include "console/find.h"
#include "console/person.h"
#include "console/sheet.h"
#include "store/audit.h"

#define TRY_S	 20
#define TEXT_MAX 8192

/* Who opens accounts is the gateway, so its keys are looked at, not ours. */
#define APP "BrokerGateway"

/* ---- where settings are ---- */

/* --config, else that of the system that runs in --var; "" = there are none. */
static void
find_folder(const struct yq_call *call, char folder[YQ_PATH_SIZE])
{
	YQ_CLEANUP(yq_endpoints_clear) struct yq_endpoints endpoints = { 0 };
	char path[YQ_PATH_SIZE];

	folder[0] = '\0';
	if (yq_call_has(call, YQ_OPT_CONFIG))
		yq_str_copy_cut(folder, YQ_PATH_SIZE, call->options[YQ_OPT_CONFIG]);
	else if (yq_path_join(path, yq_find_folder(call), "run/endpoints.json", NULL) == YQ_OK &&
		 yq_endpoints_read(path, &endpoints, NULL) == YQ_OK)
		yq_str_copy_cut(folder, YQ_PATH_SIZE, endpoints.config);
}

static int
load(const char *folder, char *const *environment, struct yq_config **ret_config)
{
	struct yq_config_report report = { 0 };
	enum yq_rc rc = yq_settings_load(folder[0] != '\0' ? folder : NULL, NULL, APP, environment,
	    yq_settings_check, ret_config, &report);

	if (rc != YQ_OK) {
		fputs(yq_buf_text(&report.faults), stderr);
		(void)yq_fail(YQ_CONSOLE_REFUSED, "%zu fault%s in the configuration",
		    report.fault_count, report.fault_count == 1 ? "" : "s");
	}
	yq_config_report_free(&report);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : YQ_CONSOLE_REFUSED;
}

int
yq_account_config(const struct yq_call *call, struct yq_config **ret_config)
{
	char folder[YQ_PATH_SIZE];

	find_folder(call, folder);
	return load(folder, environ, ret_config);
}

static struct yq_accounts *
accounts_of(const struct yq_config *config)
{
	struct yq_config_report report = { 0 };
	struct yq_accounts *accounts = yq_settings_accounts(config, &report);

	yq_config_report_free(&report); /* load() has told */
	return accounts;
}

struct yq_accounts *
yq_account_list(const struct yq_config *config)
{
	return accounts_of(config);
}

/* ---- list ---- */

static const struct yq_column list_columns[] = {
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "BROKER", "broker", YQ_COLUMN_TEXT },
	{ "ENVIRONMENT", "environment", YQ_COLUMN_TEXT },
	{ "NUMBER", "number", YQ_COLUMN_TEXT },
	{ "REAL MONEY", "realMoney", YQ_COLUMN_BOOL },
	{ "KEYS", "keys", YQ_COLUMN_BOOL },
	{ "ACTIVE", "active", YQ_COLUMN_BOOL },
};

static const char *
truth(bool value)
{
	return value ? "true" : "false";
}

static int
list(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(list_columns, YQ_COUNT(list_columns));
	struct yq_config *config = NULL;
	struct yq_accounts *accounts;
	char folder[YQ_PATH_SIZE];
	int status;

	find_folder(call, folder);
	status = load(folder, environ, &config);
	if (status != YQ_CONSOLE_DONE)
		return status;
	accounts = accounts_of(config);
	for (size_t i = 0; i < accounts->count; i++) {
		const struct yq_account_settings *a = &accounts->items[i];
		struct yq_account_keys keys = yq_settings_account_keys(config, a);

		yq_sheet_add(sheet, a->alias);
		yq_sheet_add(sheet, yq_names_text(&yq_broker_kind_names, (int)a->broker));
		yq_sheet_add(sheet, yq_account_environment(a));
		yq_sheet_add(sheet, a->number);
		yq_sheet_add(sheet, truth(yq_accounts_real_money(a)));
		yq_sheet_add(sheet, truth(keys.key != NULL && keys.secret != NULL));
		yq_sheet_add(sheet, truth(a->active));
	}
	yq_sheet_print(sheet, call, "no account is configured");
	yq_accounts_free(accounts);
	yq_config_free(config);
	return YQ_CONSOLE_DONE;
}

/* ---- test ---- */

static void
print_json(const struct yq_account_settings *a, const struct yq_try_result *result, bool saved)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(TEXT_MAX);
	struct yq_json_writer w = yq_json_writer_make(&text);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "account", a->alias);
	yq_json_put_text(&w, "broker", yq_names_text(&yq_broker_kind_names, (int)a->broker));
	yq_json_put_text(&w, "environment", yq_account_environment(a));
	yq_json_put_bool(&w, "realMoney", yq_accounts_real_money(a));
	yq_json_put_bool(&w, "works", result->works);
	yq_json_put_bool(&w, "saved", saved);
	yq_json_name(&w, "checks");
	yq_json_begin_array(&w);
	for (int i = 0; i < YQ_TRY_COUNT; i++) {
		yq_json_begin_object(&w);
		yq_json_put_text(&w, "check", yq_names_text(&yq_try_names, i));
		yq_json_put_bool(&w, "works", result->rows[i].works);
		yq_json_put_text(&w, "text", result->rows[i].text);
		yq_json_end_object(&w);
	}
	yq_json_end_array(&w);
	yq_json_end_object(&w);
	puts(yq_buf_text(&text));
}

static void
print_rows(const struct yq_try_result *result)
{
	for (int i = 0; i < YQ_TRY_COUNT; i++) {
		const char *text = result->rows[i].text;

		printf("%-4s %-12s ",
		    result->rows[i].works ? "ok"
		    : text[0] != '\0'	  ? "NO"
					  : "-",
		    yq_names_text(&yq_try_names, i));
		yq_print_plain(text[0] != '\0' ? text : "not asked");
		putchar('\n');
	}
}

/* YQ_CONSOLE_DONE also where it does not work: see the result. */
static int
try_account(const struct yq_call *call, const struct yq_config *config,
    const struct yq_account_settings *account, struct yq_try_result *result)
{
	struct yq_err err = { 0 };

	if (yq_account_try(config, account, TRY_S, result, &err) != YQ_OK)
		return yq_fail(YQ_CONSOLE_REFUSED, "account %s: %s", account->alias, err.text);
	if (!yq_call_has(call, YQ_OPT_JSON))
		print_rows(result);
	return YQ_CONSOLE_DONE;
}

static int
test(const struct yq_call *call)
{
	const char *alias = call->words[1];
	const struct yq_account_settings *account;
	struct yq_config *config = NULL;
	struct yq_accounts *accounts;
	struct yq_try_result result = { .works = false };
	char folder[YQ_PATH_SIZE];
	int status;

	if (alias == NULL)
		return yq_fail_usage(call, "say which account: yq account test ALIAS");
	find_folder(call, folder);
	status = load(folder, environ, &config);
	if (status != YQ_CONSOLE_DONE)
		return status;
	accounts = accounts_of(config);
	account = yq_accounts_find(accounts, alias);
	if (account == NULL)
		status = yq_fail(YQ_CONSOLE_REFUSED,
		    "there is no account \"%s\"; `yq account list` shows them", alias);
	else
		status = try_account(call, config, account, &result);
	if (status == YQ_CONSOLE_DONE && account != NULL) {
		if (yq_call_has(call, YQ_OPT_JSON))
			print_json(account, &result, true);
		status = result.works ? YQ_CONSOLE_DONE : YQ_CONSOLE_REFUSED;
	}
	yq_accounts_free(accounts);
	yq_config_free(config);
	return status;
}

/* ---- add ---- */

/* All settings as they will be: what is there, and the new account. */
static int
load_with(const char *folder, const struct yq_account_new *account, struct yq_config **ret_config)
{
	struct yq_buf text = yq_buf_make(TEXT_MAX), added = yq_buf_make(TEXT_MAX);
	char *all[1024];
	size_t count = 0;
	int status;

	yq_account_new_write(account, YQ_ACCOUNT_OPEN | YQ_ACCOUNT_SECRET, &added);
	yq_buf_add_format(&text, "BrokerGateway__Accounts={\"%s\":%s}", account->settings.alias,
	    yq_buf_text(&added));
	while (environ[count] != NULL && count + 2 < YQ_COUNT(all)) {
		all[count] = environ[count];
		count++;
	}
	all[count++] = text.data;
	all[count] = NULL;
	status = load(folder, all, ret_config);
	yq_wipe(text.data, text.length);
	yq_wipe(added.data, added.length);
	yq_buf_free(&text);
	yq_buf_free(&added);
	return status;
}

/* A name that is taken is said before anybody types a key. */
static int
check_new(const char *folder, const struct yq_account_settings *account)
{
	struct yq_config *config = NULL;
	struct yq_accounts *accounts;
	int status = load(folder, environ, &config);

	if (status != YQ_CONSOLE_DONE)
		return status;
	accounts = accounts_of(config);
	for (size_t i = 0; i < accounts->count && yq_find_is_set(config, "BrokerGateway:Accounts");
	     i++)
		if (yq_str_equal_nocase(accounts->items[i].alias, account->alias))
			status = yq_fail(YQ_CONSOLE_REFUSED,
			    "there is an account \"%s\" already; nothing was changed",
			    accounts->items[i].alias);
	yq_accounts_free(accounts);
	yq_config_free(config);
	return status;
}

/* The built-in account is there only while none is configured: it is to stay. */
static bool
is_first(const char *folder)
{
	struct yq_config_report report = { 0 };
	struct yq_config *config = NULL;
	bool first =
	    yq_settings_load(folder, NULL, APP, environ, NULL, &config, &report) == YQ_OK &&
	    !yq_find_is_set(config, "BrokerGateway:Accounts");

	yq_config_free(config);
	yq_config_report_free(&report);
	return first;
}

static int
save(const char *folder, const struct yq_account_new *account)
{
	struct yq_buf open = yq_buf_make(TEXT_MAX), hidden = yq_buf_make(TEXT_MAX);
	struct yq_err err = { 0 };
	enum yq_rc rc;

	yq_account_new_write(account, YQ_ACCOUNT_OPEN, &open);
	if (is_first(folder) && !yq_str_equal_nocase(account->settings.alias, "Paper"))
		yq_buf_add_text(&open, ",\n      \"Paper\": {}");
	yq_account_new_write(account, YQ_ACCOUNT_SECRET, &hidden);
	rc = yq_account_write(
	    folder, account->settings.alias, yq_buf_text(&open), yq_buf_text(&hidden), &err);
	yq_wipe(hidden.data, hidden.length);
	yq_buf_free(&hidden);
	yq_buf_free(&open);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

/* Whether there is a system here whose audit trail it belongs in. */
static bool
has_system(const struct yq_call *call, const char *folder)
{
	struct yq_config_report report = { 0 };
	struct yq_config *config = NULL;
	char path[YQ_PATH_SIZE];
	bool found =
	    yq_path_join(path, yq_find_folder(call), "run/endpoints.json", NULL) == YQ_OK &&
	    access(path, R_OK) == 0;

	if (!found &&
	    yq_settings_load(folder, NULL, "Console", environ, NULL, &config, &report) == YQ_OK)
		found = yq_find_is_set(config, "ConnectionStrings:Valkey");
	yq_config_free(config);
	yq_config_report_free(&report);
	return found;
}

static void
audit(const struct yq_call *call, const char *folder, const struct yq_account_new *account)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_buf_free) struct yq_buf after = yq_buf_make(TEXT_MAX);
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_audit_row row = {
		.id = yq_id_random(), .at_us = now_us, .recorded_us = now_us, .hand = yq_person()
	};
	enum yq_rc outcome = YQ_OK;
	struct yq_err err = { 0 };

	if (!has_system(call, folder) ||
	    yq_system_open_firebird(call, &system) != YQ_CONSOLE_DONE) {
		fputs("yq: no system runs here: the audit trail does not have it\n", stderr);
		return;
	}
	yq_account_new_write(account, YQ_ACCOUNT_OPEN, &after);
	yq_str_copy_cut(row.verb, sizeof(row.verb), "account");
	yq_str_copy_cut(row.outcome, sizeof(row.outcome), "applied");
	(void)yq_str_format(
	    row.target, sizeof(row.target), "BrokerGateway:Accounts:%s", account->settings.alias);
	yq_str_copy_cut(row.account_alias, sizeof(row.account_alias), account->settings.alias);
	yq_str_copy_cut(row.after, sizeof(row.after), yq_buf_text(&after));
	row.request = yq_buf_text(&after);
	if (yq_audit_add(system.desk.firebird, &row, 1, &outcome, NULL, NULL, &err) != YQ_OK)
		fprintf(
		    stderr, "yq: the account is saved, but not in the audit trail: %s\n", err.text);
}

/* What was asked for is known, and tried: write it, if it works and the person wants it. */
static int
conclude(const struct yq_call *call, const char *folder, const struct yq_account_new *account,
    const struct yq_try_result *result)
{
	const struct yq_account_settings *s = &account->settings;
	bool json = yq_call_has(call, YQ_OPT_JSON);
	char question[160];
	int status;

	if (!result->works) {
		if (json)
			print_json(s, result, false);
		return yq_fail(YQ_CONSOLE_REFUSED, "it does not work, so nothing was saved");
	}
	yq_str_format(question, sizeof(question), "Save account %s%s?", s->alias,
	    s->live ? ", which trades REAL MONEY" : "");
	if (!yq_call_has(call, YQ_OPT_YES) && !yq_person_agrees(question))
		return yq_fail(YQ_CONSOLE_REFUSED, "nothing was saved");
	status = save(folder, account);
	if (status != YQ_CONSOLE_DONE)
		return status;
	audit(call, folder, account);
	if (json)
		print_json(s, result, true);
	else
		printf("saved in %s/appsettings.json and %s/appsecrets.d/%s.json; the gateway "
		       "serves it from its next start\n",
		    folder, folder, APP);
	return YQ_CONSOLE_DONE;
}

static int
add_to(const struct yq_call *call, const char *folder, struct yq_account_new *account)
{
	struct yq_config *config = NULL;
	struct yq_accounts *accounts;
	struct yq_try_result result = { .works = false };
	int status = yq_account_new_take(call, account);

	if (status == YQ_CONSOLE_DONE)
		status = load_with(folder, account, &config);
	if (status != YQ_CONSOLE_DONE)
		return status;
	accounts = accounts_of(config);
	status =
	    try_account(call, config, yq_accounts_find(accounts, account->settings.alias), &result);
	yq_accounts_free(accounts);
	yq_config_free(config);
	return status == YQ_CONSOLE_DONE ? conclude(call, folder, account, &result) : status;
}

static int
add(const struct yq_call *call)
{
	YQ_CLEANUP(yq_account_new_clear) struct yq_account_new account = { 0 };
	char folder[YQ_PATH_SIZE];
	int status = YQ_CONSOLE_DONE;

	find_folder(call, folder);
	if (folder[0] == '\0')
		return yq_fail_usage(call,
		    "say with --config DIR where the settings are, or are to be; `yq up --config "
		    "DIR` runs with them");
	if (call->word_count > 1) {
		yq_str_copy_cut(
		    account.settings.alias, sizeof(account.settings.alias), call->words[1]);
		status = check_new(folder, &account.settings);
	}
	return status == YQ_CONSOLE_DONE ? add_to(call, folder, &account) : status;
}

int
yq_verb_account(const struct yq_call *call)
{
	static const struct {
		const char *name;
		int (*run)(const struct yq_call *call);
	} acts[] = { { "list", list }, { "test", test }, { "add", add } };

	for (size_t i = 0; i < YQ_COUNT(acts) && call->word_count > 0; i++)
		if (yq_str_equal(call->words[0], acts[i].name))
			return acts[i].run(call);
	if (call->word_count > 1)
		return yq_fail_usage(call, "expected [ALIAS], list, test ALIAS or add [ALIAS]");
	return yq_account_show(call);
}
