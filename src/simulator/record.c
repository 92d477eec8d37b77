/* record.c - the exchange's book as JSON records: one field table a kind. */
#include "simulator/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "simulator/exchange_parts.h"
#include "simulator/record_fields.h"

#define ARRAY_MAX  (64U << 20)
#define CHUNK_SIZE (256U << 10)

static void
put(struct yq_json_writer *w, enum sim_record_kind kind, const void *record)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "Kind", sim_record_forms[kind].name);
	yq_record_write(w, sim_record_forms[kind].fields, sim_record_forms[kind].count, record);
	yq_json_end_object(w);
}

static void
put_book(struct yq_json_writer *w, const struct sim_exchange *x)
{
	struct sim_book_record r = { .draws = (int64_t)x->draws,
		.next_order = x->next_order,
		.next_execution = x->next_execution };

	yq_str_copy_cut(r.epoch, sizeof(r.epoch), x->epoch);
	put(w, SIM_RECORD_BOOK, &r);
}

static void
put_account(struct yq_json_writer *w, const struct sim_account *account)
{
	struct sim_account_record r = { .name = "" };

	yq_str_copy_cut(r.name, sizeof(r.name), account->name);
	memcpy(r.cash, account->book->cash, sizeof(r.cash));
	put(w, SIM_RECORD_ACCOUNT, &r);
}

static void
put_position(struct yq_json_writer *w, const struct sim_account *account, enum yq_exchange exchange,
    const char *ticker)
{
	const struct yq_holding *h = yq_account_holding(account->book, exchange, ticker);
	struct sim_position_record r = { .exchange = exchange };

	yq_str_copy_cut(r.account, sizeof(r.account), account->name);
	yq_str_copy_cut(r.ticker, sizeof(r.ticker), ticker);
	if (h != NULL) {
		r.qty = h->position.qty;
		r.avg_price = h->position.avg_price;
	}
	put(w, SIM_RECORD_POSITION, &r);
}

/* ---- what changed ---- */

static void
changed_things(struct sim_exchange *x, struct yq_json_writer *w)
{
	for (struct yq_table_node *n = x->keys.oldest; n != NULL; n = n->newer) {
		struct sim_key *key = yq_container(n, struct sim_key, node);

		if (key->changed)
			put(w, SIM_RECORD_KEY, key);
		key->changed = false;
	}
	for (struct yq_table_node *n = x->instruments.oldest; n != NULL; n = n->newer) {
		struct sim_instrument *i = yq_container(n, struct sim_instrument, node);

		if (i->changed)
			put(w, SIM_RECORD_INSTRUMENT, i);
		i->changed = false;
	}
	for (struct yq_table_node *n = x->accounts.oldest; n != NULL; n = n->newer) {
		struct sim_account *account = yq_container(n, struct sim_account, node);

		if (account->changed)
			put_account(w, account);
		account->changed = false;
	}
}

static int
by_number(const void *a, const void *b)
{
	const struct sim_order *const *one = a, *const *two = b;

	return (*one)->number < (*two)->number ? -1 : (*one)->number > (*two)->number;
}

bool
sim_record_changes(struct sim_exchange *x, struct yq_buf *array)
{
	struct yq_json_writer w = yq_json_writer_make(array);

	if (x->changes == 0)
		return false;
	yq_json_begin_array(&w);
	if (x->book_changed || x->draws != x->draws_recorded)
		put_book(&w, x);
	changed_things(x, &w);
	for (size_t i = 0; i < x->moved_count; i++)
		put_position(&w, x->moved[i].account, x->moved[i].instrument->exchange,
		    x->moved[i].instrument->ticker);
	/* In the order in which they came, so that a reader enters them so too. */
	if (x->dirty_count > 1)
		qsort(x->dirty, x->dirty_count, sizeof(struct sim_order *), by_number);
	for (size_t i = 0; i < x->dirty_count; i++) {
		put(&w, SIM_RECORD_ORDER, x->dirty[i]);
		x->dirty[i]->changed = false;
	}
	for (size_t i = x->executions_recorded; i < x->execution_count; i++)
		put(&w, SIM_RECORD_EXECUTION, &x->executions[i]);
	yq_json_end_array(&w);
	x->book_changed = false;
	x->draws_recorded = x->draws;
	x->moved_count = x->dirty_count = x->changes = 0;
	x->executions_recorded = x->execution_count;
	return true;
}

