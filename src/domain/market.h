/*
 * market.h - what an exchange prescribes: currency, lot and price steps.  Hours: calendar.h.
 *
 * One table row an exchange.  Instruments may carry a lot of their own (HKEX sets it by issue); the
 * row's lot is then only what is used when nothing better is known.
 */
#ifndef YQ_DOMAIN_MARKET_H
#define YQ_DOMAIN_MARKET_H

#include "domain/terms.h"

#define YQ_SESSIONS_MAX 4

/* Trading from `open` until just before `close`, in minutes of the local day (0-1440). */
struct yq_session {
	int16_t open, close;
};

/* The price step `tick` holds below `limit` (at `limit` too where the table says so). */
struct yq_tick_band {
	struct yq_decimal limit; /* 0 = no upper limit: the last band */
	struct yq_decimal tick;
};

struct yq_market {
	enum yq_exchange exchange;
	enum yq_country country;
	enum yq_currency currency;
	struct yq_decimal lot; /* > 0 */
	const struct yq_tick_band *ticks;
	bool limit_included; /* a band's step also holds at its limit (TSE) */
};

/* The row of `exchange`, which must be a real value; never NULL. */
const struct yq_market *yq_market_of(enum yq_exchange exchange);
/* Any market of `country`: for its currency. */
const struct yq_market *yq_market_of_country(enum yq_country country);
/* Digits after the point in which people write amounts of `currency` (USD 2, KRW 0). */
unsigned yq_currency_places(enum yq_currency currency);

/*
 * An exchange as TradingView and people write it: any case, with or without "_DL" and "_DLY"
 * (delayed feeds), and known other names ("NYSE ARCA", "ARCA", "BATS" are AMEX, "SEHK" is HKEX).
 * False if it is none.
 */
bool yq_exchange_parse(const char *text, size_t length, enum yq_exchange *exchange);
/*
 * "NASDAQ:AAPL" into its two parts; without a colon YQ_E_NOT_FOUND and the whole is the ticker.
 * YQ_E_INVALID names the part that is wrong.
 */
YQ_NODISCARD enum yq_rc yq_market_split(const char *text, size_t length, enum yq_exchange *exchange,
    char ticker[YQ_TICKER_SIZE], struct yq_err *err);

/* Price steps of some kinds of instrument that are not those of their market: the catalog's names
 * (struct yq_instrument).  A price has to be on both, for who sees an order without the catalog
 * knows the market's alone.  YQ_TICKS_MARKET: none but the exchange's own. */
/* clang-format off */
#define YQ_TICKS(X) \
	X(MARKET, NULL) X(KRX_ETP, "KRX-ETP") X(KRX_ELW, "KRX-ELW") X(HKEX_ETP, "HKEX-ETP") \
	X(CN_FUND, "CN-FUND") X(HOSE_FUND, "HOSE-FUND")
/* clang-format on */
#define YQ_TICKS_VALUE(ident, name) YQ_TICKS_##ident,
enum yq_ticks { YQ_TICKS(YQ_TICKS_VALUE) YQ_TICKS_COUNT };
extern const struct yq_names yq_ticks_names;
/* By name; what has none of its own is the market's. */
enum yq_ticks yq_ticks_named(const char *name);

/* The least that is a multiple of both; each > 0, and as small as steps and lots are. */
struct yq_decimal yq_common_multiple(struct yq_decimal a, struct yq_decimal b);
/* The price step at `price` (> 0). */
struct yq_decimal yq_ticks_size(
    enum yq_exchange exchange, enum yq_ticks ticks, struct yq_decimal price);
bool yq_ticks_fit(enum yq_exchange exchange, enum yq_ticks ticks, struct yq_decimal price);
/* As yq_tick_round. */
YQ_NODISCARD enum yq_rc yq_ticks_round(enum yq_exchange exchange, enum yq_ticks ticks,
    struct yq_decimal price, enum yq_rounding rounding, struct yq_decimal *result);

/* The same with the market's own steps. */
struct yq_decimal yq_tick_size(enum yq_exchange exchange, struct yq_decimal price);
bool yq_tick_fits(enum yq_exchange exchange, struct yq_decimal price);
/*
 * `price` on the step.  As a limit price a buy goes down and a sell up, so that it never trades
 * worse than asked; YQ_E_INVALID when nothing above zero is left.
 */
YQ_NODISCARD enum yq_rc yq_tick_round(enum yq_exchange exchange, struct yq_decimal price,
    enum yq_rounding rounding, struct yq_decimal *result);
YQ_NODISCARD enum yq_rc yq_tick_round_limit(enum yq_exchange exchange, enum yq_action action,
    struct yq_decimal price, struct yq_decimal *result);
/* A limit so far beyond `last` (`slack`: a fraction of it) that an order on this side trades at
 * once, on the step; where no step is left below it, on the first one above.  YQ_E_NOT_FOUND: no
 * price is known. */
YQ_NODISCARD enum yq_rc yq_ticks_marketable(enum yq_exchange exchange, enum yq_ticks ticks,
    enum yq_action action, struct yq_opt_decimal last, struct yq_decimal slack,
    struct yq_decimal *limit);
YQ_NODISCARD enum yq_rc yq_tick_marketable(enum yq_exchange exchange, enum yq_action action,
    struct yq_opt_decimal last, struct yq_decimal slack, struct yq_decimal *limit);

#endif
