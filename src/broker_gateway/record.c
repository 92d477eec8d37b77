/* record.c - what the broker said, made ready for Valkey. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/position_name.h"
#include "broker_gateway/record.h"

#define TEXT_MAX (YQ_MESSAGE_MAX * 4)

static size_t
begin(struct gw_record *r)
{
	return r->text.length;
}

static size_t
put(struct gw_record *r, const char *text)
{
	size_t at = begin(r);

	yq_buf_add(&r->text, text, strlen(text) + 1);
	return at;
}

static void
field(struct gw_record *r, const char *name, const char *value)
{
	assert(r->field_count < GW_RECORD_FIELDS_MAX);
	r->fields[r->field_count].field = name;
	r->fields[r->field_count++].value = put(r, value);
}

/* The name is not a constant: it is kept, too. */
static void
field_named(struct gw_record *r, const char *name, const char *value)
{
	size_t at = put(r, name);

	field(r, NULL, value);
	r->fields[r->field_count - 1].name = at;
}

static void
field_decimal(struct gw_record *r, const char *name, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	field(r, name, text);
}

static void
field_time(struct gw_record *r, const char *name, int64_t at_us)
{
	char text[YQ_TIME_TEXT_SIZE];

	yq_time_format(at_us, text);
	field(r, name, text);
}

static void
put_fields(struct gw_record *r, struct gw_order *o, const struct gw_change *change, int64_t now_us)
{
	const struct yq_order_progress *p = &o->progress;

	field(r, "State", yq_names_text(&yq_order_state_names, (int)p->state));
	if (yq_decimal_sign(p->filled) > 0) {
		field_decimal(r, "Filled", p->filled);
		field_decimal(r, "AvgPrice", p->avg_price);
		field_decimal(r, "Notional", p->notional);
	}
	if (o->broker_order_id[0] != '\0')
		field(r, "BrokerOrderId", o->broker_order_id);
	if (o->submitted_at_us != 0)
		field_time(r, "SubmittedAt", o->submitted_at_us);
	if (o->first_fill_at_us != 0)
		field_time(r, "FirstFillAt", o->first_fill_at_us);
	if (r->final)
		field_time(r, "FinalAt", now_us);
	if (!change->success || (r->final && o->cancel_why[0] != '\0'))
		field(r, "LastError", change->text);
}

/* "applied: Filled, 10 of 10 at 100": what a request has made of the order. */
static void
put_mark(struct gw_record *r, const struct gw_order *o, const char *mark)
{
	const struct yq_order_progress *p = &o->progress;
	char filled[YQ_DECIMAL_TEXT_SIZE], qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE];
	YQ_CLEANUP(yq_buf_free) struct yq_buf word = yq_buf_make(YQ_MESSAGE_SIZE);

	yq_decimal_format(p->filled, filled);
	yq_decimal_format(p->qty, qty);
	yq_decimal_format(p->avg_price, price);
	yq_buf_add_format(
	    &word, YQ_MARK_APPLIED "%s", yq_names_text(&yq_order_state_names, (int)p->state));
	if (yq_decimal_sign(p->filled) > 0)
		yq_buf_add_format(&word, ", %s of %s at %s", filled, qty, price);
	field_named(r, mark, yq_buf_text(&word));
}

static void
put_doubt(struct gw_record *r, struct gw_order *o)
{
	struct gw_doubt *d = o->doubt;

	if (d == NULL)
		return;
	if (d->unknown_at_us != 0)
		field_time(r, "UnknownAt", d->unknown_at_us);
	if (d->told_at_us != 0)
		field_time(r, "AlarmedAt", d->told_at_us);
	if (d->manual_count > 0)
		field_decimal(r, "ManualLeft", d->manual_left);
	if (d->resolved_as[0] != '\0')
		field(r, "ResolvedAs", d->resolved_as);
	if (d->mark[0] != '\0')
		put_mark(r, o, d->mark);
	d->mark[0] = '\0';
}

static void
put_result(
    struct gw_record *r, const struct gw_order *o, const struct gw_change *change, int64_t now_us)
{
	struct yq_execution e = {
		.is_success = change->success,
		.order_id = o->order.id,
		.status = o->progress.state,
		.exchange = o->order.exchange,
		.action = o->order.action,
		.qty = o->progress.qty,
		.filled_qty = o->progress.filled,
		.avg_price = o->progress.avg_price,
		.currency = o->order.currency,
		.sequence = o->progress.sequence,
		.timestamp_us = now_us,
	};

