/* paper_take.c - orders that come to the simulated exchange: taking, refusing, changing, canceling.
 */
#include <string.h>

#include "base/str.h"
#include "broker/paper_private.h"

/* ---- taking orders: one function a reason to refuse, asked in turn ---- */

struct taking {
	struct yq_paper_book *book;
	const struct yq_order *order;
	struct yq_paper_instrument *instrument;
	bool market_open;
	int64_t now_us, expires_us;
	struct yq_decimal unit_price; /* at which it is reserved; set by check_price */
};
typedef enum yq_rc check_fn(struct taking *t, struct yq_err *err);

static enum yq_rc
check_open(struct taking *t, struct yq_err *err)
{
	if (t->market_open)
		return YQ_OK;
	return yq_err_set(err, YQ_E_REFUSED, "market of %s is closed",
	    yq_names_text(&yq_exchange_names, (int)t->order->exchange));
}

/* It came too late: nothing is executed for it, whatever the price. */
static enum yq_rc
check_time(struct taking *t, struct yq_err *err)
{
	char text[YQ_TIME_TEXT_SIZE];

	if (t->expires_us == 0 || t->now_us < t->expires_us)
		return YQ_OK;
	yq_time_format(t->expires_us, text);
	return yq_err_set(err, YQ_E_REFUSED, "its time in force was over at %s", text);
}

static enum yq_rc
check_form(struct taking *t, struct yq_err *err)
{
	const struct yq_order *o = t->order;
	const struct yq_opt_decimal *prices[] = { &o->price, &o->stop_price };
	char text[YQ_DECIMAL_TEXT_SIZE];
	int64_t scaled;

	if (yq_decimal_to_scaled(o->qty, 4, YQ_ROUND_EXACT, &scaled) != YQ_OK)
		return yq_err_set(
		    err, YQ_E_REFUSED, "quantity must have at most four decimal places");
	for (size_t i = 0; i < YQ_COUNT(prices); i++) {
		if (!prices[i]->set || yq_tick_fits(o->exchange, prices[i]->value))
			continue;
		yq_decimal_format(prices[i]->value, text);
		return yq_err_set(err, YQ_E_REFUSED, "price %s is not on the price step of %s",
		    text, yq_names_text(&yq_exchange_names, (int)o->exchange));
	}
	return YQ_OK;
}

/* A market must be known for what trades at it; the first price may come with the order. */
static enum yq_rc
check_price(struct taking *t, struct yq_err *err)
{
	const struct yq_order *o = t->order;
	struct yq_paper_instrument *i = t->instrument;

	if (!i->price.set && o->type == YQ_TYPE_LIMIT)
		yq_paper_set_price(t->book, i, o->price.value, t->now_us);
	if (!i->price.set && t->book->settings.invent_prices)
		yq_paper_set_price(t->book, i,
		    yq_paper_price_invent(t->book->settings.seed, o->exchange, o->ticker),
		    t->now_us);
	if (!i->price.set && o->type == YQ_TYPE_MARKET)
		return yq_err_set(err, YQ_E_REFUSED,
		    "no price of %s at %s is known to the simulated market: send a limit order, "
		    "give a reference price, or set InventPrices for this account",
		    o->ticker, yq_names_text(&yq_exchange_names, (int)o->exchange));
	if (yq_paper_has_limit(o->type)) {
		t->unit_price = o->price.value;
		return YQ_OK;
	}
	if (yq_paper_price_slip(o->exchange, o->action,
		yq_paper_is_stop(o->type) ? o->stop_price.value : i->price.value,
		t->book->settings.slippage_bps, &t->unit_price) != YQ_OK)
		return yq_err_set(err, YQ_E_REFUSED, "price out of range");
	return YQ_OK;
}

static enum yq_rc
check_holding(struct taking *t, struct yq_err *err)
{
	const struct yq_order *o = t->order;
	struct yq_decimal sellable;
	char want[YQ_DECIMAL_TEXT_SIZE], have[YQ_DECIMAL_TEXT_SIZE];

	if (o->action != YQ_SELL || t->book->settings.allow_short)
		return YQ_OK;
	sellable = yq_account_closable(t->book->account, o->exchange, o->ticker, YQ_SELL);
	if (yq_decimal_cmp(o->qty, sellable) <= 0)
		return YQ_OK;
	yq_decimal_format(o->qty, want);
	yq_decimal_format(sellable, have);
	return yq_err_set(
	    err, YQ_E_REFUSED, "cannot sell %s %s: %s can be sold", want, o->ticker, have);
}

