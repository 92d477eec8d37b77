/* api_meta.c - whether the API is there. */
#include "bus/valkey_sync.h"
#include "web/api.h"

/* The way to the bus, walked. */
static enum yq_rc
get_health(struct yq_api_call *call, struct yq_err *err)
{
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_valkey_sync_words(call->desk->valkey, "PING", NULL, err);
	if (rc != YQ_OK)
		return yq_err_set(err, YQ_E_RETRY, "Valkey is away");
	yq_api_done(call, "ready");
	return YQ_OK;
}

/* The document has no handler: it is made at the start, and answered like a file (serve.c). */
static const struct yq_api_route routes[] = {
	{
	    .method = "GET",
	    .path = "/openapi.json",
	    .name = "getDocument",
	    .summary = "This document.",
	    .role = YQ_ROLE_NONE,
	    .flags = YQ_API_PLAIN,
	    .status = 200,
	    .answer = "application/json",
	},
	{
	    .method = "GET",
	    .path = "/health",
	    .name = "getHealth",
	    .summary = "Whether the API is there and reaches the bus.",
	    .role = YQ_ROLE_NONE,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "Done",
	    .run = get_health,
	},
};
const struct yq_api_family yq_api_meta = { "meta", routes, YQ_COUNT(routes) };
