/* market.c - the table of exchanges, their other names, and their price steps. */
#include "domain/market.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "domain/ticker.h"

#define WHOLE(n)                                \
	{                                       \
		(yq_int128)(n) * YQ_DECIMAL_ONE \
	}
#define MILLI(n)                                         \
	{                                                \
		(yq_int128)(n) * (YQ_DECIMAL_ONE / 1000) \
	}
#define BEYOND    \
	{         \
		0 \
	}

/* KRX, stocks, since 2023-01-25; a band ends below its limit. */
static const struct yq_tick_band krx_ticks[] = {
	{ WHOLE(2000), WHOLE(1) },
	{ WHOLE(5000), WHOLE(5) },
	{ WHOLE(20000), WHOLE(10) },
	{ WHOLE(50000), WHOLE(50) },
	{ WHOLE(200000), WHOLE(100) },
	{ WHOLE(500000), WHOLE(500) },
	{ BEYOND, WHOLE(1000) },
};

/* SEC rule 612: a cent from one dollar on, a hundredth of a cent below. */
static const struct yq_tick_band us_ticks[] = {
	{ WHOLE(1), { YQ_DECIMAL_ONE / 10000 } },
	{ BEYOND, MILLI(10) },
};

/* HKEX, equities; a step that is coarser than the newest phase is valid either way. */
static const struct yq_tick_band hkex_ticks[] = {
	{ MILLI(250), MILLI(1) },
	{ MILLI(500), MILLI(5) },
	{ WHOLE(20), MILLI(10) },
	{ WHOLE(50), MILLI(20) },
	{ WHOLE(100), MILLI(50) },
	{ WHOLE(200), MILLI(100) },
	{ WHOLE(500), MILLI(200) },
	{ WHOLE(1000), MILLI(500) },
	{ WHOLE(2000), WHOLE(1) },
	{ WHOLE(5000), WHOLE(2) },
	{ BEYOND, WHOLE(5) },
};

static const struct yq_tick_band cn_ticks[] = {
	{ BEYOND, MILLI(10) },
};

/* TSE, issues outside TOPIX 500: its steps are valid for the others too.  A band includes its
 * limit (JPX FAQ 19577). */
static const struct yq_tick_band tse_ticks[] = {
	{ WHOLE(3000), WHOLE(1) },
	{ WHOLE(5000), WHOLE(5) },
	{ WHOLE(30000), WHOLE(10) },
	{ WHOLE(50000), WHOLE(50) },
	{ WHOLE(300000), WHOLE(100) },
	{ WHOLE(500000), WHOLE(500) },
	{ WHOLE(3000000), WHOLE(1000) },
	{ WHOLE(5000000), WHOLE(5000) },
	{ WHOLE(30000000), WHOLE(10000) },
	{ WHOLE(50000000), WHOLE(50000) },
	{ BEYOND, WHOLE(100000) },
};

static const struct yq_tick_band hose_ticks[] = {
	{ WHOLE(10000), WHOLE(10) },
	{ WHOLE(50000), WHOLE(50) },
	{ BEYOND, WHOLE(100) },
};

static const struct yq_tick_band hnx_ticks[] = {
	{ BEYOND, WHOLE(100) },
};

/* KRX, exchange-traded funds and notes, since December 2023. */
static const struct yq_tick_band krx_etp_ticks[] = {
	{ WHOLE(2000), WHOLE(1) },
	{ BEYOND, WHOLE(5) },
};

static const struct yq_tick_band krx_elw_ticks[] = {
	{ BEYOND, WHOLE(5) },
};

/* HKEX, exchange-traded products ("New Spread Table for ETPs", hkex.com.hk); the last step is valid
 * by the old table too. */
static const struct yq_tick_band hkex_etp_ticks[] = {
	{ WHOLE(1), MILLI(1) },
	{ WHOLE(5), MILLI(2) },
	{ WHOLE(10), MILLI(5) },
	{ WHOLE(20), MILLI(10) },
	{ WHOLE(100), MILLI(20) },
	{ WHOLE(200), MILLI(50) },
	{ WHOLE(500), MILLI(100) },
	{ WHOLE(1000), MILLI(200) },
	{ WHOLE(2000), MILLI(500) },
	{ WHOLE(5000), WHOLE(1) },
	{ BEYOND, WHOLE(5) },
};

