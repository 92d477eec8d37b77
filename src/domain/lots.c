/*
 * lots.c - open lots in a ring; an execution closes the oldest and opens what is left of it.
 */
#include "domain/lots.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/ticker.h"

/* Values beyond this are refused, so that no sum of a few of them leaves the decimal's range. */
#define VALUE_MAX  ((yq_int128)INT64_C(10000000000) * INT64_C(100000000000000000)) /* 10^19 */
#define RING_FIRST 4

struct yq_lots {
	char alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency;
	enum yq_action side; /* of the open lots */

	struct yq_lot *ring; /* owned; `capacity` a power of two */
	size_t capacity, first, count;
	struct yq_decimal qty, value, commission; /* sums of the open lots */

	char (*strategies)[YQ_STRATEGY_SIZE]; /* each name once; owned */
	uint32_t strategy_count, strategy_capacity;
};

/* What is still to be booked of an execution. */
struct rest {
	const struct yq_trade *trade;
	struct yq_decimal qty, value, commission;
};

struct yq_lots *
yq_lots_make(
    const char *alias, enum yq_exchange exchange, const char *ticker, enum yq_currency currency)
{
	struct yq_lots *lots = yq_xcalloc(1, sizeof(*lots));

	if (!yq_str_copy(lots->alias, sizeof(lots->alias), alias) ||
	    !yq_str_copy(lots->ticker, sizeof(lots->ticker), ticker))
		YQ_PANIC("lots of an invalid name");
	yq_ticker_normalize(exchange, lots->ticker);
	lots->exchange = exchange;
	lots->currency = currency;
	return lots;
}

void
yq_lots_free(struct yq_lots *lots)
{
	if (lots == NULL)
		return;
	free(lots->ring);
	free(lots->strategies);
	free(lots);
}

static struct yq_lot *
lot_at(const struct yq_lots *lots, size_t index)
{
	return &lots->ring[(lots->first + index) & (lots->capacity - 1)];
}

static struct yq_decimal
plus(struct yq_decimal a, struct yq_decimal b)
{
	return (struct yq_decimal){ a.units + b.units }; /* all within a few times VALUE_MAX */
}

static struct yq_decimal
minus(struct yq_decimal a, struct yq_decimal b)
{
	return (struct yq_decimal){ a.units - b.units };
}

/* The share of `whole` that `part` of `all` takes; the caller takes it off the whole. */
static struct yq_decimal
share(struct yq_decimal whole, struct yq_decimal part, struct yq_decimal all)
{
	struct yq_decimal result;

	if (yq_decimal_cmp(part, all) == 0)
		return whole;
	/* part < all, so the result is no larger than the whole and fits. */
	if (yq_decimal_mul_div(whole, part, all, YQ_ROUND_HALF_EVEN, &result) != YQ_OK)
		YQ_PANIC("a share larger than the whole");
	return result;
}

static bool
fits(struct yq_decimal value)
{
	return yq_decimal_abs(value).units <= VALUE_MAX;
}

/* The sums with one lot more. */
static bool
fits_with(const struct yq_lots *lots, const struct yq_trade *trade, struct yq_decimal value)
{
	return fits(plus(lots->qty, trade->quantity)) && fits(plus(lots->value, value)) &&
	       fits(plus(lots->commission, trade->commission));
}

/* All that can be wrong with an execution, before anything changes. */
static enum yq_rc
check(const struct yq_lots *lots, const struct yq_trade *trade, struct yq_decimal *value,
    struct yq_err *err)
{
	bool adds = lots->count == 0 || trade->action == lots->side;
	char room[YQ_TICKER_SIZE];

