/*
 * door.h - what is known of a request from the way it came: the client behind proxies, TLS, and
 * whether it was meant for us.
 */
#ifndef YQ_WEB_DOOR_H
#define YQ_WEB_DOOR_H

#include "base/config.h"
#include "net/http_server.h"
#include "net/networks.h"

#define YQ_HOSTS_MAX 64
#define YQ_BASE_SIZE 128

struct yq_door {
	struct yq_networks proxies; /* Web:TrustedProxies */
	char **hosts;		    /* Web:AllowedHosts; owned */
	size_t host_count;	    /* 0 = any */
	bool tls;		    /* we speak it */
};

/* Reads the settings; records each fault. */
void yq_door_read(
    struct yq_door *door, const struct yq_config *config, struct yq_config_report *report);
void yq_door_clear(struct yq_door *door);

/* The header Host names us. */
bool yq_door_knows_host(const struct yq_door *door, const struct yq_http_request *request);
/* The client's address as text; "unknown" where a proxy says something that is none. */
void yq_door_address(const struct yq_door *door, const struct yq_http_request *request,
    char text[YQ_ADDRESS_TEXT_SIZE]);
/* As far as the browser says whose page has sent it (Sec-Fetch-Site, else Origin): ours.  What is
 * no browser says nothing. */
bool yq_door_is_own_site(const struct yq_door *door, const struct yq_http_request *request);
/* It came by TLS: ours, or that of a trusted proxy which says so. */
bool yq_door_is_secure(const struct yq_door *door, const struct yq_http_request *request);

/* Dashboard:PathBase without a slash at its end; a fault, and "", when it is no path. */
void yq_door_base(
    const struct yq_config *config, struct yq_config_report *report, char base[YQ_BASE_SIZE]);

/* Whether a Host header ("Name:2000", "[::1]:2000") is of this name, ASCII case aside.  Pure. */
bool yq_host_is(const char *header, const char *name);

#endif
