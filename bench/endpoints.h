/*
 * endpoints.h - where a running system listens, from its run/endpoints.json.
 */
#ifndef YQ_BENCH_ENDPOINTS_H
#define YQ_BENCH_ENDPOINTS_H

#include "base/err.h"

struct bench_endpoints {
	char host[64]; /* IPv4 address of the webhook */
	uint16_t port;
	char secret[128];
	char socket[256]; /* Valkey's */
	char user[64], password[128];
};

YQ_NODISCARD enum yq_rc bench_endpoints_read(
    const char *path, struct bench_endpoints *endpoints, struct yq_err *err);

#endif
