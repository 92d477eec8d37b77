/*
 * decimal.c - exact decimal arithmetic on 128-bit counts of hundred-millionths.
 *
 * Work is done on magnitude and sign apart.  A product, or a numerator scaled for a division, may
 * need up to 213 bits; numbers of everyday size take a short way in 128 or 64 bits.
 */
#include "base/decimal.h"

#include <assert.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128;

/* 10^32: the first magnitude, in units, that is out of range. */
#define LIMIT ((uint128)INT64_C(10000000000000000) * INT64_C(10000000000000000))

static const int64_t powers[YQ_DECIMAL_PLACES + 1] = { 1, 10, 100, 1000, 10000, 100000, 1000000,
	10000000, 100000000 };

/* high * 2^128 + low */
struct wide {
	uint128 high, low;
};

static uint128
magnitude(struct yq_decimal value)
{
	return value.units < 0 ? -(uint128)value.units : (uint128)value.units;
}

static enum yq_rc
store(uint128 units, bool negative, struct yq_decimal *result)
{
	if (units >= LIMIT)
		return YQ_E_RANGE;
	result->units = negative ? -(yq_int128)units : (yq_int128)units;
	return YQ_OK;
}

/* Round the quotient of a division with the given rest (< divisor). */
static enum yq_rc
round_quotient(
    uint128 *quotient, uint128 rest, uint128 divisor, bool negative, enum yq_rounding rounding)
{
	bool away = false;

	if (rest == 0)
		return YQ_OK;
	switch (rounding) {
	case YQ_ROUND_EXACT:
		return YQ_E_RANGE;
	case YQ_ROUND_DOWN:
		break;
	case YQ_ROUND_UP:
		away = true;
		break;
	case YQ_ROUND_FLOOR:
		away = negative;
		break;
	case YQ_ROUND_CEILING:
		away = !negative;
		break;
	case YQ_ROUND_HALF_EVEN:
		/* rest * 2 against divisor, without the doubling that could overflow */
		away = rest > divisor - rest || (rest == divisor - rest && (*quotient & 1) != 0);
		break;
	}
	if (away)
		(*quotient)++;
	return YQ_OK;
}

static struct wide
wide_multiply(uint128 a, uint128 b)
{
	const uint128 mask = UINT64_MAX;
	uint128 low = (a & mask) * (b & mask);
	uint128 middle_a = (a >> 64) * (b & mask) + (low >> 64);
	uint128 middle_b = (a & mask) * (b >> 64) + (middle_a & mask);

	return (struct wide){
		.high = (a >> 64) * (b >> 64) + (middle_a >> 64) + (middle_b >> 64),
		.low = middle_b << 64 | (low & mask),
	};
}

/* False when the quotient has more than 128 bits. */
static bool
wide_divide(struct wide numerator, uint128 divisor, uint128 *quotient, uint128 *rest)
{
	uint128 left = numerator.high, q = 0;

	if (left >= divisor)
		return false;
	if (left == 0) {
		*quotient = numerator.low / divisor;
		*rest = numerator.low % divisor;
		return true;
	}
	/* Schoolbook in base 2.  `left` < divisor <= 10^32 < 2^127, so the shift loses nothing. */
	for (int bit = 127; bit >= 0; bit--) {
		left = left << 1 | (numerator.low >> bit & 1);
		q <<= 1;
		if (left >= divisor) {
			left -= divisor;
			q |= 1;
		}
	}
	*quotient = q;
	*rest = left;
	return true;
}

/* a * b / divisor, rounded. */
static enum yq_rc
multiply_divide(uint128 a, uint128 b, uint128 divisor, bool negative, enum yq_rounding rounding,
    struct yq_decimal *result)
{
	uint128 quotient, rest;
	enum yq_rc rc;

	/* Out of range also where rounding could carry past 128 bits. */
	if (!wide_divide(wide_multiply(a, b), divisor, &quotient, &rest) || quotient >= LIMIT)
		return YQ_E_RANGE;
	rc = round_quotient(&quotient, rest, divisor, negative, rounding);
	return rc == YQ_OK ? store(quotient, negative, result) : rc;
}

struct yq_decimal
yq_decimal_from_int(int64_t value)
{
	return (struct yq_decimal){ (yq_int128)value * YQ_DECIMAL_ONE };
}

struct yq_opt_decimal
yq_opt_decimal_of(struct yq_decimal value)
{
	return (struct yq_opt_decimal){ .set = true, .value = value };
}

