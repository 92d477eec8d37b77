/* sha1.c - SHA-1 (FIPS 180-4).  Every signal and order is named by one: hence the unrolled rounds.
 */
#include "base/sha1.h"

#include <string.h>

#define BLOCK 64

static uint32_t
turn(uint32_t word, int bits)
{
	return word << bits | word >> (32 - bits);
}

static uint32_t
word_at(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The message schedule, sixteen words at a time. */
#define NEXT(i)      \
	(w[(i)&15] = \
		turn(w[((i) + 13) & 15] ^ w[((i) + 8) & 15] ^ w[((i) + 2) & 15] ^ w[(i)&15], 1))
#define CHOOSE(x, y, z)	  ((z) ^ ((x) & ((y) ^ (z))))
#define PARITY(x, y, z)	  ((x) ^ (y) ^ (z))
#define MAJORITY(x, y, z) (((x) & (y)) | ((z) & ((x) | (y))))
#define STEP(a, b, c, d, e, f, k, word)                        \
	do {                                                   \
		(e) += turn(a, 5) + f(b, c, d) + (k) + (word); \
		(b) = turn(b, 30);                             \
	} while (0)
/* Five steps bring the variables back to their places. */
#define FIVE(f, k, word, i)                               \
	do {                                              \
		STEP(a, b, c, d, e, f, k, word(i));       \
		STEP(e, a, b, c, d, f, k, word((i) + 1)); \
		STEP(d, e, a, b, c, f, k, word((i) + 2)); \
		STEP(c, d, e, a, b, f, k, word((i) + 3)); \
		STEP(b, c, d, e, a, f, k, word((i) + 4)); \
	} while (0)
#define GIVEN(i) (w[i])

static void
take_block(uint32_t state[5], const unsigned char *block)
{
	uint32_t w[16], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

	for (int i = 0; i < 16; i++)
		w[i] = word_at(block + 4 * i);
	FIVE(CHOOSE, 0x5a827999U, GIVEN, 0);
	FIVE(CHOOSE, 0x5a827999U, GIVEN, 5);
	FIVE(CHOOSE, 0x5a827999U, GIVEN, 10);
	STEP(a, b, c, d, e, CHOOSE, 0x5a827999U, w[15]);
	STEP(e, a, b, c, d, CHOOSE, 0x5a827999U, NEXT(16));
	STEP(d, e, a, b, c, CHOOSE, 0x5a827999U, NEXT(17));
	STEP(c, d, e, a, b, CHOOSE, 0x5a827999U, NEXT(18));
	STEP(b, c, d, e, a, CHOOSE, 0x5a827999U, NEXT(19));
	for (int i = 20; i < 40; i += 5)
		FIVE(PARITY, 0x6ed9eba1U, NEXT, i);
	for (int i = 40; i < 60; i += 5)
		FIVE(MAJORITY, 0x8f1bbcdcU, NEXT, i);
	for (int i = 60; i < 80; i += 5)
		FIVE(PARITY, 0xca62c1d6U, NEXT, i);
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

struct hashing {
	uint32_t state[5];
	unsigned char block[BLOCK];
	size_t used;
	uint64_t total;
};

static void
add(struct hashing *h, const unsigned char *bytes, size_t length)
{
	h->total += length;
	while (length > 0) {
		size_t part = BLOCK - h->used < length ? BLOCK - h->used : length;

		memcpy(h->block + h->used, bytes, part);
		h->used += part;
		bytes += part;
		length -= part;
		if (h->used == BLOCK) {
			take_block(h->state, h->block);
			h->used = 0;
		}
	}
}

/* A one bit, zeros, and the length in bits. */
static void
finish(struct hashing *h)
{
	uint64_t bits = h->total * 8;

	h->block[h->used++] = 0x80;
	if (h->used > BLOCK - 8) {
		memset(h->block + h->used, 0, BLOCK - h->used);
		take_block(h->state, h->block);
		h->used = 0;
	}
	memset(h->block + h->used, 0, BLOCK - 8 - h->used);
	for (int i = 0; i < 8; i++)
		h->block[BLOCK - 1 - i] = (unsigned char)(bits >> (8 * i));
	take_block(h->state, h->block);
}

void
yq_sha1(const void *prefix, size_t prefix_length, const void *bytes, size_t length,
    unsigned char digest[YQ_SHA1_SIZE])
{
	struct hashing h = { .state = { 0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U,
				 0xc3d2e1f0U } };

	add(&h, prefix, prefix_length);
	add(&h, bytes, length);
	finish(&h);
	for (size_t i = 0; i < YQ_SHA1_SIZE; i++)
		digest[i] = (unsigned char)(h.state[i / 4] >> (24 - 8 * (i % 4)));
}
