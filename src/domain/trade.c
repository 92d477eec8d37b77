/* trade.c - one archived execution: its JSON members. */
#include "domain/trade.h"

const struct yq_field yq_trade_fields[] = {
	YQ_FIELD_ID("Id", struct yq_trade, id, YQ_REQUIRED),
	YQ_FIELD_TIME("ExecutedAt", struct yq_trade, executed_at_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", struct yq_trade, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Action", struct yq_trade, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Quantity", struct yq_trade, quantity, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("ExecutedPrice", struct yq_trade, executed_price, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Commission", struct yq_trade, commission, YQ_REQUIRED),
	YQ_FIELD_ID("OrderId", struct yq_trade, order_id, YQ_REQUIRED),
	YQ_FIELD_TEXT("BrokerOrderId", struct yq_trade, broker_order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Strategy", struct yq_trade, strategy, YQ_OPTIONAL),
	YQ_FIELD_ENUM("Currency", struct yq_trade, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", struct yq_trade, exchange, yq_exchange_names, YQ_REQUIRED),
};
const size_t yq_trade_field_count = YQ_COUNT(yq_trade_fields);
