/* paper_apply.c - what each kind of record does to the paper broker's book. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/paper_private.h"

/* ---- applying records; one function a kind ---- */

typedef enum yq_rc apply_fn(
    struct yq_paper_book *, const struct yq_paper_record *, struct yq_err *);

static enum yq_rc
apply_book(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	(void)err;
	memcpy(book->epoch, r->epoch, sizeof(book->epoch));
	book->next_number = r->number;
	book->next_execution = r->execution;
	return YQ_OK;
}

static enum yq_rc
apply_cash(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	(void)err;
	yq_account_set_cash(book->account, r->currency, r->value);
	return YQ_OK;
}

static enum yq_rc
apply_position(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	struct yq_position p = { .currency = r->currency,
		.qty = r->qty,
		.avg_price = r->value,
		.exchange = r->exchange };

	memcpy(p.ticker, r->ticker, sizeof(p.ticker));
	return yq_account_set_position(book->account, &p, err);
}

#define US_PER_DAY (INT64_C(86400) * YQ_US_PER_SECOND)

static enum yq_rc
apply_price(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	struct yq_paper_instrument *i = yq_paper_instrument_get(book, r->exchange, r->ticker);
	int64_t day = r->time_us / US_PER_DAY;

	(void)err;
	if (!i->price.set || i->day != day)
		i->day_open = i->price.set ? i->price.value : r->value;
	i->day = day;
	i->time_us = r->time_us;
	i->price = yq_opt_decimal_of(r->value);
	/* Not held is no fault: the price is remembered above. */
	if (yq_account_set_price(book->account, r->exchange, r->ticker, r->value) != YQ_OK)
		return YQ_OK;
	return YQ_OK;
}

static struct yq_paper_order *
order_from(const struct yq_paper_record *r)
{
	struct yq_paper_order *o = yq_xcalloc(1, sizeof(*o));

	o->id = r->id;
	o->number = r->number;
	memcpy(o->ticker, r->ticker, sizeof(o->ticker));
	o->exchange = r->exchange;
	o->currency = r->currency;
	o->action = r->action;
	o->type = r->type;
	o->time_in_force = r->time_in_force;
	o->state = r->state;
	o->triggered = r->triggered;
	o->qty = r->qty;
	o->filled = r->filled;
	o->notional = r->notional;
	o->fee = r->fee;
	o->unit_price = r->unit_price;
	o->price = r->price;
	o->stop_price = r->stop_price;
	o->expires_us = r->expires_us;
	o->time_us = r->time_us;
	o->text = r->text[0] != '\0' ? yq_xstrdup(r->text) : NULL;
	return o;
}

static enum yq_rc
apply_order(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	bool final = yq_order_state_is_final(r->state);
	struct yq_paper_order *o;
	struct yq_decimal left;

	if (yq_paper_order_of(book, &r->id) != NULL || yq_paper_known_of(book, &r->id) != NULL)
		return yq_err_set(err, YQ_E_CORRUPT, "order %s twice", r->id.text);
	if (yq_decimal_sub(r->qty, r->filled, &left) != YQ_OK)
		return yq_err_set(err, YQ_E_CORRUPT, "order %s: quantity", r->id.text);
	o = order_from(r);
	if (!final) {
		struct yq_order order = yq_paper_as_order(o);
		enum yq_rc rc = yq_account_open(book->account, &order, o->unit_price, err);

		if (rc != YQ_OK) {
			yq_paper_order_free(o);
			return rc;
		}
		yq_account_set_remaining(book->account, &o->id, left);
	}
	yq_table_insert(&book->orders, yq_paper_id_hash(&o->id), &o->node);
	if (final)
		yq_paper_final_push(book, o);
	else
		yq_paper_open_link(book, o);
	if (r->number >= book->next_number)
		book->next_number = r->number + 1;
	return YQ_OK;
}

static enum yq_rc
known_order(const struct yq_paper_book *book, const struct yq_paper_record *r, bool open,
    struct yq_paper_order **ret_order, struct yq_err *err)
{
	*ret_order = yq_paper_order_of(book, &r->id);
	if (*ret_order == NULL)
		return yq_err_set(err, YQ_E_CORRUPT, "no order %s", r->id.text);
	if (open && (*ret_order)->instrument == NULL)
		return yq_err_set(err, YQ_E_CORRUPT, "order %s is not open", r->id.text);
	return YQ_OK;
}

static void
fill_add(struct yq_paper_book *book, struct yq_paper_order *o, const struct yq_paper_record *r)
{
	o->fills = yq_xrealloc(o->fills, o->fill_count + 1, sizeof(*o->fills));
	o->fills[o->fill_count++] = (struct yq_paper_fill){
		.execution = r->execution,
		.qty = r->qty,
		.price = r->value,
		.fee = r->fee,
		.time_us = r->time_us,
	};
	if (r->execution >= book->next_execution)
		book->next_execution = r->execution + 1;
}

