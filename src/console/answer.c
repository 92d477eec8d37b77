/* answer.c - the gateway's word on a request, told. */
#include "console/answer.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/reply.h"
#include "console/resolve.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int
yq_answer_find(struct yq_system *system, const char *text, struct yq_id *id)
{
	struct yq_resolved resolved;
	int status;

	if (yq_id_parse(text, strlen(text), id) == YQ_OK)
		return yq_system_valkey(system);
	status = yq_resolve(system, text, true, &resolved);
	*id = resolved.id;
	return status;
}

static void
print_json(const struct yq_asked *asked, const char *outcome, const char *text)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_json_writer w = yq_json_writer_make(&out);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "orderId", asked->order_id.text);
	yq_json_put_text(&w, "requestId", asked->request_id.text);
	yq_json_put_text(&w, "outcome", outcome);
	yq_json_put_text(&w, "message", text);
	yq_json_end_object(&w);
	puts(yq_buf_text(&out));
}

static int
report(const struct yq_call *call, const struct yq_asked *asked, const struct yq_word *word,
    const char *done)
{
	bool applied = word->kind == YQ_WORD_APPLIED;

	if (yq_call_has(call, YQ_OPT_JSON))
		print_json(asked, applied ? "applied" : "refused", word->text);
	else if (applied)
		printf("%s: %s\n", done, word->text);
	if (applied)
		return YQ_CONSOLE_DONE;
	return yq_fail(YQ_CONSOLE_REFUSED, "order %s: %s", asked->order_id.text, word->text);
}

int
yq_answer_tell(struct yq_system *system, const struct yq_call *call, const struct yq_asked *asked,
    const char *alias, const char *done)
{
	bool wait = !yq_call_has(call, YQ_OPT_NO_WAIT);
	struct yq_err err = { 0 };
	struct yq_word word = { 0 };

	if (wait && yq_answer_await(&system->desk, asked, YQ_ANSWER_WAIT_MS, &word, &err) != YQ_OK)
		return yq_fail_err(&err);
	if (word.kind != YQ_WORD_NONE)
		return report(call, asked, &word, done);
	if (yq_call_has(call, YQ_OPT_JSON))
		print_json(asked, "asked", "");
	if (!wait)
		return YQ_CONSOLE_DONE;
	return yq_fail(YQ_CONSOLE_UNREACHABLE,
	    "the gateway has not answered yet; the request is kept, and carried out when it serves "
	    "%s",
	    alias);
}
