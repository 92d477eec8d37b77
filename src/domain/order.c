/* order.c - the message on `order`: its JSON members, what makes it whole, and its id. */
#include "domain/order.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "domain/check.h"

#define STRATEGY_PREFIX "Webhook:"

struct yq_order
yq_order_default(void)
{
	return (struct yq_order){
		.currency = YQ_CURRENCY_NONE,
		.time_in_force = YQ_TIF_DAY,
	};
}

const struct yq_field yq_order_fields[] = {
	YQ_FIELD_ID("Id", struct yq_order, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("AccountAlias", struct yq_order, account_alias, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", struct yq_order, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", struct yq_order, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Currency", struct yq_order, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Action", struct yq_order, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Type", struct yq_order, type, yq_order_type_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", struct yq_order, qty, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Price", struct yq_order, price),
	YQ_FIELD_TIME("Timestamp", struct yq_order, timestamp_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("BuyReason", struct yq_order, buy_reason, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("StopPrice", struct yq_order, stop_price),
	YQ_FIELD_ENUM("TimeInForce", struct yq_order, time_in_force, yq_tif_names, YQ_OPTIONAL),
	YQ_FIELD_ID("SignalId", struct yq_order, signal_id, YQ_OPTIONAL),
	YQ_FIELD_TIME("ExpiresAt", struct yq_order, expires_at_us, YQ_OPTIONAL),
	YQ_FIELD_OPT_DECIMAL("ReferencePrice", struct yq_order, reference_price),
	YQ_FIELD_BOOL("ReduceOnly", struct yq_order, reduce_only, YQ_OPTIONAL),
	YQ_EXITS_FIELDS(struct yq_order, exits),
	YQ_FIELD_ID("BracketId", struct yq_order, bracket_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Exit", struct yq_order, exit, YQ_OPTIONAL),
	YQ_FIELD_BOOL("CutToHeld", struct yq_order, cut_to_held, YQ_OPTIONAL),
	YQ_FIELD_ID("After", struct yq_order, after, YQ_OPTIONAL),
};
const size_t yq_order_field_count = YQ_COUNT(yq_order_fields);

enum yq_rc
yq_order_check(const struct yq_order *order, struct yq_err *err)
{
	enum yq_rc rc;

	rc = yq_check_id("Id", &order->id, err);
	if (rc == YQ_OK)
		rc = yq_check_alias(order->account_alias, err);
	if (rc == YQ_OK)
		rc = yq_check_ticker(order->ticker, err);
	if (rc == YQ_OK)
		rc = yq_check_currency(order->currency, order->exchange, err);
	if (rc == YQ_OK)
		rc = yq_check_positive("Qty", order->qty, err);
	if (rc == YQ_OK && order->timestamp_us <= 0)
		rc = yq_err_set(err, YQ_E_INVALID, "Timestamp: expected a time, found nothing");
	if (rc == YQ_OK)
		rc = yq_check_prices(order->type, "Price", order->price, order->stop_price, err);
	if (rc == YQ_OK && order->reference_price.set)
		rc = yq_check_positive("ReferencePrice", order->reference_price.value, err);
	if (rc == YQ_OK)
		rc = yq_exits_check(&order->exits, err);
	if (rc == YQ_OK && order->cut_to_held && !order->reduce_only)
		rc = yq_err_set(err, YQ_E_INVALID, "CutToHeld: only an order that is ReduceOnly");
	if (rc == YQ_OK && yq_id_equal(&order->after, &order->id))
		rc = yq_err_set(err, YQ_E_INVALID, "After: an order cannot wait for itself");
	if (rc == YQ_OK && yq_exits_any(&order->exits) && !yq_id_is_none(&order->bracket_id))
		rc = yq_err_set(err, YQ_E_INVALID, "BracketId: an exit has no exits of its own");
	return rc;
}

void
yq_order_reason_of(const char *strategy, char reason[YQ_REASON_SIZE])
{
	const size_t length = sizeof(STRATEGY_PREFIX) - 1;

	static_assert(YQ_REASON_SIZE >= sizeof(STRATEGY_PREFIX) - 1 + YQ_STRATEGY_SIZE,
	    "every strategy fits into a reason");
	memcpy(reason, STRATEGY_PREFIX, length);
	yq_str_copy_cut(reason + length, YQ_REASON_SIZE - length, strategy);
}

const char *
yq_reason_strategy(const char *reason)
{
	return yq_str_starts(reason, STRATEGY_PREFIX) ? reason + sizeof(STRATEGY_PREFIX) - 1 : "";
}

const char *
yq_order_strategy(const struct yq_order *order)
{
	return yq_reason_strategy(order->buy_reason);
}

struct yq_id
yq_order_id_of(const struct yq_id *signal_id, const char *account_alias, unsigned leg)
{
	char name[YQ_ID_LENGTH + YQ_ALIAS_SIZE + 32];
	size_t length = 0;

	/* The text is part of the contract: changing it would make new ids for old signals. */
	if (!yq_str_format(
		name, sizeof(name), "order:%s:%s:%u", signal_id->text, account_alias, leg))
		YQ_PANIC("an order's name does not fit");
	while (name[length] != '\0')
		length++;
	return yq_id_named(name, length);
}
