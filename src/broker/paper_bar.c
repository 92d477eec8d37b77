/*
 * paper_bar.c - what rested trades by bars of the past: open, high, low, close.
 *
 * Nothing is known of the way from one of the four to the next, so each order gets the worst that
 * the bar allows: a market order the open, with its slippage; a stop its stop price, or the open
 * where the market opened beyond it, with slippage; a limit its limit price, or the open where that
 * is better, and only if the market traded through it: a touch may have been somebody else's.
 * Stops go before limits.  A stop-limit that is triggered within a bar trades at its limit if the
 * bar closes beyond that, for then the price has passed it since; else it rests until the next.
 */
#include "broker/paper_private.h"

struct bar_turn {
	struct yq_paper_book *book;
	const struct yq_paper_bar *bar;
	int64_t now_us;
};

typedef void order_fn(const struct bar_turn *t, struct yq_paper_order *o);

/* Every order that was there before the bar began, oldest first; `fn` may close it. */
static void
each_order(const struct bar_turn *t, struct yq_paper_instrument *i, order_fn *fn)
{
	for (struct yq_paper_order *o = i->first, *next; o != NULL; o = next) {
		next = o->next;
		if (o->time_us <= t->bar->start_us)
			fn(t, o);
	}
}

static void
trigger(const struct bar_turn *t, const struct yq_paper_order *o)
{
	struct yq_paper_record r = yq_paper_record_for(YQ_PAPER_TRIGGER, &o->id, t->now_us);

	yq_paper_emit(t->book, &r);
}

/* As a market order that meets `price`. */
static void
trade_slipped(const struct bar_turn *t, struct yq_paper_order *o, struct yq_decimal price)
{
	struct yq_decimal slipped;

	if (yq_paper_price_slip(
		o->exchange, o->action, price, t->book->settings.slippage_bps, &slipped) == YQ_OK)
		yq_paper_trade(t->book, o, slipped, t->now_us);
}

/* Better for the order than its limit, by at least something. */
static bool
through(const struct yq_paper_order *o, struct yq_decimal price)
{
	int order = yq_decimal_cmp(price, o->price.value);

	return o->action == YQ_BUY ? order < 0 : order > 0;
}

static bool
at_once(const struct yq_paper_order *o)
{
	return o->time_in_force == YQ_TIF_IOC || o->time_in_force == YQ_TIF_FOK;
}

static void
meet_open(const struct bar_turn *t, struct yq_paper_order *o)
{
	struct yq_decimal open = t->bar->open;
	struct yq_id id = o->id;

	if (yq_paper_is_stop(o->type) && !o->triggered) {
		if (yq_paper_reached(open, o->stop_price.value, o->action == YQ_SELL))
			trigger(t, o);
	}
	if (!yq_paper_is_stop(o->type) || o->triggered) {
		if (!yq_paper_has_limit(o->type))
			trade_slipped(t, o, open);
		else if (through(o, open))
			yq_paper_trade(t->book, o, open, t->now_us);
	}
	o = yq_paper_order_of(t->book, &id);
	if (o != NULL && o->instrument != NULL && at_once(o))
		yq_paper_close_order(t->book, o, YQ_ORDER_CANCELED,
		    "immediate or cancel: no more at the open", t->now_us);
}

/* The end of the bar on the side that `o` fears or hopes for. */
static bool
stop_is_met(const struct bar_turn *t, const struct yq_paper_order *o)
{
	bool sells = o->action == YQ_SELL;

	return yq_paper_is_stop(o->type) && !o->triggered &&
	       yq_paper_reached(sells ? t->bar->low : t->bar->high, o->stop_price.value, sells);
}

static void
meet_stop(const struct bar_turn *t, struct yq_paper_order *o)
{
	struct yq_decimal stop = o->stop_price.value;

	if (o->type != YQ_TYPE_STOP || !stop_is_met(t, o))
		return;
	trigger(t, o);
	trade_slipped(t, o, stop);
}

/* It became a limit order by the open of this bar at the latest. */
static bool
is_limit_since_open(const struct bar_turn *t, const struct yq_paper_order *o)
{
	return yq_paper_has_limit(o->type) &&
	       (!yq_paper_is_stop(o->type) ||
		   (o->triggered && o->triggered_us <= t->bar->start_us));
}

static void
meet_limit(const struct bar_turn *t, struct yq_paper_order *o)
{
	if (!is_limit_since_open(t, o) ||
	    !through(o, o->action == YQ_BUY ? t->bar->low : t->bar->high))
		return;
	yq_paper_trade(t->book, o, o->price.value, t->now_us);
}

static void
meet_stop_limit(const struct bar_turn *t, struct yq_paper_order *o)
{
	if (o->type != YQ_TYPE_STOP_LIMIT || !stop_is_met(t, o))
		return;
	trigger(t, o);
	if (through(o, t->bar->close))
		yq_paper_trade(t->book, o, o->price.value, t->now_us);
}

void
yq_paper_bar_open(struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker,
    const struct yq_paper_bar *bar)
{
	struct yq_paper_instrument *i = yq_paper_instrument_get(book, exchange, ticker);
	struct bar_turn t = { book, bar, bar->start_us };

	yq_paper_set_price(book, i, bar->open, t.now_us);
	each_order(&t, i, meet_open);
	yq_paper_bounds_reset(i);
}

void
yq_paper_bar_close(struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker,
    const struct yq_paper_bar *bar)
{
	static order_fn *const turns[] = { meet_stop, meet_limit, meet_stop_limit };
	struct yq_paper_instrument *i = yq_paper_instrument_get(book, exchange, ticker);
	struct bar_turn t = { book, bar, bar->end_us };

	for (size_t n = 0; n < YQ_COUNT(turns); n++)
		each_order(&t, i, turns[n]);
	yq_paper_set_price(book, i, bar->close, t.now_us);
	yq_paper_bounds_reset(i);
}
