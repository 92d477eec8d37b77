/* request.h - cancels and replaces: to the broker and back. */
#ifndef YQ_BROKER_GATEWAY_REQUEST_H
#define YQ_BROKER_GATEWAY_REQUEST_H

#include "broker_gateway/task.h"

/* Whether this entry of the stream is at the broker now. */
bool gw_request_is_there(const struct gw_account *account, const char *entry_id);
/* Whether a change of it is there: the next one waits, for what it comes to depends on that. */
bool gw_request_changes(const struct gw_order *o);
/* Whether a cancel of it is there. */
bool gw_request_cancels(const struct gw_order *o);
/* `o` NULL: it is not in hand, so it is final.  The task is borrowed. */
void gw_cancel(struct gw_account *account, struct gw_task *task, struct gw_order *o);
void gw_replace(struct gw_account *account, struct gw_task *task, struct gw_order *o);
/* Whether the order is at the broker as we have it: quantity and limit price. */
bool gw_request_same(const struct gw_order *o, const struct yq_broker_order *theirs);
/* A change whose answer was lost, or that others made: the order becomes what it is there.  The
 * broker's word must not be older than the last change that was answered. */
void gw_request_adopt(struct gw_order *o, const struct yq_broker_order *theirs);

#endif
