/* put_order.c - orders, what became of them, and how it came to that. */
#include "base/str.h"
#include "web/put.h"

static struct yq_opt_decimal
positive(struct yq_decimal value)
{
	return yq_decimal_sign(value) > 0 ? yq_opt_decimal_of(value) : YQ_OPT_DECIMAL_NONE;
}

/* Other types keep there the price they were decided at, which limits nothing. */
static struct yq_opt_decimal
limit_of(const struct yq_order *order)
{
	return order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT
		   ? order->price
		   : YQ_OPT_DECIMAL_NONE;
}

static void
put_opt_text(struct yq_json_writer *w, const char *name, const char *text)
{
	yq_json_name(w, name);
	if (text != NULL)
		yq_json_add_text(w, text);
	else
		yq_json_add_null(w);
}

static void
put_instruction(struct yq_json_writer *w, const struct yq_order *order, const char *name)
{
	yq_api_put_id(w, "id", &order->id);
	yq_json_put_text(w, "account", order->account_alias);
	yq_json_put_text(w, "ticker", order->ticker);
	yq_api_put_name(w, "exchange", &yq_exchange_names, (int)order->exchange);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)order->currency);
	put_opt_text(w, "name", name);
	yq_api_put_name(w, "action", &yq_action_names, (int)order->action);
	yq_api_put_name(w, "type", &yq_order_type_names, (int)order->type);
	yq_api_put_decimal(w, "qty", order->qty);
	yq_api_put_opt_decimal(w, "price", limit_of(order));
	yq_api_put_opt_decimal(w, "stopPrice", order->stop_price);
	yq_api_put_name(w, "tif", &yq_tif_names, (int)order->time_in_force);
	yq_json_put_text(w, "reason", order->buy_reason);
	yq_json_put_bool(w, "reduceOnly", order->reduce_only);
}

void
yq_put_order(struct yq_json_writer *w, const struct yq_order_row *row, const char *name,
    int64_t cancel_requested_at_us)
{
	const struct yq_order_progress *progress = &row->progress;

	yq_json_begin_object(w);
	put_instruction(w, &row->order, name);
	yq_api_put_name(w, "state", &yq_order_state_names, (int)progress->state);
	yq_api_put_decimal(w, "filled", progress->filled);
	yq_api_put_opt_decimal(w, "avgPrice", positive(progress->avg_price));
	yq_json_put_text(w, "message", row->reason);
	yq_json_put_text(w, "brokerOrderId", row->broker_order_id);
	yq_api_put_id(w, "signalId", &row->order.signal_id);
	yq_api_put_id(w, "bracketId", &row->order.bracket_id);
	yq_json_put_time(w, "orderedAt", row->order.timestamp_us);
	yq_api_put_time(w, "createdAt", row->created_at_us);
	yq_api_put_time(w, "submittedAt", row->submitted_at_us);
	yq_api_put_time(w, "finalAt", row->final_at_us);
	yq_api_put_time(w, "cancelRequestedAt", cancel_requested_at_us);
	yq_json_put_bool(w, "open", !yq_order_state_is_final(progress->state));
	yq_json_put_int(w, "version", progress->sequence);
	yq_json_end_object(w);
}

void
yq_put_live_order(
    struct yq_json_writer *w, const struct yq_order_state_full *order, const char *name)
{
	struct yq_order_row row;

	yq_desk_order_row(order, &row);
	yq_put_order(w, &row, name, order->cancel_requested_at_us);
}

void
yq_put_execution(struct yq_json_writer *w, const struct yq_execution *execution)
{
	yq_json_begin_object(w);
	yq_api_put_id(w, "orderId", &execution->order_id);
	yq_json_put_text(w, "account", execution->account_alias);
	yq_json_put_text(w, "ticker", execution->ticker);
	yq_api_put_name(w, "action", &yq_action_names, (int)execution->action);
	yq_api_put_decimal(w, "qty", execution->qty);
	yq_json_put_text(w, "state", yq_names_text(&yq_order_state_names, (int)execution->status));
	yq_api_put_decimal(w, "filled", execution->filled_qty);
	yq_api_put_opt_decimal(w, "avgPrice", positive(execution->avg_price));
	yq_api_put_opt_decimal(w, "lastQty", execution->last_qty);
	yq_api_put_opt_decimal(w, "lastPrice", execution->last_price);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)execution->currency);
	yq_json_put_text(w, "message", execution->message);
	yq_json_put_text(w, "brokerOrderId", execution->broker_order_id);
	yq_json_put_int(w, "sequence", execution->sequence);
	yq_json_put_time(w, "at", execution->timestamp_us);
	yq_json_end_object(w);
}

void
yq_put_fill(struct yq_json_writer *w, const struct yq_trade *trade)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "id", trade->id.text);
	yq_json_put_time(w, "at", trade->executed_at_us);
	yq_api_put_decimal(w, "qty", trade->quantity);
	yq_api_put_decimal(w, "price", trade->executed_price);
	yq_api_put_decimal(w, "commission", trade->commission);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)trade->currency);
	yq_json_end_object(w);
}

void
yq_put_step(struct yq_json_writer *w, const struct yq_moment *moment, int64_t before_us)
{
	struct yq_opt_decimal after_ms = YQ_OPT_DECIMAL_NONE;

	if (before_us != 0 && moment->at_us != 0)
		after_ms = yq_opt_decimal_of(yq_decimal_from_scaled(moment->at_us - before_us, 3));
	yq_json_begin_object(w);
	yq_json_put_text(w, "what", moment->name);
	yq_api_put_time(w, "at", moment->at_us);
	yq_api_put_opt_decimal(w, "afterMs", after_ms);
	yq_json_put_text(w, "text", moment->note);
	yq_json_end_object(w);
}

int64_t
yq_put_steps(struct yq_json_writer *w, const struct yq_timeline *timeline, int64_t before_us)
{
	yq_json_begin_array(w);
	for (size_t i = 0; i < timeline->count; i++) {
		yq_put_step(w, &timeline->items[i], before_us);
		before_us = timeline->items[i].at_us;
	}
	yq_json_end_array(w);
	return before_us;
}

static const char *
text_of(const yq_json *rule, const char *name)
{
	const yq_json *text = yq_json_get(rule, name);

	return text != NULL ? yq_json_text(text, NULL) : "";
}

void
yq_put_rules(struct yq_json_writer *w, const yq_json *decision, const char *account)
{
	const yq_json *rules = decision != NULL ? yq_json_get(decision, "Steps") : NULL;

	yq_json_begin_array(w);
	for (size_t i = 0; i < yq_json_count(rules); i++) {
		const yq_json *rule = yq_json_at(rules, i);
		const char *of = text_of(rule, "Account");

		/* A rule of no account was looked at before any was. */
		if (account != NULL && of[0] != '\0' && !yq_str_equal(of, account))
			continue;
		yq_json_begin_object(w);
		yq_json_put_text(w, "name", text_of(rule, "Rule"));
		yq_json_put_bool(w, "passed", yq_json_bool(yq_json_get(rule, "Ok")));
		yq_json_put_text(w, "text", text_of(rule, "Text"));
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}
