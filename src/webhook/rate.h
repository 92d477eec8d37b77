/* rate.h - how often one address may come: a token bucket each, in a table that cannot grow. */
#ifndef YQ_WEBHOOK_RATE_H
#define YQ_WEBHOOK_RATE_H

#include "net/address.h"

struct yq_rate_table; /* opaque; the address not seen for longest gives way */

struct yq_rate_table *yq_rate_table_make(int64_t per_second, int64_t burst);
void yq_rate_table_free(struct yq_rate_table *table);
/* Take one token.  0, or the whole seconds until there is one.  IPv6 counts by /64: one customer
 * has at least that many addresses. */
unsigned yq_rate_table_take(
    struct yq_rate_table *table, const struct yq_address *address, int64_t now_ns);

#endif
