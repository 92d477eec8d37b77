/*
 * events.c - what the exchange tells by itself, to every session: late, twice, out of order, or not
 * at all.
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "base/mem.h"
#include "base/str.h"

struct event {
	struct session *session;
	struct yq_broker_event event;
	struct yq_broker_fill fill;
	char text[64];
};

static void
event_drop(void *context)
{
	struct event *e = context;

	session_unref(e->session);
	free(e);
}

static void
event_deliver(void *context)
{
	struct event *e = context;

	if (e->session->life != NULL)
		e->session->head.on_event(e->session->head.event_cookie, &e->event, 1);
}

static void
event_arrives(void *context)
{
	struct event *e = context;

	if (e->session->life != NULL)
		life_arrives(e->session->life, event_deliver, event_drop, e);
	else
		event_drop(e);
}

static void
event_send(struct session *s, const struct deal *deal, enum yq_broker_event_kind kind,
    const struct execution *execution, int64_t us)
{
	struct event *e = yq_xcalloc(1, sizeof(*e));

	e->session = s;
	s->refs++;
	e->event = (struct yq_broker_event){ .kind = kind, .time_us = world.now_us };
	if (deal != NULL) {
		e->event.order_id = deal->order.id;
		yq_str_copy_cut(
		    e->event.broker_order_id, sizeof(e->event.broker_order_id), deal->number);
		yq_str_copy_cut(e->text, sizeof(e->text), deal->text);
		e->event.text = e->text;
	}
	/* One broker tells with the end how much there was, the other does not. */
	if (deal != NULL && (manners[deal->account].flags & YQ_BROKER_ORDERED) != 0)
		e->event.filled = yq_opt_decimal_of(deal->filled);
	if (execution != NULL) {
		fill_of(execution, &e->fill);
		e->event.fill = &e->fill;
	}
	world_in(us, event_arrives, e);
}

/* What goes missing is noticed by the broker's adapter, or by nobody. */
static void
tell_session(struct session *s, const struct deal *deal, enum yq_broker_event_kind kind,
    const struct execution *execution)
{
	int64_t us = world_between(300, 15000);

	if (!world.calm && world_chance(25)) {
		count_up(COUNT_LOST_EVENTS);
		if (world_chance(700))
			event_send(s, NULL, YQ_BROKER_EV_STALE, NULL, world_between(1, 3000) * MS);
		return;
	}
	if (!world.calm && world_chance(30))
		us = world_between(20, 8000) * MS;
	event_send(s, deal, kind, execution, us);
	if (!world.calm && world_chance(30)) {
		count_up(COUNT_TWICE_EVENTS);
		event_send(s, deal, kind, execution, us + world_between(0, 5000) * MS);
	}
}

void
broker_tell(struct deal *deal, enum yq_broker_event_kind kind, struct execution *execution)
{
	if ((manners[deal->account].flags & YQ_BROKER_PUSHES) == 0)
		return;
	for (size_t i = 0; i < LIVES_MAX; i++)
		for (struct session *s = world.lives[i] != NULL ? world.lives[i]->sessions : NULL;
		     s != NULL; s = s->next)
			if (s->account == deal->account)
				tell_session(s, deal, kind, execution);
}
