/* openapi.c - the API's document, made of the tables of routes and of shapes.txt. */
#include "web/openapi.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "web/fields.h"
#include "web/shapes.h"
#include "web/web.h"

#define DOCUMENT_MAX (4U << 20)

static void
put_ref(struct yq_json_writer *w, const char *shape)
{
	char ref[96];

	(void)yq_str_format(ref, sizeof(ref), "#/components/schemas/%s", shape);
	yq_json_begin_object(w);
	yq_json_put_text(w, "$ref", ref);
	yq_json_end_object(w);
}

/* ---- fields ---- */

/* The JSON type of a kind; a number is also taken as a text of digits. */
static const struct {
	const char *type, *other, *format, *pattern;
} kinds[YQ_API_KIND_COUNT] = {
	[YQ_API_TEXT] = { "string", NULL, NULL, NULL },
	[YQ_API_LONG_TEXT] = { "string", NULL, NULL, NULL },
	[YQ_API_SECRET] = { "string", NULL, "password", NULL },
	[YQ_API_DECIMAL] = { "string", "number", NULL, NULL },
	[YQ_API_INT] = { "integer", NULL, NULL, NULL },
	[YQ_API_BOOL] = { "boolean", NULL, NULL, NULL },
	[YQ_API_TIME] = { "string", NULL, NULL, NULL },
	[YQ_API_DATE] = { "string", NULL, "date", NULL },
	[YQ_API_ID] = { "string", NULL, "uuid", NULL },
	[YQ_API_NAME] = { "string", NULL, NULL, NULL },
	[YQ_API_ALIAS] = { "string", NULL, NULL, "^[A-Za-z0-9._-]+$" },
	[YQ_API_TICKER] = { "string", NULL, NULL, "^[A-Za-z0-9./_^=-]+$" },
	[YQ_API_TEXTS] = { "array", NULL, NULL, NULL },
};

static void
put_types(struct yq_json_writer *w, const struct yq_api_field *field)
{
	bool null = field->place == YQ_API_BODY && !field->required;

	yq_json_name(w, "type");
	if (!null && kinds[field->kind].other == NULL) {
		yq_json_add_text(w, kinds[field->kind].type);
		return;
	}
	yq_json_begin_array(w);
	yq_json_add_text(w, kinds[field->kind].type);
	if (kinds[field->kind].other != NULL)
		yq_json_add_text(w, kinds[field->kind].other);
	if (null)
		yq_json_add_text(w, "null");
	yq_json_end_array(w);
}

static void
put_enum(struct yq_json_writer *w, const struct yq_names *names, bool null)
{
	yq_json_name(w, "enum");
	yq_json_begin_array(w);
	for (size_t i = 0; i < names->count; i++)
		if (names->names[i] != NULL)
			yq_json_add_text(w, names->names[i]);
	if (null)
		yq_json_add_null(w);
	yq_json_end_array(w);
}

static void
put_bounds(struct yq_json_writer *w, const struct yq_api_field *field)
{
	static const struct {
		const char *min, *max;
	} words[YQ_API_KIND_COUNT] = {
		[YQ_API_TEXT] = { "minLength", "maxLength" },
		[YQ_API_LONG_TEXT] = { "minLength", "maxLength" },
		[YQ_API_SECRET] = { "minLength", "maxLength" },
		[YQ_API_INT] = { "minimum", "maximum" },
		[YQ_API_ALIAS] = { "minLength", "maxLength" },
		[YQ_API_TICKER] = { "minLength", "maxLength" },
		[YQ_API_TEXTS] = { "minItems", "maxItems" },
	};
	struct yq_kind_bounds bounds = yq_field_bounds(field);

	if (words[field->kind].min == NULL)
		return;
	/* A length is counted in characters there and in bytes here: it may only be longer. */
	if (field->kind == YQ_API_INT || field->kind == YQ_API_TEXTS || bounds.min == 1)
		yq_json_put_int(w, words[field->kind].min, bounds.min);
	yq_json_put_int(w, words[field->kind].max, bounds.max);
}

