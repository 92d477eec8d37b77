/* exchange_order.c - the simulated exchange takes, cancels and replaces orders. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "simulator/exchange_parts.h"

#define DAY_US (INT64_C(86400) * YQ_US_PER_SECOND)

struct yq_decimal
sim_order_left(const struct sim_order *order)
{
	struct yq_decimal left;

	return yq_decimal_sub(order->qty, order->filled, &left) == YQ_OK ? left : YQ_DECIMAL_ZERO;
}

struct yq_opt_decimal
sim_order_average(const struct sim_order *order)
{
	struct yq_opt_decimal average = { .set = yq_decimal_sign(order->filled) > 0 };

	if (average.set && yq_decimal_div(order->value, order->filled, YQ_ROUND_HALF_EVEN,
			       &average.value) != YQ_OK)
		average.set = false;
	return average;
}

struct yq_order
sim_as_order(const struct sim_order *o)
{
	struct yq_order order = yq_order_default();

	order.id = o->id;
	yq_str_copy_cut(order.account_alias, sizeof(order.account_alias), o->account_name);
	yq_str_copy_cut(order.ticker, sizeof(order.ticker), o->ticker);
	order.exchange = o->exchange;
	order.currency = yq_market_of(o->exchange)->currency;
	order.action = o->action;
	order.type = o->type;
	order.qty = o->qty;
	order.price = o->price;
	order.stop_price = o->stop_price;
	/* The one of a pair that does not count: together they take the quantity once. */
	if (o->role == SIM_ROLE_LOSS) {
		order.reduce_only = true;
		order.bracket_id = o->id;
	}
	return order;
}

void
sim_order_touch(struct sim_exchange *x, struct sim_order *order, int64_t now_us)
{
	order->updated_us = now_us;
	x->changes++;
	if (order->changed)
		return;
	order->changed = true;
	x->dirty = sim_room(x->dirty, x->dirty_count, &x->dirty_room, sizeof(*x->dirty));
	x->dirty[x->dirty_count++] = order;
}

/* What one unit of a buy reserves. */
static struct yq_decimal
unit_price(const struct sim_exchange *x, const struct sim_order *o, int64_t now_us)
{
	struct yq_decimal ask = sim_quote(x, o->instrument, now_us).ask;

	if (o->type == YQ_TYPE_LIMIT || o->type == YQ_TYPE_STOP_LIMIT)
		return o->price.value;
	return o->type == YQ_TYPE_STOP ? yq_decimal_max(o->stop_price.value, ask) : ask;
}

/* Who came first is served first, also among exits that were held. */
static void
link_by_number(struct sim_instrument *i, struct sim_order *o)
{
	struct sim_order *before = i->last;

	while (before != NULL && before->number > o->number)
		before = before->prev;
	o->prev = before;
	o->next = before == NULL ? i->first : before->next;
	if (o->next != NULL)
		o->next->prev = o;
	else
		i->last = o;
	if (before != NULL)
		before->next = o;
	else
		i->first = o;
}

bool
sim_order_work(struct sim_exchange *x, struct sim_order *o, struct yq_err *err)
{
	struct yq_order order = sim_as_order(o);
	struct sim_instrument *i = o->instrument;

	if (yq_account_open(o->account->book, &order, unit_price(x, o, o->time_us), err) != YQ_OK)
		return false;
	yq_account_set_remaining(o->account->book, &o->id, sim_order_left(o));
	link_by_number(i, o);
	o->working = true;
	return true;
}

void
sim_order_rest(struct sim_order *o)
{
	struct sim_instrument *i = o->instrument;

	yq_account_close(o->account->book, &o->id);
	if (o->prev != NULL)
		o->prev->next = o->next;
	else
		i->first = o->next;
	if (o->next != NULL)
		o->next->prev = o->prev;
	else
		i->last = o->prev;
	o->prev = o->next = NULL;
	o->working = false;
}

