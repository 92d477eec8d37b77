/* sqltext.c - rewrites named parameters to the places Firebird knows. */
#include "store/sqltext.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static bool
is_name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '$';
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

int
yq_sqltext_find(const struct yq_sqltext *text, const char *name)
{
	for (size_t i = 0; i < text->name_count; i++) {
		if (yq_str_equal_nocase(text->names[i], name))
			return (int)i;
	}
	return -1;
}

/* Length of what must be copied untouched at `p`: a quoted text, a quoted name, a comment; else 0.
 */
static size_t
opaque_length(const char *p)
{
	const char *end = NULL;

	if (*p == '\'' || *p == '"') {
		end = strchr(p + 1, *p); /* a doubled quote reads as two texts side by side */
		return end != NULL ? (size_t)(end - p) + 1 : strlen(p);
	}
	if (p[0] == '-' && p[1] == '-') {
		end = strchr(p, '\n');
		return end != NULL ? (size_t)(end - p) : strlen(p);
	}
	if (p[0] == '/' && p[1] == '*') {
		end = strstr(p + 2, "*/");
		return end != NULL ? (size_t)(end - p) + 2 : strlen(p);
	}
	return 0;
}

static void
add_slot(struct yq_sqltext *text, const char *name, size_t length)
{
	char folded[YQ_SQL_NAME_SIZE] = { 0 };
	int index;

	assert(length > 0 && length < YQ_SQL_NAME_SIZE);
	assert(text->slot_count < YQ_SQL_SLOTS_MAX);
	for (size_t i = 0; i < length; i++)
		folded[i] = upper(name[i]);
	index = yq_sqltext_find(text, folded);
	if (index < 0) {
		assert(text->name_count < YQ_PARAMS_MAX);
		index = (int)text->name_count++;
		memcpy(text->names[index], folded, sizeof(folded));
	}
	text->slots[text->slot_count++] = (uint8_t)index;
}

void
yq_sqltext_parse(const char *sql, struct yq_sqltext *text)
{
	char *out = yq_xcalloc(strlen(sql) + 1, 1); /* never longer: a name becomes one character */
	const char *p = sql;

	memset(text, 0, sizeof(*text));
	text->sql = out;
	while (*p != '\0') {
		size_t length = opaque_length(p);

		if (length > 0) {
			memcpy(out, p, length);
			out += length;
			p += length;
		} else if (*p == ':' && is_name_char(p[1])) {
			for (length = 1; is_name_char(p[1 + length]);)
				length++;
			add_slot(text, p + 1, length);
			*out++ = '?';
			p += 1 + length;
		} else {
			*out++ = *p++;
		}
	}
}

void
yq_sqltext_free(struct yq_sqltext *text)
{
	free(text->sql);
	memset(text, 0, sizeof(*text));
}
