/* poll.h - fills that the broker's events may have lost. */
#ifndef YQ_BROKER_GATEWAY_POLL_H
#define YQ_BROKER_GATEWAY_POLL_H

#include "broker_gateway/order.h"

/* Ask for the fills since those that are known, with an overlap, and book what is not booked; ends
 * in gw_look_orders_end. */
void gw_poll_fills(struct gw_account *account);
/* Book an execution that an answer has, once.  Unless it is `expected` there, as of an order whose
 * outcome was unknown, people are told that the broker's events have lost it. */
void gw_found_fill(struct gw_order *o, const struct yq_broker_fill *fill, bool expected);

#endif
