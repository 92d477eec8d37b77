/* act_position.c - what is done about all that is open or held: cancel all, protect, close.
 */
#include <string.h>

#include "base/str.h"
#include "desk/fetch.h"
#include "desk/halt_by_hand.h"
#include "desk/order_by_hand.h"
#include "web/acts.h"

#define CANCEL_WORD "CANCEL"

enum yq_rc
yq_act_cancel_all(struct yq_api_call *call, struct yq_err *err)
{
	const char *alias = yq_api_text(call, "account");
	struct yq_account_state account = { 0 };
	size_t asked = 0;
	enum yq_rc rc = YQ_OK;

	if (!yq_str_equal(yq_api_text(call, "confirm"), CANCEL_WORD))
		return yq_api_refuse(call, 422, "CONFIRM", "confirm", err,
		    "say " CANCEL_WORD " to cancel all open orders");
	if (alias != NULL)
		rc = yq_act_account(call, "account", &account, err);
	yq_account_state_clear(&account);
	if (rc == YQ_OK)
		rc = yq_cancel_all_by_hand(
		    call->desk, alias, yq_act_reason(call, YQ_BY_HAND), &asked, err);
	if (rc == YQ_OK)
		yq_api_done(call, "asked to cancel %zu order%s", asked, asked == 1 ? "" : "s");
	return rc;
}

enum yq_rc
yq_act_protect(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_account_state account = { 0 };
	struct yq_order order = yq_order_default();
	struct yq_bracket bracket;
	enum yq_rc rc = yq_act_account(call, "account", &account, err);

	order.id = yq_act_id(call);
	yq_str_copy_cut(
	    order.account_alias, sizeof(order.account_alias), yq_api_text(call, "account"));
	yq_act_instrument(call, &order);
	order.exits.take_profit = yq_api_decimal(call, "takeProfit");
	order.exits.stop_loss = yq_api_decimal(call, "stopLoss");
	order.exits.stop_loss_limit = yq_api_decimal(call, "stopLossLimit");
	if (rc == YQ_OK && !order.exits.take_profit.set && !order.exits.stop_loss.set)
		rc = yq_api_refuse(
		    call, 422, "INVALID", "stopLoss", err, "say takeProfit, stopLoss, or both");
	if (rc == YQ_OK)
		rc = yq_protection_by_hand_make(
		    &account, &order, yq_api_decimal(call, "qty"), call->now_us, &bracket, err);
	yq_account_state_clear(&account);
	if (rc == YQ_OK)
		rc = yq_protection_by_hand(call->desk, &bracket, yq_act_reason(call, ""), err);
	if (rc == YQ_OK)
		yq_api_done(call, "asked for, as bracket %s", bracket.id.text);
	return rc;
}

/* ---- closing ---- */

/* Cut to what is held, now and once more when its turn comes: two at once close it once. */
static enum yq_rc
size_close(struct yq_api_call *call, struct yq_order *order, struct yq_err *err)
{
	struct yq_opt_decimal wanted = yq_api_decimal(call, "qty");
	struct yq_account_state account = { 0 };
	struct yq_decimal held;
	enum yq_rc rc = yq_act_account(call, "alias", &account, err);

	if (rc != YQ_OK)
		return rc;
	held = yq_held_of(&account, order->exchange, order->ticker);
	yq_account_state_clear(&account);
	if (yq_decimal_sign(held) == 0)
		return yq_api_refuse(call, 409, "NOT_HELD", "ticker", err, "%s holds no %s",
		    order->account_alias, order->ticker);
	order->action = yq_decimal_sign(held) > 0 ? YQ_SELL : YQ_BUY;
	order->qty = yq_decimal_abs(held);
	if (wanted.set)
		order->qty = yq_decimal_min(wanted.value, order->qty);
	return yq_order_by_hand_check(order, err);
}

enum yq_rc
yq_act_close(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_order order = yq_order_default();
	bool repeated = false;
	enum yq_rc rc;

	order.id = yq_act_id(call);
	order.type = YQ_TYPE_MARKET;
	order.reduce_only = order.cut_to_held = true;
	order.timestamp_us = call->now_us;
	yq_str_copy_cut(order.buy_reason, sizeof(order.buy_reason), YQ_BY_HAND_REASON);
	yq_str_copy_cut(
	    order.account_alias, sizeof(order.account_alias), yq_api_text(call, "alias"));
	yq_act_instrument(call, &order);
	rc = yq_act_repeat(call, &order, &repeated, err);
	if (rc != YQ_OK || repeated)
		return rc;
	rc = size_close(call, &order, err);
	return rc == YQ_OK ? yq_act_send(call, &order, yq_act_reason(call, ""), err) : rc;
}

enum yq_rc
yq_act_flatten(struct yq_api_call *call, struct yq_err *err)
{
	const char *alias = yq_api_text(call, "alias");
	struct yq_account_state account = { 0 };
	char scope[YQ_HALT_FIELD_SIZE], text[YQ_HALT_BY_HAND_TEXT_SIZE];
	struct yq_halt_wish wish = { .id = yq_act_id(call),
		.scope = scope,
		.alias = alias,
		.why = yq_act_reason(call, YQ_BY_HAND),
		.flatten = true };
	struct yq_halt halt;
	enum yq_rc rc;

	if (!yq_str_equal(yq_api_text(call, "confirm"), alias))
		return yq_api_refuse(call, 422, "CONFIRM", "confirm", err,
		    "type the account's name to close all that it holds");
	rc = yq_act_account(call, "alias", &account, err);
	yq_account_state_clear(&account);
	if (rc != YQ_OK)
		return rc;
	yq_halt_field_account(alias, scope);
	rc = yq_halt_by_hand(call->desk, &wish, &halt, text, err);
	return rc == YQ_OK ? yq_act_put_halts(call, err) : rc;
}
