/* flatten_send.h - exits of flatten.h on their way to order:stream. */
#ifndef YQ_BROKER_GATEWAY_FLATTEN_SEND_H
#define YQ_BROKER_GATEWAY_FLATTEN_SEND_H

#include "bus/halts.h"
#include "domain/account.h"

struct gateway;
struct gw_account;

/* Whether an exit of it has all that it takes: a price, where the broker has no market orders. */
bool gw_flatten_can(struct gw_account *account, const struct yq_position *held);
/* How far beyond the last price a limit goes that stands in for a market order: a fraction of it.
 */
struct yq_decimal gw_flatten_slack(const struct gw_account *account);
/* An exit of so much is to be made: it is counted, and made when that is on the bus.  False: no
 * more at a time. */
bool gw_flatten_make(struct gw_account *account, const struct yq_holding *holding,
    const struct yq_halt_entry *halt, struct yq_decimal qty);
/* What has been counted, or was not answered. */
void gw_flatten_send(struct gateway *gw);

#endif
