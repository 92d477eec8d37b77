/* recording.c - encode decisions into the items of one decide step. */
#include "order_manager/recording.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "daemon/settings.h"

#define ORDERS_MAX   YQ_DECIDE_ORDERS_MAX
#define PER_SIGNAL   (YQ_MAPPING_ALIASES_MAX * (YQ_LEGS_MAX + YQ_CANCELS_MAX))
#define PAYLOADS_MAX (64U << 20) /* bytes of one step's messages */

/* A message by its place in `payloads`: the buffer moves while it grows. */
struct span {
	size_t at, length;
};

/* A policy whose text goes with an item. */
struct carried {
	size_t item;
	struct yq_named_policy *policy;
};

struct yq_recording {
	struct yq_buf payloads;
	struct yq_decide_item items[YQ_STEP_ITEMS_MAX];
	struct span verdicts[YQ_STEP_ITEMS_MAX];
	size_t item_count;
	struct yq_submit_item orders[ORDERS_MAX];
	struct span spans[ORDERS_MAX];
	char aliases[ORDERS_MAX][YQ_ALIAS_SIZE];
	char tickers[ORDERS_MAX][YQ_TICKER_SIZE];
	size_t order_count;
	struct carried carried[YQ_STEP_ITEMS_MAX];
	size_t carried_count;
};

struct yq_recording *
yq_recording_make(void)
{
	struct yq_recording *recording = yq_xcalloc(1, sizeof(*recording));

	recording->payloads = yq_buf_make(PAYLOADS_MAX);
	return recording;
}

void
yq_recording_free(struct yq_recording *recording)
{
	if (recording == NULL)
		return;
	yq_buf_free(&recording->payloads);
	free(recording);
}

void
yq_recording_clear(struct yq_recording *recording)
{
	yq_buf_clear(&recording->payloads);
	recording->item_count = 0;
	recording->order_count = 0;
	recording->carried_count = 0;
}

bool
yq_recording_has_room(const struct yq_recording *recording)
{
	return recording->item_count < YQ_STEP_ITEMS_MAX &&
	       recording->order_count + PER_SIGNAL <= ORDERS_MAX;
}

static struct span
span_from(const struct yq_recording *recording, size_t at)
{
	return (struct span){ .at = at, .length = recording->payloads.length - at };
}

static void
add_order(struct yq_recording *recording, const struct yq_order *order, int64_t decided_at_us)
{
	size_t index = recording->order_count++;
	size_t at = recording->payloads.length;

	assert(index < ORDERS_MAX);
	yq_message_encode_order(order, &recording->payloads);
	recording->spans[index] = span_from(recording, at);
	memcpy(recording->aliases[index], order->account_alias, YQ_ALIAS_SIZE);
	memcpy(recording->tickers[index], order->ticker, YQ_TICKER_SIZE);
	recording->orders[index] = (struct yq_submit_item){
		.kind = YQ_SUBMIT_ORDER,
		.id = order->id,
		.alias = recording->aliases[index],
		.ticker = recording->tickers[index],
		.created_at_us = decided_at_us,
	};
}

/* The same signal withdraws the same order with the same words, however often it is decided. */
static struct yq_cancel
cancel_of(
    const struct yq_decision *decision, const struct yq_id *signal_id, const struct yq_id *order_id)
{
	struct yq_cancel cancel = yq_cancel_default();
	char name[2 * YQ_ID_LENGTH + 16];

	if (!yq_str_format(name, sizeof(name), "cancel:%s:%s", signal_id->text, order_id->text))
		YQ_PANIC("a cancel's name does not fit");
	cancel.id = yq_id_named(name, strlen(name));
	cancel.order_id = *order_id;
	memcpy(cancel.account_alias, decision->account_alias, sizeof(cancel.account_alias));
	yq_str_copy_cut(cancel.reason, sizeof(cancel.reason), "the strategy has left its position");
	yq_str_copy_cut(cancel.hand.who, sizeof(cancel.hand.who), decision->orders[0].buy_reason);
	yq_str_copy_cut(cancel.hand.origin, sizeof(cancel.hand.origin), "OrderManager");
	cancel.timestamp_us = decision->decided_at_us;
	return cancel;
}

