/*
 * message.c - one decoder and one encoder over the field tables; what they cannot say is checked by
 * a function a message.
 */
#include "bus/message.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "bus/schema.h"
#include "domain/ticker.h"

static const struct yq_field query_reply_fields[] = {
	YQ_FIELD_ID("QueryId", struct yq_query_reply, query_id, YQ_REQUIRED),
	YQ_FIELD_BOOL("IsSuccess", struct yq_query_reply, is_success, YQ_REQUIRED),
	YQ_FIELD_TEXT("Message", struct yq_query_reply, message, YQ_OPTIONAL),
	YQ_FIELD_TIME("Timestamp", struct yq_query_reply, timestamp_us, YQ_REQUIRED),
};
static const struct yq_field replace_fields[] = {
	YQ_FIELD_ID("Id", struct yq_replace, id, YQ_REQUIRED),
	YQ_FIELD_ID("OrderId", struct yq_replace, order_id, YQ_REQUIRED),
	YQ_FIELD_TEXT("AccountAlias", struct yq_replace, account_alias, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Qty", struct yq_replace, qty),
	YQ_FIELD_OPT_DECIMAL("Price", struct yq_replace, price),
	YQ_FIELD_OPT_DECIMAL("StopPrice", struct yq_replace, stop_price),
	YQ_FIELD_INT("Version", struct yq_replace, version, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Reason", struct yq_replace, reason, YQ_OPTIONAL),
	YQ_HAND_FIELDS(struct yq_replace),
	YQ_FIELD_TIME("Timestamp", struct yq_replace, timestamp_us, YQ_REQUIRED),
};
static const struct yq_field act_fields[] = {
	YQ_FIELD_ID("Id", struct yq_act, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("Kind", struct yq_act, kind, YQ_OPTIONAL),
	YQ_FIELD_ID("OrderId", struct yq_act, order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("AccountAlias", struct yq_act, account_alias, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Target", struct yq_act, target, YQ_OPTIONAL),
	YQ_FIELD_TEXT("BuyReason", struct yq_act, buy_reason, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Outcome", struct yq_act, outcome, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Before", struct yq_act, before, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Reason", struct yq_act, reason, YQ_OPTIONAL),
	YQ_HAND_FIELDS(struct yq_act),
	YQ_FIELD_TIME("Timestamp", struct yq_act, timestamp_us, YQ_REQUIRED),
};

/* ---- checks beyond the field types, and the one form of a ticker */

static enum yq_rc
check_alias(const char *alias, struct yq_err *err)
{
	if (!yq_alias_is_valid(alias))
		return yq_err_set(err, YQ_E_INVALID,
		    "AccountAlias: expected letters, digits and . - _, found \"%s\"", alias);
	if (yq_alias_is_reserved(alias))
		return yq_err_set(
		    err, YQ_E_INVALID, "AccountAlias: \"%s\" is a reserved word", alias);
	return YQ_OK;
}

static enum yq_rc
check_signal(struct yq_signal *signal, struct yq_err *err)
{
	yq_ticker_normalize(signal->exchange, signal->ticker);
	return yq_signal_check(signal, err);
}

static enum yq_rc
check_order(struct yq_order *order, struct yq_err *err)
{
	enum yq_rc rc = check_alias(order->account_alias, err);

	yq_ticker_normalize(order->exchange, order->ticker);
	return rc != YQ_OK ? rc : yq_order_check(order, err);
}

static enum yq_rc
check_execution(const struct yq_execution *execution, struct yq_err *err)
{
	(void)execution;
	(void)err;
	return YQ_OK;
}

static enum yq_rc
check_position(struct yq_position *position, struct yq_err *err)
{
	(void)err;
	yq_ticker_normalize(position->exchange, position->ticker);
	return YQ_OK;
}

static enum yq_rc
check_notification(const struct yq_notification *notification, struct yq_err *err)
{
	(void)notification;
	(void)err;
	return YQ_OK;
}

static enum yq_rc
check_query(const struct yq_query *query, struct yq_err *err)
{
	return query->account_alias[0] == '\0' ? YQ_OK : check_alias(query->account_alias, err);
}

static enum yq_rc
check_query_reply(const struct yq_query_reply *reply, struct yq_err *err)
{
	(void)reply;
	(void)err;
	return YQ_OK;
}

static enum yq_rc
check_cancel(const struct yq_cancel *cancel, struct yq_err *err)
{
	enum yq_rc rc = check_alias(cancel->account_alias, err);

	return rc != YQ_OK ? rc : yq_cancel_check(cancel, err);
}

/* Above zero, and such as the archive can keep. */
static enum yq_rc
check_new_value(const char *name, struct yq_opt_decimal value, struct yq_err *err)
{
	int64_t scaled;

	if (!value.set)
		return YQ_OK;
	if (yq_decimal_sign(value.value) <= 0)
		return yq_err_set(err, YQ_E_INVALID, "%s: expected more than 0", name);
	if (yq_decimal_to_scaled(value.value, YQ_DECIMAL_PLACES, YQ_ROUND_EXACT, &scaled) != YQ_OK)
		return yq_err_set(err, YQ_E_INVALID, "%s: more than can be kept", name);
	return YQ_OK;
}

static enum yq_rc
check_replace(const struct yq_replace *replace, struct yq_err *err)
{
	const struct {
		const char *name;
		struct yq_opt_decimal value;
	} parts[] = { { "Qty", replace->qty }, { "Price", replace->price },
		{ "StopPrice", replace->stop_price } };
	enum yq_rc rc = YQ_OK;

	if (!replace->qty.set && !replace->price.set && !replace->stop_price.set)
		return yq_err_set(
		    err, YQ_E_INVALID, "Qty: expected Qty, Price or StopPrice, found none");
	for (size_t i = 0; i < YQ_COUNT(parts) && rc == YQ_OK; i++)
		rc = check_new_value(parts[i].name, parts[i].value, err);
	return rc != YQ_OK ? rc : check_alias(replace->account_alias, err);
}

static enum yq_rc
check_resolution(const struct yq_resolution *resolution, struct yq_err *err)
{
	enum yq_rc rc = check_alias(resolution->account_alias, err);

	return rc != YQ_OK ? rc : yq_resolution_check(resolution, err);
}

static enum yq_rc
check_bracket(const struct yq_bracket *bracket, struct yq_err *err)
{
	return yq_bracket_check(bracket, err);
}

static enum yq_rc
check_bracket_leg(const struct yq_bracket_leg *leg, struct yq_err *err)
{
	if (yq_decimal_sign(leg->qty) < 0 || yq_decimal_sign(leg->filled) < 0)
		return yq_err_set(err, YQ_E_INVALID, "Qty: expected none below 0");
	return YQ_OK;
}

static enum yq_rc
check_act(const struct yq_act *act, struct yq_err *err)
{
	(void)act;
	(void)err;
	return YQ_OK;
}

static enum yq_rc
check_halt(const struct yq_halt *halt, struct yq_err *err)
{
	(void)halt;
	(void)err;
	return YQ_OK;
}

static enum yq_rc
check_life(const struct yq_life *life, struct yq_err *err)
{
	(void)life;
	(void)err;
	return YQ_OK;
}

static enum yq_rc
check_day_base(const struct yq_day_base *base, struct yq_err *err)
{
	if (!yq_date_is_valid(
		(int)(base->date / 10000), (int)(base->date / 100 % 100), (int)(base->date % 100)))
		return yq_err_set(err, YQ_E_INVALID, "Date: expected a date as 20261123");
	return YQ_OK;
}

static enum yq_rc
check_flatten_mark(const struct yq_flatten_mark *mark, struct yq_err *err)
{
	if (mark->attempt < 1 || mark->attempt > YQ_FLATTEN_ATTEMPTS_MAX)
		return yq_err_set(err, YQ_E_INVALID, "Attempt: expected 1 or more");
	return YQ_OK;
}

/* ---- the one decoder and the one encoder */

static enum yq_rc
parse(const char *bytes, size_t length, yq_json **json, struct yq_err *err)
{
	enum yq_rc rc;

	*json = NULL;
	if (length > YQ_MESSAGE_MAX)
		return yq_err_set(err, YQ_E_LIMIT, "message: expected at most %d bytes, found %zu",
		    YQ_MESSAGE_MAX, length);
	rc = yq_json_parse(bytes, length, json, err);
	if (rc != YQ_OK)
		return rc;
	if (yq_json_type_of(*json) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "message: expected an object, found a %s",
		    yq_json_type_name(yq_json_type_of(*json)));
	return YQ_OK;
}

static enum yq_rc
decode(const char *bytes, size_t length, const struct yq_field *fields, size_t count, void *record,
    struct yq_err *err)
{
	const struct yq_record_table table = { .fields = fields, .count = count };
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	enum yq_rc rc;

	if (length <= YQ_MESSAGE_MAX && yq_record_read_plain(bytes, length, &table, record))
		return YQ_OK;
	rc = parse(bytes, length, &json, err);
	return rc != YQ_OK ? rc : yq_record_read(json, fields, count, record, err);
}

static void
encode(const struct yq_field *fields, size_t count, const void *record, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	yq_record_write(&w, fields, count, record);
	yq_json_end_object(&w);
}

#define CODEC(name, type, fields, count, initial)                               \
	enum yq_rc yq_message_decode_##name(                                    \
	    const char *bytes, size_t length, type *result, struct yq_err *err) \
	{                                                                       \
		enum yq_rc rc;                                                  \
                                                                                \
		*result = initial;                                              \
		rc = decode(bytes, length, fields, count, result, err);         \
		if (rc == YQ_OK)                                                \
			rc = check_##name(result, err);                         \
		if (rc != YQ_OK)                                                \
			memset(result, 0, sizeof(*result));                     \
		return rc;                                                      \
	}                                                                       \
	void yq_message_encode_##name(const type *message, struct yq_buf *out)  \
	{                                                                       \
		encode(fields, count, message, out);                            \
	}
#define LOCAL_CODEC(name)                                                     \
	CODEC(name, struct yq_##name, name##_fields, YQ_COUNT(name##_fields), \
	    (struct yq_##name){ 0 })

CODEC(signal, struct yq_signal, yq_signal_fields, yq_signal_field_count, yq_signal_default())
CODEC(order, struct yq_order, yq_order_fields, yq_order_field_count, yq_order_default())
CODEC(
    bracket, struct yq_bracket, yq_bracket_fields, yq_bracket_field_count, (struct yq_bracket){ 0 })
CODEC(bracket_leg, struct yq_bracket_leg, yq_bracket_leg_fields, yq_bracket_leg_field_count,
    (struct yq_bracket_leg){ 0 })
CODEC(execution, struct yq_execution, yq_execution_fields, yq_execution_field_count,
    (struct yq_execution){ 0 })
CODEC(position, struct yq_position, yq_position_fields, yq_position_field_count,
    (struct yq_position){ 0 })
CODEC(notification, struct yq_notification, yq_notification_fields, yq_notification_field_count,
    (struct yq_notification){ 0 })
CODEC(cancel, struct yq_cancel, yq_cancel_fields, yq_cancel_field_count, yq_cancel_default())
CODEC(resolution, struct yq_resolution, yq_resolution_fields, yq_resolution_field_count,
    yq_resolution_default())
LOCAL_CODEC(act)
LOCAL_CODEC(query_reply)
LOCAL_CODEC(replace)
CODEC(halt, struct yq_halt, yq_halt_fields, yq_halt_field_count, (struct yq_halt){ 0 })
CODEC(day_base, struct yq_day_base, yq_day_base_fields, yq_day_base_field_count,
    (struct yq_day_base){ 0 })
CODEC(flatten_mark, struct yq_flatten_mark, yq_flatten_mark_fields, yq_flatten_mark_field_count,
    (struct yq_flatten_mark){ 0 })
CODEC(life, struct yq_life, yq_life_fields, yq_life_field_count, (struct yq_life){ 0 })

/* ---- those with a shape of their own */

/* Parameters may be JSON of any type: the domain reads and writes the whole. */
enum yq_rc
yq_message_decode_query(
    const char *bytes, size_t length, struct yq_query *result, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	enum yq_rc rc;

	memset(result, 0, sizeof(*result));
	rc = parse(bytes, length, &json, err);
	if (rc == YQ_OK)
		rc = yq_query_read(json, result, err);
	if (rc == YQ_OK)
		rc = check_query(result, err);
	if (rc != YQ_OK)
		memset(result, 0, sizeof(*result));
	return rc;
}

void
yq_message_encode_query(const struct yq_query *query, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	yq_query_write(&w, query);
	yq_json_end_object(&w);
}

static const struct yq_field trade_item_fields[] = {
	YQ_FIELD_TEXT("AccountAlias", struct yq_trade_item, account_alias, YQ_REQUIRED),
};

static bool
read_plain_trade_item(const char *bytes, size_t length, struct yq_trade_item *result)
{
	const struct yq_record_table trade = {
		.fields = yq_trade_fields,
		.count = yq_trade_field_count,
		.offset = offsetof(struct yq_trade_item, trade),
	};
	const struct yq_record_table item = {
		.fields = trade_item_fields,
		.count = YQ_COUNT(trade_item_fields),
		.inner_name = "Trade",
		.inner = &trade,
	};

	return length <= YQ_MESSAGE_MAX && yq_record_read_plain(bytes, length, &item, result) &&
	       check_alias(result->account_alias, NULL) == YQ_OK;
}

enum yq_rc
yq_message_decode_trade_item(
    const char *bytes, size_t length, struct yq_trade_item *result, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	const yq_json *trade;
	enum yq_rc rc;

	memset(result, 0, sizeof(*result));
	if (read_plain_trade_item(bytes, length, result))
		return YQ_OK;
	memset(result, 0, sizeof(*result));
	rc = parse(bytes, length, &json, err);
	if (rc != YQ_OK)
		return rc;
	trade = yq_json_get(json, "Trade");
	if (yq_json_type_of(trade) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "Trade: expected an object, found %s",
		    yq_json_type_name(yq_json_type_of(trade)));
	rc = yq_record_read(json, trade_item_fields, YQ_COUNT(trade_item_fields), result, err);
	if (rc == YQ_OK)
		rc = check_alias(result->account_alias, err);
	if (rc == YQ_OK)
		rc = yq_record_read(
		    trade, yq_trade_fields, yq_trade_field_count, &result->trade, err);
	if (rc != YQ_OK)
		memset(result, 0, sizeof(*result));
	return rc;
}

void
yq_message_encode_trade_item(const struct yq_trade_item *item, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "AccountAlias", item->account_alias);
	yq_json_name(&w, "Trade");
	yq_json_begin_object(&w);
	yq_record_write(&w, yq_trade_fields, yq_trade_field_count, &item->trade);
	yq_json_end_object(&w);
	yq_json_end_object(&w);
}

void
yq_message_encode_order_by_hand(
    const struct yq_order *order, const struct yq_hand *hand, const char *why, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	yq_record_write(&w, yq_order_fields, yq_order_field_count, order);
	if (hand->who[0] != '\0')
		yq_json_put_text(&w, "Who", hand->who);
	if (hand->origin[0] != '\0')
		yq_json_put_text(&w, "Origin", hand->origin);
	if (why[0] != '\0')
		yq_json_put_text(&w, "Reason", why);
	yq_json_end_object(&w);
}

void
yq_message_encode_verdict(const struct yq_verdict *verdict, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "Verdict", verdict->ordered ? "ordered" : "refused");
	yq_json_put_text(&w, "Code", verdict->code);
	yq_json_put_text(&w, "Text", verdict->text);
	yq_json_put_time(&w, "DecidedAt", verdict->decided_at_us);
	yq_json_name(&w, "Orders");
	yq_json_begin_array(&w);
	for (size_t i = 0; i < verdict->order_count; i++)
		yq_json_add_text(&w, verdict->orders[i].text);
	yq_json_end_array(&w);
	yq_json_name(&w, "Steps");
	yq_json_begin_array(&w);
	for (size_t i = 0; i < verdict->step_count; i++) {
		yq_json_begin_object(&w);
		yq_json_put_text(&w, "Rule", verdict->steps[i].rule);
		yq_json_put_bool(&w, "Ok", verdict->steps[i].ok);
		yq_json_put_text(&w, "Text", verdict->steps[i].text);
		yq_json_end_object(&w);
	}
	yq_json_end_array(&w);
	yq_json_end_object(&w);
}
