/*
 * server_steps.c - functions.lua once more: what each durable step does, in the same order.
 *
 * Kept true by test_bus_model, which runs the same random calls here and on a real server.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/schema.h"
#include "server_call.h"

/* ---- read, version ---- */

static redisReply *
step_read(struct call *call)
{
	redisReply *reply = answer_array(call->arg_count);

	for (size_t i = 0; i < call->arg_count; i++)
		reply->element[i] = server_hash(call->server, call->args[i].text);
	return reply;
}

/* ---- submit, decide ---- */

void
call_write_order(struct call *call, const char *stream, const char *channel, const char *pending,
    const char *key, bool has_foreign)
{
	const struct word *alias = call_next(call), *ticker = call_next(call),
			  *created = call_next(call), *payload = call_next(call),
			  *foreign = has_foreign ? call_next(call) : NULL;

	server_add(call->server, stream, "order", payload);
	call_put_last(call, key, "Entry", stream);
	server_set(call->server, key, "Order", payload);
	call_put(call, key, "State", pending);
	server_set(call->server, key, "AccountAlias", alias);
	server_set(call->server, key, "Ticker", ticker);
	call_put(call, key, "Filled", "0");
	call_put(call, key, "AvgPrice", "0");
	call_put(call, key, "Notional", "0");
	call_put(call, key, "Sequence", "0");
	server_set(call->server, key, "CreatedAt", created);
	if (foreign != NULL && server_word_is(foreign, "0"))
		server_publish(call->server, channel, payload);
}

/* `stream` is the place of the orders' stream among the keys; their open set follows it. */
static char
request(struct call *call, size_t stream, const char *key, const char *kind)
{
	const char *mark = call_text(call);
	const struct word *made = call_next(call), *payload = call_next(call), *before;

	if (server_find(call->server, key) == NULL)
		return 'n';
	before = server_get(call->server, key, mark);
	if (before != NULL && before->length > 0)
		return '=';
	if (!server_has(call->server, call->keys[stream + 1].text, call_id(key)))
		return 'z';
	server_add(call->server, call->keys[stream].text, kind, payload);
	server_set(call->server, key, mark, made);
	return 's';
}

static redisReply *
step_submit(struct call *call)
{
	const char *channel = call_text(call), *pending = call_text(call);
	struct letters l = letters_make(call->key_count);

	for (size_t i = 2; i < call->key_count; i++) {
		const char *key = call->keys[i].text, *kind = call_text(call);

		if (strcmp(kind, "order") != 0) {
			letters_say(&l, request(call, 0, key, kind));
		} else if (server_find(call->server, key) != NULL) {
			call->at += 5;
			letters_say(&l, '=');
		} else {
			server_put(call->server, call->keys[1].text, call_id(key));
			call_write_order(call, call->keys[0].text, channel, pending, key, true);
			letters_say(&l, 's');
		}
	}
	return letters_end(&l);
}

/* The orders of one item of decide, from the key after `*key` on. */
static void
decide_orders(struct call *call, size_t *key, size_t count, bool decided, const char *channel,
    const char *pending)
{
	for (size_t i = 0; i < count; i++) {
		const char *order = call->keys[++*key].text;

		if (call->args[call->at].length == 0) {
			call->at++;
			if (decided)
				call->at += 3;
			else
				(void)request(call, 1, order, "cancel");
			call->at++;
			continue;
		}
		if (decided || server_find(call->server, order) != NULL) {
			call->at += 5;
			continue;
		}
		server_put(call->server, call->keys[2].text, call_id(order));
		call_write_order(call, call->keys[1].text, channel, pending, order, true);
	}
}

static redisReply *
step_decide(struct call *call)
{
	const char *channel = call_text(call), *pending = call_text(call), *group = call_text(call);
	struct letters l = letters_make(call->key_count);

	(void)call_next(call); /* seconds to live: nothing expires here */
	for (size_t key = 3; key < call->key_count; key++) {
		const char *signal = call->keys[key].text;
		const struct value *word = server_find(call->server, signal);
		bool decided = word != NULL && !server_word_is(&word->text, "accepted");
		const char *entry = call_text(call);
		const struct word *verdict = call_next(call);

		decide_orders(call, &key, call_number(call), decided, channel, pending);
		if (!decided)
			server_text(call->server, signal, verdict);
		if (entry[0] != '\0')
			(void)server_acknowledge(call->server, call->keys[0].text, group, entry);
		letters_say(&l, decided ? 'y' : 'd');
	}
	return letters_end(&l);
}

static const struct {
	const char *name;
	redisReply *(*run)(struct call *call);
} steps[] = {
	{ "yq_read", step_read },
	{ "yq_submit", step_submit },
	{ "yq_decide", step_decide },
	{ "yq_claim", step_claim },
	{ "yq_apply", step_apply },
	{ "yq_bracket", step_bracket },
	{ "yq_lease", step_lease },
	{ "yq_halt", step_halt },
	{ "yq_color", step_color },
	{ "yq_beat", step_beat },
	{ "yq_sync", step_sync },
	{ "yq_notify", step_notify },
	{ "yq_stock", step_stock },
};

redisReply *
server_step(struct server *server, const char *name, const struct word *keys, size_t key_count,
    const struct word *args, size_t arg_count)
{
	struct call call = { server, keys, args, key_count, arg_count, 0 };

	for (size_t i = 0; i < YQ_COUNT(steps); i++)
		if (strcmp(steps[i].name, name) == 0)
			return steps[i].run(&call);
	YQ_PANIC("the model of the server does not know %s: teach it in server_steps.c", name);
}
