/* paper_answer.c - what the paper broker answers and tells: book entries to the port's structs. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/paper_adapter.h"

/* ---- telling ---- */

struct yq_paper_batch *
yq_paper_batch_make(void)
{
	struct yq_paper_batch *batch = yq_xcalloc(1, sizeof(*batch));

	batch->last = &batch->first;
	return batch;
}

void
yq_paper_batch_free(struct yq_paper_batch *batch)
{
	if (batch == NULL)
		return;
	for (size_t i = 0; i < batch->told_count; i++)
		free(batch->told[i].text);
	free(batch->told);
	free(batch);
}

struct yq_paper_told *
yq_paper_tell(struct yq_paper_batch *batch, enum yq_broker_event_kind kind, int64_t time_us)
{
	struct yq_paper_told *told;

	if (batch->told_count == batch->told_room) {
		batch->told_room = batch->told_room == 0 ? 16 : batch->told_room * 2;
		batch->told = yq_xrealloc(batch->told, batch->told_room, sizeof(*batch->told));
	}
	told = &batch->told[batch->told_count++];
	*told = (struct yq_paper_told){ .kind = kind, .time_us = time_us };
	return told;
}

static const enum yq_broker_event_kind close_events[YQ_ORDER_STATE_COUNT] = {
	[YQ_ORDER_CANCELED] = YQ_BROKER_EV_CANCELED,
	[YQ_ORDER_EXPIRED] = YQ_BROKER_EV_EXPIRED,
	[YQ_ORDER_REJECTED] = YQ_BROKER_EV_REJECTED,
};

void
yq_paper_sink(
    void *cookie, const struct yq_paper_record *record, const struct yq_paper_order *order)
{
	struct yq_paper *paper = cookie;
	struct yq_paper_told *told;

	yq_paper_journal_add(paper->journal, record);
	if (order == NULL || paper->batch == NULL)
		return;
	switch (record->kind) {
	case YQ_PAPER_FILL:
		told = yq_paper_tell(paper->batch, YQ_BROKER_EV_FILL, record->time_us);
		told->execution = record->execution;
		told->fill =
		    (struct yq_fill){ order->action, record->qty, record->value, record->fee };
		break;
	case YQ_PAPER_CLOSE:
		told = yq_paper_tell(paper->batch, close_events[record->state], record->time_us);
		told->text = yq_xstrdup(record->text);
		told->fill.qty = order->filled;
		break;
	case YQ_PAPER_CHANGE:
		told = yq_paper_tell(paper->batch, YQ_BROKER_EV_REPLACED, record->time_us);
		break;
	default:
		return;
	}
	told->order_id = order->id;
	told->number = order->number;
}

static struct yq_opt_decimal
change_rate(const struct yq_paper_instrument *i)
{
	struct yq_decimal delta, rate;

	if (yq_decimal_sign(i->day_open) <= 0 ||
	    yq_decimal_sub(i->price.value, i->day_open, &delta) != YQ_OK ||
	    yq_decimal_mul(delta, yq_decimal_from_int(100), YQ_ROUND_HALF_EVEN, &delta) != YQ_OK ||
	    yq_decimal_div(delta, i->day_open, YQ_ROUND_HALF_EVEN, &rate) != YQ_OK ||
	    yq_decimal_round_to(rate, yq_decimal_from_scaled(1, 2), YQ_ROUND_HALF_EVEN, &rate) !=
		YQ_OK)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(rate);
}

static bool
tell_quote(void *cookie, const struct yq_paper_instrument *i)
{
	struct yq_paper *paper = cookie;
	struct yq_paper_told *told;

	if (!i->price.set)
		return true;
	told = yq_paper_tell(paper->batch, YQ_BROKER_EV_QUOTE, i->time_us);
	memcpy(told->ticker, i->ticker, sizeof(told->ticker));
	told->exchange = i->exchange;
	told->fill.price = i->price.value;
	told->change_rate = change_rate(i);
	return true;
}

void
yq_paper_tell_quotes(struct yq_paper *paper)
{
	yq_paper_each_active(paper->book, tell_quote, paper);
}

/* ---- one answer a verb ---- */

/* Our id, where this broker keeps it. */
static struct yq_id
told_id(const struct yq_paper *paper, const struct yq_id *id)
{
	return paper->settings.client_ids ? *id : (struct yq_id){ 0 };
}