static enum yq_rc
check_cash(struct taking *t, struct yq_err *err)
{
	const struct yq_order *o = t->order;
	struct yq_decimal cost, fee, power;
	char want[YQ_DECIMAL_TEXT_SIZE], have[YQ_DECIMAL_TEXT_SIZE];

	if (yq_paper_cost_of(t->book, o->exchange, o->qty, t->unit_price, YQ_DECIMAL_ZERO,
		YQ_DECIMAL_ZERO, &cost, &fee) != YQ_OK)
		return yq_err_set(err, YQ_E_REFUSED, "the value of the order does not fit");
	if (o->action != YQ_BUY)
		return YQ_OK;
	power = yq_account_buying_power(t->book->account, o->currency);
	if (yq_decimal_cmp(cost, power) <= 0)
		return YQ_OK;
	yq_decimal_format_places(cost, 2, want);
	yq_decimal_format_places(power, 2, have);
	return yq_err_set(err, YQ_E_REFUSED, "not enough cash: %s %s needed, %s free", want,
	    yq_names_text(&yq_currency_names, (int)o->currency), have);
}

static enum yq_rc
check_luck(struct taking *t, struct yq_err *err)
{
	if (!yq_paper_random_chance(&t->book->random, t->book->settings.reject_ppm))
		return YQ_OK;
	return yq_err_set(err, YQ_E_REFUSED, "rejected at random, as RejectRate asks for");
}

static void
record_order(
    const struct taking *t, enum yq_order_state state, int64_t expires_us, const char *text)
{
	const struct yq_order *o = t->order;
	struct yq_paper_record r = yq_paper_record_for(YQ_PAPER_ORDER, &o->id, t->now_us);

	r.number = t->book->next_number;
	memcpy(r.ticker, o->ticker, sizeof(r.ticker));
	r.exchange = o->exchange;
	r.currency = o->currency;
	r.action = o->action;
	r.type = o->type;
	r.time_in_force = o->time_in_force;
	r.state = state;
	r.qty = o->qty;
	r.unit_price = t->unit_price;
	r.price = yq_paper_has_limit(o->type) ? o->price : YQ_OPT_DECIMAL_NONE;
	r.stop_price = yq_paper_is_stop(o->type) ? o->stop_price : YQ_OPT_DECIMAL_NONE;
	r.expires_us = expires_us;
	yq_str_copy_cut(r.text, sizeof(r.text), text);
	yq_paper_emit(t->book, &r);
}

static enum yq_rc
answer_again(const struct yq_paper_book *book, const struct yq_id *id,
    struct yq_paper_answer *answer, struct yq_err *err)
{
	const struct yq_paper_order *o = yq_paper_order_of(book, id);
	const struct yq_paper_known *k = o == NULL ? yq_paper_known_of(book, id) : NULL;

	answer->repeated = true;
	answer->number = o != NULL ? o->number : k->number;
	if ((o != NULL ? o->state : k->state) != YQ_ORDER_REJECTED)
		return YQ_OK;
	return yq_err_set(
	    err, YQ_E_REFUSED, "%s", o != NULL && o->text != NULL ? o->text : "rejected before");
}

/* What does not rest: orders that want all or nothing now, and what is left of them. */
static void
settle_now(struct yq_paper_book *book, struct taking *t)
{
	struct yq_paper_order *o = yq_paper_order_of(book, &t->order->id);
	struct yq_decimal price;
	bool tradable;

	if (book->settings.by_bars)
		return;
	tradable = o->instrument != NULL && t->instrument->price.set &&
		   !(yq_paper_is_stop(o->type) && !o->triggered &&
		       !yq_paper_reached(t->instrument->price.value, o->stop_price.value,
			   o->action == YQ_SELL)) &&
		   yq_paper_trade_price(book, o, t->instrument->price.value, &price);

	if (o->time_in_force == YQ_TIF_FOK && !tradable) {
		yq_paper_close_order(
		    book, o, YQ_ORDER_CANCELED, "fill or kill: not tradable at once", t->now_us);
		return;
	}
	if (t->instrument->price.set)
		yq_paper_match_order(book, o, t->instrument->price.value, t->now_us);
	o = yq_paper_order_of(book, &t->order->id);
	if (o != NULL && o->instrument != NULL &&
	    (o->time_in_force == YQ_TIF_IOC || o->time_in_force == YQ_TIF_FOK))
		yq_paper_close_order(book, o, YQ_ORDER_CANCELED,
		    "immediate or cancel: no more at this price", t->now_us);
}

enum yq_rc
yq_paper_submit(struct yq_paper_book *book, const struct yq_order *order, bool market_open,
    int64_t now_us, int64_t expires_us, struct yq_paper_answer *answer, struct yq_err *err)
{
	static check_fn *const checks[] = { check_open, check_time, check_form, check_price,
		check_holding, check_cash, check_luck };
	struct taking t = {
		.book = book,
		.order = order,
		.market_open = market_open,
		.now_us = now_us,
		.expires_us = expires_us,
	};

	*answer = (struct yq_paper_answer){ 0 };
	if (yq_paper_is_known(book, &order->id))
		return answer_again(book, &order->id, answer, err);
	t.instrument = yq_paper_instrument_get(book, order->exchange, order->ticker);
	for (size_t i = 0; i < YQ_COUNT(checks); i++) {
		enum yq_rc rc = checks[i](&t, err);

		if (rc != YQ_OK) {
			record_order(&t, YQ_ORDER_REJECTED, 0, err != NULL ? err->text : "");
			return rc;
		}
	}
	answer->number = book->next_number;
	record_order(&t, YQ_ORDER_OPEN, expires_us, "");
	settle_now(book, &t);
	return YQ_OK;
}

