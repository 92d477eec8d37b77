/* verbs_why.c - the story of a signal or an order, step by step, with the time between. */
#include "base/str.h"
#include "console/resolve.h"
#include "console/sheet.h"
#include "desk/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
print_span(int64_t us)
{
	char text[32];

	if (us < 10 * 1000)
		yq_str_format(text, sizeof(text), "+%lld.%03lld ms", (long long)(us / 1000),
		    (long long)(us % 1000));
	else if (us < 10 * YQ_US_PER_SECOND)
		yq_str_format(text, sizeof(text), "+%lld ms", (long long)(us / 1000));
	else
		yq_str_format(text, sizeof(text), "+%lld s", (long long)(us / YQ_US_PER_SECOND));
	printf("%12s", text);
}

static void
print_rules(const yq_json *decision)
{
	const yq_json *rules = decision != NULL ? yq_json_get(decision, "Steps") : NULL;

	for (size_t i = 0; i < yq_json_count(rules); i++) {
		const yq_json *rule = yq_json_at(rules, i);
		const char *name = yq_json_text(yq_json_get(rule, "Rule"), NULL);
		const char *text = yq_json_text(yq_json_get(rule, "Text"), NULL);

		printf("    %-3s %-22s %s\n", yq_json_bool(yq_json_get(rule, "Ok")) ? "ok" : "NO",
		    name != NULL ? name : "", text != NULL ? text : "");
	}
}

/* `before_us`: the moment the first span is measured from; 0 = none.  Returns the last moment. */
static int64_t
print_steps(const struct yq_timeline *steps, int64_t before_us, const yq_json *decision)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct yq_moment *step = &steps->items[i];
		char text[YQ_TIME_TEXT_SIZE];

		yq_time_format(step->at_us, text);
		printf("  %.10s %.15s", text, text + 11);
		if (before_us != 0 && step->at_us >= before_us)
			print_span(step->at_us - before_us);
		else
			printf("%12s", "");
		printf("  %-10s %s\n", step->name, step->note);
		before_us = step->at_us;
		if (yq_str_equal(step->name, "decided"))
			print_rules(decision);
	}
	return before_us;
}

static void
print_signal(const struct yq_story *story)
{
	const struct yq_signal *signal = &story->signal.signal;
	char price[YQ_DECIMAL_TEXT_SIZE] = "";

	if (!story->has_signal)
		return;
	if (signal->price.set)
		yq_decimal_format(signal->price.value, price);
	printf("signal %s\n  %s %s on %s, strategy \"%s\"%s%s%s%s\n", signal->id.text,
	    yq_names_text(&yq_action_names, (int)signal->action), signal->ticker,
	    yq_names_text(&yq_exchange_names, (int)signal->exchange), signal->strategy,
	    price[0] != '\0' ? ", price " : "", price, signal->comment[0] != '\0' ? ", " : "",
	    signal->comment);
}

/* "take-profit 110, stop-loss 90; the bracket stands", or of what it is the exit. */
static void
print_bracket(const struct yq_story_order *order)
{
	const struct yq_order *o = &order->row.order;
	const struct {
		const char *name;
		struct yq_opt_decimal price;
	} exits[] = {
		{ "take-profit", o->exits.take_profit },
		{ "stop-loss", o->exits.stop_loss },
		{ "its limit", o->exits.stop_loss_limit },
	};
	char price[YQ_DECIMAL_TEXT_SIZE];

	if (!yq_id_is_none(&o->bracket_id))
		printf("  the %s of order %s\n", o->exit, o->bracket_id.text);
	if (!yq_exits_any(&o->exits))
		return;
	printf("  with");
	for (size_t i = 0; i < YQ_COUNT(exits); i++) {
		if (!exits[i].price.set)
			continue;
		yq_decimal_format(exits[i].price.value, price);
		printf(" %s %s%s", exits[i].name, price, order->bracket[0] != '\0' ? "," : "");
	}
	printf("%s%s\n", order->bracket[0] != '\0' ? " and the bracket " : "", order->bracket);
}

