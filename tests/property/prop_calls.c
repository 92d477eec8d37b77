/*
 * prop_calls.c - whatever comes when, a broker never sees more calls than it allows, what is urgent
 * goes first, accounts take turns, and each call ends once.
 *
 * A reference keeps all calls in one array and looks through it; it knows no queue.
 */
#include "property.h"

#include "broker/call_queue.h"

#define RUNS	400
#define STEPS	1500
#define PARTIES 20
#define MS	INT64_C(1000000)
#define SECOND	(1000 * MS)
#define START	(INT64_C(1000) * SECOND)

enum state { WAITS, STARTED, OVER };

struct reference {
	struct yq_queued *call;
	enum state state;
	enum yq_call_priority priority;
	unsigned party;
	int64_t asked_ns, deadline_ns;
};

struct scene {
	uint64_t seed;
	struct yq_call_limits limits;
	struct yq_call_queue *queue;
	struct yq_call_party *parties[PARTIES];
	unsigned party_count;
	int64_t now_ns, paused_until_ns;
	struct reference calls[STEPS * 4];
	size_t call_count, waiting, in_flight;
	int64_t begun[STEPS * 4];
	size_t begun_count;
	/* nothing of this priority has gone, though something waited */
	int64_t since_ns[YQ_CALL_PRIORITY_COUNT];
	/* how often another has gone since this one waits: [priority][who waits][who went] */
	unsigned passed[YQ_CALL_PRIORITY_COUNT][PARTIES][PARTIES];
};

static bool
any_waits(const struct scene *s, enum yq_call_priority priority)
{
	for (size_t i = 0; i < s->call_count; i++)
		if (s->calls[i].state == WAITS && s->calls[i].priority == priority)
			return true;
	return false;
}

static bool
party_waits(const struct scene *s, unsigned party, enum yq_call_priority priority)
{
	for (size_t i = 0; i < s->call_count; i++)
		if (s->calls[i].state == WAITS && s->calls[i].priority == priority &&
		    s->calls[i].party == party)
			return true;
	return false;
}

static void
begin(struct scene *s, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	s->seed = seed;
	s->now_ns = s->paused_until_ns = START;
	s->limits = (struct yq_call_limits){
		.calls_max = (uint32_t)between(&s->seed, 0, 40),
		.window_ms = (uint32_t)between(&s->seed, 1, 3000),
		.burst = (uint32_t)between(&s->seed, 0, 50),
		.in_flight_max = (unsigned)between(&s->seed, 0, 12),
		.reserve = (unsigned)between(&s->seed, 0, 8),
	};
	s->party_count = (unsigned)between(&s->seed, 1, PARTIES);
	s->queue = yq_call_queue_make(&s->limits, s->now_ns);
	for (unsigned i = 0; i < s->party_count; i++)
		s->parties[i] = yq_call_queue_join(s->queue);
}

static void
add_one(struct scene *s)
{
	size_t index = s->call_count;
	struct reference *call = &s->calls[index];

	call->state = WAITS;
	call->asked_ns = s->now_ns;
	call->priority = (enum yq_call_priority)between(&s->seed, 0, YQ_CALL_PRIORITY_COUNT - 1);
	call->party = (unsigned)between(&s->seed, 0, s->party_count - 1);
	call->deadline_ns = s->now_ns + between(&s->seed, 0, 20000) * MS;
	if (!any_waits(s, call->priority))
		s->since_ns[call->priority] =
		    s->now_ns > s->paused_until_ns ? s->now_ns : s->paused_until_ns;
	s->call_count++;
	s->waiting++;
	call->call = yq_call_queue_add(
	    s->parties[call->party], call->priority, s->now_ns, call->deadline_ns, call);
}

static void
end(struct scene *s, struct reference *call)
{
	bool waited = call->state == WAITS;

	assert_int_not_equal(call->state, OVER); /* once */
	call->state = OVER;
	if (waited)
		s->waiting--;
	else
		s->in_flight--;
	if (waited && !party_waits(s, call->party, call->priority))
		memset(s->passed[call->priority][call->party], 0,
		    sizeof(s->passed[call->priority][call->party]));
	yq_call_queue_remove(call->call);
}

/* One of those in this state ends: an answer, or taken back. */
static void
end_some(struct scene *s, enum state state)
{
	size_t first;

	if (s->call_count == 0)
		return;
	first = (size_t)between(&s->seed, 0, (int64_t)s->call_count - 1);
	for (size_t i = 0; i < s->call_count; i++) {
		struct reference *call = &s->calls[(first + i) % s->call_count];

		if (call->state == state) {
			end(s, call);
			return;
		}
	}
}

/* ---- what is promised of a call that goes ---- */

static void
check_rate(struct scene *s)
{
	uint32_t most = s->limits.calls_max;
	uint32_t burst = s->limits.burst == 0 ? 1 : s->limits.burst < most ? s->limits.burst : most;
	int64_t window_ns = s->limits.window_ms * MS;
	size_t n = s->begun_count;

	assert_true(s->now_ns >= s->paused_until_ns);
	s->begun[s->begun_count++] = s->now_ns;
	if (most == 0)
		return;
	assert_true(n < most || s->now_ns - s->begun[n - most] >= window_ns);
	assert_true(n < burst || s->now_ns - s->begun[n - burst] >= window_ns / most);
}

