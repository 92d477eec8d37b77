/* query.c - the message on `query`: its JSON members, and Parameters kept as JSON text. */
#include "domain/query.h"

#include "base/str.h"

#define NAME(ident, name) name,
static const char *const type_list[] = { YQ_QUERY_TYPES(NAME) };
const struct yq_names yq_query_type_names = { "query type", type_list, YQ_COUNT(type_list) };

const struct yq_field yq_query_fields[] = {
	YQ_FIELD_ID("Id", struct yq_query, id, YQ_OPTIONAL),
	YQ_FIELD_ENUM("QueryType", struct yq_query, type, yq_query_type_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("Target", struct yq_query, target, YQ_REQUIRED),
	YQ_FIELD_TEXT("AccountAlias", struct yq_query, account_alias, YQ_OPTIONAL),
	YQ_FIELD_TIME("Timestamp", struct yq_query, timestamp_us, YQ_REQUIRED),
};
const size_t yq_query_field_count = YQ_COUNT(yq_query_fields);

static void copy_json(struct yq_json_writer *w, const yq_json *json);

static bool
copy_member(void *cookie, const char *name, const yq_json *value)
{
	yq_json_name(cookie, name);
	copy_json(cookie, value);
	return true;
}

/* The depth is bounded by the reader's. */
static void
copy_json(struct yq_json_writer *w, const yq_json *json)
{
	const char *text;
	size_t length;

	switch (yq_json_type_of(json)) {
	case YQ_JSON_NULL:
		yq_json_add_null(w);
		break;
	case YQ_JSON_BOOL:
		yq_json_add_bool(w, yq_json_bool(json));
		break;
	case YQ_JSON_NUMBER:
		text = yq_json_text(json, &length);
		yq_json_add_raw(w, text, length);
		break;
	case YQ_JSON_STRING:
		yq_json_add_text(w, yq_json_text(json, &length));
		break;
	case YQ_JSON_ARRAY:
		yq_json_begin_array(w);
		for (size_t i = 0; i < yq_json_count(json); i++)
			copy_json(w, yq_json_at(json, i));
		yq_json_end_array(w);
		break;
	case YQ_JSON_OBJECT:
		yq_json_begin_object(w);
		yq_json_each(json, copy_member, w);
		yq_json_end_object(w);
		break;
	}
}

static enum yq_rc
read_parameters(const yq_json *object, struct yq_query *query, struct yq_err *err)
{
	const yq_json *parameters = yq_json_get(object, "Parameters");
	YQ_CLEANUP(yq_buf_free) struct yq_buf buf = yq_buf_make(YQ_QUERY_PARAMETERS_SIZE - 1);
	struct yq_json_writer w = yq_json_writer_make(&buf);

	query->parameters[0] = '\0';
	if (parameters == NULL)
		return YQ_OK;
	copy_json(&w, parameters);
	if (yq_buf_ok(&buf) &&
	    yq_str_copy(query->parameters, sizeof(query->parameters), yq_buf_text(&buf)))
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID, "Parameters: expected at most %d bytes, found more",
	    YQ_QUERY_PARAMETERS_SIZE - 1);
}

enum yq_rc
yq_query_read(const yq_json *object, struct yq_query *query, struct yq_err *err)
{
	enum yq_rc rc;

	*query = (struct yq_query){ 0 };
	rc = yq_record_read(object, yq_query_fields, yq_query_field_count, query, err);
	if (rc == YQ_OK)
		rc = read_parameters(object, query, err);
	return rc;
}

void
yq_query_write(struct yq_json_writer *w, const struct yq_query *query)
{
	size_t length = 0;

	yq_record_write(w, yq_query_fields, yq_query_field_count, query);
	while (query->parameters[length] != '\0')
		length++;
	if (length > 0)
		yq_json_put_raw(w, "Parameters", query->parameters, length);
}