/* ---- changing what rests ---- */

static enum yq_rc
find_open(struct yq_paper_book *book, const struct yq_id *id, struct yq_paper_order **ret_order,
    struct yq_err *err)
{
	*ret_order = yq_paper_order_of(book, id);
	if (*ret_order == NULL && yq_paper_known_of(book, id) == NULL)
		return yq_err_set(err, YQ_E_NOT_FOUND, "no order %s", id->text);
	if (*ret_order != NULL && (*ret_order)->instrument != NULL)
		return YQ_OK;
	return yq_err_set(err, YQ_E_REFUSED, "order %s is %s already", id->text,
	    *ret_order == NULL ? "final"
			       : yq_names_text(&yq_order_state_names, (int)(*ret_order)->state));
}

enum yq_rc
yq_paper_cancel(
    struct yq_paper_book *book, const struct yq_id *id, int64_t now_us, struct yq_err *err)
{
	struct yq_paper_order *o;
	enum yq_rc rc = find_open(book, id, &o, err);

	if (rc == YQ_OK)
		yq_paper_close_order(book, o, YQ_ORDER_CANCELED, "canceled on request", now_us);
	return rc;
}

/* The order as it would stand, checked like a new one for what more it needs. */
static enum yq_rc
check_change(struct yq_paper_book *book, const struct yq_paper_order *o, struct yq_paper_record *r,
    struct yq_err *err)
{
	struct yq_order wanted = yq_paper_as_order(o);
	struct taking t = { .book = book, .order = &wanted, .instrument = o->instrument };
	struct yq_decimal left, old_reserve, new_reserve, more;
	enum yq_rc rc;

	wanted.qty = r->qty;
	wanted.price = r->price;
	wanted.stop_price = r->stop_price;
	if (yq_decimal_cmp(r->qty, o->filled) <= 0)
		return yq_err_set(err, YQ_E_REFUSED, "the new quantity is filled already");
	rc = check_form(&t, err);
	if (rc != YQ_OK || o->action != YQ_BUY)
		return rc;
	r->unit_price = yq_paper_has_limit(o->type) ? r->price.value : o->unit_price;
	if (yq_decimal_sub(o->qty, o->filled, &left) != YQ_OK ||
	    yq_decimal_mul(left, o->unit_price, YQ_ROUND_UP, &old_reserve) != YQ_OK ||
	    yq_decimal_sub(r->qty, o->filled, &left) != YQ_OK ||
	    yq_decimal_mul(left, r->unit_price, YQ_ROUND_UP, &new_reserve) != YQ_OK ||
	    yq_decimal_sub(new_reserve, old_reserve, &more) != YQ_OK)
		return yq_err_set(err, YQ_E_REFUSED, "the value of the order does not fit");
	if (yq_decimal_cmp(more, yq_account_buying_power(book->account, o->currency)) > 0)
		return yq_err_set(err, YQ_E_REFUSED, "not enough cash for the change");
	return YQ_OK;
}

static enum yq_rc
check_change_holding(const struct yq_paper_book *book, const struct yq_paper_order *o,
    const struct yq_paper_record *r, struct yq_err *err)
{
	struct yq_decimal more;

	if (o->action != YQ_SELL || book->settings.allow_short)
		return YQ_OK;
	if (yq_decimal_sub(r->qty, o->qty, &more) == YQ_OK &&
	    yq_decimal_cmp(
		more, yq_account_closable(book->account, o->exchange, o->ticker, YQ_SELL)) <= 0)
		return YQ_OK;
	return yq_err_set(err, YQ_E_REFUSED, "so much of %s cannot be sold", o->ticker);
}

enum yq_rc
yq_paper_change(struct yq_paper_book *book, const struct yq_id *id,
    const struct yq_broker_change *change, bool market_open, int64_t now_us, struct yq_err *err)
{
	struct yq_paper_record r = yq_paper_record_for(YQ_PAPER_CHANGE, id, now_us);
	struct yq_paper_order *o;
	enum yq_rc rc = find_open(book, id, &o, err);

	if (rc != YQ_OK)
		return rc;
	r.qty = change->qty.set ? change->qty.value : o->qty;
	r.unit_price = o->unit_price;
	r.price = change->price.set && yq_paper_has_limit(o->type) ? change->price : o->price;
	r.stop_price = change->stop_price.set && yq_paper_is_stop(o->type) ? change->stop_price
									   : o->stop_price;
	rc = check_change(book, o, &r, err);
	if (rc == YQ_OK)
		rc = check_change_holding(book, o, &r, err);
	if (rc != YQ_OK)
		return rc;
	yq_paper_emit(book, &r);
	if (market_open)
		yq_paper_match_instrument(book, o->instrument, now_us);
	return YQ_OK;
}
