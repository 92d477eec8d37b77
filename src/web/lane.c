/* lane.c - blocking work on threads, for an event loop. */
#include "web/lane.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/confirm.h"

#define THREADS_MAX	  8
#define LOOK_MS		  5000
#define CACHE_PAGES	  64		      /* of 16 KiB, for each connection to Firebird */
#define FIREBIRD_AGAIN_NS INT64_C(1000000000) /* after an attempt that failed */

/* Of each kind: threads, and jobs that may wait or work.  A password takes a tenth of a second of
 * one core, so that sixteen of them are a wait that somebody still bears. */
static const struct {
	const char *name;
	unsigned threads;
	size_t jobs_max;
} kinds[YQ_LANE_KIND_COUNT] = {
	[YQ_LANE_LIVE] = { "yq-web-live", 2, 256 },
	[YQ_LANE_ARCHIVE] = { "yq-web-archive", 2, 64 },
	[YQ_LANE_GATEWAY] = { "yq-web-gateway", 3, 64 },
	[YQ_LANE_PASSWORD] = { "yq-web-password", 1, 16 },
};

struct job {
	struct job *next;
	enum yq_lane_kind kind;
	yq_lane_fn *fn;
	yq_lane_done_fn *done;
	void *cookie;
};

struct list {
	struct job *first, **end;
};

struct lane {
	struct yq_lanes *lanes;
	enum yq_lane_kind kind;
	pthread_t thread;
	struct yq_desk desk;
	int64_t firebird_again_ns; /* no attempt before */
	uint64_t since_ns;	   /* under the lock; 0 = idle */
};

