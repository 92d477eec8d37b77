/* calls.c - the calls that go out under one key of a broker, on the loop. */
#include "broker/calls.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define MS_NS INT64_C(1000000)

struct yq_turn {
	struct yq_calls *calls;
	struct yq_caller *caller; /* NULL = begun */
	struct yq_queued *queued;
	enum yq_call_priority priority;
	const char *why; /* it ends so, unbegun; NULL = it waits */
	yq_turn_fn *fn;
	void *cookie;
};

struct yq_calls {
	const struct yq_clock *clock;
	struct yq_call_queue *queue;
	uv_timer_t timer;
	size_t callers;
	bool freed, running;
	uint32_t back_off_ms;	/* the last one that we chose */
	int64_t back_off_until; /* of any */
	uint64_t begun, ended_unbegun, back_offs;
};

struct yq_caller {
	struct yq_calls *calls;
	struct yq_call_party *party;
	bool freed;
};

static void on_timer(uv_timer_t *timer);

static int64_t
now_of(const struct yq_calls *calls)
{
	return yq_clock_monotonic_ns(calls->clock);
}

static void
look_in(struct yq_calls *calls, uint64_t ms)
{
	uv_update_time(calls->timer.loop);
	(void)uv_timer_start(&calls->timer, on_timer, ms, 0);
}

struct yq_calls *
yq_calls_make(uv_loop_t *loop, const struct yq_clock *clock, const struct yq_call_limits *limits)
{
	struct yq_calls *calls = yq_xcalloc(1, sizeof(*calls));

	calls->clock = clock;
	calls->queue = yq_call_queue_make(limits, yq_clock_monotonic_ns(clock));
	calls->back_off_until = INT64_MIN;
	(void)uv_timer_init(loop, &calls->timer);
	calls->timer.data = calls;
	return calls;
}

/* ---- the end ---- */

static void
on_closed(uv_handle_t *handle)
{
	struct yq_calls *calls = handle->data;

	yq_call_queue_free(calls->queue);
	free(calls);
}

/* When nobody can come back to it. */
static void
close_if_over(struct yq_calls *calls)
{
	if (!calls->freed || calls->running || yq_call_queue_in_flight(calls->queue) > 0)
		return;
	if (!uv_is_closing((uv_handle_t *)&calls->timer))
		uv_close((uv_handle_t *)&calls->timer, on_closed);
}

void
yq_calls_free(struct yq_calls *calls)
{
	if (calls == NULL)
		return;
	assert(calls->callers == 0);
	calls->freed = true;
	(void)uv_timer_stop(&calls->timer);
	close_if_over(calls);
}

/* It was not begun, and is no more. */
static void
end_unbegun(struct yq_queued *queued, const char *why)
{
	struct yq_turn *turn = yq_call_queue_owner(queued);
	yq_turn_fn *fn = turn->fn;
	void *cookie = turn->cookie;
	struct yq_err err;

	yq_call_queue_remove(queued);
	(void)yq_err_set(
	    &err, YQ_E_RETRY, "the call was not made: %s", turn->why != NULL ? turn->why : why);
	turn->calls->ended_unbegun++;
	free(turn);
	fn(cookie, YQ_E_RETRY, NULL, &err);
}

/* ---- callers ---- */

struct yq_caller *
yq_caller_make(struct yq_calls *calls)
{
	struct yq_caller *caller = yq_xcalloc(1, sizeof(*caller));

	caller->calls = calls;
	caller->party = yq_call_queue_join(calls->queue);
	calls->callers++;
	return caller;
}

void
yq_caller_free(struct yq_caller *caller)
{
	struct yq_queued *queued;

	if (caller == NULL)
		return;
	caller->freed = true;
	while ((queued = yq_call_queue_of(caller->party)) != NULL)
		end_unbegun(queued, "its account is not served any more");
	yq_call_queue_leave(caller->party);
	caller->calls->callers--;
	free(caller);
}

/* ---- turns ---- */

/* Let it wait for so long; 0 = it ends in the loop's next turn. */
static void
let_wait(struct yq_turn *turn, uint32_t ms)
{
	int64_t now_ns = now_of(turn->calls);

	turn->queued = yq_call_queue_add(
	    turn->caller->party, turn->priority, now_ns, now_ns + (int64_t)ms * MS_NS, turn);
	if (!turn->calls->running)
		look_in(turn->calls, 0);
}

