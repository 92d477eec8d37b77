/*
 * rest.h - calls to KIS under one key: in their turn, with a token, judged.
 *
 * A call waits for a token and a turn.  What asks is asked once more when the token was not taken,
 * or there were too many calls; what acts never is: that is the gateway's to decide.
 */
#ifndef YQ_BROKER_KIS_REST_H
#define YQ_BROKER_KIS_REST_H

#include "broker/calls.h"
#include "broker/kis/decode.h"
#include "broker/kis/kis.h"
#include "broker/session.h"

struct yq_kis_rest; /* opaque */

/* As yq_kis_answer_read; and YQ_E_RETRY: nothing of it has left us.  `answer` is NULL unless YQ_OK;
 * both are borrowed for the call. */
typedef void yq_kis_reply_fn(
    void *cookie, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err);

/* What the queue of its key keeps to. */
struct yq_call_limits yq_kis_limits_of(const struct yq_kis_settings *settings);
YQ_NODISCARD enum yq_rc yq_kis_rest_make(
    const struct yq_kis_spec *spec, struct yq_kis_rest **ret_rest, struct yq_err *err);
/* What is under way ends, now: YQ_E_RETRY if it has not begun, else YQ_E_UNKNOWN. */
void yq_kis_rest_free(struct yq_kis_rest *rest); /* NULL is a no-op */

/* The request is copied.  `fn` runs once, from the loop or from yq_kis_rest_free; while that is
 * under way, at once. */
void yq_kis_rest_send(struct yq_kis_rest *rest, const struct yq_kis_request *request,
    enum yq_call_priority priority, yq_kis_reply_fn *fn, void *cookie);

/* What it shares with others, or has for itself. */
struct yq_shared *yq_kis_rest_shared(const struct yq_kis_rest *rest);

#endif