static void
put_schema(struct yq_json_writer *w, const struct yq_api_field *field, const char *what)
{
	bool null = field->place == YQ_API_BODY && !field->required;

	yq_json_begin_object(w);
	put_types(w, field);
	if (kinds[field->kind].format != NULL)
		yq_json_put_text(w, "format", kinds[field->kind].format);
	if (kinds[field->kind].pattern != NULL)
		yq_json_put_text(w, "pattern", kinds[field->kind].pattern);
	if (field->kind == YQ_API_NAME)
		put_enum(w, field->names, null);
	if (field->kind == YQ_API_TEXTS) {
		yq_json_name(w, "items");
		yq_json_begin_object(w);
		yq_json_put_text(w, "type", "string");
		if (field->names != NULL)
			put_enum(w, field->names, false);
		yq_json_end_object(w);
	}
	put_bounds(w, field);
	if (what != NULL)
		yq_json_put_text(w, "description", what);
	yq_json_end_object(w);
}

static void
put_parameter(struct yq_json_writer *w, const struct yq_api_field *field)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "name", field->name);
	yq_json_put_text(w, "in", field->place == YQ_API_PATH ? "path" : "query");
	yq_json_put_bool(w, "required", field->place == YQ_API_PATH || field->required);
	if (field->what != NULL)
		yq_json_put_text(w, "description", field->what);
	if (field->kind == YQ_API_TEXTS)
		yq_json_put_bool(w, "explode", false);
	yq_json_name(w, "schema");
	put_schema(w, field, NULL);
	yq_json_end_object(w);
}

static void
put_shared(struct yq_json_writer *w, const char *name)
{
	char ref[96];

	(void)yq_str_format(ref, sizeof(ref), "#/components/parameters/%s", name);
	yq_json_begin_object(w);
	yq_json_put_text(w, "$ref", ref);
	yq_json_end_object(w);
}

static bool
changes(const struct yq_api_route *route)
{
	return !yq_str_equal(route->method, "GET");
}

static void
put_parameters(struct yq_json_writer *w, const struct yq_api_route *route)
{
	yq_json_name(w, "parameters");
	yq_json_begin_array(w);
	for (size_t i = 0; i < route->field_count; i++)
		if (route->fields[i].place != YQ_API_BODY)
			put_parameter(w, &route->fields[i]);
	if ((route->flags & YQ_API_LIST) != 0) {
		put_shared(w, "limit");
		put_shared(w, "cursor");
	}
	if ((route->flags & YQ_API_STREAM) != 0)
		put_shared(w, "lastEventId");
	if (changes(route) && route->role != YQ_ROLE_NONE)
		put_shared(
		    w, yq_str_equal(route->method, "POST") && (route->flags & YQ_API_QUIET) == 0
			   ? "idempotencyKey"
			   : "idempotencyKeyOptional");
	yq_json_end_array(w);
}

static void
put_members(struct yq_json_writer *w, const struct yq_api_route *route)
{
	yq_json_name(w, "properties");
	yq_json_begin_object(w);
	for (size_t i = 0; i < route->field_count; i++) {
		if (route->fields[i].place != YQ_API_BODY)
			continue;
		yq_json_name(w, route->fields[i].name);
		put_schema(w, &route->fields[i], route->fields[i].what);
	}
	yq_json_end_object(w);
}

static void
put_body(struct yq_json_writer *w, const struct yq_api_route *route)
{
	bool any = false, required = false;

	for (size_t i = 0; i < route->field_count; i++) {
		any = any || route->fields[i].place == YQ_API_BODY;
		required = required ||
			   (route->fields[i].place == YQ_API_BODY && route->fields[i].required);
	}
	if (!any)
		return;
	yq_json_name(w, "requestBody");
	yq_json_begin_object(w);
	yq_json_put_bool(w, "required", required);
	yq_json_name(w, "content");
	yq_json_begin_object(w);
	yq_json_name(w, "application/json");
	yq_json_begin_object(w);
	yq_json_name(w, "schema");
	yq_json_begin_object(w);
	yq_json_put_text(w, "type", "object");
	put_members(w, route);
	yq_json_name(w, "required");
	yq_json_begin_array(w);
	for (size_t i = 0; i < route->field_count; i++)
		if (route->fields[i].place == YQ_API_BODY && route->fields[i].required)
			yq_json_add_text(w, route->fields[i].name);
	yq_json_end_array(w);
	yq_json_put_bool(w, "additionalProperties", false);
	for (int i = 0; i < 4; i++)
		yq_json_end_object(w);
}

/* ---- routes ---- */

