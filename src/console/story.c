/* story.c - the bus knows first, the archive knows longest: ask both. */
#include "console/story.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS    5000
#define STREAM_LATEST "2000" /* entries of the signal stream that are searched */

static void
take_bus_order(const struct yq_order_state_full *full, struct yq_story_order *order)
{
	struct yq_order_row *row = &order->row;

	row->order = full->order;
	row->progress = full->progress;
	yq_str_copy_cut(row->broker_order_id, sizeof(row->broker_order_id), full->broker_order_id);
	yq_str_copy_cut(row->reason, sizeof(row->reason), full->last_error);
	row->created_at_us = full->created_at_us;
	row->claimed_at_us = full->claimed_at_us;
	row->submitted_at_us = full->submitted_at_us;
	row->first_fill_at_us = full->first_fill_at_us;
	row->final_at_us = full->final_at_us;
	order->archived_at_us = full->archived_at_us;
	order->unknown_at_us = full->unknown_at_us;
}

static int
add_archive(struct yq_system *system, struct yq_story_order *order)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	struct yq_audit_filter about = { .limit = YQ_STORY_ACTS_MAX };
	struct yq_err err = { 0 };

	filter.order_id = order->row.order.id;
	filter.limit = YQ_STORE_LIST_MAX;
	if (yq_trades_find(system->firebird, &filter, &order->trades, &err) != YQ_OK)
		return yq_fail_err(&err);
	if (yq_str_equal(order->row.order.buy_reason, YQ_SCHEDULE_REASON)) {
		enum yq_rc rc =
		    yq_runs_of_order(system->firebird, &order->row.order.id, &order->run, &err);

		if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
			return yq_fail_err(&err);
	}
	yq_str_copy_cut(about.target, sizeof(about.target), order->row.order.id.text);
	if (yq_audit_find(system->firebird, &about, &order->acts, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

/* The newer of what the bus and the archive hold. */
static int
add_order(struct yq_system *system, const struct yq_id *id, struct yq_story *story)
{
	struct yq_story_order *order = &story->orders[story->order_count];
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	struct yq_order_row archived = { 0 };
	struct yq_err err = { 0 };
	bool on_bus = false;
	enum yq_rc rc;
	int status;

	if (story->order_count == YQ_STORY_ORDERS_MAX)
		return YQ_CONSOLE_DONE;
	*order = (struct yq_story_order){ 0 };
	status = yq_fetch_order(system, id, full, &on_bus);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (on_bus)
		take_bus_order(full, order);
	rc = yq_orders_get(system->firebird, id, &archived, &err);
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_fail_err(&err);
	order->archived = rc == YQ_OK;
	if (!on_bus && rc == YQ_OK)
		order->row = archived;
	else if (!on_bus)
		return yq_fail(YQ_CONSOLE_REFUSED, "there is no order %s", id->text);
	story->order_count++;
	return add_archive(system, order);
}

/* A signal that is not in the archive yet stands in the stream still. */
static int
find_in_stream(struct yq_system *system, const struct yq_id *id, struct yq_story *story)
{
	const char *argv[] = { "XREVRANGE", yq_key_name(YQ_KEY_SIGNAL_STREAM), "+", "-", "COUNT",
		STREAM_LATEST };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_err err = { 0 };

	if (yq_valkey_sync_command(system->valkey, 6, argv, NULL, TIMEOUT_MS, &reply, &err) !=
	    YQ_OK)
		return yq_fail_err(&err);
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
	return YQ_CONSOLE_DONE;
}

static void
take_text(const yq_json *json, const char *name, char *target, size_t size)
{
	const yq_json *value = yq_json_get(json, name);

	if (value != NULL && yq_json_type_of(value) == YQ_JSON_STRING)
		yq_str_copy_cut(target, size, yq_json_text(value, NULL));
}

/* What `signal:{Id}` says: "accepted", the verdict, or one word once archived. */
static int
add_bus_verdict(struct yq_system *system, const struct yq_id *id, struct yq_story *story)
{
	char name[YQ_KEY_SIZE];
	const char *argv[] = { "GET", name };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_err err = { 0 };
	const char *text;
	size_t length = 0;

	yq_key_format(YQ_KEY_SIGNAL_STATE, id->text, name);
	if (yq_valkey_sync_command(system->valkey, 2, argv, NULL, TIMEOUT_MS, &reply, &err) !=
	    YQ_OK)
		return yq_fail_err(&err);
	text = yq_reply_text(reply, &length);
	if (text == NULL || text[0] != '{' ||
	    yq_json_parse(text, length, &story->decision, NULL) != YQ_OK)
		return YQ_CONSOLE_DONE;
	story->has_verdict = true;
	take_text(story->decision, "Verdict", story->signal.verdict, sizeof(story->signal.verdict));
	take_text(story->decision, "Code", story->signal.code, sizeof(story->signal.code));
	take_text(story->decision, "Text", story->signal.text, sizeof(story->signal.text));
	text = yq_json_text(yq_json_get(story->decision, "DecidedAt"), &length);
	if (text != NULL && yq_time_parse(text, length, &story->signal.decided_at_us) != YQ_OK)
		story->signal.decided_at_us = 0;
	return YQ_CONSOLE_DONE;
}

static int
add_signal(struct yq_system *system, const struct yq_id *id, struct yq_story *story)
{
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_signals_get(system->firebird, id, &story->signal, &err);
	int status;

	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_fail_err(&err);
	story->has_signal = story->signal_archived = rc == YQ_OK;
	story->has_verdict = rc == YQ_OK && story->signal.verdict[0] != '\0';
	if (story->has_verdict && story->signal.decision != NULL)
		(void)!yq_json_parse(
		    story->signal.decision, strlen(story->signal.decision), &story->decision, NULL);
	if (story->has_verdict)
		return YQ_CONSOLE_DONE;
	status = story->has_signal ? YQ_CONSOLE_DONE : find_in_stream(system, id, story);
	return status == YQ_CONSOLE_DONE ? add_bus_verdict(system, id, story) : status;
}

/* How a bracket is, as the bus has it. */
static int
take_bracket(struct yq_system *system, const struct yq_id *id, struct yq_bracket_state *state,
    char text[YQ_MESSAGE_SIZE])
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_err err = { 0 };
	int status = yq_fetch_hash(system, YQ_KEY_BRACKET, id->text, &reply);
	enum yq_rc rc;

	*state = (struct yq_bracket_state){ 0 };
	if (status != YQ_CONSOLE_DONE)
		return status;
	rc = yq_state_bracket_read(reply, state, &err);
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_fail_err(&err);
	if (rc == YQ_OK && state->over_at_us != 0)
		yq_str_format(text, YQ_MESSAGE_SIZE, "is over: %s", state->ended);
	else if (rc == YQ_OK)
		yq_str_format(text, YQ_MESSAGE_SIZE, "%s%s%s%s",
		    state->ended[0] != '\0' ? "ends: " : "stands", state->ended,
		    state->how[0] != '\0' ? "; " : "", state->how);
	return YQ_CONSOLE_DONE;
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
static int
add_exits(struct yq_system *system, struct yq_story *story, size_t at)
{
	struct yq_order_filter filter = yq_order_filter_any();
	YQ_CLEANUP(yq_order_list_free) struct yq_order_list list = { 0 };
	YQ_CLEANUP(yq_bracket_state_clear) struct yq_bracket_state state = { 0 };
	const struct yq_order *entry = &story->orders[at].row.order;
	struct yq_err err = { 0 };
	int status;

	if (!yq_exits_any(&entry->exits))
		return YQ_CONSOLE_DONE;
	filter.bracket_id = entry->id;
	filter.limit = YQ_STORY_ORDERS_MAX;
	status = take_bracket(system, &entry->id, &state, story->orders[at].bracket);
	if (status == YQ_CONSOLE_DONE &&
	    yq_orders_find(system->firebird, &filter, &list, &err) != YQ_OK)
		status = yq_fail_err(&err);
	for (size_t i = list.count; i > 0 && status == YQ_CONSOLE_DONE; i--)
		if (!is_told(story, &list.items[i - 1].order.id))
			status = add_order(system, &list.items[i - 1].order.id, story);
	for (size_t i = 0; i < state.leg_count && status == YQ_CONSOLE_DONE; i++)
		if (state.legs[i].exit[0] != '\0' && !is_told(story, &state.legs[i].id))
			status = add_order(system, &state.legs[i].id, story);
	return status;
}

int
yq_story_of_order(struct yq_system *system, const struct yq_id *id, struct yq_story *story)
{
	int status;

	*story = (struct yq_story){ 0 };
	status = add_order(system, id, story);
	if (status == YQ_CONSOLE_DONE)
		status = add_exits(system, story, 0);
	if (status != YQ_CONSOLE_DONE || yq_id_is_none(&story->orders[0].row.order.signal_id))
		return status;
	return add_signal(system, &story->orders[0].row.order.signal_id, story);
}

int
yq_story_of_signal(struct yq_system *system, const struct yq_id *id, struct yq_story *story)
{
	const yq_json *orders;
	int status;

	*story = (struct yq_story){ 0 };
	status = add_signal(system, id, story);
	orders = story->decision != NULL ? yq_json_get(story->decision, "Orders") : NULL;
	for (size_t i = 0; status == YQ_CONSOLE_DONE && i < yq_json_count(orders); i++) {
		size_t length = 0;
		const char *text = yq_json_text(yq_json_at(orders, i), &length);
		struct yq_id order;

		if (text == NULL || yq_id_parse(text, length, &order) != YQ_OK)
			continue;
		status = add_order(system, &order, story);
		if (status == YQ_CONSOLE_DONE && story->order_count > 0)
			status = add_exits(system, story, story->order_count - 1);
	}
	if (status == YQ_CONSOLE_DONE && !story->has_signal && !story->has_verdict)
		return yq_fail(YQ_CONSOLE_REFUSED, "there is no signal %s", id->text);
	return status;
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
