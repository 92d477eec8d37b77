/* desk.h - whose turn it is: orders on one account and ticker in order, others beside one another.
 */
#ifndef YQ_BROKER_GATEWAY_DESK_H
#define YQ_BROKER_GATEWAY_DESK_H

struct gateway;

void gw_desk_run(struct gateway *gw);

#endif
