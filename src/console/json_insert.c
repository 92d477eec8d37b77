/*
 * json_insert.c - a member put into a JSON text.
 *
 * The text has been parsed, so the scanner below may take its form for granted: it only finds
 * where things stand.
 */
#include "console/json_insert.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"

#define OPTIONS (YQ_JSON_COMMENTS | YQ_JSON_TRAILING_COMMAS)

static const char *
skip_space(const char *at)
{
	for (;;) {
		at += strspn(at, " \t\r\n");
		if (at[0] == '/' && at[1] == '/')
			at += strcspn(at, "\n");
		else if (at[0] == '/' && at[1] == '*')
			at = strstr(at + 2, "*/") + 2;
		else
			return at;
	}
}

static const char *
skip_string(const char *at)
{
	for (at++; *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at + 1;
}

static const char *
skip_value(const char *at)
{
	size_t depth = 0;

	do {
		at = skip_space(at);
		if (*at == '"') {
			at = skip_string(at);
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		else if (*at == '}' || *at == ']')
			depth--;
		else if (*at != ',' && *at != ':')
			at += strcspn(at + 1, " \t\r\n/,:{}[]\"");
		at++;
	} while (depth > 0);
	return at;
}

/* The value of a member of the object whose inside begins at `at`; NULL = it has none. */
static const char *
member_of(const char *at, const char *name)
{
	for (;;) {
		const char *begin, *end;

		for (at = skip_space(at); *at == ','; at = skip_space(at + 1))
			;
		if (*at == '}')
			return NULL;
		begin = at + 1;
		end = skip_string(at) - 1;
		at = skip_space(skip_space(end + 1) + 1);
		if ((size_t)(end - begin) == strlen(name) &&
		    strncasecmp(begin, name, strlen(name)) == 0)
			return at;
		at = skip_value(at);
	}
}

static void
indent(struct yq_buf *out, size_t depth)
{
	yq_buf_add_char(out, '\n');
	for (size_t i = 0; i < depth; i++)
		yq_buf_add_text(out, "  ");
}

static void
add_member(const struct yq_json_insert *insert, size_t level, bool alone, struct yq_buf *out)
{
	for (size_t i = level; i < insert->depth; i++) {
		indent(out, i + 1);
		yq_json_quote(out, insert->path[i], strlen(insert->path[i]));
		yq_buf_add_text(out, ": {");
	}
	indent(out, insert->depth + 1);
	yq_json_quote(out, insert->name, strlen(insert->name));
	yq_buf_add_format(out, ": %s", insert->value);
	for (size_t i = insert->depth; i > level; i--) {
		indent(out, i);
		yq_buf_add_char(out, '}');
	}
	if (alone)
		indent(out, level);
	else
		yq_buf_add_char(out, ',');
}

enum yq_rc
yq_json_insert(const char *text, size_t length, const struct yq_json_insert *insert,
    struct yq_buf *out, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *parsed = NULL;
	const char *at, *inside, *value;
	size_t level = 0;
	enum yq_rc rc;

	if (text[strspn(text, " \t\r\n")] == '\0')
		return yq_json_insert("{}\n", 3, insert, out, err);
	rc = yq_json_parse_options(text, length, OPTIONS, &parsed, err);
	if (rc == YQ_OK && yq_json_type_of(parsed) != YQ_JSON_OBJECT)
		rc = yq_err_set(err, YQ_E_INVALID, "expected an object");
	yq_json_wipe(parsed); /* there may be secrets in it */
	if (rc != YQ_OK)
		return rc;
	inside = skip_space(text) + 1;
	for (; level < insert->depth; level++) {
		value = member_of(inside, insert->path[level]);
		if (value == NULL)
			break;
		if (*value != '{')
			return yq_err_set(
			    err, YQ_E_INVALID, "%s is no object", insert->path[level]);
		inside = value + 1;
	}
	if (level == insert->depth && member_of(inside, insert->name) != NULL)
		return yq_err_set(err, YQ_E_EXISTS, "%s is there already", insert->name);
	yq_buf_add(out, text, (size_t)(inside - text));
	at = skip_space(inside);
	add_member(insert, level, *at == '}', out);
	/* In an object that was empty the blanks are ours. */
	if (*at == '}' && strspn(inside, " \t\r\n") == (size_t)(at - inside))
		inside = at;
	yq_buf_add(out, inside, length - (size_t)(inside - text));
	return YQ_OK;
}
