/* request.c - cancels and replaces: to the broker and back. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/admit.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/record.h"
#include "broker_gateway/request.h"

struct gw_request {
	struct gw_request *next;
	struct gw_order *order;
	struct gw_lane *lane;
	struct gw_task *task; /* a copy, to be put back if the broker cannot take it now; owned */
	struct yq_broker_change change;
	char entry_id[YQ_ENTRY_ID_SIZE];
	const char *what;
	bool cancels;
};

static struct gw_request *
request_make(const struct gw_task *task, struct gw_order *o, const char *what)
{
	struct gw_request *r = yq_xcalloc(1, sizeof(*r));

	r->order = o;
	r->lane = o->lane;
	r->lane->requests++;
	o->changes++;
	r->next = o->account->requests;
	o->account->requests = r;
	r->task = yq_xcalloc(1, sizeof(*r->task));
	*r->task = *task;
	r->change = task->change;
	r->what = what;
	r->cancels = task->kind == GW_TASK_CANCEL;
	r->lane->withdrawn += r->cancels;
	memcpy(r->entry_id, task->entry_id, sizeof(r->entry_id));
	gw_order_hold(o);
	return r;
}

bool
gw_request_is_there(const struct gw_account *a, const char *entry_id)
{
	for (const struct gw_request *r = a->requests; r != NULL; r = r->next)
		if (yq_str_equal(r->entry_id, entry_id))
			return true;
	return false;
}

static bool
is_there(const struct gw_order *o, bool cancels)
{
	for (const struct gw_request *r = o->account->requests; r != NULL; r = r->next)
		if (r->order == o && r->cancels == cancels)
			return true;
	return false;
}

bool
gw_request_changes(const struct gw_order *o)
{
	return is_there(o, false);
}

bool
gw_request_cancels(const struct gw_order *o)
{
	return is_there(o, true);
}

static void
request_unlink(struct gw_request *r)
{
	struct gw_request **link = &r->order->account->requests;

	while (*link != r)
		link = &(*link)->next;
	*link = r->next;
	r->lane->requests--;
	r->lane->withdrawn -= r->cancels;
}

static void
request_free(struct gw_request *r)
{
	free(r->task);
	free(r);
}

/* Provably not taken: again in a moment, at its place. */
static void
put_back(struct gw_request *r)
{
	struct gw_account *a = r->order->account;

	r->task->not_before_ns = gw_later_ns(a->gw);
	gw_task_add(a, r->task);
	r->task = NULL;
	gw_retry_later(a->gw);
}

static void
too_late(struct gw_account *a, const struct gw_task *task, const char *what)
{
	if (task->entry_id[0] != '\0') /* else a bracket asked */
		gw_notify(a->gw, "Order", "Warning", "%s of order %s came too late: it is final",
		    what, task->order_id.text);
	gw_ack_only(a->gw, task->entry_id);
}

static bool
has_limit(const struct yq_order *order)
{
	return order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT;
}

static bool
has_stop(const struct yq_order *order)
{
	return order->type == YQ_TYPE_STOP || order->type == YQ_TYPE_STOP_LIMIT;
}

/* Reserve again what is left of the order. */
static void
reopen(struct gw_order *o, struct yq_decimal left)
{
	struct yq_opt_decimal price =
	    yq_risk_price(&o->order, o->lane->price, o->lane->price_at_us);

	if (yq_account_open(o->account->book, &o->order, price.set ? price.value : YQ_DECIMAL_ZERO,
		NULL) == YQ_OK)
		yq_account_set_remaining(o->account->book, &o->order.id, left);
}

/* The order as it is at the broker now. */
static void
take_change(struct gw_order *o, const struct yq_broker_change *change, const char *text)
{
	struct yq_decimal left;

	if (change->qty.set)
		o->order.qty = change->qty.value;
	if (change->price.set)
		o->order.price = change->price;
	if (change->stop_price.set)
		o->order.stop_price = change->stop_price;
	yq_order_resize(&o->progress, o->order.qty);
	if (!yq_order_state_is_final(o->progress.state) &&
	    yq_decimal_sub(o->order.qty, o->progress.filled, &left) == YQ_OK) {
		yq_account_close(o->account->book, &o->order.id);
		reopen(o, left);
	}
	gw_record_order(o, text);
	gw_order_settle(o);
}

/* The change under way came to nothing: the order is as it was, and may have been filled; also
 * while it was another's, which is no more and left it filled but for its end. */
static void
no_change(struct gw_order *o)
{
	if (yq_order_state_is_final(o->progress.state) ||
	    (yq_decimal_cmp(o->progress.qty, o->order.qty) == 0 &&
		yq_decimal_cmp(o->progress.filled, o->order.qty) < 0))
		return;
	yq_order_resize(&o->progress, o->order.qty);
	if (o->progress.state != YQ_ORDER_FILLED)
		return;
	gw_record_order(o, "filled");
	gw_order_settle(o);
}

