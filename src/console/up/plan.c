/* plan.c - from settings to folders, secrets, addresses and overlays. */
#include "console/up/plan.h"

#include "base/mem.h"
#include "base/str.h"
#include "console/find.h"
#include "console/up/keep.h"
#include "daemon/settings.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_FIREBIRD "Database=yquant.fdb"
#define LOCK_WAIT_MS	 5000 /* for the children of a killed `yq up` to be gone */

static enum yq_rc
make_folders(struct yq_up_plan *plan, const char *folder, struct yq_err *err)
{
	enum yq_rc rc;

	rc = yq_folder_make(folder, err);
	if (rc == YQ_OK)
		rc = yq_path_absolute(plan->folder, folder, err);
	if (rc == YQ_OK)
		rc = yq_path_join(plan->run, plan->folder, "run", err);
	if (rc == YQ_OK)
		rc = yq_path_join(plan->log, plan->folder, "log", err);
	if (rc == YQ_OK)
		rc = yq_path_join(plan->secrets, plan->folder, "secrets", err);
	if (rc == YQ_OK)
		rc = yq_folder_make(plan->run, err);
	if (rc == YQ_OK)
		rc = yq_folder_make(plan->log, err);
	if (rc == YQ_OK)
		rc = yq_folder_make(plan->secrets, err);
	return rc;
}

/*
 * The lock is inherited by the children, so a system whose `yq up` was killed still holds it until
 * the last of them is gone: wait for that moment, but not for a system that runs.
 */
static enum yq_rc
take_lock(struct yq_up_plan *plan, struct yq_err *err)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	char path[YQ_PATH_SIZE];
	int64_t holder;
	enum yq_rc rc;

	rc = yq_path_join(path, plan->run, "up.lock", err);
	if (rc != YQ_OK)
		return rc;
	for (int waited = 0; waited < LOCK_WAIT_MS; waited += 20) {
		rc = yq_file_lock(path, &plan->lock_fd, &holder, err);
		if (rc != YQ_E_EXISTS)
			return rc;
		if (holder == 0 || kill((pid_t)holder, 0) == 0 || errno == EPERM)
			break;
		nanosleep(&pause, NULL);
	}
	return yq_err_set(err, YQ_E_EXISTS,
	    "a system is running in %s already, as process %lld: use it, stop it, or choose "
	    "another folder with --var",
	    plan->folder, (long long)holder);
}

static enum yq_rc
find_programs(struct yq_up_plan *plan, struct yq_err *err)
{
	ssize_t length = readlink("/proc/self/exe", plan->programs, sizeof(plan->programs) - 1);
	char *slash;

	if (length <= 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot find my own folder");
	plan->programs[length] = '\0';
	slash = strrchr(plan->programs, '/');
	if (slash != NULL)
		*slash = '\0';
	return YQ_OK;
}

static enum yq_rc
plan_valkey(struct yq_up_plan *plan, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);
	char folder[YQ_PATH_SIZE], name[64];
	enum yq_rc rc;

	plan->own_valkey = !yq_find_is_set(plan->config, "ConnectionStrings:Valkey");
	plan->endpoints.confirm = yq_settings_confirm(plan->config);
	if (!plan->own_valkey) {
		plan->endpoints.valkey =
		    yq_secret_copy(yq_config_secret(plan->config, "ConnectionStrings:Valkey"));
		return YQ_OK;
	}
	rc = yq_keep_secret(plan->secrets, "valkey-console", &plan->console_password, err);
	for (int i = 0; i < YQ_PROGRAM_COUNT && rc == YQ_OK; i++) {
		yq_str_format(name, sizeof(name), "valkey-%s", yq_programs[i].user);
		rc = yq_keep_secret(plan->secrets, name, &plan->passwords[i], err);
	}
	if (rc == YQ_OK)
		rc = yq_path_join(folder, plan->folder, "valkey", err);
	if (rc == YQ_OK)
		rc = yq_private_valkey_prepare(
		    &plan->valkey, folder, plan->console_password, plan->passwords, err);
	if (rc != YQ_OK)
		return rc;
	yq_buf_add_format(&text, "unix:%s,user=%s,password=%s", plan->valkey.socket,
	    YQ_PRIVATE_VALKEY_USER, yq_secret_reveal(plan->console_password));
	plan->endpoints.valkey = yq_secret_make(text.data, text.length);
	yq_wipe(text.data, text.length);
	return YQ_OK;
}

