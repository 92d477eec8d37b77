/*
 * steps_encode.c - keys and arguments in the order in which functions.lua reads them.
 */
#include "bus/steps_encode.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "base/record.h"
#include "base/str.h"
#include "domain/order_state.h"

#define ORDER_TTL_AFTER_ARCHIVE_S 3600

static const char *const kind_names[] = { "order", "cancel", "replace", "resolve", "halt", "resume",
	"life", "protect" };
const struct yq_names yq_submit_kind_names = { "entry kind", kind_names, YQ_COUNT(kind_names) };

static void
add_state(struct yq_args *args, enum yq_order_state state)
{
	yq_args_text(args, yq_names_text(&yq_order_state_names, (int)state));
}

static void
add_flag(struct yq_args *args, bool flag)
{
	yq_args_bytes(args, flag ? "1" : "0", 1);
}

static void
add_pairs(struct yq_args *args, const struct yq_pair *pairs, size_t count)
{
	yq_args_int(args, (int64_t)count);
	for (size_t i = 0; i < count; i++) {
		yq_args_text(args, pairs[i].field);
		yq_args_text(args, pairs[i].value);
	}
}

void
yq_encode_accept(struct yq_args *args, const struct yq_accept_item *items, size_t count)
{
	assert(count >= 1 && count <= YQ_STEP_ITEMS_MAX);
	yq_args_fcall(args, YQ_STEP_ACCEPT, 1 + count);
	yq_args_key(args, YQ_KEY_SIGNAL_STREAM, NULL);
	for (size_t i = 0; i < count; i++)
		yq_args_key(args, YQ_KEY_SIGNAL_STATE, items[i].id.text);
	yq_args_key(args, YQ_KEY_SIGNAL, NULL);
	yq_args_int(args, yq_keys[YQ_KEY_SIGNAL_STATE].ttl_s);
	for (size_t i = 0; i < count; i++) {
		yq_args_bytes(args, items[i].payload, items[i].length);
		add_flag(args, items[i].foreign);
	}
}

static void
add_order(struct yq_args *args, const struct yq_submit_item *item)
{
	assert(item->kind == YQ_SUBMIT_ORDER);
	yq_args_text(args, item->alias);
	yq_args_text(args, item->ticker);
	yq_args_time(args, item->created_at_us);
	yq_args_bytes(args, item->payload, item->length);
	add_flag(args, item->foreign);
}

void
yq_request_mark(
    enum yq_submit_kind kind, const struct yq_id *request_id, char mark[YQ_REQUEST_MARK_SIZE])
{
	assert(kind == YQ_SUBMIT_CANCEL || kind == YQ_SUBMIT_REPLACE || kind == YQ_SUBMIT_RESOLVE);
	if (kind == YQ_SUBMIT_CANCEL)
		yq_str_copy_cut(mark, YQ_REQUEST_MARK_SIZE, "CancelRequestedAt");
	else
		yq_str_format(mark, YQ_REQUEST_MARK_SIZE, "%s:%s",
		    kind == YQ_SUBMIT_REPLACE ? "Replace" : "Resolve", request_id->text);
}

static void
add_request(struct yq_args *args, const struct yq_submit_item *item)
{
	char mark[YQ_REQUEST_MARK_SIZE];

	yq_request_mark(item->kind, &item->request_id, mark);
	yq_args_text(args, mark);
	yq_args_time(args, item->created_at_us);
	yq_args_bytes(args, item->payload, item->length);
}

void
yq_encode_submit(struct yq_args *args, const struct yq_submit_item *items, size_t count)
{
	assert(count >= 1 && count <= YQ_STEP_ITEMS_MAX);
	yq_args_fcall(args, YQ_STEP_SUBMIT, 2 + count);
	yq_args_key(args, YQ_KEY_ORDER_STREAM, NULL);
	yq_args_key(args, YQ_KEY_ORDER_OPEN, NULL);
	for (size_t i = 0; i < count; i++)
		yq_args_key(args, YQ_KEY_ORDER_STATE, items[i].id.text);
	yq_args_key(args, YQ_KEY_ORDER, NULL);
	add_state(args, YQ_ORDER_PENDING);
	for (size_t i = 0; i < count; i++) {
		yq_args_text(args, kind_names[items[i].kind]);
		if (items[i].kind == YQ_SUBMIT_ORDER)
			add_order(args, &items[i]);
		else
			add_request(args, &items[i]);
	}
}

