/* exchange.c - the simulated exchange's tables: instruments, prices, accounts, events. */
#include "simulator/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/paper_price.h"
#include "simulator/exchange_parts.h"

#define NAME(ident, name) [SIM_##ident] = name,
static const char *const state_names[] = { SIM_STATES(NAME) };
#undef NAME
#define NAME(ident, name) [SIM_CLASS_##ident] = name,
static const char *const class_names[] = { SIM_CLASSES(NAME) };
#undef NAME
#define NAME(ident, name) [SIM_ROLE_##ident] = name,
static const char *const role_names[] = { SIM_ROLES(NAME) };
#undef NAME
const struct yq_names sim_state_names = { "state", state_names, YQ_COUNT(state_names) };
const struct yq_names sim_class_names = { "order class", class_names, YQ_COUNT(class_names) };
const struct yq_names sim_role_names = { "role", role_names, YQ_COUNT(role_names) };

bool
sim_state_is_final(enum sim_state state)
{
	return state != SIM_NEW && state != SIM_PARTIAL && state != SIM_HELD;
}

struct sim_settings
sim_settings_default(void)
{
	struct sim_settings s = { .seed = 1, .interval_ms = 1000, .always_open = true };

	s.cash[YQ_KRW] = yq_decimal_from_int(100000000);
	s.cash[YQ_USD] = yq_decimal_from_int(100000);
	s.cash[YQ_CNY] = yq_decimal_from_int(500000);
	s.cash[YQ_JPY] = yq_decimal_from_int(10000000);
	s.cash[YQ_HKD] = yq_decimal_from_int(500000);
	s.cash[YQ_VND] = yq_decimal_from_int(1000000000);
	return s;
}

struct sim_exchange *
sim_exchange_make(const struct sim_settings *settings, const char *epoch)
{
	struct sim_exchange *x = yq_xcalloc(1, sizeof(*x));

	x->settings = *settings;
	yq_str_copy_cut(x->epoch, sizeof(x->epoch), epoch);
	x->book_changed = true;
	x->next_order = x->next_execution = 1;
	return x;
}

static void
free_accounts(struct sim_exchange *x)
{
	struct yq_table_node *next;

	for (struct yq_table_node *n = x->accounts.oldest; n != NULL; n = next) {
		struct sim_account *account = yq_container(n, struct sim_account, node);

		next = n->newer;
		yq_account_free(account->book);
		free(account);
	}
	yq_table_clear(&x->accounts);
}

void
sim_exchange_free(struct sim_exchange *x)
{
	struct yq_table_node *next;

	if (x == NULL)
		return;
	for (struct yq_table_node *n = x->orders.oldest; n != NULL; n = next) {
		next = n->newer;
		free(yq_container(n, struct sim_order, node));
	}
	for (struct yq_table_node *n = x->instruments.oldest; n != NULL; n = next) {
		next = n->newer;
		free(yq_container(n, struct sim_instrument, node));
	}
	for (struct yq_table_node *n = x->keys.oldest; n != NULL; n = next) {
		next = n->newer;
		free(yq_container(n, struct sim_key, node));
	}
	free_accounts(x);
	yq_table_clear(&x->orders);
	yq_table_clear(&x->ids);
	yq_table_clear(&x->clients);
	yq_table_clear(&x->instruments);
	yq_table_clear(&x->keys);
	free(x->executions);
	free(x->moved);
	free(x->dirty);
	free(x->events);
	free(x);
}

const char *
sim_epoch(const struct sim_exchange *x)
{
	return x->epoch;
}

struct sim_settings *
sim_settings_of(struct sim_exchange *x)
{
	return &x->settings;
}

void *
sim_room(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 16 : *room * 2;
	return yq_xrealloc(array, *room, size);
}

/* ---- instruments ---- */

struct ticker_key {
	enum yq_exchange market;
	const char *ticker;
};

static bool
same_ticker(const struct yq_table_node *node, const void *key)
{
	const struct sim_instrument *i = (const void *)node;
	const struct ticker_key *k = key;

	return i->exchange == k->market && yq_str_equal(i->ticker, k->ticker);
}

static uint64_t
ticker_hash(enum yq_exchange market, const char *ticker)
{
	return yq_table_hash_join(yq_table_hash_text(ticker), (uint64_t)market);
}

struct sim_instrument *
sim_instrument_find(const struct sim_exchange *x, enum yq_exchange market, const char *ticker)
{
	struct ticker_key key = { market, ticker };

	return yq_container(
	    yq_table_find(&x->instruments, ticker_hash(market, ticker), same_ticker, &key),
	    struct sim_instrument, node);
}

struct sim_instrument *
sim_instrument_add(struct sim_exchange *x, enum yq_exchange market, const char *ticker)
{
	struct sim_instrument *i;

	if (!yq_ticker_is_valid(ticker) || x->instruments.count >= SIM_INSTRUMENTS_MAX)
		return NULL;
	i = yq_xcalloc(1, sizeof(*i));
	yq_str_copy_cut(i->ticker, sizeof(i->ticker), ticker);
	yq_str_copy_cut(i->name, sizeof(i->name), ticker);
	i->exchange = market;
	i->lot = yq_market_of(market)->lot;
	yq_table_insert(&x->instruments, ticker_hash(market, ticker), &i->node);
	return i;
}

