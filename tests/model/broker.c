/*
 * broker.c - the broker port of a life: to the exchange and back over a network that loses, delays,
 * doubles and reorders.
 *
 * A request that is lost, or whose answer is, ends with "unknown" when its time is over; it may be
 * carried out all the same, also later than that, but never later than the broker's word about
 * what it never had (absent_after_us).
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/paper.h"
#include "laws.h"
#include "memory.h"

/* Who waited long enough knows nothing. */
static void
timed_out(void *context)
{
	struct ask *ask = context;

	if (ask->session->life == NULL || ask->answered || ask->rc != YQ_E_UNKNOWN) {
		ask_unref(ask);
		return;
	}
	yq_str_copy_cut(ask->text, sizeof(ask->text), "no answer in time");
	life_arrives(ask->session->life, ask_deliver, ask_drop, ask);
}

static struct session *
session_of(struct yq_broker *broker)
{
	return (struct session *)(void *)broker;
}

static struct ask *
ask_make(struct yq_broker *broker, enum ask_kind kind, void *cookie)
{
	struct session *s = session_of(broker);
	struct ask *ask = yq_xcalloc(1, sizeof(*ask));

	ask->session = s;
	ask->kind = kind;
	ask->cookie = cookie;
	ask->rc = YQ_E_UNKNOWN;
	ask->refs = 2; /* the list's, the time-out's */
	ask->next = s->asks;
	s->asks = ask;
	s->refs++;
	world_in(TIMEOUT_US, timed_out, ask);
	return ask;
}

static void
ask_send(struct ask *ask)
{
	struct session *s = ask->session;
	int64_t us = travel_us();

	if (!world.calm && world_chance(20)) { /* provably not sent */
		ask_answer(ask, YQ_E_RETRY, "too many requests");
		return;
	}
	if (!world.calm && world_chance(15)) {
		count_up(COUNT_LOST_REQUESTS);
		return;
	}
	if (ask->kind == SUBMIT && yq_broker_can(&s->head, YQ_BROKER_ORDERED)) {
		if (world.now_us + us < s->arrives_us)
			us = s->arrives_us - world.now_us;
		s->arrives_us = world.now_us + us;
	}
	ask->refs++;
	world_in(us, request_arrives, ask);
}

/* The one shape of all operations: it may die before, the request goes out, it may die after. */
#define OPERATION(kind_value, member, prepare)                                   \
	do {                                                                     \
		struct life *life = session_of(broker)->life;                    \
		unsigned before = effect_begin(life, "a request to the broker"); \
		struct ask *ask = ask_make(broker, kind_value, cookie);          \
                                                                                 \
		ask->fn.member = fn;                                             \
		prepare;                                                         \
		ask_send(ask);                                                   \
		effect_end(life, before);                                        \
		effect_end(life, effect_begin(life, "a request under way"));     \
	} while (0)

static void
op_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie)
{
	world_trace(
	    "life %u sends order %s", session_of(broker)->life->number, world_short(&order->id));
	law_sent(session_of(broker)->life, order);
	OPERATION(SUBMIT, done, ask->order = *order);
}

static void
op_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie)
{
	OPERATION(CANCEL, done, ask->order = *ref->order);
}

static void
op_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie)
{
	OPERATION(REPLACE, done, (ask->order = *ref->order, ask->change = *change));
}

static void
op_find(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_found_fn *fn, void *cookie)
{
	OPERATION(FIND, found, ask->order = *ref->order);
}

static void
op_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie)
{
	OPERATION(OPEN_ORDERS, orders, (void)0);
}

static void
op_orders_since(struct yq_broker *broker, int64_t since_us, yq_broker_orders_fn *fn, void *cookie)
{
	OPERATION(ORDERS_SINCE, orders, ask->since_us = since_us);
}

static void
op_fills(struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie)
{
	OPERATION(FILLS, fills, ask->since_us = since_us);
}

static void
op_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie)
{
	OPERATION(POSITIONS, positions, (void)0);
}

static void
op_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie)
{
	OPERATION(BALANCES, balances, (void)0);
}

static void
op_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie)
{
	OPERATION(PRICE, price, ask->instrument = exchange_instrument(exchange, ticker));
}

static void
session_close(struct session *s)
{
	struct session **at = &s->life->sessions;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	s->life = NULL;
	session_unref(s);
}

static void
op_free(struct yq_broker *broker)
{
	struct session *s = session_of(broker);

	while (s->asks != NULL) {
		struct ask *ask = s->asks;

		ask->answered = true;
		s->asks = ask->next;
		ask->rc = YQ_E_UNKNOWN;
		ask_call_back(ask);
		ask_unref(ask);
	}
	session_close(s);
}

static const struct yq_broker_ops ops = {
	.submit = op_submit,
	.cancel = op_cancel,
	.replace = op_replace,
	.find_order = op_find,
	.open_orders = op_open_orders,
	.orders_since = op_orders_since,
	.fills_since = op_fills,
	.positions = op_positions,
	.balances = op_balances,
	.price = op_price,
	.free = op_free,
};

/* In the place of the paper broker's. */
enum yq_rc
yq_paper_open(const struct yq_paper_spec *spec, struct yq_broker **ret_broker, struct yq_err *err)
{
	struct life *life = life_current();
	unsigned before = memory_owner(0);
	struct session *s = yq_xcalloc(1, sizeof(*s));
	char alias[YQ_ALIAS_SIZE];
	const char *name = strrchr(spec->journal, '/') + 1;

	(void)err;
	yq_str_copy_cut(alias, sizeof(alias), name);
	*strchr(alias, '.') = '\0';
	s->account = exchange_account(alias);
	s->life = life;
	s->refs = 1;
	s->head = (struct yq_broker){ .ops = &ops,
		.name = "model",
		.capabilities = { .flags = manners[s->account].flags,
		    .order_types = manners[s->account].takes_few
				       ? 1U << YQ_TYPE_LIMIT | 1U << YQ_TYPE_MARKET
				       : UINT32_MAX,
		    .times_in_force = manners[s->account].takes_few ? 1U << YQ_TIF_DAY : UINT32_MAX,
		    .exchanges = UINT32_MAX,
		    .in_flight_max = 8,
		    .absent_after_us = manners[s->account].absent_after_us },
		.on_event = spec->on_event,
		.event_cookie = spec->event_cookie };
	s->next = life->sessions;
	life->sessions = s;
	*ret_broker = &s->head;
	(void)memory_owner(before);
	return YQ_OK;
}

void
sessions_drop(struct life *life)
{
	while (life->sessions != NULL) {
		struct session *s = life->sessions;

		while (s->asks != NULL) {
			struct ask *ask = s->asks;

			s->asks = ask->next;
			ask->answered = true;
			ask_unref(ask);
		}
		session_close(s);
	}
}
