/* exchange_match.c - quotes meet orders: executions, stops, what expires, exits of brackets. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "simulator/exchange_parts.h"

struct sim_order *
sim_partner(const struct sim_exchange *x, const struct sim_order *order)
{
	const struct sim_order *parent;

	if (order->role == SIM_ROLE_ENTRY)
		return order->order_class == SIM_CLASS_OCO ? sim_order(x, order->legs[0]) : NULL;
	parent = sim_order(x, order->parent);
	if (parent == NULL)
		return NULL;
	if (parent->order_class == SIM_CLASS_OCO)
		return sim_order(x, order->parent);
	return sim_order(x, parent->legs[parent->legs[0] == order->number ? 1 : 0]);
}

struct yq_decimal
sim_fee_of(const struct sim_exchange *x, enum yq_exchange exchange, struct yq_decimal qty,
    struct yq_decimal price)
{
	const struct yq_market *market = yq_market_of(exchange);
	const struct sim_fee *fee = &x->settings.fees[market->country];
	struct yq_decimal value, due,
	    unit = yq_decimal_from_scaled(1, yq_currency_places(market->currency));

	if (yq_decimal_mul(qty, price, YQ_ROUND_HALF_EVEN, &value) != YQ_OK ||
	    yq_decimal_mul(value, fee->rate, YQ_ROUND_HALF_EVEN, &due) != YQ_OK ||
	    yq_decimal_round_to(
		yq_decimal_max(due, fee->minimum), unit, YQ_ROUND_HALF_EVEN, &due) != YQ_OK)
		return YQ_DECIMAL_ZERO;
	return due;
}

/* ---- one order against the quote ---- */

static bool
reached(struct yq_decimal price, struct yq_decimal bound, bool from_above)
{
	int order = yq_decimal_cmp(price, bound);

	return from_above ? order <= 0 : order >= 0;
}

static bool
is_stop(const struct sim_order *o)
{
	return o->type == YQ_TYPE_STOP || o->type == YQ_TYPE_STOP_LIMIT;
}

static bool
has_limit(const struct sim_order *o)
{
	return o->type == YQ_TYPE_LIMIT || o->type == YQ_TYPE_STOP_LIMIT;
}

/* The price that it trades at now; false when it does not. */
static bool
trade_price(const struct sim_order *o, const struct sim_quote *quote, struct yq_decimal *price)
{
	*price = o->action == YQ_BUY ? quote->ask : quote->bid;
	if (!has_limit(o))
		return true;
	if (!reached(*price, o->price.value, o->action == YQ_BUY))
		return false;
	if (o->rested)
		*price = o->price.value;
	return true;
}

static bool
draw(struct sim_exchange *x, uint32_t ppm)
{
	return ppm != 0 &&
	       yq_table_hash_join(x->settings.seed ^ UINT64_C(0x51ed270b), ++x->draws) % 1000000 <
		   ppm;
}

/* All that is left, or half of it now and then: in whole lots where it is that. */
static struct yq_decimal
trade_qty(struct sim_exchange *x, const struct sim_order *o)
{
	struct yq_decimal left = sim_order_left(o), half, step = o->instrument->lot, check;

	if (o->time_in_force == YQ_TIF_FOK || !draw(x, x->settings.partial_ppm))
		return left;
	if (yq_decimal_round_to(left, step, YQ_ROUND_DOWN, &check) != YQ_OK ||
	    yq_decimal_cmp(check, left) != 0)
		step = yq_decimal_from_scaled(1, 4);
	if (yq_decimal_div(left, yq_decimal_from_int(2), YQ_ROUND_DOWN, &half) != YQ_OK ||
	    yq_decimal_round_to(half, step, YQ_ROUND_DOWN, &half) != YQ_OK ||
	    yq_decimal_sign(half) <= 0)
		return left;
	return half;
}

/* What is executed of one of a pair leaves so much less to the other. */
static void
reduce_partner(
    struct sim_exchange *x, const struct sim_order *order, struct yq_decimal qty, int64_t now_us)
{
	struct sim_order *partner = sim_partner(x, order);

	if (partner == NULL || sim_state_is_final(partner->state))
		return;
	if (order->state == SIM_FILLED ||
	    yq_decimal_sub(partner->qty, qty, &partner->qty) != YQ_OK ||
	    yq_decimal_cmp(partner->qty, partner->filled) <= 0) {
		sim_close(x, partner, SIM_CANCELED, now_us);
		return;
	}
	yq_account_set_remaining(partner->account->book, &partner->id, sim_order_left(partner));
	sim_order_touch(x, partner, now_us);
}

static void
wake_legs(struct sim_exchange *x, const struct sim_order *entry, int64_t now_us)
{
	for (size_t i = 0; i < YQ_COUNT(entry->legs); i++) {
		struct sim_order *leg = sim_order(x, entry->legs[i]);
		struct yq_err err;

		if (leg == NULL || leg->state != SIM_HELD)
			continue;
		if (!sim_order_work(x, leg, &err)) {
			sim_close(x, leg, SIM_CANCELED, now_us);
			continue;
		}
		leg->state = SIM_NEW;
		sim_order_touch(x, leg, now_us);
		sim_tell(x, SIM_EV_NEW, leg, NULL, now_us);
	}
	for (size_t i = 0; i < YQ_COUNT(entry->legs); i++) {
		struct sim_order *leg = sim_order(x, entry->legs[i]);

		if (leg != NULL && leg->working)
			sim_match(x, leg, now_us);
	}
}

