/* gone.h - a request about an order that is not in hand: is the order over, or not here yet? */
#ifndef YQ_BROKER_GATEWAY_GONE_H
#define YQ_BROKER_GATEWAY_GONE_H

#include "broker_gateway/task.h"

/* True when the bus has said that it is over.  Else the bus is asked, again and again: an order
 * whose entry is still in the stream will be in hand some time. */
bool gw_is_gone(struct gw_account *account, struct gw_task *task);

#endif
