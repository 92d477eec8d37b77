/*
 * patterns.h - lists of instruments by patterns: "NASDAQ:*", "KRX:005930", "BRK.?".
 *
 * A pattern is EXCHANGE:TICKER, or a ticker of any exchange; "*" stands for any text and "?" for
 * one character, on either side; case does not count.  A list is patterns with one space between
 * them.
 */
#ifndef YQ_DOMAIN_PATTERNS_H
#define YQ_DOMAIN_PATTERNS_H

#include "domain/terms.h"

#define YQ_PATTERN_MAX 64 /* bytes of one */

/* Whether `text` can be a pattern: made of what tickers are made of, with a known exchange or one
 * with "*" or "?" before the colon. */
bool yq_pattern_is_valid(const char *text);
/* The first pattern of `list` that has the instrument, copied to `found`; false when none has. */
bool yq_patterns_find(
    const char *list, enum yq_exchange exchange, const char *ticker, char found[YQ_PATTERN_MAX]);

#endif