/* ---- all of it ---- */

struct all {
	struct yq_buf array;
	struct yq_json_writer w;
	const struct yq_holding **held; /* owned */
	size_t held_count, held_room;
	sim_record_fn *fn;
	void *cookie;
};

static void
flush(struct all *all)
{
	yq_json_end_array(&all->w);
	all->fn(all->cookie, yq_buf_text(&all->array), all->array.length);
	yq_buf_clear(&all->array);
	all->w = yq_json_writer_make(&all->array);
	yq_json_begin_array(&all->w);
}

static void
put_all(struct all *all, enum sim_record_kind kind, const void *record)
{
	put(&all->w, kind, record);
	if (all->array.length >= CHUNK_SIZE)
		flush(all);
}

static bool
all_holding(void *cookie, const struct yq_holding *h)
{
	struct all *all = cookie;

	if (yq_decimal_sign(h->position.qty) == 0)
		return true;
	all->held = sim_room(all->held, all->held_count, &all->held_room, sizeof(*all->held));
	all->held[all->held_count++] = h;
	return true;
}

static int
by_ticker(const void *a, const void *b)
{
	const struct yq_holding *const *one = a, *const *two = b;
	int order = strcmp((*one)->position.ticker, (*two)->position.ticker);

	return order != 0 ? order : (int)(*one)->position.exchange - (int)(*two)->position.exchange;
}

/* The positions are sorted: what made them, and when, is not part of the book. */
static void
put_whole_account(struct all *all, const struct sim_account *account)
{
	put_account(&all->w, account);
	all->held_count = 0;
	yq_account_each_holding(account->book, all_holding, all);
	if (all->held_count > 1)
		qsort(all->held, all->held_count, sizeof(const struct yq_holding *), by_ticker);
	for (size_t i = 0; i < all->held_count; i++)
		put_position(&all->w, account, all->held[i]->position.exchange,
		    all->held[i]->position.ticker);
}

void
sim_record_all(struct sim_exchange *x, sim_record_fn *fn, void *cookie)
{
	struct all all = { .array = yq_buf_make(ARRAY_MAX), .fn = fn, .cookie = cookie };

	all.w = yq_json_writer_make(&all.array);
	yq_json_begin_array(&all.w);
	put_book(&all.w, x);
	for (struct yq_table_node *n = x->keys.oldest; n != NULL; n = n->newer)
		put_all(&all, SIM_RECORD_KEY, yq_container(n, struct sim_key, node));
	for (struct yq_table_node *n = x->instruments.oldest; n != NULL; n = n->newer)
		put_all(&all, SIM_RECORD_INSTRUMENT, yq_container(n, struct sim_instrument, node));
	for (struct yq_table_node *n = x->accounts.oldest; n != NULL; n = n->newer)
		put_whole_account(&all, yq_container(n, struct sim_account, node));
	for (struct yq_table_node *n = x->orders.oldest; n != NULL; n = n->newer)
		put_all(&all, SIM_RECORD_ORDER, yq_container(n, struct sim_order, node));
	for (size_t i = 0; i < x->execution_count; i++)
		put_all(&all, SIM_RECORD_EXECUTION, &x->executions[i]);
	flush(&all);
	yq_buf_free(&all.array);
	free(all.held);
}

/* ---- taking over ---- */

typedef enum yq_rc apply_fn(struct sim_exchange *, const yq_json *, struct yq_err *);

