/*
 * json_parse.c - a strict reader (RFC 8259) that builds json-c's tree.
 *
 * json-c's own tokener is not used: it takes NaN and Infinity for numbers, clamps integers beyond
 * 64 bits, lets the later of two equal names win, and cuts a name at a NUL.  Here a number is
 * checked against the grammar and kept as it was written.
 */
#include <json-c/json.h>
#include <string.h>

#include "base/json.h"
#include "base/json_reader.h"
#include "base/mem.h"
#include "base/str.h"

static bool read_value(struct yq_json_reader *r, yq_json **value);

/* json-c answers NULL when memory runs out, and NULL would read as JSON's null. */
static yq_json *
made(yq_json *json)
{
	if (json == NULL)
		YQ_PANIC("out of memory");
	return json;
}

static void
put(int failed)
{
	if (failed != 0)
		YQ_PANIC("out of memory");
}

bool
yq_json_refuse(struct yq_json_reader *r, const char *at, const char *reason)
{
	size_t line = 1, column = 1;

	for (const char *p = r->start; p < at; p++) {
		column++;
		if (*p == '\n') {
			line++;
			column = 1;
		}
	}
	yq_err_set(r->err, YQ_E_INVALID, "JSON, line %zu column %zu: %s", line, column, reason);
	return false;
}

/* Past "//..." or a block comment; false when there is no comment here or it is not closed. */
static bool
skip_comment(struct yq_json_reader *r)
{
	const char *p = r->at;

	if ((r->options & YQ_JSON_COMMENTS) == 0 || r->end - p < 2 || p[0] != '/')
		return false;
	if (p[1] == '/') {
		p = memchr(p, '\n', (size_t)(r->end - p));
		r->at = p == NULL ? r->end : p;
		return true;
	}
	if (p[1] != '*')
		return false;
	p = memmem(p + 2, (size_t)(r->end - p - 2), "*/", 2);
	if (p == NULL)
		return false;
	r->at = p + 2;
	return true;
}

/* To the next token; 0 at the end. */
static char
peek(struct yq_json_reader *r)
{
	for (; r->at < r->end; r->at++) {
		char c = *r->at;

		if (c == '/') {
			if (!skip_comment(r))
				return c;
			if (r->at == r->end)
				break;
			r->at--; /* the loop steps on */
			continue;
		}
		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return c == '\0' ? '\1' : c; /* a NUL is no end */
	}
	return '\0';
}

static bool
unexpected(struct yq_json_reader *r, const char *expected)
{
	char reason[96];

	if (r->at >= r->end) {
		(void)yq_str_format(reason, sizeof(reason), "expected %s, found the end", expected);
	} else {
		char c = *r->at;

		if (c > ' ' && c < 0x7f)
			(void)yq_str_format(
			    reason, sizeof(reason), "expected %s, found '%c'", expected, c);
		else
			(void)yq_str_format(reason, sizeof(reason),
			    "expected %s, found byte 0x%02x", expected, (unsigned char)c);
	}
	return yq_json_refuse(r, r->at, reason);
}

