/* orders.c - orders to Alpaca: submitting, canceling, replacing; and following what replaced them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/adapter.h"

static struct yq_alpaca *
alpaca_of(struct yq_broker *broker)
{
	return (struct yq_alpaca *)(void *)broker;
}

static void
path_of_order(struct yq_buf *path, const char *id)
{
	yq_buf_add_format(path, "/v2/orders/%s", id);
}

/* ---- an order and what replaced it ---- */

struct walk {
	struct yq_alpaca *a;
	struct yq_id id;
	struct yq_alpaca_chain chain;
	yq_alpaca_chain_fn *fn;
	void *cookie;
};

static void
walk_end(struct walk *w, enum yq_rc rc, const struct yq_err *err)
{
	w->fn(w->cookie, rc, rc == YQ_OK ? &w->chain : NULL, err);
	free(w);
}

static void on_link(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err);

/* The last of the chain is there: what stands for our order. */
static void
walk_done(struct walk *w)
{
	const struct yq_alpaca_order *last = &w->chain.orders[w->chain.count - 1];
	struct yq_alpaca_ours *ours = yq_alpaca_ours_enter(&w->a->book, &w->id);

	memcpy(ours->current, last->id, sizeof(ours->current));
	ours->acked = true;
	walk_end(w, YQ_OK, NULL);
}

static void
walk_on(struct walk *w)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);
	const struct yq_alpaca_order *last = &w->chain.orders[w->chain.count - 1];
	struct yq_err err;

	if (last->status != YQ_ALPACA_REPLACED || last->replaced_by[0] == '\0') {
		walk_done(w);
		return;
	}
	if (w->chain.count == YQ_ALPACA_CHAIN_MAX ||
	    yq_decimal_add(w->chain.filled_before, last->filled, &w->chain.filled_before) !=
		YQ_OK) {
		walk_end(w,
		    yq_err_set(&err, YQ_E_UNKNOWN, "order %s was replaced too often to be followed",
			w->id.text),
		    &err);
		return;
	}
	path_of_order(&path, last->replaced_by);
	yq_alpaca_ask(w->a, YQ_CALL_PRIORITY_FIND, &path, on_link, w);
}

/* Its client id says that it was we who put it in the place of the one before it: also where that
 * was a program before this one. */
static void
see_replacement(struct walk *w, const struct yq_alpaca_order *order)
{
	const struct yq_alpaca_order *before = &w->chain.orders[w->chain.count - 1];
	struct yq_alpaca_known *known;

	if (!yq_id_equal(&order->order_id, &w->id) ||
	    yq_order_state_is_final(yq_alpaca_state(order)))
		return;
	known = yq_alpaca_known_enter(&w->a->book, before->id, &w->id);
	known->replacing = true;
	memcpy(known->replaced_by, order->id, sizeof(known->replaced_by));
}

static void
on_link(void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct walk *w = cookie;
	struct yq_alpaca_order *order = &w->chain.orders[w->chain.count];
	struct yq_err why;

	/* That one is missing which another names proves nothing. */
	if (rc == YQ_E_NOT_FOUND && w->chain.count > 0)
		rc = YQ_E_UNKNOWN;
	if (rc == YQ_OK) {
		rc = yq_alpaca_decode_order(reply->body, reply->length, order, &why);
		if (rc == YQ_OK &&
		    (!order->is_stock ||
			(w->chain.count == 0 && !yq_id_equal(&order->order_id, &w->id))))
			rc = yq_err_set(
			    &why, YQ_E_UNKNOWN, "Alpaca answers with another order, %s", order->id);
		if (rc != YQ_OK)
			rc = yq_err_context(&why, YQ_E_UNKNOWN, "Alpaca's answer cannot be read");
		err = &why;
	}
	if (rc != YQ_OK) {
		walk_end(w, rc, err);
		return;
	}
	if (w->chain.count > 0)
		see_replacement(w, order);
	order->order_id = w->id;
	(void)yq_alpaca_book_see(&w->a->book, order);
	w->chain.count++;
	walk_on(w);
}

