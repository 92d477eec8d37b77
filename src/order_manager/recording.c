/* recording.c - encode decisions into the items of one decide step. */
#include "order_manager/recording.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/mem.h"
#include "bus/message.h"
#include "daemon/settings.h"

#define ORDERS_MAX   YQ_DECIDE_ORDERS_MAX
#define PER_SIGNAL   (YQ_MAPPING_ALIASES_MAX * YQ_LEGS_MAX)
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
		for (size_t i = 0; i < decisions[d]->order_count; i++)
			add_order(recording, &decisions[d]->orders[i], decisions[d]->decided_at_us);
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
