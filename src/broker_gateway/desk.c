/*
 * desk.c - whose turn it is: orders on one account and ticker in order, others beside one another;
 * the risk check; and the claim, which makes durable that an order is about to be sent.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"

#define CLAIMS_MAX 1024 /* let through and not yet claimed */

/* ---- the list of an account ---- */

void
gw_task_add(struct gw_account *a, struct gw_task *task)
{
	task->account = a;
	*a->last = task;
	a->last = &task->next;
	a->task_count++;
	a->gw->task_count++;
	gw_soon(a->gw);
}

void
gw_task_order(struct gw_order *o)
{
	struct gw_task *task = yq_xcalloc(1, sizeof(*task));

	task->kind = GW_TASK_ORDER;
	task->order = o;
	task->order_id = o->order.id;
	gw_order_hold(o);
	gw_task_add(o->account, task);
}

static void
task_unlink(struct gw_account *a, struct gw_task **link)
{
	struct gw_task *task = *link;

	*link = task->next;
	if (task->next == NULL)
		a->last = link;
	a->task_count--;
	a->gw->task_count--;
}

void
gw_desk_clear(struct gw_account *a)
{
	while (a->first != NULL) {
		struct gw_task *task = a->first;

		task_unlink(a, &a->first);
		if (task->order != NULL && !gw_order_unhold(task->order))
			task->order = NULL;
		free(task);
	}
}

/* ---- risk ---- */

/* The loss since the local day's first look, in the order's currency. */
static struct yq_opt_decimal
day_loss(struct gw_account *a, const struct yq_order *order, const struct yq_market_hours *hours,
    int64_t now_us)
{
	int64_t day = yq_local_date(hours->zone, now_us);
	struct yq_decimal equity = yq_account_equity(a->book, order->currency), loss;

	if (!a->day[order->currency].set || a->day[order->currency].day != day) {
		a->day[order->currency].set = true;
		a->day[order->currency].day = day;
		a->day[order->currency].equity = equity;
	}
	if (yq_decimal_sub(a->day[order->currency].equity, equity, &loss) != YQ_OK)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(yq_decimal_max(loss, YQ_DECIMAL_ZERO));
}

enum yq_rc
gw_check_risk(struct gw_account *a, const struct gw_lane *lane, const struct yq_order *order,
    bool again, struct yq_trace *trace)
{
	struct gateway *gw = a->gw;
	int64_t now_us = yq_clock_now_us(gw->clock);
	const struct yq_market_hours *hours =
	    yq_calendar_hours(yq_markets_calendar(gw->markets), order->exchange);
	struct yq_risk_facts facts = {
		.account = a->book,
		.market_open = a->settings.any_hour ||
			       yq_broker_can(a->broker, YQ_BROKER_ANY_HOUR) ||
			       yq_market_is_open(hours, now_us),
		.calendar_covered = a->settings.any_hour || yq_market_is_covered(hours, now_us),
		.by_hand = yq_str_equal(order->buy_reason, "Manual"),
		.last_price = lane->price,
		.last_price_at_us = lane->price_at_us,
		.now_us = now_us,
		.orders_last_minute = yq_rate_count(&a->rate, now_us),
		.day_loss = day_loss(a, order, hours, now_us),
		.last_same_qty = lane->same_qty[order->action],
		.last_same_at_us = again ? 0 : lane->same_at_us[order->action],
	};

	return yq_risk_check(order, &facts, a->limits, trace);
}

/* A price that came with the order is a price somebody saw. */
static void
observe(struct gw_order *o)
{
	struct gw_account *a = o->account;
	struct yq_opt_decimal seen = o->order.reference_price;

	if (!seen.set && o->order.type == YQ_TYPE_MARKET)
		seen = o->order.price;
	if (!seen.set || !yq_broker_can(a->broker, YQ_BROKER_SIMULATED))
		return;
	o->order.reference_price = seen;
	gw_price_seen(a, o->order.exchange, o->order.ticker, seen.value, YQ_OPT_DECIMAL_NONE,
	    o->order.timestamp_us);
}

/* Reserve what the order will take; from now on others see it. */
static enum yq_rc
reserve(struct gw_order *o, struct yq_err *err)
{
	struct yq_opt_decimal price =
	    yq_risk_price(&o->order, o->lane->price, o->lane->price_at_us);

	return yq_account_open(
	    o->account->book, &o->order, price.set ? price.value : YQ_DECIMAL_ZERO, err);
}

static void
claims_push(struct gateway *gw, struct gw_order *o)
{
	if (gw->claim_count == gw->claim_room) {
		gw->claim_room = gw->claim_room == 0 ? 64 : gw->claim_room * 2;
		gw->claims = yq_xrealloc(gw->claims, gw->claim_room, sizeof(*gw->claims));
	}
	gw->claims[gw->claim_count++] = o;
	gw_order_hold(o);
}

