/* execution.c - the message on `execution`: its JSON members. */
#include "domain/execution.h"

const struct yq_field yq_execution_fields[] = {
	YQ_FIELD_BOOL("IsSuccess", struct yq_execution, is_success, YQ_REQUIRED),
	YQ_FIELD_TEXT("Message", struct yq_execution, message, YQ_OPTIONAL),
	YQ_FIELD_ID("OrderId", struct yq_execution, order_id, YQ_REQUIRED),
	YQ_FIELD_TEXT("BrokerOrderId", struct yq_execution, broker_order_id, YQ_OPTIONAL),
	YQ_FIELD_ENUM("Status", struct yq_execution, status, yq_order_state_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("AccountAlias", struct yq_execution, account_alias, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", struct yq_execution, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", struct yq_execution, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Action", struct yq_execution, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", struct yq_execution, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("FilledQty", struct yq_execution, filled_qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("AvgPrice", struct yq_execution, avg_price, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("LastQty", struct yq_execution, last_qty),
	YQ_FIELD_OPT_DECIMAL("LastPrice", struct yq_execution, last_price),
	YQ_FIELD_OPT_DECIMAL("Commission", struct yq_execution, commission),
	YQ_FIELD_ENUM("Currency", struct yq_execution, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_INT("Sequence", struct yq_execution, sequence, YQ_REQUIRED),
	YQ_FIELD_TIME("Timestamp", struct yq_execution, timestamp_us, YQ_REQUIRED),
};
const size_t yq_execution_field_count = YQ_COUNT(yq_execution_fields);
