/* call_rate.c - when the next call may go out. */
#include "broker/call_rate.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define MS_NS INT64_C(1000000)

static uint32_t
bounded(uint32_t value, uint32_t least, uint32_t most)
{
	return value < least ? least : value > most ? most : value;
}

struct yq_call_rate
yq_call_rate_make(uint32_t calls_max, uint32_t window_ms, uint32_t burst, int64_t now_ns)
{
	struct yq_call_rate rate = { .calls_max = bounded(calls_max, 0, YQ_CALL_WINDOW_MAX),
		.at_ns = now_ns,
		.not_before_ns = INT64_MIN };

	if (rate.calls_max == 0)
		return rate;
	rate.window_ns = (window_ms > 0 ? window_ms : 1) * MS_NS;
	rate.interval_ns = (rate.window_ns + rate.calls_max - 1) / rate.calls_max;
	rate.burst = bounded(burst, 1, rate.calls_max);
	rate.credit_ns = rate.interval_ns * rate.burst;
	rate.begun = yq_xcalloc(rate.calls_max, sizeof(rate.begun[0]));
	return rate;
}

void
yq_call_rate_clear(struct yq_call_rate *rate)
{
	free(rate->begun);
	rate->begun = NULL;
}

/* When the window has room for one more and `reserve`. */
static int64_t
window_next(const struct yq_call_rate *rate, uint32_t reserve)
{
	uint32_t room = rate->calls_max - bounded(reserve, 0, rate->calls_max / 2);

	if (rate->count < room)
		return INT64_MIN;
	return rate->begun[(rate->count - room) % rate->calls_max] + rate->window_ns;
}

/* When the bucket has. */
static int64_t
bucket_next(const struct yq_call_rate *rate, uint32_t reserve)
{
	int64_t needed = rate->interval_ns * (1 + bounded(reserve, 0, rate->burst / 2));

	return rate->credit_ns >= needed ? INT64_MIN : rate->at_ns + needed - rate->credit_ns;
}

int64_t
yq_call_rate_next_ns(const struct yq_call_rate *rate, uint32_t reserve)
{
	int64_t next = rate->not_before_ns, window, bucket;

	if (rate->calls_max == 0)
		return next;
	window = window_next(rate, reserve);
	bucket = bucket_next(rate, reserve);
	next = window > next ? window : next;
	return bucket > next ? bucket : next;
}

/* What the bucket holds by then. */
static void
fill_until(struct yq_call_rate *rate, int64_t ns)
{
	int64_t full = rate->interval_ns * rate->burst;
	int64_t since = ns > rate->at_ns ? ns - rate->at_ns : 0;

	/* Compared before it is added: nobody may have called for years. */
	rate->credit_ns = since >= full - rate->credit_ns ? full : rate->credit_ns + since;
	rate->at_ns += since;
}

void
yq_call_rate_take(struct yq_call_rate *rate, int64_t now_ns)
{
	assert(now_ns >= yq_call_rate_next_ns(rate, 0));
	if (rate->calls_max == 0)
		return;
	fill_until(rate, now_ns);
	rate->credit_ns -= rate->interval_ns;
	rate->begun[rate->count++ % rate->calls_max] = now_ns;
}

void
yq_call_rate_pause(struct yq_call_rate *rate, int64_t until_ns)
{
	if (until_ns <= rate->not_before_ns)
		return;
	rate->not_before_ns = until_ns;
	fill_until(rate, until_ns);
	if (rate->credit_ns > rate->interval_ns)
		rate->credit_ns = rate->interval_ns;
}
