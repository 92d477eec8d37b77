/* param.c - makes the values for named parameters. */
#include "store/param.h"

#include <assert.h>
#include <string.h>

struct yq_param
yq_param_null(const char *name)
{
	return (struct yq_param){ .name = name, .kind = YQ_PARAM_NULL };
}

struct yq_param
yq_param_bytes(const char *name, const char *bytes, size_t length)
{
	struct yq_param param = { .name = name, .kind = YQ_PARAM_TEXT };

	param.as.text.bytes = bytes;
	param.as.text.length = length;
	return param;
}

struct yq_param
yq_param_text(const char *name, const char *text)
{
	return text != NULL ? yq_param_bytes(name, text, strlen(text)) : yq_param_null(name);
}

struct yq_param
yq_param_id(const char *name, const struct yq_id *id)
{
	return yq_id_is_none(id) ? yq_param_null(name) : yq_param_text(name, id->text);
}

struct yq_param
yq_param_decimal(const char *name, struct yq_decimal value)
{
	struct yq_param param = { .name = name, .kind = YQ_PARAM_DECIMAL };

	param.as.decimal = value;
	return param;
}

struct yq_param
yq_param_opt_decimal(const char *name, struct yq_opt_decimal value)
{
	return value.set ? yq_param_decimal(name, value.value) : yq_param_null(name);
}

struct yq_param
yq_param_int(const char *name, int64_t value)
{
	struct yq_param param = { .name = name, .kind = YQ_PARAM_INT };

	param.as.integer = value;
	return param;
}

struct yq_param
yq_param_bool(const char *name, bool value)
{
	struct yq_param param = { .name = name, .kind = YQ_PARAM_BOOL };

	param.as.boolean = value;
	return param;
}

struct yq_param
yq_param_time(const char *name, int64_t instant_us)
{
	struct yq_param param = { .name = name, .kind = YQ_PARAM_TIME };

	if (instant_us == 0)
		return yq_param_null(name);
	param.as.integer = instant_us;
	return param;
}

struct yq_param
yq_param_enum(const char *name, const struct yq_names *names, int value)
{
	return value < 0 ? yq_param_null(name) : yq_param_text(name, yq_names_text(names, value));
}

static struct yq_param
param_of(const struct yq_field *field, const void *record)
{
	const char *member = (const char *)record + field->offset;
	struct yq_opt_decimal opt;
	struct yq_decimal decimal;
	int64_t integer;
	bool boolean;
	int value;

	switch (field->kind) {
	case YQ_KIND_TEXT:
		if (*member == '\0' && field->presence == YQ_OPTIONAL)
			return yq_param_null(field->name);
		return yq_param_bytes(field->name, member, strnlen(member, field->size));
	case YQ_KIND_ID:
		return yq_param_id(field->name, (const struct yq_id *)(const void *)member);
	case YQ_KIND_DECIMAL:
		memcpy(&decimal, member, sizeof(decimal));
		return yq_param_decimal(field->name, decimal);
	case YQ_KIND_OPT_DECIMAL:
		memcpy(&opt, member, sizeof(opt));
		return yq_param_opt_decimal(field->name, opt);
	case YQ_KIND_ENUM:
		memcpy(&value, member, sizeof(value));
		return yq_param_enum(field->name, field->names, value);
	case YQ_KIND_TIME:
		memcpy(&integer, member, sizeof(integer));
		return yq_param_time(field->name, integer);
	case YQ_KIND_BOOL:
		memcpy(&boolean, member, sizeof(boolean));
		return yq_param_bool(field->name, boolean);
	case YQ_KIND_INT:
		memcpy(&integer, member, sizeof(integer));
		return yq_param_int(field->name, integer);
	}
	YQ_PANIC("field %s has no kind", field->name);
}

void
yq_params_of(
    const struct yq_field *fields, size_t count, const void *record, struct yq_param *params)
{
	for (size_t i = 0; i < count; i++)
		params[i] = param_of(&fields[i], record);
}