static enum yq_rc
read_as(enum sim_record_kind kind, const yq_json *json, void *record, struct yq_err *err)
{
	const struct sim_record_form *form = &sim_record_forms[kind];

	return yq_record_read(json, form->fields, form->count, record, err) == YQ_OK
		   ? YQ_OK
		   : yq_err_context(err, YQ_E_CORRUPT, "record %s", form->name);
}

static enum yq_rc
apply_book(struct sim_exchange *x, const yq_json *json, struct yq_err *err)
{
	struct sim_book_record r = { .epoch = "" };
	enum yq_rc rc = read_as(SIM_RECORD_BOOK, json, &r, err);

	if (rc != YQ_OK)
		return rc;
	yq_str_copy_cut(x->epoch, sizeof(x->epoch), r.epoch);
	x->book_changed = false;
	x->draws = x->draws_recorded = (uint64_t)r.draws;
	if (r.next_order > x->next_order)
		x->next_order = r.next_order;
	if (r.next_execution > x->next_execution)
		x->next_execution = r.next_execution;
	return YQ_OK;
}

static enum yq_rc
apply_key(struct sim_exchange *x, const yq_json *json, struct yq_err *err)
{
	struct sim_key r = { .name = "" }, *key;
	enum yq_rc rc = read_as(SIM_RECORD_KEY, json, &r, err);

	if (rc != YQ_OK)
		return rc;
	key = sim_key_add(x, r.name);
	if (key == NULL)
		return yq_err_set(err, YQ_E_CORRUPT, "no key may be called \"%s\"", r.name);
	key->fingerprint = r.fingerprint;
	key->given_us = r.given_us;
	key->ended_us = r.ended_us;
	return YQ_OK;
}

static enum yq_rc
apply_instrument(struct sim_exchange *x, const yq_json *json, struct yq_err *err)
{
	struct sim_instrument r = { .ticker = "" }, *i;
	enum yq_rc rc = read_as(SIM_RECORD_INSTRUMENT, json, &r, err);

	if (rc != YQ_OK)
		return rc;
	i = sim_instrument_find(x, r.exchange, r.ticker);
	if (i == NULL)
		i = sim_instrument_add(x, r.exchange, r.ticker);
	if (i == NULL)
		return yq_err_set(err, YQ_E_CORRUPT, "instrument \"%s\"", r.ticker);
	r.node = i->node;
	r.first = i->first;
	r.last = i->last;
	*i = r;
	return YQ_OK;
}

static enum yq_rc
apply_account(struct sim_exchange *x, const yq_json *json, struct yq_err *err)
{
	struct sim_account_record r = { .name = "" };
	enum yq_rc rc = read_as(SIM_RECORD_ACCOUNT, json, &r, err);
	struct sim_account *account;

	if (rc != YQ_OK)
		return rc;
	account = sim_account_find(x, r.name);
	if (account == NULL)
		account = sim_account_add(x, r.name);
	if (account == NULL)
		return yq_err_set(err, YQ_E_CORRUPT, "account \"%s\"", r.name);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		yq_account_set_cash(account->book, (enum yq_currency)c, r.cash[c]);
	return YQ_OK;
}

static enum yq_rc
apply_position(struct sim_exchange *x, const yq_json *json, struct yq_err *err)
{
	struct sim_position_record r = { .account = "" };
	enum yq_rc rc = read_as(SIM_RECORD_POSITION, json, &r, err);
	struct sim_account *account;
	struct yq_position p = { .qty = r.qty };

	if (rc != YQ_OK)
		return rc;
	account = sim_account_find(x, r.account);
	if (account == NULL)
		return yq_err_set(err, YQ_E_CORRUPT, "a position of nobody's: %s", r.account);
	p.qty = r.qty;
	p.avg_price = r.avg_price;
	p.exchange = r.exchange;
	p.currency = yq_market_of(r.exchange)->currency;
	yq_str_copy_cut(p.ticker, sizeof(p.ticker), r.ticker);
	return yq_account_set_position(account->book, &p, err) == YQ_OK ? YQ_OK : YQ_E_CORRUPT;
}

