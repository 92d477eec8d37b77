/*
 * price.c - what instruments are believed to cost: seen, asked for, and written to stock:{Ticker}.
 */
#include "broker_gateway/price.h"

#include "base/log.h"
#include "base/str.h"
#include "broker/match.h"
#include "broker_gateway/day.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"

/* A price further ahead is from before the clock was set back: any other is younger.  Less, and it
 * is the broker's clock. */
#define AHEAD_US (10 * YQ_US_PER_SECOND)
/* That of an execution, which may be told late, is one of now. */
#define YOUNG_US (10 * YQ_US_PER_SECOND)

static void
stock_add(struct gateway *gw, const struct yq_stock_item *item)
{
	size_t i;

	for (i = 0; i < gw->stocks.count; i++)
		if (gw->stocks.items[i].exchange == item->exchange &&
		    yq_str_equal(gw->stocks.tickers[i], item->ticker))
			break;
	if (i == YQ_STEP_ITEMS_MAX)
		return; /* the next price of it comes soon */
	if (i == gw->stocks.count)
		gw->stocks.count++;
	gw->stocks.items[i] = *item;
	yq_str_copy_cut(gw->stocks.tickers[i], YQ_TICKER_SIZE, item->ticker);
	gw->stocks.items[i].ticker = gw->stocks.tickers[i];
}

void
gw_price_seen(struct gw_account *a, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, struct yq_opt_decimal change_rate, int64_t at_us)
{
	struct gw_lane *lane = gw_lane_of(a, exchange, ticker);
	struct yq_stock_item item = { .ticker = ticker,
		.exchange = exchange,
		.currency = yq_market_of(exchange)->currency,
		.price = price,
		.change_rate = change_rate,
		.updated_at_us = at_us };
	bool is_known =
	    lane->price.set && lane->price_at_us <= yq_clock_now_us(a->gw->clock) + AHEAD_US;

	if (is_known && lane->price_at_us > at_us)
		return;
	if (yq_clock_now_us(a->gw->clock) - at_us <= YOUNG_US)
		gw_bracket_heard(a, lane);
	/* The same price again within a second is no news. */
	if (is_known && yq_decimal_cmp(lane->price.value, price) == 0 &&
	    at_us - lane->price_at_us < YQ_US_PER_SECOND)
		return;
	lane->price = yq_opt_decimal_of(price);
	lane->price_at_us = at_us;
	gw_lane_due(a, lane);
	if (yq_account_set_price(a->book, exchange, ticker, price) == YQ_OK)
		gw_day_look(a, item.currency);
	stock_add(a->gw, &item);
}

bool
gw_quote_seen(struct gw_account *a, const struct yq_broker_quote *quote)
{
	return gw_quote_answered(a, quote->exchange, quote->ticker, quote);
}

bool
gw_quote_answered(struct gw_account *a, enum yq_exchange asked, const char *ticker,
    const struct yq_broker_quote *quote)
{
	bool trades = (a->broker->capabilities.exchanges & 1U << quote->exchange) != 0;

	if (!trades || !yq_match_exchanges(asked, quote->exchange) ||
	    !yq_str_equal(quote->ticker, ticker)) {
		yq_warn("account %s: its broker tells a price of %s on %s, %s", a->settings.alias,
		    quote->ticker, yq_names_text(&yq_exchange_names, (int)quote->exchange),
		    trades ? "which was not asked for" : "where it does not trade");
		return false;
	}
	gw_price_seen(a, asked, ticker, quote->price, quote->change_rate, quote->time_us);
	/* Whenever it was traded at last: the broker says so now. */
	gw_bracket_heard(a, gw_lane_of(a, asked, ticker));
	return true;
}

static void
on_stocks(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	if (gw->stopped)
		return;
	gw->stocks.under_way = false;
	if (rc != YQ_OK)
		yq_debug("prices are not written: %s", err->text);
	gw_soon(gw);
}

void
gw_stocks_flush(struct gateway *gw)
{
	if (gw->stocks.under_way || gw->stocks.count == 0 || !yq_valkey_is_up(gw->valkey) ||
	    !gw_lease_is_valid(gw))
		return;
	gw->stocks.under_way = true;
	yq_step_stock(gw->valkey, gw->stocks.items, gw->stocks.count, on_stocks, gw);
	gw->stocks.count = 0;
}

/* ---- asking ---- */

static void
on_asked(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	struct gw_order *o = cookie;
	struct gateway *gw = o->account->gw;

	if (!gw_order_unhold(o) || gw->stopped)
		return;
	o->price_asking = false;
	if (rc == YQ_OK) {
		(void)gw_quote_answered(o->account, o->order.exchange, o->order.ticker, quote);
	} else if (rc == YQ_E_RETRY) { /* not now: no reason to refuse the order */
		o->price_asked = false;
		o->not_before_ns = gw_later_ns(gw);
		gw_retry_later(gw);
	}
	if (rc != YQ_OK)
		yq_debug("order %s: no price: %s", o->order.id.text, err->text);
	gw_order_release(o);
	gw_soon(gw);
}

bool
gw_price_is_known(struct gw_order *o)
{
	const struct gw_lane *lane = o->lane;

	if (o->price_asking)
		return false;
	if (o->price_asked || yq_risk_price(&o->order, lane->price, lane->price_at_us).set)
		return true;
	if (!gw_throttle(o->account, YQ_CALL_SUBMIT, 1))
		return false;
	o->price_asked = o->price_asking = true;
	gw_order_hold(o);
	yq_broker_price(o->account->broker, o->order.exchange, o->order.ticker, on_asked, o);
	return false;
}