struct yq_turn *
yq_calls_ask(struct yq_caller *caller, enum yq_call_priority priority, uint32_t wait_ms,
    yq_turn_fn *fn, void *cookie)
{
	struct yq_turn *turn = yq_xcalloc(1, sizeof(*turn));
	size_t waiting = yq_call_queue_waiting(caller->calls->queue);

	assert(!caller->freed);
	*turn = (struct yq_turn){ .calls = caller->calls,
		.caller = caller,
		.priority = priority,
		.fn = fn,
		.cookie = cookie };
	if (waiting >= YQ_CALLS_WAITING_MAX)
		turn->why = "too many wait for the broker";
	let_wait(turn, turn->why != NULL ? 0 : wait_ms);
	return turn;
}

bool
yq_turn_take_back(struct yq_turn *turn)
{
	if (turn->caller == NULL)
		return false;
	if (turn->why != NULL)
		return true;
	turn->why = "it was taken back";
	yq_call_queue_remove(turn->queued);
	let_wait(turn, 0);
	return true;
}

void
yq_turn_done(struct yq_turn *turn)
{
	struct yq_calls *calls = turn->calls;

	assert(turn->caller == NULL);
	yq_call_queue_remove(turn->queued);
	free(turn);
	if (!calls->freed && !calls->running)
		look_in(calls, 0);
	close_if_over(calls);
}

/* ---- the loop ---- */

static bool
end_one(struct yq_calls *calls)
{
	struct yq_queued *queued = yq_call_queue_overdue(calls->queue, now_of(calls));

	if (queued != NULL)
		end_unbegun(
		    queued, "its turn did not come in time, for the broker takes only so many");
	return queued != NULL;
}

static bool
begin_one(struct yq_calls *calls)
{
	struct yq_queued *queued = yq_call_queue_start(calls->queue, now_of(calls));
	struct yq_turn *turn;

	if (queued == NULL)
		return false;
	turn = yq_call_queue_owner(queued);
	turn->caller = NULL;
	calls->begun++;
	turn->fn(turn->cookie, YQ_OK, turn, NULL);
	return true;
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_calls *calls = timer->data;
	int64_t now_ns, next_ns;

	calls->running = true;
	while (!calls->freed && (end_one(calls) || begin_one(calls)))
		;
	calls->running = false;
	close_if_over(calls);
	if (calls->freed)
		return;
	now_ns = now_of(calls);
	next_ns = yq_call_queue_next_ns(calls->queue, now_ns);
	if (next_ns != INT64_MAX)
		look_in(calls,
		    next_ns <= now_ns ? 0 : (uint64_t)((next_ns - now_ns + MS_NS - 1) / MS_NS));
}

void
yq_calls_back_off(struct yq_calls *calls, uint32_t ms)
{
	int64_t now_ns = now_of(calls), until_ns;
	bool goes_on = now_ns - YQ_CALLS_BACK_OFF_MAX_MS * MS_NS < calls->back_off_until;

	if (ms == 0 && now_ns < calls->back_off_until)
		return; /* calls that went out before it */
	if (ms == 0) {
		ms = goes_on ? calls->back_off_ms * 2 : YQ_CALLS_BACK_OFF_MIN_MS;
		ms = ms < YQ_CALLS_BACK_OFF_MIN_MS ? YQ_CALLS_BACK_OFF_MIN_MS : ms;
		ms = ms > YQ_CALLS_BACK_OFF_MAX_MS ? YQ_CALLS_BACK_OFF_MAX_MS : ms;
		calls->back_off_ms = ms;
	}
	ms = ms > YQ_CALLS_BACK_OFF_TOLD_MAX_MS ? YQ_CALLS_BACK_OFF_TOLD_MAX_MS : ms;
	until_ns = now_ns + (int64_t)ms * MS_NS;
	if (until_ns <= calls->back_off_until)
		return;
	calls->back_off_until = until_ns;
	calls->back_offs++;
	yq_call_queue_pause(calls->queue, now_ns, until_ns);
}

unsigned
yq_calls_ahead(const struct yq_call_limits *limits, unsigned most)
{
	uint64_t window_ms = limits->window_ms > 0 ? limits->window_ms : 1;
	uint64_t count = (uint64_t)limits->calls_max * YQ_CALLS_AHEAD_MS / window_ms;

	if (limits->calls_max == 0 || count >= most)
		return most;
	return count > 2 ? (unsigned)count : 2;
}

struct yq_calls_stats
yq_calls_stats(const struct yq_calls *calls)
{
	int64_t now_ns = now_of(calls);

	return (struct yq_calls_stats){
		.waiting = yq_call_queue_waiting(calls->queue),
		.in_flight = yq_call_queue_in_flight(calls->queue),
		.begun = calls->begun,
		.ended_unbegun = calls->ended_unbegun,
		.back_offs = calls->back_offs,
		.paused_ms =
		    calls->back_off_until > now_ns ? (calls->back_off_until - now_ns) / MS_NS : 0,
	};
}
