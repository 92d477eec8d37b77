/* str.c - bounded text. */
#include "base/str.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DISTANCE_LENGTH_MAX 63

bool
yq_str_copy(char *target, size_t size, const char *source)
{
	return yq_str_copy_bytes(target, size, source, strlen(source));
}

bool
yq_str_copy_bytes(char *target, size_t size, const char *bytes, size_t length)
{
	if (size == 0)
		return false;
	target[0] = '\0';
	if (length >= size || (length > 0 && memchr(bytes, '\0', length) != NULL))
		return false;
	if (length > 0)
		memmove(target, bytes, length);
	target[length] = '\0';
	return true;
}

bool
yq_str_format(char *target, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(target, size, format, args);
	va_end(args);
	return length >= 0 && (size_t)length < size;
}

void
yq_str_copy_cut(char *target, size_t size, const char *source)
{
	size_t length = strlen(source);

	if (size == 0)
		return;
	if (length >= size) {
		length = size - 1;
		/* Step back over continuation bytes to the start of the split character. */
		while (length > 0 && ((unsigned char)source[length] & 0xc0) == 0x80)
			length--;
	}
	memmove(target, source, length);
	target[length] = '\0';
}

bool
yq_str_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

char
yq_str_lower(char c)
{
	/* Not tolower(): the result must not depend on the locale. */
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
yq_str_equal_nocase(const char *a, const char *b)
{
	for (; *a != '\0' && yq_str_lower(*a) == yq_str_lower(*b); a++, b++)
		;
	return *a == '\0' && *b == '\0';
}

bool
yq_str_equal_nocase_bytes(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (yq_str_lower(a[i]) != yq_str_lower(b[i]))
			return false;
	}
	return true;
}

bool
yq_str_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* "*" takes as little as it can; where that fails, the last one takes one more. */
bool
yq_str_matches(const char *pattern, size_t length, const char *text)
{
	size_t p = 0, star = SIZE_MAX;
	const char *from = text;

	while (*text != '\0') {
		if (p < length && pattern[p] == '*') {
			star = p++;
			from = text;
		} else if (p < length &&
			   (pattern[p] == '?' || yq_str_lower(pattern[p]) == yq_str_lower(*text))) {
			p++;
			text++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (p < length && pattern[p] == '*')
		p++;
	return p == length;
}

/* Length of the well-formed character at `s`, or 0 (Unicode 15, table 3-7). */
static size_t
utf8_character(const unsigned char *s, size_t left)
{
	unsigned char first = s[0];
	unsigned char low = 0x80, high = 0xbf; /* bounds of the second byte */
	size_t length;

	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (first == 0xe0)
		low = 0xa0; /* overlong */
	else if (first == 0xed)
		high = 0x9f; /* surrogates */
	else if (first == 0xf0)
		low = 0x90; /* overlong */
	else if (first == 0xf4)
		high = 0x8f; /* beyond U+10FFFF */
	if (left < length || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

size_t
yq_str_utf8_prefix(const char *bytes, size_t length)
{
	const unsigned char *s = (const unsigned char *)bytes;
	size_t i = 0, step;

	while (i < length) {
		uint64_t eight;

		if (length - i >= sizeof(eight)) {
			memcpy(&eight, s + i, sizeof(eight));
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				i += sizeof(eight);
				continue;
			}
		}
		step = utf8_character(s + i, length - i);
		if (step == 0)
			break;
		i += step;
	}
	return i;
}

bool
yq_str_is_utf8(const char *bytes, size_t length)
{
	return yq_str_utf8_prefix(bytes, length) == length;
}

bool
yq_str_to_int64(const char *text, int64_t min, int64_t max, int64_t *result)
{
	bool negative = *text == '-';
	int64_t value = 0;

	if (negative)
		text++;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		int digit = *text - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* Downward, since INT64_MIN has no positive counterpart. */
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, digit, &value))
			return false;
	}
	if (!negative && __builtin_sub_overflow(0, value, &value))
		return false;
	if (value < min || value > max)
		return false;
	*result = value;
	return true;
}

static unsigned
smallest(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

static unsigned
distance(const char *a, const char *b, bool ignore_case)
{
	size_t a_length = strlen(a), b_length = strlen(b);
	unsigned row[DISTANCE_LENGTH_MAX + 1];

	if (a_length > DISTANCE_LENGTH_MAX || b_length > DISTANCE_LENGTH_MAX)
		return UINT_MAX;
	for (unsigned j = 0; j <= b_length; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a_length; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= b_length; j++) {
			unsigned above = row[j];
			bool same = ignore_case ? yq_str_lower(a[i - 1]) == yq_str_lower(b[j - 1])
						: a[i - 1] == b[j - 1];

			row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (same ? 0 : 1));
			diagonal = above;
		}
	}
	return row[b_length];
}

unsigned
yq_str_distance(const char *a, const char *b)
{
	return distance(a, b, false);
}

const char *
yq_str_nearest(const char *text, const char *const *names, size_t count)
{
	unsigned limit = (unsigned)strlen(text) / 3;
	unsigned best = UINT_MAX;
	const char *nearest = NULL;

	if (limit == 0)
		limit = 1;
	for (size_t i = 0; i < count; i++) {
		unsigned d = names[i] == NULL ? UINT_MAX : distance(text, names[i], true);

		if (d < best && d <= limit) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}
