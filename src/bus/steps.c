/*
 * steps.c - send a step, read its answer, tell the caller.
 */
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

/* ---- steps that answer for each item */

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

static void
send_items(struct yq_valkey *valkey, const struct yq_args *args, size_t count, bool confirmed,
    yq_step_fn *fn, void *cookie)
{
	const struct yq_confirm *confirm = yq_valkey_confirm(valkey);
	struct call *call = yq_xcalloc(1, sizeof(*call) + count * sizeof(call->answers[0]));
	struct yq_args *more;

	call->fn = fn;
	call->cookie = cookie;
	call->count = count;
	call->confirm = confirmed && confirm->replicas > 0 ? confirm : NULL;
	yq_valkey_send(valkey, args, YQ_STEP_TIMEOUT_MS, on_items, call);
	if (call->confirm == NULL)
		return;
	more = yq_valkey_args(valkey);
	yq_confirm_barrier(more);
	yq_valkey_send(valkey, more, YQ_STEP_TIMEOUT_MS, NULL, NULL);
	more = yq_valkey_args(valkey);
	yq_confirm_wait(more, confirm);
	yq_valkey_send(valkey, more, YQ_STEP_TIMEOUT_MS + confirm->timeout_ms, on_confirmed, call);
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

/* ---- steps that are done or not, and those with an answer of their own */

union answer_fn {
	yq_done_fn *done;
	yq_trim_fn *trim;
	yq_version_fn *version;
	yq_position_fn *position;
	yq_halted_fn *halted;
};
struct simple {
	union answer_fn fn;
	void *cookie;
};

static void
send_simple(struct yq_valkey *valkey, const struct yq_args *args, yq_reply_fn *on_reply,
    union answer_fn fn, void *cookie)
{
	struct simple *simple = yq_xcalloc(1, sizeof(*simple));

	simple->fn = fn;
	simple->cookie = cookie;
	yq_valkey_send(valkey, args, YQ_STEP_TIMEOUT_MS, on_reply, simple);
}

static void
on_done(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct simple *simple = cookie;

	(void)reply;
	if (simple->fn.done != NULL)
		simple->fn.done(simple->cookie, rc, err);
	free(simple);
}

static void
send_done(struct yq_valkey *valkey, const struct yq_args *args, yq_done_fn *fn, void *cookie)
{
	send_simple(valkey, args, on_done, (union answer_fn){ .done = fn }, cookie);
}

void
yq_step_archived(
    struct yq_valkey *valkey, const struct yq_archived *archived, yq_done_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_encode_archived(args, archived);
	send_done(valkey, args, fn, cookie);
}

static void
on_position(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct simple *simple = cookie;
	struct yq_err broken;

	if (rc == YQ_OK && reply->type != REDIS_REPLY_STRING) {
		rc = yq_err_set(&broken, YQ_E_STATE, "valkey: the group is missing");
		err = &broken;
	}
	simple->fn.position(simple->cookie, rc, rc == YQ_OK ? reply->str : NULL, err);
	free(simple);
}

void
yq_step_position(struct yq_valkey *valkey, enum yq_group group, yq_position_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_args_fcall(args, YQ_STEP_POSITION, 1);
	yq_args_key(args, yq_groups[group].stream, NULL);
	yq_args_text(args, yq_groups[group].name);
	send_simple(valkey, args, on_position, (union answer_fn){ .position = fn }, cookie);
}

void
yq_step_notify(
    struct yq_valkey *valkey, const char *payload, size_t length, yq_done_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_encode_notify(args, payload, length);
	send_done(valkey, args, fn, cookie);
}

void
yq_step_stock(struct yq_valkey *valkey, const struct yq_stock_item *items, size_t count,
    yq_done_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_encode_stock(args, items, count);
	send_done(valkey, args, fn, cookie);
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

void
yq_step_beat(struct yq_valkey *valkey, enum yq_key key, const char *name,
    const struct yq_pair *fields, size_t count, yq_done_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_args_fcall(args, YQ_STEP_BEAT, 1);
	yq_args_key(args, key, name);
	yq_args_int(args, yq_keys[key].ttl_s);
	yq_args_int(args, (int64_t)count);
	for (size_t i = 0; i < count; i++) {
		yq_args_text(args, fields[i].field);
		yq_args_text(args, fields[i].value);
	}
	send_done(valkey, args, fn, cookie);
}

void
yq_step_ack(struct yq_valkey *valkey, enum yq_group group, const char *name,
    const char *const *entry_ids, size_t count, yq_done_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	assert(count >= 1);
	yq_args_text(args, "XACK");
	yq_args_key(args, yq_groups[group].stream, NULL);
	yq_args_text(args, name != NULL ? name : yq_groups[group].name);
	for (size_t i = 0; i < count; i++)
		yq_args_text(args, entry_ids[i]);
	send_done(valkey, args, fn, cookie);
}

static void
on_trim(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct simple *simple = cookie;
	const redisReply *removed = NULL, *deserted = NULL;
	struct yq_err broken;

	if (rc == YQ_OK && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2) {
		removed = reply->element[0];
		deserted = reply->element[1];
	}
	if (rc == YQ_OK &&
	    (deserted == NULL || deserted->type != REDIS_REPLY_STRING || removed == NULL)) {
		rc = yq_err_set(&broken, YQ_E_CORRUPT, "valkey: the answer of trim is no number");
		err = &broken;
	}
	if (simple->fn.trim != NULL)
		simple->fn.trim(simple->cookie, rc, removed != NULL ? removed->integer : 0,
		    rc == YQ_OK && deserted != NULL ? deserted->str : "", err);
	free(simple);
}

void
yq_step_trim(struct yq_valkey *valkey, yq_trim_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	char own[64];
	size_t count = 0;

	for (int i = 0; i < YQ_KEY_COUNT; i++)
		count += yq_keys[i].kind == YQ_STREAM;
	yq_args_fcall(args, YQ_STEP_TRIM, count);
	for (int i = 0; i < YQ_KEY_COUNT; i++)
		if (yq_keys[i].kind == YQ_STREAM)
			yq_args_key(args, (enum yq_key)i, NULL);
	for (int i = 0; i < YQ_KEY_COUNT; i++)
		if (yq_keys[i].kind == YQ_STREAM)
			yq_args_int(args, yq_keys[i].bound);
	yq_args_int(args, YQ_TRIM_DESERTED_MS);
	for (int i = 0; i < YQ_GROUP_COUNT; i++)
		if (yq_groups[i].program == YQ_PROGRAM_NOTIFIER)
			yq_args_text(args, yq_groups[i].name);
	for (int i = 0; i < YQ_GROUP_COUNT; i++) {
		yq_str_format(own, sizeof(own), "-%s", yq_groups[i].name);
		if (yq_groups[i].program == YQ_PROGRAM_ORDER_MANAGER)
			yq_args_text(args, own);
	}
	send_simple(valkey, args, on_trim, (union answer_fn){ .trim = fn }, cookie);
}

/* { holder, number of the first lease that another has, token ... } */
static enum yq_rc
read_lease(const redisReply *reply, struct yq_lease_answer *answer, int64_t *tokens, size_t count,
    struct yq_err *err)
{
	bool good = reply->type == REDIS_REPLY_ARRAY && reply->elements == count + 2 &&
		    reply->element[1]->type == REDIS_REPLY_INTEGER &&
		    reply->element[1]->integer >= 0 &&
		    reply->element[1]->integer <= (long long)count;

	for (size_t i = 0; good && i < count; i++)
		good = yq_str_to_int64(reply->element[i + 2]->str, 0, INT64_MAX, &tokens[i]);
	if (!good)
		return yq_err_set(err, YQ_E_CORRUPT, "valkey: a lease's answer is no token");
	answer->granted = reply->element[1]->integer == 0;
	answer->held = answer->granted ? 0 : (size_t)reply->element[1]->integer - 1;
	answer->holder = reply->element[0]->str;
	answer->tokens = tokens;
	return YQ_OK;
}

struct leasing {
	yq_lease_fn *fn;
	void *cookie;
	size_t count;
	int64_t tokens[];
};

static void
on_lease(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct leasing *leasing = cookie;
	struct yq_lease_answer answer;
	struct yq_err broken;

	if (rc == YQ_OK) {
		rc = read_lease(reply, &answer, leasing->tokens, leasing->count, &broken);
		err = rc == YQ_OK ? NULL : &broken;
	}
	if (leasing->fn != NULL)
		leasing->fn(leasing->cookie, rc, rc == YQ_OK ? &answer : NULL, err);
	free(leasing);
}

void
yq_step_lease(struct yq_valkey *valkey, const char *const *aliases, size_t count, const char *owner,
    uint32_t ttl_ms, yq_lease_fn *fn, void *cookie)
{
	struct leasing *leasing =
	    yq_xcalloc(1, sizeof(*leasing) + count * sizeof(leasing->tokens[0]));
	struct yq_args *args = yq_valkey_args(valkey);

	assert(owner[0] != '\0' && count >= 1);
	leasing->fn = fn;
	leasing->cookie = cookie;
	leasing->count = count;
	yq_args_fcall(args, YQ_STEP_LEASE, count);
	for (size_t i = 0; i < count; i++)
		yq_args_key(args, YQ_KEY_LEASE, aliases[i]);
	yq_args_text(args, owner);
	yq_args_int(args, ttl_ms);
	yq_valkey_send(valkey, args, YQ_STEP_TIMEOUT_MS, on_lease, leasing);
}

static void
on_halted(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct simple *simple = cookie;

	if (simple->fn.halted != NULL)
		simple->fn.halted(simple->cookie, rc, rc == YQ_OK ? reply->integer : 0, err);
	free(simple);
}

void
yq_step_halt(
    struct yq_valkey *valkey, const struct yq_halt_item *item, yq_halted_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_encode_halt(args, item);
	send_simple(valkey, args, on_halted, (union answer_fn){ .halted = fn }, cookie);
}

static void
on_version(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct simple *simple = cookie;

	if (simple->fn.version != NULL)
		simple->fn.version(simple->cookie, rc, rc == YQ_OK ? reply->str : NULL, err);
	free(simple);
}

void
yq_step_version(struct yq_valkey *valkey, yq_version_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	yq_args_fcall(args, YQ_STEP_VERSION, 0);
	send_simple(valkey, args, on_version, (union answer_fn){ .version = fn }, cookie);
}