/* True when the request may be answered: it is ours, and the answer is one. */
static bool
request_end(struct gw_request *r, enum yq_rc rc, const struct yq_err *err)
{
	struct gw_order *o = r->order;
	struct gateway *gw = o->account->gw;

	request_unlink(r);
	o->changes++;
	gw_soon(gw);
	if (!gw_order_unhold(o) || gw->stopped)
		return false;
	if (rc == YQ_E_RETRY) {
		yq_debug("%s of order %s: %s", r->what, o->order.id.text, err->text);
		put_back(r);
		gw_order_release(o);
		return false;
	}
	if (rc != YQ_OK && r->entry_id[0] != '\0')
		gw_notify(gw, "Order", "Warning", "%s of order %s: %s", r->what, o->order.id.text,
		    err->text);
	/* Also when unknown: the order's own state tells in the end what became of it. */
	if (rc != YQ_OK && rc != YQ_E_REFUSED)
		gw_ask(o);
	if (rc != YQ_OK && r->cancels && r->entry_id[0] != '\0')
		gw_record_no_cancel(o, r->entry_id);
	else if (rc == YQ_E_REFUSED && !r->cancels)
		gw_record_refused(o, r->entry_id, r->task->mark, err->text);
	else if (rc != YQ_OK || r->cancels) /* a change that was made is recorded first */
		gw_ack_only(gw, r->entry_id);
	if (!r->cancels && (rc == YQ_E_REFUSED || rc == YQ_E_RETRY))
		no_change(o);
	if (rc != YQ_OK)
		gw_order_release(o); /* its end may have come, and been recorded, before this */
	return rc == YQ_OK;
}

static void
on_canceled(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	struct gw_request *r = cookie;
	struct gw_order *o = r->order;

	(void)ack;
	/* The broker's event moves the order; where it pushes none, it is asked. */
	if (request_end(r, rc, err)) {
		if (o->phase != GW_OVER && !o->canceling) {
			o->canceling = true;
			o->lane->canceling++;
		}
		if (!yq_broker_can(o->account->broker, YQ_BROKER_PUSHES))
			gw_ask(o);
		gw_order_release(o);
	}
	request_free(r);
}

void
gw_cancel(struct gw_account *a, struct gw_task *task, struct gw_order *o)
{
	struct yq_broker_ref ref;

	if (o == NULL || o->phase == GW_OVER) {
		too_late(a, task, "the cancel");
		return;
	}
	ref = (struct yq_broker_ref){ &o->order, o->broker_order_id, o->submitted_at_us };
	yq_broker_cancel(a->broker, &ref, on_canceled, request_make(task, o, "the cancel"));
}

/* "10 at 90.5, stop 91" */
static void
say_change(const struct gw_order *o, char text[YQ_MESSAGE_SIZE])
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(YQ_MESSAGE_SIZE);
	char number[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(o->order.qty, number);
	yq_buf_add_text(&out, number);
	if (has_limit(&o->order) && o->order.price.set) {
		yq_decimal_format(o->order.price.value, number);
		yq_buf_add_format(&out, " at %s", number);
	}
	if (has_stop(&o->order) && o->order.stop_price.set) {
		yq_decimal_format(o->order.stop_price.value, number);
		yq_buf_add_format(&out, ", stop %s", number);
	}
	yq_str_copy_cut(text, YQ_MESSAGE_SIZE, yq_buf_text(&out));
}

static void
on_replaced(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	struct gw_request *r = cookie;
	struct gw_order *o = r->order;
	char text[YQ_MESSAGE_SIZE];

	if (!request_end(r, rc, err)) {
		request_free(r);
		return;
	}
	if (ack->broker_order_id[0] != '\0')
		memcpy(o->broker_order_id, ack->broker_order_id, sizeof(o->broker_order_id));
	gw_order_hold(o); /* its end may be in the change */
	take_change(o, &r->change, "replaced");
	say_change(o, text);
	gw_record_applied(o, r->entry_id, r->task->mark, text);
	if (gw_order_unhold(o))
		gw_order_release(o);
	request_free(r);
}

static bool
same_price(bool has_one, struct yq_opt_decimal ours, struct yq_opt_decimal theirs)
{
	return !has_one || !theirs.set || !ours.set ||
	       yq_decimal_cmp(theirs.value, ours.value) == 0;
}

bool
gw_request_same(const struct gw_order *o, const struct yq_broker_order *theirs)
{
	if (yq_decimal_sign(theirs->qty) > 0 && yq_decimal_cmp(theirs->qty, o->order.qty) != 0)
		return false;
	return same_price(has_limit(&o->order), o->order.price, theirs->price) &&
	       same_price(has_stop(&o->order), o->order.stop_price, theirs->stop_price);
}

static bool
has_request(const struct gw_order *o)
{
	for (const struct gw_request *r = o->account->requests; r != NULL; r = r->next)
		if (r->order == o)
			return true;
	return false;
}

