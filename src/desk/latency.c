/* latency.c - ranks and buckets. */
#include "desk/latency.h"

#include <stdlib.h>

#include "base/mem.h"

#define MS 1000

static const int64_t edges_us[] = { 1 * MS, 2 * MS, 5 * MS, 10 * MS, 20 * MS, 50 * MS, 100 * MS,
	200 * MS, 500 * MS, 1000 * MS, 2000 * MS, 5000 * MS, 10000 * MS };

static int
by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The smallest that at least so many per cent are not above. */
static int64_t
rank(const int64_t *times_us, int64_t count, int64_t percent)
{
	return times_us[(count * percent + 99) / 100 - 1];
}

static void
fill_buckets(const int64_t *times_us, struct yq_latency *latency)
{
	int64_t at = 0;

	for (size_t i = 0; i < YQ_COUNT(edges_us); i++) {
		struct yq_latency_bucket *bucket = &latency->buckets[latency->bucket_count++];

		bucket->up_to_us = edges_us[i];
		for (; at < latency->count && times_us[at] <= edges_us[i]; at++)
			bucket->count++;
	}
	if (at < latency->count)
		latency->buckets[latency->bucket_count++] = (struct yq_latency_bucket){
			.up_to_us = times_us[latency->count - 1],
			.count = latency->count - at,
		};
}

void
yq_latency_of(const struct yq_order_row *rows, size_t count, struct yq_latency *latency)
{
	YQ_CLEANUP(yq_freep) int64_t *times_us = yq_xcalloc(count + 1, sizeof(*times_us));

	*latency = (struct yq_latency){ 0 };
	for (size_t i = 0; i < count; i++)
		if (rows[i].created_at_us != 0 && rows[i].submitted_at_us >= rows[i].created_at_us)
			times_us[latency->count++] =
			    rows[i].submitted_at_us - rows[i].created_at_us;
	qsort(times_us, (size_t)latency->count, sizeof(*times_us), by_time);
	if (latency->count > 0) {
		latency->p50_us = rank(times_us, latency->count, 50);
		latency->p99_us = rank(times_us, latency->count, 99);
	}
	fill_buckets(times_us, latency);
}