static void
admit(struct gw_order *o)
{
	struct gw_account *a = o->account;
	int64_t now_us = yq_clock_now_us(a->gw->clock);
	const struct yq_trace_step *step;
	struct yq_trace trace = { 0 };
	struct yq_err err = { 0 };

	observe(o);
	if (yq_broker_supports(&a->broker->capabilities, a->broker->name, &o->order, &err) !=
	    YQ_OK) {
		gw_refuse(o, "BROKER_CANNOT", err.text);
		return;
	}
	if (gw_check_risk(a, o->lane, &o->order, false, &trace) != YQ_OK) {
		step = yq_trace_refusal(&trace);
		gw_refuse(o, step != NULL ? step->rule : "RISK", step != NULL ? step->text : "");
		return;
	}
	if (reserve(o, &err) != YQ_OK) {
		gw_refuse(o, "BOOK", err.text);
		return;
	}
	yq_rate_add(&a->rate, now_us);
	o->lane->same_qty[o->order.action] = yq_opt_decimal_of(o->order.qty);
	o->lane->same_at_us[o->order.action] = now_us;
	gw_order_set_phase(o, GW_CLAIMING);
	claims_push(a->gw, o);
	YQ_FAIL_POINT("gateway.checked");
}

/* ---- whose turn ---- */

static bool
order_may_go(const struct gw_account *a, const struct gw_order *o)
{
	const struct yq_broker_capabilities *can = &a->broker->capabilities;

	if (o->lane->unknown > 0 || a->gw->claim_count >= CLAIMS_MAX ||
	    a->unanswered >= can->in_flight_max)
		return false;
	return o->lane->unanswered == 0 || (can->flags & YQ_BROKER_ORDERED) != 0;
}

/* An order that has not been sent is withdrawn, wherever it waits. */
static void
withdraw(struct gw_account *a, struct gw_task *request, struct gw_order *o)
{
	for (struct gw_task **link = &a->first; *link != NULL; link = &(*link)->next) {
		struct gw_task *task = *link;

		if (task->order != o)
			continue;
		task_unlink(a, link);
		(void)gw_order_unhold(o);
		free(task);
		break;
	}
	(void)gw_order_event(o, YQ_EVENT_CANCEL,
	    request->reason[0] != '\0' ? request->reason : "withdrawn before it was sent", true);
	gw_ack_only(a->gw, request->entry_id);
}

enum turn { TURN_WAIT, TURN_DONE };

static enum turn
run_order(struct gw_account *a, struct gw_task *task)
{
	struct gw_order *o = task->order;

	if (o->detached)
		return TURN_DONE;
	if (o->lane->passed == a->gw->round || !order_may_go(a, o) || !gw_price_is_known(o)) {
		o->lane->passed = a->gw->round;
		return TURN_WAIT;
	}
	return TURN_DONE;
}

static enum turn
request_turn(struct gw_account *a, struct gw_task *task, struct gw_order **ret_order)
{
	struct gw_order *o = gw_order_find(a->gw, &task->order_id);

	*ret_order = o;
	if (o == NULL || o->phase == GW_LIVE || o->phase == GW_OVER || o->phase == GW_WAITING)
		return TURN_DONE;
	return TURN_WAIT;
}

static void
run_request(struct gw_account *a, struct gw_task *task, struct gw_order *o)
{
	if (o != NULL && o->phase == GW_WAITING && task->kind == GW_TASK_CANCEL)
		withdraw(a, task, o);
	else if (task->kind == GW_TASK_CANCEL)
		gw_cancel(a, task, o);
	else
		gw_replace(a, task, o);
}

static void
desk_run(struct gw_account *a)
{
	struct gw_task **link = &a->first;

	a->gw->round++;
	while (*link != NULL && gw_account_may_send(a)) {
		struct gw_task *task = *link;
		struct gw_order *o = NULL;
		enum turn turn =
		    task->kind == GW_TASK_ORDER ? run_order(a, task) : request_turn(a, task, &o);

		if (turn == TURN_WAIT) {
			link = &task->next;
			continue;
		}
		task_unlink(a, link);
		if (task->kind == GW_TASK_ORDER) {
			if (gw_order_unhold(task->order))
				admit(task->order);
		} else {
			run_request(a, task, o);
			link = &a->first; /* the list may have changed before this place */
			a->gw->round++;
		}
		free(task);
	}
}

void
gw_desk_run(struct gateway *gw)
{
	for (size_t i = 0; !gw->draining && i < gw->account_count; i++)
		if (gw->accounts[i].first != NULL)
			desk_run(&gw->accounts[i]);
	if (gw->paused && gw->task_count < GW_TASKS_LOW) {
		gw->paused = false;
		yq_consumer_resume(gw->consumer);
	}
}

/* ---- claim ---- */

static void
claim_back(struct gw_order *o)
{
	yq_account_close(o->account->book, &o->order.id);
	gw_order_set_phase(o, GW_WAITING);
}

