/* broker.c - the port's front: every call goes through the adapter's table, and has its time. */
#include "broker/broker.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

bool
yq_broker_can(const struct yq_broker *broker, enum yq_broker_flag flag)
{
	return (broker->capabilities.flags & (uint32_t)flag) != 0;
}

uint32_t
yq_broker_kinds(const struct yq_broker_capabilities *capabilities, enum yq_exchange exchange)
{
	uint32_t kinds = 0;

	if ((capabilities->exchanges >> (unsigned)exchange & 1U) == 0)
		return 0;
	for (unsigned type = 0; type < YQ_TYPE_COUNT; type++)
		for (unsigned tif = 0; tif < YQ_TIF_COUNT; tif++)
			if ((capabilities->order_types >> type & 1U) != 0 &&
			    (capabilities->times_in_force >> tif & 1U) != 0)
				kinds |= YQ_ORDER_KIND(type, tif);
	return kinds & ~capabilities->lacks[exchange];
}

enum yq_rc
yq_broker_supports(const struct yq_broker_capabilities *capabilities, const char *broker_name,
    const struct yq_order *order, struct yq_err *err)
{
	const struct {
		uint32_t able;
		int wanted;
		const struct yq_names *names;
	} rows[] = {
		{ capabilities->exchanges, (int)order->exchange, &yq_exchange_names },
		{ capabilities->order_types, (int)order->type, &yq_order_type_names },
		{ capabilities->times_in_force, (int)order->time_in_force, &yq_tif_names },
	};

	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		if ((rows[i].able >> rows[i].wanted & 1U) != 0)
			continue;
		return yq_err_set(err, YQ_E_REFUSED, "broker %s does not take %s %s", broker_name,
		    rows[i].names->what, yq_names_text(rows[i].names, rows[i].wanted));
	}
	if ((capabilities->lacks[order->exchange] &
		YQ_ORDER_KIND(order->type, order->time_in_force)) != 0)
		return yq_err_set(err, YQ_E_REFUSED,
		    "broker %s does not take %s orders with %s on %s", broker_name,
		    yq_names_text(&yq_order_type_names, (int)order->type),
		    yq_names_text(&yq_tif_names, (int)order->time_in_force),
		    yq_names_text(&yq_exchange_names, (int)order->exchange));
	return YQ_OK;
}

bool
yq_broker_fill_beyond(const struct yq_broker_fill *fill, struct yq_decimal booked,
    struct yq_decimal booked_value, struct yq_broker_fill *rest)
{
	struct yq_decimal qty, value, price;

	*rest = *fill;
	if (!fill->total.set)
		return true;
	if (yq_decimal_sub(fill->total.value, booked, &qty) != YQ_OK || yq_decimal_sign(qty) <= 0)
		return false;
	if (yq_decimal_cmp(qty, fill->fill.qty) == 0)
		return true;
	rest->fill.qty = qty;
	/* For what the sum has grown; where that makes no price, for what this one says. */
	if (fill->total_value.set &&
	    yq_decimal_sub(fill->total_value.value, booked_value, &value) == YQ_OK &&
	    yq_decimal_div(value, qty, YQ_ROUND_HALF_EVEN, &price) == YQ_OK &&
	    yq_decimal_sign(price) > 0)
		rest->fill.price = price;
	return true;
}

/* ---- calls without an answer ---- */

/* Ends a call with a failure: each kind of completion has arguments of its own. */
typedef void fail_fn(
    union yq_broker_completion fn, void *cookie, enum yq_rc rc, const struct yq_err *err);

struct yq_broker_call {
	struct yq_broker_call *prev, *next;
	struct yq_broker *broker; /* NULL: it was ended, and only the adapter still knows it */
	union yq_broker_completion fn;
	void *cookie;
	fail_fn *fail;
	int64_t seen_ns; /* of the first look */
	bool seen;
};

static void
call_link(struct yq_broker *broker, struct yq_broker_call *call)
{
	call->broker = broker;
	call->next = NULL;
	call->prev = broker->newest;
	*(call->prev != NULL ? &call->prev->next : &broker->oldest) = call;
	broker->newest = call;
}

static struct yq_broker_call *
call_begin(struct yq_broker *broker, union yq_broker_completion fn, void *cookie, fail_fn *fail)
{
	struct yq_broker_call *call = yq_xcalloc(1, sizeof(*call));

	call->fn = fn;
	call->cookie = cookie;
	call->fail = fail;
	call_link(broker, call);
	return call;
}

static void
call_unlink(struct yq_broker *broker, struct yq_broker_call *call)
{
	*(call->prev != NULL ? &call->prev->next : &broker->oldest) = call->next;
	*(call->next != NULL ? &call->next->prev : &broker->newest) = call->prev;
	call->broker = NULL;
}

/* The adapter has answered: the call as it was, and whether anybody still waits for it. */
static bool
call_end(struct yq_broker_call *call, union yq_broker_completion *fn, void **cookie)
{
	bool waited = call->broker != NULL;

	*fn = call->fn;
	*cookie = call->cookie;
	if (waited)
		call_unlink(call->broker, call);
	free(call);
	return waited;
}

