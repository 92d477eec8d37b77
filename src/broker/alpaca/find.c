/* find.c - one order of ours at Alpaca, with all that was executed of it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/adapter.h"

#define AROUND_US (5 * YQ_US_PER_SECOND) /* executions are looked for so long around an order */

struct find {
	struct yq_alpaca_op op;
	struct yq_id id;
	enum yq_exchange exchange; /* as whoever asks believes */
	struct yq_alpaca_chain chain;
	struct yq_decimal filled;     /* of all of it */
	struct yq_broker_fill *fills; /* owned */
	size_t fill_count;
};

static void
fail(struct find *f, enum yq_rc rc, const struct yq_err *err)
{
	free(f->fills);
	yq_alpaca_op_fail(&f->op, rc, err);
}

bool
yq_alpaca_fill_of(
    const struct yq_alpaca_fill *theirs, const struct yq_id *order_id, struct yq_broker_fill *fill)
{
	*fill = (struct yq_broker_fill){
		.order_id = *order_id, .fill = theirs->fill, .time_us = theirs->time_us
	};
	memcpy(fill->broker_order_id, theirs->order_id, sizeof(fill->broker_order_id));
	return yq_alpaca_execution_id(theirs, fill->execution_id, NULL) == YQ_OK;
}

void
yq_alpaca_order_of(const struct yq_alpaca_order *theirs, struct yq_broker_order *order)
{
	enum yq_exchange exchange = order->exchange;

	*order = (struct yq_broker_order){ .order_id = theirs->order_id,
		.exchange = exchange,
		.action = theirs->action,
		.state = yq_alpaca_state(theirs),
		.qty = theirs->qty.set ? theirs->qty.value : YQ_DECIMAL_ZERO,
		.filled = theirs->filled,
		.avg_price = theirs->avg_price,
		.price = theirs->limit_price,
		.stop_price = theirs->stop_price,
		.time_us = theirs->time_us };
	memcpy(order->broker_order_id, theirs->id, sizeof(order->broker_order_id));
	memcpy(order->ticker, theirs->symbol, sizeof(order->ticker));
	if (yq_order_state_is_final(order->state) && order->state != YQ_ORDER_FILLED)
		yq_str_format(order->text, sizeof(order->text), "%s at Alpaca",
		    yq_names_text(&yq_alpaca_status_names, (int)theirs->status));
}

/* ---- the answer ---- */

/* The average of all that was executed. */
static struct yq_decimal
average(const struct find *f)
{
	struct yq_decimal value = YQ_DECIMAL_ZERO, one, sum = YQ_DECIMAL_ZERO, result;

	for (size_t i = 0; i < f->fill_count; i++) {
		const struct yq_fill *fill = &f->fills[i].fill;

		if (yq_decimal_mul(fill->qty, fill->price, YQ_ROUND_HALF_EVEN, &one) != YQ_OK ||
		    yq_decimal_add(value, one, &value) != YQ_OK ||
		    yq_decimal_add(sum, fill->qty, &sum) != YQ_OK)
			return YQ_DECIMAL_ZERO;
	}
	if (yq_decimal_sign(sum) == 0 ||
	    yq_decimal_div(value, sum, YQ_ROUND_HALF_EVEN, &result) != YQ_OK)
		return YQ_DECIMAL_ZERO;
	return result;
}

/* What stands for our order now, and what its forerunners have executed. */
static void
answer(struct find *f)
{
	const struct yq_alpaca_order *last = &f->chain.orders[f->chain.count - 1];
	struct yq_broker_order order = { .exchange = f->exchange };

	(void)yq_alpaca_exchange_of(f->op.a, last->symbol, &order.exchange);
	yq_alpaca_order_of(last, &order);
	order.order_id = f->id;
	order.time_us = f->chain.orders[0].time_us;
	order.filled = f->filled;
	if (f->fill_count > 0)
		order.avg_price = average(f);
	if (yq_decimal_sign(order.qty) > 0 &&
	    yq_decimal_add(order.qty, f->chain.filled_before, &order.qty) != YQ_OK)
		order.qty = YQ_DECIMAL_ZERO;
	if (order.state == YQ_ORDER_OPEN && yq_decimal_sign(order.filled) > 0)
		order.state = YQ_ORDER_PARTIALLY_FILLED;
	f->op.fn.found(f->op.cookie, YQ_OK, &order, f->fills, f->fill_count, NULL);
	free(f->fills);
	free(f);
}

