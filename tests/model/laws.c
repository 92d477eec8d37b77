/* laws.c - at each single event: sent, taken, written. */
#include "laws.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bus/message.h"
#include "bus/schema.h"

#define SETTLED_US (20 * SECOND) /* after the clock jumped nobody knows whose lease it is */

/* ---- what leaves for the broker ---- */

static const struct word *
lease_word(const char *alias, const char *field)
{
	char key[YQ_KEY_SIZE];

	(void)yq_key_format(YQ_KEY_LEASE, alias, key);
	return server_get(&world.server, key, field);
}

void
law_sent(struct life *life, const struct yq_order *order)
{
	const char *key = wish_key(&order->id);
	const struct word *state = server_get(&world.server, key, "State");
	const struct word *fence = server_get(&world.server, key, "Fence");
	const struct word *token = lease_word(order->account_alias, "Token");

	bool settled = world.now_us - world.jumped_at_us >= SETTLED_US;

	/* Who took over because the server's clock jumped may have asked already, in vain. */
	if (!server_word_is(state, "Submitting") && (settled || !server_word_is(state, "Unknown")))
		world_fail("life %u sends order %s, which is %s: nothing durable says so",
		    life->number, order->id.text, state != NULL ? state->text : "not on the bus");
	if (!settled)
		return;
	if (fence == NULL || token == NULL || strcmp(fence->text, token->text) != 0 ||
	    !server_word_is(lease_word(order->account_alias, "Owner"), life->gateway->owner))
		world_fail("life %u sends order %s of an account that another has taken over "
			   "(claimed under %s, the lease is at %s)",
		    life->number, order->id.text, fence != NULL ? fence->text : "nothing",
		    token != NULL ? token->text : "nothing");
}

void
law_taken(struct deal *deal)
{
	struct wish *w = wish_find(&deal->order.id);
	uint64_t *last = &world.wishes->last_taken[deal->account][deal->instrument];
	bool executes_once = (manners[deal->account].flags & YQ_BROKER_IDEMPOTENT) != 0;

	if (w == NULL)
		world_fail(
		    "the exchange has order %s, for which nobody asked", deal->order.id.text);
	if (deal->taken > 1 && !executes_once)
		world_fail("order %s is executed twice", deal->order.id.text);
	if (deal->taken > 1)
		return;
	w->taken = true;
	law_exit_taken(deal);
	/* A broker that takes them as they are sent is not waited for: there one that is lost is
	 * overtaken. */
	if (w->place < *last && (manners[deal->account].flags & YQ_BROKER_ORDERED) == 0)
		world_fail("order %s (%" PRIu64 " in the stream) comes after the one at %" PRIu64
			   " of the same account and ticker",
		    deal->order.id.text, w->place, *last);
	if (w->place > *last)
		*last = w->place;
}

/* ---- what is written to the bus ---- */

static bool
can_follow(enum yq_order_state from, enum yq_order_state to)
{
	for (int event = 0; event < YQ_ORDER_EVENT_COUNT; event++) {
		struct yq_order_progress p = { .state = from,
			.qty = yq_decimal_from_int(
			    event == YQ_EVENT_FILL && to == YQ_ORDER_FILLED ? 1 : 1000) };

		if (yq_order_apply(&p, (enum yq_order_event)event, yq_decimal_from_int(1),
			yq_decimal_from_int(1), NULL) == YQ_OK &&
		    p.state == to)
			return true;
	}
	return false;
}

/* Directly, or with an acknowledgement between the two that is told with what follows it. */
static void
state_written(const char *key, const struct word *before, const struct word *after)
{
	int from = yq_names_find(&yq_order_state_names, before->text, before->length);
	int to = yq_names_find(&yq_order_state_names, after->text, after->length);

	if (from < 0 || to < 0)
		world_fail("%s: a state nobody knows: %s, %s", key, before->text, after->text);
	world_trace("bus: order %.8s %s -> %s", key + 6, before->text, after->text);
	if (to == YQ_ORDER_UNKNOWN && from != to)
		count_up(COUNT_UNKNOWN);
	if (from == to || can_follow((enum yq_order_state)from, (enum yq_order_state)to))
		return;
	if ((from == YQ_ORDER_SUBMITTING || from == YQ_ORDER_UNKNOWN) &&
	    can_follow(YQ_ORDER_OPEN, (enum yq_order_state)to))
		return;
	world_fail("%s goes from %s to %s", key, before->text, after->text);
}