static void
put_content(struct yq_json_writer *w, const char *type, const char *shape)
{
	yq_json_name(w, "content");
	yq_json_begin_object(w);
	yq_json_name(w, type);
	yq_json_begin_object(w);
	yq_json_name(w, "schema");
	if (shape != NULL) {
		put_ref(w, shape);
	} else {
		yq_json_begin_object(w);
		yq_json_put_text(
		    w, "type", yq_str_equal(type, "application/json") ? "object" : "string");
		yq_json_end_object(w);
	}
	yq_json_end_object(w);
	yq_json_end_object(w);
}

/* An answer that is no shape is a media type ("text/csv"). */
static void
put_responses(struct yq_json_writer *w, const struct yq_api_route *route)
{
	bool is_type = strchr(route->answer, '/') != NULL;
	char status[8];

	(void)yq_str_format(status, sizeof(status), "%u", route->status);
	yq_json_name(w, "responses");
	yq_json_begin_object(w);
	yq_json_name(w, status);
	yq_json_begin_object(w);
	yq_json_put_text(w, "description", route->summary);
	put_content(
	    w, is_type ? route->answer : "application/json", is_type ? NULL : route->answer);
	yq_json_end_object(w);
	yq_json_name(w, "default");
	yq_json_begin_object(w);
	yq_json_put_text(w, "$ref", "#/components/responses/Problem");
	yq_json_end_object(w);
	yq_json_end_object(w);
}

static void
put_scheme(struct yq_json_writer *w, const char *first, const char *second)
{
	yq_json_begin_object(w);
	yq_json_name(w, first);
	yq_json_begin_array(w);
	yq_json_end_array(w);
	if (second != NULL) {
		yq_json_name(w, second);
		yq_json_begin_array(w);
		yq_json_end_array(w);
	}
	yq_json_end_object(w);
}

static void
put_security(struct yq_json_writer *w, const struct yq_api_route *route)
{
	yq_json_name(w, "security");
	yq_json_begin_array(w);
	if (route->role != YQ_ROLE_NONE) {
		put_scheme(w, "session", changes(route) ? "csrf" : NULL);
		if ((route->flags & YQ_API_NO_KEY) == 0)
			put_scheme(w, "key", NULL);
	}
	yq_json_end_array(w);
}

static void
put_route(
    struct yq_json_writer *w, const struct yq_api_family *family, const struct yq_api_route *route)
{
	char method[8] = "";

	for (size_t i = 0; i < sizeof(method) - 1 && route->method[i] != '\0'; i++)
		method[i] = yq_str_lower(route->method[i]);
	yq_json_name(w, method);
	yq_json_begin_object(w);
	yq_json_put_text(w, "operationId", route->name);
	yq_json_put_text(w, "summary", route->summary);
	yq_json_name(w, "tags");
	yq_json_begin_array(w);
	yq_json_add_text(w, family->tag);
	yq_json_end_array(w);
	if (route->role != YQ_ROLE_NONE)
		yq_json_put_text(w, "x-role", yq_names_text(&yq_role_names, (int)route->role));
	put_security(w, route);
	put_parameters(w, route);
	put_body(w, route);
	put_responses(w, route);
	yq_json_end_object(w);
}

/* Calls for each route in order; stops when `fn` returns false. */
typedef bool each_fn(
    void *cookie, const struct yq_api_family *family, const struct yq_api_route *route);

static void
each_route(each_fn *fn, void *cookie)
{
	for (size_t i = 0; i < yq_api_family_count; i++)
		for (size_t j = 0; j < yq_api_families[i]->count; j++)
			if (!fn(cookie, yq_api_families[i], &yq_api_families[i]->routes[j]))
				return;
}

struct path {
	struct yq_json_writer *w;
	const struct yq_api_route *first;
	bool found;
};

static bool
put_if_same(void *cookie, const struct yq_api_family *family, const struct yq_api_route *route)
{
	struct path *path = cookie;

	if (yq_str_equal(route->path, path->first->path))
		put_route(path->w, family, route);
	return true;
}

static bool
is_first(void *cookie, const struct yq_api_family *family, const struct yq_api_route *route)
{
	struct path *path = cookie;

	(void)family;
	if (!yq_str_equal(route->path, path->first->path))
		return true;
	path->found = route == path->first;
	return false;
}

/* All methods of a path stand together, where the first of them does. */
static bool
put_path(void *cookie, const struct yq_api_family *family, const struct yq_api_route *route)
{
	struct path path = { cookie, route, false };

	(void)family;
	each_route(is_first, &path);
	if (!path.found)
		return true;
	yq_json_name(path.w, route->path);
	yq_json_begin_object(path.w);
	each_route(put_if_same, &path);
	yq_json_end_object(path.w);
	return true;
}

