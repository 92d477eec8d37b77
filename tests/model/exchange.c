/* exchange.c - orders are taken, filled in parts, ended; cash and positions follow. */
#include "exchange.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/market.h"

#define COMMON (YQ_BROKER_KEEPS_CLIENT_ID | YQ_BROKER_ANY_HOUR)

/* One that does all it can to help, one as brokers are, one that says nothing by itself, and one
 * that takes no stops either. */
const struct manner manners[ACCOUNTS] = {
	{ "Alpha",
	    COMMON | YQ_BROKER_IDEMPOTENT | YQ_BROKER_ORDERED | YQ_BROKER_REPLACES |
		YQ_BROKER_PUSHES,
	    6 * SECOND, false },
	{ "Beta", COMMON | YQ_BROKER_REPLACES | YQ_BROKER_PUSHES, 8 * SECOND, false },
	{ "Gamma", COMMON, 8 * SECOND, false },
	{ "Delta", COMMON, 8 * SECOND, true },
};

size_t
exchange_account(const char *alias)
{
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (yq_str_equal(manners[i].alias, alias))
			return i;
	world_fail("there is no account %s at the exchange", alias);
}

size_t
exchange_instrument(enum yq_exchange exchange, const char *ticker)
{
	for (size_t i = 0; i < INSTRUMENTS; i++)
		if (world.exchange->instruments[i].exchange == exchange &&
		    yq_str_equal(world.exchange->instruments[i].ticker, ticker))
			return i;
	world_fail("%s is not traded here", ticker);
}

struct yq_decimal
instrument_price(size_t instrument)
{
	return yq_decimal_from_scaled(world.exchange->instruments[instrument].price, 2);
}

bool
deal_is_open(const struct deal *deal)
{
	return !yq_order_state_is_final(deal->state);
}

/* ---- finding ---- */

struct deal_key {
	size_t account;
	const struct yq_id *id;
};

static bool
same_deal(const struct yq_table_node *node, const void *key)
{
	const struct deal *deal = (const struct deal *)(const void *)node;
	const struct deal_key *k = key;

	return deal->account == k->account && yq_id_equal(&deal->order.id, k->id);
}

struct deal *
exchange_find(size_t account, const struct yq_id *id)
{
	struct deal_key key = { account, id };

	return yq_container(
	    yq_table_find(&world.exchange->deals, yq_table_hash_text(id->text), same_deal, &key),
	    struct deal, node);
}

/* ---- executions ---- */

static void
book(struct deal *deal, const struct execution *e)
{
	struct exchange *x = world.exchange;
	struct yq_position *held = &x->held[deal->account][deal->instrument];
	struct yq_fill fill = { deal->order.action, e->qty, e->price, e->commission };
	yq_int128 value = e->qty.units * e->price.units / YQ_DECIMAL_ONE;

	x->cash[deal->account][deal->order.currency] +=
	    (deal->order.action == YQ_BUY ? -value : value) - e->commission.units;
	if (yq_position_apply(held, &fill, deal->order.buy_reason, NULL) != YQ_OK)
		world_fail("a position at the exchange does not fit");
	held->current_price = yq_opt_decimal_of(e->price);
	deal->filled.units += e->qty.units;
	deal->notional.units += value;
}

static void
execute(struct deal *deal, struct yq_decimal qty)
{
	struct execution *e = yq_xcalloc(1, sizeof(*e));

	e->deal = deal;
	e->qty = qty;
	e->price = deal->price.set ? deal->price.value : instrument_price(deal->instrument);
	e->commission = yq_decimal_from_scaled(world_between(0, 300), 2);
	e->time_us = world.now_us;
	yq_str_format(e->id, sizeof(e->id), "E%" PRIu64, ++world.exchange->numbers);
	*deal->last = e;
	deal->last = &e->next;
	deal->execution_count++;
	book(deal, e);
	deal->state = yq_decimal_cmp(deal->filled, deal->qty) >= 0 ? YQ_ORDER_FILLED
								   : YQ_ORDER_PARTIALLY_FILLED;
	if (!deal_is_open(deal))
		world.exchange->open_count--;
	count_up(COUNT_FILLS);
	if (!yq_id_is_none(&deal->order.bracket_id))
		count_up(COUNT_EXIT_FILLS);
	world_trace("exchange: %s executes %s of order %s (%s)", manners[deal->account].alias,
	    e->id, world_short(&deal->order.id), deal_is_open(deal) ? "in part" : "filled");
	broker_tell(deal, YQ_BROKER_EV_FILL, e);
}

