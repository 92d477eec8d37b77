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

/* A place in a list by time and then id, newest first: the text of a cursor. */
#define YQ_PLACE_SIZE (24 + YQ_ID_LENGTH)
void yq_place_format(int64_t us, const struct yq_id *id, char text[YQ_PLACE_SIZE]);
/* That of the call; *us is 0 on the first page.  YQ_E_REFUSED, said: it is no cursor of ours. */
YQ_NODISCARD enum yq_rc yq_place_of(
    struct yq_api_call *call, int64_t *us, struct yq_id *id, struct yq_err *err);
/* The refusal of a cursor. */
enum yq_rc yq_place_refuse(struct yq_api_call *call, struct yq_err *err);

#endif
