/*
 * clock.h - the only source of time, so that a test can own it.
 *
 * Instants are microseconds since 1970-01-01T00:00:00Z, without leap seconds; spans are measured on
 * a monotonic clock in nanoseconds.
 */
#ifndef YQ_BASE_CLOCK_H
#define YQ_BASE_CLOCK_H

#include "base/common.h"
#include "base/err.h"

struct yq_clock {
	int64_t (*now_us)(void *cookie);       /* wall time */
	int64_t (*monotonic_ns)(void *cookie); /* never goes back */
	void *cookie;
};

const struct yq_clock *yq_clock_system(void);
int64_t yq_clock_now_us(const struct yq_clock *clock);
int64_t yq_clock_monotonic_ns(const struct yq_clock *clock);
/*
 * Spans are measured on the monotonic clock, for the wall clock may be set.  Where an instant
 * stands on it, as seen now (one that is ahead counts as now, one before the machine's start is
 * below 0); and back.
 */
int64_t yq_clock_monotonic_us(const struct yq_clock *clock);
int64_t yq_clock_monotonic_of(const struct yq_clock *clock, int64_t instant_us);
int64_t yq_clock_instant_of(const struct yq_clock *clock, int64_t monotonic_us);

/* A clock that stands still until told. */
struct yq_manual_clock {
	struct yq_clock clock; /* pass &manual.clock */
	int64_t now_us;
	int64_t monotonic_ns;
};
void yq_manual_clock_init(struct yq_manual_clock *manual, int64_t now_us); /* must not move after */
void yq_manual_clock_advance(struct yq_manual_clock *manual, int64_t us);

/* "2026-11-22T23:46:55.000000Z": UTC, RFC 3339, always six fractional digits. */
#define YQ_TIME_TEXT_SIZE 28
void yq_time_format(int64_t instant_us, char text[YQ_TIME_TEXT_SIZE]);
/* RFC 3339 with any offset and 0-9 fractional digits (beyond the sixth cut off); years 1970-2199.
 */
YQ_NODISCARD enum yq_rc yq_time_parse(const char *text, size_t length, int64_t *instant_us);

/* Proleptic Gregorian dates as days since 1970-01-01; month 1-12. */
int64_t yq_date_to_days(int year, int month, int day);
void yq_days_to_date(int64_t days, int *year, int *month, int *day);
bool yq_date_is_valid(int year, int month, int day);

#define YQ_US_PER_MS	 INT64_C(1000)
#define YQ_US_PER_SECOND INT64_C(1000000)

#endif