/* The next part of what was planned. */
static void
fill_part(void *context)
{
	struct deal *deal = context;
	struct yq_decimal left, part;

	if (!deal_is_open(deal) || deal->parts == 0)
		return;
	if (yq_decimal_sub(deal->qty, deal->filled, &left) != YQ_OK ||
	    yq_decimal_div(left, yq_decimal_from_int((int64_t)deal->parts), YQ_ROUND_DOWN, &part) !=
		YQ_OK ||
	    yq_decimal_round_to(part, yq_decimal_from_int(1), YQ_ROUND_DOWN, &part) != YQ_OK)
		world_fail("a quantity does not fit");
	if (--deal->parts == 0 || yq_decimal_sign(part) <= 0)
		part = left;
	execute(deal, part);
	if (deal_is_open(deal))
		world_in(world_between(0, 400) * MS, fill_part, deal);
}

static void
end_deal(
    struct deal *deal, enum yq_order_state state, enum yq_broker_event_kind kind, const char *why)
{
	deal->state = state;
	deal->parts = 0;
	yq_str_copy_cut(deal->text, sizeof(deal->text), why);
	world.exchange->open_count--;
	world_trace("exchange: order %s %s: %s", world_short(&deal->order.id),
	    yq_names_text(&yq_order_state_names, (int)state), why);
	broker_tell(deal, kind, NULL);
}

static void
expire(void *context)
{
	struct deal *deal = context;

	if (deal_is_open(deal))
		end_deal(deal, YQ_ORDER_EXPIRED, YQ_BROKER_EV_EXPIRED, "its time is over");
}

static void
reject_late(void *context)
{
	struct deal *deal = context;

	if (deal->state == YQ_ORDER_OPEN)
		end_deal(deal, YQ_ORDER_REJECTED, YQ_BROKER_EV_REJECTED, "on second thoughts");
}

/* ---- what comes ---- */

static void
plan(struct deal *deal)
{
	bool rests = deal->order.type != YQ_TYPE_MARKET && world_chance(500);

	if (world_chance(20)) {
		world_in(world_between(0, 500) * MS, reject_late, deal);
		return;
	}
	if (world_chance(30))
		world_in(world_between(0, 4000) * MS, expire, deal);
	if (rests)
		return;
	deal->parts = (unsigned)world_between(1, 3);
	if (world_chance(400))
		fill_part(deal); /* before its answer has left */
	else
		world_in(world_between(0, 300) * MS, fill_part, deal);
}

static struct deal *
deal_make(size_t account, const struct yq_order *order)
{
	struct exchange *x = world.exchange;
	struct deal *deal = yq_xcalloc(1, sizeof(*deal));

	deal->order = *order;
	deal->account = account;
	deal->instrument = exchange_instrument(order->exchange, order->ticker);
	deal->qty = order->qty;
	if (order->type == YQ_TYPE_LIMIT)
		deal->price = order->price;
	deal->state = YQ_ORDER_OPEN;
	deal->time_us = world.now_us;
	deal->last = &deal->executions;
	deal->taken = 1;
	yq_str_format(deal->number, sizeof(deal->number), "B%" PRIu64, ++x->numbers);
	yq_table_insert(&x->deals, yq_table_hash_text(order->id.text), &deal->node);
	*x->last = deal;
	x->last = &deal->next;
	x->open_count++;
	return deal;
}

/* As brokers do, a stop that would trade at once is not taken. */
static bool
is_passed(const struct deal *deal)
{
	struct yq_opt_decimal stop = deal->order.stop_price;
	struct yq_decimal price = instrument_price(deal->instrument);

	return stop.set && (deal->order.action == YQ_SELL ? yq_decimal_cmp(price, stop.value) <= 0
							  : yq_decimal_cmp(price, stop.value) >= 0);
}

