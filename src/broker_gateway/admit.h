/* admit.h - the last checks before an order is claimed. */
#ifndef YQ_BROKER_GATEWAY_ADMIT_H
#define YQ_BROKER_GATEWAY_ADMIT_H

#include "broker_gateway/order.h"
#include "domain/risk.h"

/* The risk check for `order` as it would be sent now; `again` = it changes one that is open. */
YQ_NODISCARD enum yq_rc gw_check_risk(struct gw_account *account, const struct gw_lane *lane,
    const struct yq_order *order, bool again, struct yq_trace *trace);
/* Check it; then claim it, or refuse it. */
void gw_admit(struct gw_order *o);

/* What the order is checked against: its account's and its strategy's limits.  Borrowed until the
 * next call; the lists in it live until the settings are read anew. */
const struct yq_risk_limits *gw_limits(
    const struct gw_account *account, const struct yq_order *order);

#endif
