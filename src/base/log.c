/* log.c - one line an event, one write(2) a line, to standard error. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define MESSAGE_SIZE 4096
#define PROGRAM_SIZE 32
/* Time, level, program, and each byte of the message as "\xNN" at worst. */
#define LINE_SIZE (YQ_TIME_TEXT_SIZE + 8 + PROGRAM_SIZE + 4 * MESSAGE_SIZE)

static const char *const level_names[] = {
	[YQ_LOG_ERROR] = "error",
	[YQ_LOG_WARN] = "warn",
	[YQ_LOG_INFO] = "info",
	[YQ_LOG_DEBUG] = "debug",
};

/* The one state a process has of its own: set at start, the level also on reload. */
static char program_name[PROGRAM_SIZE] = "yq";
static atomic_int shown_level = YQ_LOG_INFO;

void
yq_log_init(const char *program, enum yq_log_level level)
{
	yq_str_copy_cut(program_name, sizeof(program_name), program);
	yq_log_set_level(level);
}

void
yq_log_set_level(enum yq_log_level level)
{
	atomic_store_explicit(&shown_level, (int)level, memory_order_relaxed);
}

bool
yq_log_level_parse(const char *text, enum yq_log_level *level)
{
	for (size_t i = 0; i < YQ_COUNT(level_names); i++) {
		if (yq_str_equal_nocase(text, level_names[i])) {
			*level = (enum yq_log_level)i;
			return true;
		}
	}
	return false;
}

static char *
put_text(char *out, const char *text)
{
	size_t length = strlen(text);

	memcpy(out, text, length);
	return out + length;
}

/* A line stays one line, and a terminal is not steered by what came from outside. */
static char *
put_escaped(char *out, const char *message)
{
	static const char hex[] = "0123456789abcdef";
	bool utf8 = yq_str_is_utf8(message, strlen(message));

	for (; *message != '\0'; message++) {
		unsigned char c = (unsigned char)*message;

		if (c == '\n' || c == '\t' || c == '\r') {
			*out++ = '\\';
			*out++ = c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
		} else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8)) {
			*out++ = '\\';
			*out++ = 'x';
			*out++ = hex[c >> 4];
			*out++ = hex[c & 15];
		} else {
			*out++ = (char)c;
		}
	}
	return out;
}

static void
write_all(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(STDERR_FILENO, bytes, length);

		if (written <= 0)
			return; /* there is nowhere to report it */
		bytes += written;
		length -= (size_t)written;
	}
}

void
yq_log(enum yq_log_level level, const char *format, ...)
{
	char message[MESSAGE_SIZE], line[LINE_SIZE], *out = line;
	va_list args;

	if ((int)level > atomic_load_explicit(&shown_level, memory_order_relaxed))
		return;
	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) >= (int)sizeof(message)) {
		size_t kept = yq_str_utf8_prefix(message, sizeof(message) - 4);

		memcpy(message + kept, "...", 4);
	}
	va_end(args);

	yq_time_format(yq_clock_now_us(yq_clock_system()), out);
	out += strlen(out);
	*out++ = ' ';
	out = put_text(out, level_names[level]);
	if (strlen(level_names[level]) < 5)
		*out++ = ' ';
	*out++ = ' ';
	out = put_text(out, program_name);
	*out++ = ' ';
	*out++ = ' ';
	out = put_escaped(out, message);
	*out++ = '\n';
	write_all(line, (size_t)(out - line));
}
