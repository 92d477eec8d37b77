/* deliver.c - make accepted alerts durable. */
#include "webhook/deliver.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/reply.h"
#include "bus/schema.h"
#include "bus/steps.h"
#include "webhook/jobs.h"

#define STALL_MS	1500 /* TradingView hangs up after 3 s */
#define AGAIN_MS	500
#define CHECK_MS	1000
#define SPOOL_GROUP	1024
#define SPOOL_GROUP_MAX (64U * 1024 * 1024)

struct yq_deliver {
	struct yq_valkey *valkey;
	struct yq_spool *spool;
	struct yq_deliver_events events;
	bool up, stalled, closing;
	struct yq_jobs waiting;	 /* for the next step */
	struct yq_jobs flying;	 /* in the step under way */
	struct yq_jobs to_spool; /* for the next flush */
	struct yq_jobs spooling; /* in the flush under way */
	size_t job_count;
	bool step_busy, step_forwards, step_abandoned;
	bool flush_busy;
	uv_work_t flush;
	struct yq_buf frames;
	enum yq_rc flush_rc;
	struct yq_err flush_err;
	int64_t forward_from, forward_next, readable; /* offsets in the spool */
	struct yq_buf room;
	uint64_t forwarded;
	size_t forwarding;
	uv_timer_t stall, again;
	unsigned handles, checks;
};

static void pump(struct yq_deliver *deliver);

static void
tell(struct yq_deliver *deliver, bool trouble, const char *text)
{
	deliver->events.tell(deliver->events.cookie, trouble, text);
}

static void
maybe_release(struct yq_deliver *deliver)
{
	if (!deliver->closing || deliver->handles > 0 || deliver->step_busy ||
	    deliver->flush_busy || deliver->checks > 0)
		return;
	yq_spool_close(deliver->spool);
	yq_buf_free(&deliver->frames);
	yq_buf_free(&deliver->room);
	free(deliver);
}

/* Tell and free a job that is in no list. */
static void
finish(struct yq_job *job, enum yq_outcome outcome)
{
	struct yq_deliver *deliver = job->deliver;

	deliver->job_count--;
	if (job->fn != NULL)
		job->fn(job->cookie, outcome, job->repeated ? &job->previous : &job->id);
	free(job);
	if (deliver->job_count == 0 && !deliver->closing)
		deliver->events.idle(deliver->events.cookie);
}

static void
finish_all(struct yq_jobs *jobs, enum yq_outcome outcome)
{
	struct yq_job *job;

	while ((job = yq_jobs_take(jobs)) != NULL)
		finish(job, outcome);
}

static bool
has_backlog(const struct yq_deliver *deliver)
{
	return deliver->forward_from < deliver->readable || !STAILQ_EMPTY(&deliver->to_spool) ||
	       !STAILQ_EMPTY(&deliver->spooling);
}

static bool
valkey_usable(const struct yq_deliver *deliver)
{
	return deliver->up && !deliver->stalled;
}

/* ---- the spool ---- */

static void
flush_work(uv_work_t *work)
{
	struct yq_deliver *deliver = work->data;

	YQ_FAIL_POINT("webhook.spooling");
	deliver->flush_rc = yq_spool_append(deliver->spool, &deliver->frames, &deliver->flush_err);
}

static void
flush_done(uv_work_t *work, int status)
{
	struct yq_deliver *deliver = work->data;
	bool good = status == 0 && deliver->flush_rc == YQ_OK;

	deliver->flush_busy = false;
	yq_buf_clear(&deliver->frames);
	YQ_FAIL_POINT("webhook.spooled");
	if (good)
		deliver->readable = yq_spool_size(deliver->spool);
	else
		tell(deliver, true, deliver->flush_err.text);
	finish_all(&deliver->spooling, good ? YQ_SPOOLED : YQ_LOST);
	if (deliver->closing)
		maybe_release(deliver);
	else
		pump(deliver);
}