void
yq_encode_halt(struct yq_args *args, const struct yq_halt_item *item)
{
	bool once = item->once != NULL, tells = item->notice != NULL;

	yq_args_fcall(args, YQ_STEP_HALT, 2 + (size_t)tells + (size_t)once);
	yq_args_key(args, item->kind == YQ_SUBMIT_LIFE ? YQ_KEY_STRATEGY : YQ_KEY_HALT, NULL);
	yq_args_key(args, YQ_KEY_ORDER_STREAM, NULL);
	if (once)
		yq_args_key(args, YQ_KEY_HALT_RAISED, item->once->text);
	if (tells)
		yq_args_key(args, YQ_KEY_NOTIFICATION_STREAM, NULL);
	yq_args_text(args, kind_names[item->kind]);
	yq_args_bytes(args, item->payload, item->length);
	yq_args_int(args, yq_keys[YQ_KEY_HALT_RAISED].ttl_s);
	for (size_t i = 0; i < item->count; i++) {
		yq_args_text(args, item->changes[i].field);
		yq_args_text(args, item->changes[i].value);
		yq_args_text(args, item->changes[i].expected);
		add_flag(args, item->changes[i].only_over);
	}
	if (tells) {
		yq_args_key(args, YQ_KEY_NOTIFICATION, NULL);
		yq_args_text(args, item->notice);
	}
}

/* In the place of an order's five: without an alias, for it is a request about one. */
static void
add_decided(struct yq_args *args, const struct yq_submit_item *item)
{
	if (item->kind == YQ_SUBMIT_ORDER) {
		add_order(args, item);
		return;
	}
	assert(item->kind == YQ_SUBMIT_CANCEL);
	yq_args_text(args, "");
	add_request(args, item);
	yq_args_text(args, "");
}

void
yq_encode_decide(struct yq_args *args, const struct yq_decide_item *items, size_t count)
{
	size_t orders = 0;

	assert(count >= 1 && count <= YQ_STEP_ITEMS_MAX);
	for (size_t i = 0; i < count; i++)
		orders += items[i].order_count;
	assert(orders <= YQ_DECIDE_ORDERS_MAX);
	yq_args_fcall(args, YQ_STEP_DECIDE, 3 + count + orders);
	yq_args_key(args, YQ_KEY_SIGNAL_STREAM, NULL);
	yq_args_key(args, YQ_KEY_ORDER_STREAM, NULL);
	yq_args_key(args, YQ_KEY_ORDER_OPEN, NULL);
	for (size_t i = 0; i < count; i++) {
		yq_args_key(args, YQ_KEY_SIGNAL_STATE, items[i].signal_id.text);
		for (size_t j = 0; j < items[i].order_count; j++)
			yq_args_key(args, YQ_KEY_ORDER_STATE, items[i].orders[j].id.text);
	}
	yq_args_key(args, YQ_KEY_ORDER, NULL);
	add_state(args, YQ_ORDER_PENDING);
	yq_args_text(args, yq_groups[YQ_GROUP_SIGNAL_INTAKE].name);
	yq_args_int(args, yq_keys[YQ_KEY_SIGNAL_STATE].ttl_s);
	for (size_t i = 0; i < count; i++) {
		yq_args_text(args, items[i].entry_id);
		yq_args_bytes(args, items[i].verdict, items[i].verdict_length);
		yq_args_int(args, (int64_t)items[i].order_count);
		for (size_t j = 0; j < items[i].order_count; j++)
			add_decided(args, &items[i].orders[j]);
	}
}

/* What it takes to trade where real money is, and where it is not: states of a strategy. */
static const char *const may_trade[] = { "live paper", "live" };