/* ---- the document ---- */

static const char parameters[] =
    "{\"limit\":{\"name\":\"limit\",\"in\":\"query\",\"description\":\"rows of a page\","
    "\"schema\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}},"
    "\"cursor\":{\"name\":\"cursor\",\"in\":\"query\",\"description\":\"`next` of the page "
    "before\",\"schema\":{\"type\":\"string\"}},"
    "\"lastEventId\":{\"name\":\"Last-Event-ID\",\"in\":\"header\",\"description\":\"go on after "
    "this event\",\"schema\":{\"type\":\"string\"}},"
    "\"idempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":true,"
    "\"description\":\"a new UUID for each thing that is done: the same one with the same body "
    "gives the same answer and does nothing twice\",\"schema\":{\"type\":\"string\",\"format\":"
    "\"uuid\"}},"
    "\"idempotencyKeyOptional\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"description\":"
    "\"as with POST\",\"schema\":{\"type\":\"string\",\"format\":\"uuid\"}}}";

static const char security_schemes[] =
    "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"yq_session\"},"
    "\"csrf\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-CSRF-Token\",\"description\":"
    "\"`csrf` of the session\"},"
    "\"key\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"an API key, yqk_...; "
    "scopes read, trade, admin stand for Viewer, Trader, Admin\"}}";

static void
put_info(struct yq_json_writer *w, const char *base)
{
	char url[YQ_BASE_SIZE + sizeof(YQ_WEB_API)];

	yq_json_put_text(w, "openapi", "3.1.0");
	yq_json_name(w, "info");
	yq_json_begin_object(w);
	yq_json_put_text(w, "title", "yQuant");
	yq_json_put_text(w, "version", YQ_VERSION);
	yq_json_put_text(w, "description",
	    "Accounts, orders, alerts and switches of a trading system.  Decimals are texts of "
	    "digits; times are UTC, RFC 3339.  Errors are RFC 9457 problems with a stable `code`, "
	    "and the name of the `field` that is wrong.");
	yq_json_name(w, "license");
	yq_json_begin_object(w);
	yq_json_put_text(w, "name", "BSD-3-Clause");
	yq_json_put_text(w, "identifier", "BSD-3-Clause");
	yq_json_end_object(w);
	yq_json_end_object(w);
	(void)yq_str_format(url, sizeof(url), "%s" YQ_WEB_API, base);
	yq_json_name(w, "servers");
	yq_json_begin_array(w);
	yq_json_begin_object(w);
	yq_json_put_text(w, "url", url);
	yq_json_end_object(w);
	yq_json_end_array(w);
}

static void
put_components(struct yq_json_writer *w)
{
	yq_json_name(w, "components");
	yq_json_begin_object(w);
	yq_json_put_raw(w, "securitySchemes", security_schemes, sizeof(security_schemes) - 1);
	yq_json_put_raw(w, "parameters", parameters, sizeof(parameters) - 1);
	yq_json_name(w, "responses");
	yq_json_begin_object(w);
	yq_json_name(w, "Problem");
	yq_json_begin_object(w);
	yq_json_put_text(w, "description",
	    "an error; nothing was changed unless its code is "
	    "UNKNOWN_OUTCOME");
	put_content(w, "application/problem+json", "Problem");
	yq_json_end_object(w);
	yq_json_end_object(w);
	yq_json_name(w, "schemas");
	yq_json_begin_object(w);
	for (size_t i = 0; yq_shape_schemas[i] != NULL; i++) {
		if (i > 0)
			yq_buf_add_char(w->buf, ',');
		yq_buf_add_text(w->buf, yq_shape_schemas[i]);
	}
	yq_json_end_object(w);
	yq_json_end_object(w);
}

void
yq_openapi_make(struct yq_file *document, const char *base)
{
	struct yq_buf *out = &document->bytes[YQ_CODING_NONE];
	struct yq_json_writer w;

	*document = (struct yq_file){ .type = "application/json" };
	*out = yq_buf_make(DOCUMENT_MAX);
	w = yq_json_writer_make(out);
	yq_json_begin_object(&w);
	put_info(&w, base);
	yq_json_name(&w, "paths");
	yq_json_begin_object(&w);
	each_route(put_path, &w);
	yq_json_end_object(&w);
	put_components(&w);
	yq_json_end_object(&w);
	if (!yq_buf_ok(out))
		YQ_PANIC("the API's document is too large");
	yq_file_seal(document);
}
