/*
 * args.c - commands in RESP2.
 */
#include "bus/args.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

struct yq_args
yq_args_make(void)
{
	return (struct yq_args){ .body = yq_buf_make(YQ_ARGS_BYTES_MAX) };
}

void
yq_args_free(struct yq_args *args)
{
	yq_buf_free(&args->body);
	args->start = args->count = args->before = 0;
}

void
yq_args_clear(struct yq_args *args)
{
	yq_buf_clear(&args->body);
	args->start = args->count = args->before = 0;
}

#define HEAD_MAX 24

/* "$12\r\n" at the end of `text`; where it begins. */
static size_t
format_head(char text[HEAD_MAX], char mark, size_t value)
{
	size_t at = HEAD_MAX;

	text[--at] = '\n';
	text[--at] = '\r';
	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	text[--at] = mark;
	return at;
}

/* In one piece: this runs for every argument of every step. */
static void
add_head(struct yq_buf *out, char mark, size_t value)
{
	char text[HEAD_MAX];
	size_t at = format_head(text, mark, value);

	yq_buf_add(out, text + at, sizeof(text) - at);
}

void
yq_args_bytes(struct yq_args *args, const char *bytes, size_t length)
{
	add_head(&args->body, '$', length);
	if (length > 0)
		yq_buf_add(&args->body, bytes, length);
	yq_buf_add(&args->body, "\r\n", 2);
	args->count++;
}

void
yq_args_text(struct yq_args *args, const char *text)
{
	yq_args_bytes(args, text, text == NULL ? 0 : strlen(text));
}

void
yq_args_int(struct yq_args *args, int64_t value)
{
	char text[24];
	size_t at = sizeof(text);
	uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;

	do {
		text[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		text[--at] = '-';
	yq_args_bytes(args, text + at, sizeof(text) - at);
}

void
yq_args_time(struct yq_args *args, int64_t instant_us)
{
	char text[YQ_TIME_TEXT_SIZE];

	yq_time_format(instant_us, text);
	yq_args_text(args, text);
}

void
yq_args_key(struct yq_args *args, enum yq_key key, const char *arg)
{
	char name[YQ_KEY_SIZE];
	size_t length = yq_key_format(key, arg, name);

	yq_args_bytes(args, name, length);
}

void
yq_args_fcall(struct yq_args *args, enum yq_step step, size_t key_count)
{
	assert(args->count == 0);
	yq_args_text(args, "FCALL");
	yq_args_text(args, yq_steps[step].name);
	yq_args_int(args, (int64_t)key_count);
}

void
yq_args_words(struct yq_args *args, const char *words)
{
	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		if (length > 0)
			yq_args_bytes(args, words, length);
		words += length + (words[length] == ' ');
	}
}

/* The count of a command is only known at its end, and stands before it. */
void
yq_args_next(struct yq_args *args)
{
	char text[HEAD_MAX];
	size_t at = format_head(text, '*', args->count), length = sizeof(text) - at;
	size_t moved = args->body.length - args->start;

	assert(args->count > 0);
	yq_buf_add(&args->body, text + at, length);
	if (!yq_buf_ok(&args->body))
		return;
	memmove(args->body.data + args->start + length, args->body.data + args->start, moved);
	memcpy(args->body.data + args->start, text + at, length);
	args->start = args->body.length;
	args->count = 0;
	args->before++;
}

void
yq_args_write(const struct yq_args *args, struct yq_buf *out)
{
	yq_buf_add(out, args->body.data, args->start);
	add_head(out, '*', args->count);
	yq_buf_add(out, args->body.data + args->start, args->body.length - args->start);
}