static void
add_claim(struct yq_args *args, const struct yq_claim_item *item)
{
	const char *strategy = item->strategy != NULL ? item->strategy : "";
	char field[YQ_HALT_FIELD_SIZE];

	yq_args_key(args, YQ_KEY_LEASE, item->alias);
	yq_args_int(args, item->fence);
	yq_halt_field_account(item->alias, field);
	yq_args_text(args, field);
	yq_args_text(args, strategy);
	field[0] = '\0';
	if (strategy[0] != '\0')
		yq_halt_field_strategy(strategy, field);
	yq_args_text(args, field);
	if (strategy[0] != '\0')
		yq_halt_field_both(item->alias, strategy, field);
	yq_args_text(args, field);
	yq_args_text(args, may_trade[item->real_money]);
	add_flag(args, item->reduce_only);
	yq_args_time(args, item->claimed_at_us);
}

void
yq_encode_claim(struct yq_args *args, const struct yq_claim_item *items, size_t count)
{
	assert(count >= 1 && count <= YQ_STEP_ITEMS_MAX);
	yq_args_fcall(args, YQ_STEP_CLAIM, count);
	for (size_t i = 0; i < count; i++)
		yq_args_key(args, YQ_KEY_ORDER_STATE, items[i].order_id.text);
	yq_args_key(args, YQ_KEY_HALT, NULL);
	add_state(args, YQ_ORDER_PENDING);
	add_state(args, YQ_ORDER_SUBMITTING);
	yq_args_text(args, YQ_HALT_ALL);
	yq_args_key(args, YQ_KEY_COLOR, NULL);
	yq_args_text(args, items[0].color);
	yq_args_key(args, YQ_KEY_STRATEGY, NULL);
	yq_args_text(args, yq_names_text(&yq_life_state_names, (int)items[0].fallback));
	for (size_t i = 0; i < count; i++)
		add_claim(args, &items[i]);
}

/* The accounts of a call of apply: one for each lease and token. */
struct account_ref {
	const char *alias;
	int64_t fence;
};

/* Fills `place` (1 = the first) for each item; returns the number of accounts. */
static size_t
find_accounts(
    const struct yq_apply_item *items, size_t count, struct account_ref *accounts, uint16_t *places)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = 0;

		while (at < found && (accounts[at].fence != items[i].fence ||
					 !yq_str_equal(accounts[at].alias, items[i].alias)))
			at++;
		if (at == found)
			accounts[found++] = (struct account_ref){ items[i].alias, items[i].fence };
		places[i] = (uint16_t)(at + 1);
	}
	return found;
}

static void
add_apply(struct yq_args *args, const struct yq_apply_item *item, size_t place, size_t *brackets)
{
	bool moves = item->position_field != NULL && item->position_value != NULL;

	assert(item->field_count <= YQ_APPLY_FIELDS_MAX);
	yq_args_int(args, (int64_t)place);
	yq_args_text(args, item->execution_id);
	yq_args_int(args, item->sequence);
	yq_args_text(args, moves ? item->position_field : "");
	yq_args_text(args, moves ? item->position_value : "");
	yq_args_text(args, item->deposit == NULL ? "" : item->currency);
	yq_args_text(args, item->deposit);
	yq_args_text(args, item->trade_json);
	yq_args_text(args, item->result_json);
	add_flag(args, item->final);
	yq_args_text(args, item->ack_entry_id);
	yq_args_int(args, item->bracket_json != NULL ? (int64_t)++ * brackets : 0);
	yq_args_text(args, item->bracket_json);
	add_pairs(args, item->order_fields, item->field_count);
}

