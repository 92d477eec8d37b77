/*
 * role.c - INFO replication, read.
 */
#include "bus/role.h"

#include <string.h>

#include "base/str.h"

/* "name:value" on a line of its own; false if there is none, or it does not fit. */
static bool
find_line(const char *text, const char *name, char *value, size_t size)
{
	size_t length = strlen(name);

	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			return yq_str_copy_bytes(
			    value, size, line + length + 1, strcspn(line + length + 1, "\r\n"));
	}
	return false;
}

enum yq_rc
yq_role_read(const redisReply *reply, const struct yq_endpoint *server, bool named_by_sentinels,
    char history[YQ_VALKEY_HISTORY_SIZE], struct yq_err *err)
{
	char role[16];
	enum yq_rc rc;

	history[0] = '\0';
	if (reply->type == REDIS_REPLY_ERROR) {
		rc = yq_valkey_error(reply->str, reply->len, err);
		if (rc == YQ_E_DENIED && !named_by_sentinels)
			return YQ_OK;
		return yq_err_context(
		    err, rc, "valkey %s:%u: its role", server->host, (unsigned)server->port);
	}
	if (reply->type != REDIS_REPLY_STRING || !find_line(reply->str, "role", role, sizeof(role)))
		return yq_err_set(err, YQ_E_RETRY, "valkey %s:%u: does not tell its role",
		    server->host, (unsigned)server->port);
	if (!yq_str_equal(role, "master"))
		return yq_err_set(err, YQ_E_RETRY, "valkey %s:%u: is a replica (role %s)",
		    server->host, (unsigned)server->port, role);
	if (!find_line(reply->str, "master_replid", history, YQ_VALKEY_HISTORY_SIZE))
		history[0] = '\0';
	return YQ_OK;
}
