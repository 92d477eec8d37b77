/* change.c - orders at Alpaca withdrawn and replaced. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/adapter.h"

struct change {
	struct yq_alpaca_op op;
	struct yq_id id;
	char current[YQ_BROKER_ORDER_ID_SIZE]; /* which is being changed */
	bool looked;			       /* Alpaca has been asked which one that is */
	struct yq_err refusal;
	/* of a replace */
	struct yq_broker_change change;
	char client_id[YQ_ALPACA_CLIENT_ID_SIZE];
};

static struct change *
change_make(struct yq_broker *broker, const struct yq_broker_ref *ref, yq_alpaca_run_fn *run,
    yq_broker_done_fn *fn, void *cookie)
{
	struct yq_alpaca *a = (struct yq_alpaca *)(void *)broker;
	struct change *c = yq_alpaca_op_make(a, sizeof(*c), run, yq_alpaca_fail_done,
	    (union yq_broker_completion){ .done = fn }, cookie);
	const struct yq_alpaca_ours *ours = yq_alpaca_ours_find(&a->book, &ref->order->id);

	c->id = ref->order->id;
	yq_str_copy_cut(c->current, sizeof(c->current),
	    ours != NULL && ours->current[0] != '\0' ? ours->current : ref->broker_order_id);
	return c;
}

static void
done(struct change *c, const char *id, int64_t time_us)
{
	struct yq_broker_ack ack = { .time_us = time_us };

	yq_str_copy_cut(ack.broker_order_id, sizeof(ack.broker_order_id), id);
	c->op.fn.done(c->op.cookie, YQ_OK, &ack, NULL);
	free(c);
}

/* What acts says nothing but this. */
static void
fail(struct change *c, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_err why = { .text = "" };

	if (err != NULL)
		why = *err;
	if (rc == YQ_E_NOT_FOUND || rc == YQ_E_DENIED || rc == YQ_E_INVALID)
		rc = YQ_E_REFUSED;
	else if (rc != YQ_E_REFUSED && rc != YQ_E_RETRY)
		rc = YQ_E_UNKNOWN;
	why.rc = rc;
	yq_alpaca_op_fail(&c->op, rc, &why);
}

static void
send_delete(struct yq_alpaca *a, const char *id, yq_alpaca_reply_fn *fn, void *cookie)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);
	const struct yq_alpaca_call call = {
		.method = "DELETE", .acts = true, .priority = YQ_CALL_PRIORITY_CANCEL, .path = &path
	};

	yq_buf_add_format(&path, "/v2/orders/%s", id);
	yq_alpaca_rest_send(a->rest, &call, fn, cookie);
}

/* ---- cancel ---- */

static void on_current(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_chain *chain, const struct yq_err *err);

/* Alpaca has nothing to say to a cancel that it takes; others have pages. */
static bool
is_json(const struct yq_alpaca_reply *reply)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;

	return yq_json_parse(reply->body, reply->length, &root, NULL) == YQ_OK;
}

static void
on_deleted(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct change *c = cookie;
	struct yq_err why;

	if (rc == YQ_OK && reply->length > 0 && !is_json(reply)) {
		(void)yq_err_set(&why, YQ_E_UNKNOWN, "it is not Alpaca that answers");
		fail(c, YQ_E_UNKNOWN, &why);
	} else if (rc == YQ_OK) {
		done(c, c->current, yq_clock_now_us(c->op.a->clock));
	} else if (rc == YQ_E_REFUSED && !c->looked) {
		/* Another may stand in its place. */
		c->refusal = *err;
		c->looked = true;
		yq_alpaca_chain_find(c->op.a, &c->id, on_current, c);
	} else {
		fail(c, rc, err);
	}
}

static void
on_current(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_chain *chain, const struct yq_err *err)
{
	struct change *c = cookie;
	const struct yq_alpaca_order *last;

	if (rc != YQ_OK) {
		/* What was refused is the cancel of what may not stand for the order any more. */
		fail(c, rc,
		    rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN || c->refusal.rc == YQ_OK ? err
										     : &c->refusal);
		return;
	}
	last = &chain->orders[chain->count - 1];
	if (c->refusal.rc != YQ_OK && yq_str_equal(last->id, c->current)) {
		fail(c, YQ_E_REFUSED, &c->refusal);
		return;
	}
	memcpy(c->current, last->id, sizeof(c->current));
	c->looked = true;
	send_delete(c->op.a, c->current, on_deleted, c);
}

static void
run_cancel(struct yq_alpaca_op *op)
{
	struct change *c = (struct change *)(void *)op;

	if (c->current[0] == '\0')
		yq_alpaca_chain_find(op->a, &c->id, on_current, c);
	else
		send_delete(op->a, c->current, on_deleted, c);
}

void
yq_alpaca_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie)
{
	(void)change_make(broker, ref, run_cancel, fn, cookie);
}

/* ---- replace ---- */