static void
print_order(const struct yq_story_order *order)
{
	const struct yq_order *o = &order->row.order;
	char qty[YQ_DECIMAL_TEXT_SIZE], filled[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(o->qty, qty);
	yq_decimal_format(order->row.progress.filled, filled);
	yq_decimal_format(order->row.progress.avg_price, price);
	printf("order %s\n  %s %s %s on %s, %s, account %s: %s, %s filled at %s\n", o->id.text,
	    yq_names_text(&yq_action_names, (int)o->action), qty, o->ticker,
	    yq_names_text(&yq_exchange_names, (int)o->exchange),
	    yq_names_text(&yq_order_type_names, (int)o->type), o->account_alias,
	    yq_names_text(&yq_order_state_names, (int)order->row.progress.state), filled, price);
	print_bracket(order);
}

static void
print_story(const struct yq_story *story)
{
	struct yq_timeline steps;
	int64_t decided_us;

	print_signal(story);
	yq_timeline_of_signal(story, &steps);
	decided_us = print_steps(&steps, 0, story->decision);
	for (size_t i = 0; i < story->order_count; i++) {
		print_order(&story->orders[i]);
		yq_timeline_of_order(&story->orders[i], &steps);
		print_steps(&steps, decided_us, NULL);
		if (story->orders[i].archived && story->orders[i].archived_at_us == 0)
			printf("  %-26s%12s  %s\n", "", "", "archived (when is not kept)");
	}
}

static void
write_steps(struct yq_json_writer *w, const struct yq_timeline *steps, int64_t *before_us)
{
	yq_json_name(w, "timeline");
	yq_json_begin_array(w);
	for (size_t i = 0; i < steps->count; i++) {
		const struct yq_moment *step = &steps->items[i];

		yq_json_begin_object(w);
		yq_json_put_text(w, "step", step->name);
		yq_json_put_time(w, "at", step->at_us);
		if (*before_us != 0)
			yq_json_put_int(w, "spanUs", step->at_us - *before_us);
		if (step->note[0] != '\0')
			yq_json_put_text(w, "note", step->note);
		yq_json_end_object(w);
		*before_us = step->at_us;
	}
	yq_json_end_array(w);
}

static void
write_rule(struct yq_json_writer *w, const yq_json *rule)
{
	static const struct {
		const char *theirs, *ours;
	} texts[] = { { "Account", "account" }, { "Rule", "rule" }, { "Text", "text" } },
	  /* what broke the limit, where that is a number */
	    numbers[] = { { "Value", "value" }, { "Limit", "limit" }, { "Currency", "currency" } };

	yq_json_begin_object(w);
	for (size_t i = 0; i < YQ_COUNT(texts); i++) {
		const char *text = yq_json_text(yq_json_get(rule, texts[i].theirs), NULL);

		if (text != NULL)
			yq_json_put_text(w, texts[i].ours, text);
	}
	yq_json_put_bool(w, "ok", yq_json_bool(yq_json_get(rule, "Ok")));
	for (size_t i = 0; i < YQ_COUNT(numbers); i++) {
		const yq_json *number = yq_json_get(rule, numbers[i].theirs);

		if (number == NULL)
			continue;
		yq_json_name(w, numbers[i].ours);
		yq_json_add_tree(w, number);
	}
	yq_json_end_object(w);
}

static void
write_signal(struct yq_json_writer *w, const struct yq_story *story, int64_t *before_us)
{
	const yq_json *rules =
	    story->decision != NULL ? yq_json_get(story->decision, "Steps") : NULL;
	struct yq_timeline steps;

	yq_json_name(w, "signal");
	if (!story->has_signal && !story->has_verdict) {
		yq_json_add_null(w);
		return;
	}
	yq_json_begin_object(w);
	if (story->has_signal)
		yq_record_write(w, yq_signal_fields, yq_signal_field_count, &story->signal.signal);
	yq_json_put_text(w, "verdict", story->signal.verdict);
	yq_json_put_text(w, "code", story->signal.code);
	yq_json_put_text(w, "text", story->signal.text);
	yq_json_put_bool(w, "archived", story->signal_archived);
	yq_json_name(w, "rules");
	yq_json_begin_array(w);
	for (size_t i = 0; i < yq_json_count(rules); i++)
		write_rule(w, yq_json_at(rules, i));
	yq_json_end_array(w);
	yq_timeline_of_signal(story, &steps);
	write_steps(w, &steps, before_us);
	yq_json_end_object(w);
}

static void
write_order(struct yq_json_writer *w, const struct yq_story_order *order, int64_t decided_us)
{
	struct yq_timeline steps;

	yq_json_begin_object(w);
	yq_record_write(w, yq_order_fields, yq_order_field_count, &order->row.order);
	yq_json_put_text(
	    w, "state", yq_names_text(&yq_order_state_names, (int)order->row.progress.state));
	yq_json_put_decimal(w, "filled", order->row.progress.filled);
	yq_json_put_decimal(w, "avgPrice", order->row.progress.avg_price);
	yq_json_put_text(w, "brokerOrderId", order->row.broker_order_id);
	yq_json_put_text(w, "message", order->row.reason);
	if (order->bracket[0] != '\0')
		yq_json_put_text(w, "bracket", order->bracket);
	yq_json_put_bool(w, "archived", order->archived);
	if (order->run.due_at_us != 0) {
		yq_json_put_text(w, "schedule", order->run.schedule_name);
		yq_json_put_time(w, "dueAt", order->run.due_at_us);
	}
	yq_timeline_of_order(order, &steps);
	write_steps(w, &steps, &decided_us);
	yq_json_end_object(w);
}

static void
write_story(const struct yq_story *story)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make((size_t)4 << 20);
	struct yq_json_writer w = yq_json_writer_make(&out);
	int64_t decided_us = 0;

	yq_json_begin_object(&w);
	write_signal(&w, story, &decided_us);
	yq_json_name(&w, "orders");
	yq_json_begin_array(&w);
	for (size_t i = 0; i < story->order_count; i++)
		write_order(&w, &story->orders[i], decided_us);
	yq_json_end_array(&w);
	yq_json_end_object(&w);
	puts(yq_buf_text(&out));
}

int
yq_verb_why(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_story_clear) struct yq_story story = { 0 };
	struct yq_resolved resolved;
	struct yq_err err = { 0 };
	int status = yq_system_find(call, &system);
	enum yq_rc rc;

	if (status == YQ_CONSOLE_DONE)
		status = yq_resolve(&system, call->words[0], false, &resolved);
	if (status != YQ_CONSOLE_DONE)
		return status;
	rc = resolved.kind == YQ_RESOLVED_ORDER
		 ? yq_story_of_order(&system.desk, &resolved.id, &story, &err)
		 : yq_story_of_signal(&system.desk, &resolved.id, &story, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	if (yq_call_has(call, YQ_OPT_JSON))
		write_story(&story);
	else
		print_story(&story);
	return YQ_CONSOLE_DONE;
}
