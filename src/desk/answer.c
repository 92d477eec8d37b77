/* answer.c - the gateway's word on a request, from the mark that it writes into the order. */
#include "desk/answer.h"

#include <string.h>
#include <time.h>

#include "base/str.h"
#include "bus/reply.h"
#include "desk/fetch.h"
#include "domain/order_state.h"

#define END_MS	1500 /* after the order's end: a word that comes with it may be behind it */
#define LOOK_MS 50
#define NS_A_MS INT64_C(1000000)

/* What one look at the order found. */
struct look {
	const char *mark;  /* of the request; NULL = none */
	const char *error; /* the order's last */
	const char *state;
	bool over;
};

static struct look
look_at(const struct redisReply *reply)
{
	struct look look = { .mark = yq_reply_text(yq_reply_at(reply, 0), NULL),
		.state = yq_reply_text(yq_reply_at(reply, 1), NULL),
		.error = yq_reply_text(yq_reply_at(reply, 2), NULL) };
	int state = look.state != NULL
			? yq_names_find(&yq_order_state_names, look.state, strlen(look.state))
			: -1;

	look.over = look.state == NULL ||
		    (state >= 0 && yq_order_state_is_final((enum yq_order_state)state));
	return look;
}

/* A replace or resolve: its mark begins with what became of it. */
static void
hear_mark(const struct look *look, struct yq_word *word)
{
	bool applied = look->mark != NULL && yq_str_starts(look->mark, YQ_MARK_APPLIED);

	if (!applied && (look->mark == NULL || !yq_str_starts(look->mark, YQ_MARK_REFUSED)))
		return;
	word->kind = applied ? YQ_WORD_APPLIED : YQ_WORD_REFUSED;
	yq_str_copy_cut(word->text, sizeof(word->text),
	    look->mark + strlen(applied ? YQ_MARK_APPLIED : YQ_MARK_REFUSED));
}

/* A cancel: the order ends as canceled, or otherwise; or the mark is taken away, for the broker did
 * not take it. */
static void
hear_cancel(const struct look *look, struct yq_word *word)
{
	const char *canceled = yq_names_text(&yq_order_state_names, YQ_ORDER_CANCELED);

	if (look->over) {
		word->kind = look->state != NULL && yq_str_equal(look->state, canceled)
				 ? YQ_WORD_APPLIED
				 : YQ_WORD_REFUSED;
		yq_str_format(word->text, sizeof(word->text), "it is over (%s)",
		    look->state != NULL ? look->state : "archived");
	} else if (look->mark != NULL && look->mark[0] == '\0') {
		word->kind = YQ_WORD_REFUSED;
		yq_str_copy_cut(word->text, sizeof(word->text),
		    look->error != NULL && look->error[0] != '\0'
			? look->error
			: "the broker did not take the cancel");
	}
}

static enum yq_rc
hear(struct yq_desk *desk, const struct yq_asked *asked, struct yq_word *word, struct yq_err *err)
{
	char name[YQ_KEY_SIZE], mark[YQ_REQUEST_MARK_SIZE];
	const char *argv[] = { "HMGET", name, mark, "State", "LastError" };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct look look;
	enum yq_rc rc;

	yq_key_format(YQ_KEY_ORDER_STATE, asked->order_id.text, name);
	yq_request_mark(asked->kind, &asked->request_id, mark);
	rc = yq_valkey_sync_command(
	    desk->valkey, (int)YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
	if (rc != YQ_OK)
		return rc;
	look = look_at(reply);
	if (asked->kind == YQ_SUBMIT_CANCEL)
		hear_cancel(&look, word);
	else
		hear_mark(&look, word);
	if (look.over)
		yq_str_copy_cut(
		    word->state, sizeof(word->state), look.state != NULL ? look.state : "archived");
	return YQ_OK;
}

enum yq_rc
yq_answer_was_asked(
    struct yq_desk *desk, const struct yq_asked *asked, bool *was, struct yq_err *err)
{
	char name[YQ_KEY_SIZE], mark[YQ_REQUEST_MARK_SIZE];
	const char *argv[] = { "HEXISTS", name, mark };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_desk_valkey(desk, err);

	yq_key_format(YQ_KEY_ORDER_STATE, asked->order_id.text, name);
	yq_request_mark(asked->kind, &asked->request_id, mark);
	if (rc == YQ_OK)
		rc = yq_valkey_sync_command(desk->valkey, (int)YQ_COUNT(argv), argv, NULL,
		    YQ_FETCH_TIMEOUT_MS, &reply, err);
	*was = yq_reply_int(reply) == 1;
	return rc;
}

enum yq_rc
yq_answer_await(struct yq_desk *desk, const struct yq_asked *asked, int64_t wait_ms,
    struct yq_word *word, struct yq_err *err)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * NS_A_MS };
	int64_t now_ns = yq_clock_monotonic_ns(yq_clock_system());
	int64_t end_ns = now_ns + wait_ms * NS_A_MS;
	enum yq_rc rc = yq_desk_valkey(desk, err);

	*word = (struct yq_word){ 0 };
	while (rc == YQ_OK && word->kind == YQ_WORD_NONE && now_ns < end_ns) {
		bool over = word->state[0] != '\0';

		rc = hear(desk, asked, word, err);
		if (word->state[0] != '\0' && !over && now_ns + END_MS * NS_A_MS < end_ns)
			end_ns = now_ns + END_MS * NS_A_MS;
		if (word->kind == YQ_WORD_NONE)
			(void)nanosleep(&pause, NULL);
		now_ns = yq_clock_monotonic_ns(yq_clock_system());
	}
	if (rc == YQ_OK && word->kind == YQ_WORD_NONE && word->state[0] != '\0') {
		word->kind = YQ_WORD_REFUSED;
		yq_str_format(word->text, sizeof(word->text), "it is over (%s)", word->state);
	}
	return rc;
}
