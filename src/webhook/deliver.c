/* deliver.c - make accepted alerts durable. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/reply.h"
#include "bus/schema.h"
#include "webhook/deliver_parts.h"

#define STALL_MS	1500 /* TradingView hangs up after 3 s */
#define CHECK_MS	1000
#define HOLD_MS		1000 /* the first alerts wait so long for the first word of Valkey */
#define SPOOL_GROUP_MAX (64U * 1024 * 1024)

void
yq_deliver_tell(struct yq_deliver *deliver, bool trouble, const char *text)
{
	deliver->events.tell(deliver->events.cookie, trouble, text);
}

void
yq_deliver_maybe_release(struct yq_deliver *deliver)
{
	if (!deliver->closing || deliver->handles > 0 || deliver->step_busy ||
	    deliver->flush_busy || deliver->checks > 0)
		return;
	yq_spool_close(deliver->spool);
	yq_buf_free(&deliver->frames);
	yq_buf_free(&deliver->batch.room);
	free(deliver);
}

/* Tell and free a job that is in no list. */
void
yq_deliver_finish(struct yq_job *job, enum yq_outcome outcome)
{
	struct yq_deliver *deliver = job->deliver;

	deliver->job_count--;
	if (job->fn != NULL)
		job->fn(job->cookie, outcome, job->repeated ? &job->previous : &job->id);
	free(job);
	if (deliver->job_count == 0 && !deliver->closing)
		deliver->events.idle(deliver->events.cookie);
}

void
yq_deliver_finish_all(struct yq_jobs *jobs, enum yq_outcome outcome)
{
	struct yq_job *job;

	while ((job = yq_jobs_take(jobs)) != NULL)
		yq_deliver_finish(job, outcome);
}

static bool
valkey_usable(const struct yq_deliver *deliver)
{
	return deliver->up && !deliver->stalled;
}

/* ---- the step ---- */

static void
on_again(uv_timer_t *timer)
{
	yq_deliver_pump(timer->data);
}

void
yq_deliver_pump_later(struct yq_deliver *deliver, uint64_t ms)
{
	uv_timer_start(&deliver->again, on_again, ms, 0);
}

static void
accepted(struct yq_deliver *deliver, const struct yq_step_answer *answers, size_t count)
{
	struct yq_job *job;

	for (size_t i = 0; i < count && (job = yq_jobs_take(&deliver->flying)) != NULL; i++)
		yq_deliver_finish(
		    job, answers[i].result == YQ_DUPLICATE ? YQ_REPEATED : YQ_DELIVERED);
}

static void
on_step(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct yq_deliver *deliver = cookie;
	bool abandoned = deliver->step_abandoned;

	deliver->step_busy = deliver->step_abandoned = deliver->stalled = false;
	if (deliver->closing) {
		yq_deliver_maybe_release(deliver);
		return;
	}
	uv_timer_stop(&deliver->stall);
	if (rc != YQ_OK) {
		yq_deliver_tell(deliver, true, err->text);
		yq_deliver_pump_later(deliver, YQ_DELIVER_AGAIN_MS);
		deliver->stalled = deliver->spool != NULL; /* until then */
		yq_deliver_divert(deliver, &deliver->flying);
		if (deliver->stalled)
			yq_deliver_divert(deliver, &deliver->waiting); /* behind them */
		yq_deliver_flush(deliver);
		return;
	}
	YQ_FAIL_POINT("webhook.accepted");
	if (deliver->step_forwards)
		yq_deliver_forward_done(deliver);
	else if (!abandoned)
		accepted(deliver, answers, count);
	yq_deliver_pump(deliver);
}

/* No answer in time: do not let the senders wait.  The step's outcome will show; repeating it
 * from the spool is harmless. */
static void
on_stall(uv_timer_t *timer)
{
	struct yq_deliver *deliver = timer->data;

	deliver->step_abandoned = deliver->stalled = true;
	yq_deliver_tell(deliver, true, "Valkey does not answer");
	yq_deliver_divert(deliver, &deliver->flying);
	yq_deliver_divert(deliver, &deliver->waiting);
	yq_deliver_flush(deliver);
}

