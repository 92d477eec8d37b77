/* life_by_hand.c - what a strategy may do, said by a person. */
#include <string.h>

#include "base/str.h"
#include "daemon/settings.h"
#include "desk/by_hand_parts.h"
#include "desk/fetch_halts.h"
#include "desk/halt_by_hand.h"

/* Any halt that cools off over it, or over an account in which it might trade. */
static enum yq_rc
check_cooling(struct yq_desk *desk, const char *strategy, struct yq_err *err)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	char field[YQ_HALT_FIELD_SIZE];
	enum yq_rc rc = yq_desk_halts(desk, &halts, err);

	yq_halt_field_strategy(strategy, field);
	for (size_t i = 0; i < halts.count && rc == YQ_OK; i++) {
		const struct yq_halt_entry *entry = &halts.items[i];
		const char *of = strstr(yq_halt_scope(entry->field), "strategy:");

		if (of == NULL || yq_str_equal(of, field))
			rc = yq_by_hand_cools(
			    entry, yq_by_hand_now(), "not live yet, a cooling-off runs", err);
	}
	return rc;
}

static void
describe_before(const struct yq_desk *desk, const char *value, char *text, size_t size)
{
	struct yq_life life = { 0 };

	if (value == NULL && desk->config != NULL)
		yq_str_format(text, size, "%s (the default)",
		    yq_names_text(&yq_life_state_names, (int)yq_settings_life(desk->config)));
	else if (value == NULL)
		yq_str_copy_cut(text, size, "the default");
	else if (yq_message_decode_life(value, strlen(value), &life, NULL) != YQ_OK)
		yq_str_copy_cut(text, size, value);
	else
		yq_str_format(text, size, "%s since %s said so",
		    yq_names_text(&yq_life_state_names, (int)life.state), life.who);
}

static enum yq_rc
change(struct yq_desk *desk, const struct yq_life_wish *wish, const struct yq_life *life,
    const char *expected, char text[YQ_HALT_BY_HAND_TEXT_SIZE], int64_t *changed,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf value = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_halt_change to = { .field = wish->strategy,
		.expected = expected != NULL ? expected : YQ_HALT_NOTHING };
	struct yq_halt_item item = { .kind = YQ_SUBMIT_LIFE, .changes = &to, .count = 1 };
	struct yq_act act = { .id = yq_id_random(), .timestamp_us = life->when_us };

	yq_str_copy_cut(
	    act.kind, sizeof(act.kind), yq_names_text(&yq_submit_kind_names, YQ_SUBMIT_LIFE));
	yq_str_copy_cut(act.target, sizeof(act.target), wish->strategy);
	yq_str_copy_cut(act.outcome, sizeof(act.outcome),
	    yq_names_text(&yq_life_state_names, (int)life->state));
	describe_before(desk, expected, act.before, sizeof(act.before));
	yq_str_copy_cut(act.reason, sizeof(act.reason), life->why);
	yq_str_format(text, YQ_HALT_BY_HAND_TEXT_SIZE,
	    "strategy %s is %s now, by %s: %.300s (before: %.100s)", wish->strategy,
	    yq_names_text(&yq_life_state_names, (int)life->state), life->who, life->why,
	    act.before);
	yq_message_encode_life(life, &value);
	to.value = yq_buf_text(&value);
	return yq_by_hand_act(desk, &item, &act, text, changed, err);
}

enum yq_rc
yq_life_by_hand(struct yq_desk *desk, const struct yq_life_wish *wish, struct yq_life *life,
    char text[YQ_HALT_BY_HAND_TEXT_SIZE], struct yq_err *err)
{
	int64_t changed = YQ_HALT_OVERTAKEN;
	enum yq_rc rc = YQ_OK;

	*life = (struct yq_life){ .state = wish->state, .when_us = yq_by_hand_now() };
	memcpy(life->who, desk->hand.who, sizeof(life->who));
	yq_str_copy_cut(life->why, sizeof(life->why), wish->why);
	for (int i = 0; i < YQ_BY_HAND_TRIES && rc == YQ_OK && changed == YQ_HALT_OVERTAKEN; i++) {
		YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;

		if (wish->state == YQ_LIFE_LIVE && !wish->force)
			rc = check_cooling(desk, wish->strategy, err);
		if (rc == YQ_OK)
			rc = yq_desk_hash(desk, YQ_KEY_STRATEGY, NULL, &reply, err);
		if (rc == YQ_OK)
			rc = change(desk, wish, life, yq_reply_field(reply, wish->strategy), text,
			    &changed, err);
	}
	return rc == YQ_OK && changed == YQ_HALT_OVERTAKEN ? yq_by_hand_crowded(err) : rc;
}