enum yq_rc
sim_order_restore(struct sim_exchange *x, const struct sim_order *recorded, struct yq_err *err)
{
	struct sim_order *o = yq_xcalloc(1, sizeof(*o));

	*o = *recorded;
	sim_order_enter(x, o);
	if (o->state != SIM_NEW && o->state != SIM_PARTIAL)
		return YQ_OK;
	return sim_order_work(x, o, err) ? YQ_OK : YQ_E_CORRUPT;
}

/* ---- taking ---- */

/* When a day order ends: at the close of the day that trades, or will next. */
static int64_t
day_end(const struct sim_exchange *x, const struct sim_order *o, int64_t now_us)
{
	const struct yq_market_hours *hours;
	struct yq_market_day day;
	int64_t at_us = now_us, end_us;

	if (x->settings.always_open || x->settings.calendar == NULL)
		return now_us + DAY_US;
	hours = yq_calendar_hours(x->settings.calendar, o->exchange);
	for (int tries = 0; tries < 2; tries++) {
		day = yq_market_day_of(hours, yq_local_date(hours->zone, at_us));
		end_us = day.close_us;
		if (o->extended && end_us != 0 && hours->post.close > hours->post.open)
			end_us = yq_local_instant(hours->zone, day.date, hours->post.close);
		if (end_us > now_us)
			return end_us;
		if (yq_market_next_open(hours, now_us, &at_us) != YQ_OK)
			break;
	}
	return now_us + DAY_US;
}

enum sim_reason
sim_say(struct yq_err *err, enum sim_reason reason, const char *text)
{
	(void)yq_err_set(err, YQ_E_REFUSED, "%s", text);
	return reason;
}

bool
sim_is_price(const struct sim_instrument *i, struct yq_opt_decimal price)
{
	return price.set && yq_decimal_sign(price.value) > 0 &&
	       yq_tick_fits(i->exchange, price.value);
}

static enum sim_reason
check_prices(const struct sim_ask *ask, struct yq_err *err)
{
	bool limit = ask->type == YQ_TYPE_LIMIT || ask->type == YQ_TYPE_STOP_LIMIT;
	bool stop = ask->type == YQ_TYPE_STOP || ask->type == YQ_TYPE_STOP_LIMIT;

	if (limit && !sim_is_price(ask->instrument, ask->price))
		return sim_say(err, SIM_BAD_PRICE, "limit price missing or not on the price step");
	if (stop && !sim_is_price(ask->instrument, ask->stop_price))
		return sim_say(err, SIM_BAD_PRICE, "stop price missing or not on the price step");
	if (ask->profit.set && !sim_is_price(ask->instrument, ask->profit))
		return sim_say(err, SIM_BAD_PRICE, "take_profit limit price not on the price step");
	if (ask->loss_stop.set && !sim_is_price(ask->instrument, ask->loss_stop))
		return sim_say(err, SIM_BAD_PRICE, "stop_loss stop price not on the price step");
	if (ask->loss_limit.set && !sim_is_price(ask->instrument, ask->loss_limit))
		return sim_say(err, SIM_BAD_PRICE, "stop_loss limit price not on the price step");
	return SIM_DONE;
}

static enum sim_reason
check_class(const struct sim_ask *ask, struct yq_err *err)
{
	bool both = ask->profit.set && ask->loss_stop.set;
	bool any = ask->profit.set || ask->loss_stop.set;

	if (ask->loss_limit.set && !ask->loss_stop.set)
		return sim_say(err, SIM_BAD_PRICE, "stop_loss needs a stop price");
	switch (ask->order_class) {
	case SIM_CLASS_BRACKET:
		return both ? SIM_DONE
			    : sim_say(err, SIM_UNSUPPORTED,
				  "bracket orders require take_profit and stop_loss");
	case SIM_CLASS_OTO:
		return any && !both ? SIM_DONE
				    : sim_say(err, SIM_UNSUPPORTED,
					  "oto orders require either take_profit or stop_loss");
	case SIM_CLASS_OCO:
		return ask->loss_stop.set && ask->type == YQ_TYPE_LIMIT
			   ? SIM_DONE
			   : sim_say(err, SIM_UNSUPPORTED,
				 "oco orders require a limit price and stop_loss");
	default:
		return !any ? SIM_DONE
			    : sim_say(err, SIM_UNSUPPORTED,
				  "simple orders have no take_profit, stop_loss");
	}
}

