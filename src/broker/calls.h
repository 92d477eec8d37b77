/*
 * calls.h - the calls that go out under one key of a broker, on the loop.
 *
 * One struct yq_calls a key, one struct yq_caller an account that uses it.  Who wants to call asks
 * for a turn; call_queue.h says who comes next.  What a call is - an HTTP request - nobody here
 * knows.  Loop thread only; nothing blocks.
 *
 *	yq_calls_ask(caller, YQ_CALL_PRIORITY_ORDER, 3000, on_turn, request);
 *	on_turn(request, YQ_OK, turn, NULL):	send it; keep `turn`
 *	on_reply(...):				yq_turn_done(turn)
 */
#ifndef YQ_BROKER_CALLS_H
#define YQ_BROKER_CALLS_H

#include <uv.h>

#include "base/clock.h"
#include "base/err.h"
#include "broker/call_queue.h"

#define YQ_CALLS_WAITING_MAX	      4096   /* of one key; further ones end with YQ_E_RETRY */
#define YQ_CALLS_BACK_OFF_MIN_MS      250    /* where the broker does not say how long ... */
#define YQ_CALLS_BACK_OFF_MAX_MS      8000   /* ... doubling up to this, while it goes on */
#define YQ_CALLS_BACK_OFF_TOLD_MAX_MS 600000 /* it says longer: this */
#define YQ_CALLS_AHEAD_MS	      2000

struct yq_calls;  /* opaque */
struct yq_caller; /* opaque */
struct yq_turn;	  /* opaque */

/*
 * Exactly once for each that asked, later, from the loop, or from inside yq_caller_free:
 *   YQ_OK       make the call now.  `turn` is to be given to yq_turn_done when it has ended, at
 *               once or later, once; also after yq_caller_free.
 *   YQ_E_RETRY  it was not begun, and will not be: its time is over, there are too many, it was
 *               taken back, or its caller is freed.  `turn` is gone; `err` is set, and borrowed.
 */
typedef void yq_turn_fn(
    void *cookie, enum yq_rc rc, struct yq_turn *turn, const struct yq_err *err);

/* `clock` is borrowed until the last caller is freed and its last turn is done. */
YQ_NODISCARD struct yq_calls *yq_calls_make(
    uv_loop_t *loop, const struct yq_clock *clock, const struct yq_call_limits *limits);
/* No caller is left.  It lives until its last turn is done, and closes its timer on the loop.  NULL
 * is a no-op. */
void yq_calls_free(struct yq_calls *calls);

YQ_NODISCARD struct yq_caller *yq_caller_make(struct yq_calls *calls);
/* What waits ends with YQ_E_RETRY, now; nothing more is asked meanwhile.  NULL is a no-op. */
void yq_caller_free(struct yq_caller *caller);

/*
 * Ask for a turn that comes within `wait_ms`.  The handle is valid until `fn` has run with anything
 * but YQ_OK, or until yq_turn_done.
 */
struct yq_turn *yq_calls_ask(struct yq_caller *caller, enum yq_call_priority priority,
    uint32_t wait_ms, yq_turn_fn *fn, void *cookie);
/* Do not begin it: `fn` runs with YQ_E_RETRY, from the loop.  False: it has begun already. */
bool yq_turn_take_back(struct yq_turn *turn);
void yq_turn_done(struct yq_turn *turn);

/* The broker said that there were too many calls: nobody begins one for `ms`; 0 = it did not say
 * how long. */
void yq_calls_back_off(struct yq_calls *calls, uint32_t ms);

/*
 * How many orders to give to such a queue at a time, at most `most`: as many as go out in
 * YQ_CALLS_AHEAD_MS, and one that is answered makes room for the next.  More would only wait here,
 * where their time runs out, and not with their owner, who knows what to send first.
 */
unsigned yq_calls_ahead(const struct yq_call_limits *limits, unsigned most);

/* For metrics. */
struct yq_calls_stats {
	size_t waiting, in_flight;
	uint64_t begun, ended_unbegun, back_offs;
	int64_t paused_ms; /* still to go */
};
struct yq_calls_stats yq_calls_stats(const struct yq_calls *calls);

#endif
