/*
 * codes.h - what Korea Investment & Securities (KIS) calls things: one table from exchange,
 * operation and kind of account to transaction id and path, one from exchange to its codes.  Pure.
 *
 * Every id is written out, virtual ones too: they do not follow from the real ones (a US sale is
 * TTTT1006U, and VTTT1001U on a virtual account).  What an exchange, or a virtual account, cannot
 * do has no id, and is said by a sentence.
 */
#ifndef YQ_BROKER_KIS_CODES_H
#define YQ_BROKER_KIS_CODES_H

#include "domain/terms.h"

/* X(ident, what a person reads) */
#define YQ_KIS_OPS(X)                                                          \
	X(BUY, "take buy orders")                                              \
	X(SELL, "take sell orders")                                            \
	X(MODIFY, "change an order (cancel it, and order again)")              \
	X(CANCEL, "cancel an order")                                           \
	X(ORDERS, "tell of orders and what was executed") /* sums, by order */ \
	X(OPEN, "list open orders (it tells of all orders, though)")           \
	X(POSITIONS, "tell what is held") /* domestic: the cash as well */     \
	X(CASH, "tell the cash of every currency")                             \
	X(POWER, "tell what an order may cost")                                \
	X(PRICE, "tell a price")

#define YQ_KIS_OP_VALUE(ident, what) YQ_KIS_##ident,
enum yq_kis_op { YQ_KIS_OPS(YQ_KIS_OP_VALUE) YQ_KIS_OP_COUNT };

struct yq_kis_code {
	const char *tr_id;
	const char *path; /* from the host on: "/uapi/..." */
	bool posts;	  /* POST with a JSON body; else GET with a query */
};

/* YQ_OK, or YQ_E_REFUSED with a sentence: it does not exist there. */
YQ_NODISCARD enum yq_rc yq_kis_code_find(enum yq_exchange exchange, enum yq_kis_op op,
    bool is_virtual, struct yq_kis_code *ret_code, struct yq_err *err);

struct yq_kis_market {
	bool domestic;
	const char *order_code; /* OVRS_EXCG_CD: "NASD"; NULL at home */
	const char *quote_code; /* EXCD: "NAS"; at home the market division "J" */
	const char *nation;	/* NATN_CD: "840"; NULL at home */
	const char *zone;	/* of its dates */
	unsigned decimals;	/* of prices; implied in notices, which write no point */
};

/* Never NULL. */
const struct yq_kis_market *yq_kis_market_of(enum yq_exchange exchange);
/* By OVRS_EXCG_CD ("NASD"), or by EXCD ("NAS", and "BAQ" of the day session).  False: unknown. */
bool yq_kis_exchange_of_order_code(const char *code, enum yq_exchange *exchange);
bool yq_kis_exchange_of_quote_code(const char *code, size_t length, enum yq_exchange *exchange);

/* ---- the stream ---- */
enum yq_kis_feed {
	YQ_KIS_FEED_NOTICES,	      /* of orders at home; key: the user's HTS id */
	YQ_KIS_FEED_NOTICES_OVERSEAS, /* the same abroad */
	YQ_KIS_FEED_TICKS,	      /* trades at home; key: the ticker */
	YQ_KIS_FEED_TICKS_OVERSEAS,   /* abroad; key: "D", quote code, ticker */
	YQ_KIS_FEED_COUNT
};
const char *yq_kis_feed_id(enum yq_kis_feed feed, bool is_virtual);
/* By its id, real or virtual.  False: unknown. */
bool yq_kis_feed_of(const char *id, size_t length, enum yq_kis_feed *feed);

#endif
