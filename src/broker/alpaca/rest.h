/*
 * rest.h - calls to Alpaca's REST API under one key: in their turn, with the key, judged.
 */
#ifndef YQ_BROKER_ALPACA_REST_H
#define YQ_BROKER_ALPACA_REST_H

#include "broker/alpaca/alpaca.h"
#include "broker/alpaca/errors.h"
#include "broker/calls.h"

/* What acts is answered, or given up, so long after it was asked for; less than a broker's time. */
#define YQ_ALPACA_ACT_MS 8000

struct yq_alpaca_rest; /* opaque */

struct yq_alpaca_reply {
	const char *body; /* of a 2xx; "" else */
	size_t length;
	struct yq_alpaca_fault fault;
};
/* As yq_alpaca_judge; and YQ_E_RETRY: nothing of it has left us.  Borrowed for the call. */
typedef void yq_alpaca_reply_fn(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err);

struct yq_alpaca_call {
	const char *method;
	bool acts; /* submits, cancels or replaces */
	bool data; /* of the host of prices */
	enum yq_call_priority priority;
	const struct yq_buf *path; /* "/v2/orders?status=open" */
	const struct yq_buf *body; /* NULL = none */
};

/* What the queue of its key keeps to. */
struct yq_call_limits yq_alpaca_limits_of(const struct yq_alpaca_settings *settings);
YQ_NODISCARD struct yq_alpaca_rest *yq_alpaca_rest_make(const struct yq_alpaca_spec *spec);
/* What is under way ends, now: YQ_E_RETRY if it has not begun, else YQ_E_UNKNOWN. */
void yq_alpaca_rest_free(struct yq_alpaca_rest *rest); /* NULL is a no-op */

/* `call` is copied.  `fn` runs once, from the loop or from yq_alpaca_rest_free; while that is under
 * way, at once. */
void yq_alpaca_rest_send(struct yq_alpaca_rest *rest, const struct yq_alpaca_call *call,
    yq_alpaca_reply_fn *fn, void *cookie);

#endif
