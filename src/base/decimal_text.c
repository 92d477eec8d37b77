/* decimal_text.c - exact decimals from text and to text. */
#include "base/decimal.h"

#include <assert.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128;

#define DIGITS_MAX     (YQ_DECIMAL_INTEGER_DIGITS + YQ_DECIMAL_PLACES)
#define EXPONENT_LIMIT 1000000 /* beyond any text that can be in range */

/* A number as read: digits x 10^exponent, the digits without zeros at either end. */
struct reading {
	const char *at, *end;
	uint128 digits;
	size_t digit_count;
	size_t zeros;	  /* read after the last digit that is not zero, and not yet taken in */
	int64_t exponent; /* of the place after the last digit read */
};

static bool
at_digit(const struct reading *r)
{
	return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

/* One digit.  Digits past what can be in range are counted, not kept. */
static void
take_digit(struct reading *r, unsigned digit)
{
	if (digit == 0) {
		if (r->digit_count > 0)
			r->zeros++;
		return;
	}
	for (; r->zeros > 0; r->zeros--) {
		if (r->digit_count++ < DIGITS_MAX)
			r->digits *= 10;
	}
	if (r->digit_count++ < DIGITS_MAX)
		r->digits = r->digits * 10 + digit;
}

static bool
take_integer(struct reading *r)
{
	if (!at_digit(r))
		return false;
	if (*r->at == '0') { /* JSON: nothing may follow a leading zero */
		r->at++;
		return !at_digit(r);
	}
	for (; at_digit(r); r->at++)
		take_digit(r, (unsigned)(*r->at - '0'));
	return true;
}

static bool
take_fraction(struct reading *r)
{
	if (r->at == r->end || *r->at != '.')
		return true;
	r->at++;
	if (!at_digit(r))
		return false;
	for (; at_digit(r); r->at++) {
		take_digit(r, (unsigned)(*r->at - '0'));
		r->exponent--;
	}
	return true;
}

static bool
take_exponent(struct reading *r)
{
	bool negative = false;
	int64_t value = 0;

	if (r->at == r->end || (*r->at != 'e' && *r->at != 'E'))
		return true;
	r->at++;
	if (r->at < r->end && (*r->at == '-' || *r->at == '+'))
		negative = *r->at++ == '-';
	if (!at_digit(r))
		return false;
	for (; at_digit(r); r->at++) {
		if (value < EXPONENT_LIMIT)
			value = value * 10 + (*r->at - '0');
	}
	r->exponent += negative ? -value : value;
	return true;
}

enum yq_rc
yq_decimal_parse(const char *text, size_t length, struct yq_decimal *result)
{
	struct reading r = { .at = text, .end = text + length };
	bool negative = false;
	int64_t shift;

	if (r.at < r.end && (*r.at == '-' || *r.at == '+'))
		negative = *r.at++ == '-';
	if (!take_integer(&r) || !take_fraction(&r) || !take_exponent(&r) || r.at != r.end)
		return YQ_E_INVALID;
	if (r.digit_count == 0) {
		*result = YQ_DECIMAL_ZERO;
		return YQ_OK;
	}
	/* The last digit is not zero, so a shift to the right would lose it. */
	shift = r.exponent + (int64_t)r.zeros + YQ_DECIMAL_PLACES;
	if (r.digit_count > DIGITS_MAX || shift < 0 ||
	    shift > (int64_t)(DIGITS_MAX - r.digit_count))
		return YQ_E_RANGE;
	for (; shift > 0; shift--)
		r.digits *= 10;
	result->units = negative ? -(yq_int128)r.digits : (yq_int128)r.digits;
	return YQ_OK;
}

/* Digits of `value` ending before `end`, at least one; returns the first. */
static char *
put_integer(char *end, uint128 value)
{
	uint64_t small;

	for (; value > UINT64_MAX; value /= 10)
		*--end = (char)('0' + (int)(value % 10));
	small = (uint64_t)value;
	do {
		*--end = (char)('0' + (int)(small % 10));
		small /= 10;
	} while (small > 0);
	return end;
}

size_t
yq_decimal_format_places(
    struct yq_decimal value, unsigned min_places, char text[YQ_DECIMAL_TEXT_SIZE])
{
	uint128 units = value.units < 0 ? -(uint128)value.units : (uint128)value.units;
	uint64_t fraction;
	unsigned places = YQ_DECIMAL_PLACES;
	char integer[YQ_DECIMAL_INTEGER_DIGITS + YQ_DECIMAL_PLACES], *first, *out = text;
	size_t length;

	assert(min_places <= YQ_DECIMAL_PLACES);
	if (units <= UINT64_MAX) { /* saves two divisions of 128 bits */
		fraction = (uint64_t)units % YQ_DECIMAL_ONE;
		units = (uint64_t)units / YQ_DECIMAL_ONE;
	} else {
		fraction = (uint64_t)(units % YQ_DECIMAL_ONE);
		units /= YQ_DECIMAL_ONE;
	}
	first = put_integer(integer + sizeof(integer), units);
	length = (size_t)(integer + sizeof(integer) - first);
	assert(length <= YQ_DECIMAL_INTEGER_DIGITS);
	if (value.units < 0)
		*out++ = '-';
	memcpy(out, first, length);
	out += length;
	for (; places > min_places && fraction % 10 == 0; places--)
		fraction /= 10;
	if (places > 0) {
		*out++ = '.';
		for (unsigned i = places; i > 0; i--) {
			out[i - 1] = (char)('0' + (int)(fraction % 10));
			fraction /= 10;
		}
		out += places;
	}
	*out = '\0';
	return (size_t)(out - text);
}

size_t
yq_decimal_format(struct yq_decimal value, char text[YQ_DECIMAL_TEXT_SIZE])
{
	return yq_decimal_format_places(value, 0, text);
}
