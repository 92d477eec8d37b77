/*
 * reads.h - what the routes that only read have in common.
 */
#ifndef YQ_WEB_READS_H
#define YQ_WEB_READS_H

#include "web/api.h"

/* Reading has no outcome that could be unknown, and what is away may be back soon: such errors
 * become YQ_E_RETRY, so 503. */
enum yq_rc yq_reads_rc(enum yq_rc rc, struct yq_err *err);
/* The archive, for a route that is about it. */
YQ_NODISCARD enum yq_rc yq_reads_archive(struct yq_api_call *call, struct yq_err *err);

/* The refusal of a cursor that no page gave. */
enum yq_rc yq_reads_cursor(struct yq_api_call *call, struct yq_err *err);

#endif
