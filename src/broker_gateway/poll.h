/* poll.h - fills that the stream of events may have lost. */
#ifndef YQ_BROKER_GATEWAY_POLL_H
#define YQ_BROKER_GATEWAY_POLL_H

struct gw_account;

void gw_poll_fills(struct gw_account *account);

#endif
