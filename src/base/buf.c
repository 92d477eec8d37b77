/* buf.c - a growing byte buffer with a stated maximum. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_CAPACITY 128

struct yq_buf
yq_buf_make(size_t maximum)
{
	return (struct yq_buf){ .maximum = maximum };
}

void
yq_buf_free(struct yq_buf *buf)
{
	free(buf->data);
	*buf = yq_buf_make(buf->maximum);
}

void
yq_buf_clear(struct yq_buf *buf)
{
	buf->length = 0;
	buf->overflowed = false;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

bool
yq_buf_ok(const struct yq_buf *buf)
{
	return !buf->overflowed;
}

const char *
yq_buf_text(const struct yq_buf *buf)
{
	return buf->data == NULL ? "" : buf->data;
}

/* Room for `length` more bytes and the NUL; false, and overflowed, past the maximum. */
static bool
reserve(struct yq_buf *buf, size_t length)
{
	size_t needed, capacity;

	if (buf->overflowed || length > buf->maximum - buf->length) {
		buf->overflowed = true;
		return false;
	}
	needed = buf->length + length + 1;
	if (needed <= buf->capacity)
		return true;
	capacity = buf->capacity == 0 ? FIRST_CAPACITY : buf->capacity;
	while (capacity < needed)
		capacity *= 2;
	if (capacity - 1 > buf->maximum)
		capacity = buf->maximum + 1;
	buf->data = yq_xrealloc(buf->data, capacity, 1);
	buf->capacity = capacity;
	return true;
}

void
yq_buf_add(struct yq_buf *buf, const void *bytes, size_t length)
{
	if (!reserve(buf, length))
		return;
	if (length > 0)
		memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
}

void
yq_buf_add_text(struct yq_buf *buf, const char *text)
{
	yq_buf_add(buf, text, strlen(text));
}

void
yq_buf_add_char(struct yq_buf *buf, char c)
{
	if (!reserve(buf, 1))
		return;
	buf->data[buf->length++] = c;
	buf->data[buf->length] = '\0';
}

void
yq_buf_add_int(struct yq_buf *buf, int64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		digits[--at] = '-';
	yq_buf_add(buf, digits + at, sizeof(digits) - at);
}

void
yq_buf_add_format(struct yq_buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	yq_buf_add_va(buf, format, args);
	va_end(args);
}

void
yq_buf_add_va(struct yq_buf *buf, const char *format, va_list args)
{
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(length >= 0);
	if (!reserve(buf, (size_t)length))
		return;
	(void)vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
	buf->length += (size_t)length;
}

void
yq_buf_drop_front(struct yq_buf *buf, size_t length)
{
	assert(length <= buf->length);
	if (length == 0)
		return;
	memmove(buf->data, buf->data + length, buf->length - length + 1);
	buf->length -= length;
}
