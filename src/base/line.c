/* line.c - lines with a checksum. */
#include "base/line.h"

#include <string.h>

/* CRC-32 (ISO 3309), eight bytes of table a nibble pair: small and fast enough for lines. */
static uint32_t
crc32_of(const char *bytes, size_t length)
{
	static const uint32_t nibble[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)bytes[i];
		crc = (crc >> 4) ^ nibble[crc & 15];
		crc = (crc >> 4) ^ nibble[crc & 15];
	}
	return ~crc;
}

#define CRC_DIGITS 8

static void
crc_text(uint32_t crc, char text[CRC_DIGITS + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < CRC_DIGITS; i++)
		text[i] = digits[crc >> (28 - 4 * i) & 15];
	text[CRC_DIGITS] = '\0';
}

void
yq_line_write(struct yq_buf *out, const char *text, size_t length)
{
	char crc[CRC_DIGITS + 1];

	crc_text(crc32_of(text, length), crc);
	yq_buf_add(out, crc, CRC_DIGITS);
	yq_buf_add_char(out, ' ');
	yq_buf_add(out, text, length);
	yq_buf_add_char(out, '\n');
}

enum yq_rc
yq_line_check(
    const char *line, size_t length, const char **ret_text, size_t *ret_length, struct yq_err *err)
{
	char crc[CRC_DIGITS + 1];

	if (length < CRC_DIGITS + 3 || line[CRC_DIGITS] != ' ')
		return yq_err_set(err, YQ_E_CORRUPT, "a line without a checksum");
	crc_text(crc32_of(line + CRC_DIGITS + 1, length - CRC_DIGITS - 1), crc);
	if (memcmp(crc, line, CRC_DIGITS) != 0)
		return yq_err_set(err, YQ_E_CORRUPT, "a line with a wrong checksum");
	*ret_text = line + CRC_DIGITS + 1;
	*ret_length = length - CRC_DIGITS - 1;
	return YQ_OK;
}
