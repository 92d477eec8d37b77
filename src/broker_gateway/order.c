/* order.c - orders in hand: finding, counting, forgetting. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/task.h"

static bool
same_order(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&((const struct gw_order *)(const void *)node)->order.id, id);
}

static uint64_t
id_hash(const struct yq_id *id)
{
	return yq_table_hash(id->text, YQ_ID_LENGTH);
}

struct gw_order *
gw_order_find(struct gateway *gw, const struct yq_id *id)
{
	return yq_container(
	    yq_table_find(&gw->orders, id_hash(id), same_order, id), struct gw_order, node);
}

struct by_broker_id {
	const struct gw_account *account;
	const char *id;
	struct gw_order *found;
};

static bool
look_at(void *cookie, struct yq_table_node *node)
{
	struct by_broker_id *look = cookie;
	struct gw_order *o = yq_container(node, struct gw_order, node);

	if (o->account == look->account && yq_str_equal(o->broker_order_id, look->id))
		look->found = o;
	return look->found == NULL;
}

struct gw_order *
gw_order_by_broker_id(struct gw_account *account, const char *broker_order_id)
{
	struct by_broker_id look = { account, broker_order_id, NULL };

	if (broker_order_id[0] != '\0')
		yq_table_each(&account->gw->orders, look_at, &look);
	return look.found;
}

struct gw_arrival
gw_arrival_of(const char *entry_id)
{
	struct gw_arrival arrival = { 0 };
	char *end;

	arrival.ms = strtoull(entry_id, &end, 10);
	if (*end == '-')
		arrival.seq = strtoull(end + 1, NULL, 10);
	return arrival;
}

bool
gw_arrived_before(struct gw_arrival a, struct gw_arrival b)
{
	return a.ms != b.ms ? a.ms < b.ms : a.seq < b.seq;
}

/* What others may have given ids like. */
static bool
is_of_any_making(const struct gw_account *account, const struct yq_id *id)
{
	return account->broker != NULL && yq_broker_can(account->broker, YQ_BROKER_SHARED) &&
	       !yq_id_is_named(id);
}

bool
gw_order_may_be_ours(const struct gw_account *account, const struct yq_id *id)
{
	return !is_of_any_making(account, id) ||
	       yq_recent_has(&account->gw->had_orders, id_hash(id));
}

struct gw_order *
gw_order_make(struct gw_account *account, const struct yq_order *order, const char *entry_id)
{
	struct gateway *gw = account->gw;
	struct gw_order *o = yq_xcalloc(1, sizeof(*o));

	o->order = *order;
	o->account = account;
	o->lane = gw_lane_of(account, order->exchange, order->ticker);
	o->lane->tasks++; /* as long as it is in hand, its lane stays */
	o->phase = GW_WAITING;
	o->arrival = gw_arrival_of(entry_id);
	yq_str_copy_cut(o->entry_id, sizeof(o->entry_id), entry_id);
	o->progress.state = YQ_ORDER_PENDING;
	o->progress.qty = order->qty;
	o->taken_ns = yq_clock_monotonic_ns(gw->clock);
	yq_table_insert(&gw->orders, id_hash(&order->id), &o->node);
	if (is_of_any_making(account, &order->id))
		yq_recent_add(&gw->had_orders, id_hash(&order->id));
	for (size_t left = gw_task_cancels(account, &order->id); left > 0; left--)
		gw_order_cancel_waits(o, true); /* read before it */
	gw_flatten_seen(o);
	return o;
}

/* How a phase counts for the account and the lane. */
static void
count(struct gw_order *o, enum gw_phase phase, bool up)
{
	size_t one = up ? 1 : SIZE_MAX; /* adding SIZE_MAX takes one away */

	if (phase == GW_CLAIMING)
		o->account->claiming += one;
	if (phase == GW_CLAIMING || phase == GW_SENT) {
		o->account->unanswered += one;
		o->lane->unanswered += one;
	}
	if (phase == GW_CLAIMING || phase == GW_SENT ||
	    (phase == GW_LIVE && o->order.type == YQ_TYPE_MARKET))
		o->lane->working[o->order.action] += one;
	if (phase != GW_OVER)
		o->lane->withdrawn += up ? o->cancels : 0 - o->cancels;
	if (phase == GW_UNKNOWN) {
		o->lane->unknown += one;
		o->account->unknown += one;
	}
	/* A full sync meanwhile may have taken over what it executed. */
	if (phase == GW_UNKNOWN && !up)
		gw_look_books_now(o->account, false);
	if (phase == GW_LIVE && up)
		o->live_ns = yq_clock_monotonic_ns(o->account->gw->clock);
}

