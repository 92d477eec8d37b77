/* flatten.c - what halts say is to be closed is closed: orders canceled, exits made. */
#include "broker_gateway/flatten.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/flatten_send.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/listing.h"
#include "broker_gateway/request.h"
#include "broker_gateway/task.h"

#define CANCEL_AGAIN_NS INT64_C(2000000000)
#define AWAITED_NS	INT64_C(60000000000)	/* an exit that does not come is given up */
#define REPRICE_US	(15 * YQ_US_PER_SECOND) /* a limit that did not trade by then */

void
gw_flatten_soon(struct gateway *gw)
{
	gw->flatten.due = true;
	gw_soon(gw);
}

/* ---- what is meant ---- */

const struct yq_halt_entry *
gw_flatten_over(const struct gw_account *a, const char *buy_reason)
{
	const struct yq_halts *halts = &a->gw->halts.list;
	int64_t now_us;

	if (!a->gw->halts.flatten)
		return NULL;
	now_us = yq_clock_now_us(a->gw->clock);
	for (size_t i = 0; i < halts->count; i++) {
		const struct yq_halt_entry *entry = &halts->items[i];

		if (entry->halt.flatten && yq_halt_stands(&entry->halt, now_us) &&
		    yq_halt_covers(yq_halt_scope(entry->field), a->settings.alias,
			yq_reason_strategy(buy_reason)))
			return entry;
	}
	return NULL;
}

bool
gw_flatten_is_exit(const struct gw_account *a, const struct yq_order *order)
{
	const struct gw_mark *mark = gw_mark_find(a, order->exchange, order->ticker);

	return mark != NULL && yq_flatten_is_exit(&mark->last, order);
}

static struct yq_id
last_exit(const struct gw_account *a, const struct gw_mark *mark)
{
	return yq_flatten_id(
	    &mark->last.halt, a->settings.alias, mark->ticker, mark->exchange, mark->last.attempt);
}

void
gw_flatten_seen(const struct gw_order *o)
{
	struct gw_mark *mark = gw_mark_find(o->account, o->order.exchange, o->order.ticker);
	struct yq_id id;

	if (mark == NULL || mark->awaited_ns == 0)
		return;
	id = last_exit(o->account, mark);
	if (yq_id_equal(&id, &o->order.id))
		mark->awaited_ns = 0;
}

/* ---- orders ---- */

static bool
cancel_one(void *cookie, struct yq_table_node *node)
{
	struct gw_account *a = cookie;
	struct gw_order *o = yq_container(node, struct gw_order, node);
	const struct yq_halt_entry *halt;

	if (o->account != a || (o->phase != GW_LIVE && o->phase != GW_WAITING))
		return true;
	halt = gw_flatten_over(a, o->order.buy_reason);
	if (halt != NULL && !gw_flatten_is_exit(a, &o->order))
		gw_task_cancel(o, "flattened", CANCEL_AGAIN_NS);
	return true;
}

/* ---- positions ---- */

/* What is looked at of one account. */
struct look {
	struct gw_account *account;
	size_t closed; /* instruments that wait for their markets */
	int64_t opens_us;
	enum yq_exchange exchange; /* of the first that opens */
	size_t unpriced;	   /* instruments that cannot be closed without a price */
	const char *ticker;	   /* of the first of them */
	bool cut;		   /* not all was looked at */
};

static bool
market_is_open(struct look *look, enum yq_exchange exchange, int64_t now_us)
{
	struct gw_account *a = look->account;
	const struct yq_market_hours *hours =
	    yq_calendar_hours(yq_markets_calendar(a->gw->markets), exchange);
	int64_t opens_us;

	if (a->settings.any_hour || yq_broker_can(a->broker, YQ_BROKER_ANY_HOUR) ||
	    yq_market_is_open(hours, now_us))
		return true;
	look->closed++;
	if (yq_market_next_open(hours, now_us, &opens_us) == YQ_OK &&
	    (look->opens_us == 0 || opens_us < look->opens_us)) {
		look->opens_us = opens_us;
		look->exchange = exchange;
	}
	return false;
}

/* What nobody else is about to sell, in whole lots. */
static struct yq_decimal
free_of(const struct gateway *gw, const struct yq_holding *h)
{
	struct yq_decimal lot = gw_lot(gw, h->position.exchange, h->position.ticker);
	bool is_long = yq_decimal_sign(h->position.qty) > 0;
	struct yq_decimal left = yq_holding_closable(h, is_long ? YQ_SELL : YQ_BUY);

	if (yq_decimal_sign(lot) > 0)
		left.units -= left.units % lot.units;
	return left;
}

/* The exit that was made last, while it works; one whose limit the price has left is canceled. */
static bool
is_being_closed(struct gw_account *a, const struct gw_mark *mark)
{
	int64_t now_us = yq_clock_now_us(a->gw->clock);
	struct yq_id id;
	struct gw_order *o;

	if (mark == NULL)
		return false;
	id = last_exit(a, mark);
	o = gw_order_find(a->gw, &id);
	if (o == NULL)
		return mark->awaited_ns != 0 &&
		       yq_clock_monotonic_ns(a->gw->clock) - mark->awaited_ns < AWAITED_NS;
	if (o->phase == GW_LIVE && o->order.type == YQ_TYPE_LIMIT &&
	    now_us - mark->last.at_us > REPRICE_US)
		gw_task_cancel(o, "the price has left it: tried again", CANCEL_AGAIN_NS);
	return true;
}

