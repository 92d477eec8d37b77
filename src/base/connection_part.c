/* connection_part.c - what the readers of both kinds of connection string share. */
#include "base/connection_part.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

#define OPTIONS_MAX 64

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct yq_part
yq_part_trim(const char *at, const char *end)
{
	while (at < end && is_space(*at))
		at++;
	while (end > at && is_space(end[-1]))
		end--;
	return (struct yq_part){ at, (size_t)(end - at) };
}

bool
yq_part_next(const char **rest, char separator, struct yq_part *part)
{
	const char *end;

	if (*rest == NULL)
		return false;
	end = strchr(*rest, separator);
	*part = yq_part_trim(*rest, end == NULL ? *rest + strlen(*rest) : end);
	*rest = end == NULL ? NULL : end + 1;
	return true;
}

bool
yq_part_split(struct yq_part whole, struct yq_part *name, struct yq_part *value)
{
	const char *equals = memchr(whole.at, '=', whole.length);

	if (equals == NULL)
		return false;
	*name = yq_part_trim(whole.at, equals);
	*value = yq_part_trim(equals + 1, whole.at + whole.length);
	return true;
}

static enum yq_rc
refuse_unknown(const struct yq_option *options, size_t count, size_t position, const char *name,
    struct yq_err *err)
{
	const char *names[OPTIONS_MAX], *nearest;

	assert(count <= OPTIONS_MAX);
	for (size_t i = 0; i < count; i++)
		names[i] = options[i].name;
	nearest = yq_str_nearest(name, names, count);
	if (nearest == NULL)
		return yq_err_set(err, YQ_E_INVALID, "part %zu: unknown option", position);
	return yq_err_set(
	    err, YQ_E_INVALID, "part %zu: unknown option, did you mean %s?", position, nearest);
}

enum yq_rc
yq_option_take(const struct yq_option *options, size_t count, size_t position, struct yq_part name,
    struct yq_part value, void *target, const char **ignored, struct yq_err *err)
{
	char text[64];

	*ignored = NULL;
	if (!yq_part_text(name, text, sizeof(text)))
		return yq_err_set(err, YQ_E_INVALID, "part %zu: unknown option", position);
	for (size_t i = 0; i < count; i++) {
		const struct yq_option *option = &options[i];

		if (!yq_str_equal_nocase(option->name, text))
			continue;
		if (option->take == NULL)
			*ignored = option->name;
		else if (!option->take(target, value))
			return yq_err_set(
			    err, YQ_E_INVALID, "%s: expected %s", option->name, option->expected);
		return YQ_OK;
	}
	return refuse_unknown(options, count, position, text, err);
}

bool
yq_part_int(struct yq_part value, int64_t min, int64_t max, int64_t *number)
{
	char text[24];

	return yq_part_text(value, text, sizeof(text)) && yq_str_to_int64(text, min, max, number);
}

bool
yq_part_port(struct yq_part value, uint16_t *port)
{
	int64_t number;

	if (!yq_part_int(value, 1, UINT16_MAX, &number))
		return false;
	*port = (uint16_t)number;
	return true;
}

bool
yq_part_text(struct yq_part value, char *target, size_t size)
{
	return yq_str_copy_bytes(target, size, value.at, value.length);
}

bool
yq_part_secret(struct yq_part value, struct yq_secret **secret)
{
	yq_secret_free(*secret);
	*secret = value.length == 0 ? NULL : yq_secret_make(value.at, value.length);
	return true;
}
