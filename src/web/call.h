/*
 * call.h - one call of the API, on a lane's thread: who asks, what he may, what he says, and then
 * the handler.
 */
#ifndef YQ_WEB_CALL_H
#define YQ_WEB_CALL_H

#include "base/config.h"
#include "net/address.h"
#include "web/answer.h"

/* Filled on the loop with copies of what the request says; texts are owned, NULL = not there. */
struct yq_web_call {
	const struct yq_config *config; /* held */
	struct yq_route_match match;	/* borrows from `path` */
	char *method, *path;
	char *cookie, *authorization, *csrf, *key, *last_id;
	char *body;
	size_t body_length;
	struct yq_query_pair *query;
	size_t query_count;
	char address[YQ_ADDRESS_TEXT_SIZE], agent[129];
	bool secure;
	/* What came of it. */
	struct yq_answer answer;
	struct yq_api_who who;
	bool stream; /* no answer: open it */
};

void yq_web_call_run(struct yq_desk *desk, struct yq_web_call *call);
/* Frees what it owns, but the configuration. */
void yq_web_call_clear(struct yq_web_call *call);

#endif