/* Make a file's path absolute; a served database keeps its name. */
static enum yq_rc
plan_firebird(struct yq_up_plan *plan, struct yq_err *err)
{
	YQ_CLEANUP(yq_firebird_target_clear) struct yq_firebird_target target = { 0 };
	const struct yq_secret *given =
	    yq_config_secret(plan->config, "ConnectionStrings:Firebird");
	const char *connection = given != NULL ? yq_secret_reveal(given) : DEFAULT_FIREBIRD;
	char folder[YQ_PATH_SIZE], text[YQ_PATH_SIZE + 64];
	enum yq_rc rc;

	rc = yq_firebird_target_parse(connection, &target, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "ConnectionStrings:Firebird");
	plan->embedded = target.host[0] == '\0';
	if (!plan->embedded) {
		plan->endpoints.firebird = yq_secret_copy(given);
		return YQ_OK;
	}
	yq_str_format(text, sizeof(text), "Database=%s%s%s",
	    target.database[0] == '/' ? "" : plan->folder, target.database[0] == '/' ? "" : "/",
	    target.database);
	plan->endpoints.firebird = yq_secret_make(text, strlen(text));
	rc = yq_path_join(folder, plan->folder, "firebird", err);
	if (rc == YQ_OK)
		rc = yq_firebird_root_prepare(folder, 0, &plan->root, err);
	for (size_t i = 0; rc == YQ_OK && i < YQ_FIREBIRD_ENVIRONMENT; i++)
		if (!yq_str_copy(
			plan->endpoints.environment[i], YQ_PATH_SIZE, plan->root.environment[i]))
			rc = yq_err_set(err, YQ_E_INVALID, "the path %s is too long", folder);
	return rc;
}

/* What the brokers' tokens and people's second factors are sealed with must be the same after a
 * restart. */
static enum yq_rc
plan_keys(struct yq_up_plan *plan, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	if (yq_config_secret(plan->config, "Tokens:Key") == NULL)
		rc = yq_keep_secret(plan->secrets, "tokens", &plan->token_key, err);
	if (rc == YQ_OK && yq_config_secret(plan->config, "Web:Key") == NULL)
		rc = yq_keep_secret(plan->secrets, "factors", &plan->web_key, err);
	return rc;
}

/* The address to show and to post to: "any" means this machine. */
static void
make_url(
    const char *scheme, const char *listen, int64_t port, const char *path, char url[YQ_URL_SIZE])
{
	const char *host = listen;

	if (yq_str_starts(listen, "unix:")) {
		yq_str_copy_cut(url, YQ_URL_SIZE, listen);
		return;
	}
	if (yq_str_equal(listen, "0.0.0.0") || yq_str_equal(listen, "::"))
		host = "127.0.0.1";
	yq_str_format(url, YQ_URL_SIZE,
	    strchr(host, ':') != NULL ? "%s://[%s]:%lld%s" : "%s://%s:%lld%s", scheme, host,
	    (long long)port, path);
}

static void
first_name(void *cookie, const char *name)
{
	char *first = cookie;

	if (first[0] == '\0' && !yq_str_copy(first, YQ_STRATEGY_SIZE, name))
		first[0] = '\0';
}

