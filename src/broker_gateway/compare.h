/* compare.h - the broker's list of open orders and ours. */
#ifndef YQ_BROKER_GATEWAY_COMPARE_H
#define YQ_BROKER_GATEWAY_COMPARE_H

struct gw_account;

/*
 * Ask for the list, then for the fills since the last ones known; ends in gw_look_orders_end.
 * Nothing is changed by what the list says or leaves out: the broker is asked about the order.  An
 * order that is only in the broker's list, and is so twice, is told of, once.
 */
void gw_compare_orders(struct gw_account *account);

#endif
