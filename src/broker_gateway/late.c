/* late.c - an execution of an order that has left the bus: a trade all the same. */
#include "broker_gateway/late.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/look.h"
#include "broker_gateway/record.h"

struct late {
	struct gw_account *account;
	struct yq_order order; /* nothing but its id is known */
	struct yq_broker_fill fill;
};

/* The order as the broker remembers it. */
static struct gw_order *
order_from_broker(struct gw_account *a, const struct yq_id *id, const struct yq_broker_order *found)
{
	struct yq_order order = yq_order_default();
	struct gw_order *o;

	order.id = *id;
	yq_str_copy_cut(order.account_alias, sizeof(order.account_alias), a->settings.alias);
	memcpy(order.ticker, found->ticker, sizeof(order.ticker));
	order.exchange = found->exchange;
	order.currency = yq_market_of(found->exchange)->currency;
	order.action = found->action;
	order.type = found->price.set ? YQ_TYPE_LIMIT : YQ_TYPE_MARKET;
	order.qty = found->qty;
	order.price = found->price;
	order.timestamp_us = found->time_us;
	o = gw_order_make(a, &order, "");
	o->taken_ns = 0;
	o->left = true;
	o->progress.state = found->state;
	o->progress.filled = found->filled;
	o->progress.avg_price = found->avg_price;
	memcpy(o->broker_order_id, found->broker_order_id, sizeof(o->broker_order_id));
	gw_order_set_phase(o, GW_OVER);
	return o;
}

static void
tell(const struct late *late, const char *severity, const char *what)
{
	gw_notify(late->account->gw, "Order", severity,
	    "account %s: execution %s of order %s came after the order had been archived: %s",
	    late->account->settings.alias, late->fill.execution_id, late->order.id.text, what);
}

/* An order may be executed in a hundred parts, and be another program's: people hear of the first
 * one. */
static void
tell_once(const struct late *late, const char *what)
{
	struct gw_account *a = late->account;
	uint64_t order = yq_table_hash_join(
	    yq_table_hash_text(a->settings.alias), yq_table_hash_text(late->order.id.text));

	yq_warn("account %s: execution %s of order %s came late: %s", a->settings.alias,
	    late->fill.execution_id, late->order.id.text, what);
	if (yq_recent_has(&a->gw->told_orders, order))
		return;
	yq_recent_add(&a->gw->told_orders, order);
	tell(late, "Warning", what);
}

/* Another late one of it may have come meanwhile. */
static void
book(struct late *late, const struct yq_broker_order *found)
{
	struct gw_account *a = late->account;
	struct gw_order *o = gw_order_find(a->gw, &late->order.id);

	if (o == NULL)
		o = order_from_broker(a, &late->order.id, found);
	if (gw_order_has_execution(o, late->fill.execution_id))
		return;
	gw_order_add_execution(o, late->fill.execution_id);
	gw_record_late(o, &late->fill);
	yq_counter_add(a->gw->metrics.late_trades, 1);
	tell_once(late, "it is a trade now, and cash and positions are looked at");
	gw_look_books_now(a, false);
}

static void
on_found(void *cookie, enum yq_rc rc, const struct yq_broker_order *found,
    const struct yq_broker_fill *fills, size_t count, const struct yq_err *err)
{
	struct late *late = cookie;
	struct gw_account *a = late->account;
	struct gateway *gw = a->gw;

	(void)fills;
	(void)count;
	a->look.strays--;
	if (gw->stopped || (a->state != GW_SERVING && a->state != GW_SETTLING)) {
		free(late);
		return;
	}
	if (rc == YQ_OK) {
		book(late, found);
	} else if (rc == YQ_E_UNKNOWN || rc == YQ_E_RETRY) {
		a->look.late_failed = true; /* the next look has it again */
	} else {
		yq_recent_add(&gw->booked, gw_execution_hash(a, late->fill.execution_id));
		yq_error("account %s: execution %s: %s", a->settings.alias, late->fill.execution_id,
		    err->text);
		tell(late, "Critical",
		    "the broker cannot say of what, so it is no trade in the archive; cash and "
		    "positions are taken over");
		gw_look_books_now(a, false);
	}
	gw_soon(gw);
	free(late);
}

void
gw_late_fill(struct gw_account *a, const struct yq_broker_fill *fill)
{
	struct late *late = yq_xcalloc(1, sizeof(*late));
	struct yq_broker_ref ref = { &late->order, late->fill.broker_order_id, 0 };

	late->account = a;
	late->order = yq_order_default();
	late->order.id = fill->order_id;
	late->fill = *fill;
	a->look.strays++;
	yq_broker_find_order(a->broker, &ref, on_found, late);
}
