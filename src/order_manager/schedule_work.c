/* schedule_work.c - what the steps of a run share: how late it is, where it moves, its orders as
 * rows.
 */
#include <string.h>

#include "base/str.h"
#include "bus/message.h"
#include "domain/schedule_text.h"
#include "order_manager/scheduler_parts.h"
#include "store/orders.h"

const struct yq_market_hours *
yq_scheduler_hours(const struct yq_scheduler *s, enum yq_exchange exchange)
{
	return yq_calendar_hours(yq_markets_calendar(s->markets), exchange);
}

void
yq_due_text(const struct yq_scheduler *s, enum yq_exchange exchange, int64_t due_us, char *text,
    size_t size)
{
	const struct yq_zone *zone = yq_scheduler_hours(s, exchange)->zone;
	char local[YQ_LOCAL_TEXT_SIZE];

	yq_local_format(zone, due_us, local);
	yq_str_format(text, size, "%s (%s)", local, yq_zone_name(zone));
}

int64_t
yq_work_late_us(const struct work *work)
{
	return work->scheduler->now_us - work->open->run.due_at_us;
}

bool
yq_work_is_canceling(const struct work *work)
{
	return yq_str_equal(work->open->run.code, RUN_CANCELING);
}

bool
yq_work_is_late(const struct work *work)
{
	return yq_work_is_overdue(work) && !yq_work_is_canceling(work);
}

bool
yq_work_is_overdue(const struct work *work)
{
	int64_t limit_s =
	    work->open->has_schedule ? work->open->schedule.max_late_seconds : YQ_SCHEDULE_LATE_S;

	return yq_work_late_us(work) > limit_s * YQ_US_PER_SECOND;
}

void
yq_work_move(struct work *work, enum yq_run_state state, const char *code, const char *text)
{
	const struct yq_run *run = &work->open->run;
	struct yq_scheduler *s = work->scheduler;
	struct yq_run_move *move = &work->move;

	*move = (struct yq_run_move){ .run = *run, .state_before = run->state };
	memcpy(move->owner_before, run->owner, sizeof(run->owner));
	/* What is one's own and sent may be written down whoever is the active one. */
	move->needs_active = run->state == YQ_RUN_CLAIMED || !yq_str_equal(run->owner, s->owner);
	move->run.state = state;
	yq_str_copy_cut(move->run.owner, sizeof(move->run.owner), s->owner);
	yq_str_copy_cut(move->run.code, sizeof(move->run.code), code);
	yq_str_format(move->run.outcome, sizeof(move->run.outcome), "%s%s", text,
	    yq_work_is_canceling(work) && (state == YQ_RUN_SKIPPED || state == YQ_RUN_FAILED)
		? "; orders in its way were canceled before"
		: "");
	if (run->claimed_at_us == 0)
		move->run.claimed_at_us = s->now_us;
	if (state != YQ_RUN_SENDING && state != YQ_RUN_CLAIMED) {
		move->run.settled_at_us = s->now_us;
		move->run.open_since_us =
		    state != YQ_RUN_SUBMITTED || yq_work_late_us(work) > SCHEDULER_LATE_US
			? s->now_us
			: 0;
	}
	work->moves = true;
}

enum yq_rc
yq_run_order_of(const struct yq_order *order, struct yq_run_order *row, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	enum yq_rc rc = yq_order_check(order, err);

	if (rc == YQ_OK)
		rc = yq_orders_check(order, order->reference_price, err);
	if (rc != YQ_OK)
		return rc;
	yq_message_encode_order(order, &payload);
	*row = (struct yq_run_order){ .id = order->id, .ordered_at_us = order->timestamp_us };
	memcpy(row->alias, order->account_alias, sizeof(row->alias));
	memcpy(row->ticker, order->ticker, sizeof(row->ticker));
	if (!yq_str_copy(row->payload, sizeof(row->payload), yq_buf_text(&payload)))
		return yq_err_set(err, YQ_E_RANGE, "the order is too long to be kept");
	return YQ_OK;
}
