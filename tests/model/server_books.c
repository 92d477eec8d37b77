/* server_books.c - leases, the full sync, notifications and prices, as in functions.lua. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/schema.h"
#include "server_call.h"

struct held {
	const struct word *owner;
	int64_t token; /* -1 = it was never there */
	bool mine;
};

/* One with more time left than it was given was given before the clock was set back. */
static int64_t
ends_at(struct call *call, const char *key, int64_t now)
{
	const struct word *until = server_get(call->server, key, "ExpiresAt"),
			  *lasts = server_get(call->server, key, "Lasts");
	int64_t expires = until != NULL ? strtoll(until->text, NULL, 10) : 0;
	char text[32];

	if (lasts != NULL && expires > now + strtoll(lasts->text, NULL, 10)) {
		expires = now + strtoll(lasts->text, NULL, 10);
		yq_str_format(text, sizeof(text), "%" PRId64, expires);
		call_put(call, key, "ExpiresAt", text);
	}
	return expires;
}

/* The place of the first lease that another has, from 1; 0 = none. */
static size_t
leases_look(struct call *call, const char *wanted, int64_t ttl, struct held *held)
{
	int64_t now = call->server->now_us / 1000;
	size_t another = 0;

	for (size_t i = 0; i < call->key_count; i++) {
		const char *key = call->keys[i].text;
		const struct word *token = server_get(call->server, key, "Token");

		held[i].owner = server_get(call->server, key, "Owner");
		held[i].token = token != NULL ? strtoll(token->text, NULL, 10) : -1;
		held[i].mine = server_word_is(held[i].owner, wanted);
		if (!held[i].mine && another == 0 && (ttl == 0 || ends_at(call, key, now) > now))
			another = i + 1;
	}
	return another;
}

redisReply *
step_lease(struct call *call)
{
	const char *wanted = call_text(call);
	int64_t ttl = strtoll(call_text(call), NULL, 10), now = call->server->now_us / 1000;
	struct held *held = yq_xcalloc(call->key_count + 1, sizeof(*held));
	size_t another = leases_look(call, wanted, ttl, held);
	redisReply *reply = answer_array(2 + call->key_count);
	const char *holder = another == 0		       ? wanted
			     : held[another - 1].owner != NULL ? held[another - 1].owner->text
							       : "";
	char text[32];

	reply->element[0] = answer_text(holder, strlen(holder));
	reply->element[1] = answer_int((long long)another);
	for (size_t i = 0; i < call->key_count; i++) {
		const char *key = call->keys[i].text;

		if ((ttl == 0 && held[i].mine) || (ttl != 0 && another == 0)) {
			if (!held[i].mine)
				held[i].token = held[i].token + 1 > now ? held[i].token + 1 : now;
			call_put(call, key, "Owner", wanted);
			yq_str_format(text, sizeof(text), "%" PRId64, held[i].token);
			call_put(call, key, "Token", text);
			yq_str_format(text, sizeof(text), "%" PRId64, ttl == 0 ? 0 : now + ttl);
			call_put(call, key, "ExpiresAt", text);
			server_set(call->server, key, "Lasts", &call->args[1]);
		}
		yq_str_format(
		    text, sizeof(text), "%" PRId64, held[i].token < 0 ? 0 : held[i].token);
		reply->element[2 + i] = answer_text(text, strlen(text));
	}
	free(held);
	return reply;
}

/* ---- halt, color, beat ---- */

static void
tell(struct server *server, const char *stream, const char *channel, const struct word *payload)
{
	server_add(server, stream, NULL, payload);
	server_publish(server, channel, payload);
}

/* Whether a field that is to be given a value says meanwhile what was not expected ("-": nothing).
 */
static bool
is_overtaken(const struct call *call, const char *halt, size_t end)
{
	for (size_t i = call->at; i < end; i += 4) {
		const struct word *value = &call->args[i + 1], *expected = &call->args[i + 2];
		const struct word *present = server_get(call->server, halt, call->args[i].text);

		if (value->length == 0 || expected->length == 0)
			continue;
		if (present == NULL ? !server_word_is(expected, "-")
				    : !server_word_is(present, expected->text) &&
					  !server_word_is(present, value->text))
			return true;
	}
	return false;
}

