/*
 * call_queue.h - which call of one broker key goes next, and when.
 *
 * A broker counts calls by key, and several accounts may share one.  Never more than `calls_max`
 * calls are started within any window of `window_ms`, never more than `burst` at once, never more
 * than `in_flight_max` are without an answer.  The most urgent go first; among equals the accounts
 * take turns, each with its oldest.  Cancels and orders go before all questions; among the
 * questions one that has waited for YQ_CALL_FRESH_NS goes before fresher ones of any kind, so that
 * they share what is left when there is too little for all.  So that nothing waits for ever, a
 * priority of which something has waited and nothing gone for YQ_CALL_PATIENCE_NS goes before all
 * others, once.
 *
 * Pure: the time is given, monotonic, in ns.  calls.h drives it on a loop.
 */
#ifndef YQ_BROKER_CALL_QUEUE_H
#define YQ_BROKER_CALL_QUEUE_H

#include "base/common.h"

enum yq_call_priority {
	YQ_CALL_PRIORITY_CANCEL,
	YQ_CALL_PRIORITY_ORDER,	  /* submit, replace */
	YQ_CALL_PRIORITY_FIND,	  /* an order in doubt, open orders, fills */
	YQ_CALL_PRIORITY_ACCOUNT, /* balances, positions */
	YQ_CALL_PRIORITY_PRICE,	  /* prices, and whatever else can wait */
	YQ_CALL_PRIORITY_COUNT,
};

#define YQ_CALL_PATIENCE_NS INT64_C(10000000000)
#define YQ_CALL_FRESH_NS    INT64_C(2000000000)

struct yq_call_limits {
	uint32_t calls_max,
	    window_ms;	/* in any window; calls_max 0 = no limit, at most YQ_CALL_WINDOW_MAX */
	uint32_t burst; /* at once after a pause; 0 = 1; at most calls_max */
	unsigned in_flight_max; /* started and not done; 0 = no limit */
	/* Of each of the three above, what only cancels and orders may use, so that they find room
	 * however much is asked about; less where there would be nothing left for the others. */
	unsigned reserve;
};

struct yq_call_queue; /* opaque */
struct yq_call_party; /* opaque: one of those who take turns */
struct yq_queued;     /* opaque: a call, from yq_call_queue_add to yq_call_queue_remove */

YQ_NODISCARD struct yq_call_queue *yq_call_queue_make(
    const struct yq_call_limits *limits, int64_t now_ns);
/* Nobody has a call in it, and all parties have left.  NULL is a no-op. */
void yq_call_queue_free(struct yq_call_queue *queue);

YQ_NODISCARD struct yq_call_party *yq_call_queue_join(struct yq_call_queue *queue);
/* It has no call waiting; those that were started may go on.  NULL is a no-op. */
void yq_call_queue_leave(struct yq_call_party *party);
/* One of its calls that wait, or NULL. */
struct yq_queued *yq_call_queue_of(const struct yq_call_party *party);

/* A call that waits; it is to be started before `deadline_ns`.  `owner` is the caller's. */
YQ_NODISCARD struct yq_queued *yq_call_queue_add(struct yq_call_party *party,
    enum yq_call_priority priority, int64_t now_ns, int64_t deadline_ns, void *owner);
void *yq_call_queue_owner(const struct yq_queued *call);
/* The call is over, however far it came: waiting, it is taken back; started, its room is free. */
void yq_call_queue_remove(struct yq_queued *call);

/* The call to start now, which is counted as started, or NULL; NULL too while one is overdue.  One
 * whose deadline is over is never started. */
struct yq_queued *yq_call_queue_start(struct yq_call_queue *queue, int64_t now_ns);
/* A waiting call whose deadline is over, or NULL: to be removed. */
struct yq_queued *yq_call_queue_overdue(struct yq_call_queue *queue, int64_t now_ns);
/* When to look again if nothing else happens; INT64_MAX = nothing changes by time alone. */
int64_t yq_call_queue_next_ns(const struct yq_call_queue *queue, int64_t now_ns);
/* Start nothing before `until_ns`, and then no burst: the broker has had enough. */
void yq_call_queue_pause(struct yq_call_queue *queue, int64_t now_ns, int64_t until_ns);

size_t yq_call_queue_waiting(const struct yq_call_queue *queue);
size_t yq_call_queue_in_flight(const struct yq_call_queue *queue);

#endif
