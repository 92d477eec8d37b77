/* endpoints.c - write and read run/endpoints.json. */
#include "console/endpoints.h"

#include "base/json.h"
#include "base/str.h"

#include <string.h>

#define ENDPOINTS_MAX_BYTES 16384

static void
put_secret(struct yq_json_writer *w, const char *name, const struct yq_secret *secret)
{
	yq_json_name(w, name);
	if (secret == NULL)
		yq_json_add_null(w);
	else
		yq_json_add_text(w, yq_secret_reveal(secret));
}

static void
put_url(struct yq_json_writer *w, const char *url)
{
	yq_json_name(w, "url");
	if (url[0] == '\0')
		yq_json_add_null(w);
	else
		yq_json_add_text(w, url);
}

static enum yq_rc
put_valkey(struct yq_json_writer *w, const struct yq_endpoints *endpoints, struct yq_err *err)
{
	const struct yq_secret *connection = endpoints->valkey;
	YQ_CLEANUP(yq_valkey_target_clear) struct yq_valkey_target target = { 0 };
	enum yq_rc rc = yq_valkey_target_parse(yq_secret_reveal(connection), &target, err);
	const struct yq_endpoint *first = &target.endpoints[0];

	if (rc != YQ_OK)
		return rc;
	yq_json_name(w, "valkey");
	yq_json_begin_object(w);
	yq_json_name(w, "socket");
	if (first->port == 0)
		yq_json_add_text(w, first->host);
	else
		yq_json_add_null(w);
	if (first->port != 0) {
		yq_json_put_text(w, "host", first->host);
		yq_json_put_int(w, "port", first->port);
	}
	if (target.service_name[0] != '\0') /* then that is a sentinel */
		yq_json_put_text(w, "service", target.service_name);
	if (endpoints->confirm.replicas > 0) {
		yq_json_put_int(w, "waitReplicas", endpoints->confirm.replicas);
		yq_json_put_int(w, "waitTimeoutMs", endpoints->confirm.timeout_ms);
		yq_json_put_bool(w, "waitFlushed", endpoints->confirm.flushed);
	}
	yq_json_put_text(w, "user", target.user);
	put_secret(w, "password", target.password);
	put_secret(w, "connection", connection);
	yq_json_end_object(w);
	return YQ_OK;
}

static enum yq_rc
put_firebird(struct yq_json_writer *w, const struct yq_endpoints *endpoints, struct yq_err *err)
{
	YQ_CLEANUP(yq_firebird_target_clear) struct yq_firebird_target target = { 0 };
	enum yq_rc rc =
	    yq_firebird_target_parse(yq_secret_reveal(endpoints->firebird), &target, err);

	if (rc != YQ_OK)
		return rc;
	yq_json_name(w, "firebird");
	yq_json_begin_object(w);
	yq_json_put_text(w, "database", target.database);
	yq_json_put_text(w, "user", target.user);
	if (target.host[0] != '\0') {
		yq_json_put_text(w, "host", target.host);
		yq_json_put_int(w, "port", target.port);
	}
	yq_json_name(w, "environment");
	yq_json_begin_object(w);
	for (size_t i = 0; i < YQ_ENDPOINT_VARIABLES_MAX; i++) {
		const char *variable = endpoints->environment[i];
		const char *equals = strchr(variable, '=');
		char name[64];

		if (equals != NULL &&
		    yq_str_copy_bytes(name, sizeof(name), variable, (size_t)(equals - variable)))
			yq_json_put_text(w, name, equals + 1);
	}
	yq_json_end_object(w);
	put_secret(w, "connection", endpoints->firebird);
	yq_json_end_object(w);
	return YQ_OK;
}

enum yq_rc
yq_endpoints_write(const char *path, const struct yq_endpoints *endpoints, struct yq_err *err)
{
	struct yq_buf text = yq_buf_make(ENDPOINTS_MAX_BYTES);
	struct yq_json_writer w = yq_json_writer_make(&text);
	enum yq_rc rc;

	yq_json_begin_object(&w);
	yq_json_name(&w, "webhook");
	yq_json_begin_object(&w);
	put_url(&w, endpoints->webhook_url);
	put_secret(&w, "secret", endpoints->webhook_secret);
	yq_json_end_object(&w);
	yq_json_name(&w, "web");
	yq_json_begin_object(&w);
	put_url(&w, endpoints->web_url);
	yq_json_end_object(&w);
	if (endpoints->simulator_url[0] != '\0') {
		yq_json_name(&w, "simulator");
		yq_json_begin_object(&w);
		put_url(&w, endpoints->simulator_url);
		yq_json_end_object(&w);
	}
	if (endpoints->config[0] != '\0') {
		yq_json_name(&w, "config");
		yq_json_begin_object(&w);
		yq_json_put_text(&w, "folder", endpoints->config);
		yq_json_end_object(&w);
	}
	rc = put_valkey(&w, endpoints, err);
	if (rc == YQ_OK)
		rc = put_firebird(&w, endpoints, err);
	yq_json_end_object(&w);
	yq_buf_add_char(&text, '\n');
	if (rc == YQ_OK)
		rc = yq_buf_ok(&text) ? yq_file_write_private(path, text.data, text.length, err)
				      : yq_err_set(err, YQ_E_LIMIT, "%s would be too large", path);
	if (text.data != NULL)
		yq_wipe(text.data, text.length);
	yq_buf_free(&text);
	return rc;
}

