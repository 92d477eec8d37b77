/*
 * query.h - ask the gateway afresh, and wait for its answer.
 */
#ifndef YQ_DESK_QUERY_H
#define YQ_DESK_QUERY_H

#include "desk/desk.h"
#include "domain/query.h"

#define YQ_QUERY_WAIT_MS 10000

/*
 * Publish the query (its id and time are set here) and wait for the answer, which comes after the
 * state that it names is updated.  On YQ_OK *ret_answer is the whole of it, owned by the caller.
 *   YQ_E_RETRY    nobody hears queries, or no answer came within `wait_ms`.
 *   YQ_E_REFUSED  the gateway's own words.
 */
YQ_NODISCARD enum yq_rc yq_desk_query(struct yq_desk *desk, struct yq_query *query,
    uint32_t wait_ms, yq_json **ret_answer, struct yq_err *err);

#endif
