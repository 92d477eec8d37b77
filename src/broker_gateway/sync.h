/* sync.h - the full sync: cash and positions as the broker has them. */
#ifndef YQ_BROKER_GATEWAY_SYNC_H
#define YQ_BROKER_GATEWAY_SYNC_H

struct gateway;
struct gw_account;

void gw_sync(struct gw_account *account);
void gw_sync_tick(struct gateway *gw);

#endif