static enum sim_reason
check_qty(const struct sim_ask *ask, struct yq_decimal qty, struct yq_err *err)
{
	struct yq_decimal lots;

	if (yq_decimal_sign(qty) <= 0)
		return sim_say(err, SIM_BAD_QTY, "qty must be > 0");
	if (!ask->fractional &&
	    (yq_decimal_round_to(qty, ask->instrument->lot, YQ_ROUND_DOWN, &lots) != YQ_OK ||
		yq_decimal_cmp(lots, qty) != 0))
		return sim_say(err, SIM_BAD_QTY, "qty is no multiple of the lot");
	return SIM_DONE;
}

/* What it may cost, and what there must be to be sold. */
static enum sim_reason
check_means(
    const struct sim_exchange *x, const struct sim_order *o, int64_t now_us, struct yq_err *err)
{
	const struct yq_account *book = o->account->book;
	enum yq_currency currency = yq_market_of(o->exchange)->currency;
	struct yq_decimal price = unit_price(x, o, now_us), cost, closable;

	closable = yq_account_closable(book, o->exchange, o->ticker, o->action);
	if (o->action == YQ_SELL)
		return x->settings.allow_short || yq_decimal_cmp(closable, o->qty) >= 0
			   ? SIM_DONE
			   : sim_say(err, SIM_NO_SHARES, "insufficient qty available for order");
	if (yq_decimal_mul(o->qty, price, YQ_ROUND_UP, &cost) != YQ_OK ||
	    yq_decimal_add(cost, sim_fee_of(x, o->exchange, o->qty, price), &cost) != YQ_OK)
		return sim_say(err, SIM_BAD_QTY, "the order's value does not fit");
	return yq_decimal_cmp(yq_account_buying_power(book, currency), cost) >= 0
		   ? SIM_DONE
		   : sim_say(err, SIM_NO_CASH, "insufficient buying power");
}

static struct sim_order *
order_make(struct sim_exchange *x, const struct sim_ask *ask, int64_t now_us)
{
	struct sim_order *o = yq_xcalloc(1, sizeof(*o));

	o->number = x->next_order;
	o->id = sim_id_of(x, "order", o->number);
	o->account = ask->account;
	o->instrument = ask->instrument;
	yq_str_copy_cut(o->account_name, sizeof(o->account_name), ask->account->name);
	yq_str_copy_cut(o->ticker, sizeof(o->ticker), ask->instrument->ticker);
	o->exchange = ask->instrument->exchange;
	if (ask->client_id != NULL && ask->client_id[0] != '\0')
		yq_str_copy_cut(o->client_id, sizeof(o->client_id), ask->client_id);
	else
		yq_str_copy_cut(
		    o->client_id, sizeof(o->client_id), sim_id_of(x, "client", o->number).text);
	yq_str_copy_cut(o->note, sizeof(o->note), ask->note != NULL ? ask->note : "");
	o->action = ask->action;
	o->type = ask->type;
	o->time_in_force = ask->time_in_force;
	o->qty = ask->qty;
	o->notional = ask->notional;
	o->price = ask->price;
	o->stop_price = ask->stop_price;
	o->extended = ask->extended;
	o->order_class = ask->order_class;
	o->time_us = o->updated_us = now_us;
	if (ask->time_in_force == YQ_TIF_DAY)
		o->expires_us = day_end(x, o, now_us);
	return o;
}

/* One exit of `entry`. */
static struct sim_order *
leg_make(struct sim_exchange *x, const struct sim_ask *ask, struct sim_order *entry,
    enum sim_role role, int64_t now_us)
{
	bool oco = entry->order_class == SIM_CLASS_OCO;
	struct sim_ask leg = *ask;
	struct sim_order *o;

