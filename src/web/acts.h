/*
 * acts.h - handlers of what changes orders and positions, and what they share; for api_acts.c and
 * the files beside it.
 *
 * Everything that is made has an id that follows from who asks and his idempotency key, so that a
 * repeat - a form sent twice, an answer that was lost, a program that died at any line - makes
 * nothing a second time: the step on the bus finds the id there.
 */
#ifndef YQ_WEB_ACTS_H
#define YQ_WEB_ACTS_H

#include "bus/state.h"
#include "web/api.h"

yq_api_fn yq_act_order, yq_act_preview;			 /* act_order.c, act_preview.c */
yq_api_fn yq_act_cancel, yq_act_replace, yq_act_resolve; /* act_request.c */
yq_api_fn yq_act_cancel_all, yq_act_protect, yq_act_close, yq_act_flatten; /* act_position.c */

/* Of who asks and his key. */
struct yq_id yq_act_id(const struct yq_api_call *call);
/* The field `reason`, or what stands in its place. */
const char *yq_act_reason(const struct yq_api_call *call, const char *fallback);
/* The account that field `name` says; refused with that field's name when nobody serves it.  Free
 * with yq_account_state_clear. */
YQ_NODISCARD enum yq_rc yq_act_account(struct yq_api_call *call, const char *name,
    struct yq_account_state *account, struct yq_err *err);
/* Fields `ticker` and `exchange` into the order, with its currency. */
void yq_act_instrument(const struct yq_api_call *call, struct yq_order *order);
/* The order that a body of POST /orders asks for, not yet sent; of an amount the quantity is
 * reckoned. */
YQ_NODISCARD enum yq_rc yq_act_make(
    struct yq_api_call *call, struct yq_order *order, struct yq_err *err);
/* {"id", "duplicate"}: send it unless it was sent before. */
YQ_NODISCARD enum yq_rc yq_act_send(
    struct yq_api_call *call, const struct yq_order *order, const char *why, struct yq_err *err);
/* Of what an exchange and the catalog prescribe, as far as the archive answers; *known: it did. */
struct yq_listing;
struct yq_listing yq_act_listing(
    struct yq_desk *desk, enum yq_exchange exchange, const char *ticker, bool *known);
/* Whether it was sent before under this id: then the answer is written.  Refused when that was
 * another order. */
YQ_NODISCARD enum yq_rc yq_act_repeat(
    struct yq_api_call *call, const struct yq_order *order, bool *repeated, struct yq_err *err);

yq_api_fn yq_act_put_halts; /* act_halt.c: {"items": the switches that stand now} */

#endif
