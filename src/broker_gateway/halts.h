/*
 * halts.h - the kill switches that stand, as the gateway last saw them: what is to be flattened,
 * and what is over.  Whether an order may be sent is decided when it is claimed, on the server.
 *
 * They are read when one is thrown or released, and every some seconds.  One whose time is over is
 * taken away, which is told and audited.
 */
#ifndef YQ_BROKER_GATEWAY_HALTS_H
#define YQ_BROKER_GATEWAY_HALTS_H

#include "bus/halts.h"

struct gateway;

struct gw_halts {
	struct yq_halts list;
	bool known;   /* they were read once */
	bool asking;  /* they are being read */
	bool wanted;  /* at once */
	bool flatten; /* one of them asks for it */
	int64_t due_ns;
};

void gw_halts_now(struct gateway *gw); /* one has changed */
void gw_halts_tick(struct gateway *gw);
void gw_halts_drop(struct gateway *gw);

#endif
