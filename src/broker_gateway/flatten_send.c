/* flatten_send.c - exits of flatten.h: counted, then put onto order:stream as any order is. */
#include "broker_gateway/flatten_send.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/flatten.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/listing.h"

#define BATCH_MAX 64
#define SLACK	  "0.02" /* of the price, where there is no market order and no collar */

/* The exits of one step.  Their numbers are on the bus before it is sent; a step that was not
 * answered is sent again as it was. */
struct gw_flatten_batch {
	struct gateway *gw;
	size_t count;
	bool sent, under_way;
	struct exit {
		struct gw_account *account;
		uint64_t version; /* of the account's guard, which has its number */
		struct yq_order order;
		struct yq_buf payload;
	} exits[BATCH_MAX];
};

static void
batch_free(struct gw_flatten_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		yq_buf_free(&batch->exits[i].payload);
	free(batch);
}

void
gw_flatten_drop(struct gateway *gw)
{
	/* The answer to one that is under way looks at nothing else then. */
	assert(gw->stopped);
	if (gw->flatten.batch != NULL && !gw->flatten.batch->under_way)
		batch_free(gw->flatten.batch);
	gw->flatten.batch = NULL; /* one that is under way is freed by its answer */
}

/* ---- making ---- */

/* Half of the collar, so that the step of the price does not lead out of it. */
struct yq_decimal
gw_flatten_slack(const struct gw_account *a)
{
	struct yq_decimal slack = YQ_DECIMAL_ZERO;

	if (a->limits->price_collar.set)
		slack.units = a->limits->price_collar.value.units / 2;
	else
		(void)!yq_decimal_parse(SLACK, strlen(SLACK), &slack);
	return slack;
}

/* The newest price that is known of what is held. */
static struct yq_opt_decimal
price_of(struct gw_account *a, const struct yq_position *held)
{
	const struct gw_lane *lane = gw_lane_of(a, held->exchange, held->ticker);

	return lane->price.set ? lane->price : held->current_price;
}

static bool
has_market(const struct gw_account *a)
{
	return (a->broker->capabilities.order_types & (1U << YQ_TYPE_MARKET)) != 0;
}

bool
gw_flatten_can(struct gw_account *a, const struct yq_position *held)
{
	struct yq_opt_decimal price = price_of(a, held);

	return has_market(a) || (price.set && yq_decimal_sign(price.value) > 0);
}

static enum yq_rc
order_of(struct gw_account *a, const struct yq_holding *h, const struct gw_mark *mark,
    struct yq_decimal qty, struct yq_order *order)
{
	struct yq_flatten_terms terms = {
		.id = yq_flatten_id(&mark->last.halt, a->settings.alias, mark->ticker,
		    mark->exchange, mark->last.attempt),
		.alias = a->settings.alias,
		.has_market = has_market(a),
		.last = price_of(a, &h->position),
		.slack = gw_flatten_slack(a),
		.ticks = gw_listing(a->gw, mark->exchange, mark->ticker).ticks,
		.now_us = mark->last.at_us,
	};

	return yq_flatten_order(&terms, &h->position, qty, order);
}

static void
count(struct gw_account *a, struct gw_mark *mark, const struct yq_id *halt)
{
	bool same = yq_id_equal(&mark->last.halt, halt);

	mark->last.attempt = same ? mark->last.attempt + 1 : 1;
	mark->last.halt = *halt;
	mark->last.at_us = yq_clock_now_us(a->gw->clock);
	mark->awaited_ns = yq_clock_monotonic_ns(a->gw->clock);
	gw_guard_touch(a);
}

static bool
is_there(const struct gw_flatten_batch *batch, const struct gw_account *a,
    const struct yq_position *position)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->exits[i].account == a &&
		    batch->exits[i].order.exchange == position->exchange &&
		    yq_str_equal(batch->exits[i].order.ticker, position->ticker))
			return true;
	return false;
}

