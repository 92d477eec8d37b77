/*
 * paper.c - the paper broker as an adapter of the port: its calls go into a queue (paper_queue.c).
 */
#include "broker/paper.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/paper_adapter.h"

static struct yq_paper *
paper_of(struct yq_broker *broker)
{
	return (struct yq_paper *)(void *)broker;
}

/* ---- the port ---- */

static struct yq_paper_command *
command(struct yq_broker *broker, enum yq_paper_verb verb, void *cookie)
{
	struct yq_paper *p = paper_of(broker);
	struct yq_paper_command *c = yq_xcalloc(1, sizeof(*c));

	assert(!p->freed);
	c->verb = verb;
	c->cookie = cookie;
	*p->last = c;
	p->last = &c->next;
	(void)uv_idle_start(&p->idle, yq_paper_on_idle);
	return c;
}

static void
paper_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie)
{
	struct yq_paper_command *c = command(broker, YQ_PAPER_DO_SUBMIT, cookie);

	c->order = *order;
	c->fn.done = fn;
	c->over = paper_of(broker)->waiting_submits++ >= YQ_PAPER_IN_FLIGHT_MAX;
}

/* The order that `ref` names; none when this broker cannot know.  Without client ids only its own
 * number tells. */
static struct yq_id
named(struct yq_broker *broker, const struct yq_broker_ref *ref)
{
	if (yq_broker_can(broker, YQ_BROKER_KEEPS_CLIENT_ID))
		return ref->order->id;
	return yq_paper_id_of(paper_of(broker)->book, ref->broker_order_id);
}

/* Whether this book may have given that number: it forgets those of old. */
static bool
was_given(struct yq_broker *broker, const char *number)
{
	char first[YQ_BROKER_ORDER_ID_SIZE];

	yq_paper_order_number(paper_of(broker)->book, 0, first);
	first[strlen(first) - 1] = '\0';
	return yq_str_starts(number, first);
}

static void
paper_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie)
{
	struct yq_paper_command *c = command(broker, YQ_PAPER_DO_CANCEL, cookie);

	c->order.id = named(broker, ref);
	c->fn.done = fn;
}

static void
paper_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie)
{
	struct yq_paper_command *c = command(broker, YQ_PAPER_DO_REPLACE, cookie);

	c->order.id = named(broker, ref);
	c->change = *change;
	c->fn.done = fn;
}

static void
paper_find(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_found_fn *fn, void *cookie)
{
	struct yq_paper_command *c = command(broker, YQ_PAPER_ASK_ORDER, cookie);

	c->order.id = named(broker, ref);
	c->unsure = yq_id_is_none(&c->order.id) &&
		    (ref->broker_order_id[0] == '\0' || was_given(broker, ref->broker_order_id));
	c->fn.found = fn;
}

static void
paper_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie)
{
	command(broker, YQ_PAPER_ASK_OPEN, cookie)->fn.orders = fn;
}

static void
paper_orders_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_orders_fn *fn, void *cookie)
{
	struct yq_paper_command *c = command(broker, YQ_PAPER_ASK_SINCE, cookie);

	c->since_us = since_us;
	c->fn.orders = fn;
}

static void
paper_fills_since(struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie)
{
	struct yq_paper_command *c = command(broker, YQ_PAPER_ASK_FILLS, cookie);

	c->since_us = since_us;
	c->fn.fills = fn;
}

static void
paper_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie)
{
	command(broker, YQ_PAPER_ASK_POSITIONS, cookie)->fn.positions = fn;
}

static void
paper_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie)
{
	command(broker, YQ_PAPER_ASK_BALANCES, cookie)->fn.balances = fn;
}

static void
paper_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie)
{
	struct yq_paper_command *c = command(broker, YQ_PAPER_ASK_PRICE, cookie);

	c->order.exchange = exchange;
	yq_str_copy_cut(c->order.ticker, sizeof(c->order.ticker), ticker);
	c->fn.price = fn;
}

static void
paper_observe(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, int64_t time_us)
{
	struct yq_paper_command *c = command(broker, YQ_PAPER_DO_OBSERVE, NULL);

	(void)time_us;
	c->order.exchange = exchange;
	yq_str_copy_cut(c->order.ticker, sizeof(c->order.ticker), ticker);
	c->price = price;
}

