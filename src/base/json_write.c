/* json_write.c - writing JSON. */
#include "base/json.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

/* What stands after the backslash; 'u' = \u00XX; 0 = the byte stands for itself. */
static const char escapes[256] = {
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'b',
	't',
	'n',
	'u',
	'f',
	'r',
	'u',
	'u', /* 00-0f */
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u',
	'u', /* 10-1f */
	['"'] = '"',
	['\\'] = '\\',
	[0x7f] = 'u',
};

static void
add_escape(struct yq_buf *buf, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', escapes[c], '0', '0', hex[c >> 4], hex[c & 15] };

	yq_buf_add(buf, text, escapes[c] == 'u' ? 6 : 2);
}

static void
add_escaped(struct yq_buf *buf, const char *bytes, size_t length)
{
	size_t from = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (escapes[c] == 0)
			continue;
		yq_buf_add(buf, bytes + from, i - from);
		add_escape(buf, c);
		from = i + 1;
	}
	yq_buf_add(buf, bytes + from, length - from);
}

void
yq_json_quote(struct yq_buf *buf, const char *bytes, size_t length)
{
	yq_buf_add_char(buf, '"');
	while (length > 0) {
		size_t good = yq_str_utf8_prefix(bytes, length);

		add_escaped(buf, bytes, good);
		if (good < length) {
			yq_buf_add_text(buf, "\xef\xbf\xbd"); /* U+FFFD for each bad byte */
			good++;
		}
		bytes += good;
		length -= good;
	}
	yq_buf_add_char(buf, '"');
}

struct yq_json_writer
yq_json_writer_make(struct yq_buf *buf)
{
	return (struct yq_json_writer){ .buf = buf };
}

static void
before_value(struct yq_json_writer *w)
{
	if (w->comma)
		yq_buf_add_char(w->buf, ',');
	w->comma = true;
}

static void
begin(struct yq_json_writer *w, char bracket)
{
	before_value(w);
	yq_buf_add_char(w->buf, bracket);
	w->depth++;
	w->comma = false;
}

static void
end(struct yq_json_writer *w, char bracket)
{
	assert(w->depth > 0);
	yq_buf_add_char(w->buf, bracket);
	w->depth--;
	w->comma = true;
}

void
yq_json_begin_object(struct yq_json_writer *w)
{
	begin(w, '{');
}

void
yq_json_end_object(struct yq_json_writer *w)
{
	end(w, '}');
}

void
yq_json_begin_array(struct yq_json_writer *w)
{
	begin(w, '[');
}

void
yq_json_end_array(struct yq_json_writer *w)
{
	end(w, ']');
}

void
yq_json_name(struct yq_json_writer *w, const char *name)
{
	before_value(w);
	yq_json_quote(w->buf, name, strlen(name));
	yq_buf_add_char(w->buf, ':');
	w->comma = false;
}

void
yq_json_add_text(struct yq_json_writer *w, const char *text)
{
	yq_json_add_bytes(w, text, strlen(text));
}

void
yq_json_add_bytes(struct yq_json_writer *w, const char *bytes, size_t length)
{
	before_value(w);
	yq_json_quote(w->buf, bytes, length);
}

void
yq_json_add_decimal(struct yq_json_writer *w, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_json_add_raw(w, text, yq_decimal_format(value, text));
}

void
yq_json_add_int(struct yq_json_writer *w, int64_t value)
{
	before_value(w);
	yq_buf_add_int(w->buf, value);
}

void
yq_json_add_bool(struct yq_json_writer *w, bool value)
{
	before_value(w);
	yq_buf_add_text(w->buf, value ? "true" : "false");
}

void
yq_json_add_null(struct yq_json_writer *w)
{
	before_value(w);
	yq_buf_add_text(w->buf, "null");
}

void
yq_json_add_time(struct yq_json_writer *w, int64_t instant_us)
{
	char text[YQ_TIME_TEXT_SIZE];

	yq_time_format(instant_us, text);
	before_value(w);
	yq_buf_add_char(w->buf, '"');
	yq_buf_add(w->buf, text, sizeof(text) - 1);
	yq_buf_add_char(w->buf, '"');
}

void
yq_json_add_raw(struct yq_json_writer *w, const char *json_text, size_t length)
{
	before_value(w);
	yq_buf_add(w->buf, json_text, length);
}

static bool
add_member(void *cookie, const char *name, const yq_json *value)
{
	struct yq_json_writer *w = cookie;

	yq_json_name(w, name);
	yq_json_add_tree(w, value);
	return true;
}

void
yq_json_add_tree(struct yq_json_writer *w, const yq_json *json)
{
	size_t length;
	const char *text = yq_json_text(json, &length);

	switch (yq_json_type_of(json)) {
	case YQ_JSON_NULL:
		yq_json_add_null(w);
		break;
	case YQ_JSON_BOOL:
		yq_json_add_bool(w, yq_json_bool(json));
		break;
	case YQ_JSON_NUMBER:
		yq_json_add_raw(w, text, length);
		break;
	case YQ_JSON_STRING:
		yq_json_add_bytes(w, text, length);
		break;
	case YQ_JSON_ARRAY:
		yq_json_begin_array(w);
		for (size_t i = 0; i < yq_json_count(json); i++)
			yq_json_add_tree(w, yq_json_at(json, i));
		yq_json_end_array(w);
		break;
	case YQ_JSON_OBJECT:
		yq_json_begin_object(w);
		yq_json_each(json, add_member, w);
		yq_json_end_object(w);
		break;
	}
}

void
yq_json_put_text(struct yq_json_writer *w, const char *name, const char *text)
{
	yq_json_name(w, name);
	yq_json_add_text(w, text);
}

void
yq_json_put_decimal(struct yq_json_writer *w, const char *name, struct yq_decimal value)
{
	yq_json_name(w, name);
	yq_json_add_decimal(w, value);
}

void
yq_json_put_int(struct yq_json_writer *w, const char *name, int64_t value)
{
	yq_json_name(w, name);
	yq_json_add_int(w, value);
}

void
yq_json_put_bool(struct yq_json_writer *w, const char *name, bool value)
{
	yq_json_name(w, name);
	yq_json_add_bool(w, value);
}

void
yq_json_put_time(struct yq_json_writer *w, const char *name, int64_t instant_us)
{
	yq_json_name(w, name);
	yq_json_add_time(w, instant_us);
}

void
yq_json_put_raw(struct yq_json_writer *w, const char *name, const char *json_text, size_t length)
{
	yq_json_name(w, name);
	yq_json_add_raw(w, json_text, length);
}
