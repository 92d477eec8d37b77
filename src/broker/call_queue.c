/* call_queue.c - which call of one broker key goes next, and when. */
#include "broker/call_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "broker/call_rate.h"

TAILQ_HEAD(calls, yq_queued);
TAILQ_HEAD(lanes, lane);

struct yq_queued {
	struct yq_call_queue *queue;
	struct lane *lane; /* NULL = started */
	TAILQ_ENTRY(yq_queued) in_lane, by_deadline;
	int64_t asked_ns, deadline_ns;
	void *owner;
};

/* What one party has waiting at one priority; its turn comes while that is something. */
struct lane {
	enum yq_call_priority priority;
	struct calls calls; /* oldest first */
	TAILQ_ENTRY(lane) in_turn;
};

struct yq_call_party {
	struct yq_call_queue *queue;
	struct lane lanes[YQ_CALL_PRIORITY_COUNT];
};

struct yq_call_queue {
	struct yq_call_limits limits;
	struct yq_call_rate rate;
	struct {
		struct lanes turn; /* with calls; the first has its turn */
		int64_t since_ns;  /* nothing has gone, though something waited */
	} priorities[YQ_CALL_PRIORITY_COUNT];
	struct calls by_deadline; /* all that wait */
	int64_t paused_until_ns;
	size_t parties, waiting, in_flight;
};

struct yq_call_queue *
yq_call_queue_make(const struct yq_call_limits *limits, int64_t now_ns)
{
	struct yq_call_queue *queue = yq_xcalloc(1, sizeof(*queue));

	queue->limits = *limits;
	queue->rate =
	    yq_call_rate_make(limits->calls_max, limits->window_ms, limits->burst, now_ns);
	queue->paused_until_ns = INT64_MIN;
	for (int i = 0; i < YQ_CALL_PRIORITY_COUNT; i++)
		TAILQ_INIT(&queue->priorities[i].turn);
	TAILQ_INIT(&queue->by_deadline);
	return queue;
}

void
yq_call_queue_free(struct yq_call_queue *queue)
{
	if (queue == NULL)
		return;
	assert(queue->parties == 0 && queue->waiting == 0 && queue->in_flight == 0);
	yq_call_rate_clear(&queue->rate);
	free(queue);
}

struct yq_call_party *
yq_call_queue_join(struct yq_call_queue *queue)
{
	struct yq_call_party *party = yq_xcalloc(1, sizeof(*party));

	party->queue = queue;
	queue->parties++;
	for (int i = 0; i < YQ_CALL_PRIORITY_COUNT; i++) {
		party->lanes[i].priority = (enum yq_call_priority)i;
		TAILQ_INIT(&party->lanes[i].calls);
	}
	return party;
}

struct yq_queued *
yq_call_queue_of(const struct yq_call_party *party)
{
	struct yq_queued *call = NULL;

	for (int i = 0; call == NULL && i < YQ_CALL_PRIORITY_COUNT; i++)
		call = TAILQ_FIRST(&party->lanes[i].calls);
	return call;
}

void
yq_call_queue_leave(struct yq_call_party *party)
{
	if (party == NULL)
		return;
	assert(yq_call_queue_of(party) == NULL);
	party->queue->parties--;
	free(party);
}

/* ---- coming and going ---- */

/* Most wait about as long as each other, so the place is near the end. */
static void
insert_by_deadline(struct yq_call_queue *queue, struct yq_queued *call)
{
	struct yq_queued *before = TAILQ_LAST(&queue->by_deadline, calls);

	while (before != NULL && before->deadline_ns > call->deadline_ns)
		before = TAILQ_PREV(before, calls, by_deadline);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&queue->by_deadline, call, by_deadline);
	else
		TAILQ_INSERT_AFTER(&queue->by_deadline, before, call, by_deadline);
}

