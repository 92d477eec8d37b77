/*
 * state.c - hashes and sets into structs.
 */
#include "bus/state.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define TIMEOUT_MS YQ_VALKEY_TIMEOUT_MS

/* One read under way. */
struct read {
	union {
		yq_account_fn *account;
		yq_order_fn *order;
		yq_ids_fn *ids;
		yq_stock_fn *stock;
		yq_life_fn *life;
	} fn;
	void *cookie;
	char alias[YQ_ALIAS_SIZE];
};

static struct read *
read_make(void *cookie)
{
	struct read *read = yq_xcalloc(1, sizeof(*read));

	read->cookie = cookie;
	return read;
}

static enum yq_rc
corrupt(struct yq_err *err, const char *key, const char *field)
{
	return yq_err_context(err, YQ_E_CORRUPT, "%s: %s", key, field);
}

static enum yq_rc
expect_array(const redisReply *reply, const char *what, struct yq_err *err)
{
	if (reply == NULL || reply->type != REDIS_REPLY_ARRAY)
		return yq_err_set(err, YQ_E_CORRUPT, "%s: not the type it should be", what);
	return YQ_OK;
}

/* Fields not in the table are ignored. */
static enum yq_rc
read_fields(const redisReply *hash, const struct yq_field *fields, size_t count, void *record,
    const char *what, struct yq_err *err)
{
	for (size_t i = 0; i + 1 < hash->elements; i += 2) {
		const redisReply *name = hash->element[i], *value = hash->element[i + 1];

		for (size_t j = 0; j < count; j++) {
			if (!yq_str_equal(fields[j].name, name->str) || value->len == 0)
				continue;
			if (yq_record_field_read(&fields[j], value->str, value->len, record, err) !=
			    YQ_OK)
				return corrupt(err, what, name->str);
			break;
		}
	}
	return YQ_OK;
}

/* ---- accounts */

