/*
 * ticker.h - one instrument, one ticker: the form in which it is known, whichever it was written
 * in.
 *
 * HKEX numbers its issues; people and TradingView write 700, HKEX and brokers 0700 or 00700.  The
 * form is that of the master files and of KIS: five digits.  All that comes in is brought into it,
 * and what was kept under another is found by it.
 */
#ifndef YQ_DOMAIN_TICKER_H
#define YQ_DOMAIN_TICKER_H

#include "domain/terms.h"

/* The form of `ticker`: itself, or written into `room`. */
const char *yq_ticker_form(
    enum yq_exchange exchange, const char *ticker, char room[YQ_TICKER_SIZE]);
/* The same in its place. */
void yq_ticker_normalize(enum yq_exchange exchange, char ticker[YQ_TICKER_SIZE]);

#endif
