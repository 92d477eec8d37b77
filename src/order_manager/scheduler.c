/* scheduler.c - one pass after another: look, do, write. */
#include "order_manager/scheduler.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "order_manager/scheduler_parts.h"

#define SOON_MS	     250
#define NS	     INT64_C(1000000000)
#define JUMP_US	     YQ_US_PER_SECOND
#define CALENDARS_NS (10 * NS)

static void begin_pass(struct yq_scheduler *s);

static const struct yq_clock *
clock_of(const struct yq_scheduler *s)
{
	return yq_daemon_clock(s->daemon);
}

/* ---- the end of a pass ---- */

static void
clear_pass(struct yq_scheduler *s)
{
	for (size_t i = 0; i < s->look.open_count && s->works != NULL; i++)
		free(s->works[i].orders);
	free(s->works);
	s->works = NULL;
	for (size_t i = 0; i < s->writes.claim_count; i++)
		free(s->writes.claims[i].order);
	free(s->writes.claims);
	free(s->writes.moves);
	free(s->writes.told);
	s->writes = (struct yq_run_writes){ .color = s->color };
	yq_schedule_look_clear(&s->look);
}

static void
release(struct yq_scheduler *s)
{
	if (!s->closed || !s->timer_closed || s->in_job || s->left > 0)
		return;
	clear_pass(s);
	yq_markets_free(s->markets);
	free(s);
}

static void
on_timer(uv_timer_t *timer)
{
	begin_pass(timer->data);
}

static uint64_t
pause_ms(const struct yq_scheduler *s)
{
	int64_t left_us = s->look.next_at_us - yq_clock_now_us(clock_of(s));

	if (s->again)
		return 0;
	if (s->waiting)
		return SOON_MS;
	if (s->look.next_at_us == 0 || left_us > YQ_SCHEDULER_LOOK_MS * YQ_US_PER_MS)
		return YQ_SCHEDULER_LOOK_MS;
	return left_us > 0 ? (uint64_t)(left_us / YQ_US_PER_MS + 1) : 1;
}

static void
end_pass(struct yq_scheduler *s)
{
	uint64_t ms = pause_ms(s);

	clear_pass(s);
	s->busy = false;
	if (!s->stopped && !s->closed)
		uv_timer_start(&s->timer, on_timer, ms, 0);
}

/* ---- writing ---- */

static void
count(struct yq_scheduler *s, const struct yq_run *run)
{
	if (run->state != YQ_RUN_CLAIMED && run->state != YQ_RUN_SENDING)
		yq_counter_add(s->counters[run->state], 1);
}

/* Whether anything came of them that the next pass goes on with. */
static bool
count_writes(struct yq_scheduler *s)
{
	bool any = false;

	for (size_t i = 0; i < s->writes.claim_count; i++) {
		const struct yq_run_claim *claim = &s->writes.claims[i];

		for (size_t r = 0; r < claim->run_count && claim->claimed; r++)
			count(s, &claim->runs[r]);
		any = any || claim->claimed;
	}
	for (size_t i = 0; i < s->writes.move_count; i++) {
		if (s->writes.moves[i].moved)
			count(s, &s->writes.moves[i].run);
		any = any || s->writes.moves[i].moved;
	}
	return any || (s->writes.claim_count == YQ_LOOK_DUE_MAX && !s->writes.inactive);
}

static enum yq_rc
write_job(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_scheduler *s = cookie;

	return yq_schedule_write_runs(firebird, &s->writes, err);
}

/* What is tried again at once is not worth a word; but with all else nothing runs any more. */
static void
tell_unwritten(struct yq_scheduler *s, enum yq_rc rc, const struct yq_err *err)
{
	char text[YQ_ERR_TEXT_MAX + 64];

	yq_debug("what became of schedules is not written yet: %s", err->text);
	if (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN || s->unwritten)
		return;
	s->unwritten = true;
	yq_str_format(text, sizeof(text),
	    "What became of schedules cannot be written, and none runs: %s", err->text);
	yq_daemon_notify(s->daemon, "Schedule", "Critical", text);
}

static void
on_written(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_scheduler *s = cookie;

	s->in_job = false;
	if (s->closed) {
		release(s);
		return;
	}
	if (rc == YQ_OK) {
		YQ_FAIL_POINT("schedule.written");
		s->again = count_writes(s);
		s->unwritten = false;
		yq_daemon_event(s->daemon);
	} else {
		tell_unwritten(s, rc, err);
		s->waiting = true;
	}
	end_pass(s);
}