static const struct yq_field account_fields[] = {
	YQ_FIELD_TEXT("Number", struct yq_account_state, number, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Broker", struct yq_account_state, broker, YQ_OPTIONAL),
	YQ_FIELD_BOOL("Active", struct yq_account_state, active, YQ_OPTIONAL),
	YQ_FIELD_TIME("UpdatedAt", struct yq_account_state, updated_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("SyncedAt", struct yq_account_state, synced_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("FillsFrom", struct yq_account_state, fills_from_us, YQ_OPTIONAL),
};

static enum yq_rc
read_deposits(const redisReply *hash, struct yq_account_state *account, struct yq_err *err)
{
	for (size_t i = 0; i + 1 < hash->elements; i += 2) {
		const redisReply *name = hash->element[i], *value = hash->element[i + 1];
		int currency = yq_names_find(&yq_currency_names, name->str, name->len);
		struct yq_deposit *deposit = &account->deposits[account->deposit_count];

		if (currency < 0 || account->deposit_count == YQ_CURRENCY_COUNT ||
		    yq_decimal_parse(value->str, value->len, &deposit->amount) != YQ_OK)
			return yq_err_set(err, YQ_E_CORRUPT,
			    "deposit of %s: %s: expected an amount, found \"%.40s\"",
			    account->alias, name->str, value->str);
		deposit->currency = (enum yq_currency)currency;
		account->deposit_count++;
	}
	return YQ_OK;
}

static enum yq_rc
read_positions(const redisReply *hash, struct yq_account_state *account, struct yq_err *err)
{
	account->positions = yq_xcalloc(hash->elements / 2 + 1, sizeof(account->positions[0]));
	for (size_t i = 0; i + 1 < hash->elements; i += 2) {
		const redisReply *value = hash->element[i + 1];

		if (yq_message_decode_position(value->str, value->len,
			&account->positions[account->position_count], err) != YQ_OK)
			return corrupt(err, account->alias, hash->element[i]->str);
		account->position_count++;
	}
	return YQ_OK;
}

void
yq_account_state_clear(struct yq_account_state *account)
{
	free(account->positions);
	memset(account, 0, sizeof(*account));
}

enum yq_rc
yq_state_account_read(const char *alias, const redisReply *account, const redisReply *deposit,
    const redisReply *position, struct yq_account_state *result, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;
	const redisReply *parts[] = { account, deposit, position };

	memset(result, 0, sizeof(*result));
	if (!yq_str_copy(result->alias, sizeof(result->alias), alias))
		return yq_err_set(err, YQ_E_INVALID, "account: the alias is too long");
	for (size_t i = 0; i < YQ_COUNT(parts) && rc == YQ_OK; i++)
		rc = expect_array(parts[i], alias, err);
	if (rc != YQ_OK)
		return rc;
	if (account->elements == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "account %s: there is none", alias);
	rc = read_fields(account, account_fields, YQ_COUNT(account_fields), result, "account", err);
	if (rc == YQ_OK)
		rc = read_deposits(deposit, result, err);
	if (rc == YQ_OK)
		rc = read_positions(position, result, err);
	if (rc != YQ_OK)
		yq_account_state_clear(result);
	return rc;
}

static void
on_account(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct read *read = cookie;
	struct yq_account_state account = { 0 };
	struct yq_err fault;

	if (rc == YQ_OK && reply->elements != 3)
		rc = yq_err_set(&fault, YQ_E_CORRUPT, "account %s: broken answer", read->alias);
	else if (rc == YQ_OK)
		rc = yq_state_account_read(read->alias, reply->element[0], reply->element[1],
		    reply->element[2], &account, &fault);
	else
		fault = *err;
	read->fn.account(
	    read->cookie, rc, rc == YQ_OK ? &account : NULL, rc == YQ_OK ? NULL : &fault);
	yq_account_state_clear(&account);
	free(read);
}

void
yq_state_account(struct yq_valkey *valkey, const char *alias, yq_account_fn *fn, void *cookie)
{
	static const enum yq_key parts[] = { YQ_KEY_ACCOUNT, YQ_KEY_DEPOSIT, YQ_KEY_POSITION };
	struct yq_args *args = yq_valkey_args(valkey);
	struct read *read = read_make(cookie);

	read->fn.account = fn;
	yq_str_copy_cut(read->alias, sizeof(read->alias), alias);
	yq_args_text(args, "MULTI");
	for (size_t i = 0; i < YQ_COUNT(parts); i++) {
		yq_args_next(args);
		yq_args_text(args, "HGETALL");
		yq_args_key(args, parts[i], alias);
	}
	yq_args_next(args);
	yq_args_text(args, "EXEC");
	yq_valkey_send(valkey, args, TIMEOUT_MS, on_account, read);
}

/* ---- orders */

#define FULL struct yq_order_state_full
static const struct yq_field order_fields[] = {
	YQ_FIELD_ENUM("State", FULL, progress.state, yq_order_state_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Filled", FULL, progress.filled, YQ_OPTIONAL),
	YQ_FIELD_DECIMAL("AvgPrice", FULL, progress.avg_price, YQ_OPTIONAL),
	YQ_FIELD_DECIMAL("Notional", FULL, progress.notional, YQ_OPTIONAL),
	YQ_FIELD_INT("Sequence", FULL, progress.sequence, YQ_OPTIONAL),
	YQ_FIELD_TEXT("BrokerOrderId", FULL, broker_order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("LastError", FULL, last_error, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Entry", FULL, entry_id, YQ_OPTIONAL),
	YQ_FIELD_TIME("CreatedAt", FULL, created_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("ClaimedAt", FULL, claimed_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("SubmittedAt", FULL, submitted_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("FirstFillAt", FULL, first_fill_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("FinalAt", FULL, final_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("ArchivedAt", FULL, archived_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("CancelRequestedAt", FULL, cancel_requested_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("UnknownAt", FULL, unknown_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("AlarmedAt", FULL, alarmed_at_us, YQ_OPTIONAL),
	YQ_FIELD_TEXT("ResolvedAs", FULL, resolved_as, YQ_OPTIONAL),
	YQ_FIELD_DECIMAL("ManualLeft", FULL, manual_left, YQ_OPTIONAL),
};

/* The message in field Order, and the ids in the names Exec:{id}. */
static enum yq_rc
read_order_parts(
    const redisReply *hash, FULL *order, const char **ids, size_t max, struct yq_err *err)
{
	bool has_order = false;

	for (size_t i = 0; i + 1 < hash->elements; i += 2) {
		const redisReply *name = hash->element[i], *value = hash->element[i + 1];

		if (yq_str_starts(name->str, "Exec:")) {
			if (order->execution_count == max)
				return yq_err_set(err, YQ_E_LIMIT, "order: too many executions");
			ids[order->execution_count++] = name->str + 5;
		}
		if (!yq_str_equal(name->str, "Order"))
			continue;
		if (yq_message_decode_order(value->str, value->len, &order->order, err) != YQ_OK)
			return corrupt(err, "order", name->str);
		has_order = true;
	}
	if (!has_order)
		return yq_err_set(err, YQ_E_CORRUPT, "order: the field Order is missing");
	return YQ_OK;
}

enum yq_rc
yq_state_order_read(const redisReply *reply, FULL *order, const char **execution_ids,
    size_t execution_max, struct yq_err *err)
{
	enum yq_rc rc = expect_array(reply, "order", err);

	memset(order, 0, sizeof(*order));
	if (rc != YQ_OK)
		return rc;
	if (reply->elements == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "order: there is none with this id");
	order->progress.state = YQ_ORDER_STATE_COUNT;
	rc = read_fields(reply, order_fields, YQ_COUNT(order_fields), order, "order", err);
	if (rc == YQ_OK && order->progress.state == YQ_ORDER_STATE_COUNT)
		rc = yq_err_set(err, YQ_E_CORRUPT, "order: the field State is missing");
	if (rc == YQ_OK)
		rc = read_order_parts(reply, order, execution_ids, execution_max, err);
	order->progress.qty = order->order.qty;
	order->execution_ids = execution_ids;
	return rc;
}

static void
on_order(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct read *read = cookie;
	YQ_CLEANUP(yq_freep) FULL *order = yq_xcalloc(1, sizeof(*order));
	YQ_CLEANUP(yq_freep) const char **ids = NULL;
	struct yq_err fault;

	if (rc == YQ_OK) {
		ids = yq_xcalloc(reply->elements / 2 + 1, sizeof(ids[0]));
		rc = yq_state_order_read(reply, order, ids, reply->elements / 2 + 1, &fault);
		err = &fault;
	}
	read->fn.order(read->cookie, rc, rc == YQ_OK ? order : NULL, rc == YQ_OK ? NULL : err);
	free(read);
}

void
yq_state_order(struct yq_valkey *valkey, const struct yq_id *id, yq_order_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	struct read *read = read_make(cookie);

	read->fn.order = fn;
	yq_args_text(args, "HGETALL");
	yq_args_key(args, YQ_KEY_ORDER_STATE, id->text);
	yq_valkey_send(valkey, args, TIMEOUT_MS, on_order, read);
}

static void
on_ids(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct read *read = cookie;
	YQ_CLEANUP(yq_freep) struct yq_id *ids = NULL;
	struct yq_err fault;
	size_t count = 0;

	if (rc == YQ_OK) {
		ids = yq_xcalloc(reply->elements + 1, sizeof(ids[0]));
		for (; count < reply->elements && rc == YQ_OK; count++)
			if (yq_id_parse(reply->element[count]->str, reply->element[count]->len,
				&ids[count]) != YQ_OK)
				rc = yq_err_set(&fault, YQ_E_CORRUPT,
				    "open orders or brackets: \"%.40s\" is no id",
				    reply->element[count]->str);
		err = &fault;
	}
	read->fn.ids(read->cookie, rc, rc == YQ_OK ? ids : NULL, rc == YQ_OK ? count : 0,
	    rc == YQ_OK ? NULL : err);
	free(read);
}

static void
read_ids(struct yq_valkey *valkey, enum yq_key key, yq_ids_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	struct read *read = read_make(cookie);

	read->fn.ids = fn;
	yq_args_text(args, "SMEMBERS");
	yq_args_key(args, key, NULL);
	yq_valkey_send(valkey, args, TIMEOUT_MS, on_ids, read);
}

void
yq_state_open_orders(struct yq_valkey *valkey, yq_ids_fn *fn, void *cookie)
{
	read_ids(valkey, YQ_KEY_ORDER_OPEN, fn, cookie);
}

void
yq_state_open_brackets(struct yq_valkey *valkey, yq_ids_fn *fn, void *cookie)
{
	read_ids(valkey, YQ_KEY_BRACKET_OPEN, fn, cookie);
}

/* ---- prices */

static const struct yq_field price_fields[] = {
	YQ_FIELD_DECIMAL("Price", struct yq_stock_price, price, YQ_REQUIRED),
	YQ_FIELD_ENUM("Currency", struct yq_stock_price, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("ChangeRate", struct yq_stock_price, change_rate),
	YQ_FIELD_TIME("UpdatedAt", struct yq_stock_price, updated_at_us, YQ_REQUIRED),
};

enum yq_rc
yq_state_stock_read(const redisReply *reply, struct yq_stock_price *price, struct yq_err *err)
{
	const struct yq_record_table table = { .fields = price_fields,
		.count = YQ_COUNT(price_fields) };
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;

	if (reply->type == REDIS_REPLY_NIL)
		return yq_err_set(err, YQ_E_NOT_FOUND, "stock: no price of this exchange");
	if (reply->type == REDIS_REPLY_STRING &&
	    yq_record_read_plain(reply->str, reply->len, &table, price))
		return YQ_OK;
	if (reply->type != REDIS_REPLY_STRING ||
	    yq_json_parse(reply->str, reply->len, &json, err) != YQ_OK ||
	    yq_record_read(json, price_fields, YQ_COUNT(price_fields), price, err) != YQ_OK)
		return corrupt(err, "stock", "price");
	return YQ_OK;
}

static void
on_stock(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct read *read = cookie;
	struct yq_stock_price price = { 0 };
	struct yq_err fault = { 0 };

	if (rc == YQ_OK) {
		rc = yq_state_stock_read(reply, &price, &fault);
		err = &fault;
	}
	read->fn.stock(read->cookie, rc, rc == YQ_OK ? &price : NULL, rc == YQ_OK ? NULL : err);
	free(read);
}

void
yq_state_stock(struct yq_valkey *valkey, const char *ticker, enum yq_exchange exchange,
    yq_stock_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	struct read *read = read_make(cookie);

	read->fn.stock = fn;
	yq_args_text(args, "HGET");
	yq_args_key(args, YQ_KEY_STOCK, ticker);
	yq_args_text(args, yq_names_text(&yq_exchange_names, (int)exchange));
	yq_valkey_send(valkey, args, TIMEOUT_MS, on_stock, read);
}

/* ---- what strategies may do */

static void
on_life(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct read *read = cookie;
	struct yq_life life = { 0 };
	struct yq_err broken;

	if (rc == YQ_OK && reply->type == REDIS_REPLY_NIL) {
		rc = yq_err_set(&broken, YQ_E_NOT_FOUND, "nobody has said");
	} else if (rc == YQ_OK && reply->type != REDIS_REPLY_STRING) {
		rc = yq_err_set(&broken, YQ_E_CORRUPT, "not the type it should be");
	} else if (rc == YQ_OK &&
		   yq_message_decode_life(reply->str, reply->len, &life, &broken) != YQ_OK) {
		rc = yq_err_context(&broken, YQ_E_CORRUPT, "what the strategy may do");
	} else if (rc != YQ_OK) {
		broken = *err;
	}
	read->fn.life(read->cookie, rc, rc == YQ_OK ? &life : NULL, rc == YQ_OK ? NULL : &broken);
	free(read);
}

void
yq_state_life(struct yq_valkey *valkey, const char *strategy, yq_life_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	struct read *read = read_make(cookie);

	read->fn.life = fn;
	yq_args_text(args, "HGET");
	yq_args_key(args, YQ_KEY_STRATEGY, NULL);
	yq_args_text(args, strategy);
	yq_valkey_send(valkey, args, TIMEOUT_MS, on_life, read);
}
