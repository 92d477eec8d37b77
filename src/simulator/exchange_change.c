/* exchange_change.c - the simulated exchange cancels orders, and puts others in their place. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "simulator/exchange_parts.h"

int64_t
sim_take_number(struct sim_exchange *x)
{
	x->book_changed = true;
	x->changes++;
	return x->next_order++;
}

enum sim_reason
sim_cancel(struct sim_exchange *x, struct sim_order *order, int64_t now_us, struct yq_err *err)
{
	if (sim_state_is_final(order->state))
		return sim_say(err, SIM_CLOSED, "order is not cancelable");
	sim_close(x, order, SIM_CANCELED, now_us);
	return SIM_DONE;
}

static enum sim_reason
check_fresh(const struct sim_exchange *x, const struct sim_order *o, struct yq_err *err)
{
	bool limit = o->type == YQ_TYPE_LIMIT || o->type == YQ_TYPE_STOP_LIMIT;
	bool stop = o->type == YQ_TYPE_STOP || o->type == YQ_TYPE_STOP_LIMIT;
	struct yq_decimal rounded;

	if (yq_decimal_sign(o->qty) <= 0)
		return sim_say(err, SIM_BAD_QTY, "qty must be > 0");
	if (yq_decimal_round_to(o->qty, o->instrument->lot, YQ_ROUND_DOWN, &rounded) != YQ_OK ||
	    yq_decimal_cmp(rounded, o->qty) != 0)
		return sim_say(err, SIM_BAD_QTY, "qty is no multiple of the lot");
	if ((limit && !sim_is_price(o->instrument, o->price)) ||
	    (stop && !sim_is_price(o->instrument, o->stop_price)))
		return sim_say(err, SIM_BAD_PRICE, "price missing or not on the price step");
	return x->orders.count >= SIM_ORDERS_MAX * 2 ? sim_say(err, SIM_TOO_MANY, "too many orders")
						     : SIM_DONE;
}

/* Whether the means are there once the old one gives back what it reserves. */
static enum sim_reason
check_means(struct sim_exchange *x, struct sim_order *old, const struct sim_order *o,
    int64_t now_us, struct yq_err *err)
{
	const struct yq_account *book = o->account->book;
	const struct yq_open_order *open = yq_account_order(book, &old->id);
	struct yq_decimal price =
	    o->price.set ? o->price.value : sim_quote(x, o->instrument, now_us).ask;
	struct yq_decimal power, cost, back;

	if (old->state == SIM_HELD || o->role != SIM_ROLE_ENTRY)
		return yq_decimal_cmp(o->qty, sim_order_left(old)) <= 0
			   ? SIM_DONE
			   : sim_say(
				 err, SIM_NO_SHARES, "an exit cannot be of more than its entry");
	if (o->action == YQ_SELL) {
		power = yq_account_closable(book, o->exchange, o->ticker, YQ_SELL);
		return x->settings.allow_short ||
			       (yq_decimal_add(power, sim_order_left(old), &power) == YQ_OK &&
				   yq_decimal_cmp(power, o->qty) >= 0)
			   ? SIM_DONE
			   : sim_say(err, SIM_NO_SHARES, "insufficient qty available for order");
	}
	power = yq_account_buying_power(book, yq_market_of(o->exchange)->currency);
	back = open == NULL ? YQ_DECIMAL_ZERO : open->reserve;
	if (yq_decimal_add(power, back, &power) != YQ_OK ||
	    yq_decimal_mul(o->qty, price, YQ_ROUND_UP, &cost) != YQ_OK ||
	    yq_decimal_add(cost, sim_fee_of(x, o->exchange, o->qty, price), &cost) != YQ_OK ||
	    yq_decimal_cmp(power, cost) < 0)
		return sim_say(err, SIM_NO_CASH, "insufficient buying power");
	return SIM_DONE;
}

/* What hung from the old one hangs from the new one. */
static void
inherit(
    struct sim_exchange *x, const struct sim_order *old, struct sim_order *fresh, int64_t now_us)
{
	struct sim_order *parent = sim_order(x, fresh->parent);

