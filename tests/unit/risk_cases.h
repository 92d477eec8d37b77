/*
 * risk_cases.h - every row of the table of checks: what is limited with the last value that passes,
 * the first that is refused, and what the refusal says.
 */
#ifndef YQ_TESTS_RISK_CASES_H
#define YQ_TESTS_RISK_CASES_H

#include "risk_scene.h"

/* Minutes of a day. */
#define CLOCK(hour, minute) ((hour)*60 + (minute))

static struct yq_order
another(const char *name, const char *ticker, enum yq_action action, const char *qty)
{
	struct yq_order order = sample_order(name, action, qty);

	SET(order.ticker, ticker);
	return order;
}

static void
open_order(struct scene *s, const char *name, const char *ticker, const char *qty)
{
	struct yq_order order = another(name, ticker, YQ_BUY, qty);

	assert_int_equal(yq_account_open(s->account, &order, dec("100"), NULL), YQ_OK);
}

static void
limit_order(struct scene *s, const char *price)
{
	s->order.type = YQ_TYPE_LIMIT;
	s->order.price = opt(price);
}

/* ---- each rule: what is limited, the last good, the first bad ---- */

static void
not_halted(struct scene *s)
{
	s->facts.halt_reason = NULL;
}

static void
halted(struct scene *s)
{
	s->facts.halt_reason = "account:Main: fat finger (Kim)";
}

static void
paused(struct scene *s)
{
	halted(s);
	s->facts.halt_lets_out = true;
}

static void
active(struct scene *s)
{
	s->account->active = true;
}

static void
inactive(struct scene *s)
{
	s->account->active = false;
}

static void
age_limit(struct scene *s)
{
	s->limits.max_age_us = 60 * YQ_US_PER_SECOND;
	s->facts.asked_at_us = s->facts.now_us - s->limits.max_age_us;
}

static void
older(struct scene *s)
{
	s->facts.asked_at_us -= YQ_US_PER_SECOND;
}

static void
covered(struct scene *s)
{
	s->facts.calendar_covered = true;
}

static void
uncovered(struct scene *s)
{
	s->facts.calendar_covered = false;
}

static void
opened(struct scene *s)
{
	s->facts.market_open = true;
}

static void
closed(struct scene *s)
{
	s->facts.market_open = false;
}

static void
dollars(struct scene *s)
{
	s->order.currency = YQ_USD;
}

static void
won(struct scene *s)
{
	s->order.currency = YQ_KRW;
}

static void
of_a_strategy(struct scene *s)
{
	SET(s->order.buy_reason, "Webhook:Trend");
	s->facts.life = YQ_LIFE_PAPER;
}

static void
turned_off(struct scene *s)
{
	s->facts.life = YQ_LIFE_OFF;
}

static void
with_real_money(struct scene *s)
{
	s->facts.real_money = true;
}

static void
whole_lots(struct scene *s)
{
	s->facts.lot = opt("4");
	s->order.qty = dec("8");
}

static void
part_of_a_lot(struct scene *s)
{
	s->order.qty = dec("9");
}

static void
on_the_step(struct scene *s)
{
	limit_order(s, "99.99");
}

static void
beside_the_step(struct scene *s)
{
	limit_order(s, "99.991");
}

static void
reduces_all(struct scene *s)
{
	s->order.action = YQ_SELL;
	s->order.reduce_only = s->limits.allow_short = true;
	assert_int_equal(yq_account_set_position(s->account,
			     &(struct yq_position){ .ticker = "AAPL",
				 .exchange = YQ_NASDAQ,
				 .currency = YQ_USD,
				 .qty = dec("10"),
				 .avg_price = dec("100") },
			     NULL),
	    YQ_OK);
}

static void
one_more(struct scene *s)
{
	s->order.qty = dec("11");
}

static void
sells_all(struct scene *s)
{
	reduces_all(s);
	s->order.reduce_only = s->limits.allow_short = false;
}

static void
instruments_allowed(struct scene *s)
{
	s->limits.allow = "KRX:* NASDAQ:AA?L";
	s->limits.deny = "NYSE:AAPL";
}

static void
instrument_denied(struct scene *s)
{
	s->limits.deny = "NYSE:AAPL *:aap*";
}

static void
in_the_window(struct scene *s)
{
	s->limits.window_from = CLOCK(10, 0);
	s->limits.window_until = CLOCK(15, 30);
	s->facts.local_minute = CLOCK(15, 29);
}

static void
after_the_window(struct scene *s)
{
	s->facts.local_minute = CLOCK(15, 30);
}

static void
rate_limit(struct scene *s)
{
	s->limits.max_orders_per_minute = 5;
	s->facts.orders_last_minute = 4;
}

static void
one_more_a_minute(struct scene *s)
{
	s->facts.orders_last_minute = 5;
}

static void
day_limit(struct scene *s)
{
	s->limits.max_orders_per_day = 100;
	s->facts.orders_last_day = 99;
}

