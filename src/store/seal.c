/* seal.c - a secret as a text that may lie in a database. */
#include "store/seal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define VARIANT	    sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define VERSION	    1
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HEAD_BYTES  (1 + NONCE_BYTES)
#define BYTES_MAX   (HEAD_BYTES + YQ_SEAL_MAX + TAG_BYTES)

_Static_assert(
    YQ_SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a key is 32 bytes");

/* What is wrong with it is not said: it is a secret. */
static enum yq_rc
read_key(const struct yq_secret *key, unsigned char bytes[YQ_SEAL_KEY_BYTES], struct yq_err *err)
{
	size_t length = 0;

	if (key != NULL &&
	    sodium_base642bin(bytes, YQ_SEAL_KEY_BYTES, yq_secret_reveal(key),
		yq_secret_length(key), NULL, &length, NULL, VARIANT) == 0 &&
	    length == YQ_SEAL_KEY_BYTES)
		return YQ_OK;
	yq_wipe(bytes, YQ_SEAL_KEY_BYTES);
	return yq_err_set(err, YQ_E_INVALID,
	    "the key that tokens are sealed with is %s: expected %d random bytes as URL-safe "
	    "base64 without padding",
	    key == NULL ? "missing" : "none", YQ_SEAL_KEY_BYTES);
}

enum yq_rc
yq_seal_key_check(const struct yq_secret *key, struct yq_err *err)
{
	unsigned char bytes[YQ_SEAL_KEY_BYTES];
	enum yq_rc rc = read_key(key, bytes, err);

	yq_wipe(bytes, sizeof(bytes));
	return rc;
}

static void
add_base64(struct yq_buf *text, const unsigned char *bytes, size_t length)
{
	size_t size = sodium_base64_encoded_len(length, VARIANT);
	YQ_CLEANUP(yq_freep) char *encoded = yq_xcalloc(1, size);

	(void)sodium_bin2base64(encoded, size, bytes, length, VARIANT);
	yq_buf_add(text, encoded, size - 1);
}

enum yq_rc
yq_seal(const struct yq_secret *key, const char *place, const struct yq_secret *secret,
    struct yq_buf *text, struct yq_err *err)
{
	unsigned char key_bytes[YQ_SEAL_KEY_BYTES], bytes[BYTES_MAX] = { VERSION };
	size_t length = yq_secret_length(secret);
	unsigned long long boxed = 0;
	enum yq_rc rc;

	if (length > YQ_SEAL_MAX)
		return yq_err_set(err, YQ_E_RANGE,
		    "a secret of %zu bytes is too long to be sealed: at most %d", length,
		    YQ_SEAL_MAX);
	rc = read_key(key, key_bytes, err);
	if (rc != YQ_OK)
		return rc;
	randombytes_buf(bytes + 1, NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + HEAD_BYTES, &boxed,
	    (const unsigned char *)yq_secret_reveal(secret), length, (const unsigned char *)place,
	    strlen(place), NULL, bytes + 1, key_bytes);
	add_base64(text, bytes, HEAD_BYTES + (size_t)boxed);
	yq_wipe(key_bytes, sizeof(key_bytes));
	return YQ_OK;
}

/* Base64 to bytes, of a version that is ours. */
static bool
decode(const char *text, size_t length, unsigned char bytes[BYTES_MAX], size_t *count)
{
	return sodium_base642bin(bytes, BYTES_MAX, text, length, NULL, count, NULL, VARIANT) == 0 &&
	       *count >= HEAD_BYTES + TAG_BYTES && bytes[0] == VERSION;
}

enum yq_rc
yq_unseal(const struct yq_secret *key, const char *place, const char *text, size_t length,
    struct yq_secret **ret_secret, struct yq_err *err)
{
	unsigned char key_bytes[YQ_SEAL_KEY_BYTES], bytes[BYTES_MAX], plain[YQ_SEAL_MAX];
	unsigned long long opened = 0;
	size_t count = 0;
	enum yq_rc rc = read_key(key, key_bytes, err);
	bool ok;

	*ret_secret = NULL;
	if (rc != YQ_OK)
		return rc;
	ok = decode(text, length, bytes, &count) &&
	     crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &opened, NULL, bytes + HEAD_BYTES,
		 count - HEAD_BYTES, (const unsigned char *)place, strlen(place), bytes + 1,
		 key_bytes) == 0;
	yq_wipe(key_bytes, sizeof(key_bytes));
	if (!ok)
		return yq_err_set(err, YQ_E_CORRUPT,
		    "what was sealed does not open: it was sealed with another key, or has been "
		    "changed");
	*ret_secret = yq_secret_make((const char *)plain, (size_t)opened);
	yq_wipe(plain, sizeof(plain));
	return YQ_OK;
}
