/* apply.h - records on their way into Valkey. */
#ifndef YQ_BROKER_GATEWAY_APPLY_H
#define YQ_BROKER_GATEWAY_APPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gateway;
struct gw_record;

struct gw_records {
	struct gw_record *first, **last;
	size_t count;
	size_t sent;	/* of them in the call that is under way, or is to be repeated */
	bool under_way; /* one call at a time */
	int64_t started_ns;
};

void gw_records_flush(struct gateway *gw);
void gw_records_drop(struct gateway *gw);

#endif