void
gw_request_adopt(struct gw_order *o, const struct yq_broker_order *theirs)
{
	struct yq_broker_change change = { .price = theirs->price,
		.stop_price = theirs->stop_price };

	if (yq_order_state_is_final(o->progress.state))
		return;
	/* What the broker said may be from before it was asked for more. */
	if (o->asked_changes != o->changes || has_request(o)) {
		o->ask_wanted = true;
		return;
	}
	if (gw_request_same(o, theirs)) {
		no_change(o);
		return;
	}
	if (yq_decimal_cmp(theirs->qty, o->progress.filled) < 0)
		return;
	if (yq_decimal_sign(theirs->qty) > 0)
		change.qty = yq_opt_decimal_of(theirs->qty);
	change.price.set = change.price.set && has_limit(&o->order);
	change.stop_price.set = change.stop_price.set && has_stop(&o->order);
	take_change(o, &change, "changed at the broker");
}

/* Why the order has no such price; NULL = it has. */
static const char *
wrong_price(const struct yq_order *order, const struct yq_broker_change *change)
{
	if (change->price.set && !has_limit(order))
		return "it has no limit price to change";
	if (change->stop_price.set && !has_stop(order))
		return "it has no stop price to change";
	return NULL;
}

/* The order as it would be, checked as if it came anew: it does not count against itself.  False:
 * `why` says what is in the way. */
static bool
change_allowed(
    struct gw_account *a, const struct gw_task *task, struct gw_order *o, char why[YQ_MESSAGE_SIZE])
{
	struct yq_order wanted = o->order;
	struct yq_trace trace;
	const struct yq_trace_step *step;
	struct yq_decimal left;
	bool allowed;

	wanted.timestamp_us = yq_clock_now_us(a->gw->clock);
	if (task->change.price.set)
		wanted.price = task->change.price;
	if (task->change.stop_price.set)
		wanted.stop_price = task->change.stop_price;
	if (task->change.qty.set)
		wanted.qty = task->change.qty.value;
	if (yq_decimal_sub(wanted.qty, o->progress.filled, &wanted.qty) != YQ_OK ||
	    yq_decimal_sub(o->order.qty, o->progress.filled, &left) != YQ_OK ||
	    yq_decimal_sign(wanted.qty) <= 0) {
		yq_str_copy_cut(why, YQ_MESSAGE_SIZE, "so much is filled already");
		return false;
	}
	yq_account_close(a->book, &o->order.id);
	yq_trace_clear_brief(&trace);
	allowed = gw_check_risk(a, o->lane, &wanted, true, &trace) == YQ_OK;
	reopen(o, left);
	step = allowed ? NULL : yq_trace_refusal(&trace);
	if (step != NULL)
		yq_str_format(why, YQ_MESSAGE_SIZE, "%s: %s", step->rule, step->text);
	return allowed;
}

/* False: `why` says what is in the way. */
static bool
may_change(
    struct gw_account *a, const struct gw_task *task, struct gw_order *o, char why[YQ_MESSAGE_SIZE])
{
	const char *no = wrong_price(&o->order, &task->change);

	if (!yq_id_is_none(&o->order.bracket_id))
		no = "it is an exit of a bracket: cancel it, which ends the bracket, and protect "
		     "what is held anew";
	else if (o->phase == GW_WAITING)
		no = "it was not sent yet: cancel it instead";
	else if (!yq_broker_can(a->broker, YQ_BROKER_REPLACES))
		no = "this broker changes no orders: cancel it, and order anew";
	else if (task->version != 0 && task->version != o->progress.sequence)
		no = YQ_REPLACE_STALE ": look at it again";
	if (no == NULL)
		return change_allowed(a, task, o, why);
	yq_str_copy_cut(why, YQ_MESSAGE_SIZE, no);
	return false;
}

static void
refuse_change(struct gw_account *a, const struct gw_task *task, struct gw_order *o, const char *why)
{
	gw_notify(
	    a->gw, "Order", "Warning", "order %s was not changed: %s", task->order_id.text, why);
	if (o != NULL)
		gw_record_refused(o, task->entry_id, task->mark, why);
	else
		gw_ack_only(a->gw, task->entry_id);
}

void
gw_replace(struct gw_account *a, struct gw_task *task, struct gw_order *o)
{
	char why[YQ_MESSAGE_SIZE] = "it is over";
	struct yq_broker_ref ref;

	if (o == NULL || o->phase == GW_OVER || !may_change(a, task, o, why)) {
		refuse_change(a, task, o, why);
		return;
	}
	/* Executions of the larger quantity may come before the answer: they do not fill it yet. */
	if (task->change.qty.set && yq_decimal_cmp(task->change.qty.value, o->progress.qty) > 0)
		o->progress.qty = task->change.qty.value;
	ref = (struct yq_broker_ref){ &o->order, o->broker_order_id, o->submitted_at_us };
	yq_broker_replace(
	    a->broker, &ref, &task->change, on_replaced, request_make(task, o, "the change"));
}