static void
add_cancel(struct yq_recording *recording, const struct yq_decision *decision,
    const struct yq_id *signal_id, const struct yq_id *order_id)
{
	struct yq_cancel cancel = cancel_of(decision, signal_id, order_id);
	size_t index = recording->order_count++;
	size_t at = recording->payloads.length;

	assert(index < ORDERS_MAX);
	yq_message_encode_cancel(&cancel, &recording->payloads);
	recording->spans[index] = span_from(recording, at);
	recording->orders[index] = (struct yq_submit_item){
		.kind = YQ_SUBMIT_CANCEL,
		.id = *order_id,
		.request_id = cancel.id,
		.created_at_us = decision->decided_at_us,
	};
}

/* What is withdrawn goes before what closes: the gateway cuts that to what is left. */
static void
add_decision(struct yq_recording *recording, const struct yq_decision *decision,
    const struct yq_id *signal_id)
{
	for (size_t i = 0; i < decision->cancel_count; i++)
		add_cancel(recording, decision, signal_id, &decision->cancels[i]);
	for (size_t i = 0; i < decision->order_count; i++)
		add_order(recording, &decision->orders[i], decision->decided_at_us);
}

/* The last addition may have moved the buffer: turn places into pointers. */
static void
resolve(struct yq_recording *recording)
{
	const char *base = yq_buf_text(&recording->payloads);

	for (size_t i = 0; i < recording->item_count; i++) {
		recording->items[i].verdict = base + recording->verdicts[i].at;
		recording->items[i].verdict_length = recording->verdicts[i].length;
	}
	for (size_t i = 0; i < recording->order_count; i++) {
		recording->orders[i].payload = base + recording->spans[i].at;
		recording->orders[i].length = recording->spans[i].length;
	}
}

void
yq_recording_add(struct yq_recording *recording, const char *entry_id,
    const struct yq_id *signal_id, const struct yq_decision *const *decisions,
    const struct yq_inputs *inputs, size_t count, int64_t now_us)
{
	size_t index = recording->item_count++;
	size_t first = recording->order_count, at;

	assert(index < YQ_STEP_ITEMS_MAX);
	for (size_t d = 0; d < count; d++)
		add_decision(recording, decisions[d], signal_id);
	at = recording->payloads.length;
	yq_verdict_write(&recording->payloads, decisions, inputs, count, now_us);
	assert(yq_buf_ok(&recording->payloads));
	recording->verdicts[index] = span_from(recording, at);
	recording->items[index] = (struct yq_decide_item){
		.signal_id = *signal_id,
		.entry_id = entry_id,
		.orders = &recording->orders[first],
		.order_count = recording->order_count - first,
	};
}

/* Without room it is not known to be recorded, and goes along once more. */
void
yq_recording_carry(struct yq_recording *recording, struct yq_named_policy *policy)
{
	if (policy == NULL || policy->recorded ||
	    recording->carried_count == YQ_COUNT(recording->carried))
		return;
	recording->carried[recording->carried_count++] =
	    (struct carried){ recording->item_count, policy };
}

/* What was decided in an earlier life was recorded as it was then. */
void
yq_recording_settle(struct yq_recording *recording, const struct yq_step_answer *answers)
{
	for (size_t i = 0; i < recording->carried_count; i++)
		if (answers[recording->carried[i].item].result != YQ_ALREADY)
			recording->carried[i].policy->recorded = true;
	recording->carried_count = 0;
}

size_t
yq_recording_count(const struct yq_recording *recording)
{
	return recording->item_count;
}

bool
yq_recording_has_orders(const struct yq_recording *recording, size_t index)
{
	return recording->items[index].order_count > 0;
}

void
yq_recording_send(
    struct yq_recording *recording, struct yq_valkey *valkey, yq_step_fn *fn, void *cookie)
{
	resolve(recording);
	YQ_FAIL_POINT("decider.deciding");
	yq_step_decide(valkey, recording->items, recording->item_count, fn, cookie);
}