static void
one_more_a_day(struct scene *s)
{
	s->facts.orders_last_day = 100;
}

static void
track_known(struct scene *s)
{
	s->facts.by_signal = s->facts.track_known = true;
	s->limits.needs_track = true;
}

static void
track_unknown(struct scene *s)
{
	s->facts.track_known = false;
}

static void
cooled_down(struct scene *s)
{
	s->facts.by_signal = s->facts.track_known = true;
	s->limits.loss_cooldown_us = 600 * YQ_US_PER_SECOND;
	s->facts.last_loss_at_us = s->facts.now_us - 600 * YQ_US_PER_SECOND;
}

static void
too_soon(struct scene *s)
{
	s->facts.last_loss_at_us += YQ_US_PER_SECOND;
}

static void
some_price(struct scene *s)
{
	s->facts.last_price = opt("100");
}

static void
no_price(struct scene *s)
{
	s->facts.last_price = YQ_OPT_DECIMAL_NONE;
}

static void
fresh_price(struct scene *s)
{
	s->limits.max_price_age_us = 10 * YQ_US_PER_SECOND;
	s->facts.last_price_at_us = s->facts.now_us - 10 * YQ_US_PER_SECOND;
}

static void
old_price(struct scene *s)
{
	s->facts.last_price_at_us -= YQ_US_PER_SECOND;
}

static void
within_the_collar(struct scene *s)
{
	s->limits.price_collar = opt("0.05");
	s->order.price = opt("95");
}

static void
beyond_the_collar(struct scene *s)
{
	s->order.price = opt("94.99");
}

static void
another_before(struct scene *s)
{
	s->limits.duplicate_window_us = 5 * YQ_US_PER_SECOND;
	s->facts.last_same_qty = opt("10");
	s->facts.last_same_at_us = s->facts.now_us - 5 * YQ_US_PER_SECOND;
}

static void
the_same_before(struct scene *s)
{
	s->facts.last_same_at_us += YQ_US_PER_SECOND;
}

static void
small_loss(struct scene *s)
{
	s->limits.max_daily_loss[YQ_USD] = opt("500");
	s->facts.day_loss = opt("499.99");
}

static void
loss_at_the_limit(struct scene *s)
{
	s->facts.day_loss = opt("500");
}

static void
few_orders(struct scene *s)
{
	s->limits.max_open_orders = 2;
	open_order(s, "first", "AAPL", "1");
}

static void
one_order_more(struct scene *s)
{
	open_order(s, "second", "MSFT", "1");
}

static void
quantity_limit(struct scene *s)
{
	s->limits.max_order_qty = opt("10");
}

static void
value_at_least(struct scene *s)
{
	s->limits.min_order_value[YQ_USD] = opt("1000");
	s->limits.min_order_value[YQ_KRW] = opt("100000000"); /* another currency's */
}

static void
one_less(struct scene *s)
{
	s->order.qty = dec("9");
}

static void
value_at_most(struct scene *s)
{
	s->limits.max_order_value[YQ_USD] = opt("1000");
	s->limits.max_order_value[YQ_KRW] = opt("1");
}

static void
room_for_one(struct scene *s)
{
	s->limits.max_positions = 2;
	open_order(s, "first", "MSFT", "1"); /* what is on order counts */
}

static void
another_instrument(struct scene *s)
{
	open_order(s, "second", "NVDA", "1");
}

static void
share_of_the_equity(struct scene *s)
{
	s->limits.max_position_share = opt("0.1");
}

static void
invested_share(struct scene *s)
{
	s->limits.max_invested_share = opt("0.3");
	open_order(s, "first", "MSFT", "20");
}

static void
enough_cash(struct scene *s)
{
	s->order.qty = dec("100");
}

static void
not_enough_cash(struct scene *s)
{
	s->order.qty = dec("101");
}

/* Whether an order that closes the position passes where this one is refused. */
enum way_out { OPEN, SHUT, ITSELF /* it is about the order itself */ };