/* What the works came to, as lists for the store. */
static void
gather_writes(struct yq_scheduler *s)
{
	size_t count = s->look.open_count;

	if (count == 0)
		return;
	s->writes.moves = yq_xcalloc(count, sizeof(*s->writes.moves));
	s->writes.told = yq_xcalloc(count, sizeof(*s->writes.told));
	for (size_t i = 0; i < count; i++) {
		const struct work *work = &s->works[i];
		const struct yq_run *run = &work->open->run;

		if (work->moves)
			s->writes.moves[s->writes.move_count++] = work->move;
		if (work->told)
			s->writes.told[s->writes.told_count++] =
			    (struct yq_run_told){ run->schedule_id, run->due_at_us, run->state };
	}
}

static void
write_pass(struct yq_scheduler *s)
{
	gather_writes(s);
	if (s->writes.claim_count + s->writes.move_count + s->writes.told_count == 0) {
		end_pass(s);
		return;
	}
	YQ_FAIL_POINT("schedule.writing");
	s->in_job = yq_worker_submit(s->worker, write_job, on_written, s) == YQ_OK;
	if (!s->in_job)
		end_pass(s);
}

/* ---- what the bus is asked ---- */

void
yq_scheduler_ask(struct yq_scheduler *s)
{
	s->left++;
}

bool
yq_scheduler_answered(struct yq_scheduler *s)
{
	if (!s->closed)
		return true;
	s->left--;
	release(s);
	return false;
}

/* All answers are there: what follows from them. */
void
yq_scheduler_answer_done(struct yq_scheduler *s)
{
	if (--s->left > 0)
		return;
	s->now_us = yq_clock_now_us(clock_of(s));
	for (size_t i = 0; i < s->look.open_count; i++) {
		struct work *work = &s->works[i];

		if (work->open->run.state == YQ_RUN_CLAIMED && s->active && !work->moves)
			yq_schedule_decide(work);
		else if (work->open->run.state == YQ_RUN_SENDING)
			yq_schedule_settle(work);
	}
	write_pass(s);
}

static void
begin_work(struct work *work)
{
	switch (work->open->run.state) {
	case YQ_RUN_CLAIMED:
		if (work->scheduler->active)
			yq_schedule_take(work);
		break;
	case YQ_RUN_SENDING:
		yq_schedule_send(work);
		break;
	default:
		yq_schedule_tell(work);
		break;
	}
}

/* ---- looking ---- */

static void
tell_fault(struct yq_scheduler *s)
{
	char text[YQ_MESSAGE_SIZE + 64];

	if (yq_str_equal(s->fault, s->look.fault))
		return;
	memcpy(s->fault, s->look.fault, sizeof(s->fault));
	if (s->fault[0] == '\0')
		return;
	yq_str_format(
	    text, sizeof(text), "A schedule cannot be read and does not run: %s", s->fault);
	yq_daemon_notify(s->daemon, "Schedule", "Critical", text);
}

static void
on_looked(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_scheduler *s = cookie;

	s->in_job = false;
	if (s->closed) {
		release(s);
		return;
	}
	if (rc != YQ_OK && !s->blind)
		yq_warn("schedules cannot be looked at, and wait: %s", err->text);
	s->blind = rc != YQ_OK;
	if (rc != YQ_OK) {
		end_pass(s);
		return;
	}
	if (s->look.all && s->active) {
		s->planned_ns = yq_clock_monotonic_ns(clock_of(s));
		s->offset_us = s->now_us - s->planned_ns / 1000;
	}
	tell_fault(s);
	if (s->active)
		yq_schedule_plan(s);
	s->works = yq_xcalloc(s->look.open_count + 1, sizeof(*s->works));
	s->left = 1; /* so that an answer at once does not end the pass */
	for (size_t i = 0; i < s->look.open_count; i++) {
		s->works[i].scheduler = s;
		s->works[i].open = &s->look.open[i];
		begin_work(&s->works[i]);
	}
	yq_schedule_send_all(s);
	yq_scheduler_answer_done(s);
}

static enum yq_rc
look_job(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_scheduler *s = cookie;

	return yq_schedule_look(firebird, &s->look, err);
}

