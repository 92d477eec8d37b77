/*
 * lots.h - what an account holds of one instrument, lot by lot: first in, first out.
 *
 * Feed the executions of one account and instrument, oldest first (by time, then by id: the order
 *of the archive).  An execution on the side of what is held, or when nothing is held, opens a lot;
 *one on the other side closes the oldest lots first, each closed part being one trip, and opens a
 *lot of its own with what is left: so a fill may pass through zero.  Shorts are lots of sells.
 *
 * Money is exact.  An execution's value is quantity x price, rounded once to 8 places half to even,
 * as the cash is booked.  Value and commission of an execution are shared by quantity: each part
 * takes its share of what is left, half to even, and the last part takes the rest; so the parts add
 * up to the whole to the last digit, and so does the identity
 *
 *	profits of all trips + what the open lots have brought (sells) or cost (buys),
 *	less the commission they still carry  =  the change of cash by all executions.
 *
 * Nothing here is kept on disk: throw it away and feed the archive again.  One owner, one thread.
 */
#ifndef YQ_DOMAIN_LOTS_H
#define YQ_DOMAIN_LOTS_H

#include "domain/trade.h"

#define YQ_OPEN_LOTS_MAX 1000000 /* of one account and instrument */

/* A closed part: some of one lot against some of one execution. */
struct yq_trip {
	char account_alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency;
	char strategy[YQ_STRATEGY_SIZE]; /* of the entry; "" = by hand */
	enum yq_action side;		 /* of the entry: Buy = long, Sell = short */
	struct yq_decimal qty;		 /* > 0 */
	int64_t opened_at_us, closed_at_us;
	struct yq_decimal open_price, close_price;
	struct yq_decimal open_value, close_value; /* qty x price, shared exactly */
	struct yq_decimal commission;		   /* the shares of both sides */
	struct yq_decimal profit;		   /* net of commission */
	/* An order may fill in many parts: trips of one exit order are one decision to close. */
	struct yq_id entry_order, exit_order;
	bool lot_closed; /* nothing is left of the lot */
};

/* What is left of one entry. */
struct yq_lot {
	struct yq_decimal qty; /* > 0 */
	struct yq_decimal price;
	struct yq_decimal value;      /* of what is left, >= 0 */
	struct yq_decimal commission; /* of what is left */
	int64_t opened_at_us;
	struct yq_id order_id;
	uint32_t strategy; /* see yq_lots_strategy */
};

struct yq_lots; /* opaque */

/* No lots yet.  `alias` and `ticker` must be valid. */
YQ_NODISCARD struct yq_lots *yq_lots_make(
    const char *alias, enum yq_exchange exchange, const char *ticker, enum yq_currency currency);
void yq_lots_free(struct yq_lots *lots); /* NULL is a no-op */

/* `trip` is borrowed for the call, which must not change the lots. */
typedef void yq_trip_fn(void *cookie, const struct yq_trip *trip);

/*
 * Book one execution; `fn` (may be NULL) runs once for each closed part, oldest lot first.  The
 * commission may be negative (a rebate) and the price 0 (worthless).  On any error nothing changed
 * and `fn` did not run:
 *   YQ_E_INVALID  another instrument or currency, quantity not above 0, price below 0;
 *   YQ_E_RANGE    a value does not fit;  YQ_E_LIMIT  too many open lots.
 */
YQ_NODISCARD enum yq_rc yq_lots_feed(struct yq_lots *lots, const struct yq_trade *trade,
    yq_trip_fn *fn, void *cookie, struct yq_err *err);

/* Signed quantity held: negative = short. */
struct yq_decimal yq_lots_held(const struct yq_lots *lots);
/* What the open lots cost (longs) or brought (shorts), commission apart: >= 0. */
struct yq_decimal yq_lots_value(const struct yq_lots *lots);
struct yq_decimal yq_lots_commission(const struct yq_lots *lots); /* that open lots still carry */
size_t yq_lots_count(const struct yq_lots *lots);
/* The open lot at `index`, 0 = the oldest; borrowed until the next feed. */
const struct yq_lot *yq_lots_at(const struct yq_lots *lots, size_t index);
/* The name of an entry's strategy; borrowed until the next feed. */
const char *yq_lots_strategy(const struct yq_lots *lots, const struct yq_lot *lot);

const char *yq_lots_alias(const struct yq_lots *lots);
const char *yq_lots_ticker(const struct yq_lots *lots);
enum yq_exchange yq_lots_exchange(const struct yq_lots *lots);
enum yq_currency yq_lots_currency(const struct yq_lots *lots);

#endif
