/* json_string.c - reading a string in JSON: its escapes, and no bare control character. */
#include "base/json_reader.h"

static bool
read_hex4(struct yq_json_reader *r, unsigned *value)
{
	if (r->end - r->at < 4)
		return yq_json_refuse(r, r->at, "expected four hexadecimal digits after \\u");
	*value = 0;
	for (int i = 0; i < 4; i++) {
		char c = *r->at;
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
				 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
							: 16;

		if (digit == 16)
			return yq_json_refuse(
			    r, r->at, "expected four hexadecimal digits after \\u");
		*value = *value << 4 | digit;
		r->at++;
	}
	return true;
}

static void
add_utf8(struct yq_buf *buf, unsigned code)
{
	char bytes[4];
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length - 1; i > 0; i--) {
		bytes[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	bytes[0] = (char)(first[length] | code);
	yq_buf_add(buf, bytes, length);
}

/* After "\u". */
static bool
read_unicode_escape(struct yq_json_reader *r)
{
	const char *escape = r->at - 2;
	unsigned code = 0, low = 0;

	if (!read_hex4(r, &code))
		return false;
	if (code >= 0xdc00 && code <= 0xdfff)
		return yq_json_refuse(r, escape, "half of a surrogate pair");
	if (code >= 0xd800 && code <= 0xdbff) {
		if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u')
			return yq_json_refuse(r, escape, "half of a surrogate pair");
		r->at += 2;
		if (!read_hex4(r, &low))
			return false;
		if (low < 0xdc00 || low > 0xdfff)
			return yq_json_refuse(r, escape, "half of a surrogate pair");
		code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
	}
	add_utf8(&r->scratch, code);
	return true;
}

/* At a backslash. */
static bool
read_escape(struct yq_json_reader *r)
{
	static const char plain[256] = {
		['"'] = '"',
		['\\'] = '\\',
		['/'] = '/',
		['b'] = '\b',
		['f'] = '\f',
		['n'] = '\n',
		['r'] = '\r',
		['t'] = '\t',
	};
	const char *escape = r->at++;
	char c;

	if (r->at == r->end)
		return yq_json_refuse(r, r->end, "a string is not closed");
	c = *r->at++;
	if (c == 'u')
		return read_unicode_escape(r);
	if (plain[(unsigned char)c] == '\0')
		return yq_json_refuse(r, escape, "unknown escape in a string");
	yq_buf_add_char(&r->scratch, plain[(unsigned char)c]);
	return true;
}

/* To the next byte that does not stand for itself in a string. */
static const char *
plain_end(const char *p, const char *end)
{
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

bool
yq_json_read_string(struct yq_json_reader *r, const char **bytes, size_t *length)
{
	const char *from = ++r->at;

	r->at = plain_end(from, r->end);
	if (r->at < r->end && *r->at == '"') {
		*bytes = from;
		*length = (size_t)(r->at++ - from);
		return true;
	}
	yq_buf_clear(&r->scratch);
	for (;;) {
		yq_buf_add(&r->scratch, from, (size_t)(r->at - from));
		if (r->at >= r->end)
			return yq_json_refuse(r, r->end, "a string is not closed");
		if (*r->at == '"')
			break;
		if (*r->at != '\\')
			return yq_json_refuse(r, r->at, "a control character in a string");
		if (!read_escape(r))
			return false;
		from = r->at;
		r->at = plain_end(from, r->end);
	}
	r->at++;
	*bytes = yq_buf_text(&r->scratch);
	*length = r->scratch.length;
	return true;
}
