/*
 * evidence.h - what an order is at a broker that keeps no ids of ours: looked for among its orders
 * of that time (broker/match.h).
 */
#ifndef YQ_BROKER_GATEWAY_EVIDENCE_H
#define YQ_BROKER_GATEWAY_EVIDENCE_H

#include "broker_gateway/order.h"

/*
 * YQ_E_NOT_FOUND: no candidate.  YQ_OK: exactly one candidate, and o->broker_order_id is its id.
 * Else `err` says why it cannot be told, and the order's doubt names the candidates.  Runs exactly
 * once, later.
 */
typedef void gw_evidence_fn(struct gw_order *o, enum yq_rc rc, const struct yq_err *err);
/* The caller holds the order until then. */
void gw_evidence_seek(struct gw_order *o, gw_evidence_fn *fn);

#endif
