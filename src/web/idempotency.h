/*
 * idempotency.h - what is asked for twice under one Idempotency-Key is done once: the answer is
 * kept on the bus for a day, under user and key, with a digest of what was asked.
 *
 *	first           -> claimed for a while, then run, then its answer is kept
 *	again, at work  -> 409 IN_FLIGHT
 *	again, same     -> the kept answer, with the header Idempotent-Replay: true
 *	again, other    -> 422 IDEMPOTENCY_REUSED
 *
 * The digest is keyed with the Idempotency-Key itself, which is kept nowhere: what lies on the bus
 * says nothing of a password in the body.  Whoever died at work left a claim that ends by itself.
 */
#ifndef YQ_WEB_IDEMPOTENCY_H
#define YQ_WEB_IDEMPOTENCY_H

#include "web/answer.h"

#define YQ_DIGEST_SIZE 65

struct yq_repeat {
	struct yq_id record; /* of user and key */
	char digest[YQ_DIGEST_SIZE];
};

/* Pure.  `input` is all that was asked; `method` and `path` as they came. */
struct yq_repeat yq_repeat_of(const char *user, const struct yq_id *key, const char *method,
    const char *path, const struct yq_input *input);

/*
 * Claim it.  *ret_first: go on, and call yq_repeat_end.  Else `answer` holds what there is to say.
 * The errors of the bus: then nothing was done.
 */
YQ_NODISCARD enum yq_rc yq_repeat_begin(struct yq_desk *desk, const struct yq_repeat *repeat,
    struct yq_answer *answer, bool *ret_first, struct yq_err *err);

/* Keep `answer`, or that there was one (`secret`).  One that may come out better the next time
 * (429, 500 and above) is not kept: the same may be asked again at once. */
void yq_repeat_end(struct yq_desk *desk, const struct yq_repeat *repeat,
    const struct yq_answer *answer, bool secret);

#endif
