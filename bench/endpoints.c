/* endpoints.c - read run/endpoints.json. */
#include "bench/endpoints.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

#define FILE_MAX 16384

static bool
take(const yq_json *object, const char *name, char *target, size_t size)
{
	const yq_json *member = object == NULL ? NULL : yq_json_get(object, name);
	size_t length = 0;
	const char *text = member == NULL ? NULL : yq_json_text(member, &length);

	return text != NULL && yq_str_copy_bytes(target, size, text, length);
}

/* "http://127.0.0.1:6000/webhook" */
static bool
split_url(const char *url, struct bench_endpoints *endpoints)
{
	const char *host = strstr(url, "://");
	const char *colon = host == NULL ? NULL : strchr(host + 3, ':');
	const char *end = colon == NULL ? NULL : colon + 1 + strcspn(colon + 1, "/");
	char port[8];
	int64_t number = 0;

	if (end == NULL ||
	    !yq_str_copy_bytes(port, sizeof(port), colon + 1, (size_t)(end - colon - 1)) ||
	    !yq_str_to_int64(port, 1, 65535, &number))
		return false;
	endpoints->port = (uint16_t)number;
	return yq_str_copy_bytes(
	    endpoints->host, sizeof(endpoints->host), host + 3, (size_t)(colon - host - 3));
}

enum yq_rc
bench_endpoints_read(const char *path, struct bench_endpoints *endpoints, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	char text[FILE_MAX], url[256];
	FILE *file = fopen(path, "re");
	size_t length;
	const yq_json *webhook, *valkey;
	enum yq_rc rc;

	if (file == NULL)
		return yq_err_set(
		    err, YQ_E_NOT_FOUND, "%s cannot be opened: is the system up?", path);
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	rc = yq_json_parse(text, length, &root, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "%s", path);
	webhook = yq_json_get(root, "webhook");
	valkey = yq_json_get(root, "valkey");
	if (!take(webhook, "url", url, sizeof(url)) || !split_url(url, endpoints) ||
	    !take(webhook, "secret", endpoints->secret, sizeof(endpoints->secret)) ||
	    !take(valkey, "socket", endpoints->socket, sizeof(endpoints->socket)) ||
	    !take(valkey, "user", endpoints->user, sizeof(endpoints->user)) ||
	    !take(valkey, "password", endpoints->password, sizeof(endpoints->password)))
		return yq_err_set(err, YQ_E_INVALID,
		    "%s: expected webhook.url, webhook.secret, valkey.socket, .user, .password",
		    path);
	return YQ_OK;
}