void
yq_alpaca_chain_find(
    struct yq_alpaca *a, const struct yq_id *id, yq_alpaca_chain_fn *fn, void *cookie)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);
	struct walk *w = yq_xcalloc(1, sizeof(*w));

	w->a = a;
	w->id = *id;
	w->fn = fn;
	w->cookie = cookie;
	yq_buf_add_text(&path, "/v2/orders:by_client_order_id");
	yq_alpaca_add_query(&path, "client_order_id", id->text);
	yq_alpaca_ask(a, YQ_CALL_PRIORITY_FIND, &path, on_link, w);
}

/* ---- submit ---- */

struct submit {
	struct yq_alpaca_op op;
	struct yq_order order;
	bool again;	       /* it may have been sent before */
	struct yq_err refusal; /* Alpaca's, while it is found out whether it has the order */
	bool taken;	       /* ... for it has one with this id, it says */
};

static void
done(struct yq_alpaca_op *op, const char *id, int64_t time_us)
{
	struct yq_broker_ack ack = { .time_us = time_us };

	yq_str_copy_cut(ack.broker_order_id, sizeof(ack.broker_order_id), id);
	op->fn.done(op->cookie, YQ_OK, &ack, NULL);
	free(op);
}

/* It is there: taken, or refused by it in the end. */
static void
submitted(struct submit *s, const struct yq_alpaca_order *order)
{
	struct yq_alpaca_ours *ours = yq_alpaca_ours_enter(&s->op.a->book, &s->order.id);
	struct yq_err err;

	(void)yq_alpaca_book_see(&s->op.a->book, order);
	ours->acked = true;
	if (order->status == YQ_ALPACA_REJECTED && yq_decimal_sign(order->filled) == 0) {
		yq_alpaca_op_fail(&s->op,
		    yq_err_set(&err, YQ_E_REFUSED, "Alpaca has rejected order %s", order->id),
		    &err);
		return;
	}
	done(&s->op, order->id, order->time_us);
}

static void
on_duplicate(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_chain *chain, const struct yq_err *err)
{
	struct submit *s = cookie;

	if (rc == YQ_OK)
		submitted(s, &chain->orders[chain->count - 1]);
	else if (rc == YQ_E_NOT_FOUND && s->taken) /* it has it, and cannot find it yet */
		yq_alpaca_op_fail(&s->op, YQ_E_UNKNOWN, &s->refusal);
	else if (rc == YQ_E_NOT_FOUND) /* so it was about something else */
		yq_alpaca_op_fail(&s->op, YQ_E_REFUSED, &s->refusal);
	else
		yq_alpaca_op_fail(&s->op, YQ_E_UNKNOWN, err);
}

static void
on_posted(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct submit *s = cookie;
	struct yq_alpaca_order order;
	struct yq_err why;

	if (rc == YQ_E_REFUSED && s->op.a->barred[0] != '\0') {
		(void)yq_err_set(&why, rc, "%s; %s", err->text, s->op.a->barred);
		err = &why;
	}
	/* What is refused may be the second of two: the first may have used up the money. */
	if (rc == YQ_E_REFUSED && (s->again || reply->fault.is_invalid || reply->fault.is_taken)) {
		s->refusal = *err;
		s->taken = reply->fault.is_taken;
		yq_alpaca_chain_find(s->op.a, &s->order.id, on_duplicate, s);
		return;
	}
	if (rc != YQ_OK) {
		yq_alpaca_op_fail(&s->op, rc, err);
		return;
	}
	rc = yq_alpaca_decode_order(reply->body, reply->length, &order, &why);
	if (rc == YQ_OK && !yq_id_equal(&order.order_id, &s->order.id))
		rc = yq_err_set(&why, YQ_E_UNKNOWN, "it is of another order, %s", order.id);
	if (rc != YQ_OK)
		yq_alpaca_op_garbled(&s->op, &why);
	else
		submitted(s, &order);
}

