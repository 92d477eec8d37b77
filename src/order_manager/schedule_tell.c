/* schedule_tell.c - people are told of what was skipped, failed or ran late.  The notice of a run
 * is the same to the last byte however often it is made, so that the bus takes it once. */
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/str.h"
#include "bus/message.h"
#include "order_manager/scheduler_parts.h"

static enum yq_severity
severity_of(const struct yq_run *run)
{
	if (run->state == YQ_RUN_UNKNOWN || run->state == YQ_RUN_FAILED)
		return YQ_SEVERITY_CRITICAL;
	if ((run->state == YQ_RUN_SUBMITTED && !yq_str_equal(run->code, RUN_PARTLY)) ||
	    yq_str_equal(run->code, RUN_HOLIDAY) || yq_str_equal(run->code, RUN_NOTHING))
		return YQ_SEVERITY_INFO;
	return YQ_SEVERITY_WARNING;
}

static struct yq_id
notice_id(const struct yq_run *run)
{
	char name[YQ_ID_LENGTH + 64];

	yq_str_format(name, sizeof(name), "schedule-notice:%s:%lld:%d", run->schedule_id.text,
	    (long long)run->due_at_us, (int)run->state);
	return yq_id_named(name, strlen(name));
}

static void
fill(const struct work *work, struct yq_notification *notice)
{
	const struct yq_run *run = &work->open->run;
	char due[96];

	*notice = (struct yq_notification){ .id = notice_id(run),
		.kind = YQ_NOTIFICATION_SCHEDULE,
		.severity = severity_of(run),
		.timestamp_us = run->settled_at_us };
	if (work->open->has_schedule)
		yq_due_text(work->scheduler, work->open->schedule.exchange, run->due_at_us, due,
		    sizeof(due));
	else
		yq_time_format(run->due_at_us, due);
	yq_str_format(notice->text, sizeof(notice->text), "Schedule \"%s\", due %s: %s, %s: %s",
	    run->schedule_name, due, yq_names_text(&yq_run_state_names, (int)run->state), run->code,
	    run->outcome);
	yq_str_copy_cut(notice->app, sizeof(notice->app), "OrderManager");
	if (work->open->has_schedule &&
	    !yq_str_equal(work->open->schedule.account_alias, YQ_SCHEDULE_ANY_ACCOUNT))
		memcpy(notice->account_alias, work->open->schedule.account_alias,
		    sizeof(notice->account_alias));
}

static void
on_told(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct work *work = cookie;
	struct yq_scheduler *s = work->scheduler;

	(void)err;
	if (!yq_scheduler_answered(s))
		return;
	YQ_FAIL_POINT("schedule.told");
	work->told = rc == YQ_OK;
	s->waiting = s->waiting || rc != YQ_OK;
	yq_scheduler_answer_done(s);
}

/* Whose run it was tells; the active system for one that is silent. */
static bool
is_ours_to_tell(const struct work *work)
{
	const struct yq_run *run = &work->open->run;
	int64_t since_us = work->scheduler->now_us - run->settled_at_us;

	return yq_str_equal(run->owner, work->scheduler->owner) ||
	       (work->scheduler->active && since_us > YQ_SCHEDULER_SILENT_S * YQ_US_PER_SECOND);
}

void
yq_schedule_tell(struct work *work)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_scheduler *s = work->scheduler;
	struct yq_notification notice;

	if (!is_ours_to_tell(work) || !yq_daemon_valkey_up(s->daemon))
		return;
	fill(work, &notice);
	yq_message_encode_notification(&notice, &payload);
	yq_info("%s", notice.text);
	YQ_FAIL_POINT("schedule.telling");
	yq_scheduler_ask(s);
	yq_step_notify(
	    yq_daemon_valkey(s->daemon), yq_buf_text(&payload), payload.length, on_told, work);
}