/* `halt` is the field and what it says: "account:Paper {...}". */
static void
refuse_halted(struct gw_order *o, const char *halt)
{
	const char *json = halt != NULL ? strchr(halt, '{') : NULL;
	struct yq_halt said = { 0 };
	char text[YQ_MESSAGE_SIZE];
	size_t length;

	if (json == NULL || yq_message_decode_halt(json, strlen(json), &said, NULL) != YQ_OK) {
		gw_refuse(o, YQ_RISK_HALTED, halt != NULL ? halt : "halted");
		return;
	}
	length = (size_t)(json - halt);
	while (length > 0 && halt[length - 1] == ' ')
		length--;
	yq_str_format(text, sizeof(text), "%.*s halted by %s: %s",
	    yq_str_starts(halt, YQ_HALT_ALL) ? 10 : (int)length,
	    yq_str_starts(halt, YQ_HALT_ALL) ? "everything" : halt, said.who, said.why);
	gw_refuse(o, YQ_RISK_HALTED, text);
}

static void
claimed(struct gw_order *o, const struct yq_step_answer *answer)
{
	struct gw_account *a = o->account;
	struct yq_id id = o->order.id;
	char entry[YQ_ENTRY_ID_SIZE];

	switch (answer->result) {
	case YQ_CLAIMED:
		(void)gw_order_event(o, YQ_EVENT_CLAIM, "", true);
		gw_submit(o);
		break;
	case YQ_HALTED:
		claim_back(o);
		refuse_halted(o, answer->text);
		break;
	case YQ_FENCED:
		gw_account_lose(a, "another gateway holds the lease");
		break;
	case YQ_NOT_PENDING:
		memcpy(entry, o->entry_id, sizeof(entry));
		gw_order_detach(o);
		gw_look_up(a, &id, entry);
		break;
	default:
		yq_warn("order %s is not on the bus; its entry is dropped", id.text);
		gw_notify(a->gw, "Order", "Warning",
		    "order %s came without its record on the bus and was not sent", id.text);
		gw_ack_only(a->gw, o->entry_id);
		gw_order_detach(o);
		break;
	}
}

static void
on_claimed(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gateway *gw = cookie;
	struct gw_order **batch;

	if (gw->stopped)
		return;
	gw->claiming = false;
	if (rc != YQ_OK) {
		yq_warn("claiming is tried again: %s", err->text);
		gw_retry_later(gw);
		return;
	}
	yq_histogram_observe_us(
	    gw->metrics.claim, (yq_clock_monotonic_ns(gw->clock) - gw->claim_started_ns) / 1000);
	YQ_FAIL_POINT("gateway.claimed");
	batch = yq_xcalloc(count, sizeof(struct gw_order *));
	memcpy(batch, gw->claims, count * sizeof(struct gw_order *));
	gw->claim_count -= count;
	memmove(gw->claims, gw->claims + count, gw->claim_count * sizeof(struct gw_order *));
	gw->claim_sent = 0;
	/* Held until here, so that losing an account on the way frees nothing we still look at. */
	for (size_t i = 0; i < count; i++)
		if (!batch[i]->detached)
			claimed(batch[i], &answers[i]);
	for (size_t i = 0; i < count; i++)
		if (gw_order_unhold(batch[i]))
			gw_order_release(batch[i]);
	free(batch);
	gw_soon(gw);
}

static const char *
strategy_of(const struct yq_order *order)
{
	return yq_str_starts(order->buy_reason, "Webhook:") ? strchr(order->buy_reason, ':') + 1
							    : "";
}

/* Orders of an account that was lost meanwhile are not ours to claim. */
static void
claims_purge(struct gateway *gw)
{
	size_t kept = 0, sent = 0;

	for (size_t i = 0; i < gw->claim_count; i++) {
		struct gw_order *o = gw->claims[i];

		if (o->detached) {
			if (gw_order_unhold(o))
				gw_order_release(o);
			continue;
		}
		sent += i < gw->claim_sent;
		gw->claims[kept++] = o;
	}
	gw->claim_count = kept;
	gw->claim_sent = sent;
}

void
gw_claims_flush(struct gateway *gw)
{
	struct yq_claim_item *items;
	int64_t now_us = yq_clock_now_us(gw->clock);

	if (gw->claiming || !yq_valkey_is_up(gw->valkey))
		return;
	claims_purge(gw);
	if (gw->claim_count == 0)
		return;
	if (gw->claim_sent == 0) {
		gw->claim_sent = gw->claim_count < GW_BATCH_MAX ? gw->claim_count : GW_BATCH_MAX;
		for (size_t i = 0; i < gw->claim_sent; i++)
			gw->claims[i]->claimed_at_us = now_us;
	}
	items = yq_xcalloc(gw->claim_sent, sizeof(*items));
	for (size_t i = 0; i < gw->claim_sent; i++) {
		const struct gw_order *o = gw->claims[i];

		items[i] = (struct yq_claim_item){ .order_id = o->order.id,
			.alias = o->order.account_alias,
			.strategy = strategy_of(&o->order),
			.fence = o->account->fence,
			.claimed_at_us = o->claimed_at_us,
			.reduce_only = o->order.reduce_only };
	}
	YQ_FAIL_POINT("gateway.claiming");
	gw->claiming = true;
	gw->claim_started_ns = yq_clock_monotonic_ns(gw->clock);
	yq_step_claim(gw->valkey, items, gw->claim_sent, on_claimed, gw);
	free(items);
}
