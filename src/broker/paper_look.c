/* paper_look.c - the paper broker's book from outside: making, freeing, looking, snapshots. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/paper_private.h"

struct yq_paper_book *
yq_paper_book_make(const struct yq_paper_settings *settings, yq_paper_sink_fn *sink, void *cookie)
{
	struct yq_paper_book *book = yq_xcalloc(1, sizeof(*book));

	book->settings = *settings;
	book->sink = sink;
	book->sink_cookie = cookie;
	book->random.state = settings->seed;
	book->account = yq_account_make("paper");
	return book;
}

static bool
free_order(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	yq_paper_order_free(yq_container(node, struct yq_paper_order, node));
	return true;
}

static bool
free_instrument(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct yq_paper_instrument, node));
	return true;
}

void
yq_paper_book_free(struct yq_paper_book *book)
{
	if (book == NULL)
		return;
	yq_table_each(&book->orders, free_order, NULL);
	yq_table_each(&book->instruments, free_instrument, NULL);
	yq_table_clear(&book->orders);
	yq_table_clear(&book->instruments);
	yq_table_clear(&book->known);
	free(book->ring);
	yq_account_free(book->account);
	free(book);
}

void
yq_paper_book_found(struct yq_paper_book *book, const char *epoch)
{
	struct yq_paper_record r = yq_paper_record_make(YQ_PAPER_BOOK);

	yq_str_copy_cut(r.epoch, sizeof(r.epoch), epoch);
	r.number = 1;
	r.execution = 1;
	yq_paper_emit(book, &r);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		r = yq_paper_record_make(YQ_PAPER_CASH);
		r.currency = (enum yq_currency)c;
		r.value = book->settings.cash[c];
		if (yq_decimal_sign(r.value) != 0)
			yq_paper_emit(book, &r);
	}
}

bool
yq_paper_book_is_founded(const struct yq_paper_book *book)
{
	return book->epoch[0] != '\0';
}

const struct yq_paper_order *
yq_paper_find(const struct yq_paper_book *book, const struct yq_id *id)
{
	return yq_paper_order_of(book, id);
}

bool
yq_paper_is_known(const struct yq_paper_book *book, const struct yq_id *id)
{
	return yq_paper_order_of(book, id) != NULL || yq_paper_known_of(book, id) != NULL;
}

const struct yq_account *
yq_paper_account(const struct yq_paper_book *book)
{
	return book->account;
}

void
yq_paper_order_number(
    const struct yq_paper_book *book, int64_t number, char text[YQ_BROKER_ORDER_ID_SIZE])
{
	yq_str_format(text, YQ_BROKER_ORDER_ID_SIZE, "%s-%lld", book->epoch, (long long)number);
}

void
yq_paper_execution_number(
    const struct yq_paper_book *book, int64_t number, char text[YQ_EXECUTION_ID_SIZE])
{
	yq_str_format(text, YQ_EXECUTION_ID_SIZE, "%s-E%lld", book->epoch, (long long)number);
}

struct by_number {
	const struct yq_paper_book *book;
	const char *number;
	struct yq_id id;
};

static bool
compare_number(void *cookie, struct yq_table_node *node)
{
	const struct yq_paper_order *o = yq_container(node, struct yq_paper_order, node);
	struct by_number *look = cookie;
	char number[YQ_BROKER_ORDER_ID_SIZE];

	yq_paper_order_number(look->book, o->number, number);
	if (yq_str_equal(number, look->number))
		look->id = o->id;
	return yq_id_is_none(&look->id);
}

struct yq_id
yq_paper_id_of(const struct yq_paper_book *book, const char *number)
{
	struct by_number look = { .book = book, .number = number };
	struct yq_table orders = book->orders;

	yq_table_each(&orders, compare_number, &look);
	return look.id;
}

struct order_visit {
	yq_paper_order_fn *fn;
	void *cookie;
};

static bool
visit_order(void *cookie, struct yq_table_node *node)
{
	struct order_visit *v = cookie;

	return v->fn(v->cookie, yq_container(node, struct yq_paper_order, node));
}

void
yq_paper_each(const struct yq_paper_book *book, yq_paper_order_fn *fn, void *cookie)
{
	struct yq_table orders = book->orders;
	struct order_visit visit = { fn, cookie };

	yq_table_each(&orders, visit_order, &visit);
}

struct instrument_visit {
	const struct yq_paper_book *book;
	yq_paper_instrument_fn *fn;
	void *cookie;
};

static bool
visit_active(void *cookie, struct yq_table_node *node)
{
	struct instrument_visit *v = cookie;
	const struct yq_paper_instrument *i = yq_container(node, struct yq_paper_instrument, node);

	if (i->first == NULL &&
	    yq_decimal_sign(yq_account_held(v->book->account, i->exchange, i->ticker)) == 0)
		return true;
	return v->fn(v->cookie, i);
}

void
yq_paper_each_active(const struct yq_paper_book *book, yq_paper_instrument_fn *fn, void *cookie)
{
	struct yq_table instruments = book->instruments;
	struct instrument_visit visit = { book, fn, cookie };

	yq_table_each(&instruments, visit_active, &visit);
}

/* ---- snapshot ---- */

