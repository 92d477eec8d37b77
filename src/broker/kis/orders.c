/* orders.c - orders, changes and cancels: to KIS and back. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/adapter.h"
#include "domain/market.h"

/* From when it was asked for to when it may wait for its turn: with what comes then much less than
 * the time after which an order that KIS does not list was never there. */
#define SUBMIT_WITHIN_NS INT64_C(10000000000)

struct act {
	struct yq_kis_task op;
	struct yq_order order;
	char id[YQ_BROKER_ORDER_ID_SIZE];
	bool cancels;		 /* else, of one that has an id: a new price */
	struct yq_decimal price; /* ... this */
	bool looked;		 /* KIS has been asked which number the order has now */
};

static void
fail_done(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	op->fn.done(op->cookie, rc, NULL, err);
}

static struct act *
act_make(struct yq_broker *broker, const struct yq_order *order, yq_kis_run_fn *run,
    yq_broker_done_fn *fn, void *cookie)
{
	const union yq_broker_completion done = { .done = fn };
	struct act *act = yq_kis_task_make(
	    (struct yq_kis *)(void *)broker, sizeof(*act), run, fail_done, done, cookie);

	act->order = *order;
	return act;
}

static void
refuse(struct act *act, enum yq_rc rc, struct yq_err *err)
{
	yq_kis_task_fail(&act->op, rc == YQ_E_RETRY ? rc : YQ_E_REFUSED, err);
}

/* What came back of something that may have been taken. */
static enum yq_rc
act_rc(enum yq_rc rc)
{
	return rc == YQ_E_REFUSED || rc == YQ_E_RETRY ? rc : YQ_E_UNKNOWN;
}

static void
done(struct act *act, const char *id)
{
	struct yq_broker_ack ack = { .time_us = yq_clock_now_us(act->op.k->clock) };

	yq_str_copy_cut(ack.broker_order_id, sizeof(ack.broker_order_id), id);
	act->op.fn.done(act->op.cookie, YQ_OK, &ack, NULL);
	free(act);
}

/* YQ_E_UNKNOWN: KIS has taken it, and does not say under which number. */
static enum yq_rc
read_ack(const struct yq_kis_answer *answer, struct yq_kis_ack *ack, struct yq_err *err)
{
	if (yq_kis_decode_ack(answer->root, ack, err) == YQ_OK)
		return YQ_OK;
	return yq_err_context(err, YQ_E_UNKNOWN, "KIS has taken it (%s), but", answer->msg_code);
}

/* ---- a new order ---- */

/* The date there when KIS took it: its time in Seoul may be of the day before ours. */
static void
date_of(const struct yq_kis *k, const struct yq_order *order, const struct yq_kis_ack *ack,
    char date[YQ_KIS_DATE_SIZE])
{
	int64_t at_us = yq_clock_now_us(k->clock);
	struct yq_civil seoul = yq_zone_civil(k->zones.of[YQ_COUNTRY_KR], at_us);
	int32_t now_s = seoul.hour * 3600 + seoul.minute * 60 + seoul.second;
	int32_t behind_s = ack->seconds < 0 ? 0 : now_s - ack->seconds;

	if (behind_s < -43200)
		behind_s += 86400;
	else if (behind_s > 43200)
		behind_s -= 86400;
	if (behind_s > 600 || behind_s < -600) /* no clock of Seoul: nothing to go by */
		behind_s = 0;
	yq_kis_date_at(&k->zones, order->exchange, at_us - behind_s * YQ_US_PER_SECOND, date);
}

