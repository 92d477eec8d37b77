/* bracket.c - the step of brackets, and the reading of what it wrote. */
#include "bus/bracket.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/steps_encode.h"

/* ---- the step ---- */

void
yq_encode_bracket(struct yq_args *args, const struct yq_bracket_item *item)
{
	static const char *const operations[YQ_BRACKET_OP_COUNT] = {
		[YQ_BRACKET_KEEP] = "keep",
		[YQ_BRACKET_PLACE] = "place",
		[YQ_BRACKET_NOTE] = "note",
		[YQ_BRACKET_DROP] = "drop",
		[YQ_BRACKET_END] = "end",
	};
	bool places = item->op == YQ_BRACKET_PLACE;

	assert(places == (item->order != NULL));
	yq_args_fcall(args, YQ_STEP_BRACKET, places ? 5 : 4);
	yq_args_key(args, YQ_KEY_BRACKET, item->id.text);
	yq_args_key(args, YQ_KEY_BRACKET_OPEN, NULL);
	yq_args_key(args, YQ_KEY_ORDER_STREAM, NULL);
	yq_args_key(args, YQ_KEY_ORDER_OPEN, NULL);
	if (places)
		yq_args_key(args, YQ_KEY_ORDER_STATE, item->order->id.text);
	yq_args_text(args, operations[item->op]);
	yq_args_key(args, YQ_KEY_LEASE, item->alias);
	yq_args_int(args, item->fence);
	yq_args_int(args, yq_keys[YQ_KEY_BRACKET].ttl_s);
	yq_args_text(args, yq_names_text(&yq_order_state_names, YQ_ORDER_PENDING));
	yq_args_int(args, (int64_t)item->field_count);
	for (size_t i = 0; i < item->field_count; i++) {
		yq_args_text(args, item->fields[i].field);
		yq_args_text(args, item->fields[i].value);
	}
	if (!places)
		return;
	yq_args_text(args, item->order->alias);
	yq_args_text(args, item->order->ticker);
	yq_args_time(args, item->order->created_at_us);
	yq_args_bytes(args, item->order->payload, item->order->length);
}

struct stepping {
	yq_step_fn *fn;
	void *cookie;
};

static void
on_step(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct stepping *s = cookie;
	struct yq_step_answer answer = { 0 };
	struct yq_err fault;

	if (rc == YQ_OK) {
		rc = yq_step_answers(reply, &answer, 1, &fault);
		err = &fault;
	}
	s->fn(s->cookie, rc, rc == YQ_OK ? &answer : NULL, 1, rc == YQ_OK ? NULL : err);
	free(s);
}

void
yq_step_bracket(
    struct yq_valkey *valkey, const struct yq_bracket_item *item, yq_step_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	struct stepping *s = yq_xcalloc(1, sizeof(*s));

	s->fn = fn;
	s->cookie = cookie;
	yq_encode_bracket(args, item);
	yq_valkey_send(valkey, args, YQ_STEP_TIMEOUT_MS, on_step, s);
}

/* ---- reading ---- */

void
yq_bracket_state_clear(struct yq_bracket_state *state)
{
	free(state->legs);
	state->legs = NULL;
	state->leg_count = 0;
}

static int
by_number(const void *a, const void *b)
{
	const struct yq_bracket_leg *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* One field: false when it cannot be read. */
static enum yq_rc
read_field(const redisReply *name, const redisReply *value, struct yq_bracket_state *state,
    bool *planned, struct yq_err *err)
{
	struct yq_bracket_leg *leg = &state->legs[state->leg_count];
	struct yq_id id;

	if (yq_str_equal(name->str, YQ_BRACKET_PLAN)) {
		*planned = true;
		return yq_message_decode_bracket(value->str, value->len, &state->bracket, err);
	}
	if (yq_str_equal(name->str, YQ_BRACKET_LOST))
		return yq_decimal_parse(value->str, value->len, &state->lost);
	if (yq_str_equal(name->str, YQ_BRACKET_OVER_AT))
		return yq_time_parse(value->str, value->len, &state->over_at_us);
	if (yq_str_equal(name->str, YQ_BRACKET_ENDED))
		yq_str_copy_cut(state->ended, sizeof(state->ended), value->str);
	if (yq_str_equal(name->str, YQ_BRACKET_HOW))
		yq_str_copy_cut(state->how, sizeof(state->how), value->str);
	if (yq_id_parse(name->str, name->len, &id) != YQ_OK)
		return YQ_OK; /* of a later version */
	state->leg_count++;
	if (yq_message_decode_bracket_leg(value->str, value->len, leg, err) != YQ_OK)
		return YQ_E_CORRUPT;
	leg->id = id;
	return YQ_OK;
}

enum yq_rc
yq_state_bracket_read(
    const struct redisReply *reply, struct yq_bracket_state *state, struct yq_err *err)
{
	bool planned = false;
	enum yq_rc rc = YQ_OK;

	*state = (struct yq_bracket_state){ 0 };
	if (reply->type != REDIS_REPLY_ARRAY)
		return yq_err_set(err, YQ_E_CORRUPT, "bracket: not the type it should be");
	if (reply->elements == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "bracket: there is none with this id");
	state->legs = yq_xcalloc(reply->elements / 2 + 1, sizeof(state->legs[0]));
	for (size_t i = 0; i + 1 < reply->elements && rc == YQ_OK; i += 2) {
		rc = read_field(reply->element[i], reply->element[i + 1], state, &planned, err);
		if (rc != YQ_OK)
			rc = yq_err_set(err, YQ_E_CORRUPT, "bracket: %.40s cannot be read",
			    reply->element[i]->str);
	}
	if (rc == YQ_OK && !planned)
		rc = yq_err_set(err, YQ_E_CORRUPT, "bracket: its plan is missing");
	if (rc != YQ_OK)
		yq_bracket_state_clear(state);
	else if (state->leg_count > 1)
		qsort(state->legs, state->leg_count, sizeof(state->legs[0]), by_number);
	return rc;
}

struct read {
	yq_bracket_fn *fn;
	void *cookie;
};

static void
on_bracket(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct yq_bracket_state state = { 0 };
	struct read *read = cookie;
	struct yq_err fault;

	if (rc == YQ_OK) {
		rc = yq_state_bracket_read(reply, &state, &fault);
		err = &fault;
	}
	read->fn(read->cookie, rc, rc == YQ_OK ? &state : NULL, rc == YQ_OK ? NULL : err);
	yq_bracket_state_clear(&state);
	free(read);
}

void
yq_state_bracket(struct yq_valkey *valkey, const struct yq_id *id, yq_bracket_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	struct read *read = yq_xcalloc(1, sizeof(*read));

	read->fn = fn;
	read->cookie = cookie;
	yq_args_text(args, "HGETALL");
	yq_args_key(args, YQ_KEY_BRACKET, id->text);
	yq_valkey_send(valkey, args, YQ_VALKEY_TIMEOUT_MS, on_bracket, read);
}