static enum yq_rc
apply_fill(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	struct yq_fill fill = { .qty = r->qty, .price = r->value, .commission = r->fee };
	struct yq_decimal filled, notional, fee, value;
	struct yq_paper_order *o;
	struct yq_order order;

	if (known_order(book, r, true, &o, err) != YQ_OK)
		return YQ_E_CORRUPT;
	if (yq_decimal_add(o->filled, r->qty, &filled) != YQ_OK ||
	    yq_decimal_cmp(filled, o->qty) > 0 || yq_decimal_add(o->fee, r->fee, &fee) != YQ_OK ||
	    yq_decimal_mul(r->qty, r->value, YQ_ROUND_HALF_EVEN, &value) != YQ_OK ||
	    yq_decimal_add(o->notional, value, &notional) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "fill of order %s out of range", r->id.text);
	fill.action = o->action;
	order = yq_paper_as_order(o);
	if (yq_account_book(book->account, &order, &fill, err) != YQ_OK)
		return yq_err_context(err, YQ_E_RANGE, "fill of order %s", r->id.text);
	fill_add(book, o, r);
	o->filled = filled;
	o->notional = notional;
	o->fee = fee;
	o->state = YQ_ORDER_PARTIALLY_FILLED;
	if (yq_decimal_cmp(filled, o->qty) == 0)
		yq_paper_finish(book, o, YQ_ORDER_FILLED);
	return YQ_OK;
}

static enum yq_rc
apply_past(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	struct yq_paper_order *o;

	if (known_order(book, r, false, &o, err) != YQ_OK)
		return YQ_E_CORRUPT;
	fill_add(book, o, r);
	return YQ_OK;
}

static enum yq_rc
apply_trigger(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	struct yq_paper_order *o;

	if (known_order(book, r, true, &o, err) != YQ_OK)
		return YQ_E_CORRUPT;
	o->triggered = true;
	o->triggered_us = r->time_us;
	yq_paper_note_bounds(o->instrument, o);
	return YQ_OK;
}

static enum yq_rc
apply_change(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	struct yq_paper_order *o;
	struct yq_order order;
	struct yq_decimal left;

	if (known_order(book, r, true, &o, err) != YQ_OK)
		return YQ_E_CORRUPT;
	if (yq_decimal_sub(r->qty, o->filled, &left) != YQ_OK || yq_decimal_sign(left) <= 0)
		return yq_err_set(err, YQ_E_CORRUPT, "change of order %s", r->id.text);
	o->qty = r->qty;
	o->unit_price = r->unit_price;
	o->price = r->price;
	o->stop_price = r->stop_price;
	order = yq_paper_as_order(o);
	yq_account_close(book->account, &o->id);
	if (yq_account_open(book->account, &order, o->unit_price, err) != YQ_OK)
		return YQ_E_CORRUPT;
	yq_account_set_remaining(book->account, &o->id, left);
	if (!yq_paper_is_restless(o))
		yq_paper_note_bounds(o->instrument, o);
	return YQ_OK;
}

static enum yq_rc
apply_close(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	struct yq_paper_order *o;

	if (known_order(book, r, true, &o, err) != YQ_OK)
		return YQ_E_CORRUPT;
	free(o->text);
	o->text = r->text[0] != '\0' ? yq_xstrdup(r->text) : NULL;
	yq_paper_finish(book, o, r->state);
	return YQ_OK;
}

static enum yq_rc
apply_known(struct yq_paper_book *book, const struct yq_paper_record *r, struct yq_err *err)
{
	(void)err;
	if (yq_paper_known_of(book, &r->id) == NULL)
		yq_paper_known_add(book, &r->id, r->number, r->state);
	return YQ_OK;
}

enum yq_rc
yq_paper_book_apply(
    struct yq_paper_book *book, const struct yq_paper_record *record, struct yq_err *err)
{
	static apply_fn *const table[YQ_PAPER_KIND_COUNT] = {
		[YQ_PAPER_BOOK] = apply_book,
		[YQ_PAPER_CASH] = apply_cash,
		[YQ_PAPER_POSITION] = apply_position,
		[YQ_PAPER_PRICE] = apply_price,
		[YQ_PAPER_ORDER] = apply_order,
		[YQ_PAPER_FILL] = apply_fill,
		[YQ_PAPER_PAST] = apply_past,
		[YQ_PAPER_TRIGGER] = apply_trigger,
		[YQ_PAPER_CHANGE] = apply_change,
		[YQ_PAPER_CLOSE] = apply_close,
		[YQ_PAPER_KNOWN_ID] = apply_known,
	};

	return table[record->kind](book, record, err);
}

void
yq_paper_emit(struct yq_paper_book *book, const struct yq_paper_record *record)
{
	const struct yq_paper_order *order = NULL;
	struct yq_err err;

	if (yq_paper_book_apply(book, record, &err) != YQ_OK)
		YQ_PANIC("the paper book refused its own record: %s", err.text);
	if (!yq_id_is_none(&record->id))
		order = yq_paper_order_of(book, &record->id);
	book->sink(book->sink_cookie, record, order);
}
