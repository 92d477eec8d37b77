/* known.c - a table of fixed size: an id has a few places, the oldest of which it takes. */
#include "order_manager/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"

#define SETS	 4096 /* a power of two */
#define WAYS	 4
#define ID_BYTES 16

struct yq_known {
	unsigned char sets[SETS][WAYS][ID_BYTES]; /* newest first; all zero = empty */
};

struct yq_known *
yq_known_make(void)
{
	return yq_xcalloc(1, sizeof(struct yq_known));
}

void
yq_known_free(struct yq_known *known)
{
	free(known);
}

static unsigned char
nibble(char c)
{
	return (unsigned char)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* The digits of an id, which is valid. */
static void
pack(const struct yq_id *id, unsigned char bytes[ID_BYTES])
{
	const char *at = id->text;

	for (size_t i = 0; i < ID_BYTES; i++) {
		at += *at == '-';
		bytes[i] = (unsigned char)(nibble(at[0]) << 4 | nibble(at[1]));
		at += 2;
	}
}

static size_t
set_of(const unsigned char bytes[ID_BYTES])
{
	return yq_table_hash((const char *)bytes, ID_BYTES) & (SETS - 1);
}

void
yq_known_add(struct yq_known *known, const struct yq_id *id)
{
	unsigned char bytes[ID_BYTES];
	unsigned char(*set)[ID_BYTES];

	if (yq_known_has(known, id))
		return;
	pack(id, bytes);
	set = known->sets[set_of(bytes)];
	memmove(set[1], set[0], (size_t)(WAYS - 1) * ID_BYTES);
	memcpy(set[0], bytes, ID_BYTES);
}

bool
yq_known_has(const struct yq_known *known, const struct yq_id *id)
{
	unsigned char bytes[ID_BYTES];
	const unsigned char(*set)[ID_BYTES];

	pack(id, bytes);
	set = known->sets[set_of(bytes)];
	for (size_t i = 0; i < WAYS; i++)
		if (memcmp(set[i], bytes, ID_BYTES) == 0)
			return true;
	return false;
}

/* A quote within a text is escaped, so that the pattern is found only where a member begins.  An
 * inner object could have one of that name: our messages about orders hold none. */
bool
yq_known_id_in(const char *payload, size_t length, const char *name, struct yq_id *id)
{
	char pattern[32];
	const char *at;

	if (!yq_str_format(pattern, sizeof(pattern), "\"%s\":\"", name))
		return false;
	at = memmem(payload, length, pattern, strlen(pattern));
	if (at == NULL)
		return false;
	at += strlen(pattern);
	return (size_t)(payload + length - at) > YQ_ID_LENGTH && at[YQ_ID_LENGTH] == '"' &&
	       yq_id_parse(at, YQ_ID_LENGTH, id) == YQ_OK;
}
