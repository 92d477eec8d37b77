/* brokers.h - opening the broker of an account. */
#ifndef YQ_BROKER_GATEWAY_BROKERS_H
#define YQ_BROKER_GATEWAY_BROKERS_H

struct gw_account;

/* A broker that cannot be opened breaks its account, not the others; it is tried again. */
void gw_broker_try(struct gw_account *account);

#endif
