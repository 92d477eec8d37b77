/* difference.h - what is told when the broker's books take the place of ours. */
#ifndef YQ_BROKER_GATEWAY_DIFFERENCE_H
#define YQ_BROKER_GATEWAY_DIFFERENCE_H

#include "broker/broker.h"

struct gw_account;

/* Each value that differs: counted, logged, and in one notification.  Before they are taken over.
 */
void gw_differences_tell(struct gw_account *account, const struct yq_broker_balance *balances,
    size_t balance_count, const struct yq_position *positions, size_t position_count);

#endif