	yq_str_copy_cut(e.message, sizeof(e.message), change->text);
	memcpy(e.broker_order_id, o->broker_order_id, sizeof(e.broker_order_id));
	memcpy(e.account_alias, o->order.account_alias, sizeof(e.account_alias));
	memcpy(e.ticker, o->order.ticker, sizeof(e.ticker));
	if (change->fill != NULL) {
		e.last_qty = yq_opt_decimal_of(change->fill->fill.qty);
		e.last_price = yq_opt_decimal_of(change->fill->fill.price);
		e.commission = yq_opt_decimal_of(change->fill->fill.commission);
	}
	r->result = begin(r);
	yq_message_encode_execution(&e, &r->text);
	yq_buf_add_char(&r->text, '\0');
}

static void
put_trade(struct gw_record *r, const struct gw_order *o, const struct yq_broker_fill *fill)
{
	struct yq_trade_item item = { 0 };
	struct yq_trade *t = &item.trade;
	struct yq_buf name = yq_buf_make(512);

	yq_buf_add_format(&name, "trade:%s:%s:%s", o->order.account_alias, fill->broker_order_id,
	    fill->execution_id);
	t->id = yq_id_named(yq_buf_text(&name), name.length);
	yq_buf_free(&name);
	memcpy(item.account_alias, o->order.account_alias, sizeof(item.account_alias));
	t->executed_at_us = fill->time_us;
	memcpy(t->ticker, o->order.ticker, sizeof(t->ticker));
	t->action = fill->fill.action;
	t->quantity = fill->fill.qty;
	t->executed_price = fill->fill.price;
	t->commission = fill->fill.commission;
	t->order_id = o->order.id;
	memcpy(t->broker_order_id, fill->broker_order_id, sizeof(t->broker_order_id));
	yq_str_copy_cut(t->strategy, sizeof(t->strategy), yq_order_strategy(&o->order));
	t->currency = o->order.currency;
	t->exchange = o->order.exchange;
	r->trade = begin(r);
	yq_message_encode_trade_item(&item, &r->text);
	yq_buf_add_char(&r->text, '\0');
}

/* How far it is, for the bracket that it is of. */
static void
put_part(struct gw_record *r, const struct gw_order *o)
{
	size_t at = begin(r);
	const struct yq_id *bracket = gw_bracket_part(o, &r->text);

	if (bracket == NULL)
		return;
	yq_buf_add_char(&r->text, '\0');
	r->part = at;
	r->bracket_id = *bracket;
}

/* The account's new values, after the fill was booked. */
static void
put_books(struct gw_record *r, const struct gw_order *o)
{
	struct gw_account *a = o->account;
	const struct yq_order *order = &o->order;
	const struct yq_holding *holding =
	    yq_account_holding(a->book, order->exchange, order->ticker);
	char name[YQ_TICKER_SIZE + 16], amount[YQ_DECIMAL_TEXT_SIZE];

	gw_position_field(a, order->exchange, order->ticker, name);
	r->position_field = put(r, name);
	if (holding == NULL || yq_decimal_sign(holding->position.qty) == 0) {
		r->position_value = put(r, "");
		gw_position_gone(a, order->ticker);
	} else {
		struct yq_position position = holding->position;

		memcpy(
		    position.account_alias, order->account_alias, sizeof(position.account_alias));
		r->position_value = begin(r);
		yq_message_encode_position(&position, &r->text);
		yq_buf_add_char(&r->text, '\0');
	}
	r->currency = yq_names_text(&yq_currency_names, (int)order->currency);
	yq_decimal_format_places(a->book->cash[order->currency], 2, amount);
	r->deposit = put(r, amount);
}

static struct gw_record *
record_make(struct gw_order *o)
{
	struct gw_record *r = yq_xcalloc(1, sizeof(*r));

	r->order = o;
	r->account = o->account;
	r->order_id = o->order.id;
	r->fence = o->account->fence;
	r->text = yq_buf_make(TEXT_MAX);
	yq_buf_add_char(&r->text, '\0'); /* so that no offset is 0 */
	memcpy(r->entry_id, o->entry_id, sizeof(r->entry_id));
	o->entry_id[0] = '\0';
	return r;
}

