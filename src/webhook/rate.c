/* rate.c - token buckets by address. */
#include "webhook/rate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SETS   1024
#define WAYS   4
#define NS     INT64_C(1000000000)
#define PREFIX 8 /* bytes of an IPv6 address that count */

struct bucket {
	struct yq_address address; /* YQ_FAMILY_NONE = empty */
	int64_t full_ns;	   /* when it will be full again */
};

struct yq_rate_table {
	int64_t token_ns, burst_ns;
	struct bucket sets[SETS][WAYS];
};

struct yq_rate_table *
yq_rate_table_make(int64_t per_second, int64_t burst)
{
	struct yq_rate_table *table = yq_xcalloc(1, sizeof(*table));

	table->token_ns = NS / per_second;
	table->burst_ns = burst * table->token_ns;
	return table;
}

void
yq_rate_table_free(struct yq_rate_table *table)
{
	free(table);
}

static struct bucket *
find(struct yq_rate_table *table, const struct yq_address *address)
{
	struct bucket *set = table->sets[yq_address_hash(address) % SETS], *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (yq_address_equal(&set[i].address, address))
			return &set[i];
		if (set[i].full_ns < oldest->full_ns)
			oldest = &set[i];
	}
	*oldest = (struct bucket){ .address = *address };
	return oldest;
}

unsigned
yq_rate_table_take(struct yq_rate_table *table, const struct yq_address *address, int64_t now_ns)
{
	struct yq_address key = *address;
	struct bucket *bucket;
	int64_t full_ns, wait_ns;

	if (key.family == YQ_FAMILY_IPV6)
		memset(key.bytes + PREFIX, 0, sizeof(key.bytes) - PREFIX);
	bucket = find(table, &key);
	full_ns = (bucket->full_ns > now_ns ? bucket->full_ns : now_ns) + table->token_ns;
	wait_ns = full_ns - now_ns - table->burst_ns;
	if (wait_ns <= 0) {
		bucket->full_ns = full_ns;
		return 0;
	}
	return (unsigned)((wait_ns + NS - 1) / NS);
}
