/* claim.c - the claim makes durable that an order is about to be sent; one call in flight. */
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/claim.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/leg.h"
#include "broker_gateway/recover.h"
#include "broker_gateway/submit.h"

void
gw_claims_add(struct gateway *gw, struct gw_order *o)
{
	if (gw->claims.count == gw->claims.room) {
		gw->claims.room = gw->claims.room == 0 ? 64 : gw->claims.room * 2;
		gw->claims.items =
		    yq_xrealloc(gw->claims.items, gw->claims.room, sizeof(*gw->claims.items));
	}
	gw->claims.items[gw->claims.count++] = o;
	gw_order_hold(o);
}

static void
claim_back(struct gw_order *o)
{
	yq_account_close(o->account->book, &o->order.id);
	gw_order_set_phase(o, GW_WAITING);
}

/* `halt` is the field and what it says: "account:Paper {...}". */
static void
refuse_halted(struct gw_order *o, const char *halt)
{
	const char *json = strchr(halt, '{');
	char field[YQ_HALT_FIELD_SIZE], text[YQ_HALT_TEXT_SIZE];
	struct yq_halt said = { 0 };

	if (json == NULL || json == halt ||
	    yq_message_decode_halt(json, strlen(json), &said, NULL) != YQ_OK ||
	    !yq_str_copy_bytes(field, sizeof(field), halt, (size_t)(json - halt) - 1)) {
		gw_refuse(o, YQ_RISK_HALTED, halt);
		return;
	}
	yq_halt_describe(field, &said, text, sizeof(text));
	gw_refuse(o, YQ_RISK_HALTED, text);
}

/* Its strategy was let trade there when the order was decided on, and is not any more. */
static void
refuse_stopped(struct gw_order *o, const char *state)
{
	bool off = yq_str_equal(state, yq_names_text(&yq_life_state_names, YQ_LIFE_OFF));
	char text[YQ_MESSAGE_SIZE];

	yq_str_format(text, sizeof(text), "strategy %s is %s", yq_order_strategy(&o->order), state);
	gw_refuse(o, off ? YQ_LIFE_OFF_CODE : YQ_LIFE_NOT_LIVE_CODE, text);
}

/*
 * `colors` is ours, a space, and the active one.  Refused, not kept: the orders of a system that is
 * not the active one would be sent when it becomes that, hours after they were meant.
 */
static void
refuse_inactive(struct gw_order *o, const char *colors)
{
	const char *space = strchr(colors, ' ');
	const char *active = space != NULL ? space + 1 : "";
	int length = space != NULL ? (int)(space - colors) : 0;
	char text[YQ_MESSAGE_SIZE];

	if (active[0] == '\0')
		yq_str_format(text, sizeof(text),
		    "this system (%.*s) does not know yet whether it is the active one", length,
		    colors);
	else if (strlen(active) == (size_t)length && memcmp(active, colors, strlen(active)) == 0)
		yq_str_format(text, sizeof(text),
		    "this system (%s) has not seen for too long that it is the active one", active);
	else
		yq_str_format(text, sizeof(text),
		    "this system is %.*s, and %s is the active one: nothing is sent from here",
		    length, colors, active);
	gw_refuse(o, "NOT_ACTIVE", text);
}

static void
claimed(struct gw_order *o, const struct yq_step_answer *answer)
{
	struct gw_account *a = o->account;
	struct gw_lane *lane = o->lane;
	struct yq_id id = o->order.id;
	char entry[YQ_ENTRY_ID_SIZE];

	switch (answer->result) {
	case YQ_CLAIMED:
		(void)gw_order_event(o, YQ_EVENT_CLAIM, "", true);
		gw_leg_claimed(o);
		gw_submit(o);
		break;
	case YQ_HALTED:
		claim_back(o);
		refuse_halted(o, answer->text);
		break;
	case YQ_STOPPED:
		claim_back(o);
		refuse_stopped(o, answer->text);
		break;
	case YQ_INACTIVE:
		claim_back(o);
		refuse_inactive(o, answer->text);
		break;
	case YQ_FENCED:
		gw_lease_lose(a->gw, "another gateway has taken over");
		break;
	case YQ_NOT_PENDING:
		memcpy(entry, o->entry_id, sizeof(entry));
		gw_order_detach(o);
		gw_look_up(a, lane, &id, entry);
		break;
	default:
		yq_warn("order %s is not on the bus; its entry is dropped", id.text);
		gw_notify(a->gw, "Order", "Warning",
		    "order %s came without its record on the bus and was not sent", id.text);
		gw_ack_only(a->gw, o->entry_id);
		gw_order_detach(o);
		break;
	}
}

