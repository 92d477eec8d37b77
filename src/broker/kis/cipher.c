/* cipher.c - KIS's notices in clear: base64, AES-256-CBC, PKCS#7 (OpenSSL's libcrypto). */
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/library.h"
#include "base/mem.h"
#include "base/secret.h"
#include "broker/kis/notice.h"

#define BLOCK 16

/* Loaded when the first notice comes: most gateways have no account at KIS. */
#define CALLS(X)               \
	X(EVP_CIPHER_CTX_free) \
	X(EVP_CIPHER_CTX_new)  \
	X(EVP_DecodeBlock)     \
	X(EVP_DecryptFinal_ex) \
	X(EVP_DecryptInit_ex)  \
	X(EVP_DecryptUpdate)   \
	X(EVP_aes_256_cbc)
struct crypto {
	CALLS(YQ_LIBRARY_MEMBER)
};

#define ROW(name) YQ_LIBRARY_ROW(struct crypto, name)
static const struct yq_library_call calls[] = { CALLS(ROW) };

static struct crypto crypto;
static struct yq_library library = { .mutex = PTHREAD_MUTEX_INITIALIZER,
	.title = "OpenSSL's libcrypto",
	.names = { "libcrypto.so.3" },
	.package = "libssl3 (in Debian 13 libssl3t64)",
	.calls = calls,
	.call_count = YQ_COUNT(calls),
	.table = &crypto };

static bool
is_base64(const char *text, size_t length)
{
	size_t padding = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '=')
			padding++;
		else if (padding > 0 || !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
					    (c >= '0' && c <= '9') || c == '+' || c == '/'))
			return false;
	}
	return length % 4 == 0 && padding <= 2;
}

/* The bytes that `length` characters of base64 stand for; 0 = it is none. */
static size_t
decode(const char *text, size_t length, unsigned char *bytes)
{
	int written;

	if (length == 0 || !is_base64(text, length))
		return 0;
	written = crypto.EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length);
	if (written <= 0)
		return 0;
	written -= text[length - 1] == '=';
	written -= text[length - 2] == '=';
	return (size_t)written;
}

static bool
decipher(const struct yq_kis_cipher *cipher, const unsigned char *bytes, size_t length,
    unsigned char *plain, size_t *ret_length)
{
	EVP_CIPHER_CTX *context = crypto.EVP_CIPHER_CTX_new();
	int first = 0, last = 0;
	bool ok = context != NULL &&
		  crypto.EVP_DecryptInit_ex(context, crypto.EVP_aes_256_cbc(), NULL,
		      (const unsigned char *)cipher->key, (const unsigned char *)cipher->iv) == 1 &&
		  crypto.EVP_DecryptUpdate(context, plain, &first, bytes, (int)length) == 1 &&
		  crypto.EVP_DecryptFinal_ex(context, plain + first, &last) == 1;

	crypto.EVP_CIPHER_CTX_free(context);
	*ret_length = ok ? (size_t)first + (size_t)last : 0;
	return ok;
}

enum yq_rc
yq_kis_decrypt(const struct yq_kis_cipher *cipher, const char *base64, size_t length,
    struct yq_buf *plain, struct yq_err *err)
{
	unsigned char *bytes, *clear;
	size_t count, clear_length = 0;
	enum yq_rc rc = yq_library_load(&library, err);
	bool ok;

	if (rc != YQ_OK)
		return rc;
	if (strlen(cipher->key) != 32 || strlen(cipher->iv) != BLOCK)
		return yq_err_set(err, YQ_E_INVALID, "a notice of KIS before its key");
	if (length > YQ_KIS_PLAIN_MAX)
		return yq_err_set(err, YQ_E_INVALID, "a notice of KIS is too long");
	bytes = yq_xcalloc(1, length + BLOCK);
	clear = yq_xcalloc(1, length + 2 * (size_t)BLOCK);
	count = decode(base64, length, bytes);
	ok =
	    count > 0 && count % BLOCK == 0 && decipher(cipher, bytes, count, clear, &clear_length);
	if (ok)
		yq_buf_add(plain, clear, clear_length);
	yq_wipe(clear, length + 2 * (size_t)BLOCK);
	free(bytes);
	free(clear);
	if (!ok || !yq_buf_ok(plain))
		return yq_err_set(err, YQ_E_INVALID, "a notice of KIS cannot be deciphered");
	return YQ_OK;
}
