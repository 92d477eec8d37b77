/* executions.c - what was executed since a moment: pages of /account/activities, in order. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/adapter.h"

#define PAGES_MAX 200
#define DAY_US	  (INT64_C(86400) * YQ_US_PER_SECOND)
/* Further back nobody asks for good reason, and an account may have any number of them.  Who asks
 * since ever knows of none yet, and does not wait for the pages of months. */
#define BACK_US	     (90 * DAY_US)
#define BACK_EVER_US (7 * DAY_US)

/* ---- pages ---- */

struct pages {
	struct yq_alpaca *a;
	int64_t from_us, to_us;
	unsigned page;
	char token[YQ_EXECUTION_ID_SIZE * 2];
	struct yq_alpaca_fill *items; /* owned */
	size_t count;
	yq_alpaca_fills_fn *fn;
	void *cookie;
};

static void
pages_end(struct pages *p, enum yq_rc rc, const struct yq_err *err)
{
	p->fn(p->cookie, rc, rc == YQ_OK ? p->items : NULL, rc == YQ_OK ? p->count : 0, err);
	free(p->items);
	free(p);
}

/* Oldest first; those of one moment by order and what it had filled, which Alpaca does not keep to.
 */
static int
by_time(const void *x, const void *y)
{
	const struct yq_alpaca_fill *a = x, *b = y;
	int order = strcmp(a->order_id, b->order_id);

	if (a->time_us != b->time_us)
		return a->time_us < b->time_us ? -1 : 1;
	return order != 0 ? order : yq_decimal_cmp(a->filled, b->filled);
}

static void page_ask(struct pages *p);

/* Behind what is there, without what came with the last page too. */
static void
page_add(struct pages *p, const struct yq_alpaca_fills *page)
{
	p->items = yq_xrealloc(p->items, p->count + page->count + 1, sizeof(*p->items));
	for (size_t i = 0; i < page->count; i++) {
		size_t j = p->count > YQ_ALPACA_PAGE_FILLS ? p->count - YQ_ALPACA_PAGE_FILLS : 0;

		while (j < p->count &&
		       !yq_str_equal(p->items[j].activity_id, page->items[i].activity_id))
			j++;
		if (j == p->count && page->items[i].time_us >= p->from_us)
			p->items[p->count++] = page->items[i];
	}
}

static void
on_page(void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct pages *p = cookie;
	struct yq_alpaca_fills page = { .items = NULL };
	struct yq_err why;
	bool more;

	if (rc == YQ_OK &&
	    yq_alpaca_decode_fills(reply->body, reply->length, &page, &why) != YQ_OK) {
		rc = yq_err_context(&why, YQ_E_UNKNOWN, "Alpaca's list of executions");
		err = &why;
	}
	if (rc != YQ_OK) {
		pages_end(p, rc == YQ_E_NOT_FOUND ? YQ_E_UNKNOWN : rc, err);
		return;
	}
	more = page.listed >= YQ_ALPACA_PAGE_FILLS && !yq_str_equal(page.last, p->token);
	page_add(p, &page);
	memcpy(p->token, page.last, sizeof(p->token));
	free(page.items);
	if (more && ++p->page == PAGES_MAX) {
		rc = yq_err_set(&why, YQ_E_UNKNOWN, "Alpaca tells of too many executions at once");
		pages_end(p, rc, &why);
	} else if (more) {
		page_ask(p);
	} else {
		qsort(p->items, p->count, sizeof(*p->items), by_time);
		pages_end(p, YQ_OK, NULL);
	}
}

static void
page_ask(struct pages *p)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);

	yq_buf_add_text(&path, "/v2/account/activities/FILL");
	yq_alpaca_add_query(&path, "direction", "asc");
	yq_alpaca_add_query(&path, "page_size", "100");
	if (p->from_us > 0)
		yq_alpaca_add_query_time(&path, "after", p->from_us);
	if (p->to_us > 0)
		yq_alpaca_add_query_time(&path, "until", p->to_us);
	if (p->token[0] != '\0')
		yq_alpaca_add_query(&path, "page_token", p->token);
	yq_alpaca_ask(p->a, YQ_CALL_PRIORITY_FIND, &path, on_page, p);
}

void
yq_alpaca_fills_ask(
    struct yq_alpaca *a, int64_t from_us, int64_t to_us, yq_alpaca_fills_fn *fn, void *cookie)
{
	struct pages *p = yq_xcalloc(1, sizeof(*p));

	p->a = a;
	p->from_us = from_us;
	p->to_us = to_us;
	p->fn = fn;
	p->cookie = cookie;
	page_ask(p);
}

/* ---- whose they are ---- */

