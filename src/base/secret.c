/* secret.c - texts in locked memory, wiped on free and left out of core dumps. */
#include "base/secret.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/err.h"
#include "base/mem.h"

#define RANDOM_BYTES_MAX 64

struct yq_secret {
	char *bytes; /* from sodium_malloc, with a final NUL */
	size_t length;
};

/* A secret whose bytes the caller still has to write, and then to seal. */
static struct yq_secret *
make_unsealed(size_t length)
{
	struct yq_secret *secret = yq_xcalloc(1, sizeof(*secret));

	if (sodium_init() < 0)
		YQ_PANIC("libsodium does not start");
	secret->bytes = sodium_malloc(length + 1);
	if (secret->bytes == NULL)
		YQ_PANIC("no locked memory for a secret");
	secret->bytes[length] = '\0';
	secret->length = length;
	return secret;
}

static struct yq_secret *
seal(struct yq_secret *secret)
{
	(void)sodium_mprotect_readonly(secret->bytes);
	return secret;
}

struct yq_secret *
yq_secret_make(const char *bytes, size_t length)
{
	struct yq_secret *secret = make_unsealed(length);

	if (length > 0)
		memcpy(secret->bytes, bytes, length);
	return seal(secret);
}

struct yq_secret *
yq_secret_copy(const struct yq_secret *secret)
{
	return secret == NULL ? NULL : yq_secret_make(secret->bytes, secret->length);
}

void
yq_secret_free(struct yq_secret *secret)
{
	if (secret == NULL)
		return;
	sodium_free(secret->bytes); /* wipes */
	free(secret);
}

void
yq_secret_freep(struct yq_secret **secret)
{
	yq_secret_free(*secret);
}

const char *
yq_secret_reveal(const struct yq_secret *secret)
{
	return secret->bytes;
}

size_t
yq_secret_length(const struct yq_secret *secret)
{
	return secret->length;
}

bool
yq_secret_matches(const struct yq_secret *secret, const char *bytes, size_t length)
{
	unsigned char ours[crypto_generichash_BYTES], theirs[crypto_generichash_BYTES];
	bool same;

	/* Hashes of one length, so that neither the bytes nor their number show in the time. */
	(void)crypto_generichash(
	    ours, sizeof(ours), (const unsigned char *)secret->bytes, secret->length, NULL, 0);
	(void)crypto_generichash(
	    theirs, sizeof(theirs), (const unsigned char *)bytes, length, NULL, 0);
	same = sodium_memcmp(ours, theirs, sizeof(ours)) == 0;
	yq_wipe(ours, sizeof(ours));
	return same;
}

void
yq_wipe(void *bytes, size_t length)
{
	if (length > 0)
		sodium_memzero(bytes, length);
}

struct yq_secret *
yq_secret_random(size_t bytes)
{
	const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
	unsigned char random[RANDOM_BYTES_MAX];
	size_t length;
	struct yq_secret *secret;

	assert(bytes >= 16 && bytes <= sizeof(random));
	length = sodium_base64_encoded_len(bytes, variant) - 1;
	secret = make_unsealed(length);
	randombytes_buf(random, bytes);
	(void)sodium_bin2base64(secret->bytes, length + 1, random, bytes, variant);
	yq_wipe(random, sizeof(random));
	return seal(secret);
}

void
yq_secret_protect_process(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (sodium_init() < 0)
		YQ_PANIC("libsodium does not start");
}
