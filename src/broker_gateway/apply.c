/*
 * apply.c - records into Valkey: gathered, and applied in batches of which one is in flight.  A
 * batch whose answer is lost is sent again as it was.
 */
#include <stdlib.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "broker_gateway/account.h"
#include "broker_gateway/apply.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/record.h"

static const char *
text_at(const struct gw_record *r, size_t offset)
{
	return offset == 0 ? NULL : yq_buf_text(&r->text) + offset;
}

static void
item_of(const struct gw_record *r, struct yq_pair *pairs, struct yq_apply_item *item)
{
	for (size_t i = 0; i < r->field_count; i++)
		pairs[i] =
		    (struct yq_pair){ r->fields[i].field != NULL ? r->fields[i].field
								 : text_at(r, r->fields[i].name),
			    text_at(r, r->fields[i].value) };
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
		.bracket_id = r->bracket_id,
		.bracket_json = text_at(r, r->part),
		.ack_entry_id = r->entry_id[0] != '\0' ? r->entry_id : NULL,
		.ack_group = r->account->gw->group,
	};
}

static void
record_pop(struct gateway *gw)
{
	struct gw_record *r = gw->records.first;

	gw->records.first = r->next;
	if (gw->records.first == NULL)
		gw->records.last = &gw->records.first;
	gw->records.count--;
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
		gw_lease_lose(gw, "another gateway has taken over");
}

static void
on_applied(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gateway *gw = cookie;

	if (gw->stopped)
		return;
	gw->records.under_way = false;
	if (rc != YQ_OK) {
		/* The same items again, in the same order: each is applied once. */
		yq_warn("recording is tried again: %s", err->text);
		gw_retry_later(gw);
		return;
	}
	YQ_FAIL_POINT("gateway.applied");
	yq_histogram_observe_us(
	    gw->metrics.apply, (yq_clock_monotonic_ns(gw->clock) - gw->records.started_ns) / 1000);
	for (size_t i = 0; i < count; i++) {
		one_answer(gw, gw->records.first, answers[i].result);
		record_pop(gw);
	}
	gw->records.sent = 0;
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
	struct yq_pair(*pairs)[GW_RECORD_FIELDS_MAX];
	const struct gw_record *r;
	size_t count = 0;

	tell_open(gw);
	/* A lease that is over may still be ours: the fence decides. */
	if (gw->records.under_way || gw->records.first == NULL || gw->lease.lost ||
	    !yq_valkey_is_up(gw->valkey))
		return;
	/* A batch that was sent before goes again as it was. */
	if (gw->records.sent == 0)
		gw->records.sent =
		    gw->records.count < GW_BATCH_MAX ? gw->records.count : GW_BATCH_MAX;
	items = yq_xcalloc(gw->records.sent, sizeof(*items));
	pairs = yq_xcalloc(gw->records.sent, sizeof(*pairs));
	for (r = gw->records.first; count < gw->records.sent; r = r->next, count++)
		item_of(r, pairs[count], &items[count]);
	YQ_FAIL_POINT("gateway.applying");
	gw->records.under_way = true;
	gw->records.started_ns = yq_clock_monotonic_ns(gw->clock);
	yq_step_apply(gw->valkey, items, count, on_applied, gw);
	free(items);
	free(pairs);
}

void
gw_records_drop(struct gateway *gw)
{
	while (gw->records.first != NULL)
		record_pop(gw);
}
