/*
 * bench_calls.c - how long calls wait for their turn when 20 accounts share one key at its limit.
 *
 *	bench_calls [seconds]
 *
 * In simulated time: 18 calls in any second; orders 6 and cancels 2 a second at random moments, and
 * questions of all accounts that take whatever is left.  An answer takes 40 ms.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/call_queue.h"

#define ACCOUNTS   20
#define MS	   INT64_C(1000000)
#define SECOND	   (1000 * MS)
#define ANSWER_NS  (40 * MS)
#define FLIGHT_MAX 16
#define CALLS_MAX  18

struct waited {
	int64_t *ns;
	size_t count, room;
};

struct bench {
	struct yq_call_queue *queue;
	struct yq_call_party *parties[ACCOUNTS];
	int64_t now_ns;
	uint64_t seed;
	struct waited waited[YQ_CALL_PRIORITY_COUNT];
	int64_t next_ns[2]; /* arrivals of cancels, of orders */
	struct call *flying[FLIGHT_MAX];
	size_t flying_count;
	int64_t begun_ns[CALLS_MAX + 1]; /* the last of them, a ring */
	uint64_t begun;
	bool exceeded;
};

struct call {
	struct yq_queued *queued;
	enum yq_call_priority priority;
	unsigned account;
	int64_t asked_ns, answered_ns;
};

static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Until the next of so many a second. */
static int64_t
gap_ns(struct bench *b, double per_second)
{
	double uniform = ((double)(next_random(&b->seed) >> 11) + 1) / 9007199254740993.0;

	return (int64_t)(-log(uniform) / per_second * (double)SECOND);
}

static void
ask(struct bench *b, unsigned account, enum yq_call_priority priority)
{
	struct call *call = yq_xcalloc(1, sizeof(*call));

	*call = (struct call){ .priority = priority, .account = account, .asked_ns = b->now_ns };
	call->queued = yq_call_queue_add(
	    b->parties[account], priority, b->now_ns, b->now_ns + 600 * SECOND, call);
}

/* Each account has one question of each kind under way at all times. */
static void
ask_again(struct bench *b, const struct call *call)
{
	if (call->priority > YQ_CALL_PRIORITY_ORDER)
		ask(b, call->account, call->priority);
}

static void
note_begun(struct bench *b, const struct call *call)
{
	struct waited *w = &b->waited[call->priority];

	if (w->count == w->room) {
		w->room = w->room == 0 ? 4096 : w->room * 2;
		w->ns = yq_xrealloc(w->ns, w->room, sizeof(w->ns[0]));
	}
	w->ns[w->count++] = b->now_ns - call->asked_ns;
	b->begun_ns[b->begun++ % (CALLS_MAX + 1)] = b->now_ns;
	if (b->begun > CALLS_MAX && b->now_ns - b->begun_ns[b->begun % (CALLS_MAX + 1)] < SECOND)
		b->exceeded = true;
}

static void
step(struct bench *b)
{
	static const double per_second[] = { 2, 6 };
	struct yq_queued *queued;

	for (int i = 0; i < 2; i++)
		while (b->next_ns[i] <= b->now_ns) {
			ask(b, (unsigned)(next_random(&b->seed) % ACCOUNTS),
			    (enum yq_call_priority)i);
			b->next_ns[i] += gap_ns(b, per_second[i]);
		}
	for (size_t i = 0; i < b->flying_count;) {
		struct call *call = b->flying[i];

		if (call->answered_ns > b->now_ns) {
			i++;
			continue;
		}
		yq_call_queue_remove(call->queued);
		ask_again(b, call);
		free(call);
		b->flying[i] = b->flying[--b->flying_count];
	}
	while ((queued = yq_call_queue_start(b->queue, b->now_ns)) != NULL) {
		struct call *call = yq_call_queue_owner(queued);

		call->answered_ns = b->now_ns + ANSWER_NS;
		b->flying[b->flying_count++] = call;
		note_begun(b, call);
	}
}

static int64_t
next_moment(const struct bench *b)
{
	int64_t next = yq_call_queue_next_ns(b->queue, b->now_ns);

	for (int i = 0; i < 2; i++)
		next = b->next_ns[i] < next ? b->next_ns[i] : next;
	for (size_t i = 0; i < b->flying_count; i++)
		next = b->flying[i]->answered_ns < next ? b->flying[i]->answered_ns : next;
	return next > b->now_ns ? next : b->now_ns + 1;
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
print(struct bench *b, int64_t seconds, int64_t took_ns)
{
	static const char *const names[] = { "cancel", "order", "find", "account", "price" };

	for (int i = 0; i < YQ_CALL_PRIORITY_COUNT; i++) {
		struct waited *w = &b->waited[i];

		if (w->count == 0)
			continue;
		qsort(w->ns, w->count, sizeof(w->ns[0]), compare);
		printf("calls_%s_p50_ms %.1f\n", names[i], (double)w->ns[w->count / 2] / 1e6);
		printf(
		    "calls_%s_p99_ms %.1f\n", names[i], (double)w->ns[w->count * 99 / 100] / 1e6);
		free(w->ns);
	}
	printf("calls_per_s %.2f\n", (double)b->begun / (double)seconds);
	printf("calls_exceeded %d\n", b->exceeded);
	printf("calls_ns %.0f\n", (double)took_ns / (double)b->begun);
}

int
main(int argc, char **argv)
{
	const struct yq_call_limits limits = { .calls_max = CALLS_MAX,
		.window_ms = 1000,
		.burst = 8,
		.in_flight_max = FLIGHT_MAX,
		.reserve = 4 };
	struct bench b = { .seed = 20261123 };
	int64_t seconds = 3600, began_ns, end_ns;

	if (argc > 1 && !yq_str_to_int64(argv[1], 1, 1000000, &seconds))
		return 2;
	b.queue = yq_call_queue_make(&limits, 0);
	for (unsigned i = 0; i < ACCOUNTS; i++) {
		b.parties[i] = yq_call_queue_join(b.queue);
		for (int p = YQ_CALL_PRIORITY_FIND; p < YQ_CALL_PRIORITY_COUNT; p++)
			ask(&b, i, (enum yq_call_priority)p);
	}
	began_ns = yq_clock_monotonic_ns(yq_clock_system());
	for (end_ns = seconds * SECOND; b.now_ns < end_ns; b.now_ns = next_moment(&b))
		step(&b);
	print(&b, seconds, yq_clock_monotonic_ns(yq_clock_system()) - began_ns);
	return 0;
}
