/* throttle.c - how many calls one key of a broker may make, and who goes first. */
#include "broker/throttle.h"

#define SECOND_NS INT64_C(1000000000)

static int64_t
cost_ns(const struct yq_throttle *t)
{
	return SECOND_NS / t->per_second;
}

static int64_t
credit_at(const struct yq_throttle *t, int64_t now_ns)
{
	int64_t full = cost_ns(t) * t->burst;
	int64_t since = now_ns > t->at_ns ? now_ns - t->at_ns : 0;

	/* Compared before it is added: nobody may have asked for years. */
	return since >= full - t->credit_ns ? full : t->credit_ns + since;
}

struct yq_throttle
yq_throttle_make(uint32_t per_second, uint32_t burst, int64_t now_ns)
{
	struct yq_throttle t = { .per_second = per_second, .burst = burst > 0 ? burst : 1 };

	t.at_ns = now_ns;
	if (per_second > 0)
		t.credit_ns = cost_ns(&t) * t.burst;
	return t;
}

static bool
is_waiting(const struct yq_throttle *t, enum yq_call_class class, int64_t now_ns)
{
	int64_t forget_ns =
	    class == YQ_CALL_POLL ? YQ_THROTTLE_FORGET_POLL_NS : YQ_THROTTLE_FORGET_NS;

	return t->classes[class].waits && now_ns - t->classes[class].last_ns < forget_ns;
}

static bool
is_overdue(const struct yq_throttle *t, enum yq_call_class class, int64_t now_ns)
{
	return is_waiting(t, class, now_ns) &&
	       now_ns - t->classes[class].since_ns >= YQ_THROTTLE_PATIENCE_NS;
}

static bool
goes_before(const struct yq_throttle *t, enum yq_call_class a, enum yq_call_class b, int64_t now_ns)
{
	bool a_overdue = is_overdue(t, a, now_ns), b_overdue = is_overdue(t, b, now_ns);

	if (!is_waiting(t, a, now_ns))
		return false;
	if (a_overdue && b_overdue)
		return t->classes[a].since_ns < t->classes[b].since_ns;
	return a_overdue || (a < b && !b_overdue);
}

static bool
has_turn(const struct yq_throttle *t, enum yq_call_class class, int64_t now_ns)
{
	for (int other = 0; other < YQ_CALL_CLASS_COUNT; other++)
		if (other != (int)class && goes_before(t, (enum yq_call_class)other, class, now_ns))
			return false;
	return true;
}

bool
yq_throttle_take(struct yq_throttle *t, enum yq_call_class class, uint32_t count, int64_t now_ns)
{
	uint32_t needed = count < t->burst ? count : t->burst;

	if (t->per_second == 0)
		return true;
	t->credit_ns = credit_at(t, now_ns);
	t->at_ns = now_ns > t->at_ns ? now_ns : t->at_ns;
	if (t->credit_ns >= cost_ns(t) * needed && has_turn(t, class, now_ns)) {
		t->credit_ns -= cost_ns(t) * count;
		t->classes[class].waits = false;
		return true;
	}
	if (!is_waiting(t, class, now_ns))
		t->classes[class].since_ns = now_ns;
	t->classes[class].waits = true;
	t->classes[class].last_ns = now_ns;
	return false;
}

int64_t
yq_throttle_wait_ns(const struct yq_throttle *t, int64_t now_ns)
{
	int64_t credit;

	if (t->per_second == 0)
		return 0;
	credit = credit_at(t, now_ns);
	return credit >= cost_ns(t) ? 0 : cost_ns(t) - credit;
}
