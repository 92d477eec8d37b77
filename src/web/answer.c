/* answer.c - what a handler makes, and how it becomes an answer. */
#include "web/answer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define PROBLEM_MAX 4096

/* What an error of a handler is to the peer.  A text of NULL: the error's own. */
static const struct {
	unsigned status;
	const char *code, *text;
} faults[YQ_RC_COUNT] = {
	[YQ_E_INVALID] = { 422, "INVALID", NULL },
	[YQ_E_REFUSED] = { 422, "REFUSED", NULL },
	[YQ_E_NOT_FOUND] = { 404, "NOT_FOUND", NULL },
	[YQ_E_EXISTS] = { 409, "EXISTS", NULL },
	[YQ_E_LIMIT] = { 429, "LIMIT", NULL },
	[YQ_E_RANGE] = { 422, "OUT_OF_RANGE", NULL },
	[YQ_E_STATE] = { 409, "STATE", NULL },
	[YQ_E_DENIED] = { 403, "FORBIDDEN", NULL },
	[YQ_E_FENCED] = { 503, "UNAVAILABLE", "another system has taken over" },
	[YQ_E_RETRY] = { 503, "UNAVAILABLE", NULL },
	[YQ_E_UNKNOWN] = { 503, "UNKNOWN_OUTCOME", NULL },
	[YQ_E_SYSTEM] = { 500, "INTERNAL", "this failed here; the log of yq-web says why" },
	[YQ_E_CORRUPT] = { 500, "INTERNAL",
	    "what is stored cannot be read; the log of yq-web says why" },
};