	if (trade->exchange != lots->exchange ||
	    !yq_str_equal(yq_ticker_form(trade->exchange, trade->ticker, room), lots->ticker))
		return yq_err_set(err, YQ_E_INVALID, "trade %s of %s is not of %s", trade->id.text,
		    trade->ticker, lots->ticker);
	if (trade->currency != lots->currency)
		return yq_err_set(err, YQ_E_INVALID, "trade %s of %s is in %s, the others in %s",
		    trade->id.text, trade->ticker,
		    yq_names_text(&yq_currency_names, (int)trade->currency),
		    yq_names_text(&yq_currency_names, (int)lots->currency));
	if (trade->currency <= YQ_CURRENCY_NONE || trade->currency >= YQ_CURRENCY_COUNT)
		return yq_err_set(err, YQ_E_INVALID, "trade %s of %s has no currency",
		    trade->id.text, trade->ticker);
	if (trade->action >= YQ_ACTION_COUNT || yq_decimal_sign(trade->quantity) <= 0 ||
	    yq_decimal_sign(trade->executed_price) < 0)
		return yq_err_set(err, YQ_E_INVALID,
		    "trade %s of %s has no side, no quantity or a price below 0", trade->id.text,
		    trade->ticker);
	if (yq_decimal_mul(trade->quantity, trade->executed_price, YQ_ROUND_HALF_EVEN, value) !=
		YQ_OK ||
	    !fits(*value) || !fits(trade->quantity) || !fits(trade->commission) ||
	    (adds && !fits_with(lots, trade, *value)))
		return yq_err_set(err, YQ_E_RANGE, "trade %s of %s: its value does not fit",
		    trade->id.text, trade->ticker);
	if (adds && lots->count >= YQ_OPEN_LOTS_MAX)
		return yq_err_set(err, YQ_E_LIMIT, "%s of %s: more than %d open lots",
		    trade->ticker, lots->alias, YQ_OPEN_LOTS_MAX);
	return YQ_OK;
}

static uint32_t
strategy_index(struct yq_lots *lots, const char *name)
{
	for (uint32_t i = lots->strategy_count; i > 0; i--)
		if (yq_str_equal(lots->strategies[i - 1], name))
			return i - 1;
	if (lots->strategy_count == lots->strategy_capacity) {
		lots->strategy_capacity =
		    lots->strategy_capacity == 0 ? 1 : lots->strategy_capacity * 2;
		lots->strategies = yq_xrealloc(
		    lots->strategies, lots->strategy_capacity, sizeof(*lots->strategies));
	}
	memcpy(lots->strategies[lots->strategy_count], name, YQ_STRATEGY_SIZE);
	return lots->strategy_count++;
}

static void
grow(struct yq_lots *lots)
{
	size_t capacity = lots->capacity == 0 ? RING_FIRST : lots->capacity * 2;
	struct yq_lot *ring = yq_xcalloc(capacity, sizeof(*ring));

	for (size_t i = 0; i < lots->count; i++)
		ring[i] = *lot_at(lots, i);
	free(lots->ring);
	lots->ring = ring;
	lots->capacity = capacity;
	lots->first = 0;
}

static void
open_lot(struct yq_lots *lots, const struct rest *rest)
{
	struct yq_lot *lot;

	if (lots->count == lots->capacity)
		grow(lots);
	lots->side = rest->trade->action;
	lot = lot_at(lots, lots->count++);
	*lot = (struct yq_lot){
		.qty = rest->qty,
		.price = rest->trade->executed_price,
		.value = rest->value,
		.commission = rest->commission,
		.opened_at_us = rest->trade->executed_at_us,
		.order_id = rest->trade->order_id,
		.strategy = strategy_index(lots, rest->trade->strategy),
	};
	lots->qty = plus(lots->qty, lot->qty);
	lots->value = plus(lots->value, lot->value);
	lots->commission = plus(lots->commission, lot->commission);
}

/* What `qty` of a lot or of an execution carries, taken off it. */
static struct rest
take(struct yq_decimal qty, struct yq_decimal *all, struct yq_decimal *value,
    struct yq_decimal *commission)
{
	struct rest part = { .qty = qty,
		.value = share(*value, qty, *all),
		.commission = share(*commission, qty, *all) };

	*all = minus(*all, qty);
	*value = minus(*value, part.value);
	*commission = minus(*commission, part.commission);
	return part;
}

