/* steps_items.c - steps that answer for each of their items. */
#include "bus/steps.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/steps_encode.h"

/* The letters of functions.lua. */
static const struct {
	const char *name;
	char letter;
	bool has_text;
} results[YQ_STEP_RESULT_COUNT] = {
	[YQ_ACCEPTED] = { "accepted", 'a', false },
	[YQ_DECIDED] = { "decided", 'd', false },
	[YQ_SUBMITTED] = { "submitted", 's', false },
	[YQ_CLAIMED] = { "claimed", 'c', false },
	[YQ_APPLIED] = { "applied", 'w', false },
	[YQ_DUPLICATE] = { "duplicate", '=', false },
	[YQ_ALREADY] = { "already", 'y', false },
	[YQ_HALTED] = { "halted", 'h', true },
	[YQ_FENCED] = { "fenced", 'f', false },
	[YQ_NOT_PENDING] = { "not pending", 'p', true },
	[YQ_NO_SUCH_ORDER] = { "no such order", 'n', false },
	[YQ_CLOSED] = { "closed", 'z', false },
	[YQ_INACTIVE] = { "inactive", 'i', true },
	[YQ_STOPPED] = { "stopped", 'l', true },
};

const char *
yq_step_result_name(enum yq_step_result result)
{
	return result < YQ_STEP_RESULT_COUNT ? results[result].name : "?";
}

static int
result_of(char letter)
{
	for (int i = 0; i < YQ_STEP_RESULT_COUNT; i++)
		if (results[i].letter == letter)
			return i;
	return -1;
}

enum yq_rc
yq_step_answers(
    const redisReply *reply, struct yq_step_answer *answers, size_t count, struct yq_err *err)
{
	size_t texts = 1;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 ||
	    reply->element[0]->type != REDIS_REPLY_STRING || reply->element[0]->len != count)
		return yq_err_set(
		    err, YQ_E_CORRUPT, "valkey: a step's answer is not %zu items", count);
	for (size_t i = 0; i < count; i++) {
		int result = result_of(reply->element[0]->str[i]);

		if (result < 0 || (results[result].has_text && texts >= reply->elements))
			return yq_err_set(err, YQ_E_CORRUPT, "valkey: a step's answer is unknown");
		answers[i].result = (enum yq_step_result)result;
		answers[i].text = results[result].has_text ? reply->element[texts++]->str : NULL;
	}
	return YQ_OK;
}

/*
 * A call ends with its answer; one that replicas must confirm ends with theirs, which comes after
 * it, and then it is told what it was told first.
 */
struct call {
	yq_step_fn *fn;
	void *cookie;
	const struct yq_confirm *confirm; /* NULL = its answer is enough */
	enum yq_rc rc;			  /* of the step, while replicas are waited for */
	struct yq_err err;
	size_t count;
	struct yq_step_answer answers[];
};

static void
call_end(struct call *call, enum yq_rc rc, const struct yq_err *err)
{
	if (call->fn != NULL)
		call->fn(call->cookie, rc, rc == YQ_OK ? call->answers : NULL, call->count,
		    rc == YQ_OK ? NULL : err);
	for (size_t i = 0; call->confirm != NULL && i < call->count; i++)
		free(call->answers[i].copy);
	free(call);
}

/* The texts must outlive the reply that they were read from. */
static void
keep_answers(struct call *call)
{
	for (size_t i = 0; i < call->count; i++) {
		struct yq_step_answer *answer = &call->answers[i];

		if (answer->text != NULL)
			answer->text = answer->copy = yq_xstrdup(answer->text);
	}
}

static void
on_items(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct call *call = cookie;

	if (rc == YQ_OK)
		rc = yq_step_answers(reply, call->answers, call->count, &call->err);
	else
		call->err = *err;
	if (call->confirm == NULL) {
		call_end(call, rc, &call->err);
		return;
	}
	call->rc = rc;
	if (rc == YQ_OK)
		keep_answers(call);
}

