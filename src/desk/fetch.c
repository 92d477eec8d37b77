/* fetch.c - one command, one answer, one check. */
#include "desk/fetch.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static enum yq_rc
command(struct yq_desk *desk, const char *verb, enum yq_key key, const char *arg,
    struct redisReply **ret_reply, struct yq_err *err)
{
	char name[YQ_KEY_SIZE];
	const char *argv[2] = { verb, name };
	enum yq_rc rc = yq_desk_valkey(desk, err);

	*ret_reply = NULL;
	if (rc != YQ_OK)
		return rc;
	yq_key_format(key, arg, name);
	return yq_valkey_sync_command(
	    desk->valkey, 2, argv, NULL, YQ_FETCH_TIMEOUT_MS, ret_reply, err);
}

enum yq_rc
yq_desk_hash(struct yq_desk *desk, enum yq_key key, const char *arg, struct redisReply **ret_reply,
    struct yq_err *err)
{
	return command(desk, "HGETALL", key, arg, ret_reply, err);
}

static int
compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

enum yq_rc
yq_desk_members(
    struct yq_desk *desk, enum yq_key key, struct yq_members *members, struct yq_err *err)
{
	enum yq_rc rc;

	*members = (struct yq_members){ 0 };
	rc = command(desk, "SMEMBERS", key, NULL, &members->reply, err);
	if (rc != YQ_OK)
		return rc;
	members->texts = yq_xcalloc(yq_reply_count(members->reply) + 1, sizeof(*members->texts));
	for (size_t i = 0; i < yq_reply_count(members->reply); i++) {
		const char *text = yq_reply_text(yq_reply_at(members->reply, i), NULL);

		if (text != NULL)
			members->texts[members->count++] = text;
	}
	qsort(members->texts, members->count, sizeof(*members->texts), compare);
	return YQ_OK;
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

enum yq_rc
yq_desk_names(struct yq_desk *desk, enum yq_key key, struct yq_members *names, struct yq_err *err)
{
	char pattern[YQ_KEY_SIZE], cursor[32] = "0";
	const char *argv[] = { "SCAN", cursor, "MATCH", pattern, "COUNT", "1000" };
	size_t prefix = yq_key_pattern(key, NULL, pattern) - 1; /* "*" ends it */
	enum yq_rc rc = yq_desk_valkey(desk, err);

	*names = (struct yq_members){ 0 };
	if (rc != YQ_OK)
		return rc;
	names->texts = yq_xcalloc(YQ_FETCH_NAMES_MAX, sizeof(*names->texts));
	names->copies = yq_xcalloc(YQ_FETCH_NAMES_MAX, sizeof(*names->copies));
	do {
		YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
		const struct redisReply *keys;
		const char *next;

		rc = yq_valkey_sync_command(
		    desk->valkey, YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
		if (rc != YQ_OK)
			return rc;
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
	return YQ_OK;
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

enum yq_rc
yq_desk_order(struct yq_desk *desk, const struct yq_id *id, struct yq_order_state_full *order,
    bool *found, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_freep)
	const char **executions = yq_xcalloc(YQ_FETCH_EXECUTIONS_MAX, sizeof(*executions));
	enum yq_rc rc = yq_desk_hash(desk, YQ_KEY_ORDER_STATE, id->text, &reply, err);

	*found = false;
	if (rc != YQ_OK || yq_reply_count(reply) == 0)
		return rc;
	rc = yq_state_order_read(reply, order, executions, YQ_FETCH_EXECUTIONS_MAX, err);
	if (rc != YQ_OK)
		return yq_err_context(err, YQ_E_CORRUPT, "order %s", id->text);
	order->execution_ids = NULL; /* they go with the reply */
	*found = true;
	return YQ_OK;
}

void
yq_desk_order_row(const struct yq_order_state_full *order, struct yq_order_row *row)
{
	*row = (struct yq_order_row){
		.order = order->order,
		.progress = order->progress,
		.created_at_us = order->created_at_us,
		.claimed_at_us = order->claimed_at_us,
		.submitted_at_us = order->submitted_at_us,
		.first_fill_at_us = order->first_fill_at_us,
		.final_at_us = order->final_at_us,
	};
	yq_str_copy_cut(row->broker_order_id, sizeof(row->broker_order_id), order->broker_order_id);
	yq_str_copy_cut(row->reason, sizeof(row->reason), order->last_error);
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

enum yq_rc
yq_desk_account(
    struct yq_desk *desk, const char *alias, struct yq_account_state *account, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *about = NULL;
	YQ_CLEANUP(yq_reply_freep) struct redisReply *deposit = NULL;
	YQ_CLEANUP(yq_reply_freep) struct redisReply *position = NULL;
	enum yq_rc rc = yq_desk_hash(desk, YQ_KEY_ACCOUNT, alias, &about, err);

	*account = (struct yq_account_state){ 0 };
	if (rc == YQ_OK)
		rc = yq_desk_hash(desk, YQ_KEY_DEPOSIT, alias, &deposit, err);
	if (rc == YQ_OK)
		rc = yq_desk_hash(desk, YQ_KEY_POSITION, alias, &position, err);
	if (rc != YQ_OK)
		return rc;
	rc = yq_state_account_read(alias, about, deposit, position, account, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "account %s", alias);
	/* A hash has no order of its own; people and programs want the same one each time. */
	if (account->position_count > 0)
		qsort(account->positions, account->position_count, sizeof(account->positions[0]),
		    compare_positions);
	qsort(account->deposits, account->deposit_count, sizeof(account->deposits[0]),
	    compare_deposits);
	return YQ_OK;
}

enum yq_rc
yq_desk_price(struct yq_desk *desk, const char *ticker, enum yq_exchange exchange,
    struct yq_stock_price *price, bool *found, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	char name[YQ_KEY_SIZE];
	const char *argv[] = { "HGET", name, yq_names_text(&yq_exchange_names, (int)exchange) };
	enum yq_rc rc = yq_desk_valkey(desk, err);

	*found = false;
	if (rc != YQ_OK)
		return rc;
	yq_key_format(YQ_KEY_STOCK, ticker, name);
	rc = yq_valkey_sync_command(
	    desk->valkey, YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
	if (rc == YQ_OK)
		rc = yq_state_stock_read(reply, price, err);
	*found = rc == YQ_OK;
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}