void
yq_deliver_step(
    struct yq_deliver *deliver, const struct yq_accept_item *items, size_t count, bool forwards)
{
	deliver->step_busy = true;
	deliver->step_forwards = forwards;
	uv_timer_start(&deliver->stall, on_stall, STALL_MS, 0);
	YQ_FAIL_POINT("webhook.accepting");
	yq_step_accept(deliver->valkey, items, count, on_step, deliver);
}

static void
start_accept(struct yq_deliver *deliver)
{
	struct yq_accept_item items[YQ_STEP_ITEMS_MAX];
	size_t count = 0;
	struct yq_job *job;

	while (
	    count < YQ_STEP_ITEMS_MAX && (job = yq_jobs_take_checked(&deliver->waiting)) != NULL) {
		if (job->repeated) {
			yq_deliver_finish(job, YQ_REPEATED);
			continue;
		}
		items[count++] = (struct yq_accept_item){
			.id = job->id,
			.payload = job->payload,
			.length = job->length,
		};
		STAILQ_INSERT_TAIL(&deliver->flying, job, link);
	}
	if (count > 0)
		yq_deliver_step(deliver, items, count, false);
}

/* Do whatever can be done now. */
void
yq_deliver_pump(struct yq_deliver *deliver)
{
	if (deliver->closing)
		return;
	if (!deliver->step_busy && !uv_is_active((uv_handle_t *)&deliver->again))
		deliver->stalled = false;
	/* Not before what is in the step under way: its end comes first, and may send that there.
	 */
	if ((!valkey_usable(deliver) || yq_deliver_has_backlog(deliver)) &&
	    STAILQ_EMPTY(&deliver->flying) && !deliver->holding)
		yq_deliver_divert(deliver, &deliver->waiting);
	yq_deliver_flush(deliver);
	if (!valkey_usable(deliver) || deliver->step_busy)
		return;
	if (deliver->forward_from < deliver->readable)
		yq_deliver_forward(deliver);
	if (!deliver->step_busy && !yq_deliver_has_backlog(deliver))
		start_accept(deliver);
}

/* ---- from outside ---- */

static void
on_checked(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_job *job = cookie;
	struct yq_deliver *deliver = job->deliver;

	(void)err;
	deliver->checks--;
	job->checking = false;
	job->repeated = rc == YQ_OK && yq_reply_int(reply) == 1;
	if (deliver->closing) {
		STAILQ_REMOVE(&deliver->waiting, job, yq_job, link);
		yq_deliver_finish(job, YQ_LOST);
		yq_deliver_maybe_release(deliver);
		return;
	}
	yq_deliver_pump(deliver);
}

static void
start_check(struct yq_deliver *deliver, struct yq_job *job)
{
	char key[YQ_KEY_SIZE];
	const char *arguments[] = { "EXISTS", key };

	yq_key_format(YQ_KEY_SIGNAL_STATE, job->previous.text, key);
	job->checking = true;
	deliver->checks++;
	yq_valkey_command(deliver->valkey, 2, arguments, NULL, CHECK_MS, on_checked, job);
}

/* Outcomes never come from inside the call that brings the alert. */
static void
pump_soon(struct yq_deliver *deliver)
{
	if (!deliver->step_busy && deliver->job_count > 0 &&
	    !uv_is_active((uv_handle_t *)&deliver->again))
		yq_deliver_pump_later(deliver, 0);
}

void
yq_deliver_alert(struct yq_deliver *deliver, const struct yq_id *id, const struct yq_id *previous,
    const char *payload, size_t length, yq_outcome_fn *fn, void *cookie)
{
	struct yq_job *job = yq_xcalloc(1, sizeof(*job) + length + 1);

	assert(!deliver->closing);
	job->deliver = deliver;
	job->id = *id;
	job->previous = *previous;
	job->fn = fn;
	job->cookie = cookie;
	job->length = length;
	memcpy(job->payload, payload, length);
	STAILQ_INSERT_TAIL(&deliver->waiting, job, link);
	deliver->job_count++;
	if (!yq_id_is_none(previous) && valkey_usable(deliver))
		start_check(deliver, job);
	pump_soon(deliver);
}