void
yq_encode_apply(struct yq_args *args, const struct yq_apply_item *items, size_t count)
{
	struct account_ref accounts[YQ_STEP_ITEMS_MAX];
	uint16_t places[YQ_STEP_ITEMS_MAX];
	size_t account_count, brackets = 0;

	assert(count >= 1 && count <= YQ_STEP_ITEMS_MAX);
	account_count = find_accounts(items, count, accounts, places);
	for (size_t i = 0; i < count; i++)
		brackets += items[i].bracket_json != NULL;
	yq_args_fcall(args, YQ_STEP_APPLY, 4 + 2 * account_count + count + brackets);
	yq_args_key(args, YQ_KEY_ORDER_STREAM, NULL);
	yq_args_key(args, YQ_KEY_EXECUTION_STREAM, NULL);
	yq_args_key(args, YQ_KEY_TRADES_QUEUE, NULL);
	yq_args_key(args, YQ_KEY_ORDER_OPEN, NULL);
	for (size_t i = 0; i < account_count; i++) {
		yq_args_key(args, YQ_KEY_POSITION, accounts[i].alias);
		yq_args_key(args, YQ_KEY_DEPOSIT, accounts[i].alias);
	}
	for (size_t i = 0; i < count; i++)
		yq_args_key(args, YQ_KEY_ORDER_STATE, items[i].order_id.text);
	for (size_t i = 0; i < count; i++)
		if (items[i].bracket_json != NULL)
			yq_args_key(args, YQ_KEY_BRACKET, items[i].bracket_id.text);
	yq_args_key(args, YQ_KEY_EXECUTION, NULL);
	yq_args_text(args, items[0].ack_group != NULL ? items[0].ack_group
						      : yq_groups[YQ_GROUP_ORDER_INTAKE].name);
	yq_args_int(args, (int64_t)account_count);
	yq_args_int(args, (int64_t)brackets);
	for (size_t i = 0; i < account_count; i++) {
		yq_args_key(args, YQ_KEY_LEASE, accounts[i].alias);
		yq_args_int(args, accounts[i].fence);
	}
	brackets = 0;
	for (size_t i = 0; i < count; i++)
		add_apply(args, &items[i], places[i], &brackets);
}

static void
add_hash(struct yq_args *args, const struct yq_pair *pairs, size_t count)
{
	add_flag(args, pairs != NULL);
	if (pairs != NULL)
		add_pairs(args, pairs, count);
}

void
yq_encode_sync(struct yq_args *args, const struct yq_sync_item *item)
{
	yq_args_fcall(args, YQ_STEP_SYNC, 5);
	yq_args_key(args, YQ_KEY_ACCOUNT_INDEX, NULL);
	yq_args_key(args, YQ_KEY_ACCOUNT, item->alias);
	yq_args_key(args, YQ_KEY_DEPOSIT, item->alias);
	yq_args_key(args, YQ_KEY_POSITION, item->alias);
	yq_args_key(args, YQ_KEY_GUARD, item->alias);
	yq_args_key(args, YQ_KEY_LEASE, item->alias);
	yq_args_int(args, item->fence);
	yq_args_text(args, item->alias);
	add_flag(args, item->active);
	add_hash(args, item->account, item->account_count);
	add_hash(args, item->deposit, item->deposit_count);
	add_hash(args, item->position, item->position_count);
	add_hash(args, item->guard, item->guard_count);
}

/* Of the head of the list the first and the last item are enough. */
static void
add_removed(struct yq_args *args, const struct yq_archived *a)
{
	bool head = a->removed_head && a->removed_count > 0;
	size_t step = head && a->removed_count > 1 ? a->removed_count - 1 : 1;

	for (size_t i = 0; i < a->removed_count; i += step)
		yq_args_bytes(args, a->removed[i].bytes, a->removed[i].length);
	if (head && a->removed_count == 1)
		yq_args_bytes(args, a->removed[0].bytes, a->removed[0].length);
}

