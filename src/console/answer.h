/* answer.h - the gateway's word on a request about an order, waited for and told. */
#ifndef YQ_CONSOLE_ANSWER_H
#define YQ_CONSOLE_ANSWER_H

#include "console/find.h"
#include "desk/answer.h"

/* The order whose id is, or begins with, `text`.  A whole id needs no archive: Firebird may be
 * away.  Returns enum yq_console_exit. */
int yq_answer_find(struct yq_system *system, const char *text, struct yq_id *id);

/* Wait for the word on a request that has been made, unless --no-wait, and tell it; with --json as
 * an object {"orderId", "requestId", "outcome": "applied", "refused" or "asked", "message"}.  A
 * request that an order's end has overtaken is refused.  `done` is what it is once it was carried
 * out: "resolved".  Returns enum yq_console_exit. */
int yq_answer_tell(struct yq_system *system, const struct yq_call *call,
    const struct yq_asked *asked, const char *alias, const char *done);

#endif
