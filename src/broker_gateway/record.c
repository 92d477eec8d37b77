/*
 * record.c - what the broker said, on its way into Valkey: gathered, and applied in batches of
 * which one is in flight.  A batch whose answer is lost is sent again as it was.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"

#define FIELDS_MAX 12

/* Offsets are into `text`; 0 = absent. */
struct gw_record {
	struct gw_record *next;
	struct gw_order *order;
	struct gw_account *account;
	struct yq_id order_id;
	int64_t fence, sequence;
	struct yq_buf text;
	struct {
		const char *field;
		size_t value;
	} fields[FIELDS_MAX];
	size_t field_count;
	size_t execution_id, position_field, position_value, deposit, trade, result;
	const char *currency;
	bool final, first;
	int64_t taken_ns;
	char entry_id[YQ_ENTRY_ID_SIZE];
};

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
	assert(r->field_count < FIELDS_MAX);
	r->fields[r->field_count].field = name;
	r->fields[r->field_count++].value = put(r, value);
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
	if (!change->success)
		field(r, "LastError", change->text);
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

/* "Webhook:Trend" was made by strategy Trend; anything else by no strategy. */
static const char *
strategy_of(const struct yq_order *order)
{
	static const char prefix[] = "Webhook:";

	return yq_str_starts(order->buy_reason, prefix) ? order->buy_reason + sizeof(prefix) - 1
							: "";
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
	yq_str_copy_cut(t->strategy, sizeof(t->strategy), strategy_of(&o->order));
	t->currency = o->order.currency;
	t->exchange = o->order.exchange;
	r->trade = begin(r);
	yq_message_encode_trade_item(&item, &r->text);
	yq_buf_add_char(&r->text, '\0');
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
	*gw->records_last = r;
	gw->records_last = &r->next;
	gw->record_count++;
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
	put_fields(r, o, &change, yq_clock_now_us(o->account->gw->clock));
	at = begin(r);
	yq_message_encode_order(&o->order, &r->text);
	yq_buf_add_char(&r->text, '\0');
	r->fields[r->field_count].field = "Order";
	r->fields[r->field_count++].value = at;
	put_result(r, o, &change, yq_clock_now_us(o->account->gw->clock));
	record_add(r);
}

void
gw_record_no_cancel(struct gw_order *o, const char *entry_id)
{
	struct gw_record *r = record_make(o);

	/* The order's own entry waits for a record of the order. */
	memcpy(o->entry_id, r->entry_id, sizeof(o->entry_id));
	yq_str_copy_cut(r->entry_id, sizeof(r->entry_id), entry_id);
	field(r, "CancelRequestedAt", "");
	record_add(r);
}

/* ---- sending ---- */

static const char *
text_at(const struct gw_record *r, size_t offset)
{
	return offset == 0 ? NULL : yq_buf_text(&r->text) + offset;
}

static void
item_of(const struct gw_record *r, struct yq_pair *pairs, struct yq_apply_item *item)
{
	for (size_t i = 0; i < r->field_count; i++)
		pairs[i] = (struct yq_pair){ r->fields[i].field, text_at(r, r->fields[i].value) };
	*item = (struct yq_apply_item){
		.order_id = r->order_id,
		.alias = r->account->settings.alias,
		.fence = r->fence,
		.execution_id = text_at(r, r->execution_id),
		.sequence = r->sequence,
		.order_fields = pairs,
		.field_count = r->field_count,
		.position_field = text_at(r, r->position_field),
		.position_value = text_at(r, r->position_value),
		.currency = r->currency,
		.deposit = text_at(r, r->deposit),
		.trade_json = text_at(r, r->trade),
		.result_json = text_at(r, r->result),
		.final = r->final,
		.ack_entry_id = r->entry_id[0] != '\0' ? r->entry_id : NULL,
	};
}

static void
record_pop(struct gateway *gw)
{
	struct gw_record *r = gw->records;

	gw->records = r->next;
	if (gw->records == NULL)
		gw->records_last = &gw->records;
	gw->record_count--;
	r->account->records--;
	if (gw_order_unhold(r->order))
		gw_order_release(r->order);
	yq_buf_free(&r->text);
	free(r);
}

static void
one_answer(struct gateway *gw, const struct gw_record *r, enum yq_step_result result)
{
	if (result == YQ_APPLIED && r->first)
		yq_histogram_observe_us(
		    gw->metrics.whole, (yq_clock_monotonic_ns(gw->clock) - r->taken_ns) / 1000);
	if (result == YQ_NO_SUCH_ORDER)
		yq_warn("order %s is not on the bus any more; what the broker said of it is in its "
			"book alone",
		    r->order_id.text);
	if (result == YQ_ALREADY)
		yq_debug("order %s: recorded before", r->order_id.text);
	if (result == YQ_FENCED && r->account->fence == r->fence)
		gw_account_lose(r->account, "another gateway has taken it over");
}

static void
on_applied(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gateway *gw = cookie;

	if (gw->stopped)
		return;
	gw->applying = false;
	if (rc != YQ_OK) {
		/* The same items again, in the same order: each is applied once. */
		yq_warn("recording is tried again: %s", err->text);
		gw_retry_later(gw);
		return;
	}
	YQ_FAIL_POINT("gateway.applied");
	yq_histogram_observe_us(
	    gw->metrics.apply, (yq_clock_monotonic_ns(gw->clock) - gw->apply_started_ns) / 1000);
	for (size_t i = 0; i < count; i++) {
		one_answer(gw, gw->records, answers[i].result);
		record_pop(gw);
	}
	gw->record_sent = 0;
	yq_daemon_event(gw->daemon);
	gw_soon(gw);
}

/* Orders that rest: nothing but the ack has come for them. */
static void
tell_open(struct gateway *gw)
{
	while (gw->untold != NULL) {
		struct gw_order *o = gw->untold;
		struct gw_change change = {
			.text = "open at the broker", .success = true, .tell = true
		};

		gw->untold = o->next_untold;
		o->in_untold = false;
		if (o->ack_untold)
			gw_record(o, &change);
		else
			gw_order_release(o);
	}
}

void
gw_records_flush(struct gateway *gw)
{
	struct yq_apply_item *items;
	struct yq_pair(*pairs)[FIELDS_MAX];
	const struct gw_record *r;
	size_t count = 0;

	tell_open(gw);
	if (gw->applying || gw->records == NULL || !yq_valkey_is_up(gw->valkey))
		return;
	/* A batch that was sent before goes again as it was. */
	if (gw->record_sent == 0)
		gw->record_sent = gw->record_count < GW_BATCH_MAX ? gw->record_count : GW_BATCH_MAX;
	items = yq_xcalloc(gw->record_sent, sizeof(*items));
	pairs = yq_xcalloc(gw->record_sent, sizeof(*pairs));
	for (r = gw->records; count < gw->record_sent; r = r->next, count++)
		item_of(r, pairs[count], &items[count]);
	YQ_FAIL_POINT("gateway.applying");
	gw->applying = true;
	gw->apply_started_ns = yq_clock_monotonic_ns(gw->clock);
	yq_step_apply(gw->valkey, items, count, on_applied, gw);
	free(items);
	free(pairs);
}

void
gw_records_drop(struct gateway *gw)
{
	while (gw->records != NULL)
		record_pop(gw);
}
