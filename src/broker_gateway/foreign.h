/* foreign.h - orders that were only PUBLISHed, on their way into the stream. */
#ifndef YQ_BROKER_GATEWAY_FOREIGN_H
#define YQ_BROKER_GATEWAY_FOREIGN_H

#include "bus/adopt.h"

struct gateway;
struct gw_foreign;

struct gw_foreigns {
	struct gw_foreign *first; /* that wait */
	size_t count;		  /* with those whose step is under way */
};

yq_adopt_fn gw_foreign_heard;
void gw_foreigns_flush(struct gateway *gw);
void gw_foreigns_drop(struct gateway *gw);

#endif
