/*
 * reload.c - SIGHUP: read the configuration again, take over what is safe, say what is not.
 */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "daemon/internal.h"
#include "daemon/settings.h"

static bool json_equal(const yq_json *a, const yq_json *b);

struct compare {
	const yq_json *other;
	bool equal;
};

static bool
compare_member(void *cookie, const char *name, const yq_json *value)
{
	struct compare *compare = cookie;

	compare->equal = json_equal(value, yq_json_get(compare->other, name));
	return compare->equal;
}

static bool
json_equal(const yq_json *a, const yq_json *b)
{
	enum yq_json_type type = yq_json_type_of(a);
	struct compare compare = { b, true };
	size_t length_a, length_b;
	const char *text_a, *text_b;

	if (type != yq_json_type_of(b))
		return false;
	switch (type) {
	case YQ_JSON_NULL:
		return true;
	case YQ_JSON_BOOL:
		return yq_json_bool(a) == yq_json_bool(b);
	case YQ_JSON_NUMBER:
	case YQ_JSON_STRING:
		text_a = yq_json_text(a, &length_a);
		text_b = yq_json_text(b, &length_b);
		return length_a == length_b && memcmp(text_a, text_b, length_a) == 0;
	case YQ_JSON_ARRAY:
	case YQ_JSON_OBJECT:
		break;
	}
	if (yq_json_count(a) != yq_json_count(b))
		return false;
	if (type == YQ_JSON_OBJECT) {
		yq_json_each(a, compare_member, &compare);
		return compare.equal;
	}
	for (size_t i = 0; i < yq_json_count(a); i++) {
		if (!json_equal(yq_json_at(a, i), yq_json_at(b, i)))
			return false;
	}
	return true;
}

static bool
secret_equal(const struct yq_secret *a, const struct yq_secret *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return yq_secret_matches(a, yq_secret_reveal(b), yq_secret_length(b));
}

static bool
differs(const struct yq_config *a, const struct yq_config *b, const struct yq_config_key *key)
{
	if (strchr(key->path, '*') != NULL)
		return false; /* seen by its parent's comparison */
	if (key->kind == YQ_CONFIG_SECRET)
		return !secret_equal(
		    yq_config_secret(a, key->path), yq_config_secret(b, key->path));
	return !json_equal(yq_config_json(a, key->path), yq_config_json(b, key->path));
}

/* Settings of the other programs are none of our business. */
static bool
concerns(const struct yq_daemon *daemon, const char *path)
{
	static const char *const apps[] = { "Webhook", "OrderManager", "BrokerGateway", "Web",
		"Notification" };
	size_t length = strcspn(path, ":");

	for (size_t i = 0; i < YQ_COUNT(apps); i++) {
		if (strlen(apps[i]) == length && strncmp(apps[i], path, length) == 0)
			return yq_str_equal(apps[i], daemon->spec->app);
	}
	return true;
}

static void
say_what_waits(const struct yq_daemon *daemon, const struct yq_config *fresh)
{
	for (size_t i = 0; i < yq_settings_key_count; i++) {
		const struct yq_config_key *key = &yq_settings_keys[i];

		if (!key->reloads && concerns(daemon, key->path) &&
		    differs(daemon->config, fresh, key))
			yq_warn("%s has changed; it takes effect at the next start", key->path);
	}
}

void
daemon_reload(struct yq_daemon *daemon)
{
	struct yq_config_report report = { 0 };
	struct yq_config *fresh = NULL;
	enum yq_log_level level = YQ_LOG_INFO;
	enum yq_rc rc;

	rc = yq_settings_load(daemon->options.folder, daemon->options.overlay, daemon->spec->app,
	    environ, daemon->spec->check, &fresh, &report);
	daemon_log_report(yq_buf_text(&report.warnings), false);
	if (rc != YQ_OK) {
		daemon_log_report(yq_buf_text(&report.faults), true);
		yq_error("the new configuration has faults: the old one stays in force");
	} else {
		say_what_waits(daemon, fresh);
		yq_config_free(daemon->config);
		daemon->config = fresh;
		(void)yq_log_level_parse(yq_config_text(fresh, "Log:Level"), &level);
		yq_log_set_level(level);
		if (daemon->spec->reload != NULL && daemon->phase == DAEMON_RUNNING)
			daemon->spec->reload(daemon);
		yq_info("configuration reloaded");
	}
	yq_config_report_free(&report);
}
