/* request.h - cancels and replaces: to the broker and back. */
#ifndef YQ_BROKER_GATEWAY_REQUEST_H
#define YQ_BROKER_GATEWAY_REQUEST_H

#include "broker_gateway/task.h"

/* Whether this entry of the stream is at the broker now. */
bool gw_request_is_there(const struct gw_account *account, const char *entry_id);
/* `o` NULL: it is not in hand, so it is final.  The task is borrowed. */
void gw_cancel(struct gw_account *account, struct gw_task *task, struct gw_order *o);
void gw_replace(struct gw_account *account, struct gw_task *task, struct gw_order *o);

#endif
