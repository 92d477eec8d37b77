/*
 * exchange_desk.c - a broker's request arrives at the exchange: what it does there, and what is
 * answered.
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "base/mem.h"
#include "base/str.h"
#include "domain/market.h"
#include "laws.h"

void
fill_of(const struct execution *e, struct yq_broker_fill *fill)
{
	*fill = (struct yq_broker_fill){ .order_id = e->deal->order.id,
		.fill = { e->deal->order.action, e->qty, e->price, e->commission },
		.time_us = e->time_us };
	yq_str_copy_cut(fill->broker_order_id, sizeof(fill->broker_order_id), e->deal->number);
	yq_str_copy_cut(fill->execution_id, sizeof(fill->execution_id), e->id);
}

static void
order_of(const struct deal *deal, struct yq_broker_order *o)
{
	*o = (struct yq_broker_order){ .order_id = deal->order.id,
		.exchange = deal->order.exchange,
		.action = deal->order.action,
		.state = deal->state,
		.qty = deal->qty,
		.filled = deal->filled,
		.price = deal->price,
		.time_us = deal->time_us };
	memcpy(o->ticker, deal->order.ticker, sizeof(o->ticker));
	yq_str_copy_cut(o->broker_order_id, sizeof(o->broker_order_id), deal->number);
	yq_str_copy_cut(o->text, sizeof(o->text), deal->text);
	if (deal->execution_count > 0)
		(void)!yq_decimal_div(
		    deal->notional, deal->filled, YQ_ROUND_HALF_EVEN, &o->avg_price);
}

static void
at_submit(struct ask *ask)
{
	size_t account = ask->session->account;
	const char *why;
	struct deal *deal = exchange_take(account, &ask->order, &why);

	law_taken(exchange_find(account, &ask->order.id));
	if (deal == NULL) {
		ask_answer(ask, YQ_E_REFUSED, why);
		return;
	}
	yq_str_copy_cut(ask->ack.broker_order_id, sizeof(ask->ack.broker_order_id), deal->number);
	ask->ack.time_us = world.now_us;
	ask_answer(ask, YQ_OK, "");
}

static void
at_change(struct ask *ask)
{
	struct deal *deal = exchange_find(ask->session->account, &ask->order.id);
	bool done = deal != NULL && (ask->kind == CANCEL ? exchange_cancel(deal, "as asked for")
							 : exchange_change(deal, &ask->change));

	if (!done) {
		ask_answer(ask, YQ_E_REFUSED, "too late");
		return;
	}
	yq_str_copy_cut(ask->ack.broker_order_id, sizeof(ask->ack.broker_order_id), deal->number);
	ask->ack.time_us = world.now_us;
	ask_answer(ask, YQ_OK, "");
}

static void
at_find(struct ask *ask)
{
	const struct deal *deal = exchange_find(ask->session->account, &ask->order.id);

	if (deal == NULL) {
		ask_answer(ask, YQ_E_NOT_FOUND, "there is no such order");
		return;
	}
	ask->found = yq_xcalloc(1, sizeof(*ask->found));
	order_of(deal, ask->found);
	ask->fills = yq_xcalloc(deal->execution_count + 1, sizeof(*ask->fills));
	for (const struct execution *e = deal->executions; e != NULL; e = e->next)
		fill_of(e, &ask->fills[ask->count++]);
	ask_answer(ask, YQ_OK, "");
}

static void
at_open_orders(struct ask *ask)
{
	ask->found = yq_xcalloc(world.exchange->open_count + 1, sizeof(*ask->found));
	for (const struct deal *d = world.exchange->first; d != NULL; d = d->next)
		if (d->account == ask->session->account && deal_is_open(d))
			order_of(d, &ask->found[ask->count++]);
	ask_answer(ask, YQ_OK, "");
}

static void
at_orders_since(struct ask *ask)
{
	size_t count = 0;

	for (const struct deal *d = world.exchange->first; d != NULL; d = d->next)
		count++;
	ask->found = yq_xcalloc(count + 1, sizeof(*ask->found));
	for (const struct deal *d = world.exchange->first; d != NULL; d = d->next)
		if (d->account == ask->session->account && d->time_us >= ask->since_us)
			order_of(d, &ask->found[ask->count++]);
	ask_answer(ask, YQ_OK, "");
}

static void
at_fills(struct ask *ask)
{
	size_t room = 0;

	for (const struct deal *d = world.exchange->first; d != NULL; d = d->next)
		room += d->account == ask->session->account ? d->execution_count : 0;
	ask->fills = yq_xcalloc(room + 1, sizeof(*ask->fills));
	for (const struct deal *d = world.exchange->first; d != NULL; d = d->next)
		for (const struct execution *e = d->executions; e != NULL; e = e->next)
			if (d->account == ask->session->account && e->time_us >= ask->since_us)
				fill_of(e, &ask->fills[ask->count++]);
	ask_answer(ask, YQ_OK, "");
}

static void
at_positions(struct ask *ask)
{
	ask->held = yq_xcalloc(INSTRUMENTS, sizeof(*ask->held));
	for (size_t i = 0; i < INSTRUMENTS; i++) {
		const struct yq_position *p = &world.exchange->held[ask->session->account][i];

		if (yq_decimal_sign(p->qty) == 0)
			continue;
		ask->held[ask->count] = *p;
		ask->held[ask->count++].buy_reason[0] = '\0'; /* brokers do not keep it */
	}
	ask_answer(ask, YQ_OK, "");
}

static void
at_balances(struct ask *ask)
{
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		yq_int128 units = world.exchange->cash[ask->session->account][c];

		if (units != 0)
			ask->balances[ask->count++] =
			    (struct yq_broker_balance){ (enum yq_currency)c, { units } };
	}
	ask_answer(ask, YQ_OK, "");
}

static void
at_price(struct ask *ask)
{
	const struct instrument *i = &world.exchange->instruments[ask->instrument];

	ask->quote = (struct yq_broker_quote){ .exchange = i->exchange,
		.price = instrument_price(ask->instrument),
		.time_us = world_wall_us() };
	yq_str_copy_cut(ask->quote.ticker, sizeof(ask->quote.ticker), i->ticker);
	ask_answer(ask, YQ_OK, "");
}

void
request_arrives(void *context)
{
	static void (*const at[])(struct ask *) = { [SUBMIT] = at_submit,
		[CANCEL] = at_change,
		[REPLACE] = at_change,
		[FIND] = at_find,
		[OPEN_ORDERS] = at_open_orders,
		[ORDERS_SINCE] = at_orders_since,
		[FILLS] = at_fills,
		[POSITIONS] = at_positions,
		[BALANCES] = at_balances,
		[PRICE] = at_price };
	struct ask *ask = context;

	ask->lost_answer = !world.calm && world_chance(30);
	if (ask->kind >= FIND && !world.calm && world_chance(30))
		ask_answer(ask, YQ_E_RETRY, "busy; ask again");
	else
		at[ask->kind](ask);
	ask_unref(ask);
}
