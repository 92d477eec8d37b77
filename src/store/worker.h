/*
 * worker.h - one thread that owns the connection to Firebird, fed by a bounded queue.
 *
 * Firebird's calls block; the event loop must not.  A job runs on the worker's thread, its
 * completion on the loop, in the order of submission.  The thread connects when the first job
 * comes, and again after a loss.
 */
#ifndef YQ_STORE_WORKER_H
#define YQ_STORE_WORKER_H

#include <uv.h>

#include "store/firebird.h"

#define YQ_WORKER_QUEUE_MAX	 1024  /* default bound of jobs not yet completed */
#define YQ_WORKER_BACKOFF_MIN_MS 100   /* pause after a failed connection attempt ... */
#define YQ_WORKER_BACKOFF_MAX_MS 5000  /* ... doubling up to this */
#define YQ_WORKER_LIMIT_MS	 60000 /* default: what works longer is stuck */
#define YQ_WORKER_LOOKS		 12    /* at what is running, within the limit */

struct yq_worker; /* opaque */

/* On the worker's thread.  It must leave no transaction open.  What it returns, and the text it
 * sets, go to `done`. */
typedef enum yq_rc yq_worker_fn(struct yq_firebird *firebird, void *cookie, struct yq_err *err);
/* On the loop.  `err` is borrowed for the call; its text is empty when rc is YQ_OK. */
typedef void yq_worker_done_fn(void *cookie, enum yq_rc rc, const struct yq_err *err);
typedef void yq_worker_closed_fn(void *cookie);

/* Start the thread.  `target` and `options` (NULL = defaults) are copied; `queue_max` 0 =
 * YQ_WORKER_QUEUE_MAX.  Does not connect yet. */
YQ_NODISCARD enum yq_rc yq_worker_start(uv_loop_t *loop, const struct yq_firebird_target *target,
    const struct yq_firebird_options *options, size_t queue_max, struct yq_worker **ret_worker,
    struct yq_err *err);

/*
 * Embedded Firebird can wait for ever: a process that is killed while it attaches may leave a mutex
 * behind, and every later attach in the same lock folder waits for it until the last engine there
 * is gone.  No call can be taken back; only the end of the process helps.
 */
struct yq_worker_watch {
	unsigned limit_ms; /* 0 = YQ_WORKER_LIMIT_MS; a connection counts with its job */
	/* A job is at work for longer; once a job.  Its thread cannot be joined. */
	void (*stuck)(void *cookie, unsigned seconds);
	/* Firebird is away, or has not answered for a while: why, for people.  NULL: there again.
	 * Told when it changes; may be NULL. */
	void (*away)(void *cookie, const char *why);
	void *cookie;
};
/* Report what goes on, on the loop.  Once, before the first job. */
void yq_worker_watch(struct yq_worker *worker, const struct yq_worker_watch *watch);

/*
 * Queue a job.  Loop thread only.  On YQ_OK `done` (may be NULL) runs exactly once, later, from the
 * loop.  On any other return neither function runs:
 *   YQ_E_LIMIT  the queue is full;  YQ_E_STATE  the worker is stopping.
 * `done` receives what `fn` returned, or, if `fn` did not run:
 *   the error of yq_firebird_open (YQ_E_RETRY when Firebird is away): given to every job that
 *     waits at that moment; the next attempt is made for the next job, no sooner than the back-off;
 *   YQ_E_STATE  handed back by yq_worker_stop.
 */
YQ_NODISCARD enum yq_rc yq_worker_submit(
    struct yq_worker *worker, yq_worker_fn *fn, yq_worker_done_fn *done, void *cookie);

/* Jobs submitted and not yet completed. */
size_t yq_worker_depth(const struct yq_worker *worker);
/* Whether the last job found a connection; true before the first. */
bool yq_worker_is_connected(struct yq_worker *worker);

/*
 * Take no more jobs.  `finish_queued`: run what is queued (without waiting for a Firebird that is
 * away); else hand it back.  When all completions have run, `closed` (may be NULL) runs from the
 * loop and the worker is freed.  Once only.
 */
void yq_worker_stop(
    struct yq_worker *worker, bool finish_queued, yq_worker_closed_fn *closed, void *cookie);

#endif