/* The secret for every strategy if there is one, else the first configured, else one of ours. */
static enum yq_rc
plan_webhook(struct yq_up_plan *plan, struct yq_err *err)
{
	const char *listen = yq_config_text(plan->config, "Webhook:Listen");
	char name[YQ_STRATEGY_SIZE] = "", path[YQ_STRATEGY_SIZE + 32];
	enum yq_rc rc;

	plan->webhook_port = yq_config_int(plan->config, "Webhook:Port");
	rc = yq_keep_port(listen, &plan->webhook_port, err);
	if (rc != YQ_OK)
		return rc;
	make_url("http", listen, plan->webhook_port, "/webhook", plan->endpoints.webhook_url);
	yq_str_copy_cut(plan->webhook_strategy, sizeof(plan->webhook_strategy), "demo");
	yq_config_names(plan->config, "Webhook:Secrets", first_name, name);
	if (name[0] == '\0')
		return yq_keep_secret(
		    plan->secrets, "webhook", &plan->endpoints.webhook_secret, err);
	if (yq_config_secret(plan->config, "Webhook:Secrets:*") != NULL)
		yq_str_copy_cut(name, sizeof(name), "*");
	yq_str_format(path, sizeof(path), "Webhook:Secrets:%s", name);
	plan->endpoints.webhook_secret = yq_secret_copy(yq_config_secret(plan->config, path));
	if (!yq_str_equal(name, "*"))
		yq_str_copy_cut(plan->webhook_strategy, sizeof(plan->webhook_strategy), name);
	return YQ_OK;
}

static enum yq_rc
plan_web(struct yq_up_plan *plan, struct yq_err *err)
{
	const char *listen = yq_config_text(plan->config, "Web:Listen");
	const char *base = yq_config_text(plan->config, "Dashboard:PathBase");
	const char *certificate = yq_config_text(plan->config, "Web:TlsCertificate");
	bool tls = certificate != NULL && certificate[0] != '\0';
	size_t length = strlen(base);
	char path[YQ_PATH_SIZE], below[YQ_URL_SIZE];
	enum yq_rc rc;

	(void)yq_str_format(
	    below, sizeof(below), "%s%s", base, length > 0 && base[length - 1] == '/' ? "" : "/");
	plan->web_port = yq_config_int(plan->config, "Web:Port");
	rc = yq_keep_port(listen, &plan->web_port, err);
	if (rc == YQ_OK)
		rc = yq_path_join(path, plan->programs, yq_programs[YQ_PROGRAM_WEB].user, err);
	if (rc == YQ_OK && access(path, X_OK) == 0)
		make_url(
		    tls ? "https" : "http", listen, plan->web_port, below, plan->endpoints.web_url);
	return rc;
}

static enum yq_rc
plan_simulator(const struct yq_call *call, struct yq_up_plan *plan, struct yq_err *err)
{
	enum yq_rc rc;

	if (!yq_call_has(call, YQ_OPT_SIMULATOR))
		return YQ_OK;
	rc = yq_simulated_plan(plan->config, plan->folder, plan->secrets, &plan->simulated, err);
	yq_str_copy_cut(plan->endpoints.simulator_url, YQ_URL_SIZE, plan->simulated.url);
	return rc;
}

static void
put_connections(struct yq_json_writer *w, const struct yq_up_plan *plan, enum yq_program program)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);

	yq_json_name(w, "ConnectionStrings");
	yq_json_begin_object(w);
	if (plan->own_valkey) {
		yq_buf_add_format(&text, "unix:%s,user=%s,password=%s", plan->valkey.socket,
		    yq_programs[program].user, yq_secret_reveal(plan->passwords[program]));
		yq_json_put_text(w, "Valkey", yq_buf_text(&text));
		yq_wipe(text.data, text.length);
	}
	if (plan->embedded)
		yq_json_put_text(w, "Firebird", yq_secret_reveal(plan->endpoints.firebird));
	yq_json_end_object(w);
}

static void
put_webhook(struct yq_json_writer *w, const struct yq_up_plan *plan, enum yq_program program)
{
	yq_json_name(w, "Webhook");
	yq_json_begin_object(w);
	yq_simulated_put_mapping(w, &plan->simulated); /* the order manager reads it too */
	if (program == YQ_PROGRAM_WEBHOOK) {
		yq_json_put_int(w, "Port", plan->webhook_port);
		yq_json_name(w, "Secrets");
		yq_json_begin_object(w);
		if (yq_config_json(plan->config, "Webhook:Secrets") == NULL)
			yq_json_put_text(w, "*", yq_secret_reveal(plan->endpoints.webhook_secret));
		yq_simulated_put_secrets(w, &plan->simulated);
		yq_json_end_object(w);
	}
	yq_json_end_object(w);
}

