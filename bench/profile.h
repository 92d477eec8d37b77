/*
 * profile.h - where the time of an alert goes: what was heard, and when, put in order.
 */
#ifndef YQ_BENCH_PROFILE_H
#define YQ_BENCH_PROFILE_H

#include <hiredis/hiredis.h>

#include "bench/load.h"

struct profile; /* opaque */

struct profile *profile_make(void);
void profile_free(struct profile *profile);
/* For load_options.heard, with the profile as its cookie: keeps a copy. */
void profile_heard(void *cookie, const char *channel, const char *payload, int64_t at_us);
/* After the load: asks the bus for the times that each order keeps, and prints p50 and p99 of each
 * step in microseconds, "step_NAME_p50 value".  Alerts that lack a time are left out. */
void profile_print(
    struct profile *profile, const struct load_result *result, unsigned count, redisContext *bus);

#endif
