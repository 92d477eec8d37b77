/*
 * paper_match.c - what the simulated exchange does with orders and prices.
 *
 * One last price an instrument; what it reaches trades at it.  A buy limit trades at or below its
 * limit, a stop becomes a market (or limit) order once the price has reached it, a market order
 * pays the slippage.  Commission is charged on the order as a whole: rate x value, at least the
 * minimum.
 */
#include <string.h>

#include "base/str.h"
#include "broker/paper_private.h"

struct yq_paper_record
yq_paper_record_for(enum yq_paper_kind kind, const struct yq_id *id, int64_t now_us)
{
	struct yq_paper_record r = yq_paper_record_make(kind);

	r.id = *id;
	r.time_us = now_us;
	return r;
}

void
yq_paper_close_order(struct yq_paper_book *book, const struct yq_paper_order *o,
    enum yq_order_state state, const char *text, int64_t now_us)
{
	struct yq_paper_record r = yq_paper_record_for(YQ_PAPER_CLOSE, &o->id, now_us);

	r.state = state;
	yq_str_copy_cut(r.text, sizeof(r.text), text);
	yq_paper_emit(book, &r);
}

/* ---- prices of a fill ---- */

/* What the order pays beyond `charged` once `notional` of it has traded. */
static enum yq_rc
fee_due(const struct yq_paper_book *book, enum yq_exchange exchange, struct yq_decimal notional,
    struct yq_decimal charged, struct yq_decimal *fee)
{
	const struct yq_market *market = yq_market_of(exchange);
	const struct yq_paper_fee *f = &book->settings.fees[market->country];
	struct yq_decimal total,
	    unit = yq_decimal_from_scaled(1, yq_currency_places(market->currency));
	enum yq_rc rc;

	rc = yq_decimal_mul(notional, f->rate, YQ_ROUND_HALF_EVEN, &total);
	if (rc == YQ_OK)
		rc = yq_decimal_round_to(
		    yq_decimal_max(total, f->minimum), unit, YQ_ROUND_HALF_EVEN, &total);
	if (rc == YQ_OK)
		rc = yq_decimal_sub(total, charged, fee);
	if (rc == YQ_OK)
		*fee = yq_decimal_max(*fee, YQ_DECIMAL_ZERO);
	return rc;
}

/* Cash that buying `qty` at `price` takes beyond what `o` has paid. */
enum yq_rc
yq_paper_cost_of(const struct yq_paper_book *book, enum yq_exchange exchange, struct yq_decimal qty,
    struct yq_decimal price, struct yq_decimal notional, struct yq_decimal charged,
    struct yq_decimal *cost, struct yq_decimal *fee)
{
	struct yq_decimal value, total;
	enum yq_rc rc;

	rc = yq_decimal_mul(qty, price, YQ_ROUND_HALF_EVEN, &value);
	if (rc == YQ_OK)
		rc = yq_decimal_add(notional, value, &total);
	if (rc == YQ_OK)
		rc = fee_due(book, exchange, total, charged, fee);
	return rc == YQ_OK ? yq_decimal_add(value, *fee, cost) : rc;
}

bool
yq_paper_is_stop(enum yq_order_type type)
{
	return type == YQ_TYPE_STOP || type == YQ_TYPE_STOP_LIMIT;
}

bool
yq_paper_has_limit(enum yq_order_type type)
{
	return type == YQ_TYPE_LIMIT || type == YQ_TYPE_STOP_LIMIT;
}

/* True when `last` is at `bound` or better (`below` = better is lower). */
bool
yq_paper_reached(struct yq_decimal last, struct yq_decimal bound, bool below)
{
	int order = yq_decimal_cmp(last, bound);

	return below ? order <= 0 : order >= 0;
}

/* The price at which `o` trades when the market is at `last`; false when it does not. */
bool
yq_paper_trade_price(const struct yq_paper_book *book, const struct yq_paper_order *o,
    struct yq_decimal last, struct yq_decimal *price)
{
	bool buy = o->action == YQ_BUY;

	if (yq_paper_has_limit(o->type)) {
		*price = last;
		return yq_paper_reached(last, o->price.value, buy);
	}
	return yq_paper_price_slip(
		   o->exchange, o->action, last, book->settings.slippage_bps, price) == YQ_OK;
}

/* All that is left, or a part of it now and then. */
static struct yq_decimal
trade_qty(struct yq_paper_book *book, const struct yq_paper_order *o)
{
	struct yq_decimal left, part;
	struct yq_decimal two = yq_decimal_from_int(2);
	int64_t whole;

	if (yq_decimal_sub(o->qty, o->filled, &left) != YQ_OK)
		return YQ_DECIMAL_ZERO;
	if (o->time_in_force == YQ_TIF_FOK ||
	    !yq_paper_random_chance(&book->random, book->settings.partial_ppm))
		return left;
	/* Half of it: in whole units where it is whole, else to four places. */
	if (yq_decimal_div(left, two, YQ_ROUND_DOWN, &part) != YQ_OK)
		return left;
	whole = yq_decimal_to_scaled(left, 0, YQ_ROUND_EXACT, &whole) == YQ_OK ? 1 : 0;
	if (yq_decimal_round_to(
		part, yq_decimal_from_scaled(1, whole ? 0 : 4), YQ_ROUND_DOWN, &part) != YQ_OK ||
	    yq_decimal_sign(part) <= 0)
		return left;
	return part;
}

/* ---- matching ---- */

