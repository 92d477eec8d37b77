/* atr.c - average true range, bar by bar. */
#include "domain/atr.h"

#include <assert.h>

struct yq_atr
yq_atr_make(int64_t period)
{
	assert(period >= 1 && period <= YQ_ATR_PERIOD_MAX);
	return (struct yq_atr){ .period = period };
}

/* The distance from the higher of high and last close to the lower of low and last close. */
static enum yq_rc
true_range(const struct yq_atr *atr, struct yq_decimal high, struct yq_decimal low,
    struct yq_decimal *range)
{
	if (atr->bars > 0) {
		high = yq_decimal_max(high, atr->last_close);
		low = yq_decimal_min(low, atr->last_close);
	}
	return yq_decimal_sub(high, low, range);
}

static enum yq_rc
divide(struct yq_decimal sum, int64_t period, struct yq_decimal *value)
{
	return yq_decimal_div(sum, yq_decimal_from_int(period), YQ_ROUND_HALF_EVEN, value);
}

/* The average after one more true range. */
static enum yq_rc
smooth(const struct yq_atr *atr, struct yq_decimal range, struct yq_decimal *value)
{
	struct yq_decimal sum = atr->value;
	enum yq_rc rc = YQ_OK;

	if (atr->bars >= atr->period)
		rc =
		    yq_decimal_mul(sum, yq_decimal_from_int(atr->period - 1), YQ_ROUND_EXACT, &sum);
	if (rc == YQ_OK)
		rc = yq_decimal_add(sum, range, &sum);
	if (rc == YQ_OK && atr->bars + 1 >= atr->period)
		rc = divide(sum, atr->period, &sum);
	if (rc == YQ_OK)
		*value = sum;
	return rc;
}

enum yq_rc
yq_atr_add(
    struct yq_atr *atr, struct yq_decimal high, struct yq_decimal low, struct yq_decimal close)
{
	struct yq_decimal range, value;
	enum yq_rc rc;

	if (yq_decimal_sign(low) <= 0 || yq_decimal_cmp(high, low) < 0 ||
	    yq_decimal_cmp(close, low) < 0 || yq_decimal_cmp(close, high) > 0)
		return YQ_E_INVALID;
	rc = true_range(atr, high, low, &range);
	if (rc == YQ_OK)
		rc = smooth(atr, range, &value);
	if (rc != YQ_OK)
		return rc;
	atr->value = value;
	atr->last_close = close;
	atr->bars++;
	return YQ_OK;
}

struct yq_opt_decimal
yq_atr_value(const struct yq_atr *atr)
{
	return atr->bars < atr->period ? YQ_OPT_DECIMAL_NONE : yq_opt_decimal_of(atr->value);
}