static void
start_flush(struct yq_deliver *deliver)
{
	struct yq_job *job;
	size_t count = 0;

	if (deliver->flush_busy || STAILQ_EMPTY(&deliver->to_spool))
		return;
	while (count < SPOOL_GROUP && (job = yq_jobs_take(&deliver->to_spool)) != NULL) {
		STAILQ_INSERT_TAIL(&deliver->spooling, job, link);
		yq_spool_frame(&deliver->frames, &job->id, job->payload, job->length);
		count++;
	}
	deliver->flush_busy = true;
	deliver->flush.data = deliver;
	if (uv_queue_work(deliver->stall.loop, &deliver->flush, flush_work, flush_done) != 0)
		YQ_PANIC("the worker cannot be started");
}

/* ---- the step ---- */

/* Give `jobs` to the spool, in order, or up. */
static void
divert(struct yq_deliver *deliver, struct yq_jobs *jobs)
{
	struct yq_job *job;

	while ((job = yq_jobs_take_checked(jobs)) != NULL) {
		if (job->repeated || deliver->spool == NULL)
			finish(job, job->repeated ? YQ_REPEATED : YQ_LOST);
		else
			STAILQ_INSERT_TAIL(&deliver->to_spool, job, link);
	}
}

static void
on_again(uv_timer_t *timer)
{
	pump(timer->data);
}

static void
forwarded(struct yq_deliver *deliver)
{
	struct yq_err err;
	char text[96];

	YQ_FAIL_POINT("webhook.forwarded");
	deliver->forward_from = deliver->forward_next;
	deliver->forwarded += deliver->forwarding;
	if (has_backlog(deliver) || deliver->flush_busy)
		return;
	(void)yq_str_format(text, sizeof(text), "spool forwarded: %llu alerts since start",
	    (unsigned long long)deliver->forwarded);
	tell(deliver, false, text);
	if (yq_spool_reset(deliver->spool, &err) != YQ_OK) {
		tell(deliver, true, err.text);
		return;
	}
	deliver->forward_from = deliver->readable = 0;
}

static void
accepted(struct yq_deliver *deliver, const struct yq_step_answer *answers, size_t count)
{
	struct yq_job *job;

	for (size_t i = 0; i < count && (job = yq_jobs_take(&deliver->flying)) != NULL; i++)
		finish(job, answers[i].result == YQ_DUPLICATE ? YQ_REPEATED : YQ_DELIVERED);
}

static void
on_step(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct yq_deliver *deliver = cookie;
	bool abandoned = deliver->step_abandoned;

	deliver->step_busy = deliver->step_abandoned = deliver->stalled = false;
	if (deliver->closing) {
		maybe_release(deliver);
		return;
	}
	uv_timer_stop(&deliver->stall);
	if (rc != YQ_OK) {
		tell(deliver, true, err->text);
		uv_timer_start(&deliver->again, on_again, AGAIN_MS, 0);
		deliver->stalled = deliver->spool != NULL; /* until then */
		divert(deliver, &deliver->flying);
		start_flush(deliver);
		return;
	}
	YQ_FAIL_POINT("webhook.accepted");
	if (deliver->step_forwards)
		forwarded(deliver);
	else if (!abandoned)
		accepted(deliver, answers, count);
	pump(deliver);
}

/* No answer in time: do not let the senders wait.  The step's outcome will show; repeating it
 * from the spool is harmless. */
static void
on_stall(uv_timer_t *timer)
{
	struct yq_deliver *deliver = timer->data;

	deliver->step_abandoned = deliver->stalled = true;
	tell(deliver, true, "Valkey does not answer");
	divert(deliver, &deliver->flying);
	divert(deliver, &deliver->waiting);
	start_flush(deliver);
}

static void
start_step(
    struct yq_deliver *deliver, const struct yq_accept_item *items, size_t count, bool forwards)
{
	deliver->step_busy = true;
	deliver->step_forwards = forwards;
	uv_timer_start(&deliver->stall, on_stall, STALL_MS, 0);
	YQ_FAIL_POINT("webhook.accepting");
	yq_step_accept(deliver->valkey, items, count, on_step, deliver);
}

