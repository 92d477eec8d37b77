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

static enum yq_rc
read_parameters(const yq_json *object, struct yq_query *query, struct yq_err *err)
{
	const yq_json *parameters = yq_json_get(object, "Parameters");
	YQ_CLEANUP(yq_buf_free) struct yq_buf buf = yq_buf_make(YQ_QUERY_PARAMETERS_SIZE - 1);
	struct yq_json_writer w = yq_json_writer_make(&buf);

	query->parameters[0] = '\0';
	if (parameters == NULL)
		return YQ_OK;
	yq_json_add_tree(&w, parameters);
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
