/*
 * rate.h - how many orders an account made in the last minute and in the last 24 hours.
 *
 * Counted in 60 steps each, of a second and of 24 minutes: an order leaves the day's count up to
 * one step early.  All zero = none yet.
 */
#ifndef YQ_DOMAIN_RATE_H
#define YQ_DOMAIN_RATE_H

#include "base/common.h"

#define YQ_RATE_STEPS	    60
#define YQ_RATE_DAY_STEP_US INT64_C(1440000000)

struct yq_rate_steps {
	int64_t step[YQ_RATE_STEPS];
	uint32_t count[YQ_RATE_STEPS];
};

struct yq_rate {
	struct yq_rate_steps minute, day;
};

/* `now_us` may be earlier than before: what is too old to count does not.  Any clock, always the
 * same. */
void yq_rate_add(struct yq_rate *rate, int64_t now_us);
/* `count` orders of some time ago, in the day's count alone. */
void yq_rate_add_day(struct yq_rate *rate, uint32_t count, int64_t at_us);
int64_t yq_rate_count(const struct yq_rate *rate, int64_t now_us); /* in the last 60 seconds */
int64_t yq_rate_day(const struct yq_rate *rate, int64_t now_us);   /* in the last 24 hours */

/* The day's count in parts, to be kept and given to yq_rate_add_day: each with the middle of its
 * step, which is the same step again though clocks drift apart a little.  Returns how many. */
struct yq_rate_part {
	int64_t at_us;
	uint32_t count;
};
size_t yq_rate_day_parts(
    const struct yq_rate *rate, int64_t now_us, struct yq_rate_part parts[YQ_RATE_STEPS]);

#endif
