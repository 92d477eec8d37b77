/* lists.c - orders at Alpaca, as lists: whole or not at all. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/adapter.h"

#define PAGES_MAX  20
#define OVERLAP_US YQ_US_PER_SECOND /* between pages, for times may be equal */

struct list {
	struct yq_alpaca_op op;
	const char *status; /* "open", "all" */
	int64_t after_us;   /* 0 = since ever */
	unsigned page;
	struct yq_alpaca_order *orders; /* owned */
	size_t count;
};

static void
fail(struct list *l, enum yq_rc rc, const struct yq_err *err)
{
	free(l->orders);
	yq_alpaca_op_fail(&l->op, rc == YQ_E_NOT_FOUND ? YQ_E_UNKNOWN : rc, err);
}

static struct yq_alpaca_order *
order_find(const struct list *l, const char *id)
{
	for (size_t i = l->count; i-- > 0;)
		if (yq_str_equal(l->orders[i].id, id))
			return &l->orders[i];
	return NULL;
}

/* One of our orders is listed once: by what stands for it. */
static bool
is_shown(const struct list *l, const struct yq_alpaca_order *order)
{
	if (!order->is_stock || order->status == YQ_ALPACA_REPLACED)
		return false;
	if (order->status != YQ_ALPACA_PENDING_REPLACE)
		return true;
	for (size_t i = 0; i < l->count; i++)
		if (yq_str_equal(l->orders[i].replaces, order->id))
			return false;
	return true;
}

static void
answer(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct list *l = cookie;
	struct yq_broker_order *orders;
	size_t count = 0;

	if (rc != YQ_OK) {
		fail(l, rc, err);
		return;
	}
	orders = yq_xcalloc(l->count + 1, sizeof(*orders));
	for (size_t i = 0; i < l->count; i++) {
		/* On no exchange of ours: none of ours. */
		if (!is_shown(l, &l->orders[i]) ||
		    !yq_alpaca_exchange_of(l->op.a, l->orders[i].symbol, &orders[count].exchange))
			continue;
		yq_alpaca_order_of(&l->orders[i], &orders[count]);
		if (!yq_order_state_is_final(orders[count].state))
			yq_alpaca_watch(l->op.a, orders[count].exchange, orders[count].ticker);
		count++;
	}
	l->op.fn.orders(l->op.cookie, YQ_OK, orders, count, NULL);
	free(orders);
	free(l->orders);
	free(l);
}

static const char *
symbol_at(const void *cookie, size_t index)
{
	const struct list *l = cookie;

	return l->orders[index].is_stock ? l->orders[index].symbol : NULL;
}

static void page_ask(struct list *l);

/* How many of them are new. */
static size_t
page_add(struct list *l, const struct yq_alpaca_order *orders, size_t count)
{
	struct yq_alpaca_order *all;
	size_t before = l->count;

	all = yq_xrealloc(l->orders, l->count + count + 1, sizeof(*all));
	l->orders = all;
	assert(all != NULL && (orders != NULL || count == 0));
	for (size_t i = 0; i < count; i++) {
		if (before > 0 && order_find(l, orders[i].id) != NULL)
			continue;
		(void)yq_alpaca_book_see(&l->op.a->book, &orders[i]);
		all[l->count++] = orders[i];
	}
	return l->count - before;
}

static void
on_page(void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct list *l = cookie;
	struct yq_alpaca_order *orders = NULL;
	size_t count = 0, fresh;
	struct yq_err why;

	if (rc == YQ_OK &&
	    yq_alpaca_decode_orders(reply->body, reply->length, &orders, &count, &why) != YQ_OK) {
		rc = yq_err_context(&why, YQ_E_UNKNOWN, "Alpaca's list of orders");
		err = &why;
	}
	if (rc != YQ_OK) {
		fail(l, rc, err);
		return;
	}
	fresh = page_add(l, orders, count);
	free(orders);
	if (count >= YQ_ALPACA_PAGE_ORDERS && (fresh == 0 || ++l->page == PAGES_MAX)) {
		rc = yq_err_set(&why, YQ_E_UNKNOWN, "Alpaca tells of too many orders at once");
		fail(l, rc, &why);
	} else if (count >= YQ_ALPACA_PAGE_ORDERS) {
		assert(l->orders != NULL);
		l->after_us = l->orders[l->count - 1].time_us - OVERLAP_US;
		page_ask(l);
	} else {
		yq_alpaca_listings_ask(l->op.a, l->count, symbol_at, answer, l);
	}
}

static void
page_ask(struct list *l)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);

	yq_buf_add_text(&path, "/v2/orders");
	yq_alpaca_add_query(&path, "status", l->status);
	yq_alpaca_add_query(&path, "limit", "500");
	yq_alpaca_add_query(&path, "direction", "asc");
	yq_alpaca_add_query(&path, "nested", "false");
	if (l->after_us > 0)
		yq_alpaca_add_query_time(&path, "after", l->after_us);
	yq_alpaca_ask(l->op.a, YQ_CALL_PRIORITY_FIND, &path, on_page, l);
}

static void
run_list(struct yq_alpaca_op *op)
{
	page_ask((struct list *)(void *)op);
}

static void
list_make(struct yq_broker *broker, const char *status, int64_t after_us, yq_broker_orders_fn *fn,
    void *cookie)
{
	struct list *l = yq_alpaca_op_make((struct yq_alpaca *)(void *)broker, sizeof(*l), run_list,
	    yq_alpaca_fail_orders, (union yq_broker_completion){ .orders = fn }, cookie);

	l->status = status;
	l->after_us = after_us;
}

void
yq_alpaca_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie)
{
	list_make(broker, "open", 0, fn, cookie);
}

void
yq_alpaca_orders_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_orders_fn *fn, void *cookie)
{
	list_make(broker, "all", since_us > 0 ? since_us - 1 : 0, fn, cookie);
}
