/* address.c - IP addresses and CIDR ranges. */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static struct yq_address
from_v4(const void *bytes)
{
	struct yq_address address = { .family = YQ_FAMILY_IPV4 };

	memcpy(address.bytes, bytes, 4);
	return address;
}

static struct yq_address
from_v6(const uint8_t bytes[16])
{
	struct yq_address address = { .family = YQ_FAMILY_IPV6 };

	if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0)
		return from_v4(bytes + sizeof(mapped_prefix));
	memcpy(address.bytes, bytes, 16);
	return address;
}

struct yq_address
yq_address_of(const struct sockaddr *sockaddr)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sockaddr == NULL)
		return (struct yq_address){ .family = YQ_FAMILY_NONE };
	switch (sockaddr->sa_family) {
	case AF_INET:
		memcpy(&v4, sockaddr, sizeof(v4));
		return from_v4(&v4.sin_addr);
	case AF_INET6:
		memcpy(&v6, sockaddr, sizeof(v6));
		return from_v6(v6.sin6_addr.s6_addr);
	case AF_UNIX:
		return (struct yq_address){ .family = YQ_FAMILY_UNIX };
	default:
		return (struct yq_address){ .family = YQ_FAMILY_NONE };
	}
}

enum yq_rc
yq_address_parse(const char *text, size_t length, struct yq_address *result)
{
	char copy[YQ_ADDRESS_TEXT_SIZE];
	uint8_t bytes[16];
	bool bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';

	if (bracketed) {
		text++;
		length -= 2;
	}
	if (!yq_str_copy_bytes(copy, sizeof(copy), text, length))
		return YQ_E_INVALID;
	if (!bracketed && inet_pton(AF_INET, copy, bytes) == 1)
		*result = from_v4(bytes);
	else if (inet_pton(AF_INET6, copy, bytes) == 1)
		*result = from_v6(bytes);
	else
		return YQ_E_INVALID;
	return YQ_OK;
}

void
yq_address_format(const struct yq_address *address, char text[YQ_ADDRESS_TEXT_SIZE])
{
	const char *word = "unknown";

	if (address->family == YQ_FAMILY_IPV4 || address->family == YQ_FAMILY_IPV6) {
		int family = address->family == YQ_FAMILY_IPV4 ? AF_INET : AF_INET6;

		if (inet_ntop(family, address->bytes, text, YQ_ADDRESS_TEXT_SIZE) != NULL)
			return;
	} else if (address->family == YQ_FAMILY_UNIX) {
		word = "unix";
	}
	yq_str_copy_cut(text, YQ_ADDRESS_TEXT_SIZE, word);
}

bool
yq_address_equal(const struct yq_address *a, const struct yq_address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
yq_address_is_loopback(const struct yq_address *address)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (address->family == YQ_FAMILY_IPV4)
		return address->bytes[0] == 127;
	return address->family == YQ_FAMILY_IPV6 && memcmp(address->bytes, one, sizeof(one)) == 0;
}

uint64_t
yq_address_hash(const struct yq_address *address)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)address->family;

	for (size_t i = 0; i < sizeof(address->bytes); i++)
		hash = (hash ^ address->bytes[i]) * UINT64_C(0x100000001b3);
	return hash ^ (hash >> 29);
}

static bool
bit_of(const struct yq_address *address, unsigned bit)
{
	return (address->bytes[bit / 8] >> (7 - bit % 8)) & 1;
}

enum yq_rc
yq_network_parse(const char *text, size_t length, struct yq_network *result)
{
	const char *slash = memchr(text, '/', length);
	size_t base_length = slash == NULL ? length : (size_t)(slash - text);
	struct yq_network network;
	unsigned bits;
	int64_t prefix;
	char digits[4];

	if (yq_address_parse(text, base_length, &network.base) != YQ_OK)
		return YQ_E_INVALID;
	bits = network.base.family == YQ_FAMILY_IPV4 ? 32 : 128;
	prefix = bits;
	if (slash != NULL &&
	    (!yq_str_copy_bytes(digits, sizeof(digits), slash + 1, length - base_length - 1) ||
		!yq_str_to_int64(digits, 0, bits, &prefix)))
		return YQ_E_INVALID;
	network.prefix = (unsigned)prefix;
	for (unsigned bit = network.prefix; bit < bits; bit++) {
		if (bit_of(&network.base, bit))
			return YQ_E_INVALID;
	}
	*result = network;
	return YQ_OK;
}

bool
yq_network_contains(const struct yq_network *network, const struct yq_address *address)
{
	unsigned whole = network->prefix / 8, rest = network->prefix % 8;
	unsigned mask = (0xffu << (8 - rest)) & 0xffu;

	if (network->base.family != address->family)
		return false;
	if (memcmp(network->base.bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 || (address->bytes[whole] & mask) == network->base.bytes[whole];
}