static struct yq_broker_fill
broker_fill(
    const struct yq_paper *paper, const struct yq_paper_order *o, const struct yq_paper_fill *f)
{
	struct yq_broker_fill fill = { .order_id = told_id(paper, &o->id),
		.fill = { o->action, f->qty, f->price, f->fee },
		.time_us = f->time_us };

	yq_paper_order_number(paper->book, o->number, fill.broker_order_id);
	yq_paper_execution_number(paper->book, f->execution, fill.execution_id);
	return fill;
}

static struct yq_broker_order
broker_order(const struct yq_paper *paper, const struct yq_paper_order *o)
{
	struct yq_broker_order order = { .order_id = told_id(paper, &o->id),
		.exchange = o->exchange,
		.action = o->action,
		.state = o->state,
		.qty = o->qty,
		.filled = o->filled,
		.price = o->price,
		.stop_price = o->stop_price,
		.time_us = o->time_us };

	memcpy(order.ticker, o->ticker, sizeof(order.ticker));
	yq_paper_order_number(paper->book, o->number, order.broker_order_id);
	yq_str_copy_cut(order.text, sizeof(order.text), o->text != NULL ? o->text : "");
	if (yq_decimal_sign(o->filled) > 0 &&
	    yq_decimal_div(o->notional, o->filled, YQ_ROUND_HALF_EVEN, &order.avg_price) != YQ_OK)
		order.avg_price = YQ_DECIMAL_ZERO;
	return order;
}

static void
answer_done(struct yq_paper *paper, struct yq_paper_command *c, enum yq_rc rc, struct yq_err *err)
{
	struct yq_broker_ack ack = { .time_us = c->time_us };

	if (rc != YQ_OK) {
		c->fn.done(c->cookie, rc, NULL, err);
		return;
	}
	if (c->number != 0)
		yq_paper_order_number(paper->book, c->number, ack.broker_order_id);
	c->fn.done(c->cookie, YQ_OK, &ack, NULL);
}

static void
answer_order(struct yq_paper *paper, struct yq_paper_command *c, enum yq_rc rc, struct yq_err *err)
{
	const struct yq_paper_order *o =
	    rc == YQ_OK ? yq_paper_find(paper->book, &c->order.id) : NULL;
	struct yq_broker_order order;
	struct yq_broker_fill *fills;

	if (o == NULL) {
		if (rc == YQ_OK && c->unsure)
			rc = yq_err_set(err, YQ_E_UNKNOWN,
			    "this broker keeps no ids of ours, and knows none of its own for it");
		else if (rc == YQ_OK && yq_paper_is_known(paper->book, &c->order.id))
			rc = yq_err_set(err, YQ_E_UNKNOWN,
			    "order %s was executed; its details are no longer kept",
			    c->order.id.text);
		else if (rc == YQ_OK)
			rc = yq_err_set(
			    err, YQ_E_NOT_FOUND, "no order %s was ever taken", c->order.id.text);
		c->fn.found(c->cookie, rc, NULL, NULL, 0, err);
		return;
	}
	order = broker_order(paper, o);
	fills = yq_xcalloc(o->fill_count + 1, sizeof(*fills));
	for (size_t i = 0; i < o->fill_count; i++)
		fills[i] = broker_fill(paper, o, &o->fills[i]);
	c->fn.found(c->cookie, YQ_OK, &order, fills, o->fill_count, NULL);
	free(fills);
}

struct gather {
	const struct yq_paper *paper;
	int64_t since_us;
	bool open_only;
	struct yq_broker_order *orders;
	struct yq_broker_fill *fills;
	struct yq_position *positions;
	size_t count;
};

static bool
gather_order(void *cookie, const struct yq_paper_order *o)
{
	struct gather *g = cookie;

	if (g->open_only ? o->instrument == NULL : o->time_us < g->since_us)
		return true;
	g->orders = yq_xrealloc(g->orders, g->count + 1, sizeof(*g->orders));
	g->orders[g->count++] = broker_order(g->paper, o);
	return true;
}

static void
answer_orders(struct yq_paper *paper, struct yq_paper_command *c, enum yq_rc rc, struct yq_err *err)
{
	struct gather g = {
		.paper = paper, .since_us = c->since_us, .open_only = c->verb == YQ_PAPER_ASK_OPEN
	};

	if (rc == YQ_OK)
		yq_paper_each(paper->book, gather_order, &g);
	c->fn.orders(c->cookie, rc, g.orders, g.count, rc == YQ_OK ? NULL : err);
	free(g.orders);
}

