/* lines.c - commands about the four streams, and their answers. */
#include "web/lines.h"

#include <string.h>

#include "base/str.h"
#include "bus/reply.h"

#define ANSWER_MS 5000

static void
begin(struct yq_args *args)
{
	yq_args_text(args, "MULTI");
}

static void
carry_out(struct yq_valkey *valkey, struct yq_args *args, yq_reply_fn *fn, void *cookie)
{
	yq_args_next(args);
	yq_args_text(args, "EXEC");
	yq_valkey_send(valkey, args, YQ_VALKEY_TIMEOUT_MS, fn, cookie);
}

void
yq_lines_ask(struct yq_valkey *valkey, yq_reply_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);

	begin(args);
	for (size_t i = 0; i < YQ_LINES; i++) {
		yq_args_next(args);
		yq_args_words(args, "XINFO STREAM");
		yq_args_key(args, yq_line_keys[i], NULL);
	}
	carry_out(valkey, args, fn, cookie);
}

static const struct redisReply *
field(const struct redisReply *info, const char *name)
{
	for (size_t i = 0; i + 1 < yq_reply_count(info); i += 2) {
		const char *text = yq_reply_text(yq_reply_at(info, i), NULL);

		if (text != NULL && yq_str_equal(text, name))
			return yq_reply_at(info, i + 1);
	}
	return NULL;
}

static bool
read_at(const struct redisReply *id, struct yq_entry_at *at)
{
	size_t length;
	const char *text = yq_reply_text(id, &length);

	return text != NULL && yq_entry_at_parse(text, length, at);
}

bool
yq_lines_read(const struct redisReply *reply, struct yq_line_state states[YQ_LINES])
{
	if (yq_reply_count(reply) != YQ_LINES)
		return false;
	for (size_t i = 0; i < YQ_LINES; i++) {
		const struct redisReply *info = yq_reply_at(reply, i);
		const struct redisReply *first = field(info, "first-entry");
		struct yq_line_state *state = &states[i];

		*state = (struct yq_line_state){ .length = 0 };
		if (yq_reply_count(info) == 0)
			continue; /* there is no such stream yet */
		state->length = (uint64_t)yq_reply_int(field(info, "length"));
		state->added = (uint64_t)yq_reply_int(field(info, "entries-added"));
		if (!read_at(field(info, "last-generated-id"), &state->last) ||
		    (state->length > 0 && !read_at(yq_reply_at(first, 0), &state->first)))
			return false;
	}
	return true;
}

void
yq_lines_page(struct yq_valkey *valkey, const struct yq_event_place *from,
    const struct yq_event_place *to, size_t count, yq_reply_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	char text[YQ_ENTRY_AT_SIZE], after[YQ_ENTRY_AT_SIZE + 1];

	begin(args);
	for (size_t i = 0; i < YQ_LINES; i++) {
		yq_args_next(args);
		yq_args_text(args, "XRANGE");
		yq_args_key(args, yq_line_keys[i], NULL);
		yq_entry_at_format(&from->at[i], text);
		(void)yq_str_format(after, sizeof(after), "(%s", text);
		yq_args_text(args, after);
		yq_entry_at_format(&to->at[i], text);
		yq_args_text(args, text);
		yq_args_text(args, "COUNT");
		yq_args_int(args, (int64_t)count);
	}
	carry_out(valkey, args, fn, cookie);
}

void
yq_lines_wait(struct yq_valkey *valkey, const struct yq_event_place *from, size_t count,
    uint32_t block_ms, yq_reply_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	char text[YQ_ENTRY_AT_SIZE];

	yq_args_words(args, "XREAD COUNT");
	yq_args_int(args, (int64_t)count);
	yq_args_text(args, "BLOCK");
	yq_args_int(args, block_ms);
	yq_args_text(args, "STREAMS");
	for (size_t i = 0; i < YQ_LINES; i++)
		yq_args_key(args, yq_line_keys[i], NULL);
	for (size_t i = 0; i < YQ_LINES; i++) {
		yq_entry_at_format(&from->at[i], text);
		yq_args_text(args, text);
	}
	yq_valkey_send(valkey, args, block_ms + ANSWER_MS, fn, cookie);
}

const struct redisReply *
yq_lines_of(const struct redisReply *reply, enum yq_line line)
{
	for (size_t i = 0; i < yq_reply_count(reply); i++) {
		const struct redisReply *stream = yq_reply_at(reply, i);
		const char *name = yq_reply_text(yq_reply_at(stream, 0), NULL);

		if (name != NULL && yq_str_equal(name, yq_key_name(yq_line_keys[line])))
			return yq_reply_at(stream, 1);
	}
	return NULL;
}