static void
tell(const struct yq_lots *lots, const struct yq_lot *lot, const struct rest *opened,
    const struct yq_trade *trade, const struct rest *closed, yq_trip_fn *fn, void *cookie)
{
	struct yq_trip trip = {
		.exchange = lots->exchange,
		.currency = lots->currency,
		.side = lots->side,
		.qty = opened->qty,
		.opened_at_us = lot->opened_at_us,
		.closed_at_us = trade->executed_at_us,
		.open_price = lot->price,
		.close_price = trade->executed_price,
		.open_value = opened->value,
		.close_value = closed->value,
		.commission = plus(opened->commission, closed->commission),
		.entry_order = lot->order_id,
		.exit_order = trade->order_id,
		.lot_closed = yq_decimal_cmp(opened->qty, lot->qty) == 0,
	};

	memcpy(trip.account_alias, lots->alias, sizeof(trip.account_alias));
	memcpy(trip.ticker, lots->ticker, sizeof(trip.ticker));
	memcpy(trip.strategy, lots->strategies[lot->strategy], sizeof(trip.strategy));
	trip.profit = lots->side == YQ_BUY ? minus(closed->value, opened->value)
					   : minus(opened->value, closed->value);
	trip.profit = minus(trip.profit, trip.commission);
	fn(cookie, &trip);
}

/* Close as much of the oldest lot as `rest` has. */
static void
close_oldest(struct yq_lots *lots, struct rest *rest, yq_trip_fn *fn, void *cookie)
{
	struct yq_lot *lot = lot_at(lots, 0);
	struct yq_lot before = *lot;
	struct yq_decimal qty = yq_decimal_min(lot->qty, rest->qty);
	struct rest opened = take(qty, &lot->qty, &lot->value, &lot->commission);
	struct rest closed = take(qty, &rest->qty, &rest->value, &rest->commission);

	lots->qty = minus(lots->qty, qty);
	lots->value = minus(lots->value, opened.value);
	lots->commission = minus(lots->commission, opened.commission);
	if (yq_decimal_sign(lot->qty) == 0) {
		lots->first = (lots->first + 1) & (lots->capacity - 1);
		lots->count--;
	}
	if (fn != NULL)
		tell(lots, &before, &opened, rest->trade, &closed, fn, cookie);
}

enum yq_rc
yq_lots_feed(struct yq_lots *lots, const struct yq_trade *trade, yq_trip_fn *fn, void *cookie,
    struct yq_err *err)
{
	struct rest rest = {
		.trade = trade, .qty = trade->quantity, .commission = trade->commission
	};
	enum yq_rc rc = check(lots, trade, &rest.value, err);

	if (rc != YQ_OK)
		return rc;
	while (lots->count > 0 && lots->side != trade->action && yq_decimal_sign(rest.qty) > 0)
		close_oldest(lots, &rest, fn, cookie);
	if (yq_decimal_sign(rest.qty) > 0)
		open_lot(lots, &rest);
	return YQ_OK;
}

struct yq_decimal
yq_lots_held(const struct yq_lots *lots)
{
	return lots->side == YQ_SELL ? yq_decimal_neg(lots->qty) : lots->qty;
}

struct yq_decimal
yq_lots_value(const struct yq_lots *lots)
{
	return lots->value;
}

struct yq_decimal
yq_lots_commission(const struct yq_lots *lots)
{
	return lots->commission;
}

size_t
yq_lots_count(const struct yq_lots *lots)
{
	return lots->count;
}

const struct yq_lot *
yq_lots_at(const struct yq_lots *lots, size_t index)
{
	assert(index < lots->count);
	return lot_at(lots, index);
}

const char *
yq_lots_strategy(const struct yq_lots *lots, const struct yq_lot *lot)
{
	assert(lot->strategy < lots->strategy_count);
	return lots->strategies[lot->strategy];
}

const char *
yq_lots_alias(const struct yq_lots *lots)
{
	return lots->alias;
}

const char *
yq_lots_ticker(const struct yq_lots *lots)
{
	return lots->ticker;
}

enum yq_exchange
yq_lots_exchange(const struct yq_lots *lots)
{
	return lots->exchange;
}

enum yq_currency
yq_lots_currency(const struct yq_lots *lots)
{
	return lots->currency;
}
