/* story.c - the bus knows first, the archive knows longest: ask both. */
#include "desk/story.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define STREAM_LATEST "2000" /* entries of the signal stream that are searched */

static void
take_bus_order(const struct yq_order_state_full *full, struct yq_story_order *order)
{
	yq_desk_order_row(full, &order->row);
	order->archived_at_us = full->archived_at_us;
	order->cancel_requested_at_us = full->cancel_requested_at_us;
	order->unknown_at_us = full->unknown_at_us;
}

/* What the archive knows beside the order itself. */
static enum yq_rc
add_archive(struct yq_desk *desk, struct yq_story_order *order, struct yq_err *err)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	struct yq_audit_filter about = { .limit = YQ_STORY_ACTS_MAX };
	enum yq_rc rc;

	filter.order_id = order->row.order.id;
	filter.limit = YQ_STORE_LIST_MAX;
	rc = yq_trades_find(desk->firebird, &filter, &order->trades, err);
	if (rc == YQ_OK && yq_str_equal(order->row.order.buy_reason, YQ_SCHEDULE_REASON)) {
		rc = yq_runs_of_order(desk->firebird, &order->row.order.id, &order->run, err);
		rc = rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
	}
	yq_str_copy_cut(about.target, sizeof(about.target), order->row.order.id.text);
	return rc == YQ_OK ? yq_audit_find(desk->firebird, &about, &order->acts, err) : rc;
}

/* The newer of what the bus and the archive hold. */
static enum yq_rc
add_order(struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err)
{
	struct yq_story_order *order = &story->orders[story->order_count];
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	struct yq_order_row archived = { 0 };
	bool on_bus = false;
	enum yq_rc rc;

	if (story->order_count == YQ_STORY_ORDERS_MAX)
		return YQ_OK;
	*order = (struct yq_story_order){ 0 };
	rc = yq_desk_order(desk, id, full, &on_bus, err);
	if (rc != YQ_OK)
		return rc;
	if (on_bus)
		take_bus_order(full, order);
	if (!story->live)
		rc = yq_orders_get(desk->firebird, id, &archived, err);
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return rc;
	order->archived = !story->live && rc == YQ_OK;
	if (!on_bus && !order->archived)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no order %s", id->text);
	if (!on_bus)
		order->row = archived;
	story->order_count++;
	return story->live ? YQ_OK : add_archive(desk, order, err);
}

/* A signal that is not in the archive yet stands in the stream still. */
static enum yq_rc
find_in_stream(
    struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err)
{
	const char *argv[] = { "XREVRANGE", yq_key_name(YQ_KEY_SIGNAL_STREAM), "+", "-", "COUNT",
		STREAM_LATEST };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_valkey_sync_command(
	    desk->valkey, YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);

	for (size_t i = 0; i < yq_reply_count(reply); i++) {
		const struct redisReply *fields = yq_reply_at(yq_reply_at(reply, i), 1);
		const char *payload = yq_reply_field(fields, YQ_ENTRY_PAYLOAD);
		struct yq_signal signal;

		if (payload == NULL || strstr(payload, id->text) == NULL ||
		    yq_message_decode_signal(payload, strlen(payload), &signal, NULL) != YQ_OK ||
		    !yq_id_equal(&signal.id, id))
			continue;
		story->signal.signal = signal;
		story->has_signal = true;
		break;
	}
	return rc;
}

static void
take_text(const yq_json *json, const char *name, char *target, size_t size)
{
	const yq_json *value = yq_json_get(json, name);

	if (value != NULL && yq_json_type_of(value) == YQ_JSON_STRING)
		yq_str_copy_cut(target, size, yq_json_text(value, NULL));
}

