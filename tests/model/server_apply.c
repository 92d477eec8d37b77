/* server_apply.c - apply, as in functions_end.lua: what a broker said is booked. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/schema.h"
#include "server_call.h"

struct item {
	const char *order, *position, *deposit, *execution, *sequence;
	const struct word *position_field, *position_value, *currency, *amount, *trade, *result;
	bool final;
	const char *entry;
	size_t bracket; /* 0 = none */
	const struct word *part;
	const struct word *pairs;
	size_t pair_count;
	char code;
};

struct books {
	const char *lease, *token, *position, *deposit;
};

static void
item_read(struct call *call, const struct books *books, const char *order, struct item *item)
{
	const struct books *b = &books[call_number(call) - 1];

	*item = (struct item){ .order = order, .position = b->position, .deposit = b->deposit };
	item->execution = call_text(call);
	item->sequence = call_text(call);
	item->position_field = call_next(call);
	item->position_value = call_next(call);
	item->currency = call_next(call);
	item->amount = call_next(call);
	item->trade = call_next(call);
	item->result = call_next(call);
	item->final = strcmp(call_text(call), "1") == 0;
	item->entry = call_text(call);
	item->bracket = call_number(call);
	item->part = call_next(call);
	item->pair_count = call_number(call);
	item->pairs = &call->args[call->at];
	call->at += 2 * item->pair_count;
	item->code = call_holds(call, b->lease, b->token) ? 'w' : 'f';
}

/* Items of the same order further ahead count as if they stood in the hash. */
static char
item_code(struct call *call, const struct item *items, size_t at)
{
	const struct item *item = &items[at];
	const struct word *sequence = server_get(call->server, item->order, "Sequence");
	int64_t last = sequence != NULL ? strtoll(sequence->text, NULL, 10) : 0,
		wanted = strtoll(item->sequence, NULL, 10);
	char mark[YQ_KEY_SIZE + 128];

	if (item->code == 'f')
		return 'f';
	if (server_get(call->server, item->order, "State") == NULL)
		return 'n';
	yq_str_format(mark, sizeof(mark), "Exec:%s", item->execution);
	if (item->execution[0] != '\0' && server_get(call->server, item->order, mark) != NULL)
		return 'y';
	for (size_t i = 0; i < at; i++) {
		if (items[i].code != 'w' || strcmp(items[i].order, item->order) != 0)
			continue;
		if (item->execution[0] != '\0' && strcmp(items[i].execution, item->execution) == 0)
			return 'y';
		if (strcmp(items[i].sequence, "0") != 0)
			last = strtoll(items[i].sequence, NULL, 10);
	}
	return item->execution[0] == '\0' && wanted != 0 && wanted <= last ? 'y' : 'w';
}

static void
apply_order(struct call *call, const struct item *item, const struct word *brackets)
{
	char mark[YQ_KEY_SIZE + 128];
	const char *bracket = item->bracket > 0 ? brackets[item->bracket - 1].text : NULL;

	yq_str_format(mark, sizeof(mark), "Exec:%s", item->execution);
	if (item->result->length > 0)
		server_add(call->server, call->keys[1].text, NULL, item->result);
	if (bracket != NULL && server_find(call->server, bracket) != NULL)
		server_set(call->server, bracket, call_id(item->order), item->part);
	if (strcmp(item->sequence, "0") != 0)
		call_put(call, item->order, "Sequence", item->sequence);
	if (item->execution[0] != '\0')
		call_put(call, item->order, mark, "1");
	for (size_t i = 0; i < item->pair_count; i++)
		server_set(
		    call->server, item->order, item->pairs[2 * i].text, &item->pairs[2 * i + 1]);
	if (item->result->length > 0)
		server_publish(call->server, call->args[0].text, item->result);
}

redisReply *
step_apply(struct call *call)
{
	const char *group = (call->at = 1, call_text(call));
	size_t accounts = call_number(call), brackets = call_number(call),
	       count = call->key_count - 4 - 2 * accounts - brackets;
	struct books *books = yq_xcalloc(accounts + 1, sizeof(*books));
	struct item *items = yq_xcalloc(count + 1, sizeof(*items));
	struct letters l = letters_make(count);

	for (size_t i = 0; i < accounts; i++) {
		books[i].lease = call_text(call);
		books[i].token = call_text(call);
		books[i].position = call->keys[4 + 2 * i].text;
		books[i].deposit = call->keys[5 + 2 * i].text;
	}
	for (size_t i = 0; i < count; i++) {
		item_read(call, books, call->keys[4 + 2 * accounts + i].text, &items[i]);
		items[i].code = item_code(call, items, i);
		letters_say(&l, items[i].code);
	}
	for (size_t i = 0; i < count; i++) {
		if (items[i].code != 'w')
			continue;
		call_write(
		    call, items[i].position, items[i].position_field, items[i].position_value);
		call_write(call, items[i].deposit, items[i].currency, items[i].amount);
		if (items[i].trade->length > 0)
			server_push(call->server, call->keys[2].text, items[i].trade);
		if (items[i].final)
			server_unset(call->server, call->keys[3].text, call_id(items[i].order));
	}
	for (size_t i = 0; i < count; i++) {
		if (items[i].code == 'w')
			apply_order(call, &items[i], &call->keys[call->key_count - brackets]);
		if (items[i].code != 'f' && items[i].entry[0] != '\0')
			(void)server_acknowledge(
			    call->server, call->keys[0].text, group, items[i].entry);
	}
	free(books);
	free(items);
	return letters_end(&l);
}