size_t
yq_broker_expire(struct yq_broker *broker, int64_t now_ns, uint32_t timeout_ms)
{
	int64_t timeout_ns = (int64_t)timeout_ms * 1000000;
	size_t ended = 0;
	struct yq_err err;

	(void)yq_err_set(&err, YQ_E_UNKNOWN, "broker %s has not answered within %u ms",
	    broker->name, timeout_ms);
	for (struct yq_broker_call *call = broker->oldest; call != NULL; call = call->next) {
		if (!call->seen)
			call->seen_ns = now_ns;
		call->seen = true;
	}
	while (broker->oldest != NULL && broker->oldest->seen &&
	       now_ns - broker->oldest->seen_ns >= timeout_ns) {
		struct yq_broker_call *call = broker->oldest;

		call_unlink(broker, call); /* its memory goes with the adapter's answer */
		ended++;
		call->fail(call->fn, call->cookie, YQ_E_UNKNOWN, &err);
	}
	return ended;
}

/* Behind those whose time began before. */
void
yq_broker_goes_on(void *cookie)
{
	struct yq_broker_call *call = cookie;
	struct yq_broker *broker = call->broker;

	if (broker == NULL)
		return;
	call_unlink(broker, call);
	call->seen = false;
	call_link(broker, call);
}

/* ---- one pair a kind of completion ---- */

static void
on_done(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	union yq_broker_completion fn;

	if (call_end(cookie, &fn, &cookie))
		fn.done(cookie, rc, ack, err);
}

static void
fail_done(union yq_broker_completion fn, void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	fn.done(cookie, rc, NULL, err);
}

static void
on_found(void *cookie, enum yq_rc rc, const struct yq_broker_order *order,
    const struct yq_broker_fill *fills, size_t fill_count, const struct yq_err *err)
{
	union yq_broker_completion fn;

	if (call_end(cookie, &fn, &cookie))
		fn.found(cookie, rc, order, fills, fill_count, err);
}

static void
fail_found(union yq_broker_completion fn, void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	fn.found(cookie, rc, NULL, NULL, 0, err);
}

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	union yq_broker_completion fn;

	if (call_end(cookie, &fn, &cookie))
		fn.price(cookie, rc, quote, err);
}

static void
fail_price(union yq_broker_completion fn, void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	fn.price(cookie, rc, NULL, err);
}

/* The lists differ in nothing but what they are of. */
#define LIST_COMPLETION(member, type)                                                             \
	static void on_##member(void *cookie, enum yq_rc rc, const type *items, size_t count,     \
	    const struct yq_err *err)                                                             \
	{                                                                                         \
		union yq_broker_completion fn;                                                    \
                                                                                                  \
		if (call_end(cookie, &fn, &cookie))                                               \
			fn.member(cookie, rc, items, count, err);                                 \
	}                                                                                         \
                                                                                                  \
	static void fail_##member(                                                                \
	    union yq_broker_completion fn, void *cookie, enum yq_rc rc, const struct yq_err *err) \
	{                                                                                         \
		fn.member(cookie, rc, NULL, 0, err);                                              \
	}

LIST_COMPLETION(orders, struct yq_broker_order)
LIST_COMPLETION(fills, struct yq_broker_fill)
LIST_COMPLETION(positions, struct yq_position)
LIST_COMPLETION(balances, struct yq_broker_balance)

#define BEGIN(kind) \
	call_begin(broker, (union yq_broker_completion){ .kind = fn }, cookie, fail_##kind)

/* ---- the port ---- */

void
yq_broker_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie)
{
	broker->ops->submit(broker, order, on_done, BEGIN(done));
}

void
yq_broker_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie)
{
	broker->ops->cancel(broker, ref, on_done, BEGIN(done));
}

void
yq_broker_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie)
{
	assert(yq_broker_can(broker, YQ_BROKER_REPLACES));
	broker->ops->replace(broker, ref, change, on_done, BEGIN(done));
}

void
yq_broker_find_order(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_found_fn *fn, void *cookie)
{
	broker->ops->find_order(broker, ref, on_found, BEGIN(found));
}

void
yq_broker_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie)
{
	broker->ops->open_orders(broker, on_orders, BEGIN(orders));
}

void
yq_broker_orders_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_orders_fn *fn, void *cookie)
{
	broker->ops->orders_since(broker, since_us, on_orders, BEGIN(orders));
}

void
yq_broker_fills_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie)
{
	broker->ops->fills_since(broker, since_us, on_fills, BEGIN(fills));
}

void
yq_broker_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie)
{
	broker->ops->positions(broker, on_positions, BEGIN(positions));
}

void
yq_broker_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie)
{
	broker->ops->balances(broker, on_balances, BEGIN(balances));
}

void
yq_broker_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie)
{
	broker->ops->price(broker, exchange, ticker, on_price, BEGIN(price));
}

void
yq_broker_observe(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, int64_t time_us)
{
	if (broker->ops->observe != NULL)
		broker->ops->observe(broker, exchange, ticker, price, time_us);
}

void
yq_broker_free(struct yq_broker *broker)
{
	if (broker != NULL)
		broker->ops->free(broker);
}