/* What `signal:{Id}` says: "accepted", the verdict, or one word once archived. */
static enum yq_rc
add_bus_verdict(
    struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err)
{
	char name[YQ_KEY_SIZE];
	const char *argv[] = { "GET", name };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	const char *text;
	size_t length = 0;
	enum yq_rc rc;

	yq_key_format(YQ_KEY_SIGNAL_STATE, id->text, name);
	rc = yq_valkey_sync_command(
	    desk->valkey, YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
	text = yq_reply_text(reply, &length);
	if (rc != YQ_OK || text == NULL || text[0] != '{' ||
	    yq_json_parse(text, length, &story->decision, NULL) != YQ_OK)
		return rc;
	story->has_verdict = true;
	take_text(story->decision, "Verdict", story->signal.verdict, sizeof(story->signal.verdict));
	take_text(story->decision, "Code", story->signal.code, sizeof(story->signal.code));
	take_text(story->decision, "Text", story->signal.text, sizeof(story->signal.text));
	text = yq_json_text(yq_json_get(story->decision, "DecidedAt"), &length);
	if (text != NULL && yq_time_parse(text, length, &story->signal.decided_at_us) != YQ_OK)
		story->signal.decided_at_us = 0;
	return YQ_OK;
}

static enum yq_rc
add_signal(struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err)
{
	enum yq_rc rc =
	    story->live ? YQ_E_NOT_FOUND : yq_signals_get(desk->firebird, id, &story->signal, err);

	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return rc;
	story->has_signal = story->signal_archived = rc == YQ_OK;
	story->has_verdict = rc == YQ_OK && story->signal.verdict[0] != '\0';
	if (story->has_verdict && story->signal.decision != NULL)
		(void)!yq_json_parse(
		    story->signal.decision, strlen(story->signal.decision), &story->decision, NULL);
	if (story->has_verdict)
		return YQ_OK;
	rc = story->has_signal ? YQ_OK : find_in_stream(desk, id, story, err);
	return rc == YQ_OK ? add_bus_verdict(desk, id, story, err) : rc;
}

/* How a bracket is, as the bus has it. */
static enum yq_rc
take_bracket(struct yq_desk *desk, const struct yq_id *id, struct yq_bracket_state *state,
    char text[YQ_MESSAGE_SIZE], struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_desk_hash(desk, YQ_KEY_BRACKET, id->text, &reply, err);

	*state = (struct yq_bracket_state){ 0 };
	if (rc == YQ_OK)
		rc = yq_state_bracket_read(reply, state, err);
	if (rc == YQ_OK && state->over_at_us != 0)
		yq_str_format(text, YQ_MESSAGE_SIZE, "is over: %s", state->ended);
	else if (rc == YQ_OK)
		yq_str_format(text, YQ_MESSAGE_SIZE, "%s%s%s%s",
		    state->ended[0] != '\0' ? "ends: " : "stands", state->ended,
		    state->how[0] != '\0' ? "; " : "", state->how);
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static bool
is_told(const struct yq_story *story, const struct yq_id *id)
{
	for (size_t i = 0; i < story->order_count; i++)
		if (yq_id_equal(&story->orders[i].row.order.id, id))
			return true;
	return false;
}

/* The exits of an entry: those that the bus knows of its bracket, and those in the archive. */
static enum yq_rc
add_exits(struct yq_desk *desk, struct yq_story *story, size_t at, struct yq_err *err)
{
	struct yq_order_filter filter = yq_order_filter_any();
	YQ_CLEANUP(yq_order_list_free) struct yq_order_list list = { 0 };
	YQ_CLEANUP(yq_bracket_state_clear) struct yq_bracket_state state = { 0 };
	const struct yq_order *entry = &story->orders[at].row.order;
	enum yq_rc rc;

	if (!yq_exits_any(&entry->exits))
		return YQ_OK;
	filter.bracket_id = entry->id;
	filter.limit = YQ_STORY_ORDERS_MAX;
	rc = take_bracket(desk, &entry->id, &state, story->orders[at].bracket, err);
	if (rc == YQ_OK && !story->live)
		rc = yq_orders_find(desk->firebird, &filter, &list, err);
	for (size_t i = list.count; i > 0 && rc == YQ_OK; i--)
		if (!is_told(story, &list.items[i - 1].order.id))
			rc = add_order(desk, &list.items[i - 1].order.id, story, err);
	for (size_t i = 0; i < state.leg_count && rc == YQ_OK; i++)
		if (state.legs[i].exit[0] != '\0' && !is_told(story, &state.legs[i].id))
			rc = add_order(desk, &state.legs[i].id, story, err);
	return rc;
}

/* An empty story, and the connections that it takes. */
static enum yq_rc
begin(struct yq_desk *desk, bool live, struct yq_story *story, struct yq_err *err)
{
	enum yq_rc rc = yq_desk_valkey(desk, err);

	*story = (struct yq_story){ .live = live };
	return rc == YQ_OK && !live ? yq_desk_firebird(desk, err) : rc;
}

static enum yq_rc
of_order(struct yq_desk *desk, const struct yq_id *id, bool live, struct yq_story *story,
    struct yq_err *err)
{
	enum yq_rc rc = begin(desk, live, story, err);

	if (rc == YQ_OK)
		rc = add_order(desk, id, story, err);
	if (rc == YQ_OK)
		rc = add_exits(desk, story, 0, err);
	if (rc != YQ_OK || yq_id_is_none(&story->orders[0].row.order.signal_id))
		return rc;
	return add_signal(desk, &story->orders[0].row.order.signal_id, story, err);
}

enum yq_rc
yq_story_of_order(
    struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err)
{
	return of_order(desk, id, false, story, err);
}

enum yq_rc
yq_story_of_live_order(
    struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err)
{
	return of_order(desk, id, true, story, err);
}

enum yq_rc
yq_story_of_signal(
    struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err)
{
	const yq_json *orders;
	enum yq_rc rc = begin(desk, false, story, err);

	if (rc == YQ_OK)
		rc = add_signal(desk, id, story, err);
	orders = story->decision != NULL ? yq_json_get(story->decision, "Orders") : NULL;
	for (size_t i = 0; rc == YQ_OK && i < yq_json_count(orders); i++) {
		size_t length = 0;
		const char *text = yq_json_text(yq_json_at(orders, i), &length);
		struct yq_id order;

		if (text == NULL || yq_id_parse(text, length, &order) != YQ_OK)
			continue;
		rc = add_order(desk, &order, story, err);
		if (rc == YQ_OK && story->order_count > 0)
			rc = add_exits(desk, story, story->order_count - 1, err);
	}
	if (rc == YQ_OK && !story->has_signal && !story->has_verdict)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no signal %s", id->text);
	return rc;
}

void
yq_story_clear(struct yq_story *story)
{
	yq_signal_row_clear(&story->signal);
	yq_json_free(story->decision);
	story->decision = NULL;
	for (size_t i = 0; i < story->order_count; i++) {
		yq_trade_list_free(&story->orders[i].trades);
		yq_audit_list_free(&story->orders[i].acts);
	}
	story->order_count = 0;
}
