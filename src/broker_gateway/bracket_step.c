/* bracket_step.c - what is written of brackets: one step at a time each, repeated until answered.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/bracket_parts.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"

/* A step under way; the bracket is found again by its id, for it may be gone by then. */
struct step {
	struct gateway *gw;
	struct yq_id id;
	enum yq_bracket_op op;
	int64_t fence;
	struct yq_decimal lost; /* as it was written */
	const char *how;	/* static */
	bool ended;
	size_t gone_count;
	struct yq_id gone[GW_NAUGHTS_THIN];
};

static void
done(struct gw_bracket *b, const struct step *s, enum yq_step_result result)
{
	switch (s->op) {
	case YQ_BRACKET_KEEP:
		YQ_FAIL_POINT("gateway.kept");
		b->kept = true;
		yq_str_copy_cut(b->how_kept, sizeof(b->how_kept), s->how);
		gw_ack_only(b->account->gw, b->entry_id);
		b->entry_id[0] = '\0';
		break;
	case YQ_BRACKET_PLACE:
		YQ_FAIL_POINT("gateway.placed");
		b->placing = false;
		if (result == YQ_CLOSED) { /* its record is gone from the bus */
			b->legs[b->leg_count - 1].leg.state = YQ_ORDER_CANCELED;
			yq_error("bracket %s is not on the bus any more", b->plan.id.text);
		}
		break;
	case YQ_BRACKET_NOTE:
		b->lost_kept = s->lost;
		b->ended_kept = s->ended;
		yq_str_copy_cut(b->how_kept, sizeof(b->how_kept), s->how);
		break;
	case YQ_BRACKET_DROP:
		for (size_t i = 0; i < s->gone_count; i++)
			gw_leg_forget(b, &s->gone[i]);
		break;
	default:
		gw_bracket_free(b);
		return;
	}
	gw_lane_due(b->account, b->lane);
}

static void
on_step(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct step *s = cookie, step = *s;
	struct gateway *gw = s->gw;
	struct gw_bracket *b;

	(void)count;
	free(s);
	if (gw->stopped)
		return;
	b = gw_bracket_find(gw, &step.id);
	if (b == NULL)
		return;
	b->under_way = false;
	gw_soon(gw);
	if (rc != YQ_OK) {
		yq_warn("bracket %s: tried again: %s", step.id.text, err->text);
		b->again_ns = gw_later_ns(gw);
		gw_lane_due(b->account, b->lane);
		gw_retry_later(gw);
		return;
	}
	if (answers[0].result == YQ_FENCED) {
		if (b->account->fence == step.fence)
			gw_lease_lose(gw, "another gateway has taken over");
		return;
	}
	done(b, &step, answers[0].result);
}

static void
step_send(struct gw_bracket *b, struct yq_bracket_item *item)
{
	struct gateway *gw = b->account->gw;
	struct step *s;

	if (b->under_way || !yq_valkey_is_up(gw->valkey) || !gw_lease_is_valid(gw) ||
	    yq_clock_monotonic_ns(gw->clock) < b->again_ns)
		return;
	s = yq_xcalloc(1, sizeof(*s));
	*s = (struct step){ .gw = gw,
		.id = b->plan.id,
		.op = item->op,
		.fence = b->account->fence,
		.lost = b->lost,
		.how = gw_bracket_how(b),
		.ended = b->ended[0] != '\0' };
	for (size_t i = 0; item->op == YQ_BRACKET_DROP && i < item->field_count; i++)
		if (yq_id_parse(item->fields[i].field, YQ_ID_LENGTH, &s->gone[s->gone_count]) ==
		    YQ_OK)
			s->gone_count++;
	item->id = b->plan.id;
	item->alias = b->account->settings.alias;
	item->fence = b->account->fence;
	if (item->op == YQ_BRACKET_KEEP)
		YQ_FAIL_POINT("gateway.keeping");
	if (item->op == YQ_BRACKET_PLACE)
		YQ_FAIL_POINT("gateway.placing");
	b->under_way = true;
	b->kept_asked = b->kept_asked || item->op == YQ_BRACKET_KEEP;
	yq_step_bracket(gw->valkey, item, on_step, s);
}

