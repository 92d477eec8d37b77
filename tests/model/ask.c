/* ask.c - the way back: answers arrive, late, or never. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "base/mem.h"
#include "base/str.h"

void
session_unref(struct session *s)
{
	if (--s->refs == 0)
		free(s);
}

void
ask_unref(struct ask *ask)
{
	if (--ask->refs > 0)
		return;
	session_unref(ask->session);
	free(ask->found);
	free(ask->fills);
	free(ask->held);
	free(ask);
}

static void
ask_unlink(struct ask *ask)
{
	struct ask **at = &ask->session->asks;

	while (*at != ask)
		at = &(*at)->next;
	*at = ask->next;
}

void
ask_call_back(struct ask *ask)
{
	struct yq_err why = { 0 };
	const struct yq_err *err = ask->rc == YQ_OK ? NULL : &why;
	bool ok = ask->rc == YQ_OK;

	if (!ok)
		yq_err_set(&why, ask->rc, "%s", ask->text);
	switch (ask->kind) {
	case SUBMIT:
	case CANCEL:
	case REPLACE:
		ask->fn.done(ask->cookie, ask->rc, ok ? &ask->ack : NULL, err);
		break;
	case FIND:
		ask->fn.found(ask->cookie, ask->rc, ok ? ask->found : NULL, ask->fills,
		    ok ? ask->count : 0, err);
		break;
	case OPEN_ORDERS:
	case ORDERS_SINCE:
		ask->fn.orders(ask->cookie, ask->rc, ask->found, ok ? ask->count : 0, err);
		break;
	case FILLS:
		ask->fn.fills(ask->cookie, ask->rc, ask->fills, ok ? ask->count : 0, err);
		break;
	case POSITIONS:
		ask->fn.positions(ask->cookie, ask->rc, ask->held, ok ? ask->count : 0, err);
		break;
	case BALANCES:
		ask->fn.balances(ask->cookie, ask->rc, ask->balances, ok ? ask->count : 0, err);
		break;
	case PRICE:
		ask->fn.price(ask->cookie, ask->rc, ok ? &ask->quote : NULL, err);
		break;
	}
}

void
ask_deliver(void *context)
{
	struct ask *ask = context;

	if (ask->session->life != NULL && !ask->answered) {
		ask->answered = true;
		ask_unlink(ask);
		ask->refs--; /* the list's */
		ask_call_back(ask);
	}
}

void
ask_drop(void *context)
{
	ask_unref(context);
}

static void
answer_arrives(void *context)
{
	struct ask *ask = context;

	if (ask->session->life != NULL && !ask->answered)
		life_arrives(ask->session->life, ask_deliver, ask_drop, ask);
	else
		ask_unref(ask);
}

int64_t
travel_us(void)
{
	if (!world.calm && world_chance(20))
		return world_between(200, 3500) * MS;
	return world_between(500, 20000);
}

void
ask_answer(struct ask *ask, enum yq_rc rc, const char *text)
{
	int64_t us = travel_us();

	yq_str_copy_cut(ask->text, sizeof(ask->text), text);
	ask->rc = rc;
	if (ask->lost_answer || us > TIMEOUT_US) {
		count_up(COUNT_LOST_ANSWERS);
		ask->rc = YQ_E_UNKNOWN; /* timed_out tells */
		return;
	}
	ask->refs++;
	world_in(us, answer_arrives, ask);
}