	leg.client_id = NULL;
	leg.action = oco ? ask->action : yq_other_side(ask->action);
	leg.qty = entry->qty;
	if (leg.time_in_force == YQ_TIF_IOC || leg.time_in_force == YQ_TIF_FOK)
		leg.time_in_force = YQ_TIF_DAY;
	leg.notional = leg.stop_price = YQ_OPT_DECIMAL_NONE;
	leg.type = YQ_TYPE_LIMIT;
	leg.price = ask->profit;
	if (role == SIM_ROLE_LOSS) {
		leg.type = ask->loss_limit.set ? YQ_TYPE_STOP_LIMIT : YQ_TYPE_STOP;
		leg.price = ask->loss_limit;
		leg.stop_price = ask->loss_stop;
	}
	o = order_make(x, &leg, now_us);
	o->role = role;
	o->parent = entry->number;
	o->state = oco ? SIM_NEW : SIM_HELD;
	sim_order_enter(x, o);
	entry->legs[entry->legs[0] == 0 ? 0 : 1] = o->number;
	sim_order_touch(x, o, now_us);
	return o;
}

static void
make_legs(struct sim_exchange *x, const struct sim_ask *ask, struct sim_order *o, int64_t now_us)
{
	struct sim_order *loss = NULL;
	struct yq_err err;

	if (ask->profit.set && ask->order_class != SIM_CLASS_OCO)
		(void)leg_make(x, ask, o, SIM_ROLE_PROFIT, now_us);
	if (ask->loss_stop.set)
		loss = leg_make(x, ask, o, SIM_ROLE_LOSS, now_us);
	if (loss != NULL && loss->state == SIM_NEW && !sim_order_work(x, loss, &err))
		sim_close(x, loss, SIM_CANCELED, now_us);
}

static enum sim_reason
resolve_notional(
    const struct sim_exchange *x, struct sim_ask *ask, int64_t now_us, struct yq_err *err)
{
	struct sim_quote quote = sim_quote(x, ask->instrument, now_us);

	if (!ask->notional.set)
		return SIM_DONE;
	if (ask->type != YQ_TYPE_MARKET)
		return sim_say(err, SIM_UNSUPPORTED, "notional orders must be market orders");
	if (yq_decimal_div(ask->notional.value, ask->action == YQ_BUY ? quote.ask : quote.bid,
		YQ_ROUND_DOWN, &ask->qty) != YQ_OK)
		return sim_say(err, SIM_BAD_QTY, "the notional does not fit");
	ask->fractional = true;
	return SIM_DONE;
}

static enum sim_reason
check_ask(struct sim_exchange *x, struct sim_ask *ask, int64_t now_us, struct yq_err *err)
{
	enum sim_reason reason = resolve_notional(x, ask, now_us, err);

	if (reason == SIM_DONE)
		reason = check_qty(ask, ask->qty, err);
	if (reason == SIM_DONE)
		reason = check_class(ask, err);
	if (reason == SIM_DONE)
		reason = check_prices(ask, err);
	if (reason == SIM_DONE && ask->instrument->halted)
		reason = sim_say(err, SIM_CLOSED, "trading in this instrument is halted");
	return reason;
}

enum sim_reason
sim_submit(struct sim_exchange *x, const struct sim_ask *given, int64_t now_us,
    struct sim_order **ret_order, struct yq_err *err)
{
	struct sim_ask ask = *given;
	enum sim_reason reason;
	struct sim_order *o;

	*ret_order = NULL;
	if (ask.client_id != NULL && ask.client_id[0] != '\0') {
		*ret_order = sim_order_by_client_id(x, ask.account, ask.client_id);
		if (*ret_order != NULL)
			return sim_say(err, SIM_DUPLICATE_ID, "client_order_id must be unique");
	}
	reason = check_ask(x, &ask, now_us, err);
	if (reason != SIM_DONE)
		return reason;
	o = order_make(x, &ask, now_us);
	reason = check_means(x, o, now_us, err);
	if (reason == SIM_DONE && !sim_order_work(x, o, err))
		reason = SIM_TOO_MANY;
	if (reason != SIM_DONE) {
		free(o);
		return reason;
	}
	sim_order_enter(x, o);
	sim_order_touch(x, o, now_us);
	make_legs(x, &ask, o, now_us);
	sim_tell(x, SIM_EV_NEW, o, NULL, now_us);
	sim_match(x, o, now_us);
	*ret_order = o;
	return SIM_DONE;
}