static void
put_overlay(struct yq_json_writer *w, const struct yq_up_plan *plan, enum yq_program program)
{
	yq_json_begin_object(w);
	put_connections(w, plan, program);
	yq_json_name(w, "System");
	yq_json_begin_object(w);
	if (!yq_find_is_set(plan->config, "System:DataFolder"))
		yq_json_put_text(w, "DataFolder", plan->folder);
	if (!yq_find_is_set(plan->config, "System:RunFolder"))
		yq_json_put_text(w, "RunFolder", plan->run);
	yq_json_end_object(w);
	put_webhook(w, plan, program);
	yq_simulated_put_accounts(w, &plan->simulated, program);
	if (program == YQ_PROGRAM_GATEWAY && plan->token_key != NULL) {
		yq_json_name(w, "Tokens");
		yq_json_begin_object(w);
		yq_json_put_text(w, "Key", yq_secret_reveal(plan->token_key));
		yq_json_end_object(w);
	}
	if (program == YQ_PROGRAM_WEB) {
		yq_json_name(w, "Web");
		yq_json_begin_object(w);
		yq_json_put_int(w, "Port", plan->web_port);
		if (plan->web_key != NULL)
			yq_json_put_text(w, "Key", yq_secret_reveal(plan->web_key));
		yq_json_end_object(w);
	}
	yq_json_end_object(w);
	yq_buf_add_char(w->buf, '\n');
}

/* One private settings file a program; it wins over the files of --config. */
static enum yq_rc
write_overlays(struct yq_up_plan *plan, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	for (int i = 0; i < YQ_PROGRAM_COUNT && rc == YQ_OK; i++) {
		struct yq_buf text = yq_buf_make(16384);
		struct yq_json_writer w = yq_json_writer_make(&text);
		char *path = plan->overlays[i];

		if (!yq_str_format(
			path, YQ_PATH_SIZE, "%s/%s.json", plan->run, yq_programs[i].user)) {
			rc = yq_err_set(err, YQ_E_INVALID, "the path %s is too long", plan->run);
			break;
		}
		put_overlay(&w, plan, (enum yq_program)i);
		rc = yq_file_write_private(path, text.data, text.length, err);
		yq_wipe(text.data, text.length);
		yq_buf_free(&text);
	}
	return rc;
}

int
yq_up_plan_make(const struct yq_call *call, struct yq_up_plan *plan)
{
	struct yq_err err = { 0 };
	enum yq_rc rc = YQ_OK;
	int status;

	plan->called = call->program;
	plan->lock_fd = -1;
	status = yq_find_settings(call, &plan->config);
	if (status != YQ_CONSOLE_DONE)
		return status;
	plan->default_account = yq_config_json(plan->config, "BrokerGateway:Accounts") == NULL;
	if (yq_call_has(call, YQ_OPT_CONFIG))
		rc = yq_path_absolute(plan->config_folder, call->options[YQ_OPT_CONFIG], &err);
	yq_str_copy_cut(
	    plan->endpoints.config, sizeof(plan->endpoints.config), plan->config_folder);
	if (rc == YQ_OK)
		rc = make_folders(plan, yq_find_folder(call), &err);
	if (rc == YQ_OK)
		rc = take_lock(plan, &err);
	if (rc == YQ_OK)
		rc = find_programs(plan, &err);
	if (rc == YQ_OK)
		rc = plan_valkey(plan, &err);
	if (rc == YQ_OK)
		rc = plan_firebird(plan, &err);
	if (rc == YQ_OK)
		rc = plan_keys(plan, &err);
	if (rc == YQ_OK)
		rc = plan_webhook(plan, &err);
	if (rc == YQ_OK)
		rc = plan_web(plan, &err);
	if (rc == YQ_OK)
		rc = plan_simulator(call, plan, &err);
	if (rc == YQ_OK)
		rc = write_overlays(plan, &err);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
}

void
yq_up_plan_clear(struct yq_up_plan *plan)
{
	yq_simulated_clear(&plan->simulated);
	yq_config_free(plan->config);
	yq_endpoints_clear(&plan->endpoints);
	yq_secret_free(plan->console_password);
	yq_secret_free(plan->token_key);
	yq_secret_free(plan->web_key);
	yq_secret_free(plan->first_password);
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++)
		yq_secret_free(plan->passwords[i]);
	if (plan->lock_fd >= 0)
		close(plan->lock_fd);
}
