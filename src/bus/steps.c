/*
 * steps.c - steps that are done or not, and those with an answer of their own.
 */
#include "bus/steps.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/steps_encode.h"

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
