/*
 * atr.h - average true range: how far a price moves in one bar, gaps counted in.
 *
 * J. W. Wilder, "New Concepts in Technical Trading Systems" (1978): the true range of a bar is the
 * greatest of high - low, |high - previous close| and |low - previous close|, of the first bar
 * high - low; the first average is the mean of the first N true ranges, each later one
 * (previous x (N - 1) + true range) / N.  Exact but for the divisions, which round half to even at
 * the eighth digit.  Pure.
 */
#ifndef YQ_DOMAIN_ATR_H
#define YQ_DOMAIN_ATR_H

#include "base/decimal.h"

#define YQ_ATR_PERIOD	  14 /* Wilder's own */
#define YQ_ATR_PERIOD_MAX 1000

struct yq_atr {
	int64_t period; /* 1 to YQ_ATR_PERIOD_MAX */
	int64_t bars;	/* seen so far */
	struct yq_decimal last_close;
	struct yq_decimal value; /* the sum of true ranges until the first average */
};

struct yq_atr yq_atr_make(int64_t period);

/* One more bar, in order of time.  YQ_E_INVALID, and nothing changed, if high < low, the close is
 * outside of them or the low is not above 0; YQ_E_RANGE if a number does not fit. */
YQ_NODISCARD enum yq_rc yq_atr_add(
    struct yq_atr *atr, struct yq_decimal high, struct yq_decimal low, struct yq_decimal close);

/* Absent until `period` bars have been seen. */
struct yq_opt_decimal yq_atr_value(const struct yq_atr *atr);

#endif