static void
post(struct submit *s)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf body = yq_buf_make(YQ_ALPACA_PATH_MAX);
	struct yq_alpaca *a = s->op.a;
	const struct yq_alpaca_request request = { .order = &s->order,
		.extended_hours = a->settings.extended_hours && yq_alpaca_may_extend(&s->order) };
	const struct yq_alpaca_call call = { .method = "POST",
		.acts = true,
		.priority = YQ_CALL_PRIORITY_ORDER,
		.path = &path,
		.body = &body };
	struct yq_alpaca_ours *ours;
	struct yq_err err;
	enum yq_rc rc = yq_alpaca_encode_order(&request, &body, &err);

	if (rc == YQ_OK && yq_alpaca_op_is_late(&s->op))
		return;
	if (rc != YQ_OK) {
		yq_alpaca_op_fail(&s->op, rc, &err);
		return;
	}
	ours = yq_alpaca_ours_enter(&a->book, &s->order.id);
	s->again = ours->sent;
	ours->sent = true;
	yq_alpaca_watch(a, s->order.exchange, s->order.ticker);
	yq_buf_add_text(&path, "/v2/orders");
	yq_alpaca_rest_send(a->rest, &call, on_posted, s);
}

/* The instrument is what the order takes it for. */
static enum yq_rc
check_asset(const struct yq_order *o, const struct yq_alpaca_asset *asset, struct yq_err *err)
{
	struct yq_decimal whole;

	if (!asset->is_stock || !asset->tradable)
		return yq_err_set(
		    err, YQ_E_REFUSED, "%s cannot be traded at Alpaca now", o->ticker);
	if (asset->has_exchange && asset->exchange != o->exchange)
		return yq_err_set(err, YQ_E_REFUSED, "%s is listed on %s at Alpaca, not on %s",
		    o->ticker, yq_names_text(&yq_exchange_names, (int)asset->exchange),
		    yq_names_text(&yq_exchange_names, (int)o->exchange));
	if (!asset->fractionable &&
	    (yq_decimal_round_to(o->qty, yq_decimal_from_int(1), YQ_ROUND_DOWN, &whole) != YQ_OK ||
		yq_decimal_cmp(whole, o->qty) != 0))
		return yq_err_set(
		    err, YQ_E_REFUSED, "Alpaca trades whole shares of %s alone", o->ticker);
	return YQ_OK;
}

static void
on_asset(void *cookie, enum yq_rc rc, const struct yq_alpaca_asset *asset, const struct yq_err *err)
{
	struct submit *s = cookie;
	struct yq_err why;

	if (rc == YQ_OK) {
		rc = check_asset(&s->order, asset, &why);
		err = &why;
	} else if (rc == YQ_E_NOT_FOUND || rc == YQ_E_DENIED) {
		rc = YQ_E_REFUSED;
	} else {
		rc = YQ_E_RETRY; /* nothing of the order has been sent */
	}
	if (rc == YQ_OK)
		post(s);
	else
		yq_alpaca_op_fail(&s->op, rc, err);
}

static void
run_submit(struct yq_alpaca_op *op)
{
	struct submit *s = (struct submit *)(void *)op;
	const struct yq_alpaca_listing *listing =
	    yq_alpaca_listing_find(&op->a->book, s->order.ticker);

	if (listing != NULL && listing->whole && listing->asset.tradable)
		on_asset(s, YQ_OK, &listing->asset, NULL);
	else
		yq_alpaca_asset_ask(op->a, YQ_CALL_PRIORITY_ORDER, s->order.ticker, on_asset, s);
}

void
yq_alpaca_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie)
{
	struct submit *s = yq_alpaca_op_make(alpaca_of(broker), sizeof(*s), run_submit,
	    yq_alpaca_fail_done, (union yq_broker_completion){ .done = fn }, cookie);

	s->order = *order;
}
