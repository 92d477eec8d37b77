/*
 * endpoints.h - run/endpoints.json: where a running system is reached, written by `yq up` when all
 * is ready and read by every other verb.
 *
 *	{"webhook":{"url","secret"},"web":{"url"},"simulator":{"url"},
 *	 "valkey":{"socket","user","password"},
 *	 "firebird":{"database","environment":{"FIREBIRD":...}},"config":{"folder"}}
 *
 * Servers that `yq up` did not start itself add "connection" (a connection string) and have no
 * socket.
 */
#ifndef YQ_CONSOLE_ENDPOINTS_H
#define YQ_CONSOLE_ENDPOINTS_H

#include "base/connection_string.h"
#include "base/err.h"
#include "base/secret.h"
#include "bus/confirm.h"

#include "console/files.h"

#define YQ_URL_SIZE		  320
#define YQ_ENDPOINT_VARIABLES_MAX 4

struct yq_endpoints {
	char webhook_url[YQ_URL_SIZE];
	struct yq_secret *webhook_secret; /* NULL = none; owned, as all below */
	char web_url[YQ_URL_SIZE];	  /* "" = there is no web program */
	char simulator_url[YQ_URL_SIZE];  /* "" = it does not run */
	struct yq_secret *valkey;	  /* connection string */
	struct yq_confirm confirm;	  /* what its replicas must */
	struct yq_secret *firebird;	  /* connection string */
	char config[YQ_PATH_SIZE];	  /* of the system's settings; "" = the built-in ones */
	/* "NAME=value" that the embedded engine needs; "" = none */
	char environment[YQ_ENDPOINT_VARIABLES_MAX][YQ_PATH_SIZE];
};

YQ_NODISCARD enum yq_rc yq_endpoints_write(
    const char *path, const struct yq_endpoints *endpoints, struct yq_err *err);
/* YQ_E_NOT_FOUND if there is no file; YQ_E_CORRUPT if it is not one of ours. */
YQ_NODISCARD enum yq_rc yq_endpoints_read(
    const char *path, struct yq_endpoints *endpoints, struct yq_err *err);
void yq_endpoints_clear(struct yq_endpoints *endpoints);

#endif