enum yq_rc
yq_decimal_add(struct yq_decimal a, struct yq_decimal b, struct yq_decimal *result)
{
	yq_int128 sum = a.units + b.units; /* both below 10^32: no overflow of 128 bits */

	return store(magnitude((struct yq_decimal){ sum }), sum < 0, result);
}

enum yq_rc
yq_decimal_sub(struct yq_decimal a, struct yq_decimal b, struct yq_decimal *result)
{
	return yq_decimal_add(a, yq_decimal_neg(b), result);
}

enum yq_rc
yq_decimal_mul(
    struct yq_decimal a, struct yq_decimal b, enum yq_rounding rounding, struct yq_decimal *result)
{
	return multiply_divide(magnitude(a), magnitude(b), YQ_DECIMAL_ONE,
	    (a.units < 0) != (b.units < 0), rounding, result);
}

enum yq_rc
yq_decimal_div(
    struct yq_decimal a, struct yq_decimal b, enum yq_rounding rounding, struct yq_decimal *result)
{
	if (b.units == 0)
		return YQ_E_INVALID;
	return multiply_divide(magnitude(a), YQ_DECIMAL_ONE, magnitude(b),
	    (a.units < 0) != (b.units < 0), rounding, result);
}

enum yq_rc
yq_decimal_mul_div(struct yq_decimal a, struct yq_decimal b, struct yq_decimal divisor,
    enum yq_rounding rounding, struct yq_decimal *result)
{
	bool negative = ((a.units < 0) != (b.units < 0)) != (divisor.units < 0);

	if (divisor.units == 0)
		return YQ_E_INVALID;
	return multiply_divide(
	    magnitude(a), magnitude(b), magnitude(divisor), negative, rounding, result);
}

enum yq_rc
yq_decimal_round_to(struct yq_decimal value, struct yq_decimal step, enum yq_rounding rounding,
    struct yq_decimal *result)
{
	uint128 units = magnitude(value), divisor = magnitude(step);
	uint128 quotient;
	enum yq_rc rc;

	assert(step.units > 0);
	quotient = units / divisor;
	rc = round_quotient(&quotient, units % divisor, divisor, value.units < 0, rounding);
	/* At most value + step, below 2 * 10^32: fits. */
	return rc == YQ_OK ? store(quotient * divisor, value.units < 0, result) : rc;
}

int
yq_decimal_cmp(struct yq_decimal a, struct yq_decimal b)
{
	return (a.units > b.units) - (a.units < b.units);
}

int
yq_decimal_sign(struct yq_decimal value)
{
	return (value.units > 0) - (value.units < 0);
}

struct yq_decimal
yq_decimal_neg(struct yq_decimal value)
{
	return (struct yq_decimal){ -value.units };
}

struct yq_decimal
yq_decimal_abs(struct yq_decimal value)
{
	return value.units < 0 ? yq_decimal_neg(value) : value;
}

struct yq_decimal
yq_decimal_min(struct yq_decimal a, struct yq_decimal b)
{
	return a.units <= b.units ? a : b;
}

struct yq_decimal
yq_decimal_max(struct yq_decimal a, struct yq_decimal b)
{
	return a.units >= b.units ? a : b;
}

enum yq_rc
yq_decimal_to_scaled(
    struct yq_decimal value, unsigned places, enum yq_rounding rounding, int64_t *result)
{
	bool negative = value.units < 0;
	uint128 divisor, quotient;
	enum yq_rc rc;

	assert(places <= YQ_DECIMAL_PLACES);
	divisor = (uint128)powers[YQ_DECIMAL_PLACES - places];
	quotient = magnitude(value) / divisor;
	rc = round_quotient(&quotient, magnitude(value) % divisor, divisor, negative, rounding);
	if (rc != YQ_OK)
		return rc;
	if (quotient > (uint128)INT64_MAX + (negative ? 1 : 0))
		return YQ_E_RANGE;
	*result = (int64_t)(negative ? -(yq_int128)quotient : (yq_int128)quotient);
	return YQ_OK;
}

struct yq_decimal
yq_decimal_from_scaled(int64_t scaled, unsigned places)
{
	assert(places <= YQ_DECIMAL_PLACES);
	return (struct yq_decimal){ (yq_int128)scaled * powers[YQ_DECIMAL_PLACES - places] };
}