/* It is known whether Valkey is there: what was held is looked at like any other. */
static void
end_hold(struct yq_deliver *deliver)
{
	struct yq_job *job;

	deliver->holding = false;
	uv_timer_stop(&deliver->hold);
	STAILQ_FOREACH(job, &deliver->waiting, link)
	if (!yq_id_is_none(&job->previous) && valkey_usable(deliver))
		start_check(deliver, job);
}

void
yq_deliver_valkey(struct yq_deliver *deliver, bool up)
{
	bool is_lost = !up && (deliver->up || deliver->holding);

	deliver->up = up;
	if (deliver->holding)
		end_hold(deliver);
	if (is_lost)
		yq_deliver_tell(deliver, true,
		    deliver->spool != NULL ? "Valkey is away: alerts go to the spool"
					   : "Valkey is away, and there is no spool");
	yq_deliver_pump(deliver);
}

static void
on_hold(uv_timer_t *timer)
{
	yq_deliver_valkey(timer->data, false);
}

void
yq_deliver_set_spool(struct yq_deliver *deliver, struct yq_spool *spool)
{
	assert(deliver->spool == NULL);
	deliver->spool = spool;
	deliver->readable = yq_spool_size(spool);
	yq_deliver_pump_later(deliver, 0);
}

struct yq_deliver *
yq_deliver_make(uv_loop_t *loop, struct yq_valkey *valkey, const struct yq_deliver_events *events)
{
	struct yq_deliver *deliver = yq_xcalloc(1, sizeof(*deliver));

	deliver->valkey = valkey;
	deliver->events = *events;
	deliver->frames = yq_buf_make(SPOOL_GROUP_MAX);
	STAILQ_INIT(&deliver->waiting);
	STAILQ_INIT(&deliver->flying);
	STAILQ_INIT(&deliver->to_spool);
	STAILQ_INIT(&deliver->spooling);
	(void)uv_timer_init(loop, &deliver->stall);
	(void)uv_timer_init(loop, &deliver->again);
	(void)uv_timer_init(loop, &deliver->hold);
	deliver->stall.data = deliver->again.data = deliver->hold.data = deliver;
	deliver->handles = 3;
	deliver->holding = true;
	uv_timer_start(&deliver->hold, on_hold, HOLD_MS, 0);
	return deliver;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_deliver *deliver = handle->data;

	deliver->handles--;
	yq_deliver_maybe_release(deliver);
}

static void
lose(struct yq_job *job)
{
	job->fn(job->cookie, YQ_LOST, &job->id);
	job->fn = NULL;
}

void
yq_deliver_free(struct yq_deliver *deliver)
{
	struct yq_jobs waiting = STAILQ_HEAD_INITIALIZER(waiting);
	struct yq_job *job;

	if (deliver == NULL)
		return;
	deliver->closing = true;
	yq_deliver_finish_all(&deliver->flying, YQ_LOST);
	yq_deliver_finish_all(&deliver->to_spool, YQ_LOST);
	/* A call names it, or the disk has it: who waits for it is told now, as who asked may be
	 * gone when that ends. */
	STAILQ_FOREACH(job, &deliver->spooling, link)
	lose(job);
	STAILQ_CONCAT(&waiting, &deliver->waiting);
	while ((job = yq_jobs_take(&waiting)) != NULL) {
		lose(job);
		if (job->checking) /* its answer finishes it */
			STAILQ_INSERT_TAIL(&deliver->waiting, job, link);
		else
			yq_deliver_finish(job, YQ_LOST);
	}
	uv_close((uv_handle_t *)&deliver->stall, on_closed);
	uv_close((uv_handle_t *)&deliver->again, on_closed);
	uv_close((uv_handle_t *)&deliver->hold, on_closed);
}

size_t
yq_deliver_waiting(const struct yq_deliver *deliver)
{
	return deliver->job_count;
}

int64_t
yq_deliver_backlog(const struct yq_deliver *deliver)
{
	return deliver->readable - deliver->forward_from;
}

const char *
yq_deliver_trouble(const struct yq_deliver *deliver)
{
	if (deliver->holding || (valkey_usable(deliver) && !yq_deliver_has_backlog(deliver)))
		return NULL;
	if (deliver->full)
		return deliver->flush_err.text;
	return deliver->spool == NULL ? "Valkey is away and there is no spool" : NULL;
}