struct yq_lanes {
	/* the loop's */
	uv_async_t wake;
	uv_timer_t look;
	size_t depth, depth_of[YQ_LANE_KIND_COUNT];
	unsigned handles;
	bool told; /* that a job is stuck */
	/* written before the threads begin */
	struct yq_valkey_target valkey;
	struct yq_confirm confirm;
	struct yq_firebird_target firebird;
	void (*stuck)(void *cookie, unsigned seconds);
	void *cookie;
	struct lane lane[THREADS_MAX];
	unsigned lane_count;
	/* shared, under `lock` */
	pthread_mutex_t lock;
	pthread_cond_t changed[YQ_LANE_KIND_COUNT];
	struct list waiting[YQ_LANE_KIND_COUNT], finished;
	bool stopping;
	unsigned running; /* threads */
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

/* ---- a lane's thread ---- */

static enum yq_rc
open_valkey(struct yq_desk *desk, struct yq_err *err)
{
	struct lane *lane = desk->owner;
	enum yq_rc rc =
	    yq_valkey_sync_open(&lane->lanes->valkey, kinds[lane->kind].name, &desk->valkey, err);

	if (rc == YQ_OK)
		yq_valkey_sync_set_confirm(desk->valkey, &lane->lanes->confirm);
	return rc;
}

/* An attempt may take seconds: while Firebird is away, those who wait behind it are told at once.
 */
static enum yq_rc
open_firebird(struct yq_desk *desk, struct yq_err *err)
{
	const struct yq_firebird_options options = { .page_cache_pages = CACHE_PAGES };
	struct lane *lane = desk->owner;
	int64_t now_ns = yq_clock_monotonic_ns(yq_clock_system());
	enum yq_rc rc;

	if (now_ns < lane->firebird_again_ns)
		return yq_err_set(err, YQ_E_RETRY, "Firebird is away");
	rc = yq_firebird_open(&lane->lanes->firebird, &options, &desk->firebird, err);
	if (rc != YQ_OK)
		lane->firebird_again_ns =
		    yq_clock_monotonic_ns(yq_clock_system()) + FIREBIRD_AGAIN_NS;
	return rc;
}

/* A connection that was lost is closed, so that who needs it opens another. */
static void
drop_lost(struct yq_desk *desk)
{
	if (desk->valkey != NULL && !yq_valkey_sync_is_open(desk->valkey)) {
		yq_valkey_sync_close(desk->valkey);
		desk->valkey = NULL;
	}
	if (desk->firebird != NULL && !yq_firebird_is_connected(desk->firebird))
		yq_firebird_closep(&desk->firebird);
}

static void
run_job(struct lane *lane, struct job *job)
{
	struct yq_lanes *lanes = lane->lanes;

	lane->since_ns = uv_hrtime();
	pthread_mutex_unlock(&lanes->lock);
	drop_lost(&lane->desk);
	job->fn(&lane->desk, job->cookie);
	pthread_mutex_lock(&lanes->lock);
	lane->since_ns = 0;
	list_push(&lanes->finished, job);
	(void)uv_async_send(&lanes->wake);
}

static void *
run(void *argument)
{
	struct lane *lane = argument;
	struct yq_lanes *lanes = lane->lanes;

	pthread_mutex_lock(&lanes->lock);
	for (;;) {
		struct job *job = list_pop(&lanes->waiting[lane->kind]);

		if (job != NULL)
			run_job(lane, job);
		else if (lanes->stopping)
			break;
		else
			pthread_cond_wait(&lanes->changed[lane->kind], &lanes->lock);
	}
	pthread_mutex_unlock(&lanes->lock);
	yq_valkey_sync_close(lane->desk.valkey);
	yq_firebird_closep(&lane->desk.firebird);
	pthread_mutex_lock(&lanes->lock);
	lanes->running--;
	(void)uv_async_send(&lanes->wake);
	pthread_mutex_unlock(&lanes->lock);
	return NULL;
}

/* ---- the loop ---- */

static void
on_look(uv_timer_t *timer)
{
	struct yq_lanes *lanes = timer->data;
	uint64_t now_ns = uv_hrtime(), longest_ms = 0;

	pthread_mutex_lock(&lanes->lock);
	for (unsigned i = 0; i < lanes->lane_count; i++) {
		uint64_t since_ns = lanes->lane[i].since_ns;
		uint64_t ms = since_ns == 0 ? 0 : (now_ns - since_ns) / 1000000;

		longest_ms = ms > longest_ms ? ms : longest_ms;
	}
	pthread_mutex_unlock(&lanes->lock);
	if (longest_ms < YQ_LANE_LIMIT_MS || lanes->told)
		return;
	lanes->told = true;
	lanes->stuck(lanes->cookie, (unsigned)(longest_ms / 1000));
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_lanes *lanes = handle->data;

	if (--lanes->handles > 0)
		return;
	pthread_mutex_destroy(&lanes->lock);
	for (size_t i = 0; i < YQ_COUNT(kinds); i++)
		pthread_cond_destroy(&lanes->changed[i]);
	yq_valkey_target_clear(&lanes->valkey);
	yq_firebird_target_clear(&lanes->firebird);
	free(lanes);
}

static void
end(struct yq_lanes *lanes)
{
	for (unsigned i = 0; i < lanes->lane_count; i++)
		pthread_join(lanes->lane[i].thread, NULL);
	lanes->handles = 2;
	uv_close((uv_handle_t *)&lanes->wake, on_closed);
	uv_close((uv_handle_t *)&lanes->look, on_closed);
}

static void
on_wake(uv_async_t *wake)
{
	struct yq_lanes *lanes = wake->data;
	struct list done;
	struct job *job;
	bool ended;

	list_init(&done);
	pthread_mutex_lock(&lanes->lock);
	while ((job = list_pop(&lanes->finished)) != NULL)
		list_push(&done, job);
	ended = lanes->stopping && lanes->running == 0;
	pthread_mutex_unlock(&lanes->lock);
	while ((job = list_pop(&done)) != NULL) {
		lanes->depth--;
		lanes->depth_of[job->kind]--;
		job->done(job->cookie);
		free(job);
	}
	if (ended && !uv_is_closing((uv_handle_t *)wake))
		end(lanes);
}

static enum yq_rc
start_thread(struct yq_lanes *lanes, enum yq_lane_kind kind, struct yq_err *err)
{
	struct lane *lane = &lanes->lane[lanes->lane_count];
	int fault;

	assert(lanes->lane_count < THREADS_MAX);
	lane->lanes = lanes;
	lane->kind = kind;
	lane->desk = (struct yq_desk){
		.open_valkey = open_valkey, .open_firebird = open_firebird, .owner = lane
	};
	pthread_mutex_lock(&lanes->lock);
	fault = pthread_create(&lane->thread, NULL, run, lane);
	if (fault == 0) {
		lanes->lane_count++;
		lanes->running++;
	}
	pthread_mutex_unlock(&lanes->lock);
	return fault == 0 ? YQ_OK
			  : yq_err_errno(err, YQ_E_SYSTEM, fault, "cannot start a lane's thread");
}

enum yq_rc
yq_lanes_start(uv_loop_t *loop, const struct yq_lane_options *options, struct yq_lanes **ret_lanes,
    struct yq_err *err)
{
	struct yq_lanes *lanes = yq_xcalloc(1, sizeof(*lanes));
	enum yq_rc rc = YQ_OK;