static void
record_add(struct gw_record *r)
{
	struct gateway *gw = r->account->gw;

	if (!yq_buf_ok(&r->text))
		YQ_PANIC("a record of order %s is too long", r->order_id.text);
	gw_order_hold(r->order);
	r->account->records++;
	*gw->records.last = r;
	gw->records.last = &r->next;
	gw->records.count++;
	gw_soon(gw);
}

void
gw_record(struct gw_order *o, const struct gw_change *change)
{
	int64_t now_us = yq_clock_now_us(o->account->gw->clock);
	struct gw_record *r = record_make(o);

	r->final = yq_order_state_is_final(o->progress.state);
	r->sequence = o->progress.sequence;
	r->first = o->taken_ns != 0 && o->progress.state != YQ_ORDER_PENDING;
	r->taken_ns = o->taken_ns;
	if (r->first)
		o->taken_ns = 0;
	put_fields(r, o, change, now_us);
	put_doubt(r, o);
	put_part(r, o);
	o->ack_untold = false;
	if (change->fill != NULL) {
		r->execution_id = put(r, change->fill->execution_id);
		put_books(r, o);
		put_trade(r, o, change->fill);
	}
	if (change->tell)
		put_result(r, o, change, now_us);
	record_add(r);
}

void
gw_record_order(struct gw_order *o, const char *text)
{
	struct gw_change change = { .text = text, .success = true, .tell = true };
	struct gw_record *r = record_make(o);
	size_t at;

	o->progress.sequence++;
	r->sequence = o->progress.sequence;
	r->final = yq_order_state_is_final(o->progress.state);
	put_fields(r, o, &change, yq_clock_now_us(o->account->gw->clock));
	at = begin(r);
	yq_message_encode_order(&o->order, &r->text);
	yq_buf_add_char(&r->text, '\0');
	r->fields[r->field_count].field = "Order";
	r->fields[r->field_count++].value = at;
	put_part(r, o);
	put_result(r, o, &change, yq_clock_now_us(o->account->gw->clock));
	record_add(r);
}

/* A record that changes no state.  The order's own entry waits for one that does. */
static struct gw_record *
aside_make(struct gw_order *o, const char *entry_id)
{
	struct gw_record *r = record_make(o);

	memcpy(o->entry_id, r->entry_id, sizeof(o->entry_id));
	yq_str_copy_cut(r->entry_id, sizeof(r->entry_id), entry_id);
	return r;
}

void
gw_record_late(struct gw_order *o, const struct yq_broker_fill *fill)
{
	struct gw_change change = {
		.text = "executed after its order had been archived", .success = true, .fill = fill
	};
	struct gw_record *r = record_make(o);

	r->sequence = YQ_APPLY_LEFT;
	put_trade(r, o, fill);
	put_result(r, o, &change, yq_clock_now_us(o->account->gw->clock));
	record_add(r);
}

void
gw_record_no_cancel(struct gw_order *o, const char *entry_id)
{
	struct gw_record *r = aside_make(o, entry_id);

	field(r, "CancelRequestedAt", "");
	record_add(r);
}

void
gw_record_ack(struct gw_order *o, const char *entry_id)
{
	record_add(aside_make(o, entry_id));
}

void
gw_record_doubt(struct gw_order *o)
{
	struct gw_record *r = aside_make(o, "");

	put_doubt(r, o);
	record_add(r);
}

void
gw_record_covered(struct gw_order *o, const char *execution_id)
{
	struct gw_record *r = aside_make(o, "");

	r->execution_id = put(r, execution_id);
	put_doubt(r, o);
	record_add(r);
}

static void
record_word(
    struct gw_order *o, const char *entry_id, const char *mark, const char *word, const char *text)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf whole = yq_buf_make(YQ_MESSAGE_SIZE * 2);
	struct gw_record *r = aside_make(o, entry_id);

	yq_buf_add_format(&whole, "%s%s", word, text);
	field_named(r, mark, yq_buf_text(&whole));
	record_add(r);
}

void
gw_record_refused(struct gw_order *o, const char *entry_id, const char *mark, const char *why)
{
	record_word(o, entry_id, mark, YQ_MARK_REFUSED, why);
}

void
gw_record_applied(struct gw_order *o, const char *entry_id, const char *mark, const char *what)
{
	record_word(o, entry_id, mark, YQ_MARK_APPLIED, what);
}
