/* ack.h - entries that need no more than an XACK. */
#ifndef YQ_BROKER_GATEWAY_ACK_H
#define YQ_BROKER_GATEWAY_ACK_H

#include "bus/steps.h"

struct gateway;

struct gw_acks {
	char (*ids)[YQ_ENTRY_ID_SIZE];
	size_t count, room;
	size_t sent; /* of them in the call that is under way */
	bool under_way;
};

void gw_ack_only(struct gateway *gw, const char *entry_id); /* "" is a no-op */
void gw_acks_flush(struct gateway *gw);

#endif
