/* alpaca_calls.c - calls of the port to the adapter for Alpaca, awaited. */
#include "alpaca_fixture.h"

static struct outcome last;

void
assert_rc(const struct outcome *outcome, enum yq_rc rc, const char *part_of_text)
{
	if (outcome->rc != rc || strstr(outcome->text, part_of_text) == NULL)
		fail_msg("%s: %s", yq_rc_name(outcome->rc), outcome->text);
}

static void
end(struct outcome *o, enum yq_rc rc, const struct yq_err *err)
{
	o->rc = rc;
	yq_str_copy_cut(o->text, sizeof(o->text), err != NULL ? err->text : "");
	o->done++;
}

static void
on_done(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	struct outcome *o = cookie;

	assert_true((rc == YQ_OK) == (ack != NULL));
	assert_true(rc == YQ_OK || rc == YQ_E_REFUSED || rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN);
	if (ack != NULL)
		memcpy(o->id, ack->broker_order_id, sizeof(o->id));
	end(o, rc, err);
}

static void
on_found(void *cookie, enum yq_rc rc, const struct yq_broker_order *order,
    const struct yq_broker_fill *fills, size_t count, const struct yq_err *err)
{
	struct outcome *o = cookie;

	if (rc == YQ_OK) {
		o->orders[0] = *order;
		o->fill_count = count;
		for (size_t i = 0; i < count; i++)
			o->fills[i] = fills[i];
	}
	end(o, rc, err);
}

static void
on_orders(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders, size_t count,
    const struct yq_err *err)
{
	struct outcome *o = cookie;

	assert_true(count <= YQ_COUNT(o->orders));
	o->count = count;
	for (size_t i = 0; i < count; i++)
		o->orders[i] = orders[i];
	end(o, rc, err);
}

static void
on_fills(void *cookie, enum yq_rc rc, const struct yq_broker_fill *fills, size_t count,
    const struct yq_err *err)
{
	struct outcome *o = cookie;

	assert_true(count <= YQ_COUNT(o->fills));
	o->fill_count = count;
	for (size_t i = 0; i < count; i++)
		o->fills[i] = fills[i];
	end(o, rc, err);
}

static void
on_positions(void *cookie, enum yq_rc rc, const struct yq_position *list, size_t count,
    const struct yq_err *err)
{
	struct outcome *o = cookie;

	assert_true(count <= YQ_COUNT(o->positions));
	o->count = count;
	for (size_t i = 0; i < count; i++)
		o->positions[i] = list[i];
	end(o, rc, err);
}

static void
on_balances(void *cookie, enum yq_rc rc, const struct yq_broker_balance *list, size_t count,
    const struct yq_err *err)
{
	struct outcome *o = cookie;

	o->count = count;
	if (count > 0)
		o->balance = list[0];
	end(o, rc, err);
}

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	struct outcome *o = cookie;

	if (quote != NULL)
		o->quote = *quote;
	end(o, rc, err);
}

/* No completion from inside a starter; one from the loop. */
static struct outcome *
awaited(void)
{
	assert_int_equal(last.done, 0);
	await_count(&last.done, 1);
	assert_int_equal(last.done, 1);
	return &last;
}

static void
fresh(void)
{
	memset(&last, 0, sizeof(last));
}

void
submit_begin(struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	yq_broker_submit(t.broker, &t.order, on_done, outcome);
}

struct outcome *
submit(void)
{
	submit_begin(&last);
	return awaited();
}

struct outcome *
cancel(const char *broker_order_id)
{
	const struct yq_broker_ref ref = { &t.order, broker_order_id, 0 };

	fresh();
	yq_broker_cancel(t.broker, &ref, on_done, &last);
	return awaited();
}

struct outcome *
replace(const char *qty, const char *new_price)
{
	const struct yq_broker_ref ref = { &t.order, ALPACA_ORDER, 0 };
	struct yq_broker_change change = { .qty = YQ_OPT_DECIMAL_NONE };

	if (qty != NULL)
		change.qty = yq_opt_decimal_of(number(qty));
	if (new_price != NULL)
		change.price = yq_opt_decimal_of(number(new_price));
	fresh();
	yq_broker_replace(t.broker, &ref, &change, on_done, &last);
	return awaited();
}

struct outcome *
find(void)
{
	const struct yq_broker_ref ref = { &t.order, "", 0 };

	fresh();
	yq_broker_find_order(t.broker, &ref, on_found, &last);
	return awaited();
}

struct outcome *
open_orders(void)
{
	fresh();
	yq_broker_open_orders(t.broker, on_orders, &last);
	return awaited();
}

struct outcome *
fills_since(int64_t since_us)
{
	fresh();
	yq_broker_fills_since(t.broker, since_us, on_fills, &last);
	return awaited();
}

struct outcome *
positions(void)
{
	fresh();
	yq_broker_positions(t.broker, on_positions, &last);
	return awaited();
}

struct outcome *
balances(void)
{
	fresh();
	yq_broker_balances(t.broker, on_balances, &last);
	return awaited();
}

struct outcome *
price(enum yq_exchange exchange, const char *ticker)
{
	fresh();
	yq_broker_price(t.broker, exchange, ticker, on_price, &last);
	return awaited();
}
