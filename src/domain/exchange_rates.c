/* exchange_rates.c - finds the rate that serves a day, and converts by it. */
#include "domain/exchange_rates.h"

static bool
serves(const struct yq_exchange_rate *rate, enum yq_currency from, enum yq_currency to,
    yq_date oldest, yq_date day)
{
	bool direct = rate->currency == from && rate->base == to;
	bool inverse = rate->currency == to && rate->base == from;

	return (direct || inverse) && rate->date >= oldest && rate->date <= day;
}

const struct yq_exchange_rate *
yq_exchange_rate_find(const struct yq_exchange_rates *rates, enum yq_currency from,
    enum yq_currency to, yq_date day, int max_age_days)
{
	const struct yq_exchange_rate *best = NULL;
	yq_date oldest = yq_date_add(day, -max_age_days);

	for (size_t i = 0; i < rates->count; i++) {
		const struct yq_exchange_rate *rate = &rates->items[i];

		if (!serves(rate, from, to, oldest, day))
			continue;
		if (best == NULL || rate->date > best->date ||
		    (rate->date == best->date && rate->currency == from))
			best = rate;
	}
	return best;
}

enum yq_rc
yq_exchange(const struct yq_exchange_rate *rate, enum yq_currency from, struct yq_decimal amount,
    struct yq_decimal *result)
{
	if (rate->currency == from)
		return yq_decimal_mul(amount, rate->rate, YQ_ROUND_HALF_EVEN, result);
	return yq_decimal_div(amount, rate->rate, YQ_ROUND_HALF_EVEN, result);
}
