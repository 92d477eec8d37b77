/*
 * deliver_parts.h - what deliver.c (the step) and deliver_spool.c (the file) share.
 */
#ifndef YQ_WEBHOOK_DELIVER_PARTS_H
#define YQ_WEBHOOK_DELIVER_PARTS_H

#include "bus/steps.h"
#include "webhook/deliver.h"
#include "webhook/jobs.h"

#define YQ_DELIVER_AGAIN_MS 500

struct yq_deliver {
	struct yq_valkey *valkey;
	struct yq_spool *spool;
	struct yq_deliver_events events;
	bool up, stalled, closing;
	bool holding;		 /* nothing is known of Valkey yet: alerts wait a moment for it */
	bool full;		 /* the latest write to the spool failed; flush_err says how */
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
	struct yq_spool_batch batch;		      /* the records being forwarded */
	uint64_t forwarded;
	uv_timer_t stall, again, hold;
	unsigned handles, checks;
};

/* ---- deliver.c ---- */

/* Do whatever can be done now; or a little later, once. */
void yq_deliver_pump(struct yq_deliver *deliver);
void yq_deliver_pump_later(struct yq_deliver *deliver, uint64_t ms);
void yq_deliver_tell(struct yq_deliver *deliver, bool trouble, const char *text);
/* Tell and free a job that is in no list; all that are in one. */
void yq_deliver_finish(struct yq_job *job, enum yq_outcome outcome);
void yq_deliver_finish_all(struct yq_jobs *jobs, enum yq_outcome outcome);
/* The memory goes if nothing uses it any more. */
void yq_deliver_maybe_release(struct yq_deliver *deliver);
/* One step at a time; `forwards`: what it takes is in the spool. */
void yq_deliver_step(
    struct yq_deliver *deliver, const struct yq_accept_item *items, size_t count, bool forwards);

/* ---- deliver_spool.c ---- */

/* Whether the spool holds, or is about to hold, what is not forwarded. */
bool yq_deliver_has_backlog(const struct yq_deliver *deliver);
/* Give `jobs` to the spool, in order, or up. */
void yq_deliver_divert(struct yq_deliver *deliver, struct yq_jobs *jobs);
/* Write what was diverted, many with one flush, unless that is under way. */
void yq_deliver_flush(struct yq_deliver *deliver);
/* Begin to forward the next records. */
void yq_deliver_forward(struct yq_deliver *deliver);
/* The step that took them is through. */
void yq_deliver_forward_done(struct yq_deliver *deliver);

#endif
