/* order_by_hand.c - what a person sends: orders, and requests about them. */
#include "desk/order_by_hand.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "desk/fetch.h"
#include "store/orders.h"

static int64_t
now(void)
{
	return yq_clock_now_us(yq_clock_system());
}

/* ---- orders ---- */

enum yq_rc
yq_order_by_hand_check(const struct yq_order *order, struct yq_err *err)
{
	enum yq_rc rc = yq_order_check(order, err);

	if (rc == YQ_OK)
		rc = yq_bracket_check_entry(order, YQ_TICKS_MARKET, YQ_OPT_DECIMAL_NONE, err);
	return rc == YQ_OK ? yq_orders_check(order, YQ_OPT_DECIMAL_NONE, err) : rc;
}

enum yq_order_type
yq_order_by_hand_type(const struct yq_order *order)
{
	if (order->stop_price.set)
		return order->price.set ? YQ_TYPE_STOP_LIMIT : YQ_TYPE_STOP;
	return order->price.set ? YQ_TYPE_LIMIT : YQ_TYPE_MARKET;
}

enum yq_rc
yq_order_by_hand_qty(struct yq_decimal amount, struct yq_decimal price, struct yq_decimal lot,
    struct yq_decimal *qty, struct yq_err *err)
{
	char each[YQ_DECIMAL_TEXT_SIZE], lots[YQ_DECIMAL_TEXT_SIZE];
	enum yq_rc rc = yq_decimal_div(amount, price, YQ_ROUND_FLOOR, qty);

	if (rc == YQ_OK)
		qty->units -= qty->units % lot.units;
	if (rc == YQ_OK && yq_decimal_sign(*qty) > 0)
		return YQ_OK;
	yq_decimal_format(price, each);
	yq_decimal_format(lot, lots);
	return rc == YQ_OK ? yq_err_set(err, YQ_E_RANGE,
				 "the amount does not buy one lot of %s at %s", lots, each)
			   : yq_err_set(err, YQ_E_RANGE, "the amount is too large at %s", each);
}

static enum yq_rc
submit(struct yq_desk *desk, struct yq_submit_item *item, const struct yq_buf *payload,
    enum yq_step_result *result, struct yq_err *err)
{
	struct yq_step_answer answer = { 0 };
	enum yq_rc rc = yq_desk_valkey(desk, err);

	item->payload = payload->data;
	item->length = payload->length;
	if (rc == YQ_OK)
		rc = yq_valkey_sync_submit(desk->valkey, item, 1, &answer, err);
	*result = answer.result;
	return rc;
}

enum yq_rc
yq_order_by_hand(struct yq_desk *desk, const struct yq_order *order, const char *why,
    bool *duplicate, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_ORDER,
		.id = order->id,
		.alias = order->account_alias,
		.ticker = order->ticker,
		.created_at_us = order->timestamp_us };
	enum yq_step_result result;
	enum yq_rc rc;

	yq_message_encode_order_by_hand(order, &desk->hand, why, &payload);
	rc = submit(desk, &item, &payload, &result, err);
	*duplicate = rc == YQ_OK && result == YQ_DUPLICATE;
	return rc;
}

/* ---- requests about an order ---- */

/* A request that was made before is as good as a new one: its word is waited for. */
static enum yq_rc
request(struct yq_desk *desk, struct yq_submit_item *item, const struct yq_buf *payload,
    const char *what, struct yq_err *err)
{
	enum yq_step_result result;
	enum yq_rc rc = submit(desk, item, payload, &result, err);

	if (rc == YQ_OK && (result == YQ_CLOSED || result == YQ_NO_SUCH_ORDER))
		return yq_err_set(
		    err, YQ_E_STATE, "order %s is over: nothing to %s", item->id.text, what);
	return rc;
}

enum yq_rc
yq_cancel_by_hand(struct yq_desk *desk, const struct yq_order *order,
    const struct yq_id *request_id, const char *why, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_cancel cancel = yq_cancel_default();
	struct yq_submit_item item = { .kind = YQ_SUBMIT_CANCEL, .id = order->id };

	cancel.id = *request_id;
	cancel.order_id = order->id;
	cancel.timestamp_us = now();
	yq_str_copy_cut(cancel.account_alias, sizeof(cancel.account_alias), order->account_alias);
	yq_str_copy_cut(cancel.reason, sizeof(cancel.reason), why);
	cancel.hand = desk->hand;
	yq_message_encode_cancel(&cancel, &payload);
	item.request_id = cancel.id;
	item.created_at_us = cancel.timestamp_us;
	return request(desk, &item, &payload, "cancel", err);
}

/* One of those that are open; one that ended meanwhile is passed over. */
static enum yq_rc
cancel_open(struct yq_desk *desk, const char *id_text, const char *alias, const char *why,
    size_t *asked, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	struct yq_id id, request_id = yq_id_random();
	bool found = false;
	enum yq_rc rc;

	if (yq_id_parse(id_text, strlen(id_text), &id) != YQ_OK)
		return YQ_OK;
	rc = yq_desk_order(desk, &id, full, &found, err);
	if (rc != YQ_OK || !found ||
	    (alias != NULL && !yq_str_equal_nocase(alias, full->order.account_alias)))
		return rc;
	rc = yq_cancel_by_hand(desk, &full->order, &request_id, why, err);
	*asked += rc == YQ_OK;
	return rc == YQ_E_STATE ? YQ_OK : rc;
}

enum yq_rc
yq_cancel_all_by_hand(
    struct yq_desk *desk, const char *alias, const char *why, size_t *asked, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	enum yq_rc rc = yq_desk_members(desk, YQ_KEY_ORDER_OPEN, &members, err);

	*asked = 0;
	for (size_t i = 0; i < members.count && rc == YQ_OK; i++)
		rc = cancel_open(desk, members.texts[i], alias, why, asked, err);
	return rc;
}

