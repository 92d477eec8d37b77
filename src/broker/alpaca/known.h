/*
 * known.h - what is known of orders at Alpaca beyond one call: whose they are, which one stands for
 * ours now, and what was told of them.  And on which exchange a ticker is listed.
 *
 * It may forget: then Alpaca is asked.
 */
#ifndef YQ_BROKER_ALPACA_KNOWN_H
#define YQ_BROKER_ALPACA_KNOWN_H

#include "base/table.h"
#include "broker/alpaca/decode.h"

#define YQ_ALPACA_KNOWN_MAX 50000 /* orders; the oldest are forgotten */

/* An order at Alpaca. */
struct yq_alpaca_known {
	struct yq_table_node node;
	char id[YQ_BROKER_ORDER_ID_SIZE];
	struct yq_id order_id;			   /* of ours; none = it is not */
	bool replacing;				   /* we ask for another in its place */
	char replaced_by[YQ_BROKER_ORDER_ID_SIZE]; /* which was it; "" = none */
	struct yq_decimal told;			   /* so much of what it filled was told */
	bool withdrawn; /* what replaced it is being canceled, for this one was filled */
};

/* An order of ours. */
struct yq_alpaca_ours {
	struct yq_table_node node;
	struct yq_id id;
	char current[YQ_BROKER_ORDER_ID_SIZE]; /* which stands for it; "" = not known */
	bool acked;			       /* it was told that Alpaca has it */
	bool sent;			       /* it was, or may have been, sent before */
};

struct yq_alpaca_listing {
	struct yq_table_node node;
	struct yq_alpaca_asset asset;
	bool whole; /* else the exchange alone is known */
};

struct yq_alpaca_book {
	struct yq_table orders, ours, listings;
};

void yq_alpaca_book_free(struct yq_alpaca_book *book); /* what it holds */

/* NULL = not known.  Valid until the next one is entered. */
struct yq_alpaca_known *yq_alpaca_known_find(const struct yq_alpaca_book *book, const char *id);
struct yq_alpaca_ours *yq_alpaca_ours_find(
    const struct yq_alpaca_book *book, const struct yq_id *id);
const struct yq_alpaca_listing *yq_alpaca_listing_find(
    const struct yq_alpaca_book *book, const char *symbol);

/* Enter it unless it is there.  `owner` none = it is not ours. */
struct yq_alpaca_known *yq_alpaca_known_enter(
    struct yq_alpaca_book *book, const char *id, const struct yq_id *owner);
struct yq_alpaca_ours *yq_alpaca_ours_enter(struct yq_alpaca_book *book, const struct yq_id *id);
/* What Alpaca says of an order; of ours, `current` follows it from one to what replaces it. */
struct yq_alpaca_known *yq_alpaca_book_see(
    struct yq_alpaca_book *book, const struct yq_alpaca_order *order);
void yq_alpaca_listing_enter(
    struct yq_alpaca_book *book, const struct yq_alpaca_asset *asset, bool whole);

#endif
