/*
 * gate.h - who may send alerts: addresses, trusted proxies, rate, secrets.
 *
 * X-Forwarded-For is believed only from a configured proxy; loopback is an address like any other.
 */
#ifndef YQ_WEBHOOK_GATE_H
#define YQ_WEBHOOK_GATE_H

#include "base/config.h"
#include "net/address.h"

struct yq_gate; /* opaque */

/* Reads Webhook:AllowedIps, TrustedProxies, Secrets, AllowWithoutSecret, RateLimit*; records each
 * fault.  Never NULL. */
struct yq_gate *yq_gate_make(const struct yq_config *config, struct yq_config_report *report);
void yq_gate_free(struct yq_gate *gate);

/* Whose request it is, behind Webhook:TrustedProxies (net/networks.h). */
struct yq_http_request;
struct yq_address yq_gate_client_of(
    const struct yq_gate *gate, const struct yq_http_request *request);
struct yq_address yq_gate_client(
    const struct yq_gate *gate, const struct yq_address *peer, const char *forwarded);
bool yq_gate_allows(const struct yq_gate *gate, const struct yq_address *client);

/* Take one from the client's allowance.  0 = go on; else the seconds to wait (>= 1). */
unsigned yq_gate_rate(struct yq_gate *gate, const struct yq_address *client, int64_t now_ns);

/* Is this the strategy's secret (else that of "*")?  `secret` NULL = none given.  Takes the same
 * time whether or not the strategy is known, and wherever the bytes differ. */
bool yq_gate_authenticate(
    const struct yq_gate *gate, const char *strategy, const char *secret, size_t length);
bool yq_gate_has_secrets(const struct yq_gate *gate);

#endif
