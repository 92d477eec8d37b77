/* id.c - UUIDs: random, ordered by time, and named. */
#include "base/id.h"

#include <sodium.h>
#include <string.h>
#include <uuid/uuid.h>

/* yQuant's own namespace, 9b0d4c1e-6f3a-5e27-8d41-7a52c3e8f610.  Chosen once: every id that is
 * derived from a name depends on it, so it must never change. */
static const unsigned char namespace[16] = { 0x9b, 0x0d, 0x4c, 0x1e, 0x6f, 0x3a, 0x5e, 0x27, 0x8d,
	0x41, 0x7a, 0x52, 0xc3, 0xe8, 0xf6, 0x10 };

static struct yq_id
id_of(const unsigned char bytes[16])
{
	static const char hex[] = "0123456789abcdef";
	struct yq_id id = { 0 };
	char *out = id.text;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hex[bytes[i] >> 4];
		*out++ = hex[bytes[i] & 15];
	}
	*out = '\0';
	return id;
}

static void
set_version(unsigned char bytes[16], unsigned version)
{
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | version << 4);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
}

struct yq_id
yq_id_random(void)
{
	unsigned char bytes[16];

	randombytes_buf(bytes, sizeof(bytes));
	set_version(bytes, 4);
	return id_of(bytes);
}

struct yq_id
yq_id_ordered(const struct yq_clock *clock)
{
	uint64_t us = (uint64_t)yq_clock_now_us(clock);
	uint64_t ms = us / 1000;
	unsigned fraction = (unsigned)(us % 1000 * 4096 / 1000); /* RFC 9562 §6.2, method 3 */
	unsigned char bytes[16];

	randombytes_buf(bytes, sizeof(bytes));
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)(ms >> (40 - 8 * i));
	bytes[6] = (unsigned char)(fraction >> 8);
	bytes[7] = (unsigned char)fraction;
	set_version(bytes, 7);
	return id_of(bytes);
}

struct yq_id
yq_id_named(const void *name, size_t length)
{
	unsigned char bytes[16];

	uuid_generate_sha1(bytes, namespace, name, length);
	return id_of(bytes);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum yq_rc
yq_id_parse(const char *text, size_t length, struct yq_id *result)
{
	unsigned char bytes[16] = { 0 };
	unsigned digits = 0;

	if (length == YQ_ID_LENGTH + 2 && text[0] == '{' && text[length - 1] == '}') {
		text++;
		length -= 2;
	}
	if (length != YQ_ID_LENGTH)
		return YQ_E_INVALID;
	for (size_t i = 0; i < YQ_ID_LENGTH; i++) {
		int value = hex_value(text[i]);

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i] != '-')
				return YQ_E_INVALID;
			continue;
		}
		if (value < 0)
			return YQ_E_INVALID;
		bytes[digits / 2] = (unsigned char)(bytes[digits / 2] << 4 | value);
		digits++;
	}
	*result = id_of(bytes);
	return YQ_OK;
}

bool
yq_id_equal(const struct yq_id *a, const struct yq_id *b)
{
	return strcmp(a->text, b->text) == 0;
}

bool
yq_id_is_none(const struct yq_id *id)
{
	return id->text[0] == '\0';
}

#define VERSION_AT 14 /* of the text */

bool
yq_id_is_named(const struct yq_id *id)
{
	return id->text[0] != '\0' && id->text[VERSION_AT] == '5';
}
