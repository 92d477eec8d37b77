/* price.h - what instruments are believed to cost. */
#ifndef YQ_BROKER_GATEWAY_PRICE_H
#define YQ_BROKER_GATEWAY_PRICE_H

#include "broker_gateway/order.h"
#include "bus/steps.h"

/* Prices on their way to stock:{Ticker}. */
struct gw_stocks {
	struct yq_stock_item *items;
	char (*tickers)[YQ_TICKER_SIZE];
	size_t count;
	bool under_way;
};

void gw_price_seen(struct gw_account *account, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, struct yq_opt_decimal change_rate, int64_t at_us);
/* The same of a quote that the broker gave or told, if it is of an instrument that it trades; and,
 * where one was asked for, of that one: a ticker may stand for two instruments in two markets.
 * False: it is of another, and changes nothing. */
bool gw_quote_seen(struct gw_account *account, const struct yq_broker_quote *quote);
bool gw_quote_answered(struct gw_account *account, enum yq_exchange asked, const char *ticker,
    const struct yq_broker_quote *quote);
void gw_stocks_flush(struct gateway *gw);
/* Whether the order can be valued, or nobody can tell; else the broker is asked and the desk runs
 * again with its answer. */
bool gw_price_is_known(struct gw_order *o);

#endif
