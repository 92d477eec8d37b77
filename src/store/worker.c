/* worker.c - runs Firebird's blocking calls on one thread, for an event loop. */
#include "store/worker.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/str.h"

struct job {
	struct job *next;
	yq_worker_fn *fn;
	yq_worker_done_fn *done;
	void *cookie;
	enum yq_rc rc;
	struct yq_err err;
};

struct list {
	struct job *first, **end;
};

struct yq_worker {
	/* the loop's */
	uv_async_t wake;
	size_t depth, queue_max;
	yq_worker_closed_fn *closed;
	void *closed_cookie;
	struct yq_worker_watch watch;
	uv_timer_t look;    /* runs while there are jobs and somebody watches */
	uint64_t stuck_job; /* the one that was told of */
	bool away;	    /* as it was told */
	unsigned handles;   /* to close */
	/* the thread's */
	struct yq_firebird_target target;
	struct yq_firebird_options options;
	struct yq_firebird *firebird;
	unsigned backoff_ms;	    /* 0 = the last attempt succeeded */
	struct timespec not_before; /* of the next attempt; CLOCK_MONOTONIC */
	pthread_t thread;
	/* shared, under `lock` */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct list waiting, finished;
	bool stopping, hand_back, ended, connected;
	uint64_t begun; /* jobs begun; the last of them is at work while since_ns is set */
	uint64_t since_ns;
	char fault[YQ_ERR_TEXT_MAX]; /* why it is not connected */
};

