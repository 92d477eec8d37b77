/* query.h - questions on the channel `query`. */
#ifndef YQ_BROKER_GATEWAY_QUERY_H
#define YQ_BROKER_GATEWAY_QUERY_H

#include <stdbool.h>
#include <stddef.h>

struct gateway;
struct gw_query;

/* Answer those that wait for a sync that came, or waited long enough; `all` at the end. */
void gw_queries_run(struct gateway *gw, bool all);
void gw_query_heard(struct gateway *gw, const char *payload, size_t length);

#endif