void
gw_bracket_keep(struct gw_bracket *b)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf plan = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf leg = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_pair fields[3] = { { .field = YQ_BRACKET_PLAN } };
	struct yq_bracket_item item = { .op = YQ_BRACKET_KEEP, .fields = fields, .field_count = 1 };

	yq_message_encode_bracket(&b->plan, &plan);
	fields[0].value = yq_buf_text(&plan);
	if (b->leg_count > 0) {
		yq_message_encode_bracket_leg(&b->legs[0].leg, &leg);
		fields[item.field_count++] =
		    (struct yq_pair){ b->legs[0].leg.id.text, yq_buf_text(&leg) };
	}
	if (gw_bracket_how(b)[0] != '\0')
		fields[item.field_count++] = (struct yq_pair){ YQ_BRACKET_HOW, gw_bracket_how(b) };
	step_send(b, &item);
}

void
gw_bracket_place(struct gw_bracket *b)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf part = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	const struct yq_bracket_leg *leg = &b->legs[b->leg_count - 1].leg;
	int exit = yq_names_find(&yq_exit_names, leg->exit, strlen(leg->exit));
	struct yq_exit_way way = gw_bracket_way_of(b, (enum yq_exit_kind)exit, leg->touched);
	struct yq_order order =
	    yq_bracket_exit(&b->plan, (enum yq_exit_kind)exit, &way, gw_bracket_near(b, &way),
		leg->number, leg->qty, yq_clock_now_us(b->account->gw->clock));
	struct yq_submit_item submit = { .kind = YQ_SUBMIT_ORDER,
		.id = order.id,
		.alias = order.account_alias,
		.ticker = order.ticker,
		.created_at_us = order.timestamp_us };
	struct yq_pair field;
	struct yq_bracket_item item = {
		.op = YQ_BRACKET_PLACE, .fields = &field, .field_count = 1, .order = &submit
	};

	yq_message_encode_bracket_leg(leg, &part);
	yq_message_encode_order(&order, &payload);
	field = (struct yq_pair){ leg->id.text, yq_buf_text(&part) };
	submit.payload = yq_buf_text(&payload);
	submit.length = payload.length;
	step_send(b, &item);
}

void
gw_bracket_note(struct gw_bracket *b)
{
	char lost[YQ_DECIMAL_TEXT_SIZE];
	struct yq_pair fields[3] = { { YQ_BRACKET_LOST, lost } };
	struct yq_bracket_item item = { .op = YQ_BRACKET_NOTE, .fields = fields, .field_count = 1 };

	if (b->ended[0] != '\0')
		fields[item.field_count++] = (struct yq_pair){ YQ_BRACKET_ENDED, b->ended };
	if (!yq_str_equal(b->how_kept, gw_bracket_how(b)))
		fields[item.field_count++] = (struct yq_pair){ YQ_BRACKET_HOW, gw_bracket_how(b) };

	yq_decimal_format(b->lost, lost);
	step_send(b, &item);
}

/* The oldest of more than that many: the newest stays, whose number the next one's follows. */
void
gw_bracket_thin(struct gw_bracket *b)
{
	struct yq_pair fields[GW_NAUGHTS_THIN];
	struct yq_bracket_item item = { .op = YQ_BRACKET_DROP, .fields = fields };

	for (size_t i = 0; i < b->leg_count && item.field_count < YQ_COUNT(fields); i++)
		if (gw_leg_is_naught(b, &b->legs[i]))
			fields[item.field_count++] = (struct yq_pair){ b->legs[i].leg.id.text, "" };
	step_send(b, &item);
}

void
gw_bracket_end(struct gw_bracket *b)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf leg = yq_buf_make(YQ_MESSAGE_MAX);
	char at[YQ_TIME_TEXT_SIZE];
	struct yq_pair fields[3] = { { YQ_BRACKET_ENDED, b->over }, { YQ_BRACKET_OVER_AT, at } };
	struct yq_bracket_item item = { .op = YQ_BRACKET_END, .fields = fields, .field_count = 2 };

	if (!b->kept && b->kept_asked) { /* it may be there: first known, then over */
		gw_bracket_keep(b);
		return;
	}
	if (!b->kept) { /* its entry was refused before; nobody has heard of it */
		gw_ack_only(b->account->gw, b->entry_id);
		gw_bracket_free(b);
		return;
	}
	yq_time_format(yq_clock_now_us(b->account->gw->clock), at);
	/* Its entry may have ended before the record was there to say so. */
	if (b->leg_count > 0) {
		yq_message_encode_bracket_leg(&b->legs[0].leg, &leg);
		fields[item.field_count++] =
		    (struct yq_pair){ b->legs[0].leg.id.text, yq_buf_text(&leg) };
	}
	yq_info("bracket %s is over: %s", b->plan.id.text, b->over);
	step_send(b, &item);
}
