/* schedule_send.c - a run whose orders are decided: they are sent, or found to have been. */
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/reply.h"
#include "order_manager/scheduler_parts.h"

static bool
is_own(const struct work *work)
{
	return yq_str_equal(work->open->run.owner, work->scheduler->owner);
}

/* One call of the step, with whose orders it holds. */
struct batch {
	struct yq_scheduler *scheduler;
	struct work *works[YQ_STEP_ITEMS_MAX];
	struct yq_submit_item items[YQ_STEP_ITEMS_MAX];
	size_t count;
};

static void
take_answer(struct batch *batch, size_t i, enum yq_rc rc, const struct yq_step_answer *answers)
{
	struct work *work = batch->works[i];

	/* One that stands already was sent in an earlier life. */
	if (rc != YQ_OK)
		work->failed = true;
	else if (answers[i].result == YQ_SUBMITTED || answers[i].result == YQ_DUPLICATE)
		work->standing++;
}

static void
on_sent(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct batch *batch = cookie;
	struct yq_scheduler *s = batch->scheduler;

	if (yq_scheduler_answered(s)) {
		YQ_FAIL_POINT("schedule.sent");
		if (rc != YQ_OK)
			yq_warn("%zu orders of schedules are not sent yet, trying again: %s",
			    batch->count, err->text);
		for (size_t i = 0; i < batch->count && (rc != YQ_OK || i < count); i++)
			take_answer(batch, i, rc, answers);
		yq_scheduler_answer_done(s);
	}
	free(batch);
}

static struct batch *
send_batch(struct yq_scheduler *s, struct batch *batch)
{
	if (batch == NULL || batch->count == 0)
		return batch;
	YQ_FAIL_POINT("schedule.sending");
	yq_scheduler_ask(s);
	yq_step_submit(yq_daemon_valkey(s->daemon), batch->items, batch->count, on_sent, batch);
	return NULL;
}

static struct batch *
add_order(struct batch *batch, struct work *work, const struct yq_run_order *order)
{
	if (batch == NULL)
		batch = yq_xcalloc(1, sizeof(*batch));
	batch->scheduler = work->scheduler;
	batch->works[batch->count] = work;
	batch->items[batch->count++] = (struct yq_submit_item){ .kind = YQ_SUBMIT_ORDER,
		.id = order->id,
		.alias = order->alias,
		.ticker = order->ticker,
		.created_at_us = order->ordered_at_us,
		.payload = order->payload,
		.length = strlen(order->payload) };
	return batch->count == YQ_STEP_ITEMS_MAX ? send_batch(work->scheduler, batch) : batch;
}

void
yq_schedule_send_all(struct yq_scheduler *s)
{
	struct batch *batch = NULL;

	for (size_t i = 0; i < s->look.open_count; i++) {
		struct work *work = &s->works[i];

		for (size_t o = 0; work->sends && o < work->open->order_count; o++) {
			const struct yq_run_order *order = &work->open->orders[o];

			/* What is in the archive may have left the bus, where its id would be new.
			 */
			if (order->archived)
				work->standing++;
			else
				batch = add_order(batch, work, order);
		}
	}
	(void)send_batch(s, batch);
}

static void
on_exists(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct work *work = cookie;
	struct yq_scheduler *s = work->scheduler;

	(void)err;
	if (!yq_scheduler_answered(s))
		return;
	work->failed = work->failed || rc != YQ_OK;
	work->standing += (size_t)yq_reply_int(reply);
	yq_scheduler_answer_done(s);
}

/* They may not be sent (any more): which of them were? */
static void
find_orders(struct work *work)
{
	struct yq_valkey *valkey = yq_daemon_valkey(work->scheduler->daemon);

	for (size_t i = 0; i < work->open->order_count; i++) {
		struct yq_args *args;

		if (work->open->orders[i].archived) {
			work->standing++;
			continue;
		}
		args = yq_valkey_args(valkey);
		yq_args_text(args, "EXISTS");
		yq_args_key(args, YQ_KEY_ORDER_STATE, work->open->orders[i].id.text);
		yq_scheduler_ask(work->scheduler);
		yq_valkey_send(valkey, args, SCHEDULER_TIMEOUT_MS, on_exists, work);
	}
}

