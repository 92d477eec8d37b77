/*
 * record_plain.c - structs from JSON in one pass, for messages as we write them ourselves: an
 * object of known names with plain values.
 *
 * No tree is built and no memory is asked for.  Whatever is not as plain as that, right or wrong,
 * is left to the tree, which has an answer or a sentence for everything.
 */
#include <string.h>

#include "base/record_parts.h"
#include "base/str.h"

#define FIELDS_MAX 64 /* bits of `seen` */

struct scan {
	const char *at, *end;
};

struct value {
	enum yq_json_type type;
	const char *text;
	size_t length;
};

static void
skip_space(struct scan *s)
{
	while (
	    s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
		s->at++;
}

static bool
take(struct scan *s, char c)
{
	skip_space(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* A string that stands for itself: no escape, no control character. */
static bool
read_string(struct scan *s, struct value *value)
{
	const char *from;

	if (!take(s, '"'))
		return false;
	for (from = s->at; s->at < s->end; s->at++) {
		unsigned char c = (unsigned char)*s->at;

		if (c == '"') {
			*value = (struct value){ YQ_JSON_STRING, from, (size_t)(s->at - from) };
			s->at++;
			return true;
		}
		if (c < 0x20 || c == '\\')
			return false;
	}
	return false;
}

static size_t
skip_digits(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return (size_t)(s->at - from);
}

/* No exponent: we write none. */
static bool
read_number(struct scan *s, struct value *value)
{
	const char *from = s->at, *digits;
	size_t count;

	s->at += *s->at == '-';
	digits = s->at;
	count = skip_digits(s);
	if (count == 0 || (count > 1 && *digits == '0'))
		return false;
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (skip_digits(s) == 0)
			return false;
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E'))
		return false;
	*value = (struct value){ YQ_JSON_NUMBER, from, (size_t)(s->at - from) };
	return true;
}

static bool
read_word(struct scan *s, struct value *value)
{
	static const struct {
		const char *word;
		size_t length;
		enum yq_json_type type;
	} words[] = { { "true", 4, YQ_JSON_BOOL }, { "false", 5, YQ_JSON_BOOL },
		{ "null", 4, YQ_JSON_NULL } };

	for (size_t i = 0; i < YQ_COUNT(words); i++) {
		if ((size_t)(s->end - s->at) < words[i].length ||
		    memcmp(s->at, words[i].word, words[i].length) != 0)
			continue;
		*value = (struct value){ words[i].type, s->at, words[i].length };
		s->at += words[i].length;
		return true;
	}
	return false;
}

static bool
read_value(struct scan *s, struct value *value)
{
	skip_space(s);
	if (s->at == s->end)
		return false;
	if (*s->at == '"')
		return read_string(s, value);
	if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
		return read_number(s, value);
	return read_word(s, value);
}

/* Index of the field, or `count`.  Mostly it is the one after the last. */
static size_t
find_field(const struct yq_record_table *table, const struct value *name, size_t next)
{
	for (size_t i = 0; i < table->count; i++) {
		size_t at = next + i < table->count ? next + i : next + i - table->count;
		const char *known = table->fields[at].name;

		if (strncmp(known, name->text, name->length) == 0 && known[name->length] == '\0')
			return at;
	}
	return table->count;
}

static bool
set_member(const struct yq_field *field, const struct value *value, void *record)
{
	if (value->type == YQ_JSON_NULL)
		return field->presence == YQ_OPTIONAL;
	return yq_record_takes(field, value->type) &&
	       yq_record_set(field, value->text, value->length, record) == YQ_OK;
}

static bool
has_required(const struct yq_record_table *table, uint64_t seen)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->fields[i].presence == YQ_REQUIRED && (seen & UINT64_C(1) << i) == 0)
			return false;
	return true;
}

static bool read_object(struct scan *s, const struct yq_record_table *table, void *record);

/* One member; a name that is not known, or comes again, is not plain. */
static bool
read_member(
    struct scan *s, const struct yq_record_table *table, uint64_t *seen, size_t *next, void *record)
{
	struct value name, value;
	size_t at;

	if (!read_string(s, &name) || !take(s, ':'))
		return false;
	if (table->inner != NULL && strlen(table->inner_name) == name.length &&
	    memcmp(table->inner_name, name.text, name.length) == 0) {
		if ((*seen & UINT64_C(1) << table->count) != 0)
			return false;
		*seen |= UINT64_C(1) << table->count;
		return read_object(s, table->inner, record);
	}
	at = find_field(table, &name, *next);
	if (at == table->count || (*seen & UINT64_C(1) << at) != 0 || !read_value(s, &value))
		return false;
	*seen |= UINT64_C(1) << at;
	*next = at + 1;
	return set_member(&table->fields[at], &value, record);
}

static bool
read_object(struct scan *s, const struct yq_record_table *table, void *record)
{
	char *target = (char *)record + table->offset;
	uint64_t seen = 0;
	size_t next = 0;

	if (!take(s, '{'))
		return false;
	do {
		if (!read_member(s, table, &seen, &next, target))
			return false;
	} while (take(s, ','));
	return take(s, '}') && has_required(table, seen) &&
	       (table->inner == NULL || (seen & UINT64_C(1) << table->count) != 0);
}

bool
yq_record_read_plain(
    const char *bytes, size_t length, const struct yq_record_table *table, void *record)
{
	struct scan s = { bytes, bytes + length };

	if (table->count >= FIELDS_MAX || yq_str_utf8_prefix(bytes, length) != length ||
	    !read_object(&s, table, record))
		return false;
	skip_space(&s);
	return s.at == s.end;
}
