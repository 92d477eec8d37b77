/* server_bracket.c - brackets, as in functions_bracket.lua. */
#include <string.h>

#include "server_call.h"

redisReply *
step_bracket(struct call *call)
{
	const char *key = call->keys[0].text, *open = call->keys[1].text;
	const char *operation = call_text(call), *lease = call_text(call), *token = call_text(call);
	const struct word *fields;
	const char *pending;
	size_t count;

	call->at++; /* ttl: the model forgets nothing by itself */
	pending = call_text(call);
	count = call_number(call);
	fields = &call->args[call->at];
	call->at += 2 * count;
	if (!call_holds(call, lease, token))
		return letters_one('f');
	if (strcmp(operation, "keep") == 0) {
		if (server_find(call->server, key) != NULL)
			return letters_one('y');
		server_put(call->server, open, call_id(key));
	} else if (!server_has(call->server, open, call_id(key))) {
		return letters_one('z');
	}
	if (strcmp(operation, "place") == 0) {
		if (server_find(call->server, call->keys[4].text) != NULL)
			return letters_one('y');
		server_put(call->server, call->keys[3].text, call_id(call->keys[4].text));
	}
	if (strcmp(operation, "drop") == 0) {
		for (size_t i = 0; i < count; i++)
			server_unset(call->server, key, fields[2 * i].text);
		return letters_one('w');
	}
	for (size_t i = 0; i < count; i++)
		server_set(call->server, key, fields[2 * i].text, &fields[2 * i + 1]);
	if (strcmp(operation, "place") == 0)
		call_write_order(call, call->keys[2].text, "", pending, call->keys[4].text, false);
	if (strcmp(operation, "end") == 0)
		server_unset(call->server, open, call_id(key));
	return letters_one('w');
}
