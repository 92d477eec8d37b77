/* answer.c - the gateway's word on a request, from the mark that it writes into the order. */
#include "console/answer.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/reply.h"
#include "console/resolve.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WAIT_MS	   10000
#define END_MS	   1500 /* after the order's end: a word that comes with it may be behind it */
#define LOOK_MS	   50
#define TIMEOUT_MS 5000

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

struct word {
	char text[YQ_MESSAGE_SIZE * 2]; /* "" = none yet */
	char state[32];			/* of the order, when it is final */
};

static int
fetch_word(struct yq_system *system, const struct yq_asked *asked, struct word *word)
{
	char name[YQ_KEY_SIZE], mark[YQ_REQUEST_MARK_SIZE];
	const char *argv[] = { "HMGET", name, mark, "State" };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_err err = { 0 };
	const char *text, *state;
	int found;

	yq_key_format(YQ_KEY_ORDER_STATE, asked->order_id.text, name);
	yq_request_mark(asked->kind, &asked->request_id, mark);
	if (yq_valkey_sync_command(system->desk.valkey, 4, argv, NULL, TIMEOUT_MS, &reply, &err) !=
	    YQ_OK)
		return yq_fail_err(&err);
	text = yq_reply_text(yq_reply_at(reply, 0), NULL);
	state = yq_reply_text(yq_reply_at(reply, 1), NULL);
	if (text != NULL &&
	    (yq_str_starts(text, YQ_MARK_APPLIED) || yq_str_starts(text, YQ_MARK_REFUSED)))
		yq_str_copy_cut(word->text, sizeof(word->text), text);
	found = state != NULL ? yq_names_find(&yq_order_state_names, state, strlen(state)) : -1;
	if (state == NULL || (found >= 0 && yq_order_state_is_final((enum yq_order_state)found)))
		yq_str_copy_cut(
		    word->state, sizeof(word->state), state != NULL ? state : "archived");
	return YQ_CONSOLE_DONE;
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
report(const struct yq_call *call, const struct yq_asked *asked, bool applied, const char *text)
{
	if (yq_call_has(call, YQ_OPT_JSON))
		print_json(asked, applied ? "applied" : "refused", text);
	else if (applied)
		printf("%s: %s\n", asked->done, text);
	if (applied)
		return YQ_CONSOLE_DONE;
	return yq_fail(YQ_CONSOLE_REFUSED, "order %s: %s", asked->order_id.text, text);
}

static int
told(const struct yq_call *call, const struct yq_asked *asked, const struct word *word)
{
	bool applied = yq_str_starts(word->text, YQ_MARK_APPLIED);
	char text[YQ_MESSAGE_SIZE];

	if (word->text[0] != '\0')
		return report(call, asked, applied,
		    word->text + strlen(applied ? YQ_MARK_APPLIED : YQ_MARK_REFUSED));
	if (word->state[0] != '\0') {
		yq_str_format(text, sizeof(text), "it is over (%s)", word->state);
		return report(call, asked, false, text);
	}
	if (yq_call_has(call, YQ_OPT_JSON))
		print_json(asked, "asked", "");
	return yq_fail(YQ_CONSOLE_UNREACHABLE,
	    "the gateway has not answered yet; the request is kept, and carried out when it serves "
	    "%s",
	    asked->alias);
}

int
yq_answer_await(struct yq_system *system, const struct yq_call *call, const struct yq_asked *asked)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	int64_t now_ns = yq_clock_monotonic_ns(yq_clock_system());
	int64_t end_ns = now_ns + WAIT_MS * INT64_C(1000000);
	struct word word = { "", "" };
	int status = YQ_CONSOLE_DONE;

	if (yq_call_has(call, YQ_OPT_NO_WAIT)) {
		if (yq_call_has(call, YQ_OPT_JSON))
			print_json(asked, "asked", "");
		return YQ_CONSOLE_DONE;
	}
	while (status == YQ_CONSOLE_DONE && word.text[0] == '\0' && now_ns < end_ns) {
		bool over = word.state[0] != '\0';

		status = fetch_word(system, asked, &word);
		if (word.state[0] != '\0' && !over && now_ns + END_MS * INT64_C(1000000) < end_ns)
			end_ns = now_ns + END_MS * INT64_C(1000000);
		if (word.text[0] == '\0')
			(void)nanosleep(&pause, NULL);
		now_ns = yq_clock_monotonic_ns(yq_clock_system());
	}
	return status != YQ_CONSOLE_DONE ? status : told(call, asked, &word);
}