static const struct yq_tick_band cn_fund_ticks[] = {
	{ BEYOND, MILLI(1) },
};

static const struct yq_tick_band hose_fund_ticks[] = {
	{ BEYOND, WHOLE(10) },
};

#define ROW(exchange, country, currency, lot, ticks, included)                                     \
	[YQ_##exchange] = { YQ_##exchange, YQ_COUNTRY_##country, YQ_##currency, WHOLE(lot), ticks, \
		included }

/* clang-format off */
static const struct yq_market markets[YQ_EXCHANGE_COUNT] = {
	/*  exchange country currency lot ticks       limit included */
	ROW(NASDAQ,  US,     USD,     1, us_ticks,   false),
	ROW(NYSE,    US,     USD,     1, us_ticks,   false),
	ROW(AMEX,    US,     USD,     1, us_ticks,   false),
	ROW(HKEX,    HK,     HKD,   100, hkex_ticks, false),
	ROW(SSE,     CN,     CNY,   100, cn_ticks,   false),
	ROW(SZSE,    CN,     CNY,   100, cn_ticks,   false),
	ROW(TSE,     JP,     JPY,   100, tse_ticks,  true),
	ROW(HNX,     VN,     VND,   100, hnx_ticks,  false),
	ROW(HOSE,    VN,     VND,   100, hose_ticks, false),
	ROW(KRX,     KR,     KRW,     1, krx_ticks,  false),
	ROW(KOSDAQ,  KR,     KRW,     1, krx_ticks,  false),
	ROW(KOSPI,   KR,     KRW,     1, krx_ticks,  false),
};

/* Other names: TradingView's, the brokers', and market identifier codes (ISO 10383). */
static const struct {
	const char *name;
	enum yq_exchange exchange;
} aliases[] = {
	{ "NYSE ARCA", YQ_AMEX }, { "NYSEARCA", YQ_AMEX },      { "ARCA", YQ_AMEX },
	{ "NYSE MKT", YQ_AMEX },  { "NYSE AMERICAN", YQ_AMEX }, { "NYSEAMERICAN", YQ_AMEX },
	{ "AMERICAN", YQ_AMEX },  { "BATS", YQ_AMEX },          { "CBOE", YQ_AMEX },
	{ "XASE", YQ_AMEX },      { "ARCX", YQ_AMEX },          { "XNAS", YQ_NASDAQ },
	{ "NASD", YQ_NASDAQ },    { "XNYS", YQ_NYSE },          { "SEHK", YQ_HKEX },
	{ "XHKG", YQ_HKEX },      { "SHSE", YQ_SSE },           { "XSHG", YQ_SSE },
	{ "XSHE", YQ_SZSE },      { "TYO", YQ_TSE },            { "XTKS", YQ_TSE },
	{ "HSX", YQ_HOSE },       { "XSTC", YQ_HOSE },          { "XHNX", YQ_HNX },
	{ "XKRX", YQ_KRX },       { "XKOS", YQ_KOSDAQ },        { "KSE", YQ_KOSPI },
};

/* In the order of enum yq_currency: KRW, USD, CNY, JPY, HKD, VND. */
static const unsigned currency_places[YQ_CURRENCY_COUNT] = { 0, 2, 2, 0, 2, 0 };
/* clang-format on */

const struct yq_market *
yq_market_of(enum yq_exchange exchange)
{
	assert((unsigned)exchange < YQ_EXCHANGE_COUNT);
	return &markets[exchange];
}

const struct yq_market *
yq_market_of_country(enum yq_country country)
{
	for (size_t i = 0; i < YQ_COUNT(markets); i++)
		if (markets[i].country == country)
			return &markets[i];
	YQ_PANIC("country %d has no exchange", (int)country);
}