void
yq_encode_archived(struct yq_args *args, const struct yq_archived *a)
{
	bool head = a->removed_head && a->removed_count > 0;

	yq_args_fcall(
	    args, YQ_STEP_ARCHIVED, 3 + a->order_count + a->signal_count + a->place_count);
	yq_args_key(args, YQ_KEY_TRADES_PROCESSING, NULL);
	yq_args_key(args, YQ_KEY_TRADES_PARKED, NULL);
	yq_args_key(args, YQ_KEY_ORDER_OPEN, NULL);
	for (size_t i = 0; i < a->order_count; i++)
		yq_args_key(args, YQ_KEY_ORDER_STATE, a->orders[i].text);
	for (size_t i = 0; i < a->signal_count; i++)
		yq_args_key(args, YQ_KEY_SIGNAL_STATE, a->signals[i].id.text);
	for (size_t i = 0; i < a->place_count; i++)
		yq_args_key(args, yq_groups[a->places[i].group].stream, NULL);
	yq_args_int(args, ORDER_TTL_AFTER_ARCHIVE_S);
	yq_args_time(args, a->archived_at_us);
	yq_args_int(args, head ? (int64_t)a->removed_count : 0);
	yq_args_int(args, head ? 2 : (int64_t)a->removed_count);
	yq_args_int(args, (int64_t)a->parked_count);
	yq_args_int(args, (int64_t)a->order_count);
	yq_args_int(args, (int64_t)a->signal_count);
	yq_args_int(args, (int64_t)a->place_count);
	add_removed(args, a);
	for (size_t i = 0; i < a->parked_count; i++)
		yq_args_bytes(args, a->parked[i].bytes, a->parked[i].length);
	for (size_t i = 0; i < a->signal_count; i++)
		yq_args_text(args, a->signals[i].word);
	for (size_t i = 0; i < a->place_count; i++) {
		yq_args_text(args, yq_groups[a->places[i].group].name);
		yq_args_text(args, a->places[i].entry_id);
	}
}

void
yq_encode_notify(struct yq_args *args, const char *payload, size_t length)
{
	yq_args_fcall(args, YQ_STEP_NOTIFY, 1);
	yq_args_key(args, YQ_KEY_NOTIFICATION_STREAM, NULL);
	yq_args_key(args, YQ_KEY_NOTIFICATION, NULL);
	yq_args_bytes(args, payload, length);
}

/* The field of one exchange: what our own readers read. */
static void
add_exchange_price(struct yq_args *args, const struct yq_stock_item *item)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(512);
	struct yq_json_writer w = yq_json_writer_make(&text);

	yq_json_begin_object(&w);
	yq_json_put_decimal(&w, "Price", item->price);
	yq_json_put_text(&w, "Currency", yq_names_text(&yq_currency_names, (int)item->currency));
	if (item->change_rate.set)
		yq_json_put_decimal(&w, "ChangeRate", item->change_rate.value);
	yq_json_put_time(&w, "UpdatedAt", item->updated_at_us);
	yq_json_end_object(&w);
	yq_args_text(args, yq_names_text(&yq_exchange_names, (int)item->exchange));
	yq_args_bytes(args, text.data, text.length);
}

static void
add_decimal(struct yq_args *args, const char *field, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	yq_args_text(args, field);
	yq_args_text(args, text);
}

void
yq_encode_stock(struct yq_args *args, const struct yq_stock_item *items, size_t count)
{
	assert(count >= 1 && count <= YQ_STEP_ITEMS_MAX);
	yq_args_fcall(args, YQ_STEP_STOCK, count);
	for (size_t i = 0; i < count; i++)
		yq_args_key(args, YQ_KEY_STOCK, items[i].ticker);
	yq_args_int(args, yq_keys[YQ_KEY_STOCK].ttl_s);
	for (size_t i = 0; i < count; i++) {
		yq_args_int(args, 7);
		yq_args_text(args, "Ticker");
		yq_args_text(args, items[i].ticker);
		yq_args_text(args, "Exchange");
		yq_args_text(args, yq_names_text(&yq_exchange_names, (int)items[i].exchange));
		yq_args_text(args, "Currency");
		yq_args_text(args, yq_names_text(&yq_currency_names, (int)items[i].currency));
		add_decimal(args, "Price", items[i].price);
		if (items[i].change_rate.set) {
			add_decimal(args, "ChangeRate", items[i].change_rate.value);
		} else {
			yq_args_text(args, "ChangeRate");
			yq_args_text(args, "");
		}
		yq_args_text(args, "UpdatedAt");
		yq_args_time(args, items[i].updated_at_us);
		add_exchange_price(args, &items[i]);
	}
}
