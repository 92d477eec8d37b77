/*
 * catalog.h - the stock catalog (tables CATALOG, CATALOG_METADATA): what can be traded where.
 *
 * An exchange is written whole, in one transaction: until it commits everybody reads what was
 * there before.  What is not listed any more stays, flagged.
 */
#ifndef YQ_STORE_CATALOG_H
#define YQ_STORE_CATALOG_H

#include "domain/hand.h"
#include "domain/instrument.h"
#include "store/firebird.h"

/* ---- looking up ---- */

/*
 * The instrument of a ticker on an exchange; what is delisted too (see its status), where nothing
 * that is listed has the name.  KRX stands for all exchanges of Korea, whose tickers are one
 * space; no other exchange for any but itself.  Numbers of HKEX may be written without the zeros
 * before them.  YQ_E_NOT_FOUND.
 */
YQ_NODISCARD enum yq_rc yq_catalog_find(struct yq_firebird *firebird, enum yq_exchange exchange,
    const char *ticker, struct yq_instrument *instrument, struct yq_err *err);

/* A set of exchanges; 0 = all. */
typedef unsigned yq_exchange_set;
#define YQ_EXCHANGE_BIT(exchange) (1u << (unsigned)(exchange))
yq_exchange_set yq_exchanges_of_country(enum yq_country country);

struct yq_catalog_query {
	const char *text; /* of a ticker or a name in either language, in any case; "" = any */
	bool begins;	  /* only what begins with it, found by index: while somebody types */
	bool delisted;	  /* these too */
	yq_exchange_set exchanges;
	unsigned limit, offset; /* as yq_trade_filter */
};

struct yq_instrument_list {
	struct yq_instrument *items; /* owned */
	size_t count;
};
void yq_instrument_list_free(struct yq_instrument_list *list); /* leaves it empty */

/* First the ticker itself, then tickers that begin with it, names that do, and all others; each by
 * exchange and ticker.  YQ_E_INVALID: the text is too long or no UTF-8. */
YQ_NODISCARD enum yq_rc yq_catalog_search(struct yq_firebird *firebird,
    const struct yq_catalog_query *query, struct yq_instrument_list *list, struct yq_err *err);

/* One exchange: how many of what, and when it was last written. */
struct yq_catalog_summary {
	enum yq_exchange exchange;
	int64_t listed; /* all but the delisted ... */
	int64_t halted; /* ... and of them these */
	int64_t delisted;
	int64_t written_at_us; /* 0 = never */
	char source[513];      /* where its files came from */
};
/* One row an exchange of the set, in the order of the enumeration; rows[YQ_EXCHANGE_COUNT]. */
YQ_NODISCARD enum yq_rc yq_catalog_summarize(struct yq_firebird *firebird,
    struct yq_catalog_summary rows[YQ_EXCHANGE_COUNT], struct yq_err *err);

/* ---- writing ---- */

/* All there is of one exchange now, by ticker (strcmp), each once. */
struct yq_catalog_part {
	enum yq_exchange exchange;
	const struct yq_instrument *items; /* borrowed; their times do not count */
	size_t count;
	const char *source; /* for people: an address, a folder */
};

/* What became of one part. */
struct yq_catalog_change {
	size_t added, changed, same, returned, delisted;
};

typedef void yq_catalog_progress_fn(void *cookie, size_t done, size_t whole);

struct yq_catalog_load {
	const struct yq_catalog_part *parts;
	size_t count;
	bool force; /* although one file has less than half of the listed issues it had */
	int64_t now_us;
	const struct yq_hand *hand; /* who does it, for the audit trail; NULL = no row there */
	yq_catalog_progress_fn *progress; /* NULL = none */
	void *cookie;
};

/*
 * Write all parts, or nothing.  changes[load->count] is filled on YQ_OK.
 *   YQ_E_REFUSED  a file is suspiciously small, see `force`.
 *   YQ_E_RETRY    another program writes the catalog.
 */
YQ_NODISCARD enum yq_rc yq_catalog_write(struct yq_firebird *firebird,
    const struct yq_catalog_load *load, struct yq_catalog_change *changes, struct yq_err *err);

#endif