/* Whether a call that is less urgent may go before another one that waits. */
static bool
may_pass(const struct scene *s, const struct reference *call, const struct reference *other)
{
	if (s->now_ns - s->since_ns[call->priority] >= YQ_CALL_PATIENCE_NS)
		return true;
	return other->priority > YQ_CALL_PRIORITY_ORDER &&
	       s->now_ns - call->asked_ns >= YQ_CALL_FRESH_NS;
}

static void
check_order(struct scene *s, const struct reference *call)
{
	for (size_t i = 0; i < s->call_count; i++) {
		const struct reference *other = &s->calls[i];

		if (other->state != WAITS)
			continue;
		assert_true(other->priority >= call->priority || may_pass(s, call, other));
		/* the oldest of its account */
		assert_true(other->priority != call->priority || other->party != call->party ||
			    i >= (size_t)(call - s->calls));
	}
}

static void
check_turns(struct scene *s, const struct reference *call)
{
	unsigned(*passed)[PARTIES] = s->passed[call->priority];

	for (unsigned who = 0; who < s->party_count; who++)
		if (who != call->party && party_waits(s, who, call->priority))
			assert_true(++passed[who][call->party] <= 1);
	memset(passed[call->party], 0, sizeof(passed[call->party]));
}

static void
start_all(struct scene *s)
{
	struct yq_queued *queued;

	while ((queued = yq_call_queue_overdue(s->queue, s->now_ns)) != NULL) {
		struct reference *call = yq_call_queue_owner(queued);

		assert_true(call->deadline_ns <= s->now_ns);
		assert_int_equal(call->state, WAITS);
		end(s, call);
	}
	while ((queued = yq_call_queue_start(s->queue, s->now_ns)) != NULL) {
		struct reference *call = yq_call_queue_owner(queued);

		assert_int_equal(call->state, WAITS);
		assert_true(call->deadline_ns > s->now_ns);
		check_order(s, call);
		call->state = STARTED;
		check_rate(s);
		check_turns(s, call);
		s->since_ns[call->priority] = s->now_ns;
		s->waiting--;
		s->in_flight++;
		assert_true(
		    s->limits.in_flight_max == 0 || s->in_flight <= s->limits.in_flight_max);
	}
	assert_int_equal(yq_call_queue_waiting(s->queue), s->waiting);
	assert_int_equal(yq_call_queue_in_flight(s->queue), s->in_flight);
}

static void
pause_it(struct scene *s)
{
	int64_t until_ns = s->now_ns + between(&s->seed, 0, 15000) * MS;
	int64_t from = s->now_ns > s->paused_until_ns ? s->now_ns : s->paused_until_ns;

	yq_call_queue_pause(s->queue, s->now_ns, until_ns);
	if (until_ns <= from)
		return;
	for (int i = 0; i < YQ_CALL_PRIORITY_COUNT; i++)
		s->since_ns[i] += until_ns - from;
	s->paused_until_ns = until_ns;
}

static void
step(struct scene *s)
{
	int64_t next_ns = yq_call_queue_next_ns(s->queue, s->now_ns);
	int64_t dice = between(&s->seed, 0, 999);

	if (dice < 5)
		pause_it(s);
	else if (dice < 50)
		end_some(s, WAITS);
	else if (dice < 450)
		for (int64_t n = between(&s->seed, 1, 4); n > 0; n--)
			add_one(s);
	else if (dice < 750)
		end_some(s, STARTED);
	else if (dice < 900)
		s->now_ns += between(&s->seed, 0, 300) * MS;
	else if (next_ns != INT64_MAX && next_ns > s->now_ns)
		s->now_ns = next_ns;
	start_all(s);
}

/* Time alone and answers bring everything to an end. */
static void
drain(struct scene *s)
{
	while (s->waiting + s->in_flight > 0) {
		int64_t next_ns;
		size_t before = s->waiting;

		while (s->in_flight > 0)
			end_some(s, STARTED);
		next_ns = yq_call_queue_next_ns(s->queue, s->now_ns);
		assert_true(s->waiting == 0 || next_ns != INT64_MAX);
		if (s->waiting == 0)
			break;
		/* It says when, or that a call has become urgent. */
		if (next_ns > s->now_ns)
			s->now_ns = next_ns;
		start_all(s);
		if (s->waiting == before)
			assert_true(yq_call_queue_next_ns(s->queue, s->now_ns) > s->now_ns);
	}
}

static void
test_whatever_comes_when_the_promises_hold(void **state)
{
	uint64_t seed = property_seed();
	struct scene *s = malloc(sizeof(*s));

	(void)state;
	for (int run = 0; run < RUNS; run++) {
		begin(s, next_random(&seed));
		for (int i = 0; i < STEPS; i++)
			step(s);
		drain(s);
		for (size_t i = 0; i < s->call_count; i++)
			assert_int_equal(s->calls[i].state, OVER); /* nothing is lost */
		for (unsigned i = 0; i < s->party_count; i++)
			yq_call_queue_leave(s->parties[i]);
		yq_call_queue_free(s->queue);
	}
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whatever_comes_when_the_promises_hold),
	};

	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
