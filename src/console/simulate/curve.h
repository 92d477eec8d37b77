/*
 * curve.h - the equity at the end of each day: one series of one account and currency.
 */
#ifndef YQ_CONSOLE_SIMULATE_CURVE_H
#define YQ_CONSOLE_SIMULATE_CURVE_H

#include "domain/performance.h"

struct yq_curve {
	struct yq_equity_day *days; /* owned */
	size_t count, capacity;
	int64_t next_us; /* the end of the day that is under way; 0 = not begun */
	bool moved;	 /* something happened in it */
	bool traded;	 /* ever; for whoever looks at it */
};

/*
 * The clock stands at `now_us`, and nothing that happens then has happened yet: days that are over
 * by now end with `equity`.  Days without trading count only when something moved in them.  The
 * first call begins the series with the day before.
 */
void yq_curve_pass(struct yq_curve *curve, const struct yq_market_hours *hours, int64_t now_us,
    struct yq_decimal equity);
/* The day under way ends with `equity`. */
void yq_curve_end(
    struct yq_curve *curve, const struct yq_market_hours *hours, struct yq_decimal equity);
void yq_curve_clear(struct yq_curve *curve);

#endif