bool
gw_flatten_make(struct gw_account *a, const struct yq_holding *h, const struct yq_halt_entry *halt,
    struct yq_decimal qty)
{
	struct gw_mark *mark = gw_mark_find(a, h->position.exchange, h->position.ticker);
	struct gw_flatten_batch *batch = a->gw->flatten.batch;
	struct yq_hand hand = { .origin = "BrokerGateway" };
	struct exit *exit;
	char why[YQ_HALT_TEXT_SIZE];

	if (batch != NULL && (batch->sent || batch->count == BATCH_MAX))
		return false;
	if (batch != NULL && is_there(batch, a, &h->position))
		return true;
	if (mark == NULL)
		mark = gw_mark_make(a, h->position.exchange, h->position.ticker);
	count(a, mark, &halt->halt.id);
	if (batch == NULL) {
		batch = a->gw->flatten.batch = yq_xcalloc(1, sizeof(*batch));
		batch->gw = a->gw;
	}
	exit = &batch->exits[batch->count];
	if (order_of(a, h, mark, qty, &exit->order) != YQ_OK) {
		mark->awaited_ns = 0;
		gw_notify(a->gw, "Risk", "Warning",
		    "account %s: %s cannot be closed at a price near the last one",
		    a->settings.alias, mark->ticker);
		return true;
	}
	exit->account = a;
	exit->version = a->guard.version;
	exit->payload = yq_buf_make(YQ_MESSAGE_MAX);
	yq_str_copy_cut(hand.who, sizeof(hand.who), halt->halt.who);
	yq_halt_describe(halt->field, &halt->halt, why, sizeof(why));
	yq_message_encode_order_by_hand(&exit->order, &hand, why, &exit->payload);
	batch->count++;
	yq_info("account %s: %s is closed: %s", a->settings.alias, mark->ticker, why);
	return true;
}

/* ---- sending ---- */

static void
on_sent(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gw_flatten_batch *batch = cookie;
	struct gateway *gw = batch->gw;

	(void)answers;
	(void)count;
	batch->under_way = false;
	if (gw->stopped) {
		batch_free(batch);
		return;
	}
	if (rc != YQ_OK) {
		yq_warn("exits are not on the bus yet, tried again: %s", err->text);
		gw_retry_later(gw);
		gw->flatten.due = true;
		return;
	}
	YQ_FAIL_POINT("gateway.flattened");
	/* From now on the pause before the next attempt counts. */
	gw->flatten.batch = NULL;
	batch_free(batch);
}

/* The halt may have been released while their numbers were written. */
static void
drop_released(struct gw_flatten_batch *batch)
{
	size_t kept = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct exit *exit = &batch->exits[i];

		if (gw_flatten_over(exit->account, exit->order.buy_reason) == NULL) {
			yq_buf_free(&exit->payload);
			continue;
		}
		if (kept != i)
			batch->exits[kept] = *exit;
		kept++;
	}
	batch->count = kept;
}

void
gw_flatten_send(struct gateway *gw)
{
	struct gw_flatten_batch *batch = gw->flatten.batch;
	struct yq_submit_item items[BATCH_MAX] = { 0 };

	if (batch != NULL && !batch->sent)
		drop_released(batch);
	/* The step asks for no token: who has stood still must not send it. */
	if (batch == NULL || batch->under_way || batch->count == 0 || !gw_lease_is_valid(gw))
		return;
	for (size_t i = 0; i < batch->count; i++) {
		struct exit *exit = &batch->exits[i];

		if (exit->account->guard.written < exit->version)
			return; /* its number is not on the bus yet */
		items[i] = (struct yq_submit_item){ .kind = YQ_SUBMIT_ORDER,
			.id = exit->order.id,
			.alias = exit->order.account_alias,
			.ticker = exit->order.ticker,
			.created_at_us = exit->order.timestamp_us,
			.payload = yq_buf_text(&exit->payload),
			.length = exit->payload.length,
			.foreign = true }; /* a gateway may not PUBLISH orders */
	}
	YQ_FAIL_POINT("gateway.flattening");
	batch->sent = batch->under_way = true;
	yq_step_submit(gw->valkey, items, batch->count, on_sent, batch);
}
