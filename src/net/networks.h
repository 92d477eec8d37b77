/*
 * networks.h - addresses and ranges from the settings, and whose request it is behind proxies.
 *
 * X-Forwarded-For is believed only from a configured proxy; loopback is an address like any other.
 */
#ifndef YQ_NET_NETWORKS_H
#define YQ_NET_NETWORKS_H

#include "base/config.h"
#include "net/address.h"

#define YQ_NETWORKS_MAX 256

struct yq_networks {
	struct yq_network *items; /* owned */
	size_t count;
	bool unix_socket; /* "unix" is among them */
};

/* A list of "10.0.0.0/8", "192.0.2.1", "unix"; records each fault. */
void yq_networks_read(struct yq_networks *networks, const struct yq_config *config,
    const char *path, struct yq_config_report *report);
void yq_networks_clear(struct yq_networks *networks);
bool yq_networks_are_empty(const struct yq_networks *networks);
bool yq_networks_contain(const struct yq_networks *networks, const struct yq_address *address);

/*
 * Whose request it is.  `forwarded` is the X-Forwarded-For header (several lines joined by commas)
 * or NULL.  From one of `proxies`: the last address in it that is no such proxy; none when it is
 * malformed there.  From anybody else: the peer itself.
 */
struct yq_address yq_networks_client(
    const struct yq_networks *proxies, const struct yq_address *peer, const char *forwarded);

struct yq_http_request;
/* The same for a request: its peer, and all its lines of X-Forwarded-For. */
struct yq_address yq_networks_client_of(
    const struct yq_networks *proxies, const struct yq_http_request *request);

#endif
