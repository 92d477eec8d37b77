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

/* ---- lease, sync ---- */

redisReply *
step_lease(struct call *call)
{
	const char *key = call->keys[0].text, *wanted = call_text(call);
	int64_t ttl = strtoll(call_text(call), NULL, 10), now = call->server->now_us / 1000;
	const struct word *owner = server_get(call->server, key, "Owner"),
			  *held = server_get(call->server, key, "Token"),
			  *until = server_get(call->server, key, "ExpiresAt");
	int64_t token = held != NULL ? strtoll(held->text, NULL, 10) : -1;
	int64_t expires = until != NULL ? strtoll(until->text, NULL, 10) : 0;
	redisReply *reply = answer_array(2);
	char text[32], later[32];

	if (!server_word_is(owner, wanted)) {
		if (expires > now || ttl == 0) {
			yq_str_format(text, sizeof(text), "%" PRId64, token < 0 ? 0 : token);
			reply->element[0] = answer_text(text, strlen(text));
			reply->element[1] = owner != NULL ? answer_text(owner->text, owner->length)
							  : answer_text("", 0);
			return reply;
		}
		token = token >= 0 ? token + 1 : call->server->now_us / 1000000;
	}
	yq_str_format(text, sizeof(text), "%" PRId64, token);
	yq_str_format(later, sizeof(later), "%" PRId64, ttl == 0 ? 0 : now + ttl);
	call_put(call, key, "Owner", wanted);
	call_put(call, key, "Token", text);
	call_put(call, key, "ExpiresAt", later);
	reply->element[0] = answer_text(text, strlen(text));
	reply->element[1] = answer_text(wanted, strlen(wanted));
	return reply;
}

redisReply *
step_sync(struct call *call)
{
	const char *lease = call_text(call), *token = call_text(call), *alias = call_text(call);
	bool active = strcmp(call_text(call), "1") == 0;

	if (!call_holds(call, lease, token))
		return letters_one('f');
	for (size_t i = 1; i < 4; i++) {
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
	server_add(call->server, call->keys[0].text, NULL, payload);
	server_publish(call->server, channel, payload);
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
