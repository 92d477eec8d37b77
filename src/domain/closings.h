/*
 * closings.h - what one order closed: the trips of one exit order on one instrument, put together.
 *
 * An order fills in many parts and meets many lots, and is still one decision: one trade, won or
 * lost.  A closing is what an exit order closed of the lots that one strategy had opened.  (This is
 * vectorbt's exit trade, not backtrader's trade from flat to flat.)
 *
 * Parts of one closing are less than a day apart; an order that fills over several days closes anew
 * after a day's pause.  So what is in hand is bounded by what one day closes, and closings come out
 * in the order of their last parts.
 */
#ifndef YQ_DOMAIN_CLOSINGS_H
#define YQ_DOMAIN_CLOSINGS_H

#include "domain/lots.h"

#define YQ_CLOSING_GATHER_US (INT64_C(86400) * YQ_US_PER_SECOND)
#define YQ_CLOSINGS_MAX	     1000000 /* in hand; beyond it the oldest comes out early */

struct yq_closing {
	char account_alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency;
	char strategy[YQ_STRATEGY_SIZE]; /* of the entries */
	enum yq_action side;		 /* of the entries: Buy = long */
	struct yq_id exit_order;
	struct yq_decimal qty;
	int64_t opened_at_us; /* of the first lot */
	int64_t closed_at_us; /* of the last part */
	struct yq_decimal commission;
	struct yq_decimal profit; /* net of it */
};

struct yq_closings; /* opaque */

/* `closing` is borrowed for the call. */
typedef void yq_closing_fn(void *cookie, const struct yq_closing *closing);

YQ_NODISCARD struct yq_closings *yq_closings_make(yq_closing_fn *fn, void *cookie);
void yq_closings_free(struct yq_closings *closings); /* what is in hand is forgotten; NULL: no-op */
/* In order of closing.  `fn` runs for what can get no more parts.  YQ_E_RANGE: a sum does not fit,
 * the trip is not counted. */
YQ_NODISCARD enum yq_rc yq_closings_feed(
    struct yq_closings *closings, const struct yq_trip *trip, struct yq_err *err);
/* `fn` for all that is in hand. */
void yq_closings_flush(struct yq_closings *closings);

#endif
