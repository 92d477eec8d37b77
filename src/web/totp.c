/* totp.c - codes of six digits. */
#include "web/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#define WINDOW	   1 /* steps to both sides: clocks differ, and people are slow */
#define CODES	   1000000
#define GROUP_BITS 5

struct yq_secret *
yq_totp_make(void)
{
	unsigned char bytes[YQ_TOTP_SECRET_BYTES];
	struct yq_secret *secret;

	randombytes_buf(bytes, sizeof(bytes));
	secret = yq_secret_make((const char *)bytes, sizeof(bytes));
	yq_wipe(bytes, sizeof(bytes));
	return secret;
}

void
yq_base32(const unsigned char *bytes, size_t length, struct yq_buf *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < length; i++) {
		held = (held << 8 | bytes[i]) & 0xfff;
		for (bits += 8; bits >= GROUP_BITS; bits -= GROUP_BITS)
			yq_buf_add_char(text, letters[held >> (bits - GROUP_BITS) & 31]);
	}
	if (bits > 0)
		yq_buf_add_char(text, letters[held << (GROUP_BITS - bits) & 31]);
}

void
yq_totp_uri(const struct yq_secret *secret, const char *user, struct yq_buf *uri)
{
	yq_buf_add_text(uri, "otpauth://totp/yQuant:");
	for (; *user != '\0'; user++) {
		if (*user == '@')
			yq_buf_add_text(uri, "%40");
		else
			yq_buf_add_char(uri, *user);
	}
	yq_buf_add_text(uri, "?secret=");
	yq_base32((const unsigned char *)yq_secret_reveal(secret), yq_secret_length(secret), uri);
	yq_buf_add_format(uri, "&issuer=yQuant&algorithm=SHA1&digits=%d&period=%d", YQ_TOTP_DIGITS,
	    YQ_TOTP_STEP_S);
}

/* RFC 4226, 5.3: four bytes of the digest, from where its last byte says. */
static uint32_t
number_of(const struct yq_secret *secret, int64_t step)
{
	unsigned char counter[8], digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	const unsigned char *at;

	for (size_t i = 0; i < sizeof(counter); i++)
		counter[i] = (unsigned char)((uint64_t)step >> (8 * (sizeof(counter) - 1 - i)));
	if (HMAC(EVP_sha1(), yq_secret_reveal(secret), (int)yq_secret_length(secret), counter,
		sizeof(counter), digest, &length) == NULL)
		YQ_PANIC("libcrypto has no SHA-1");
	at = digest + (digest[length - 1] & 15);
	return (uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

void
yq_totp_code(const struct yq_secret *secret, int64_t step, char code[YQ_TOTP_CODE_SIZE])
{
	(void)yq_str_format(
	    code, YQ_TOTP_CODE_SIZE, "%06u", (unsigned)(number_of(secret, step) % CODES));
}

/* The digits of what was typed; false if they are not six, or there is anything else. */
static bool
digits_of(const char *text, char code[YQ_TOTP_CODE_SIZE])
{
	size_t length = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ')
			continue;
		if (*text < '0' || *text > '9' || length == YQ_TOTP_DIGITS)
			return false;
		code[length++] = *text;
	}
	code[length] = '\0';
	return length == YQ_TOTP_DIGITS;
}

int64_t
yq_totp_step(const struct yq_secret *secret, const char *code, int64_t last_step, int64_t now_us)
{
	int64_t now = now_us / YQ_US_PER_SECOND / YQ_TOTP_STEP_S, found = 0;
	char given[YQ_TOTP_CODE_SIZE] = "", right[YQ_TOTP_CODE_SIZE];

	if (!digits_of(code, given))
		return 0;
	for (int64_t step = now - WINDOW; step <= now + WINDOW; step++) {
		yq_totp_code(secret, step, right);
		if (sodium_memcmp(given, right, YQ_TOTP_DIGITS) == 0 && step > last_step)
			found = step;
	}
	yq_wipe(right, sizeof(right));
	return found;
}