static const yq_json *
member(const yq_json *json, const char *section, const char *name)
{
	const yq_json *object = yq_json_get(json, section);

	return object != NULL && yq_json_type_of(object) == YQ_JSON_OBJECT
		   ? yq_json_get(object, name)
		   : NULL;
}

static struct yq_secret *
read_secret(const yq_json *value)
{
	size_t length;
	const char *text;

	if (value == NULL || yq_json_type_of(value) != YQ_JSON_STRING)
		return NULL;
	text = yq_json_text(value, &length);
	return yq_secret_make(text, length);
}

static void
read_url(const yq_json *value, char url[YQ_URL_SIZE])
{
	url[0] = '\0';
	if (value != NULL && yq_json_type_of(value) == YQ_JSON_STRING &&
	    !yq_str_copy(url, YQ_URL_SIZE, yq_json_text(value, NULL)))
		url[0] = '\0';
}

struct environment_cursor {
	struct yq_endpoints *endpoints;
	size_t count;
};

static bool
read_variable(void *cookie, const char *name, const yq_json *value)
{
	struct environment_cursor *cursor = cookie;

	if (cursor->count < YQ_ENDPOINT_VARIABLES_MAX && yq_json_type_of(value) == YQ_JSON_STRING &&
	    yq_str_format(cursor->endpoints->environment[cursor->count], YQ_PATH_SIZE, "%s=%s",
		name, yq_json_text(value, NULL)))
		cursor->count++;
	return true;
}

/* Absent: nothing is waited for. */
static void
read_confirm(const yq_json *json, struct yq_confirm *confirm)
{
	const yq_json *replicas = member(json, "valkey", "waitReplicas");
	const yq_json *timeout = member(json, "valkey", "waitTimeoutMs");
	const yq_json *flushed = member(json, "valkey", "waitFlushed");
	int64_t count, ms;

	if (replicas == NULL || timeout == NULL || yq_json_int64(replicas, &count) != YQ_OK ||
	    yq_json_int64(timeout, &ms) != YQ_OK || count < 0 || count > 64 || ms < 0 || ms > 60000)
		return;
	confirm->replicas = (int)count;
	confirm->timeout_ms = (uint32_t)ms;
	confirm->flushed = flushed != NULL && yq_json_bool(flushed);
}

enum yq_rc
yq_endpoints_read(const char *path, struct yq_endpoints *endpoints, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	struct environment_cursor cursor = { endpoints, 0 };
	struct yq_buf text = yq_buf_make(ENDPOINTS_MAX_BYTES);
	const yq_json *environment, *config;
	enum yq_rc rc;

	*endpoints = (struct yq_endpoints){ 0 };
	rc = yq_file_read(path, &text, err);
	if (rc == YQ_OK && yq_json_parse(text.data, text.length, &json, err) != YQ_OK)
		rc = yq_err_context(err, YQ_E_CORRUPT, "%s", path);
	if (text.data != NULL)
		yq_wipe(text.data, text.length);
	yq_buf_free(&text);
	if (rc != YQ_OK)
		return rc;
	read_url(member(json, "webhook", "url"), endpoints->webhook_url);
	read_url(member(json, "web", "url"), endpoints->web_url);
	read_url(member(json, "simulator", "url"), endpoints->simulator_url);
	endpoints->webhook_secret = read_secret(member(json, "webhook", "secret"));
	endpoints->valkey = read_secret(member(json, "valkey", "connection"));
	read_confirm(json, &endpoints->confirm);
	endpoints->firebird = read_secret(member(json, "firebird", "connection"));
	config = member(json, "config", "folder");
	if (config != NULL && yq_json_type_of(config) == YQ_JSON_STRING &&
	    !yq_str_copy(endpoints->config, sizeof(endpoints->config), yq_json_text(config, NULL)))
		endpoints->config[0] = '\0';
	environment = member(json, "firebird", "environment");
	if (environment != NULL && yq_json_type_of(environment) == YQ_JSON_OBJECT)
		yq_json_each(environment, read_variable, &cursor);
	if (endpoints->valkey == NULL || endpoints->firebird == NULL) {
		yq_endpoints_clear(endpoints);
		return yq_err_set(
		    err, YQ_E_CORRUPT, "%s: expected the connections of valkey and firebird", path);
	}
	return YQ_OK;
}

void
yq_endpoints_clear(struct yq_endpoints *endpoints)
{
	yq_secret_free(endpoints->webhook_secret);
	yq_secret_free(endpoints->valkey);
	yq_secret_free(endpoints->firebird);
	*endpoints = (struct yq_endpoints){ 0 };
}