/* Whatever became of the question, the step itself was carried out: repeat it. */
static void
on_confirmed(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct call *call = cookie;

	if (call->rc == YQ_OK && rc == YQ_OK)
		call->rc = yq_confirm_read(reply, call->confirm, &call->err);
	else if (call->rc == YQ_OK)
		call->rc = yq_err_set(&call->err, YQ_E_UNKNOWN, "not confirmed: %s", err->text);
	call_end(call, call->rc, &call->err);
}

/* Of all that was written before it. */
static void
ask_replicas(struct yq_valkey *valkey, const struct yq_confirm *confirm, struct call *call)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_confirm_barrier(args);
	yq_valkey_send(valkey, args, YQ_STEP_TIMEOUT_MS, NULL, NULL);
	args = yq_valkey_args(valkey);
	yq_confirm_wait(args, confirm);
	yq_valkey_send(valkey, args, YQ_STEP_TIMEOUT_MS + confirm->timeout_ms, on_confirmed, call);
}

static struct call *
make_call(struct yq_valkey *valkey, size_t count, bool confirmed, yq_step_fn *fn, void *cookie)
{
	const struct yq_confirm *confirm = yq_valkey_confirm(valkey);
	struct call *call = yq_xcalloc(1, sizeof(*call) + count * sizeof(call->answers[0]));

	call->fn = fn;
	call->cookie = cookie;
	call->count = count;
	call->confirm = confirmed && confirm->replicas > 0 ? confirm : NULL;
	return call;
}

static void
send_items(struct yq_valkey *valkey, const struct yq_args *args, size_t count, bool confirmed,
    yq_step_fn *fn, void *cookie)
{
	struct call *call = make_call(valkey, count, confirmed, fn, cookie);

	yq_valkey_send(valkey, args, YQ_STEP_TIMEOUT_MS, on_items, call);
	if (call->confirm != NULL)
		ask_replicas(valkey, call->confirm, call);
}

bool
yq_step_confirm(struct yq_valkey *valkey, yq_step_fn *fn, void *cookie)
{
	const struct yq_confirm *confirm = yq_valkey_confirm(valkey);

	if (confirm->replicas == 0)
		return false;
	ask_replicas(valkey, confirm, make_call(valkey, 0, true, fn, cookie));
	return true;
}

#define ITEMS_STEP(step, confirmed)                                                         \
	void yq_step_##step(struct yq_valkey *valkey, const struct yq_##step##_item *items, \
	    size_t count, yq_step_fn *fn, void *cookie)                                     \
	{                                                                                   \
		struct yq_args *args = yq_valkey_args(valkey);                              \
                                                                                            \
		yq_encode_##step(args, items, count);                                       \
		send_items(valkey, args, count, confirmed, fn, cookie);                     \
	}

/* A claim that is confirmed confirms all that was written before it, the decision too. */
ITEMS_STEP(accept, true)
ITEMS_STEP(submit, true)
ITEMS_STEP(decide, false)
ITEMS_STEP(claim, true)
ITEMS_STEP(apply, false) /* lost, it is found again at the broker */

void
yq_step_sync(
    struct yq_valkey *valkey, const struct yq_sync_item *item, yq_step_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_encode_sync(args, item);
	send_items(valkey, args, 1, false, fn, cookie);
}

void
yq_step_color(
    struct yq_valkey *valkey, const struct yq_color_item *item, yq_step_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_args_fcall(args, YQ_STEP_COLOR, 1);
	yq_args_key(args, YQ_KEY_COLOR, NULL);
	yq_args_text(args, item->own);
	yq_args_text(args, item->active);
	yq_args_int(args, item->token);
	yq_args_time(args, item->since_us);
	yq_args_time(args, item->renewed_at_us);
	yq_args_int(args, item->silence_ms);
	send_items(valkey, args, 1, false, fn, cookie);
}
