/* server_call.c - reading the arguments of a step, and its answer { letters, text... }. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/schema.h"
#include "server_call.h"

const struct word *
call_next(struct call *call)
{
	assert(call->at < call->arg_count);
	return &call->args[call->at++];
}

const char *
call_text(struct call *call)
{
	return call_next(call)->text;
}

size_t
call_number(struct call *call)
{
	return (size_t)strtoul(call_text(call), NULL, 10);
}

const char *
call_id(const char *key)
{
	return key + strlen(key) - YQ_ID_LENGTH;
}

struct letters
letters_make(size_t count)
{
	return (struct letters){ .codes = yq_xcalloc(count + 1, 1),
		.texts = yq_xcalloc(count + 1, sizeof(struct word)) };
}

void
letters_say(struct letters *l, char code)
{
	l->codes[l->count++] = code;
}

redisReply *
letters_end(struct letters *l)
{
	redisReply *reply = answer_array(1 + l->text_count);

	reply->element[0] = answer_text(l->codes, l->count);
	for (size_t i = 0; i < l->text_count; i++)
		reply->element[1 + i] = answer_text(l->texts[i].text, l->texts[i].length);
	for (size_t i = 0; i < l->text_count; i++)
		free((void *)(uintptr_t)l->texts[i].text);
	free(l->texts);
	free(l->codes);
	return reply;
}

redisReply *
letters_one(char code)
{
	struct letters l = letters_make(1);

	letters_say(&l, code);
	return letters_end(&l);
}

void
call_put(struct call *call, const char *key, const char *field, const char *text)
{
	struct word word = server_word(text);

	server_set(call->server, key, field, &word);
}

bool
call_holds(struct call *call, const char *lease, const char *token)
{
	return server_word_is(server_get(call->server, lease, "Token"), token);
}

void
call_write(struct call *call, const char *key, const struct word *field, const struct word *value)
{
	if (field->length == 0)
		return;
	if (value->length == 0)
		server_unset(call->server, key, field->text);
	else
		server_set(call->server, key, field->text, value);
}

void
call_put_last(struct call *call, const char *key, const char *field, const char *stream)
{
	const struct value *entries = server_find(call->server, stream);
	char text[48];

	server_entry_id(entries->last_ms, entries->last_seq, text);
	call_put(call, key, field, text);
}
