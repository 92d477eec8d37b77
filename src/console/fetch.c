/* fetch.c - one command, one answer, one check. */
#include "console/fetch.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 5000

static int
command(struct yq_system *system, const char *verb, enum yq_key key, const char *arg,
    struct redisReply **ret_reply)
{
	char name[YQ_KEY_SIZE];
	const char *argv[2] = { verb, name };
	struct yq_err err = { 0 };
	enum yq_rc rc;

	yq_key_format(key, arg, name);
	*ret_reply = NULL;
	rc = yq_valkey_sync_command(system->valkey, 2, argv, NULL, TIMEOUT_MS, ret_reply, &err);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

int
yq_fetch_hash(
    struct yq_system *system, enum yq_key key, const char *arg, struct redisReply **ret_reply)
{
	return command(system, "HGETALL", key, arg, ret_reply);
}

static int
compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int
yq_fetch_members(struct yq_system *system, enum yq_key key, struct yq_members *members)
{
	int status;

	*members = (struct yq_members){ 0 };
	status = command(system, "SMEMBERS", key, NULL, &members->reply);
	if (status != YQ_CONSOLE_DONE)
		return status;
	members->texts = yq_xcalloc(yq_reply_count(members->reply) + 1, sizeof(*members->texts));
	for (size_t i = 0; i < yq_reply_count(members->reply); i++) {
		const char *text = yq_reply_text(yq_reply_at(members->reply, i), NULL);

		if (text != NULL)
			members->texts[members->count++] = text;
	}
	qsort(members->texts, members->count, sizeof(*members->texts), compare);
	return YQ_CONSOLE_DONE;
}

/* A key may be given twice. */
static void
add_name(struct yq_members *names, const char *text)
{
	for (size_t i = 0; i < names->count; i++)
		if (yq_str_equal(names->texts[i], text))
			return;
	if (names->count == YQ_FETCH_NAMES_MAX)
		return;
	names->copies[names->count] = yq_xstrdup(text);
	names->texts[names->count] = names->copies[names->count];
	names->count++;
}

int
yq_fetch_names(struct yq_system *system, enum yq_key key, struct yq_members *names)
{
	char pattern[YQ_KEY_SIZE], cursor[32] = "0";
	const char *argv[] = { "SCAN", cursor, "MATCH", pattern, "COUNT", "1000" };
	size_t prefix = yq_key_pattern(key, NULL, pattern) - 1; /* "*" ends it */

	*names = (struct yq_members){ 0 };
	names->texts = yq_xcalloc(YQ_FETCH_NAMES_MAX, sizeof(*names->texts));
	names->copies = yq_xcalloc(YQ_FETCH_NAMES_MAX, sizeof(*names->copies));
	do {
		YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
		const struct redisReply *keys;
		const char *next;
		struct yq_err err = { 0 };

		if (yq_valkey_sync_command(system->valkey, YQ_COUNT(argv), argv, NULL, TIMEOUT_MS,
			&reply, &err) != YQ_OK)
			return yq_fail_err(&err);
		keys = yq_reply_at(reply, 1);
		for (size_t i = 0; i < yq_reply_count(keys); i++) {
			const char *text = yq_reply_text(yq_reply_at(keys, i), NULL);

			if (text != NULL)
				add_name(names, text + prefix);
		}
		next = yq_reply_text(yq_reply_at(reply, 0), NULL);
		if (next == NULL || !yq_str_copy(cursor, sizeof(cursor), next))
			break;
	} while (!yq_str_equal(cursor, "0"));
	qsort(names->texts, names->count, sizeof(*names->texts), compare);
	return YQ_CONSOLE_DONE;
}

void
yq_members_clear(struct yq_members *members)
{
	for (size_t i = 0; members->copies != NULL && i < members->count; i++)
		free(members->copies[i]);
	free(members->copies);
	free(members->texts);
	yq_reply_free(members->reply);
	*members = (struct yq_members){ 0 };
}

int
yq_fetch_order(struct yq_system *system, const struct yq_id *id, struct yq_order_state_full *order,
    bool *found)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_freep)
	const char **executions = yq_xcalloc(YQ_FETCH_EXECUTIONS_MAX, sizeof(*executions));
	struct yq_err err = { 0 };
	int status = yq_fetch_hash(system, YQ_KEY_ORDER_STATE, id->text, &reply);

	*found = false;
	if (status != YQ_CONSOLE_DONE || yq_reply_count(reply) == 0)
		return status;
	if (yq_state_order_read(reply, order, executions, YQ_FETCH_EXECUTIONS_MAX, &err) != YQ_OK)
		return yq_fail(YQ_CONSOLE_REFUSED, "order %s: %s", id->text, err.text);
	order->execution_ids = NULL; /* they go with the reply */
	*found = true;
	return YQ_CONSOLE_DONE;
}