unsigned
yq_currency_places(enum yq_currency currency)
{
	return (unsigned)currency < YQ_CURRENCY_COUNT ? currency_places[currency] : 2;
}

static bool
cut_ending(char *text, size_t *length, const char *ending, size_t ending_length)
{
	if (*length <= ending_length ||
	    !yq_str_equal_nocase(text + *length - ending_length, ending))
		return false;
	*length -= ending_length;
	text[*length] = '\0';
	return true;
}

bool
yq_exchange_parse(const char *text, size_t length, enum yq_exchange *exchange)
{
	char name[32];
	int found;

	if (!yq_str_copy_bytes(name, sizeof(name), text, length))
		return false;
	if (!cut_ending(name, &length, "_DLY", 4))
		(void)cut_ending(name, &length, "_DL", 3);
	found = yq_names_find(&yq_exchange_names, name, length);
	if (found >= 0) {
		*exchange = (enum yq_exchange)found;
		return true;
	}
	for (size_t i = 0; i < YQ_COUNT(aliases); i++) {
		if (yq_str_equal_nocase(aliases[i].name, name)) {
			*exchange = aliases[i].exchange;
			return true;
		}
	}
	return false;
}

enum yq_rc
yq_market_split(const char *text, size_t length, enum yq_exchange *exchange,
    char ticker[YQ_TICKER_SIZE], struct yq_err *err)
{
	size_t colon = 0, start;

	while (colon < length && text[colon] != ':')
		colon++;
	start = colon < length ? colon + 1 : 0;
	if (!yq_str_copy_bytes(ticker, YQ_TICKER_SIZE, text + start, length - start) ||
	    !yq_ticker_is_valid(ticker))
		return yq_err_set(err, YQ_E_INVALID,
		    "Ticker: expected 1-%d letters, digits or . - / _ ^ =, found \"%.*s\"",
		    YQ_TICKER_SIZE - 1, (int)(length - start < 64 ? length - start : 64),
		    text + start);
	if (colon == length)
		return yq_err_set(err, YQ_E_NOT_FOUND, "%s does not name its exchange", ticker);
	if (!yq_exchange_parse(text, colon, exchange))
		return yq_err_set(err, YQ_E_INVALID, "Exchange: \"%.*s\" is not known",
		    (int)(colon < 64 ? colon : 64), text);
	yq_ticker_normalize(*exchange, ticker);
	return YQ_OK;
}

#define TICKS_NAME(ident, name) [YQ_TICKS_##ident] = (name),
static const char *const ticks_list[] = { YQ_TICKS(TICKS_NAME) };
const struct yq_names yq_ticks_names = { "price steps", ticks_list, YQ_COUNT(ticks_list) };

enum yq_ticks
yq_ticks_named(const char *name)
{
	int found = yq_names_find(&yq_ticks_names, name, strlen(name));

	return found > 0 ? (enum yq_ticks)found : YQ_TICKS_MARKET;
}

/* Elsewhere than at their own exchanges they are nobody's. */
static const struct {
	enum yq_country country;
	const struct yq_tick_band *bands;
} kinds[YQ_TICKS_COUNT] = {
	[YQ_TICKS_KRX_ETP] = { YQ_COUNTRY_KR, krx_etp_ticks },
	[YQ_TICKS_KRX_ELW] = { YQ_COUNTRY_KR, krx_elw_ticks },
	[YQ_TICKS_HKEX_ETP] = { YQ_COUNTRY_HK, hkex_etp_ticks },
	[YQ_TICKS_CN_FUND] = { YQ_COUNTRY_CN, cn_fund_ticks },
	[YQ_TICKS_HOSE_FUND] = { YQ_COUNTRY_VN, hose_fund_ticks },
};

static bool
is_of(enum yq_ticks ticks, const struct yq_market *market)
{
	return kinds[ticks].bands != NULL && kinds[ticks].country == market->country;
}

static struct yq_decimal
step_at(const struct yq_market *market, const struct yq_tick_band *band, struct yq_decimal price)
{
	int below = market->limit_included ? 0 : -1;

	while (yq_decimal_sign(band->limit) != 0 && yq_decimal_cmp(price, band->limit) > below)
		band++;
	return band->tick;
}

