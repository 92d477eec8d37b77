/* history_signals.c - alerts, what was decided on them and why. */
#include "desk/timeline.h"
#include "web/history.h"
#include "web/put.h"

/* ---- a signal ---- */

static void
put_signal(struct yq_json_writer *w, const struct yq_signal_row *row)
{
	const struct yq_signal *signal = &row->signal;

	yq_json_begin_object(w);
	yq_api_put_id(w, "id", &signal->id);
	yq_json_put_text(w, "strategy", signal->strategy);
	yq_json_put_text(w, "ticker", signal->ticker);
	yq_api_put_name(w, "exchange", &yq_exchange_names, (int)signal->exchange);
	yq_api_put_name(w, "action", &yq_action_names, (int)signal->action);
	yq_api_put_opt_decimal(w, "price", signal->price);
	yq_json_put_time(w, "receivedAt", signal->received_at_us);
	yq_api_put_time(w, "decidedAt", row->decided_at_us);
	yq_json_put_text(w, "verdict", row->verdict[0] != '\0' ? row->verdict : "accepted");
	yq_json_put_text(w, "code", row->code);
	yq_json_put_text(w, "text", row->text);
	yq_json_put_int(w, "orders", row->order_count);
	yq_json_end_object(w);
}

/* ---- the list ---- */

static enum yq_rc
make_filter(struct yq_api_call *call, struct yq_signal_filter *filter, struct yq_err *err)
{
	yq_history_text(call, "strategy", filter->strategy, sizeof(filter->strategy));
	yq_history_text(call, "ticker", filter->ticker, sizeof(filter->ticker));
	yq_history_text(call, "verdict", filter->verdict, sizeof(filter->verdict));
	filter->from_us = yq_api_time(call, "from");
	filter->to_us = yq_api_time(call, "to");
	filter->limit = yq_api_limit(call) + 1; /* whether there is more */
	return yq_history_place(call, &filter->after, err);
}

enum yq_rc
yq_history_signals(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_signal_list_free) struct yq_signal_list list = { 0 };
	struct yq_signal_filter filter = { 0 };
	struct yq_row_place last = { 0 };
	enum yq_rc rc = make_filter(call, &filter, err);

	if (rc == YQ_OK)
		rc = yq_desk_firebird(call->desk, err);
	if (rc == YQ_OK)
		rc = yq_signals_find(call->desk->firebird, &filter, &list, err);
	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < list.count && i < yq_api_limit(call); i++) {
		const struct yq_signal *signal = &list.items[i].signal;

		put_signal(call->out, &list.items[i]);
		last = (struct yq_row_place){ signal->received_at_us, signal->id };
	}
	yq_json_end_array(call->out);
	yq_history_put_next(call, &last, list.count > yq_api_limit(call));
	yq_json_end_object(call->out);
	return YQ_OK;
}

/* ---- the whole story ---- */

/* What the alert said: each member that it has, by its name in the message. */
static void
put_fields(struct yq_json_writer *w, const struct yq_signal *signal)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);

	yq_json_begin_array(w);
	for (size_t i = 0; i < yq_signal_field_count; i++) {
		yq_buf_clear(&text);
		if (!yq_record_field_text(&yq_signal_fields[i], signal, &text) || text.length == 0)
			continue;
		yq_json_begin_object(w);
		yq_json_put_text(w, "name", yq_signal_fields[i].name);
		yq_json_put_text(w, "value", yq_buf_text(&text));
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

static void
put_story(struct yq_json_writer *w, const struct yq_story *story)
{
	struct yq_timeline steps;

	yq_json_begin_object(w);
	yq_json_name(w, "signal");
	put_signal(w, &story->signal);
	yq_json_name(w, "fields");
	put_fields(w, &story->signal.signal);
	yq_timeline_of_signal(story, &steps);
	yq_json_name(w, "steps");
	(void)yq_put_steps(w, &steps, 0);
	yq_json_name(w, "rules");
	yq_put_rules(w, story->decision, NULL);
	yq_json_name(w, "orders");
	yq_json_begin_array(w);
	for (size_t i = 0; i < story->order_count; i++)
		yq_put_order(
		    w, &story->orders[i].row, NULL, story->orders[i].cancel_requested_at_us);
	yq_json_end_array(w);
	yq_json_end_object(w);
}

enum yq_rc
yq_history_signal(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_story_clear) struct yq_story story = { 0 };
	struct yq_id id = yq_api_id(call, "id");
	enum yq_rc rc = yq_story_of_signal(call->desk, &id, &story, err);

	if (rc == YQ_OK && !story.has_signal)
		rc = yq_err_set(err, YQ_E_NOT_FOUND, "there is no signal %s", id.text);
	if (rc == YQ_OK)
		put_story(call->out, &story);
	return rc;
}