	for (size_t i = 0; i < YQ_COUNT(fresh->legs); i++) {
		struct sim_order *leg = sim_order(x, fresh->legs[i]);

		if (leg == NULL)
			continue;
		leg->parent = fresh->number;
		if (!sim_state_is_final(leg->state) && leg->filled.units == 0) {
			leg->qty = fresh->qty;
			yq_account_set_remaining(leg->account->book, &leg->id, leg->qty);
		}
		sim_order_touch(x, leg, now_us);
	}
	if (parent == NULL)
		return;
	for (size_t i = 0; i < YQ_COUNT(parent->legs); i++) {
		if (parent->legs[i] == old->number)
			parent->legs[i] = fresh->number;
	}
	sim_order_touch(x, parent, parent->updated_us);
}

static struct sim_order *
fresh_order(struct sim_exchange *x, const struct sim_order *old, const struct sim_change *change,
    int64_t now_us)
{
	struct sim_order *o = yq_xcalloc(1, sizeof(*o));

	*o = *old;
	o->node = o->client_node = o->id_node = (struct yq_table_node){ .next = NULL };
	o->prev = o->next = NULL;
	o->changed = o->working = o->rested = o->triggered = false;
	o->number = x->next_order;
	o->id = sim_id_of(x, "order", o->number);
	yq_str_copy_cut(o->client_id, sizeof(o->client_id),
	    change->client_id != NULL ? change->client_id : sim_id_of(x, "client", o->number).text);
	if (change->note != NULL)
		yq_str_copy_cut(o->note, sizeof(o->note), change->note);
	o->state = old->state == SIM_HELD ? SIM_HELD : SIM_NEW;
	o->qty = change->qty.set ? change->qty.value : sim_order_left(old);
	o->filled = o->value = o->fee = YQ_DECIMAL_ZERO;
	o->notional = YQ_OPT_DECIMAL_NONE;
	if (change->has_type)
		o->type = change->type;
	if (change->has_tif) {
		o->time_in_force = change->time_in_force;
		o->expires_us = change->time_in_force == YQ_TIF_DAY ? old->expires_us : 0;
	}
	if (change->price.set)
		o->price = change->price;
	if (change->stop_price.set)
		o->stop_price = change->stop_price;
	o->replaces = old->number;
	o->replaced_by = 0;
	o->time_us = o->updated_us = now_us;
	o->closed_us = 0;
	return o;
}

static void
put_in_place(struct sim_exchange *x, struct sim_order *old, struct sim_order *fresh, int64_t now_us)
{
	struct yq_err err;

	old->replaced_by = fresh->number;
	sim_close(x, old, SIM_REPLACED, now_us);
	sim_order_enter(x, fresh);
	sim_order_touch(x, fresh, now_us);
	inherit(x, old, fresh, now_us);
	sim_tell(x, SIM_EV_REPLACED, fresh, NULL, now_us);
	if (fresh->state == SIM_HELD)
		return;
	if (!sim_order_work(x, fresh, &err)) {
		sim_close(x, fresh, SIM_CANCELED, now_us);
		return;
	}
	sim_match(x, fresh, now_us);
}

enum sim_reason
sim_replace(struct sim_exchange *x, struct sim_order *order, const struct sim_change *change,
    int64_t now_us, struct sim_order **ret_order, struct yq_err *err)
{
	enum sim_reason reason;
	struct sim_order *fresh;

	*ret_order = NULL;
	if (sim_state_is_final(order->state))
		return sim_say(err, SIM_CLOSED, "order is not open");
	if (change->client_id != NULL &&
	    sim_order_by_client_id(x, order->account, change->client_id) != NULL)
		return sim_say(err, SIM_DUPLICATE_ID, "client_order_id must be unique");
	fresh = fresh_order(x, order, change, now_us);
	reason = check_fresh(x, fresh, err);
	if (reason == SIM_DONE)
		reason = check_means(x, order, fresh, now_us, err);
	if (reason != SIM_DONE) {
		free(fresh);
		return reason;
	}
	put_in_place(x, order, fresh, now_us);
	*ret_order = fresh;
	return SIM_DONE;
}