void
gw_order_settles(struct gw_order *o)
{
	struct gw_account *a = o->account;

	if (o->settles || (a->state != GW_SETTLING && a->state != GW_LOADING))
		return;
	o->settles = true;
	a->settling++;
}

void
gw_order_settled(struct gw_order *o)
{
	if (!o->settles)
		return;
	o->settles = false;
	o->account->settling--;
}

void
gw_order_set_phase(struct gw_order *o, enum gw_phase phase)
{
	if (o->detached || o->phase == phase)
		return;
	if (phase == GW_OVER) /* nobody asks about it any more */
		gw_order_settled(o);
	if (phase == GW_OVER && o->canceling) {
		o->canceling = false;
		o->lane->canceling--;
	}
	/* Until that is recorded whoever takes over finds it Pending, and would send it behind what
	 * goes now. */
	if (phase == GW_OVER && o->phase < GW_SENT) {
		o->ends_unsent = true;
		o->lane->ending++;
	}
	count(o, o->phase, false);
	o->phase = phase;
	count(o, phase, true);
	gw_soon(o->account->gw);
}

void
gw_order_cancel_waits(struct gw_order *o, bool waits)
{
	size_t one = waits ? 1 : SIZE_MAX;

	o->cancels += one;
	if (o->phase != GW_OVER)
		o->lane->withdrawn += one;
}

static void
order_free(struct gw_order *o)
{
	free(o->executions);
	free(o->doubt);
	free(o);
}

void
gw_order_hold(struct gw_order *o)
{
	o->refs++;
}

bool
gw_order_unhold(struct gw_order *o)
{
	assert(o->refs > 0);
	o->refs--;
	if (!o->detached)
		return true;
	if (o->refs == 0)
		order_free(o);
	return false;
}

static void
untold_remove(struct gateway *gw, struct gw_order *o)
{
	struct gw_order **link = &gw->untold;

	if (!o->in_untold)
		return;
	while (*link != o)
		link = &(*link)->next_untold;
	*link = o->next_untold;
	o->in_untold = false;
}

void
gw_order_detach(struct gw_order *o)
{
	struct gateway *gw = o->account->gw;

	gw_order_set_phase(o, GW_OVER);
	gw_lane_due(o->account, o->lane);
	untold_remove(gw, o);
	yq_account_close(o->account->book, &o->order.id);
	yq_table_remove(&gw->orders, &o->node);
	if (o->ends_unsent && --o->lane->ending == 0)
		gw_soon(gw);
	o->lane->tasks--;
	assert(o->lane->tasks > 0 || o->lane->requests > 0 || o->lane->withdrawn == 0);
	o->lane = NULL;
	o->detached = true;
	if (o->refs == 0)
		order_free(o);
}

void
gw_order_release(struct gw_order *o)
{
	if (o->phase == GW_OVER && o->refs == 0 && !o->in_untold)
		gw_order_detach(o);
}

bool
gw_order_is_unclaimed(const struct gw_order *o)
{
	return o->progress.state == YQ_ORDER_PENDING && !o->suspect && !o->left;
}

bool
gw_order_has_execution(const struct gw_order *o, const char *execution_id)
{
	uint64_t hash = yq_table_hash_text(execution_id);

	for (size_t i = 0; i < o->execution_count; i++)
		if (o->executions[i] == hash)
			return true;
	return false;
}

uint64_t
gw_execution_hash(const struct gw_account *account, const char *execution_id)
{
	return yq_table_hash_join(
	    yq_table_hash_text(account->settings.alias), yq_table_hash_text(execution_id));
}

void
gw_order_add_execution(struct gw_order *o, const char *execution_id)
{
	yq_recent_add(&o->account->gw->booked, gw_execution_hash(o->account, execution_id));
	o->executions = yq_xrealloc(o->executions, o->execution_count + 1, sizeof(*o->executions));
	o->executions[o->execution_count++] = yq_table_hash_text(execution_id);
}