static void
on_field(void *cookie, const char *key, const char *field, const struct word *before,
    const struct word *after)
{
	(void)cookie;
	if (strcmp(field, "Token") == 0 && before != NULL &&
	    strcmp(before->text, after->text) != 0) {
		count_up(COUNT_TAKEOVERS);
		if (strtoll(after->text, NULL, 10) <= strtoll(before->text, NULL, 10))
			world_fail(
			    "%s: the token falls from %s to %s", key, before->text, after->text);
		world_trace("bus: %s goes to %s", key, after->text);
	}
	if (!yq_str_starts(key, "order:") || before == NULL)
		return;
	if (strcmp(field, "State") == 0)
		state_written(key, before, after);
	if (strcmp(field, "Sequence") == 0 &&
	    strtoll(after->text, NULL, 10) < strtoll(before->text, NULL, 10))
		world_trace("bus: %s: sequence %s after %s", key, after->text, before->text);
}

static struct execution *
execution_of(const struct yq_trade_item *item, const struct deal *deal)
{
	/* The id of a trade is made of the account, the order's and the execution's number. */
	for (struct execution *e = deal->executions; e != NULL; e = e->next) {
		char name[200];
		struct yq_id id;

		(void)yq_str_format(
		    name, sizeof(name), "trade:%s:%s:%s", item->account_alias, deal->number, e->id);
		id = yq_id_named(name, strlen(name));
		if (yq_id_equal(&id, &item->trade.id))
			return e;
	}
	return NULL;
}

/* A trade on its way into the archive: once for each execution, and as it was. */
static void
on_pushed(void *cookie, const char *key, const struct word *bytes)
{
	struct yq_trade_item item;
	struct deal *deal;
	struct execution *e;
	struct yq_err err;

	(void)cookie;
	if (strcmp(key, yq_key_name(YQ_KEY_TRADES_QUEUE)) != 0)
		return;
	if (yq_message_decode_trade_item(bytes->text, bytes->length, &item, &err) != YQ_OK)
		world_fail("a trade cannot be read: %s", err.text);
	deal = exchange_find(exchange_account(item.account_alias), &item.trade.order_id);
	e = deal != NULL ? execution_of(&item, deal) : NULL;
	if (e == NULL)
		world_fail(
		    "a trade of order %s that never was is booked", item.trade.order_id.text);
	if (e->booked++ > 0)
		world_fail(
		    "execution %s of order %s is booked twice", e->id, item.trade.order_id.text);
	if (yq_decimal_cmp(e->qty, item.trade.quantity) != 0 ||
	    yq_decimal_cmp(e->price, item.trade.executed_price) != 0 ||
	    yq_decimal_cmp(e->commission, item.trade.commission) != 0 ||
	    item.trade.action != deal->order.action)
		world_fail("execution %s of order %s is booked as what it was not", e->id,
		    item.trade.order_id.text);
	world_trace("bus: execution %s is booked", e->id);
}

static void
on_added(void *cookie, const char *key, const struct entry *entry)
{
	struct yq_order order;
	struct wish *w;

	(void)cookie;
	if (!server_word_is(&entry->kind, "order") ||
	    strcmp(key, yq_key_name(YQ_KEY_ORDER_STREAM)) != 0)
		return;
	if (yq_message_decode_order(entry->payload.text, entry->payload.length, &order, NULL) !=
	    YQ_OK)
		world_fail("an order on the stream cannot be read");
	if (!yq_id_is_none(&order.bracket_id))
		law_exit_made(&order);
	else if (wish_find(&order.id) == NULL)
		law_flatten_made(&order);
	w = wish_find(&order.id);
	if (w == NULL || w->place != 0)
		world_fail("order %s is put on the stream %s", order.id.text,
		    w == NULL ? "and nobody asked for it" : "twice");
	w->place = ++world.wishes->places;
}

const struct server_events law_events = {
	.published = server_publish_to_lives,
	.field = on_field,
	.pushed = on_pushed,
	.added = on_added,
};