static const struct {
	unsigned status;
	const char *title;
} titles[] = {
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 411, "Length Required" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

void
yq_answer_clear(struct yq_answer *answer)
{
	yq_buf_free(&answer->body);
	for (size_t i = 0; i < answer->header_count; i++)
		free(answer->headers[i].value);
	answer->header_count = 0;
}

void
yq_answer_header(struct yq_answer *answer, const char *name, const char *value)
{
	struct yq_answer_header *header = &answer->headers[answer->header_count];

	if (answer->header_count == YQ_ANSWER_HEADERS_MAX ||
	    !yq_str_copy(header->name, sizeof(header->name), name))
		YQ_PANIC("no room for the header %s", name);
	answer->header_count++;
	header->value = yq_xstrdup(value);
	for (char *p = header->value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '_';
}

static const char *
title_of(unsigned status)
{
	for (size_t i = 0; i < YQ_COUNT(titles); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Error";
}

void
yq_answer_problem(struct yq_answer *answer, unsigned status, const char *code, const char *field,
    const char *detail)
{
	struct yq_json_writer w;

	yq_buf_free(&answer->body);
	answer->body = yq_buf_make(PROBLEM_MAX);
	answer->status = status;
	yq_str_copy_cut(answer->type, sizeof(answer->type), "application/problem+json");
	w = yq_json_writer_make(&answer->body);
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "type", "about:blank");
	yq_json_put_text(&w, "title", title_of(status));
	yq_json_put_int(&w, "status", status);
	yq_json_put_text(&w, "detail", detail);
	yq_json_put_text(&w, "code", code);
	yq_json_name(&w, "field");
	if (field == NULL || field[0] == '\0')
		yq_json_add_null(&w);
	else
		yq_json_add_text(&w, field);
	yq_json_end_object(&w);
}

static void
finish_fault(struct yq_api_call *call, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_api_state *state = call->state;
	unsigned status = faults[rc].status;
	const char *text = faults[rc].text;

	if (state->status != 0 && rc == YQ_E_REFUSED) {
		yq_answer_problem(
		    &state->answer, state->status, state->code, state->field, err->text);
		return;
	}
	if (status >= 500)
		yq_warn("%s: %s", call->route->name, err->text);
	/* Whoever has not signed in need not know of what is behind us. */
	if (status >= 500 && text == NULL && call->who.user[0] == '\0')
		text = "what this needs is away; try again";
	if (status == 503 && rc != YQ_E_UNKNOWN)
		yq_answer_header(&state->answer, "Retry-After", "2");
	yq_answer_problem(
	    &state->answer, status, faults[rc].code, NULL, text != NULL ? text : err->text);
}

bool
yq_answer_finish(struct yq_api_call *call, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_api_state *state = call->state;

	if (rc != YQ_OK) {
		finish_fault(call, rc, err);
		return false;
	}
	if (!yq_buf_ok(&state->answer.body)) {
		yq_error("%s: its answer is too large", call->route->name);
		yq_answer_problem(
		    &state->answer, 500, "INTERNAL", NULL, "the answer is too large; ask for less");
		return false;
	}
	state->answer.status = call->route->status;
	if (!state->plain)
		yq_str_copy_cut(state->answer.type, sizeof(state->answer.type), "application/json");
	return true;
}

/* ---- for handlers ---- */

enum yq_rc
yq_api_refuse(struct yq_api_call *call, unsigned status, const char *code, const char *field,
    struct yq_err *err, const char *format, ...)
{
	struct yq_api_state *state = call->state;
	struct yq_buf text = yq_buf_make(YQ_ERR_TEXT_MAX * 2);
	va_list args;

	assert(status >= 400 && status < 600);
	state->status = status;
	yq_str_copy_cut(state->code, sizeof(state->code), code);
	yq_str_copy_cut(state->field, sizeof(state->field), field == NULL ? "" : field);
	va_start(args, format);
	yq_buf_add_va(&text, format, args);
	va_end(args);
	yq_err_set(err, YQ_E_REFUSED, "%s", yq_buf_text(&text));
	yq_buf_free(&text);
	return YQ_E_REFUSED;
}

void
yq_api_done(struct yq_api_call *call, const char *format, ...)
{
	struct yq_buf text = yq_buf_make(YQ_ERR_TEXT_MAX * 2);
	va_list args;

	va_start(args, format);
	yq_buf_add_va(&text, format, args);
	va_end(args);
	yq_json_begin_object(call->out);
	yq_json_put_text(call->out, "message", yq_buf_text(&text));
	yq_json_end_object(call->out);
	yq_buf_free(&text);
}

void
yq_api_header(struct yq_api_call *call, const char *name, const char *value)
{
	yq_answer_header(&call->state->answer, name, value);
}

void
yq_api_plain(struct yq_api_call *call, const char *type, const char *text, size_t length)
{
	struct yq_answer *answer = &call->state->answer;

	call->state->plain = true;
	answer->body.maximum = YQ_PLAIN_MAX;
	yq_str_copy_cut(answer->type, sizeof(answer->type), type);
	yq_buf_add(&answer->body, text, length);
}

void
yq_api_put_next(struct yq_api_call *call, const char *cursor)
{
	char *encoded = cursor == NULL ? NULL : yq_cursor_encode(cursor);

	yq_json_name(call->out, "next");
	if (encoded == NULL)
		yq_json_add_null(call->out);
	else
		yq_json_add_text(call->out, encoded);
	free(encoded);
}

void
yq_api_put_decimal(struct yq_json_writer *w, const char *name, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	(void)yq_decimal_format(value, text);
	yq_json_put_text(w, name, text);
}

void
yq_api_put_opt_decimal(struct yq_json_writer *w, const char *name, struct yq_opt_decimal value)
{
	if (value.set) {
		yq_api_put_decimal(w, name, value.value);
		return;
	}
	yq_json_name(w, name);
	yq_json_add_null(w);
}

void
yq_api_put_time(struct yq_json_writer *w, const char *name, int64_t us)
{
	yq_json_name(w, name);
	if (us == 0)
		yq_json_add_null(w);
	else
		yq_json_add_time(w, us);
}

void
yq_api_put_id(struct yq_json_writer *w, const char *name, const struct yq_id *id)
{
	yq_json_name(w, name);
	if (id == NULL || yq_id_is_none(id))
		yq_json_add_null(w);
	else
		yq_json_add_text(w, id->text);
}

void
yq_api_put_name(struct yq_json_writer *w, const char *name, const struct yq_names *names, int value)
{
	yq_json_name(w, name);
	if (value < 0 || (size_t)value >= names->count || names->names[value] == NULL)
		yq_json_add_null(w);
	else
		yq_json_add_text(w, names->names[value]);
}