static bool
gather_fills(void *cookie, const struct yq_paper_order *o)
{
	struct gather *g = cookie;

	for (size_t i = 0; i < o->fill_count; i++) {
		if (o->fills[i].time_us < g->since_us)
			continue;
		g->fills = yq_xrealloc(g->fills, g->count + 1, sizeof(*g->fills));
		g->fills[g->count++] = broker_fill(g->paper, o, &o->fills[i]);
	}
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const struct yq_broker_fill *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return strcmp(x->execution_id, y->execution_id);
}

static void
answer_fills(struct yq_paper *paper, struct yq_paper_command *c, enum yq_rc rc, struct yq_err *err)
{
	struct gather g = { .paper = paper, .since_us = c->since_us };

	if (rc == YQ_OK)
		yq_paper_each(paper->book, gather_fills, &g);
	if (g.count > 1)
		qsort(g.fills, g.count, sizeof(*g.fills), by_time);
	c->fn.fills(c->cookie, rc, g.fills, g.count, rc == YQ_OK ? NULL : err);
	free(g.fills);
}

static bool
gather_position(void *cookie, const struct yq_holding *holding)
{
	struct gather *g = cookie;
	const struct yq_paper_instrument *i;
	struct yq_position *p;

	if (yq_decimal_sign(holding->position.qty) == 0)
		return true;
	g->positions = yq_xrealloc(g->positions, g->count + 1, sizeof(*g->positions));
	p = &g->positions[g->count++];
	*p = holding->position;
	p->account_alias[0] = p->buy_reason[0] = '\0';
	i = yq_paper_instrument_of(g->paper->book, p->exchange, p->ticker);
	if (i != NULL && i->price.set) {
		p->current_price = i->price;
		p->change_rate = change_rate(i);
	}
	return true;
}

static void
answer_positions(
    struct yq_paper *paper, struct yq_paper_command *c, enum yq_rc rc, struct yq_err *err)
{
	struct gather g = { .paper = paper };

	if (rc == YQ_OK)
		yq_account_each_holding(yq_paper_account(paper->book), gather_position, &g);
	c->fn.positions(c->cookie, rc, g.positions, g.count, rc == YQ_OK ? NULL : err);
	free(g.positions);
}

static void
answer_balances(
    struct yq_paper *paper, struct yq_paper_command *c, enum yq_rc rc, struct yq_err *err)
{
	struct yq_broker_balance balances[YQ_CURRENCY_COUNT];
	size_t count = 0;

	for (int i = 0; rc == YQ_OK && i < YQ_CURRENCY_COUNT; i++) {
		struct yq_decimal cash = yq_paper_account(paper->book)->cash[i];

		/* A currency the account began with is told also when it is spent. */
		if (yq_decimal_sign(cash) != 0 || yq_decimal_sign(paper->settings.cash[i]) != 0)
			balances[count++] =
			    (struct yq_broker_balance){ .currency = (enum yq_currency)i,
				    .amount = cash };
	}
	c->fn.balances(c->cookie, rc, balances, count, rc == YQ_OK ? NULL : err);
}

static void
answer_price(struct yq_paper *paper, struct yq_paper_command *c, enum yq_rc rc, struct yq_err *err)
{
	const struct yq_paper_instrument *i =
	    yq_paper_instrument_of(paper->book, c->order.exchange, c->order.ticker);
	struct yq_broker_quote quote = { .exchange = c->order.exchange };

	if (rc == YQ_OK && (i == NULL || !i->price.set)) {
		rc = YQ_E_NOT_FOUND;
		(void)yq_err_set(err, rc,
		    "the simulated market has not seen a price of %s at %s yet", c->order.ticker,
		    yq_names_text(&yq_exchange_names, (int)c->order.exchange));
	}
	if (rc != YQ_OK) {
		c->fn.price(c->cookie, rc, NULL, err);
		return;
	}
	memcpy(quote.ticker, i->ticker, sizeof(quote.ticker));
	quote.price = i->price.value;
	quote.change_rate = change_rate(i);
	quote.time_us = i->time_us;
	c->fn.price(c->cookie, YQ_OK, &quote, NULL);
}

