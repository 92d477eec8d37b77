/* connection_valkey.c - StackExchange.Redis's connection string. */
#include <string.h>

#include "base/connection_part.h"
#include "base/connection_string.h"
#include "base/str.h"

#define VALKEY_PORT	6379
#define VALKEY_TLS_PORT 6380
#define SENTINEL_PORT	26379
#define DEFAULT_TIMEOUT 5000
#define TIMEOUT_MAX	600000
#define DATABASE_MAX	15

static bool
valkey_user(void *target, struct yq_part value)
{
	struct yq_valkey_target *t = target;

	return yq_part_text(value, t->user, sizeof(t->user));
}

static bool
valkey_password(void *target, struct yq_part value)
{
	struct yq_valkey_target *t = target;

	return yq_part_secret(value, &t->password);
}

static bool
valkey_service(void *target, struct yq_part value)
{
	struct yq_valkey_target *t = target;

	return yq_part_text(value, t->service_name, sizeof(t->service_name));
}

static bool
valkey_sentinel_user(void *target, struct yq_part value)
{
	struct yq_valkey_target *t = target;

	return yq_part_text(value, t->sentinel_user, sizeof(t->sentinel_user));
}

static bool
valkey_sentinel_password(void *target, struct yq_part value)
{
	struct yq_valkey_target *t = target;

	return yq_part_secret(value, &t->sentinel_password);
}

static bool
valkey_tls(void *target, struct yq_part value)
{
	static const char *const words[] = { "false", "true", "no", "yes", "0", "1" };
	struct yq_valkey_target *t = target;
	char text[8];

	if (!yq_part_text(value, text, sizeof(text)))
		return false;
	for (size_t i = 0; i < YQ_COUNT(words); i++) {
		if (yq_str_equal_nocase(words[i], text)) {
			t->tls = i % 2 == 1;
			return true;
		}
	}
	return false;
}

static bool
valkey_database(void *target, struct yq_part value)
{
	struct yq_valkey_target *t = target;
	int64_t number;

	if (!yq_part_int(value, 0, DATABASE_MAX, &number))
		return false;
	t->database = (int)number;
	return true;
}

static bool
valkey_timeout(void *target, struct yq_part value)
{
	struct yq_valkey_target *t = target;
	int64_t number;

	if (!yq_part_int(value, 1, TIMEOUT_MAX, &number))
		return false;
	t->connect_timeout_ms = (int)number;
	return true;
}

static const struct yq_option valkey_options[] = {
	{ "user", valkey_user, "at most 63 bytes" },
	{ "password", valkey_password, NULL },
	{ "ssl", valkey_tls, "true or false" },
	{ "tls", valkey_tls, "true or false" },
	{ "defaultDatabase", valkey_database, "a number from 0 to 15" },
	{ "connectTimeout", valkey_timeout, "milliseconds from 1 to 600000" },
	{ "serviceName", valkey_service, "at most 63 bytes" },
	{ "sentinelUser", valkey_sentinel_user, "at most 63 bytes" },
	{ "sentinelPassword", valkey_sentinel_password, NULL },
	/* Of no use here: what they tune belongs to that library. */
	{ "abortConnect", NULL, NULL },
	{ "allowAdmin", NULL, NULL },
	{ "asyncTimeout", NULL, NULL },
	{ "channelPrefix", NULL, NULL },
	{ "checkCertificateRevocation", NULL, NULL },
	{ "configChannel", NULL, NULL },
	{ "configCheckSeconds", NULL, NULL },
	{ "connectRetry", NULL, NULL },
	{ "highIntegrity", NULL, NULL },
	{ "highPrioritySocketThreads", NULL, NULL },
	{ "keepAlive", NULL, NULL },
	{ "name", NULL, NULL },
	{ "protocol", NULL, NULL },
	{ "proxy", NULL, NULL },
	{ "resolveDns", NULL, NULL },
	{ "responseTimeout", NULL, NULL },
	{ "setlib", NULL, NULL },
	{ "sslHost", NULL, NULL },
	{ "sslProtocols", NULL, NULL },
	{ "syncTimeout", NULL, NULL },
	{ "tieBreaker", NULL, NULL },
	{ "tunnel", NULL, NULL },
	{ "version", NULL, NULL },
	{ "writeBuffer", NULL, NULL },
};

/* "/run/valkey.sock", "unix:/run/valkey.sock", or StackExchange.Redis's "!/run/valkey.sock". */
static bool
is_socket(struct yq_part *whole)
{
	static const char *const prefixes[] = { "unix:", "!" };

	for (size_t i = 0; i < YQ_COUNT(prefixes); i++) {
		size_t length = strlen(prefixes[i]);

		if (whole->length > length && memcmp(whole->at, prefixes[i], length) == 0) {
			*whole = (struct yq_part){ whole->at + length, whole->length - length };
			return true;
		}
	}
	return whole->at[0] == '/';
}

/* The colon before the port, or NULL: "host", "1.2.3.4:6379", "[::1]:6379", "::1". */
static const char *
port_colon(struct yq_part *host)
{
	const char *end = host->at + host->length;
	const char *colon = memchr(host->at, ':', host->length);

	if (host->at[0] == '[') {
		const char *close = memchr(host->at, ']', host->length);

		if (close == NULL)
			return host->at; /* no port can be read from there */
		*host = (struct yq_part){ host->at + 1, (size_t)(close - host->at - 1) };
		return close + 1 == end ? NULL : close + 1;
	}
	if (colon == NULL || memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL)
		return NULL; /* none, or a bare IPv6 address */
	host->length = (size_t)(colon - host->at);
	return colon;
}

