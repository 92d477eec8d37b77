/*
 * terms.h - the words of the trade: enumerations with their names.
 *
 * The order of the first values is that of the .NET enums users of yQuant already send as integers;
 * it never changes, new values go to the end.
 */
#ifndef YQ_DOMAIN_TERMS_H
#define YQ_DOMAIN_TERMS_H

#include "base/record.h"

/* Sizes of the text members of the domain's structs, NUL included. */
#define YQ_TICKER_SIZE		25  /* ASCII letters, digits and . - / _ ^ =  */
#define YQ_ALIAS_SIZE		33  /* ASCII letters, digits and . - _ */
#define YQ_STRATEGY_SIZE	129 /* UTF-8 */
#define YQ_REASON_SIZE		161 /* "Webhook:" + strategy, "Manual", "Schedule" */
#define YQ_COMMENT_SIZE		257
#define YQ_BROKER_ORDER_ID_SIZE 65
#define YQ_MESSAGE_SIZE		513

#define YQ_ACTIONS(X) X(BUY, "Buy") X(SELL, "Sell")
#define YQ_ORDER_TYPES(X) \
	X(LIMIT, "Limit") X(MARKET, "Market") X(STOP, "Stop") X(STOP_LIMIT, "StopLimit")
#define YQ_TIFS(X) X(DAY, "Day") X(GTC, "Gtc") X(IOC, "Ioc") X(FOK, "Fok")
#define YQ_CURRENCIES(X) \
	X(KRW, "KRW") X(USD, "USD") X(CNY, "CNY") X(JPY, "JPY") X(HKD, "HKD") X(VND, "VND")
#define YQ_EXCHANGES_US(X) X(NASDAQ, "NASDAQ") X(NYSE, "NYSE") X(AMEX, "AMEX")
#define YQ_EXCHANGES_ASIA(X) \
	X(HKEX, "HKEX") X(SSE, "SSE") X(SZSE, "SZSE") X(TSE, "TSE") X(HNX, "HNX") X(HOSE, "HOSE")
#define YQ_EXCHANGES_KR(X) X(KRX, "KRX") X(KOSDAQ, "KOSDAQ") X(KOSPI, "KOSPI")
#define YQ_EXCHANGES(X)	   YQ_EXCHANGES_US(X) YQ_EXCHANGES_ASIA(X) YQ_EXCHANGES_KR(X)
/* Where a strategy's position stands, in TradingView's words; not said at all is the gap at 0. */
#define YQ_STANCES(X)	X(NONE, NULL) X(FLAT, "Flat") X(LONG, "Long") X(SHORT, "Short")
#define YQ_COUNTRIES(X) X(KR, "KR") X(US, "US") X(CN, "CN") X(JP, "JP") X(HK, "HK") X(VN, "VN")

#define YQ_ACTION_VALUE(ident, name) YQ_##ident,
enum yq_action { YQ_ACTIONS(YQ_ACTION_VALUE) YQ_ACTION_COUNT };
enum yq_action yq_other_side(enum yq_action action);
#define YQ_TYPE_VALUE(ident, name) YQ_TYPE_##ident,
enum yq_order_type { YQ_ORDER_TYPES(YQ_TYPE_VALUE) YQ_TYPE_COUNT };
#define YQ_TIF_VALUE(ident, name) YQ_TIF_##ident,
enum yq_tif { YQ_TIFS(YQ_TIF_VALUE) YQ_TIF_COUNT };
#define YQ_CURRENCY_VALUE(ident, name) YQ_##ident,
enum yq_currency { YQ_CURRENCY_NONE = -1, YQ_CURRENCIES(YQ_CURRENCY_VALUE) YQ_CURRENCY_COUNT };
#define YQ_EXCHANGE_VALUE(ident, name) YQ_##ident,
enum yq_exchange { YQ_EXCHANGES(YQ_EXCHANGE_VALUE) YQ_EXCHANGE_COUNT };
#define YQ_COUNTRY_VALUE(ident, name) YQ_COUNTRY_##ident,
enum yq_country { YQ_COUNTRIES(YQ_COUNTRY_VALUE) YQ_COUNTRY_COUNT };

#define YQ_STANCE_VALUE(ident, name) YQ_STANCE_##ident,
enum yq_stance { YQ_STANCES(YQ_STANCE_VALUE) YQ_STANCE_COUNT };

extern const struct yq_names yq_action_names, yq_order_type_names, yq_tif_names, yq_currency_names,
    yq_exchange_names, yq_country_names, yq_stance_names;

/* True for text that may stand as a ticker or an alias (see the sizes above). */
bool yq_ticker_is_valid(const char *text);
bool yq_alias_is_valid(const char *text);

#endif
