/*
 * answer.h - the gateway's word on a request about an order, from what it writes into the order.
 */
#ifndef YQ_DESK_ANSWER_H
#define YQ_DESK_ANSWER_H

#include "bus/steps.h"
#include "desk/desk.h"
#include "domain/terms.h"

#define YQ_ANSWER_WAIT_MS 10000

/* A request that has been made. */
struct yq_asked {
	enum yq_submit_kind kind; /* replace, resolve, cancel */
	struct yq_id order_id, request_id;
};

enum yq_word_kind {
	YQ_WORD_NONE, /* the gateway has not answered; the request is kept until it does */
	YQ_WORD_APPLIED,
	YQ_WORD_REFUSED, /* also when the order's end has overtaken it */
};
struct yq_word {
	enum yq_word_kind kind;
	char text[YQ_MESSAGE_SIZE]; /* why, or what was done; "" with NONE */
	char state[32];		    /* of the order when it is final; "archived"; "" = it is open */
};

/* Whether this very request was made before. */
YQ_NODISCARD enum yq_rc yq_answer_was_asked(
    struct yq_desk *desk, const struct yq_asked *asked, bool *was, struct yq_err *err);
/* Wait for it, at most `wait_ms`; of a cancel, for the order's end. */
YQ_NODISCARD enum yq_rc yq_answer_await(struct yq_desk *desk, const struct yq_asked *asked,
    int64_t wait_ms, struct yq_word *word, struct yq_err *err);

#endif
