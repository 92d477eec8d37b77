/* verbs_why.c - the story of a signal or an order, step by step, with the time between. */
#include "base/str.h"
#include "console/resolve.h"
#include "console/sheet.h"
#include "console/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRADES_SHOWN_MAX 64
#define STEPS_MAX	 (16 + TRADES_SHOWN_MAX + YQ_STORY_ACTS_MAX)
#define NOTE_SIZE	 600

struct step {
	int64_t at_us;
	const char *name;
	char note[NOTE_SIZE];
};

struct steps {
	struct step items[STEPS_MAX];
	size_t count;
};

/* The note of a new step; a step that has not happened (time 0) gets one that is thrown away. */
static char *
new_step(struct steps *steps, int64_t at_us, const char *name)
{
	struct step *step = &steps->items[steps->count < STEPS_MAX ? steps->count : STEPS_MAX - 1];

	*step = (struct step){ .at_us = at_us, .name = name };
	if (at_us != 0 && steps->count < STEPS_MAX - 1)
		steps->count++;
	return step->note;
}

/* By time; those of one moment stay as they were added, which is the order of the steps. */
static void
sort_steps(struct steps *steps)
{
	for (size_t i = 1; i < steps->count; i++) {
		struct step moving = steps->items[i];
		size_t j = i;

		for (; j > 0 && steps->items[j - 1].at_us > moving.at_us; j--)
			steps->items[j] = steps->items[j - 1];
		steps->items[j] = moving;
	}
}

static void
signal_steps(const struct yq_story *story, struct steps *steps)
{
	const struct yq_signal_row *row = &story->signal;

	*steps = (struct steps){ 0 };
	if (story->has_signal) {
		new_step(steps, row->signal.timestamp_us, "fired");
		new_step(steps, row->signal.received_at_us, "received");
	}
	if (story->has_verdict)
		yq_str_format(new_step(steps, row->decided_at_us, "decided"), NOTE_SIZE,
		    "%s: %s%s%s", row->verdict, row->code, row->text[0] != '\0' ? ", " : "",
		    row->text);
	sort_steps(steps);
}

static void
trade_step(const struct yq_trade *trade, struct steps *steps)
{
	char qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE],
	    commission[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(trade->quantity, qty);
	yq_decimal_format(trade->executed_price, price);
	yq_decimal_format(trade->commission, commission);
	yq_str_format(new_step(steps, trade->executed_at_us, "filled"), NOTE_SIZE,
	    "%s at %s %s, commission %s", qty, price,
	    yq_names_text(&yq_currency_names, (int)trade->currency), commission);
}

/* Who made it by hand is said where it was ordered. */
static void
ordered_step(const struct yq_story_order *order, struct steps *steps)
{
	char *note = new_step(steps, order->row.created_at_us, "ordered");

	yq_str_format(note, NOTE_SIZE, "%s", order->row.order.buy_reason);
	for (size_t i = 0; i < order->acts.count; i++) {
		const struct yq_audit_row *act = &order->acts.items[i];

		if (yq_str_equal(act->verb, "order"))
			yq_str_format(note, NOTE_SIZE, "%s, by %s%s%s", order->row.order.buy_reason,
			    act->hand.who, act->reason[0] != '\0' ? ": " : "", act->reason);
	}
}

static void
act_steps(const struct yq_story_order *order, struct steps *steps)
{
	for (size_t i = order->acts.count; i > 0; i--) {
		const struct yq_audit_row *act = &order->acts.items[i - 1];

		if (yq_str_equal(act->verb, "order"))
			continue;
		yq_str_format(new_step(steps, act->at_us, act->verb), NOTE_SIZE, "%s by %s: %s%s%s",
		    act->outcome, act->hand.who, act->reason, act->after[0] != '\0' ? " -> " : "",
		    act->after);
	}
}

static void
order_steps(const struct yq_story_order *order, struct steps *steps)
{
	const struct yq_order_row *row = &order->row;

	*steps = (struct steps){ 0 };
	yq_str_format(new_step(steps, order->run.due_at_us, "due"), NOTE_SIZE, "schedule \"%s\"%s",
	    order->run.schedule_name, order->run.run_date < 0 ? ", run by hand" : "");
	ordered_step(order, steps);
	new_step(steps, row->claimed_at_us, "claimed");
	yq_str_format(new_step(steps, row->submitted_at_us, "submitted"), NOTE_SIZE,
	    row->broker_order_id[0] != '\0' ? "the broker's id is %s" : "%s", row->broker_order_id);
	new_step(steps, order->unknown_at_us, "unknown");
	act_steps(order, steps);
	if (order->trades.count == 0)
		new_step(steps, row->first_fill_at_us, "filled");
	for (size_t i = order->trades.count; i > 0; i--)
		if (order->trades.count - i < TRADES_SHOWN_MAX)
			trade_step(&order->trades.items[i - 1].trade, steps);
	yq_str_format(new_step(steps, row->final_at_us, "final"), NOTE_SIZE, "%s%s%s",
	    yq_names_text(&yq_order_state_names, (int)row->progress.state),
	    row->reason[0] != '\0' ? ": " : "", row->reason);
	new_step(steps, order->archived_at_us, "archived");
	sort_steps(steps);
}

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
print_steps(const struct steps *steps, int64_t before_us, const yq_json *decision)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];
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
	struct steps steps;
	int64_t decided_us;

	print_signal(story);
	signal_steps(story, &steps);
	decided_us = print_steps(&steps, 0, story->decision);
	for (size_t i = 0; i < story->order_count; i++) {
		print_order(&story->orders[i]);
		order_steps(&story->orders[i], &steps);
		print_steps(&steps, decided_us, NULL);
		if (story->orders[i].archived && story->orders[i].archived_at_us == 0)
			printf("  %-26s%12s  %s\n", "", "", "archived (when is not kept)");
	}
}

static void
write_steps(struct yq_json_writer *w, const struct steps *steps, int64_t *before_us)
{
	yq_json_name(w, "timeline");
	yq_json_begin_array(w);
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];

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
	struct steps steps;

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
	signal_steps(story, &steps);
	write_steps(w, &steps, before_us);
	yq_json_end_object(w);
}

static void
write_order(struct yq_json_writer *w, const struct yq_story_order *order, int64_t decided_us)
{
	struct steps steps;

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
	order_steps(order, &steps);
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
	int status = yq_system_find(call, &system);

	if (status == YQ_CONSOLE_DONE)
		status = yq_resolve(&system, call->words[0], false, &resolved);
	if (status == YQ_CONSOLE_DONE)
		status = resolved.kind == YQ_RESOLVED_ORDER
			     ? yq_story_of_order(&system, &resolved.id, &story)
			     : yq_story_of_signal(&system, &resolved.id, &story);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_call_has(call, YQ_OPT_JSON))
		write_story(&story);
	else
		print_story(&story);
	return YQ_CONSOLE_DONE;
}
