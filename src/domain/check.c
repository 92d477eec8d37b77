/* check.c - small checks that signal, order and cancel share. */
#include "domain/check.h"

enum yq_rc
yq_check_ticker(const char *ticker, struct yq_err *err)
{
	if (yq_ticker_is_valid(ticker))
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID,
	    "Ticker: expected 1-%d letters, digits or . - / _ ^ =, found \"%s\"",
	    YQ_TICKER_SIZE - 1, ticker);
}

enum yq_rc
yq_check_alias(const char *alias, struct yq_err *err)
{
	if (yq_alias_is_valid(alias))
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID,
	    "AccountAlias: expected 1-%d letters, digits or . - _, found \"%s\"", YQ_ALIAS_SIZE - 1,
	    alias);
}

enum yq_rc
yq_check_id(const char *name, const struct yq_id *id, struct yq_err *err)
{
	if (!yq_id_is_none(id))
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID, "%s: expected a UUID, found nothing", name);
}

enum yq_rc
yq_check_positive(const char *name, struct yq_decimal value, struct yq_err *err)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	if (yq_decimal_sign(value) > 0)
		return YQ_OK;
	yq_decimal_format(value, text);
	return yq_err_set(err, YQ_E_INVALID, "%s: expected a number above 0, found %s", name, text);
}

enum yq_rc
yq_check_opt_positive(const char *name, struct yq_opt_decimal value, struct yq_err *err)
{
	return value.set ? yq_check_positive(name, value.value, err) : YQ_OK;
}

enum yq_rc
yq_check_kept(const char *name, struct yq_opt_decimal value, struct yq_err *err)
{
	char text[YQ_DECIMAL_TEXT_SIZE];
	int64_t scaled;

	if (!value.set ||
	    yq_decimal_to_scaled(value.value, YQ_DECIMAL_PLACES, YQ_ROUND_EXACT, &scaled) == YQ_OK)
		return YQ_OK;
	yq_decimal_format(value.value, text);
	return yq_err_set(err, YQ_E_INVALID,
	    "%s: %s is more than can be kept (10 digits before the point)", name, text);
}

static enum yq_rc
check_needed(const char *name, struct yq_opt_decimal value, bool needed, enum yq_order_type type,
    struct yq_err *err)
{
	if (needed && !value.set)
		return yq_err_set(err, YQ_E_INVALID, "%s: needed for an order of type %s", name,
		    yq_names_text(&yq_order_type_names, (int)type));
	return yq_check_opt_positive(name, value, err);
}

enum yq_rc
yq_check_prices(enum yq_order_type type, const char *limit_name, struct yq_opt_decimal limit,
    struct yq_opt_decimal stop, struct yq_err *err)
{
	bool has_limit = type == YQ_TYPE_LIMIT || type == YQ_TYPE_STOP_LIMIT;
	bool has_stop = type == YQ_TYPE_STOP || type == YQ_TYPE_STOP_LIMIT;
	enum yq_rc rc;

	rc = check_needed(limit_name, limit, has_limit, type, err);
	if (rc != YQ_OK)
		return rc;
	return check_needed("StopPrice", stop, has_stop, type, err);
}

enum yq_rc
yq_check_currency(enum yq_currency currency, enum yq_exchange exchange, struct yq_err *err)
{
	enum yq_currency own = yq_market_of(exchange)->currency;

	if (currency == own)
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID, "Currency: %s trades in %s, found %s",
	    yq_names_text(&yq_exchange_names, (int)exchange),
	    yq_names_text(&yq_currency_names, (int)own),
	    yq_names_text(&yq_currency_names, (int)currency));
}
