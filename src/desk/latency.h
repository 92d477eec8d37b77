/*
 * latency.h - how long the latest orders took from being made to the broker's acknowledgement.
 * Pure.
 */
#ifndef YQ_DESK_LATENCY_H
#define YQ_DESK_LATENCY_H

#include "store/orders.h"

#define YQ_LATENCY_BUCKETS_MAX 16

struct yq_latency_bucket {
	int64_t up_to_us; /* and above the bucket before */
	int64_t count;
};
struct yq_latency {
	int64_t count;		/* orders that a broker has acknowledged */
	int64_t p50_us, p99_us; /* of the sorted times the one at that rank; with count alone */
	struct yq_latency_bucket buckets[YQ_LATENCY_BUCKETS_MAX];
	size_t bucket_count;
};
/* Those that never came to a broker do not count.  The last bucket reaches to the slowest. */
void yq_latency_of(const struct yq_order_row *rows, size_t count, struct yq_latency *latency);

#endif