enum yq_rc
yq_replace_by_hand_check(const struct yq_order_state_full *full, struct yq_err *err)
{
	enum yq_order_state state = full->progress.state;

	if (yq_order_state_is_final(state))
		return yq_err_set(err, YQ_E_STATE, "order %s is over (%s): nothing to change",
		    full->order.id.text, yq_names_text(&yq_order_state_names, (int)state));
	if (state == YQ_ORDER_UNKNOWN)
		return yq_err_set(err, YQ_E_STATE,
		    "nobody knows what became of order %s: it is being asked about; `yq why` "
		    "tells, "
		    "and `yq order resolve` ends the doubt",
		    full->order.id.text);
	return YQ_OK;
}

enum yq_rc
yq_replace_by_hand(struct yq_desk *desk, const struct yq_order_state_full *order,
    struct yq_replace *change, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_REPLACE };
	enum yq_rc rc = yq_replace_by_hand_check(order, err);

	if (rc != YQ_OK)
		return rc;
	change->order_id = order->order.id;
	memcpy(change->account_alias, order->order.account_alias, sizeof(change->account_alias));
	change->hand = desk->hand;
	change->timestamp_us = now();
	yq_message_encode_replace(change, &payload);
	item.id = change->order_id;
	item.request_id = change->id;
	item.created_at_us = change->timestamp_us;
	return request(desk, &item, &payload, "change", err);
}

enum yq_rc
yq_resolve_by_hand_check(
    const struct yq_order_state_full *order, struct yq_resolution *said, struct yq_err *err)
{
	enum yq_order_state state = order->progress.state;

	if (yq_order_state_is_final(state) || state == YQ_ORDER_PENDING ||
	    state == YQ_ORDER_SUBMITTING)
		return yq_err_set(err, YQ_E_STATE, "order %s is %s: there is nothing to resolve",
		    order->order.id.text, yq_names_text(&yq_order_state_names, (int)state));
	said->order_id = order->order.id;
	memcpy(said->account_alias, order->order.account_alias, sizeof(said->account_alias));
	return yq_resolution_check(said, err);
}

enum yq_rc
yq_resolve_by_hand(struct yq_desk *desk, const struct yq_order_state_full *order,
    struct yq_resolution *said, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_RESOLVE };
	enum yq_rc rc = yq_resolve_by_hand_check(order, said, err);

	if (rc != YQ_OK)
		return rc;
	yq_str_copy_cut(said->before, sizeof(said->before),
	    yq_names_text(&yq_order_state_names, (int)order->progress.state));
	said->hand = desk->hand;
	said->timestamp_us = now();
	yq_message_encode_resolution(said, &payload);
	item.id = said->order_id;
	item.request_id = said->id;
	item.created_at_us = said->timestamp_us;
	return request(desk, &item, &payload, "resolve", err);
}

/* ---- protecting what is held ---- */

struct yq_decimal
yq_held_of(const struct yq_account_state *account, enum yq_exchange exchange, const char *ticker)
{
	for (size_t i = 0; i < account->position_count; i++)
		if (yq_str_equal(account->positions[i].ticker, ticker) &&
		    account->positions[i].exchange == exchange)
			return account->positions[i].qty;
	return YQ_DECIMAL_ZERO;
}

/* As an order that would have opened what is held. */
enum yq_rc
yq_protection_by_hand_make(const struct yq_account_state *account, struct yq_order *order,
    struct yq_opt_decimal qty, int64_t now_us, struct yq_bracket *bracket, struct yq_err *err)
{
	struct yq_decimal held = yq_held_of(account, order->exchange, order->ticker);
	enum yq_rc rc;

	if (yq_decimal_sign(held) == 0)
		return yq_err_set(
		    err, YQ_E_NOT_FOUND, "%s holds no %s", order->account_alias, order->ticker);
	order->action = yq_decimal_sign(held) > 0 ? YQ_BUY : YQ_SELL;
	order->qty = qty.set ? qty.value : yq_decimal_abs(held);
	*bracket = yq_bracket_of(order, now_us);
	bracket->qty = yq_opt_decimal_of(order->qty);
	rc = yq_bracket_check(bracket, err);
	return rc == YQ_OK
		   ? yq_bracket_check_entry(order, YQ_TICKS_MARKET, YQ_OPT_DECIMAL_NONE, err)
		   : rc;
}

enum yq_rc
yq_protection_by_hand(
    struct yq_desk *desk, const struct yq_bracket *bracket, const char *why, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_json_writer w = yq_json_writer_make(&payload);
	const char *argv[] = { "XADD", yq_key_name(YQ_KEY_ORDER_STREAM), "*", YQ_ENTRY_KIND,
		yq_names_text(&yq_submit_kind_names, YQ_SUBMIT_PROTECT), YQ_ENTRY_PAYLOAD, NULL };
	enum yq_rc rc = yq_desk_valkey(desk, err);

	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(&w);
	yq_record_write(&w, yq_bracket_fields, yq_bracket_field_count, bracket);
	yq_json_put_text(&w, "Who", desk->hand.who);
	yq_json_put_text(&w, "Origin", desk->hand.origin);
	yq_json_put_text(&w, "Reason", why);
	yq_json_put_time(&w, "Timestamp", bracket->created_at_us);
	yq_json_end_object(&w);
	argv[YQ_COUNT(argv) - 1] = yq_buf_text(&payload);
	return yq_valkey_sync_command(
	    desk->valkey, (int)YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, NULL, err);
}