struct sim_instrument *
sim_list(struct sim_exchange *x, enum yq_exchange market, const char *ticker, const char *name,
    struct yq_decimal price)
{
	struct sim_instrument *i = sim_instrument_find(x, market, ticker);

	if (i != NULL)
		return i;
	i = sim_instrument_add(x, market, ticker);
	if (i == NULL)
		return NULL;
	if (name != NULL)
		yq_str_copy_cut(i->name, sizeof(i->name), name);
	i->base = yq_decimal_sign(price) > 0
		      ? price
		      : yq_paper_price_invent(x->settings.seed, market, ticker);
	i->changed = true;
	x->changes++;
	return i;
}

struct sim_instrument *
sim_instrument(struct sim_exchange *x, enum yq_exchange market, const char *ticker)
{
	struct sim_instrument *i = sim_instrument_find(x, market, ticker);

	return i != NULL || !x->settings.invent
		   ? i
		   : sim_list(x, market, ticker, NULL, YQ_DECIMAL_ZERO);
}

struct sim_instrument *
sim_instrument_in(struct sim_exchange *x, enum yq_country country, const char *ticker)
{
	int first = -1;

	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++) {
		struct sim_instrument *i;

		if (yq_market_of((enum yq_exchange)e)->country != country)
			continue;
		if (first < 0)
			first = e;
		i = sim_instrument_find(x, (enum yq_exchange)e, ticker);
		if (i != NULL)
			return i;
	}
	return first < 0 ? NULL : sim_instrument(x, (enum yq_exchange)first, ticker);
}

const struct yq_table *
sim_instruments(const struct sim_exchange *x)
{
	return &x->instruments;
}

static struct yq_decimal
ticks_away(enum yq_exchange market, struct yq_decimal price, int64_t ticks)
{
	struct yq_decimal step = yq_tick_size(market, price), away;

	if (yq_decimal_mul(step, yq_decimal_from_int(ticks), YQ_ROUND_EXACT, &away) != YQ_OK ||
	    yq_decimal_add(price, away, &away) != YQ_OK || yq_decimal_sign(away) <= 0)
		return price;
	return away;
}

struct sim_quote
sim_quote(const struct sim_exchange *x, const struct sim_instrument *i, int64_t now_us)
{
	const struct sim_settings *s = &x->settings;
	struct sim_path path = { sim_path_seed(s->seed, i->exchange, i->ticker), s->walk_bps,
		s->interval_ms };
	struct sim_quote quote;

	quote.price = sim_path_price(&path, i->exchange, i->base, i->anchor_us, now_us);
	quote.bid = i->bid.set ? i->bid.value
			       : ticks_away(i->exchange, quote.price, -(int64_t)s->spread_ticks);
	quote.ask = i->ask.set ? i->ask.value
			       : ticks_away(i->exchange, quote.price, (int64_t)s->spread_ticks);
	return quote;
}

void
sim_set_price(struct sim_exchange *x, struct sim_instrument *i, struct yq_decimal price,
    struct yq_opt_decimal bid, struct yq_opt_decimal ask, int64_t now_us)
{
	i->base = price;
	i->anchor_us = now_us;
	i->bid = bid;
	i->ask = ask;
	i->changed = true;
	x->changes++;
	sim_tick(x, now_us);
}

void
sim_set_halted(struct sim_exchange *x, struct sim_instrument *i, bool halted, int64_t now_us)
{
	i->halted = halted;
	i->changed = true;
	x->changes++;
	sim_tick(x, now_us);
}

bool
sim_is_open(const struct sim_exchange *x, enum yq_exchange market, bool extended, int64_t now_us)
{
	enum yq_market_phase phase;

	if (x->settings.always_open || x->settings.calendar == NULL)
		return true;
	phase = yq_market_phase_at(yq_calendar_hours(x->settings.calendar, market), now_us);
	return phase == YQ_PHASE_OPEN ||
	       (extended && (phase == YQ_PHASE_PRE || phase == YQ_PHASE_POST));
}

/* ---- events ---- */

void
sim_tell(struct sim_exchange *x, enum sim_event_kind kind, const struct sim_order *order,
    const struct sim_execution *execution, int64_t now_us)
{
	struct sim_event *event;

	x->events = sim_room(x->events, x->event_count, &x->event_room, sizeof(*x->events));
	event = &x->events[x->event_count++];
	*event = (struct sim_event){ .kind = kind, .order = *order, .time_us = now_us };
	if (execution != NULL)
		event->execution = *execution;
}

struct sim_event *
sim_take_events(struct sim_exchange *x, size_t *ret_count)
{
	struct sim_event *events = x->events;

	*ret_count = x->event_count;
	x->events = NULL;
	x->event_count = x->event_room = 0;
	return events;
}