typedef void answer_fn(struct yq_paper *, struct yq_paper_command *, enum yq_rc, struct yq_err *);

void
yq_paper_answer(struct yq_paper *paper, struct yq_paper_command *c, enum yq_rc rc)
{
	static answer_fn *const table[YQ_PAPER_VERB_COUNT] = {
		[YQ_PAPER_DO_SUBMIT] = answer_done,
		[YQ_PAPER_DO_CANCEL] = answer_done,
		[YQ_PAPER_DO_REPLACE] = answer_done,
		[YQ_PAPER_DO_OBSERVE] = NULL, /* nobody waits */
		[YQ_PAPER_ASK_ORDER] = answer_order,
		[YQ_PAPER_ASK_OPEN] = answer_orders,
		[YQ_PAPER_ASK_SINCE] = answer_orders,
		[YQ_PAPER_ASK_FILLS] = answer_fills,
		[YQ_PAPER_ASK_POSITIONS] = answer_positions,
		[YQ_PAPER_ASK_BALANCES] = answer_balances,
		[YQ_PAPER_ASK_PRICE] = answer_price,
	};
	struct yq_err err = { 0 };

	if (table[c->verb] == NULL)
		return;
	if (rc != YQ_OK)
		(void)yq_err_set(&err, rc, "the paper broker was stopped, or its journal failed");
	else if (c->silent)
		rc = yq_err_set(&err, YQ_E_UNKNOWN, "no answer, as SilentRate asks for");
	else if (c->rc != YQ_OK)
		rc = yq_err_set(&err, c->rc, "%s", c->text != NULL ? c->text : "");
	table[c->verb](paper, c, rc, &err);
}

/* ---- delivering ---- */

static void
deliver_events(struct yq_paper *paper, const struct yq_paper_batch *batch)
{
	struct yq_broker_event *events = yq_xcalloc(batch->told_count, sizeof(*events));
	struct yq_broker_fill *fills = yq_xcalloc(batch->told_count, sizeof(*fills));
	struct yq_broker_quote *quotes = yq_xcalloc(batch->told_count, sizeof(*quotes));

	for (size_t i = 0; i < batch->told_count; i++) {
		const struct yq_paper_told *t = &batch->told[i];
		struct yq_broker_event *e = &events[i];

		e->kind = t->kind;
		e->order_id = told_id(paper, &t->order_id);
		e->time_us = t->time_us;
		e->text = t->text;
		yq_paper_order_number(paper->book, t->number, e->broker_order_id);
		if (t->kind == YQ_BROKER_EV_FILL) {
			fills[i] = (struct yq_broker_fill){
				.order_id = e->order_id, .fill = t->fill, .time_us = t->time_us
			};
			memcpy(fills[i].broker_order_id, e->broker_order_id,
			    sizeof(e->broker_order_id));
			yq_paper_execution_number(paper->book, t->execution, fills[i].execution_id);
			e->fill = &fills[i];
		} else if (t->kind == YQ_BROKER_EV_CANCELED || t->kind == YQ_BROKER_EV_EXPIRED ||
			   t->kind == YQ_BROKER_EV_REJECTED) {
			e->filled = yq_opt_decimal_of(t->fill.qty);
		} else if (t->kind == YQ_BROKER_EV_QUOTE) {
			quotes[i] = (struct yq_broker_quote){ .exchange = t->exchange,
				.price = t->fill.price,
				.change_rate = t->change_rate,
				.time_us = t->time_us };
			memcpy(quotes[i].ticker, t->ticker, sizeof(t->ticker));
			e->quote = &quotes[i];
		}
	}
	paper->head.on_event(paper->head.event_cookie, events, batch->told_count);
	free(events);
	free(fills);
	free(quotes);
}

void
yq_paper_deliver(struct yq_paper *paper, struct yq_paper_batch *batch, enum yq_rc rc)
{
	while (batch->first != NULL) {
		struct yq_paper_command *c = batch->first;

		batch->first = c->next;
		if (c->verb == YQ_PAPER_DO_SUBMIT)
			paper->waiting_submits--;
		yq_paper_answer(paper, c, rc);
		free(c->text);
		free(c);
	}
	if (rc == YQ_OK)
		yq_paper_disorder(paper, batch);
	if (rc == YQ_OK && batch->told_count > 0 && paper->head.on_event != NULL)
		deliver_events(paper, batch);
	yq_paper_batch_free(batch);
}