struct since {
	struct yq_alpaca_op op;
	int64_t since_us;
	struct yq_alpaca_fill *fills; /* owned */
	size_t count, next;
	bool listed; /* the last orders were looked through */
};

static void
since_fail(struct since *s, enum yq_rc rc, const struct yq_err *err)
{
	free(s->fills);
	yq_alpaca_op_fail(&s->op, rc, err);
}

static void
since_done(struct since *s)
{
	struct yq_broker_fill *fills = yq_xcalloc(s->count + 1, sizeof(*fills));
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct yq_alpaca_known *known =
		    yq_alpaca_known_find(&s->op.a->book, s->fills[i].order_id);

		if (known != NULL &&
		    yq_alpaca_fill_of(&s->fills[i], &known->order_id, &fills[count]))
			count++;
		yq_alpaca_told(s->op.a, &s->fills[i]);
	}
	s->op.fn.fills(s->op.cookie, YQ_OK, fills, count, NULL);
	free(fills);
	free(s->fills);
	free(s);
}

static void owners_ask(struct since *s);

static void
on_order(void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct since *s = cookie;
	const struct yq_id nobody = { "" };
	struct yq_alpaca_order order;
	struct yq_err why;

	if (rc == YQ_E_NOT_FOUND) {
		(void)yq_alpaca_known_enter(&s->op.a->book, s->fills[s->next].order_id, &nobody);
	} else if (rc != YQ_OK) {
		since_fail(s, rc, err);
		return;
	} else if (yq_alpaca_decode_order(reply->body, reply->length, &order, &why) != YQ_OK) {
		since_fail(s, yq_err_context(&why, YQ_E_UNKNOWN, "Alpaca's answer"), &why);
		return;
	} else {
		(void)yq_alpaca_book_see(&s->op.a->book, &order);
	}
	s->next++;
	owners_ask(s);
}

/* Most orders that were executed of late are among the last ones. */
static void
on_last_orders(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct since *s = cookie;
	struct yq_alpaca_order *orders = NULL;
	struct yq_err why;
	size_t count = 0;

	if (rc == YQ_OK &&
	    yq_alpaca_decode_orders(reply->body, reply->length, &orders, &count, &why) != YQ_OK) {
		rc = yq_err_context(&why, YQ_E_UNKNOWN, "Alpaca's list of orders");
		err = &why;
	}
	if (rc != YQ_OK) {
		since_fail(s, rc == YQ_E_NOT_FOUND ? YQ_E_UNKNOWN : rc, err);
		return;
	}
	for (size_t i = 0; i < count; i++)
		(void)yq_alpaca_book_see(&s->op.a->book, &orders[i]);
	free(orders);
	owners_ask(s);
}

static void
owners_ask(struct since *s)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);

	while (s->next < s->count &&
	       yq_alpaca_known_find(&s->op.a->book, s->fills[s->next].order_id) != NULL)
		s->next++;
	if (s->next == s->count) {
		since_done(s);
		return;
	}
	if (!s->listed) {
		s->listed = true;
		yq_buf_add_text(
		    &path, "/v2/orders?status=all&limit=500&direction=desc&nested=false");
		yq_alpaca_ask(s->op.a, YQ_CALL_PRIORITY_FIND, &path, on_last_orders, s);
		return;
	}
	yq_buf_add_format(&path, "/v2/orders/%s", s->fills[s->next].order_id);
	yq_alpaca_ask(s->op.a, YQ_CALL_PRIORITY_FIND, &path, on_order, s);
}

static void
on_since(void *cookie, enum yq_rc rc, const struct yq_alpaca_fill *fills, size_t count,
    const struct yq_err *err)
{
	struct since *s = cookie;

	if (rc != YQ_OK) {
		since_fail(s, rc, err);
		return;
	}
	s->fills = yq_xcalloc(count + 1, sizeof(*s->fills));
	if (count > 0)
		memcpy(s->fills, fills, count * sizeof(*fills));
	s->count = count;
	owners_ask(s);
}

static void
run_since(struct yq_alpaca_op *op)
{
	struct since *s = (struct since *)(void *)op;
	int64_t oldest_us =
	    yq_clock_now_us(op->a->clock) - (s->since_us > 0 ? BACK_US : BACK_EVER_US);

	yq_alpaca_fills_ask(
	    op->a, s->since_us > oldest_us ? s->since_us : oldest_us, 0, on_since, s);
}

void
yq_alpaca_fills_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie)
{
	struct since *s = yq_alpaca_op_make((struct yq_alpaca *)(void *)broker, sizeof(*s),
	    run_since, yq_alpaca_fail_fills, (union yq_broker_completion){ .fills = fn }, cookie);

	s->since_us = since_us;
}