/* Another state of an order that is there: its place in the lists stays unless it ends. */
static enum yq_rc
take_order(
    struct sim_exchange *x, struct sim_order *o, const struct sim_order *r, struct yq_err *err)
{
	struct sim_order old = *o;
	bool works = r->state == SIM_NEW || r->state == SIM_PARTIAL;

	if (o->working && !works)
		sim_order_rest(o);
	old.working = o->working;
	old.prev = o->prev;
	old.next = o->next;
	*o = *r;
	o->node = old.node;
	o->id_node = old.id_node;
	o->client_node = old.client_node;
	o->prev = old.prev;
	o->next = old.next;
	o->account = old.account;
	o->instrument = old.instrument;
	o->working = old.working;
	if (works && !o->working)
		return sim_order_work(x, o, err) ? YQ_OK : YQ_E_CORRUPT;
	if (works)
		yq_account_set_remaining(o->account->book, &o->id, sim_order_left(o));
	return YQ_OK;
}

static enum yq_rc
apply_order(struct sim_exchange *x, const yq_json *json, struct yq_err *err)
{
	struct sim_order r = { .number = 0 }, *o;
	enum yq_rc rc = read_as(SIM_RECORD_ORDER, json, &r, err);

	if (rc != YQ_OK)
		return rc;
	o = sim_order(x, r.number);
	if (o != NULL)
		return take_order(x, o, &r, err);
	r.account = sim_account_find(x, r.account_name);
	r.instrument = sim_instrument_find(x, r.exchange, r.ticker);
	if (r.number <= 0 || r.account == NULL || r.instrument == NULL)
		return yq_err_set(err, YQ_E_CORRUPT, "order %lld of nobody's", (long long)r.number);
	return sim_order_restore(x, &r, err);
}

static enum yq_rc
apply_execution(struct sim_exchange *x, const yq_json *json, struct yq_err *err)
{
	struct sim_execution r = { .number = 0 };
	enum yq_rc rc = read_as(SIM_RECORD_EXECUTION, json, &r, err);

	if (rc == YQ_OK &&
	    (x->execution_count == 0 || r.number > x->executions[x->execution_count - 1].number)) {
		sim_execution_keep(x, &r);
		x->executions_recorded = x->execution_count;
	}
	return rc;
}

enum yq_rc
sim_record_apply(struct sim_exchange *x, const char *text, size_t length, struct yq_err *err)
{
	static apply_fn *const table[SIM_RECORD_KIND_COUNT] = {
		[SIM_RECORD_BOOK] = apply_book,
		[SIM_RECORD_KEY] = apply_key,
		[SIM_RECORD_INSTRUMENT] = apply_instrument,
		[SIM_RECORD_ACCOUNT] = apply_account,
		[SIM_RECORD_POSITION] = apply_position,
		[SIM_RECORD_ORDER] = apply_order,
		[SIM_RECORD_EXECUTION] = apply_execution,
	};
	YQ_CLEANUP(yq_json_freep) yq_json *array = NULL;
	enum yq_rc rc = YQ_OK;

	if (yq_json_parse(text, length, &array, err) != YQ_OK)
		return yq_err_context(err, YQ_E_CORRUPT, "no JSON");
	for (size_t i = 0; i < yq_json_count(array) && rc == YQ_OK; i++) {
		const yq_json *record = yq_json_at(array, i);
		int kind = sim_record_kind_of(yq_json_text(yq_json_get(record, "Kind"), NULL));

		rc = kind < 0 ? yq_err_set(err, YQ_E_CORRUPT, "a record of no kind")
			      : table[kind](x, record, err);
	}
	x->changes = 0;
	return rc;
}
