/* given.c - the values of the fields, for handlers. */
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "web/answer.h"

static const struct yq_value *
value_of(const struct yq_api_call *call, const char *name)
{
	const struct yq_api_route *route = call->route;

	for (size_t i = 0; i < route->field_count; i++)
		if (yq_str_equal(route->fields[i].name, name))
			return &call->state->fields.values[i];
	YQ_PANIC("%s has no field %s", route->name, name);
}

bool
yq_api_given(const struct yq_api_call *call, const char *name)
{
	return value_of(call, name)->given;
}

const char *
yq_api_text(const struct yq_api_call *call, const char *name)
{
	return value_of(call, name)->text;
}

bool
yq_api_bool(const struct yq_api_call *call, const char *name, bool fallback)
{
	const struct yq_value *value = value_of(call, name);

	return value->given ? value->number != 0 : fallback;
}

int64_t
yq_api_int(const struct yq_api_call *call, const char *name, int64_t fallback)
{
	const struct yq_value *value = value_of(call, name);

	return value->given ? value->number : fallback;
}

struct yq_opt_decimal
yq_api_decimal(const struct yq_api_call *call, const char *name)
{
	const struct yq_value *value = value_of(call, name);

	return value->given ? yq_opt_decimal_of(value->decimal) : YQ_OPT_DECIMAL_NONE;
}

int64_t
yq_api_time(const struct yq_api_call *call, const char *name)
{
	return value_of(call, name)->number;
}

struct yq_id
yq_api_id(const struct yq_api_call *call, const char *name)
{
	return value_of(call, name)->id;
}

int
yq_api_name(const struct yq_api_call *call, const char *name, int fallback)
{
	const struct yq_value *value = value_of(call, name);

	return value->given ? (int)value->number : fallback;
}

size_t
yq_api_texts(const struct yq_api_call *call, const char *name, const char *const **ret)
{
	const struct yq_value *value = value_of(call, name);

	*ret = (const char *const *)value->texts;
	return value->text_count;
}

unsigned
yq_api_limit(const struct yq_api_call *call)
{
	return call->state->fields.limit;
}

const char *
yq_api_cursor(const struct yq_api_call *call)
{
	return call->state->fields.cursor;
}
