/* property.h - what random tests share: cmocka, a seed that is printed, numbers from it. */
#ifndef YQ_TESTS_PROPERTY_H
#define YQ_TESTS_PROPERTY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"

/* splitmix64: small, and the same everywhere */
static inline uint64_t
next_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline int64_t
between(uint64_t *state, int64_t low, int64_t high)
{
	return low + (int64_t)(next_random(state) % (uint64_t)(high - low + 1));
}

/* YQ_SEED of the environment, or the time; told, so that a failure can be run again. */
static inline uint64_t
property_seed(void)
{
	uint64_t seed = (uint64_t)yq_clock_now_us(yq_clock_system());
	const char *given = getenv("YQ_SEED");
	int64_t value;

	if (given != NULL && yq_str_to_int64(given, 0, INT64_MAX, &value))
		seed = (uint64_t)value;
	fprintf(stderr, "YQ_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

#endif