struct yq_decimal
yq_common_multiple(struct yq_decimal a, struct yq_decimal b)
{
	yq_int128 x = a.units, y = b.units;

	while (y != 0) {
		yq_int128 rest = x % y;

		x = y;
		y = rest;
	}
	return (struct yq_decimal){ a.units / x * b.units };
}

struct yq_decimal
yq_ticks_size(enum yq_exchange exchange, enum yq_ticks ticks, struct yq_decimal price)
{
	const struct yq_market *market = yq_market_of(exchange);
	struct yq_decimal step = step_at(market, market->ticks, price);

	return is_of(ticks, market)
		   ? yq_common_multiple(step, step_at(market, kinds[ticks].bands, price))
		   : step;
}

bool
yq_ticks_fit(enum yq_exchange exchange, enum yq_ticks ticks, struct yq_decimal price)
{
	return price.units % yq_ticks_size(exchange, ticks, price).units == 0;
}

struct yq_decimal
yq_tick_size(enum yq_exchange exchange, struct yq_decimal price)
{
	return yq_ticks_size(exchange, YQ_TICKS_MARKET, price);
}

bool
yq_tick_fits(enum yq_exchange exchange, struct yq_decimal price)
{
	return yq_ticks_fit(exchange, YQ_TICKS_MARKET, price);
}

/* Every limit of a band is a multiple of the steps on both sides, so rounding up from one band
 * into the next still lands on a step. */
enum yq_rc
yq_ticks_round(enum yq_exchange exchange, enum yq_ticks ticks, struct yq_decimal price,
    enum yq_rounding rounding, struct yq_decimal *result)
{
	struct yq_decimal rounded;
	enum yq_rc rc;

	rc = yq_decimal_round_to(price, yq_ticks_size(exchange, ticks, price), rounding, &rounded);
	if (rc != YQ_OK)
		return rc;
	if (yq_decimal_sign(rounded) <= 0)
		return YQ_E_INVALID;
	*result = rounded;
	return YQ_OK;
}

enum yq_rc
yq_tick_round(enum yq_exchange exchange, struct yq_decimal price, enum yq_rounding rounding,
    struct yq_decimal *result)
{
	return yq_ticks_round(exchange, YQ_TICKS_MARKET, price, rounding, result);
}

enum yq_rc
yq_tick_round_limit(enum yq_exchange exchange, enum yq_action action, struct yq_decimal price,
    struct yq_decimal *result)
{
	return yq_tick_round(
	    exchange, price, action == YQ_BUY ? YQ_ROUND_FLOOR : YQ_ROUND_CEILING, result);
}

enum yq_rc
yq_ticks_marketable(enum yq_exchange exchange, enum yq_ticks ticks, enum yq_action action,
    struct yq_opt_decimal last, struct yq_decimal slack, struct yq_decimal *limit)
{
	bool sells = action == YQ_SELL;
	struct yq_decimal beyond, price;

	if (!last.set || yq_decimal_sign(last.value) <= 0)
		return YQ_E_NOT_FOUND;
	if (yq_decimal_mul(last.value, slack, YQ_ROUND_FLOOR, &beyond) != YQ_OK)
		return YQ_E_RANGE;
	price.units = last.value.units + (sells ? -beyond.units : beyond.units);
	if (yq_ticks_round(
		exchange, ticks, price, sells ? YQ_ROUND_FLOOR : YQ_ROUND_CEILING, limit) == YQ_OK)
		return YQ_OK;
	return yq_ticks_round(exchange, ticks, price, YQ_ROUND_CEILING, limit);
}

enum yq_rc
yq_tick_marketable(enum yq_exchange exchange, enum yq_action action, struct yq_opt_decimal last,
    struct yq_decimal slack, struct yq_decimal *limit)
{
	return yq_ticks_marketable(exchange, YQ_TICKS_MARKET, action, last, slack, limit);
}