static void
tell_again(const struct gw_account *a, const struct yq_holding *h, const struct gw_mark *mark)
{
	char qty[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(h->position.qty, qty);
	gw_notify(a->gw, "Risk", "Warning",
	    "account %s: %s of %s are still held after attempt %lld to close them; the next is "
	    "made",
	    a->settings.alias, qty, h->position.ticker, (long long)mark->last.attempt - 1);
}

static bool
look_at(void *cookie, const struct yq_holding *h)
{
	struct look *look = cookie;
	struct gw_account *a = look->account;
	const struct yq_position *p = &h->position;
	const struct yq_halt_entry *halt = gw_flatten_over(a, p->buy_reason);
	int64_t now_us = yq_clock_now_us(a->gw->clock);
	struct gw_mark *mark;
	const struct gw_lane *lane;
	bool again = false;

	if (halt == NULL || yq_decimal_sign(p->qty) == 0 || yq_decimal_sign(free_of(a->gw, h)) == 0)
		return true;
	lane = gw_lane_of(a, p->exchange, p->ticker);
	mark = gw_mark_find(a, p->exchange, p->ticker);
	if (lane->unknown > 0 || lane->looked_up > 0 || is_being_closed(a, mark) ||
	    !market_is_open(look, p->exchange, now_us))
		return true;
	if (!gw_flatten_can(a, p)) {
		if (look->unpriced++ == 0)
			look->ticker = p->ticker;
		return true;
	}
	if (mark != NULL && yq_id_equal(&mark->last.halt, &halt->halt.id)) {
		int64_t since_us = now_us - mark->last.at_us;

		if (since_us >= 0 && since_us < yq_flatten_pause_us(mark->last.attempt))
			return true;
		again = true;
	}
	if (!gw_flatten_make(a, h, halt, free_of(a->gw, h))) {
		look->cut = true;
		return false;
	}
	if (again && mark->awaited_ns != 0)
		tell_again(a, h, mark);
	return true;
}

/* Once while it lasts. */
static void
tell_closed(const struct look *look)
{
	struct gw_account *a = look->account;
	char opens[YQ_TIME_TEXT_SIZE];

	if (look->closed == 0 && !look->cut)
		a->flatten_waits = false;
	if (look->closed == 0 || a->flatten_waits)
		return;
	a->flatten_waits = true;
	if (look->opens_us == 0) {
		gw_notify(a->gw, "Risk", "Warning",
		    "account %s: %zu positions are to be closed, and no market of theirs opens "
		    "within "
		    "30 days",
		    a->settings.alias, look->closed);
		return;
	}
	yq_time_format(look->opens_us, opens);
	gw_notify(a->gw, "Risk", "Warning",
	    "account %s: %zu positions are to be closed when their markets open, the next is %s at "
	    "%.16sZ",
	    a->settings.alias, look->closed, yq_names_text(&yq_exchange_names, (int)look->exchange),
	    opens);
}

/* Once while it lasts.  Nothing is tried, so nothing is counted: it goes on when a price comes. */
static void
tell_unpriced(const struct look *look)
{
	struct gw_account *a = look->account;

	if (look->unpriced > 0 && !a->flatten_unpriced)
		gw_notify(a->gw, "Risk", "Warning",
		    "account %s: %zu positions cannot be closed yet, for no price of them is "
		    "known: the first is %s",
		    a->settings.alias, look->unpriced, look->ticker);
	a->flatten_unpriced = look->unpriced > 0 || (look->cut && a->flatten_unpriced);
}

/* ---- marks of halts that are over ---- */

static bool
stands(const struct gateway *gw, const struct yq_id *id)
{
	for (size_t i = 0; i < gw->halts.list.count; i++)
		if (yq_id_equal(&gw->halts.list.items[i].halt.id, id))
			return true;
	return false;
}

static void
marks_drop(struct gw_account *a)
{
	for (struct yq_table_node *n = a->guard.marks.oldest, *next; n != NULL; n = next) {
		struct gw_mark *mark = yq_container(n, struct gw_mark, node);

		next = n->newer;
		if (!stands(a->gw, &mark->last.halt) && !is_being_closed(a, mark))
			gw_mark_remove(a, mark);
	}
}

/* ---- one look at everything ---- */

static void
account_run(struct gw_account *a)
{
	struct look look = { .account = a };

	if (a->guard.marks.count > 0)
		marks_drop(a);
	if (!a->gw->halts.flatten) {
		a->flatten_waits = a->flatten_unpriced = false; /* the next halt is told anew */
		return;
	}
	gw_brackets_flatten(a);
	yq_table_each(&a->gw->orders, cancel_one, a);
	yq_account_each_holding(a->book, look_at, &look);
	tell_closed(&look);
	tell_unpriced(&look);
}

void
gw_flatten_run(struct gateway *gw)
{
	if (!gw->flatten.due || gw->draining || !yq_valkey_is_up(gw->valkey))
		return;
	gw->flatten.due = false;
	if (!gw->halts.known)
		return;
	for (size_t i = 0; i < gw->account_count; i++)
		if (gw_account_may_send(&gw->accounts[i]))
			account_run(&gw->accounts[i]);
	gw_flatten_send(gw);
}