static int
compare_positions(const void *a, const void *b)
{
	const struct yq_position *x = a, *y = b;
	int order = strcmp(x->ticker, y->ticker);

	return order != 0 ? order : (int)x->exchange - (int)y->exchange;
}

static int
compare_deposits(const void *a, const void *b)
{
	const struct yq_deposit *x = a, *y = b;

	return (int)x->currency - (int)y->currency;
}

int
yq_fetch_account(struct yq_system *system, const char *alias, struct yq_account_state *account)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *about = NULL;
	YQ_CLEANUP(yq_reply_freep) struct redisReply *deposit = NULL;
	YQ_CLEANUP(yq_reply_freep) struct redisReply *position = NULL;
	struct yq_err err = { 0 };
	int status;

	status = yq_fetch_hash(system, YQ_KEY_ACCOUNT, alias, &about);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_hash(system, YQ_KEY_DEPOSIT, alias, &deposit);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_hash(system, YQ_KEY_POSITION, alias, &position);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_state_account_read(alias, about, deposit, position, account, &err) != YQ_OK)
		return yq_fail(YQ_CONSOLE_REFUSED, "account %s: %s", alias, err.text);
	/* A hash has no order of its own; people and programs want the same one each time. */
	if (account->position_count > 0)
		qsort(account->positions, account->position_count, sizeof(account->positions[0]),
		    compare_positions);
	qsort(account->deposits, account->deposit_count, sizeof(account->deposits[0]),
	    compare_deposits);
	return YQ_CONSOLE_DONE;
}

int
yq_fetch_alias(struct yq_system *system, const struct yq_call *call, char alias[YQ_ALIAS_SIZE])
{
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	const char *named = call->options[YQ_OPT_ACCOUNT];
	YQ_CLEANUP(yq_buf_free) struct yq_buf list = yq_buf_make(300);
	int status = yq_fetch_members(system, YQ_KEY_ACCOUNT_INDEX, &members);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (named == NULL && members.count == 1)
		named = members.texts[0];
	for (size_t i = 0; i < members.count; i++) {
		if (named != NULL && yq_str_equal_nocase(named, members.texts[i]) &&
		    yq_str_copy(alias, YQ_ALIAS_SIZE, members.texts[i]))
			return YQ_CONSOLE_DONE;
		yq_buf_add_text(&list, i > 0 ? ", " : "");
		yq_buf_add_text(&list, members.texts[i]);
	}
	if (members.count == 0)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "no account is active: is the gateway running (`yq status`)?");
	if (named == NULL)
		return yq_fail_usage(call,
		    "there are several accounts (%s): name one with --account", yq_buf_text(&list));
	return yq_fail(YQ_CONSOLE_REFUSED, "there is no account \"%s\"; there is: %s", named,
	    yq_buf_text(&list));
}

int
yq_fetch_price(struct yq_system *system, const char *ticker, enum yq_exchange exchange,
    char price[YQ_DECIMAL_TEXT_SIZE], bool *found)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	int status = yq_fetch_hash(system, YQ_KEY_STOCK, ticker, &reply);
	struct yq_decimal value;
	const char *text;

	*found = false;
	if (status != YQ_CONSOLE_DONE)
		return status;
	text = yq_reply_field(reply, yq_names_text(&yq_exchange_names, (int)exchange));
	if (text == NULL || yq_json_parse(text, strlen(text), &json, NULL) != YQ_OK ||
	    yq_json_decimal(yq_json_get(json, "Price"), &value) != YQ_OK)
		return YQ_CONSOLE_DONE;
	yq_decimal_format(value, price);
	*found = true;
	return YQ_CONSOLE_DONE;
}