struct yq_queued *
yq_call_queue_add(struct yq_call_party *party, enum yq_call_priority priority, int64_t now_ns,
    int64_t deadline_ns, void *owner)
{
	struct yq_call_queue *queue = party->queue;
	struct lane *lane = &party->lanes[priority];
	struct yq_queued *call = yq_xcalloc(1, sizeof(*call));

	*call = (struct yq_queued){ .queue = queue,
		.lane = lane,
		.asked_ns = now_ns,
		.deadline_ns = deadline_ns,
		.owner = owner };
	if (TAILQ_EMPTY(&queue->priorities[priority].turn))
		queue->priorities[priority].since_ns =
		    now_ns > queue->paused_until_ns ? now_ns : queue->paused_until_ns;
	if (TAILQ_EMPTY(&lane->calls))
		TAILQ_INSERT_TAIL(&queue->priorities[priority].turn, lane, in_turn);
	TAILQ_INSERT_TAIL(&lane->calls, call, in_lane);
	insert_by_deadline(queue, call);
	queue->waiting++;
	return call;
}

void *
yq_call_queue_owner(const struct yq_queued *call)
{
	return call->owner;
}

/* It waits no more. */
static void
unlink_waiting(struct yq_queued *call)
{
	struct yq_call_queue *queue = call->queue;
	struct lane *lane = call->lane;

	TAILQ_REMOVE(&lane->calls, call, in_lane);
	TAILQ_REMOVE(&queue->by_deadline, call, by_deadline);
	if (TAILQ_EMPTY(&lane->calls))
		TAILQ_REMOVE(&queue->priorities[lane->priority].turn, lane, in_turn);
	call->lane = NULL;
	queue->waiting--;
}

void
yq_call_queue_remove(struct yq_queued *call)
{
	if (call->lane != NULL)
		unlink_waiting(call);
	else
		call->queue->in_flight--;
	free(call);
}

/* ---- whose turn it is ---- */

static bool
has_waited(const struct yq_call_queue *queue, enum yq_call_priority priority, int64_t now_ns)
{
	return now_ns - queue->priorities[priority].since_ns >= YQ_CALL_PATIENCE_NS;
}

static bool
is_empty(const struct yq_call_queue *queue, int priority)
{
	return TAILQ_EMPTY(&queue->priorities[priority].turn);
}

/* When the call was asked for that is the next of its priority. */
static int64_t
asked_ns(const struct yq_call_queue *queue, int priority)
{
	const struct lane *lane = TAILQ_FIRST(&queue->priorities[priority].turn);

	return TAILQ_FIRST(&lane->calls)->asked_ns;
}

/* Of the questions: the longest asked of those that are not fresh any more, else the most urgent.
 */
static int
next_question(const struct yq_call_queue *queue, int64_t now_ns)
{
	int next = YQ_CALL_PRIORITY_COUNT;
	int64_t oldest_ns = now_ns - YQ_CALL_FRESH_NS + 1;

	for (int i = YQ_CALL_PRIORITY_COUNT - 1; i > YQ_CALL_PRIORITY_ORDER; i--)
		if (!is_empty(queue, i))
			next = i;
	for (int i = YQ_CALL_PRIORITY_ORDER + 1; i < YQ_CALL_PRIORITY_COUNT; i++)
		if (!is_empty(queue, i) && asked_ns(queue, i) < oldest_ns) {
			next = i;
			oldest_ns = asked_ns(queue, i);
		}
	return next;
}

/* The priority that comes next, or COUNT. */
static enum yq_call_priority
next_priority(const struct yq_call_queue *queue, int64_t now_ns)
{
	for (int i = 0; i < YQ_CALL_PRIORITY_COUNT; i++)
		if (!is_empty(queue, i) && has_waited(queue, (enum yq_call_priority)i, now_ns))
			return (enum yq_call_priority)i;
	for (int i = 0; i <= YQ_CALL_PRIORITY_ORDER; i++)
		if (!is_empty(queue, i))
			return (enum yq_call_priority)i;
	return (enum yq_call_priority)next_question(queue, now_ns);
}

