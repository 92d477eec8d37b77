/*
 * replicas.c - from replica to replica.
 */
#include "bus/replicas.h"

#include <hiredis/hiredis.h>
#include <string.h>

#include "base/str.h"
#include "bus/finder.h"
#include "bus/role.h"

#define REPLICAS_MAX 64

/* The value of `name` in "a=1,b=2"; false if there is none, or it does not fit. */
static bool
member(const char *list, const char *name, char *value, size_t size)
{
	size_t length = strlen(name);

	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, length) == 0 && at[length] == '=')
			return yq_str_copy_bytes(
			    value, size, at + length + 1, strcspn(at + length + 1, ",\r\n"));
	}
	return false;
}

bool
yq_replica_read(const char *line, struct yq_endpoint *replica)
{
	char host[YQ_HOST_SIZE], port[8];

	return member(line, "ip", host, sizeof(host)) && member(line, "port", port, sizeof(port)) &&
	       yq_finder_read_address(host, port, replica);
}

static enum yq_rc
visit(const struct yq_valkey_target *target, const struct yq_endpoint *replica,
    const struct yq_provision_options *options, yq_provision_fn *fn, void *cookie,
    struct yq_err *err)
{
	struct yq_valkey_target one = *target;
	struct yq_valkey_sync *sync = NULL;
	char line[YQ_HOST_SIZE + 64];
	enum yq_rc rc;

	one.endpoints[0] = *replica;
	one.endpoint_count = 1;
	one.service_name[0] = '\0';
	rc = yq_valkey_sync_open_any(&one, "yq-provision", &sync, err);
	if (rc == YQ_OK) {
		yq_str_format(
		    line, sizeof(line), "replica %s:%u:", replica->host, (unsigned)replica->port);
		fn(cookie, line);
		rc = yq_provision_users(sync, options, fn, cookie, err);
	}
	yq_valkey_sync_close(sync);
	if (rc == YQ_OK)
		return YQ_OK;
	return yq_err_context(err, rc,
	    "replica %s:%u has not got the users, and would refuse every program as a master",
	    replica->host, (unsigned)replica->port);
}

enum yq_rc
yq_provision_replicas(const struct yq_valkey_target *target, struct yq_valkey_sync *master,
    const struct yq_provision_options *options, yq_provision_fn *fn, void *cookie,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) redisReply *reply = NULL;
	struct yq_endpoint replica;
	enum yq_rc rc = yq_valkey_sync_words(master, YQ_ROLE_QUESTION, &reply, err);
	size_t count = 0;

	if (rc != YQ_OK || reply->str == NULL)
		return rc;
	for (const char *at = strstr(reply->str, "\nslave"); at != NULL && rc == YQ_OK;
	     at = strstr(at + 1, "\nslave")) {
		const char *colon = strpbrk(at + 1, ":\r\n");

		if (colon == NULL || *colon != ':' || !yq_replica_read(colon + 1, &replica))
			continue;
		if (++count > REPLICAS_MAX)
			return yq_err_set(err, YQ_E_LIMIT, "more than %d replicas", REPLICAS_MAX);
		rc = visit(target, &replica, options, fn, cookie, err);
	}
	return rc;
}
