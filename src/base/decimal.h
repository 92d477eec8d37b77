/*
 * decimal.h - exact decimal numbers: prices, quantities, money.
 *
 * One type: a signed 128-bit integer counting hundred-millionths (8 fractional digits).  Magnitudes
 * up to YQ_DECIMAL_INTEGER_DIGITS integer digits are accepted; beyond that an operation returns
 * YQ_E_RANGE and leaves the result untouched.  Nothing here ever passes through a double.
 */
#ifndef YQ_BASE_DECIMAL_H
#define YQ_BASE_DECIMAL_H

#include "base/common.h"
#include "base/err.h"

__extension__ typedef __int128 yq_int128;

#define YQ_DECIMAL_PLACES	  8
#define YQ_DECIMAL_ONE		  INT64_C(100000000)
#define YQ_DECIMAL_INTEGER_DIGITS 24
/* Sign, integer digits, point, places and NUL. */
#define YQ_DECIMAL_TEXT_SIZE (1 + YQ_DECIMAL_INTEGER_DIGITS + 1 + YQ_DECIMAL_PLACES + 1)

struct yq_decimal {
	yq_int128 units; /* value x 10^8 */
};

/* A decimal that may be absent.  Absent is not zero. */
struct yq_opt_decimal {
	bool set;
	struct yq_decimal value;
};

enum yq_rounding {
	YQ_ROUND_EXACT,	    /* YQ_E_RANGE if digits would be lost */
	YQ_ROUND_DOWN,	    /* toward zero */
	YQ_ROUND_UP,	    /* away from zero */
	YQ_ROUND_FLOOR,	    /* toward minus infinity */
	YQ_ROUND_CEILING,   /* toward plus infinity */
	YQ_ROUND_HALF_EVEN, /* to nearest, ties to the even digit */
};

/* For constants: whole numbers and hundred-millionths. */
struct yq_decimal yq_decimal_from_int(int64_t value);
#define YQ_DECIMAL_ZERO ((struct yq_decimal){ 0 })
struct yq_opt_decimal yq_opt_decimal_of(struct yq_decimal value);
#define YQ_OPT_DECIMAL_NONE ((struct yq_opt_decimal){ .set = false })

/*
 * Read the JSON number grammar plus an optional leading '+': digits, point, exponent.  The whole
 * text must be used.  YQ_E_INVALID if it is no number ("NaN", "1,000", "", " 1"); YQ_E_RANGE if it
 * has more than 8 significant fractional digits or too many integer digits.  "1.50" and "15e-1"
 * are equal.
 */
YQ_NODISCARD enum yq_rc yq_decimal_parse(
    const char *text, size_t length, struct yq_decimal *result);
/* Shortest exact text: no exponent, no trailing zeros, "0" never "-0".  Returns its length. */
size_t yq_decimal_format(struct yq_decimal value, char text[YQ_DECIMAL_TEXT_SIZE]);
/* At least `min_places` fractional digits (0-8): "1000.00" for people. */
size_t yq_decimal_format_places(
    struct yq_decimal value, unsigned min_places, char text[YQ_DECIMAL_TEXT_SIZE]);

YQ_NODISCARD enum yq_rc yq_decimal_add(
    struct yq_decimal a, struct yq_decimal b, struct yq_decimal *result);
YQ_NODISCARD enum yq_rc yq_decimal_sub(
    struct yq_decimal a, struct yq_decimal b, struct yq_decimal *result);
YQ_NODISCARD enum yq_rc yq_decimal_mul(
    struct yq_decimal a, struct yq_decimal b, enum yq_rounding rounding, struct yq_decimal *result);
/* YQ_E_INVALID when b is zero. */
YQ_NODISCARD enum yq_rc yq_decimal_div(
    struct yq_decimal a, struct yq_decimal b, enum yq_rounding rounding, struct yq_decimal *result);
/* a x b / divisor, rounded once at the end: a share of a whole. YQ_E_INVALID when divisor is zero.
 */
YQ_NODISCARD enum yq_rc yq_decimal_mul_div(struct yq_decimal a, struct yq_decimal b,
    struct yq_decimal divisor, enum yq_rounding rounding, struct yq_decimal *result);
/* The multiple of `step` (> 0) next to `value`: lots and ticks. */
YQ_NODISCARD enum yq_rc yq_decimal_round_to(struct yq_decimal value, struct yq_decimal step,
    enum yq_rounding rounding, struct yq_decimal *result);

int yq_decimal_cmp(struct yq_decimal a, struct yq_decimal b); /* -1, 0, 1 */
int yq_decimal_sign(struct yq_decimal value);		      /* -1, 0, 1 */
struct yq_decimal yq_decimal_neg(struct yq_decimal value);
struct yq_decimal yq_decimal_abs(struct yq_decimal value);
struct yq_decimal yq_decimal_min(struct yq_decimal a, struct yq_decimal b);
struct yq_decimal yq_decimal_max(struct yq_decimal a, struct yq_decimal b);

/* As an integer counting 10^-places (0-8), the form of a NUMERIC column.  YQ_E_RANGE if it does
 * not fit 64 bits or digits would be lost under YQ_ROUND_EXACT. */
YQ_NODISCARD enum yq_rc yq_decimal_to_scaled(
    struct yq_decimal value, unsigned places, enum yq_rounding rounding, int64_t *result);
struct yq_decimal yq_decimal_from_scaled(int64_t scaled, unsigned places);

#endif
