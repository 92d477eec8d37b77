/*
 * ws_handshake.c - keys, their answers, and the head of the server's answer (RFC 6455, 4).
 *
 * SHA-1 (RFC 3174) proves here that the peer speaks the protocol, nothing else; it protects
 * nothing.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/ws_internal.h"

#define SHA1_BYTES 20
#define BLOCK	   64

static uint32_t
rotate(uint32_t value, unsigned bits)
{
	return (value << bits) | (value >> (32 - bits));
}

static void
sha1_block(uint32_t state[5], const uint8_t *block)
{
	static const uint32_t constants[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	uint32_t words[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

	for (unsigned i = 0; i < 16; i++)
		words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
			   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned i = 16; i < 80; i++)
		words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
	for (unsigned i = 0; i < 80; i++) {
		const uint32_t choices[4] = { (b & c) | (~b & d), b ^ c ^ d,
			(b & c) | (b & d) | (c & d), b ^ c ^ d };
		uint32_t next = rotate(a, 5) + choices[i / 20] + e + constants[i / 20] + words[i];

		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

/* Of less than two blocks, which is all that is needed here. */
static void
sha1_short(const char *text, size_t length, uint8_t digest[SHA1_BYTES])
{
	uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t padded[2 * BLOCK] = { 0 };

	memcpy(padded, text, length);
	padded[length] = 0x80;
	padded[sizeof(padded) - 2] = (uint8_t)(length * 8 >> 8);
	padded[sizeof(padded) - 1] = (uint8_t)(length * 8);
	sha1_block(state, padded);
	sha1_block(state, padded + BLOCK);
	for (unsigned i = 0; i < SHA1_BYTES; i++)
		digest[i] = (uint8_t)(state[i / 4] >> (24 - i % 4 * 8));
}

void
ws_key_make(char key[WS_KEY_SIZE])
{
	uint8_t bytes[16];

	randombytes_buf(bytes, sizeof(bytes));
	(void)sodium_bin2base64(
	    key, WS_KEY_SIZE, bytes, sizeof(bytes), sodium_base64_VARIANT_ORIGINAL);
}

bool
ws_key_is_valid(const char *key)
{
	uint8_t bytes[16];
	size_t length;

	return key != NULL && strlen(key) == WS_KEY_SIZE - 1 &&
	       sodium_base642bin(bytes, sizeof(bytes), key, WS_KEY_SIZE - 1, NULL, &length, NULL,
		   sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       length == sizeof(bytes);
}

void
ws_accept_of(const char *key, char accept[WS_ACCEPT_SIZE])
{
	static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char text[WS_KEY_SIZE + sizeof(magic)];
	uint8_t digest[SHA1_BYTES];

	(void)yq_str_format(text, sizeof(text), "%s%s", key, magic);
	sha1_short(text, strlen(text), digest);
	(void)sodium_bin2base64(
	    accept, WS_ACCEPT_SIZE, digest, sizeof(digest), sodium_base64_VARIANT_ORIGINAL);
}

bool
ws_list_has(const char *list, const char *token)
{
	size_t length = strlen(token);

	while (list != NULL && *list != '\0') {
		size_t item;

		list += strspn(list, " \t,");
		item = strcspn(list, ",");
		if (item >= length && yq_str_equal_nocase_bytes(list, token, length) &&
		    strspn(list + length, " \t") == item - length)
			return true;
		list += item;
	}
	return false;
}

/* Cut the next line off; NULL at the empty one. */
static char *
next_line(char **rest)
{
	char *line = *rest, *end = strstr(line, "\r\n");

	if (end == NULL || end == line)
		return NULL;
	*end = '\0';
	*rest = end + 2;
	return line;
}

static bool
status_of(const char *line, unsigned *ret_status)
{
	char digits[4] = "";
	int64_t status;

	if (strlen(line) < 12 || !yq_str_starts(line, "HTTP/1.1 ") ||
	    (line[12] != ' ' && line[12] != '\0') ||
	    !yq_str_copy_bytes(digits, sizeof(digits), line + 9, 3) ||
	    !yq_str_to_int64(digits, 100, 599, &status))
		return false;
	*ret_status = (unsigned)status;
	return true;
}

struct answer {
	bool upgrade, connection, accept;
	bool extended; /* it uses what we did not ask for */
};

static void
take_line(struct answer *answer, char *line, const char *expected)
{
	char *value = strchr(line, ':');

	if (value == NULL)
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	for (size_t end = strlen(value); end > 0 && strchr(" \t", value[end - 1]) != NULL; end--)
		value[end - 1] = '\0';
	answer->upgrade |= yq_str_equal_nocase(line, "Upgrade") && ws_list_has(value, "websocket");
	answer->connection |=
	    yq_str_equal_nocase(line, "Connection") && ws_list_has(value, "upgrade");
	answer->accept |=
	    yq_str_equal_nocase(line, "Sec-WebSocket-Accept") && yq_str_equal(value, expected);
	answer->extended |= yq_str_equal_nocase(line, "Sec-WebSocket-Extensions");
}

enum yq_rc
ws_answer_check(char *head, const char *key, unsigned *ret_status, const char **ret_fault)
{
	struct answer answer = { .upgrade = false };
	char expected[WS_ACCEPT_SIZE];
	char *line = next_line(&head);

	*ret_status = 0;
	*ret_fault = "the answer to the upgrade is no HTTP/1.1";
	if (line == NULL || !status_of(line, ret_status))
		return YQ_E_REFUSED;
	*ret_fault = "the server refused the upgrade";
	if (*ret_status != 101)
		return YQ_E_REFUSED;
	*ret_status = 0;
	*ret_fault = "the answer to the upgrade is not a WebSocket server's";
	ws_accept_of(key, expected);
	while ((line = next_line(&head)) != NULL)
		take_line(&answer, line, expected);
	return answer.upgrade && answer.connection && answer.accept && !answer.extended
		   ? YQ_OK
		   : YQ_E_REFUSED;
}