/* One execution: position, cash, order; and whatever hangs from it. */
static void
trade(struct sim_exchange *x, struct sim_order *o, struct yq_decimal qty, struct yq_decimal price,
    int64_t now_us)
{
	struct sim_execution e = { .number = x->next_execution,
		.order = o->number,
		.qty = qty,
		.price = price,
		.fee = sim_fee_of(x, o->exchange, qty, price),
		.time_us = now_us };
	struct yq_order order = sim_as_order(o);
	struct yq_fill fill = { o->action, qty, price, e.fee };
	struct yq_decimal filled, value, fee;
	struct yq_err err;

	if (yq_decimal_add(o->filled, qty, &filled) != YQ_OK ||
	    yq_decimal_mul(qty, price, YQ_ROUND_HALF_EVEN, &value) != YQ_OK ||
	    yq_decimal_add(o->value, value, &value) != YQ_OK ||
	    yq_decimal_add(o->fee, e.fee, &fee) != YQ_OK ||
	    yq_account_book(o->account->book, &order, &fill, &err) != YQ_OK) {
		sim_close(x, o, SIM_CANCELED, now_us); /* it does not fit any number */
		return;
	}
	o->filled = filled;
	o->value = value;
	o->fee = fee;
	o->state = yq_decimal_cmp(filled, o->qty) >= 0 ? SIM_FILLED : SIM_PARTIAL;
	e.id = sim_id_of(x, "execution", e.number);
	e.filled = filled;
	e.position = yq_account_held(o->account->book, o->exchange, o->ticker);
	sim_execution_keep(x, &e);
	o->account->changed = true;
	sim_position_touch(x, o->account, o->instrument);
	if (yq_decimal_add(o->instrument->volume, qty, &value) == YQ_OK)
		o->instrument->volume = value;
	o->instrument->changed = true;
	if (o->state == SIM_FILLED) {
		sim_order_rest(o);
		o->closed_us = now_us;
	}
	sim_order_touch(x, o, now_us);
	sim_tell(x, SIM_EV_FILL, o, &e, now_us);
	reduce_partner(x, o, qty, now_us);
	if (o->state == SIM_FILLED && o->role == SIM_ROLE_ENTRY)
		wake_legs(x, o, now_us);
}

void
sim_match(struct sim_exchange *x, struct sim_order *o, int64_t now_us)
{
	bool at_once = o->time_in_force == YQ_TIF_IOC || o->time_in_force == YQ_TIF_FOK;
	struct sim_quote quote = sim_quote(x, o->instrument, now_us);
	struct yq_decimal price;

	if (o->instrument->halted || !sim_is_open(x, o->exchange, o->extended, now_us)) {
		if (at_once)
			sim_close(x, o, SIM_CANCELED, now_us);
		return;
	}
	if (is_stop(o) && !o->triggered &&
	    reached(quote.price, o->stop_price.value, o->action == YQ_SELL)) {
		o->triggered = true;
		sim_order_touch(x, o, now_us);
	}
	if ((!is_stop(o) || o->triggered) && !trade_price(o, &quote, &price)) {
		if (!o->rested)
			sim_order_touch(x, o, o->updated_us);
		o->rested = true;
	} else if (!is_stop(o) || o->triggered) {
		trade(x, o, trade_qty(x, o), price, now_us);
	}
	if (o->working && at_once)
		sim_close(x, o, SIM_CANCELED, now_us);
}

void
sim_close(struct sim_exchange *x, struct sim_order *o, enum sim_state state, int64_t now_us)
{
	struct sim_order *partner;

	if (sim_state_is_final(o->state))
		return;
	if (o->working)
		sim_order_rest(o);
	o->state = state;
	o->closed_us = now_us;
	sim_order_touch(x, o, now_us);
	if (state != SIM_REPLACED)
		sim_tell(
		    x, state == SIM_EXPIRED ? SIM_EV_EXPIRED : SIM_EV_CANCELED, o, NULL, now_us);
	if (state == SIM_REPLACED)
		return; /* what hangs from it hangs from the new one */
	partner = sim_partner(x, o);
	if (partner != NULL)
		sim_close(x, partner, state, now_us);
	for (size_t i = 0; i < YQ_COUNT(o->legs); i++) {
		struct sim_order *leg = sim_order(x, o->legs[i]);

		if (leg != NULL && leg->state == SIM_HELD)
			sim_close(x, leg, state, now_us);
	}
}

/* ---- time ---- */

/* A pass may end orders other than the one it looks at: numbers are kept, not pointers. */
static size_t
working_numbers(const struct sim_instrument *i, int64_t **ret_numbers)
{
	int64_t *numbers = NULL;
	size_t count = 0, room = 0;

	for (const struct sim_order *o = i->first; o != NULL; o = o->next) {
		numbers = sim_room(numbers, count, &room, sizeof(*numbers));
		numbers[count++] = o->number;
	}
	*ret_numbers = numbers;
	return count;
}

static void
tick_instrument(struct sim_exchange *x, struct sim_instrument *i, int64_t now_us)
{
	int64_t *numbers;
	size_t count = working_numbers(i, &numbers);

	for (size_t n = 0; n < count; n++) {
		struct sim_order *o = sim_order(x, numbers[n]);

		if (o == NULL || !o->working)
			continue;
		if (o->expires_us != 0 && o->expires_us <= now_us)
			sim_close(x, o, SIM_EXPIRED, now_us);
		else
			sim_match(x, o, now_us);
	}
	free(numbers);
}

void
sim_tick(struct sim_exchange *x, int64_t now_us)
{
	for (struct yq_table_node *n = x->instruments.oldest; n != NULL; n = n->newer) {
		struct sim_instrument *i = yq_container(n, struct sim_instrument, node);

		if (i->first != NULL)
			tick_instrument(x, i, now_us);
	}
}
