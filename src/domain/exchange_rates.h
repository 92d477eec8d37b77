/*
 * exchange_rates.h - exchange rates as somebody wrote them down, and amounts converted by them.
 *
 * A rate says that on a date one unit of `currency` was worth `rate` units of `base`.  It serves
 * its own date and a given number of days after it, never a day before it.  The youngest that
 * serves a day is taken.
 *
 * A rate serves both ways: from `base` to `currency` an amount is divided by it, rounded once. (Its
 * inverse written down would be rounded before: 1 / 26,000 has four digits left.)  Of two of one
 * date the one that is written in the direction asked for wins.  Two rates are never put together
 * to a third: they may be of different hours, and nobody has said that this third one was paid.
 */
#ifndef YQ_DOMAIN_EXCHANGE_RATES_H
#define YQ_DOMAIN_EXCHANGE_RATES_H

#include "domain/days.h"

#define YQ_RATE_SOURCE_SIZE 65

struct yq_exchange_rate {
	enum yq_currency currency, base; /* not the same */
	yq_date date;
	struct yq_decimal rate;		  /* > 0 */
	char source[YQ_RATE_SOURCE_SIZE]; /* who says so */
	int64_t written_us;
};

/* Borrowed, in any order. */
struct yq_exchange_rates {
	const struct yq_exchange_rate *items;
	size_t count;
};

/* The rate that converts between the two on `day`, in either direction, at most `max_age_days` old;
 * NULL = none is known. */
const struct yq_exchange_rate *yq_exchange_rate_find(const struct yq_exchange_rates *rates,
    enum yq_currency from, enum yq_currency to, yq_date day, int max_age_days);

/* `amount` in `from`, which is one of the rate's two, in the other one: to 8 places, half to even.
 * YQ_E_RANGE. */
YQ_NODISCARD enum yq_rc yq_exchange(const struct yq_exchange_rate *rate, enum yq_currency from,
    struct yq_decimal amount, struct yq_decimal *result);

#endif