static void
list_init(struct list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

static void
list_push(struct list *list, struct job *job)
{
	job->next = NULL;
	*list->end = job;
	list->end = &job->next;
}

static struct job *
list_pop(struct list *list)
{
	struct job *job = list->first;

	if (job == NULL)
		return NULL;
	list->first = job->next;
	if (list->first == NULL)
		list->end = &list->first;
	return job;
}

/* ---- the worker's thread ---- */

/* With the lock held. */
static void
finish(struct yq_worker *worker, struct job *job)
{
	list_push(&worker->finished, job);
	(void)uv_async_send(&worker->wake);
}

/* The fault that answers `first` answers all that wait.  With the lock held. */
static void
finish_all(struct yq_worker *worker, struct job *first, enum yq_rc rc, const struct yq_err *err)
{
	for (struct job *job = first; job != NULL; job = list_pop(&worker->waiting)) {
		job->rc = rc;
		job->err = *err;
		finish(worker, job);
	}
}

static void
set_not_before(struct yq_worker *worker)
{
	unsigned doubled = worker->backoff_ms * 2;

	worker->backoff_ms = doubled < YQ_WORKER_BACKOFF_MIN_MS	  ? YQ_WORKER_BACKOFF_MIN_MS
			     : doubled > YQ_WORKER_BACKOFF_MAX_MS ? YQ_WORKER_BACKOFF_MAX_MS
								  : doubled;
	clock_gettime(CLOCK_MONOTONIC, &worker->not_before);
	worker->not_before.tv_sec += worker->backoff_ms / 1000;
	worker->not_before.tv_nsec += (long)(worker->backoff_ms % 1000) * 1000000;
	if (worker->not_before.tv_nsec >= 1000000000) {
		worker->not_before.tv_sec++;
		worker->not_before.tv_nsec -= 1000000000;
	}
}

/* Wait until the back-off is over or the worker is to stop.  With the lock held. */
static void
wait_backoff(struct yq_worker *worker)
{
	while (worker->backoff_ms > 0 && !worker->stopping) {
		if (pthread_cond_timedwait(&worker->changed, &worker->lock, &worker->not_before) !=
		    0)
			return; /* the time has come */
	}
}

/* A connection, or the reason why there is none.  Without the lock. */
static enum yq_rc
connect_if_needed(struct yq_worker *worker, struct yq_err *err)
{
	struct yq_firebird *firebird = worker->firebird;
	enum yq_rc rc;

	if (firebird != NULL && yq_firebird_is_connected(firebird))
		return YQ_OK;
	yq_firebird_closep(&worker->firebird);
	rc = yq_firebird_open(&worker->target, &worker->options, &worker->firebird, err);
	if (rc == YQ_OK)
		worker->backoff_ms = 0;
	else
		set_not_before(worker);
	return rc;
}

/* Take the lock on entry and return; let it go while Firebird works. */
static void
run_job(struct yq_worker *worker, struct job *job)
{
	struct yq_err err = { 0 };
	enum yq_rc rc;

	wait_backoff(worker);
	if (worker->hand_back) {
		rc = yq_err_set(&err, YQ_E_STATE, "the store is stopping; the work was not begun");
		finish_all(worker, job, rc, &err);
		return;
	}
	worker->begun++;
	worker->since_ns = uv_hrtime();
	pthread_mutex_unlock(&worker->lock);
	rc = connect_if_needed(worker, &err);
	if (rc == YQ_OK) {
		job->rc = job->fn(worker->firebird, job->cookie, &job->err);
		if (job->rc == YQ_OK)
			job->err.text[0] = '\0';
	}
	pthread_mutex_lock(&worker->lock);
	worker->since_ns = 0;
	worker->connected = rc == YQ_OK && yq_firebird_is_connected(worker->firebird);
	if (!worker->connected)
		yq_str_copy_cut(worker->fault, sizeof(worker->fault),
		    rc != YQ_OK ? err.text : "the connection was lost");
	if (rc == YQ_OK)
		finish(worker, job);
	else
		finish_all(worker, job, rc, &err);
}

static void *
run(void *argument)
{
	struct yq_worker *worker = argument;

	pthread_mutex_lock(&worker->lock);
	for (;;) {
		struct job *job = list_pop(&worker->waiting);

		if (job != NULL)
			run_job(worker, job);
		else if (worker->stopping)
			break;
		else
			pthread_cond_wait(&worker->changed, &worker->lock);
	}
	pthread_mutex_unlock(&worker->lock);
	yq_firebird_closep(&worker->firebird);
	pthread_mutex_lock(&worker->lock);
	worker->ended = true;
	(void)uv_async_send(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* ---- the loop ---- */

static void
tell_away(struct yq_worker *worker, const char *why)
{
	if (why == NULL && !worker->away)
		return;
	worker->away = why != NULL;
	if (worker->watch.away != NULL)
		worker->watch.away(worker->watch.cookie, why);
}

/* What is at work, and for how long. */
static void
on_look(uv_timer_t *timer)
{
	struct yq_worker *worker = timer->data;
	uint64_t period_ms = uv_timer_get_repeat(timer), ms, job;
	char text[96];

	pthread_mutex_lock(&worker->lock);
	ms = worker->since_ns == 0 ? 0 : (uv_hrtime() - worker->since_ns) / 1000000;
	job = worker->begun;
	pthread_mutex_unlock(&worker->lock);
	if (ms >= period_ms) {
		(void)yq_str_format(text, sizeof(text), "Firebird has not answered for %llu s",
		    (unsigned long long)(ms / 1000));
		tell_away(worker, text);
	}
	if (ms >= worker->watch.limit_ms && worker->stuck_job != job) {
		worker->stuck_job = job;
		worker->watch.stuck(worker->watch.cookie, (unsigned)(ms / 1000));
	}
}

/* After a job: what its end shows of Firebird. */
static void
look_again(struct yq_worker *worker)
{
	char fault[YQ_ERR_TEXT_MAX];
	bool connected;

	if (worker->depth == 0)
		uv_timer_stop(&worker->look);
	pthread_mutex_lock(&worker->lock);
	connected = worker->connected;
	memcpy(fault, worker->fault, sizeof(fault));
	pthread_mutex_unlock(&worker->lock);
	tell_away(worker, connected ? NULL : fault);
}

void
yq_worker_watch(struct yq_worker *worker, const struct yq_worker_watch *watch)
{
	assert(watch->stuck != NULL && worker->watch.stuck == NULL && worker->depth == 0);
	worker->watch = *watch;
	if (watch->limit_ms == 0)
		worker->watch.limit_ms = YQ_WORKER_LIMIT_MS;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_worker *worker = handle->data;

	if (--worker->handles > 0)
		return;
	if (worker->closed != NULL)
		worker->closed(worker->closed_cookie);
	pthread_mutex_destroy(&worker->lock);
	pthread_cond_destroy(&worker->changed);
	yq_firebird_target_clear(&worker->target);
	free(worker);
}

static void
close_handles(struct yq_worker *worker)
{
	worker->handles = 2;
	uv_close((uv_handle_t *)&worker->wake, on_closed);
	uv_close((uv_handle_t *)&worker->look, on_closed);
}

static void
on_wake(uv_async_t *wake)
{
	struct yq_worker *worker = wake->data;
	struct list done;
	struct job *job;
	bool ended, any = false;

	list_init(&done);
	pthread_mutex_lock(&worker->lock);
	while ((job = list_pop(&worker->finished)) != NULL)
		list_push(&done, job);
	ended = worker->ended;
	pthread_mutex_unlock(&worker->lock);
	while ((job = list_pop(&done)) != NULL) {
		worker->depth--;
		if (job->done != NULL)
			job->done(job->cookie, job->rc, &job->err);
		free(job);
		any = true;
	}
	if (any && worker->watch.stuck != NULL)
		look_again(worker);
	if (ended && !uv_is_closing((uv_handle_t *)wake)) {
		pthread_join(worker->thread, NULL);
		close_handles(worker);
	}
}

enum yq_rc
yq_worker_start(uv_loop_t *loop, const struct yq_firebird_target *target,
    const struct yq_firebird_options *options, size_t queue_max, struct yq_worker **ret_worker,
    struct yq_err *err)
{
	struct yq_worker *worker = yq_xcalloc(1, sizeof(*worker));
	pthread_condattr_t monotonic;
	int fault;

	*ret_worker = NULL;
	worker->queue_max = queue_max != 0 ? queue_max : YQ_WORKER_QUEUE_MAX;
	worker->connected = true;
	worker->target = *target;
	worker->target.password = yq_secret_copy(target->password);
	if (options != NULL)
		worker->options = *options;
	list_init(&worker->waiting);
	list_init(&worker->finished);
	pthread_mutex_init(&worker->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	fault = uv_async_init(loop, &worker->wake, on_wake);
	if (fault != 0)
		YQ_PANIC("uv_async_init: %s", uv_strerror(fault));
	(void)uv_timer_init(loop, &worker->look);
	worker->wake.data = worker->look.data = worker;
	fault = pthread_create(&worker->thread, NULL, run, worker);
	if (fault != 0) {
		close_handles(worker); /* frees on the loop's next turn */
		return yq_err_errno(err, YQ_E_SYSTEM, fault, "cannot start the store's thread");
	}
	*ret_worker = worker;
	return YQ_OK;
}

enum yq_rc
yq_worker_submit(struct yq_worker *worker, yq_worker_fn *fn, yq_worker_done_fn *done, void *cookie)
{
	struct job *job;

	if (worker->stopping) /* written by this thread alone */
		return YQ_E_STATE;
	if (worker->depth >= worker->queue_max)
		return YQ_E_LIMIT;
	job = yq_xcalloc(1, sizeof(*job));
	job->fn = fn;
	job->done = done;
	job->cookie = cookie;
	if (worker->depth++ == 0 && worker->watch.stuck != NULL) {
		uint64_t period_ms = 1 + worker->watch.limit_ms / YQ_WORKER_LOOKS;

		uv_timer_start(&worker->look, on_look, period_ms, period_ms);
	}
	pthread_mutex_lock(&worker->lock);
	list_push(&worker->waiting, job);
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	return YQ_OK;
}

size_t
yq_worker_depth(const struct yq_worker *worker)
{
	return worker->depth;
}

bool
yq_worker_is_connected(struct yq_worker *worker)
{
	bool connected;

	pthread_mutex_lock(&worker->lock);
	connected = worker->connected;
	pthread_mutex_unlock(&worker->lock);
	return connected;
}

void
yq_worker_stop(
    struct yq_worker *worker, bool finish_queued, yq_worker_closed_fn *closed, void *cookie)
{
	assert(!worker->stopping);
	worker->closed = closed;
	worker->closed_cookie = cookie;
	pthread_mutex_lock(&worker->lock);
	worker->stopping = true;
	worker->hand_back = !finish_queued;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}