void
yq_paper_trade(
    struct yq_paper_book *book, struct yq_paper_order *o, struct yq_decimal price, int64_t now_us)
{
	struct yq_paper_record r = yq_paper_record_for(YQ_PAPER_FILL, &o->id, now_us);
	struct yq_decimal cost, cash = book->account->cash[o->currency];

	r.execution = book->next_execution;
	r.qty = trade_qty(book, o);
	r.value = price;
	if (yq_decimal_sign(r.qty) <= 0)
		return;
	if (yq_paper_cost_of(book, o->exchange, r.qty, price, o->notional, o->fee, &cost, &r.fee) !=
	    YQ_OK) {
		yq_paper_close_order(book, o, YQ_ORDER_CANCELED, "the value does not fit", now_us);
		return;
	}
	if (o->action == YQ_BUY && yq_decimal_cmp(cost, cash) > 0) {
		yq_paper_close_order(book, o, YQ_ORDER_CANCELED,
		    "not enough cash at the price the market had when it traded", now_us);
		return;
	}
	yq_paper_emit(book, &r);
}

void
yq_paper_match_order(
    struct yq_paper_book *book, struct yq_paper_order *o, struct yq_decimal last, int64_t now_us)
{
	struct yq_decimal price;

	if (yq_paper_is_stop(o->type) && !o->triggered) {
		struct yq_paper_record r = yq_paper_record_for(YQ_PAPER_TRIGGER, &o->id, now_us);

		if (!yq_paper_reached(last, o->stop_price.value, o->action == YQ_SELL))
			return;
		yq_paper_emit(book, &r);
	}
	if (yq_paper_trade_price(book, o, last, &price))
		yq_paper_trade(book, o, price, now_us);
}

void
yq_paper_match_instrument(struct yq_paper_book *book, struct yq_paper_instrument *i, int64_t now_us)
{
	struct yq_decimal last = i->price.value;

	if (!i->price.set || i->first == NULL)
		return;
	if (i->restless == 0 && yq_decimal_cmp(last, i->rises_to) < 0 &&
	    yq_decimal_cmp(last, i->falls_to) > 0)
		return;
	for (struct yq_paper_order *o = i->first, *next; o != NULL; o = next) {
		next = o->next;
		yq_paper_match_order(book, o, last, now_us);
	}
	yq_paper_bounds_reset(i);
}

void
yq_paper_set_price(struct yq_paper_book *book, const struct yq_paper_instrument *i,
    struct yq_decimal price, int64_t now_us)
{
	struct yq_paper_record r = yq_paper_record_make(YQ_PAPER_PRICE);
	int64_t age_us = now_us - i->time_us; /* below 0: the clock was set back */

	if (i->price.set && yq_decimal_cmp(i->price.value, price) == 0 && age_us >= 0 &&
	    age_us < 60 * YQ_US_PER_SECOND)
		return;
	memcpy(r.ticker, i->ticker, sizeof(r.ticker));
	r.exchange = i->exchange;
	r.value = price;
	r.time_us = now_us;
	yq_paper_emit(book, &r);
}

void
yq_paper_observe(struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, bool market_open, int64_t now_us)
{
	struct yq_paper_instrument *i = yq_paper_instrument_get(book, exchange, ticker);

	yq_paper_set_price(book, i, price, now_us);
	if (market_open)
		yq_paper_match_instrument(book, i, now_us);
}

/* ---- time ---- */

struct moment {
	struct yq_paper_book *book;
	const bool *open;
	int64_t now_us;
};

static bool
expire_instrument(void *cookie, struct yq_table_node *node)
{
	const struct moment *m = cookie;
	struct yq_paper_instrument *i = yq_container(node, struct yq_paper_instrument, node);

	for (struct yq_paper_order *o = i->first, *next; o != NULL; o = next) {
		next = o->next;
		if (o->expires_us != 0 && o->expires_us <= m->now_us)
			yq_paper_close_order(
			    m->book, o, YQ_ORDER_EXPIRED, "its time in force is over", m->now_us);
	}
	return true;
}

void
yq_paper_expire(struct yq_paper_book *book, int64_t now_us)
{
	struct moment m = { .book = book, .now_us = now_us };

	yq_table_each(&book->instruments, expire_instrument, &m);
}

static bool
walk_instrument(void *cookie, struct yq_table_node *node)
{
	const struct moment *m = cookie;
	struct yq_paper_instrument *i = yq_container(node, struct yq_paper_instrument, node);
	struct yq_paper_record r = yq_paper_record_make(YQ_PAPER_PRICE);
	bool held = yq_decimal_sign(yq_account_held(m->book->account, i->exchange, i->ticker)) != 0;

	if (!m->open[i->exchange] || !i->price.set || (i->first == NULL && !held))
		return true;
	/* Steps of the walk are not journaled: nobody has acted on them until something fills. */
	if (yq_decimal_sign(m->book->settings.walk_bps) > 0) {
		memcpy(r.ticker, i->ticker, sizeof(r.ticker));
		r.exchange = i->exchange;
		r.value = yq_paper_price_step(
		    &m->book->random, i->exchange, i->price.value, m->book->settings.walk_bps);
		r.time_us = m->now_us;
		if (yq_paper_book_apply(m->book, &r, NULL) != YQ_OK)
			return true;
	}
	yq_paper_match_instrument(m->book, i, m->now_us);
	return true;
}

void
yq_paper_walk(struct yq_paper_book *book, const bool open[YQ_EXCHANGE_COUNT], int64_t now_us)
{
	struct moment m = { .book = book, .open = open, .now_us = now_us };

	yq_table_each(&book->instruments, walk_instrument, &m);
}