static void
start_forward(struct yq_deliver *deliver)
{
	struct yq_spool_record records[YQ_STEP_ITEMS_MAX];
	struct yq_accept_item items[YQ_STEP_ITEMS_MAX];
	int64_t skipped = 0;
	char text[96];

	deliver->forward_next = deliver->forward_from;
	deliver->forwarding = yq_spool_read(deliver->spool, &deliver->forward_next,
	    deliver->readable, &deliver->room, records, YQ_STEP_ITEMS_MAX, &skipped);
	if (skipped > 0) {
		(void)yq_str_format(text, sizeof(text),
		    "the spool is damaged: %lld bytes were skipped", (long long)skipped);
		tell(deliver, true, text);
	}
	if (deliver->forwarding == 0) {
		deliver->forward_next = deliver->readable;
		forwarded(deliver);
		return;
	}
	for (size_t i = 0; i < deliver->forwarding; i++)
		items[i] = (struct yq_accept_item){
			.id = records[i].id,
			.payload = records[i].payload,
			.length = records[i].length,
		};
	start_step(deliver, items, deliver->forwarding, true);
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
			finish(job, YQ_REPEATED);
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
		start_step(deliver, items, count, false);
}

/* Do whatever can be done now. */
static void
pump(struct yq_deliver *deliver)
{
	if (deliver->closing)
		return;
	if (!deliver->step_busy && !uv_is_active((uv_handle_t *)&deliver->again))
		deliver->stalled = false;
	if (!valkey_usable(deliver) || has_backlog(deliver))
		divert(deliver, &deliver->waiting);
	start_flush(deliver);
	if (!valkey_usable(deliver) || deliver->step_busy)
		return;
	if (deliver->forward_from < deliver->readable)
		start_forward(deliver);
	if (!deliver->step_busy && !has_backlog(deliver))
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
		finish(job, YQ_LOST);
		maybe_release(deliver);
		return;
	}
	pump(deliver);
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
pump_later(struct yq_deliver *deliver)
{
	if (!deliver->step_busy && deliver->job_count > 0 &&
	    !uv_is_active((uv_handle_t *)&deliver->again))
		uv_timer_start(&deliver->again, on_again, 0, 0);
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
	pump_later(deliver);
}

void
yq_deliver_valkey(struct yq_deliver *deliver, bool up)
{
	if (deliver->up && !up && deliver->spool != NULL)
		tell(deliver, true, "Valkey is away: alerts go to the spool");
	deliver->up = up;
	pump(deliver);
}

struct yq_deliver *
yq_deliver_make(uv_loop_t *loop, struct yq_valkey *valkey, struct yq_spool *spool,
    const struct yq_deliver_events *events)
{
	struct yq_deliver *deliver = yq_xcalloc(1, sizeof(*deliver));

	deliver->valkey = valkey;
	deliver->spool = spool;
	deliver->events = *events;
	deliver->frames = yq_buf_make(SPOOL_GROUP_MAX);
	deliver->readable = spool == NULL ? 0 : yq_spool_size(spool);
	STAILQ_INIT(&deliver->waiting);
	STAILQ_INIT(&deliver->flying);
	STAILQ_INIT(&deliver->to_spool);
	STAILQ_INIT(&deliver->spooling);
	(void)uv_timer_init(loop, &deliver->stall);
	(void)uv_timer_init(loop, &deliver->again);
	deliver->stall.data = deliver->again.data = deliver;
	deliver->handles = 2;
	return deliver;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_deliver *deliver = handle->data;

	deliver->handles--;
	maybe_release(deliver);
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
	finish_all(&deliver->flying, YQ_LOST);
	finish_all(&deliver->to_spool, YQ_LOST);
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
			finish(job, YQ_LOST);
	}
	uv_close((uv_handle_t *)&deliver->stall, on_closed);
	uv_close((uv_handle_t *)&deliver->again, on_closed);
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

uint64_t
yq_deliver_forwarded(const struct yq_deliver *deliver)
{
	return deliver->forwarded;
}

bool
yq_deliver_can_accept(const struct yq_deliver *deliver)
{
	return valkey_usable(deliver) || deliver->spool != NULL;
}