static void
on_submitted(
    void *cookie, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err)
{
	struct act *act = cookie;
	struct yq_kis *k = act->op.k;
	char date[YQ_KIS_DATE_SIZE], id[YQ_BROKER_ORDER_ID_SIZE];
	struct yq_kis_entry *entry;
	struct yq_kis_ack ack;
	struct yq_err why;

	if (rc != YQ_OK) {
		yq_kis_task_fail(&act->op, act_rc(rc), err);
		return;
	}
	rc = read_ack(answer, &ack, &why);
	if (rc != YQ_OK) {
		yq_kis_task_fail(&act->op, rc, &why);
		return;
	}
	date_of(k, &act->order, &ack, date);
	entry = yq_kis_ledger_taken(&k->ledger, &act->order, date, &ack);
	memcpy(id, entry->id, sizeof(id));
	done(act, id);
	/* Its executions may have been told before its number. */
	if (!k->freed && yq_kis_ledger_catch_up(&k->ledger, entry, yq_clock_now_us(k->clock)))
		yq_kis_tell_steps(k, entry, 0);
}

/* A program that stood still may wake up when another one has sent the order anew. */
static bool
is_late(const struct act *act)
{
	return yq_clock_monotonic_ns(act->op.k->clock) - act->op.begun_ns >= SUBMIT_WITHIN_NS;
}

static void
submit_at(struct act *act, struct yq_decimal limit)
{
	struct yq_kis *k = act->op.k;
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_err err;
	enum yq_rc rc =
	    is_late(act)
		? yq_err_set(&err, YQ_E_RETRY, "KIS is too slow: nothing was sent")
		: yq_kis_encode_order(&k->settings.account, &act->order, limit, &request, &err);

	if (rc != YQ_OK)
		refuse(act, rc, &err);
	else
		yq_kis_rest_send(k->rest, &request, YQ_CALL_PRIORITY_ORDER, on_submitted, act);
	yq_kis_request_free(&request);
}

/* Nothing has been sent yet, whatever came of the question. */
static void
on_priced(void *cookie, enum yq_rc rc, struct yq_decimal price, struct yq_opt_decimal change_rate,
    const struct yq_err *err)
{
	struct act *act = cookie;
	struct yq_kis *k = act->op.k;
	struct yq_decimal limit;
	struct yq_err why;

	(void)change_rate;
	if (rc != YQ_OK) {
		why = *err;
		rc = rc == YQ_E_REFUSED || rc == YQ_E_NOT_FOUND ? YQ_E_REFUSED : YQ_E_RETRY;
		refuse(act, yq_err_context(&why, rc, "no price to put a limit by"), &why);
		return;
	}
	rc = yq_kis_collar(
	    act->order.exchange, act->order.action, price, k->settings.collar_bps, &limit, &why);
	if (rc != YQ_OK)
		refuse(act, rc, &why);
	else
		submit_at(act, limit);
}

static void
run_submit(struct yq_kis_task *op)
{
	struct act *act = (struct act *)(void *)op;
	struct yq_err err;
	enum yq_rc rc;

	rc = yq_broker_supports(&op->k->head.capabilities, op->k->head.name, &act->order, &err);
	if (rc != YQ_OK) {
		refuse(act, rc, &err);
		return;
	}
	yq_kis_watch_order(op->k, act->order.exchange, act->order.ticker);
	if (yq_kis_needs_limit(&act->order))
		yq_kis_price_ask(op->k, YQ_CALL_PRIORITY_ORDER, act->order.exchange,
		    act->order.ticker, on_priced, act);
	else
		submit_at(act, YQ_DECIMAL_ZERO);
}

void
yq_kis_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie)
{
	(void)act_make(broker, order, run_submit, fn, cookie);
}

/* ---- changes and cancels ---- */

static void
on_changed(
    void *cookie, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err)
{
	struct act *act = cookie;
	struct yq_kis *k = act->op.k;
	struct yq_kis_entry *entry = yq_kis_entry_find(&k->ledger, act->id);
	struct yq_kis_ack ack;
	struct yq_err why;

	if (rc != YQ_OK) {
		yq_kis_task_fail(&act->op, act_rc(rc), err);
		return;
	}
	rc = read_ack(answer, &ack, &why);
	if (rc != YQ_OK) {
		yq_kis_task_fail(&act->op, rc, &why);
		return;
	}
	if (!act->cancels && entry != NULL)
		yq_kis_ledger_renumbered(&k->ledger, entry, ack.number);
	done(act, act->id);
}