redisReply *
step_halt(struct call *call)
{
	const char *halt = call->keys[0].text, *kind = call_text(call);
	const struct word *payload = call_next(call);
	bool tells = call->arg_count % 4 == 1; /* channel and notice, after the changes */
	size_t end = call->arg_count - (tells ? 2 : 0);
	const char *once = call->key_count - tells > 2 ? call->keys[2].text : NULL;
	struct word done = server_word("1");
	long long count = 0;

	if (once != NULL && server_find(call->server, once) != NULL)
		return answer_int(0);
	(void)call_next(call); /* seconds to live */
	if (is_overtaken(call, halt, end))
		return answer_int(-1);
	while (call->at < end) {
		const char *field = call_text(call);
		const struct word *value = call_next(call), *expected = call_next(call),
				  *over = call_next(call),
				  *present = server_get(call->server, halt, field);

		if (value->length > 0 && !server_word_is(present, value->text)) {
			server_set(call->server, halt, field, value);
			count++;
		} else if (value->length == 0 && present != NULL &&
			   (expected->length == 0 || server_word_is(present, expected->text)) &&
			   (server_word_is(over, "0") || call_is_over(call, present))) {
			server_unset(call->server, halt, field);
			count++;
		}
	}
	if (count > 0)
		server_add(call->server, call->keys[1].text, kind, payload);
	if (count > 0 && tells) {
		const char *channel = call_text(call);

		tell(call->server, call->keys[call->key_count - 1].text, channel, call_next(call));
	}
	if (once != NULL)
		server_text(call->server, once, &done);
	return answer_int(count);
}

redisReply *
step_color(struct call *call)
{
	static const char *const fields[] = { "Color", "Active", "Token", "Since", "RenewedAt" };
	const char *key = call->keys[0].text;
	const struct word *token = server_get(call->server, key, "Token");
	int64_t silence = strtoll(call->args[5].text, NULL, 10);
	char text[32];

	if (call->args[0].length == 0) {
		server_remove(call->server, key);
		return letters_one('w');
	}
	if (token != NULL && strtoll(token->text, NULL, 10) > strtoll(call->args[2].text, NULL, 10))
		return letters_one('f');
	for (size_t i = 0; i < YQ_COUNT(fields); i++)
		server_set(call->server, key, fields[i], &call->args[i]);
	yq_str_format(text, sizeof(text), "%" PRId64,
	    silence > 0 ? call->server->now_us / 1000 + silence : 0);
	call_put(call, key, "Until", text);
	return letters_one('w');
}

redisReply *
step_beat(struct call *call)
{
	(void)call_next(call); /* seconds to live */
	for (size_t pairs = call_number(call); pairs > 0; pairs--) {
		const char *field = call_text(call);

		server_set(call->server, call->keys[0].text, field, call_next(call));
	}
	return answer_text("OK", 2);
}

/* ---- sync ---- */

redisReply *
step_sync(struct call *call)
{
	const char *lease = call_text(call), *token = call_text(call), *alias = call_text(call);
	bool active = strcmp(call_text(call), "1") == 0;

	if (!call_holds(call, lease, token))
		return letters_one('f');
	for (size_t i = 1; i < 5; i++) {
		if (strcmp(call_text(call), "1") != 0)
			continue;
		server_remove(call->server, call->keys[i].text);
		for (size_t pairs = call_number(call); pairs > 0; pairs--) {
			const char *field = call_text(call);

			server_set(call->server, call->keys[i].text, field, call_next(call));
		}
	}
	if (active)
		server_put(call->server, call->keys[0].text, alias);
	else
		server_unset(call->server, call->keys[0].text, alias);
	return letters_one('w');
}

/* ---- notify, stock ---- */

redisReply *
step_notify(struct call *call)
{
	const struct value *stream = server_find(call->server, call->keys[0].text);
	const char *channel = call_text(call);
	const struct word *payload = call_next(call);

	for (size_t i = stream->entry_count; i > 0 && i + 128 > stream->entry_count; i--)
		if (server_word_is(&stream->entries[i - 1].payload, payload->text))
			return answer_text("OK", 2);
	tell(call->server, call->keys[0].text, channel, payload);
	return answer_text("OK", 2);
}

redisReply *
step_stock(struct call *call)
{
	(void)call_next(call); /* seconds to live */
	for (size_t i = 0; i < call->key_count; i++)
		for (size_t pairs = call_number(call); pairs > 0; pairs--) {
			const struct word *field = call_next(call);

			call_write(call, call->keys[i].text, field, call_next(call));
		}
	return answer_text("OK", 2);
}