struct snapshot {
	const struct yq_paper_book *book;
	yq_paper_sink_fn *fn;
	void *cookie;
};

static bool
snapshot_position(void *cookie, const struct yq_holding *holding)
{
	struct snapshot *s = cookie;
	struct yq_paper_record r = yq_paper_record_make(YQ_PAPER_POSITION);
	const struct yq_position *p = &holding->position;

	if (yq_decimal_sign(p->qty) == 0)
		return true;
	memcpy(r.ticker, p->ticker, sizeof(r.ticker));
	r.exchange = p->exchange;
	r.currency = p->currency;
	r.qty = p->qty;
	r.value = p->avg_price;
	s->fn(s->cookie, &r, NULL);
	return true;
}

static bool
snapshot_price(void *cookie, struct yq_table_node *node)
{
	struct snapshot *s = cookie;
	const struct yq_paper_instrument *i = yq_container(node, struct yq_paper_instrument, node);
	struct yq_paper_record r = yq_paper_record_make(YQ_PAPER_PRICE);

	if (!i->price.set)
		return true;
	memcpy(r.ticker, i->ticker, sizeof(r.ticker));
	r.exchange = i->exchange;
	r.value = i->price.value;
	r.time_us = i->time_us;
	s->fn(s->cookie, &r, NULL);
	return true;
}

static void
snapshot_order(struct snapshot *s, const struct yq_paper_order *o)
{
	struct yq_paper_record r = yq_paper_record_make(YQ_PAPER_ORDER);

	r.id = o->id;
	r.number = o->number;
	memcpy(r.ticker, o->ticker, sizeof(r.ticker));
	r.exchange = o->exchange;
	r.currency = o->currency;
	r.action = o->action;
	r.type = o->type;
	r.time_in_force = o->time_in_force;
	r.state = o->state;
	r.triggered = o->triggered;
	r.qty = o->qty;
	r.filled = o->filled;
	r.notional = o->notional;
	r.fee = o->fee;
	r.unit_price = o->unit_price;
	r.price = o->price;
	r.stop_price = o->stop_price;
	r.expires_us = o->expires_us;
	r.time_us = o->time_us;
	yq_str_copy_cut(r.text, sizeof(r.text), o->text != NULL ? o->text : "");
	s->fn(s->cookie, &r, o);
	for (size_t i = 0; i < o->fill_count; i++) {
		struct yq_paper_record f = yq_paper_record_make(YQ_PAPER_PAST);

		f.id = o->id;
		f.execution = o->fills[i].execution;
		f.qty = o->fills[i].qty;
		f.value = o->fills[i].price;
		f.fee = o->fills[i].fee;
		f.time_us = o->fills[i].time_us;
		s->fn(s->cookie, &f, o);
	}
}

static bool
snapshot_open(void *cookie, struct yq_table_node *node)
{
	const struct yq_paper_instrument *i = yq_container(node, struct yq_paper_instrument, node);

	for (const struct yq_paper_order *o = i->first; o != NULL; o = o->next)
		snapshot_order(cookie, o);
	return true;
}

static void
snapshot_known(struct snapshot *s)
{
	for (size_t i = 0; s->book->ring != NULL && i < YQ_PAPER_KNOWN; i++) {
		const struct yq_paper_known *k =
		    &s->book->ring[(s->book->ring_next + i) % YQ_PAPER_KNOWN];
		struct yq_paper_record r = yq_paper_record_make(YQ_PAPER_KNOWN_ID);

		if (yq_id_is_none(&k->id))
			continue;
		r.id = k->id;
		r.number = k->number;
		r.state = k->state;
		s->fn(s->cookie, &r, NULL);
	}
}

void
yq_paper_book_snapshot(const struct yq_paper_book *book, yq_paper_sink_fn *fn, void *cookie)
{
	struct snapshot s = { book, fn, cookie };
	struct yq_paper_record r = yq_paper_record_make(YQ_PAPER_BOOK);
	struct yq_table instruments = book->instruments;

	memcpy(r.epoch, book->epoch, sizeof(r.epoch));
	r.number = book->next_number;
	r.execution = book->next_execution;
	fn(cookie, &r, NULL);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		r = yq_paper_record_make(YQ_PAPER_CASH);
		r.currency = (enum yq_currency)c;
		r.value = book->account->cash[c];
		if (yq_decimal_sign(r.value) != 0)
			fn(cookie, &r, NULL);
	}
	yq_account_each_holding(book->account, snapshot_position, &s);
	yq_table_each(&instruments, snapshot_price, &s);
	snapshot_known(&s);
	for (const struct yq_paper_order *o = book->oldest_final; o != NULL; o = o->next)
		snapshot_order(&s, o);
	yq_table_each(&instruments, snapshot_open, &s);
}

const struct yq_paper_instrument *
yq_paper_instrument_of(
    const struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker)
{
	return yq_paper_instrument_find(book, exchange, ticker);
}