/* What is to be left for those that cannot wait. */
static unsigned
reserve_of(const struct yq_call_queue *queue, enum yq_call_priority priority, int64_t now_ns)
{
	bool urgent = priority <= YQ_CALL_PRIORITY_ORDER || has_waited(queue, priority, now_ns);

	return urgent ? 0 : queue->limits.reserve;
}

static bool
has_room(const struct yq_call_queue *queue, unsigned reserve)
{
	unsigned most = queue->limits.in_flight_max;
	unsigned left = reserve < most / 2 ? reserve : most / 2;

	return most == 0 || queue->in_flight < most - left;
}

struct yq_queued *
yq_call_queue_start(struct yq_call_queue *queue, int64_t now_ns)
{
	enum yq_call_priority priority = next_priority(queue, now_ns);
	struct yq_queued *call;
	struct lane *lane;
	unsigned reserve;

	if (priority == YQ_CALL_PRIORITY_COUNT || yq_call_queue_overdue(queue, now_ns) != NULL)
		return NULL;
	reserve = reserve_of(queue, priority, now_ns);
	if (!has_room(queue, reserve) || now_ns < yq_call_rate_next_ns(&queue->rate, reserve))
		return NULL;
	lane = TAILQ_FIRST(&queue->priorities[priority].turn);
	call = TAILQ_FIRST(&lane->calls);
	unlink_waiting(call);
	if (!TAILQ_EMPTY(&lane->calls)) { /* behind the others */
		TAILQ_REMOVE(&queue->priorities[priority].turn, lane, in_turn);
		TAILQ_INSERT_TAIL(&queue->priorities[priority].turn, lane, in_turn);
	}
	queue->priorities[priority].since_ns = now_ns;
	yq_call_rate_take(&queue->rate, now_ns);
	queue->in_flight++;
	return call;
}

struct yq_queued *
yq_call_queue_overdue(struct yq_call_queue *queue, int64_t now_ns)
{
	struct yq_queued *first = TAILQ_FIRST(&queue->by_deadline);

	return first != NULL && first->deadline_ns <= now_ns ? first : NULL;
}

int64_t
yq_call_queue_next_ns(const struct yq_call_queue *queue, int64_t now_ns)
{
	const struct yq_queued *first = TAILQ_FIRST(&queue->by_deadline);
	enum yq_call_priority priority = next_priority(queue, now_ns);
	int64_t next = first != NULL ? first->deadline_ns : INT64_MAX, at;
	unsigned reserve;

	if (priority == YQ_CALL_PRIORITY_COUNT)
		return next;
	reserve = reserve_of(queue, priority, now_ns);
	at = yq_call_rate_next_ns(&queue->rate, reserve);
	if (has_room(queue, reserve) && at < next)
		next = at;
	for (int i = 0; i < YQ_CALL_PRIORITY_COUNT; i++) { /* those that become urgent */
		at = queue->priorities[i].since_ns + YQ_CALL_PATIENCE_NS;
		if (!TAILQ_EMPTY(&queue->priorities[i].turn) && at > now_ns && at < next)
			next = at;
	}
	return next;
}

void
yq_call_queue_pause(struct yq_call_queue *queue, int64_t now_ns, int64_t until_ns)
{
	int64_t from = now_ns > queue->paused_until_ns ? now_ns : queue->paused_until_ns;

	if (until_ns <= from)
		return;
	/* Nobody's patience ends while nobody may call. */
	for (int i = 0; i < YQ_CALL_PRIORITY_COUNT; i++)
		queue->priorities[i].since_ns += until_ns - from;
	queue->paused_until_ns = until_ns;
	yq_call_rate_pause(&queue->rate, until_ns);
}

size_t
yq_call_queue_waiting(const struct yq_call_queue *queue)
{
	return queue->waiting;
}

size_t
yq_call_queue_in_flight(const struct yq_call_queue *queue)
{
	return queue->in_flight;
}