struct deal *
exchange_take(size_t account, const struct yq_order *order, const char **why)
{
	struct deal *deal = exchange_find(account, &order->id);

	*why = NULL;
	if (deal != NULL) {
		deal->taken++;
		*why = deal->text;
		return deal->state == YQ_ORDER_REJECTED && deal->execution_count == 0 ? NULL : deal;
	}
	if (manners[account].takes_few &&
	    (order->time_in_force != YQ_TIF_DAY || order->stop_price.set))
		world_fail("order %s is of a kind that is not taken there", order->id.text);
	deal = deal_make(account, order);
	world_trace("exchange: %s takes order %s as %s", manners[account].alias,
	    world_short(&order->id), deal->number);
	if (world_chance(40) || is_passed(deal)) {
		count_up(COUNT_REJECTS);
		deal->state = YQ_ORDER_REJECTED;
		world.exchange->open_count--;
		yq_str_copy_cut(deal->text, sizeof(deal->text),
		    is_passed(deal) ? "the price is past the stop" : "not today");
		*why = deal->text;
		return NULL;
	}
	broker_tell(deal, YQ_BROKER_EV_ACK, NULL);
	plan(deal);
	return deal;
}

bool
exchange_cancel(struct deal *deal, const char *why)
{
	if (!deal_is_open(deal))
		return false;
	end_deal(deal, YQ_ORDER_CANCELED, YQ_BROKER_EV_CANCELED, why);
	return true;
}

bool
exchange_change(struct deal *deal, const struct yq_broker_change *change)
{
	if (!deal_is_open(deal) ||
	    (change->qty.set && yq_decimal_cmp(change->qty.value, deal->filled) <= 0))
		return false;
	if (change->qty.set)
		deal->qty = change->qty.value;
	if (change->price.set)
		deal->price = change->price;
	world_trace("exchange: order %s is changed", world_short(&deal->order.id));
	broker_tell(deal, YQ_BROKER_EV_REPLACED, NULL);
	return true;
}

/* Prices walk; what rests may be reached. */
void
exchange_move_prices(void)
{
	struct exchange *x = world.exchange;

	for (size_t i = 0; i < INSTRUMENTS; i++) {
		int64_t price =
		    x->instruments[i].price + world_between(-3, 3) * x->instruments[i].step;

		if (price > x->instruments[i].step * 100)
			x->instruments[i].price = price;
	}
	for (struct deal *deal = x->first; deal != NULL; deal = deal->next)
		if (deal_is_open(deal) && deal->parts == 0 && world_chance(200)) {
			deal->parts = (unsigned)world_between(1, 3);
			fill_part(deal);
		}
}

/* ---- opening ---- */

void
exchange_open(void)
{
	static const struct instrument traded[INSTRUMENTS] = {
		{ YQ_NASDAQ, "AAPL", 18000, 1 },
		{ YQ_NASDAQ, "ABC", 2500, 1 },
		{ YQ_NYSE, "ABC", 9900, 1 },
		{ YQ_KRX, "005930", 7000000, 10000 },
	};
	struct exchange *x = yq_xcalloc(1, sizeof(*x));

	memcpy(x->instruments, traded, sizeof(traded));
	x->last = &x->first;
	for (size_t a = 0; a < ACCOUNTS; a++) {
		x->cash[a][YQ_USD] = (yq_int128)1000000 * YQ_DECIMAL_ONE;
		x->cash[a][YQ_KRW] = (yq_int128)1000000000 * YQ_DECIMAL_ONE;
		for (size_t i = 0; i < INSTRUMENTS; i++) {
			struct yq_position *p = &x->held[a][i];

			yq_str_copy_cut(
			    p->account_alias, sizeof(p->account_alias), manners[a].alias);
			yq_str_copy_cut(p->ticker, sizeof(p->ticker), traded[i].ticker);
			p->exchange = traded[i].exchange;
			p->currency = yq_market_of(p->exchange)->currency;
		}
	}
	world.exchange = x;
}

void
exchange_close(void)
{
	struct deal *deal = world.exchange->first;

	while (deal != NULL) {
		struct deal *next = deal->next;

		for (struct execution *e = deal->executions, *after; e != NULL; e = after) {
			after = e->next;
			free(e);
		}
		free(deal);
		deal = next;
	}
	yq_table_clear(&world.exchange->deals);
	free(world.exchange);
	world.exchange = NULL;
}