static void
on_claimed(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gateway *gw = cookie;
	struct gw_order **batch;

	if (gw->stopped)
		return;
	gw->claims.under_way = false;
	if (rc != YQ_OK) {
		yq_warn("claiming is tried again: %s", err->text);
		gw_retry_later(gw);
		return;
	}
	yq_histogram_observe_us(
	    gw->metrics.claim, (yq_clock_monotonic_ns(gw->clock) - gw->claims.started_ns) / 1000);
	YQ_FAIL_POINT("gateway.claimed");
	batch = yq_xcalloc(count, sizeof(struct gw_order *));
	memcpy(batch, gw->claims.items, count * sizeof(struct gw_order *));
	gw->claims.count -= count;
	memmove(gw->claims.items, gw->claims.items + count,
	    gw->claims.count * sizeof(struct gw_order *));
	gw->claims.sent = 0;
	/* Held until here, so that losing an account on the way frees nothing we still look at. */
	for (size_t i = 0; i < count; i++)
		if (!batch[i]->detached)
			claimed(batch[i], &answers[i]);
	for (size_t i = 0; i < count; i++)
		if (gw_order_unhold(batch[i]))
			gw_order_release(batch[i]);
	free(batch);
	gw_soon(gw);
}

/* Orders of an account that was lost meanwhile are not ours to claim. */
static void
claims_purge(struct gateway *gw)
{
	size_t kept = 0, sent = 0;

	for (size_t i = 0; i < gw->claims.count; i++) {
		struct gw_order *o = gw->claims.items[i];

		if (o->detached) {
			if (gw_order_unhold(o))
				gw_order_release(o);
			continue;
		}
		sent += i < gw->claims.sent;
		gw->claims.items[kept++] = o;
	}
	gw->claims.count = kept;
	gw->claims.sent = sent;
}

void
gw_claims_flush(struct gateway *gw)
{
	struct yq_claim_item *items;
	int64_t now_us = yq_clock_now_us(gw->clock);

	if (gw->claims.under_way || !yq_valkey_is_up(gw->valkey) || !gw_lease_is_valid(gw))
		return;
	claims_purge(gw);
	if (gw->claims.count == 0)
		return;
	if (gw->claims.sent == 0) {
		gw->claims.sent = gw->claims.count < GW_BATCH_MAX ? gw->claims.count : GW_BATCH_MAX;
		for (size_t i = 0; i < gw->claims.sent; i++)
			gw->claims.items[i]->claimed_at_us = now_us;
	}
	items = yq_xcalloc(gw->claims.sent, sizeof(*items));
	for (size_t i = 0; i < gw->claims.sent; i++) {
		const struct gw_order *o = gw->claims.items[i];

		items[i] = (struct yq_claim_item){ .order_id = o->order.id,
			.alias = o->order.account_alias,
			.strategy = yq_order_strategy(&o->order),
			.real_money = yq_accounts_real_money(&o->account->settings),
			.fallback = gw->life,
			.fence = o->account->fence,
			.claimed_at_us = o->claimed_at_us,
			.reduce_only = o->order.reduce_only,
			.color = gw->color };
	}
	YQ_FAIL_POINT("gateway.claiming");
	gw->claims.under_way = true;
	gw->claims.started_ns = yq_clock_monotonic_ns(gw->clock);
	yq_step_claim(gw->valkey, items, gw->claims.sent, on_claimed, gw);
	free(items);
}

void
gw_claims_drop(struct gateway *gw)
{
	for (size_t i = 0; i < gw->claims.count; i++)
		(void)gw_order_unhold(gw->claims.items[i]);
	free(gw->claims.items);
	gw->claims = (struct gw_claims){ 0 };
}
