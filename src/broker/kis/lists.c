/* lists.c - orders and what was executed of them, as the port asks for them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/adapter.h"
#include "domain/market.h"

struct look {
	struct yq_kis_task op;
	int64_t since_us;
	bool open_only;
	struct yq_order order;
	char id[YQ_BROKER_ORDER_ID_SIZE];
};

static void
fail_orders(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	op->fn.orders(op->cookie, rc, NULL, 0, err);
}

static void
fail_fills(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	op->fn.fills(op->cookie, rc, NULL, 0, err);
}

static void
fail_found(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	op->fn.found(op->cookie, rc, NULL, NULL, 0, err);
}

/* ---- orders ---- */

static void
on_orders(void *cookie, enum yq_rc rc, const struct yq_kis_orders *orders, const struct yq_err *err)
{
	struct look *look = cookie;
	struct yq_broker_order *list;
	size_t count = 0;

	if (rc != YQ_OK) {
		yq_kis_task_fail(&look->op, rc, err);
		return;
	}
	list = yq_xcalloc(orders->count + 1, sizeof(*list));
	for (size_t i = 0; i < orders->count; i++) {
		const struct yq_broker_order *o = &orders->list[i].order;

		if (look->open_only ? !yq_order_state_is_final(o->state)
				    : o->time_us >= look->since_us)
			list[count++] = *o;
	}
	look->op.fn.orders(look->op.cookie, YQ_OK, list, count, NULL);
	free(list);
	free(look);
}

static void
run_orders(struct yq_kis_task *op)
{
	struct look *look = (struct look *)(void *)op;

	yq_kis_walk(op, look->since_us, YQ_COUNTRY_COUNT, on_orders, look);
}

void
yq_kis_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie)
{
	const union yq_broker_completion orders = { .orders = fn };
	struct look *look = yq_kis_task_make((struct yq_kis *)(void *)broker, sizeof(*look),
	    run_orders, fail_orders, orders, cookie);

	look->open_only = true;
}

/* A second more: KIS writes times without its parts. */
void
yq_kis_orders_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_orders_fn *fn, void *cookie)
{
	const union yq_broker_completion orders = { .orders = fn };
	struct look *look = yq_kis_task_make((struct yq_kis *)(void *)broker, sizeof(*look),
	    run_orders, fail_orders, orders, cookie);

	look->since_us = since_us - YQ_US_PER_SECOND;
}

/* ---- fills ---- */

struct fills {
	struct yq_broker_fill *list; /* owned */
	size_t count;
};

static void
add_steps(struct fills *fills, const struct yq_kis_entry *entry)
{
	if (entry->step_count == 0)
		return;
	fills->list =
	    yq_xrealloc(fills->list, fills->count + entry->step_count, sizeof(*fills->list));
	for (size_t i = 0; i < entry->step_count; i++)
		fills->count += yq_kis_entry_fill(entry, i, &fills->list[fills->count]);
}

static int
compare_times(const void *a, const void *b)
{
	const struct yq_broker_fill *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	/* Of one order the sums grow. */
	return yq_str_equal(x->broker_order_id, y->broker_order_id)
		   ? yq_decimal_cmp(x->total.value, y->total.value)
		   : strcmp(x->broker_order_id, y->broker_order_id);
}

/* All of every order that KIS told of now: when something was executed it does not say, so nothing
 * may be left out for its time. */
static void
on_fills(void *cookie, enum yq_rc rc, const struct yq_kis_orders *orders, const struct yq_err *err)
{
	struct look *look = cookie;
	struct fills fills = { 0 };

	if (rc != YQ_OK) {
		yq_kis_task_fail(&look->op, rc, err);
		return;
	}
	for (size_t i = 0; i < orders->count; i++) {
		const struct yq_kis_entry *entry =
		    yq_kis_entry_find(&look->op.k->ledger, orders->list[i].order.broker_order_id);

		if (entry != NULL)
			add_steps(&fills, entry);
	}
	if (fills.count > 0)
		qsort(fills.list, fills.count, sizeof(*fills.list), compare_times);
	look->op.fn.fills(look->op.cookie, YQ_OK, fills.list, fills.count, NULL);
	free(fills.list);
	free(look);
}

static void
run_fills(struct yq_kis_task *op)
{
	struct look *look = (struct look *)(void *)op;

	yq_kis_walk(op, look->since_us, YQ_COUNTRY_COUNT, on_fills, look);
}

void
yq_kis_fills_since(struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie)
{
	const union yq_broker_completion fills = { .fills = fn };
	struct look *look = yq_kis_task_make(
	    (struct yq_kis *)(void *)broker, sizeof(*look), run_fills, fail_fills, fills, cookie);

	look->since_us = since_us;
}

/* ---- one order ---- */

static void
tell_found(struct look *look, const struct yq_kis_order *found)
{
	const struct yq_kis_entry *entry =
	    yq_kis_entry_find(&look->op.k->ledger, found->order.broker_order_id);
	struct yq_broker_order order = found->order;
	struct fills fills = { 0 };

	if (entry != NULL)
		add_steps(&fills, entry);
	order.exchange = look->order.exchange;
	/* The market's own limit is none of the order's. */
	if (look->order.type == YQ_TYPE_MARKET)
		order.price = YQ_OPT_DECIMAL_NONE;
	look->op.fn.found(look->op.cookie, YQ_OK, &order, fills.list, fills.count, NULL);
	free(fills.list);
	free(look);
}

/* Not to be listed proves nothing: a list may be behind, and a date be off by one around midnight.
 * So KIS never denies an order. */
static void
on_found(void *cookie, enum yq_rc rc, const struct yq_kis_orders *orders, const struct yq_err *err)
{
	struct look *look = cookie;
	const struct yq_kis_order *found;
	struct yq_kis_id id;
	struct yq_err why;

	if (rc != YQ_OK) {
		yq_kis_task_fail(&look->op, rc, err);
		return;
	}
	found =
	    yq_kis_id_parse(look->id, &id, &why) == YQ_OK ? yq_kis_walk_find(orders, &id) : NULL;
	if (found != NULL && yq_str_equal(found->order.ticker, look->order.ticker) &&
	    yq_market_of(found->order.exchange)->country ==
		yq_market_of(look->order.exchange)->country) {
		tell_found(look, found);
		return;
	}
	(void)yq_err_set(&why, YQ_E_UNKNOWN, "KIS does not list the order %s", look->id);
	yq_kis_task_fail(&look->op, YQ_E_UNKNOWN, &why);
}

static void
run_find(struct yq_kis_task *op)
{
	struct look *look = (struct look *)(void *)op;
	struct yq_err err;

	if (look->id[0] != '\0') {
		yq_kis_walk(op, look->since_us, yq_market_of(look->order.exchange)->country,
		    on_found, look);
		return;
	}
	(void)yq_err_set(&err, YQ_E_UNKNOWN, "KIS keeps no ids of ours");
	yq_kis_task_fail(op, YQ_E_UNKNOWN, &err);
}

void
yq_kis_find(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_found_fn *fn, void *cookie)
{
	const union yq_broker_completion found = { .found = fn };
	struct look *look = yq_kis_task_make(
	    (struct yq_kis *)(void *)broker, sizeof(*look), run_find, fail_found, found, cookie);

	look->order = *ref->order;
	look->since_us = ref->sent_at_us != 0 ? ref->sent_at_us : ref->order->timestamp_us;
	yq_str_copy_cut(look->id, sizeof(look->id), ref->broker_order_id);
}