static const struct rule {
	const char *code;
	void (*last_good)(struct scene *s);
	void (*first_bad)(struct scene *s); /* after the other */
	const char *says;		    /* with the number and the limit */
	const char *value, *limit;	    /* for programs; NULL = it is no number */
	enum way_out way_out;
} rules[] = {
	{ YQ_RISK_HALTED, not_halted, halted, "halted: account:Main: fat finger (Kim)", NULL, NULL,
	    SHUT },
	{ YQ_RISK_HALTED, not_halted, paused, "only what closes positions passes: account:Main",
	    NULL, NULL, OPEN },
	{ YQ_RISK_INACTIVE, active, inactive, "the account Main is not active", NULL, NULL, SHUT },
	{ YQ_RISK_STALE, age_limit, older, "61 s old, more than the 60 s", "61", "60", SHUT },
	{ YQ_RISK_CALENDAR, covered, uncovered, "calendar of NASDAQ", NULL, NULL, SHUT },
	{ YQ_RISK_MARKET_CLOSED, opened, closed, "NASDAQ is closed", NULL, NULL, SHUT },
	{ YQ_RISK_CURRENCY, dollars, won, "NASDAQ trades in USD, not in KRW", NULL, NULL, ITSELF },
	{ YQ_RISK_DELISTED, listed, delisted, "AAPL is delisted from NASDAQ", NULL, NULL, OPEN },
	{ YQ_RISK_SUSPENDED, listed, suspended, "AAPL is suspended from trading on NASDAQ", NULL,
	    NULL, OPEN },
	{ YQ_LIFE_OFF_CODE, of_a_strategy, turned_off, "the strategy is off", NULL, NULL, OPEN },
	{ YQ_LIFE_NOT_LIVE_CODE, of_a_strategy, with_real_money, "Main holds real money", NULL,
	    NULL, OPEN },
	{ YQ_RISK_LOT, whole_lots, part_of_a_lot, "9 is no multiple of the lot of 4", "9", "4",
	    ITSELF },
	{ YQ_RISK_TICK, on_the_step, beside_the_step, "99.991 is not on the step of 0.01", "99.991",
	    "0.01", ITSELF },
	{ YQ_RISK_REDUCE_ONLY, reduces_all, one_more, "may only reduce, but 10 of AAPL are held",
	    "11", "10", ITSELF },
	{ YQ_RISK_NO_SHORT, sells_all, one_more, "selling 11 would go short: 10 are held", "11",
	    "10", ITSELF },
	{ YQ_RISK_INSTRUMENT, instruments_allowed, instrument_denied,
	    "NASDAQ:AAPL is denied by *:aap*", NULL, NULL, OPEN },
	{ YQ_RISK_WINDOW, in_the_window, after_the_window,
	    "it is 15:30 at NASDAQ, orders are made from 10:00 until 15:30", NULL, NULL, OPEN },
	{ YQ_RISK_RATE, rate_limit, one_more_a_minute, "5 orders in the last minute, 5 are allowed",
	    "5", "5", OPEN },
	{ YQ_RISK_ORDERS_PER_DAY, day_limit, one_more_a_day,
	    "100 orders in 24 hours, 100 are allowed", "100", "100", OPEN },
	{ YQ_RISK_TRACK_UNKNOWN, track_known, track_unknown, "closed trades, and these are not",
	    NULL, NULL, OPEN },
	{ YQ_RISK_COOLDOWN, cooled_down, too_soon,
	    "AAPL was closed at a loss 599 s ago; 600 s must pass", "599", "600", OPEN },
	{ YQ_RISK_NO_PRICE, some_price, no_price, "no price of AAPL is known", NULL, NULL, OPEN },
	{ YQ_RISK_PRICE_AGE, fresh_price, old_price, "the price is 11 s old, 10 s are allowed",
	    "11", "10", OPEN },
	{ YQ_RISK_PRICE_COLLAR, within_the_collar, beyond_the_collar,
	    "price 94.99 is 5.01 away from the last price 100, 5 is allowed", "5.01", "5", OPEN },
	{ YQ_RISK_DUPLICATE, another_before, the_same_before,
	    "10 of AAPL, was made 4 s ago; 5 s must pass", "4", "5", SHUT },
	{ YQ_RISK_DAILY_LOSS, small_loss, loss_at_the_limit,
	    "loss today 500.00 USD, trading stops at 500.00 USD", "500", "500", OPEN },
	{ YQ_RISK_MAX_OPEN_ORDERS, few_orders, one_order_more, "2 orders are open, 2 are allowed",
	    "2", "2", OPEN },
	{ YQ_RISK_MAX_ORDER_QTY, quantity_limit, one_more, "quantity of 11, at most 10", "11", "10",
	    OPEN },
	{ YQ_RISK_MIN_ORDER_VALUE, value_at_least, one_less,
	    "order value 900.00 USD, at least 1,000.00 USD", "900", "1000", OPEN },
	{ YQ_RISK_MAX_ORDER_VALUE, value_at_most, one_more,
	    "order value 1,100.00 USD exceeds the limit of 1,000.00 USD", "1100", "1000", OPEN },
	{ YQ_RISK_MAX_POSITIONS, room_for_one, another_instrument,
	    "2 instruments are held or on order, 2 are allowed", "2", "2", OPEN },
	{ YQ_RISK_MAX_POSITION_SHARE, share_of_the_equity, one_more,
	    "worth 1,100.00 USD, more than the 1,000.00 USD allowed of an equity of 10,000.00 USD",
	    "1100", "1000", OPEN },
	{ YQ_RISK_MAX_INVESTED_SHARE, invested_share, one_more,
	    "3,100.00 USD would be invested, more than the 3,000.00 USD allowed", "3100", "3000",
	    OPEN },
	{ YQ_RISK_BUYING_POWER, enough_cash, not_enough_cash,
	    "cost 10,100.00 USD exceeds the buying power of 10,000.00 USD", "10100", "10000",
	    OPEN },
};

#endif