	lanes->valkey = yq_valkey_target_copy(options->valkey);
	lanes->confirm = *options->confirm;
	lanes->firebird = options->firebird;
	lanes->stuck = options->stuck;
	lanes->cookie = options->cookie;
	list_init(&lanes->finished);
	pthread_mutex_init(&lanes->lock, NULL);
	for (size_t i = 0; i < YQ_COUNT(kinds); i++) {
		list_init(&lanes->waiting[i]);
		pthread_cond_init(&lanes->changed[i], NULL);
	}
	if (uv_async_init(loop, &lanes->wake, on_wake) != 0 ||
	    uv_timer_init(loop, &lanes->look) != 0)
		YQ_PANIC("event loop handles cannot be made");
	lanes->wake.data = lanes->look.data = lanes;
	uv_timer_start(&lanes->look, on_look, LOOK_MS, LOOK_MS);
	for (int kind = 0; kind < YQ_LANE_KIND_COUNT; kind++)
		for (unsigned i = 0; i < kinds[kind].threads && rc == YQ_OK; i++)
			rc = start_thread(lanes, (enum yq_lane_kind)kind, err);
	*ret_lanes = lanes;
	if (rc != YQ_OK) {
		yq_lanes_stop(lanes);
		*ret_lanes = NULL;
	}
	return rc;
}

bool
yq_lanes_submit(struct yq_lanes *lanes, enum yq_lane_kind kind, yq_lane_fn *fn,
    yq_lane_done_fn *done, void *cookie)
{
	struct job *job;

	if (lanes->depth_of[kind] >= kinds[kind].jobs_max || lanes->stopping)
		return false;
	job = yq_xcalloc(1, sizeof(*job));
	*job = (struct job){ .kind = kind, .fn = fn, .done = done, .cookie = cookie };
	lanes->depth++;
	lanes->depth_of[kind]++;
	pthread_mutex_lock(&lanes->lock);
	list_push(&lanes->waiting[kind], job);
	pthread_cond_signal(&lanes->changed[kind]);
	pthread_mutex_unlock(&lanes->lock);
	return true;
}

size_t
yq_lanes_depth(const struct yq_lanes *lanes)
{
	return lanes->depth;
}

size_t
yq_lanes_depth_of(const struct yq_lanes *lanes, enum yq_lane_kind kind)
{
	return lanes->depth_of[kind];
}

void
yq_lanes_stop(struct yq_lanes *lanes)
{
	if (lanes == NULL)
		return;
	pthread_mutex_lock(&lanes->lock);
	lanes->stopping = true;
	for (size_t i = 0; i < YQ_COUNT(kinds); i++)
		pthread_cond_broadcast(&lanes->changed[i]);
	(void)uv_async_send(&lanes->wake);
	pthread_mutex_unlock(&lanes->lock);
}