static enum yq_rc
take_socket(struct yq_endpoint *endpoint, struct yq_part path, size_t position, struct yq_err *err)
{
	if (path.at[0] == '/' && yq_part_text(path, endpoint->host, YQ_HOST_SIZE))
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID,
	    "part %zu: expected a socket's absolute path of at most %d bytes", position,
	    YQ_HOST_SIZE - 1);
}

static enum yq_rc
take_endpoint(
    struct yq_valkey_target *target, struct yq_part whole, size_t position, struct yq_err *err)
{
	struct yq_endpoint *endpoint = &target->endpoints[target->endpoint_count];
	struct yq_part host = whole;
	const char *colon, *end = whole.at + whole.length;

	if (target->endpoint_count == YQ_VALKEY_ENDPOINTS_MAX)
		return yq_err_set(
		    err, YQ_E_INVALID, "expected at most %d endpoints", YQ_VALKEY_ENDPOINTS_MAX);
	target->endpoint_count++;
	if (is_socket(&host))
		return take_socket(endpoint, host, position, err);
	colon = port_colon(&host);
	if (colon != NULL &&
	    (*colon != ':' || !yq_part_port(yq_part_trim(colon + 1, end), &endpoint->port)))
		return yq_err_set(err, YQ_E_INVALID,
		    "part %zu: expected host:port with a port from 1 to 65535", position);
	host = yq_part_trim(host.at, host.at + host.length);
	if (host.length == 0 || !yq_part_text(host, endpoint->host, YQ_HOST_SIZE))
		return yq_err_set(err, YQ_E_INVALID,
		    "part %zu: expected a host name of 1 to %d bytes", position, YQ_HOST_SIZE - 1);
	return YQ_OK;
}

/* What no longer fits is left out: the list is for a warning. */
static void
note_ignored(struct yq_valkey_target *target, const char *name)
{
	size_t used = strlen(target->ignored);

	if (strlen(name) + 2 > sizeof(target->ignored) - used)
		return;
	if (used > 0)
		target->ignored[used++] = ',';
	yq_str_copy_cut(target->ignored + used, sizeof(target->ignored) - used, name);
}

/* Ports that were not written follow from what the endpoint is for. */
static void
fill_ports(struct yq_valkey_target *target)
{
	uint16_t port = target->service_name[0] != '\0' ? SENTINEL_PORT
			: target->tls			? VALKEY_TLS_PORT
							: VALKEY_PORT;

	for (size_t i = 0; i < target->endpoint_count; i++) {
		struct yq_endpoint *endpoint = &target->endpoints[i];

		if (endpoint->port == 0 && endpoint->host[0] != '/')
			endpoint->port = port;
	}
}

static enum yq_rc
take_part(struct yq_valkey_target *target, struct yq_part part, size_t position, struct yq_err *err)
{
	struct yq_part name, value;
	const char *ignored;
	enum yq_rc rc;

	if (part.length == 0) /* StackExchange.Redis skips empty parts too */
		return YQ_OK;
	if (!yq_part_split(part, &name, &value))
		return take_endpoint(target, part, position, err);
	rc = yq_option_take(
	    valkey_options, YQ_COUNT(valkey_options), position, name, value, target, &ignored, err);
	if (rc == YQ_OK && ignored != NULL)
		note_ignored(target, ignored);
	return rc;
}

static enum yq_rc
parse(const char *text, struct yq_valkey_target *target, struct yq_err *err)
{
	const char *rest = text;
	struct yq_part part;
	enum yq_rc rc = YQ_OK;

	for (size_t position = 1; rc == YQ_OK && yq_part_next(&rest, ',', &part); position++)
		rc = take_part(target, part, position, err);
	if (rc == YQ_OK && target->endpoint_count == 0)
		rc = yq_err_set(err, YQ_E_INVALID, "expected host:port or a socket's path");
	fill_ports(target);
	return rc;
}

enum yq_rc
yq_valkey_target_parse(const char *text, struct yq_valkey_target *target, struct yq_err *err)
{
	enum yq_rc rc;

	*target = (struct yq_valkey_target){ .connect_timeout_ms = DEFAULT_TIMEOUT };
	if (strlen(text) > YQ_CONNECTION_LENGTH_MAX)
		return yq_err_set(
		    err, YQ_E_INVALID, "expected at most %d bytes", YQ_CONNECTION_LENGTH_MAX);
	rc = parse(text, target, err);
	if (rc != YQ_OK)
		yq_valkey_target_clear(target);
	return rc;
}

void
yq_valkey_target_clear(struct yq_valkey_target *target)
{
	yq_secret_free(target->password);
	yq_secret_free(target->sentinel_password);
	*target = (struct yq_valkey_target){ .connect_timeout_ms = DEFAULT_TIMEOUT };
}

struct yq_valkey_target
yq_valkey_target_copy(const struct yq_valkey_target *target)
{
	struct yq_valkey_target copy = *target;

	copy.password = yq_secret_copy(target->password);
	copy.sentinel_password = yq_secret_copy(target->sentinel_password);
	return copy;
}
