/*
 * address.h - IP addresses and CIDR ranges, as text and in comparisons.
 *
 * IPv4 addresses mapped into IPv6 (::ffff:1.2.3.4) are IPv4 here, so that a dual-stack listener
 * cannot be used to walk around a rule.
 */
#ifndef YQ_NET_ADDRESS_H
#define YQ_NET_ADDRESS_H

#include "base/common.h"
#include "base/err.h"

struct sockaddr;

enum yq_family { YQ_FAMILY_NONE, YQ_FAMILY_UNIX, YQ_FAMILY_IPV4, YQ_FAMILY_IPV6 };

struct yq_address {
	enum yq_family family;
	uint8_t bytes[16]; /* network order; 4 used for IPv4, none for a unix socket */
};

struct yq_network {
	struct yq_address base; /* bits beyond `prefix` are zero */
	unsigned prefix;	/* 0-32 or 0-128 */
};

#define YQ_ADDRESS_TEXT_SIZE 46

/* Never fails: an unknown family gives YQ_FAMILY_NONE. */
struct yq_address yq_address_of(const struct sockaddr *sockaddr);
/* "1.2.3.4", "2001:db8::1", "[2001:db8::1]"; no port, no zone.  YQ_E_INVALID otherwise. */
YQ_NODISCARD enum yq_rc yq_address_parse(
    const char *text, size_t length, struct yq_address *result);
/* "unix" for a unix socket, "unknown" for none. */
void yq_address_format(const struct yq_address *address, char text[YQ_ADDRESS_TEXT_SIZE]);
bool yq_address_equal(const struct yq_address *a, const struct yq_address *b);
bool yq_address_is_loopback(const struct yq_address *address); /* 127/8 and ::1; no unix socket */
uint64_t yq_address_hash(const struct yq_address *address);

/* An address ("1.2.3.4" = /32) or a range ("10.0.0.0/8", "2001:db8::/32").  YQ_E_INVALID also when
 * bits are set beyond the prefix: it is a typing error more often than a wish. */
YQ_NODISCARD enum yq_rc yq_network_parse(
    const char *text, size_t length, struct yq_network *result);
bool yq_network_contains(const struct yq_network *network, const struct yq_address *address);

#endif
