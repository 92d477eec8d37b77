/* deliver_spool.c - alerts into the spool, and from there on when Valkey is back. */
#include "base/fail_point.h"
#include "base/mem.h"
#include "base/str.h"
#include "webhook/deliver_parts.h"

#define SPOOL_GROUP 1024

bool
yq_deliver_has_backlog(const struct yq_deliver *deliver)
{
	return deliver->forward_from < deliver->readable || !STAILQ_EMPTY(&deliver->to_spool) ||
	       !STAILQ_EMPTY(&deliver->spooling);
}

/* ---- in ---- */

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
	deliver->full = !good;
	if (good)
		deliver->readable = yq_spool_size(deliver->spool);
	else
		yq_deliver_tell(deliver, true, deliver->flush_err.text);
	yq_deliver_finish_all(&deliver->spooling, good ? YQ_SPOOLED : YQ_LOST);
	if (deliver->closing)
		yq_deliver_maybe_release(deliver);
	else
		yq_deliver_pump(deliver);
}

void
yq_deliver_flush(struct yq_deliver *deliver)
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

void
yq_deliver_divert(struct yq_deliver *deliver, struct yq_jobs *jobs)
{
	struct yq_job *job;

	while ((job = yq_jobs_take_checked(jobs)) != NULL) {
		if (job->repeated || deliver->spool == NULL)
			yq_deliver_finish(job, job->repeated ? YQ_REPEATED : YQ_LOST);
		else
			STAILQ_INSERT_TAIL(&deliver->to_spool, job, link);
	}
}

/* ---- out ---- */

void
yq_deliver_forward_done(struct yq_deliver *deliver)
{
	struct yq_err err;
	char text[96];

	YQ_FAIL_POINT("webhook.forwarded");
	deliver->forward_from = deliver->forward_next;
	deliver->forwarded += deliver->batch.count;
	if (yq_deliver_has_backlog(deliver) || deliver->flush_busy)
		return;
	(void)yq_str_format(text, sizeof(text), "spool forwarded: %llu alerts since start",
	    (unsigned long long)deliver->forwarded);
	yq_deliver_tell(deliver, false, text);
	if (yq_spool_reset(deliver->spool, &err) != YQ_OK)
		yq_deliver_tell(deliver, true, err.text);
	else
		deliver->full = false;
	deliver->forward_from = deliver->readable = yq_spool_size(deliver->spool);
}

/* A spool that cannot be read now keeps what it has: an alert in it was answered with 200. */
static bool
read_spool(struct yq_deliver *deliver)
{
	struct yq_err err;
	char text[96];

	deliver->forward_next = deliver->forward_from;
	if (yq_spool_read(deliver->spool, &deliver->forward_next, deliver->readable,
		&deliver->batch, &err) != YQ_OK) {
		yq_deliver_tell(deliver, true, err.text);
		yq_deliver_pump_later(deliver, YQ_DELIVER_AGAIN_MS);
		return false;
	}
	if (deliver->batch.skipped > 0) {
		(void)yq_str_format(text, sizeof(text),
		    "the spool is damaged: %lld bytes were skipped",
		    (long long)deliver->batch.skipped);
		yq_deliver_tell(deliver, true, text);
	}
	return true;
}

void
yq_deliver_forward(struct yq_deliver *deliver)
{
	struct yq_spool_record records[YQ_STEP_ITEMS_MAX];
	struct yq_accept_item items[YQ_STEP_ITEMS_MAX];
	const struct yq_spool_batch *batch = &deliver->batch;

	deliver->batch.records = records;
	deliver->batch.max = YQ_STEP_ITEMS_MAX;
	if (!read_spool(deliver))
		return;
	if (batch->count == 0) {
		yq_deliver_forward_done(deliver);
		return;
	}
	for (size_t i = 0; i < batch->count; i++)
		items[i] = (struct yq_accept_item){
			.id = records[i].id,
			.payload = records[i].payload,
			.length = records[i].length,
		};
	yq_deliver_step(deliver, items, batch->count, true);
}