static bool
is_of(const struct find *f, const char *id)
{
	for (size_t i = 0; i < f->chain.count; i++)
		if (yq_str_equal(f->chain.orders[i].id, id))
			return true;
	return false;
}

static void
on_fills(void *cookie, enum yq_rc rc, const struct yq_alpaca_fill *fills, size_t count,
    const struct yq_err *err)
{
	struct yq_decimal sum = YQ_DECIMAL_ZERO;
	struct find *f = cookie;
	struct yq_err why;

	if (rc != YQ_OK) {
		fail(f, rc == YQ_E_NOT_FOUND ? YQ_E_UNKNOWN : rc, err);
		return;
	}
	f->fills = yq_xcalloc(count + 1, sizeof(*f->fills));
	for (size_t i = 0; i < count; i++) {
		if (!is_of(f, fills[i].order_id) ||
		    !yq_alpaca_fill_of(&fills[i], &f->id, &f->fills[f->fill_count]))
			continue;
		f->fill_count++;
		if (yq_decimal_add(sum, fills[i].fill.qty, &sum) != YQ_OK)
			sum = YQ_DECIMAL_ZERO;
	}
	/* An end without all that was executed before it would lose the rest. */
	if (yq_decimal_cmp(sum, f->filled) < 0) {
		fail(f,
		    yq_err_set(&why, YQ_E_UNKNOWN,
			"Alpaca does not tell yet of all that order %s has executed", f->id.text),
		    &why);
		return;
	}
	f->filled = sum;
	for (size_t i = 0; i < count; i++)
		if (is_of(f, fills[i].order_id))
			yq_alpaca_told(f->op.a, &fills[i]);
	answer(f);
}

static void
on_listed(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct find *f = cookie;
	const struct yq_alpaca_order *last = &f->chain.orders[f->chain.count - 1];
	int64_t to_us = 0;

	if (rc != YQ_OK) {
		fail(f, YQ_E_UNKNOWN, err);
		return;
	}
	if (yq_decimal_sign(f->filled) == 0) {
		answer(f);
		return;
	}
	if (yq_order_state_is_final(yq_alpaca_state(last)) && last->filled_us != 0)
		to_us = last->filled_us + AROUND_US;
	yq_alpaca_fills_ask(f->op.a, f->chain.orders[0].time_us - AROUND_US, to_us, on_fills, f);
}

static const char *
symbol_at(const void *cookie, size_t index)
{
	(void)index;
	return ((const struct find *)cookie)->chain.orders[0].symbol;
}

static void
on_chain(void *cookie, enum yq_rc rc, const struct yq_alpaca_chain *chain, const struct yq_err *err)
{
	struct find *f = cookie;
	struct yq_err why;

	if (rc != YQ_OK) {
		fail(f, rc, err);
		return;
	}
	f->chain = *chain;
	if (yq_decimal_add(chain->filled_before, chain->orders[chain->count - 1].filled,
		&f->filled) != YQ_OK) {
		fail(f, yq_err_set(&why, YQ_E_UNKNOWN, "what is filled does not fit"), &why);
		return;
	}
	yq_alpaca_listings_ask(f->op.a, 1, symbol_at, on_listed, f);
}

static void
run_find(struct yq_alpaca_op *op)
{
	struct find *f = (struct find *)(void *)op;

	/* Who asks may have sent it, if not in this life. */
	yq_alpaca_ours_enter(&op->a->book, &f->id)->sent = true;
	yq_alpaca_chain_find(op->a, &f->id, on_chain, f);
}

void
yq_alpaca_find(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_found_fn *fn, void *cookie)
{
	struct find *f = yq_alpaca_op_make((struct yq_alpaca *)(void *)broker, sizeof(*f), run_find,
	    yq_alpaca_fail_found, (union yq_broker_completion){ .found = fn }, cookie);

	f->id = ref->order->id;
	f->exchange = ref->order->exchange;
}