static const char *
digits_end(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* One past the number at `p`, or NULL if the grammar does not hold. */
static const char *
number_end(const char *p, const char *end)
{
	const char *digits;

	if (p < end && *p == '-')
		p++;
	digits = p;
	p = digits_end(p, end);
	if (p == digits || (*digits == '0' && p - digits > 1))
		return NULL;
	if (p < end && *p == '.') {
		digits = ++p;
		p = digits_end(p, end);
		if (p == digits)
			return NULL;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		digits = p;
		p = digits_end(p, end);
		if (p == digits)
			return NULL;
	}
	return p;
}

static bool
read_number(struct yq_json_reader *r, yq_json **value)
{
	const char *end = number_end(r->at, r->end);
	char text[64], *copy = text;
	size_t length;

	if (end == NULL)
		return yq_json_refuse(r, r->at, "expected a number");
	length = (size_t)(end - r->at);
	if (length >= sizeof(text))
		copy = yq_xcalloc(length + 1, 1);
	memcpy(copy, r->at, length);
	copy[length] = '\0';
	*value = made(json_object_new_double_s(0, copy));
	if (copy != text)
		yq_freep(&copy);
	r->at = end;
	return true;
}

static bool
read_word(struct yq_json_reader *r, yq_json **value)
{
	static const struct {
		const char *word;
		size_t length;
	} words[] = { { "true", 4 }, { "false", 5 }, { "null", 4 } };

	for (size_t i = 0; i < YQ_COUNT(words); i++) {
		if ((size_t)(r->end - r->at) < words[i].length ||
		    memcmp(r->at, words[i].word, words[i].length) != 0)
			continue;
		r->at += words[i].length;
		*value = i == 2 ? NULL : made(json_object_new_boolean(i == 0));
		return true;
	}
	return unexpected(r, "a value");
}

/* After a member or element: true with *more set if a comma says that another follows. */
static bool
read_separator(struct yq_json_reader *r, char close, bool *more)
{
	char c = peek(r);

	if (c != ',' && c != close)
		return unexpected(r, close == '}' ? "',' or '}'" : "',' or ']'");
	r->at++;
	*more = c == ',';
	if (*more && (r->options & YQ_JSON_TRAILING_COMMAS) != 0 && peek(r) == close) {
		r->at++;
		*more = false;
	}
	return true;
}

static bool
read_array(struct yq_json_reader *r, yq_json *array)
{
	bool more = true;

	r->at++;
	if (peek(r) == ']') {
		r->at++;
		return true;
	}
	while (more) {
		yq_json *value = NULL;

		if (!read_value(r, &value)) {
			yq_json_free(value);
			return false;
		}
		put(json_object_array_add(array, value));
		if (!read_separator(r, ']', &more))
			return false;
	}
	return true;
}

static bool
refuse_name(struct yq_json_reader *r, const char *at, const char *reason, const char *name)
{
	char text[96], shown[48];

	yq_str_copy_cut(shown, sizeof(shown), name);
	(void)yq_str_format(text, sizeof(text), "%s: \"%s\"", reason, shown);
	return yq_json_refuse(r, at, text);
}

/* A name that is new in `object`; stays in `name`, or in *longer (to be freed) if it is long. */
static bool
read_name(struct yq_json_reader *r, yq_json *object, char *name, size_t size, char **longer)
{
	const char *bytes, *at;
	size_t length;

	if (peek(r) != '"')
		return unexpected(r, "a name in quotes");
	at = r->at;
	if (!yq_json_read_string(r, &bytes, &length))
		return false;
	if (memchr(bytes, '\0', length) != NULL)
		return yq_json_refuse(r, at, "a NUL in a name");
	if (!yq_str_copy_bytes(name, size, bytes, length)) {
		*longer = yq_xstrndup(bytes, length);
		name = *longer;
	}
	if (json_object_object_get_ex(object, name, NULL))
		return refuse_name(r, at, "a name given twice", name);
	if (peek(r) != ':')
		return unexpected(r, "':'");
	r->at++;
	return true;
}

static bool
read_member(struct yq_json_reader *r, yq_json *object)
{
	char name[128];
	YQ_CLEANUP(yq_freep) char *longer = NULL;
	yq_json *value = NULL;

	if (!read_name(r, object, name, sizeof(name), &longer))
		return false;
	if (!read_value(r, &value)) {
		yq_json_free(value);
		return false;
	}
	put(json_object_object_add_ex(
	    object, longer != NULL ? longer : name, value, JSON_C_OBJECT_ADD_KEY_IS_NEW));
	return true;
}

static bool
read_object(struct yq_json_reader *r, yq_json *object)
{
	bool more = true;

	r->at++;
	if (peek(r) == '}') {
		r->at++;
		return true;
	}
	while (more) {
		if (!read_member(r, object) || !read_separator(r, '}', &more))
			return false;
	}
	return true;
}

static bool
read_container(struct yq_json_reader *r, bool is_object, yq_json **value)
{
	bool good;

	if (r->depth == YQ_JSON_DEPTH_MAX)
		return yq_json_refuse(r, r->at, "nested too deeply");
	r->depth++;
	*value = made(is_object ? json_object_new_object() : json_object_new_array());
	good = is_object ? read_object(r, *value) : read_array(r, *value);
	r->depth--;
	return good;
}

/* On false *value is NULL or to be freed by the caller. */
static bool
read_value(struct yq_json_reader *r, yq_json **value)
{
	const char *bytes;
	size_t length;
	char c = peek(r);

	if (c == '{' || c == '[')
		return read_container(r, c == '{', value);
	if (c == '"') {
		if (!yq_json_read_string(r, &bytes, &length))
			return false;
		*value = made(json_object_new_string_len(bytes, (int)length));
		return true;
	}
	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(r, value);
	return read_word(r, value);
}

enum yq_rc
yq_json_parse_options(
    const char *text, size_t length, unsigned options, yq_json **ret_json, struct yq_err *err)
{
	struct yq_json_reader r = {
		.start = text,
		.at = text,
		.end = text + length,
		.scratch = yq_buf_make(length),
		.options = options,
		.err = err,
	};
	yq_json *json = NULL;
	size_t valid = yq_str_utf8_prefix(text, length);
	bool good;

	*ret_json = NULL;
	if (length > INT32_MAX)
		return yq_err_set(err, YQ_E_LIMIT, "JSON: more than 2 GiB");
	if (valid < length)
		good = yq_json_refuse(&r, text + valid, "invalid UTF-8");
	else
		good = read_value(&r, &json);
	if (good && peek(&r) != '\0')
		good = unexpected(&r, "the end");
	yq_buf_free(&r.scratch);
	if (!good) {
		yq_json_free(json);
		return YQ_E_INVALID;
	}
	*ret_json = json;
	return YQ_OK;
}

enum yq_rc
yq_json_parse(const char *text, size_t length, yq_json **ret_json, struct yq_err *err)
{
	return yq_json_parse_options(text, length, 0, ret_json, err);
}
