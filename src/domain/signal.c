/* signal.c - the message on `signal`: its JSON members and what makes it whole. */
#include "domain/signal.h"

#include "domain/check.h"

struct yq_signal
yq_signal_default(void)
{
	return (struct yq_signal){
		.currency = YQ_CURRENCY_NONE,
		.type = YQ_TYPE_MARKET,
		.time_in_force = YQ_TIF_DAY,
	};
}

const struct yq_field yq_signal_fields[] = {
	YQ_FIELD_ID("Id", struct yq_signal, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", struct yq_signal, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", struct yq_signal, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Currency", struct yq_signal, currency, yq_currency_names, YQ_OPTIONAL),
	YQ_FIELD_ENUM("Action", struct yq_signal, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Price", struct yq_signal, price),
	YQ_FIELD_OPT_DECIMAL("Strength", struct yq_signal, strength),
	YQ_FIELD_TEXT("Strategy", struct yq_signal, strategy, YQ_REQUIRED),
	YQ_FIELD_TIME("Timestamp", struct yq_signal, timestamp_us, YQ_REQUIRED),
	YQ_FIELD_ENUM("Type", struct yq_signal, type, yq_order_type_names, YQ_OPTIONAL),
	YQ_FIELD_OPT_DECIMAL("LimitPrice", struct yq_signal, limit_price),
	YQ_FIELD_OPT_DECIMAL("StopPrice", struct yq_signal, stop_price),
	YQ_FIELD_OPT_DECIMAL("Qty", struct yq_signal, qty),
	YQ_FIELD_OPT_DECIMAL("PositionSize", struct yq_signal, position_size),
	YQ_FIELD_ENUM(
	    "MarketPosition", struct yq_signal, market_position, yq_stance_names, YQ_OPTIONAL),
	YQ_FIELD_ENUM("PrevMarketPosition", struct yq_signal, prev_market_position, yq_stance_names,
	    YQ_OPTIONAL),
	YQ_FIELD_OPT_DECIMAL("MarketPositionSize", struct yq_signal, market_position_size),
	YQ_FIELD_OPT_DECIMAL("PrevMarketPositionSize", struct yq_signal, prev_market_position_size),
	YQ_FIELD_ENUM("TimeInForce", struct yq_signal, time_in_force, yq_tif_names, YQ_OPTIONAL),
	YQ_FIELD_OPT_DECIMAL("Atr", struct yq_signal, atr),
	YQ_FIELD_TEXT("Comment", struct yq_signal, comment, YQ_OPTIONAL),
	YQ_FIELD_TIME("ReceivedAt", struct yq_signal, received_at_us, YQ_OPTIONAL),
	YQ_EXITS_FIELDS(struct yq_signal, exits),
};
const size_t yq_signal_field_count = YQ_COUNT(yq_signal_fields);

static enum yq_rc
check_strength(const struct yq_signal *signal, struct yq_err *err)
{
	char text[YQ_DECIMAL_TEXT_SIZE];
	struct yq_decimal strength = signal->strength.value;

	if (!signal->strength.set || (yq_decimal_sign(strength) >= 0 &&
					 yq_decimal_cmp(strength, yq_decimal_from_int(100)) <= 0))
		return YQ_OK;
	yq_decimal_format(strength, text);
	return yq_err_set(err, YQ_E_INVALID, "Strength: expected 0-100, found %s", text);
}

static enum yq_rc
check_size(const char *name, struct yq_opt_decimal size, struct yq_err *err)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	if (!size.set || yq_decimal_sign(size.value) >= 0)
		return YQ_OK;
	yq_decimal_format(size.value, text);
	return yq_err_set(
	    err, YQ_E_INVALID, "%s: expected 0 or a number above it, found %s", name, text);
}

/* What the archive could not keep would be traded and leave no trace. */
static enum yq_rc
check_kept(const struct yq_signal *signal, struct yq_err *err)
{
	const struct {
		const char *name;
		struct yq_opt_decimal value;
	} parts[] = {
		{ "Price", signal->price },
		{ "Qty", signal->qty },
		{ "LimitPrice", signal->limit_price },
		{ "StopPrice", signal->stop_price },
		{ "PositionSize", signal->position_size },
		{ "Atr", signal->atr },
		{ "MarketPositionSize", signal->market_position_size },
		{ "PrevMarketPositionSize", signal->prev_market_position_size },
	};
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; i < YQ_COUNT(parts) && rc == YQ_OK; i++)
		rc = yq_check_kept(parts[i].name, parts[i].value, err);
	return rc;
}

enum yq_rc
yq_signal_check(const struct yq_signal *signal, struct yq_err *err)
{
	enum yq_rc rc;

	rc = yq_check_id("Id", &signal->id, err);
	if (rc == YQ_OK)
		rc = yq_check_ticker(signal->ticker, err);
	if (rc == YQ_OK && signal->currency != YQ_CURRENCY_NONE)
		rc = yq_check_currency(signal->currency, signal->exchange, err);
	if (rc == YQ_OK && signal->strategy[0] == '\0')
		rc = yq_err_set(err, YQ_E_INVALID, "Strategy: expected a name, found nothing");
	if (rc == YQ_OK && signal->timestamp_us <= 0)
		rc = yq_err_set(err, YQ_E_INVALID, "Timestamp: expected a time, found nothing");
	if (rc == YQ_OK)
		rc = check_strength(signal, err);
	if (rc == YQ_OK)
		rc = yq_check_opt_positive("Price", signal->price, err);
	if (rc == YQ_OK)
		rc = yq_check_opt_positive("Qty", signal->qty, err);
	if (rc == YQ_OK)
		rc = yq_check_opt_positive("Atr", signal->atr, err);
	if (rc == YQ_OK)
		rc = check_size("MarketPositionSize", signal->market_position_size, err);
	if (rc == YQ_OK)
		rc = check_size("PrevMarketPositionSize", signal->prev_market_position_size, err);
	if (rc == YQ_OK)
		rc = yq_check_prices(
		    signal->type, "LimitPrice", signal->limit_price, signal->stop_price, err);
	if (rc == YQ_OK)
		rc = check_kept(signal, err);
	if (rc == YQ_OK)
		rc = yq_exits_check(&signal->exits, err);
	return rc;
}
