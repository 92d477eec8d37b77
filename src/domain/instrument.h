/*
 * instrument.h - what can be traded where: one row of the stock catalog.
 *
 * An instrument is known by its exchange and ticker together: one ticker may stand for two in two
 * markets.
 */
#ifndef YQ_DOMAIN_INSTRUMENT_H
#define YQ_DOMAIN_INSTRUMENT_H

#include "domain/terms.h"

#define YQ_INSTRUMENT_NAME_SIZE 201 /* UTF-8 */

/* clang-format off */
#define YQ_INSTRUMENT_KINDS(X) \
	X(STOCK, "Stock") X(ETF, "Etf") X(ETN, "Etn") X(ETP, "Etp") X(WARRANT, "Warrant") \
	X(ELW, "Elw") X(REIT, "Reit") X(RECEIPT, "Receipt") X(FUND, "Fund") X(RIGHT, "Right") \
	X(INDEX, "Index") X(OTHER, "Other")
/* Of those that stand for it, the first in this order that does. */
#define YQ_INSTRUMENT_STATUSES(X) \
	X(DELISTED, "Delisted") X(HALTED, "Halted") X(LIQUIDATION, "Liquidation") \
	X(ADMINISTRATIVE, "Administrative") X(WARNED, "Warned") X(LISTED, "Listed")
/* clang-format on */

#define YQ_INSTRUMENT_KIND_VALUE(ident, name) YQ_INSTRUMENT_##ident,
enum yq_instrument_kind { YQ_INSTRUMENT_KINDS(YQ_INSTRUMENT_KIND_VALUE) YQ_INSTRUMENT_KIND_COUNT };
enum yq_instrument_status {
	YQ_INSTRUMENT_STATUSES(YQ_INSTRUMENT_KIND_VALUE) YQ_INSTRUMENT_STATUS_COUNT
};
extern const struct yq_names yq_instrument_kind_names, yq_instrument_status_names;

struct yq_instrument {
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	char name[YQ_INSTRUMENT_NAME_SIZE];	    /* Korean where there is one; never "" */
	char english_name[YQ_INSTRUMENT_NAME_SIZE]; /* "" = not known */
	enum yq_currency currency;
	enum yq_instrument_kind kind;
	enum yq_instrument_status status;
	struct yq_decimal lot;		  /* > 0: orders are multiples of it */
	char tick_table[17];		  /* which price steps hold: "KRX", "HKEX-ETP", ... */
	char tick_type[9];		  /* the broker's own mark for them; "" = none */
	char broker_code[9];		  /* the exchange as the broker's prices name it: "NAS" */
	char isin[13];			  /* "" = not known */
	struct yq_opt_decimal base_price; /* what the day's change is counted from */
	char source[33];		  /* the file it came from: "nasmst.cod" */
	int64_t updated_at_us;		  /* when any of it last changed */
	int64_t delisted_at_us;		  /* 0 = it is listed */
};

/* An index can be looked at, not traded. */
bool yq_instrument_is_tradable(const struct yq_instrument *instrument);
/* Same in all that a file says; when and since when do not count. */
bool yq_instrument_is_same(const struct yq_instrument *a, const struct yq_instrument *b);
/* The name of the price steps that hold for a kind on an exchange. */
const char *yq_instrument_ticks(enum yq_exchange exchange, enum yq_instrument_kind kind);

#endif