/* Now and then, and when the wall clock was set: what was planned by it may be wrong. */
static bool
is_time_for_all(const struct yq_scheduler *s)
{
	int64_t now_ns = yq_clock_monotonic_ns(clock_of(s));
	int64_t jump_us = s->now_us - now_ns / 1000 - s->offset_us;

	return s->planned_ns == 0 || now_ns - s->planned_ns > YQ_SCHEDULER_ALL_S * NS ||
	       jump_us > JUMP_US || jump_us < -JUMP_US;
}

/* A calendar whose file was written moves what was planned by it. */
static void
refresh_markets(struct yq_scheduler *s)
{
	int64_t now_ns = yq_clock_monotonic_ns(clock_of(s));

	if (now_ns - s->calendars_ns < CALENDARS_NS)
		return;
	s->calendars_ns = now_ns;
	if (yq_markets_refresh(s->markets, yq_daemon_config(s->daemon), &s->calendars))
		s->planned_ns = 0;
}

static void
begin_pass(struct yq_scheduler *s)
{
	bool active = yq_books_forbidden(s->books) == NULL && yq_daemon_valkey_up(s->daemon);

	if (s->busy || s->stopped || !s->started || s->closed)
		return;
	s->busy = true;
	s->again = s->waiting = false;
	if (active && !s->active) {
		s->planned_ns = 0; /* by whom and when it was planned last is not known */
		s->active_since_us = yq_clock_monotonic_us(clock_of(s));
	}
	s->active = active;
	refresh_markets(s);
	s->now_us = yq_clock_now_us(clock_of(s));
	s->look =
	    (struct yq_schedule_look){ .now_us = s->now_us, .all = active && is_time_for_all(s) };
	s->in_job = yq_worker_submit(s->worker, look_job, on_looked, s) == YQ_OK;
	if (!s->in_job)
		end_pass(s);
}

/* ---- life ---- */

enum yq_rc
yq_scheduler_open(struct yq_daemon *daemon, struct yq_worker *worker, struct yq_books *books,
    struct yq_lookup *lookup, struct yq_decider *decider, struct yq_scheduler **ret_scheduler,
    struct yq_err *err)
{
	struct yq_scheduler *s = yq_xcalloc(1, sizeof(*s));
	struct yq_config_report report = { 0 };

	s->markets = yq_settings_markets(yq_daemon_config(daemon), &report);
	if (report.fault_count > 0) {
		(void)yq_err_set(err, YQ_E_INVALID, "%s", yq_buf_text(&report.faults));
		yq_markets_free(s->markets);
		yq_config_report_free(&report);
		free(s);
		return YQ_E_INVALID;
	}
	yq_config_report_free(&report);
	s->calendars = yq_settings_calendar_stamp(yq_daemon_config(daemon));
	s->daemon = daemon;
	s->worker = worker;
	s->books = books;
	s->lookup = lookup;
	s->decider = decider;
	yq_str_copy_cut(
	    s->color, sizeof(s->color), yq_config_text(yq_daemon_config(daemon), "System:Color"));
	s->owner = s->color[0] != '\0' ? s->color : YQ_RUN_OWNER_ALONE;
	s->writes.color = s->color;
	for (int i = 0; i < YQ_RUN_STATE_COUNT; i++) {
		char labels[32];

		yq_str_format(
		    labels, sizeof(labels), "state=\"%s\"", yq_names_text(&yq_run_state_names, i));
		if (i != YQ_RUN_CLAIMED && i != YQ_RUN_SENDING)
			s->counters[i] = yq_metrics_counter(yq_daemon_metrics(daemon),
			    "yq_schedule_runs_total", labels, "Runs of schedules that are over.");
	}
	(void)uv_timer_init(yq_daemon_loop(daemon), &s->timer);
	s->timer.data = s;
	*ret_scheduler = s;
	return YQ_OK;
}

void
yq_scheduler_start(struct yq_scheduler *s)
{
	s->started = true;
	begin_pass(s);
}

void
yq_scheduler_wake(struct yq_scheduler *s)
{
	begin_pass(s);
}

void
yq_scheduler_stop(struct yq_scheduler *s)
{
	s->stopped = true;
	uv_timer_stop(&s->timer);
}

bool
yq_scheduler_is_idle(const struct yq_scheduler *s)
{
	return !s->busy;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct yq_scheduler *s = handle->data;

	s->timer_closed = true;
	release(s);
}

void
yq_scheduler_close(struct yq_scheduler *s)
{
	if (s == NULL)
		return;
	s->closed = true;
	uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}
