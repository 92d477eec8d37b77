/* compare.c - the broker's list of open orders and ours: where they differ the broker is asked. */
#include "broker_gateway/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/match.h"
#include "broker_gateway/account.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/look.h"
#include "broker_gateway/poll.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/request.h"

#define ASKS_MAX 64 /* at a time; the rest with the next look */

/* ---- orders in hand, by the broker's id: for a broker that keeps none of ours ---- */

struct by_broker_id {
	const struct gw_account *account;
	struct gw_order **orders; /* owned */
	size_t count;
};

static bool
gather(void *cookie, struct yq_table_node *node)
{
	struct by_broker_id *by = cookie;
	struct gw_order *o = yq_container(node, struct gw_order, node);

	if (o->account == by->account && o->broker_order_id[0] != '\0')
		by->orders[by->count++] = o;
	return true;
}

static int
compare_ids(const void *a, const void *b)
{
	const struct gw_order *const *x = a, *const *y = b;

	return strcmp((*x)->broker_order_id, (*y)->broker_order_id);
}

static void
by_broker_id_make(struct by_broker_id *by, struct gw_account *a)
{
	by->account = a;
	by->orders = yq_xcalloc(a->gw->orders.count + 1, sizeof(struct gw_order *));
	yq_table_each(&a->gw->orders, gather, by);
	qsort(by->orders, by->count, sizeof(struct gw_order *), compare_ids);
}

static struct gw_order *
by_broker_id_find(const struct by_broker_id *by, const char *id)
{
	size_t low = 0, high = by->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(by->orders[middle]->broker_order_id, id);

		if (order == 0)
			return by->orders[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- orders that only the broker has ---- */

struct unanswered {
	const struct gw_account *account;
	const struct yq_broker_order *theirs;
	bool found;
};

/* One of ours whose answer is still out may be this very order. */
static bool
may_be_it(void *cookie, struct yq_table_node *node)
{
	struct unanswered *look = cookie;
	const struct gw_order *o = yq_container(node, struct gw_order, node);

	if (o->account == look->account && (o->phase == GW_SENT || o->phase == GW_UNKNOWN) &&
	    o->order.action == look->theirs->action &&
	    yq_match_exchanges(o->order.exchange, look->theirs->exchange) &&
	    yq_str_equal(o->order.ticker, look->theirs->ticker))
		look->found = true;
	return !look->found;
}

static uint64_t
suspect_of(const struct gw_account *a, const struct yq_broker_order *theirs)
{
	return yq_table_hash_join(
	    yq_table_hash_text(a->settings.alias), yq_table_hash_text(theirs->broker_order_id));
}

static bool
was_suspect(const struct gw_look *look, uint64_t suspect)
{
	for (size_t i = 0; i < look->suspect_count; i++)
		if (look->suspects[i] == suspect)
			return true;
	return false;
}

static void
tell_of(struct gw_account *a, const struct yq_broker_order *theirs, uint64_t suspect)
{
	struct gateway *gw = a->gw;
	char qty[YQ_DECIMAL_TEXT_SIZE];

	if (yq_recent_has(&gw->told_orders, suspect))
		return;
	yq_recent_add(&gw->told_orders, suspect);
	yq_decimal_format(theirs->qty, qty);
	yq_counter_add(gw->metrics.foreign_orders, 1);
	yq_warn("account %s: the broker has an open order %s that is not ours", a->settings.alias,
	    theirs->broker_order_id);
	gw_notify(gw, "Order", "Warning",
	    "account %s: the broker has an open order %s (%s %s of %s) that this system does not "
	    "have open.  It was made elsewhere, or ended here without the broker; it is left "
	    "alone.",
	    a->settings.alias, theirs->broker_order_id,
	    yq_names_text(&yq_action_names, (int)theirs->action), qty, theirs->ticker);
}

/* ---- both lists ---- */

struct pass {
	struct gw_account *account;
	uint64_t round;
	uint64_t suspects[GW_SUSPECTS_MAX];
	size_t suspect_count;
};

static void
only_theirs(struct pass *pass, const struct yq_broker_order *theirs)
{
	struct gw_account *a = pass->account;
	struct unanswered look = { a, theirs, false };
	uint64_t suspect = suspect_of(a, theirs);

	yq_table_each(&a->gw->orders, may_be_it, &look);
	if (look.found)
		return;
	if (was_suspect(&a->look, suspect))
		tell_of(a, theirs, suspect);
	if (pass->suspect_count < GW_SUSPECTS_MAX)
		pass->suspects[pass->suspect_count++] = suspect;
}

static void
in_both(const struct yq_broker_order *theirs, struct gw_order *o, uint64_t round)
{
	o->listed_round = round;
	if (o->phase == GW_UNKNOWN ||
	    (o->phase == GW_LIVE && (yq_decimal_cmp(theirs->filled, o->progress.filled) > 0 ||
					!gw_request_same(o, theirs))))
		gw_ask(o);
}

/* Ours is open, and was so before the question, but the list does not have it. */
static bool
only_ours(void *cookie, struct yq_table_node *node)
{
	struct pass *pass = cookie;
	struct gw_account *a = pass->account;
	struct gw_order *o = yq_container(node, struct gw_order, node);

	if (o->account == a && o->phase == GW_LIVE && o->listed_round != pass->round &&
	    o->live_ns < a->look.begun_ns)
		gw_ask(o);
	return a->asks < ASKS_MAX;
}

static void
compare(struct gw_account *a, const struct yq_broker_order *list, size_t count)
{
	struct pass pass = { .account = a, .round = ++a->gw->compare_round };
	struct by_broker_id by = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct gw_order *o = NULL;

		if (yq_id_is_none(&list[i].order_id) && by.orders == NULL)
			by_broker_id_make(&by, a);
		if (yq_id_is_none(&list[i].order_id))
			o = by_broker_id_find(&by, list[i].broker_order_id);
		else
			o = gw_order_find(a->gw, &list[i].order_id);
		if (o == NULL)
			only_theirs(&pass, &list[i]);
		else if (o->account == a)
			in_both(&list[i], o, pass.round);
	}
	free(by.orders);
	yq_table_each(&a->gw->orders, only_ours, &pass);
	memcpy(a->look.suspects, pass.suspects, sizeof(pass.suspects));
	a->look.suspect_count = pass.suspect_count;
}

static void
on_open_orders(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders, size_t count,
    const struct yq_err *err)
{
	struct gw_account *a = cookie;

	if (a->gw->stopped)
		return;
	if (rc != YQ_OK || (a->state != GW_SERVING && a->state != GW_SETTLING)) {
		gw_look_orders_end(a, rc, err);
		return;
	}
	compare(a, orders, count);
	gw_poll_fills(a);
}

void
gw_compare_orders(struct gw_account *a)
{
	yq_broker_open_orders(a->broker, on_open_orders, a);
}