static void run_change(struct yq_kis_task *op);

/* Which number it has by now: it is from before our time. */
static void
on_looked(void *cookie, enum yq_rc rc, const struct yq_kis_orders *orders, const struct yq_err *err)
{
	struct act *act = cookie;
	struct yq_err why;

	(void)orders;
	if (rc == YQ_OK) {
		act->looked = true;
		run_change(&act->op);
		return;
	}
	why = *err; /* nothing was sent */
	yq_kis_task_fail(&act->op, YQ_E_RETRY, &why);
}

static void
change(struct act *act, const struct yq_kis_entry *entry)
{
	struct yq_kis *k = act->op.k;
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_kis_target target = { &act->order, entry->number, entry->branch, entry->qty };
	struct yq_err err;
	enum yq_rc rc;

	if (entry->step_count > 0 &&
	    yq_decimal_sub(entry->qty, entry->steps[entry->step_count - 1].sum.qty, &target.left) !=
		YQ_OK)
		target.left = entry->qty;
	rc = act->cancels
		 ? yq_kis_encode_cancel(&k->settings.account, &target, &request, &err)
		 : yq_kis_encode_modify(&k->settings.account, &target, act->price, &request, &err);
	if (rc != YQ_OK)
		refuse(act, rc, &err);
	else
		yq_kis_rest_send(k->rest, &request,
		    act->cancels ? YQ_CALL_PRIORITY_CANCEL : YQ_CALL_PRIORITY_ORDER, on_changed,
		    act);
	yq_kis_request_free(&request);
}

static void
run_change(struct yq_kis_task *op)
{
	struct act *act = (struct act *)(void *)op;
	struct yq_kis *k = op->k;
	struct yq_kis_entry *entry = yq_kis_entry_find(&k->ledger, act->id);
	struct yq_kis_id id;
	struct yq_err err;

	if (act->id[0] == '\0') {
		/* It may be there: once it is found, it can be changed. */
		(void)yq_err_set(&err, YQ_E_RETRY, "the order's number at KIS is not known");
		yq_kis_task_fail(op, YQ_E_RETRY, &err);
	} else if (yq_kis_id_parse(act->id, &id, &err) != YQ_OK) {
		refuse(act, YQ_E_REFUSED, &err);
	} else if (entry != NULL) {
		change(act, entry);
	} else if (!act->looked) {
		yq_kis_walk(op, act->order.timestamp_us, yq_market_of(act->order.exchange)->country,
		    on_looked, act);
	} else {
		(void)yq_err_set(&err, YQ_E_REFUSED, "KIS does not list the order %s", act->id);
		refuse(act, YQ_E_REFUSED, &err);
	}
}

void
yq_kis_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie)
{
	struct act *act = act_make(broker, ref->order, run_change, fn, cookie);

	act->cancels = true;
	yq_str_copy_cut(act->id, sizeof(act->id), ref->broker_order_id);
}

/* A change of the quantity is not one at KIS: the rest would stay where it was. */
static void
run_refusal(struct yq_kis_task *op)
{
	struct yq_err err;

	(void)yq_err_set(&err, YQ_E_REFUSED,
	    "KIS changes the limit price of an order, nothing else: cancel it, and order again");
	yq_kis_task_fail(op, YQ_E_REFUSED, &err);
}

void
yq_kis_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie)
{
	const struct yq_order *o = ref->order;
	bool only_price = change->price.set && o->type == YQ_TYPE_LIMIT &&
			  (!change->stop_price.set) &&
			  (!change->qty.set || yq_decimal_cmp(change->qty.value, o->qty) == 0);
	struct act *act = act_make(broker, o, only_price ? run_change : run_refusal, fn, cookie);

	act->price = change->price.value;
	yq_str_copy_cut(act->id, sizeof(act->id), ref->broker_order_id);
}
