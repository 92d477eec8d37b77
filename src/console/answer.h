/* answer.h - the gateway's word on a request about an order, waited for and told. */
#ifndef YQ_CONSOLE_ANSWER_H
#define YQ_CONSOLE_ANSWER_H

#include "bus/steps.h"
#include "console/find.h"

/* The order whose id is, or begins with, `text`.  A whole id needs no archive: Firebird may be
 * away.  Returns enum yq_console_exit. */
int yq_answer_find(struct yq_system *system, const char *text, struct yq_id *id);

/* A request that has been made. */
struct yq_asked {
	enum yq_submit_kind kind; /* replace or resolve */
	struct yq_id order_id, request_id;
	const char *alias;
	const char *done; /* what it is once it was carried out: "resolved" */
};
/* Wait for the word, unless --no-wait, and tell it; with --json as an object {"orderId",
 * "requestId", "outcome": "applied", "refused" or "asked", "message"}.  A request that an order's
 * end has overtaken is refused.  Returns enum yq_console_exit. */
int yq_answer_await(
    struct yq_system *system, const struct yq_call *call, const struct yq_asked *asked);

#endif
