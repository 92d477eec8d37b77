/* brokers.h - opening the broker of an account. */
#ifndef YQ_BROKER_GATEWAY_BROKERS_H
#define YQ_BROKER_GATEWAY_BROKERS_H

struct gw_account;

/* The lease is ours.  A broker that cannot be opened breaks its account, not the others; it is
 * tried again. */
void gw_broker_try(struct gw_account *account);
/* Try a broken one once more. */
void gw_broker_again(struct gw_account *account);

#endif
