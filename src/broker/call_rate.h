/*
 * call_rate.h - when the next call may go out, so that a broker never counts too many.
 *
 * Two bounds at once: a broker counts the calls of a window that begins at any moment, so the last
 * `calls_max` are remembered; and a bucket spreads them, so that a burst does not use up a window
 * that somebody urgent needs a moment later.  Pure: the time is given, monotonic, in ns.
 */
#ifndef YQ_BROKER_CALL_RATE_H
#define YQ_BROKER_CALL_RATE_H

#include "base/common.h"

#define YQ_CALL_WINDOW_MAX 10000 /* calls_max; more counts as that */

struct yq_call_rate {
	uint32_t calls_max; /* 0 = no limit */
	uint32_t burst;
	int64_t window_ns, interval_ns; /* window / calls_max */
	int64_t *begun;			/* the last calls_max, a ring; owned */
	uint64_t count;			/* of all times */
	int64_t credit_ns, at_ns;	/* in the bucket, as of then; a call costs interval_ns */
	int64_t not_before_ns;		/* a pause */
};

/* A full bucket.  `burst` is 1 to calls_max, whatever is given.  Cleared by its owner. */
YQ_NODISCARD struct yq_call_rate yq_call_rate_make(
    uint32_t calls_max, uint32_t window_ms, uint32_t burst, int64_t now_ns);
void yq_call_rate_clear(struct yq_call_rate *rate);
/* From when on a call may be made that leaves room for `reserve` more, if none is made before it;
 * maybe in the past.  Half of a burst and half of a window are the most that is left. */
int64_t yq_call_rate_next_ns(const struct yq_call_rate *rate, uint32_t reserve);
/* One is made; not before yq_call_rate_next_ns(rate, 0). */
void yq_call_rate_take(struct yq_call_rate *rate, int64_t now_ns);
/* None before `until_ns`, and then one, and no burst. */
void yq_call_rate_pause(struct yq_call_rate *rate, int64_t until_ns);

#endif
