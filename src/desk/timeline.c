/* timeline.c - the steps of a story, in the order of time. */
#include "desk/timeline.h"

#include "base/str.h"

/* The note of a new step; a step that has not happened (time 0) gets one that is thrown away. */
static char *
new_step(struct yq_timeline *steps, int64_t at_us, const char *name)
{
	struct yq_moment *step =
	    &steps->items[steps->count < YQ_TIMELINE_MAX ? steps->count : YQ_TIMELINE_MAX - 1];

	*step = (struct yq_moment){ .at_us = at_us, .name = name };
	if (at_us != 0 && steps->count < YQ_TIMELINE_MAX - 1)
		steps->count++;
	return step->note;
}

/* By time; those of one moment stay as they were added, which is the order of the steps. */
static void
sort_steps(struct yq_timeline *steps)
{
	for (size_t i = 1; i < steps->count; i++) {
		struct yq_moment moving = steps->items[i];
		size_t j = i;

		for (; j > 0 && steps->items[j - 1].at_us > moving.at_us; j--)
			steps->items[j] = steps->items[j - 1];
		steps->items[j] = moving;
	}
}

void
yq_timeline_of_signal(const struct yq_story *story, struct yq_timeline *steps)
{
	const struct yq_signal_row *row = &story->signal;

	*steps = (struct yq_timeline){ 0 };
	if (story->has_signal) {
		new_step(steps, row->signal.timestamp_us, "fired");
		new_step(steps, row->signal.received_at_us, "received");
	}
	if (story->has_verdict)
		yq_str_format(new_step(steps, row->decided_at_us, "decided"), YQ_MOMENT_NOTE_SIZE,
		    "%s: %s%s%s", row->verdict, row->code, row->text[0] != '\0' ? ", " : "",
		    row->text);
	sort_steps(steps);
}

static void
trade_step(const struct yq_trade *trade, struct yq_timeline *steps)
{
	char qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE],
	    commission[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(trade->quantity, qty);
	yq_decimal_format(trade->executed_price, price);
	yq_decimal_format(trade->commission, commission);
	yq_str_format(new_step(steps, trade->executed_at_us, "filled"), YQ_MOMENT_NOTE_SIZE,
	    "%s at %s %s, commission %s", qty, price,
	    yq_names_text(&yq_currency_names, (int)trade->currency), commission);
}

/* Who made it by hand is said where it was ordered. */
static void
ordered_step(const struct yq_story_order *order, struct yq_timeline *steps)
{
	char *note = new_step(steps, order->row.created_at_us, "ordered");

	yq_str_format(note, YQ_MOMENT_NOTE_SIZE, "%s", order->row.order.buy_reason);
	for (size_t i = 0; i < order->acts.count; i++) {
		const struct yq_audit_row *act = &order->acts.items[i];

		if (yq_str_equal(act->verb, "order"))
			yq_str_format(note, YQ_MOMENT_NOTE_SIZE, "%s, by %s%s%s",
			    order->row.order.buy_reason, act->hand.who,
			    act->reason[0] != '\0' ? ": " : "", act->reason);
	}
}

static void
act_steps(const struct yq_story_order *order, struct yq_timeline *steps)
{
	for (size_t i = order->acts.count; i > 0; i--) {
		const struct yq_audit_row *act = &order->acts.items[i - 1];

		if (yq_str_equal(act->verb, "order"))
			continue;
		yq_str_format(new_step(steps, act->at_us, act->verb), YQ_MOMENT_NOTE_SIZE,
		    "%s by %s: %s%s%s", act->outcome, act->hand.who, act->reason,
		    act->after[0] != '\0' ? " -> " : "", act->after);
	}
}

void
yq_timeline_of_order(const struct yq_story_order *order, struct yq_timeline *steps)
{
	const struct yq_order_row *row = &order->row;

	*steps = (struct yq_timeline){ 0 };
	yq_str_format(new_step(steps, order->run.due_at_us, "due"), YQ_MOMENT_NOTE_SIZE,
	    "schedule \"%s\"%s", order->run.schedule_name,
	    order->run.run_date < 0 ? ", run by hand" : "");
	ordered_step(order, steps);
	new_step(steps, row->claimed_at_us, "claimed");
	yq_str_format(new_step(steps, row->submitted_at_us, "submitted"), YQ_MOMENT_NOTE_SIZE,
	    row->broker_order_id[0] != '\0' ? "the broker's id is %s" : "%s", row->broker_order_id);
	new_step(steps, order->unknown_at_us, "unknown");
	act_steps(order, steps);
	if (order->trades.count == 0)
		new_step(steps, row->first_fill_at_us, "filled");
	for (size_t i = order->trades.count; i > 0; i--)
		if (order->trades.count - i < YQ_TIMELINE_TRADES_MAX)
			trade_step(&order->trades.items[i - 1].trade, steps);
	yq_str_format(new_step(steps, row->final_at_us, "final"), YQ_MOMENT_NOTE_SIZE, "%s%s%s",
	    yq_names_text(&yq_order_state_names, (int)row->progress.state),
	    row->reason[0] != '\0' ? ": " : "", row->reason);
	new_step(steps, order->archived_at_us, "archived");
	sort_steps(steps);
}