static void
on_close(uv_handle_t *handle)
{
	struct yq_paper *p = handle->data;

	if (--p->open_handles > 0)
		return;
	free(p->path);
	free(p);
}

static void
paper_free(struct yq_broker *broker)
{
	struct yq_paper *p = paper_of(broker);
	struct yq_paper_batch *undone = yq_paper_batch_make();

	assert(!p->freed && !p->delivering);
	p->freed = true;
	undone->first = p->first;
	p->first = NULL;
	yq_paper_deliver(p, undone, YQ_E_RETRY);
	while (p->later != NULL) {
		struct yq_paper_batch *batch = p->later;

		p->later = batch->next;
		yq_paper_deliver(p, batch, YQ_E_UNKNOWN);
	}
	yq_paper_batch_free(p->held);
	yq_paper_unload(p);
	uv_close((uv_handle_t *)&p->idle, on_close);
	uv_close((uv_handle_t *)&p->timer, on_close);
	uv_close((uv_handle_t *)&p->tick, on_close);
}

static const struct yq_broker_ops paper_ops = {
	.submit = paper_submit,
	.cancel = paper_cancel,
	.replace = paper_replace,
	.find_order = paper_find,
	.open_orders = paper_open_orders,
	.orders_since = paper_orders_since,
	.fills_since = paper_fills_since,
	.positions = paper_positions,
	.balances = paper_balances,
	.price = paper_price,
	.observe = paper_observe,
	.free = paper_free,
};

static void
handles_open(struct yq_paper *p)
{
	uint64_t interval = p->settings.walk_interval_ms > 0 ? p->settings.walk_interval_ms : 1000;

	(void)uv_idle_init(p->loop, &p->idle);
	(void)uv_timer_init(p->loop, &p->timer);
	(void)uv_timer_init(p->loop, &p->tick);
	p->idle.data = p->timer.data = p->tick.data = p;
	p->open_handles = 3;
	(void)uv_timer_start(&p->tick, yq_paper_on_tick, interval, interval);
}

enum yq_rc
yq_paper_open(const struct yq_paper_spec *spec, struct yq_broker **ret_broker, struct yq_err *err)
{
	struct yq_paper *p = yq_xcalloc(1, sizeof(*p));
	enum yq_rc rc;

	*ret_broker = NULL;
	p->head.ops = &paper_ops;
	p->head.name = "paper";
	p->head.on_event = spec->on_event;
	p->head.event_cookie = spec->event_cookie;
	p->head.capabilities = (struct yq_broker_capabilities){
		.flags =
		    (spec->settings->client_ids ? YQ_BROKER_KEEPS_CLIENT_ID | YQ_BROKER_IDEMPOTENT
						: 0U) |
		    (spec->settings->transient_ppm == 0 ? YQ_BROKER_ORDERED : 0U) |
		    YQ_BROKER_REPLACES | YQ_BROKER_PUSHES | YQ_BROKER_SIMULATED |
		    (spec->settings->always_open ? YQ_BROKER_ANY_HOUR : 0U) |
		    (spec->settings->allow_short ? YQ_BROKER_SHORTS : 0U),
		.order_types = spec->settings->order_types,
		.times_in_force = spec->settings->times_in_force,
		.exchanges = UINT32_MAX,
		.in_flight_max = YQ_PAPER_IN_FLIGHT_MAX,
		.calls_per_second = spec->settings->calls_per_second,
		.calls_burst = yq_paper_calls_burst(spec->settings),
	};
	p->loop = spec->loop;
	p->clock = spec->clock;
	p->calendar = spec->calendar;
	p->settings = *spec->settings;
	p->throttle = yq_throttle_make(p->settings.calls_per_second,
	    p->head.capabilities.calls_burst, yq_clock_monotonic_ns(p->clock));
	p->path = yq_xstrdup(spec->journal);
	p->take = spec->take;
	p->last = &p->first;
	p->later_last = &p->later;
	rc = yq_paper_load(p, err);
	if (rc != YQ_OK) {
		yq_paper_unload(p);
		free(p->path);
		free(p);
		return rc;
	}
	handles_open(p);
	*ret_broker = &p->head;
	return YQ_OK;
}

const struct yq_paper_book *
yq_paper_book_of(const struct yq_broker *broker)
{
	return ((const struct yq_paper *)(const void *)broker)->book;
}
