/* rate.c - orders of the last minute and day, in steps. */
#include "domain/rate.h"

#include "base/clock.h"

#define SECOND_US   YQ_US_PER_SECOND
#define DAY_STEP_US YQ_RATE_DAY_STEP_US

/* Before the machine's start a monotonic clock is below 0. */
static int64_t
step_of(int64_t us, int64_t step_us)
{
	return us / step_us - (us % step_us < 0);
}

static void
add(struct yq_rate_steps *steps, int64_t step, uint32_t count)
{
	size_t slot = (size_t)(step - YQ_RATE_STEPS * step_of(step, YQ_RATE_STEPS));

	if (steps->count[slot] > 0 && steps->step[slot] > step)
		return; /* of long ago: the present one keeps its place */
	if (steps->step[slot] != step) {
		steps->step[slot] = step;
		steps->count[slot] = 0;
	}
	steps->count[slot] += count;
}

static int64_t
count(const struct yq_rate_steps *steps, int64_t step)
{
	int64_t sum = 0;

	for (size_t i = 0; i < YQ_RATE_STEPS; i++)
		if (steps->step[i] > step - YQ_RATE_STEPS && steps->step[i] <= step)
			sum += steps->count[i];
	return sum;
}

void
yq_rate_add(struct yq_rate *rate, int64_t now_us)
{
	add(&rate->minute, step_of(now_us, SECOND_US), 1);
	add(&rate->day, step_of(now_us, DAY_STEP_US), 1);
}

void
yq_rate_add_day(struct yq_rate *rate, uint32_t orders, int64_t at_us)
{
	add(&rate->day, step_of(at_us, DAY_STEP_US), orders);
}

int64_t
yq_rate_count(const struct yq_rate *rate, int64_t now_us)
{
	return count(&rate->minute, step_of(now_us, SECOND_US));
}

int64_t
yq_rate_day(const struct yq_rate *rate, int64_t now_us)
{
	return count(&rate->day, step_of(now_us, DAY_STEP_US));
}

size_t
yq_rate_day_parts(
    const struct yq_rate *rate, int64_t now_us, struct yq_rate_part parts[YQ_RATE_STEPS])
{
	int64_t now = step_of(now_us, DAY_STEP_US);
	size_t count = 0;

	for (size_t i = 0; i < YQ_RATE_STEPS; i++) {
		int64_t step = rate->day.step[i];

		if (rate->day.count[i] == 0 || step <= now - YQ_RATE_STEPS || step > now)
			continue;
		parts[count].at_us = step * DAY_STEP_US + DAY_STEP_US / 2;
		parts[count].count = rate->day.count[i];
		count++;
	}
	return count;
}