static void
on_patched(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct change *c = cookie;
	struct yq_alpaca_book *book = &c->op.a->book;
	struct yq_alpaca_order order;
	struct yq_alpaca_known *old;
	struct yq_alpaca_ours *ours;
	struct yq_err why;

	old = yq_alpaca_known_enter(book, c->current, &c->id);
	old->replacing = rc == YQ_OK || rc == YQ_E_UNKNOWN;
	if (rc != YQ_OK) {
		fail(c, rc, err);
		return;
	}
	rc = yq_alpaca_decode_order(reply->body, reply->length, &order, &why);
	if (rc == YQ_OK && !yq_id_equal(&order.order_id, &c->id))
		rc = yq_err_set(&why, YQ_E_UNKNOWN, "it is of another order, %s", order.id);
	if (rc != YQ_OK) {
		yq_alpaca_op_garbled(&c->op, &why);
		return;
	}
	(void)yq_alpaca_book_see(book, &order);
	ours = yq_alpaca_ours_enter(book, &c->id);
	memcpy(ours->current, order.id, sizeof(ours->current));
	old = yq_alpaca_known_enter(book, c->current, &c->id);
	if (!yq_str_equal(order.id, c->current))
		memcpy(old->replaced_by, order.id, sizeof(old->replaced_by));
	yq_alpaca_take_back(c->op.a, old);
	done(c, order.id, order.time_us);
}

static void
send_patch(struct change *c)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf body = yq_buf_make(YQ_ALPACA_PATH_MAX);
	const struct yq_alpaca_call call = { .method = "PATCH",
		.acts = true,
		.priority = YQ_CALL_PRIORITY_ORDER,
		.path = &path,
		.body = &body };
	struct yq_err err;
	enum yq_rc rc;

	yq_alpaca_client_id_next(&c->id, c->client_id);
	rc = yq_alpaca_encode_change(&c->change, c->client_id, &body, &err);
	if (rc == YQ_OK && yq_alpaca_op_is_late(&c->op))
		return;
	if (rc != YQ_OK) {
		fail(c, rc, &err);
		return;
	}
	yq_alpaca_known_enter(&c->op.a->book, c->current, &c->id)->replacing = true;
	yq_buf_add_format(&path, "/v2/orders/%s", c->current);
	yq_alpaca_rest_send(c->op.a->rest, &call, on_patched, c);
}

/* What is to be replaced, as it is now. */
static void
on_looked(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_chain *chain, const struct yq_err *err)
{
	struct change *c = cookie;
	const struct yq_alpaca_order *last;
	struct yq_err why;

	if (rc != YQ_OK) {
		/* Nothing has been sent that acts. */
		fail(c, rc == YQ_E_UNKNOWN ? YQ_E_RETRY : rc, err);
		return;
	}
	last = &chain->orders[chain->count - 1];
	if (yq_order_state_is_final(yq_alpaca_state(last))) {
		(void)yq_err_set(&why, YQ_E_REFUSED, "it is over at Alpaca: %s",
		    yq_names_text(&yq_alpaca_status_names, (int)last->status));
		fail(c, YQ_E_REFUSED, &why);
		return;
	}
	if (yq_decimal_sign(last->filled) > 0 || yq_decimal_sign(chain->filled_before) > 0) {
		(void)yq_err_set(&why, YQ_E_REFUSED,
		    "an order that is filled in part is not changed at Alpaca, where the new one "
		    "would be executed whole: cancel it, and order anew");
		fail(c, YQ_E_REFUSED, &why);
		return;
	}
	memcpy(c->current, last->id, sizeof(c->current));
	send_patch(c);
}

static void
run_replace(struct yq_alpaca_op *op)
{
	struct change *c = (struct change *)(void *)op;

	yq_alpaca_chain_find(op->a, &c->id, on_looked, c);
}

void
yq_alpaca_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie)
{
	struct change *c = change_make(broker, ref, run_replace, fn, cookie);

	c->change = *change;
}

/* ---- what was filled while it was replaced ---- */

struct take_back {
	struct yq_alpaca *a;
	char filled[YQ_BROKER_ORDER_ID_SIZE];
};

/* Not gone: with the next execution, or look, again. */
static void
on_taken_back(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct take_back *t = cookie;
	struct yq_alpaca_known *known;

	(void)reply;
	if (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN) {
		known = yq_alpaca_known_find(&t->a->book, t->filled);
		yq_warn(
		    "alpaca: what replaced order %s is not taken back: %s", t->filled, err->text);
		if (known != NULL)
			known->withdrawn = false;
	}
	free(t);
}

void
yq_alpaca_take_back(struct yq_alpaca *a, struct yq_alpaca_known *known)
{
	struct take_back *t;

	if (known->replaced_by[0] == '\0' || known->withdrawn || yq_decimal_sign(known->told) == 0)
		return;
	known->withdrawn = true;
	yq_warn("alpaca: order %s was executed while %s was put in its place, whole: that is "
		"canceled",
	    known->id, known->replaced_by);
	t = yq_xcalloc(1, sizeof(*t));
	t->a = a;
	yq_str_copy_cut(t->filled, sizeof(t->filled), known->id);
	send_delete(a, known->replaced_by, on_taken_back, t);
}

void
yq_alpaca_told(struct yq_alpaca *a, const struct yq_alpaca_fill *fill)
{
	struct yq_alpaca_known *known = yq_alpaca_known_find(&a->book, fill->order_id);

	if (known == NULL)
		return;
	known->told = yq_decimal_max(known->told, fill->filled);
	yq_alpaca_take_back(a, known);
}