/* Of the other system only what is in the archive can be seen from here. */
static void
look_archived(struct work *work)
{
	for (size_t i = 0; i < work->open->order_count; i++)
		work->standing += work->open->orders[i].archived;
}

void
yq_schedule_send(struct work *work)
{
	struct yq_scheduler *s = work->scheduler;

	if (!is_own(work)) {
		look_archived(work);
	} else if (!yq_daemon_valkey_up(s->daemon)) {
		work->failed = true;
	} else if (s->active && !yq_work_is_late(work)) {
		work->sends = true;
	} else {
		find_orders(work);
	}
}

/* ---- what came of it ---- */

static void
submitted(struct work *work)
{
	const char *left = work->open->run.outcome; /* when it was decided */
	size_t count = work->open->order_count;
	bool partly = work->standing < count || left[0] != '\0';
	char text[YQ_MESSAGE_SIZE], late[48] = "";

	if (yq_work_late_us(work) > SCHEDULER_LATE_US)
		yq_str_format(late, sizeof(late), ", %lld s late",
		    (long long)(yq_work_late_us(work) / YQ_US_PER_SECOND));
	if (work->standing < count)
		yq_str_format(text, sizeof(text),
		    "%zu of %zu orders were sent; for the others it was too late", work->standing,
		    count);
	else
		yq_str_format(text, sizeof(text), "%zu order%s sent%s%s%s", count,
		    count == 1 ? "" : "s", late, left[0] != '\0' ? "; " : "", left);
	yq_work_move(work, YQ_RUN_SUBMITTED, partly ? RUN_PARTLY : RUN_SENT, text);
	work->move.run.order_count = (int64_t)work->standing;
	work->move.first_order_id = work->open->orders[0].id;
	if (partly)
		work->move.run.open_since_us = work->scheduler->now_us; /* people are told */
}

/* The other system has had its time. */
static bool
is_silent(const struct work *work)
{
	int64_t limit_us = YQ_SCHEDULER_SILENT_S * YQ_US_PER_SECOND;

	return yq_work_is_overdue(work) && yq_work_late_us(work) > limit_us;
}

static void
settle_other(struct work *work)
{
	const struct yq_run *run = &work->open->run;
	char text[YQ_MESSAGE_SIZE];

	if (!work->scheduler->active)
		return;
	if (work->standing > 0 && work->standing == work->open->order_count) {
		submitted(work);
	} else if (is_silent(work)) {
		yq_str_format(text, sizeof(text),
		    "%s was about to send its orders and never said what became of that; %zu of "
		    "%zu "
		    "are in the archive.  Look there (`yq orders`): nothing is sent again",
		    yq_str_equal(run->owner, YQ_RUN_OWNER_ALONE) ? "a system without a color"
								 : run->owner,
		    work->standing, work->open->order_count);
		yq_work_move(work, YQ_RUN_UNKNOWN, RUN_SILENT, text);
		if (work->open->order_count > 0)
			work->move.first_order_id = work->open->orders[0].id;
	}
}

void
yq_schedule_settle(struct work *work)
{
	if (!is_own(work)) {
		settle_other(work);
		return;
	}
	if (work->failed) {
		work->scheduler->waiting = true;
		return;
	}
	/* This system may become the active one (again) in time. */
	if (work->standing < work->open->order_count && !yq_work_is_late(work))
		return;
	if (work->standing > 0)
		submitted(work);
	else
		yq_work_move(work, YQ_RUN_SKIPPED, RUN_LATE,
		    "this system stopped before its orders were sent, and then it was too late");
}
